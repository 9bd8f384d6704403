//! Lines that are not an answer's own: what a device's log prints into it, and how readings that differ by them are settled.
//!
//! No line is taken for a log line for its looks alone. Looks only say that it is worth reading again: what stands at the
//! same place both times is the device's text, whatever it looks like, and what does not was printed into it.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::definition::Definition;

/// How many letters two lines must share at their start to be two showings of one line.
const SHARED: usize = 4;
/// A run of at least this many characters without a gap is part of something encoded.
const OPAQUE: usize = 24;

/// Cisco and its like: facility, severity and mnemonic.
const MNEMONIC: &str = r"%[A-Za-z]\w*(?:-\w+)*-(?:[0-7]|[A-Z])-\w+";

static EVENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(MNEMONIC).expect("the pattern of events is valid"));

/// What no configuration writes: the marks by which devices name an event, whatever stands before them.
static MARKED: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        MNEMONIC,
        // Huawei and H3C: `%%01IFNET/4/LINK_STATE`, `%Nov 30 10:11:12:123 2026`, `#Nov 30 ...`.
        r"%%\d\d\w+/\d/\w+",
        r"^\s*[%#*]\s?[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d",
        r"^\s*(?:SYSLOG: ?)?<\d{1,3}>",
        r"^#\d{4}-\d\d?-\d\d?[ T]\d\d?:\d\d",
        // What one user of a terminal sends to the others, and what announces a restart.
        r"^\*\*\*(?:\s|$)",
        r"(?i)^\s*(?:broadcast message from |message from syslogd?@)",
    ])
});

/// What a line of a log usually has and a line of a configuration seldom: the time to the second, or a process and its number.
static TIMED: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"(?:^|[\s\[(*.,;T-])\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?:[\s\])Z;,+-]|:(?:[^\dA-Fa-f:]|$)|$)",
        r"^\s*(?:\S+ ){0,3}[A-Za-z][\w./-]*\[\d+\]: ",
        r"^\s*(?:\d+[ywdhm])+\d*[a-z]?: ",
        r"^\s*\[ *\d+\.\d{3,}\] ",
    ])
});

/// What begins a message whose words stand on a line of their own.
static HEADING: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"(?i)\b(?:broadcast message from |message from syslogd?@)",
        r"\*\*\* Message from ",
        r"(?i)\b(?:info|warning|error|alarm|alert|event)\b[^:]*:\s*$",
    ])
});

/// A line that frames a message.
static RULE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\*\*\*\s*$").expect("the pattern of frames is valid"));

fn set(patterns: &[&str]) -> RegexSet {
    RegexSet::new(patterns).expect("the patterns of log lines are valid")
}

/// Whether a line, as a screen shows it, may be one of the device's log.
pub fn may_be_log(line: &str) -> bool {
    // Comments at the head of a configuration carry times of their own.
    MARKED.is_match(line) || (!line.trim_start().starts_with(['!', '#', ';']) && TIMED.is_match(line))
}

/// Whether a line, as a screen shows it, names an event as nothing but a log does.
pub fn names_event(line: &str) -> bool {
    EVENT.is_match(line)
}

/// What a line may have to do with the device's log, by its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Ordinary text.
    Text,
    /// It may be a line of the log.
    Log,
    /// It stands below the heading of a message and may be its words.
    Words,
}

/// How each of these lines looks.
pub fn looks<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<Look> {
    let mut headed = false;
    let look = |line: &str| {
        if line.trim().is_empty() || RULE.is_match(line) {
            return if RULE.is_match(line) { Look::Log } else { Look::Text };
        }
        // One line that says something belongs to the heading above it.
        let below = std::mem::take(&mut headed);
        headed = HEADING.is_match(line);
        match may_be_log(line) {
            _ if below && !headed => Look::Words,
            true => Look::Log,
            false => {
                headed = false;
                Look::Text
            }
        }
    };
    lines.map(look).collect()
}

/// Whether any line of a text that would be stored may be one of the device's log.
pub fn has_log(definition: &Definition, text: &str) -> bool {
    text.lines().any(|line| may_be_log(line) && !definition.volatile_set.is_match(line))
}

/// A text without the lines at its two ends that are of the log beyond doubt: no configuration begins or ends with one.
pub fn without_ends(text: &str) -> &str {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let looks = looks(lines.iter().map(|line| line.trim_end()));
    let foreign =
        |place: usize| looks[place] == Look::Words || (looks[place] == Look::Log && MARKED.is_match(lines[place]));
    let passes = |place: &usize| foreign(*place) || lines[*place].trim().is_empty();
    let first = (0..lines.len()).take_while(passes).filter(|place| foreign(*place)).last().map_or(0, |place| place + 1);
    let last =
        (first..lines.len()).rev().take_while(passes).filter(|place| foreign(*place)).last().unwrap_or(lines.len());
    if first == 0 && last == lines.len() {
        return text;
    }
    let length = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    let start = length(&lines[..first]);
    let kept = text[start..start + length(&lines[first..last])].trim_start_matches('\n');
    // One line end stays.
    let end = kept.trim_end_matches('\n').len();
    &kept[..kept.len().min(end + 1)]
}

