//! Everything there is in the demo, and how it goes on with time.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use netraven_api::configs::Config;
use netraven_api::credentials::Credential;
use netraven_api::devices::{Device, HostKey};
use netraven_api::event::Changed;
use netraven_api::jobs::{Job, JobKind};
use netraven_api::logs::LogEntry;
use netraven_api::outcome::Cause;
use netraven_api::runs::{DeviceState, RunDevice, Trigger};
use netraven_api::session_policy::SessionPolicy;
use netraven_api::tags::Tag;
use netraven_api::{DeviceId, JobId, RunId, SnapshotId};

use super::configs::Snapshot;
use super::jobs::{self, DAYS};
use super::log::{self, Due};
use super::plan::{Plan, Step};
use super::tape::{Recording, Tape, turn};

/// How long before the demo is opened everything in it was made.
const AGE: SignedDuration = SignedDuration::from_hours(24 * 40);
/// Pause between the end of a run and the next one, so that there is always one to watch.
const BREAK: SignedDuration = SignedDuration::from_secs(20);
/// The jobs that follow each other while the demo is open.
const ROUND: [i64; 4] = [2, 6, 3, 4];

/// Everything there is.
pub struct World {
    /// When the demo was opened.
    pub opened: Timestamp,
    /// Until when everything has happened.
    pub now: Timestamp,
    /// When everything in it was made.
    pub made: Timestamp,
    /// What was recorded.
    pub tape: Tape,
    /// Tags.
    pub tags: Vec<Tag>,
    /// All credentials.
    pub credentials: Vec<Credential>,
    /// Devices; their newest results are filled in on request.
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
    /// Session policies that were set, by the path of what they are for; the server's has an empty one.
    pub policies: BTreeMap<String, SessionPolicy>,
    /// What changed, in order; a feed remembers how far it has read.
    pub changes: Vec<Changed>,
    recordings: Rc<[Recording]>,
    configs: BTreeMap<SnapshotId, Rc<Config>>,
    chatter: Vec<LogEntry>,
    due: Vec<Due>,
    next_line: i64,
    next_run: i64,
    round: usize,
}

