//! A run as it will go: when work on each device begins and ends, and what comes of it. How far it is follows from the time.

use jiff::{SignedDuration, Timestamp};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::{DeviceState, RunStatus, Trigger};
use netraven_api::{DeviceId, JobId, RunId, SnapshotId};

/// Devices worked on at once.
const LANES: usize = 4;

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
}

/// The work on one device.
#[derive(Clone, Debug)]
pub struct Step {
    /// The device.
    pub device_id: DeviceId,
    /// When a worker begins with it.
    pub begins: Timestamp,
    /// When it is done.
    pub ends: Timestamp,
    /// Why it fails.
    pub cause: Option<Cause>,
    /// The stage it ends in.
    pub last_stage: Stage,
    /// The snapshot read, or the one it is found equal to; of backups that succeed.
    pub snapshot_id: Option<SnapshotId>,
    /// Whether the snapshot is a new one.
    pub is_changed: bool,
    /// When it was cancelled alone.
    pub cancelled_at: Option<Timestamp>,
}

/// What comes of a device, before it has a time.
pub struct Outcome {
    /// The device.
    pub device_id: DeviceId,
    /// How long it takes, in milliseconds.
    pub takes_ms: i64,
    /// Why it fails.
    pub cause: Option<Cause>,
    /// The stage it ends in.
    pub last_stage: Stage,
}

/// Gives each device its time: a few are worked on at once, in their order.
#[must_use]
pub fn schedule(outcomes: Vec<Outcome>, queued_at: Timestamp) -> Vec<Step> {
    let mut free = [queued_at + SignedDuration::from_millis(420); LANES];
    outcomes
        .into_iter()
        .map(|outcome| {
            let lane = free.iter_mut().min().expect("there are lanes");
            let begins = *lane;
            let ends = begins + SignedDuration::from_millis(outcome.takes_ms);
            *lane = ends + SignedDuration::from_millis(60);
            let Outcome { device_id, cause, last_stage, .. } = outcome;
            Step {
                device_id,
                begins,
                ends,
                cause,
                last_stage,
                snapshot_id: None,
                is_changed: false,
                cancelled_at: None,
            }
        })
        .collect()
}

/// The stage that a cause breaks.
#[must_use]
pub fn stage_of(cause: Cause) -> Stage {
    match cause {
        Cause::NoCredentials
        | Cause::AwaitingApproval
        | Cause::UnknownPlatform
        | Cause::Internal
        | Cause::Cancelled => Stage::Prepare,
        Cause::NameNotResolved
        | Cause::Unreachable
        | Cause::Refused
        | Cause::TimeoutConnect
        | Cause::NotConnected
        | Cause::OutsideNetworks => Stage::Reach,
        Cause::NotSsh | Cause::NoCommonCrypto => Stage::KeyExchange,
        Cause::HostKeyChanged => Stage::HostKey,
        Cause::AuthFailed => Stage::SignIn,
        Cause::PromptNotSeen => Stage::Prompt,
        Cause::PrivilegeRefused => Stage::Privilege,
        Cause::CommandRejected | Cause::EmptyAnswer | Cause::Disconnected | Cause::Timeout | Cause::TooLarge => {
            Stage::Read
        }
        Cause::Truncated | Cause::Unsettled => Stage::ProveComplete,
    }
}

impl Step {
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
        match self.cause {
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

    /// The stage it is in, or ended in.
    #[must_use]
    pub fn stage(&self, plan: &Plan, now: Timestamp) -> Option<Stage> {
        let began = self.began_at(plan, now)?;
        let until = self.ended_at(plan, now).unwrap_or(now).min(self.ends);
        let whole = self.ends.duration_since(began).as_millis().max(1);
        let gone = until.duration_since(began).as_millis();
        let last = Stage::ALL.iter().position(|stage| *stage == self.last_stage).unwrap_or_default();
        let index = usize::try_from(gone * i128::try_from(last).unwrap_or_default() / whole).unwrap_or(last);
        // No account of the demo has to become privileged.
        let seen = |stage: Stage| if stage == Stage::Privilege { Stage::PagingOff } else { stage };
        Stage::ALL.get(index.min(last)).copied().map(seen)
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
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn plan() -> Plan {
        let outcome = |device_id, cause: Option<Cause>| Outcome {
            device_id,
            takes_ms: 10_000,
            cause,
            last_stage: cause.map_or(Stage::Record, stage_of),
        };
        let outcomes = (1_i64..=6).map(|id| outcome(id.into(), (id == 2).then_some(Cause::AuthFailed))).collect();
        Plan {
            id: 1.into(),
            job_id: 1.into(),
            trigger: Trigger::Manual,
            by: None,
            queued_at: at(0),
            steps: schedule(outcomes, at(0)),
            cancelled_at: None,
            is_part: false,
        }
    }

    #[test]
    fn a_run_goes_its_way_with_time() {
        let plan = plan();
        assert_eq!(plan.status(at(0)), RunStatus::Queued);
        let states = |plan: &Plan, now| plan.steps.iter().map(|step| step.state(plan, now)).collect::<Vec<_>>();
        let (running, queued) = (DeviceState::Running, DeviceState::Queued);
        assert_eq!(states(&plan, at(5)), [running, running, running, running, queued, queued]);
        assert_eq!((plan.status(at(5)), plan.ended_at(at(5))), (RunStatus::Running, None));
        assert_eq!(plan.steps[1].stage(&plan, at(60)), Some(Stage::SignIn));
        assert_eq!(plan.status(at(60)), RunStatus::PartlyFailed);
        assert!(plan.ended_at(at(60)).is_some_and(|end| end < at(22)));
    }

    #[test]
    fn a_cancelled_run_keeps_what_was_done_and_starts_nothing_more() {
        let mut plan = plan();
        plan.cancelled_at = Some(at(12));
        let last = &plan.steps[5];
        assert_eq!((last.state(&plan, at(60)), last.ended_at(&plan, at(60))), (DeviceState::Cancelled, Some(at(12))));
        assert_eq!(plan.steps[0].state(&plan, at(60)), DeviceState::Success);
        assert_eq!(plan.status(at(60)), RunStatus::Cancelled);
        let mut plan = self::plan();
        plan.steps[5].cancelled_at = Some(at(1));
        assert_eq!((plan.steps[5].began_at(&plan, at(60)), plan.status(at(60))), (None, RunStatus::PartlyFailed));
    }
}
