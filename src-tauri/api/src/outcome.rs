//! Why a device failed and how far the work on it came: two closed lists that session, worker, store and screen share.

use serde::{Deserialize, Serialize};

/// Why a device of a run did not succeed. Closed: a new cause is a new variant here, a title and advice below, nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The name has no address.
    NameNotResolved,
    /// No route, or the host answers nothing at all (ICMP unreachable).
    Unreachable,
    /// The TCP port answered with a reset.
    Refused,
    /// No TCP answer in time.
    TimeoutConnect,
    /// No TCP connection, and the server does not tell whether it was refused, unanswered or had no route.
    NotConnected,
    /// The port answered, but not with an SSH banner.
    NotSsh,
    /// The host key is not the one stored on first use.
    HostKeyChanged,
    /// Client and device agree on no keys: they share no key exchange, cipher, MAC or host key algorithm, or the device has
    /// only what is not safe.
    NoCommonCrypto,
    /// No credential carries a tag of this device.
    NoCredentials,
    /// Somebody other than an admin added or moved the device, and no admin has approved it since.
    AwaitingApproval,
    /// The address is outside the networks every credential of this device is confined to.
    OutsideNetworks,
    /// Every credential tried was refused.
    AuthFailed,
    /// Signed in, but no prompt of the platform was seen in time.
    PromptNotSeen,
    /// Enable (or its like) was refused.
    PrivilegeRefused,
    /// The device answered a command with an error text.
    CommandRejected,
    /// The device answered the configuration command with nothing.
    EmptyAnswer,
    /// The reading ended without proof that it was complete.
    Truncated,
    /// The device closed the connection.
    Disconnected,
    /// The device was silent, or the whole session took, longer than allowed.
    Timeout,
    /// The answer is larger than a configuration may be.
    TooLarge,
    /// The platform named by the device is not defined.
    UnknownPlatform,
    /// A person cancelled the run or this device.
    Cancelled,
    /// Something of ours broke (database, disk, a defect); the log has the reason.
    Internal,
}

impl Cause {
    /// Every cause, in the order of the stages they end.
    pub const ALL: [Cause; 23] = [
        Cause::NameNotResolved,
        Cause::Unreachable,
        Cause::Refused,
        Cause::TimeoutConnect,
        Cause::NotConnected,
        Cause::NotSsh,
        Cause::HostKeyChanged,
        Cause::NoCommonCrypto,
        Cause::NoCredentials,
        Cause::AwaitingApproval,
        Cause::OutsideNetworks,
        Cause::AuthFailed,
        Cause::PromptNotSeen,
        Cause::PrivilegeRefused,
        Cause::CommandRejected,
        Cause::EmptyAnswer,
        Cause::Truncated,
        Cause::Disconnected,
        Cause::Timeout,
        Cause::TooLarge,
        Cause::UnknownPlatform,
        Cause::Cancelled,
        Cause::Internal,
    ];

