//! CSV records and the lines that they start in.
//!
//! The parser is that of the csv crate, its core, fed a line at a time. The crate itself would count blank
//! lines wrongly, and read all that follows a quote that is never closed into one record.

use std::borrow::Cow;
use std::io::Read;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::FileError;
use super::line::{Lines, MAX_BYTES, first_bad_byte};

/// In the order of preference where a header of one column has none of them.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads one record after the other.
pub(super) struct Records<R> {
    lines: Lines<R>,
    parser: Reader,
    line: Vec<u8>,
    /// `line` has been read and belongs to the next record.
    is_ahead: bool,
    record: Record,
}

/// The cells of one record, end to end.
#[derive(Default)]
pub(super) struct Record {
    /// The line that it starts in.
    pub(super) line: u64,
    /// The first line in it, and the byte there, that is not UTF-8.
    pub(super) bad: Option<(u64, usize)>,
    text: Vec<u8>,
    text_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
}

impl<R: Read> Records<R> {
    /// Finds the separator in the first line that is not blank.
    pub(super) fn open(reader: R) -> Result<Self, FileError> {
        let (mut lines, mut line) = (Lines::new(reader), Vec::new());
        if !lines.read_filled(&mut line)? {
            return Err(FileError::Empty);
        }
        let separator = separator_of(&line);
        Ok(Self {
            lines,
            parser: ReaderBuilder::new().delimiter(separator).build(),
            line,
            is_ahead: true,
            record: Record::default(),
        })
    }

    /// The next record; blank lines between records are none.
    pub(super) fn next(&mut self) -> Result<Option<&Record>, FileError> {
        if !std::mem::take(&mut self.is_ahead) && !self.lines.read_filled(&mut self.line)? {
            return Ok(None);
        }
        self.record.start(self.lines.number());
        while !self
            .record
            .take(&mut self.parser, &mut self.line, self.lines.number())
        {
            if self.record.text_len > MAX_BYTES || !self.lines.read(&mut self.line)? {
                return Err(FileError::OpenQuote {
                    line: self.record.line,
                });
            }
        }
        Ok(Some(&self.record))
    }
}

impl Record {
    fn start(&mut self, line: u64) {
        self.line = line;
        self.bad = None;
        self.text_len = 0;
        self.ends_len = 0;
    }

    /// Adds a line; true where the record ends with it, false where it ends inside of quotes.
    fn take(&mut self, parser: &mut Reader, line: &mut Vec<u8>, number: u64) -> bool {
        let bad = || first_bad_byte(line).map(|byte| (number, byte));
        self.bad = self.bad.or_else(bad);
        line.push(b'\n');
        self.text.resize(self.text_len + line.len(), 0);
        self.ends.resize(self.ends_len + line.len() + 1, 0);
        let (result, _, text, ends) = parser.read_record(
            line,
            &mut self.text[self.text_len..],
            &mut self.ends[self.ends_len..],
        );
        self.text_len += text;
        self.ends_len += ends;
        matches!(result, ReadRecordResult::Record)
    }

    /// How many cells it has.
    pub(super) fn width(&self) -> usize {
        self.ends_len
    }

    /// One of its cells, empty where it has fewer.
    pub(super) fn cell(&self, place: usize) -> Cow<'_, str> {
        let ends = &self.ends[..self.ends_len];
        let start = place.checked_sub(1).and_then(|before| ends.get(before));
        match ends.get(place) {
            Some(end) => String::from_utf8_lossy(&self.text[*start.unwrap_or(&0)..*end]),
            None => Cow::Borrowed(""),
        }
    }
}

/// The separator that the line has most of, outside of quotes.
fn separator_of(line: &[u8]) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        if let Some(place) = SEPARATORS.iter().position(|s| s == byte)
            && !quoted
        {
            counts[place] += 1;
        }
    }
    // The last of equals is the greatest to `max_by_key`, so the preferred one comes last.
    let most = (0..SEPARATORS.len())
        .rev()
        .max_by_key(|place| counts[*place]);
    SEPARATORS[most.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records_of(content: impl AsRef<[u8]>) -> Result<Vec<(u64, Vec<String>)>, FileError> {
        let mut records = Records::open(content.as_ref())?;
        let mut read = Vec::new();
        while let Some(record) = records.next()? {
            let cells = (0..record.width()).map(|place| record.cell(place).into_owned());
            read.push((record.line, cells.collect()));
        }
        Ok(read)
    }

    #[test]
    fn separators_line_ends_quotes_and_marks_are_found_out() {
        for content in [
            "a,b\n1,2\n",
            "a;b\r\n1;2\r\n",
            "a\tb\r1\t2",
            "\u{feff}a,b\n1,2",
            "\u{feff}\"a\",b\n\"1\",2",
            "\"a\";\"b\"\n\"1\";\"2\"",
        ] {
            let records = records_of(content).expect(content);
            let expected = [(1, ["a", "b"]), (2, ["1", "2"])]
                .map(|(line, cells)| (line, cells.map(str::to_owned).to_vec()));
            assert_eq!(records, expected, "{content:?}");
        }
        for (header, separator) in [
            ("id", b','),
            ("\"a,b,c\";d", b';'),
            ("a,b;c,d", b','),
            ("a b\tc", b'\t'),
        ] {
            assert_eq!(separator_of(header.as_bytes()), separator, "{header}");
        }
    }

    #[test]
    fn records_of_several_lines_and_blank_lines_keep_the_count() {
        for content in [
            "\na,b\n\n1,\"x\n\ny\"\n\n \n2,\"q\"\"q, r\"\n",
            "\r\na,b\r\n\r\n1,\"x\r\n\r\ny\"\r\n\r\n \r\n2,\"q\"\"q, r\"\r\n",
        ] {
            let expected = [(2, ["a", "b"]), (4, ["1", "x\n\ny"]), (9, ["2", "q\"q, r"])]
                .map(|(line, cells)| (line, cells.map(str::to_owned).to_vec()));
            assert_eq!(records_of(content).expect(content), expected);
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_the_reading_in_bounds() {
        let short = "a,b\n1,2\n3,\"4\n5,6\n".to_owned();
        let endless = short.clone() + &"7,8\n".repeat(MAX_BYTES);
        for content in [short, endless] {
            let error = records_of(content).expect_err("an open quote");
            assert!(matches!(error, FileError::OpenQuote { line: 3 }), "{error}");
        }
    }

    #[test]
    fn a_file_without_any_text_is_empty() {
        for content in ["", "\n\r\n", "\u{feff}", "  \t\n"] {
            assert!(matches!(records_of(content), Err(FileError::Empty)));
        }
    }
}
