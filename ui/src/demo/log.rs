//! The log of the demo: what runs say as they go, what servers say meanwhile, and asking for it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use netraven_api::devices::Device;
use netraven_api::jobs::{Job, JobKind};
use netraven_api::logs::{
    DEFAULT_BUCKETS, GetLogHistogram, Level, ListLogs, LogBucket, LogEntry, LogHistogram, LogType, MAX_BUCKETS,
    MIN_BUCKETS, StreamFilter,
};
use netraven_api::outcome::Stage;
use netraven_api::page::{DEFAULT_SIZE, MAX_SIZE, Page};
use netraven_api::{Open, Order};
use serde_json::json;

use super::jobs::DAYS;
use super::plan::{Plan, Step};
use super::random::below;
use super::world::World;

/// Widths of the histogram's bars in seconds, as the server has them.
const WIDTHS: [i64; 14] = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800];

/// A line whose time will come.
pub struct Due {
    /// When the line is due.
    pub at: Timestamp,
    /// The line, without id.
    pub line: LogEntry,
    /// The run and the device whose work says it.
    pub step: Option<(i64, i64)>,
}

/// A line about nothing in particular.
#[must_use]
pub fn line(level: Level, log_type: LogType, source: &str, message: impl Into<String>) -> LogEntry {
    LogEntry {
        id: 0,
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
#[must_use]
pub fn list(world: &World, asked: &ListLogs) -> Page<LogEntry> {
    let size = asked.size.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE);
    let page = if asked.after.is_some() || asked.before.is_some() { 1 } else { asked.page.unwrap_or(1).max(1) };
    // Behind a line one reads on in its direction; otherwise the newest come first.
    let ascending = match (asked.order, asked.after) {
        (Some(order), _) => order == Order::Ascending,
        (None, after) => after.is_some(),
    };
    let wanted = Wanted::from(asked);
    let fits = |line: &&LogEntry| {
        wanted.holds(line) && asked.after.is_none_or(|id| line.id > id) && asked.before.is_none_or(|id| line.id < id)
    };
    let mut found: Vec<&LogEntry> = world.lines.iter().filter(fits).collect();
    if !ascending {
        found.reverse();
    }
    let total = i64::try_from(found.len()).unwrap_or_default();
    let skip = usize::try_from((page - 1) * size).unwrap_or_default();
    let rows = found.into_iter().skip(skip).take(usize::try_from(size).unwrap_or_default());
    Page::new(rows.cloned().collect(), total, page, size)
}

/// The lines over time.
#[must_use]
pub fn histogram(world: &World, asked: &GetLogHistogram) -> LogHistogram {
    let as_list = ListLogs {
        log_type: asked.log_type.clone(),
        level: asked.level.clone(),
        source: asked.source.clone(),
        meta: asked.meta.clone(),
        job_id: asked.job_id,
        device_id: asked.device_id,
        run_id: asked.run_id,
        start_time: asked.start_time,
        end_time: asked.end_time,
        search: asked.search.clone(),
        ..ListLogs::default()
    };
    let wanted = Wanted::from(&as_list);
    let oldest = world.lines.first().map_or(world.now, |line| line.timestamp);
    let until = asked.end_time.unwrap_or(world.now).min(world.now);
    let from = asked.start_time.unwrap_or(oldest).min(until);
    let most = asked.buckets.unwrap_or(DEFAULT_BUCKETS).clamp(MIN_BUCKETS, MAX_BUCKETS);
    let seconds = until.as_second() - from.as_second();
    let width = WIDTHS.into_iter().find(|width| seconds / width < most).unwrap_or(WIDTHS[13]);
    let first = from.as_second().div_euclid(width);
    let last = until.as_second().div_euclid(width);
    let mut buckets: Vec<LogBucket> = (first..=last)
        .map(|number| LogBucket {
            start: Timestamp::from_second(number * width).unwrap_or(from),
            by_level: BTreeMap::new(),
        })
        .collect();
    for line in world.lines.iter().filter(|line| wanted.holds(line)) {
        let place = usize::try_from(line.timestamp.as_second().div_euclid(width) - first);
        if let Some(bucket) = place.ok().and_then(|place| buckets.get_mut(place)) {
            *bucket.by_level.entry(line.level).or_default() += 1;
        }
    }
    LogHistogram {
        bucket_s: width,
        buckets,
        newest_id: world.lines.last().map_or(0, |line| line.id),
        is_partial: false,
        counted_since: from,
    }
}

/// Whether a live line belongs into a stream.
#[must_use]
pub fn streams(filter: &StreamFilter, line: &LogEntry) -> bool {
    let wanted = Wanted {
        job_id: filter.job_id,
        device_id: filter.device_id,
        run_id: filter.run_id,
        levels: &filter.level,
        types: &filter.log_type,
        ..Wanted::default()
    };
    wanted.holds(line)
}

/// What a line has to have.
#[derive(Default)]
struct Wanted<'a> {
    levels: &'a [Open<Level>],
    types: &'a [Open<LogType>],
    sources: &'a [String],
    meta: &'a [netraven_api::logs::MetaMatch],
    job_id: Option<i64>,
    device_id: Option<i64>,
    run_id: Option<i64>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    search: String,
}

impl<'a> From<&'a ListLogs> for Wanted<'a> {
    fn from(asked: &'a ListLogs) -> Wanted<'a> {
        Wanted {
            levels: &asked.level,
            types: &asked.log_type,
            sources: &asked.source,
            meta: &asked.meta,
            job_id: asked.job_id,
            device_id: asked.device_id,
            run_id: asked.run_id,
            since: asked.start_time,
            until: asked.end_time,
            search: asked.search.as_deref().unwrap_or_default().to_lowercase(),
        }
    }
}

impl Wanted<'_> {
    fn holds(&self, line: &LogEntry) -> bool {
        (self.levels.is_empty() || self.levels.iter().any(|level| level.is(line.level)))
            && (self.types.is_empty() || self.types.contains(&line.log_type))
            && self.meta.iter().all(|wanted| wanted.matches(line.meta.as_ref()))
            && (self.sources.is_empty() || line.source.as_ref().is_some_and(|source| self.sources.contains(source)))
            && self.job_id.is_none_or(|id| line.job_id == Some(id))
            && self.device_id.is_none_or(|id| line.device_id == Some(id))
            && self.run_id.is_none_or(|id| line.run_id == Some(id))
            && self.since.is_none_or(|since| line.timestamp >= since)
            && self.until.is_none_or(|until| line.timestamp <= until)
            && (self.search.is_empty() || line.message.to_lowercase().contains(&self.search))
    }
}