/// What a line of a reading is when it is compared with another reading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineKind {
    /// It changes by itself, and is not compared.
    Volatile,
    /// It must be the same in both.
    Firm,
    /// It is blank or may be of the log, and must not be there.
    Loose,
    /// It belongs to the line of the log above it.
    Below,
}

fn kinds<'a>(definition: &Definition, text: &'a str) -> Vec<(&'a str, LineKind)> {
    let mut kinds: Vec<(&str, LineKind)> = text.lines().map(|line| (line, LineKind::Firm)).collect();
    for (line, kind) in &mut kinds {
        if definition.volatile_set.is_match(line) {
            *kind = LineKind::Volatile;
        }
    }
    let compared = |(_, kind): &&mut (&str, LineKind)| *kind != LineKind::Volatile;
    let looks = looks(kinds.iter().filter(|(_, kind)| *kind != LineKind::Volatile).map(|(line, _)| *line));
    for ((line, kind), look) in kinds.iter_mut().filter(compared).zip(looks) {
        *kind = match look {
            Look::Log => LineKind::Loose,
            Look::Words => LineKind::Below,
            Look::Text if line.trim().is_empty() => LineKind::Loose,
            Look::Text => LineKind::Firm,
        };
    }
    kinds
}

fn firm<'a>(kinds: &[(&'a str, LineKind)]) -> Vec<&'a str> {
    kinds.iter().filter(|(_, kind)| *kind == LineKind::Firm).map(|(line, _)| *line).collect()
}

/// The later of two readings without what was printed into it; none where they differ by more than that.
pub fn settle(definition: &Definition, earlier: &str, later: &str) -> Option<String> {
    let (before, after) = (kinds(definition, earlier), kinds(definition, later));
    (firm(&before) == firm(&after)).then(|| common(&before, &after))
}

/// As [`settle`], of two readings in which lines may have changed where they stand, as a clock or a freshly sealed password
/// does; none where a line is in one of them only.
pub fn settle_in_place(definition: &Definition, earlier: &str, later: &str) -> Option<String> {
    let (before, after) = (kinds(definition, earlier), kinds(definition, later));
    let (one, other) = (firm(&before), firm(&after));
    let same =
        one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one == other || is_same_line(one, other));
    same.then(|| common(&before, &after))
}

