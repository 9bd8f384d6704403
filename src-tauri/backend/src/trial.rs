//! A trial: one session with one device, of which only what a person looks at is left.
//!
//! It blocks like a session, stores nothing, and answers only text whose secrets are hidden. A worker and the command
//! line both conduct it.

mod recorder;
mod standins;
mod turns;

use std::time::Duration;

use netraven_api::evidence::{Facts, ShownKey};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::transport::Transport;
use netraven_api::trials::TrialPurpose;
use serde_json::Value;

use crate::platforms::{Definition, Proposed, Purpose, Redaction, facts_of, propose, significant};
use crate::session::{
    self, Answer, Before, Cancel, Failure, Level, Limits, LogType, Login, Observer, Reading, Target, Visit, text_of,
};
use recorder::Recorded;

/// How long one session of a trial may take.
const LONGEST: Duration = Duration::from_secs(300);

/// What is tried, and with what.
#[derive(Clone, Copy)]
pub struct TrialPlan<'a> {
    /// What for.
    pub purpose: TrialPurpose,
    /// The name by which the device is known, which a recording does not keep.
    pub hostname: &'a str,
    /// Where it is.
    pub target: &'a Target,
    /// What carries the session.
    pub transport: Transport,
    /// How it is talked to.
    pub definition: &'a Definition,
    /// The credentials, tried in this order.
    pub logins: &'a [Login],
    /// The host key it is expected to show.
    pub host_key: Option<&'a ShownKey>,
    /// Hides the secrets in everything the device says.
    pub redaction: &'a Redaction,
    /// How long it may wait; the whole of it is limited by the trial itself.
    pub limits: &'a Limits,
}

/// The result of a trial.
pub struct Tried {
    /// The first session, or why it failed.
    pub session: Result<Reading, Box<Failure>>,
    /// The text as it would be stored, secrets hidden; `None` without a configuration.
    pub text: Option<String>,
    /// How many secrets were hidden in it.
    pub secrets_hidden: usize,
    /// What the device says about itself, secrets hidden.
    pub facts: Facts,
    /// What the differences between two readings suggest.
    pub proposed: Proposed,
    /// The recording of the session, as the text of its file.
    pub recording: Option<String>,
    /// What could not be done besides, as sentences.
    pub notes: Vec<String>,
}

/// Conducts a trial from the first packet to the last.
pub fn conduct(plan: &TrialPlan<'_>, cancel: &Cancel, observer: &mut dyn Observer) -> Tried {
    let reduced = (plan.purpose == TrialPurpose::Connection).then(|| plan.definition.without_configuration());
    let definition = reduced.as_ref().unwrap_or(plan.definition);
    let session = read(plan, definition, plan.logins, plan.host_key, cancel, observer);
    let mut tried = Tried {
        session,
        text: None,
        secrets_hidden: 0,
        facts: Facts::default(),
        proposed: Proposed::default(),
        recording: None,
        notes: Vec::new(),
    };
    if let Ok(reading) = &tried.session {
        tried.facts = facts(plan, definition, reading);
        if plan.purpose != TrialPurpose::Connection {
            let redacted = plan.redaction.configuration(&stored(definition, reading));
            (tried.text, tried.secrets_hidden) = (Some(redacted.text), redacted.hidden);
        }
    }
    match plan.purpose {
        TrialPurpose::Connection => {}
        TrialPurpose::Backup => read_again(plan, &mut tried, cancel, observer),
        TrialPurpose::Record => record(plan, &mut tried),
    }
    tried
}

fn read(
    plan: &TrialPlan<'_>,
    definition: &Definition,
    logins: &[Login],
    host_key: Option<&ShownKey>,
    cancel: &Cancel,
    observer: &mut dyn Observer,
) -> Result<Reading, Box<Failure>> {
    // A second reading inside the session would settle what a trial is to show.
    let is_stored = |_: &str| true;
    let before = Before { host_key, is_stored: &is_stored };
    let limits = Limits { total: LONGEST, ..plan.limits.clone() };
    let (target, transport) = (plan.target, plan.transport);
    let visit = Visit { target, transport, definition, logins, before: &before, limits: &limits };
    session::read(visit, cancel, observer)
}

