//! Evidence: what happened on a device while it was worked on, secrets hidden, as `details` of its result holds it.
//!
//! A part is present if there is something to report. Data in an unknown form, from another server or another version,
//! fails nothing: it is kept in `other`.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::SnapshotId;
use crate::outcome::{Cause, Stage};
use crate::parts::parts;
use crate::startup::SavedState;
use crate::transport::Transport;
use crate::words::{Open, words};

mod transcript;

pub use transcript::{Speaker, TranscriptLine};

parts! {
    /// What happened on a device during an attempt, secrets hidden.
    pub struct Evidence {
        /// Why it failed.
        pub cause: Option<Open<Cause>>,
        /// For a failure, the stage at which it broke.
        pub stage: Option<Open<Stage>>,
        /// What happened, as a sentence.
        pub message: Option<String>,
        /// For a failure, what to do next.
        pub advice: Option<String>,
        /// What the session waited for.
        pub expected: Option<String>,
        /// The device's own line that the message quotes.
        pub said: Option<String>,
        /// The end of the device's output.
        pub last_seen: Option<String>,
        /// Bytes the device sent in its shell.
        pub bytes_read: Option<u64>,
        /// Names of the credentials it refused, in the order they were tried.
        pub refused_logins: Vec<String>,
        /// The stored host key and the one that was offered instead.
        pub host_keys: Option<KeyChange>,
        /// The dialogue of device and worker: its beginning and, preferably, its end.
        pub transcript: Vec<TranscriptLine>,
        /// Duration of each stage, including the one that broke.
        pub timings: Vec<StageTime>,
        /// Whether the configuration differed from the last snapshot.
        pub changed: Option<bool>,
        /// Whether it was found equal to the last snapshot.
        pub deduplicated: Option<bool>,
        /// The snapshot stored, or the one it was found equal to.
        pub snapshot_id: Option<SnapshotId>,
        /// Bytes of the stored configuration.
        pub bytes: Option<i64>,
        /// Lines of the stored configuration.
        pub lines: Option<i64>,
        /// Number of secrets hidden in it.
        pub secrets_hidden: Option<i64>,
        /// SHA-256 of the stored text, hexadecimal.
        pub sha256: Option<String>,
        /// Whether the changes of the device are saved; absent where its platform has no startup configuration.
        pub startup: Option<Open<SavedState>>,
        /// Why the startup configuration is not known, as a sentence.
        pub startup_reason: Option<String>,
        /// The files that were fetched to be kept.
        pub files: Vec<FileSeen>,
        /// Platform it was read with.
        pub platform: Option<String>,
        /// Names of the jump hosts it went through, the one nearest to the worker first.
        pub via: Vec<String>,
        /// What carried the session; absent for SSH.
        pub transport: Option<Open<Transport>>,
        /// The device's prompt.
        pub prompt: Option<String>,
        /// Name of the credential that was accepted.
        pub login: Option<String>,
        /// The key the device identified itself with; only over SSH.
        pub host_key: Option<ShownKey>,
        /// The algorithms client and device agreed on; only over SSH.
        pub algorithms: Option<Algorithms>,
        /// Facts the device reported about itself.
        pub facts: Option<Facts>,
        /// Milliseconds until the TCP connection was established.
        pub tcp_ms: Option<u64>,
        /// The greeting of the SSH server.
        pub ssh_banner: Option<String>,
        /// Milliseconds until the echo came back.
        pub icmp_ms: Option<u64>,
        /// The result of the echo request.
        pub icmp: Option<Echo>,
        /// The address that answered, with its port.
        pub address: Option<String>,
    }
}

/// A file that was fetched to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSeen {
    /// Its path on the device.
    pub path: String,
    /// SHA-256 of its bytes, hexadecimal; absent where it was not fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How many bytes it has; absent where it was not fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<i64>,
    /// Why it was not fetched, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How long a stage took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTime {
    /// The stage that was timed.
    pub stage: Open<Stage>,
    /// Duration in milliseconds.
    pub ms: u64,
}

impl StageTime {
    /// A stage and how long it took.
    #[must_use]
    pub fn new(stage: Stage, took: Duration) -> StageTime {
        StageTime { stage: stage.into(), ms: whole_ms(took) }
    }
}

/// A key as people compare it: a host key shown by a device, or the public half of a credential's private key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShownKey {
    /// Such as `ssh-ed25519`.
    pub key_type: String,
    /// `SHA256:` and the base64 digest without padding, as OpenSSH prints it.
    pub sha256: String,
}

impl fmt::Display for ShownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key_type, self.sha256)
    }
}

/// A host key that differs from the stored one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// The one stored on first use, or trusted since.
    pub stored: ShownKey,
    /// The one the device showed.
    pub offered: ShownKey,
}

