//! What carries a session with a device, and whether it is encrypted.

use crate::outcome::Stage;
use crate::words::words;

words! {
    /// What carries a session with a device.
    pub enum Transport {
        /// SSH: encrypted, and the device identifies itself by its host key.
        Ssh = "ssh": "SSH",
        /// Telnet: not encrypted.
        Telnet = "telnet": "Telnet",
        /// A bare TCP connection, such as a console server offers for a serial line: not encrypted.
        Tcp = "tcp": "Raw TCP",
    }
}

/// How a device is reached unless its entry says otherwise.
impl Default for Transport {
    fn default() -> Transport {
        Transport::Ssh
    }
}

impl Transport {
    /// Whether nobody on the way can read what is said.
    #[must_use]
    pub fn is_encrypted(self) -> bool {
        match self {
            Transport::Ssh => true,
            Transport::Telnet | Transport::Tcp => false,
        }
    }

    /// Whether a session over it has a stage. Without SSH no keys are exchanged, and the sign-in is part of the way to
    /// the prompt.
    #[must_use]
    pub fn has_stage(self, stage: Stage) -> bool {
        self == Transport::Ssh || !matches!(stage, Stage::KeyExchange | Stage::HostKey | Stage::SignIn)
    }

    /// The port devices usually listen on; a bare connection has none.
    #[must_use]
    pub fn usual_port(self) -> Option<u16> {
        match self {
            Transport::Ssh => Some(22),
            Transport::Telnet => Some(23),
            Transport::Tcp => None,
        }
    }

    /// What it means that it is not encrypted, as a sentence; none for one that is.
    #[must_use]
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Transport::Ssh => None,
            Transport::Telnet => Some(
                "Telnet is not encrypted: user name, password and configuration cross the network in clear, and \
                 nothing proves which device answers.",
            ),
            Transport::Tcp => Some(
                "A raw TCP connection is not encrypted: user name, password and configuration cross the network in \
                 clear, and nothing proves which device answers.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_encrypted_has_a_warning() {
        for transport in Transport::ALL {
            assert_eq!(transport.is_encrypted(), transport.warning().is_none(), "{transport}");
        }
        assert!(Transport::default().is_encrypted());
    }
}
