//! What the server's queue, workers and log say about a job that calls itself queued or running.
//!
//! Its word alone is no proof: a dead worker leaves it unchanged, and so does a queue that lost its entry.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use netraven_api::jobs::{Job, ScheduleKind, WorkerState};
use netraven_api::runs::{RunStatus, Trigger};
use netraven_api::{JobId, LogId, Open};
use serde_json::Value;
use tokio::time::Instant;

use crate::dialect::lists::rows_of;
use crate::dialect::row::Row;
use crate::dialect::{Context, words};

/// A run silent for this long is not considered alive; the server stops one after 180 seconds by default.
const SILENT: SignedDuration = SignedDuration::from_secs(300);
/// The same if no worker is running.
const SILENT_ALONE: SignedDuration = SignedDuration::from_secs(15);
/// A job may take this long from the queue to a worker.
const ON_THE_WAY: Duration = Duration::from_secs(3);
/// How long queue and workers are cached.
const KEPT: Duration = Duration::from_secs(2);
/// The same for the last line of a live job, of a dead one, and for the list of schedules.
const KEPT_LAST_LINE: Duration = Duration::from_millis(900);
const KEPT_DEAD: Duration = Duration::from_secs(20);
const KEPT_SCHEDULES: Duration = Duration::from_secs(60);
/// Most starts remembered.
const MOST_STARTS: usize = 500;

/// An entry of the queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting {
    pub job_id: JobId,
    pub at: Timestamp,
    pub trigger: Trigger,
}

/// The queue and the workers; none if they could not be read.
#[derive(Debug, Default)]
struct Life {
    queue: Option<Vec<Waiting>>,
    /// Whether any worker is running.
    is_busy: Option<bool>,
}

/// The last line of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastLine {
    pub id: LogId,
    pub at: Timestamp,
}

/// The interpretation of a job's word.
#[derive(Clone, Debug)]
pub struct State {
    /// Its state; none if it never ran.
    pub status: Option<RunStatus>,
    /// Whether a run of it is being worked on.
    pub lives: bool,
    /// Its last line.
    pub last_line: Option<LastLine>,
    /// Its entries in the queue, the oldest first.
    pub waiting: Vec<Waiting>,
    /// When it was first seen with this word.
    pub seen_at: Timestamp,
    /// How long it may be silent and still count as alive.
    patience: SignedDuration,
}

impl State {
    /// Takes another sign of life into account: a result that arrived.
    pub fn heed(mut self, word: &str, at: Option<Timestamp>, now: Timestamp) -> State {
        if words::run_status(word) == Some(RunStatus::Running)
            && at.is_some_and(|at| now.duration_since(at) <= self.patience)
        {
            self.lives = true;
            self.status = Some(RunStatus::Running);
        }
        self
    }
}

/// Something with the time it was read.
type Read<T> = Option<(Instant, T)>;

/// The jobs whose schedule is active; none if the server does not list them.
type Schedules = Option<Arc<BTreeSet<JobId>>>;

/// When the last line of a job was read, how long it is cached, and the line.
type KeptLastLine = (Instant, Duration, Option<LastLine>);

/// What was learnt about jobs, and when.
#[derive(Default)]
pub struct Memory {
    life: tokio::sync::Mutex<Read<Arc<Life>>>,
    schedules: tokio::sync::Mutex<Read<Schedules>>,
    last_lines: Mutex<HashMap<JobId, KeptLastLine>>,
    words: Mutex<HashMap<JobId, (String, Instant, Timestamp)>>,
    starts: Mutex<Vec<Waiting>>,
}

impl Memory {
    /// Remembers that a person started a job.
    pub fn pressed(&self, job_id: JobId, at: Timestamp) {
        self.remember(Waiting { job_id, at, trigger: Trigger::Manual });
    }

