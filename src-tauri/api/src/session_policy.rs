//! Session policy: how long sessions wait, which terminal and newline they use, how many there may be, and which SSH
//! algorithms they offer. Set for the server, a tag, a device or a jump host. Not part of NetRaven.

mod held;

use serde::{Deserialize, Serialize};

use crate::crypto_report::CryptoPart;
use crate::endpoint::endpoint;
use crate::ids::{DeviceId, JumpHostId, TagId};
use crate::words::words;

pub use held::{ChosenSetting, HeldPolicy, PolicySetting, SetPolicy};

words! {
    /// What ends a line that is typed.
    pub enum Newline {
        /// Carriage return.
        Cr = "cr": "CR",
        /// Line feed.
        Lf = "lf": "LF",
        /// Carriage return and line feed.
        CrLf = "crlf": "CR LF",
    }
}

impl Newline {
    /// The characters that are sent.
    #[must_use]
    pub fn characters(self) -> &'static str {
        match self {
            Newline::Cr => "\r",
            Newline::Lf => "\n",
            Newline::CrLf => "\r\n",
        }
    }
}

words! {
    /// Which SSH algorithms are offered.
    pub enum CryptoPolicy {
        /// Modern ones alone: what offers nothing better is refused.
        Modern = "modern": "modern algorithms only",
        /// Modern ones first, and legacy ones for what offers nothing else.
        Legacy = "legacy": "legacy algorithms when nothing else is offered",
        /// The listed ones alone.
        Exactly = "exactly": "exactly the listed algorithms",
    }
}

/// What holds where nobody says otherwise.
impl Default for CryptoPolicy {
    fn default() -> CryptoPolicy {
        CryptoPolicy::Legacy
    }
}

words! {
    /// Where a policy is set.
    pub enum PolicyScope {
        /// For one device.
        Device = "device": "this device",
        /// For the devices of a tag.
        Tag = "tag": "tag",
        /// For what is reached through a jump host.
        JumpHost = "jump_host": "jump host",
        /// For the whole server.
        Server = "server": "the server",
    }
}

/// The settings made at one place; what is absent is not set there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SessionPolicy {
    /// Seconds that an address has to accept the TCP connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 300))]
    pub connect_seconds: Option<i64>,
    /// Seconds that a device may be silent during a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3600))]
    pub command_seconds: Option<i64>,
    /// Characters in a line of the terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 20, maximum = 2000))]
    pub width: Option<i64>,
    /// Lines on the screen of the terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10000))]
    pub height: Option<i64>,
    /// What ends a line that is typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newline: Option<Newline>,
    /// Most sessions at once, of all devices that the policy is for together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10000))]
    pub at_once: Option<i64>,
    /// Most sessions that begin within a second, of all devices that the policy is for together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10000))]
    pub per_second: Option<i64>,
    /// Which SSH algorithms are offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crypto: Option<CryptoPolicy>,
    /// With `exactly`: the key exchanges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kex: Vec<String>,
    /// With `exactly`: the host key algorithms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host_key: Vec<String>,
    /// With `exactly`: the ciphers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cipher: Vec<String>,
    /// With `exactly`: the MACs, for ciphers that need one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mac: Vec<String>,
}

impl SessionPolicy {
    /// The algorithms that are listed for a part.
    #[must_use]
    pub fn listed(&self, part: CryptoPart) -> &[String] {
        match part {
            CryptoPart::Kex => &self.kex,
            CryptoPart::HostKey => &self.host_key,
            CryptoPart::Cipher => &self.cipher,
            CryptoPart::Mac => &self.mac,
        }
    }

    /// The same to be changed.
    pub fn listed_mut(&mut self, part: CryptoPart) -> &mut Vec<String> {
        match part {
            CryptoPart::Kex => &mut self.kex,
            CryptoPart::HostKey => &mut self.host_key,
            CryptoPart::Cipher => &mut self.cipher,
            CryptoPart::Mac => &mut self.mac,
        }
    }

