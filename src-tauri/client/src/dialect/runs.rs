//! Runs, which the server does not keep: reconstructed from its runner's log, and the results that it kept.
//!
//! What the log says is exact: beginning, devices, counts and end. Where its lines are gone, results are grouped by the
//! rule of [`cluster`], and what they do not show is reported as unknown. How runs are named is in [`name`].

mod bind;
mod build;
mod charts;
mod cluster;
mod device;
mod find;
mod journal;
mod life;
mod line;
mod name;
mod shelf;
mod states;
mod summary;
mod wanted;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use netraven_api::devices::Device;
use netraven_api::jobs::Job;
use netraven_api::native::Feature;
use netraven_api::results::JobResult;
use netraven_api::runs::{Run, RunStatus};
use netraven_api::{JobId, Method, Problem, RunId};
use serde_json::Value;
use tokio::time::Instant;

use super::lists::finish;
use super::parsed_request::{ParsedRequest, id};
use super::results::result;
use super::row::{Row, reply};
use super::tags::reached;
use super::{Context, devices, jobs, offered};
use bind::{Seen, bind};
use build::{Around, Known};
use cluster::GAP;
use find::find;
use journal::{Line, logged_runs};
use name::Name;
use shelf::{Rows, Shelves, Source};
pub use states::judge;
pub(crate) use states::{JobState, states};
use wanted::Wanted;

/// Results read for a list of runs.
const WINDOW: usize = 2_000;
/// Lines of the runner read for it; a run writes about ten.
const LINES: usize = 4_000;
/// How much is read before a period to find the beginning of a run at its edge, and around a run to find all of it.
const EDGE: SignedDuration = SignedDuration::from_hours(1);
/// How long the list of devices is reused for counting.
const KEPT_DEVICES: Duration = Duration::from_secs(60);

/// What is known about the server's runs.
#[derive(Default)]
pub struct Memory {
    lines: Shelves<Line>,
    results: Shelves<JobResult>,
    life: life::Memory,
    devices: Mutex<Option<(Instant, Arc<Vec<Device>>)>>,
}

impl Memory {
    /// Makes the next look ask for new rows.
    pub fn stale(&self) {
        self.lines.stale();
        self.results.stale();
        self.life.stale();
    }

    /// Makes the devices be reread when they are needed next.
    pub fn forget_devices(&self) {
        *self.devices.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Remembers that a person started a job.
    pub fn pressed(&self, job_id: JobId, at: Timestamp) {
        self.life.pressed(job_id, at);
    }
}

/// Id of the newest run of a job.
pub fn newest_of(job_id: JobId) -> RunId {
    Name::Newest(job_id).id()
}

/// Answers requests for runs.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    match (request.method, rest) {
        (Method::Get, []) => list(context, request).await,
        (Method::Get, ["summary"]) => summary::summary(context, request).await,
        (Method::Get, ["outcomes"]) => charts::outcomes(context, request).await,
        (Method::Get, ["timeline"]) => charts::timeline(context, request).await,
        (Method::Get, [text]) => Ok(reply(&device::with_run(context, id(text)?).await?.0)),
        (Method::Get, [text, "devices"]) => device::list(context, request, id(text)?).await,
        (Method::Get, [text, "devices", device_id]) => device::one(context, id(text)?, id(device_id)?).await,
        (Method::Post, [_, "again"]) => Err(offered::refusal(Feature::RunSome)),
        (Method::Post, [_, "devices", _, "cancel"]) => Err(offered::refusal(Feature::CancelDevice)),
        (Method::Post, [_, "cancel"]) => Err(offered::refusal(Feature::CancelRun)),
        _ => context.plain(request).await,
    }
}

/// The results of a run, of one status if only one is wanted.
pub async fn results(
    context: Context<'_>,
    request: &ParsedRequest,
    run: RunId,
    statuses: &[String],
) -> Result<Value, Problem> {
    let found = find(context, run).await?;
    let mut all: Vec<JobResult> = found.seen.map(|seen| seen.results).unwrap_or_default();
    all.retain(|result| {
        statuses.is_empty() || statuses.iter().any(|word| result.status.as_str().eq_ignore_ascii_case(word))
    });
    all.reverse();
    all.iter_mut().for_each(|result| result.run_id = Some(run));
    finish(&all, request, None)
}

