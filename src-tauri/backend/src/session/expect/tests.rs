//! The conversation against scripted devices: every chunking, pause and break.

mod asked;
mod beside;
mod device;
mod extras;
mod foreign;
mod kinds;
mod known;
mod planned;
mod prepared;
mod refused;

use std::sync::LazyLock;
use std::time::Duration;

use netraven_api::outcome::{Cause, Stage};
use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;

use self::device::Act::{Ask, Drop as Break, Page, Pause};
use self::device::{Act, Device, say};
use super::super::observer::{Level, LogType, Observer, Progress};
use super::super::report::{Limits, Login, SessionError};
use super::super::transcript::Transcript;
use super::terminal::Bounds;
use super::{Context, Conversed, converse};
use crate::platforms::foreign::has_log;
use crate::platforms::{Command, Definition, Dialog, Purpose};

#[derive(Default)]
struct Log(Vec<(Level, String)>, Vec<Stage>, Vec<Value>);

impl Observer for Log {
    fn stage(&mut self, stage: Stage) {
        self.1.push(stage);
    }

    fn log(&mut self, level: Level, _log_type: LogType, message: String, meta: Value) {
        self.0.push((level, message));
        self.2.push(meta);
    }
}

struct Outcome {
    result: Result<Conversed, SessionError>,
    stage: Stage,
    log: Log,
    transcript: Transcript,
    took: Duration,
}

impl Outcome {
    fn text(&self) -> &str {
        match &self.result {
            Ok(conversed) => &conversed.answers.last().unwrap().text,
            Err(error) => panic!("no reading: {error:?}"),
        }
    }

    /// What was sent, as the answers say.
    fn sent(&self) -> Vec<&str> {
        match &self.result {
            Ok(conversed) => conversed.answers.iter().map(|answer| answer.sent.as_str()).collect(),
            Err(error) => panic!("no reading: {error:?}"),
        }
    }

    /// Whether a line of the log of this level says so.
    fn says(&self, level: Level, words: &str) -> bool {
        self.log.0.iter().any(|(known, text)| *known == level && text.contains(words))
    }

    fn failure(&self) -> (Cause, Stage) {
        (self.result.as_ref().err().expect("a reading that should have been refused").cause, self.stage)
    }
}

fn login() -> Login {
    Login {
        id: 1.into(),
        username: "backup".to_string(),
        password: "s3cret-login".into(),
        key: None,
        agent: None,
        answers: Vec::new(),
        enable_password: Some("s3cret-enable".into()),
        networks: Vec::new(),
    }
}

/// What a device says without lines like those of a log counts as stored, but on these platforms, where every configuration is a
/// new one.
const NEW: [&str; 2] = ["generic", "twice"];

fn speak(device: &mut Device, definition: &Definition, limits: &Limits) -> Outcome {
    visit(device, definition, limits, &|text| !NEW.contains(&definition.name.as_str()) && !has_log(definition, text))
}

/// As [`speak`], with something stored of the device or not.
fn visit(device: &mut Device, definition: &Definition, limits: &Limits, is_stored: &dyn Fn(&str) -> bool) -> Outcome {
    visit_as(&login(), device, definition, limits, is_stored)
}

/// As [`visit`], with this credential.
fn visit_as(
    login: &Login,
    device: &mut Device,
    definition: &Definition,
    limits: &Limits,
    is_stored: &dyn Fn(&str) -> bool,
) -> Outcome {
    let (mut log, mut transcript, mut bytes_read) = (Log::default(), Transcript::default(), 0);
    let cancel = device.cancel.clone();
    let mut progress = Progress::new(&mut log);
    let began = device.now;
    let context = Context {
        definition,
        login,
        is_stored,
        bounds: Bounds { limits, cancel: &cancel, deadline: began + limits.total },
        progress: &mut progress,
        transcript: &mut transcript,
        bytes_read: &mut bytes_read,
    };
    let result = converse(device, context);
    let stage = progress.stage();
    Outcome { result, stage, log, transcript, took: device.now - began }
}

fn read(device: &mut Device, definition: &Definition) -> Outcome {
    speak(device, definition, &Limits::default())
}

