//! Which commands are sent: alternatives, conditions, and one for each thing that an answer lists.

use super::*;
use crate::platforms::ForEach;

/// The platform with these words for its configuration, the first that is taken.
fn first_of(sends: &[&str]) -> Definition {
    let mut definition = definition("end = '^end$'");
    definition.commands[0].send = sends[0].to_string();
    definition.commands[0].or_else = sends[1..].iter().map(|send| (*send).to_string()).collect();
    definition
}

#[test]
fn the_first_command_that_is_not_refused_is_the_one_and_is_sent_again_alone() {
    let mut definition = first_of(&["export all", "export", "print"]);
    definition.unknown_command = Some("show netraven".to_string());
    let device = || Device::new("R1#").answers("terminal length 0", vec![]).answers("export", vec![say(CONFIG)]);
    for refusal in [vec![say("% Invalid input\n")], vec![say("frobnicated: all\n")], vec![]] {
        let mut device = device().answers("export all", refusal);
        device = device.answers("show netraven", vec![say("frobnicated: netraven\n")]);
        let outcome = read_first(&mut device, &definition);
        assert_eq!((outcome.text(), outcome.sent()), (CONFIG, vec!["export"]));
        assert_eq!((count(&device, "export all"), count(&device, "export"), count(&device, "print")), (1, 2, 0));
    }
}

#[test]
fn the_refusal_of_the_last_one_counts_and_a_text_cut_short_is_no_refusal() {
    let definition = first_of(&["export all", "export"]);
    let device = || Device::new("R1#").answers("terminal length 0", vec![]);
    let outcome = read(&mut device(), &definition);
    assert_eq!(outcome.failure().0, Cause::CommandRejected);
    assert!(outcome.result.err().unwrap().message.contains("`export`"));
    let mut cut = device().answers("export all", vec![say("hostname R1\ninterface 1\ninterface 2\n")]);
    cut = cut.answers("export", vec![say(CONFIG)]);
    assert_eq!(read(&mut cut, &definition).failure().0, Cause::Truncated);
    assert_eq!(count(&cut, "export"), 0);
}

#[test]
fn a_command_is_sent_when_an_answer_before_it_says_so() {
    let mut definition = definition("end = '^end$'");
    let mut on = |send: &str, when: &str| {
        let when = Some(pattern(when));
        let command = Command { when, ..command(&definition, send, Purpose::Config) };
        definition.commands.push(command);
    };
    on("show old", "(?m)^Version 6");
    on("show new", "(?m)^Version 7");
    definition.commands[0] = command(&definition, "show version", Purpose::Facts);
    let device = |version: &str| {
        let answered = Device::new("R1#").answers("terminal length 0", vec![]).answers("show new", vec![say(CONFIG)]);
        answered.answers("show version", vec![say(&format!("Some OS\nVersion {version}\n"))])
    };
    let outcome = read(&mut device("7.1"), &definition);
    assert_eq!(outcome.sent(), ["show version", "show new"]);
    assert!(outcome.says(Level::Debug, "`show old` is not sent"));
    let outcome = read(&mut device("8.1"), &definition);
    assert_eq!(outcome.failure().0, Cause::EmptyAnswer, "nothing may be stored");
    assert!(outcome.result.err().unwrap().message.contains("No command for the configuration applied"));
}

/// A platform that reads a file for each context that another answer lists.
fn contexts(listed_by: &str, capture: &str) -> Definition {
    let mut definition = definition("end = '^end$'");
    let for_each = ForEach { listed_by: listed_by.to_string(), capture: pattern(capture) };
    let each = command(&definition, "more disk0:/{1}.cfg", Purpose::Config);
    let heading = Some("context {1}".to_string());
    definition.commands.push(Command { for_each: Some(for_each), heading, ..each });
    definition
}

const LISTING: &str = "hostname R1\ncontext admin\ncontext dmz\ncontext admin\ncontext {password}\nend\n";

fn firewall() -> Device {
    router(vec![say(LISTING)])
        .answers("show context", vec![say("admin\ndmz\n{password}\n")])
        .answers("more disk0:/admin.cfg", vec![say("hostname admin\nend\n")])
        .answers("more disk0:/dmz.cfg", vec![say("hostname dmz\nend\n")])
        .answers("more disk0:/{password}.cfg", vec![say("hostname other\nend\n")])
}

#[test]
fn a_command_is_sent_for_each_thing_that_another_answer_lists() {
    for definition in [contexts("show run", r"(?m)^context (\S+)"), contexts("show context", r"(?m)^(\S+)$")] {
        let mut device = firewall();
        let outcome = read_first(&mut device, &definition);
        // What a device calls something is never taken for a placeholder.
        let sent = ["show run", "more disk0:/admin.cfg", "more disk0:/dmz.cfg", "more disk0:/{password}.cfg"];
        assert_eq!(outcome.sent(), sent);
        let answers = &outcome.result.as_ref().ok().unwrap().answers;
        assert_eq!(answers[2].text, "hostname dmz\nend\n");
        assert_eq!(answers[2].heading.as_deref(), Some("context dmz"));
        assert_eq!((answers[0].heading.as_deref(), answers[2].command), (None, 1));
        assert!(sent.iter().all(|send| count(&device, send) == 2), "{:?}", lines(&device));
    }
}

#[test]
fn a_listing_with_a_line_of_the_log_in_it_is_read_until_two_agree() {
    let log = "admin\n*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured\ndmz\n{password}\n";
    let whole = "admin\ndmz\n{password}\n";
    let mut device = firewall().in_turn("show context", vec![vec![say(log)], vec![say(whole)]]);
    let outcome = read(&mut device, &contexts("show context", r"(?m)^(\S+)"));
    assert_eq!(outcome.sent().len(), 4);
}

#[test]
fn a_listing_may_be_empty_refused_or_too_long() {
    let outcome = read(&mut firewall(), &contexts("show run", r"(?m)^vdom (\S+)"));
    assert_eq!(outcome.sent(), ["show run"]);
    assert!(outcome.says(Level::Debug, "lists nothing"));
    let mut definition = contexts("show vdoms", r"(?m)^(\S+)$");
    let outcome = read(&mut firewall(), &definition);
    assert_eq!(outcome.failure().0, Cause::CommandRejected);
    definition.commands[1].optional = true;
    assert_eq!(read(&mut firewall(), &definition).sent(), ["show run"]);
    let many: String = (0..501).map(|number| format!("c{number}\n")).collect();
    let mut device = firewall().answers("show context", vec![say(&many)]);
    let outcome = read(&mut device, &contexts("show context", r"(?m)^(\S+)$"));
    assert_eq!(outcome.failure().0, Cause::TooLarge);
}