/// The configuration of a reading as it is stored, its secrets not hidden.
fn stored(definition: &Definition, reading: &Reading) -> String {
    significant(definition, &text_of(definition, &reading.answers, Purpose::Config))
}

fn facts(plan: &TrialPlan<'_>, definition: &Definition, reading: &Reading) -> Facts {
    let [config, about] =
        [Purpose::Config, Purpose::Facts].map(|purpose| text_of(definition, &reading.answers, purpose));
    let Facts { model, serial, version } = facts_of(definition, &about, &config);
    let [model, serial, version] = [model, serial, version].map(|fact| fact.map(|fact| plan.redaction.sentence(&fact)));
    Facts { model, serial, version }
}

/// Reads the configuration in a second session, and compares it with the first.
fn read_again(plan: &TrialPlan<'_>, tried: &mut Tried, cancel: &Cancel, observer: &mut dyn Observer) {
    let Ok(first) = &tried.session else { return };
    observer.stage(Stage::ProveComplete);
    // A credential that the device has just refused is not sent to it again.
    let accepted = plan.logins.iter().position(|login| Some(login.id) == first.login_id);
    let logins = accepted.map_or(plan.logins, |place| &plan.logins[place..=place]);
    let host_key = plan.host_key.or(first.host_key.as_ref());
    match read(plan, plan.definition, logins, host_key, cancel, &mut Unheard) {
        Ok(second) => {
            let [one, other] = [first, &second].map(|reading| stored(plan.definition, reading));
            tried.proposed = propose(plan.definition, [&one, &other], &|text| plan.redaction.lines(text));
        }
        Err(failure) if failure.cause == Cause::Cancelled => tried.session = Err(failure),
        Err(failure) => {
            let why = plan.redaction.sentence(&failure.message);
            tried.notes.push(format!("The second reading failed, so the two were not compared: {why}"));
        }
    }
}

/// Makes a recording of the session, whether it succeeded or not.
fn record(plan: &TrialPlan<'_>, tried: &mut Tried) {
    let nothing: &[Answer] = &[];
    let (answers, prompt, transcript) = match &tried.session {
        Ok(reading) => (reading.answers.as_slice(), Some(reading.prompt.as_str()), &reading.transcript),
        Err(failure) => (nothing, None, &failure.transcript),
    };
    let serial = tried.facts.serial.clone();
    let recorded = Recorded { plan, answers, prompt, transcript, serial };
    match recorded.text() {
        Ok((text, notes)) => {
            tried.recording = Some(text);
            tried.notes.extend(notes);
        }
        Err(why) => tried.notes.push(format!("The session could not be recorded: {why}")),
    }
}

/// Nobody follows the second reading: its result says what became of it.
struct Unheard;

impl Observer for Unheard {
    fn stage(&mut self, _stage: Stage) {}
    fn log(&mut self, _level: Level, _log_type: LogType, _message: String, _meta: Value) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use netraven_api::ids::CredentialId;
    use netraven_lab::{DeviceSpec, Lab, Recording};

    use super::*;
    use crate::platforms::{Known, Registry};
    use crate::replay::replay;

    const SWITCH: &str = r#"
platform = "cisco_ios"
hostname = "berlin-7"
prompt = "berlin-7#"
banner = "berlin-7 is watched.\n"
refusal = "% Invalid input detected at '^' marker.\n"

[pager]
mark = " --More-- "
erase = "\r          \r"
lines = 4

[privilege]
command = "enable"
password_prompt = "Password: "
unprivileged_prompt = "berlin-7>"

[[exchange]]
send = "show version"
answer = "Cisco IOS Software, C2960 Software, Version 15.2(7)E7, RELEASE SOFTWARE (fc3)\n"

[[exchange]]
send = "show running-config"
answer = """
version 15.2
hostname berlin-7
enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
interface Vlan1
 ip address 10.44.3.1 255.255.255.0
 shutdown
!
end

"""
"#;

