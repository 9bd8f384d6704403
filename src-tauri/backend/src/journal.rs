//! The journal: takes log lines from anywhere in the backend, writes them in batches, and wakes listeners.
//!
//! A line never costs a commit of its own. The buffer is bounded; when the database is away for long, the oldest waiting
//! lines are dropped and their number is logged as a line of its own, so that no loss goes unnoticed.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::{DeviceId, JobId, LogId, RunId, TrialId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::queue::Queue;
use crate::store::Store;
use crate::store::logs::NewLog;

/// How long a line waits for others to be written with it.
const LINGER: Duration = Duration::from_millis(60);
/// Most lines written in one statement.
const BATCH: usize = 1_000;
/// A wait for the database longer than this is reported: in the system's state while it lasts, in the log afterwards.
const LONG: Duration = Duration::from_secs(5);
/// Most lines buffered while the database is away.
const WAITING: usize = 200_000;

/// Published on the queue's channel: a wake-up, never data that matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Signal {
    /// Lines up to this id can be read.
    Logs {
        /// Greatest id.
        newest: LogId,
    },
    /// Something changed.
    Changed {
        /// What changed.
        changed: Changed,
    },
    /// A run is to be cancelled.
    Cancel {
        /// Id of the run.
        run_id: RunId,
    },
    /// One device of a run is to be cancelled; the others go on.
    CancelDevice {
        /// Id of the run.
        run_id: RunId,
        /// Id of the device.
        device_id: DeviceId,
    },
    /// A trial was asked for; the first worker that looks takes it.
    TrialAsked,
    /// A trial is to be cancelled.
    CancelTrial {
        /// Id of the trial.
        trial_id: TrialId,
    },
    /// A worker asks for the seal key; see `handover`.
    KeyWanted {
        /// Id of the worker.
        worker: String,
    },
    /// The answer to it.
    Key {
        /// Worker that asked.
        worker: String,
        /// The key, sealed.
        sealed: String,
    },
    /// A server has read its platform files again, and further workers do the same.
    Platforms {
        /// Name of the user who wished it.
        by: String,
    },
    /// Signals were lost; listeners must refetch what they show. Sent within a process, never published.
    Gap,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Id of the job.
    pub job_id: Option<JobId>,
    /// Id of the device.
    pub device_id: Option<DeviceId>,
    /// Id of the run.
    pub run_id: Option<RunId>,
}

enum WriterMessage {
    Line(Box<NewLog>),
    Flush(oneshot::Sender<()>),
}

/// Takes lines; cheap to clone.
#[derive(Clone, Debug)]
pub struct Journal {
    entries: mpsc::UnboundedSender<WriterMessage>,
    queue: Queue,
    backlog: Arc<Backlog>,
}

/// Lines waiting to be written, so that they can be read meanwhile.
#[derive(Debug, Default)]
struct Backlog {
    lines: AtomicUsize,
    /// Since when the writer has been working on its batch.
    since: Mutex<Option<Instant>>,
}

impl Backlog {
    fn add(&self, lines: usize) {
        self.lines.fetch_add(lines, Ordering::Relaxed);
    }

    fn remove(&self, lines: usize) {
        self.lines.fetch_sub(lines, Ordering::Relaxed);
    }

    fn writing_since(&self, since: Option<Instant>) {
        *self.since.lock().expect("no holder of this lock panics") = since;
    }
}

impl Journal {
    /// Starts the writer. It ends when every journal is dropped or `stop` is cancelled, after writing what waits.
    #[must_use]
    pub fn start(store: Store, queue: Queue, stop: CancellationToken) -> (Journal, tokio::task::JoinHandle<()>) {
        let (entries, receiver) = mpsc::unbounded_channel();
        let backlog = Arc::<Backlog>::default();
        let (waiting, dropped) = (VecDeque::new(), 0);
        let writer = Writer { store, queue: queue.clone(), backlog: Arc::clone(&backlog), waiting, dropped };
        (Journal { entries, queue, backlog }, tokio::spawn(writer.run(receiver, stop)))
    }

    /// Adds a line. The message and `meta` hold no secret: the caller has redacted them.
    pub fn line(
        &self,
        level: Level,
        log_type: LogType,
        source: &'static str,
        about: About,
        message: impl Into<String>,
        meta: Value,
    ) {
        let line = NewLog {
            timestamp: Timestamp::now(),
            log_type,
            level,
            job_id: about.job_id,
            device_id: about.device_id,
            run_id: about.run_id,
            source,
            message: message.into(),
            meta,
        };
        self.backlog.add(1);
        // The writer is gone only while the program ends. Later lines at least go to the program's own log.
        if let Err(mpsc::error::SendError(WriterMessage::Line(line))) =
            self.entries.send(WriterMessage::Line(Box::new(line)))
        {
            self.backlog.remove(1);
            tracing::warn!(%level, source, line = %line.message, "a log line came too late to be written");
        }
    }

    /// How many lines of this process wait to be written, and for how long; none while the delay is normal.
    pub fn held_up(&self) -> Option<(usize, Duration)> {
        let since = *self.backlog.since.lock().expect("no holder of this lock panics");
        let time = since?.elapsed();
        (time >= LONG).then(|| (self.backlog.lines.load(Ordering::Relaxed), time))
    }

