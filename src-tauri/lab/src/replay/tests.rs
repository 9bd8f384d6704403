//! A recorded device without a network: typed bytes against what is printed.

use std::sync::Arc;

use super::Replay;
use crate::device::Device;
use crate::recording::Recording;
use crate::shell::Op;
use crate::spec::DeviceSpec;

/// A device of these parts, the exchanges last.
fn device(head: &str, rest: &str) -> Replay {
    let text =
        format!("platform = 'x'\nhostname = 'sw1'\nprompt = \"\\nsw1#\"\nbanner = \"Welcome\\n\"\n{head}\n{rest}");
    let device = Arc::new(Device::new(DeviceSpec::replaying(Recording::parse(&text).unwrap())));
    let recording = device.recording.clone().unwrap();
    Replay::new(device, recording)
}

const SHOW: &str = "[[exchange]]\nsend = 'show'\nanswer = \"a\\nb\\nc\\nd\\ne\\n\"\n";

/// What is sent, other things to do written as `<thing>`.
fn text(ops: Vec<Op>) -> String {
    ops.into_iter()
        .map(|op| match op {
            Op::Send(text) => text,
            other => format!("<{other:?}>"),
        })
        .collect()
}

fn typed(replay: &mut Replay, keys: &str) -> String {
    text(replay.feed(keys.as_bytes()))
}

#[test]
fn it_greets_echoes_answers_refuses_and_leaves() {
    let mut device = device("refusal = \"% No {word}\\n\"", SHOW);
    assert_eq!(text(device.start()), "Welcome\r\n\r\nsw1#");
    assert_eq!(typed(&mut device, "\r\n"), "\r\n\r\nsw1#");
    assert_eq!(typed(&mut device, "show\n"), "show\r\na\r\nb\r\nc\r\nd\r\ne\r\n\r\nsw1#");
    assert_eq!(typed(&mut device, "erase all\n"), "erase all\r\n% No erase\r\n\r\nsw1#");
    assert_eq!(typed(&mut device, "exit\n"), "exit\r\n<Close>");
}

#[test]
fn what_is_typed_by_hand_is_echoed_key_by_key_and_can_be_corrected() {
    let mut device = device("", "[[exchange]]\nsend = 'show'\necho = 'drawn again'\nanswer = ''\n");
    assert_eq!(typed(&mut device, "sho"), "sho");
    assert_eq!(typed(&mut device, "\x08"), "\x08 \x08");
    assert_eq!(typed(&mut device, "ow"), "ow");
    assert_eq!(typed(&mut device, "\x15show"), "\x08 \x08\x08 \x08\x08 \x08\x08 \x08show");
    assert_eq!(typed(&mut device, "\n"), "\r\n\r\nsw1#");
    assert_eq!(typed(&mut device, "sh\x03"), "^C\r\n\r\nsw1#");
}

#[test]
fn a_recorded_echo_takes_the_place_of_a_line_that_comes_at_once() {
    let mut device = device("", "[[exchange]]\nsend = 'show'\necho = \"shwo\\b\\bow\"\nanswer = ''\n");
    assert_eq!(typed(&mut device, "show\n"), "shwo\x08\x08ow\r\n\r\nsw1#");
    assert_eq!(typed(&mut device, "show"), "show");
    assert_eq!(typed(&mut device, "\n"), "\r\n\r\nsw1#");
}

#[test]
fn long_answers_are_paged_until_paging_is_off() {
    let pager = "[pager]\nmark = '--More--'\nerase = \"\\r        \\r\"\nlines = 2\n";
    let off = "[[exchange]]\nsend = 'no page'\nanswer = ''\nturns_paging_off = true\n";
    let mut device = device("", &format!("{pager}{off}{SHOW}"));
    assert_eq!(typed(&mut device, "show\n"), "show\r\na\r\nb\r\n--More--");
    assert_eq!(typed(&mut device, "x\t"), "", "other keys are ignored");
    assert_eq!(typed(&mut device, "\r"), "\r        \rc\r\n--More--");
    assert_eq!(typed(&mut device, " "), "\r        \rd\r\ne\r\n\r\nsw1#");
    typed(&mut device, "show\n");
    assert_eq!(typed(&mut device, "q"), "\r        \r\r\nsw1#");
    assert_eq!(typed(&mut device, "no page\nshow\n").matches("More").count(), 0);
}

