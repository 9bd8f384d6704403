//! Bytes in, bytes out: reads a device's answers over SSH, telnet or a bare connection and proves each of them
//! complete.
//!
//! It blocks: the caller's thread owns the session from the first packet to the last. It knows no SQL, no queue and no
//! vendor by name; what is particular to a platform comes in its definition.

mod cancel;
mod expect;
mod jump;
mod observer;
mod probe;
mod recognise;
mod report;
mod ssh;
mod telnet;
mod transcript;

use std::time::Instant;

use netraven_api::outcome::{Cause, Stage};
use netraven_api::transport::Transport;
use serde_json::json;

pub use self::cancel::Cancel;
use self::expect::Context;
use self::expect::terminal::{Bounds, ByteChannel};
pub use self::jump::{JumpHop, JumpKey, JumpPool, JumpRoute};
use self::observer::Progress;
pub use self::observer::{Level, LogType, Observer};
pub use self::probe::{Reach, probe};
pub use self::recognise::{Recognition, recognise};
use self::report::SessionError;
pub use self::report::{
    Answer, Before, Failure, FetchedFile, Limits, Login, LoginAnswer, Reading, StartupRead, Target, Unread, text_of,
};
pub use self::ssh::{AgentLogin, CryptoRules, SshAgent, supported_algorithms};
use self::ssh::{Greeting, SignIns, expiry};
pub use self::transcript::{Direction, Entry, Transcript};
use crate::platforms::Definition;

/// What is to be read from a device, and how.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    /// Where it is.
    pub target: &'a Target,
    /// What carries the session.
    pub transport: Transport,
    /// How it is talked to, and which commands it is given.
    pub definition: &'a Definition,
    /// The credentials, tried in this order.
    pub logins: &'a [Login],
    /// What is known of it from sessions before.
    pub before: &'a Before<'a>,
    /// How long each wait may be.
    pub limits: &'a Limits,
}

/// Reads the answers to the platform's commands from one device. A reading is returned only if every answer in it is proven
/// complete, and if what is new in it was read twice.
///
/// # Errors
/// A [`Failure`] with cause, stage and the last bytes seen.
pub fn read(visit: Visit<'_>, cancel: &Cancel, observer: &mut dyn Observer) -> Result<Reading, Box<Failure>> {
    let Visit { definition, logins, before, limits, .. } = visit;
    let bounds = Bounds { limits, cancel, deadline: Instant::now() + limits.total };
    let mut progress = Progress::new(observer);
    let mut transcript = Transcript::default();
    let (mut sign_ins, mut bytes_read, mut first) = (SignIns::new(before.host_key), 0, 0);
    let mut refusal: Option<SessionError> = None;
    let outcome = loop {
        let (mut shell, greeting) = match open(&visit, &logins[first..], &mut sign_ins, &bounds, &mut progress) {
            Ok(opened) => opened,
            // The shell refused those that could be tried.
            Err(error) if is_withheld(error.cause) && refusal.is_some() => {
                progress.enter(Stage::Prompt);
                break Err(refusal.unwrap_or(error));
            }
            Err(error) => break Err(error),
        };
        let login = &logins[first + greeting.login];
        let context = Context {
            definition,
            login,
            is_stored: before.is_stored,
            bounds,
            progress: &mut progress,
            transcript: &mut transcript,
            bytes_read: &mut bytes_read,
        };
        match expect::converse(&mut *shell, context) {
            Ok(conversed) => break Ok((greeting, login.id, conversed)),
            // Only a shell that signs in by itself refuses here; it may accept the next credential.
            Err(error) if error.cause == Cause::AuthFailed => {
                sign_ins.refused.push(login.id);
                first += greeting.login + 1;
                if first >= logins.len() {
                    break Err(error);
                }
                progress.connection(Level::Warning, error.message.clone(), json!({"credential_id": login.id}));
                refusal = Some(error);
            }
            Err(error) => break Err(error),
        }
    };
    let secrets: Vec<&str> = logins.iter().flat_map(Login::passwords).collect();
    transcript.hide(&secrets);
    match outcome {
        Ok((greeting, login_id, conversed)) => Ok(Reading {
            answers: conversed.answers,
            startup: conversed.extras.startup,
            files: conversed.extras.files,
            host_key: greeting.host_key,
            ssh_version: greeting.version,
            banner: greeting.banner,
            algorithms: greeting.algorithms,
            login_id: (visit.transport == Transport::Ssh || conversed.asked_who).then_some(login_id),
            prompt: conversed.prompt,
            timings: progress.timings(),
            transcript,
        }),
        Err(error) => {
            // Cancelling shuts the socket; whatever the session then stumbled over is not its reason.
            let cancelled = cancel.is_cancelled() && error.cause != Cause::Cancelled;
            let error = if cancelled { SessionError::cancelled() } else { blamed(error, visit.target) };
            let reached = progress.stage();
            let (error, stage) = about_the_sign_in(error, reached, &transcript);
            // Without SSH the sign-in is part of the way to the prompt.
            let stage = if visit.transport == Transport::Ssh { stage } else { reached };
            Err(Box::new(Failure {
                cause: error.cause,
                stage,
                message: error.message,
                said: error.said,
                expected: error.expected,
                advice: error.advice,
                host_key: sign_ins.met,
                host_keys: error.host_keys.map(|keys| *keys),
                refused_logins: sign_ins.refused,
                bytes_read,
                timings: progress.timings(),
                transcript,
            }))
        }
    }
}

