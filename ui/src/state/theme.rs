//! The theme: dark first, light, high contrast, or as the system has it.

use serde_json::Value;

use super::kept::Setting;
use crate::dom;

/// A theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
    /// Black, white and strong lines.
    Contrast,
    /// As the system says.
    System,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Theme; 4] = [Theme::Dark, Theme::Light, Theme::Contrast, Theme::System];

    /// The theme as the style sheet and the setting spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
            Theme::Contrast => "contrast",
            Theme::System => "system",
        }
    }

    /// The theme's name on screen.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Theme::Dark => "Dark",
            Theme::Light => "Light",
            Theme::Contrast => "High contrast",
            Theme::System => "Match system",
        }
    }

    /// The theme spelled so, or none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

impl Setting for Theme {
    const NAME: &'static str = "theme";

    fn first() -> Theme {
        Theme::Dark
    }

    fn write(&self) -> Value {
        Value::from(self.as_str())
    }

    fn read(value: &Value) -> Option<Theme> {
        value.as_str().and_then(Theme::parse)
    }

    fn take_effect(&self) {
        dom::set_root_attribute("data-theme", self.as_str());
    }
}
