//! The life of a task: pushed, handed out, kept alive, taken over from a dead worker, finished.

use std::time::Duration;

use redis::streams::{StreamAutoClaimReply, StreamId, StreamPendingCountReply, StreamRangeReply, StreamReadReply};
use tokio::time::{Instant, sleep};

use super::{Delivery, GROUP, Priority, Queue, QueueError, Task, scripts};

/// Entries sent in one pipeline.
const BATCH: usize = 500;
/// Pause after a failed blocking read.
const PAUSE: Duration = Duration::from_millis(100);

impl Queue {
    /// Puts tasks at the end of a queue.
    pub async fn push(&self, priority: Priority, tasks: &[Task]) -> Result<(), QueueError> {
        let stream = self.stream(priority);
        for batch in tasks.chunks(BATCH) {
            let mut commands = redis::pipe();
            for task in batch {
                add(&mut commands, &stream, task);
            }
            self.link.ask_many::<()>(&commands).await?;
        }
        Ok(())
    }

    /// Hands up to `max` tasks to `worker`, the most urgent first; waits for one at most `wait`.
    ///
    /// Cancelling this call loses nothing: tasks that were handed out and not seen are taken over later.
    pub async fn hand_out(&self, worker: &str, max: usize, wait: Duration) -> Result<Vec<Delivery>, QueueError> {
        if max == 0 {
            return Ok(Vec::new());
        }
        let deadline = Instant::now() + wait;
        loop {
            // Read before handing out, so that an entry that arrives in between ends the wait.
            let newest = self.newest_entries().await?;
            let deliveries = self.hand_out_now(worker, max).await?;
            let left = deadline.saturating_duration_since(Instant::now());
            if !deliveries.is_empty() || left.is_zero() {
                return Ok(deliveries);
            }
            self.wait_for_more(&newest, left).await;
        }
    }

    /// The last entry of each stream.
    async fn newest_entries(&self) -> Result<Vec<String>, QueueError> {
        let mut commands = redis::pipe();
        for priority in Priority::ALL {
            commands.cmd("XREVRANGE").arg(self.stream(priority)).arg("+").arg("-").arg("COUNT").arg(1);
        }
        let replies: Vec<StreamRangeReply> = self.link.ask_many(&commands).await?;
        let newest =
            |reply: StreamRangeReply| reply.ids.into_iter().next().map_or_else(|| "0".to_owned(), |entry| entry.id);
        Ok(replies.into_iter().map(newest).collect())
    }

