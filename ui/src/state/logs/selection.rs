//! Which lines a person has selected: one row, or all from one row to another.

use super::fold::IdRange;

/// A selection. It names lines by id, so that it holds while others arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    anchor: IdRange,
    here: IdRange,
}

impl Selection {
    /// One row.
    #[must_use]
    pub fn of(row: IdRange) -> Selection {
        Selection { anchor: row, here: row }
    }

    /// From where it began to another row.
    #[must_use]
    pub fn to(self, row: IdRange) -> Selection {
        Selection { here: row, ..self }
    }

    /// The row it ends in: the one keys move from.
    #[must_use]
    pub fn here(self) -> IdRange {
        self.here
    }

    /// All of it.
    #[must_use]
    pub fn range(self) -> IdRange {
        self.anchor.joined(self.here)
    }

    /// The row, if it is one.
    #[must_use]
    pub fn single(self) -> Option<IdRange> {
        (self.anchor == self.here).then_some(self.here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_turns_about_the_row_it_began_in() {
        let begun = Selection::of(IdRange { low: 5.into(), high: 7.into() });
        assert_eq!(begun.single(), Some(IdRange { low: 5.into(), high: 7.into() }));
        assert_eq!(begun.to(IdRange::one(9.into())).range(), IdRange { low: 5.into(), high: 9.into() });
        let turned = begun.to(IdRange::one(9.into())).to(IdRange::one(2.into()));
        assert_eq!(
            (turned.range(), turned.here(), turned.single()),
            (IdRange { low: 2.into(), high: 7.into() }, IdRange::one(2.into()), None)
        );
        assert!(
            turned.range().meets(IdRange { low: 7.into(), high: 8.into() })
                && !turned.range().meets(IdRange { low: 8.into(), high: 9.into() })
        );
    }
}
