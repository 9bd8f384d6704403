//! How long a server is waited for.

use std::time::Duration;

/// Longest wait for a connection.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Longest wait for a complete answer.
pub const TOTAL_LIMIT: Duration = Duration::from_secs(30);
/// Longest wait for the answer to an import, which accepts rows for 40 s at most.
pub const IMPORT_LIMIT: Duration = Duration::from_secs(50);
