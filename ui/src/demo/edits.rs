//! What a person changes in the demo: devices, jobs, tags and credentials, for as long as it is open.

use std::fmt::Display;

use netraven_api::credentials::{Credential, CredentialInput};
use netraven_api::devices::{Approval, Device, DeviceInput, DeviceSource, ImportPlan, Imported};
use netraven_api::event::Changed;
use netraven_api::jobs::{Job, JobInput, JobStatus, Schedule};
use netraven_api::jump_hosts::{DeviceWay, JumpHost, WayChoice};
use netraven_api::platforms::Platforms;
use netraven_api::problem::Code;
use netraven_api::sheet::{Entry, Fate, RefusalKind, Seen, Sheet, Tally, There, check, compare};
use netraven_api::tags::{Tag, TagInput};
use netraven_api::{DeviceId, JobId, JumpHostId, Open, Problem, TagId, Transport};

use super::world::World;

/// The tag that every device carries.
const DEFAULT: i64 = 1;
/// The jump host.
const BASTION: i64 = 1;

/// There is no such thing.
pub fn gone(what: &str, id: impl Display) -> Problem {
    Problem::new(Code::NotFound, format!("There is no {what} {id} in the demo."))
}

fn wanted(field: &str) -> Problem {
    Problem::field(format!("body.{field}"), "This is required.")
}

fn open(csv: &str) -> Result<Sheet<'_>, Problem> {
    Sheet::open(csv).map_err(|why| Problem::field("body.csv", why))
}

impl World {
    fn tags_of(&self, ids: &[TagId]) -> Vec<Tag> {
        self.tags.iter().filter(|tag| ids.contains(&tag.id)).cloned().collect()
    }

    /// The one jump host there is. No device of the tape is behind it.
    pub fn jump_hosts(&self) -> Vec<JumpHost> {
        let through = |device: &&Device| device.jump_host_id == Some(BASTION.into());
        let credential = self.credentials.first();
        vec![JumpHost {
            id: BASTION.into(),
            name: "dc-bastion".to_owned(),
            address: "198.51.100.7".to_owned(),
            port: 22,
            credential_id: credential.map(|known| known.id).unwrap_or_default(),
            username: credential.map(|known| known.username.clone()).unwrap_or_default(),
            through: None,
            through_name: None,
            is_default: false,
            note: None,
            host_key: None,
            offered_key: None,
            devices: i64::try_from(self.devices.iter().filter(through).count()).unwrap_or_default(),
        }]
    }

    /// How a device with this choice is reached.
    fn way_of(&self, jump_host_id: Option<JumpHostId>, direct: bool) -> Option<DeviceWay> {
        let hosts = self.jump_hosts();
        let names = hosts.iter().filter(|host| Some(host.id) == jump_host_id).map(|host| host.name.clone()).collect();
        let chosen_by = (direct || jump_host_id.is_some()).then(|| WayChoice::Device.into());
        Some(DeviceWay { names, chosen_by, disagreement: None })
    }

    /// Adds a device, or changes the one of an id.
    pub fn put_device(&mut self, id: Option<DeviceId>, input: DeviceInput) -> Result<Device, Problem> {
        let taken = |device: &Device| Some(&device.hostname) == input.hostname.as_ref() && Some(device.id) != id;
        if self.devices.iter().any(taken) {
            return Err(Problem::field("body.hostname", "A device with this name already exists."));
        }
        let before = match id {
            Some(id) => {
                self.devices.iter().find(|device| device.id == id).cloned().ok_or_else(|| gone("device", id))?
            }
            None => Device {
                id: next(self.devices.iter().map(|device| device.id.get())).into(),
                hostname: input.hostname.clone().ok_or_else(|| wanted("hostname"))?,
                ip_address: input.ip_address.clone().ok_or_else(|| wanted("ip_address"))?,
                device_type: input.device_type.clone().ok_or_else(|| wanted("device_type"))?,
                description: None,
                port: Some(22),
                serial_number: None,
                model: None,
                source: DeviceSource::Local.into(),
                notes: None,
                created_at: Some(self.now),
                last_seen: None,
                tags: self.tags_of(&[DEFAULT.into()]),
                matching_credentials_count: 0,
                last_updated: None,
                updated_by: None,
                transport: Transport::Ssh,
                recognised: None,
                jump_host_id: None,
                direct: false,
                way: None,
                last_result: None,
                last_cause: None,
                last_result_at: None,
                last_snapshot_at: None,
                startup: None,
                approval: Some(Approval {
                    approved_by: Some("admin".to_owned()),
                    approved_at: Some(self.now),
                    ..Approval::default()
                }),
            },
        };
        let mut ids = input.tags;
        if let Some(ids) = &mut ids {
            ids.push(DEFAULT.into());
        }
        let jump_host_id = input.jump_host_id.unwrap_or(before.jump_host_id).filter(|_| input.direct != Some(true));
        let direct = input.direct.unwrap_or(before.direct && jump_host_id.is_none());
        let device = Device {
            hostname: input.hostname.unwrap_or(before.hostname),
            ip_address: input.ip_address.unwrap_or(before.ip_address),
            device_type: input.device_type.unwrap_or(before.device_type),
            port: input.port.or(before.port),
            transport: input.transport.unwrap_or(before.transport),
            jump_host_id,
            direct,
            way: self.way_of(jump_host_id, direct),
            description: input.description.or(before.description),
            serial_number: input.serial_number.or(before.serial_number),
            model: input.model.or(before.model),
            source: input.source.map_or(before.source, Open::Known),
            notes: input.notes.or(before.notes),
            tags: ids.map_or(before.tags, |ids| self.tags_of(&ids)),
            last_updated: Some(self.now),
            updated_by: Some("admin".into()),
            ..before
        };
        replace(&mut self.devices, device.clone(), |device| device.id);
        self.changes.push(Changed::Devices);
        Ok(device)
    }