/// Reads a device of which nothing is stored.
fn read_first(device: &mut Device, definition: &Definition) -> Outcome {
    visit(device, definition, &Limits::default(), &|_| false)
}

const COMMON: &str = r#"
name = "test"
title = "Test OS"
vendor = "Test"
comment = "!"
goodbye = ["exit"]
errors = ['^% ?Invalid']
[prompt]
pattern = '(?P<host>[A-Za-z0-9-]+(?:@[A-Za-z0-9-]+)?)(?:\([\w-]+\))?[>#]'
privileged = '#\s*$'
not = ['^oops#']
[paging]
off = [{ send = "terminal length 0" }]
more = ['-- ?More ?--']
answer = " "
[privilege]
command = "enable"
password_prompt = '(?i)password: ?$'
refused = ['^% ?Bad secrets']
[[dialogs]]
expect = '(?i)press return'
send = "\n"
"#;

/// A platform whose configuration ends with a line of its own.
fn marked() -> &'static Definition {
    static MARKED: LazyLock<Definition> = LazyLock::new(|| definition("end = '^end$'\nheader = ['^Building']"));
    &MARKED
}

/// A platform whose configuration ends with nothing but the prompt.
fn plain() -> &'static Definition {
    static PLAIN: LazyLock<Definition> = LazyLock::new(|| definition("must_contain = 'hostname'"));
    &PLAIN
}

