//! Signing in with one credential: its key first, then its password, which is not sent more often than the device asks
//! for it.

use std::time::Duration;

use netraven_api::outcome::Cause;
use secrecy::{ExposeSecret, SecretString};
use ssh2::ErrorCode;

use super::link::{Halt, Link, is_gone};
use super::{expiry, raw};
use crate::session::expect::terminal::Bounds;
use crate::session::report::{Login, SessionError};

/// The library gives up by itself after a minute, and would then send the password again when asked to go on.
const LONGEST: Duration = Duration::from_secs(50);
/// How many letters of a question are kept, how many questions, and how many letters of all that is said.
const QUESTION: usize = 80;
const QUESTIONS: usize = 4;
const WORDS: usize = 4096;
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
        /// Whether the password was sent, or the key offered.
        tried: bool,
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
    Gone,
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
    /// Whether anything was given to the device: the password, or the key.
    tried: bool,
}

/// Tries one credential: publickey, keyboard-interactive and password, as far as they are offered and it has something
/// for them.
pub(super) fn sign_in(link: &Link, login: &Login, bounds: &Bounds<'_>) -> Result<SignInOutcome, SessionError> {
    let mut heard = Heard::default();
    let (reason, said, tried, alive) = match try_methods(link, login, bounds, &mut heard) {
        Ok(SignInOutcome::Refused { reason, said, tried, alive, expired: false }) => (reason, said, tried, alive),
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
        None => Ok(SignInOutcome::Refused { reason, said: said.or_else(parting), expired: false, tried, alive }),
    }
}

/// Whether the device has said since that a password it refused has run out: a banner that comes after the password is only
/// read with another question. Nothing is signed in by it.
pub(super) fn said_expired(link: &Link, login: &Login, bounds: &Bounds<'_>) -> Option<&'static str> {
    let _ = methods(link, login, bounds);
    expiry::told_by(&format!("{}\n{}", link.banner(), raw::parting()))
}

fn expired(reason: &str, tried: bool, alive: bool) -> SignInOutcome {
    SignInOutcome::Refused { reason: reason.to_owned(), said: None, expired: true, tried, alive }
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
        let attempt = match (method, &login.key) {
            (PUBLICKEY, Some(key)) => by_key(link, login, key, bounds)?,
            (INTERACTIVE, _) => by_keyboard(link, login, bounds, heard)?,
            _ => by_password(link, login, bounds)?,
        };
        heard.tried |= heard.sent || method == PUBLICKEY;
        trial.sent |= heard.sent;
        let may_be_half = match attempt {
            MethodOutcome::Accepted => return Ok(trial.accepted(method)),
            MethodOutcome::Expired => return Ok(expired("the password has expired", heard.tried, true)),
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
        let usable =
            [(PUBLICKEY, login.key.is_some()), (INTERACTIVE, has_password), (PASSWORD, has_password && !self.sent)];
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
    match (&login.key, login.password()) {
        (Some(_), None) => format!("it accepts only {offered}, and the credential has a private key alone"),
        (Some(_), Some(_)) => format!("it accepts neither a key nor a password, only {offered}"),
        (None, _) => format!("it accepts neither a password nor keyboard-interactive, only {offered}"),
    }
}

fn listed(methods: &str) -> String {
    methods.replace(',', ", ")
}

/// The connection ended during a method: an answer, if a secret was given by then.
fn gone(link: &Link, method: &str, heard: &Heard) -> Result<SignInOutcome, SessionError> {
    let reason = match method {
        PUBLICKEY => "it closed the connection after the key was offered",
        _ if heard.sent => "it closed the connection after the password was sent",
        _ => {
            let message = format!("{} closed the connection before asking for a password.", link.address());
            return Err(SessionError::new(Cause::Disconnected, message));
        }
    };
    Ok(refused(reason.to_owned(), heard, false))
}

fn refused(reason: String, heard: &Heard, alive: bool) -> SignInOutcome {
    let said = Some(heard.unanswered.join("; ")).filter(|questions| !questions.is_empty());
    SignInOutcome::Refused { reason, said, expired: false, tried: heard.sent || heard.tried, alive }
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
    bounds: &Bounds<'_>,
    heard: &mut Heard,
) -> Result<MethodOutcome, SessionError> {
    let limit = bounds.limits.auth.min(LONGEST);
    let mut answers = Answers { login, heard };
    let call = || raw::sign_in_by_keyboard(&link.session, &login.username, &mut answers);
    match link.patiently(limit, bounds, call) {
        Ok(()) if link.session.authenticated() => Ok(MethodOutcome::Accepted),
        Ok(()) => Ok(MethodOutcome::Refused("it requires more than the password".to_string())),
        Err(Halt::Ssh(error)) => {
            let why = match (heard.unanswered.is_empty(), heard.sent) {
                (false, _) => "it asked for something other than a password",
                (true, true) => "the password was refused",
                (true, false) => "it did not ask for a password",
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

/// Answers questions with user name and password, each question only with what it asks for and the password only once.
struct Answers<'a> {
    login: &'a Login,
    heard: &'a mut Heard,
}

impl Answers<'_> {
    fn answer(&mut self, text: &str, echo: bool) -> String {
        let asks = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| asks.contains(word));
        if echo {
            if has(&["user", "login", "name"]) {
                return self.login.username.clone();
            }
        } else if !self.heard.sent
            && !has(&["new pass", "retype", "again", "code", "token", "otp", "one-time", "pin:"])
            && let Some(password) = self.login.password()
        {
            self.heard.sent = true;
            return password.to_owned();
        }
        let question: String = text.trim().trim_end_matches(':').chars().take(QUESTION).collect();
        if !self.heard.unanswered.contains(&question) && self.heard.unanswered.len() < QUESTIONS {
            self.heard.unanswered.push(question);
        }
        String::new()
    }
}

impl raw::Answering for Answers<'_> {
    fn round(&mut self, words: [&str; 2], questions: &[raw::KeyboardQuestion]) -> Vec<String> {
        for words in words.into_iter().chain(questions.iter().map(|question| question.text.as_str())) {
            if self.heard.words.len() < WORDS {
                self.heard.words.extend(words.chars().take(WORDS).chain(['\n']));
            }
        }
        questions.iter().map(|question| self.answer(&question.text, question.echo)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(questions: &[(&str, bool)]) -> Vec<String> {
        let login = Login {
            id: 1.into(),
            username: "admin".into(),
            password: "hunter22".into(),
            key: None,
            enable_password: None,
            networks: Vec::new(),
        };
        let mut heard = Heard::default();
        let mut answers = Answers { login: &login, heard: &mut heard };
        questions.iter().map(|(text, echo)| answers.answer(text, *echo)).collect()
    }

    #[test]
    fn each_question_gets_what_it_asks_for() {
        assert_eq!(asked(&[("Username: ", true), ("Password: ", false)]), ["admin", "hunter22"]);
        assert_eq!(asked(&[("(admin@r1) Passwort:", false)]), ["hunter22"]);
        assert_eq!(asked(&[("", false)]), ["hunter22"]);
    }

    #[test]
    fn the_password_goes_out_once_and_never_as_a_code_or_where_it_is_shown() {
        assert_eq!(asked(&[("Password: ", false), ("Password: ", false)]), ["hunter22", ""]);
        assert_eq!(asked(&[("Verification code: ", false), ("New password: ", false)]), ["", ""]);
        assert_eq!(asked(&[("Password: ", true)]), [""]);
    }
}
