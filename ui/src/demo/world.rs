//! Everything there is in the demo, and how it goes on with time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use netraven_api::credentials::Credential;
use netraven_api::devices::{Device, HostKey};
use netraven_api::event::Changed;
use netraven_api::jobs::{Job, JobKind};
use netraven_api::logs::LogEntry;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::{DeviceState, Trigger};
use netraven_api::tags::Tag;
use netraven_api::{DeviceId, JobId, RunId, SnapshotId};

use super::configs::Snapshot;
use super::log::{self, Due};
use super::plan::{Outcome, Plan, schedule, stage_of};
use super::random::{below, happens};
use super::{jobs, network};

/// Pause between the end of a run and the next one, so that there is always one to watch.
const BREAK: SignedDuration = SignedDuration::from_secs(20);
/// The jobs that follow each other while the demo is open.
const ROUND: [i64; 4] = [2, 5, 3, 1];

/// Everything there is.
pub struct World {
    /// When the demo was opened.
    pub opened: Timestamp,
    /// Until when everything has happened.
    pub now: Timestamp,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Credentials.
    pub credentials: Vec<Credential>,
    /// Devices; what came of them last is filled in when they are asked for.
    pub devices: Vec<Device>,
    /// Jobs; how they stand is filled in when they are asked for.
    pub jobs: Vec<Job>,
    /// Runs, the oldest first.
    pub plans: Vec<Plan>,
    /// Snapshots, the oldest first.
    pub snapshots: Vec<Snapshot>,
    /// Log lines that were written, the oldest first.
    pub lines: Vec<LogEntry>,
    /// Devices whose stored host key was forgotten.
    pub forgotten_keys: Vec<DeviceId>,
    /// Keys that were trusted in place of stored ones.
    pub trusted_keys: Vec<HostKey>,
    /// What changed, in order; a feed remembers how far it has told.
    pub changes: Vec<Changed>,
    due: Vec<Due>,
    next_line: i64,
    next_run: i64,
    round: usize,
}

impl World {
    /// The world two weeks long, with a run under way.
    #[must_use]
    pub fn new(now: Timestamp) -> World {
        let tags = network::tags();
        let devices = network::devices(now, &tags);
        let firewall = devices.iter().find(|device| device.hostname == "fw-ham-01").map_or(DeviceId::new(1), |device| device.id);
        let mut world = World {
            opened: now,
            now,
            credentials: network::credentials(&tags),
            jobs: jobs::jobs(&tags, firewall),
            tags,
            devices,
            plans: Vec::new(),
            snapshots: Vec::new(),
            lines: Vec::new(),
            forgotten_keys: Vec::new(),
            trusted_keys: Vec::new(),
            changes: Vec::new(),
            due: log::background(now),
            next_line: 2_400_000,
            next_run: 3_900,
            round: 1,
        };
        for (at, job_id, trigger, by) in jobs::starts(now) {
            world.begin(job_id, trigger, by.map(str::to_owned), at, None);
        }
        if let Some(plan) = world.plans.iter_mut().rfind(|plan| plan.job_id.get() == 1 && plan.trigger == Trigger::Manual) {
            plan.cancelled_at = Some(plan.queued_at + SignedDuration::from_secs(9));
        }
        world.begin(ROUND[0].into(), Trigger::Schedule, None, now - SignedDuration::from_secs(14), None);
        world.advance(now);
        world.changes.clear();
        world
    }

    /// Lets happen what is to happen until now.
    pub fn advance(&mut self, now: Timestamp) {
        let before = self.now;
        self.now = now;
        let last_end = self.plans.iter().filter_map(|plan| plan.ended_at(now)).max();
        let is_active = |plan: &Plan| plan.ended_at(now).is_none();
        if !self.plans.iter().any(is_active) && last_end.is_some_and(|end| now.duration_since(end) > BREAK) {
            let job_id = ROUND[self.round % ROUND.len()].into();
            self.round += 1;
            self.begin(job_id, Trigger::Schedule, None, now, None);
        }
        let moved = self.plans.iter().filter(|plan| {
            let goes_on = |step: &super::plan::Step| step.state(plan, before) != step.state(plan, now);
            plan.ended_at(before).is_none() && plan.steps.iter().any(goes_on)
        });
        let told: Vec<Changed> = moved
            .map(|plan| Changed::Run { run_id: plan.id, job_id: plan.job_id, ended: plan.ended_at(now).is_some() })
            .collect();
        self.changes.extend(told);
        self.due.extend(log::chatter(before, now));
        self.write_due();
    }

    /// Writes the lines whose time has come.
    fn write_due(&mut self) {
        let now = self.now;
        self.due.sort_by_key(|due| due.at);
        let ready = self.due.partition_point(|due| due.at <= now);
        for due in self.due.drain(..ready) {
            // What was cancelled before it was said is not said.
            let silenced = due.step.and_then(|(run_id, device_id)| {
                let place = self.plans.binary_search_by_key(&run_id, |plan| plan.id).ok()?;
                let plan = &self.plans[place];
                let step = plan.steps.iter().find(|step| step.device_id == device_id)?;
                Some(step.state(plan, due.at) == DeviceState::Cancelled)
            });
            if silenced != Some(true) {
                self.next_line += 1;
                self.lines.push(LogEntry { id: self.next_line.into(), timestamp: due.at, ..due.line });
            }
        }
    }