fn definition(proof: &str) -> Definition {
    let command = "[[commands]]\nsend = 'show run'\npurpose = 'config'";
    Definition::parse("test.toml", &format!("{COMMON}\n{command}\n{proof}\n")).unwrap()
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

fn dialog(expect: &str, send: &str) -> Dialog {
    Dialog { expect: pattern(expect), send: send.to_string() }
}

/// The configuration's command with other words.
fn command(definition: &Definition, send: &str, purpose: Purpose) -> Command {
    let command = definition.commands[0].clone();
    let end = command.end.clone().filter(|_| purpose == Purpose::Config);
    Command { send: send.to_string(), purpose, end, optional: purpose == Purpose::Facts, ..command }
}

/// The lines that were typed at a device.
fn lines(device: &Device) -> Vec<String> {
    String::from_utf8_lossy(&device.received).lines().map(str::to_string).collect()
}

fn count(device: &Device, line: &str) -> usize {
    lines(device).iter().filter(|typed| *typed == line).count()
}

const CONFIG: &str = "hostname R1\n!\ninterface Gi0/1\n ip address 10.0.0.1 255.0.0.0\n!\nend\n";

fn router(answer: Vec<Act>) -> Device {
    Device::new("R1#").answers("terminal length 0", vec![]).answers("show run", answer)
}

#[test]
fn a_healthy_device_is_read_at_once() {
    for definition in [marked(), plain()] {
        let mut device = router(vec![say("Building configuration...\n\n"), say(CONFIG)]);
        let outcome = read(&mut device, definition);
        assert!(outcome.text().contains(CONFIG.trim()), "{}", outcome.text());
        assert!(outcome.took < Duration::from_millis(200), "{:?}", outcome.took);
        let stages = [Stage::Prompt, Stage::PagingOff, Stage::Read, Stage::ProveComplete];
        assert_eq!(outcome.log.1, stages);
        assert!(String::from_utf8_lossy(&device.received).ends_with("show run\n\n\nexit\n"));
    }
}

#[test]
fn a_look_alike_with_a_long_pause_does_not_end_the_reading() {
    for driver_echo in [false, true] {
        for definition in [marked(), plain()] {
            let text = "hostname R1\nbanner motd ^\nR1#\nNo entry\n^\ninterface Gi0/1\nend\n";
            let (first, rest) = text.split_at(text.find("R1#").unwrap() + 3);
            let mut device = router(vec![say(first), Pause(20_000), say(rest)]);
            device.driver_echo = driver_echo;
            let outcome = read(&mut device, definition);
            assert_eq!(outcome.text(), text);
        }
    }
}

#[test]
fn look_alikes_in_a_row_each_with_a_pause_do_not_end_the_reading() {
    for definition in [marked(), plain()] {
        for pause in [40, 700, 5_000] {
            let mut acts = vec![say("hostname R1\nend\n")];
            for _ in 0..2 {
                acts.extend([say("R1#"), Pause(pause), say("\n")]);
            }
            acts.push(say("last line\nend\n"));
            let outcome = read(&mut router(acts), definition);
            assert_eq!(outcome.text(), "hostname R1\nend\nR1#\nR1#\nlast line\nend\n");
        }
    }
}

#[test]
fn look_alikes_that_follow_each_other_slower_than_the_prompt_answers_do_not_end_the_reading() {
    let mut acts = vec![say("hostname R1\nend\n")];
    for _ in 0..4 {
        acts.extend([say("R1#"), Pause(700), say("\n")]);
    }
    acts.push(say("last line\n"));
    let outcome = read(&mut router(acts), plain());
    assert_eq!(outcome.text(), "hostname R1\nend\nR1#\nR1#\nR1#\nR1#\nlast line\n");
}

#[test]
fn a_line_of_the_greeting_is_not_taken_for_a_part_of_the_prompt() {
    let acts = vec![say("hostname R1\nnotice\n")];
    let mut device = router(acts).greeting(vec![say("\nR1#"), Pause(400), say("\nnotice\n")]);
    assert_eq!(read(&mut device, plain()).text(), "hostname R1\nnotice\n");
}

#[test]
fn a_look_alike_without_a_pause_is_not_even_tried() {
    for definition in [marked(), plain()] {
        let mut device = router(vec![say("hostname R1\nend\nR1#\nmore\nend\n")]);
        device.chunks = vec![1];
        assert_eq!(read(&mut device, definition).text(), "hostname R1\nend\nR1#\nmore\nend\n");
        assert_eq!(String::from_utf8_lossy(&device.received).matches("show run").count(), 1);
    }
}

#[test]
fn the_prompt_of_another_host_does_not_confirm_a_look_alike() {
    let mut acts = vec![say("hostname R1\nend\nR1#"), Pause(40)];
    for _ in 0..3 {
        acts.extend([say("\nR2#"), Pause(40)]);
    }
    acts.push(say("\nlast line\nend\n"));
    for definition in [marked(), plain()] {
        let outcome = read(&mut router(acts.clone()), definition);
        assert_eq!(outcome.text(), "hostname R1\nend\nR1#\nR2#\nR2#\nR2#\nlast line\nend\n");
    }
}

#[test]
fn a_look_alike_right_before_the_prompt_stays_in_the_text() {
    for pause in [0, 45, 3_000] {
        let mut device = router(vec![say("hostname R1\nend\nR1#"), Pause(pause), say("\n")]);
        assert_eq!(read(&mut device, plain()).text(), "hostname R1\nend\nR1#\n");
    }
}

#[test]
fn a_connection_that_breaks_is_no_reading_wherever_it_breaks() {
    for definition in [marked(), plain()] {
        for (text, pause) in [
            ("hostname R1\n", 0),
            ("hostname R1\nbanner\nR1#", 0),
            ("hostname R1\nend\nR1#", 0),
            ("hostname R1\nend\nR1#", 5_000),
            ("hostname R1\nend\nR1#\nR1#", 5_000),
            ("hostname R1\nend\n", 0),
        ] {
            let outcome = read(&mut router(vec![say(text), Pause(pause), Break]), definition);
            assert_eq!(outcome.failure().0, Cause::Disconnected, "{text:?}");
        }
    }
}

#[test]
fn a_prompt_that_does_not_answer_is_no_prompt() {
    let outcome = read(&mut router(vec![say("hostname R1\nend\nR1#"), Pause(3_600_000)]), plain());
    assert_eq!(outcome.failure(), (Cause::Truncated, Stage::ProveComplete));
}

#[test]
fn a_missing_end_marker_is_a_truncation() {
    let outcome = read(&mut router(vec![say("hostname R1\ninterface Gi0/1\n")]), marked());
    assert_eq!(outcome.failure(), (Cause::Truncated, Stage::ProveComplete));
    let error = outcome.result.err().unwrap();
    assert_eq!(error.expected.as_deref(), Some("^end$"));
    assert!(!error.message.contains("interface Gi0/1"), "what a device says may hold secrets: {}", error.message);
}

#[test]
fn a_text_without_what_it_must_contain_is_a_truncation() {
    let outcome = read(&mut router(vec![say("interface Gi0/1\n")]), plain());
    assert_eq!(outcome.failure(), (Cause::Truncated, Stage::ProveComplete));
}

#[test]
fn a_whole_text_without_what_it_must_contain_was_withheld() {
    let definition = definition("end = '^end$'\nmust_contain = '^hostname '\nmust_not_contain = 'DENIED'");
    let frame = read(&mut router(vec![say("boot-start-marker\nboot-end-marker\n!\nend\n")]), &definition);
    assert_eq!(frame.failure(), (Cause::EmptyAnswer, Stage::ProveComplete));
    let marked = read(&mut router(vec![say("hostname R1\nsystem /* DENIED */\nend\n")]), &definition);
    assert_eq!(marked.failure(), (Cause::CommandRejected, Stage::ProveComplete));
}

#[test]
fn an_error_text_is_a_rejection_and_does_not_take_the_idle_time() {
    for definition in [marked(), plain()] {
        let outcome = read(&mut router(vec![say("         ^\n% Invalid input detected\n\n")]), definition);
        assert_eq!(outcome.failure().0, Cause::CommandRejected);
        assert!(outcome.took < Duration::from_secs(2), "{:?}", outcome.took);
    }
}

#[test]
fn nothing_at_all_is_an_empty_answer() {
    for definition in [marked(), plain()] {
        let outcome = read(&mut router(vec![]), definition);
        assert_eq!(outcome.failure().0, Cause::EmptyAnswer);
        assert!(outcome.took < Duration::from_secs(2), "{:?}", outcome.took);
    }
}

#[test]
fn a_silent_device_times_out_where_it_fell_silent() {
    let outcome = read(&mut Device::new("R1#").greeting(vec![Pause(3_600_000)]), marked());
    assert_eq!(outcome.failure(), (Cause::PromptNotSeen, Stage::Prompt));
    let outcome = read(&mut router(vec![say("hostname R1\n"), Pause(3_600_000)]), marked());
    assert_eq!(outcome.failure(), (Cause::Timeout, Stage::Read));
    let drip = vec![say("x"), Pause(1000)].into_iter().cycle().take(10_000).collect();
    let outcome = read(&mut router(drip), marked());
    assert_eq!(outcome.failure(), (Cause::Timeout, Stage::Read));
    assert!(outcome.took < Duration::from_secs(602));
}

#[test]
fn a_prompt_that_nobody_knows_is_told_with_its_words_and_soon() {
    let mut device = Device::new("** odd one **]");
    let outcome = read(&mut device, marked());
    assert_eq!(outcome.failure(), (Cause::PromptNotSeen, Stage::Prompt));
    assert!(outcome.took < Duration::from_secs(11), "{:?}", outcome.took);
    assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some("** odd one **]"));
}

