//! A device that runs, as its owner sees it: where it listens, what happened to it, and how to change it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use russh::keys::HashAlg;

use crate::device::Device;
use crate::spec::{DeviceSpec, Fault, Startup};

/// One running device.
pub struct Running {
    /// The specification it was started with.
    pub spec: DeviceSpec,
    /// Where it listens.
    pub address: SocketAddr,
    device: Arc<Device>,
}

impl Running {
    pub(crate) fn new(device: Arc<Device>, address: SocketAddr) -> Running {
        Running { spec: device.spec.clone(), address, device }
    }

    /// Gives it another configuration, printed exactly so from the next reading on.
    pub fn set_config(&self, text: String) {
        self.device.set_config(Some(text));
    }

    /// The configuration as it would print it now, with `\n` line ends; not counted as a reading.
    pub fn config(&self) -> String {
        self.device.config_wire(None).replace("\r\n", "\n")
    }

    /// Gives it another startup configuration, from the next reading on.
    pub fn set_startup(&self, startup: Startup) {
        self.device.set_startup(startup);
    }

    /// Makes it misbehave, or behave again; open sessions follow from their next command on.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.device.set_fault(fault);
    }

    /// Its present fault.
    pub fn fault(&self) -> Option<Fault> {
        self.device.fault()
    }

    /// TCP connections accepted since the start.
    pub fn connections(&self) -> u64 {
        self.device.connections.load(Relaxed)
    }

    /// Connections open now, those that have not logged in included.
    pub fn sessions_open(&self) -> usize {
        self.device.sessions_open()
    }

    /// How often the configuration was asked for.
    pub fn readings(&self) -> u64 {
        self.device.readings.load(Relaxed)
    }

    /// Logins that succeeded.
    pub fn logins(&self) -> u64 {
        self.device.logins.load(Relaxed)
    }

    /// Passwords that were refused, by either method.
    pub fn logins_refused(&self) -> u64 {
        self.device.logins_refused.load(Relaxed)
    }

    /// The commands typed so far, oldest first; never passwords.
    pub fn commands(&self) -> Vec<String> {
        self.device.commands()
    }

    /// The fingerprint (`SHA256:...`) of the host key the next connection will see.
    pub fn fingerprint(&self) -> String {
        let key = self.device.host_key(self.connections() + 1);
        key.public_key().fingerprint(HashAlg::Sha256).to_string()
    }

    /// Waits until no connection is open.
    pub async fn idle(&self) {
        self.device.idle().await;
    }

    /// Cuts every open connection, as a reload of the device would.
    pub fn close_connections(&self) {
        self.device.close_connections();
    }
}