    /// Conducts a trial of a device that plays this recording.
    async fn tried(purpose: TrialPurpose, recording: &str) -> Tried {
        let lab = Lab::start(vec![DeviceSpec::replaying(Recording::parse(recording).unwrap())]).await.unwrap();
        let device = &lab.devices()[0];
        let target = Target::direct(device.address.ip().to_string(), device.address.port());
        let login = Login {
            id: CredentialId::new(1),
            username: device.spec.username.clone(),
            password: device.spec.password.as_str().into(),
            key: None,
            agent: None,
            answers: Vec::new(),
            enable_password: None,
            networks: Vec::new(),
        };
        let conducting = tokio::task::spawn_blocking(move || {
            let definition = Registry::load(None).0.get("cisco_ios").unwrap();
            let own = login.passwords().map(str::to_owned).collect();
            let redaction = Redaction::new(&definition, &[7; 32], own, Arc::new(Known::new([], &[7; 32])));
            let plan = TrialPlan {
                purpose,
                hostname: "berlin-7",
                target: &target,
                transport: Transport::Ssh,
                definition: &definition,
                logins: std::slice::from_ref(&login),
                host_key: None,
                redaction: &redaction,
                limits: &Limits::default(),
            };
            conduct(&plan, &Cancel::new(), &mut Unheard)
        });
        let tried = conducting.await.unwrap();
        lab.stop().await;
        tried
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_recorded_session_is_played_and_read_again_without_names_and_secrets() {
        let tried = tried(TrialPurpose::Record, SWITCH).await;
        let text = tried.recording.unwrap_or_else(|| panic!("{:?}", tried.notes));
        for gone in ["berlin", "10.44.3.1", "mERr", "hx5rVt7"] {
            assert!(!text.contains(gone), "{gone} is in {text}");
        }
        let recording = Recording::parse(&text).unwrap();
        assert!(recording.pager.is_some() && recording.privilege.is_some(), "{text}");
        assert_eq!((recording.prompt.as_str(), recording.banner.as_str()), ("device1#", "device1 is watched.\n"));
        let definition = Registry::load(None).0.get("cisco_ios").unwrap();
        let again = replay(&definition, &recording).await.unwrap();
        assert!(again.failure.is_none(), "{:?}", again.failure.map(|failure| failure.message));
        let lines: Vec<&str> = again.text.lines().collect();
        assert_eq!(lines[..2], ["version 15.2", "hostname device1"]);
        assert!(lines[2].starts_with("enable secret 5 Hidden"), "{}", lines[2]);
        assert_eq!(lines[4], " ip address 198.18.0.1 255.255.255.0");
        assert_eq!(again.facts.version.as_deref(), Some("15.2(7)E7"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_test_of_the_connection_reads_no_configuration() {
        let tried = tried(TrialPurpose::Connection, SWITCH).await;
        let reading = tried.session.unwrap_or_else(|failure| panic!("{}", failure.message));
        assert!(reading.answers.iter().all(|answer| answer.sent != "show running-config"));
        assert_eq!((reading.prompt.as_str(), tried.facts.version.as_deref()), ("berlin-7#", Some("15.2(7)E7")));
        assert!(tried.text.is_none() && tried.recording.is_none());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn two_readings_that_agree_propose_nothing() {
        let tried = tried(TrialPurpose::Backup, SWITCH).await;
        let text = tried.text.unwrap_or_default();
        assert!(text.contains("enable secret 5 ‹secret ") && text.ends_with("end\n"), "{text}");
        assert_eq!((tried.secrets_hidden, tried.proposed, tried.notes.len()), (1, Proposed::default(), 0));
    }
}
