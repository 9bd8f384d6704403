//! Signing in with one credential: its key or those of the agent first, then answers to what the device asks, then its
//! password, which is not sent more often than the device asks for it.

mod questions;

use std::net::Shutdown;
use std::time::Duration;

use netraven_api::outcome::Cause;
use secrecy::{ExposeSecret, SecretString};
use ssh2::ErrorCode;

use self::questions::KeyboardAnswers;
use super::agent::{AgentKey, AgentLogin, AgentSigner, SIGNING};
use super::link::{Halt, Link, is_gone};
use super::{expiry, raw};
use crate::session::expect::terminal::Bounds;
use crate::session::report::{Login, SessionError};

/// The library gives up by itself after a minute, and would then send the password again when asked to go on.
const LONGEST: Duration = Duration::from_secs(50);
/// How many keys of an agent are offered: many servers end a connection after six refusals.
const AGENT_KEYS: usize = 5;
const PUBLICKEY: &str = "publickey";
const INTERACTIVE: &str = "keyboard-interactive";
const PASSWORD: &str = "password";

/// What became of one credential.
pub(super) enum SignInOutcome {
    Accepted {
        /// One, or several in the order the device required them.
        method: String,
    },
    Refused {
        /// Without capital and full stop; nothing the device said is in it.
        reason: String,
        /// The device's own words about it: the question left open, or the last it said.
        said: Option<String>,
        /// Whether it is the password, or the account, that ran out.
        expired: bool,
        /// Whether the password or an answer was sent, or a key offered.
        tried: bool,
        /// Whether it was ended here: the device asked what the credential has no answer for.
        unanswered: bool,
        /// Whether the connection can be used for another attempt.
        alive: bool,
    },
}

/// What became of one method.
enum MethodOutcome {
    Accepted,
    Refused(String),
    /// The key is known to the server and its signature was sent; that was not enough, or the signature was refused.
    Signed,
    /// The server asked for a new password.
    Expired,
    /// The sign-in was ended here, because of what the device asked.
    Ended(Ending),
    Gone,
}

/// Why a sign-in was ended here: nothing was answered to what was asked last, and the connection is shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The credential has no answer to a question.
    Unanswered,
    /// An answer was not accepted, or the questions have no end; how, as a reason.
    Asked(&'static str),
}

/// What a device said while one credential was tried.
#[derive(Default)]
struct Heard {
    /// Titles, instructions and questions.
    words: String,
    /// The questions left empty.
    unanswered: Vec<String>,
    /// Whether the password was sent by the current method.
    sent: bool,
    /// The questions that were answered as the credential says.
    answered: Vec<String>,
    /// How many rounds of questions there were.
    rounds: usize,
    /// Why the sign-in was ended here.
    ending: Option<Ending>,
    /// Whether anything was given to the device: the password, an answer, or a key.
    tried: bool,
}

/// Tries one credential: publickey, keyboard-interactive and password, as far as they are offered and it has something
/// for them. `keys` are those that the agent has for it.
pub(super) fn sign_in(
    link: &Link,
    login: &Login,
    keys: &[AgentKey],
    bounds: &Bounds<'_>,
) -> Result<SignInOutcome, SessionError> {
    let mut heard = Heard::default();
    let (reason, said, tried, alive, unanswered) = match try_methods(link, login, keys, bounds, &mut heard) {
        Ok(SignInOutcome::Refused { reason, said, tried, alive, unanswered, expired: false }) => {
            (reason, said, tried, alive, unanswered)
        }
        Err(error) if error.cause == Cause::Disconnected => {
            // A device that closes after these words has answered the sign-in, whenever it closes.
            return match expiry::told_by(&last_words(link, login, &heard, false)) {
                Some(reason) => Ok(expired(reason, heard.sent || heard.tried, false)),
                None => Err(error.quoting(parting())),
            };
        }
        other => return other,
    };
    match expiry::told_by(&last_words(link, login, &heard, alive)) {
        Some(reason) => Ok(expired(reason, tried, alive)),
        None => {
            let said = said.or_else(parting);
            Ok(SignInOutcome::Refused { reason, said, expired: false, tried, unanswered, alive })
        }
    }
}