impl World {
    /// The world two weeks long, with a run under way.
    #[must_use]
    pub fn new(now: Timestamp) -> World {
        let (tape, made) = (Tape::open(), now - AGE);
        let configs: Vec<Config> = tape.known("/configs/list", now);
        let mut chatter: Vec<LogEntry> = tape.known("/logs/", now);
        chatter.retain(|line| line.run_id.is_none() && line.device_id.is_none() && line.job_id.is_none());
        let mut world = World {
            opened: now,
            now,
            made,
            tags: tape.known("/tags/", made),
            credentials: tape.known("/credentials/", made),
            devices: tape.known("/devices/", made),
            jobs: tape.known("/jobs/", made),
            plans: Vec::new(),
            snapshots: Vec::new(),
            lines: Vec::new(),
            forgotten_keys: Vec::new(),
            trusted_keys: Vec::new(),
            policies: BTreeMap::new(),
            changes: Vec::new(),
            recordings: tape.recordings().into(),
            configs: configs.into_iter().map(|config| (config.id, Rc::new(config))).collect(),
            due: log::chatter(&chatter, now - SignedDuration::from_hours(24 * DAYS), now),
            chatter,
            tape,
            next_line: 2_400_000,
            next_run: 3_900,
            round: 1,
        };
        for (at, job_id, trigger, by) in jobs::starts(&world.jobs, now) {
            world.begin(job_id, trigger, by.map(str::to_owned), at, None);
        }
        if let Some(plan) =
            world.plans.iter_mut().rfind(|plan| plan.job_id.get() != 1 && plan.trigger == Trigger::Manual)
        {
            plan.cancelled_at = Some(plan.queued_at + SignedDuration::from_secs(12));
        }
        world.begin(ROUND[0].into(), Trigger::Schedule, None, now - SignedDuration::from_secs(8), None);
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
            let goes_on = |step: &Step| step.state(plan, before) != step.state(plan, now);
            plan.ended_at(before).is_none() && plan.steps.iter().any(goes_on)
        });
        let told: Vec<Changed> = moved
            .map(|plan| Changed::Run { run_id: plan.id, job_id: plan.job_id, ended: plan.ended_at(now).is_some() })
            .collect();
        self.changes.extend(told);
        self.due.extend(log::chatter(&self.chatter, before, now));
        self.write_due();
    }

    /// Writes the lines whose time has come.
    fn write_due(&mut self) {
        let now = self.now;
        self.due.sort_by_key(|due| due.at);
        let ready = self.due.partition_point(|due| due.at <= now);
        let ready: Vec<Due> = self.due.drain(..ready).collect();
        for due in ready {
            if !due.is_of_work || !self.is_cancelled(&due) {
                self.next_line += 1;
                self.lines.push(LogEntry { id: self.next_line.into(), timestamp: due.at, ..due.line });
            }
        }
    }

    /// Writes a line now.
    pub fn say(&mut self, line: LogEntry) {
        self.due.push(Due { at: self.now, line, is_of_work: false });
        self.write_due();
    }

    /// Whether the work that would say this was cancelled before: of its device, or of any if it speaks of the whole run.
    fn is_cancelled(&self, due: &Due) -> bool {
        let run = self.plans.binary_search_by_key(&due.line.run_id, |plan| Some(plan.id));
        run.is_ok_and(|place| {
            let plan = &self.plans[place];
            let is_meant = |step: &&Step| due.line.device_id.is_none_or(|id| id == step.device_id);
            plan.steps.iter().filter(is_meant).any(|step| step.state(plan, due.at) == DeviceState::Cancelled)
        })
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
        let recordings = self.recordings.clone();
        let played = turn(&recordings, job_id, self.plans.iter().filter(|plan| plan.job_id == job_id).count());
        let mut devices = self.of_job(&job);
        devices.retain(|device| only.is_none_or(|only| only.contains(&device.id)));
        let takes: Vec<(&Device, &Recording, &Rc<RunDevice>)> = devices
            .iter()
            .filter_map(|device| {
                let (recording, told) = self.take(&recordings, &job, played, device)?;
                Some((device, recording, told))
            })
            .collect();
        let step = |(device, recording, told): &(&Device, &Recording, &Rc<RunDevice>)| {
            Step::of(device.id, told, at.duration_since(recording.run.queued_at))
        };
        let mut plan = Plan {
            id,
            job_id,
            trigger,
            by,
            queued_at: at,
            steps: takes.iter().map(step).collect(),
            cancelled_at: None,
            is_part: only.is_some(),
            commit: played.and_then(|recording| recording.run.commit.clone()),
        };
        self.take_snapshots(&mut plan);
        let said: Vec<(&Device, &Recording)> = takes.iter().map(|take| (take.0, take.1)).collect();
        self.due.extend(log::of_run(&plan, &job, &said));
        self.changes.push(Changed::Run { run_id: id, job_id, ended: false });
        self.plans.push(plan);
        Some(id)
    }

    /// What is played of a device: what was recorded of it in this run, or else what comes nearest among runs of the kind.
    fn take<'a>(
        &self,
        recordings: &'a [Recording],
        job: &Job,
        played: Option<&Recording>,
        device: &Device,
    ) -> Option<(&'a Recording, &'a Rc<RunDevice>)> {
        let reads = job.job_type.known().is_some_and(JobKind::reads_configurations);
        let is_bare = reads && self.logins(device).is_empty();
        let knows_new_key = self.knows_new_key(device.id);
        let fits = |told: &RunDevice| {
            (told.cause == Some(Cause::NoCredentials)) == is_bare
                && !(knows_new_key && told.cause == Some(Cause::HostKeyChanged))
        };
        let of_kind = recordings.iter().filter(|recording| recording.run.job_type == job.job_type);
        let all = of_kind.flat_map(|recording| recording.devices.iter().map(move |told| (recording, told)));
        all.max_by_key(|(recording, told)| {
            let is_played = played.is_some_and(|played| played.run.id == recording.run.id);
            let (is_it, is_alike) = (told.device_id == device.id, told.device_type == device.device_type);
            (fits(told), is_it, is_alike, is_played, told.cause.is_none())
        })
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

    /// Whether the next session expects the key that a device shows now.
    fn knows_new_key(&self, device_id: DeviceId) -> bool {
        self.forgotten_keys.contains(&device_id) || self.trusted_keys.iter().any(|key| key.device_id == device_id)
    }

    /// Notes a snapshot for each device of which the recording read another text than the one before.
    fn take_snapshots(&mut self, plan: &mut Plan) {
        for step in &mut plan.steps {
            let Some(config) = step.told.snapshot_id.and_then(|id| self.configs.get(&id)) else { continue };
            let newest = self.snapshots.iter().rfind(|snapshot| snapshot.device_id == step.device_id);
            step.is_changed = newest.is_none_or(|newest| newest.config.id != config.id);
            step.snapshot_id = newest.map(|newest| newest.id);
            if step.is_changed {
                let id = SnapshotId::new(i64::try_from(self.snapshots.len()).unwrap_or_default() + 1);
                step.snapshot_id = Some(id);
                let (device_id, run_id, job_id) = (step.device_id, plan.id, plan.job_id);
                self.snapshots.push(Snapshot { id, device_id, run_id, job_id, at: step.ends, config: config.clone() });
            }
        }
    }
}
