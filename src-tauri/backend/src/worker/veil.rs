//! The veil over a session: whatever a device said passes it on its way to a result, a log line or a screen.

use crate::platforms::{Definition, Redactor, redact_known};

/// Hides the secrets of one session, in this order: the passwords it signs in with, what the platform's rules name, and
/// what the rules for any text name.
pub struct Veil {
    known: Vec<String>,
    platform: Redactor,
    quoted: Redactor,
    generic: Redactor,
}

impl Veil {
    /// The veil of a session on this platform that signs in with these secrets.
    pub fn new(definition: &Definition, key: &[u8; 32], known: Vec<String>) -> Veil {
        let platform = Redactor::new(definition, key).keeping_lines();
        let generic = Redactor::generic(key).keeping_lines();
        Veil { known, quoted: platform.clone().in_prose(), platform, generic }
    }

    /// A sentence of our own, which may only repeat a password by chance.
    pub fn sentence(&self, text: &str) -> String {
        redact_known(text, &self.known.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// A single line of the device, which may be a sentence as well as a line of its configuration.
    pub fn quoted(&self, text: &str) -> String {
        self.generic.redact(&self.quoted.redact(&self.sentence(text)).text).text
    }

    /// Lines of the device as they stood in its shell; the answer has as many.
    pub fn lines(&self, text: &str) -> String {
        self.generic.redact(&self.platform.redact(&self.sentence(text)).text).text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::Registry;

    fn veil(platform: &str) -> Veil {
        let definition = Registry::load(None).0.get(platform).expect("built in");
        Veil::new(&definition, &[7; 32], vec!["hunter22".to_owned()])
    }

    #[test]
    fn a_quoted_line_keeps_no_secret_and_a_refusal_stays_readable() {
        let veil = veil("cisco_ios");
        for line in ["snmp-server community zq9 RO", " standby 1 authentication zq9", " password 7 zq9", "say hunter22"]
        {
            let hidden = veil.quoted(line);
            assert!(!hidden.contains("zq9") && !hidden.contains("hunter22") && hidden.contains('‹'), "{hidden}");
            assert!(!veil.lines(line).contains("zq9"), "{line}");
        }
        for line in ["% Bad secrets", "% Password required, but none set", "% Invalid input detected at '^' marker."] {
            assert_eq!(veil.quoted(line), line);
        }
    }
}
