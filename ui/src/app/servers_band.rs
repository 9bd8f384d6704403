//! The line that says that a server behind the pages is away: PostgreSQL, Redis, the workers or the scheduler.

use std::time::Duration;

use dioxus::prelude::*;
use netraven_api::problem::Code;
use netraven_api::system::{Condition, GetSystemStatus, SystemStatus};
use netraven_api::{Open, Problem};

use crate::components::Glyph;
use crate::data::{use_api, use_query};
use crate::state::standing::{Line, Meant, use_line};

/// Pause between two looks while something is wrong; when all is well, the feed reports changes.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// Shows what is wrong with the servers for as long as it is wrong.
#[component]
pub fn ServersBand() -> Element {
    let api = use_api();
    let status = use_query(|| GetSystemStatus);
    let mut looked_twice = use_signal(|| false);
    use_future(move || {
        let clock = api.clock().clone();
        async move {
            loop {
                clock.sleep(LOOK_AGAIN).await;
                let found = status.value().as_deref().map_or_else(Vec::new, |status| sentences(status, true));
                if !found.is_empty() || status.error().is_some_and(|problem| is_away(&problem)) {
                    status.refresh();
                }
                if !*looked_twice.peek() {
                    looked_twice.set(true);
                }
            }
        }
    });
    let found = match (status.error(), status.value()) {
        (Some(problem), _) if is_away(&problem) => vec![problem.message],
        (Some(_), _) | (None, None) => Vec::new(),
        (None, Some(status)) => sentences(&status, looked_twice()),
    };
    use_line((!found.is_empty()).then(|| Line::Said {
        meant: Meant::Warning,
        glyph: Glyph::Server,
        text: found.join(" "),
        actions: Vec::new(),
    }));
    rsx! {}
}

/// Whether the request reached a server that could not answer it. A server that is out of reach shows in the connection's box.
fn is_away(problem: &Problem) -> bool {
    problem.code == Code::Unavailable
}

/// What is wrong, in sentences. Workers and scheduler need the two servers, so that nothing is said of them while one of
/// those is away; and they take a moment to begin, so that only a second look counts.
fn sentences(status: &SystemStatus, looked_twice: bool) -> Vec<String> {
    let servers = [("PostgreSQL", &status.postgres), ("Redis", &status.redis)];
    let away: Vec<_> = servers.into_iter().filter(|(_, condition)| !is_well(condition)).collect();
    let mut found = Vec::new();
    if !away.is_empty() {
        found.clone_from(&status.notes);
        for (name, condition) in away {
            if !status.notes.iter().any(|note| note.contains(name)) {
                let state =
                    if condition.is(Condition::Restarting) { "is being restarted" } else { "is not responding" };
                found.push(format!("{name} {state}."));
            }
        }
    } else if looked_twice {
        found.clone_from(&status.notes);
        if !is_well(&status.worker) && found.is_empty() {
            found.push("No worker is responding; jobs are waiting.".to_owned());
        }
        if !is_well(&status.scheduler) {
            found.push("No scheduler is responding; scheduled jobs do not start.".to_owned());
        }
    }
    found
}

/// Whether nothing is known to be wrong. A word we do not know is no good sign.
fn is_well(condition: &Open<Condition>) -> bool {
    condition.known().is_some_and(Condition::is_well)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(postgres: &str, redis: &str, worker: &str, scheduler: &str) -> SystemStatus {
        SystemStatus {
            api: "healthy".into(),
            postgres: postgres.into(),
            redis: redis.into(),
            worker: worker.into(),
            scheduler: scheduler.into(),
            system_time: jiff::Timestamp::UNIX_EPOCH,
            notes: Vec::new(),
            workers: 1,
            details: Default::default(),
        }
    }

    #[test]
    fn what_follows_from_a_server_that_is_away_is_not_told_beside_it() {
        let found = sentences(&status("restarting", "healthy", "unhealthy", "unhealthy"), true);
        assert_eq!(found, ["PostgreSQL is being restarted."]);
        let found = sentences(&status("healthy", "unhealthy", "unhealthy", "healthy"), false);
        assert_eq!(found, ["Redis is not responding."]);
    }

    #[test]
    fn workers_and_scheduler_have_a_moment_to_begin() {
        let waiting = status("healthy", "healthy", "unhealthy", "unhealthy");
        assert_eq!(sentences(&waiting, false), Vec::<String>::new());
        assert_eq!(sentences(&waiting, true).len(), 2);
        assert_eq!(sentences(&status("Healthy", "healthy", "healthy", "healthy"), true), Vec::<String>::new());
        let untold = status("healthy", "healthy", "healthy", Condition::Unknown.as_str());
        assert_eq!(sentences(&untold, true), Vec::<String>::new(), "what is not told is no alarm");
    }
}
