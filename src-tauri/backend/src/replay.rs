//! A recorded session read as a device is: the lab plays it on this computer, and an ordinary session reads it over
//! SSH.
//!
//! Nothing is stored, and nothing but loopback is reached. A recording is proven by what a backup would make of it.

mod proof;

use std::time::Duration;

use netraven_api::evidence::Facts;
use netraven_api::ids::CredentialId;
use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::Stage;
use netraven_api::startup::SavedState;
use netraven_api::transport::Transport;
use netraven_lab::{DeviceSpec, Lab, LabError, Recording, Running};
use serde_json::Value;

pub use proof::prove;

use crate::platforms::{Definition, Purpose, facts_of, significant};
use crate::session::{
    self, Before, Cancel, Failure, Limits, Login, Observer, Reading, StartupRead, Target, Visit, text_of,
};

/// How long the whole session may take: the device answers at once.
const LONGEST: Duration = Duration::from_secs(60);

/// What came of reading a recorded device.
pub struct Replayed {
    /// The configuration as it would be stored, but for its secrets, which are not hidden; empty after a failure.
    pub text: String,
    /// What the device said about itself.
    pub facts: Facts,
    /// Whether its changes are saved; `None` where its platform has no startup configuration, and after a failure.
    pub startup: Option<SavedState>,
    /// Why there is no reading.
    pub failure: Option<Box<Failure>>,
}

/// Why a recording could not be played.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The simulated device did not start.
    #[error(transparent)]
    NotStarted(#[from] LabError),
    /// The thread of the session ended without a result.
    #[error("the session with the simulated device ended without a result: a defect; try once more")]
    CutShort,
}

/// Has the lab play a recording and reads it with a platform's definition. Dropping the future ends device and session.
///
/// # Errors
/// A [`ReplayError`] where the device could not be played. That it could not be read is part of the result.
pub async fn replay(definition: &Definition, recording: &Recording) -> Result<Replayed, ReplayError> {
    let mut spec = DeviceSpec::replaying(recording.clone());
    spec.username.push_str(&definition.login_suffix);
    let lab = Lab::start(vec![spec]).await?;
    // One specification makes one device.
    let device = lab.devices().first().ok_or(ReplayError::CutShort)?;
    let (target, login) = (target(device), login(device, definition, recording));
    let definition = definition.clone();
    let read = tokio::task::spawn_blocking(move || read(&target, &login, &definition)).await;
    lab.stop().await;
    read.map_err(|_| ReplayError::CutShort)
}

fn target(device: &Running) -> Target {
    Target::direct(device.address.ip().to_string(), device.address.port())
}

fn login(device: &Running, definition: &Definition, recording: &Recording) -> Login {
    let username = device.spec.username.strip_suffix(definition.login_suffix.as_str());
    let enable = recording.privilege.as_ref().and_then(|privilege| privilege.password.clone());
    Login {
        id: CredentialId::new(1),
        username: username.unwrap_or(&device.spec.username).to_owned(),
        password: device.spec.password.as_str().into(),
        key: None,
        agent: None,
        answers: Vec::new(),
        enable_password: enable.map(Into::into),
        networks: Vec::new(),
    }
}

/// Reads the device; this blocks.
fn read(target: &Target, login: &Login, definition: &Definition) -> Replayed {
    let is_stored = |_: &str| false;
    let before = Before { host_key: None, is_stored: &is_stored };
    let limits = Limits { total: LONGEST, ..Limits::default() };
    let transport = Transport::Ssh;
    let visit =
        Visit { target, transport, definition, logins: std::slice::from_ref(login), before: &before, limits: &limits };
    match session::read(visit, &Cancel::new(), &mut Unobserved) {
        Ok(reading) => of(definition, &reading),
        Err(failure) => {
            Replayed { text: String::new(), facts: Facts::default(), startup: None, failure: Some(failure) }
        }
    }
}

fn of(definition: &Definition, reading: &Reading) -> Replayed {
    let [raw, about] = [Purpose::Config, Purpose::Facts].map(|purpose| text_of(definition, &reading.answers, purpose));
    let facts = facts_of(definition, &about, &raw);
    let startup = reading.startup.as_ref().map(|read| match read {
        StartupRead::Saved => SavedState::Saved,
        StartupRead::Unsaved(_) => SavedState::Unsaved,
        StartupRead::Unread(_) => SavedState::Unknown,
    });
    Replayed { text: significant(definition, &raw), facts, startup, failure: None }
}

