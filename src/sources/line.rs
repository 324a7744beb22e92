//! Lines of a file as an editor numbers them, one at a time and of bounded length.
//!
//! A million rows are never held at once, and a file without line ends does not fill the memory either.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use super::FileError;

/// The longest line, and the longest CSV record of several lines, that is read.
pub(super) const MAX_BYTES: usize = 1 << 20;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
const UTF16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// Reads lines that end in LF, in CRLF or, as on old Macs, in CR.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
    /// The last line ended in CR: an LF that comes next belongs to that end.
    after_cr: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader: BufReader::new(reader),
            number: 0,
            after_cr: false,
        }
    }

    /// The number of the line read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Puts the next line into `line`, without its end; false where there is none.
    pub(super) fn read(&mut self, line: &mut Vec<u8>) -> Result<bool, FileError> {
        line.clear();
        if !self.read_to_end_of_line(line)? {
            return Ok(false);
        }
        if self.number == 1 {
            strip_mark(line)?;
            check_text(line)?;
        }
        Ok(true)
    }

    /// Puts the next line that is not blank into `line`; false where there is none.
    pub(super) fn read_filled(&mut self, line: &mut Vec<u8>) -> Result<bool, FileError> {
        while self.read(line)? {
            if !line.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn read_to_end_of_line(&mut self, line: &mut Vec<u8>) -> Result<bool, FileError> {
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            let Some(first) = available.first() else {
                self.number += u64::from(!line.is_empty());
                return Ok(!line.is_empty());
            };
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                self.reader.consume(1);
                continue;
            }
            let end = available.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let taken = end.unwrap_or(available.len());
            line.extend_from_slice(&available[..taken]);
            self.after_cr = end.is_some_and(|at| available[at] == b'\r');
            self.reader.consume(taken + usize::from(end.is_some()));
            if line.len() > MAX_BYTES {
                return Err(FileError::LineTooLong {
                    line: self.number + 1,
                    most: MAX_BYTES,
                });
            }
            if end.is_some() {
                self.number += 1;
                return Ok(true);
            }
        }
    }
}

/// The first byte, counted from 1, that is not UTF-8.
pub(super) fn first_bad_byte(line: &[u8]) -> Option<usize> {
    let error = std::str::from_utf8(line).err()?;
    Some(error.valid_up_to() + 1)
}

fn strip_mark(line: &mut Vec<u8>) -> Result<(), FileError> {
    if UTF16_MARKS.iter().any(|mark| line.starts_with(mark)) {
        return Err(FileError::Utf16);
    }
    if line.starts_with(UTF8_MARK) {
        line.drain(..UTF8_MARK.len());
    }
    Ok(())
}

fn check_text(line: &[u8]) -> Result<(), FileError> {
    if line.contains(&0) {
        return Err(FileError::NotText);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(content: impl AsRef<[u8]>) -> Result<Vec<(u64, String)>, FileError> {
        let mut lines = Lines::new(content.as_ref());
        let (mut line, mut read) = (Vec::new(), Vec::new());
        while lines.read(&mut line)? {
            read.push((lines.number(), String::from_utf8_lossy(&line).into_owned()));
        }
        Ok(read)
    }

    #[test]
    fn lines_are_numbered_as_an_editor_shows_them() {
        for content in [
            "a\n\nb",
            "a\n\nb\n",
            "a\r\n\r\nb\r\n",
            "a\r\rb\r",
            "\u{feff}a\r\n\nb",
        ] {
            let lines = lines_of(content).expect(content);
            let expected = [(1, "a"), (2, ""), (3, "b")].map(|(n, text)| (n, text.to_owned()));
            assert_eq!(lines, expected, "{content:?}");
        }
        assert_eq!(lines_of("").expect("nothing"), []);
    }

    #[test]
    fn a_line_end_may_fall_between_two_reads() {
        let content = b"a\r".chain(&b"\nb\r"[..]).chain(&b"c"[..]);
        let mut lines = Lines::new(content);
        let (mut line, mut read) = (Vec::new(), Vec::new());
        while lines.read(&mut line).expect("readable") {
            read.push(line.clone());
        }
        assert_eq!(read, [b"a", b"b", b"c"]);
    }

    #[test]
    fn utf_16_and_endless_lines_are_refused() {
        for content in [b"\xFF\xFEa\0\n\0".as_slice(), b"\xFE\xFF\0a\0\n"] {
            assert!(matches!(lines_of(content), Err(FileError::Utf16)));
        }
        let mut content = b"short\n".to_vec();
        content.resize(2 * MAX_BYTES, b'x');
        assert!(matches!(
            lines_of(content),
            Err(FileError::LineTooLong { line: 2, .. })
        ));
    }

    #[test]
    fn a_byte_that_is_not_utf_8_is_found() {
        assert_eq!(first_bad_byte("Köln".as_bytes()), None);
        assert_eq!(first_bad_byte(b"K\xF6ln"), Some(2));
    }
}
