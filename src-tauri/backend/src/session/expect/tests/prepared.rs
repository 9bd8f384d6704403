//! What is done before the reading and undone after it, and the privileged mode in several steps.

use super::device::Act::{Question, Rename};
use super::*;
use crate::platforms::{Privilege, Step};

fn step(send: &str) -> Step {
    Step { send: send.to_string(), optional: false }
}

fn prepared(prepare: &str, restore: &str) -> Definition {
    let mut definition = definition("end = '^end$'");
    definition.prepare = vec![step(prepare)];
    definition.restore = vec![step(restore)];
    definition
}

fn encrypting(answer: Vec<Act>) -> Device {
    router(answer).answers("encrypt disable", vec![]).answers("encrypt enable", vec![])
}

/// Whether these lines were typed in this order.
fn in_order(device: &Device, expect: &[&str]) -> bool {
    let typed = lines(device);
    let mut typed = typed.iter();
    expect.iter().all(|line| typed.any(|typed| typed == line))
}

#[test]
fn what_is_prepared_is_undone_after_the_last_command() {
    let mut device = encrypting(vec![say(CONFIG)]);
    let outcome = read(&mut device, &prepared("encrypt disable", "encrypt enable"));
    assert_eq!(outcome.text(), CONFIG);
    assert!(in_order(&device, &["terminal length 0", "encrypt disable", "show run", "encrypt enable", "exit"]));
    assert!(!outcome.log.0.iter().any(|(level, _)| *level == Level::Warning));
}

#[test]
fn it_is_undone_after_a_failure_too() {
    let definition = prepared("encrypt disable", "encrypt enable");
    let mut refused = encrypting(vec![say("% Invalid input\n")]);
    let outcome = read(&mut refused, &definition);
    assert_eq!(outcome.failure(), (Cause::CommandRejected, Stage::ProveComplete));
    assert_eq!(count(&refused, "encrypt enable"), 1);
    // In the middle of a text that is too large, and at the pager in it.
    let mut large = encrypting(vec![say(&CONFIG.repeat(30)), Page("--More--"), say("end\n")]);
    large.chunks = vec![100];
    let outcome = speak(&mut large, &definition, &Limits { max_bytes: 1000, ..Limits::default() });
    assert_eq!(outcome.failure().0, Cause::TooLarge);
    assert!(String::from_utf8_lossy(&large.received).ends_with("qencrypt enable\n"), "{:?}", lines(&large));
}

#[test]
fn what_cannot_be_undone_is_a_warning() {
    let definition = prepared("encrypt disable", "encrypt enable");
    let mut stuck = encrypting(vec![say("hostname R1\n"), Question("Which of them? ")]);
    let outcome = read(&mut stuck, &definition);
    assert_eq!(outcome.failure(), (Cause::PromptNotSeen, Stage::Read));
    assert!(outcome.says(Level::Warning, "What `encrypt enable` undoes may still be in effect"));
    assert_eq!(count(&stuck, "encrypt enable"), 0, "nothing is typed at a question");
    assert!(outcome.took < Duration::from_secs(11), "{:?}", outcome.took);
    let mut refused = encrypting(vec![say(CONFIG)]).answers("encrypt enable", vec![say("% Invalid input\n")]);
    let outcome = read(&mut refused, &definition);
    assert_eq!(outcome.text(), CONFIG);
    assert!(outcome.says(Level::Warning, "The device refused `encrypt enable`"));
    for cancels in [true, false] {
        let mut lost = encrypting(vec![say("hostname R1\n"), if cancels { Pause(3_600_000) } else { Break }]);
        lost.cancel_when_silent = cancels;
        let outcome = read(&mut lost, &definition);
        let cause = if cancels { Cause::Cancelled } else { Cause::Disconnected };
        assert_eq!(outcome.failure(), (cause, Stage::Read));
        assert!(outcome.says(Level::Warning, "`encrypt disable` may still be in effect"));
        assert_eq!(count(&lost, "encrypt enable"), 0);
    }
}

#[test]
fn what_must_be_prepared_may_not_be_refused_and_what_is_optional_may() {
    let mut definition = prepared("encrypt off", "encrypt enable");
    let mut device = encrypting(vec![say(CONFIG)]);
    let outcome = read(&mut device, &definition);
    assert_eq!(outcome.failure().0, Cause::CommandRejected);
    assert!(outcome.result.err().unwrap().message.contains("`encrypt off`"));
    assert!(in_order(&device, &["encrypt off", "encrypt enable"]) && count(&device, "show run") == 0);
    definition.prepare[0].optional = true;
    assert_eq!(read(&mut encrypting(vec![say(CONFIG)]), &definition).text(), CONFIG);
}

#[test]
fn it_may_lead_to_another_prompt_but_not_out_of_the_privileged_mode() {
    let definition = prepared("context x", "context system");
    for prompt in ["R1(config)#", "R2#"] {
        let mut device = router(vec![say(CONFIG)]).answers("context x", vec![Rename(prompt)]);
        device = device.answers("context system", vec![Rename("R1#")]);
        let outcome = read(&mut device, &definition);
        assert_eq!(outcome.text(), CONFIG, "{prompt}");
        assert!(in_order(&device, &["context x", "show run", "context system", "exit"]));
    }
    let mut device = router(vec![say(CONFIG)]).answers("context x", vec![Rename("R1>")]);
    let outcome = read(&mut device, &definition);
    assert_eq!(outcome.failure().0, Cause::PromptNotSeen);
    assert_eq!(count(&device, "show run"), 0);
}

#[test]
fn the_privileged_mode_may_take_several_steps() {
    let mut definition = definition("end = '^end$'");
    let enable = definition.privilege[0].clone();
    let first = Privilege { command: "login {username}".to_string(), ..enable.clone() };
    let last = Privilege { password: "{password}".to_string(), ..enable };
    definition.privilege = vec![first, last];
    let mut device = unprivileged(vec![Ask("s3cret-login", "R1#")]).answers("login backup", vec![]);
    let outcome = read(&mut device, &definition);
    assert_eq!(outcome.text(), CONFIG);
    assert!(in_order(&device, &["login backup", "enable", "s3cret-login", "show run"]));
    // The first step may be enough.
    let mut device = unprivileged(vec![]).answers("login backup", vec![Ask("s3cret-enable", "R1#")]);
    assert_eq!(read(&mut device, &definition).text(), CONFIG);
    assert_eq!(count(&device, "enable"), 0);
    // The last one must.
    let mut device = unprivileged(vec![]).answers("login backup", vec![]);
    assert_eq!(read(&mut device, &definition).failure(), (Cause::PrivilegeRefused, Stage::Privilege));
    let mut device = router(vec![say(CONFIG)]);
    assert_eq!(read(&mut device, &definition).text(), CONFIG);
    assert_eq!(count(&device, "login backup"), 0, "a privileged session takes no step");
}
