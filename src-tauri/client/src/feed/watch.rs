//! Finds changes on a server that does not report them, by comparing its jobs with those of the last look.

use std::collections::BTreeMap;
use std::time::Duration;

use netraven_api::event::Changed;
use netraven_api::runs::RunStatus;
use netraven_api::{JobId, Problem};
use tokio::time::Instant;

use crate::Client;
use crate::dialect::{JobState, Server, job_states};

/// The jobs at the last look.
#[derive(Default)]
pub struct Watch {
    before: Option<BTreeMap<JobId, JobState>>,
    /// When changes of an active run were last reported.
    told: BTreeMap<JobId, Instant>,
}

/// The result of a look.
#[derive(Debug, Default, PartialEq)]
pub struct Look {
    /// Changes since the previous look.
    pub changes: Vec<Changed>,
    /// Whether a run waits or is active, so that something may change any moment.
    pub is_active: bool,
}

impl Watch {
    /// Looks again. An active run counts as changed when its job wrote a line, since results may have arrived, though
    /// not more often than at this pace.
    pub async fn look(&mut self, client: &Client, server: &Server, pace: Duration) -> Result<Look, Problem> {
        let now = job_states(client, server).await?;
        let is_active = now.values().any(|state| state.status.is_some_and(RunStatus::is_active));
        let Some(before) = &mut self.before else {
            self.before = Some(now);
            return Ok(Look { changes: Vec::new(), is_active });
        };
        let told = &mut self.told;
        let changes = compare(before, now, |job_id| {
            let is_due = told.get(&job_id).is_none_or(|at| at.elapsed() >= pace);
            if is_due {
                told.insert(job_id, Instant::now());
            }
            is_due
        });
        if !changes.is_empty() {
            server.forget();
        }
        Ok(Look { changes, is_active })
    }
}

/// What changed, and the states that have been reported. A line not yet reported stays to be reported.
fn compare(
    before: &mut BTreeMap<JobId, JobState>,
    now: BTreeMap<JobId, JobState>,
    mut may_tell: impl FnMut(JobId) -> bool,
) -> Vec<Changed> {
    let mut changes = Vec::new();
    if !before.keys().eq(now.keys()) {
        changes.push(Changed::Jobs);
    }
    before.retain(|job_id, _| now.contains_key(job_id));
    for (job_id, state) in now {
        let known = before.get(&job_id);
        if known == Some(&state) {
            continue;
        }
        let goes_on = state.status.is_some_and(RunStatus::is_active);
        let is_line_alone = known.is_some_and(|known| JobState { line: state.line, ..known.clone() } == state);
        if is_line_alone && !may_tell(job_id) {
            continue;
        }
        changes.push(Changed::Run { run_id: state.run_id, job_id, ended: !goes_on });
        before.insert(job_id, state);
    }
    changes
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use netraven_api::LogId;

    use super::*;

    type Row = (Option<RunStatus>, i64, Option<i64>);

    fn states((status, ended_at, line): Row) -> BTreeMap<JobId, JobState> {
        let ended_at = Timestamp::from_second(ended_at).ok();
        BTreeMap::from([(7.into(), JobState { run_id: 1.into(), status, ended_at, line: line.map(LogId::new) })])
    }

    fn told(before: Row, now: Row, may_tell: bool) -> Vec<Changed> {
        compare(&mut states(before), states(now), |_| may_tell)
    }

    #[test]
    fn a_run_is_told_when_something_happens_to_it_and_not_for_going_on() {
        let done = (Some(RunStatus::Succeeded), 50, None);
        let going = |line| (Some(RunStatus::Running), 50, Some(line));
        let run = |ended| vec![Changed::Run { run_id: 1.into(), job_id: 7.into(), ended }];
        assert_eq!(told(done, done, true), []);
        assert_eq!(told(done, going(1), false), run(false));
        assert_eq!(told(going(1), going(1), true), []);
        assert_eq!(told(going(1), going(2), true), run(false));
        assert_eq!(told(going(1), going(2), false), []);
        assert_eq!(told(going(2), (Some(RunStatus::Succeeded), 90, None), false), run(true));
        // Begun and ended between two looks.
        assert_eq!(told(done, (Some(RunStatus::Succeeded), 90, None), false), run(true));
        assert_eq!(compare(&mut states(done), BTreeMap::new(), |_| true), [Changed::Jobs]);
    }

    #[test]
    fn a_run_that_shows_no_life_is_told_once() {
        let dead = (Some(RunStatus::Unknown), 50, None);
        let run = vec![Changed::Run { run_id: 1.into(), job_id: 7.into(), ended: true }];
        assert_eq!(told((Some(RunStatus::Running), 50, Some(1)), dead, true), run);
        assert_eq!(told(dead, dead, true), []);
    }

    #[test]
    fn a_line_that_came_too_soon_is_told_later() {
        let mut before = states((Some(RunStatus::Running), 50, Some(1)));
        let now = || states((Some(RunStatus::Running), 50, Some(2)));
        assert_eq!(compare(&mut before, now(), |_| false), []);
        assert_eq!(compare(&mut before, now(), |_| true).len(), 1);
    }
}
