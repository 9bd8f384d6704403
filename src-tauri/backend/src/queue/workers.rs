//! Heartbeats of the workers, to show them and to clean up after dead ones.

use std::time::Duration;

use jiff::Timestamp;
use redis::streams::StreamInfoConsumersReply;
use serde::{Deserialize, Serialize};

use super::{GROUP, Priority, Queue, QueueError, scripts};

/// What a worker says about itself.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct WorkerBeat {
    /// Its name in the queue, unique among all workers.
    pub id: String,
    /// The computer it runs on.
    pub host: String,
    /// Its process id there.
    pub pid: u32,
    /// How many tasks it can do at once.
    pub capacity: usize,
    /// How many it is doing.
    pub busy: usize,
    /// When it started.
    pub started_at: Timestamp,
}

impl Queue {
    /// Announces that a worker is alive; without another call within `ttl` it counts as gone.
    pub async fn beat(&self, worker: &WorkerBeat, ttl: Duration) -> Result<(), QueueError> {
        let text = serde_json::to_string(worker).expect("a beat is plain numbers and text");
        let mut commands = redis::pipe();
        commands.cmd("SET").arg(self.beat_key(&worker.id)).arg(text).arg("PX").arg(ttl.as_millis().max(1) as u64);
        commands.cmd("SADD").arg(self.index_key()).arg(&worker.id);
        self.link.ask_many(&commands).await
    }

    /// The living workers, by name.
    pub async fn workers(&self) -> Result<Vec<WorkerBeat>, QueueError> {
        let mut ids: Vec<String> = self.link.ask(redis::cmd("SMEMBERS").arg(self.index_key())).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        ids.sort();
        let mut get = redis::cmd("MGET");
        for id in &ids {
            get.arg(self.beat_key(id));
        }
        let beats: Vec<Option<String>> = self.link.ask(&get).await?;
        let mut gone = redis::cmd("SREM");
        gone.arg(self.index_key());
        let mut any_gone = false;
        let mut workers = Vec::with_capacity(ids.len());
        for (id, beat) in ids.iter().zip(beats) {
            match beat.and_then(|text| serde_json::from_str(&text).ok()) {
                Some(worker) => workers.push(worker),
                None => {
                    gone.arg(id);
                    any_gone = true;
                }
            }
        }
        if any_gone {
            self.link.ask::<()>(&gone).await?;
        }
        Ok(workers)
    }

    /// Removes a stopped worker from the list. Others take over what it still holds.
    pub async fn forget_worker(&self, id: &str) -> Result<(), QueueError> {
        let mut commands = redis::pipe();
        commands.cmd("DEL").arg(self.beat_key(id));
        commands.cmd("SREM").arg(self.index_key()).arg(id);
        self.link.ask_many::<()>(&commands).await?;
        for priority in Priority::ALL {
            self.forget_consumer(priority, id).await?;
        }
        Ok(())
    }

    /// Forgets the consumers of one queue that hold nothing, have been idle for `idle_for`, and have no heartbeat.
    pub(super) async fn forget_idle_consumers(&self, priority: Priority, idle_for: Duration) -> Result<(), QueueError> {
        let mut info = redis::cmd("XINFO");
        info.arg("CONSUMERS").arg(self.stream(priority)).arg(GROUP);
        let reply: StreamInfoConsumersReply = self.ask_group(&info).await?;
        for consumer in reply.consumers {
            let idle = Duration::from_millis(consumer.idle as u64) >= idle_for;
            if consumer.pending == 0 && idle {
                let lives: bool = self.link.ask(redis::cmd("EXISTS").arg(self.beat_key(&consumer.name))).await?;
                if !lives {
                    self.forget_consumer(priority, &consumer.name).await?;
                }
            }
        }
        Ok(())
    }

    async fn forget_consumer(&self, priority: Priority, id: &str) -> Result<(), QueueError> {
        let mut script = scripts::on(scripts::FORGET_CONSUMER, &self.stream(priority));
        script.arg(GROUP).arg(id);
        self.ask_group::<()>(&script).await
    }

    fn beat_key(&self, id: &str) -> String {
        format!("{}:worker:{id}", self.namespace)
    }

    fn index_key(&self) -> String {
        format!("{}:workers", self.namespace)
    }
}
