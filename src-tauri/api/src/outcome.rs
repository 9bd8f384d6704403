//! Why a device failed, and at which stage: two closed lists shared by session, worker, store and screen.

use crate::words::words;

words! {
    /// Why a device of a run did not succeed. A closed list: a new cause needs a new variant here, and a title and advice below.
    pub enum Cause {
        /// The name has no address.
        NameNotResolved = "name-not-resolved": "Name not found",
        /// No route, or no answer at all (ICMP unreachable).
        Unreachable = "unreachable": "Unreachable",
        /// The TCP port answered with a reset.
        Refused = "refused": "Connection refused",
        /// No TCP answer in time.
        TimeoutConnect = "timeout-connect": "No answer",
        /// No TCP connection; the server does not report whether it was refused, unanswered or had no route.
        NotConnected = "not-connected": "No connection",
        /// A jump host could not be connected to, or the connection to it was lost.
        JumpUnreachable = "jump-unreachable": "Jump host unreachable",
        /// A jump host refused the sign-in or to forward, or has another host key than the stored one.
        JumpRefused = "jump-refused": "Jump host refused",
        /// The port answered, but not with an SSH banner.
        NotSsh = "not-ssh": "Not an SSH server",
        /// The host key is not the one stored on first use.
        HostKeyChanged = "host-key-changed": "Host key changed",
        /// Client and device have no common key exchange, cipher, MAC or host key algorithm, or the device only
        /// offers unsafe ones.
        NoCommonCrypto = "no-common-crypto": "Key exchange failed",
        /// The device offers only algorithms that its crypto policy does not allow.
        CryptoPolicy = "crypto-policy": "Refused by crypto policy",
        /// No credential carries a tag of this device.
        NoCredentials = "no-credentials": "No credential",
        /// A user who is not an admin added or moved the device, and no admin has approved it since.
        AwaitingApproval = "awaiting-approval": "Not approved",
        /// The address is outside the allowed networks of all the device's credentials.
        OutsideNetworks = "outside-networks": "Outside allowed networks",
        /// The SSH agent of the worker's machine may not be used, does not answer or has no usable key.
        AgentUnavailable = "agent-unavailable": "No SSH agent",
        /// The device asked something at the sign-in that no credential has an answer for.
        QuestionUnanswered = "question-unanswered": "Question not answered",
        /// Every credential tried was refused.
        AuthFailed = "auth-failed": "Authentication refused",
        /// Signed in, but no prompt of the platform was seen in time.
        PromptNotSeen = "prompt-not-seen": "Prompt not seen",
        /// Enable (or similar) was refused.
        PrivilegeRefused = "privilege-refused": "Privilege refused",
        /// The device answered a command with an error text.
        CommandRejected = "command-rejected": "Command rejected",
        /// The device answered the configuration command with nothing.
        EmptyAnswer = "empty-answer": "Empty answer",
        /// The reading ended before it was proven complete.
        Truncated = "truncated": "Configuration cut short",
        /// The answer was complete, but different each time it was read.
        Unsettled = "unsettled": "Readings disagree",
        /// The device closed the connection.
        Disconnected = "disconnected": "Connection lost",
        /// The device was silent for too long, or the whole session took too long.
        Timeout = "timeout": "Timed out",
        /// The answer is larger than a configuration may be.
        TooLarge = "too-large": "Answer too large",
        /// The device's platform is not defined.
        UnknownPlatform = "unknown-platform": "Unknown platform",
        /// A person cancelled the run or this device.
        Cancelled = "cancelled": "Cancelled",
        /// Something on our side broke (database, disk, a defect); the log has the reason.
        Internal = "internal": "Internal error",
    }
}

