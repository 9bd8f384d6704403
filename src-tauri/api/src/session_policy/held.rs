//! Which settings hold for a device: its own before those of its tags, and those before the server's. Of several tags
//! the strictest counts. Limits of sessions are not chosen between: all of them hold.

use serde::{Deserialize, Serialize};

use super::{CryptoPolicy, PolicyScope, SessionLimit, SessionPolicy};
use crate::crypto_report::CryptoPart;
use crate::ids::JumpHostId;
use crate::words::words;

words! {
    /// A setting of which one value holds.
    pub enum PolicySetting {
        /// Seconds that an address has to accept the connection.
        ConnectSeconds = "connect_seconds": "Time to connect",
        /// Seconds that a device may be silent during a command.
        CommandSeconds = "command_seconds": "Time for a command",
        /// Characters in a line of the terminal.
        Width = "width": "Terminal width",
        /// Lines on the screen of the terminal.
        Height = "height": "Terminal height",
        /// What ends a line that is typed.
        Newline = "newline": "Newline",
        /// Which SSH algorithms are offered.
        Crypto = "crypto": "Crypto policy",
    }
}

/// A policy, and where it is set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SetPolicy {
    /// Where it is set.
    pub scope: PolicyScope,
    /// Name of the tag or the jump host; empty for a device and the server.
    #[serde(default)]
    pub name: String,
    /// Id of the jump host.
    #[serde(default)]
    pub jump_host_id: Option<JumpHostId>,
    /// The policy.
    pub policy: SessionPolicy,
}

/// Who chose a setting that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChosenSetting {
    /// The setting.
    pub setting: PolicySetting,
    /// Where its value is set.
    pub by: PolicyScope,
    /// Names of the tags or of the jump host; none for a device and the server.
    #[serde(default)]
    pub names: Vec<String>,
}

impl ChosenSetting {
    /// Where the value is set, in words.
    #[must_use]
    pub fn source(&self) -> String {
        let title = self.by.title();
        match self.names.as_slice() {
            [] => title.to_owned(),
            [name] => format!("the {title} {name}"),
            [names @ .., last] => format!("the {title}s {} and {last}", names.join(", ")),
        }
    }
}

/// The settings that hold, and who chose each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldPolicy {
    /// The settings; limits of sessions are none of them.
    pub policy: SessionPolicy,
    /// Who chose them.
    pub chosen: Vec<ChosenSetting>,
}

impl HeldPolicy {
    /// What holds for a device for which these policies are set.
    #[must_use]
    pub fn of_device(set: &[SetPolicy]) -> HeldPolicy {
        let mut held = HeldPolicy::default();
        let connect = held.smallest(PolicySetting::ConnectSeconds, set, |policy| policy.connect_seconds);
        let command = held.smallest(PolicySetting::CommandSeconds, set, |policy| policy.command_seconds);
        let width = held.smallest(PolicySetting::Width, set, |policy| policy.width);
        let height = held.smallest(PolicySetting::Height, set, |policy| policy.height);
        let newline = held.smallest(PolicySetting::Newline, set, |policy| policy.newline);
        let crypto = here(set, |policy| policy.crypto.is_some()).unwrap_or_default();
        held.policy = SessionPolicy {
            connect_seconds: connect,
            command_seconds: command,
            width,
            height,
            newline,
            ..held.narrowest(&crypto)
        };
        held
    }

    /// What holds for the connection to a jump host: its own crypto policy, or else the server's.
    #[must_use]
    pub fn of_jump_host(set: &[SetPolicy], id: JumpHostId) -> HeldPolicy {
        let own = set.iter().find(|one| one.jump_host_id == Some(id) && one.policy.crypto.is_some());
        let server = || set.iter().find(|one| one.scope == PolicyScope::Server && one.policy.crypto.is_some());
        let mut held = HeldPolicy::default();
        let crypto: Vec<&SetPolicy> = own.or_else(server).into_iter().collect();
        held.policy = held.narrowest(&crypto);
        held
    }