/// Whether the device has said since that a password it refused has run out: a banner that comes after the password is only
/// read with another question. Nothing is signed in by it.
pub(super) fn said_expired(link: &Link, login: &Login, bounds: &Bounds<'_>) -> Option<&'static str> {
    let _ = methods(link, login, bounds);
    expiry::told_by(&format!("{}\n{}", link.banner(), raw::parting()))
}

fn expired(reason: &str, tried: bool, alive: bool) -> SignInOutcome {
    let reason = reason.to_owned();
    SignInOutcome::Refused { reason, said: None, expired: true, tried, unanswered: false, alive }
}

fn parting() -> Option<String> {
    Some(raw::parting()).filter(|words| !words.is_empty())
}

/// Whatever the device said about this sign-in: in its questions, in its banners, and when it left.
fn last_words(link: &Link, login: &Login, heard: &Heard, alive: bool) -> String {
    if !alive {
        // A banner that came after the password still waits in the library; it is read with the next request, of which the
        // device hears nothing any more.
        let _ = link.session.auth_methods(&login.username);
    }
    format!("{}\n{}\n{}", heard.words, link.banner(), raw::parting())
}

fn try_methods(
    link: &Link,
    login: &Login,
    keys: &[AgentKey],
    bounds: &Bounds<'_>,
    heard: &mut Heard,
) -> Result<SignInOutcome, SessionError> {
    let Some(mut offered) = methods(link, login, bounds)? else {
        return Ok(SignInOutcome::Accepted { method: "none".to_owned() });
    };
    let mut trial = Trial::default();
    while let Some(method) = trial.next_method(&offered, login) {
        trial.done.push(method);
        heard.sent = method == PASSWORD;
        // A question without an answer is then left open: the password is asked for in another way.
        let may_leave_open = offered.split(',').any(|other| other == PASSWORD) && !trial.sent;
        let attempt = match (method, &login.key) {
            (PUBLICKEY, Some(key)) => by_key(link, login, key, bounds)?,
            (PUBLICKEY, None) => by_agent(link, login, keys, bounds)?,
            (INTERACTIVE, _) => by_keyboard(link, login, may_leave_open, bounds, heard)?,
            _ => by_password(link, login, bounds)?,
        };
        heard.tried |= heard.sent || !heard.answered.is_empty() || method == PUBLICKEY;
        trial.sent |= heard.sent;
        let may_be_half = match attempt {
            MethodOutcome::Accepted => return Ok(trial.accepted(method)),
            MethodOutcome::Expired => return Ok(expired("the password has expired", heard.tried, true)),
            MethodOutcome::Ended(ending) => return Ok(ended(ending, &trial, heard)),
            MethodOutcome::Gone => return gone(link, method, heard),
            MethodOutcome::Refused(why) => {
                trial.hears(method, why);
                // A server that offers both names them again whatever comes of the first.
                method != PUBLICKEY && trial.passwords() < 2 && !has_both(&offered)
            }
            MethodOutcome::Signed => {
                trial.hears(method, "the key was refused".to_owned());
                true
            }
        };
        // The one refusal that is half an acceptance: the device now offers a method it did not offer before.
        if may_be_half {
            match methods(link, login, bounds) {
                Ok(Some(now)) if now != offered && !now.contains(method) => {
                    trial.passes(method);
                    offered = now;
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(trial.accepted(method)),
                Err(error) if error.cause == Cause::Disconnected => return Ok(refused(trial.reason(), heard, false)),
                Err(error) => return Err(error),
            }
        }
    }
    let reason = if trial.done.is_empty() { nothing_for(login, &offered) } else { trial.reason_at(&offered) };
    Ok(refused(reason, heard, true))
}

/// The methods tried with one credential, and what came of them.
#[derive(Default)]
struct Trial {
    done: Vec<&'static str>,
    /// Those the device took as one of several steps.
    passed: Vec<&'static str>,
    /// Whether the password was sent since the last step: refused once, it is not sent again under another method's
    /// name, so that no account is locked.
    sent: bool,
    /// What came of the key.
    key: Option<String>,
    /// What came of the password.
    password: Option<String>,
}

impl Trial {
    /// The next method that the device offers and the credential has something for: the key first, the password last.
    fn next_method(&self, offered: &str, login: &Login) -> Option<&'static str> {
        let has_password = login.password().is_some();
        let usable = [
            (PUBLICKEY, login.key.is_some() || login.agent.is_some()),
            (INTERACTIVE, has_password || !login.answers.is_empty()),
            (PASSWORD, has_password && !self.sent),
        ];
        let next = usable
            .into_iter()
            .find(|(method, is_usable)| *is_usable && offered.contains(*method) && !self.done.contains(method));
        next.map(|(method, _)| method)
    }

    /// How many of the methods that take the password were tried.
    fn passwords(&self) -> usize {
        self.done.iter().filter(|method| **method != PUBLICKEY).count()
    }

    fn hears(&mut self, method: &str, why: String) {
        if method == PUBLICKEY {
            self.key = Some(why);
        } else {
            self.password = Some(why);
        }
    }

    /// The device offers other methods after this one: it requires one of them too.
    fn passes(&mut self, method: &'static str) {
        // It only asks for signatures by keys it knows. Of a password it does not say as much.
        let said =
            if method == PUBLICKEY { "the key was accepted".to_owned() } else { format!("it went on after {method}") };
        self.hears(method, said);
        self.passed.push(method);
        self.sent = false;
    }

    fn accepted(&self, method: &'static str) -> SignInOutcome {
        let steps: Vec<&str> = self.passed.iter().copied().chain([method]).collect();
        SignInOutcome::Accepted { method: steps.join(", then ") }
    }

    /// What came of key and password.
    fn reason(&self) -> String {
        self.key.iter().chain(&self.password).map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// The same where the device offers these methods in the end: after a step it took, it requires one of them.
    fn reason_at(&self, offered: &str) -> String {
        let is_open = self.done.last().is_some_and(|method| self.passed.contains(method));
        let more = format!(", but it also requires {}, for which the credential has nothing", listed(offered));
        self.reason() + if is_open { more.as_str() } else { "" }
    }
}

/// Why a credential was not tried at all.
fn nothing_for(login: &Login, offered: &str) -> String {
    let offered = listed(offered);
    match (login.key.is_some() || login.agent.is_some(), login.password()) {
        (true, None) => format!("it accepts only {offered}, and the credential {}", login.signs_alone()),
        (true, Some(_)) => format!("it accepts neither a key nor a password, only {offered}"),
        (false, _) => format!("it accepts neither a password nor keyboard-interactive, only {offered}"),
    }
}

/// A sign-in that was ended here.
fn ended(ending: Ending, trial: &Trial, heard: &Heard) -> SignInOutcome {
    let (last, unanswered) = match ending {
        Ending::Unanswered => ("it asks what the credential has no answer for", true),
        Ending::Asked(how) => (how, false),
    };
    let reason = trial.key.iter().map(String::as_str).chain([last]).collect::<Vec<_>>().join(", ");
    let (said, tried) = (open_questions(heard), heard.tried);
    SignInOutcome::Refused { reason, said, expired: false, tried, unanswered, alive: false }
}

fn open_questions(heard: &Heard) -> Option<String> {
    Some(heard.unanswered.join("; ")).filter(|questions| !questions.is_empty())
}

fn listed(methods: &str) -> String {
    methods.replace(',', ", ")
}

/// The connection ended during a method: an answer, if a secret was given by then.
fn gone(link: &Link, method: &str, heard: &Heard) -> Result<SignInOutcome, SessionError> {
    let reason = match method {
        PUBLICKEY => "it closed the connection after the key was offered",
        _ if heard.sent => "it closed the connection after the password was sent",
        _ if !heard.answered.is_empty() => "it closed the connection after its questions were answered",
        _ => {
            let message = format!("{} closed the connection before asking for a password.", link.address());
            return Err(SessionError::new(Cause::Disconnected, message));
        }
    };
    Ok(refused(reason.to_owned(), heard, false))
}

fn refused(reason: String, heard: &Heard, alive: bool) -> SignInOutcome {
    let tried = heard.sent || heard.tried || !heard.answered.is_empty();
    SignInOutcome::Refused { reason, said: open_questions(heard), expired: false, tried, unanswered: false, alive }
}

/// The methods the device offers, or `None` if it asks for nothing at all.
fn methods(link: &Link, login: &Login, bounds: &Bounds<'_>) -> Result<Option<String>, SessionError> {
    let limit = bounds.limits.auth.min(LONGEST);
    match link.patiently(limit, bounds, || link.session.auth_methods(&login.username).map(str::to_string)) {
        Ok(_) if link.session.authenticated() => Ok(None),
        // A device that does not say what it offers may be offered anything.
        Ok(offered) if offered.is_empty() => Ok(Some(format!("{PUBLICKEY},{PASSWORD},{INTERACTIVE}"))),
        Ok(offered) => Ok(Some(offered)),
        Err(halt) => Err(stopped(link, halt, limit)),
    }
}

fn by_key(link: &Link, login: &Login, key: &SecretString, bounds: &Bounds<'_>) -> Result<MethodOutcome, SessionError> {
    let limit = bounds.limits.auth.min(LONGEST);
    let call = || link.session.userauth_pubkey_memory(&login.username, None, key.expose_secret(), None);
    match link.patiently(limit, bounds, call) {
        Ok(()) if link.session.authenticated() => Ok(MethodOutcome::Accepted),
        Ok(()) => Ok(MethodOutcome::Signed),
        Err(Halt::Ssh(error)) => Ok(key_refusal(&error)),
        Err(halt) => Err(stopped(link, halt, limit)),
    }
}

/// Offers the keys of the agent, one after the other.
fn by_agent(link: &Link, login: &Login, keys: &[AgentKey], bounds: &Bounds<'_>) -> Result<MethodOutcome, SessionError> {
    let Some(AgentLogin { agent, .. }) = &login.agent else {
        return Ok(MethodOutcome::Refused("the credential has no key".to_owned()));
    };
    let limit = bounds.limits.auth.min(LONGEST) + SIGNING;
    let mut unsigned = 0;
    for key in keys.iter().take(AGENT_KEYS) {
        let mut signer = AgentSigner { agent, key, cancel: bounds.cancel, has_failed: false };
        let call = || raw::agent::sign_in_by_signer(&link.session, &login.username, &key.blob, &mut signer);
        match link.patiently(limit, bounds, call) {
            Ok(()) if link.session.authenticated() => return Ok(MethodOutcome::Accepted),
            Ok(()) => return Ok(MethodOutcome::Signed),
            Err(Halt::Ssh(_)) if signer.has_failed => unsigned += 1,
            Err(Halt::Ssh(error)) => match key_refusal(&error) {
                MethodOutcome::Refused(_) => {}
                other => return Ok(other),
            },
            Err(halt) => return Err(stopped(link, halt, limit)),
        }
    }
    Ok(MethodOutcome::Refused(no_agent_key(&agent.machine, keys.len(), unsigned)))
}

/// Why none of the keys that an agent holds let us in; with `unsigned` of them it did not sign what the device asked
/// for.
fn no_agent_key(machine: &str, held: usize, unsigned: usize) -> String {
    let offered = held.min(AGENT_KEYS);
    match (held, unsigned) {
        (1, 0) => format!("the key of the SSH agent on {machine} was refused"),
        (_, 1..) => format!("the SSH agent on {machine} did not sign with a key that was accepted"),
        _ if held > offered => format!(
            "the first {offered} of the {held} keys of the SSH agent on {machine} were refused; name the one to use in \
             the credential"
        ),
        _ => format!("all {held} keys of the SSH agent on {machine} were refused"),
    }
}

fn key_refusal(error: &ssh2::Error) -> MethodOutcome {
    match error.code() {
        // Said of the public half, before anything was signed.
        ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_AUTHENTICATION_FAILED) => {
            MethodOutcome::Refused("the key was refused".to_string())
        }
        ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED)
            if error.message().starts_with("Invalid signature") =>
        {
            MethodOutcome::Signed
        }
        ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_METHOD_NONE) => {
            MethodOutcome::Refused("it accepts no signature that this kind of key can make".to_string())
        }
        _ => match refusal(error, "") {
            MethodOutcome::Gone => MethodOutcome::Gone,
            _ => MethodOutcome::Refused(format!("the key could not be used ({})", error.message())),
        },
    }
}