impl Cause {
    /// What to do next, as a sentence.
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
                "Check that the device is up, that SSH is enabled on its port, and that no firewall is in the way; \
                 then run it again."
            }
            Cause::JumpUnreachable => {
                "Check the jump host that the message names: its address, its SSH server and the way to it; then run it \
                 again."
            }
            Cause::JumpRefused => {
                "Check the jump host that the message names: its credential, its host key, and whether it may forward to \
                 this device."
            }
            Cause::NotSsh => "Check the port: something other than SSH answers there.",
            Cause::HostKeyChanged => {
                "If the device was replaced or its key renewed, trust the key that was seen; if not, do not sign in: \
                 someone may be intercepting the connection."
            }
            Cause::NoCommonCrypto => "Enable a newer key exchange or cipher on the device, or update its software.",
            Cause::CryptoPolicy => {
                "Enable a newer algorithm on the device, or allow an older one for it in its session policy."
            }
            Cause::NoCredentials => "Give a credential one of the device's tags.",
            Cause::AwaitingApproval => "An admin must approve this device before any credential is sent to it.",
            Cause::OutsideNetworks => {
                "Check the device's address; if it is right, ask an admin to add its network to the credential."
            }
            Cause::AgentUnavailable => {
                "Allow and start an SSH agent on the machine that the message names, or use another credential."
            }
            Cause::QuestionUnanswered => {
                "Add an answer to the credential that fits the question, or change how the account signs in."
            }
            Cause::AuthFailed => "Correct the credential; a retry will not help and may lock the account.",
            Cause::PromptNotSeen => {
                "Check the device's platform; the last bytes received show what it printed instead."
            }
            Cause::PrivilegeRefused => "Set the credential's enable password, or grant the account the privilege.",
            Cause::CommandRejected => "Check the platform and the account's rights for this command.",
            Cause::EmptyAnswer => "Check the account's rights: the device showed no configuration.",
            Cause::Truncated => {
                "Run it again. If it repeats, a session limit on the device or a firewall cuts long sessions."
            }
            Cause::Unsettled => {
                "Run it again when nothing is changing on the device. If it repeats, turn off logging to its terminal sessions."
            }
            Cause::Disconnected => "Run it again. If it repeats, check the device's VTY limits and its log.",
            Cause::Timeout => "Run it again when the device is less busy, or raise its time limit.",
            Cause::TooLarge => "Check the platform: this does not look like a configuration.",
            Cause::UnknownPlatform => "Choose a platform from the list, or add its file to the platforms folder.",
            Cause::Cancelled => "Run it again when you are ready.",
            Cause::Internal => "Open the run's log for the reason; then run it again.",
        }
    }

    /// Whether a retry without any change may succeed.
    #[must_use]
    pub fn retry_may_help(self) -> bool {
        matches!(
            self,
            Cause::Unreachable
                | Cause::TimeoutConnect
                | Cause::NotConnected
                | Cause::JumpUnreachable
                | Cause::Refused
                | Cause::Truncated
                | Cause::Unsettled
                | Cause::Disconnected
                | Cause::Timeout
                | Cause::Cancelled
                | Cause::Internal
        )
    }
}

words! {
    /// Stage of the work on a device; a failure names the stage that broke.
    pub enum Stage {
        /// Waiting for a worker, choosing platform and credentials.
        Prepare = "prepare": "Prepare",
        /// Name lookup and TCP connect.
        Reach = "reach": "Reach",
        /// SSH banner and key exchange.
        KeyExchange = "key_exchange": "Key exchange",
        /// Comparing the host key with the stored one.
        HostKey = "host_key": "Host key",
        /// Signing in with a credential.
        SignIn = "sign_in": "Sign in",
        /// Waiting for the first prompt.
        Prompt = "prompt": "Prompt",
        /// Enable or similar.
        Privilege = "privilege": "Privilege",
        /// Turning paging off.
        PagingOff = "paging_off": "Paging off",
        /// Reading the answers of the commands.
        Read = "read": "Read",
        /// Proving that the reading is complete.
        ProveComplete = "prove_complete": "Prove complete",
        /// Redacting, comparing, writing database and repository.
        Record = "record": "Record",
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
