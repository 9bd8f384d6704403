//! A connection to a device over SSH: reached, its host key checked, signed in, asked through a shell or beside it, and
//! closed again, every wait bounded.
//!
//! libssh2 is used in its blocking mode with a short time limit, in a loop: each call keeps its place when the limit ends
//! it and goes on when it is repeated, which works on every system without a poll of our own. Cancelling shuts the socket,
//! which ends the call at once.

mod agent;
mod algorithms;
mod auth;
pub(super) mod banner;
mod beside;
mod channel;
pub(super) mod connect;
mod exec;
pub(super) mod expiry;
pub(super) mod hop;
mod link;
mod offer;
mod raw;
mod rules;
mod scp;
mod sftp;

use std::net::IpAddr;

use netraven_api::evidence::{Algorithms, ShownKey};
use netraven_api::ids::CredentialId;
use netraven_api::outcome::{Cause, Stage};
use serde_json::json;

pub use self::agent::{AgentLogin, SshAgent};
pub use self::algorithms::supported_algorithms;
use self::auth::SignInOutcome;
pub(super) use self::channel::Shell;
use self::link::Link;
pub use self::rules::CryptoRules;
use super::expect::terminal::Bounds;
use super::observer::{Level, Progress};
use super::report::{Login, SessionError, Target};
use crate::platforms::Definition;

/// What is known of a device once it has let us in.
pub(super) struct Greeting {
    /// `None` without SSH.
    pub(super) host_key: Option<ShownKey>,
    /// The version line of the SSH server; empty without SSH.
    pub(super) version: String,
    pub(super) banner: String,
    /// `None` without SSH.
    pub(super) algorithms: Option<Algorithms>,
    /// The place of the accepted credential in the list; without SSH of the one the shell is told if it asks.
    pub(super) login: usize,
}

/// What signing in to one device has shown so far, whatever comes of it.
pub(super) struct SignIns {
    /// The stored host key, if any, and from the first key exchange on the key the device showed: a password was sent to it.
    pub(super) met: Option<ShownKey>,
    /// Ids of the credentials that were refused.
    pub(super) refused: Vec<CredentialId>,
}

impl SignIns {
    /// Before the first; `known` is the stored host key.
    pub(super) fn new(known: Option<&ShownKey>) -> SignIns {
        SignIns { met: known.cloned(), refused: Vec::new() }
    }