fn by_password(link: &Link, login: &Login, bounds: &Bounds<'_>) -> Result<MethodOutcome, SessionError> {
    let Some(password) = login.password() else {
        return Ok(MethodOutcome::Refused("the credential has no password".to_string()));
    };
    let limit = bounds.limits.auth.min(LONGEST);
    let call = || raw::sign_in(&link.session, &login.username, password);
    match link.patiently(limit, bounds, call) {
        Ok(()) if link.session.authenticated() => Ok(MethodOutcome::Accepted),
        Ok(()) => Ok(MethodOutcome::Refused("it requires more than the password".to_string())),
        Err(Halt::Ssh(error)) => Ok(refusal(&error, "the password was refused")),
        Err(halt) => Err(stopped(link, halt, limit)),
    }
}

/// Answers the device's questions.
fn by_keyboard(
    link: &Link,
    login: &Login,
    may_leave_open: bool,
    bounds: &Bounds<'_>,
    heard: &mut Heard,
) -> Result<MethodOutcome, SessionError> {
    let limit = bounds.limits.auth.min(LONGEST);
    let may_leave_open = may_leave_open && login.password().is_some();
    let hang_up = || {
        // A connection that is gone needs no shutting.
        let _ = link.socket().shutdown(Shutdown::Both);
    };
    let mut answers = KeyboardAnswers { login, heard, may_leave_open, hang_up: &hang_up };
    let call = || raw::sign_in_by_keyboard(&link.session, &login.username, &mut answers);
    match (link.patiently(limit, bounds, call), heard.ending) {
        // Whatever the library says of the connection, it was shut here.
        (Err(Halt::Ssh(_)), Some(ending)) => Ok(MethodOutcome::Ended(ending)),
        (done, _) => keyboard_outcome(link, done, limit, heard),
    }
}