/// The job of a run and the period in which it wrote its log lines.
pub async fn span(context: Context<'_>, run: RunId) -> Result<(JobId, Timestamp, Option<Timestamp>), Problem> {
    let found = find(context, run).await?;
    let later = |at: Timestamp, by: SignedDuration| at.checked_add(by).unwrap_or(at);
    let Some(seen) = found.seen else {
        let begins = later(found.run.queued_at, -GAP);
        // A run that ended without a trace only has its end.
        let began = if found.run.finished_at.is_some() { begins } else { found.run.queued_at };
        return Ok((found.run.job_id, began, found.run.finished_at.map(|ended| later(ended, GAP / 6))));
    };
    let began = match &seen.logged {
        Some(_) => later(seen.began(), SignedDuration::from_secs(-1)),
        // A run writes before its first result arrives, though not before the previous run ended.
        None => later(seen.began(), -GAP).max(found.before_ended.unwrap_or(Timestamp::MIN)),
    };
    let slack = if seen.logged.is_some() { SignedDuration::from_secs(3) } else { GAP / 6 };
    let until = found.run.finished_at.map(|ended| later(ended, slack)).or(seen.after);
    Ok((seen.job_id, began, until))
}

impl Context<'_> {
    /// Every device, at most a minute old.
    pub async fn known_devices(self) -> Result<Arc<Vec<Device>>, Problem> {
        let slot = &self.server.runs.devices;
        let kept = slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, devices)) = kept
            && at.elapsed() < KEPT_DEVICES
        {
            return Ok(devices);
        }
        let devices = Arc::new(devices::all(self).await?);
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), devices.clone()));
        Ok(devices)
    }

    /// Number of devices a job works on now.
    async fn targets(self, job: &Job) -> Option<i64> {
        if job.device_id.is_some() {
            return Some(1);
        }
        Some(reached(&self.known_devices().await.ok()?, &job.tags))
    }
}

/// A run, and what is left of it.
type Entry = (Run, Option<Seen>);

/// Runs of a period, newest first, and what was read for them.
struct Window {
    runs: Vec<Entry>,
    /// Results in the period, and how many of them were read.
    results: i64,
    read: usize,
    is_cut: bool,
}

async fn window(context: Context<'_>, request: &ParsedRequest) -> Result<Window, Problem> {
    let now = context.now();
    let (from, until) = (request.time("start_time")?, request.time("end_time")?);
    let job_id: Option<JobId> = request.id("job_id")?;
    let edge = from.map(|from| from.checked_sub(EDGE).unwrap_or(from));
    let (lines, results) = rows(context, job_id, edge, until.filter(|until| *until < now)).await?;
    let in_period = |at: Timestamp| from.is_none_or(|from| at >= from) && until.is_none_or(|until| at <= until);
    let read = results.rows.iter().filter(|result| in_period(result.result_time)).count();
    let before = i64::try_from(results.rows.len() - read).unwrap_or_default();
    let total = (results.total - before).max(0);
    let (lines_from, results_from) = (lines.whole_from, results.whole_from);
    let is_cut = lines_from.is_some() || results_from.is_some();
    let mut seen = bind(logged_runs(lines.rows), results.rows);
    // A run at the end of what was read may lack its beginning, and with it the name.
    let whole = |seen: &Seen, from: Option<Timestamp>| {
        from.is_none_or(|from| seen.began() > from.checked_add(GAP).unwrap_or(from))
    };
    seen.retain(|seen| whole(seen, lines_from) && (seen.logged.is_some() || whole(seen, results_from)));
    let mut jobs = jobs::all(context).await?;
    jobs.retain(|(job, _)| job_id.is_none_or(|id| id == job.id));
    let is_now = until.is_none_or(|until| until >= now);
    let mut runs: Vec<Entry> = Vec::new();
    for known in jobs.iter().filter(|_| is_now) {
        let newest = seen.iter().find(|seen| seen.job_id == known.0.id);
        runs.extend(of_job(context, known, newest).await.into_iter().map(|run| (run, None)));
    }
    for seen in seen {
        let known = jobs.iter().find(|(job, _)| job.id == seen.job_id);
        runs.push((of_seen(context, &seen, known, is_now).await, Some(seen)));
    }
    runs.retain(|(run, _)| in_period(run.queued_at));
    runs.sort_by_key(|(run, _)| std::cmp::Reverse((run.queued_at, run.id)));
    Ok(Window { runs, results: total, read, is_cut })
}