    /// Whether an algorithm may be offered.
    #[must_use]
    pub fn allows(&self, part: CryptoPart, name: &str) -> bool {
        match self.crypto.unwrap_or_default() {
            CryptoPolicy::Modern => !is_legacy(name),
            CryptoPolicy::Legacy => true,
            CryptoPolicy::Exactly => self.listed(part).iter().any(|listed| listed == name),
        }
    }

    /// Whether it limits how many sessions there are.
    #[must_use]
    pub fn limits_sessions(&self) -> bool {
        self.at_once.is_some() || self.per_second.is_some()
    }
}

/// Whether an algorithm is only offered to what supports no better one.
#[must_use]
pub fn is_legacy(name: &str) -> bool {
    let sha1_kex = name.starts_with("diffie-hellman-") && name.ends_with("-sha1");
    let old_key = name.starts_with("ssh-rsa") || name.starts_with("ssh-dss");
    let old_cipher =
        ["cbc", "arcfour", "3des", "blowfish", "cast128", "rijndael"].iter().any(|part| name.contains(part));
    let old_mac = ["sha1", "md5", "ripemd"].iter().any(|part| name.contains(part)) && name.starts_with("hmac");
    sha1_kex || old_key || old_cipher || old_mac || name == "none"
}

/// The SSH algorithms of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AlgorithmLists {
    /// Key exchanges.
    pub kex: Vec<String>,
    /// Host key algorithms.
    pub host_key: Vec<String>,
    /// Ciphers.
    pub cipher: Vec<String>,
    /// MACs.
    pub mac: Vec<String>,
}

impl AlgorithmLists {
    /// The algorithms for a part.
    #[must_use]
    pub fn of(&self, part: CryptoPart) -> &[String] {
        match part {
            CryptoPart::Kex => &self.kex,
            CryptoPart::HostKey => &self.host_key,
            CryptoPart::Cipher => &self.cipher,
            CryptoPart::Mac => &self.mac,
        }
    }
}

/// A limit of sessions, and where it is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionLimit {
    /// Where it is set.
    pub scope: PolicyScope,
    /// Name of the tag or the jump host; empty for a device and the server.
    #[serde(default)]
    pub name: String,
    /// Most sessions at once.
    #[serde(default)]
    pub at_once: Option<i64>,
    /// Most sessions that begin within a second.
    #[serde(default)]
    pub per_second: Option<i64>,
}

impl SessionLimit {
    /// What it is a limit of: a tag that has one is a site.
    #[must_use]
    pub fn place(&self) -> String {
        match self.scope {
            PolicyScope::Tag => format!("site {}", self.name),
            PolicyScope::JumpHost => format!("jump host {}", self.name),
            PolicyScope::Device | PolicyScope::Server => self.scope.title().to_owned(),
        }
    }

    /// How much it allows.
    #[must_use]
    pub fn amount(&self) -> String {
        let at_once = self.at_once.map(|count| format!("{count} at once"));
        let per_second = self.per_second.map(|count| format!("{count} new a second"));
        at_once.into_iter().chain(per_second).collect::<Vec<_>>().join(", ")
    }

    /// What a device does that the limit keeps waiting.
    #[must_use]
    pub fn wait(&self) -> String {
        format!("Waits for its turn at {}: {}.", self.place(), self.amount())
    }
}

/// The session policy of a device: its own, and what holds for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct DevicePolicy {
    /// What is set for the device itself.
    pub own: SessionPolicy,
    /// What holds for it, limits of sessions excepted. What is absent is as its platform and the program have it.
    pub holds: SessionPolicy,
    /// Who chose each setting that holds.
    pub chosen: Vec<ChosenSetting>,
    /// The limits of sessions; all of them hold.
    pub limits: Vec<SessionLimit>,
}

/// The session policy of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ServerPolicy {
    /// What is set for the whole server.
    pub policy: SessionPolicy,
    /// The SSH algorithms it has, from which policies choose.
    pub supported: AlgorithmLists,
}

/// The session policy of the server, and the SSH algorithms it has.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetServerPolicy;

endpoint! { GetServerPolicy: Get "/session-policy" by User => ServerPolicy }

/// Replaces the session policy of the server.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetServerPolicy(pub SessionPolicy);

