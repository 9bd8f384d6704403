//! Stand-ins for what names a network: hostnames, addresses, users, and the tags of hidden secrets. What is equal stays
//! equal, so that a recording still holds together.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Names that say nothing of a network, and that configurations use as words of their own.
const ORDINARY: [&str; 16] = [
    "admin",
    "administrator",
    "cisco",
    "enable",
    "firewall",
    "localhost",
    "manager",
    "operator",
    "pi",
    "root",
    "router",
    "switch",
    "ubnt",
    "user",
    "vyos",
    "monitor",
];
/// A shorter name is not searched for: it would change half of every text.
const SHORTEST: usize = 2;

/// Everything that may be an address, the longest kind first.
static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?P<mac>[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2})",
        r"|(?P<v6>[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){1,6}:\d{1,3}(?:\.\d{1,3}){3}",
        r"|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})",
        r"|(?P<v4>\d{1,3}(?:\.\d{1,3}){3})",
    );
    Regex::new(pattern).expect("the pattern of addresses is valid")
});

/// What has been replaced so far.
pub(super) struct StandIns {
    /// Names with their stand-ins, the longest first.
    names: Vec<(String, String)>,
    addresses: HashMap<IpAddr, IpAddr>,
    hardware: HashMap<String, u32>,
}

impl StandIns {
    /// Stand-ins for the names of the device, of users, and for a serial number.
    pub(super) fn new(devices: &[&str], users: &[&str], serial: Option<&str>) -> StandIns {
        let mut names: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, stand_in: String| {
            let says = name.chars().count() >= SHORTEST && name.contains(|letter: char| letter.is_alphanumeric());
            let is_ordinary = ORDINARY.contains(&name.to_ascii_lowercase().as_str());
            if says && !is_ordinary && name.parse::<IpAddr>().is_err() && names.iter().all(|(known, _)| known != name) {
                names.push((name.to_owned(), stand_in));
            }
        };
        if let Some(serial) = serial {
            add(serial, of_same_shape(serial));
        }
        for (place, user) in users.iter().enumerate() {
            add(user, format!("user{}", place + 1));
        }
        for device in devices {
            add(device, "device1".to_owned());
        }
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        StandIns { names, addresses: HashMap::new(), hardware: HashMap::new() }
    }

    /// A text with stand-ins.
    pub(super) fn put(&mut self, text: &str) -> String {
        let mut text = without_tags(text);
        for (name, stand_in) in &self.names {
            text = with_word(&text, name, stand_in);
        }
        ADDRESSES.replace_all(&text, |found: &Captures<'_>| self.address(found, &text)).into_owned()
    }

    fn address(&mut self, found: &Captures<'_>, text: &str) -> String {
        let whole = found.get(0).expect("the whole match is always there");
        let (before, behind) = (&text[..whole.start()], &text[whole.end()..]);
        let kept = whole.as_str().to_owned();
        // An address of IPv4 may have a scheme before it, and a port behind.
        let is_v4 = found.name("mac").is_none() && kept.contains('.');
        let is_inner = |letter: char| letter.is_alphanumeric() || letter == ':' && !is_v4;
        let goes_on = behind.starts_with(is_inner)
            || behind.strip_prefix('.').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
        if before.ends_with(is_inner) || before.ends_with('.') || goes_on {
            return kept;
        }
        if found.name("mac").is_some() {
            return self.hardware(&kept);
        }
        // A version of four numbers looks like an address.
        if ["ersion ", "elease "].iter().any(|word| before.ends_with(word)) {
            return kept;
        }
        // What is no address of IPv6 may have one of IPv4 behind its colons.
        let (front, address) = match kept.rsplit_once(':') {
            Some((front, last)) if kept.parse::<IpAddr>().is_err() => (format!("{front}:"), last),
            _ => (String::new(), kept.as_str()),
        };
        match address.parse::<IpAddr>() {
            Ok(address) if names_something(address) => format!("{front}{}", self.stand_in(address)),
            _ => kept,
        }
    }

    fn stand_in(&mut self, address: IpAddr) -> IpAddr {
        let next = u32::try_from(self.addresses.len()).unwrap_or(u32::MAX).wrapping_add(1);
        *self.addresses.entry(address).or_insert_with(|| match address {
            // RFC 2544 keeps 198.18.0.0/15 for tests of devices, and RFC 3849 this one for documentation.
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(0xC612_0000 | (next & 0x0001_FFFF))),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from((0x2001_0db8_u128 << 96) | u128::from(next))),
        })
    }

    /// A hardware address, with the signs the device puts between its digits.
    fn hardware(&mut self, address: &str) -> String {
        let digits: String = address.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
        let next = u32::try_from(self.hardware.len()).unwrap_or(u32::MAX).wrapping_add(1);
        let number = *self.hardware.entry(digits).or_insert(next);
        let mut digits = format!("02{number:010x}").into_bytes().into_iter();
        let digit =
            |letter: char| if letter.is_ascii_hexdigit() { digits.next().map_or('0', char::from) } else { letter };
        address.chars().map(digit).collect()
    }
}

