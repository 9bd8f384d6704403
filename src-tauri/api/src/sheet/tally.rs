//! The outcome of a file's rows: counted in full, listed up to a bound, so that the answer stays small for any file.

use super::Place;
use crate::devices::{ImportError, Imported};

/// Most rows that are listed of each kind; the others are counted.
pub const LISTED: usize = 500;

/// Why a row was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// Its device is there already, just so.
    Present,
    /// Another device has its name or place, on the server or in the file.
    Taken,
    /// Any other reason.
    Wrong,
}

/// The refusal of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, in one word.
    pub kind: RefusalKind,
    /// Which row, and why as a sentence.
    pub row: RefusedRow,
}

/// What is reported about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// Where it stands.
    pub place: Place,
    /// Its number, from 1 on.
    pub number: i64,
    /// Its hostname, if it has one.
    pub hostname: Option<String>,
    /// The sentence, which begins with the place.
    pub sentence: String,
}

impl Refusal {
    /// Refuses a row; `why` has no full stop.
    #[must_use]
    pub fn new(place: Place, number: i64, hostname: Option<String>, kind: RefusalKind, why: &str) -> Refusal {
        let hostname = hostname.map(|name| name.chars().take(255).collect());
        Refusal { kind, row: RefusedRow { place, number, hostname, sentence: format!("{place}: {why}.") } }
    }
}

/// Rows of one kind.
#[derive(Clone, Debug, Default)]
struct Rows {
    listed: Vec<RefusedRow>,
    count: i64,
}

/// The outcome of the rows so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Devices added.
    pub added: i64,
    present: Rows,
    taken: Rows,
    wrong: Rows,
    stopped: Option<String>,
}

impl Tally {
    /// Counts a row that was not taken.
    pub fn refuse(&mut self, refusal: Refusal) {
        let rows = self.rows_mut(refusal.kind);
        rows.count += 1;
        if rows.listed.len() < LISTED {
            rows.listed.push(refusal.row);
        }
    }

    /// Says why no further row was read or added; the last reason counts, for it is about rows before those of the others.
    pub fn stop(&mut self, why: String) {
        self.stopped = Some(why);
    }

    /// Why no further row was read, if that is so.
    #[must_use]
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Rows that were read.
    #[must_use]
    pub fn read(&self) -> i64 {
        self.added + self.present.count + self.taken.count + self.wrong.count
    }

    /// How many rows were not taken for a reason, and the first of them in the order they came.
    #[must_use]
    pub fn refused(&self, kind: RefusalKind) -> (i64, &[RefusedRow]) {
        let rows = match kind {
            RefusalKind::Present => &self.present,
            RefusalKind::Taken => &self.taken,
            RefusalKind::Wrong => &self.wrong,
        };
        (rows.count, &rows.listed)
    }

    fn rows_mut(&mut self, kind: RefusalKind) -> &mut Rows {
        match kind {
            RefusalKind::Present => &mut self.present,
            RefusalKind::Taken => &mut self.taken,
            RefusalKind::Wrong => &mut self.wrong,
        }
    }

    /// The answer to an import of a text.
    #[must_use]
    pub fn imported(&self) -> Imported {
        let mut listed: Vec<&RefusedRow> = self.taken.listed.iter().chain(&self.wrong.listed).collect();
        listed.sort_by_key(|row| row.number);
        let error = |row: &RefusedRow| {
            let (Place::Line(line) | Place::Row(line)) = row.place;
            ImportError { line, hostname: row.hostname.clone(), message: row.sentence.clone() }
        };
        Imported {
            added: self.added,
            present: self.present.count,
            refused: self.taken.count + self.wrong.count,
            errors: listed.into_iter().take(LISTED).map(error).collect(),
            stopped: self.stopped.clone(),
        }
    }
}
