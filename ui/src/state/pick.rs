//! A value of a log line that can become a filter.

use netraven_api::logs::{Level, LogType, MetaMatch};
use netraven_api::{DeviceId, JobId, Open, RunId, Word};
use serde_json::Value;

/// What the lines are narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// A level.
    Level(Level),
    /// A type.
    Type(Open<LogType>),
    /// A part of the program.
    Source(String),
    /// A job.
    Job(JobId),
    /// A device.
    Device(DeviceId),
    /// A run.
    Run(RunId),
    /// Any other value of a line's `meta`.
    Meta(MetaMatch),
}

impl Pick {
    /// The filter for a value within `meta` by its place there, if it can be one.
    #[must_use]
    pub fn of(place: &[String], value: &Value) -> Option<Pick> {
        let own = place.last().and_then(|name| Pick::by_name(name, value));
        own.or_else(|| MetaMatch::of(place, value).map(Pick::Meta))
    }

    /// The filter of its own that a value has by its name.
    fn by_name(name: &str, value: &Value) -> Option<Pick> {
        let text = || value.as_str().map(str::to_owned);
        match name {
            "level" => Level::parse_any_case(value.as_str()?).map(Pick::Level),
            "log_type" => text().map(|word| Pick::Type(Open::of(&word))),
            "source" => text().map(Pick::Source),
            "job_id" => value.as_i64().map(|id| Pick::Job(id.into())),
            "device_id" => value.as_i64().map(|id| Pick::Device(id.into())),
            "run_id" => value.as_i64().map(|id| Pick::Run(id.into())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(name: &str, value: &Value) -> Option<Pick> {
        Pick::of(&[name.to_owned()], value)
    }

    #[test]
    fn a_value_has_the_filter_of_its_name_or_is_looked_for_in_meta() {
        assert_eq!(of("device_id", &json!(9)), Some(Pick::Device(9.into())));
        assert_eq!(of("level", &json!("error")), Some(Pick::Level(Level::Error)));
        let within = |text: &str| Some(Pick::Meta(MetaMatch::try_from(text.to_owned()).expect("a place")));
        assert_eq!(of("bytes", &json!(9)), within("/bytes=9"));
        assert_eq!(of("run_id", &json!("nine")), within("/run_id=nine"));
        assert_eq!(of("job_id", &json!(null)), within("/job_id"));
        assert_eq!(of("peer", &json!({ "port": 22 })), None);
    }
}
