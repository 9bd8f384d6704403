//! A jump host as something to sign in to: reached, its host key checked, signed in to with its one credential.

use std::net::{IpAddr, TcpStream};
use std::time::Duration;

use netraven_api::evidence::ShownKey;
use netraven_api::outcome::{Cause, Stage};
use serde_json::json;
use ssh2::Session;

use super::auth::{self, SignInOutcome};
use super::link::Link;
pub(in crate::session) use super::link::is_gone;
use super::{agent, expiry, raw};
use crate::session::cancel::Cancel;
use crate::session::expect::terminal::Bounds;
use crate::session::observer::{Level, Progress};
use crate::session::report::{Login, SessionError, Target};

/// A signed-in connection to a jump host.
pub(in crate::session) struct JumpLink {
    link: Link,
    cancel: Cancel,
}

impl JumpLink {
    /// Reaches a jump host and signs in; `met` is the host key a password may have been sent under.
    pub(in crate::session) fn open(
        target: &Target,
        login: &Login,
        known: Option<&ShownKey>,
        met: &mut Option<ShownKey>,
        bounds: &Bounds<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<JumpLink, SessionError> {
        let keys = agent::keys(login, bounds.cancel)?;
        let permits = |address: Option<IpAddr>| login.permits(address);
        let link = Link::establish(target, known, &permits, bounds, progress)?;
        *met = Some(link.host_key.clone());
        progress.enter(Stage::SignIn);
        match auth::sign_in(&link, login, &keys, bounds)? {
            SignInOutcome::Accepted { method } => {
                let meta = json!({"credential_id": login.id, "method": method.as_str()});
                progress.connection(Level::Info, format!("Signed in as {} ({method}).", login.username), meta);
                Ok(JumpLink { link, cancel: bounds.cancel.clone() })
            }
            SignInOutcome::Refused { reason, said, expired, unanswered, .. } => {
                let message = format!("{}: {reason}.", login.username);
                let cause = if unanswered { Cause::QuestionUnanswered } else { Cause::AuthFailed };
                let error = SessionError::new(cause, message).quoting(said);
                Err(if expired { error.advising(expiry::ADVICE) } else { error })
            }
        }
    }

    /// Puts the connection under another switch: it outlives the session that opened it.
    pub(in crate::session) fn move_to(&mut self, cancel: &Cancel) {
        self.link.move_to(cancel);
        self.cancel = cancel.clone();
    }

    /// Whether its switch was turned.
    pub(in crate::session) fn is_shut(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Makes every call return at once from now on. A request for a channel is given up after `answer`.
    pub(in crate::session) fn never_wait(&self, answer: Duration) {
        self.link.session.set_blocking(false);
        raw::give_up_after(&self.link.session, answer);
    }

    pub(in crate::session) fn session(&self) -> &Session {
        &self.link.session
    }

    pub(in crate::session) fn socket(&self) -> &TcpStream {
        self.link.socket()
    }

    pub(in crate::session) fn host_key(&self) -> &ShownKey {
        &self.link.host_key
    }
}
