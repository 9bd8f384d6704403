//! What is pushed: log lines, what changed, and the state of the connection.

use serde::{Deserialize, Serialize};

use crate::ids::{JobId, RunId};
use crate::logs::LogEntry;

/// Something changed that a page may show; the page reads it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", rename_all = "snake_case")]
pub enum Changed {
    /// A run was queued, moved on, or ended.
    Run {
        /// Run.
        run_id: RunId,
        /// Its job.
        job_id: JobId,
        /// Whether it has ended.
        ended: bool,
    },
    /// Devices were added, changed or removed.
    Devices,
    /// Jobs were added, changed or removed.
    Jobs,
    /// Credentials or tags were added, changed or removed.
    Setup,
    /// The state of a server (database, queue, worker) changed.
    System,
}

/// One message of the feed from shell to web view, in batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeedMessage {
    /// New log lines, in order, none missing but those told of by [`FeedMessage::Skipped`].
    Lines {
        /// The lines.
        lines: Vec<LogEntry>,
    },
    /// Lines that were written and will not come by this feed.
    Skipped {
        /// How many; where the server cannot tell, how many at most.
        lines: u64,
        /// Why.
        why: Skip,
    },
    /// Things that changed.
    Changes {
        /// What.
        changes: Vec<Changed>,
    },
    /// The state of the connection.
    Link {
        /// State.
        link: Link,
    },
}

/// Why lines do not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// What was sent for them is not understood.
    NotUnderstood,
    /// More was written at once than is read of a server without a cursor.
    TooMany,
}

/// State of the connection between shell and server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Link {
    /// The first connection is being made.
    #[default]
    Connecting,
    /// Lines arrive as they are written.
    Live,
    /// The stream is broken or silent; it is tried again.
    Reconnecting {
        /// Why, as a sentence.
        reason: String,
        /// Seconds until the next try.
        retry_in_s: u64,
    },
    /// The server has no live stream; lines are read from time to time.
    Polling {
        /// Seconds between readings.
        every_s: u64,
    },
    /// The token is no longer good.
    SignedOut,
}
