//! Records of a text: cells between separators, quoted if they contain one or an end of line (RFC 4180, and its
//! variations in practice).

use std::borrow::Cow;

use super::quoted;

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The line it begins on, from 1.
    pub line: i64,
    /// Its cells, without surrounding blanks.
    pub cells: Vec<Cow<'a, str>>,
}

impl Record<'_> {
    /// Whether all its cells are empty.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.is_empty())
    }
}

/// A quotation mark that is never closed: all the rest would be one cell.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Line {line}: the quotation mark before {begins} is never closed, so this line and those after it were not read. Close it, or remove it."
)]
pub struct Unclosed {
    line: i64,
    begins: String,
}

/// The records of a text.
pub struct Records<'a> {
    text: &'a str,
    at: usize,
    line: i64,
    separator: u8,
}

/// What a cell ends with.
enum End {
    Separator,
    Line,
    Text,
}

impl<'a> Records<'a> {
    /// The records of a text, whose first line has this number.
    pub fn new(text: &'a str, line: i64, separator: u8) -> Records<'a> {
        Records { text, at: 0, line, separator }
    }

    /// Where the next record begins, and in which line.
    pub fn place(&self) -> (usize, i64) {
        (self.at, self.line)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn cell(&mut self) -> Result<(Cow<'a, str>, End), Unclosed> {
        let is_blank = |byte: u8| byte == b' ' || (byte == b'\t' && self.separator != b'\t');
        let blanks = self.text.as_bytes()[self.at..].iter().take_while(|byte| is_blank(**byte)).count();
        if self.byte(self.at + blanks) == Some(b'"') {
            self.at += blanks;
            return self.quoted();
        }
        let (text, end) = self.rest();
        Ok((Cow::Borrowed(text), end))
    }

    /// What stands before the next separator or end of line.
    fn rest(&mut self) -> (&'a str, End) {
        let text = self.text;
        let rest = &text.as_bytes()[self.at..];
        let ends = |byte: &u8| *byte == self.separator || matches!(byte, b'\r' | b'\n');
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let cell = text[self.at..self.at + length].trim();
        self.at += length;
        (cell, self.end())
    }

    fn quoted(&mut self) -> Result<(Cow<'a, str>, End), Unclosed> {
        let (opened, line) = (self.at, self.line);
        let mut cell: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let text = self.text;
            let inside = &text[self.at + 1..];
            let Some(length) = inside.bytes().position(|byte| byte == b'"') else {
                let begins = text[opened + 1..].lines().next().unwrap_or_default();
                return Err(Unclosed { line, begins: quoted(begins.trim()) });
            };
            let piece = &inside[..length];
            self.line += line_ends(piece);
            self.at += length + 2;
            cell += piece;
            if self.byte(self.at) != Some(b'"') {
                break;
            }
            // A mark that is doubled is one of the cell's own.
            cell += "\"";
        }
        let (behind, end) = self.rest();
        cell += behind;
        let cell = match cell {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        Ok((cell, end))
    }

    /// Steps over what a cell ends with.
    fn end(&mut self) -> End {
        match self.byte(self.at) {
            None => End::Text,
            Some(byte) if byte == self.separator => {
                self.at += 1;
                End::Separator
            }
            Some(byte) => {
                self.at += if byte == b'\r' && self.byte(self.at + 1) == Some(b'\n') { 2 } else { 1 };
                self.line += 1;
                End::Line
            }
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Unclosed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let (line, mut cells) = (self.line, Vec::new());
        loop {
            match self.cell() {
                Err(unclosed) => return Some(Err(unclosed)),
                Ok((cell, end)) => {
                    cells.push(cell);
                    if !matches!(end, End::Separator) {
                        return Some(Ok(Record { line, cells }));
                    }
                }
            }
        }
    }
}

/// Ends of lines in a text, `\r\n` being one.
fn line_ends(text: &str) -> i64 {
    let bytes = text.as_bytes();
    let is_end = |(at, byte): (usize, &u8)| *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    i64::try_from(bytes.iter().enumerate().filter(|(at, byte)| is_end((*at, byte))).count()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, separator: char) -> Vec<(i64, Vec<String>)> {
        let records = Records::new(text, 1, u8::try_from(separator).unwrap());
        let cells = |cells: Vec<Cow<'_, str>>| cells.into_iter().map(Cow::into_owned).collect();
        records.map(|record| record.unwrap()).map(|record| (record.line, cells(record.cells))).collect()
    }

    fn record(line: i64, cells: &[&str]) -> (i64, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn cells_are_told_apart_and_lines_are_counted() {
        assert_eq!(read("a, b ,\r\nc,d", ','), [record(1, &["a", "b", ""]), record(2, &["c", "d"])]);
        assert_eq!(read("a;b,c\n;\n", ';'), [record(1, &["a", "b,c"]), record(2, &["", ""])]);
        assert_eq!(read("a\t b\t\rc\td", '\t'), [record(1, &["a", "b", ""]), record(2, &["c", "d"])]);
        assert_eq!(read("a,\"x\r\ny\n\nz\",b\nc", ','), [record(1, &["a", "x\r\ny\n\nz", "b"]), record(5, &["c"])]);
        assert_eq!(read("\n\na", ','), [record(1, &[""]), record(2, &[""]), record(3, &["a"])]);
        assert_eq!(read("", ','), []);
    }

    #[test]
    fn quotation_marks_hold_separators_and_each_other() {
        assert_eq!(read("\"a,\"\"b\"\"\", \"c\" ,5\" disk", ','), [record(1, &["a,\"b\"", "c", "5\" disk"])]);
        assert_eq!(read("\"\",\"a\"b,\" c \"", ','), [record(1, &["", "ab", "c"])]);
    }

    #[test]
    fn a_mark_that_is_never_closed_is_told_where_it_stands() {
        let mut records = Records::new("a\n\"b\nc\",\"Rack 4\nd,e\n", 1, b',');
        assert!(records.next().unwrap().is_ok());
        let told = records.next().unwrap().unwrap_err().to_string();
        assert!(told.starts_with("Line 3: the quotation mark before 'Rack 4' is never closed"), "{told}");
    }
}
