//! A run as it goes: a recorded one at another time. How far it is follows from the time.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use netraven_api::outcome::Stage;
use netraven_api::runs::{DeviceState, RunDevice, RunStatus, Trigger};
use netraven_api::{DeviceId, JobId, RunId, SnapshotId};

/// A run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its id.
    pub id: RunId,
    /// Its job.
    pub job_id: JobId,
    /// What started it.
    pub trigger: Trigger,
    /// Who started it.
    pub by: Option<String>,
    /// When it was put on the queue.
    pub queued_at: Timestamp,
    /// Its devices.
    pub steps: Vec<Step>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// Whether it repeats some devices of another run.
    pub is_part: bool,
    /// The commit of the recorded run.
    pub commit: Option<String>,
}

/// The work on one device.
#[derive(Clone, Debug)]
pub struct Step {
    /// The device.
    pub device_id: DeviceId,
    /// What was recorded of it, or of another that stands in for it.
    pub told: Rc<RunDevice>,
    /// When a worker begins with it.
    pub begins: Timestamp,
    /// When it is done.
    pub ends: Timestamp,
    /// The snapshot read, or the one it is found equal to; of backups that succeed.
    pub snapshot_id: Option<SnapshotId>,
    /// Whether the snapshot is a new one.
    pub is_changed: bool,
    /// When it was cancelled alone.
    pub cancelled_at: Option<Timestamp>,
}

impl Step {
    /// The work on a device, later than recorded by so much.
    #[must_use]
    pub fn of(device_id: DeviceId, told: &Rc<RunDevice>, later: SignedDuration) -> Step {
        let ends = told.finished_at.unwrap_or_default() + later;
        Step {
            device_id,
            told: told.clone(),
            begins: told.started_at.map_or(ends, |began| began + later),
            ends,
            snapshot_id: None,
            is_changed: false,
            cancelled_at: None,
        }
    }

    /// When it was or will be cancelled, if that is before its end.
    fn cancelled(&self, plan: &Plan) -> Option<Timestamp> {
        let first = match (self.cancelled_at, plan.cancelled_at) {
            (Some(own), Some(whole)) => Some(own.min(whole)),
            (own, whole) => own.or(whole),
        };
        first.filter(|at| *at < self.ends)
    }

    /// Its state at a time.
    #[must_use]
    pub fn state(&self, plan: &Plan, now: Timestamp) -> DeviceState {
        if self.cancelled(plan).is_some_and(|at| at <= now) {
            return DeviceState::Cancelled;
        }
        match self.told.cause {
            _ if now < self.begins => DeviceState::Queued,
            _ if now < self.ends => DeviceState::Running,
            Some(_) => DeviceState::Failure,
            None => DeviceState::Success,
        }
    }

    /// When it ended, if it has.
    #[must_use]
    pub fn ended_at(&self, plan: &Plan, now: Timestamp) -> Option<Timestamp> {
        Some(self.cancelled(plan).unwrap_or(self.ends)).filter(|at| *at <= now)
    }

    /// When work on it began, if it has.
    #[must_use]
    pub fn began_at(&self, plan: &Plan, now: Timestamp) -> Option<Timestamp> {
        let never = self.cancelled(plan).is_some_and(|at| at < self.begins);
        Some(self.begins).filter(|at| *at <= now && !never)
    }

    /// The stage it is in, by the times that were recorded, or ended in.
    #[must_use]
    pub fn stage(&self, plan: &Plan, now: Timestamp) -> Option<Stage> {
        let began = self.began_at(plan, now)?;
        let until = self.ended_at(plan, now).unwrap_or(now);
        let mut spent = until.duration_since(began).as_millis();
        let timings = self.told.details.iter().flat_map(|details| &details.timings).filter(|_| until < self.ends);
        for timed in timings {
            spent -= i128::from(timed.ms);
            if spent < 0 {
                return timed.stage.known();
            }
        }
        self.told.stage
    }
}

