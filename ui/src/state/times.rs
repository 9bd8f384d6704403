//! How times are written: in the person's zone, in UTC, or as the distance from now. One choice for the whole window.

pub use netraven_api::native::Times;
use serde_json::Value;

use super::kept::Setting;

impl Setting for Times {
    const NAME: &'static str = "times";

    fn first() -> Times {
        Times::Local
    }

    fn write(&self) -> Value {
        Value::from(self.as_str())
    }

    fn read(value: &Value) -> Option<Times> {
        value.as_str().and_then(Times::parse)
    }
}
