//! Which kind of text a file holds.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::FileError;

/// How rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header and rows of cells between commas, semicolons or tabs.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// By the ending: `.csv`, `.tsv`, `.txt`, or `.jsonl`, `.ndjson`, `.json`. Any other file is JSON Lines
    /// where it begins with a brace or a bracket, else CSV.
    ///
    /// What is no regular file is CSV without a look: what was read from a pipe would be lost to the import.
    pub fn of_path(path: &Path) -> Result<Self, FileError> {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        match ending.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Ok(Self::Csv),
            "jsonl" | "ndjson" | "json" => Ok(Self::JsonLines),
            _ => Self::of_content(path),
        }
    }

    fn of_content(path: &Path) -> Result<Self, FileError> {
        let kind = fs::metadata(path)?;
        if kind.is_dir() {
            return Err(FileError::Directory);
        }
        if !kind.is_file() {
            return Ok(Self::Csv);
        }
        let mut reader = BufReader::new(File::open(path)?);
        let start = String::from_utf8_lossy(reader.fill_buf()?).into_owned();
        let start = start.trim_start_matches('\u{feff}').trim_start();
        Ok(if start.starts_with(['{', '[']) {
            Self::JsonLines
        } else {
            Self::Csv
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_which_format() {
        for (path, format) in [
            ("a.csv", Format::Csv),
            ("a.TSV", Format::Csv),
            ("a.b.txt", Format::Csv),
            ("a.jsonl", Format::JsonLines),
            ("a.NDJSON", Format::JsonLines),
            ("a.json", Format::JsonLines),
        ] {
            assert_eq!(Format::of_path(Path::new(path)).expect(path), format);
        }
    }

    #[test]
    fn without_a_known_ending_the_first_byte_says_which_format() {
        let folder = std::env::temp_dir().join(format!("cashable-format-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for (name, content, format) in [
            (
                "export",
                "\u{feff}\n {\"external_id\": 1}",
                Format::JsonLines,
            ),
            ("export.dat", "[{}]", Format::JsonLines),
            ("export.out", "external_id,total", Format::Csv),
            ("nothing", "", Format::Csv),
        ] {
            let path = folder.join(name);
            fs::write(&path, content).expect("a file");
            assert_eq!(Format::of_path(&path).expect(name), format, "{name}");
        }
        let directory = Format::of_path(&folder);
        assert!(matches!(directory, Err(FileError::Directory)));
        let absent = Format::of_path(&folder.join("absent"));
        assert!(matches!(absent, Err(FileError::NotReadable(_))));
        fs::remove_dir_all(&folder).expect("removed");
    }
}
