//! What logs of several platforms are taken for, and which prompt is proposed.

use proptest::prelude::*;

use super::*;
use crate::Registry;

fn explained(platform: &str, log: &str) -> Explained {
    let definition = Registry::built_in().get(platform).expect("built in");
    explain(&definition, log)
}

/// What the line of this text is taken for, and what is marked in it.
fn line(explained: &Explained, text: &str) -> (Taken, Vec<(Taken, String)>) {
    let found = explained.lines.iter().find(|line| line.text.trim() == text);
    let found = found.unwrap_or_else(|| panic!("no line {text:?} in {:#?}", explained.lines));
    let spans = found.spans.iter().map(|span| (span.taken, found.text[span.range.clone()].to_owned()));
    (found.taken, spans.collect())
}

fn taken(explained: &Explained, text: &str) -> Taken {
    line(explained, text).0
}

fn part(taken: Taken, text: &str) -> (Taken, String) {
    (taken, text.to_owned())
}

const IOS: &str = "\nsw1>enable\nPassword: \nsw1#terminal length 0\nsw1#show version\n\
    Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E7, RELEASE SOFTWARE (fc3)\n\
    cisco WS-C2960X-48FPS-L (APM86XXX) processor (revision H0) with 524288K bytes of memory.\n\
    Processor board ID FOC1932X0B1\n --More-- \n\nsw1#show running-config\nBuilding configuration...\n\n\
    Current configuration : 9120 bytes\n!\n! Last configuration change at 21:40:02 CET Sun Jan 11 2026\nversion 15.2\n\
    hostname sw1\n!\nenable secret 5 QZsecret\nkey chain RIP\n\
    %LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to up\nend\n\nsw1#show foo\n       ^\n\
    % Invalid input detected at '^' marker.\n\nsw1#";

#[test]
fn each_line_of_a_session_is_taken_for_what_the_session_takes_it_for() {
    let found = explained("cisco_ios", IOS);
    let prompt = line(&found, "sw1>enable");
    assert_eq!(prompt, (Taken::Prompt, vec![part(Taken::Host, "sw1"), part(Taken::Echo, "enable")]));
    assert_eq!(line(&found, "sw1#"), (Taken::Prompt, vec![part(Taken::Host, "sw1")]));
    for (text, expected) in [
        ("Password:", Taken::Question),
        ("sw1#show foo", Taken::Prompt),
        ("--More--", Taken::Pager),
        ("Building configuration...", Taken::Header),
        ("Current configuration : 9120 bytes", Taken::Volatile),
        ("! Last configuration change at 21:40:02 CET Sun Jan 11 2026", Taken::Volatile),
        ("hostname sw1", Taken::Configuration),
        ("key chain RIP", Taken::Harmless),
        ("%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to up", Taken::Log),
        ("% Invalid input detected at '^' marker.", Taken::Refusal),
        ("", Taken::Blank),
    ] {
        assert_eq!(taken(&found, text), expected, "{text}");
    }
    let secret = line(&found, "enable secret 5 QZsecret");
    assert_eq!(secret, (Taken::Configuration, vec![part(Taken::Secret, "QZsecret")]));
    assert_eq!(found.proposal, None);
}

#[test]
fn facts_are_marked_where_they_are_read() {
    let found = explained("cisco_ios", IOS);
    let marked = |field: FactField| {
        let parts = found.lines.iter().flat_map(|line| line.spans.iter().map(move |span| (line, span)));
        let mut parts = parts.filter(|(_, span)| span.taken == Taken::Fact(field));
        parts.next().map(|(line, span)| line.text[span.range.clone()].to_owned())
    };
    assert_eq!(marked(FactField::Version).as_deref(), Some("15.2(7)E7"));
    assert_eq!(marked(FactField::Model).as_deref(), Some("WS-C2960X-48FPS-L"));
    assert_eq!(marked(FactField::Serial).as_deref(), Some("FOC1932X0B1"));
}

#[test]
fn a_mark_that_the_device_wiped_out_is_a_line_of_its_own() {
    let wiped = "\x08".repeat(9) + "        " + &"\x08".repeat(9);
    let log = format!("sw1#show version\r\nProcessor board ID F1\r\n --More-- {wiped}Model number   : WS-X\r\nsw1#");
    let found = explained("cisco_ios", &log);
    let texts: Vec<&str> = found.lines.iter().map(|line| line.text.trim()).collect();
    assert_eq!(texts, ["sw1#show version", "Processor board ID F1", "--More--", "Model number   : WS-X", "sw1#"]);
    assert_eq!(taken(&found, "--More--"), Taken::Pager);
    let model = line(&found, "Model number   : WS-X");
    assert_eq!(model.1, [part(Taken::Fact(FactField::Model), "WS-X")]);
}