#[test]
fn a_cancelled_session_says_so_whatever_broke() {
    let mut device = router(vec![say("hostname R1\n"), Pause(3_600_000)]);
    device.cancel_when_silent = true;
    assert_eq!(read(&mut device, marked()).failure(), (Cause::Cancelled, Stage::Read));
}

#[test]
fn an_answer_larger_than_allowed_is_refused() {
    let limits = Limits { max_bytes: 1000, ..Limits::default() };
    let outcome = speak(&mut router(vec![say(&CONFIG.repeat(100))]), marked(), &limits);
    assert_eq!(outcome.failure().0, Cause::TooLarge);
}

#[test]
fn pagers_are_answered_and_leave_nothing_behind() {
    for definition in [marked(), plain()] {
        for chunk in [1, 7, usize::MAX] {
            let (first, rest) = CONFIG.split_at(CONFIG.find(" ip").unwrap());
            let (second, last) = rest.split_at(rest.find("end").unwrap());
            let pager = " --More-- ";
            let acts = vec![say(first), Page(pager), say(second), Page(pager), say(last)];
            let mut device = router(acts);
            device.chunks = vec![chunk];
            let outcome = read(&mut device, definition);
            assert_eq!(outcome.text(), CONFIG);
        }
    }
}

#[test]
fn a_refused_paging_command_is_only_a_warning() {
    let mut device = Device::new("R1#").answers("show run", vec![say(CONFIG)]);
    let outcome = read(&mut device, marked());
    assert_eq!(outcome.text(), CONFIG);
    assert!(outcome.log.0.iter().any(|(level, text)| *level == Level::Warning && text.contains("terminal length 0")));
}

