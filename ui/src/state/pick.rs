//! A value of a log line that can become a filter.

use serde_json::Value;

/// What the lines are narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// A level.
    Level(String),
    /// A type.
    Type(String),
    /// A part of the program.
    Source(String),
    /// A job.
    Job(i64),
    /// A device.
    Device(i64),
    /// A run.
    Run(i64),
}

impl Pick {
    /// The filter for a value by its name, if there is one.
    #[must_use]
    pub fn of(name: &str, value: &Value) -> Option<Pick> {
        let text = || value.as_str().map(str::to_owned);
        match name {
            "level" => text().map(|level| Pick::Level(level.to_uppercase())),
            "log_type" => text().map(Pick::Type),
            "source" => text().map(Pick::Source),
            "job_id" => value.as_i64().map(Pick::Job),
            "device_id" => value.as_i64().map(Pick::Device),
            "run_id" => value.as_i64().map(Pick::Run),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_value_with_a_filter_of_its_own_can_be_picked() {
        assert_eq!(Pick::of("device_id", &json!(9)), Some(Pick::Device(9)));
        assert_eq!(Pick::of("level", &json!("error")), Some(Pick::Level("ERROR".into())));
        for (name, value) in [("bytes", json!(9)), ("run_id", json!("nine")), ("job_id", json!(null))] {
            assert_eq!(Pick::of(name, &value), None, "{name}");
        }
    }
}
