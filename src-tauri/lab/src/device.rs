//! A device's state while it runs: its configuration, its counters, its present fault and its open connections.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::watch;

use crate::generate;
use crate::keys;
use crate::recording::Recording;
use crate::spec::{DeviceSpec, Fault, Startup};
use crate::wire::Cut;

/// How many typed commands are remembered.
const COMMANDS_KEPT: usize = 1000;

pub(crate) struct Device {
    pub(crate) spec: DeviceSpec,
    /// The one of the specification, shared by its sessions.
    pub(crate) recording: Option<Arc<Recording>>,
    fault: Mutex<Option<Fault>>,
    config: Mutex<Config>,
    startup: Mutex<Startup>,
    commands: Mutex<Vec<String>>,
    cuts: Mutex<Vec<Weak<Cut>>>,
    open: watch::Sender<usize>,
    pub(crate) connections: AtomicU64,
    pub(crate) logins: AtomicU64,
    pub(crate) logins_refused: AtomicU64,
    pub(crate) readings: AtomicU64,
    visits: AtomicU64,
    host_key: russh::keys::PrivateKey,
}

/// The configuration as it goes over the wire, made once per change.
struct Config {
    exact: Option<String>,
    revision: u64,
    wire: Option<Arc<str>>,
}

/// Counts a connection as open for as long as it lives.
pub(crate) struct Open(Arc<Device>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Device {
    pub(crate) fn new(spec: DeviceSpec) -> Device {
        Device {
            recording: spec.recording.clone().map(Arc::new),
            fault: Mutex::new(spec.fault.clone()),
            config: Mutex::new(Config { exact: spec.config.clone(), revision: 0, wire: None }),
            startup: Mutex::new(spec.options.startup.clone()),
            commands: Mutex::default(),
            cuts: Mutex::default(),
            open: watch::Sender::new(0),
            connections: AtomicU64::new(0),
            logins: AtomicU64::new(0),
            logins_refused: AtomicU64::new(0),
            readings: AtomicU64::new(0),
            visits: AtomicU64::new(0),
            host_key: keys::ed25519(spec.host_key_seed),
            spec,
        }
    }

    pub(crate) fn fault(&self) -> Option<Fault> {
        lock(&self.fault).clone()
    }

    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        *lock(&self.fault) = fault;
    }

    pub(crate) fn set_config(&self, text: Option<String>) {
        let mut config = lock(&self.config);
        config.exact = text;
        config.wire = None;
    }

    pub(crate) fn set_startup(&self, startup: Startup) {
        *lock(&self.startup) = startup;
    }

    /// The startup configuration with `\r\n` line ends; none where it is refused. It is not counted as a reading.
    pub(crate) fn startup_wire(&self) -> Option<String> {
        let startup = lock(&self.startup).clone();
        match startup {
            Startup::Saved => Some(self.stored_wire()),
            Startup::Lacks(words) => {
                let stored = self.stored_wire();
                Some(stored.split_inclusive('\n').filter(|line| !line.contains(&words)).collect())
            }
            Startup::Refused => None,
        }
    }

    /// The running configuration as a device shows the stored one: what IOS writes above the former, it writes only when
    /// it builds it.
    fn stored_wire(&self) -> String {
        let running = self.config_wire(None);
        let built = running.split_once("Current configuration : ").filter(|(above, _)| above.starts_with("Building "));
        let Some((_, (bytes, text))) = built.and_then(|(above, below)| Some((above, below.split_once(" bytes")?)))
        else {
            return running;
        };
        format!("Using {bytes} out of 2097152 bytes{text}")
    }

    /// Counts a visit that reads the configuration; the revision it finds.
    pub(crate) fn visit(&self) -> u64 {
        let before = self.visits.fetch_add(1, Ordering::Relaxed);
        self.spec.options.change_every.filter(|n| *n > 0).map_or(0, |n| before / n)
    }

    /// The configuration with `\r\n` line ends, counted as a reading.
    pub(crate) fn read_config(&self, revision: u64) -> String {
        self.readings.fetch_add(1, Ordering::Relaxed);
        self.config_wire(Some(revision))
    }

    /// The configuration with `\r\n` line ends; `revision` only ever grows.
    pub(crate) fn config_wire(&self, revision: Option<u64>) -> String {
        let wire = {
            let mut config = lock(&self.config);
            if let Some(revision) = revision
                && revision > config.revision
            {
                config.revision = revision;
                config.wire = config.wire.take().filter(|_| config.exact.is_some());
            }
            match &config.wire {
                Some(wire) => wire.clone(),
                None => {
                    let generated;
                    let text = match &config.exact {
                        Some(text) => text,
                        None => {
                            generated = generate::configuration(&self.spec, config.revision);
                            &generated
                        }
                    };
                    let wire: Arc<str> = lines_on_the_wire(text).into();
                    config.wire = Some(wire.clone());
                    wire
                }
            }
        };
        generate::with_time(&wire, self.spec.platform)
    }

    pub(crate) fn note_command(&self, command: &str) {
        let mut commands = lock(&self.commands);
        if commands.len() < COMMANDS_KEPT {
            commands.push(command.to_owned());
        }
    }

    pub(crate) fn commands(&self) -> Vec<String> {
        lock(&self.commands).clone()
    }

    /// The host key that the connection with this number (from 1) sees.
    pub(crate) fn host_key(&self, connection: u64) -> russh::keys::PrivateKey {
        match self.fault() {
            Some(Fault::ChangedHostKey { after_connections }) if connection > after_connections => {
                keys::ed25519(!self.spec.host_key_seed)
            }
            Some(Fault::LegacyAlgorithms) => keys::legacy_rsa(),
            _ => self.host_key.clone(),
        }
    }

    /// Registers a connection; it counts as open until the returned value is dropped.
    pub(crate) fn opened(self: &Arc<Self>, cut: &Arc<Cut>) -> Open {
        let mut cuts = lock(&self.cuts);
        cuts.retain(|cut| cut.strong_count() > 0);
        cuts.push(Arc::downgrade(cut));
        self.open.send_modify(|open| *open += 1);
        Open(self.clone())
    }

    pub(crate) fn sessions_open(&self) -> usize {
        *self.open.borrow()
    }

    pub(crate) async fn idle(&self) {
        // The sender lives in this very device, so waiting cannot fail.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }

    pub(crate) fn close_connections(&self) {
        let cuts = std::mem::take(&mut *lock(&self.cuts));
        for cut in cuts.iter().filter_map(Weak::upgrade) {
            cut.now();
        }
    }
}

/// Each line ended by `\r\n`, the last one too.
fn lines_on_the_wire(text: &str) -> String {
    let mut wire = String::with_capacity(text.len() + text.len() / 16 + 2);
    for line in text.lines() {
        wire.push_str(line);
        wire.push_str("\r\n");
    }
    wire
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Platform;

    #[test]
    fn an_exact_configuration_is_printed_exactly() {
        let device = Device::new(DeviceSpec::new("lab", Platform::CiscoIos).with_config("a\n b\nend"));
        assert_eq!(device.read_config(0), "a\r\n b\r\nend\r\n");
        device.set_config(Some("c\n".into()));
        assert_eq!(device.read_config(0), "c\r\n");
        assert_eq!(device.readings.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_generated_configuration_changes_every_n_visits_and_never_within_one() {
        let mut spec = DeviceSpec::new("lab", Platform::AristaEos);
        spec.options.change_every = Some(2);
        let device = Device::new(spec);
        let visit = || {
            let revision = device.visit();
            let readings = [device.read_config(revision), device.read_config(revision)];
            assert_eq!(readings[0], readings[1]);
            readings[0].clone()
        };
        let readings: Vec<String> = (0..4).map(|_| visit()).collect();
        assert_eq!(readings[0], readings[1]);
        assert_ne!(readings[1], readings[2]);
        assert_eq!(readings[2], readings[3]);
    }
}
