//! Questions of the device: those that a credential answers, those with a known answer, and those nobody may stumble into.

use super::device::Act::Question;
use super::*;

/// A device that asks this, one after the other, before its first prompt.
fn asking(questions: &[&'static str]) -> Device {
    let mut acts = vec![say("\nWelcome\n")];
    acts.extend(questions.iter().map(|question| Question(question)));
    router(vec![say(CONFIG)]).greeting(acts)
}

fn typed(device: &Device) -> String {
    String::from_utf8_lossy(&device.received).into_owned()
}

#[test]
fn a_shell_that_asks_who_is_there_is_told_once() {
    for (user, password) in [
        ("Username: ", "Password: "),
        ("User Name:", "Password:"),
        ("(Controller) \r\nUser: ", "Password:"),
        ("sw1 login: ", "password: "),
        ("Username: *Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured from console\r\n", "Password: "),
    ] {
        let mut device = asking(&[user, password]);
        let outcome = read(&mut device, marked());
        assert_eq!(outcome.text(), CONFIG, "{user:?}");
        assert!(typed(&device).starts_with("backup\ns3cret-login\n"), "{:?}", typed(&device));
        assert_eq!(typed(&device).matches("s3cret-login").count(), 1);
        assert!(!outcome.transcript.render(str::to_owned).join("\n").contains("s3cret"));
    }
}

#[test]
fn a_shell_that_refuses_the_credential_is_not_tried_again() {
    let refusals = [
        vec![Question("Username: "), Question("Password: "), say("% Login failed\n"), Question("Username: ")],
        vec![Question("Username: "), Question("Password: "), say("% Login failed\n"), Question("Password: ")],
        vec![Question("Username: "), Question("Password: "), say("% Login failed\n"), Break],
    ];
    for acts in refusals {
        let mut device = router(vec![say(CONFIG)]).greeting(acts);
        let outcome = read(&mut device, marked());
        assert_eq!(outcome.failure(), (Cause::AuthFailed, Stage::Prompt));
        assert_eq!(typed(&device), "backup\ns3cret-login\n");
        assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some("% Login failed"));
    }
}

#[test]
fn enter_is_never_typed_at_a_question() {
    for question in [
        "Do you accept the terms? (yes/no) ",
        "Continue [y/N]: ",
        "Erase all? ",
        "New password: ",
        "Passcode: ",
        "Enter an option: ",
        "Would you rather not change the password? [y/n] ",
        "Reload? [confirm]",
    ] {
        let mut device = asking(&[question]);
        let outcome = read(&mut device, marked());
        let (cause, stage) = outcome.failure();
        assert!(
            [Cause::PromptNotSeen, Cause::AuthFailed].contains(&cause) && stage == Stage::Prompt,
            "{question}: {cause:?}"
        );
        assert_eq!(typed(&device), "", "{question}");
        assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some(question.trim()));
        assert!(outcome.took < Duration::from_secs(20));
    }
}

#[test]
fn a_password_is_never_changed() {
    for (question, answer) in
        [("Do you want to change the password(yes/no):", "no\n"), ("Change password now? [y/n] ", "n\n")]
    {
        let mut device = asking(&[question]);
        assert_eq!(read(&mut device, marked()).text(), CONFIG, "{question}");
        assert!(typed(&device).starts_with(answer), "{:?}", typed(&device));
    }
}

#[test]
fn any_key_is_pressed_where_one_is_asked_for() {
    for question in ["Press any key to continue", "Hit <Enter> to go on", "Press SPACE to continue"] {
        let mut device = router(vec![say(CONFIG)]).greeting(vec![say("\nWelcome\n"), Page(question), say("\n")]);
        let outcome = read(&mut device, plain());
        assert_eq!(outcome.text(), CONFIG, "{question}");
        assert!(outcome.took < Duration::from_secs(5), "{:?}", outcome.took);
    }
}

#[test]
fn a_question_inside_an_answer_is_told_with_its_words_and_within_seconds() {
    let mut device = router(vec![say("hostname R1\n"), Question("Show the defaults as well? [y/N] "), say(CONFIG)]);
    let outcome = read(&mut device, marked());
    assert_eq!(outcome.failure(), (Cause::PromptNotSeen, Stage::Read));
    assert!(outcome.took < Duration::from_secs(6), "{:?}", outcome.took);
    assert!(typed(&device).ends_with("show run\n"), "{:?}", typed(&device));
    assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some("Show the defaults as well? [y/N]"));
}
