//! What was expected and what was seen: the device's own words if there are any, otherwise ours for the cause.

use netraven_api::evidence::Evidence;
use netraven_api::outcome::Cause;

/// A text, and whether it is the device's (or the platform's) own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The text.
    pub text: String,
    /// Whether it is quoted.
    pub quoted: bool,
}

/// What was expected and what was seen instead; none for what a person or a defect ended.
#[must_use]
pub fn of(cause: Option<Cause>, evidence: &Evidence) -> Option<(Words, Words)> {
    // Both keys have a place of their own.
    if cause == Some(Cause::HostKeyChanged) {
        return None;
    }
    let quote = |text: &str| Words { text: text.trim().to_owned(), quoted: true };
    let ours = |text: &str| Words { text: text.to_owned(), quoted: false };
    let (expected, seen) = cause.map_or(("", ""), in_words);
    let expected =
        worded(evidence.expected.as_deref()).map(quote).or_else(|| (!expected.is_empty()).then(|| ours(expected)))?;
    // What the device said says more than our words, unless nothing it said has to do with the cause.
    let last = || worded(evidence.last_seen.as_deref()).and_then(last_line).filter(|_| cause.is_none_or(is_told));
    let refused = (cause == Some(Cause::AuthFailed)).then(|| refused(&evidence.refused_logins)).flatten();
    let seen = worded(evidence.said.as_deref())
        .map(quote)
        .or_else(|| refused.map(|refused| ours(&refused)))
        .or_else(|| last().map(quote))
        .unwrap_or_else(|| ours(if seen.is_empty() { "nothing" } else { seen }));
    Some((expected, seen))
}

/// The user names that the device refused, in the order they were tried.
fn refused(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("{name} was refused")),
        [first @ .., last] => Some(format!("{} and {last} were refused, in this order", first.join(", "))),
    }
}

/// Whether what the device showed last shows the cause.
fn is_told(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::PromptNotSeen
            | Cause::PrivilegeRefused
            | Cause::CommandRejected
            | Cause::Truncated
            | Cause::Disconnected
            | Cause::Timeout
    )
}

fn in_words(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::NameNotResolved => ("An address for the host name", "The name did not resolve"),
        Cause::Unreachable => ("A reply from the device", "No reply, or \"no route to host\""),
        Cause::Refused => ("An open TCP port", "The connection was refused"),
        Cause::TimeoutConnect => ("A reply from the TCP port", "No reply within the time limit"),
        Cause::NotConnected => ("A TCP connection", "None; the reason was not reported"),
        Cause::JumpUnreachable => ("A connection to the jump host", "None, or it was lost"),
        Cause::JumpRefused => {
            ("A jump host that leads to the device", "The jump host refused, or is not the one known")
        }
        Cause::NotSsh => ("The banner of an SSH server", "Something other than SSH"),
        Cause::NoCommonCrypto => ("A key exchange that both sides accept", "None"),
        Cause::CryptoPolicy => ("An algorithm that the crypto policy allows", "None that the device offers"),
        Cause::NoCredentials => ("A credential with one of the device's tags", "None"),
        Cause::AwaitingApproval => ("An admin's approval of the device as it is now", "None"),
        Cause::OutsideNetworks => ("A credential allowed for the device's address", "None"),
        Cause::AgentUnavailable => ("An SSH agent with a key for the device", "None that may be used"),
        Cause::QuestionUnanswered => ("A question that the credential has an answer for", "Another question"),
        Cause::AuthFailed => ("A credential that the device accepts", "Every credential was refused"),
        Cause::PromptNotSeen => ("The platform's prompt", "Nothing"),
        Cause::PrivilegeRefused => ("The privileged prompt", "Privileged mode was refused"),
        Cause::CommandRejected => ("A reply to the command", "The command was refused"),
        Cause::EmptyAnswer => ("A configuration", "An empty answer"),
        Cause::Truncated => ("The end of the configuration", "The output stopped before it"),
        Cause::Unsettled => ("Two readings that agree", "Different text each time"),
        Cause::Disconnected => ("An open session", "The device closed it"),
        Cause::Timeout => ("A reply within the time limit", "No reply"),
        Cause::TooLarge => ("A configuration", "More text than a configuration may have"),
        Cause::UnknownPlatform => ("A defined platform", "No platform with that name"),
        Cause::HostKeyChanged | Cause::Cancelled | Cause::Internal => ("", ""),
    }
}

/// A text that says something.
fn worded(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

fn last_line(text: &str) -> Option<&str> {
    text.trim_end().lines().next_back()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(cause: Cause, details: Value) -> Option<(String, String)> {
        of(Some(cause), &details.into()).map(|(expected, seen)| (expected.text, seen.text))
    }

    #[test]
    fn every_cause_but_those_told_otherwise_says_what_was_expected_and_what_was_seen() {
        for cause in Cause::ALL {
            let told_otherwise = matches!(cause, Cause::HostKeyChanged | Cause::Cancelled | Cause::Internal);
            assert_eq!(of(Some(cause), &Evidence::default()).is_none(), told_otherwise, "{cause:?}");
        }
    }

    #[test]
    fn the_devices_own_words_go_before_ours() {
        let details = json!({"expected": "end", "last_seen": "router bgp 64512\n neighbor 10.255.3.14 desc\n"});
        assert_eq!(said(Cause::Truncated, details), Some(("end".into(), "neighbor 10.255.3.14 desc".into())));
        let details = json!({"said": "% Invalid input", "last_seen": "% Invalid input\nR1#"});
        let expected = Some(("A reply to the command".to_owned(), "% Invalid input".to_owned()));
        assert_eq!(said(Cause::CommandRejected, details), expected);
        let details = json!({"last_seen": "show running-config\nR1#"});
        assert_eq!(said(Cause::EmptyAnswer, details), Some(("A configuration".into(), "An empty answer".into())));
        assert_eq!(of(None, &Evidence::default()), None);
        let details = json!({"refused_logins": ["netops", "backup", "admin"]});
        let seen = said(Cause::AuthFailed, details).map(|(_, seen)| seen);
        assert_eq!(seen.as_deref(), Some("netops, backup and admin were refused, in this order"));
        let keys = json!({"expected": "ssh-ed25519 SHA256:a", "host_keys": {"offered": {"sha256": "SHA256:b"}}});
        assert_eq!(said(Cause::HostKeyChanged, keys), None, "the keys are shown by themselves, never as nothing");
    }
}