/// Whether an address names a machine or a network: masks, their opposites and those without a place do not.
fn names_something(address: IpAddr) -> bool {
    let is_mask = |bits: u32| bits.leading_ones() + bits.trailing_zeros() == u32::BITS || bits == u32::MAX;
    match address {
        IpAddr::V4(v4) => {
            let bits = u32::from(v4);
            !is_mask(bits) && !is_mask(!bits) && !v4.is_loopback() && !v4.is_multicast() && !v4.is_unspecified()
        }
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_multicast() && !v6.is_unspecified(),
    }
}

/// The same letters and digits in number and place: patterns of facts still match it.
fn of_same_shape(text: &str) -> String {
    let shape = |letter: char| match letter {
        'A'..='Z' => 'X',
        'a'..='z' => 'x',
        '0'..='9' => '0',
        other => other,
    };
    text.chars().map(shape).collect()
}

/// A text with words for the tags of hidden secrets, equal ones for equal tags: the rules for secrets find them again.
fn without_tags(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('‹') {
        let Some(length) = rest[at..].find('›') else { break };
        let tag = &rest[at + '‹'.len_utf8()..at + length];
        let mark = tag.rsplit(' ').next().filter(|mark| mark.len() == 4 && *mark != tag).unwrap_or("0000");
        out.push_str(&rest[..at]);
        out.push_str(&format!("Hidden{mark}"));
        rest = &rest[at + length + '›'.len_utf8()..];
    }
    out.push_str(rest);
    out
}

/// A text with another word for one that stands in it as a whole word.
fn with_word(text: &str, word: &str, other: &str) -> String {
    let is_inner = |letter: char| letter.is_alphanumeric() || letter == '_';
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (at, found) in text.match_indices(word) {
        let end = at + found.len();
        if text[..at].ends_with(is_inner) || text[end..].starts_with(is_inner) {
            continue;
        }
        out.push_str(&text[from..at]);
        out.push_str(other);
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_stays_equal_and_masks_stay_masks() {
        let mut all = StandIns::new(&["edge-7.example", "edge-7"], &["mueller", "admin"], Some("FCW21A0BC"));
        let text = "hostname edge-7\nip address 10.4.7.1 255.255.255.0\nwildcard 0.0.0.255\nntp 10.4.7.1\n\
                    peer 2a02:db9::1/64\nmac 00:1b:54:aa:bb:01 001b.54aa.bb01\nby mueller, not muellerin, for admin\n\
                    serial FCW21A0BC version 15.2.4.1 at 13:57:08\nsnmp key ‹secret 7c1e› pw ‹password›\n";
        let put = "hostname device1\nip address 198.18.0.1 255.255.255.0\nwildcard 0.0.0.255\nntp 198.18.0.1\n\
                   peer 2001:db8::2/64\nmac 02:00:00:00:00:01 0200.0000.0001\nby user1, not muellerin, for admin\n\
                   serial XXX00X0XX version 15.2.4.1 at 13:57:08\nsnmp key Hidden7c1e pw Hidden0000\n";
        assert_eq!(all.put(text), put);
        assert_eq!(all.put("ping 1:2:10.4.7.1:22 from edge-7.example"), "ping 1:2:198.18.0.1:22 from device1");
    }

    #[test]
    fn ordinary_words_and_parts_of_longer_ones_stay() {
        let mut all = StandIns::new(&["router", "x"], &["cisco"], None);
        for text in ["router bgp 1", "cisco WS-C2960", "x", "1.2.3.4.5", "fe:dc:ba:98:76:54:32:10:11"] {
            assert_eq!(all.put(text), text);
        }
    }
}
