//! What is read once the configuration is proven: the startup configuration, and files that are kept.

use super::*;
use crate::platforms::Via;
use crate::session::report::StartupRead;

/// The marked platform with a startup configuration.
fn starting() -> Definition {
    let mut definition = definition("end = '^end$'\nheader = ['^Building']");
    let end = definition.commands[0].end.clone();
    let startup = Command { end, ..command(&definition, "show start", Purpose::Startup) };
    definition.commands.push(startup);
    definition
}

fn device(startup: Vec<Act>) -> Device {
    router(vec![say(CONFIG)]).answers("show start", startup)
}

fn found(outcome: &Outcome) -> StartupRead {
    assert_eq!(outcome.text(), CONFIG, "the configuration stands");
    outcome.result.as_ref().ok().unwrap().extras.startup.clone().expect("the platform has one")
}

/// Why the startup configuration was not read.
fn unread(outcome: &Outcome) -> String {
    match found(outcome) {
        StartupRead::Unread(unread) => unread.message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_startup_configuration_like_the_running_one_is_read_once() {
    let mut device = device(vec![say(&format!("Building it\n! of another time\n{CONFIG}"))]);
    let outcome = read(&mut device, &starting());
    assert!(matches!(found(&outcome), StartupRead::Saved), "{:?}", found(&outcome));
    assert_eq!((count(&device, "show start"), outcome.sent()), (1, vec!["show run"]));
    assert_eq!(lines(&device).last().unwrap(), "exit");
}

#[test]
fn one_that_differs_is_read_twice() {
    let older = CONFIG.replace("hostname", "no shutdown\nhostname");
    let mut device = device(vec![say(&older)]);
    let outcome = read(&mut device, &starting());
    assert!(matches!(found(&outcome), StartupRead::Unsaved(text) if text == older));
    assert_eq!(count(&device, "show start"), 2);
}

#[test]
fn whatever_comes_of_it_the_configuration_stands() {
    let refused = read(&mut device(vec![say("% Invalid input\n")]), &starting());
    assert!(unread(&refused).contains("answered `show start` with an error"));
    assert!(refused.says(Level::Warning, "The startup configuration was not read."));
    let cut = read(&mut device(vec![say("hostname R1\ninterface 1\n")]), &starting());
    assert!(unread(&cut).contains("without the line that ends"), "{}", unread(&cut));
    assert!(unread(&read(&mut device(vec![]), &starting())).contains("was empty"));
    let mut silent = device(vec![say("hostname R1\n"), Pause(3_600_000)]);
    let outcome = read(&mut silent, &starting());
    assert!(unread(&outcome).contains("fell silent"), "{}", unread(&outcome));
    assert_ne!(lines(&silent).last().unwrap(), "exit", "nothing is typed into what is no prompt");
    let outcome = read(&mut device(vec![say("hostname R1\n"), Break]), &starting());
    assert!(matches!(found(&outcome), StartupRead::Unread(_)));
}

#[test]
fn a_session_that_is_cancelled_meanwhile_is_cancelled() {
    let mut cancelled = device(vec![say("hostname R1\n"), Pause(3_600_000)]);
    cancelled.cancel_when_silent = true;
    assert_eq!(read(&mut cancelled, &starting()).failure().0, Cause::Cancelled);
}

/// The marked platform with a file that is kept.
fn keeping() -> Definition {
    let mut definition = definition("end = '^end$'");
    let file = Command { via: Via::Sftp, ..command(&definition, "/conf/all.tgz", Purpose::File) };
    definition.commands.push(file);
    definition
}

#[test]
fn a_file_is_kept_as_it_is_and_never_shown() {
    let mut device = router(vec![say(CONFIG)]);
    device.beside.insert("sftp:/conf/all.tgz", (b"\x1f\x8bQZbytes\n", "", 0));
    let outcome = read(&mut device, &keeping());
    assert_eq!(outcome.text(), CONFIG);
    let files = &outcome.result.as_ref().ok().unwrap().extras.files;
    assert_eq!((files.len(), files[0].path.as_str()), (1, "/conf/all.tgz"));
    assert_eq!(files[0].bytes.as_deref(), Ok(&b"\x1f\x8bQZbytes\n"[..]));
    let written = outcome.transcript.lines(str::to_owned);
    assert!(written.iter().any(|line| line.text.contains("sftp:/conf/all.tgz")), "{written:?}");
    assert!(!written.iter().any(|line| line.text.contains("QZbytes")), "{written:?}");
    assert!(!format!("{files:?}").contains("QZbytes"));
}

#[test]
fn a_file_that_is_missing_or_too_large_is_said_and_nothing_more() {
    let outcome = read(&mut router(vec![say(CONFIG)]), &keeping());
    assert_eq!(outcome.text(), CONFIG);
    let files = &outcome.result.as_ref().ok().unwrap().extras.files;
    assert!(files[0].bytes.is_err());
    assert!(outcome.says(Level::Warning, "The file `/conf/all.tgz` was not read."));
    let mut device = router(vec![say(CONFIG)]);
    device.beside.insert("sftp:/conf/all.tgz", (&[7; 5000], "", 0));
    let limits = Limits { max_bytes: 4000, ..Limits::default() };
    let outcome = speak(&mut device, &keeping(), &limits);
    let unread = outcome.result.as_ref().ok().unwrap().extras.files[0].bytes.clone().unwrap_err();
    assert!(unread.message.contains("exceed the"), "{unread:?}");
}