fn unprivileged(enable: Vec<Act>) -> Device {
    let mut device = router(vec![say(CONFIG)]).answers("enable", enable);
    device.prompt = "R1>".to_string();
    device.greeting(vec![say("\n")])
}

#[test]
fn privilege_is_taken_with_the_password_and_the_record_does_not_hold_it() {
    let mut device = unprivileged(vec![Ask("s3cret-enable", "R1#")]);
    let outcome = read(&mut device, marked());
    assert_eq!(outcome.text(), CONFIG);
    assert_eq!(outcome.result.as_ref().ok().unwrap().prompt, "R1#");
    let transcript = outcome.transcript.lines(str::to_owned);
    let texts: Vec<&str> = transcript.iter().map(|line| line.text.as_str()).collect();
    assert!(!texts.concat().contains("s3cret") && texts.contains(&"‹password›"), "{texts:?}");
}

#[test]
fn a_refused_privilege_ends_the_session_after_one_password() {
    let mut device = unprivileged(vec![Ask("another", "R1#")]);
    let outcome = read(&mut device, marked());
    assert_eq!(outcome.failure(), (Cause::PrivilegeRefused, Stage::Privilege));
    assert_eq!(String::from_utf8_lossy(&device.received).matches("s3cret-enable").count(), 1);
    let outcome = read(&mut unprivileged(vec![say("% Bad secrets\n\n")]), marked());
    assert_eq!(outcome.failure().0, Cause::PrivilegeRefused);
    assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some("% Bad secrets"));
}

#[test]
fn a_key_alone_gives_no_password_to_the_privileged_mode() {
    let key = Login { password: "".into(), key: Some("a key".into()), enable_password: None, ..login() };
    let mut device = unprivileged(vec![Ask("", "R1#")]);
    let outcome = visit_as(&key, &mut device, marked(), &Limits::default(), &|_| true);
    assert_eq!(outcome.failure(), (Cause::PrivilegeRefused, Stage::Privilege));
    let message = outcome.result.err().unwrap().message;
    assert!(message.contains("has a private key alone"), "{message}");
}

#[test]
fn a_greeting_with_look_alikes_pagers_and_questions_leads_to_the_prompt() {
    let greeting = vec![
        say("Property of ACME\nR2#"),
        Pause(400),
        say(" is another device\nsales#"),
        Pause(2_000),
        say("\nPress RETURN to get started."),
        Pause(600),
        say("\n"),
    ];
    let mut device = router(vec![say(CONFIG)]).greeting(greeting);
    let outcome = read(&mut device, marked());
    assert_eq!(outcome.text(), CONFIG);
    assert_eq!(outcome.result.ok().unwrap().prompt, "R1#");
}

#[test]
fn a_device_without_echo_and_one_with_lines_above_its_prompt_are_read() {
    let mut device = router(vec![say(CONFIG)]);
    device.echo = false;
    assert_eq!(read(&mut device, plain()).text(), CONFIG);
    for definition in [marked(), plain()] {
        let mut device = router(vec![say(CONFIG)]).greeting(vec![say("\n{master:0}\n")]);
        device.banner_lines = "\r\n{master:0}\r\n";
        assert_eq!(read(&mut device, definition).text(), CONFIG);
    }
}

#[test]
fn the_prompt_of_another_host_or_mode_is_text() {
    let text = "hostname R1\nR2#\nR1>\noops#\nend\n";
    for (at, _) in text.match_indices(['#', '>']) {
        let acts = vec![say(&text[..=at]), Pause(4_000), say(&text[at + 1..])];
        let mut device = router(acts);
        assert_eq!(read(&mut device, plain()).text(), text);
        // Nothing was even tried there: the command was sent once.
        assert_eq!(String::from_utf8_lossy(&device.received).matches("show run").count(), 1);
    }
}

