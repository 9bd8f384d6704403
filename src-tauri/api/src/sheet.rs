//! Files of devices as spreadsheets write them: the one reader for server, client and window.
//!
//! It knows no server: the platforms and the devices that exist are passed in.

mod columns;
mod device;
mod encoding;
mod header;
mod near;
mod records;
mod tally;
mod twins;

use std::fmt;

pub use columns::{Cells, Column};
pub use device::{Entry, check};
pub use encoding::decode;
pub use header::Separator;
pub use tally::{LISTED, Refusal, RefusalKind, RefusedRow, Tally};
pub use twins::{Fate, Seen, There, compare, place_of};

pub(crate) use device::is_hostname;
pub(crate) use near::near;

use header::Header;
use records::{Record, Records};

/// Most rows of one file.
pub const ROWS: i64 = 200_000;

/// The place of a row, as its messages begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a text, from 1; a row that spans several lines has the number of the first.
    Line(i64),
    /// An item of a list, from 1.
    Row(i64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(number) => write!(f, "Line {number}"),
            Place::Row(number) => write!(f, "Row {number}"),
        }
    }
}

/// A row that is not blank.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place in the file.
    pub place: Place,
    /// Its number; blank rows are not counted.
    pub number: i64,
    /// Its cells.
    pub cells: Cells,
    /// What is wrong with it regardless of its cells, without a full stop.
    pub fault: Option<String>,
}

/// A file whose first line was understood. It yields its rows one by one and keeps none; an unreadable row ends it.
pub struct Sheet<'a> {
    header: Header,
    records: Records<'a>,
    rows: i64,
    ended: bool,
}

impl<'a> Sheet<'a> {
    /// Reads the first line of a text.
    ///
    /// # Errors
    /// Says what is wrong with that line, as a sentence.
    pub fn open(text: &'a str) -> Result<Sheet<'a>, String> {
        let (header, records) = header::read(text.strip_prefix('\u{feff}').unwrap_or(text))?;
        Ok(Sheet { header, records, rows: 0, ended: false })
    }

    /// The separator of its cells.
    #[must_use]
    pub fn separator(&self) -> Separator {
        self.header.separator
    }

    /// The columns it names, in order.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        self.header.columns.iter().copied().flatten()
    }

    fn row(&mut self, record: Record<'a>) -> Row {
        self.rows += 1;
        let (mut cells, mut fault) = (Cells::default(), None);
        let (found, named) = (record.cells.len(), self.header.columns.len());
        for (index, text) in record.cells.into_iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            match self.header.columns.get(index) {
                Some(Some(column)) => cells.set(*column, text.into_owned()),
                Some(None) => {
                    let column = index + 1;
                    fault.get_or_insert_with(|| {
                        format!("{} is in column {column}, which the first line does not name", quoted(&text))
                    });
                }
                None => {
                    let separator = self.header.separator.one();
                    fault.get_or_insert_with(|| {
                        format!(
                            "it has {found} cells, but the first line names {named} columns: put quotation marks \
                             around a cell that contains a {separator}"
                        )
                    });
                }
            }
        }
        Row { place: Place::Line(record.line), number: self.rows, cells, fault }
    }
}

impl Iterator for Sheet<'_> {
    /// A row, or why no more can be read.
    type Item = Result<Row, String>;

    fn next(&mut self) -> Option<Result<Row, String>> {
        if self.ended {
            return None;
        }
        let next = self.records.find(|record| !record.as_ref().is_ok_and(Record::is_blank))?;
        Some(match next {
            Ok(record) => Ok(self.row(record)),
            Err(broken) => {
                self.ended = true;
                Err(broken.to_string())
            }
        })
    }
}

/// A text of a file in quotation marks, on one line, and truncated if it is long.
#[must_use]
pub fn quoted(text: &str) -> String {
    /// Most characters shown.
    const SHOWN: usize = 60;
    let shown = text.chars().take(SHOWN).map(|letter| if letter.is_control() { ' ' } else { letter });
    let end = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
    format!("'{}{end}'", shown.collect::<String>())
}

/// Words in a row: `a, b or c`.
fn either<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        one => one.concat(),
    }
}

#[cfg(test)]
mod tests;
