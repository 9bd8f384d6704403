//! What shells ask between the sign-in and the first prompt.

use super::super::device::Act::{Question, Stop};
use super::*;

/// How shells ask who is there.
const SIGN_INS: &[(&str, &str)] = &[
    ("Username: ", "Password: "),
    ("\x1b[H\x1b[JUsername: ", "Password: "),
    ("User Name:", "Password:"),
    ("User:", "Password:"),
    ("(Cisco Controller) \r\nUser: ", "Password:"),
    ("login: ", "Password: "),
    ("h1 login: ", "Password: "),
    ("Login: ", "Password: "),
    ("login as: ", "backup@192.0.2.1's password: "),
    ("Login Name: ", "Login Password: "),
    ("Please login: ", "Please enter password: "),
    ("Enter User Name: ", "Enter Password: "),
    ("Please Enter Login Name: ", "Please Enter Password: "),
    ("User ID: ", "PASSWORD: "),
    ("Account: ", "Passwd: "),
    ("UserName:", "PassWord:"),
    ("userid: ", "pass: "),
    ("Username:\x07 ", "Password:\x07 "),
    ("\x1b[1;1H\x1b[2KUsername:\x1b[1;11H", "\x1b[2;1H\x1b[2KPassword:\x1b[2;11H"),
    (" Username : ", " Password : "),
    ("Username (or q to quit): ", "Password: "),
    ("User name [admin]: ", "Password: "),
    ("Benutzername: ", "Passwort: "),
    ("Benutzer: ", "Kennwort: "),
    ("Nom d'utilisateur : ", "Mot de passe : "),
    ("Usuario: ", "Contraseña: "),
    ("用户名：", "密码："),
    ("TACACS+ username: ", "TACACS+ password: "),
    ("LDAP login: ", "LDAP Password: "),
    ("Enter username> ", "Enter password> "),
];

#[test]
fn a_shell_that_asks_who_is_there_in_any_makers_words_is_told_once() {
    let mut bad = Vec::new();
    let definition = platform("generic");
    for (user, password) in SIGN_INS {
        let user = leaked(&format!("\r\n{user}"));
        for log in [
            "",
            "*Jan  1 00:01:02.003: %SYS-5-CONFIG_I: Configured from console by ops\r\n",
            "\r\n<14>Jan  1 00:01:02 sw1 login\r\n",
        ] {
            let (user, password) = (leaked(&format!("{user}{log}")), leaked(&format!("{password}{log}")));
            let greeting = vec![say("\nWelcome\n"), Question(user), Question(password), say("\r\n")];
            let mut device = at("sw1#", &definition, vec![say(FLAT)]).greeting(greeting);
            let outcome = read(&mut device, &definition);
            let what = format!("{user:?} {password:?}");
            judged(&outcome, FLAT, &what, 9_000, &mut bad);
            let typed = String::from_utf8_lossy(&device.received).into_owned();
            if !typed.starts_with("backup\ns3cret-login\n") || typed.matches("s3cret-login").count() != 1 {
                bad.push(format!("TYPED {what}: {:?}", &typed[..typed.len().min(60)]));
            }
            // A refusal is reported and not tried again.
            for (again, how) in
                [(Question(user), "asked for the name"), (Question(password), "asked again"), (Break, "left")]
            {
                let refusal = say("\n% Login invalid\n");
                let greeting = vec![say("\nWelcome\n"), Question(user), Question(password), refusal, again];
                let mut device = at("sw1#", &definition, vec![say(FLAT)]).greeting(greeting);
                let outcome = read(&mut device, &definition);
                let typed = String::from_utf8_lossy(&device.received).into_owned();
                let told = outcome.result.as_ref().err().map(|error| error.cause);
                if told != Some(Cause::AuthFailed) || typed != "backup\ns3cret-login\n" {
                    bad.push(format!("REFUSED {what} {how}: {told:?} {typed:?}"));
                }
            }
        }
    }
    complain(bad);
}

