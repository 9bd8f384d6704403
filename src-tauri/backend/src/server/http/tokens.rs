//! Tokens: issued at sign-in, and checked on every request. A token's claims are compared with its user's row each time, so
//! that a new password, a removal or a sign-out ends it early.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use netraven_api::auth::Claims;
use netraven_api::users::{Role, User};
use netraven_api::{Secret, UserId};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::accounts::Accounts;
use super::error::ApiError;
use super::failed_logins::FailedLogins;
use super::login_throttle::LoginThrottle;
use crate::seal::password::{self, Verdict};
use crate::store::users::{Account, Standing};

/// Passwords hashed at once.
const HASHING: usize = 4;

/// The claims of our tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    /// The claims of every NetRaven token.
    #[serde(flatten)]
    pub claims: Claims,
    /// Id of the user; none in a token of the window that runs this backend.
    uid: Option<UserId>,
    /// The user's mark at sign-in, or that of this process.
    mark: Uuid,
    /// Unique id of this sign-in.
    pub sid: Uuid,
}

impl SignIn {
    /// Whether it is, or was, a sign-in of this user.
    pub fn is_of(&self, user: &User) -> bool {
        self.uid == Some(user.id)
    }

    /// Whether the token has expired.
    pub fn is_over(&self) -> bool {
        // The library accepts a token throughout the second it ends in.
        self.claims.exp <= Timestamp::now().as_second()
    }
}

/// Makes and reads tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// Marks the tokens of the window that runs this backend. They need no password, so a new one does not end them; they end
    /// with the process.
    window: Uuid,
    /// Attempts to sign in.
    pub throttle: LoginThrottle,
    /// Failed logins logged recently.
    pub failed: FailedLogins,
    /// Users that called recently.
    pub users: Accounts,
    /// One password takes tens of megabytes and a core for tens of milliseconds.
    hashing: Semaphore,
}

impl Tokens {
    /// Tokens signed with this key.
    #[must_use]
    pub fn new(key: &[u8]) -> Tokens {
        Tokens {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            window: Uuid::new_v4(),
            throttle: LoginThrottle::default(),
            failed: FailedLogins::default(),
            users: Accounts::default(),
            hashing: Semaphore::new(HASHING),
        }
    }

    /// A token for a user who signed in, valid this long.
    pub fn issue(&self, account: &Account, lifetime: Duration) -> Secret {
        let Standing { user, mark, .. } = &account.standing;
        self.signed(&user.username, user.role, Some(user.id), *mark, lifetime)
    }

    /// A token for the window that runs this backend.
    pub fn for_window(&self, username: &str, role: Role, lifetime: Duration) -> Secret {
        self.signed(username, role, None, self.window, lifetime)
    }

    fn signed(&self, username: &str, role: Role, uid: Option<UserId>, mark: Uuid, lifetime: Duration) -> Secret {
        let ends = Timestamp::now().as_second().saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX));
        let claims = Claims { sub: username.to_owned(), role: role.into(), exp: ends };
        let sign_in = SignIn { claims, uid, mark, sid: Uuid::new_v4() };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &sign_in, &self.encoding);
        Secret::new(token.expect("plain claims and an HMAC key always make a token"))
    }

    /// The claims of a token that is ours and has not expired. Only HS256 is accepted, whatever the token claims.
    pub fn read(&self, token: &str) -> Option<SignIn> {
        self.read_even_ended(token).filter(|sign_in| !sign_in.is_over())
    }

    /// The claims of a token made here, even if it has expired.
    pub fn read_even_ended(&self, token: &str) -> Option<SignIn> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "sub"]);
        validation.validate_aud = false;
        validation.validate_exp = false;
        Some(jsonwebtoken::decode::<SignIn>(token, &self.decoding, &validation).ok()?.claims)
    }

    /// Whether a token is still one of this user's sign-ins.
    pub fn holds(&self, sign_in: &SignIn, standing: &Standing) -> bool {
        match sign_in.uid {
            None => sign_in.mark == self.window,
            Some(uid) => {
                let User { id, username, .. } = &standing.user;
                let is_marked = sign_in.mark == standing.mark || standing.kept == Some(sign_in.sid);
                uid == *id && sign_in.claims.sub == *username && is_marked
            }
        }
    }

    /// Forgets cached users: one of them was changed.
    pub fn forget_users(&self) {
        self.users.forget();
    }

    /// Compares a password with a hash; without one it takes as long, so that the time does not reveal which users exist.
    pub async fn verify(&self, given: Secret, hash: Option<String>) -> Result<Verdict, ApiError> {
        let params = password::production_params;
        self.hash(move || match hash {
            Some(hash) => password::verify(given.expose(), &hash, &params()),
            None => {
                password::verify_dummy(given.expose(), &params());
                Verdict::Wrong
            }
        })
        .await
    }

    /// Works on a password on a thread of its own, a few at a time.
    pub async fn hash<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let _turn = self.hashing.acquire().await.map_err(|error| ApiError::Broken(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::Broken(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIME: Duration = Duration::from_secs(60);

    fn account(id: i64) -> Account {
        let username = "admin".to_owned();
        let user = User { id: id.into(), username, email: None, full_name: None, role: Role::Admin, is_active: true };
        let standing = Standing { user, mark: Uuid::new_v4(), kept: None };
        Account { standing, password_hash: String::new() }
    }

    #[test]
    fn only_our_own_unexpired_tokens_are_read() {
        let tokens = Tokens::new(b"a key of this test that is long enough");
        let good = tokens.issue(&account(1), LIFETIME);
        assert_eq!(tokens.read(good.expose()).unwrap().claims.sub, "admin");
        assert!(Tokens::new(b"another key of this test, long enough").read(good.expose()).is_none());
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiIsImV4cCI6OTk5OTk5OTk5OX0.";
        assert!(tokens.read(unsigned).is_none());
        let over = tokens.issue(&account(1), Duration::ZERO);
        assert!(tokens.read(over.expose()).is_none() && tokens.read_even_ended(over.expose()).is_some());
    }

    #[test]
    fn a_token_holds_for_its_own_user_and_mark_alone() {
        let tokens = Tokens::new(b"a key of this test that is long enough");
        let (mut owner, other) = (account(1), account(2));
        let sign_in = tokens.read(tokens.issue(&owner, LIFETIME).expose()).unwrap();
        assert!(tokens.holds(&sign_in, &owner.standing));
        assert!(!tokens.holds(&sign_in, &other.standing), "the same name, given anew");
        owner.standing.mark = Uuid::new_v4();
        assert!(!tokens.holds(&sign_in, &owner.standing), "a new password");
        owner.standing.kept = Some(sign_in.sid);
        assert!(tokens.holds(&sign_in, &owner.standing), "the sign-in that asked for it");
        let window = tokens.read(tokens.for_window("admin", Role::Admin, LIFETIME).expose()).unwrap();
        assert!(tokens.holds(&window, &owner.standing));
        assert!(!Tokens::new(b"a key of this test that is long enough").holds(&window, &owner.standing));
    }
}
