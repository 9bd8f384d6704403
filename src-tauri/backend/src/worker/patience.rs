//! Waiting for the database: its absence is nobody's failure, least of all the device's.

use std::time::{Duration, Instant};

use crate::session::Cancel;
use crate::store::{Result, StoreError};

/// How long a worker waits for the database before it drops a device; another attempt begins when it is back.
const LIMIT: Duration = Duration::from_secs(600);
/// First and longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(3));

/// Asks the store until it answers, for as long as it is only away and the device's work is not to end.
pub async fn patiently<T, F>(cancel: &Cancel, mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let (began, mut pause) = (Instant::now(), PAUSES.0);
    loop {
        match ask().await {
            Err(error) if error.is_absence() && !cancel.is_cancelled() && began.elapsed() < LIMIT => {
                tracing::warn!(%error, "work on a device is waiting for the database");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
            answered => return answered,
        }
    }
}

/// Why a device's work has no outcome that could be recorded.
#[derive(Debug, thiserror::Error)]
pub enum Undone {
    /// The database stayed away: the device stays queued, and another attempt begins when the database is back.
    #[error("the database stayed unavailable: {0}")]
    Away(StoreError),
    /// Something on our side is wrong.
    #[error("{0:#}")]
    Broken(anyhow::Error),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Undone {
        if error.is_absence() { Undone::Away(error) } else { Undone::Broken(error.into()) }
    }
}

impl From<std::io::Error> for Undone {
    fn from(error: std::io::Error) -> Undone {
        Undone::Broken(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> StoreError {
        StoreError::Database(sqlx::Error::PoolTimedOut)
    }

    #[tokio::test]
    async fn what_is_away_is_asked_again_and_what_is_refused_is_not() {
        let (mut asked, cancel) = (0, Cancel::new());
        let answer = patiently(&cancel, || {
            asked += 1;
            std::future::ready(if asked < 3 { Err(away()) } else { Ok(asked) })
        });
        assert_eq!(answer.await.unwrap(), 3);
        let mut asked = 0;
        let answer: Result<()> = patiently(&cancel, || {
            asked += 1;
            std::future::ready(Err(StoreError::NotFound("Device")))
        })
        .await;
        assert!(matches!(answer, Err(StoreError::NotFound(_))));
        assert_eq!(asked, 1);
    }

    #[tokio::test]
    async fn who_is_cancelled_does_not_wait() {
        let cancel = Cancel::new();
        cancel.cancel();
        let answer: Result<()> = patiently(&cancel, || std::future::ready(Err(away()))).await;
        assert!(matches!(Undone::from(answer.unwrap_err()), Undone::Away(_)));
    }
}