#[test]
fn it_stops_where_it_stopped_when_it_was_recorded() {
    let pager = "[pager]\nmark = '--More--'\nerase = \"\\b\\b\"\n\
                 also = [{ mark = 'Press Enter', erase = '!', key = \"\\n\" }]\n";
    let answer = "[[exchange]]\nsend = 'show'\nanswer = \"a\\n--More--\\b\\bb --More-- \\nPress Enter!c\\n\"\n";
    let mut device = device("", &format!("{pager}{answer}"));
    assert_eq!(typed(&mut device, "show\n"), "show\r\na\r\n--More--");
    assert_eq!(typed(&mut device, " "), "\x08\x08b --More-- \r\nPress Enter");
    assert_eq!(typed(&mut device, " "), "", "this one wants Enter");
    assert_eq!(typed(&mut device, "\n"), "!c\r\n\r\nsw1#");
    assert_eq!(text(device.exec("show")), "a\nb --More-- \nc\n<Close>");
}

#[test]
fn nothing_is_known_before_the_privileged_mode() {
    let privilege = "[privilege]\ncommand = 'enable'\npassword_prompt = 'Password: '\n\
         unprivileged_prompt = 'sw1>'\npassword = 'open'\n";
    let mut device = device("", &format!("{privilege}{SHOW}"));
    assert_eq!(text(device.start()), "Welcome\r\nsw1>");
    assert!(typed(&mut device, "show\n").contains("% Invalid input"));
    assert_eq!(typed(&mut device, "enable\n"), "enable\r\nPassword: ");
    assert_eq!(typed(&mut device, "shut\n"), "\r\n% Access denied\r\nsw1>");
    assert_eq!(typed(&mut device, "enable\nopen\n"), "enable\r\nPassword: \r\n\r\nsw1#");
    assert!(typed(&mut device, "show\n").starts_with("show\r\na\r\n"));
}

#[test]
fn the_shell_may_ask_who_is_there_and_more_before_the_first_prompt() {
    let head = "sign_in = ['User:', 'Password:']\n\
                dialogs = [{ question = 'Accept? ', answer = \"y\\n\" }, { question = 'Press a', answer = 'a' }]";
    let mut device = device(head, SHOW);
    assert_eq!(text(device.start()), "User:");
    assert_eq!(typed(&mut device, "lab\nwrong\n"), "lab\r\nPassword:\r\nLogin incorrect\r\nUser:");
    assert_eq!(typed(&mut device, "lab\n"), "lab\r\nPassword:");
    assert_eq!(typed(&mut device, "lab-password\n"), "\r\nWelcome\r\nAccept? ");
    assert_eq!(typed(&mut device, "n\n"), "n\r\nAccept? ");
    assert_eq!(typed(&mut device, "y\n"), "y\r\nPress a");
    assert_eq!(typed(&mut device, "b"), "");
    assert_eq!(typed(&mut device, "a"), "\r\n\r\nsw1#");
}

#[test]
fn a_question_behind_an_answer_waits_for_its_own() {
    let question = "question = { text = 'Defaults too? [y/N] ', answer = 'y', shows = \"default\\n\" }\n";
    let mut device = device("", &format!("{SHOW}{question}"));
    assert!(typed(&mut device, "show\n").ends_with("e\r\nDefaults too? [y/N] "));
    assert_eq!(typed(&mut device, "y"), "\r\ndefault\r\n\r\nsw1#");
}

#[test]
fn where_enter_is_one_key_the_other_is_none() {
    let mut device = device("newline = \"\\r\"", SHOW);
    assert_eq!(typed(&mut device, "show\n"), "show");
    assert_eq!(typed(&mut device, "\r"), "\r\na\r\nb\r\nc\r\nd\r\ne\r\n\r\nsw1#");
}
