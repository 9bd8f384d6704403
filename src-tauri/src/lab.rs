//! The sample lab inside this application: simulated devices on loopback that come back on the same ports.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex as StdMutex, PoisonError};

use netraven_api::native::LabState;
use netraven_api::problem::Code;
use netraven_api::{Problem, RunId, Secret, Transport};
use netraven_client::Client;
use netraven_client::sample::{self, SampleDevice};
use netraven_lab::{DeviceSpec, Lab, LabError, SAMPLE_PASSWORD, SAMPLE_USERNAME};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

/// File in the data folder that remembers the lab.
const FILE: &str = "lab.json";
/// Most devices a lab may have.
const MOST_DEVICES: u16 = 500;

/// The lab, running or not.
pub struct LabKeeper {
    file: PathBuf,
    lab: Mutex<Option<Lab>>,
    state: StdMutex<LabState>,
}

/// The state of a lab remembered from one start to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Memory {
    /// Port of each device, in the order of the sample.
    ports: Vec<u16>,
    /// The run that was started with it.
    run_id: Option<RunId>,
}

impl LabKeeper {
    /// The lab of a data folder, not running yet.
    #[must_use]
    pub fn new(data_dir: &Path) -> LabKeeper {
        LabKeeper { file: data_dir.join(FILE), lab: Mutex::default(), state: StdMutex::default() }
    }

    /// The current state of the lab.
    #[must_use]
    pub fn state(&self) -> LabState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts so many devices, makes them known to the server, and runs their backup. They listen on this computer alone, so
    /// that only a backend here can reach them.
    pub async fn start(&self, client: &Client, devices: u16) -> Result<LabState, Problem> {
        if !client.is_here() {
            let message = "The sample lab runs on this computer, and a server on another computer cannot reach it. Choose \
                           \"On this computer\" to try it.";
            return Err(Problem::new(Code::Conflict, message));
        }
        if !(1..=MOST_DEVICES).contains(&devices) {
            let message = format!("The sample lab can have 1 to {MOST_DEVICES} devices.");
            return Err(Problem::field("devices", message));
        }
        let mut slot = self.lab.lock().await;
        if slot.as_ref().is_none_or(|lab| lab.devices().len() != usize::from(devices)) {
            if let Some(old) = slot.take() {
                old.stop().await;
            }
            self.show(LabState::default());
            *slot = Some(open(devices, &self.remembered().ports).await?);
        }
        let lab = slot.as_ref().expect("the lab was put there just now");
        let known = known(lab);
        self.remember(&Memory { ports: known.iter().map(|device| device.port).collect(), run_id: None });
        self.show(LabState { devices, run_id: None });
        let enrolled = sample::enrol(client, &known, SAMPLE_USERNAME, &Secret::new(SAMPLE_PASSWORD)).await?;
        let ports = known.iter().map(|device| device.port).collect();
        self.remember(&Memory { ports, run_id: enrolled.run_id });
        Ok(self.show(LabState { devices, run_id: enrolled.run_id }))
    }

    /// Starts the devices of the remembered lab, if there is one. [`LabKeeper::make_known`] adds them to the server.
    pub async fn wake(&self) -> Result<(), Problem> {
        let memory = self.remembered();
        let devices = u16::try_from(memory.ports.len()).unwrap_or(0).min(MOST_DEVICES);
        let mut slot = self.lab.lock().await;
        if devices == 0 || slot.is_some() {
            return Ok(());
        }
        *slot = Some(open(devices, &memory.ports).await?);
        self.show(LabState { devices, run_id: memory.run_id });
        Ok(())
    }

    /// Updates the server about devices that came back on other ports.
    pub async fn make_known(&self, client: &Client) -> Result<(), Problem> {
        let slot = self.lab.lock().await;
        let Some(lab) = slot.as_ref() else { return Ok(()) };
        let (known, memory) = (known(lab), self.remembered());
        let ports: Vec<u16> = known.iter().map(|device| device.port).collect();
        if ports != memory.ports {
            sample::register(client, &known, SAMPLE_USERNAME, &Secret::new(SAMPLE_PASSWORD)).await?;
            self.remember(&Memory { ports, ..memory });
        }
        Ok(())
    }

