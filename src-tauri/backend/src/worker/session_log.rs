//! Follows a session for the journal and the run's row: lines are logged with their job, run and device, secrets hidden;
//! the stage is written at most a few times a second.

use std::sync::Arc;
use std::time::Duration;

use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::Stage;
use serde_json::Value;
use tokio::sync::watch;

use crate::journal::{About, Journal};
use crate::platforms::Redaction;
use crate::session::Observer;
use crate::store::Store;
use crate::store::leases::Lease;

/// Shortest time between two writes of the stage.
const STAGE_PAUSE: Duration = Duration::from_millis(400);

/// Observes one session: its lines go to the log, its stage to the row.
pub struct SessionLog {
    journal: Journal,
    about: About,
    redaction: Arc<Redaction>,
    stage: watch::Sender<Stage>,
}

impl SessionLog {
    /// An observer, and the stage it sees.
    pub fn new(journal: Journal, lease: &Lease, redaction: Arc<Redaction>) -> (SessionLog, watch::Receiver<Stage>) {
        let (stage, seen) = watch::channel(Stage::Prepare);
        let about = About { job_id: Some(lease.job_id), device_id: Some(lease.device_id), run_id: Some(lease.run_id) };
        (SessionLog { journal, about, redaction, stage }, seen)
    }

    fn hide_in(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.redaction.quoted(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.hide_in(item)).collect(),
            Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, self.hide_in(value))).collect(),
            other => other,
        }
    }
}

impl Observer for SessionLog {
    fn stage(&mut self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    fn log(&mut self, level: Level, log_type: LogType, message: String, meta: Value) {
        let source = match log_type {
            LogType::Connection => "worker.connection",
            LogType::Session => "worker.session",
            LogType::Job | LogType::System => "worker",
        };
        let (message, meta) = (self.redaction.sentence(&message), self.hide_in(meta));
        self.journal.line(level, log_type, source, self.about, message, meta);
    }
}

/// Writes the stage of a long session to its row until the session ends (its sender is dropped).
pub async fn follow(store: Store, lease: Lease, mut seen: watch::Receiver<Stage>) {
    loop {
        tokio::time::sleep(STAGE_PAUSE).await;
        if seen.has_changed().is_err() {
            return;
        }
        let stage = *seen.borrow_and_update();
        if let Err(error) = store.set_stage(&lease, stage).await {
            tracing::debug!(%error, "a stage was not written");
        }
        if seen.changed().await.is_err() {
            return;
        }
    }
}
