//! Tells what changed on a server that does not: by comparing its jobs with those of the last look.

use std::collections::BTreeMap;

use netraven_api::Problem;
use netraven_api::event::Changed;
use netraven_api::runs::RunStatus;

use crate::Client;
use crate::dialect::{JobState, Server, job_states};

/// The jobs at the last look.
#[derive(Default)]
pub struct Watch(Option<BTreeMap<i64, JobState>>);

impl Watch {
    /// Looks again. Runs that are going on count as changed each time, since their results come in meanwhile.
    pub async fn look(&mut self, client: &Client, server: &Server) -> Result<Vec<Changed>, Problem> {
        let now = job_states(client, server).await?;
        let Some(before) = self.0.replace(now.clone()) else { return Ok(Vec::new()) };
        let changes = compare(&before, &now);
        if !changes.is_empty() {
            server.forget();
        }
        Ok(changes)
    }
}

fn compare(before: &BTreeMap<i64, JobState>, now: &BTreeMap<i64, JobState>) -> Vec<Changed> {
    let mut changes = Vec::new();
    if !before.keys().eq(now.keys()) {
        changes.push(Changed::Jobs);
    }
    for (&job_id, state) in now {
        let is_active = state.status.is_some_and(RunStatus::is_active);
        if is_active || before.get(&job_id) != Some(state) {
            changes.push(Changed::Run { run_id: state.run_id, job_id, ended: !is_active });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn states(rows: &[(i64, Option<RunStatus>, Option<i64>)]) -> BTreeMap<i64, JobState> {
        let state = |status, at: Option<i64>| JobState {
            run_id: 1,
            status,
            ended_at: at.and_then(|at| Timestamp::from_second(at).ok()),
        };
        rows.iter().map(|(id, status, at)| (*id, state(*status, *at))).collect()
    }

    #[test]
    fn a_run_is_told_while_it_goes_on_and_once_when_it_has_ended() {
        let done = (7, Some(RunStatus::Succeeded), Some(50));
        let going = (7, Some(RunStatus::Running), Some(50));
        let run = |ended| vec![Changed::Run { run_id: 1, job_id: 7, ended }];
        assert_eq!(compare(&states(&[done]), &states(&[done])), []);
        assert_eq!(compare(&states(&[done]), &states(&[going])), run(false));
        assert_eq!(compare(&states(&[going]), &states(&[going])), run(false));
        assert_eq!(compare(&states(&[going]), &states(&[(7, Some(RunStatus::Succeeded), Some(90))])), run(true));
        // Begun and ended between two looks.
        assert_eq!(compare(&states(&[done]), &states(&[(7, Some(RunStatus::Succeeded), Some(90))])), run(true));
        assert_eq!(compare(&states(&[done]), &states(&[])), [Changed::Jobs]);
    }
}