endpoint! { SetServerPolicy: Put "/session-policy" by Admin => ServerPolicy, |it, to| to.json(&it.0) }

/// The session policy of a tag.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetTagPolicy(pub TagId);

endpoint! {
    GetTagPolicy: Get "/tags/{tag_id}/session-policy" by User => SessionPolicy,
    |it, to| to.param("tag_id", it.0)
}

/// Replaces the session policy of a tag. With a limit of sessions the tag is a site: its devices share the limit.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetTagPolicy(pub TagId, pub SessionPolicy);

endpoint! {
    SetTagPolicy: Put "/tags/{tag_id}/session-policy" by Admin => SessionPolicy,
    |it, to| to.param("tag_id", it.0).json(&it.1)
}

/// The session policy of a device: its own, and what holds for it.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetDevicePolicy(pub DeviceId);

endpoint! {
    GetDevicePolicy: Get "/devices/{device_id}/session-policy" by User => DevicePolicy,
    |it, to| to.param("device_id", it.0)
}

/// Replaces the session policy of a device.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetDevicePolicy(pub DeviceId, pub SessionPolicy);

endpoint! {
    SetDevicePolicy: Put "/devices/{device_id}/session-policy" by Admin => DevicePolicy,
    |it, to| to.param("device_id", it.0).json(&it.1)
}

/// The session policy of a jump host.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetJumpHostPolicy(pub JumpHostId);

endpoint! {
    GetJumpHostPolicy: Get "/jump-hosts/{jump_host_id}/session-policy" by User => SessionPolicy,
    |it, to| to.param("jump_host_id", it.0)
}

/// Replaces the session policy of a jump host: the limits of sessions through it, and which SSH algorithms are offered to
/// it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetJumpHostPolicy(pub JumpHostId, pub SessionPolicy);

endpoint! {
    SetJumpHostPolicy: Put "/jump-hosts/{jump_host_id}/session-policy" by Admin => SessionPolicy,
    |it, to| to.param("jump_host_id", it.0).json(&it.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_allows_what_it_says() {
        let of = |crypto| SessionPolicy { crypto, kex: vec!["curve25519-sha256".into()], ..SessionPolicy::default() };
        let (new, old) = ("ecdh-sha2-nistp256", "diffie-hellman-group1-sha1");
        let allowed = |crypto, name| of(crypto).allows(CryptoPart::Kex, name);
        assert!(allowed(None, old) && allowed(Some(CryptoPolicy::Legacy), old));
        assert!(allowed(Some(CryptoPolicy::Modern), new) && !allowed(Some(CryptoPolicy::Modern), old));
        assert!(!allowed(Some(CryptoPolicy::Exactly), new));
        assert!(allowed(Some(CryptoPolicy::Exactly), "curve25519-sha256"));
        assert!(!of(Some(CryptoPolicy::Exactly)).allows(CryptoPart::Cipher, "curve25519-sha256"));
    }

    #[test]
    fn a_wait_names_the_place_and_the_limit() {
        let limit = |scope, at_once, per_second| SessionLimit { scope, name: "hamburg".into(), at_once, per_second };
        let said = limit(PolicyScope::Tag, Some(4), None).wait();
        assert_eq!(said, "Waits for its turn at site hamburg: 4 at once.");
        let said = limit(PolicyScope::JumpHost, Some(4), Some(2)).wait();
        assert_eq!(said, "Waits for its turn at jump host hamburg: 4 at once, 2 new a second.");
        assert_eq!(limit(PolicyScope::Server, None, Some(2)).place(), "the server");
    }

    #[test]
    fn what_is_not_set_is_not_written() {
        assert_eq!(serde_json::to_string(&SessionPolicy::default()).unwrap(), "{}");
        let policy = SessionPolicy { at_once: Some(2), newline: Some(Newline::CrLf), ..SessionPolicy::default() };
        assert_eq!(serde_json::to_string(&policy).unwrap(), r#"{"newline":"crlf","at_once":2}"#);
        assert_eq!(serde_json::from_str::<SessionPolicy>(r#"{"newline":"crlf","at_once":2}"#).unwrap(), policy);
    }
}
