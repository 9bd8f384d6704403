//! The log of the demo: what runs say as they go, what servers say meanwhile, and asking for it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use netraven_api::devices::Device;
use netraven_api::jobs::{Job, JobKind};
use netraven_api::logs::{
    DEFAULT_BUCKETS, Frame, GetLogHistogram, Level, ListLogs, LiveFilter, LogBucket, LogEntry, LogFilter, LogHistogram,
    LogType, MAX_BUCKETS, MIN_BUCKETS,
};
use netraven_api::outcome::Stage;
use netraven_api::page::{DEFAULT_SIZE, MAX_SIZE, Page};
use netraven_api::{DeviceId, LogId, Order, Problem, RunId};
use serde_json::json;

use super::jobs::DAYS;
use super::lists::asked;
use super::plan::{Plan, Step};
use super::random::below;
use super::world::World;

/// A line whose time will come.
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// The line, without id.
    pub line: LogEntry,
    /// The run and the device whose work says it.
    pub step: Option<(RunId, DeviceId)>,
}

/// A line about nothing in particular.
#[must_use]
pub fn line(level: Level, log_type: LogType, source: &str, message: impl Into<String>) -> LogEntry {
    LogEntry {
        id: LogId::default(),
        timestamp: Timestamp::UNIX_EPOCH,
        log_type: log_type.into(),
        level,
        job_id: None,
        device_id: None,
        run_id: None,
        source: Some(source.into()),
        message: message.into(),
        meta: None,
        device_name: None,
    }
}

/// What a run says.
#[must_use]
pub fn of_run(plan: &Plan, job: &Job, devices: &[Device], logins: &[Vec<String>]) -> Vec<Due> {
    let backup = job.job_type.known().is_some_and(JobKind::reads_configurations);
    let about = |line: LogEntry| LogEntry { job_id: Some(job.id), run_id: Some(plan.id), ..line };
    let start = match &plan.by {
        Some(who) => format!("{} was started by {who} with {} devices.", job.name, plan.steps.len()),
        None => format!("{} was started by its schedule with {} devices.", job.name, plan.steps.len()),
    };
    let mut due =
        vec![Due { at: plan.queued_at, line: about(line(Level::Info, LogType::Job, "scheduler", start)), step: None }];
    for ((step, device), logins) in plan.steps.iter().zip(devices).zip(logins) {
        let mut say = |at: Timestamp, said: LogEntry| {
            let line =
                LogEntry { device_id: Some(device.id), device_name: Some(device.hostname.clone()), ..about(said) };
            due.push(Due { at, line, step: Some((plan.id, device.id)) });
        };
        let source = if backup { "worker.backup" } else { "worker.reachability" };
        if backup && step.last_stage > Stage::HostKey {
            let after = |part: i64| step.begins + SignedDuration::from_millis(ms(step) * part / 100);
            let met = LogEntry {
                meta: Some(json!({"kex": "curve25519-sha256", "cipher": "aes256-ctr"})),
                ..line(Level::Debug, LogType::Connection, "session.ssh", format!("Connected to {}.", device.ip_address))
            };
            say(after(5), met);
            if step.last_stage > Stage::SignIn {
                say(after(22), line(Level::Info, LogType::Session, "session.ssh", "Signed in; the prompt is there."));
            }
        }
        let level = match step.cause {
            None => Level::Info,
            Some(cause) if cause.retry_may_help() => Level::Warning,
            Some(_) => Level::Error,
        };
        let message = super::story::message(step.cause, device, logins, backup, step.is_changed);
        let meta = Some(
            json!({"cause": step.cause, "stage": step.last_stage, "changed": step.is_changed, "took_ms": ms(step)}),
        );
        let log_type = if backup { LogType::Job } else { LogType::Connection };
        say(step.ends, LogEntry { meta, ..line(level, log_type, source, message) });
    }
    due
}

fn ms(step: &Step) -> i64 {
    i64::try_from(step.ends.duration_since(step.begins).as_millis()).unwrap_or_default()
}

/// What the servers said in the time the demo looks back on.
#[must_use]
pub fn background(now: Timestamp) -> Vec<Due> {
    let from = now - SignedDuration::from_hours(24 * DAYS);
    let mut due = chatter_every(from, now, 600);
    let lost = line(
        Level::Critical,
        LogType::System,
        "supervisor",
        "Redis did not answer for 12 s and was started again; no run was lost.",
    );
    due.push(Due { at: now - SignedDuration::from_hours(61), line: lost, step: None });
    due
}

/// What the servers say between two moments, while the demo is open.
#[must_use]
pub fn chatter(from: Timestamp, until: Timestamp) -> Vec<Due> {
    chatter_every(from, until, 3)
}