    async fn hand_out_now(&self, worker: &str, max: usize) -> Result<Vec<Delivery>, QueueError> {
        let mut deliveries = Vec::new();
        for priority in Priority::ALL {
            if deliveries.len() >= max {
                break;
            }
            let mut read = redis::cmd("XREADGROUP");
            read.arg("GROUP").arg(GROUP).arg(worker).arg("COUNT").arg(max - deliveries.len());
            read.arg("STREAMS").arg(self.stream(priority)).arg(">");
            let reply: Option<StreamReadReply> = match self.ask_group(&read).await {
                // Tasks from an earlier stream must reach the caller.
                Err(error) if !deliveries.is_empty() => {
                    tracing::warn!(%error, "handing out tasks stopped halfway");
                    break;
                }
                other => other?,
            };
            for entry in reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids) {
                deliveries.extend(self.read_entry(priority, entry, 1).await?);
            }
        }
        Ok(deliveries)
    }

    /// Waits until a stream has an entry newer than those given. Hands out nothing, so it can be cancelled at any time.
    async fn wait_for_more(&self, newest: &[String], wait: Duration) {
        let mut read = redis::cmd("XREAD");
        // Zero would mean for ever.
        read.arg("COUNT").arg(1).arg("BLOCK").arg(wait.as_millis().max(1) as u64).arg("STREAMS");
        for priority in Priority::ALL {
            read.arg(self.stream(priority));
        }
        for id in newest {
            read.arg(id);
        }
        if let Err(error) = self.link.ask_blocking::<()>(&read, wait).await {
            tracing::debug!(%error, "waiting for tasks was cut short");
            sleep(PAUSE.min(wait)).await;
        }
    }

    /// Shows that `worker` is still busy with these deliveries. Returns those that are no longer its own: their tasks must stop.
    pub async fn heartbeat(&self, worker: &str, deliveries: &[Delivery]) -> Result<Vec<Delivery>, QueueError> {
        let mut lost = Vec::new();
        for priority in Priority::ALL {
            let own: Vec<_> = deliveries.iter().filter(|delivery| delivery.priority == priority).collect();
            for batch in own.chunks(BATCH) {
                let mut script = scripts::on(scripts::HEARTBEAT, &self.stream(priority));
                script.arg(GROUP).arg(worker);
                for delivery in batch {
                    script.arg(&delivery.entry_id);
                }
                match self.link.ask::<Vec<String>>(&script).await {
                    Ok(gone) => {
                        lost.extend(
                            batch
                                .iter()
                                .filter(|delivery| gone.contains(&delivery.entry_id))
                                .map(|delivery| (*delivery).clone()),
                        );
                    }
                    // The server has lost its data, and the deliveries with it.
                    Err(error) if error.is_missing_group() => {
                        lost.extend(batch.iter().map(|delivery| (*delivery).clone()));
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(lost)
    }

    /// Takes over up to `max` tasks whose worker showed no life for `idle_for`, and forgets dead workers that hold nothing.
    ///
    /// A worker may get its own tasks back this way: those it never received, and those whose heartbeats came too late.
    pub async fn take_over(&self, worker: &str, idle_for: Duration, max: usize) -> Result<Vec<Delivery>, QueueError> {
        let mut deliveries = Vec::new();
        for priority in Priority::ALL {
            let mut cursor = "0-0".to_owned();
            while deliveries.len() < max {
                let mut claim = redis::cmd("XAUTOCLAIM");
                claim.arg(self.stream(priority)).arg(GROUP).arg(worker).arg(idle_for.as_millis() as u64);
                claim.arg(&cursor).arg("COUNT").arg(max - deliveries.len());
                let reply: StreamAutoClaimReply = self.ask_group(&claim).await?;
                for entry in reply.claimed {
                    let delivered = self.times_delivered(priority, &entry.id).await?;
                    deliveries.extend(self.read_entry(priority, entry, delivered).await?);
                }
                cursor = reply.next_stream_id;
                if cursor == "0-0" {
                    break;
                }
            }
            self.forget_idle_consumers(priority, idle_for).await?;
        }
        Ok(deliveries)
    }

    /// How often an entry was handed out.
    async fn times_delivered(&self, priority: Priority, entry_id: &str) -> Result<u64, QueueError> {
        let mut pending = redis::cmd("XPENDING");
        pending.arg(self.stream(priority)).arg(GROUP).arg(entry_id).arg(entry_id).arg(1);
        let reply: StreamPendingCountReply = self.ask_group(&pending).await?;
        Ok(reply.ids.first().map_or(1, |entry| entry.times_delivered as u64))
    }

    /// Ends a delivery whose result is recorded: the task leaves the queue.
    pub async fn finish(&self, delivery: &Delivery) -> Result<(), QueueError> {
        let mut commands = redis::pipe();
        remove(&mut commands, &self.stream(delivery.priority), &delivery.entry_id);
        self.link.ask_many(&commands).await
    }

    /// Ends a delivery without having done its task, which moves to the end of its queue: for an orderly stop.
    pub async fn put_back(&self, delivery: &Delivery) -> Result<(), QueueError> {
        let stream = self.stream(delivery.priority);
        let mut commands = redis::pipe();
        // Added first: a failure in between leaves the task twice rather than not at all.
        add(&mut commands, &stream, &delivery.task);
        remove(&mut commands, &stream, &delivery.entry_id);
        self.link.ask_many(&commands).await
    }

    /// The delivery of an entry. An entry that is not a task is removed, or it would be handed out for ever.
    async fn read_entry(
        &self,
        priority: Priority,
        entry: StreamId,
        delivered: u64,
    ) -> Result<Option<Delivery>, QueueError> {
        if let Some(task) = task_of(&entry) {
            return Ok(Some(Delivery { task, priority, entry_id: entry.id, delivered }));
        }
        tracing::warn!(queue = priority.as_str(), entry = entry.id, "removed an entry of the queue that is not a task");
        let mut commands = redis::pipe();
        remove(&mut commands, &self.stream(priority), &entry.id);
        self.link.ask_many::<()>(&commands).await?;
        Ok(None)
    }
}

fn add(commands: &mut redis::Pipeline, stream: &str, task: &Task) {
    commands.cmd("XADD").arg(stream).arg("*");
    commands.arg("run").arg(task.run_id.get()).arg("device").arg(task.device_id.get()).arg("attempt").arg(task.attempt);
}

fn remove(commands: &mut redis::Pipeline, stream: &str, entry_id: &str) {
    commands.cmd("XACK").arg(stream).arg(GROUP).arg(entry_id);
    commands.cmd("XDEL").arg(stream).arg(entry_id);
}

/// The task an entry stands for.
pub(super) fn task_of(entry: &StreamId) -> Option<Task> {
    Some(Task {
        run_id: entry.get::<i64>("run")?.into(),
        device_id: entry.get::<i64>("device")?.into(),
        attempt: entry.get("attempt")?,
    })
}