    /// Reaches the device, signs in with the first credential it accepts and opens a shell if the platform needs one.
    pub(super) fn open(
        &mut self,
        target: &Target,
        definition: &Definition,
        logins: &[Login],
        bounds: &Bounds<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<(Shell, Greeting), SessionError> {
        if logins.is_empty() {
            return Err(SessionError::new(Cause::NoCredentials, format!("No credential for {target}.")));
        }
        let mut link: Option<Link> = None;
        let mut last_user = "";
        let (mut reasons, mut words, mut advice) = (Vec::new(), Vec::new(), None);
        // Those that were not tried, and why; how many of the others met a question they have no answer for.
        let (mut withheld, mut unanswered_by) = (Vec::new(), 0);
        for (place, login) in logins.iter().enumerate() {
            let keys = match agent::keys(login, bounds.cancel) {
                Ok(keys) => keys,
                Err(error) if error.cause == Cause::AgentUnavailable => {
                    let message = format!("{} is not tried. {}", login.username, error.message);
                    progress.connection(Level::Warning, message, json!({"credential_id": login.id}));
                    withheld.push((login.username.as_str(), error));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let permits = |address: Option<IpAddr>| login.permits(address);
            // Servers end a connection on which the user name changes, and many after a few refusals.
            let reusable = link.take().filter(|link| last_user == login.username && permits(link.address().ip()));
            let current = match reusable {
                Some(link) => link,
                None => match Link::establish(target, self.met.as_ref(), &permits, bounds, progress) {
                    Ok(link) => {
                        self.met = Some(link.host_key.clone());
                        link
                    }
                    Err(error) if error.cause == Cause::OutsideNetworks => {
                        let message = format!("{} is not sent to this device. {}", login.username, error.message);
                        progress.connection(Level::Warning, message, json!({"credential_id": login.id}));
                        withheld.push((login.username.as_str(), error));
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            last_user = &login.username;
            progress.enter(Stage::SignIn);
            let sent = as_sent(login, definition);
            match auth::sign_in(&current, &sent, &keys, bounds)? {
                SignInOutcome::Accepted { method } => {
                    let message = format!("Signed in as {} ({method}).", login.username);
                    let meta = json!({"credential_id": login.id, "method": method.as_str()});
                    progress.connection(Level::Info, message, meta);
                    let greeting = Greeting {
                        host_key: Some(current.host_key.clone()),
                        version: current.version(),
                        banner: current.banner(),
                        algorithms: Some(current.algorithms.clone()),
                        login: place,
                    };
                    if definition.needs_shell() {
                        progress.enter(Stage::Prompt);
                    }
                    return Ok((Shell::open(current, definition, bounds, progress)?, greeting));
                }
                SignInOutcome::Refused { mut reason, said, mut expired, tried, unanswered, alive } => {
                    // The device did not refuse what was not answered.
                    if tried && !unanswered {
                        self.refused.push(login.id);
                    }
                    // The connection is used up: nothing is lost by one question more.
                    let is_last = tried && alive && !expired && place + 1 == logins.len();
                    if is_last && let Some(told) = auth::said_expired(&current, &sent, bounds) {
                        (reason, expired) = (told.to_owned(), true);
                    }
                    unanswered_by += usize::from(unanswered);
                    let what = if unanswered { "The sign-in was ended for" } else { "The device refused" };
                    let message = format!("{what} {}: {reason}.", login.username);
                    let meta = json!({"credential_id": login.id, "said": said});
                    progress.connection(Level::Warning, message, meta);
                    reasons.push(format!("{}: {reason}", login.username));
                    words.extend(said.filter(|said| !words.contains(said)));
                    advice = advice.or(expired.then_some(expiry::ADVICE));
                    link = alive.then_some(current);
                }
            }
        }
        if reasons.is_empty() {
            return Err(not_tried(target, &withheld));
        }
        let count = reasons.len();
        reasons.extend(withheld.iter().map(|(user, error)| match error.cause {
            Cause::AgentUnavailable => format!("{user}: not tried, the SSH agent cannot be used"),
            _ => format!("{user}: not sent, the address is outside its networks"),
        }));
        let (cause, what) = match count {
            _ if unanswered_by == count => (Cause::QuestionUnanswered, "The sign-in was ended".to_owned()),
            1 => (Cause::AuthFailed, "The device refused the credential".to_owned()),
            count => (Cause::AuthFailed, format!("The device refused all {count} credentials")),
        };
        let message = format!("{what} ({}).", reasons.join("; "));
        let error = SessionError::new(cause, message).quoting(Some(words.join("; ")).filter(|words| !words.is_empty()));
        Err(SessionError { advice, ..error })
    }
}

/// The failure of a device for which no credential could be tried.
fn not_tried(target: &Target, withheld: &[(&str, SessionError)]) -> SessionError {
    let said: Vec<String> = withheld.iter().map(|(user, error)| format!("{user}: {}", error.message)).collect();
    let (cause, what) = match withheld.iter().any(|(_, error)| error.cause == Cause::AgentUnavailable) {
        true => (Cause::AgentUnavailable, format!("No credential could be tried at {target}.")),
        false => (Cause::OutsideNetworks, format!("No credential is allowed at the address of {target}.")),
    };
    SessionError::new(cause, format!("{what} {}", said.join(" ")))
}

/// The credential with the user name that is sent over SSH. People only see the name without the platform's suffix.
fn as_sent(login: &Login, definition: &Definition) -> Login {
    let username = format!("{}{}", login.username, definition.login_suffix);
    Login { username, ..login.clone() }
}

#[cfg(test)]
mod tests;
