//! The theme: dark first, light, high contrast, or as the system has it.

use dioxus::prelude::*;
use netraven_api::native::Native;
use serde_json::Value;

use crate::data::{Api, use_api};
use crate::dom;

/// Name of the setting that keeps the choice.
const SETTING: &str = "theme";

/// A theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light text on dark.
    #[default]
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
            Theme::System => "As the system",
        }
    }

    /// The theme spelled so, or none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

/// The chosen theme, kept in the settings.
#[derive(Clone)]
pub struct ThemeChoice {
    theme: Signal<Theme>,
    api: Api,
}

impl ThemeChoice {
    /// The theme in use.
    #[must_use]
    pub fn theme(&self) -> Theme {
        *self.theme.read()
    }

    /// Uses another theme and keeps the choice.
    pub fn choose(&self, theme: Theme) {
        let mut current = self.theme;
        current.set(theme);
        dom::set_root_attribute("data-theme", theme.as_str());
        let api = self.api.clone();
        spawn(async move {
            let wish = Native::SetSetting { name: SETTING.to_owned(), value: Value::from(theme.as_str()) };
            // A choice that could not be kept still holds until the window closes.
            let _ = api.ask::<Value>(wish).await;
        });
    }
}

/// Provides the theme to the window and reads the kept choice.
pub fn use_theme_provider() {
    let api = use_api();
    let mut theme = use_signal(Theme::default);
    use_context_provider(|| ThemeChoice { theme, api: api.clone() });
    use_future(move || {
        let api = api.clone();
        async move {
            let kept = api.ask::<Value>(Native::GetSetting { name: SETTING.to_owned() }).await;
            if let Some(kept) = kept.ok().as_ref().and_then(Value::as_str).and_then(Theme::parse) {
                theme.set(kept);
                dom::set_root_attribute("data-theme", kept.as_str());
            }
        }
    });
}

/// The theme of this window.
pub fn use_theme() -> ThemeChoice {
    use_context()
}