    /// Who chose a setting; none if nobody did.
    #[must_use]
    pub fn chosen(&self, setting: PolicySetting) -> Option<&ChosenSetting> {
        self.chosen.iter().find(|one| one.setting == setting)
    }

    /// The value of a setting where it is set first; of several tags the smallest.
    fn smallest<T: Copy + Ord>(
        &mut self,
        setting: PolicySetting,
        set: &[SetPolicy],
        value: fn(&SessionPolicy) -> Option<T>,
    ) -> Option<T> {
        let set = here(set, |policy| value(policy).is_some())?;
        let least = set.iter().filter_map(|one| value(&one.policy)).min()?;
        let by: Vec<&SetPolicy> = set.into_iter().filter(|one| value(&one.policy) == Some(least)).collect();
        self.note(setting, &by);
        Some(least)
    }

    /// The crypto policy that allows what all of these allow.
    fn narrowest(&mut self, set: &[&SetPolicy]) -> SessionPolicy {
        let is = |one: &SetPolicy, policy: CryptoPolicy| one.policy.crypto == Some(policy);
        let mut by: Vec<&SetPolicy> = set.to_vec();
        if by.iter().any(|one| !is(one, CryptoPolicy::Legacy)) {
            by.retain(|one| !is(one, CryptoPolicy::Legacy));
        }
        self.note(PolicySetting::Crypto, &by);
        let exact = by.iter().find(|one| is(one, CryptoPolicy::Exactly)).copied();
        let mut narrow = SessionPolicy {
            crypto: exact.or(by.first().copied()).and_then(|one| one.policy.crypto),
            ..SessionPolicy::default()
        };
        for (part, exact) in CryptoPart::ALL.into_iter().filter_map(|part| Some((part, exact?))) {
            let names = exact.policy.listed(part).iter();
            let common = names.filter(|name| by.iter().all(|one| one.policy.allows(part, name)));
            *narrow.listed_mut(part) = common.cloned().collect();
        }
        narrow
    }

    fn note(&mut self, setting: PolicySetting, by: &[&SetPolicy]) {
        let Some(first) = by.first() else { return };
        let names = by.iter().map(|one| one.name.clone()).filter(|name| !name.is_empty()).collect();
        self.chosen.push(ChosenSetting { setting, by: first.scope, names });
    }
}

impl SetPolicy {
    /// The limit of sessions that it sets, if it sets one.
    #[must_use]
    pub fn limit(&self) -> Option<SessionLimit> {
        self.policy.limits_sessions().then(|| SessionLimit {
            scope: self.scope,
            name: self.name.clone(),
            at_once: self.policy.at_once,
            per_second: self.policy.per_second,
        })
    }
}