impl Plan {
    /// When it ended, if it has.
    #[must_use]
    pub fn ended_at(&self, now: Timestamp) -> Option<Timestamp> {
        let ends: Option<Vec<Timestamp>> = self.steps.iter().map(|step| step.ended_at(self, now)).collect();
        ends.map(|ends| ends.into_iter().max().unwrap_or(self.queued_at))
    }

    /// Its status at a time.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> RunStatus {
        let count = |state| self.steps.iter().filter(|step| step.state(self, now) == state).count();
        let (queued, running) = (count(DeviceState::Queued), count(DeviceState::Running));
        let (failed, cancelled) = (count(DeviceState::Failure), count(DeviceState::Cancelled));
        match self.steps.len() {
            all if queued > 0 && queued == all => RunStatus::Queued,
            _ if queued + running > 0 => RunStatus::Running,
            _ if self.cancelled_at.is_some() && cancelled > 0 => RunStatus::Cancelled,
            all if failed + cancelled == all => RunStatus::Failed,
            _ if failed + cancelled > 0 => RunStatus::PartlyFailed,
            _ => RunStatus::Succeeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::outcome::Cause;
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    /// Six devices, two of them at a time, 10 s each.
    fn plan() -> Plan {
        let told = |id: i64| {
            let began = at(id.div_euclid(2) * 10);
            let told = json!({
                "device_id": id, "hostname": "", "address": "", "device_type": "", "state": "success", "attempt": 1,
                "started_at": began, "finished_at": began + SignedDuration::from_secs(10), "stage": "sign_in",
                "cause": (id == 2).then_some(Cause::AuthFailed),
                "details": { "timings": [{ "stage": "reach", "ms": 2_000 }, { "stage": "sign_in", "ms": 8_000 }] },
            });
            Rc::new(serde_json::from_value(told).unwrap())
        };
        Plan {
            id: 1.into(),
            job_id: 1.into(),
            trigger: Trigger::Manual,
            by: None,
            queued_at: at(0),
            steps: (2_i64..8).map(|id| Step::of(id.into(), &told(id), SignedDuration::ZERO)).collect(),
            cancelled_at: None,
            is_part: false,
            commit: None,
        }
    }

    #[test]
    fn a_run_goes_its_way_with_time() {
        let plan = plan();
        assert_eq!(plan.status(at(0)), RunStatus::Queued);
        let states = |plan: &Plan, now| plan.steps.iter().map(|step| step.state(plan, now)).collect::<Vec<_>>();
        let (running, queued) = (DeviceState::Running, DeviceState::Queued);
        assert_eq!(states(&plan, at(15)), [running, running, queued, queued, queued, queued]);
        assert_eq!((plan.status(at(15)), plan.ended_at(at(15))), (RunStatus::Running, None));
        let stages = [11, 13, 60].map(|second| plan.steps[0].stage(&plan, at(second)));
        assert_eq!(stages, [Some(Stage::Reach), Some(Stage::SignIn), Some(Stage::SignIn)]);
        assert_eq!((plan.status(at(60)), plan.ended_at(at(60))), (RunStatus::PartlyFailed, Some(at(40))));
    }

    #[test]
    fn a_cancelled_run_keeps_what_was_done_and_starts_nothing_more() {
        let mut plan = plan();
        plan.cancelled_at = Some(at(32));
        let last = &plan.steps[5];
        assert_eq!((last.state(&plan, at(60)), last.ended_at(&plan, at(60))), (DeviceState::Cancelled, Some(at(32))));
        assert_eq!(plan.steps[1].state(&plan, at(60)), DeviceState::Success);
        assert_eq!(plan.status(at(60)), RunStatus::Cancelled);
        let mut plan = self::plan();
        plan.steps[5].cancelled_at = Some(at(1));
        assert_eq!((plan.steps[5].began_at(&plan, at(60)), plan.status(at(60))), (None, RunStatus::PartlyFailed));
    }
}