    /// Writes a line now.
    pub fn say(&mut self, line: LogEntry) {
        self.due.push(Due { at: self.now, line, step: None });
        self.write_due();
    }

    /// Starts a run, of some devices if they are given, and gives its id.
    pub fn begin(
        &mut self,
        job_id: JobId,
        trigger: Trigger,
        by: Option<String>,
        at: Timestamp,
        only: Option<&[DeviceId]>,
    ) -> Option<RunId> {
        let job = self.jobs.iter().find(|job| job.id == job_id)?.clone();
        let id = RunId::new(self.next_run);
        self.next_run += 1;
        let backup = job.job_type.known().is_some_and(JobKind::reads_configurations);
        let devices: Vec<Device> =
            self.of_job(&job).into_iter().filter(|device| only.is_none_or(|only| only.contains(&device.id))).collect();
        let outcomes = devices.iter().map(|device| self.outcome(device, backup, id, at)).collect();
        let mut plan = Plan {
            id,
            job_id,
            trigger,
            by,
            queued_at: at,
            steps: schedule(outcomes, at),
            cancelled_at: None,
            is_part: only.is_some(),
        };
        if backup {
            self.take_snapshots(&mut plan);
        }
        let logins: Vec<Vec<String>> = devices.iter().map(|device| self.usernames(device)).collect();
        self.due.extend(log::of_run(&plan, &job, &devices, &logins));
        self.changes.push(Changed::Run { run_id: id, job_id, ended: false });
        self.plans.push(plan);
        Some(id)
    }

    /// The devices a job works on.
    #[must_use]
    pub fn of_job(&self, job: &Job) -> Vec<Device> {
        let has = |device: &&Device| match job.device_id {
            Some(id) => device.id == id,
            None => device.tags.iter().any(|tag| job.tags.iter().any(|wanted| wanted.id == tag.id)),
        };
        self.devices.iter().filter(has).cloned().collect()
    }

    /// The credentials that share a tag with a device.
    #[must_use]
    pub fn logins(&self, device: &Device) -> Vec<Credential> {
        let shares =
            |credential: &&Credential| credential.tags.iter().any(|tag| device.tags.iter().any(|own| own.id == tag.id));
        let mut logins: Vec<Credential> = self.credentials.iter().filter(shares).cloned().collect();
        logins.sort_by_key(|login| login.priority);
        logins
    }

    /// Their user names, in the order they are tried.
    #[must_use]
    pub fn usernames(&self, device: &Device) -> Vec<String> {
        self.logins(device).into_iter().map(|login| login.username).collect()
    }

    /// Whether the next session expects the key that a device shows now.
    fn knows_new_key(&self, device_id: DeviceId) -> bool {
        self.forgotten_keys.contains(&device_id) || self.trusted_keys.iter().any(|key| key.device_id == device_id)
    }

    fn outcome(&self, device: &Device, backup: bool, run_id: RunId, at: Timestamp) -> Outcome {
        let hours_ago = self.opened.duration_since(at).as_hours();
        let place = [run_id.get(), device.id.get()];
        let mut cause = network::ails(&device.hostname, hours_ago, &place);
        if self.logins(device).is_empty() {
            cause = Some(Cause::NoCredentials);
        } else if cause == Some(Cause::HostKeyChanged) && self.knows_new_key(device.id) {
            cause = None;
        }
        if !backup {
            // Whether a device answers has nothing to do with its logins and its configuration.
            cause = cause.filter(|cause| stage_of(*cause) == Stage::Reach);
        }
        let slow = below(&place, 900);
        let takes_ms = match cause {
            Some(Cause::TimeoutConnect) => 10_000,
            Some(Cause::Timeout) => 30_000,
            Some(Cause::NoCredentials) => 20,
            Some(Cause::Refused) => 40,
            _ if backup => 4_000 + 7 * slow,
            _ => 500 + slow,
        };
        let good = if backup { Stage::Record } else { Stage::KeyExchange };
        Outcome { device_id: device.id, takes_ms, cause, last_stage: cause.map_or(good, stage_of) }
    }

    /// Decides which devices of a backup have changed, and notes the snapshots.
    fn take_snapshots(&mut self, plan: &mut Plan) {
        let mut newest: BTreeMap<DeviceId, SnapshotId> = BTreeMap::new();
        for snapshot in &self.snapshots {
            newest.insert(snapshot.device_id, snapshot.id);
        }
        for step in plan.steps.iter_mut().filter(|step| step.cause.is_none()) {
            let before = newest.get(&step.device_id).copied();
            step.is_changed = before.is_none() || happens(&[plan.id.get(), step.device_id.get(), 5], 60);
            if step.is_changed {
                let id = SnapshotId::new(before.map_or(step.device_id.get() * 1000, SnapshotId::get) + 1);
                let (run_id, job_id, device_id, at) = (plan.id, plan.job_id, step.device_id, step.ends);
                self.snapshots.push(Snapshot { id, device_id, run_id, job_id, at });
                step.snapshot_id = Some(id);
            } else {
                step.snapshot_id = before;
            }
        }
    }
}
