//! Which lines a person has selected: one row, or all from one row to another.

use super::fold::Ends;

/// A selection. It names lines by id, so that it holds while others arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    anchor: Ends,
    here: Ends,
}

impl Selection {
    /// One row.
    #[must_use]
    pub fn of(row: Ends) -> Selection {
        Selection { anchor: row, here: row }
    }

    /// From where it began to another row.
    #[must_use]
    pub fn to(self, row: Ends) -> Selection {
        Selection { here: row, ..self }
    }

    /// The row it ends in: the one keys move from.
    #[must_use]
    pub fn here(self) -> Ends {
        self.here
    }

    /// All of it.
    #[must_use]
    pub fn ends(self) -> Ends {
        self.anchor.joined(self.here)
    }

    /// The row, if it is one.
    #[must_use]
    pub fn single(self) -> Option<Ends> {
        (self.anchor == self.here).then_some(self.here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_turns_about_the_row_it_began_in() {
        let begun = Selection::of(Ends { low: 5.into(), high: 7.into() });
        assert_eq!(begun.single(), Some(Ends { low: 5.into(), high: 7.into() }));
        assert_eq!(begun.to(Ends::one(9.into())).ends(), Ends { low: 5.into(), high: 9.into() });
        let turned = begun.to(Ends::one(9.into())).to(Ends::one(2.into()));
        assert_eq!(
            (turned.ends(), turned.here(), turned.single()),
            (Ends { low: 2.into(), high: 7.into() }, Ends::one(2.into()), None)
        );
        assert!(
            turned.ends().meets(Ends { low: 7.into(), high: 8.into() })
                && !turned.ends().meets(Ends { low: 8.into(), high: 9.into() })
        );
    }
}
