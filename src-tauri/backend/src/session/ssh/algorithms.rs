//! Which algorithms are offered, in which order: modern first, legacy last, so that a device able to do better never
//! downgrades, and gear that can do nothing else is reached all the same.

use netraven_api::crypto_report::CryptoPart;
use netraven_api::evidence::{Algorithms, ShownKey};
use netraven_api::outcome::Cause;
use netraven_api::session_policy::{AlgorithmLists, is_legacy};
use ssh2::{MethodType, Session};

use super::offer::Offer;
use super::rules::CryptoRules;
use crate::session::report::SessionError;

const METHODS: [MethodType; 6] = [
    MethodType::Kex,
    MethodType::HostKey,
    MethodType::CryptCs,
    MethodType::CryptSc,
    MethodType::MacCs,
    MethodType::MacSc,
];
/// What each of them is called; the order is that of the lists on the wire.
const NAMES: [&str; 6] = ["key exchange", "host key", "cipher", "cipher", "MAC", "MAC"];

/// The part of a session that each of them is for.
const PARTS: [CryptoPart; 6] =
    [CryptoPart::Kex, CryptoPart::HostKey, CryptoPart::Cipher, CryptoPart::Cipher, CryptoPart::Mac, CryptoPart::Mac];

/// The algorithms that the library has, in its own order.
///
/// # Errors
/// A sentence, if the library cannot be set up.
pub fn supported_algorithms() -> Result<AlgorithmLists, String> {
    let unusable = |error: ssh2::Error| format!("The SSH library could not be set up: {}.", error.message());
    let session = Session::new().map_err(unusable)?;
    let of = |method| -> Result<Vec<String>, String> {
        let supported = session.supported_algs(method).map_err(unusable)?;
        Ok(supported.into_iter().filter(|name| !is_marker(name)).map(str::to_owned).collect())
    };
    Ok(AlgorithmLists {
        kex: of(MethodType::Kex)?,
        host_key: of(MethodType::HostKey)?,
        cipher: of(MethodType::CryptSc)?,
        mac: of(MethodType::MacSc)?,
    })
}

/// What a session offers: with or without key exchanges whose group the device chooses, and what the policy allows.
#[derive(Clone, Copy)]
pub(super) struct Offering<'a> {
    pub(super) groups: Groups,
    pub(super) rules: &'a CryptoRules,
}

/// Puts the offers of a new session in order.
pub(super) fn prefer(session: &Session, known: Option<&ShownKey>, offering: Offering<'_>) -> Result<(), SessionError> {
    for (place, method) in METHODS.into_iter().enumerate() {
        let supported = offered(session, place, offering)?;
        if supported.iter().all(|name| is_marker(name)) {
            let message = format!(
                "Nothing was offered: {} leaves no {} that this program has.",
                offering.rules.told(),
                NAMES[place]
            );
            return Err(SessionError::new(Cause::CryptoPolicy, message));
        }
        let key_type = known.filter(|_| matches!(method, MethodType::HostKey)).map(|key| key.key_type.as_str());
        session.method_pref(method, &in_order(&supported, key_type)).map_err(|error| internal(&error))?;
    }
    Ok(())
}

/// Whether the device may choose the group of a key exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Groups {
    /// It may.
    Chosen,
    /// Only fixed groups are offered to it.
    Fixed,
}

/// What client and device have in common, as far as it decides what went wrong.
pub(super) struct Common {
    /// The kinds of algorithm of which they share none, by name.
    pub(super) missing: Vec<&'static str>,
    /// The key exchange they agree on, if any.
    pub(super) kex: Option<String>,
    /// Whether they share a key exchange with a fixed group.
    pub(super) has_fixed_group: bool,
}

