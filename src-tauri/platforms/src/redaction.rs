//! Redaction of a session: everything a device said passes through it on its way to a result, a log line, a snapshot or a screen.

use std::sync::Arc;

use super::{Definition, Known, Redacted, Redactor, redact_known};

/// Hides the secrets of one session, in this order: the passwords it signs in with, those found by the platform's rules,
/// those found by the general rules, and every other secret this server holds.
pub struct Redaction {
    own: Vec<String>,
    platform: Redactor,
    quoted: Redactor,
    generic: Redactor,
    stored: Redactor,
    known: Arc<Known>,
}

impl Redaction {
    /// For a session on this platform that signs in with its `own` secrets, beside all `known` ones.
    pub fn new(definition: &Definition, key: &[u8; 32], own: Vec<String>, known: Arc<Known>) -> Redaction {
        let stored = Redactor::new(definition, key);
        let platform = stored.clone().keeping_lines();
        let generic = Redactor::generic(key).keeping_lines();
        Redaction { own, quoted: platform.clone().in_prose(), platform, generic, stored, known }
    }

    /// For a device whose platform does not matter and that is not signed in to.
    pub fn of_any(key: &[u8; 32], known: Arc<Known>) -> Redaction {
        let generic = Redactor::generic(key).keeping_lines();
        let [platform, quoted, stored] = [(); 3].map(|()| generic.clone());
        Redaction { own: Vec::new(), quoted, platform, generic, stored, known }
    }

    /// A sentence of our own, which can only contain a password by chance.
    pub fn sentence(&self, text: &str) -> String {
        self.known.hide(&self.without_own(text)).text
    }

    /// A configuration as it is stored: hides what its platform's rules name, and every known secret.
    pub fn configuration(&self, text: &str) -> Redacted {
        let by_rules = self.stored.redact(text);
        let known = self.known.hide(&by_rules.text);
        Redacted { text: known.text, hidden: by_rules.hidden + known.hidden }
    }

    /// A single line of the device, which may be a sentence or a line of its configuration.
    pub fn quoted(&self, text: &str) -> String {
        self.known.hide(&self.generic.redact(&self.quoted.redact(&self.without_own(text)).text).text).text
    }

    /// Lines of the device as they stood in its shell; returns as many.
    pub fn lines(&self, text: &str) -> String {
        self.known.hide(&self.generic.redact(&self.platform.redact(&self.without_own(text)).text).text).text
    }

    fn without_own(&self, text: &str) -> String {
        redact_known(text, &self.own.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Registry;

    fn redaction(platform: &str) -> Redaction {
        let definition = Registry::load(None).0.get(platform).expect("built in");
        let known = Arc::new(Known::new(["other-Secret9".to_owned(), "lemon".to_owned()], &[7; 32]));
        Redaction::new(&definition, &[7; 32], vec!["hunter22".to_owned()], known)
    }

    #[test]
    fn a_quoted_line_keeps_no_secret_and_a_refusal_stays_readable() {
        let redaction = redaction("cisco_ios");
        for line in ["snmp-server community zq9 RO", " standby 1 authentication zq9", " password 7 zq9", "say hunter22"]
        {
            let hidden = redaction.quoted(line);
            assert!(!hidden.contains("zq9") && !hidden.contains("hunter22") && hidden.contains('‹'), "{hidden}");
            assert!(!redaction.lines(line).contains("zq9"), "{line}");
        }
        for line in ["% Bad secrets", "% Password required, but none set", "% Invalid input detected at '^' marker."] {
            assert_eq!(redaction.quoted(line), line);
        }
    }

    #[test]
    fn a_secret_of_another_device_is_hidden_in_whatever_is_shown_or_stored() {
        let redaction = redaction("cisco_ios");
        let text = "interface Gi1\n description to lemon, aka other-Secret9\n description lemonade";
        let stored = redaction.configuration(text);
        for hidden in [redaction.sentence(text), redaction.quoted(text), redaction.lines(text), stored.text] {
            assert!(!hidden.contains("other-Secret9") && !hidden.contains("lemon,"), "{hidden}");
            assert!(hidden.starts_with("interface Gi1\n description to ‹secret ") && hidden.ends_with("lemonade"));
        }
        assert_eq!(stored.hidden, 2);
    }

    #[test]
    fn what_a_stranger_says_is_hidden_like_the_rest() {
        let redaction = Redaction::of_any(&[7; 32], Arc::new(Known::new(["lemon".to_owned()], &[7; 32])));
        for said in
            ["Default password: zq9", "user admin pass: zq9", "Welcome! Your PIN is 4711, zq9 token=zq9", "ask lemon"]
        {
            let hidden = redaction.quoted(said);
            assert!(!hidden.contains("zq9") && !hidden.contains("4711") && !hidden.contains("lemon"), "{hidden}");
        }
        assert_eq!(redaction.quoted("HTTP/1.1 400 Bad Request"), "HTTP/1.1 400 Bad Request");
        assert_eq!(
            redaction.quoted("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"),
            "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"
        );
    }

    #[test]
    fn the_words_of_a_question_are_evidence() {
        let redaction = redaction("cisco_ios");
        for line in [
            "Do you want to change the password(yes/no):",
            "WARNING: Your password has expired.",
            "The password must contain at least three of: upper case, lower case, symbols, numbers.",
            "Passcode or option (1-2)",
            "% Password expired",
        ] {
            assert_eq!((redaction.lines(line), redaction.quoted(line)), (line.to_owned(), line.to_owned()));
        }
    }
}
