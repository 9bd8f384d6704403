//! The devices of a file: compared with those that exist, and added batch by batch. What was added stays.

use netraven_api::devices::{DeviceInput, DeviceSource, SshHostFate, SshHostKind};
use netraven_api::sheet::place_of;
use netraven_api::ssh_config::{ConfigHost, ConfigWay, SshConfig};
use netraven_api::{JumpHostId, Transport};
use tokio::time::Instant;

use super::jumps::JumpStand;
use super::{AGAIN, ImportStep, LIMIT, SshImport};
use crate::server::http::error::ApiError;
use crate::server::{approvals, import};
use crate::store::StoreError;
use crate::store::ssh_imports::{FoundDevice, WantedDevice};

/// Devices of a batch, which is one transaction.
const BATCH: usize = 500;

/// A device of the file with its jump host, if it has one.
type Aimed<'h> = (&'h ConfigHost, Option<JumpStand>);

impl SshImport<'_> {
    /// Settles the devices of a file; returns why not all of them, if that is so.
    pub async fn devices(
        &mut self,
        config: &SshConfig,
        stands: &[Option<JumpStand>],
    ) -> Result<Option<String>, ApiError> {
        for batch in config.devices.chunks(BATCH) {
            let first = batch.first().map_or(0, |host| host.line);
            if Instant::now() >= self.until {
                let seconds = LIMIT.as_secs();
                return Ok(Some(format!(
                    "The hosts from line {first} on were not looked at because the import took more than {seconds} s. \
                     {AGAIN}"
                )));
            }
            match self.batch(config, batch, stands).await {
                Ok(()) => {}
                // What was added before the failure is reported, so that nobody has to guess.
                Err(error) if self.step == ImportStep::Take && self.report.added() + self.report.updated > 0 => {
                    let why = import::reason(error);
                    return Ok(Some(format!("Not all devices from line {first} on were added. {why} {AGAIN}")));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn batch(
        &mut self,
        config: &SshConfig,
        batch: &[ConfigHost],
        stands: &[Option<JumpStand>],
    ) -> Result<(), ApiError> {
        let aimed = self.aimed(config, batch, stands);
        let wanted: Vec<WantedDevice<'_>> = aimed.iter().map(wanted).collect();
        let found = self.state.store.found_devices(&wanted).await?;
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for ((host, stand), (by_name, by_place)) in aimed.into_iter().zip(found) {
            match (by_name, by_place) {
                (Some(there), _) if is_as_said(host, stand, &there) => {
                    self.tell(host, SshHostFate::Same, &format!("it is there, {}", place(&there)));
                }
                (Some(there), _) => changed.push((host, stand, there)),
                (None, Some(there)) => {
                    let what = format!("it is there as {}, {}", there.hostname, place(&there));
                    self.tell(host, SshHostFate::Same, &what);
                }
                (None, None) => new.push((host, stand)),
            }
        }
        self.add(config, new).await?;
        for (host, stand, there) in changed {
            self.change_device(config, (host, stand), &there).await;
        }
        Ok(())
    }

    /// The devices of a batch that are not left out, and whose jump hosts are there or added.
    fn aimed<'h>(
        &mut self,
        config: &SshConfig,
        batch: &'h [ConfigHost],
        stands: &[Option<JumpStand>],
    ) -> Vec<Aimed<'h>> {
        let mut aimed = Vec::new();
        for host in batch {
            if self.left_out.contains(&host.name) {
                continue;
            }
            match host.through() {
                None => aimed.push((host, None)),
                Some(index) => match stands[index] {
                    Some(stand) => aimed.push((host, Some(stand))),
                    None => {
                        let why = format!("its jump host {} is not added", config.jump_hosts[index].name);
                        self.tell(host, SshHostFate::Wrong, &why);
                    }
                },
            }
        }
        aimed
    }

    async fn add(&mut self, config: &SshConfig, new: Vec<Aimed<'_>>) -> Result<(), ApiError> {
        let added = if self.step == ImportStep::Look || new.is_empty() {
            None
        } else {
            let inputs: Vec<DeviceInput> = new.iter().map(|aimed| self.input(aimed)).collect();
            Some(self.state.store.add_devices(&inputs, &self.caller.author()).await?)
        };
        for (host, _) in new {
            if added.as_ref().is_none_or(|added| added.contains(&host.name)) {
                self.logins.need(SshHostKind::Device, host);
                self.tell(host, SshHostFate::New, &said(config, host));
            } else {
                let why = "someone else added a device with this hostname or address at the same moment";
                self.tell(host, SshHostFate::Wrong, why);
            }
        }
        Ok(())
    }

    fn input(&self, (host, stand): &Aimed<'_>) -> DeviceInput {
        DeviceInput {
            hostname: Some(host.name.clone()),
            device_type: Some(self.platform.clone()),
            source: Some(DeviceSource::Imported),
            tags: Some(self.tags.clone()),
            ..aim(host, *stand)
        }
    }

    /// Reports a device that differs, and changes it if that is asked for.
    async fn change_device(&mut self, config: &SshConfig, (host, stand): Aimed<'_>, there: &FoundDevice) {
        let differs = format!("it is {}; the file says {}", place(there), said(config, host));
        let changed = match self.step {
            _ if !self.updates => {
                self.tell(host, SshHostFate::Changed, &differs);
                return;
            }
            ImportStep::Look => Ok(()),
            ImportStep::Take => self.update_device(host, stand, there).await,
        };
        match changed {
            Ok(()) => {
                self.report.updated += 1;
                self.tell(host, SshHostFate::Changed, &format!("{differs}, which it becomes"));
            }
            Err(why) => self.tell(host, SshHostFate::Changed, &format!("{differs}. It stays so: {why}")),
        }
    }

    async fn update_device(
        &self,
        host: &ConfigHost,
        stand: Option<JumpStand>,
        there: &FoundDevice,
    ) -> Result<(), String> {
        let input = DeviceInput { transport: Some(Transport::Ssh), ..aim(host, stand) };
        let store = &self.state.store;
        let because = |error: StoreError| import::reason(ApiError::from(error));
        store.update_device(there.id, &input, &[], &self.caller.author()).await.map_err(because)?;
        let device = store.device(there.id).await.map_err(because)?;
        approvals::tell(self.state, self.caller, &device, "changed");
        Ok(())
    }

    fn tell(&mut self, host: &ConfigHost, fate: SshHostFate, why: &str) {
        self.report.tell((SshHostKind::Device, fate), host.line, &host.name, why);
    }
}

/// Where a device is to be looked for.
fn wanted<'h>((host, stand): &Aimed<'h>) -> WantedDevice<'h> {
    let jump_host_id = stand.and_then(|stand| stand.id);
    WantedDevice {
        hostname: &host.name,
        address: &host.address,
        port: host.port,
        jump_host_id,
        by_place: stand.is_none() || jump_host_id.is_some(),
    }
}

