//! A device's address, as people enter it: an IPv4 or IPv6 address, a link-local one with its zone, or a name.

use std::cmp::Ordering;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::sheet::quoted;

/// Longest name, and longest part of one between dots (RFC 1123).
const NAME: usize = 253;
const LABEL: usize = 63;
/// Longest zone. Names of interfaces are shorter everywhere.
const ZONE: usize = 64;

/// The address of a device. Its text is the one form it is stored, shown and compared in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// An IPv4 or IPv6 address.
    Ip(IpAddr),
    /// A link-local IPv6 address, and the zone it is in (RFC 4007): the interface, by name or number, of the computer that
    /// connects. Without it such an address leads nowhere, since every interface has the same network.
    Zoned(Ipv6Addr, String),
    /// A name, in small letters.
    Name(String),
}

/// Why a text is not an address. The message begins with the text and ends without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAddress(String);

impl Address {
    /// The address without its zone; none for a name.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Address::Ip(ip) => Some(*ip),
            Address::Zoned(ip, _) => Some(IpAddr::V6(*ip)),
            Address::Name(_) => None,
        }
    }

    /// The zone and the name; at most one of them is set.
    fn words(&self) -> (&str, &str) {
        match self {
            Address::Ip(_) => ("", ""),
            Address::Zoned(_, zone) => (zone, ""),
            Address::Name(name) => ("", name),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Ip(ip) => write!(f, "{ip}"),
            Address::Zoned(ip, zone) => write!(f, "{ip}%{zone}"),
            Address::Name(name) => f.write_str(name),
        }
    }
}

/// IPv4 by its numbers, then IPv6 by its numbers and zones, then names.
impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |address: &Self| (address.ip().is_none(), address.ip());
        key(self).cmp(&key(other)).then_with(|| self.words().cmp(&other.words()))
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Address {
    type Err = NoAddress;

    /// Reads an address with or without brackets around it, or a host name (RFC 1123).
    ///
    /// # Errors
    /// Says why the text is no address, and what to write.
    fn from_str(text: &str) -> Result<Address, NoAddress> {
        let text = text.trim();
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(ip) = bare.parse() {
            return Ok(Address::Ip(ip));
        }
        if let Some((ip, zone)) = bare.split_once('%') {
            return zoned(text, ip, zone);
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        // A text of digits and dots only is a mistyped address, not a name.
        let has_letter = name.bytes().any(|byte| byte.is_ascii_alphabetic());
        if name.len() <= NAME && has_letter && name.split('.').all(is_label) {
            return Ok(Address::Name(name.to_lowercase()));
        }
        let meant_as_number = name.contains(':') || !has_letter;
        Err(NoAddress(if meant_as_number {
            format!("{} is not an IPv4 or IPv6 address", quoted(text))
        } else {
            format!(
                "{} is neither an IPv4 or IPv6 address nor a host name (letters, digits, dashes and dots)",
                quoted(text)
            )
        }))
    }
}

fn zoned(text: &str, ip: &str, zone: &str) -> Result<Address, NoAddress> {
    let shown = quoted(text);
    let Ok(ip) = ip.parse::<Ipv6Addr>() else {
        return Err(NoAddress(format!(
            "{shown} is not an IPv6 address with a zone after '%': write it like fe80::1%eth0"
        )));
    };
    if !ip.is_unicast_link_local() {
        return Err(NoAddress(format!(
            "{shown} has a zone after '%', which only link-local addresses (fe80::/10) have: write {ip}"
        )));
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:@~+".contains(&byte);
    if zone.is_empty() || zone.len() > ZONE || !zone.bytes().all(is_word) {
        return Err(NoAddress(format!(
            "{shown} names no interface after '%': write that of the computer that connects, like fe80::1%eth0"
        )));
    }
    Ok(Address::Zoned(ip, zone.to_owned()))
}

fn is_label(label: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=LABEL).contains(&label.len()) && label.bytes().all(is_word) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        text.parse::<Address>().map(|address| address.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_is_ipv4_ipv6_or_a_name() {
        let check = |given: &str, expected: Option<&str>| assert_eq!(read(given).ok().as_deref(), expected, "{given}");
        check("10.0.0.1", Some("10.0.0.1"));
        check(" 2001:0DB8::0001 ", Some("2001:db8::1"));
        check("[::1]", Some("::1"));
        check("Core-01.example.net.", Some("core-01.example.net"));
        for wrong in ["10.0.0.256", "10.0.0", "a..b", "-a.b", "two words", "", "1:2", "%", "name%eth0"] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_zone_is_kept_as_entered_and_belongs_to_link_local_addresses_alone() {
        for (given, kept) in [
            ("fe80::1%eth0", "fe80::1%eth0"),
            (" FE80:0::1%Eth0.100 ", "fe80::1%Eth0.100"),
            ("[fe80::1%12]", "fe80::1%12"),
            ("febf::1%en0", "febf::1%en0"),
        ] {
            assert_eq!(read(given).as_deref(), Ok(kept), "{given}");
        }
        for (given, told) in [
            ("2001:db8::1%eth0", "only link-local addresses (fe80::/10) have: write 2001:db8::1"),
            ("::1%lo", "write ::1"),
            ("10.0.0.1%eth0", "is not an IPv6 address with a zone"),
            ("fe80::1%", "names no interface"),
            ("fe80::1%eth 0", "names no interface"),
            ("fe80::1%eth0%1", "names no interface"),
            ("fe80::1%../x", "names no interface"),
        ] {
            let sentence = read(given).unwrap_err();
            assert!(sentence.starts_with(&quoted(given)) && sentence.contains(told), "{given}: {sentence}");
        }
        let long = format!("fe80::1%{}", "x".repeat(65));
        assert!(read(&long).is_err());
    }

    #[test]
    fn what_is_no_address_says_so_without_a_pattern() {
        assert_eq!(read("10.0.0.300").unwrap_err(), "'10.0.0.300' is not an IPv4 or IPv6 address");
        assert_eq!(read("fe80::zz").unwrap_err(), "'fe80::zz' is not an IPv4 or IPv6 address");
        assert!(read("two words").unwrap_err().contains("nor a host name"));
        assert!(read(&"9".repeat(5_000)).unwrap_err().len() < 200);
    }

    #[test]
    fn addresses_come_by_their_numbers_and_before_names() {
        let mut sorted: Vec<Address> =
            ["core", "fe80::1%eth1", "10.0.0.10", "fe80::1", "fe80::2", "fe80::1%eth0", "10.0.0.2", "::1"]
                .map(|text| text.parse().unwrap())
                .into();
        sorted.sort();
        let sorted: Vec<String> = sorted.iter().map(Address::to_string).collect();
        assert_eq!(
            sorted,
            ["10.0.0.2", "10.0.0.10", "::1", "fe80::1", "fe80::1%eth0", "fe80::1%eth1", "fe80::2", "core"]
        );
    }
}
