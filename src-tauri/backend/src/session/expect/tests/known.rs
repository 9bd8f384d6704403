//! What a platform answers: questions at any time, menus before the first prompt, pagers in the middle of a line.

use super::device::Act::{Choose, Question, Rename, Stop};
use super::*;
use crate::session::transcript::Direction;

const DEFAULTS: &str = "Show defaults as well? [y/N] ";

fn asking() -> Definition {
    let mut definition = definition("end = '^end$'");
    definition.questions = vec![dialog(r"Show defaults as well\? \[y/N\]", "y"), dialog("^Save it", "n")];
    definition
}

#[test]
fn a_question_wants_its_own_key_and_the_pager_another() {
    let definition = asking();
    for (before, yes, no) in [
        ("interface 2\n", "\r\ndefault 3\r\n", "\r\n"),
        ("interface 2\n", "y\r\ndefault 3\r\n", "n\r\n"),
        ("interface 2\n", "\r\x1b[Kdefault 3\r\n", "\r\x1b[K"),
        ("interface 2", "\r\ndefault 3\r\n", "\r\n"),
        ("interface 2", "y\r\ndefault 3\r\n", "n\r\n"),
    ] {
        for chunk in [1, usize::MAX] {
            let mut acts = vec![say("hostname R1\ninterface 1\n"), Page(" --More-- "), say(before)];
            acts.extend([Choose(DEFAULTS, 'y', yes, no), say("end\n")]);
            let mut device = router(acts);
            device.chunks = vec![chunk];
            let outcome = read(&mut device, &definition);
            assert_eq!(outcome.text(), "hostname R1\ninterface 1\ninterface 2\ndefault 3\nend\n", "{before:?} {yes:?}");
            assert!(String::from_utf8_lossy(&device.received).contains("show run\n y\n"), "{:?}", lines(&device));
        }
    }
}

#[test]
fn a_question_behind_the_end_marker_does_not_hide_it() {
    let acts = vec![say(CONFIG), Choose(DEFAULTS, 'y', "y\r\n", "n\r\n")];
    assert_eq!(read(&mut router(acts), &asking()).text(), CONFIG);
}

#[test]
fn a_question_under_a_line_of_the_log_is_answered_and_the_next_reading_counts() {
    let log = "Show defaults as well? [y/N] *Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured\r\n";
    let whole = "hostname R1\ndefault 3\nend\n";
    let asked = |question| vec![say("hostname R1\n"), Choose(question, 'y', "\r\ndefault 3\r\n", "\r\n"), say("end\n")];
    let mut device = router(vec![]).in_turn("show run", vec![asked(log), asked(DEFAULTS)]);
    assert_eq!(read(&mut device, &asking()).text(), whole);
}

#[test]
fn a_line_that_reads_like_a_question_and_goes_on_is_text() {
    let text = "hostname R1\n description Show defaults as well? [y/N] or not\nend\n";
    let (first, rest) = text.split_at(text.find(" or").unwrap());
    let mut device = router(vec![say(first), Pause(300), say(rest)]);
    assert_eq!(read(&mut device, &asking()).text(), text);
    assert!(!String::from_utf8_lossy(&device.received).contains('y'));
}

#[test]
fn a_device_that_asks_the_same_for_ever_is_given_up() {
    let mut acts = vec![say("hostname R1\n")];
    acts.extend(vec![Choose(DEFAULTS, 'y', "\r\n", "\r\n"); 150]);
    let mut device = router(acts);
    let outcome = read(&mut device, &asking());
    assert_eq!(outcome.failure(), (Cause::PromptNotSeen, Stage::Read));
    assert_eq!(String::from_utf8_lossy(&device.received).matches('y').count(), 100);
    assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some(DEFAULTS.trim()));
}

#[test]
fn questions_are_answered_at_sign_in_at_the_privileged_mode_and_at_a_newline() {
    let asks = Choose(DEFAULTS, 'y', "y\r\n", "n\r\n");
    let at_sign_in = router(vec![say(CONFIG)]).greeting(vec![say("\nWelcome\n"), asks.clone()]);
    let at_enable = unprivileged(vec![asks.clone(), Rename("R1#")]);
    let at_a_newline = router(vec![say(CONFIG)]).answers("", vec![asks]);
    for mut device in [at_sign_in, at_enable, at_a_newline] {
        assert_eq!(read(&mut device, &asking()).text(), CONFIG, "{:?}", lines(&device));
    }
}

