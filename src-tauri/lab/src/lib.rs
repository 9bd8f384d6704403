//! Simulated network devices with faults: the sample lab, and every test's fake device.
//!
//! [`Lab::start`] opens one listener per [`DeviceSpec`]; each answers SSH, or telnet, with an interactive shell that
//! speaks its platform's dialect (prompt, paging, privilege, error lines) and prints a generated or given
//! configuration. A [`Fault`] makes it misbehave in one chosen way. A device that is given a [`Recording`] says what
//! was recorded instead, with the pager, the privileged mode, the refusals and the files of its kind. [`Running`] lets
//! a test look at and steer a device while it runs.
//!
//! It knows nothing of the product that talks to it, and nothing leaves this machine: devices listen on loopback unless
//! a spec says otherwise.

pub mod cli;
mod device;
mod dice;
mod generate;
mod keys;
mod offer;
mod platform;
mod replay;
mod running;
mod sample;
mod server;
mod session;
mod sftp;
mod shell;
mod spec;
mod talk;
mod telnet;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use netraven_recording as recording;

pub use recording::{
    BadRecording, Exchange, PagerLook, RecordedDialog, RecordedFile, RecordedPager, RecordedPrivilege,
    RecordedQuestion, Recording,
};
pub use running::Running;
pub use sample::{SAMPLE_PASSWORD, SAMPLE_USERNAME, fleet, sample};
pub use spec::{DeviceSpec, Fault, Options, Platform, SignInQuestion, Startup};
pub use telnet::Carrier;

use device::Device;

/// How long [`Lab::stop`] waits for open connections to end.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Why a lab could not start.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// An address is taken, not ours, or the process may open no more files.
    #[error(
        "the simulated device {hostname} cannot listen on {address}: {source}. Choose another port (0 picks a free one)"
    )]
    Listen {
        /// The device concerned.
        hostname: String,
        /// The address it was given.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A set of running devices; dropping it, or [`Lab::stop`], ends them and every connection to them.
pub struct Lab {
    devices: Vec<Running>,
    listeners: Vec<JoinHandle<()>>,
}

impl Lab {
    /// Starts every device; on an error those already started are stopped again.
    pub async fn start(devices: Vec<DeviceSpec>) -> Result<Lab, LabError> {
        let mut lab = Lab { devices: Vec::with_capacity(devices.len()), listeners: Vec::with_capacity(devices.len()) };
        for spec in devices {
            let wanted = SocketAddr::new(spec.bind, spec.port);
            let failed = |source| LabError::Listen { hostname: spec.hostname.clone(), address: wanted, source };
            let listener = TcpListener::bind(wanted).await.map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            let device = Arc::new(Device::new(spec));
            lab.listeners.push(tokio::spawn(server::listen(listener, device.clone())));
            lab.devices.push(Running::new(device, address));
        }
        Ok(lab)
    }

    /// The devices, in the order of the specs.
    pub fn devices(&self) -> &[Running] {
        &self.devices
    }

    /// The device with this hostname.
    pub fn device(&self, hostname: &str) -> Option<&Running> {
        self.devices.iter().find(|device| device.spec.hostname == hostname)
    }

    /// Stops listening, cuts every connection and waits until all have ended.
    pub async fn stop(mut self) {
        self.end();
        for listener in self.listeners.drain(..) {
            let _ = listener.await;
        }
        let idle = async {
            for device in &self.devices {
                device.idle().await;
            }
        };
        if tokio::time::timeout(STOP_LIMIT, idle).await.is_err() {
            tracing::warn!("some connections of the simulated devices did not end in time");
        }
    }

    fn end(&self) {
        for listener in &self.listeners {
            listener.abort();
        }
        for device in &self.devices {
            device.close_connections();
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.end();
    }
}