/// The policies with a setting, of the first place where it is set.
fn here(set: &[SetPolicy], has: impl Fn(&SessionPolicy) -> bool) -> Option<Vec<&SetPolicy>> {
    [PolicyScope::Device, PolicyScope::Tag, PolicyScope::Server].into_iter().find_map(|scope| {
        let found: Vec<&SetPolicy> = set.iter().filter(|one| one.scope == scope && has(&one.policy)).collect();
        (!found.is_empty()).then_some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session_policy::Newline;

    fn set(scope: PolicyScope, name: &str, policy: SessionPolicy) -> SetPolicy {
        SetPolicy { scope, name: name.to_owned(), jump_host_id: None, policy }
    }

    fn tag(name: &str, policy: SessionPolicy) -> SetPolicy {
        set(PolicyScope::Tag, name, policy)
    }

    fn crypto(policy: CryptoPolicy, kex: &[&str]) -> SessionPolicy {
        let kex = kex.iter().map(|name| (*name).to_owned()).collect();
        SessionPolicy { crypto: Some(policy), kex, ..SessionPolicy::default() }
    }

    fn source(held: &HeldPolicy, setting: PolicySetting) -> Option<String> {
        held.chosen(setting).map(ChosenSetting::source)
    }

    #[test]
    fn the_device_comes_before_its_tags_and_those_before_the_server() {
        let seconds = |connect| SessionPolicy { connect_seconds: Some(connect), ..SessionPolicy::default() };
        let server = set(PolicyScope::Server, "", SessionPolicy { width: Some(80), ..seconds(5) });
        let tags = [tag("a", seconds(30)), tag("b", seconds(20))];
        let device = set(PolicyScope::Device, "", seconds(60));
        let held = |policies: &[&SetPolicy]| {
            let policies: Vec<SetPolicy> = policies.iter().map(|one| (*one).clone()).collect();
            let held = HeldPolicy::of_device(&policies);
            (held.policy.connect_seconds, held.policy.width, source(&held, PolicySetting::ConnectSeconds))
        };
        assert_eq!(held(&[]), (None, None, None));
        assert_eq!(held(&[&server]), (Some(5), Some(80), Some("the server".into())));
        assert_eq!(held(&[&tags[0], &tags[1], &server]), (Some(20), Some(80), Some("the tag b".into())));
        assert_eq!(held(&[&device, &tags[0], &tags[1], &server]), (Some(60), Some(80), Some("this device".into())));
    }

    #[test]
    fn of_several_tags_the_narrowest_crypto_policy_counts() {
        let modern = tag("modern", crypto(CryptoPolicy::Modern, &[]));
        let legacy = tag("legacy", crypto(CryptoPolicy::Legacy, &[]));
        let held = HeldPolicy::of_device(&[legacy.clone(), modern.clone()]);
        assert_eq!(held.policy.crypto, Some(CryptoPolicy::Modern));
        assert_eq!(source(&held, PolicySetting::Crypto).unwrap(), "the tag modern");
        let one = tag("one", crypto(CryptoPolicy::Exactly, &["a", "diffie-hellman-group1-sha1", "b"]));
        let two = tag("two", crypto(CryptoPolicy::Exactly, &["diffie-hellman-group1-sha1", "b", "c"]));
        let held = HeldPolicy::of_device(&[legacy, one.clone(), two.clone()]);
        assert_eq!(held.policy.kex, ["diffie-hellman-group1-sha1", "b"]);
        let held = HeldPolicy::of_device(&[modern, one, two]);
        assert_eq!((held.policy.crypto, held.policy.kex), (Some(CryptoPolicy::Exactly), vec!["b".to_owned()]));
        assert_eq!(held.chosen[0].source(), "the tags modern, one and two");
    }

    #[test]
    fn a_jump_host_has_its_own_crypto_policy_or_the_servers() {
        let server = set(PolicyScope::Server, "", crypto(CryptoPolicy::Modern, &[]));
        let mut host = set(PolicyScope::JumpHost, "bastion-1", crypto(CryptoPolicy::Legacy, &[]));
        host.jump_host_id = Some(7.into());
        let policies = [host, server];
        assert_eq!(HeldPolicy::of_jump_host(&policies, 7.into()).policy.crypto, Some(CryptoPolicy::Legacy));
        let other = HeldPolicy::of_jump_host(&policies, 8.into());
        assert_eq!(other.policy.crypto, Some(CryptoPolicy::Modern));
        assert_eq!(source(&other, PolicySetting::Crypto).unwrap(), "the server");
        let device = HeldPolicy::of_device(&policies);
        assert_eq!(device.policy.crypto, Some(CryptoPolicy::Modern), "a jump host's is no device's");
    }

    #[test]
    fn a_limit_is_one_of_sessions_alone() {
        let limit = tag("x", SessionPolicy { at_once: Some(2), ..SessionPolicy::default() });
        assert_eq!(limit.limit().and_then(|limit| limit.at_once), Some(2));
        let newline = tag("x", SessionPolicy { newline: Some(Newline::Cr), ..SessionPolicy::default() });
        assert_eq!(newline.limit(), None);
        assert_eq!(HeldPolicy::of_device(&[limit]).policy, SessionPolicy::default());
    }
}