/// The result of the answers.
fn keyboard_outcome(
    link: &Link,
    done: Result<(), Halt>,
    limit: Duration,
    heard: &Heard,
) -> Result<MethodOutcome, SessionError> {
    match done {
        Ok(()) if link.session.authenticated() => Ok(MethodOutcome::Accepted),
        Ok(()) => Ok(MethodOutcome::Refused("it requires more than the password".to_string())),
        Err(Halt::Ssh(error)) => {
            let why = match (heard.unanswered.is_empty(), heard.sent, heard.answered.is_empty()) {
                (false, ..) => "it asked for something other than a password",
                (true, true, true) => "the password was refused",
                (true, true, false) => "the password or an answer was refused",
                (true, false, false) => "an answer was refused",
                (true, false, true) => "it did not ask for a password",
            };
            Ok(refusal(&error, why))
        }
        Err(halt) => Err(stopped(link, halt, limit)),
    }
}

fn refusal(error: &ssh2::Error, why: &str) -> MethodOutcome {
    match error.code() {
        // The library calls a connection that ended while it waited for the verdict a refusal, and says so only here.
        _ if error.message().starts_with("Waiting for") || is_gone(error) => MethodOutcome::Gone,
        ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_PASSWORD_EXPIRED) => MethodOutcome::Expired,
        _ => MethodOutcome::Refused(why.to_string()),
    }
}

fn stopped(link: &Link, halt: Halt, limit: Duration) -> SessionError {
    let address = link.address();
    match halt {
        Halt::Cancelled => SessionError::cancelled(),
        Halt::Late => SessionError::new(
            Cause::Timeout,
            format!("{address} did not answer the sign-in within {} s.", limit.as_secs()),
        ),
        Halt::Ssh(error) => SessionError::new(
            Cause::Disconnected,
            format!("{address} closed the connection during the sign-in ({}).", error.message()),
        ),
    }
}

fn has_both(offered: &str) -> bool {
    offered.contains(INTERACTIVE) && offered.contains(PASSWORD)
}
