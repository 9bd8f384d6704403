//! Whether log lines that say the same one after the other are one row. One choice for the whole window.

use serde_json::Value;

use super::kept::Setting;

/// How repeated lines are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// As one row with their number.
    Folded,
    /// Each in a row of its own.
    Apart,
}

impl Folding {
    /// The other way.
    #[must_use]
    pub fn other(self) -> Folding {
        match self {
            Folding::Folded => Folding::Apart,
            Folding::Apart => Folding::Folded,
        }
    }
}

impl Setting for Folding {
    const NAME: &'static str = "fold_log";

    fn first() -> Folding {
        Folding::Folded
    }

    fn write(&self) -> Value {
        Value::from(*self == Folding::Folded)
    }

    fn read(value: &Value) -> Option<Folding> {
        value.as_bool().map(|folded| if folded { Folding::Folded } else { Folding::Apart })
    }
}
