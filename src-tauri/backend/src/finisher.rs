//! The finisher: ends runs whose devices are all done. One commit per run names the devices whose text changed;
//! only then is the run over. It takes no input and may be woken at any time; its next look completes what a crash interrupted.
//! Runs where the API is served, since a worker has no repository.

use std::sync::Arc;
use std::time::{Duration, Instant};

use netraven_api::SnapshotId;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::Cause;
use netraven_api::runs::RunStatus;
use serde_json::json;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::journal::{About, Journal, Signal};
use crate::snapshots::{Repository, SnapshotFile, path_of};
use crate::store::Store;
use crate::store::configs::Uncommitted;

/// Longest pause between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// Pause between two looks for snapshots that an interruption left without a commit.
const MEND: Duration = Duration::from_secs(60);
/// Most loose objects in the repository.
const LOOSE: usize = 2_000;
/// Most names of devices in a commit's subject; the rest are counted.
const NAMED: usize = 4;

/// Ends runs.
#[derive(Clone)]
pub struct Finisher {
    /// The truth.
    pub store: Store,
    /// The log.
    pub journal: Journal,
    /// The snapshots' repository.
    pub repository: Arc<Repository>,
    /// Signals of every process.
    pub signals: broadcast::Sender<Signal>,
}

impl Finisher {
    /// Looks until stopped, at every change of a run and every half second.
    pub async fn run(self, stop: CancellationToken) {
        let mut signals = self.signals.subscribe();
        let mut mended: Option<Instant> = None;
        while !stop.is_cancelled() {
            if mended.is_none_or(|at| at.elapsed() >= MEND) {
                match self.mend().await {
                    Ok(()) => {
                        mended = Some(Instant::now());
                        self.pack().await;
                    }
                    Err(error) => {
                        tracing::warn!(error = format!("{error:#}"), "snapshots are waiting for their commit")
                    }
                }
            }
            if let Err(error) = self.end_runs().await {
                tracing::warn!(error = format!("{error:#}"), "a run could not be ended; it will be retried");
            }
            let change = async {
                loop {
                    match signals.recv().await {
                        Ok(Signal::Changed { changed: Changed::Run { .. } }) | Err(_) => break false,
                        Ok(Signal::Changed { changed: Changed::Jobs }) => break true,
                        Ok(_) => {}
                    }
                }
            };
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                // The deletion of a job may have removed its runs, and nothing else commits their snapshots.
                jobs_changed = change => if jobs_changed {
                    mended = None;
                },
                () = stop.cancelled() => {}
            }
        }
    }

    /// Commits snapshots that a crash, or the deletion of a job, left without a commit.
    async fn mend(&self) -> anyhow::Result<()> {
        for run_id in self.store.runs_with_uncommitted().await? {
            let left = self.store.uncommitted(run_id).await?;
            let count = left.len();
            if let Some(commit) = self.commit(left, "Repaired after an interruption").await? {
                let about = About { run_id, ..About::default() };
                let message = format!("{count} snapshots of an interrupted run were committed.");
                let meta = json!({ "commit": commit });
                self.journal.line(Level::Warning, LogType::System, "finisher", about, message, meta);
            }
        }
        Ok(())
    }

    /// Packs the objects of many commits into one file.
    async fn pack(&self) {
        let repository = Arc::clone(&self.repository);
        match tokio::task::spawn_blocking(move || repository.pack(LOOSE)).await {
            Ok(Ok(0)) => {}
            Ok(Ok(objects)) => tracing::info!(objects, "objects of the snapshot repository were packed"),
            Ok(Err(error)) => tracing::warn!(%error, "the snapshot repository could not be packed; it will be retried"),
            Err(error) => tracing::error!(%error, "packing the snapshot repository failed"),
        }
    }

    async fn end_runs(&self) -> anyhow::Result<()> {
        for run_id in self.store.runs_to_end().await? {
            let run = self.store.run(run_id).await?;
            let new = self.store.uncommitted(Some(run_id)).await?;
            let commit = self.commit(new, &format!("{} run {run_id}", run.job_name)).await?;
            let about = About { job_id: Some(run.job_id), run_id: Some(run_id), device_id: None };
            let all_cancelled =
                run.causes.first().is_some_and(|group| group.cause == Cause::Cancelled && group.devices == run.devices);
            let (level, word) = match (run.cancel_requested || all_cancelled, run.failed, run.succeeded) {
                (true, _, _) => (Level::Warning, "was cancelled"),
                (_, 0, 1..) => (Level::Info, "succeeded"),
                (_, _, 1..) => (Level::Warning, "partly failed"),
                _ => (Level::Error, "failed"),
            };
            let message = match run.devices {
                0 => format!("{} failed: no device has a tag of this job.", run.job_name),
                _ => format!(
                    "{} {word}: {} ok, {} failed, {} changed.",
                    run.job_name, run.succeeded, run.failed, run.changed
                ),
            };
            self.journal.line(level, LogType::Job, "finisher", about, message, json!({ "commit": commit }));
            // The last line is written before the run ends, so that a reader waiting for the end finds the whole log.
            self.journal.flush().await;
            let ended: Option<RunStatus> = self.store.end_run(run_id, commit.as_deref()).await?;
            if ended.is_some() {
                self.journal.changed(Changed::Run { run_id, job_id: run.job_id, ended: true }).await;
                self.journal.changed(Changed::Devices).await;
            }
        }
        Ok(())
    }

    /// Commits texts in one commit and records it with each; returns the commit that holds them, if there were any.
    async fn commit(&self, new: Vec<Uncommitted>, title: &str) -> anyhow::Result<Option<String>> {
        let Some(last) = new.last() else { return Ok(None) };
        let (when, message) = (last.retrieved_at, message(title, &new));
        let ids: Vec<SnapshotId> = new.iter().map(|one| one.id).collect();
        let repository = Arc::clone(&self.repository);
        let commit = tokio::task::spawn_blocking(move || {
            let files: Vec<SnapshotFile<'_>> = new
                .iter()
                .map(|one| SnapshotFile { path: path_of(&one.hostname, one.device_id.get()), text: &one.text })
                .collect();
            // Nothing differs if a crash came after the commit and before its id was recorded: then it is the newest one.
            match repository.commit(&files, &message, when)? {
                Some(commit) => Ok(Some(commit)),
                None => repository.head(),
            }
        })
        .await??;
        if let Some(commit) = &commit {
            self.store.set_commit(&ids, commit).await?;
        }
        Ok(commit)
    }
}

fn message(title: &str, new: &[Uncommitted]) -> String {
    let named: Vec<&str> = new.iter().take(NAMED).map(|one| one.hostname.as_str()).collect();
    let more = if new.len() > NAMED { format!(" and {} more", new.len() - NAMED) } else { String::new() };
    let all: String = new.iter().map(|one| format!("{}\n", one.hostname)).collect();
    format!("{title}: {}{more}\n\n{all}", named.join(", "))
}