    /// Removes what the lab added to the server, and stops its devices.
    pub async fn remove(&self, client: &Client) -> Result<LabState, Problem> {
        let mut slot = self.lab.lock().await;
        sample::remove(client).await?;
        if let Some(lab) = slot.take() {
            lab.stop().await;
        }
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the sample lab's settings were not removed");
            }
            _ => {}
        }
        Ok(self.show(LabState::default()))
    }

    /// Stops the devices; the next start brings them back.
    pub async fn halt(&self) {
        if let Some(lab) = self.lab.lock().await.take() {
            lab.stop().await;
        }
        self.show(LabState::default());
    }

    fn show(&self, state: LabState) -> LabState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state.clone();
        state
    }

    fn remembered(&self) -> Memory {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn remember(&self, memory: &Memory) {
        let text = serde_json::to_string(memory).expect("ports are plain data");
        if let Err(error) = fs::write(&self.file, text) {
            tracing::warn!(%error, "the sample lab will not restart at the next start");
        }
    }
}

/// Starts the devices on their previous ports; if one of those is taken, all get new ones.
async fn open(devices: u16, ports: &[u16]) -> Result<Lab, Problem> {
    if let Ok(lab) = Lab::start(specs(devices, ports)).await {
        return Ok(lab);
    }
    Lab::start(specs(devices, &[])).await.map_err(|error| problem_of(&error))
}

fn specs(devices: u16, ports: &[u16]) -> Vec<DeviceSpec> {
    let mut specs = netraven_lab::sample(usize::from(devices));
    for (spec, port) in specs.iter_mut().zip(ports) {
        spec.port = *port;
    }
    specs
}

fn known(lab: &Lab) -> Vec<SampleDevice> {
    let of = |device: &netraven_lab::Running| SampleDevice {
        hostname: device.spec.hostname.clone(),
        address: device.address.ip().to_string(),
        port: device.address.port(),
        platform: device.spec.platform.as_str().to_owned(),
        transport: Transport::parse(device.spec.options.carrier.as_str()).unwrap_or_default(),
    };
    lab.devices().iter().map(of).collect()
}

fn problem_of(error: &LabError) -> Problem {
    Problem::new(Code::Unavailable, format!("The sample lab could not start: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_given_to_the_devices_in_order_and_the_rest_are_free() {
        let ports: Vec<u16> = specs(3, &[4001, 4002]).iter().map(|spec| spec.port).collect();
        assert_eq!(ports, [4001, 4002, 0]);
    }

    #[test]
    fn what_is_remembered_is_read_back_and_a_broken_file_is_an_empty_one() {
        let folder = std::env::temp_dir().join(format!("netraven-lab-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let keeper = LabKeeper::new(&folder);
        assert_eq!(keeper.remembered(), Memory::default());
        let memory = Memory { ports: vec![1, 2], run_id: Some(3.into()) };
        keeper.remember(&memory);
        assert_eq!(keeper.remembered(), memory);
        fs::write(folder.join(FILE), "{").unwrap();
        assert_eq!(keeper.remembered(), Memory::default());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test]
    async fn a_remembered_lab_is_shown_as_soon_as_its_devices_listen() {
        let folder = std::env::temp_dir().join(format!("netraven-lab-wake-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let keeper = LabKeeper::new(&folder);
        keeper.wake().await.unwrap();
        assert_eq!(keeper.state(), LabState::default());
        keeper.remember(&Memory { ports: vec![0, 0], run_id: Some(3.into()) });
        keeper.wake().await.unwrap();
        assert_eq!(keeper.state(), LabState { devices: 2, run_id: Some(3.into()) });
        keeper.halt().await;
        fs::remove_dir_all(&folder).unwrap();
    }
}
