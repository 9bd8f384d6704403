//! The first line: the separator, and the columns it names.

use super::columns::{Column, plain};
use super::near::near;
use super::quoted;
use super::records::Records;

/// A separator of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`, in countries that write numbers with a comma.
    Semicolon,
    /// Tabs, as in text copied from a table.
    Tab,
}

impl Separator {
    /// Every separator; the first is the default where the line does not settle it.
    const ALL: [Separator; 3] = [Separator::Comma, Separator::Semicolon, Separator::Tab];

    fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
        }
    }

    /// One of them, as a word: `comma`.
    #[must_use]
    pub fn one(self) -> &'static str {
        match self {
            Separator::Comma => "comma",
            Separator::Semicolon => "semicolon",
            Separator::Tab => "tab",
        }
    }
}

/// The content of the first line.
pub struct Header {
    pub separator: Separator,
    /// None where a column has no name.
    pub columns: Vec<Option<Column>>,
}

/// Names in the first line that is not blank.
struct Names {
    separator: Separator,
    names: Vec<String>,
    /// Where the text continues, and on which line.
    rest: (usize, i64),
}

impl Names {
    fn known(&self) -> usize {
        self.names.iter().filter(|name| Column::named(name).is_some()).count()
    }
}

/// Reads the first line that is not blank, and returns the records after it.
pub fn read(text: &str) -> Result<(Header, Records<'_>), String> {
    let (start, said) = hint(text);
    let separators = said.map_or(Separator::ALL.to_vec(), |separator| vec![separator]);
    let read = separators.into_iter().filter_map(|separator| names(text, start, separator).transpose());
    // The separator with the most known names; among equals the one that divides the line, otherwise the first.
    let mut best: Option<Names> = None;
    let mut broken = None;
    for names in read {
        match names {
            Err(why) => broken = Some(why),
            Ok(names) => {
                let rank = |names: &Names| (names.known(), names.names.len());
                if best.as_ref().is_none_or(|best| rank(&names) > rank(best)) {
                    best = Some(names);
                }
            }
        }
    }
    let Some(names) = best else {
        return Err(broken.unwrap_or_else(|| {
            format!("The file is empty. Its first line must name the columns: {}, and any others.", needed())
        }));
    };
    let columns = columns(&names)?;
    let (at, line) = names.rest;
    let separator = names.separator;
    Ok((Header { separator, columns }, Records::new(&text[at..], line, separator.byte())))
}

/// The line `sep=;` that Excel understands and some programs write, and where the text begins after it.
fn hint(text: &str) -> ((usize, i64), Option<Separator>) {
    let first = text.lines().next().unwrap_or_default();
    let said = first.trim_matches('"').to_ascii_lowercase();
    let separator = Separator::ALL
        .into_iter()
        .find(|separator| said.strip_prefix("sep=").is_some_and(|said| said.as_bytes() == [separator.byte()]));
    let behind = text[first.len()..].find('\n').map_or(text.len(), |end| first.len() + end + 1);
    if separator.is_some() { ((behind, 2), separator) } else { ((0, 1), None) }
}

fn names(text: &str, (start, line): (usize, i64), separator: Separator) -> Result<Option<Names>, String> {
    let mut records = Records::new(&text[start..], line, separator.byte());
    while let Some(record) = records.next() {
        let record = record.map_err(|unclosed| unclosed.to_string())?;
        if record.cells.iter().any(|cell| cell.bytes().any(|byte| !b",;\t ".contains(&byte))) {
            let names = record.cells.into_iter().map(std::borrow::Cow::into_owned).collect();
            let (at, line) = records.place();
            return Ok(Some(Names { separator, names, rest: (start + at, line) }));
        }
    }
    Ok(None)
}

fn columns(names: &Names) -> Result<Vec<Option<Column>>, String> {
    let mut columns = Vec::new();
    let (mut unknown, mut twice) = (None, None);
    for name in &names.names {
        let column = Column::named(name);
        if column.is_none() && !name.is_empty() {
            unknown.get_or_insert(name);
        }
        if column.is_some() && columns.contains(&column) {
            twice = column;
        }
        columns.push(column);
    }
    let missing: Vec<&str> =
        Column::NEEDED.into_iter().filter(|needed| !columns.contains(&Some(*needed))).map(Column::name).collect();
    let known: Vec<&str> = Column::ALL.into_iter().map(Column::name).collect();
    if !missing.is_empty() {
        let found =
            unknown.map(|name| format!(" It names {}, which is not a column.", quoted(name))).unwrap_or_default();
        return Err(format!(
            "The first line does not name {}.{found} Name the columns there, separated by commas, semicolons or tabs.",
            missing.join(", ")
        ));
    }
    if let Some(column) = twice {
        return Err(format!("The first line names the column {} more than once. Leave one of them.", column.name()));
    }
    if let Some(name) = unknown {
        let near = near(&plain(name), &known);
        let meant = near.first().map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
        return Err(format!(
            "The first line names an unknown column {}{meant}. Remove the column, or use one of {}.",
            quoted(name),
            known.join(", ")
        ));
    }
    Ok(columns)
}

fn needed() -> String {
    Column::NEEDED.map(Column::name).join(", ")
}
