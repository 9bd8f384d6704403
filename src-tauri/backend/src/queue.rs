//! The queue on Redis: tasks handed to workers, the workers' heartbeats, and live events. Knows no SQL; no other module knows Redis.
//!
//! One stream per priority, each with one consumer group: the group's pending list is the list of deliveries. An entry stays in
//! its stream until it is finished, so "held" means "in a stream". Everything is at least once: after a lost connection a push
//! may have happened twice, after a worker's death a task runs again, and Redis may lose its last second. The recorder of a
//! result guards it with the attempt's number.

use std::fmt;

use jiff::Timestamp;
use netraven_api::{DeviceId, RunId};
use serde::{Deserialize, Serialize};

mod deliveries;
mod events;
mod link;
mod look;
mod scripts;
#[cfg(test)]
#[cfg(unix)]
mod tests;
mod workers;

pub use events::Subscribed;
pub use netraven_api::jobs::Priority;
pub use workers::WorkerBeat;

use link::RedisLink;

/// The consumer group of every stream.
const GROUP: &str = "workers";

/// One device of one run, in its n-th attempt.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Task {
    /// The run it belongs to.
    pub run_id: RunId,
    /// The device to visit.
    pub device_id: DeviceId,
    /// Which attempt this is; the fencing number in the store.
    pub attempt: i64,
}

/// A task held by a worker. It has to be kept alive by heartbeats, or another worker takes it over.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// What to do.
    pub task: Task,
    /// The queue it came from.
    pub priority: Priority,
    /// The stream entry.
    pub entry_id: String,
    /// How often it was handed out, this time included. A number that keeps growing is a task that kills its workers.
    pub delivered: u64,
}

/// The state of one queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueStatus {
    /// Its priority.
    pub priority: Priority,
    /// Tasks not yet handed out.
    pub waiting: u64,
    /// Tasks held by workers.
    pub leased: u64,
    /// When the longest-waiting task was pushed.
    pub oldest: Option<Timestamp>,
}

/// What the server says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerInfo {
    /// Seconds since it started.
    pub uptime_s: u64,
    /// Bytes its data takes.
    pub used_memory_bytes: u64,
    /// The Redis version it speaks.
    pub version: String,
}

/// What can go wrong with the queue. None of it contains the server's password.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QueueError {
    /// The server's address is not valid.
    #[error(
        "The Redis URL cannot be used: {reason}. Write it like redis://:password@host:6379 or redis+unix:///path/to/socket?pass=password."
    )]
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// No connection could be made, or it broke. The next call reconnects.
    #[error("Redis at {server} cannot be reached: {reason}. Check that it is running; NetRaven keeps trying.")]
    Unreachable {
        /// Host and port, or the socket.
        server: String,
        /// What the system said.
        reason: String,
    },
    /// It did not answer in time.
    #[error(
        "Redis at {server} did not answer within {seconds} seconds. Check its load and the network; NetRaven keeps trying."
    )]
    TooSlow {
        /// Host and port, or the socket.
        server: String,
        /// The limit that was exceeded.
        seconds: u64,
    },
    /// It refused the command.
    #[error(
        "Redis at {server} refused: {reason}. Check its password, its memory limit, and that it is Redis 6.2 or newer or Valkey."
    )]
    Refused {
        /// Host and port, or the socket.
        server: String,
        /// What it said.
        reason: String,
    },
    /// There are too many tasks to scan all of them.
    #[error(
        "The queue holds more than {limit} tasks, too many to search at once. Add workers or cancel runs that are no longer needed."
    )]
    TooLong {
        /// The most that are scanned.
        limit: usize,
    },
}

/// The queue of an installation. Cheap to clone; every call has a time limit and reconnects by itself.
#[derive(Clone)]
pub struct Queue {
    link: RedisLink,
    namespace: String,
}

impl fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Queue({} at {})", self.namespace, self.link.server())
    }
}

impl Queue {
    /// Connects to the server at `url`; all keys begin with `namespace`, so that installations can share a server.
    pub async fn connect(url: &str, namespace: &str) -> Result<Self, QueueError> {
        let queue = Self { link: RedisLink::new(url)?, namespace: namespace.to_owned() };
        queue.ping().await?;
        queue.ensure_groups().await?;
        Ok(queue)
    }

    fn stream(&self, priority: Priority) -> String {
        format!("{}:queue:{}", self.namespace, priority.as_str())
    }

    /// Makes the streams and their groups where they are missing. A group begins at the first entry, so what was pushed before
    /// the group was there is not lost.
    async fn ensure_groups(&self) -> Result<(), QueueError> {
        for priority in Priority::ALL {
            let mut create = redis::cmd("XGROUP");
            create.arg("CREATE").arg(self.stream(priority)).arg(GROUP).arg("0").arg("MKSTREAM");
            match self.link.ask::<()>(&create).await {
                Err(QueueError::Refused { reason, .. }) if reason.contains("BUSYGROUP") => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Runs a command; if the server has lost the groups (its data was deleted or not kept), recreates them and repeats it.
    async fn ask_group<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, QueueError> {
        match self.link.ask(command).await {
            Err(error) if error.is_missing_group() => {
                tracing::warn!("the queue's consumer groups are missing in Redis: creating them again");
                self.ensure_groups().await?;
                self.link.ask(command).await
            }
            other => other,
        }
    }
}

impl QueueError {
    fn is_missing_group(&self) -> bool {
        // The second is the answer when the stream itself is missing.
        matches!(self, Self::Refused { reason, .. } if reason.contains("NOGROUP") || reason.contains("no such key"))
    }
}