#[test]
fn a_text_that_always_pauses_at_a_look_alike_for_longer_than_it_may_is_refused() {
    let acts = vec![say("hostname R1\nR1#"), Pause(40_000), say("\nend\n")];
    let outcome = read(&mut router(acts), plain());
    assert_eq!(outcome.failure().0, Cause::Truncated);
}

/// Lines of which texts are made; the look-alikes among them are what this is about.
fn a_line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z ]{1,12}".prop_map(|line| format!(" {line}")),
        2 => Just("R1#".to_string()),
        1 => Just("R1>".to_string()),
        1 => Just("end".to_string()),
        1 => Just("!".to_string()),
        1 => Just("R1#show run".to_string()),
    ]
}

/// A text, with pauses anywhere and possibly a break.
fn a_telling() -> impl Strategy<Value = (String, Vec<(usize, u64)>, Option<usize>)> {
    prop::collection::vec(a_line(), 1..12).prop_flat_map(|mut lines| {
        // Three in a row with a short pause after each is the case the proof does not cover.
        for place in 2..lines.len() {
            if lines[place - 2..=place].iter().all(|line| line == "R1#") {
                lines[place] = "!".to_string();
            }
        }
        let text = format!("hostname R1\n{}\nend\n", lines.join("\n"));
        let length = text.len();
        let pause = (0..length, prop_oneof![Just(10_u64), Just(60), Just(900), Just(9_000)]);
        let pauses = prop::collection::vec(pause, 0..6);
        // Pauses right behind a look-alike are the hard ones: put one there more often than chance would.
        let marks: Vec<usize> = text.match_indices("R1#\n").map(|(at, _)| at + 3).collect();
        let at_marks = prop::sample::subsequence(marks.clone(), 0..=marks.len().min(2));
        let break_at = prop::option::weighted(0.3, 0..length);
        (Just(text), pauses, at_marks, 35_u64..6_000, break_at).prop_map(|(text, mut pauses, marks, ms, break_at)| {
            pauses.extend(marks.into_iter().map(|at| (at, ms)));
            (text, pauses, break_at)
        })
    })
}

proptest! {
    #[test]
    fn a_reading_is_exactly_what_the_device_told_or_there_is_none(
        (text, pauses, break_at) in a_telling(),
        chunks in prop::collection::vec(1_usize..40, 1..5),
        driver_echo in any::<bool>(),
        has_marker in any::<bool>(),
    ) {
        let mut acts = Vec::new();
        for (at, c) in text.char_indices() {
            for (_, ms) in pauses.iter().filter(|(place, _)| *place == at) {
                acts.push(Pause(*ms));
            }
            if break_at == Some(at) {
                acts.push(Break);
            }
            acts.push(say(&c.to_string()));
        }
        let mut device = router(acts);
        device.driver_echo = driver_echo;
        device.chunks = chunks;
        let definition = if has_marker { marked() } else { plain() };
        match read(&mut device, definition).result {
            Ok(conversed) => {
                prop_assert!(break_at.is_none(), "a broken connection made a reading");
                prop_assert_eq!(&conversed.answers[0].text, &text);
            }
            Err(error) => {
                let expected = [Cause::Disconnected, Cause::Truncated, Cause::Timeout];
                prop_assert!(expected.contains(&error.cause), "{:?}", error);
            }
        }
    }

    #[test]
    fn however_the_bytes_are_cut_a_healthy_reading_is_the_same(chunks in prop::collection::vec(1_usize..64, 1..6)) {
        for definition in [marked(), plain()] {
            let mut device = router(vec![say("Building configuration...\n\n"), say(CONFIG)]);
            device.chunks = chunks.clone();
            let outcome = read(&mut device, definition);
            prop_assert!(outcome.text().contains(CONFIG.trim()));
            prop_assert_eq!(String::from_utf8_lossy(&device.received).matches("show run").count(), 1);
        }
    }
}