/// The runner's lines and the results of a period. A past period is read by itself, a current one is cached and continued.
async fn rows(
    context: Context<'_>,
    job_id: Option<JobId>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<(Rows<Line>, Rows<JobResult>), Problem> {
    let runner = [("source", journal::SOURCE.to_owned())];
    let memory = &context.server.runs;
    let Some(until) = until else {
        let lines = Source { path: "/logs/", params: &runner, most: LINES };
        let results = Source { path: "/job-results/", params: &[], most: WINDOW };
        return futures::try_join!(
            memory.lines.read(context, lines, job_id, from, |row| Line::of(Row(row))),
            memory.results.read(context, results, job_id, from, |row| Some(result(Row(row)))),
        );
    };
    let mut period: Vec<(&str, String)> = job_id.map(|id| ("job_id", id.to_string())).into_iter().collect();
    period.extend(from.map(|from| ("start_time", from.to_string())));
    let past = |by: SignedDuration| ("end_time", until.checked_add(by).unwrap_or(until).to_string());
    // The end of a run that began in the period may be after it.
    let of_lines = [&runner[..], &period, &[past(GAP * 2)]].concat();
    let of_results = [&period[..], &[past(GAP * 2)]].concat();
    let (lines, results) = futures::try_join!(
        context.all("/logs/", &of_lines, LINES),
        context.all("/job-results/", &of_results, WINDOW),
    )?;
    let found: Vec<Line> = lines.rows.iter().filter_map(|row| Line::of(Row(row))).collect();
    let lines = Rows {
        whole_from: found.iter().map(|line| line.at).min().filter(|_| lines.is_cut()),
        total: lines.total,
        rows: found,
    };
    let found: Vec<JobResult> = results.rows.iter().map(|row| result(Row(row))).collect();
    let results = Rows {
        whole_from: found.iter().map(|result| result.result_time).min().filter(|_| results.is_cut()),
        total: results.total,
        rows: found,
    };
    Ok((lines, results))
}

/// A run with remaining traces, in our shape.
async fn of_seen(context: Context<'_>, seen: &Seen, known: Option<&Known>, is_now: bool) -> Run {
    let is_open = seen.logged.as_ref().is_none_or(|logged| logged.said.word.is_none());
    let is_active = |word: &str| super::words::run_status(word).is_some_and(RunStatus::is_active);
    let state = match known {
        Some((job, word)) if is_now && is_open && seen.after.is_none() && is_active(word) => {
            Some(life::state(context, job.id, word).await.heed(word, Some(seen.last()), context.now()))
        }
        _ => None,
    };
    let devices_now = match known {
        Some((job, _)) if seen.logged.as_ref().and_then(journal::LoggedRun::devices).is_none() => {
            context.targets(job).await
        }
        _ => None,
    };
    let trigger = life::trigger(context, known.map(|(job, _)| job), seen.began(), seen.before).await;
    build::of_seen(seen, Around { job: known, state: state.as_ref(), devices_now }, trigger)
}

/// Runs of a job that neither its log nor a result mentions.
async fn of_job(context: Context<'_>, known: &Known, newest: Option<&Seen>) -> Vec<Run> {
    let (job, word) = known;
    if super::words::run_status(word).is_none() {
        return Vec::new();
    }
    let last = newest.map(Seen::last);
    let state = life::state(context, job.id, word).await.heed(word, last, context.now());
    let devices = context.targets(job).await.unwrap_or_default();
    let waiting = state.waiting.iter().map(|entry| build::of_waiting(entry, known, devices));
    let mut runs: Vec<Run> = waiting.collect();
    if let Some(mut run) = build::of_job(known, &state, newest, devices) {
        run.trigger = life::trigger(context, Some(job), run.queued_at, newest.map(Seen::began)).await;
        runs.push(run);
    }
    runs
}

async fn list(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let window = window(context, request).await?;
    let wanted = Wanted::read(context, request).await?;
    let now = context.now();
    let note = window.note("This server keeps no runs. They are put together from its log and");
    let runs: Vec<Value> = window
        .runs
        .into_iter()
        .filter(|(run, seen)| wanted.fits(run, seen.as_ref()))
        .map(|(run, _)| with_duration(&run, now))
        .collect();
    finish(&runs, request, note)
}

impl Window {
    /// A note that older runs were left out, if they were.
    fn note(&self, begin: &str) -> Option<String> {
        self.is_cut.then(|| match self.results > i64::try_from(self.read).unwrap_or(i64::MAX) {
            true => format!("{begin} the newest {} of {} results in this period.", self.read, self.results),
            false => format!("{begin} results; older runs of this period are left out because its log is too long."),
        })
    }
}

/// A row together with its sort keys.
fn with_duration(run: &Run, now: Timestamp) -> Value {
    let ended = run.finished_at.or(run.status.is_active().then_some(now));
    let took = run.started_at.zip(ended).map(|(started, ended)| ended.duration_since(started).as_secs_f64());
    let mut row = reply(run);
    row["duration"] = Value::from(took);
    row
}

/// When a job's active run began, if the log says so.
async fn began(context: Context<'_>, job_id: JobId) -> Option<Timestamp> {
    let found = find(context, newest_of(job_id)).await.ok()?;
    found.run.started_at
}