/// Compares what the session offers with what the device does, by the rule of RFC 4253, section 7.1.
pub(super) fn common(session: &Session, offer: &Offer, offering: Offering<'_>) -> Result<Common, SessionError> {
    let mut common = Common { missing: Vec::new(), kex: None, has_fixed_group: false };
    for (place, method) in METHODS.into_iter().enumerate() {
        let ours = offered(session, place, offering)?;
        let order = in_order(&ours, None);
        let shared: Vec<&str> = order.split(',').filter(|name| offer.has(place, name)).collect();
        if shared.is_empty() && !(place >= 4 && offer.has_cipher_with_mac()) {
            common.missing.push(NAMES[place]);
        }
        if matches!(method, MethodType::Kex) {
            common.kex = shared.first().map(|name| (*name).to_owned());
            common.has_fixed_group = shared.iter().any(|name| !chooses_group(name));
        }
    }
    Ok(common)
}

/// Whether the device chooses the group of this key exchange.
pub(super) fn chooses_group(kex: &str) -> bool {
    kex.starts_with("diffie-hellman-group-exchange-")
}

/// What is offered of the kind at this place.
fn offered(session: &Session, place: usize, offering: Offering<'_>) -> Result<Vec<&'static str>, SessionError> {
    let Offering { groups, rules } = offering;
    let supported = session.supported_algs(METHODS[place]).map_err(|error| internal(&error))?;
    let is_offered = |name: &&str| {
        is_marker(name) || (rules.allows(PARTS[place], name) && (groups == Groups::Chosen || !chooses_group(name)))
    };
    Ok(supported.into_iter().filter(is_offered).collect())
}

/// What was agreed on.
pub(super) fn agreed(session: &Session) -> Algorithms {
    let method = |method| session.methods(method).unwrap_or_default().to_string();
    let cipher = method(MethodType::CryptSc);
    let implicit = cipher.contains("gcm") || cipher.contains("poly1305");
    let mac = if implicit { "implicit".to_string() } else { method(MethodType::MacSc) };
    Algorithms { kex: method(MethodType::Kex), host_key: method(MethodType::HostKey), cipher, mac }
}

/// Those of the agreed algorithms that are offered only for gear that supports no better ones. The crypto report
/// counts on this: a device that agreed on one of them has no modern one of that kind, save that a stored host key's
/// own type is asked for first, that small groups make a second attempt with fixed ones, and that a crypto policy may
/// list what is offered.
pub(super) fn legacy(agreed: &Algorithms) -> Vec<&str> {
    [&agreed.kex, &agreed.host_key, &agreed.cipher, &agreed.mac]
        .into_iter()
        .map(String::as_str)
        .filter(|name| is_legacy(name))
        .collect()
}

/// The supported names in the order of preference. A known device is first asked for the type of key it is known by:
/// otherwise another key of the same device would look like another device.
fn in_order(supported: &[&str], key_type: Option<&str>) -> String {
    let mut names: Vec<&str> = supported.iter().copied().filter(|name| !is_marker(name)).collect();
    // Stable: within a group the library's own order stays.
    names.sort_by_key(|name| (!key_type.is_some_and(|key_type| signs_with(name, key_type)), is_legacy(name)));
    names.join(",")
}

/// Names that are no algorithm but a signal; the library adds them itself.
fn is_marker(name: &str) -> bool {
    name.starts_with("ext-info-") || name.starts_with("kex-strict-")
}

/// Whether a host key algorithm uses a key of this type.
fn signs_with(name: &str, key_type: &str) -> bool {
    name == key_type || (key_type == "ssh-rsa" && name.starts_with("rsa-sha2-") && !name.contains("cert"))
}

fn internal(error: &ssh2::Error) -> SessionError {
    SessionError::new(Cause::Internal, format!("The SSH library could not be set up: {}.", error.message()))
}

#[cfg(test)]
mod tests {
    use netraven_api::session_policy::{CryptoPolicy, SessionPolicy};

    use super::*;

    fn supported(method: MethodType) -> Vec<&'static str> {
        Session::new().unwrap().supported_algs(method).unwrap()
    }

    /// The library leaves these out unless five defines are set where it is compiled; without them old gear is unreachable.
    #[test]
    fn legacy_algorithms_are_compiled_in() {
        let has = |method, names: &[&str]| {
            let supported = supported(method);
            for name in names {
                assert!(supported.contains(name), "{name} is missing; is CFLAGS of .cargo/config.toml in effect?");
            }
        };
        has(
            MethodType::Kex,
            &[
                "diffie-hellman-group1-sha1",
                "diffie-hellman-group14-sha1",
                "diffie-hellman-group-exchange-sha1",
                "curve25519-sha256",
            ],
        );
        has(MethodType::HostKey, &["ssh-rsa", "ssh-dss", "ssh-ed25519", "rsa-sha2-512"]);
        has(MethodType::CryptCs, &["3des-cbc", "aes128-cbc", "aes256-ctr"]);
        has(MethodType::MacCs, &["hmac-sha1", "hmac-sha2-256"]);
    }

    #[test]
    fn every_legacy_algorithm_is_offered_after_every_modern_one() {
        for method in METHODS {
            let order = in_order(&supported(method), None);
            let names: Vec<&str> = order.split(',').collect();
            assert!(names.len() > 3, "{order}");
            assert!(names.is_sorted_by_key(|name| is_legacy(name)), "{order}");
            assert!(names.iter().any(|name| is_legacy(name)) && !is_legacy(names[0]), "{order}");
        }
    }

    #[test]
    fn legacy_goes_last_whatever_order_the_library_has() {
        let supported = ["ext-info-c", "3des-cbc", "aes256-ctr", "aes128-cbc", "aes128-ctr"];
        assert_eq!(in_order(&supported, None), "aes256-ctr,aes128-ctr,3des-cbc,aes128-cbc");
    }

    #[test]
    fn a_policy_is_kept_by_every_kind_of_algorithm() {
        let session = Session::new().unwrap();
        let names = |policy: &SessionPolicy, place| {
            let rules = CryptoRules::new(policy, "the server".to_owned());
            offered(&session, place, Offering { groups: Groups::Chosen, rules: &rules }).unwrap()
        };
        let modern = SessionPolicy { crypto: Some(CryptoPolicy::Modern), ..SessionPolicy::default() };
        for place in 0..METHODS.len() {
            let allowed = names(&modern, place);
            assert!(!allowed.is_empty() && allowed.iter().all(|name| !is_legacy(name)), "{allowed:?}");
        }
        let exactly = SessionPolicy {
            crypto: Some(CryptoPolicy::Exactly),
            kex: vec!["curve25519-sha256".into(), "no-such-thing".into()],
            ..SessionPolicy::default()
        };
        let exact: Vec<&str> = names(&exactly, 0).into_iter().filter(|name| !is_marker(name)).collect();
        assert_eq!(exact, ["curve25519-sha256"]);
        let rules = CryptoRules::new(&exactly, "the tag old".to_owned());
        let refused = prefer(&session, None, Offering { groups: Groups::Chosen, rules: &rules }).unwrap_err();
        assert_eq!(refused.cause, Cause::CryptoPolicy);
        assert!(refused.message.contains("the tag old") && refused.message.contains("host key"), "{}", refused.message);
    }

    #[test]
    fn what_can_be_listed_is_what_the_library_has_without_its_signals() {
        let lists = supported_algorithms().unwrap();
        assert!(lists.kex.iter().any(|name| name == "curve25519-sha256"));
        for part in CryptoPart::ALL {
            assert!(lists.of(part).len() > 3 && lists.of(part).iter().all(|name| !is_marker(name)), "{lists:?}");
        }
    }

    #[test]
    fn a_known_device_is_asked_for_the_key_it_is_known_by() {
        let supported = supported(MethodType::HostKey);
        let order = in_order(&supported, Some("ssh-rsa"));
        assert!(order.starts_with("rsa-sha2-512,rsa-sha2-256,ssh-rsa,"), "{order}");
        assert!(in_order(&supported, Some("ecdsa-sha2-nistp256")).starts_with("ecdsa-sha2-nistp256,"));
    }
}
