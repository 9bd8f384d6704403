//! Lines that were written and are not in a view, counted by what became of them.

use netraven_api::event::Skip;

/// The numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Held or waiting once, and dropped because of the limit on lines.
    pub let_go: usize,
    /// Sent in a way that was not understood.
    pub not_understood: u64,
    /// Left out by the reader of a server without a cursor; an upper bound.
    pub too_many: u64,
}

impl Missing {
    /// Counts lines that will not come.
    pub fn skip(&mut self, lines: u64, why: Skip) {
        match why {
            Skip::NotUnderstood => self.not_understood += lines,
            Skip::TooMany => self.too_many += lines,
        }
    }
}
