//! Lines that are not an answer's own: what a device's log prints into it, and how readings that differ by them are settled.
//!
//! No line is taken for a log line for its looks alone. Looks only say that it is worth reading again: what stands at the
//! same place both times is the device's text, whatever it looks like, and what does not was printed into it.

mod settle;

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::definition::Definition;
use settle::{LineKind, judged};

pub use settle::{settle, settle_in_place};

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
    let of_rules = |kind: LineKind| matches!(kind, LineKind::Volatile | LineKind::Unstable);
    judged(definition, text).iter().any(|line| !of_rules(line.kind) && may_be_log(line.text))
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
