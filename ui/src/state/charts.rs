//! Whether the dashboard's charts are shown. One choice for the whole window.

use serde_json::Value;

use super::kept::Setting;
use crate::dom;

/// Height from which a window has room for them beside the table; in a lower one they are folded until they are wanted.
const ROOM_FROM: f64 = 640.0;

/// How the charts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charts {
    /// Above the table.
    Shown,
    /// Not at all.
    Folded,
}

impl Charts {
    /// The other way.
    #[must_use]
    pub fn other(self) -> Charts {
        match self {
            Charts::Shown => Charts::Folded,
            Charts::Folded => Charts::Shown,
        }
    }

    fn of(shown: bool) -> Charts {
        if shown { Charts::Shown } else { Charts::Folded }
    }
}

impl Setting for Charts {
    const NAME: &'static str = "charts";

    fn first() -> Charts {
        Charts::of(dom::window_height().is_none_or(|height| height >= ROOM_FROM))
    }

    fn write(&self) -> Value {
        Value::from(*self == Charts::Shown)
    }

    fn read(value: &Value) -> Option<Charts> {
        value.as_bool().map(Charts::of)
    }
}
