//! Which algorithms a session may offer, and where that was decided.

use std::sync::Arc;

use netraven_api::crypto_report::CryptoPart;
use netraven_api::session_policy::{CryptoPolicy, SessionPolicy};

/// The crypto policy of a connection; by default, everything may be offered.
#[derive(Clone, Debug, Default)]
pub struct CryptoRules {
    policy: Arc<SessionPolicy>,
    set_by: String,
}

impl CryptoRules {
    /// The crypto part of a policy; `set_by` says in words where it is set.
    #[must_use]
    pub fn new(policy: &SessionPolicy, set_by: String) -> CryptoRules {
        CryptoRules { policy: Arc::new(policy.clone()), set_by }
    }

    /// Whether an algorithm may be offered.
    pub(super) fn allows(&self, part: CryptoPart, name: &str) -> bool {
        self.policy.allows(part, name)
    }

    /// Whether it names each algorithm that is offered, so that an old one proves nothing of the device.
    pub(super) fn is_exact(&self) -> bool {
        self.policy.crypto == Some(CryptoPolicy::Exactly)
    }

    /// What the policy says and where it is set, as a part of a sentence.
    pub(super) fn told(&self) -> String {
        let title = self.policy.crypto.unwrap_or_default().title();
        match self.set_by.as_str() {
            "" => format!("the crypto policy ({title})"),
            place => format!("the crypto policy of {place} ({title})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_named_with_the_place_where_it_is_set() {
        let modern = SessionPolicy { crypto: Some(CryptoPolicy::Modern), ..SessionPolicy::default() };
        let rules = CryptoRules::new(&modern, "the tag hamburg".to_owned());
        assert_eq!(rules.told(), "the crypto policy of the tag hamburg (modern algorithms only)");
        assert!(!rules.allows(CryptoPart::Cipher, "3des-cbc") && rules.allows(CryptoPart::Cipher, "aes256-ctr"));
        assert!(CryptoRules::default().allows(CryptoPart::Cipher, "3des-cbc"));
    }
}
