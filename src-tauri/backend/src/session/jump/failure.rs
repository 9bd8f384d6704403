//! Why a device behind a jump host was not reached: whether the jump host is to blame, and in which words.

use netraven_api::evidence::ShownKey;
use netraven_api::outcome::Cause;

use super::WAIT;
use super::lane::ANSWER;
use crate::session::report::{SessionError, Target};

const FORWARDING: &str = "Have the jump host allow forwarding to the device's address and port (AllowTcpForwarding and \
                          PermitOpen of OpenSSH).";
const OTHER_KEY: &str = "If the jump host was replaced or its key renewed, trust the key that was seen on the page Jump \
                         hosts; if not, someone may be intercepting the connection.";

/// Why there is no connection to a jump host. Sessions that waited for the same attempt have the same failure.
#[derive(Clone, Debug)]
pub(super) struct JumpFailure {
    pub(super) error: SessionError,
    /// The host key it showed, and whether another one is stored.
    pub(super) shown: Option<Box<(ShownKey, bool)>>,
}

impl From<SessionError> for JumpFailure {
    fn from(error: SessionError) -> JumpFailure {
        JumpFailure { error, shown: None }
    }
}

/// Why a jump host opened no connection to a device.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OpenError {
    Cancelled,
    /// The jump host was not asked; another connection to it may be free.
    NotBegun,
    /// The connection to the jump host ended meanwhile, and why.
    Lost(String),
    /// The jump host forbids it.
    Prohibited,
    /// The jump host could not connect to the device.
    NotConnected,
    /// The jump host did not say in time.
    NoAnswer,
    /// Anything else, in the library's words.
    Other(String),
}

/// A failure to connect or to sign in to a jump host, as the failure of the device behind it.
pub(super) fn not_usable(error: SessionError, name: &str, at: &Target) -> SessionError {
    let (cause, said, advice) = match error.cause {
        // The last two are about a jump host in front of this one, and name it.
        Cause::Cancelled | Cause::Internal | Cause::JumpUnreachable | Cause::JumpRefused => return error,
        Cause::HostKeyChanged => (Cause::JumpRefused, "has another host key than the stored one", Some(OTHER_KEY)),
        Cause::AuthFailed => (Cause::JumpRefused, "refused the sign-in", error.advice),
        Cause::CryptoPolicy => (Cause::JumpRefused, "is refused by its crypto policy", error.advice),
        Cause::AgentUnavailable => (error.cause, "is signed in to with an SSH agent", error.advice),
        Cause::QuestionUnanswered => (error.cause, "asks a question at the sign-in", error.advice),
        Cause::OutsideNetworks => (Cause::JumpRefused, "is not sent its credential", error.advice),
        _ => (Cause::JumpUnreachable, "cannot be used", error.advice),
    };
    let why = match &error.host_keys {
        Some(keys) => {
            format!("It shows {}, but {} is stored for it. No password was sent.", keys.offered, keys.stored)
        }
        None => error.message.clone(),
    };
    let message = format!("The jump host {name} ({at}) {said}. {why}");
    // The two keys are a jump host's: as a device's they could be trusted for the device.
    SessionError { cause, message, advice, host_keys: None, ..error }
}

/// The failure of a device to which a jump host opened no connection.
pub(super) fn not_opened(error: OpenError, name: &str, at: &Target, device: &Target) -> SessionError {
    match error {
        OpenError::Cancelled => SessionError::cancelled(),
        OpenError::NotBegun => busy(name, at),
        OpenError::Lost(why) => lost(name, at, &why),
        OpenError::Prohibited => SessionError::new(
            Cause::JumpRefused,
            format!("The jump host {name} ({at}) refuses to forward a connection to {device}."),
        )
        .advising(FORWARDING),
        OpenError::NotConnected => SessionError::new(
            Cause::NotConnected,
            format!(
                "The jump host {name} could not connect to {device}. It does not report whether the device refused, did \
                 not answer or has no route."
            ),
        ),
        OpenError::NoAnswer => {
            let seconds = ANSWER.as_secs();
            SessionError::new(Cause::TimeoutConnect, format!("{device} did not answer {name} within {seconds} s."))
        }
        OpenError::Other(why) => SessionError::new(
            Cause::JumpRefused,
            format!("The jump host {name} ({at}) opened no connection to {device} ({why})."),
        ),
    }
}

/// The failure of a device whose turn did not come.
pub(super) fn busy(name: &str, at: &Target) -> SessionError {
    let seconds = WAIT.as_secs();
    let message = format!("The jump host {name} ({at}) had no room for another connection within {seconds} s.");
    SessionError::new(Cause::JumpUnreachable, message)
}

/// The failure of a session that went over a connection which ended.
pub(super) fn lost(name: &str, at: &Target, why: &str) -> SessionError {
    SessionError::new(Cause::JumpUnreachable, format!("The connection to the jump host {name} ({at}) was lost: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str) -> Target {
        Target::direct(host, 22)
    }

    #[test]
    fn what_is_wrong_with_a_jump_host_names_it_and_is_its_own_cause() {
        let told = |cause| {
            let error = not_usable(SessionError::new(cause, "Why."), "bastion-1", &at("198.51.100.7"));
            assert!(error.message.contains("bastion-1 (198.51.100.7:22)"), "{}", error.message);
            assert!(error.message.ends_with("Why."), "{}", error.message);
            error.cause
        };
        for cause in [Cause::NameNotResolved, Cause::Refused, Cause::TimeoutConnect, Cause::NotSsh, Cause::Disconnected]
        {
            assert_eq!(told(cause), Cause::JumpUnreachable);
        }
        for cause in [Cause::AuthFailed, Cause::HostKeyChanged, Cause::OutsideNetworks] {
            assert_eq!(told(cause), Cause::JumpRefused);
        }
    }

    #[test]
    fn what_only_the_credential_lacks_keeps_its_cause_and_names_the_jump_host() {
        for cause in [Cause::AgentUnavailable, Cause::QuestionUnanswered] {
            let error = SessionError::new(cause, "Why.").quoting(Some("Token".to_owned()));
            let error = not_usable(error, "bastion-1", &at("198.51.100.7"));
            assert_eq!((error.cause, error.said.as_deref()), (cause, Some("Token")));
            assert!(error.message.starts_with("The jump host bastion-1 (198.51.100.7:22) "), "{}", error.message);
        }
    }

    #[test]
    fn what_is_wrong_with_the_first_of_two_is_said_of_the_first() {
        let first = not_usable(SessionError::new(Cause::Refused, "Why."), "bastion-1", &at("198.51.100.7"));
        let both = not_usable(first.clone(), "bastion-2", &at("10.0.0.7"));
        assert_eq!((both.cause, both.message), (first.cause, first.message));
    }

    #[test]
    fn a_device_the_jump_host_cannot_reach_is_not_the_jump_hosts_fault() {
        let told = |error| not_opened(error, "bastion-1", &at("198.51.100.7"), &at("10.0.0.9"));
        for (error, cause) in [
            (OpenError::NotConnected, Cause::NotConnected),
            (OpenError::NoAnswer, Cause::TimeoutConnect),
            (OpenError::Prohibited, Cause::JumpRefused),
            (OpenError::Lost("it closed".to_owned()), Cause::JumpUnreachable),
        ] {
            let told = told(error);
            assert!(told.cause == cause && told.message.contains("bastion-1"), "{told:?}");
        }
    }
}