/// Whether a credential was not tried at all.
fn is_withheld(cause: Cause) -> bool {
    matches!(cause, Cause::OutsideNetworks | Cause::AgentUnavailable)
}

/// Reaches the device and opens its shell: over SSH signed in with the first credential it accepts, elsewhere for the
/// first one that may be sent to its address.
fn open(
    visit: &Visit<'_>,
    logins: &[Login],
    sign_ins: &mut SignIns,
    bounds: &Bounds<'_>,
    progress: &mut Progress<'_>,
) -> Result<(Box<dyn ByteChannel>, Greeting), SessionError> {
    match visit.transport {
        Transport::Ssh => {
            let (shell, greeting) = sign_ins.open(visit.target, visit.definition, logins, bounds, progress)?;
            Ok((Box::new(shell), greeting))
        }
        Transport::Telnet | Transport::Tcp => {
            let (shell, login) = telnet::open(visit, logins, bounds, progress)?;
            let (version, banner) = (String::new(), String::new());
            let greeting = Greeting { host_key: None, version, banner, algorithms: None, login };
            Ok((Box::new(shell), greeting))
        }
    }
}

/// A session that ended with the connection to its jump host did not end because of the device.
fn blamed(error: SessionError, target: &Target) -> SessionError {
    let may_be_the_way = matches!(
        error.cause,
        Cause::Disconnected | Cause::Timeout | Cause::Truncated | Cause::PromptNotSeen | Cause::EmptyAnswer
    );
    let lost = target.through.as_deref().filter(|_| may_be_the_way).and_then(JumpRoute::loss);
    lost.unwrap_or(error)
}

/// A shell that only says that the password has run out, and then closes, asks for a new one or falls silent, is the answer to
/// the sign-in: many servers let the user in first and say so then.
fn about_the_sign_in(error: SessionError, stage: Stage, transcript: &Transcript) -> (SessionError, Stage) {
    let is_about_the_shell = matches!(error.cause, Cause::Disconnected | Cause::PromptNotSeen | Cause::Timeout);
    if stage != Stage::Prompt || !is_about_the_shell {
        return (error, stage);
    }
    match expiry::told_by(&transcript.last_seen(str::to_owned)) {
        Some(reason) => {
            let message = format!("The device refused the sign-in: {reason}.");
            (SessionError::new(Cause::AuthFailed, message).advising(expiry::ADVICE), Stage::SignIn)
        }
        None => (error, stage),
    }
}