/// Nobody follows the session: its result says what became of it.
struct Unobserved;

impl Observer for Unobserved {
    fn stage(&mut self, _stage: Stage) {}
    fn log(&mut self, _level: Level, _log_type: LogType, _message: String, _meta: Value) {}
}

#[cfg(test)]
mod tests {
    use netraven_api::outcome::Cause;

    use super::*;
    use crate::platforms::Registry;

    pub(super) const SWITCH: &str = r#"
platform = "cisco_ios"
hostname = "sw1"
prompt = "sw1#"
banner = "sw1# is watched.\n"
refusal = "% Invalid input detected at '^' marker.\n"

[pager]
mark = " --More-- "
erase = "\r          \r"
lines = 4

[privilege]
command = "enable"
password_prompt = "Password: "
unprivileged_prompt = "sw1>"
password = "open-sesame"

[[exchange]]
send = "show version"
answer = "Cisco IOS Software, C2960 Software, Version 15.2(7)E7, RELEASE SOFTWARE (fc3)\n"

[[exchange]]
send = "show running-config"
answer = "Building configuration...\n\nversion 15.2\nhostname sw1\ninterface Vlan1\n shutdown\n!\nend\n\n"
"#;

    async fn read_with(recording: &str) -> Replayed {
        let definition = Registry::load(None).0.get("cisco_ios").unwrap();
        replay(&definition, &Recording::parse(recording).unwrap()).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_recording_is_read_through_pager_and_privileged_mode() {
        let replayed = read_with(SWITCH).await;
        assert!(replayed.failure.is_none(), "{:?}", replayed.failure.map(|failure| failure.message));
        assert_eq!(replayed.text, "version 15.2\nhostname sw1\ninterface Vlan1\n shutdown\n!\nend\n");
        assert_eq!(replayed.facts.version.as_deref(), Some("15.2(7)E7"));
    }

    /// A firewall with a shell for what it says of itself, and its configuration in a file.
    const FIREWALL: &str = r#"
platform = "firewall"
hostname = "fw1"
prompt = "fw1#"
banner = ""

[[exchange]]
send = "show version"
answer = "Firewall 7.2\n"

[[file]]
path = "/conf/config.xml"
text = "<config>\n  <name>fw1</name>\n</config>\n"
"#;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_of_a_recording_is_fetched_by_sftp_and_a_missing_one_is_named() {
        let definition = |path: &str| {
            let text = format!(
                "name = 'firewall'\ntitle = 'Firewall'\nvendor = 'Test'\nerrors = ['^%']\n\
                 facts = [{{ field = 'version', pattern = '^Firewall (\\S+)$' }}]\n\
                 prompt = {{ pattern = '(?P<host>\\w+)#' }}\n\
                 [[commands]]\nsend = 'show version'\npurpose = 'facts'\n\
                 [[commands]]\nfetch = 'sftp:{path}'\npurpose = 'config'\nend = '^</config>$'\n"
            );
            Definition::parse("firewall.toml", &text).unwrap()
        };
        let recording = Recording::parse(FIREWALL).unwrap();
        let replayed = replay(&definition("/conf/config.xml"), &recording).await.unwrap();
        assert!(replayed.failure.is_none(), "{:?}", replayed.failure.map(|failure| failure.message));
        assert_eq!(replayed.text, "<config>\n  <name>fw1</name>\n</config>\n");
        assert_eq!(replayed.facts.version.as_deref(), Some("7.2"));
        let failure = replay(&definition("/conf/old.xml"), &recording).await.unwrap().failure.unwrap();
        assert!(failure.message.contains("no file `/conf/old.xml`"), "{}", failure.message);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_device_that_cannot_be_read_says_why() {
        let replayed = read_with(&SWITCH.replace("show running-config", "show something-else")).await;
        let failure = replayed.failure.unwrap();
        assert_eq!(failure.cause, Cause::CommandRejected, "{}", failure.message);
        assert!(failure.stage >= Stage::Read && replayed.text.is_empty());
    }
}
