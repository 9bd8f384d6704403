//! What a device says about a sign-in, and what is made of it.

use netraven_api::outcome::{Cause, Stage};
use netraven_api::transport::Transport;

use self::bare::{Bare, Heard, Say, Script, ask, banner, farewell, message, refuse};
use super::expiry;
use crate::platforms::Definition;
use crate::session::{Cancel, Failure, Level, Limits, LogType, Login, NEVER_SEEN, Observer, Target, Visit, read};

mod bare;
mod beside;

struct NoObserver;

impl Observer for NoObserver {
    fn stage(&mut self, _stage: Stage) {}
    fn log(&mut self, _level: Level, _log_type: LogType, _message: String, _meta: serde_json::Value) {}
}

/// A key nobody uses.
const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACAugXPrS+8/zutshp5iozl3IU83i9XcIodROmbzt1PLZwAAAIjldqK05Xai
tAAAAAtzc2gtZWQyNTUxOQAAACAugXPrS+8/zutshp5iozl3IU83i9XcIodROmbzt1PLZw
AAAEBgMxeimTx2PWfvGwiwAHOb8m51GCVCFPcGIvDHAeFF1S6Bc+tL7z/O62yGnmKjOXch
TzeL1dwih1E6ZvO3U8tnAAAAAAECAwQF
-----END OPENSSH PRIVATE KEY-----
";

fn definition() -> Definition {
    let text = "name = 'test'\ntitle = 'Test'\nvendor = 'Test'\ncomment = '!'\nerrors = ['^%']\n[prompt]\n\
                pattern = '(?P<host>\\w+)#'\n[[commands]]\nsend = 'show'\npurpose = 'config'\n";
    Definition::parse("test.toml", text).unwrap()
}

fn login(key: Option<&str>, password: &str) -> Login {
    Login {
        id: 3.into(),
        username: "ops".into(),
        password: password.into(),
        key: key.map(Into::into),
        agent: None,
        answers: Vec::new(),
        enable_password: None,
        networks: Vec::new(),
    }
}

/// The failure of a sign-in by this script, and the passwords that were sent.
fn signing_in(script: Script) -> (Failure, Vec<String>) {
    signing_in_with(None, "old-Password-1", script)
}

/// As [`signing_in`], with a key or without, and without a password where it is empty.
fn signing_in_with(key: Option<&str>, password: &str, script: Script) -> (Failure, Vec<String>) {
    let server = Bare::start(script);
    let (definition, login) = (definition(), login(key, password));
    let target = Target::direct("127.0.0.1", server.address.port());
    let limits = Limits::default();
    let visit = Visit {
        target: &target,
        transport: Transport::Ssh,
        definition: &definition,
        logins: &[login],
        before: &NEVER_SEEN,
        limits: &limits,
    };
    let failure = read(visit, &Cancel::new(), &mut NoObserver).unwrap_err();
    (*failure, server.passwords())
}

fn method(heard: &Heard) -> &str {
    match heard {
        Heard::Method(name) => name,
        Heard::Answers(_) => "answers",
        Heard::Packet(_) => "packet",
    }
}

#[test]
fn an_expired_password_says_so_however_the_device_tells() {
    let scripts: [(&str, Script); 6] = [
        ("a request for a new one", |heard| match method(heard) {
            "password" => vec![Say::This(message(60, &["Password expired, enter a new one", ""]))],
            _ => vec![refuse("password")],
        }),
        ("a banner before the sign-in, and a refusal", |heard| match method(heard) {
            "password" => vec![refuse("password")],
            _ => vec![banner("Your password has expired.\n"), refuse("password")],
        }),
        ("a banner after the password, and the end", |heard| match method(heard) {
            "password" => vec![banner("Your password has expired.\n"), Say::Close],
            _ => vec![refuse("password")],
        }),
        ("last words", |heard| match method(heard) {
            "password" => vec![farewell("You must change your password now"), Say::Close],
            _ => vec![refuse("password")],
        }),
        ("questions for a new one", |heard| match heard {
            Heard::Answers(answers) if answers.len() == 1 => {
                vec![ask("Your password has expired.", &["New password: ", "Retype new password: "])]
            }
            Heard::Method(name) if name == "keyboard-interactive" => vec![ask("", &["Password: "])],
            _ => vec![refuse("keyboard-interactive")],
        }),
        ("words behind the password, without a question", |heard| match heard {
            Heard::Answers(answers) if answers.len() == 1 => vec![ask("Your password has expired.", &[])],
            Heard::Answers(_) => vec![Say::Close],
            Heard::Method(name) if name == "keyboard-interactive" => vec![ask("", &["Password: "])],
            _ => vec![refuse("keyboard-interactive")],
        }),
    ];
    for (how, script) in scripts {
        let (failure, passwords) = signing_in(script);
        assert_eq!((failure.cause, failure.stage), (Cause::AuthFailed, Stage::SignIn), "{how}: {failure:?}");
        assert_eq!(failure.message, "The device refused the credential (ops: the password has expired).", "{how}");
        assert_eq!(failure.advice, Some(expiry::ADVICE), "{how}");
        assert_eq!(passwords, ["old-Password-1"], "{how}: sent once, and no new one");
    }
}

