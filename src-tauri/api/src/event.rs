//! Pushed data: log lines, changes, and the state of the connection.

use serde::{Deserialize, Serialize};

use crate::ids::{JobId, RunId, TrialId};
use crate::logs::LogEntry;

/// Something that a page may show has changed; the page refetches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", rename_all = "snake_case")]
pub enum Changed {
    /// A run was queued, moved on, or ended.
    Run {
        /// Id of the run.
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
    /// The files of platforms were read again.
    Platforms,
    /// A trial moved on, or ended.
    Trial {
        /// Id of the trial.
        trial_id: TrialId,
    },
    /// The state of a server (database, queue, worker) changed.
    System,
}

/// One message of the feed from shell to web view, in batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeedMessage {
    /// New log lines, in order and complete except for those reported by [`FeedMessage::Skipped`].
    Lines {
        /// The lines.
        lines: Vec<LogEntry>,
    },
    /// Lines that were written and will not arrive by this feed.
    Skipped {
        /// How many; the maximum where the server does not know.
        lines: u64,
        /// Why they will not come.
        why: Skip,
    },
    /// Things that changed.
    Changes {
        /// The changes, in the order they were made.
        changes: Vec<Changed>,
    },
    /// The state of the connection.
    Link {
        /// The new state.
        link: Link,
    },
}

/// Why lines do not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// Their data was not understood.
    NotUnderstood,
    /// More was written at once than is read from a server without a cursor.
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
    /// The stream is broken or silent; it is being retried.
    Reconnecting {
        /// Why, as a sentence.
        reason: String,
        /// Seconds until the next try.
        retry_in_s: u64,
    },
    /// The server has no live stream; lines are polled.
    Polling {
        /// Seconds between two polls.
        every_s: u64,
    },
    /// The token is no longer valid.
    SignedOut,
}