    /// Waits until every line added before is written, for at most ten seconds; false if they are not, or not yet.
    pub async fn flush(&self) -> bool {
        let (sender, receiver) = oneshot::channel();
        self.entries.send(WriterMessage::Flush(sender)).is_ok()
            && matches!(tokio::time::timeout(Duration::from_secs(10), receiver).await, Ok(Ok(())))
    }

    /// Notifies listeners that something changed. Best effort: they also look by themselves.
    pub async fn changed(&self, changed: Changed) {
        self.signal(&Signal::Changed { changed }).await;
    }

    /// Sends a signal. Best effort, as [`Journal::changed`].
    pub async fn signal(&self, signal: &Signal) {
        publish(&self.queue, signal).await;
    }
}

async fn publish(queue: &Queue, signal: &Signal) {
    let text = serde_json::to_string(signal).expect("a signal is plain data");
    if let Err(error) = queue.publish(&text).await {
        tracing::debug!(%error, "a signal was not published");
    }
}

struct Writer {
    store: Store,
    queue: Queue,
    backlog: Arc<Backlog>,
    waiting: VecDeque<NewLog>,
    dropped: u64,
}

impl Writer {
    async fn run(mut self, mut entries: mpsc::UnboundedReceiver<WriterMessage>, stop: CancellationToken) {
        let mut flushes = Vec::new();
        loop {
            let first = tokio::select! {
                first = entries.recv() => first,
                () = stop.cancelled() => { entries.close(); entries.recv().await }
            };
            let Some(first) = first else { break };
            self.take(first, &mut flushes);
            let linger = tokio::time::sleep(LINGER);
            tokio::pin!(linger);
            while flushes.is_empty() && self.waiting.len() < BATCH {
                tokio::select! {
                    biased;
                    entry = entries.recv() => match entry {
                        Some(entry) => self.take(entry, &mut flushes),
                        None => break,
                    },
                    () = &mut linger => break,
                }
            }
            // Everything sent by now is included.
            while self.waiting.len() < BATCH
                && let Ok(entry) = entries.try_recv()
            {
                self.take(entry, &mut flushes);
            }
            self.write_all(&mut entries, &mut flushes, &stop).await;
            for flush in flushes.drain(..) {
                let _ = flush.send(());
            }
        }
    }

    fn take(&mut self, entry: WriterMessage, flushes: &mut Vec<oneshot::Sender<()>>) {
        match entry {
            WriterMessage::Line(line) => {
                if self.waiting.len() >= WAITING {
                    self.waiting.pop_front();
                    self.backlog.remove(1);
                    self.dropped += 1;
                }
                self.waiting.push_back(*line);
            }
            WriterMessage::Flush(done) => flushes.push(done),
        }
    }

    async fn write_all(
        &mut self,
        entries: &mut mpsc::UnboundedReceiver<WriterMessage>,
        flushes: &mut Vec<oneshot::Sender<()>>,
        stop: &CancellationToken,
    ) {
        let mut pause = Duration::from_millis(100);
        let mut began = Instant::now();
        self.backlog.writing_since(Some(began));
        while !self.waiting.is_empty() || self.dropped > 0 {
            if self.dropped > 0 && self.waiting.len() < WAITING {
                self.waiting.push_front(lost(std::mem::take(&mut self.dropped)));
                self.backlog.add(1);
            }
            let count = self.waiting.len().min(BATCH);
            let written = self.store.append_logs(&self.waiting.make_contiguous()[..count]).await;
            match written {
                Ok(newest) => {
                    self.waiting.drain(..count);
                    self.backlog.remove(count);
                    if began.elapsed() >= LONG {
                        self.waiting.push_back(waited(began.elapsed()));
                        self.backlog.add(1);
                    }
                    // A late notification is not a wait for the database.
                    self.backlog.writing_since(None);
                    publish(&self.queue, &Signal::Logs { newest }).await;
                    began = Instant::now();
                    self.backlog.writing_since(Some(began));
                }
                Err(error) if stop.is_cancelled() => {
                    let lines = u64::try_from(self.waiting.len()).unwrap_or(u64::MAX).saturating_add(self.dropped);
                    tracing::error!(%error, lines, "log lines could not be written before the stop");
                    self.backlog.remove(self.waiting.len());
                    self.waiting.clear();
                    self.dropped = 0;
                    // Callers waiting for them learn that they are not written.
                    flushes.clear();
                }
                Err(error) => {
                    tracing::warn!(%error, lines = self.waiting.len(), "log lines wait for the database");
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = stop.cancelled() => {}
                    }
                    pause = (pause * 2).min(Duration::from_secs(5));
                    while let Ok(entry) = entries.try_recv() {
                        self.take(entry, flushes);
                    }
                }
            }
        }
        self.backlog.writing_since(None);
    }
}

fn lost(lines: u64) -> NewLog {
    let message = format!("{lines} log lines were lost while the database was unavailable.");
    own(Level::Error, message, json!({ "lost": lines }))
}

fn waited(time: Duration) -> NewLog {
    let seconds = time.as_secs();
    let message = format!("Log lines waited {seconds} s to be written: the database was unavailable or busy.");
    own(Level::Warning, message, json!({ "waited_s": seconds }))
}

/// A line of the journal's own.
fn own(level: Level, message: String, meta: Value) -> NewLog {
    NewLog {
        timestamp: Timestamp::now(),
        log_type: LogType::System,
        level,
        job_id: None,
        device_id: None,
        run_id: None,
        source: "journal",
        message,
        meta,
    }
}