fn chatter_every(from: Timestamp, until: Timestamp, every_s: i64) -> Vec<Due> {
    let said = [
        (Level::Debug, "scheduler", "Looked for jobs that are due."),
        (Level::Debug, "worker.heart", "Leases were renewed."),
        (Level::Info, "server.auth", "j.weber signed in."),
        (Level::Debug, "queue", "No entry waits longer than 1 s."),
        (Level::Info, "journal", "No log lines are older than 90 days."),
        (Level::Debug, "worker.heart", "Leases were renewed."),
        (Level::Warning, "server", "A request took 1.2 s: GET /configs/search."),
    ];
    let first = from.as_second().div_euclid(every_s) + 1;
    let last = until.as_second().div_euclid(every_s);
    (first..=last)
        .filter_map(|tick| {
            let place = usize::try_from(below(&[tick, 31], 7)).ok()?;
            let (level, source, message) = said[place];
            Some(Due {
                at: Timestamp::from_second(tick * every_s).ok()?,
                line: line(level, LogType::System, source, message),
                step: None,
            })
        })
        .collect()
}

/// A page of lines.
pub fn list(world: &World, query: &str) -> Result<Page<LogEntry>, Problem> {
    let asked: ListLogs = asked(query)?;
    let size = asked.size.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE);
    let page = if asked.after.is_some() || asked.before.is_some() { 1 } else { asked.page.unwrap_or(1).max(1) };
    // Behind a line one reads on in its direction; otherwise the newest come first.
    let ascending = match (asked.order, asked.after) {
        (Some(order), _) => order == Order::Ascending,
        (None, after) => after.is_some(),
    };
    let fits = |line: &&LogEntry| {
        holds(&asked.filter, line)
            && asked.after.is_none_or(|id| line.id > id)
            && asked.before.is_none_or(|id| line.id < id)
    };
    let mut found: Vec<&LogEntry> = world.lines.iter().filter(fits).collect();
    if !ascending {
        found.reverse();
    }
    let total = i64::try_from(found.len()).unwrap_or_default();
    let skip = usize::try_from((page - 1) * size).unwrap_or_default();
    let rows = found.into_iter().skip(skip).take(usize::try_from(size).unwrap_or_default());
    Ok(Page::new(rows.cloned().collect(), total, page, size))
}

/// The lines over time, by the filters of the list.
pub fn histogram(world: &World, query: &str) -> Result<LogHistogram, Problem> {
    let asked: GetLogHistogram = asked(query)?;
    let wanted = &asked.filter;
    let oldest = world.lines.first().map_or(world.now, |line| line.timestamp);
    let until = wanted.end_time.unwrap_or(world.now).min(world.now);
    let from = wanted.start_time.unwrap_or(oldest).min(until);
    let most = asked.buckets.unwrap_or(DEFAULT_BUCKETS).clamp(MIN_BUCKETS, MAX_BUCKETS);
    let frame = Frame::of(from.as_second(), until.as_second(), most, 1);
    let empty = |place| LogBucket { start: frame.start(place), by_level: BTreeMap::new() };
    let mut buckets: Vec<LogBucket> = (0..frame.count).map(empty).collect();
    for line in world.lines.iter().filter(|line| holds(wanted, line)) {
        let place = usize::try_from((line.timestamp.as_second() - frame.first_s).div_euclid(frame.width_s));
        if let Some(bucket) = place.ok().and_then(|place| buckets.get_mut(place)) {
            *bucket.by_level.entry(line.level).or_default() += 1;
        }
    }
    Ok(LogHistogram {
        bucket_s: frame.width_s,
        buckets,
        newest_id: world.lines.last().map(|line| line.id).unwrap_or_default(),
        is_partial: false,
        counted_since: from,
    })
}

/// Whether a live line belongs into a stream.
#[must_use]
pub fn streams(filter: &LiveFilter, line: &LogEntry) -> bool {
    (filter.level.is_empty() || filter.level.iter().any(|level| level.is(line.level)))
        && (filter.log_type.is_empty() || filter.log_type.contains(&line.log_type))
        && filter.job_id.is_none_or(|id| line.job_id == Some(id))
        && filter.device_id.is_none_or(|id| line.device_id == Some(id))
        && filter.run_id.is_none_or(|id| line.run_id == Some(id))
}

fn holds(filter: &LogFilter, line: &LogEntry) -> bool {
    let begins = filter.start_time.is_none_or(|start| line.timestamp >= start);
    streams(&filter.live, line) && begins && filter.matches(line)
}
