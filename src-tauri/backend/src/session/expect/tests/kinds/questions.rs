//! What is asked inside an answer and at the privileged mode's door, also under lines of the log.

use super::super::device::Act::Question;
use super::*;

const QUESTIONS: &[&str] = &[
    "Show the defaults as well? [y/N] ",
    "Display all 1200 items? (y/n) ",
    "Do you want to continue (yes/no)? ",
    "Password: ",
    "Enter passphrase for the private key: ",
    "Username: ",
    "Overwrite the file (y/n)[n]:",
    "Proceed with reload? [confirm]",
    "Are you sure? [Y/n]: ",
    "Do you accept the licence terms? [yes/no]: ",
    "New password: ",
    "This will take a while. Continue? ",
];

/// Questions that only the silence after them distinguishes from a text or a prompt.
const SILENT: &[&str] = &[
    "Enter number of lines: ",
    "Number of lines:",
    "Start at line [1]: ",
    "Filter: ",
    "Your choice>",
    "Enter your choice [1-3] > ",
    "Select [1]",
    "Select[1]",
    "Select option [1-4] ",
    "Number of lines (1-512)",
    "Which part # ",
];

#[test]
fn a_question_inside_an_answer_is_told_within_seconds_also_under_lines_of_the_log() {
    let mut bad = Vec::new();
    for (name, prompt, config) in ALL {
        let definition = platform(name);
        for question in QUESTIONS.iter().chain(SILENT) {
            let silent = SILENT.contains(question);
            for log in [LOGS[0], LOGS[1], LOGS[5], LOGS[9], LOGS[22], LOGS[24], ""] {
                // Log lines over it leave nothing to recognise it by.
                if silent && !log.is_empty() {
                    continue;
                }
                let log = log.replace('\n', "\r\n");
                let covers = match log.as_str() {
                    "" => vec![String::new()],
                    log => vec![format!("{log}\r\n"), format!("\r\n{log}\r\n"), format!("\r\n{log}\r\n{log}\r\n")],
                };
                for cover in covers {
                    let (head, tail) = config.split_at(config[1..].find('\n').unwrap() + 2);
                    let asked = leaked(&format!("{question}{cover}"));
                    let lead = if name == "linux" { "\n" } else { "" };
                    let acts = vec![say(&format!("{lead}{head}")), Question(asked), say(tail)];
                    let mut device = at(prompt, &definition, acts);
                    let outcome = read(&mut device, &definition);
                    let what = format!("{name} {asked:?}");
                    match &outcome.result {
                        Ok(_) => bad.push(format!("STORED {what}")),
                        Err(error) => {
                            if error.cause != Cause::PromptNotSeen || error.said.as_deref() != Some(question.trim()) {
                                bad.push(format!("CAUSE {what}: {:?} {} {:?}", error.cause, error.message, error.said));
                            }
                        }
                    }
                    if outcome.took > Duration::from_millis(if silent { 6_500 } else { 5_500 }) {
                        bad.push(format!("SLOW {what}: {:?}", outcome.took));
                    }
                    let typed = String::from_utf8_lossy(&device.received).into_owned();
                    let rest = typed.rsplit_once(config_command(&definition)).map_or("", |(_, rest)| rest);
                    if rest != "\n" {
                        bad.push(format!("TYPED {what}: {rest:?}"));
                    }
                }
            }
        }
    }
    complain(bad);
}

#[test]
fn a_password_for_the_privileged_mode_is_given_also_under_lines_of_the_log() {
    let mut bad = Vec::new();
    for name in ["cisco_ios", "arista_eos"] {
        let definition = platform(name);
        for log in LOGS {
            let log = log.replace('\n', "\r\n");
            for cover in [format!("{log}\r\n"), format!("\r\n{log}\r\n"), format!("\r\n{log}\r\nPassword: ")] {
                let asked = leaked(&format!("Password: {cover}"));
                let mut device = at("sw1>", &definition, vec![say(IOS)])
                    .answers("enable", vec![Question(asked), Act::Rename("sw1#")]);
                let outcome = read(&mut device, &definition);
                judged(&outcome, IOS, &format!("{name} {asked:?}"), 6_000, &mut bad);
                let typed = String::from_utf8_lossy(&device.received).matches("s3cret-enable").count();
                if typed != 1 {
                    bad.push(format!("TYPED {typed} times {asked:?}"));
                }
            }
        }
    }
    complain(bad);
}