/// What is asked behind the sign-in, and what is typed: nothing where nobody knows.
const BEHIND: &[(&str, Option<&str>)] = &[
    ("Press any key to continue", Some("\n")),
    ("Press RETURN to get started", Some("\n")),
    ("Press ENTER to continue...", Some("\n")),
    ("-- Press the space bar to continue --", Some(" ")),
    ("Hit any key", Some("\n")),
    ("Do you want to change your password now? [y/N] ", Some("n\n")),
    ("Your password expires in 3 days. Change it now? (yes/no): ", Some("no\n")),
    ("Warning: the initial password poses a risk. Change the password? [Y/N]:", Some("n\n")),
    ("The password is weak, modify it now? [Y/N]: ", Some("n\n")),
    ("Do you accept the licence agreement? [yes/no]: ", None),
    ("Accept the above privacy policy (y/n)? ", None),
    ("Would you like to enter the initial configuration dialog? [yes/no]: ", None),
    ("Terminate autoinstall? [yes]: ", None),
    ("Continue with the session? [Y/n] ", None),
    ("Another session is open. Close it? (y/n): ", None),
    ("The session limit is reached, kill the oldest? [Y/N]:", None),
    ("Enter new password: ", None),
    ("Old password: ", None),
    ("Verification code: ", None),
    ("Terminal type? [vt100] ", None),
    ("Select a context (1-4): ", None),
    ("Enter selection: ", None),
    ("  0) Logout\r\n  8) Shell\r\n\r\nEnter an option: ", None),
    (
        "*** Welcome to pfSense 2.7.0-RELEASE (amd64) on fw-1 ***\r\n\r\n 0) Logout (SSH only)      9) pfTop\r\n 8) Shell\r\n\r\nEnter an option: ",
        None,
    ),
    ("Please choose: ", None),
    ("Reason for access: ", None),
    ("Enter ticket number: ", None),
];

#[test]
fn what_is_asked_behind_the_sign_in_is_answered_where_the_answer_is_known_and_told_elsewhere() {
    let mut bad = Vec::new();
    for name in ["generic", "cisco_ios", "linux"] {
        let (_, prompt, config) = ALL.iter().find(|(other, ..)| *other == name).unwrap();
        let definition = platform(name);
        let wire = if name == "linux" { format!("\n{config}") } else { config.to_string() };
        for (question, answer) in BEHIND {
            for log in ["", "*Jan  1 00:01:02.003: %SYS-5-CONFIG_I: Configured from console by ops\r\n"] {
                if answer.is_none() && question.ends_with(": ") && !log.is_empty() {
                    continue;
                }
                let asked = leaked(&format!("{question}{log}"));
                let act =
                    if answer.is_some_and(|answer| answer.len() == 1) { Stop(asked, "\r\n") } else { Question(asked) };
                let mut device = at(prompt, &definition, vec![say(&wire)]).greeting(vec![say("\nWelcome\n"), act]);
                let outcome = read(&mut device, &definition);
                let typed = String::from_utf8_lossy(&device.received).into_owned();
                let what = format!("{name} {asked:?}");
                match answer {
                    Some(answer) => {
                        judged(&outcome, config, &what, 6_000, &mut bad);
                        if !typed.starts_with(answer) {
                            bad.push(format!("TYPED {what}: {:?}", &typed[..typed.len().min(60)]));
                        }
                    }
                    None => {
                        let error = outcome.result.as_ref().err();
                        let last = question.trim().rsplit("\r\n").next();
                        let told = error.is_some_and(|error| {
                            let said = error.said.as_deref().unwrap_or_default();
                            let is_last = said.len() > 8 && last.is_some_and(|last| last.starts_with(said));
                            [Cause::PromptNotSeen, Cause::AuthFailed].contains(&error.cause) && is_last
                        });
                        if !told || !typed.is_empty() {
                            bad.push(format!("TOLD {what}: {error:?} {typed:?}"));
                        }
                        if outcome.took > Duration::from_secs(16) {
                            bad.push(format!("SLOW {what}: {:?}", outcome.took));
                        }
                    }
                }
            }
        }
    }
    complain(bad);
}

#[test]
fn a_menu_before_the_first_prompt_is_told_with_its_question_within_seconds() {
    let definition = platform("linux");
    let menu =
        " 0) Logout (SSH only)      9) pfTop\r\n 4) Reset to factory defaults\r\n 8) Shell\r\n\r\nEnter an option: ";
    let mut device = at("[2.7.0-RELEASE][admin@fw-1.example]/root: ", &definition, vec![]);
    device = device.greeting(vec![say("\nWelcome\n"), Question(menu)]);
    let outcome = read(&mut device, &definition);
    assert_eq!(outcome.failure(), (Cause::PromptNotSeen, Stage::Prompt));
    assert!(outcome.took < Duration::from_secs(6), "{:?}", outcome.took);
    assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some("Enter an option:"));
    assert!(device.received.is_empty(), "nothing is chosen: one entry resets the device");
}

#[test]
fn a_shell_that_closes_before_its_prompt_is_quoted() {
    let definition = platform("generic");
    let mut device = at("sw1#", &definition, vec![]).greeting(vec![say("\nThis account has no shell.\n"), Break]);
    let outcome = read(&mut device, &definition);
    assert_eq!(outcome.failure(), (Cause::Disconnected, Stage::Prompt));
    assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some("This account has no shell."));
}
