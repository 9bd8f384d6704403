//! Failed logins on record: the first of a minute one by one, more of them by their number.

use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use netraven_api::logs::{Level, LogType};
use serde_json::json;

use crate::journal::About;
use crate::server::AppState;

/// Failed logins logged one by one within [`WINDOW`]; the rest are only counted.
const TOLD: usize = 20;
const WINDOW: Duration = Duration::from_secs(60);

/// Failed logins logged recently.
#[derive(Default)]
pub struct FailedLogins(Mutex<Lately>);

#[derive(Default)]
struct Lately {
    since: Option<Instant>,
    told: usize,
    untold: usize,
}

impl FailedLogins {
    /// Whether to log one more by itself; the second value is `true` for the first one that is not.
    fn one_more(&self) -> (bool, bool) {
        let mut lately = self.0.lock().expect("no holder of this lock panics");
        if lately.since.is_none_or(|since| since.elapsed() >= WINDOW) && lately.untold == 0 {
            *lately = Lately { since: Some(Instant::now()), told: 0, untold: 0 };
        }
        if lately.told < TOLD {
            lately.told += 1;
            return (true, false);
        }
        lately.untold += 1;
        (false, lately.untold == 1)
    }

    /// How many were not logged; the next are logged one by one again.
    fn untold(&self) -> usize {
        std::mem::take(&mut *self.0.lock().expect("no holder of this lock panics")).untold
    }
}

/// Logs a failed login, with its user name and its source.
pub fn record(state: &AppState, username: &str, peer: IpAddr, why: &str) {
    let (tell, first_untold) = state.tokens.failed.one_more();
    let line = |state: &AppState, message: String, meta: serde_json::Value| {
        tracing::warn!("{message}");
        state.journal.line(Level::Warning, LogType::System, "server.login", About::default(), message, meta);
    };
    if tell {
        let name = shown(username);
        line(state, format!("Failed sign-in as {name} from {peer}: {why}."), json!({ "source": peer.to_string() }));
    }
    if first_untold {
        let state = state.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(WINDOW) => {}
                () = state.stop.cancelled() => {}
            }
            let untold = state.tokens.failed.untold();
            line(&state, format!("{untold} more failed sign-ins within a minute."), json!({ "count": untold }));
        });
    }
}

/// A user name as it is logged. An invalid one may be a password typed into the wrong field.
fn shown(username: &str) -> String {
    let is_name = username.len() <= 50
        && username.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if is_name && !username.is_empty() {
        format!("\"{username}\"")
    } else {
        "someone (not a possible user name)".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_user_name_is_not_put_on_record() {
        assert_eq!(shown("o.neil-2"), "\"o.neil-2\"");
        for text in ["", "My p@ssword", "a\nb", &"x".repeat(51)] {
            assert_eq!(shown(text), "someone (not a possible user name)", "{text:?}");
        }
    }

    #[test]
    fn of_many_failures_the_first_are_told_and_the_rest_counted() {
        let failed = FailedLogins::default();
        let all: Vec<(bool, bool)> = (0..100).map(|_| failed.one_more()).collect();
        assert_eq!(all.iter().filter(|(told, _)| *told).count(), TOLD);
        assert_eq!(all.iter().filter(|(_, first)| *first).count(), 1);
        assert_eq!(failed.untold(), 100 - TOLD);
        assert_eq!(failed.one_more(), (true, false));
    }
}
