//! The six jobs of the demo, and when they ran.

use jiff::{SignedDuration, Timestamp};
use netraven_api::jobs::{Job, JobKind, JobStatus, Schedule};
use netraven_api::runs::Trigger;
use netraven_api::tags::Tag;
use netraven_api::{DeviceId, JobId};

use super::network::{ACCESS, CORE, DEFAULT, EDGE, FIREWALL, LAB, SERVER};

/// How far the demo looks back.
pub const DAYS: i64 = 14;

/// A job: name, kind, tags, hours between its starts and how many minutes after the hour it begins.
const JOBS: [(&str, JobKind, &[i64], i64, i64); 5] = [
    ("Nightly core backup", JobKind::ConfigBackup, &[CORE], 24, 120),
    ("Edge routers backup", JobKind::ConfigBackup, &[EDGE], 4, 30),
    ("Access switches backup", JobKind::ConfigBackup, &[ACCESS], 24, 210),
    ("Firewalls and the rest", JobKind::ConfigBackup, &[FIREWALL, SERVER, LAB], 12, 15),
    ("Reachability all sites", JobKind::Reachability, &[DEFAULT], 2, 0),
];

/// The jobs; the last works on one device, by hand.
#[must_use]
pub fn jobs(tags: &[Tag], firewall: DeviceId) -> Vec<Job> {
    let mut jobs: Vec<Job> = JOBS
        .iter()
        .zip(1..)
        .map(|((name, kind, of, hours, minutes), id)| Job {
            tags: tags.iter().filter(|tag| of.contains(&tag.id.get())).cloned().collect(),
            schedule: match hours {
                24 => Schedule::cron(format!("{} {} * * *", minutes % 60, minutes / 60)),
                hours => Schedule::every(hours * 3600),
            },
            ..job(id, name, *kind)
        })
        .collect();
    jobs.push(Job { device_id: Some(firewall), ..job(6, "Hamburg firewall by hand", JobKind::ConfigBackup) });
    jobs
}

/// A job without a schedule.
#[must_use]
pub fn job(id: i64, name: &str, kind: JobKind) -> Job {
    Job {
        id: id.into(),
        name: name.into(),
        description: None,
        is_enabled: true,
        schedule: Schedule::default(),
        job_type: kind.into(),
        status: JobStatus::Pending.into(),
        started_at: None,
        completed_at: None,
        tags: Vec::new(),
        device_id: None,
        is_system_job: false,
        next_run: None,
        last_run_id: None,
    }
}

/// A start: when, of which job, by what and by whom.
pub type Start = (Timestamp, JobId, Trigger, Option<&'static str>);

/// When the jobs were started in the time the demo looks back on, in order.
#[must_use]
pub fn starts(now: Timestamp) -> Vec<Start> {
    let mut starts = Vec::new();
    for ((_, _, _, hours, minutes), id) in JOBS.iter().zip(1..) {
        let mut at = last_start(now, *hours, *minutes);
        while now.duration_since(at) < SignedDuration::from_hours(24 * DAYS) {
            starts.push((at, JobId::new(id), Trigger::Schedule, None));
            at -= SignedDuration::from_hours(*hours);
        }
    }
    let by_hand = [
        (3, 6, "j.weber"),
        (27, 6, "j.weber"),
        (43, 6, "admin"),
        (50, 2, "admin"),
        (74, 2, "j.weber"),
        (98, 1, "admin"),
    ];
    starts.extend(by_hand.map(|(hours, id, who)| {
        let at = now - SignedDuration::from_mins(hours * 60 + 7);
        (at, JobId::new(id), Trigger::Manual, Some(who))
    }));
    starts.sort_by_key(|(at, id, ..)| (*at, *id));
    starts
}

/// When a schedule fires next.
#[must_use]
pub fn next_start(job: &Job, now: Timestamp) -> Option<Timestamp> {
    let known = usize::try_from(job.id.get() - 1).ok().and_then(|index| JOBS.get(index));
    let (hours, minutes) = match (known, job.schedule.interval_seconds) {
        (Some((_, _, _, hours, minutes)), _) => (*hours, *minutes),
        (None, Some(seconds)) => (seconds / 3600 + 1, 0),
        (None, None) => return None,
    };
    job.is_enabled.then(|| last_start(now, hours, minutes) + SignedDuration::from_hours(hours))
}

/// The newest start before now of a schedule that fires every so many hours, so many minutes after midnight.
fn last_start(now: Timestamp, hours: i64, minutes: i64) -> Timestamp {
    let (period, offset) = (hours * 3600, minutes * 60);
    let seconds = now.as_second() - 90 - offset;
    Timestamp::from_second(seconds - seconds.rem_euclid(period) + offset).unwrap_or(now)
}