#[test]
fn what_is_asked_while_leaving_is_answered() {
    let mut definition = asking();
    definition.goodbye = vec!["logout".to_string()];
    let asks = Choose("Save it? (y/n) ", 'n', "n\r\n", "y\r\n");
    let mut device = router(vec![say(CONFIG)]).answers("logout", vec![asks, Break]);
    let outcome = read(&mut device, &definition);
    assert_eq!(outcome.text(), CONFIG);
    assert!(String::from_utf8_lossy(&device.received).ends_with("logout\nn"), "{:?}", lines(&device));
    assert!(outcome.took < Duration::from_secs(2), "{:?}", outcome.took);
}

#[test]
fn an_entry_of_a_menu_is_chosen_wherever_it_stands() {
    let mut definition = asking();
    definition.dialogs = vec![dialog(r"(?m)^\s*(\d+)[.)] Shell\b", "{1}\n")];
    for (menu, number) in [
        ("1. Network\r\n3. Shell\r\nSelect Menu Number [0-7]: ", "3"),
        ("Shells: 2\r\n2) Shell is off today\r\n15) Shell\r\n0) Leave\r\n\r\nEnter an option: ", "15"),
    ] {
        let mut device = router(vec![say(CONFIG)]).greeting(vec![Question(menu), say("\n")]);
        let outcome = read(&mut device, &definition);
        assert_eq!(outcome.text(), CONFIG, "{menu:?}");
        assert_eq!(lines(&device).first().map(String::as_str), Some(number));
    }
}

#[test]
fn placeholders_are_typed_and_never_written_down() {
    let mut definition = definition("end = '^end$'");
    definition.dialogs = vec![dialog(r"^Who\?$", "{username}\n"), dialog(r"^Word\?$", "{password}\n")];
    definition.commands[0].send = "show run {password} {enable}".to_string();
    let typed = "show run s3cret-login s3cret-enable";
    let greeting = vec![Question("Who? "), Question("Word? ")];
    let refusal = "% Invalid input: show run s3cret-login s3cret-enable\n";
    for answer in [CONFIG, refusal] {
        let mut device = Device::new("R1#").answers("terminal length 0", vec![]).answers(typed, vec![say(answer)]);
        device = device.greeting(greeting.clone());
        let outcome = read(&mut device, &definition);
        assert!(String::from_utf8_lossy(&device.received).starts_with("backup\ns3cret-login\n"));
        assert_eq!(count(&device, typed), 1);
        let sent = outcome.transcript.entries().filter(|entry| entry.direction == Direction::Sent);
        let sent: Vec<u8> = sent.flat_map(|entry| entry.bytes.clone()).collect();
        assert!(String::from_utf8_lossy(&sent).contains("show run {password} {enable}\n"));
        let mut transcript = outcome.transcript.clone();
        transcript.hide(&["s3cret-login", "s3cret-enable"]);
        let written = format!("{:?} {:?} {:?}", outcome.log.0, outcome.log.2, transcript.lines(str::to_owned));
        assert!(!written.contains("s3cret"), "{written}");
        match &outcome.result {
            Ok(_) => assert_eq!((outcome.text(), outcome.sent()), (CONFIG, vec!["show run {password} {enable}"])),
            Err(error) => {
                assert_eq!(error.cause, Cause::CommandRejected);
                assert_eq!(error.said.as_deref(), Some("% Invalid input: show run {password} {enable}"));
                assert!(error.message.contains("show run {password} {enable}"), "{}", error.message);
            }
        }
    }
}

#[test]
fn a_secret_that_a_dialog_types_is_not_typed_twice() {
    let mut definition = definition("end = '^end$'");
    definition.dialogs = vec![dialog(r"^Word\?$", "{password}\n")];
    let mut device = router(vec![say(CONFIG)]).greeting(vec![Question("Word? "), say("% No\n"), Question("Word? ")]);
    assert_eq!(read(&mut device, &definition).failure(), (Cause::AuthFailed, Stage::Prompt));
    assert_eq!(lines(&device), ["s3cret-login"]);
}

#[test]
fn a_pager_in_the_middle_of_a_line_takes_nothing_but_itself() {
    let whole = "hostname R1\ninterface Gi0/1\n description x\nend\n";
    let (first, rest) = whole.split_at(whole.find("/1").unwrap());
    let log = "--More--*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured\r\n";
    let back = "\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08";
    for wipe in ["\r        \r", back, "\r\x1b[K", ""] {
        let paged = |pager| vec![say(first), Stop(pager, wipe), say(rest)];
        for turns in [vec![paged("--More--")], vec![paged(log), paged("--More--")]] {
            for definition in [marked(), plain()] {
                let mut device = router(vec![]).in_turn("show run", turns.clone());
                assert_eq!(read(&mut device, definition).text(), whole, "{wipe:?}");
            }
        }
    }
}