/// The algorithms client and device agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Algorithms {
    /// Key exchange.
    pub kex: String,
    /// Host key signature.
    pub host_key: String,
    /// Cipher, device to client.
    pub cipher: String,
    /// Message authentication, device to client; `implicit` where the cipher brings its own.
    pub mac: String,
}

/// Facts a device reports about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Hardware model.
    pub model: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Software version.
    pub version: Option<String>,
}

words! {
    /// The result of an ICMP echo request.
    pub enum Echo {
        /// It came back.
        Answered = "answered",
        /// It did not come back in time.
        NoAnswer = "no answer",
        /// The system does not allow this program to send one.
        NotAllowed = "not allowed",
    }
}

/// A duration in whole milliseconds.
#[must_use]
pub fn whole_ms(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    /// A failure and a success as they were stored when they were JSON.
    fn stored() -> [Value; 2] {
        let key = |sha256: &str| json!({"key_type": "ssh-ed25519", "sha256": sha256});
        [
            json!({
                "cause": "host-key-changed", "stage": "host_key", "message": "Another key.", "advice": "Compare them.",
                "expected": "ssh-ed25519 SHA256:a", "said": "% Denied", "last_seen": "R1#", "bytes_read": 41212,
                "refused_logins": ["netops"], "host_keys": {"stored": key("SHA256:a"), "offered": key("SHA256:b")},
                "timings": [{"stage": "reach", "ms": 7}],
            }),
            json!({
                "changed": false, "deduplicated": true, "bytes": 61204, "lines": 2210, "secrets_hidden": 7, "sha256": "9f",
                "platform": "cisco_ios", "prompt": "R1#", "login": "netops", "timings": [{"stage": "read", "ms": 812}],
                "host_key": key("SHA256:a"), "message": "Configuration unchanged.", "snapshot_id": 512,
                "algorithms": {"kex": "curve25519-sha256", "host_key": "ssh-ed25519", "cipher": "aes256-ctr", "mac": "implicit"},
                "facts": {"model": "C9300", "serial": null, "version": "17.9"},
            }),
        ]
    }

    #[test]
    fn evidence_is_written_by_the_names_it_always_had() {
        let check = json!({
            "timings": [{"stage": "reach", "ms": 3}], "tcp_ms": 3, "ssh_banner": "SSH-2.0-x", "icmp_ms": 1, "icmp": "answered",
            "address": "10.0.0.1", "message": "It answered.",
        });
        for value in stored().into_iter().chain([check]) {
            let evidence = Evidence::from(value.clone());
            assert_eq!(evidence.other, Map::new(), "every part is known");
            assert_eq!(serde_json::to_value(evidence).unwrap(), value);
        }
        assert_eq!(serde_json::to_value(Evidence::default()).unwrap(), json!({}), "what is not known is left out");
    }

    #[test]
    fn parts_that_were_null_or_empty_are_nothing() {
        let empty = json!({"said": null, "host_keys": null, "refused_logins": [], "transcript": null, "bytes_read": 0});
        let evidence = Evidence::from(empty);
        assert_eq!(evidence, Evidence { bytes_read: Some(0), ..Evidence::default() });
        assert_eq!(Evidence::from(Value::Null), Evidence::default());
    }

    #[test]
    fn what_is_not_known_fails_nothing_and_is_kept() {
        let foreign = json!({
            "retries": 2, "tcp_22": {"success": false}, "message": {"text": "an object"}, "cause": "too-tired", "bytes": "many",
            "host_keys": {"offered": {"sha256": "SHA256:b"}}, "timings": [{"stage": "warp", "ms": 7}], "transcript": "no list",
        });
        let evidence = Evidence::from(foreign.clone());
        assert_eq!(evidence.cause, Some(Open::Other("too-tired".to_owned())));
        assert_eq!((evidence.message.as_ref(), evidence.bytes, evidence.timings[0].stage.known()), (None, None, None));
        assert_eq!(evidence.other["host_keys"], foreign["host_keys"]);
        assert_eq!(serde_json::to_value(evidence).unwrap(), foreign);
        let listed: Vec<Evidence> = serde_json::from_value(json!(["all well", 7, [], {"a": null}])).unwrap();
        assert_eq!(listed[0].other["value"], "all well");
    }

    #[test]
    fn old_transcripts_are_read_and_written_as_entries() {
        let old = json!({"transcript": ["    0.402 < R1#", "    0.455 > \"show run\\n\""]});
        let new = json!({"transcript": [
            {"at_ms": 402, "from": "device", "text": "R1#"}, {"at_ms": 455, "from": "worker", "text": "show run\n"},
        ]});
        assert_eq!(serde_json::to_value(Evidence::from(old)).unwrap(), new);
        assert_eq!(serde_json::to_value(Evidence::from(new.clone())).unwrap(), new);
    }
}