    /// The cause as it is written on the wire and in the database, e.g. `auth-failed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::NameNotResolved => "name-not-resolved",
            Cause::Unreachable => "unreachable",
            Cause::Refused => "refused",
            Cause::TimeoutConnect => "timeout-connect",
            Cause::NotConnected => "not-connected",
            Cause::NotSsh => "not-ssh",
            Cause::HostKeyChanged => "host-key-changed",
            Cause::NoCommonCrypto => "no-common-crypto",
            Cause::NoCredentials => "no-credentials",
            Cause::AwaitingApproval => "awaiting-approval",
            Cause::OutsideNetworks => "outside-networks",
            Cause::AuthFailed => "auth-failed",
            Cause::PromptNotSeen => "prompt-not-seen",
            Cause::PrivilegeRefused => "privilege-refused",
            Cause::CommandRejected => "command-rejected",
            Cause::EmptyAnswer => "empty-answer",
            Cause::Truncated => "truncated",
            Cause::Disconnected => "disconnected",
            Cause::Timeout => "timeout",
            Cause::TooLarge => "too-large",
            Cause::UnknownPlatform => "unknown-platform",
            Cause::Cancelled => "cancelled",
            Cause::Internal => "internal",
        }
    }

    /// The cause written by [`Cause::as_str`], or none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.as_str() == text)
    }

    /// A short title for a list, e.g. "Authentication refused".
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Cause::NameNotResolved => "Name not found",
            Cause::Unreachable => "Unreachable",
            Cause::Refused => "Connection refused",
            Cause::TimeoutConnect => "No answer",
            Cause::NotConnected => "No connection",
            Cause::NotSsh => "Not an SSH server",
            Cause::HostKeyChanged => "Host key changed",
            Cause::NoCommonCrypto => "Key exchange failed",
            Cause::NoCredentials => "No credential",
            Cause::AwaitingApproval => "Not approved",
            Cause::OutsideNetworks => "Outside allowed networks",
            Cause::AuthFailed => "Authentication refused",
            Cause::PromptNotSeen => "Prompt not seen",
            Cause::PrivilegeRefused => "Privilege refused",
            Cause::CommandRejected => "Command rejected",
            Cause::EmptyAnswer => "Empty answer",
            Cause::Truncated => "Configuration cut short",
            Cause::Disconnected => "Connection lost",
            Cause::Timeout => "Timed out",
            Cause::TooLarge => "Answer too large",
            Cause::UnknownPlatform => "Unknown platform",
            Cause::Cancelled => "Cancelled",
            Cause::Internal => "Internal error",
        }
    }

    /// What a person does next, as a sentence.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Cause::NameNotResolved => "Check the device's address, or enter its IP address instead of the name.",
            Cause::Unreachable => "Check the route and the device's power; then run it again.",
            Cause::Refused => "Check the port, and that SSH is enabled on the device.",
            Cause::TimeoutConnect => {
                "Check that the device is up and that no firewall drops TCP to this port; then run it again."
            }
            Cause::NotConnected => {
                "Check that the device is up, that SSH is enabled on its port, and that no firewall is between; then run it again."
            }
            Cause::NotSsh => "Check the port: something other than SSH answers there.",
            Cause::HostKeyChanged => {
                "If the device was replaced or its key renewed, trust the key that was seen; if not, do not sign in: someone may be in between."
            }
            Cause::NoCommonCrypto => "Enable a newer key exchange or cipher on the device, or update its software.",
            Cause::NoCredentials => "Give a credential one of the device's tags.",
            Cause::AwaitingApproval => "An admin has to approve this device before any credential is sent to it.",
            Cause::OutsideNetworks => {
                "Check the device's address; if it is right, let an admin add its network to the credential."
            }
            Cause::AuthFailed => "Correct the credential; a retry will not help and may lock the account.",
            Cause::PromptNotSeen => "Check the device's platform; the last bytes seen show what it printed instead.",
            Cause::PrivilegeRefused => "Set the credential's enable password, or give the account the privilege.",
            Cause::CommandRejected => "Check the platform and the account's rights for this command.",
            Cause::EmptyAnswer => "Check the account's rights: the device showed no configuration.",
            Cause::Truncated => {
                "Run it again. If it repeats, a session limit on the device or a firewall cuts long readings."
            }
            Cause::Disconnected => "Run it again. If it repeats, check the device's VTY limits and its log.",
            Cause::Timeout => "Run it again when the device is less busy, or raise its time limit.",
            Cause::TooLarge => "Check the platform: this does not look like a configuration.",
            Cause::UnknownPlatform => "Choose a platform from the list, or add its file to the platforms folder.",
            Cause::Cancelled => "Run it again when you are ready.",
            Cause::Internal => "Open the run's log for the reason; then run it again.",
        }
    }

    /// Whether running the device again without changing anything has a chance.
    #[must_use]
    pub fn retry_may_help(self) -> bool {
        matches!(
            self,
            Cause::Unreachable
                | Cause::TimeoutConnect
                | Cause::NotConnected
                | Cause::Refused
                | Cause::Truncated
                | Cause::Disconnected
                | Cause::Timeout
                | Cause::Cancelled
                | Cause::Internal
        )
    }
}

/// How far the work on a device came; a failure names the stage that broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waiting for a worker, choosing platform and credentials.
    Prepare,
    /// Name lookup and TCP connect.
    Reach,
    /// SSH banner and key exchange.
    KeyExchange,
    /// Comparing the host key with the stored one.
    HostKey,
    /// Authentication.
    SignIn,
    /// Waiting for the first prompt.
    Prompt,
    /// Enable or its like.
    Privilege,
    /// Turning paging off.
    PagingOff,
    /// Reading the answers of the commands.
    Read,
    /// Proving that the reading is complete.
    ProveComplete,
    /// Redacting, comparing, writing database and repository.
    Record,
}

impl Stage {
    /// Every stage in order.
    pub const ALL: [Stage; 11] = [
        Stage::Prepare,
        Stage::Reach,
        Stage::KeyExchange,
        Stage::HostKey,
        Stage::SignIn,
        Stage::Prompt,
        Stage::Privilege,
        Stage::PagingOff,
        Stage::Read,
        Stage::ProveComplete,
        Stage::Record,
    ];

    /// The stage as it is written on the wire, e.g. `key_exchange`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Prepare => "prepare",
            Stage::Reach => "reach",
            Stage::KeyExchange => "key_exchange",
            Stage::HostKey => "host_key",
            Stage::SignIn => "sign_in",
            Stage::Prompt => "prompt",
            Stage::Privilege => "privilege",
            Stage::PagingOff => "paging_off",
            Stage::Read => "read",
            Stage::ProveComplete => "prove_complete",
            Stage::Record => "record",
        }
    }

    /// The stage written by [`Stage::as_str`], or none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.as_str() == text)
    }

    /// The stage's name on screen.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Stage::Prepare => "Prepare",
            Stage::Reach => "Reach",
            Stage::KeyExchange => "Key exchange",
            Stage::HostKey => "Host key",
            Stage::SignIn => "Sign in",
            Stage::Prompt => "Prompt",
            Stage::Privilege => "Privilege",
            Stage::PagingOff => "Paging off",
            Stage::Read => "Read",
            Stage::ProveComplete => "Prove complete",
            Stage::Record => "Record",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_form_is_the_serialized_form() {
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
            assert_eq!(Cause::parse(cause.as_str()), Some(cause));
        }
        for stage in Stage::ALL {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.as_str());
            assert_eq!(Stage::parse(stage.as_str()), Some(stage));
        }
    }
}