/// A device nothing is known of.
#[cfg(test)]
const NEVER_SEEN: Before<'static> = Before { host_key: None, is_stored: &|_| false };

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    struct NoObserver;

    impl Observer for NoObserver {
        fn stage(&mut self, _stage: Stage) {}
        fn log(&mut self, _level: Level, _log_type: LogType, _message: String, _meta: serde_json::Value) {}
    }

    fn definition() -> Definition {
        let text = "name = 'test'\ntitle = 'Test'\nvendor = 'Test'\ncomment = '!'\nerrors = ['^%']\n[prompt]\npattern = '(?P<host>\\w+)#'\n\
                    [[commands]]\nsend = 'show'\npurpose = 'config'\n";
        Definition::parse("test.toml", text).unwrap()
    }

    fn login() -> Login {
        Login {
            id: 3.into(),
            username: "admin".into(),
            password: "hunter22".into(),
            key: None,
            agent: None,
            answers: Vec::new(),
            enable_password: None,
            networks: Vec::new(),
        }
    }

    #[test]
    fn a_session_blocked_in_a_read_ends_at_once_when_it_is_cancelled() {
        for banner in ["", "SSH-2.0-Silent\r\n"] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let target = Target::direct("127.0.0.1", listener.local_addr().unwrap().port());
            let (cancel, (connected, is_connected)) = (Cancel::new(), mpsc::channel());
            let switch = cancel.clone();
            let device = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                stream.write_all(banner.as_bytes()).unwrap();
                connected.send(()).unwrap();
                // The device sees the end of the session as the end of the stream, or as a reset.
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
            });
            let canceller = std::thread::spawn(move || {
                is_connected.recv().unwrap();
                switch.cancel();
                Instant::now()
            });
            let limits = Limits::default();
            let (definition, logins) = (definition(), [login()]);
            let visit = Visit {
                target: &target,
                transport: Transport::Ssh,
                definition: &definition,
                logins: &logins,
                before: &NEVER_SEEN,
                limits: &limits,
            };
            let result = read(visit, &cancel, &mut NoObserver);
            let failure = result.unwrap_err();
            assert_eq!(failure.timings.last().unwrap().0, failure.stage, "{:?}", failure.timings);
            assert_eq!(failure.cause, Cause::Cancelled);
            assert!(canceller.join().unwrap().elapsed() < Duration::from_secs(2));
            device.join().unwrap();
        }
    }

    #[test]
    fn a_shell_that_only_says_the_password_has_expired_is_about_the_sign_in() {
        let said = |words: &str| {
            let mut transcript = Transcript::default();
            transcript.received(Duration::ZERO, words.as_bytes());
            transcript
        };
        let expired = said("\r\nWARNING: Your password has expired.\r\nCurrent password: ");
        for cause in [Cause::Disconnected, Cause::PromptNotSeen, Cause::Timeout] {
            let (error, stage) = about_the_sign_in(SessionError::new(cause, "It closed."), Stage::Prompt, &expired);
            assert_eq!((error.cause, stage, error.advice), (Cause::AuthFailed, Stage::SignIn, Some(expiry::ADVICE)));
            assert!(error.message.contains("the password has expired"), "{}", error.message);
            // Once commands are answered, such words are a configuration's.
            let (error, stage) = about_the_sign_in(SessionError::new(cause, "It closed."), Stage::Read, &expired);
            assert_eq!((error.cause, stage), (cause, Stage::Read));
        }
        let other = said("Your password will expire in 9 days.\r\n");
        let (error, _) = about_the_sign_in(SessionError::new(Cause::Disconnected, "It closed."), Stage::Prompt, &other);
        assert_eq!(error.cause, Cause::Disconnected);
    }

    #[test]
    fn without_a_credential_the_device_is_not_touched() {
        let target = Target::direct("no-such-host.invalid", 22);
        let (definition, limits) = (definition(), Limits::default());
        for transport in Transport::ALL {
            let visit = Visit {
                target: &target,
                transport,
                definition: &definition,
                logins: &[],
                before: &NEVER_SEEN,
                limits: &limits,
            };
            let failure = read(visit, &Cancel::new(), &mut NoObserver).unwrap_err();
            assert_eq!((failure.cause, failure.stage), (Cause::NoCredentials, Stage::Prepare), "{transport}");
        }
    }
}