    /// Makes the next look ask again about jobs that show no life.
    pub fn stale(&self) {
        self.last_lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, (_, kept, _)| *kept == KEPT_LAST_LINE);
        if let Ok(mut life) = self.life.try_lock() {
            *life = None;
        }
    }

    fn remember(&self, start: Waiting) {
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        if !starts.contains(&start) {
            starts.push(start);
            let over = starts.len().saturating_sub(MOST_STARTS);
            starts.drain(..over);
        }
    }

    /// What started the run of a job that began at a time, if its start was seen; `before` is when the previous one began.
    fn seen_start(&self, job_id: JobId, began: Timestamp, before: Option<Timestamp>) -> Option<Trigger> {
        // Times of this computer and of the server may differ a little.
        let latest = began.saturating_add(SignedDuration::from_secs(2)).unwrap_or(began);
        let starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |start: &&Waiting| {
            start.job_id == job_id && start.at <= latest && before.is_none_or(|before| start.at > before)
        };
        starts.iter().filter(fits).max_by_key(|start| start.at).map(|start| start.trigger)
    }

    fn first_seen(&self, job_id: JobId, word: &str, now: Timestamp) -> (Instant, Timestamp) {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = words.entry(job_id).or_insert_with(|| (word.to_owned(), Instant::now(), now));
        if kept.0 != word {
            *kept = (word.to_owned(), Instant::now(), now);
        }
        (kept.1, kept.2)
    }
}

/// Interprets the word of a job.
pub async fn state(context: Context<'_>, job_id: JobId, word: &str) -> State {
    let now = context.now();
    let memory = &context.server.runs.life;
    let status = words::run_status(word);
    let (first, seen_at) = memory.first_seen(job_id, word, now);
    let mut state = State { status, lives: false, last_line: None, waiting: Vec::new(), seen_at, patience: SILENT };
    if !status.is_some_and(RunStatus::is_active) {
        return state;
    }
    let life = life(context).await;
    state.last_line = last_line(context, job_id).await;
    let quiet = |at: Timestamp| now.duration_since(at);
    // For a job without any line, only the time it was first seen is known.
    let silent_for = quiet(state.last_line.map_or(seen_at, |last_line| last_line.at));
    if life.is_busy == Some(false) {
        state.patience = SILENT_ALONE;
    }
    state.lives = silent_for <= state.patience;
    state.waiting = life.queue.iter().flatten().copied().filter(|entry| entry.job_id == job_id).collect();
    state.status = Some(match status {
        Some(RunStatus::Running) if state.lives => RunStatus::Running,
        Some(RunStatus::Running) => RunStatus::Unknown,
        _ if !state.waiting.is_empty() || life.queue.is_none() => RunStatus::Queued,
        // It was requested again while it runs, or a worker has just taken it.
        _ if state.lives && life.is_busy == Some(true) => RunStatus::Running,
        _ if first.elapsed() < ON_THE_WAY => RunStatus::Queued,
        _ => RunStatus::Unknown,
    });
    if status == Some(RunStatus::Queued) && state.status != Some(RunStatus::Running) {
        // Its last line belongs to an earlier run.
        state.lives = state.lives && life.is_busy != Some(false);
    }
    if state.status == Some(RunStatus::Unknown) {
        let mut last_lines = memory.last_lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, kept, _)) = last_lines.get_mut(&job_id) {
            *kept = KEPT_DEAD;
        }
    }
    state
}

/// What started a run that began at a time, as far as it can be known.
pub async fn trigger(context: Context<'_>, job: Option<&Job>, began: Timestamp, before: Option<Timestamp>) -> Trigger {
    let Some(job) = job else { return Trigger::Unknown };
    if let Some(seen) = context.server.runs.life.seen_start(job.id, began, before) {
        return seen;
    }
    // Intervals are the only schedules this server follows; it continues one that was removed from the job.
    let follows = job.schedule.known() == Some(ScheduleKind::Interval)
        || schedules(context).await.is_some_and(|schedules| schedules.contains(&job.id));
    if follows { Trigger::Unknown } else { Trigger::Manual }
}

