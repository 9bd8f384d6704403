//! What is looked at before a job is sent: the server saves a schedule first and finds out afterwards that it is none,
//! and from then on fails at every page that holds the job.

use netraven_api::Problem;
use netraven_api::native::Feature;
use serde_json::{Map, Value};

use crate::dialect::credentials::unique_tags;
use crate::dialect::description::Description;
use crate::dialect::offered;

/// The problem of a job that can no longer be shown.
pub const POISONED: &str = "The server failed at this job, most likely because its schedule is not complete. It may have been \
                            saved all the same: set the whole schedule again.";

/// The body as the server takes it, its schedule complete.
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
    match text("schedule_type") {
        Some("cron") if !text("cron_string").is_some_and(is_cron) => {
            return refuse("cron_string", "A cron schedule needs its five fields: minute, hour, day, month, weekday.");
        }
        Some("interval") if fields.get("interval_seconds").and_then(Value::as_i64).is_none() => {
            return refuse("interval_seconds", "An interval needs its number of seconds.");
        }
        Some("onetime") if text("scheduled_for").is_none() => {
            return refuse("scheduled_for", "A job that runs once needs the time of its start.");
        }
        _ => {}
    }
    if text("cron_string").is_some_and(|cron| !is_cron(cron)) {
        return refuse("cron_string", "The fields of a cron schedule are minute, hour, day, month and weekday.");
    }
    Ok(Value::Object(fields))
}

/// Whether a text has five fields that hold numbers, names and the signs of cron, each number in its range.
fn is_cron(text: &str) -> bool {
    const LIMITS: [u32; 5] = [59, 23, 31, 12, 7];
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == LIMITS.len() && fields.iter().zip(LIMITS).all(|(field, most)| is_field(field, most))
}

fn is_field(field: &str, most: u32) -> bool {
    field.split([',', '-', '/']).all(|part| match part.parse::<u32>() {
        Ok(number) => number <= most,
        Err(_) => part == "*" || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_alphabetic())),
    })
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
    fn a_whole_one_goes_without_what_the_server_does_not_know() {
        let body = json!({"schedule_type": "cron", "cron_string": "*/15 2-4 * JAN MON", "time_zone": "UTC", "tags": [2, 2, 3]});
        let sent = check(body).unwrap();
        assert_eq!(sent, json!({"schedule_type": "cron", "cron_string": "*/15 2-4 * JAN MON", "tags": [2, 3]}));
    }
}
