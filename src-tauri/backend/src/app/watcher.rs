//! Watches the embedded servers for everybody else: the API, the journal, the window.

use jiff::Timestamp;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use serde_json::json;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::journal::{About, Journal, Signal};
use crate::server::ServersState;
use crate::supervisor::{Health, ProcessState};

/// Tells the API, the journal and the window when an embedded server goes away and comes back.
pub(super) async fn watch(
    mut health: watch::Receiver<Health>,
    state: watch::Sender<ServersState>,
    journal: Journal,
    signals: broadcast::Sender<Signal>,
    stop: CancellationToken,
) {
    let mut before = ServersState::default();
    loop {
        let now = {
            let health = health.borrow_and_update();
            ServersState { postgres: wrong("PostgreSQL", &health.postgres), redis: wrong("Redis", &health.redis) }
        };
        for (name, was, is) in [("PostgreSQL", &before.postgres, &now.postgres), ("Redis", &before.redis, &now.redis)] {
            match (was, is) {
                (None, Some(sentence)) => {
                    journal.line(
                        Level::Error,
                        LogType::System,
                        "supervisor",
                        About::default(),
                        sentence.clone(),
                        json!({}),
                    );
                }
                (Some(_), None) => {
                    journal.line(
                        Level::Info,
                        LogType::System,
                        "supervisor",
                        About::default(),
                        format!("{name} is responding again."),
                        json!({}),
                    );
                }
                _ => {}
            }
        }
        if now != before {
            state.send_replace(now.clone());
            before = now;
            // Said here too: the queue that carries signals may be what is away.
            let _ = signals.send(Signal::Changed { changed: Changed::System });
        }
        tokio::select! {
            changed = health.changed() => if changed.is_err() { break },
            () = stop.cancelled() => break,
        }
    }
}

/// What is wrong with a server, for people.
fn wrong(name: &str, state: &ProcessState) -> Option<String> {
    match state {
        ProcessState::Running => None,
        ProcessState::Restarting { since, reason } => {
            let since = Timestamp::try_from(*since).map_or_else(|_| String::new(), |at| format!(" since {at:.0}"));
            Some(format!("{name} stopped and is being restarted{since}. {reason}"))
        }
        ProcessState::Failed { reason } => Some(reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn what_is_wrong_is_said_once() {
        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(60);
        let reason = "It stopped unexpectedly (signal: 9 (SIGKILL)).".to_owned();
        let restarting = wrong("Redis", &ProcessState::Restarting { since, reason }).unwrap();
        let expected = "Redis stopped and is being restarted since 1970-01-01T00:01:00Z. It stopped unexpectedly (signal: 9 \
                        (SIGKILL)).";
        assert_eq!(restarting, expected);
        let reason = "PostgreSQL is not answering within 5 s.".to_owned();
        assert_eq!(wrong("PostgreSQL", &ProcessState::Failed { reason: reason.clone() }), Some(reason));
        assert_eq!(wrong("PostgreSQL", &ProcessState::Running), None);
    }
}