/// What the later reading holds of firm lines, and of loose ones those that stood at the same place before.
fn common(before: &[(&str, LineKind)], after: &[(&str, LineKind)]) -> String {
    let mut known: HashMap<usize, Vec<&str>> = HashMap::new();
    let mut place = 0;
    for (line, kind) in before {
        match kind {
            LineKind::Firm => place += 1,
            LineKind::Loose | LineKind::Below => known.entry(place).or_default().push(line.trim_end()),
            LineKind::Volatile => {}
        }
    }
    let (mut text, mut place, mut head_stays) = (String::new(), 0, true);
    for (line, kind) in after {
        let mut was_there = || {
            let here = known.get_mut(&place)?;
            let at = here.iter().position(|known| *known == line.trim_end())?;
            Some(here.remove(at))
        };
        let stays = match kind {
            LineKind::Firm | LineKind::Volatile => true,
            LineKind::Loose => was_there().is_some(),
            LineKind::Below => head_stays && was_there().is_some(),
        };
        match kind {
            LineKind::Firm => place += 1,
            LineKind::Loose if !line.trim().is_empty() => head_stays = stays,
            _ => {}
        }
        let leads = text.is_empty() && line.trim().is_empty();
        if stays && !leads {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn is_same_line(one: &str, other: &str) -> bool {
    let shared =
        one.trim_start().chars().zip(other.trim_start().chars()).take_while(|(one, other)| one == other).count();
    shared >= SHARED || (is_opaque(one) && is_opaque(other))
}

/// Whether a line is part of something encoded, such as a key that the device reseals each time it shows it.
fn is_opaque(line: &str) -> bool {
    let line = line.trim();
    let is_encoded = line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    is_encoded && (line.len() >= OPAQUE || line.ends_with('='))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::platforms::Registry;

    fn platform(name: &str) -> Arc<Definition> {
        Registry::load(None).0.get(name).expect("built in")
    }

    #[test]
    fn log_lines_of_many_makers_are_suspected() {
        for line in [
            "*Mar  1 00:03:11.123: %LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to up",
            "000123: Nov 30 10:11:12.131 UTC: %SYS-5-CONFIG_I: Configured from console by admin on vty0",
            "%LINEPROTO-5-UPDOWN: Line protocol on Interface Vlan1, changed state to down",
            "3w2d: %SPANTREE-2-LOOPGUARD_BLOCK: Loop guard blocking port",
            "2026 Nov 30 10:11:12 n9k %ETHPORT-5-IF_DOWN_LINK_FAILURE: Interface Ethernet1/3 is down",
            "Nov 30 10:11:12 sw1 Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet3",
            "30-Nov-2026 10:11:12 %AAA-I-DISCONNECT: User CLI session terminated",
            "%STP-W-PORTSTATUS: e5: STP status Forwarding",
            "RP/0/RSP0/CPU0:Nov 30 10:11:12.131 : ifmgr[193]: %PKT_INFRA-LINK-3-UPDOWN : Interface Te0/0/0/1",
            "Nov 30 10:11:12  mx1 mgd[4711]: UI_COMMIT: User 'admin' requested 'commit' operation",
            "I 11/30/26 10:11:12 00076 ports: port 3 is now on-line",
            "#Nov 30 2026 10:11:12 core IFNET/4/IF_STATE: the state of the interface has changed",
            "%Nov 30 10:11:12:123 2026 H3C IFNET/3/PHY_UPDOWN: Physical state changed",
            "Nov 30 2026 10:11:12 core %%01IFNET/4/LINK_STATE(l)[0]:The line protocol has entered DOWN",
            "<14>Nov 30 10:11:12 switch LINK: port 3 down",
            "11/30/2026 10:11:12.12 <Info:vlan.msgs.portLinkStateUp> Port 3 link UP",
            "nov/30/2026 10:11:12 system,info,account user admin logged in from 192.0.2.1 via ssh",
            "2026-11-30T10:11:12.131Z fw1 kernel: link down",
            "Message from syslogd@host at Nov 30 10:11:12 ...",
            "Broadcast message from root@host (pts/0) (Mon Nov 30 10:11:12 2026):",
            "[  123.456789] eth0: link down",
            "dhcpd[123]: DHCPREQUEST for 192.0.2.7",
        ] {
            assert!(may_be_log(line), "{line:?}");
        }
    }

    #[test]
    fn lines_of_configurations_are_not() {
        for line in [
            "interface GigabitEthernet0/1",
            " ip address 192.0.2.1 255.255.255.0",
            " mac-address 00:11:22:33:44:55",
            " ipv6 address 2001:db8:10:11:12::1/64",
            " permit ip any any time-range 10:00",
            "! Last configuration change at 10:11:12 UTC Mon Nov 30 2026 by admin",
            "# nov/30/2026 10:11:12 by RouterOS 6.49.10",
            "## Last commit: 2026-11-30 10:11:12 UTC by admin",
            " description 100% up-time",
            "snmp-server enable traps %",
            "set system host-name fw1",
            "!",
            "",
        ] {
            assert!(!may_be_log(line), "{line:?}");
        }
    }

    #[test]
    fn what_was_printed_into_one_reading_is_left_out() {
        let ios = platform("cisco_ios");
        let text = "hostname a\n!\nbanner motd ^\n at 10:11:12 every day\n^\nend\n";
        let log = "\n*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured from console\n";
        let into = |at: &str| text.replacen(at, &format!("{log}{at}"), 1);
        assert_eq!(settle(&ios, text, text).as_deref(), Some(text));
        assert_eq!(settle(&ios, &into("!"), text).as_deref(), Some(text));
        assert_eq!(settle(&ios, text, &into("banner")).as_deref(), Some(text));
        assert_eq!(settle(&ios, &into("!"), &into("end")).as_deref(), Some(text));
        assert_eq!(settle(&ios, text, &text.replace("hostname a", "hostname b")), None);
        assert_eq!(settle(&ios, text, &text.replace("hostname a", "hostn *Nov 30 10:11:12: %A-1-B: c\name a")), None);
    }

    #[test]
    fn lines_that_change_every_second_do_not_make_two_readings_differ() {
        let ios = platform("cisco_ios");
        let one = "! Last configuration change at 10:11:12 UTC\nhostname a\nend\n";
        let other = "! Last configuration change at 10:11:13 UTC\nhostname a\nend\n";
        assert_eq!(settle(&ios, one, other).as_deref(), Some(other));
    }

    #[test]
    fn a_line_that_changed_where_it_stands_is_no_foreign_one() {
        let generic = platform("generic");
        let (one, other) = ("user x\n set ENC AAAA\nend\n", "user x\n set ENC BBBB\nend\n");
        assert_eq!(settle(&generic, one, other), None);
        assert_eq!(settle_in_place(&generic, one, other).as_deref(), Some(other));
        assert_eq!(settle_in_place(&generic, one, "user x\n set ENC BBBB\nlink is down\nend\n"), None);
        assert_eq!(settle_in_place(&generic, one, "user x\nlink is down\nend\n"), None);
        let key = |line: &str, rest: &str| format!("set private-key\n{line}\n{rest}\nend\n");
        let one = key("MIIFHDBOBgkqhkiG9w0BBQ0wQTAp", "q83jCw==");
        let other = key("TllGSERCT0Jna3Foa2lHOXcwQkJR", "Yd1xAQ==");
        assert_eq!(settle_in_place(&generic, &one, &other).as_deref(), Some(other.as_str()));
        assert_eq!(settle_in_place(&generic, &one, &key("the link of port three is down", "q83jCw==")), None);
    }
}
