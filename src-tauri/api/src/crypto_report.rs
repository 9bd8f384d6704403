//! The crypto report: which SSH algorithms the devices agreed on, and which devices would be lost without old ones.
//!
//! It is made of the evidence of results. Sessions offer modern algorithms first, and SSH takes the first one of the
//! client's list that the device has too (RFC 4253, section 7.1). So a device that agreed on an old algorithm has no
//! modern one of that kind. It may have another old one: a device that is lost without one group of [`OldCrypto`] may
//! still be reached by another, such as a MAC with MD5 in place of SHA-1. Three things are offered more narrowly. A
//! device whose host key is stored is asked for that type of key first, because another key would be refused. A
//! device whose own groups are too small is offered fixed groups only. A device whose crypto policy lists algorithms is
//! offered these alone, so an old one it agreed on may not be the best it has. Cipher and MAC are those of the direction
//! from the device to the client.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::evidence::Algorithms;
use crate::ids::DeviceId;
use crate::words::words;

/// Moments of the history in a report, a week apart; the last one is the present.
pub const REPORT_WEEKS: usize = 12;

words! {
    /// A part of an SSH session for which an algorithm is agreed on.
    pub enum CryptoPart {
        /// The exchange of keys.
        Kex = "kex": "Key exchange",
        /// The signature of the host key.
        HostKey = "host_key": "Host key",
        /// The cipher.
        Cipher = "cipher": "Cipher",
        /// The message authentication.
        Mac = "mac": "MAC",
    }
}

impl CryptoPart {
    /// The algorithm that was agreed on for this part.
    #[must_use]
    pub fn of(self, agreed: &Algorithms) -> &str {
        match self {
            CryptoPart::Kex => &agreed.kex,
            CryptoPart::HostKey => &agreed.host_key,
            CryptoPart::Cipher => &agreed.cipher,
            CryptoPart::Mac => &agreed.mac,
        }
    }
}

words! {
    /// Old algorithms that one may want to do without.
    pub enum OldCrypto {
        /// SHA-1 in key exchange, host key signature and MAC.
        Sha1 = "sha1": "SHA-1",
        /// The key exchanges with the fixed groups 1 and 14 and SHA-1.
        FixedGroups = "group1_group14": "Diffie-Hellman groups 1 and 14 with SHA-1",
        /// 3DES, and every cipher in CBC mode.
        Cbc = "cbc": "3DES and CBC ciphers",
        /// Host keys that sign with `ssh-rsa`; RSA keys that sign with SHA-2 are not among them.
        SshRsa = "ssh_rsa": "ssh-rsa host keys",
    }
}

impl OldCrypto {
    /// Whether an algorithm is one of these.
    #[must_use]
    pub fn covers(self, part: CryptoPart, name: &str) -> bool {
        match (self, part) {
            (OldCrypto::Sha1, CryptoPart::Kex) => name.ends_with("-sha1"),
            // Both sign with SHA-1; what signs with SHA-2 has other names.
            (OldCrypto::Sha1, CryptoPart::HostKey) => name.starts_with("ssh-rsa") || name.starts_with("ssh-dss"),
            (OldCrypto::Sha1, CryptoPart::Mac) => name.starts_with("hmac-sha1"),
            (OldCrypto::FixedGroups, CryptoPart::Kex) => {
                matches!(name, "diffie-hellman-group1-sha1" | "diffie-hellman-group14-sha1")
            }
            (OldCrypto::Cbc, CryptoPart::Cipher) => name.starts_with("3des") || name.contains("-cbc"),
            (OldCrypto::SshRsa, CryptoPart::HostKey) => name.starts_with("ssh-rsa"),
            _ => false,
        }
    }

    /// Whether a device that agreed on these algorithms would be lost without the old ones.
    #[must_use]
    pub fn is_needed_by(self, agreed: &Algorithms) -> bool {
        CryptoPart::ALL.into_iter().any(|part| self.covers(part, part.of(agreed)))
    }
}

/// A device, and what it agreed on when it was last read over SSH.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CryptoDevice {
    /// Id of the device.
    pub device_id: DeviceId,
    /// Its hostname.
    pub hostname: String,
    /// Its address.
    pub ip_address: String,
    /// The algorithms agreed on.
    pub algorithms: Algorithms,
    /// When they were agreed on: the time of the newest result that has them.
    pub seen_at: Timestamp,
}

/// How many devices agreed on an algorithm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlgorithmUse {
    /// What it is used for.
    pub part: CryptoPart,
    /// Its name in SSH.
    pub name: String,
    /// Number of devices.
    pub devices: i64,
}

/// The devices that would be lost without some old algorithms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CryptoLoss {
    /// The algorithms to do without.
    pub without: OldCrypto,
    /// Ids of the devices, in the order of the report's list.
    pub device_ids: Vec<DeviceId>,
    /// Number of such devices at each of the report's moments, among the devices that there are now.
    pub by_week: Vec<i64>,
}

/// The algorithms of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CryptoReport {
    /// The algorithms by part, the commonest first.
    pub algorithms: Vec<AlgorithmUse>,
    /// What would be lost without each group of old algorithms.
    pub losses: Vec<CryptoLoss>,
    /// The moments of the history, a week apart, oldest first; the last one is the present.
    pub weeks: Vec<Timestamp>,
    /// The devices that were read over SSH, by hostname.
    pub devices: Vec<CryptoDevice>,
    /// Devices with the transport SSH that no result has algorithms of: what they speak is not known.
    pub never_read: i64,
    /// Devices with another transport, which has no algorithms.
    pub without_ssh: i64,
}

/// The SSH algorithms that devices agreed on, and which devices would be lost without old ones.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetCryptoReport;

endpoint! { GetCryptoReport: Get "/reports/crypto" by User => CryptoReport }

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(names: [&str; 4]) -> Vec<OldCrypto> {
        let [kex, host_key, cipher, mac] = names.map(str::to_owned);
        let agreed = Algorithms { kex, host_key, cipher, mac };
        OldCrypto::ALL.into_iter().filter(|old| old.is_needed_by(&agreed)).collect()
    }

    #[test]
    fn an_old_algorithm_is_counted_where_it_is_used() {
        use OldCrypto::{Cbc, FixedGroups, Sha1, SshRsa};
        for (agreed, expected) in [
            (["curve25519-sha256", "ssh-ed25519", "aes256-gcm@openssh.com", "implicit"], vec![]),
            (["diffie-hellman-group14-sha256", "rsa-sha2-512", "aes256-ctr", "hmac-sha2-256"], vec![]),
            (["diffie-hellman-group1-sha1", "ssh-ed25519", "aes256-ctr", "hmac-sha2-256"], vec![Sha1, FixedGroups]),
            (["diffie-hellman-group-exchange-sha1", "rsa-sha2-256", "aes256-ctr", "hmac-sha2-256"], vec![Sha1]),
            (["curve25519-sha256", "ssh-rsa", "aes256-ctr", "hmac-sha2-256"], vec![Sha1, SshRsa]),
            (["curve25519-sha256", "ssh-dss", "aes256-ctr", "hmac-sha2-256"], vec![Sha1]),
            (["curve25519-sha256", "ssh-ed25519", "3des-cbc", "hmac-sha1-96"], vec![Sha1, Cbc]),
            (["curve25519-sha256", "ssh-ed25519", "rijndael-cbc@lysator.liu.se", "hmac-md5"], vec![Cbc]),
        ] {
            assert_eq!(needs(agreed), expected, "{agreed:?}");
        }
    }
}
