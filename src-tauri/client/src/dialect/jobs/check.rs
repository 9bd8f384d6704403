//! Checks before a job is sent: the server saves a schedule before it finds out that it is invalid,
//! and from then on fails at every page that contains the job.

mod cron;

use netraven_api::Problem;
use netraven_api::jobs::ScheduleKind;
use netraven_api::native::Feature;
use serde_json::{Map, Value};

use crate::dialect::description::Description;
use crate::dialect::offered;
use crate::dialect::tags::unique_tags;

/// The problem of a job that can no longer be shown.
pub const POISONED: &str = "The server failed to save this job, most likely because its schedule is incomplete. It \
                            may have been saved anyway: set the whole schedule again.";

/// The parts of a cron schedule.
const FIVE: &str = "A cron schedule needs its five fields: minute, hour, day, month, weekday.";

/// The body as the server accepts it, its schedule complete.
pub fn body(description: &Description, mut fields: Map<String, Value>) -> Result<Value, Problem> {
    if !description.takes("JobCreate", "time_zone") {
        let zone = fields.remove("time_zone");
        let zone = zone.as_ref().and_then(Value::as_str).unwrap_or("UTC");
        if !matches!(zone, "UTC" | "Etc/UTC") {
            return Err(Problem::field("body.time_zone", offered::refusal(Feature::CronTimeZone).message));
        }
    }
    unique_tags(&mut fields);
    let refuse = |name: &str, why: &str| Err(Problem::field(format!("body.{name}"), why));
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    match text("schedule_type").and_then(ScheduleKind::parse) {
        Some(ScheduleKind::Cron) if text("cron_string").is_none() => return refuse("cron_string", FIVE),
        Some(ScheduleKind::Interval) if fields.get("interval_seconds").and_then(Value::as_i64).is_none() => {
            return refuse("interval_seconds", "An interval needs its number of seconds.");
        }
        Some(ScheduleKind::Once) if text("scheduled_for").is_none() => {
            return refuse("scheduled_for", "A job that runs once needs the time of its start.");
        }
        _ => {}
    }
    if let Some(why) = text("cron_string").and_then(cron::wrong) {
        return refuse("cron_string", &why);
    }
    Ok(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(body: Value) -> Result<Value, Problem> {
        super::body(&Description::unread(), body.as_object().unwrap().clone())
    }

    #[test]
    fn a_schedule_that_is_not_whole_is_not_sent() {
        for (body, field) in [
            (json!({"schedule_type": "cron"}), "body.cron_string"),
            (json!({"schedule_type": "cron", "cron_string": "99 * * * *"}), "body.cron_string"),
            (json!({"cron_string": "every day"}), "body.cron_string"),
            (json!({"schedule_type": "interval", "interval_seconds": null}), "body.interval_seconds"),
            (json!({"schedule_type": "onetime"}), "body.scheduled_for"),
            (
                json!({"schedule_type": "cron", "cron_string": "0 2 * * *", "time_zone": "Europe/Berlin"}),
                "body.time_zone",
            ),
        ] {
            assert_eq!(check(body.clone()).unwrap_err().fields[0].field, field, "{body}");
        }
    }

    #[test]
    fn a_value_that_is_out_of_range_is_told_by_its_field_and_range() {
        let why = |cron: &str| check(json!({"schedule_type": "cron", "cron_string": cron})).unwrap_err().message;
        assert_eq!(why("99 * * * *"), "The minute goes from 0 to 59: 99 is out of range.");
        assert_eq!(why("0 24 * * *"), "The hour goes from 0 to 23: 24 is out of range.");
        assert_eq!(why("0 0 0 * *"), "The day goes from 1 to 31: 0 is out of range.");
        assert_eq!(why("0 0 1 1-13 *"), "The month goes from 1 to 12: 13 is out of range.");
        assert_eq!(why("0 0 * * 8"), "The weekday goes from 0 to 7: 8 is out of range.");
        assert_eq!(why("*/0 * * * *"), "The minute has a step of 0; the minimum is 1.");
        assert_eq!(why("0 0 * FOO *"), "The month cannot be \"FOO\".");
        assert_eq!(why("0 0 30-10 * *"), "The day starts at 30 and ends at 10: put the smaller number first.");
        assert_eq!(why("0 0 * *"), FIVE);
    }

    #[test]
    fn a_whole_one_goes_without_what_the_server_does_not_know() {
        let body = json!({"schedule_type": "cron", "cron_string": "*/15 2-4 * JAN MON", "time_zone": "UTC", "tags": [2, 2, 3]});
        let sent = check(body).unwrap();
        assert_eq!(sent, json!({"schedule_type": "cron", "cron_string": "*/15 2-4 * JAN MON", "tags": [2, 3]}));
    }
}
