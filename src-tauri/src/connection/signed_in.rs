//! A sign-in to a server: its token, which can be replaced in place, and the callers waiting for that.

use std::sync::{Mutex, PoisonError};

use futures::future::{BoxFuture, FutureExt};
use jiff::Timestamp;
use netraven_api::Secret;
use netraven_api::auth::Claims;
use netraven_client::Tokens;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::tickets;

/// How long before the end the password is asked for.
const ASK_BEFORE_S: i64 = 60;

/// The sign-in of one session.
pub struct SignedIn {
    token: watch::Sender<(Secret, Option<Timestamp>)>,
    /// The token a server refused last.
    refused: Mutex<Option<Secret>>,
    was_refused: Notify,
    over: CancellationToken,
    remember: bool,
}

impl SignedIn {
    /// A sign-in that begins with a token.
    pub fn new(token: Secret, ends: Option<Timestamp>, remember: bool) -> SignedIn {
        let token = watch::Sender::new((token, ends));
        SignedIn {
            token,
            refused: Mutex::default(),
            was_refused: Notify::new(),
            over: CancellationToken::new(),
            remember,
        }
    }

    /// Whether its token is kept for the next start.
    pub fn remember(&self) -> bool {
        self.remember
    }

    /// When it ends, if it does.
    pub fn ends(&self) -> Option<Timestamp> {
        self.token.borrow().1
    }

    /// Changes the token; calls that wait for one go on.
    pub fn change(&self, token: Secret, ends: Option<Timestamp>) {
        self.token.send_replace((token, ends));
    }

    /// The session is over: waiting callers are released.
    pub fn end(&self) {
        self.over.cancel();
    }

    /// Waits until the session is over.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }

    /// Waits until the current token has been refused.
    pub async fn refused(&self) {
        loop {
            self.was_refused.notified().await;
            let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take();
            if refused.is_some_and(|refused| refused == self.token()) {
                return;
            }
        }
    }
}

impl Tokens for SignedIn {
    fn token(&self) -> Secret {
        self.token.borrow().0.clone()
    }

    fn renewed<'a>(&'a self, refused: &'a Secret) -> BoxFuture<'a, bool> {
        async move {
            let mut changes = self.token.subscribe();
            // Several requests may be refused at once, and the first of them may already have led to a new token.
            while self.token() == *refused {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused.clone());
                self.was_refused.notify_one();
                let changed = tokio::select! {
                    biased;
                    () = self.over.cancelled() => false,
                    () = tickets::withdrawn() => false,
                    changed = changes.changed() => changed.is_ok(),
                };
                if !changed {
                    return false;
                }
            }
            // The caller may have left while the server was refusing.
            !tickets::is_withdrawn()
        }
        .boxed()
    }
}

/// When a token that was just given ends. If it has already ended by this computer's clock, the clocks disagree, and
/// only the server can say.
pub fn end_of(claims: &Claims, now: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second(claims.exp).ok().filter(|end| end.as_second() > now.as_second() + ASK_BEFORE_S)
}

/// When to ask for the password.
pub fn ask_at(end: Timestamp) -> Timestamp {
    Timestamp::from_second(end.as_second() - ASK_BEFORE_S).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn a_refused_token_waits_for_another_and_an_older_one_does_not() {
        let signed_in = Arc::new(SignedIn::new(Secret::new("one"), None, false));
        let waiting = signed_in.clone();
        let waiter = tokio::spawn(async move { waiting.renewed(&Secret::new("one")).await });
        signed_in.refused().await;
        signed_in.change(Secret::new("two"), None);
        assert!(waiter.await.unwrap());
        assert!(signed_in.renewed(&Secret::new("one")).await);
        signed_in.end();
        assert!(!signed_in.renewed(&Secret::new("two")).await);
    }

    #[test]
    fn an_end_that_is_no_end_or_past_by_our_clock_is_left_to_the_server() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let end = |exp| end_of(&Claims { sub: "ann".into(), role: "user".into(), exp }, now);
        assert_eq!((end(i64::MAX), end(999_000), end(1_000_030)), (None, None, None));
        let later = Timestamp::from_second(1_001_800).unwrap();
        assert_eq!(end(1_001_800), Some(later));
        assert_eq!(ask_at(later), Timestamp::from_second(1_001_740).unwrap());
    }
}
