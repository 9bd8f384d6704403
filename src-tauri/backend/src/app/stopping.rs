//! The end within ten seconds: how long each part may take, and waiting for tasks that long.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// For everything that makes work: a cancelled session is closed within two seconds.
const WORK: Duration = Duration::from_secs(3);
/// After that, for the last log lines.
const JOURNAL: Duration = Duration::from_millis(800);
/// After that, for the connections to the database.
const DATABASE: Duration = Duration::from_millis(400);
/// After that, for the embedded servers; see [`crate::supervisor::Servers::stop`].
const SERVERS: Duration = Duration::from_millis(4_800);

/// When each part of the end has to be over. The parts share one clock: one that hangs takes nothing from the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct StopLimits {
    pub work: Instant,
    pub journal: Instant,
    pub database: Instant,
    pub servers: Instant,
}

impl StopLimits {
    /// An end that begins now.
    pub(super) fn from_now() -> StopLimits {
        let work = Instant::now() + WORK;
        let journal = work + JOURNAL;
        let database = journal + DATABASE;
        StopLimits { work, journal, database, servers: database + SERVERS }
    }
}

/// Waits for tasks until this moment; those that still run are abandoned.
pub(super) async fn join(what: &str, tasks: impl IntoIterator<Item = JoinHandle<()>>, limit: Instant) {
    let mut late = 0;
    for mut task in tasks {
        if timeout_at(limit, &mut task).await.is_err() {
            late += 1;
            task.abort();
        }
    }
    if late > 0 {
        tracing::warn!(what, late, "did not stop in time and are abandoned");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tasks_that_hang_share_one_limit() {
        let limit = Instant::now() + Duration::from_millis(100);
        let hang = || tokio::spawn(std::future::pending());
        let (dropped, watched) = tokio::sync::oneshot::channel::<()>();
        let last = tokio::spawn(async move {
            let _dropped = dropped;
            std::future::pending().await
        });
        join("tasks", [hang(), hang(), hang(), last], limit).await;
        assert!(Instant::now() < limit + Duration::from_millis(100), "not a limit each");
        assert!(watched.await.is_err(), "what hangs is abandoned");
    }

    #[test]
    fn the_whole_end_takes_less_than_ten_seconds() {
        let limits = StopLimits::from_now();
        assert!(limits.work < limits.journal && limits.journal < limits.database && limits.database < limits.servers);
        assert!(limits.servers - Instant::now() <= Duration::from_secs(9), "{limits:?}");
    }
}