    /// Adds the devices of a file.
    pub fn import(&mut self, csv: &str) -> Result<Imported, Problem> {
        let mut sheet = open(csv)?;
        let mut tally = Tally::default();
        for entry in self.entries(&mut sheet, &mut tally) {
            let named = |tag: &Tag| entry.tags.contains(&tag.name) || entry.tags.contains(&tag.id.to_string());
            let missing: Vec<String> =
                entry.tags.iter().filter(|name| !self.tags.iter().any(|tag| tag.name == **name)).cloned().collect();
            for name in missing.into_iter().filter(|name| name.parse::<i64>().is_err()) {
                self.add_tag(TagInput { name: Some(name), ..TagInput::default() })?;
            }
            let tags = self.tags.iter().filter(|tag| named(tag)).map(|tag| tag.id).collect();
            match self.put_device(None, DeviceInput { tags: Some(tags), ..entry.input.clone() }) {
                Ok(_) => tally.added += 1,
                Err(problem) => tally.refuse(entry.refused(RefusalKind::Wrong, problem.message.trim_end_matches('.'))),
            }
        }
        Ok(tally.imported())
    }

    /// What that would do.
    pub fn check_import(&self, csv: &str) -> Result<ImportPlan, Problem> {
        let mut sheet = open(csv)?;
        let mut tally = Tally::default();
        let separator = sheet.separator().one().to_owned();
        let columns = sheet.columns().map(|column| column.name().to_owned()).collect();
        let entries = self.entries(&mut sheet, &mut tally);
        tally.added = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let is_new = |name: &&String| name.parse::<i64>().is_err() && !self.tags.iter().any(|tag| tag.name == **name);
        let mut new_tags: Vec<String> = entries.iter().flat_map(|entry| &entry.tags).filter(is_new).cloned().collect();
        new_tags.sort();
        new_tags.dedup();
        Ok(ImportPlan { separator, columns, new_tags, outcome: tally.imported(), note: None })
    }

    /// The devices of a file that are new.
    fn entries(&self, sheet: &mut Sheet<'_>, tally: &mut Tally) -> Vec<Entry> {
        let known: Platforms = self.tape.known("/platforms/", self.now);
        let platforms: Vec<String> = known.items.into_iter().map(|platform| platform.name).collect();
        let there = |device: &Device| There {
            hostname: device.hostname.clone(),
            ip_address: device.ip_address.clone(),
            port: device.port.unwrap_or(22),
            device_type: device.device_type.clone(),
            transport: device.transport,
        };
        let there: Vec<There> = self.devices.iter().map(there).collect();
        let (mut seen, mut new) = (Seen::default(), Vec::new());
        for row in sheet {
            let entry = match row {
                Ok(row) => check(row, Some(&platforms)).and_then(|entry| seen.note(entry)),
                Err(why) => {
                    tally.stop(why);
                    continue;
                }
            };
            let found = entry.map(|entry| {
                let by_name = there.iter().find(|one| one.hostname.eq_ignore_ascii_case(entry.hostname()));
                let by_place = there.iter().find(|one| one.ip_address == entry.address() && one.port == entry.port());
                (compare(&entry, by_name, by_place), entry)
            });
            match found {
                Ok((Fate::New, entry)) => new.push(entry),
                Ok((Fate::Present(refusal) | Fate::Taken(refusal), _)) | Err(refusal) => tally.refuse(refusal),
            }
        }
        new
    }