#[test]
fn other_platforms_are_read_by_their_own_rules() {
    let log = "[admin@r1] > /export\n# 2026-01-11 21:40:02 by RouterOS 7.11\n/interface ethernet\n\
               set [ find default-name=ether1 ] name=e1\n/ppp secret\nadd name=u password=QZpass\n[admin@r1] > ";
    let found = explained("mikrotik_routeros", log);
    let prompt = line(&found, "[admin@r1] > /export");
    assert_eq!(prompt.1, [part(Taken::Host, "admin@r1"), part(Taken::Echo, "/export")]);
    assert_eq!(taken(&found, "# 2026-01-11 21:40:02 by RouterOS 7.11"), Taken::Volatile);
    assert_eq!(taken(&found, "/interface ethernet"), Taken::Configuration);
    assert!(line(&found, "add name=u password=QZpass").1.contains(&part(Taken::Secret, "QZpass")));
    let unstable = "fw1 # show full-configuration\n    set passwd ENC AAAA==\nfw1 # ";
    assert_eq!(taken(&explained("fortinet", unstable), "set passwd ENC AAAA=="), Taken::Unstable);
}

#[test]
fn a_refusal_that_was_seen_once_is_known_again() {
    let log = "sw9# show netraven\nso etwas gibt es hier nicht: netraven\nsw9# show running-config\n\
               so etwas gibt es hier nicht: running-config\nsw9#";
    let found = explained("generic", log);
    assert_eq!(taken(&found, "so etwas gibt es hier nicht: netraven"), Taken::Refusal);
    assert_eq!(taken(&found, "so etwas gibt es hier nicht: running-config"), Taken::Refusal);
}

/// What is proposed for the end of a log to a platform that knows no prompt.
fn proposed(log: &str) -> Option<Proposal> {
    let text = "name = 'x'\ntitle = 'X'\nvendor = 'X'\nerrors = ['^oops']\nprompt = { pattern = '(?P<host>zzz)%' }\n\
                commands = [{ send = 'show all', purpose = 'config' }]\n";
    let proposal = explain(&Definition::parse("x.toml", text).unwrap(), log).proposal?;
    let taught = text.replace("(?P<host>zzz)%", &proposal.pattern);
    let found = explain(&Definition::parse("x.toml", &taught).unwrap(), log);
    let last = &found.lines[proposal.line];
    assert_eq!(last.taken, Taken::Prompt, "{proposal:?} does not know {:?}", last.text);
    let host = last.spans.iter().find(|span| span.taken == Taken::Host).map(|span| &last.text[span.range.clone()]);
    assert_eq!(host, Some(proposal.host.as_str()));
    Some(proposal)
}

#[test]
fn a_pattern_is_proposed_for_a_prompt_that_nobody_knows() {
    for (log, pattern) in [
        ("Welcome\n<core-1>", "<(?P<host>core-1)>"),
        ("r1(config-if)#\n", r"(?P<host>r1)(?:\([^()]*\))?#"),
        ("admin@fw1> ", "admin@(?P<host>fw1)>"),
        ("sw1:4# show x\nfoo\nsw1:5# ", r"(?P<host>sw1):\d+#"),
        ("sw1:4# show x\nfoo\nsw1:4# ", r"(?P<host>sw1):4#"),
        ("(a.b) >", r"\((?P<host>a\.b)\) >"),
    ] {
        assert_eq!(proposed(log).map(|proposal| proposal.pattern).as_deref(), Some(pattern), "{log:?}");
    }
    for log in ["", "\n\n", "the end", "Password:", "Continue?", "hostname a\nend\n", ">", "123 %", "zzz%"] {
        assert_eq!(proposed(log), None, "{log:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_span_is_a_part_of_its_line(log in "[ -~äé‹›\\r\\n\\x08\\x1b]{0,300}") {
        let definition = Registry::built_in().get("cisco_ios").expect("built in");
        let found = explain(&definition, &format!("sw1#show running-config\n{log}\nsw1#"));
        for line in &found.lines {
            let mut from = 0;
            for span in &line.spans {
                prop_assert!(span.range.start >= from && line.text.get(span.range.clone()).is_some());
                from = span.range.end;
            }
        }
    }
}