#[test]
fn words_without_a_question_are_heard_whatever_follows_them() {
    let scripts: [Script; 3] = [
        |heard| match heard {
            Heard::Method(name) if name == "keyboard-interactive" => vec![ask("Your password has expired.", &[])],
            Heard::Answers(_) => vec![Say::Close],
            _ => vec![refuse("keyboard-interactive")],
        },
        |heard| match heard {
            Heard::Method(name) if name == "keyboard-interactive" => {
                vec![ask("WARNING: Your password has expired.\n", &[]), Say::Close]
            }
            _ => vec![refuse("keyboard-interactive")],
        },
        |heard| match heard {
            Heard::Method(name) if name == "keyboard-interactive" => vec![ask("Your password has expired.", &[])],
            _ => vec![refuse("keyboard-interactive")],
        },
    ];
    for script in scripts {
        let (failure, passwords) = signing_in(script);
        assert_eq!((failure.cause, failure.stage), (Cause::AuthFailed, Stage::SignIn), "{failure:?}");
        assert_eq!(failure.message, "The device refused the credential (ops: the password has expired).");
        assert!(passwords.is_empty());
    }
}

#[test]
fn a_refused_password_is_not_called_expired() {
    let (failure, passwords) = signing_in(|heard| match method(heard) {
        "password" => vec![refuse("password")],
        _ => vec![banner("Your password will expire in 9 days.\n"), refuse("password")],
    });
    assert_eq!(failure.message, "The device refused the credential (ops: the password was refused).");
    assert_eq!((failure.cause, failure.advice), (Cause::AuthFailed, None));
    assert_eq!(passwords, ["old-Password-1"]);
}

#[test]
fn a_question_left_open_and_last_words_are_quoted_and_no_part_of_the_sentence() {
    let (failure, passwords) = signing_in(|heard| match heard {
        Heard::Answers(answers) if answers.len() == 1 => vec![ask("", &["Passcode (1-3): ", "Token code: "])],
        Heard::Method(name) if name == "keyboard-interactive" => vec![ask("", &["Password: "])],
        _ => vec![refuse("keyboard-interactive")],
    });
    assert_eq!(failure.said.as_deref(), Some("Passcode (1-3); Token code"), "{failure:?}");
    assert!(!failure.message.contains("Passcode"), "{failure:?}");
    assert_eq!((failure.cause, failure.refused_logins.len()), (Cause::AuthFailed, 1), "{failure:?}");
    assert_eq!(passwords, ["old-Password-1"], "and the open questions were answered with nothing");
    let (failure, _) = signing_in(|heard| match method(heard) {
        "password" => vec![farewell("Too many sessions"), Say::Close],
        _ => vec![refuse("password")],
    });
    assert_eq!((failure.cause, failure.said.as_deref()), (Cause::AuthFailed, Some("Too many sessions")), "{failure:?}");
}

/// The server takes the key, and then wants the password too.
fn key_then_password(heard: &Heard) -> Vec<Say> {
    match method(heard) {
        "publickey" => vec![Say::This(message(60, &["ssh-ed25519", ""]))],
        "publickey signed" | "password" | "none again" => vec![refuse("password")],
        _ => vec![refuse("publickey")],
    }
}

#[test]
fn a_key_that_is_one_of_two_steps_is_followed_by_the_password() {
    let (failure, passwords) = signing_in_with(Some(KEY), "old-Password-1", key_then_password);
    let message = "The device refused the credential (ops: the key was accepted, the password was refused).";
    assert_eq!((failure.message.as_str(), failure.cause), (message, Cause::AuthFailed));
    assert_eq!(passwords, ["old-Password-1"]);

    let (failure, passwords) = signing_in_with(Some(KEY), "", key_then_password);
    let message = "The device refused the credential (ops: the key was accepted, but it also requires password, for \
                   which the credential has nothing).";
    assert_eq!((failure.message.as_str(), failure.refused_logins.len()), (message, 1));
    assert!(passwords.is_empty());
}

#[test]
fn a_refused_key_and_a_refused_password_have_sentences_of_their_own() {
    let refuses: Script = |_| vec![refuse("publickey,password")];
    let (failure, passwords) = signing_in_with(Some(KEY), "", refuses);
    assert_eq!(failure.message, "The device refused the credential (ops: the key was refused).");
    assert!(passwords.is_empty() && failure.refused_logins.len() == 1);
    let (failure, passwords) = signing_in_with(Some(KEY), "old-Password-1", refuses);
    let expected = "The device refused the credential (ops: the key was refused, the password was refused).";
    assert_eq!((failure.message.as_str(), passwords.len()), (expected, 1));
    // A bad signature is no step that was taken.
    let (failure, _) = signing_in_with(Some(KEY), "", |heard| match method(heard) {
        "publickey" => vec![Say::This(message(60, &["ssh-ed25519", ""]))],
        _ => vec![refuse("publickey")],
    });
    assert_eq!(failure.message, "The device refused the credential (ops: the key was refused).");
    let (failure, _) = signing_in_with(Some(KEY), "", |heard| match method(heard) {
        "publickey" => vec![farewell("Too many keys"), Say::Close],
        _ => vec![refuse("publickey")],
    });
    let message = "The device refused the credential (ops: it closed the connection after the key was offered).";
    assert_eq!((failure.message.as_str(), failure.said.as_deref()), (message, Some("Too many keys")));
}

#[test]
fn the_reason_names_what_a_device_wants_and_the_credential_lacks() {
    let (failure, passwords) = signing_in_with(Some(KEY), "", |_| vec![refuse("password,keyboard-interactive")]);
    let message = "The device refused the credential (ops: it accepts only password, keyboard-interactive, and the \
                   credential has a private key alone).";
    assert_eq!((failure.message.as_str(), passwords.len()), (message, 0));
    assert!(failure.refused_logins.is_empty(), "nothing was tried");
    let (failure, passwords) = signing_in(|_| vec![refuse("publickey")]);
    let message = "The device refused the credential (ops: it accepts neither a password nor keyboard-interactive, \
                   only publickey).";
    assert_eq!((failure.message.as_str(), passwords.len()), (message, 0));
}
