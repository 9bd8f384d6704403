//! Brings devices that wait for a limit of sessions back to the queue when their turn comes. Every worker does so: the
//! database sees to it that each device is brought back once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Worker;
use crate::queue::{Priority, Task};
use crate::store::leases::AttemptId;
use crate::store::turns::NextTurns;

/// Pause between two looks while devices wait.
const SOON: Duration = Duration::from_millis(200);
/// Pause between two looks while none does: another worker may have sent one to wait.
const LATER: Duration = Duration::from_secs(2);

/// Tells this worker that a turn may have come.
#[derive(Clone, Default)]
pub struct Turns(Arc<Notify>);

impl Turns {
    /// A device waits, or one that others may wait for has ended.
    pub fn look(&self) {
        self.0.notify_one();
    }
}

impl Worker {
    /// Looks again and again whose turn it is, until stopped.
    pub(super) async fn give_turns(self, turns: Turns, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let pause = match self.store.give_turns().await {
                Ok(next) => self.let_go(next).await,
                Err(error) => {
                    tracing::debug!(%error, "nobody looked whose turn it is");
                    LATER
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = turns.0.notified() => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Puts devices back on the queue, before those that have not waited: room is kept for them. Returns the pause until
    /// the next look.
    async fn let_go(&self, next: NextTurns) -> Duration {
        let task = |AttemptId { run_id, device_id, attempt }| Task { run_id, device_id, attempt };
        let tasks: Vec<Task> = next.devices.into_iter().map(task).collect();
        if !tasks.is_empty()
            && let Err(error) = self.queue.push(Priority::High, &tasks).await
        {
            tracing::warn!(%error, "devices whose turn has come are queued once the queue is back");
        }
        if next.some_waited { SOON } else { LATER }
    }
}