    /// Adds a job, or changes the one of an id.
    pub fn put_job(&mut self, id: Option<JobId>, input: JobInput) -> Result<Job, Problem> {
        let taken = |job: &Job| Some(&job.name) == input.name.as_ref() && Some(job.id) != id;
        if self.jobs.iter().any(taken) {
            return Err(Problem::field("body.name", "A job with this name already exists."));
        }
        let before = match id {
            Some(id) => self.jobs.iter().find(|job| job.id == id).cloned().ok_or_else(|| gone("job", id))?,
            None => Job {
                id: next(self.jobs.iter().map(|job| job.id.get())).into(),
                name: input.name.clone().ok_or_else(|| wanted("name"))?,
                description: None,
                is_enabled: true,
                schedule: Schedule::default(),
                job_type: input.job_type.ok_or_else(|| wanted("job_type"))?.into(),
                status: JobStatus::Pending.into(),
                started_at: None,
                completed_at: None,
                tags: Vec::new(),
                device_id: None,
                is_system_job: false,
                next_run: None,
                last_run_id: None,
            },
        };
        let job = Job {
            name: input.name.unwrap_or(before.name),
            description: input.description.or(before.description),
            is_enabled: input.is_enabled.unwrap_or(before.is_enabled),
            schedule: input.schedule.or(before.schedule),
            tags: input.tags.map_or(before.tags, |ids| self.tags_of(&ids)),
            device_id: input.device_id.or(before.device_id),
            ..before
        };
        replace(&mut self.jobs, job.clone(), |job| job.id);
        self.changes.push(Changed::Jobs);
        Ok(job)
    }

    /// Adds a tag.
    pub fn add_tag(&mut self, input: TagInput) -> Result<Tag, Problem> {
        let name = input.name.ok_or_else(|| wanted("name"))?;
        if self.tags.iter().any(|tag| tag.name == name) {
            return Err(Problem::field("body.name", "A tag with this name already exists."));
        }
        let id = next(self.tags.iter().map(|tag| tag.id.get())).into();
        let tag = Tag {
            id,
            name,
            kind: input.kind,
            description: input.description,
            devices: None,
            jump_host_id: input.jump_host_id.flatten(),
        };
        self.tags.push(tag.clone());
        self.changes.push(Changed::Setup);
        Ok(tag)
    }

    /// Adds a credential. Its secrets go nowhere, and a key is not read: nothing here could tell its fingerprint.
    pub fn add_credential(&mut self, input: CredentialInput) -> Result<Credential, Problem> {
        let credential = Credential {
            id: next(self.credentials.iter().map(|credential| credential.id.get())).into(),
            username: input.username.ok_or_else(|| wanted("username"))?,
            priority: input.priority.unwrap_or(100),
            description: input.description,
            is_system: false,
            has_password: input.password.is_some(),
            has_private_key: input.private_key.is_some(),
            key: None,
            uses_agent: input.uses_agent.unwrap_or_default(),
            agent_key: None,
            questions: input.answers.unwrap_or_default().into_iter().map(|answer| answer.pattern).collect(),
            has_enable_password: input.enable_password.is_some(),
            allowed_networks: input.allowed_networks.unwrap_or_default(),
            tags: self.tags_of(&input.tags.unwrap_or_default()),
            devices: None,
        };
        self.credentials.push(credential.clone());
        self.changes.push(Changed::Setup);
        Ok(credential)
    }

    /// Removes a device.
    pub fn remove_device(&mut self, id: DeviceId) -> Result<(), Problem> {
        remove(&mut self.devices, |device| device.id == id).ok_or_else(|| gone("device", id))?;
        self.changes.push(Changed::Devices);
        Ok(())
    }

    /// Removes a job with its runs.
    pub fn remove_job(&mut self, id: JobId) -> Result<(), Problem> {
        remove(&mut self.jobs, |job| job.id == id).ok_or_else(|| gone("job", id))?;
        self.plans.retain(|plan| plan.job_id != id);
        self.changes.push(Changed::Jobs);
        Ok(())
    }
}

/// The next id after those in use.
fn next(ids: impl Iterator<Item = i64>) -> i64 {
    ids.max().unwrap_or_default() + 1
}

fn replace<T, K: PartialEq>(rows: &mut Vec<T>, row: T, id: impl Fn(&T) -> K) {
    match rows.iter_mut().find(|known| id(known) == id(&row)) {
        Some(known) => *known = row,
        None => rows.push(row),
    }
}

fn remove<T>(rows: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> Option<T> {
    let place = rows.iter().position(is_it)?;
    Some(rows.remove(place))
}
