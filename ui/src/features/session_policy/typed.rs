//! What the form of a session policy holds, and what of it is sent.

use netraven_api::Problem;
use netraven_api::crypto_report::CryptoPart;
use netraven_api::session_policy::{AlgorithmLists, CryptoPolicy, Newline, SessionPolicy, is_legacy};

use crate::features::form::refusal_of;

/// A setting that is a number.
pub struct NumberSetting {
    /// Its field in the policy.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// Its unit.
    pub hint: &'static str,
    /// Whether it limits how many sessions there are.
    pub is_limit: bool,
    range: (i64, i64),
    of: fn(&mut SessionPolicy) -> &mut Option<i64>,
}

/// The numbers of a policy, in the order of the form.
pub static NUMBERS: [NumberSetting; 6] = [
    NumberSetting {
        name: "connect_seconds",
        label: "Time to connect",
        hint: "Seconds, 1 to 300.",
        is_limit: false,
        range: (1, 300),
        of: |policy| &mut policy.connect_seconds,
    },
    NumberSetting {
        name: "command_seconds",
        label: "Time for a command",
        hint: "Seconds of silence, 1 to 3600.",
        is_limit: false,
        range: (1, 3600),
        of: |policy| &mut policy.command_seconds,
    },
    NumberSetting {
        name: "width",
        label: "Terminal width",
        hint: "Characters, 20 to 2000.",
        is_limit: false,
        range: (20, 2000),
        of: |policy| &mut policy.width,
    },
    NumberSetting {
        name: "height",
        label: "Terminal height",
        hint: "Lines, 1 to 10000.",
        is_limit: false,
        range: (1, 10_000),
        of: |policy| &mut policy.height,
    },
    NumberSetting {
        name: "at_once",
        label: "Sessions at once",
        hint: "1 to 10000.",
        is_limit: true,
        range: (1, 10_000),
        of: |policy| &mut policy.at_once,
    },
    NumberSetting {
        name: "per_second",
        label: "New sessions a second",
        hint: "1 to 10000.",
        is_limit: true,
        range: (1, 10_000),
        of: |policy| &mut policy.per_second,
    },
];

/// What the form holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedPolicy {
    /// The numbers, in the order of [`NUMBERS`].
    pub numbers: [String; 6],
    /// The word of the newline; empty if none is set.
    pub newline: String,
    /// The word of the crypto policy; empty if none is set.
    pub crypto: String,
    /// The listed algorithms, in the order of [`CryptoPart::ALL`].
    pub lists: [String; 4],
}

impl TypedPolicy {
    /// A policy as it is typed.
    pub fn of(policy: &SessionPolicy) -> TypedPolicy {
        let mut copy = policy.clone();
        TypedPolicy {
            numbers: std::array::from_fn(|place| {
                (NUMBERS[place].of)(&mut copy).map(|count| count.to_string()).unwrap_or_default()
            }),
            newline: policy.newline.map(|word| word.as_str().to_owned()).unwrap_or_default(),
            crypto: policy.crypto.map(|word| word.as_str().to_owned()).unwrap_or_default(),
            lists: CryptoPart::ALL.map(|part| policy.listed(part).join("\n")),
        }
    }

    /// Whether algorithms are listed.
    pub fn is_exact(&self) -> bool {
        self.crypto == CryptoPolicy::Exactly.as_str()
    }

    /// Chooses a crypto policy. Lists begin with the modern algorithms that the server has.
    pub fn choose(&mut self, word: String, supported: &AlgorithmLists) {
        self.crypto = word;
        if self.is_exact() && self.lists.iter().all(String::is_empty) {
            self.lists = CryptoPart::ALL.map(|part| {
                let modern = supported.of(part).iter().filter(|name| !is_legacy(name));
                modern.map(String::as_str).collect::<Vec<_>>().join("\n")
            });
        }
    }

    /// The policy, or what is wrong with what was typed; which algorithms there are the server alone knows.
    pub fn read(&self) -> Result<SessionPolicy, Problem> {
        let mut policy = SessionPolicy {
            newline: Newline::parse(&self.newline),
            crypto: CryptoPolicy::parse(&self.crypto),
            ..SessionPolicy::default()
        };
        let mut wrong = Vec::new();
        for (number, text) in NUMBERS.iter().zip(&self.numbers) {
            let (least, most) = number.range;
            let text = text.trim();
            match text.parse::<i64>().ok().filter(|count| (least..=most).contains(count)) {
                _ if text.is_empty() => {}
                None => wrong.push((number.name, format!("Enter a whole number from {least} to {most}."))),
                count => *(number.of)(&mut policy) = count,
            }
        }
        if self.is_exact() {
            for (part, list) in CryptoPart::ALL.into_iter().zip(&self.lists) {
                let names = list.split([',', ' ', '\n', '\t', '\r']).filter(|name| !name.is_empty());
                *policy.listed_mut(part) = names.map(str::to_owned).collect();
            }
        }
        refusal_of(wrong).map_or(Ok(policy), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_what_was_set() {
        let policy = SessionPolicy {
            connect_seconds: Some(20),
            at_once: Some(4),
            newline: Some(Newline::CrLf),
            crypto: Some(CryptoPolicy::Exactly),
            kex: vec!["a".into(), "b".into()],
            ..SessionPolicy::default()
        };
        assert_eq!(TypedPolicy::of(&policy).read().unwrap(), policy);
        assert_eq!(TypedPolicy::default().read().unwrap(), SessionPolicy::default());
    }

    #[test]
    fn a_number_out_of_its_range_is_refused_at_its_field() {
        let mut typed = TypedPolicy::default();
        typed.numbers[2] = "7".into();
        typed.numbers[5] = "many".into();
        let fields: Vec<String> = typed.read().unwrap_err().fields.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["body.width", "body.per_second"]);
    }

    #[test]
    fn lists_begin_with_what_is_modern_and_go_with_their_policy() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let supported = AlgorithmLists {
            kex: names(&["curve25519-sha256", "diffie-hellman-group1-sha1"]),
            host_key: names(&["ssh-ed25519", "ssh-dss"]),
            cipher: names(&["aes256-ctr", "3des-cbc"]),
            mac: names(&["hmac-sha2-256", "hmac-md5"]),
        };
        let mut typed = TypedPolicy::default();
        typed.choose("exactly".into(), &supported);
        assert_eq!(typed.lists, ["curve25519-sha256", "ssh-ed25519", "aes256-ctr", "hmac-sha2-256"]);
        typed.lists[2] = "3des-cbc, aes256-ctr".into();
        assert_eq!(typed.read().unwrap().cipher, ["3des-cbc", "aes256-ctr"]);
        typed.choose("modern".into(), &supported);
        assert!(typed.read().unwrap().cipher.is_empty());
    }
}
