//! Trials: one session with one device because a person wishes it, of which nothing is kept as a result or a snapshot.
//! NetRaven has no such resource.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::evidence::Evidence;
use crate::ids::{CredentialId, DeviceId, TrialId};
use crate::outcome::{Cause, Stage};
use crate::transport::Transport;
use crate::words::words;

words! {
    /// What a trial is for.
    pub enum TrialPurpose {
        /// To connect, sign in and reach the prompt; no configuration is read.
        Connection = "connection": "Test connection",
        /// To read the configuration twice, as a backup would read it.
        Backup = "backup": "Try on a device",
        /// To read the configuration once, and to record the session as the start of a test.
        Record = "record": "Record as a test",
    }
}

words! {
    /// State of a trial.
    pub enum TrialState {
        /// No worker has it yet.
        Waiting = "waiting": "Waiting for a worker",
        /// A worker is in session with the device.
        Running = "running": "Under way",
        /// It reached its end.
        Succeeded = "succeeded": "Succeeded",
        /// It failed.
        Failed = "failed": "Failed",
        /// A person cancelled it.
        Cancelled = "cancelled": "Cancelled",
    }
}

impl TrialState {
    /// Whether it has not ended.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, TrialState::Waiting | TrialState::Running)
    }
}

words! {
    /// The list of a platform's file to which a proposed rule belongs.
    pub enum RuleList {
        /// Lines that are neither stored nor compared.
        Volatile = "volatile": "Not stored",
        /// Lines that are stored and not compared.
        Unstable = "unstable": "Stored, not compared",
    }
}

/// A rule for lines that differed between two readings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedRule {
    /// The list it belongs to.
    pub list: RuleList,
    /// The pattern, for the whole line.
    pub pattern: String,
    /// A line it is made of, as it was read first; secrets hidden.
    pub first: String,
    /// The same line as it was read then; secrets hidden.
    pub second: String,
}

/// A trial: how far it is, and its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trial {
    /// Id.
    pub id: TrialId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// Its hostname.
    pub hostname: String,
    /// What carries the session.
    pub transport: Transport,
    /// What it is for.
    pub purpose: TrialPurpose,
    /// State.
    pub state: TrialState,
    /// Name of the user who asked for it.
    pub asked_by: String,
    /// When they asked.
    pub asked_at: Timestamp,
    /// When a worker began.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub finished_at: Option<Timestamp>,
    /// Id of the only credential that is tried; absent if all of the device are.
    #[serde(default)]
    pub credential_id: Option<CredentialId>,
    /// Whether a platform that is saved nowhere is tried.
    #[serde(default)]
    pub own_platform: bool,
    /// The stage it is in, or ended in.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// Why it failed.
    #[serde(default)]
    pub cause: Option<Cause>,
    /// What happened, as a sentence.
    #[serde(default)]
    pub message: Option<String>,
    /// What was seen: transcript, timings, algorithms, host key, facts; secrets hidden. Present once it has ended.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    pub evidence: Option<Box<Evidence>>,
    /// The text as a backup would store it, secrets hidden.
    #[serde(default)]
    pub text: Option<String>,
    /// Rules for the lines that differed between the two readings.
    #[serde(default)]
    pub proposals: Vec<ProposedRule>,
    /// Lines that differed and for which no rule is proposed, as they were read first; secrets hidden.
    #[serde(default)]
    pub unexplained: Vec<String>,
    /// The recording of the session, as the text of a `session.toml`.
    #[serde(default)]
    pub recording: Option<String>,
}

/// What is to be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialInput {
    /// Id of the device.
    pub device_id: DeviceId,
    /// What for.
    pub purpose: TrialPurpose,
    /// Id of the only credential to try; it must be one of the device's. Only admins may name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<CredentialId>,
    /// The text of a platform's file to use instead of the device's platform; it is saved nowhere. Only admins may give
    /// one: such a text says what is typed, passwords included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 262_144))]
    pub platform: Option<String>,
}

impl TrialInput {
    /// A trial of a device as it is, with its own credentials and platform.
    #[must_use]
    pub fn new(device_id: DeviceId, purpose: TrialPurpose) -> TrialInput {
        TrialInput { device_id, purpose, credential_id: None, platform: None }
    }
}

/// Asks for a trial; any worker takes it. It is removed an hour later.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartTrial(pub TrialInput);

endpoint! { StartTrial: Post "/trials/" by User => 201 Trial, |it, to| to.json(&it.0) }

/// Reads a trial. Users see their own, admins all of them.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetTrial(pub TrialId);

endpoint! { GetTrial: Get "/trials/{trial_id}" by User => Trial, |it, to| to.param("trial_id", it.0) }

/// Cancels a trial: one that waits never starts, the session of one under way is closed. One that has ended stays as it
/// is.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelTrial(pub TrialId);

endpoint! { CancelTrial: Post "/trials/{trial_id}/cancel" by User => Trial, |it, to| to.param("trial_id", it.0) }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint as _;

    #[test]
    fn a_plain_trial_names_neither_credential_nor_platform() {
        let request = StartTrial(TrialInput::new(7.into(), TrialPurpose::Connection)).request();
        let body = serde_json::json!({"device_id": 7, "purpose": "connection"});
        assert_eq!((request.path.as_str(), request.body), ("/trials/", Some(body)));
    }

    #[test]
    fn a_trial_that_waits_has_nothing_to_show_yet() {
        let text = r#"{"id": 3, "device_id": 7, "hostname": "r1", "transport": "ssh", "purpose": "backup",
            "state": "waiting", "asked_by": "ann", "asked_at": "2026-11-30T10:00:00Z"}"#;
        let trial: Trial = serde_json::from_str(text).unwrap();
        assert!(trial.state.is_open() && trial.text.is_none() && trial.proposals.is_empty());
        assert_eq!(TrialState::ALL.iter().filter(|state| state.is_open()).count(), 2);
    }
}
