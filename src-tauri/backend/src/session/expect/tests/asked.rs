//! Questions of the device: those that a credential answers, those with a known answer, and those nobody may stumble into.

use super::device::Act::Question;
use super::kinds::platform;
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
        assert!(outcome.transcript.lines(str::to_owned).iter().all(|line| !line.text.contains("s3cret")));
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
fn a_shell_that_asks_for_a_password_gets_nothing_from_a_key_alone() {
    let key = Login { password: "".into(), key: Some("a key".into()), enable_password: None, ..login() };
    let mut device = asking(&["Password: "]);
    let outcome = visit_as(&key, &mut device, marked(), &Limits::default(), &|_| true);
    assert_eq!((outcome.failure(), typed(&device).as_str()), ((Cause::AuthFailed, Stage::Prompt), ""));
    let message = outcome.result.err().unwrap().message;
    assert!(message.contains("has a private key alone"), "{message}");
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
        is_told(question, 20);
    }
}

/// Asserts that a question before the first prompt is reported in its words within this time, on known and unknown platforms, and that
/// nothing is typed at it.
fn is_told(question: &'static str, seconds: u64) {
    let platforms = ["generic", "cisco_nxos", "linux"].map(platform);
    for definition in std::iter::once(marked()).chain(platforms.iter().map(|platform| &**platform)) {
        let mut device = asking(&[question]);
        let outcome = read(&mut device, definition);
        let (cause, stage) = outcome.failure();
        let name = &definition.name;
        assert!(
            [Cause::PromptNotSeen, Cause::AuthFailed].contains(&cause) && stage == Stage::Prompt,
            "{name} {question}: {cause:?}"
        );
        assert_eq!(typed(&device), "", "{name} {question}");
        let said = outcome.result.err().unwrap().said;
        assert_eq!(said.as_deref(), question.trim().lines().next_back(), "{name}");
        assert!(outcome.took < Duration::from_secs(seconds), "{name} {question}: {:?}", outcome.took);
    }
}

#[test]
fn enter_is_never_typed_at_a_question_in_a_form_nobody_listed() {
    for question in [
        "Type YES to continue",
        "Type YES to continue ",
        "Type yes and press ENTER to continue ",
        "Press y to accept the agreement",
        "*** Press y to accept the agreement ***",
        "Select option [1-4] ",
        "Terminal type [vt100] ",
        "[A]ccept or [D]ecline ",
        "<1> Continue <2> Reset to factory defaults ",
        "Your choice>",
        "Your choice> ",
        "Enter your choice [1-3] >",
        "Enter your choice [1-3] > ",
        "Please select a context #",
        "Which way now $ ",
        "Room number (1-9) > ",
        "1) Shell\n2) Reset to factory defaults\n\nGo where> ",
        "1) Shell\n2) Reset to factory defaults\n\nGo where# ",
        "Say the word or leave",
    ] {
        is_told(question, 9);
    }
}

#[test]
fn a_greeting_without_a_line_end_is_no_question_where_the_prompt_follows() {
    for (greeting, pause) in [
        ("Authorized users only.", 7_000),
        ("Welcome", 7_000),
        ("Authorized users only. ", 0),
        ("****************", 4_000),
        ("Now at the desk of somebody who said much more than fits: ", 0),
        ("R1#30-Nov-2026 10:11:12 somebody came in", 0),
        ("R1#*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured from console", 0),
        ("%SYS-5-CONFIG_I: Configured from console", 4_000),
    ] {
        let mut acts = vec![say("\nWelcome\n"), say(greeting)];
        if pause > 0 {
            acts.extend([Pause(pause), say("\n")]);
        }
        if greeting.starts_with("R1#") {
            // Drawn again only behind the Enter that is typed for it.
            acts.extend([Page(""), say("\n")]);
        }
        let mut device = router(vec![say(CONFIG)]).greeting(acts);
        let outcome = read(&mut device, marked());
        assert_eq!(outcome.text(), CONFIG, "{greeting:?}");
    }
}

#[test]
fn a_prompt_drawn_at_a_place_of_its_own_is_found() {
    let definition = platform("generic");
    let greeting = say("\nYour previous successful login was on Monday from somewhere else\x1b[24;1H\x1b[?25h");
    let mut device = Device::new("sw1> ").answers("terminal length 0", vec![]).answers("show version", vec![]);
    device = device.answers("show running-config", vec![say(&CONFIG.repeat(3))]).greeting(vec![greeting]);
    assert_eq!(read(&mut device, &definition).text(), CONFIG.repeat(3));
}

#[test]
fn prompts_of_several_words_are_prompts() {
    for prompt in [
        "(Cisco Controller) >",
        "HP ProCurve Switch 2824# ",
        "fw1 (global) # ",
        "[ops@sw1 ~]# ",
        "(host) [mynode] # ",
        "[admin@MikroTik] > ",
        "Core Switch# ",
    ] {
        let definition = platform("generic");
        let mut device = Device::new(prompt).answers("terminal length 0", vec![]).answers("show version", vec![]);
        device = device.answers("show running-config", vec![say(&CONFIG.repeat(3))]);
        assert_eq!(read(&mut device, &definition).text(), CONFIG.repeat(3), "{prompt:?}");
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
