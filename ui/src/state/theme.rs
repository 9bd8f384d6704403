//! The theme: dark first, light, high contrast, or as the system has it.

pub use netraven_api::native::Theme;
use serde_json::Value;

use super::kept::Setting;
use crate::dom;

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
