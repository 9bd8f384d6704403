//! When the jobs of the demo run: their schedules read backwards and forwards, and what people started by hand.

use jiff::{SignedDuration, Timestamp};
use netraven_api::JobId;
use netraven_api::jobs::{Job, Schedule, ScheduleKind};
use netraven_api::runs::Trigger;

/// How far the demo looks back.
pub const DAYS: i64 = 14;
/// So long after a start its run has ended.
const LONGEST_S: i64 = 150;
/// Started by hand: how many hours ago, which of the jobs, and by whom.
const BY_HAND: [(i64, i64, &str); 6] =
    [(3, 1, "j.weber"), (27, 1, "j.weber"), (43, 1, "admin"), (50, 2, "admin"), (74, 2, "j.weber"), (98, 3, "admin")];

/// A start: when, of which job, by what and by whom.
pub type Start = (Timestamp, JobId, Trigger, Option<&'static str>);

/// When the jobs were started in the time the demo looks back on, in order.
#[must_use]
pub fn starts(jobs: &[Job], now: Timestamp) -> Vec<Start> {
    let mut starts = Vec::new();
    for job in jobs {
        let Some((period_s, offset_s)) = rhythm(&job.schedule) else { continue };
        let mut at = last_start(now, period_s, offset_s);
        while now.duration_since(at) < SignedDuration::from_hours(24 * DAYS) {
            starts.push((at, job.id, Trigger::Schedule, None));
            at -= SignedDuration::from_secs(period_s);
        }
    }
    starts.extend(BY_HAND.map(|(hours, id, who)| {
        let at = now - SignedDuration::from_mins(hours * 60 + 7);
        (at, JobId::new(id), Trigger::Manual, Some(who))
    }));
    starts.sort_by_key(|(at, id, ..)| (*at, *id));
    starts
}

/// When a schedule fires next.
#[must_use]
pub fn next_start(job: &Job, now: Timestamp) -> Option<Timestamp> {
    let (period_s, offset_s) = rhythm(&job.schedule).filter(|_| job.is_enabled)?;
    Some(last_start(now, period_s, offset_s) + SignedDuration::from_secs(period_s))
}

/// The seconds between the starts of a schedule, and from midnight to the first. Of cron fields, those of once a day are read.
fn rhythm(schedule: &Schedule) -> Option<(i64, i64)> {
    match schedule.known()? {
        ScheduleKind::Interval => Some((schedule.interval_seconds?.max(60), 0)),
        ScheduleKind::Cron => {
            let mut fields = schedule.cron_string.as_deref()?.split_whitespace().map(|field| field.parse::<i64>().ok());
            let (minute, hour) = (fields.next()??, fields.next()??);
            Some((86_400, hour * 3_600 + minute * 60))
        }
        ScheduleKind::Once => None,
    }
}

/// The newest start of which the run has ended now.
fn last_start(now: Timestamp, period_s: i64, offset_s: i64) -> Timestamp {
    let seconds = now.as_second() - LONGEST_S - offset_s;
    Timestamp::from_second(seconds - seconds.rem_euclid(period_s) + offset_s).unwrap_or(now)
}