/// What a file says of where a device is and how it is reached.
fn aim(host: &ConfigHost, stand: Option<JumpStand>) -> DeviceInput {
    let jump_host_id: Option<JumpHostId> = stand.and_then(|stand| stand.id);
    DeviceInput {
        ip_address: Some(host.address.clone()),
        port: Some(host.port),
        jump_host_id: jump_host_id.map(Some),
        direct: (host.way == ConfigWay::Direct).then_some(true),
        ..DeviceInput::default()
    }
}

/// Whether a device is where the file says, and is reached so. A file that does not name the way agrees with any.
fn is_as_said(host: &ConfigHost, stand: Option<JumpStand>, there: &FoundDevice) -> bool {
    let is_way = match host.way {
        ConfigWay::Unsaid => true,
        ConfigWay::Direct => there.way.is_none(),
        ConfigWay::Through(_) => there.way.is_some() && there.way == stand.and_then(|stand| stand.id),
    };
    let is_place = there.ip_address.eq_ignore_ascii_case(&host.address) && there.port == host.port;
    is_place && is_way && there.transport == Transport::Ssh
}

/// Where an existing device is, and how it is reached.
fn place(there: &FoundDevice) -> String {
    let way = there.way_name.as_ref().map(|name| format!(" through {name}")).unwrap_or_default();
    let transport = if there.transport == Transport::Ssh { String::new() } else { format!(" by {}", there.transport) };
    format!("at {}{way}{transport}", place_of(&there.ip_address, there.port))
}

/// Where a device of the file is, and how it is reached.
fn said(config: &SshConfig, host: &ConfigHost) -> String {
    let way = match host.way {
        ConfigWay::Unsaid => String::new(),
        ConfigWay::Direct => " directly".to_owned(),
        ConfigWay::Through(index) => format!(" through {}", config.jump_hosts[index].name),
    };
    format!("at {}{way}", place_of(&host.address, host.port))
}