async fn life(context: Context<'_>) -> Arc<Life> {
    let memory = &context.server.runs.life;
    let mut kept = memory.life.lock().await;
    if let Some((at, life)) = kept.as_ref()
        && at.elapsed() < KEPT
    {
        return life.clone();
    }
    let (queue, workers) =
        futures::join!(context.get("/scheduler/queue/status", &[]), context.get("/jobs/status", &[]),);
    // Without its Redis the server answers, but knows nothing.
    let workers = workers.ok().filter(|found| Row(found).number("redis_uptime").is_some());
    let is_empty = |found: &Value| {
        Row(found).rows("rq_queues").count() > 0
            && Row(found).rows("rq_queues").all(|queue| queue.number("job_count") == Some(0))
    };
    let queue = queue.ok().filter(Value::is_array).map(|queues| waiting(&queues));
    let queue = queue.or_else(|| workers.as_ref().filter(|found| is_empty(found)).map(|_| Vec::new()));
    for entry in queue.iter().flatten() {
        memory.remember(*entry);
    }
    let is_busy = workers
        .filter(|found| found.get("workers").is_some_and(Value::is_array))
        .map(|found| Row(&found).rows("workers").any(|worker| !Open::of(&worker.word("status")).is(WorkerState::Idle)));
    let life = Arc::new(Life { queue, is_busy });
    *kept = Some((Instant::now(), life.clone()));
    life
}

/// The entries of every queue, the oldest first.
fn waiting(queues: &Value) -> Vec<Waiting> {
    let entry = |row: Row| {
        let meta = row.value("meta").unwrap_or_default();
        let first = row.value("args").and_then(|args| args.get(0).and_then(Value::as_i64));
        let by_schedule =
            row.word("job_id").starts_with("netraven_db_job_") || Row(&meta).text("schedule_type").is_some();
        Some(Waiting {
            job_id: Row(&meta).number("db_job_id").or(first)?.into(),
            at: row.time("enqueued_at")?,
            trigger: if by_schedule { Trigger::Schedule } else { Trigger::Manual },
        })
    };
    let queues = queues.as_array().into_iter().flatten().map(Row);
    let mut all: Vec<Waiting> =
        queues.flat_map(|queue| queue.rows("jobs").filter_map(entry).collect::<Vec<_>>()).collect();
    all.sort_by_key(|entry| entry.at);
    all
}

/// The newest line of a job.
async fn last_line(context: Context<'_>, job_id: JobId) -> Option<LastLine> {
    let memory = &context.server.runs.life;
    let kept = memory.last_lines.lock().unwrap_or_else(PoisonError::into_inner).get(&job_id).copied();
    if let Some((at, serves, last_line)) = kept
        && at.elapsed() < serves
    {
        return last_line;
    }
    let params = [("job_id", job_id.to_string()), ("order", "desc".to_owned())];
    let found = context.page("/logs/", &params, 1, 1).await.ok()?;
    let last_line =
        rows_of(&found).first().and_then(|row| Some(LastLine { id: Row(row).id(), at: Row(row).time("timestamp")? }));
    memory
        .last_lines
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(job_id, (Instant::now(), KEPT_LAST_LINE, last_line));
    last_line
}

/// The jobs with active schedules.
async fn schedules(context: Context<'_>) -> Schedules {
    let mut kept = context.server.runs.life.schedules.lock().await;
    if let Some((at, known)) = kept.as_ref()
        && at.elapsed() < KEPT_SCHEDULES
    {
        return known.clone();
    }
    let found = context.get("/scheduler/jobs", &[]).await.ok().filter(Value::is_array);
    let ids = |found: Value| found.as_array().into_iter().flatten().map(|row| Row(row).id()).collect();
    let known = found.map(|found| Arc::new(ids(found)));
    *kept = Some((Instant::now(), known.clone()));
    known
}
