//! The schedule of a job.

use jiff::Timestamp;
use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};

use crate::words::{Open, words};

words! {
    /// How a schedule determines its starts.
    pub enum ScheduleKind as pattern {
        /// Again and again after some time.
        Interval = "interval",
        /// By cron fields.
        Cron = "cron",
        /// A single start, at a given time.
        Once = "onetime",
    }
}

/// The schedule of a job. On the wire its fields are among those of the job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Schedule {
    /// `interval`, `cron`, `onetime`, or none for a job run by hand.
    #[serde(rename = "schedule_type")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ScheduleKind>))]
    pub kind: Option<Open<ScheduleKind>>,
    /// Seconds between starts, 60 to 31,536,000, for `interval`.
    #[cfg_attr(feature = "openapi", schema(minimum = 60, maximum = 31536000))]
    pub interval_seconds: Option<i64>,
    /// Five fields, for `cron`.
    #[cfg_attr(feature = "openapi", schema(min_length = 9, max_length = 100))]
    pub cron_string: Option<String>,
    /// IANA time zone the cron fields are read in; UTC if absent. Not part of NetRaven's shape.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub time_zone: Option<String>,
    /// Start, for `onetime`; without a zone it is UTC.
    pub scheduled_for: Option<Timestamp>,
}

impl Schedule {
    /// Every `interval_seconds` seconds.
    #[must_use]
    pub fn every(interval_seconds: i64) -> Schedule {
        let kind = Some(ScheduleKind::Interval.into());
        Schedule { kind, interval_seconds: Some(interval_seconds), ..Schedule::default() }
    }

    /// By cron fields on the clock of UTC.
    #[must_use]
    pub fn cron(fields: impl Into<String>) -> Schedule {
        let kind = Some(ScheduleKind::Cron.into());
        Schedule { kind, cron_string: Some(fields.into()), ..Schedule::default() }
    }

    /// Once, at this time.
    #[must_use]
    pub fn once(at: Timestamp) -> Schedule {
        let kind = Some(ScheduleKind::Once.into());
        Schedule { kind, scheduled_for: Some(at), ..Schedule::default() }
    }

    /// The kind, if there is one and this version knows it.
    #[must_use]
    pub fn known(&self) -> Option<ScheduleKind> {
        self.kind.as_ref().and_then(Open::known)
    }

    /// This schedule, with absent fields taken from another.
    #[must_use]
    pub fn or(self, other: Schedule) -> Schedule {
        Schedule {
            kind: self.kind.or(other.kind),
            interval_seconds: self.interval_seconds.or(other.interval_seconds),
            cron_string: self.cron_string.or(other.cron_string),
            time_zone: self.time_zone.or(other.time_zone),
            scheduled_for: self.scheduled_for.or(other.scheduled_for),
        }
    }

    /// Serializes the fields that are set: in a change absent fields stay, and null clears.
    pub(super) fn write_given<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = serde_json::to_value(self).map_err(S::Error::custom)?;
        serializer.collect_map(fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::jobs::{Job, JobInput, JobKind};

    #[test]
    fn the_fields_of_a_schedule_stand_among_those_of_the_job() {
        let job = json!({
            "id": 3, "name": "nightly", "description": null, "is_enabled": true, "schedule_type": "cron",
            "interval_seconds": null, "cron_string": "0 2 * * *", "time_zone": null, "scheduled_for": null,
            "job_type": "config_backup", "status": "pending", "started_at": null, "completed_at": null, "tags": [],
            "device_id": null, "is_system_job": false, "next_run": null, "last_run_id": null
        });
        let read: Job = serde_json::from_value(job.clone()).unwrap();
        assert_eq!(read.schedule, Schedule::cron("0 2 * * *"));
        assert_eq!(serde_json::to_value(&read).unwrap(), job, "null is written");
    }

    #[test]
    fn a_kind_of_another_server_is_kept() {
        let read: Schedule = serde_json::from_value(json!({ "schedule_type": "weekly" })).unwrap();
        assert_eq!((read.known(), read.kind.as_ref().map(Open::as_str)), (None, Some("weekly")));
    }

    #[test]
    fn a_change_has_only_what_is_given() {
        let change = JobInput { is_enabled: Some(false), ..JobInput::default() };
        assert_eq!(serde_json::to_value(&change).unwrap(), json!({ "is_enabled": false }));
        let at: Timestamp = "2026-11-24T19:35:00Z".parse().unwrap();
        for (schedule, written) in [
            (Schedule::every(3600), json!({ "schedule_type": "interval", "interval_seconds": 3600 })),
            (Schedule::once(at), json!({ "schedule_type": "onetime", "scheduled_for": "2026-11-24T19:35:00Z" })),
            (Schedule::default(), json!({})),
        ] {
            let mut whole = written;
            whole["job_type"] = Value::from(JobKind::Reachability.as_str());
            let input = JobInput { job_type: Some(JobKind::Reachability), schedule, ..JobInput::default() };
            assert_eq!(serde_json::to_value(&input).unwrap(), whole);
            assert_eq!(serde_json::from_value::<JobInput>(whole).unwrap(), input);
        }
    }

    #[test]
    fn what_a_change_leaves_open_stays() {
        let zoned = Schedule { time_zone: Some("Europe/Berlin".into()), ..Schedule::cron("0 2 * * *") };
        let change = Schedule { cron_string: Some("0 3 * * *".into()), ..Schedule::default() };
        let changed = Schedule { cron_string: Some("0 3 * * *".into()), ..zoned.clone() };
        assert_eq!(change.or(zoned.clone()), changed);
        assert_eq!(Schedule::default().or(zoned.clone()), zoned);
    }
}
