//! The log of the demo: what runs say as they go, what servers say meanwhile, and asking for it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use netraven_api::devices::Device;
use netraven_api::jobs::Job;
use netraven_api::logs::{
    DEFAULT_BUCKETS, Frame, GetLogHistogram, Level, ListLogs, LiveFilter, LogBucket, LogEntry, LogFilter, LogHistogram,
    LogType, MAX_BUCKETS, MIN_BUCKETS,
};
use netraven_api::page::{DEFAULT_SIZE, MAX_SIZE, Page};
use netraven_api::{LogId, Order, Problem};

use super::lists::asked;
use super::plan::Plan;
use super::tape::Recording;
use super::world::World;

/// Seconds between two lines that belong to no run.
const EVERY_S: i64 = 600;

/// A line whose time will come.
pub struct Due {
    /// When the line is due.
    pub at: Timestamp,
    /// The line, without id.
    pub line: LogEntry,
    /// Whether work says it, so that it is not said once that is cancelled.
    pub is_of_work: bool,
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

/// What a run says: its beginning and its end by what it comes to here, and of each device what was recorded.
#[must_use]
pub fn of_run(plan: &Plan, job: &Job, played: &[(&Device, &Recording)]) -> Vec<Due> {
    let of_work = |at: Timestamp, line: LogEntry| {
        let line = LogEntry { job_id: Some(job.id), run_id: Some(plan.id), ..line };
        Due { at, line, is_of_work: true }
    };
    let (source, by) = plan.by.as_deref().map_or(("scheduler", "its schedule"), |who| ("server.jobs", who));
    let begun = format!("{} queued by {by}: {} devices.", job.name, plan.steps.len());
    let mut due = vec![of_work(plan.queued_at, line(Level::Info, LogType::Job, source, begun))];
    for (step, (device, recording)) in plan.steps.iter().zip(played) {
        for line in recording.lines.iter().filter(|line| line.device_id == Some(step.told.device_id)) {
            let line =
                LogEntry { device_id: Some(device.id), device_name: Some(device.hostname.clone()), ..line.clone() };
            due.push(of_work(plan.queued_at + line.timestamp.duration_since(recording.run.queued_at), line));
        }
    }
    let failed = plan.steps.iter().filter(|step| step.told.cause.is_some()).count();
    let changed = plan.steps.iter().filter(|step| step.is_changed).count();
    let succeeded = plan.steps.len() - failed;
    let (level, word) = match (failed, succeeded) {
        (0, 1..) => (Level::Info, "succeeded"),
        (_, 1..) => (Level::Warning, "partly failed"),
        _ => (Level::Error, "failed"),
    };
    let ended = format!("{} {word}: {succeeded} ok, {failed} failed, {changed} changed.", job.name);
    let end = plan.steps.iter().map(|step| step.ends).max().unwrap_or(plan.queued_at);
    due.push(of_work(end, line(level, LogType::Job, "finisher", ended)));
    due
}

/// What was said outside of runs, one line after the other, again and again between two moments.
#[must_use]
pub fn chatter(said: &[LogEntry], from: Timestamp, until: Timestamp) -> Vec<Due> {
    let ticks = from.as_second().div_euclid(EVERY_S) + 1..=until.as_second().div_euclid(EVERY_S);
    let due = ticks.filter_map(|tick| {
        let line = said.get(usize::try_from(tick).ok()?.checked_rem(said.len())?)?.clone();
        Some(Due { at: Timestamp::from_second(tick * EVERY_S).ok()?, line, is_of_work: false })
    });
    due.collect()
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
