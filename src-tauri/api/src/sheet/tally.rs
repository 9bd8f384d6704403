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

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, in one word.
    pub kind: RefusalKind,
    /// Which row, and why as a sentence.
    pub told: Told,
}

/// What is reported about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where it stands.
    pub place: Place,
    /// The how many-th it is.
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
        Refusal { kind, told: Told { place, number, hostname, sentence: format!("{place}: {why}.") } }
    }
}

/// Rows of one kind.
#[derive(Clone, Debug, Default)]
struct Rows {
    listed: Vec<Told>,
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
            rows.listed.push(refusal.told);
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
    pub fn refused(&self, kind: RefusalKind) -> (i64, &[Told]) {
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
        let mut listed: Vec<&Told> = self.taken.listed.iter().chain(&self.wrong.listed).collect();
        listed.sort_by_key(|told| told.number);
        let error = |told: &Told| {
            let (Place::Line(line) | Place::Row(line)) = told.place;
            ImportError { line, hostname: told.hostname.clone(), message: told.sentence.clone() }
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
