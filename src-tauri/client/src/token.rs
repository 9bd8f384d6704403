//! A token's claims about its owner. The signature is the server's business; here it is only read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use netraven_api::auth::Claims;
use netraven_api::problem::Code;
use netraven_api::users::Role;
use netraven_api::{Open, Problem, Secret};
use serde::Deserialize;

/// Claims as servers send them: role and end may be missing.
#[derive(Deserialize)]
struct RawClaims {
    sub: String,
    #[serde(default)]
    role: Option<Open<Role>>,
    #[serde(default)]
    exp: Option<f64>,
}

/// The claims of a token; a missing role is `user`, a missing end is never.
pub fn claims(token: &Secret) -> Result<Claims, Problem> {
    let refuse =
        || Problem::new(Code::NotUnderstood, "The server's token cannot be read; it is not a NetRaven server.");
    let payload = token.expose().split('.').nth(1).ok_or_else(refuse)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).map_err(|_| refuse())?;
    let raw: RawClaims = serde_json::from_slice(&bytes).map_err(|_| refuse())?;
    Ok(Claims {
        sub: raw.sub,
        role: raw.role.unwrap_or(Open::Known(Role::User)),
        exp: raw.exp.map_or(i64::MAX, |seconds| seconds as i64),
    })
}

/// The role in the claims; an unknown word counts as the lesser role.
#[must_use]
pub fn role(claims: &Claims) -> Role {
    claims.role.known().unwrap_or(Role::User)
}

/// Whether the token is still valid for at least some seconds at the given time.
#[must_use]
pub fn lasts(claims: &Claims, now: Timestamp, seconds: i64) -> bool {
    claims.exp > now.as_second().saturating_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> Secret {
        Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload)))
    }

    #[test]
    fn claims_are_read_from_the_token() {
        let read = claims(&token(r#"{"sub":"ann","role":"admin","exp":1700000000}"#)).unwrap();
        assert_eq!((read.sub.as_str(), role(&read), read.exp), ("ann", Role::Admin, 1_700_000_000));
        assert!(lasts(&read, Timestamp::from_second(1_699_999_000).unwrap(), 60));
        assert!(!lasts(&read, Timestamp::from_second(1_699_999_950).unwrap(), 60));
    }

    #[test]
    fn a_missing_role_is_the_lesser_one_and_a_missing_end_is_never() {
        let read = claims(&token(r#"{"sub":"ann"}"#)).unwrap();
        assert_eq!((role(&read), read.exp), (Role::User, i64::MAX));
    }

    #[test]
    fn what_is_no_token_is_refused_without_repeating_it() {
        for text in ["", "secret-text", "a.b.c", "a.%%%.c"] {
            let problem = claims(&Secret::new(text)).unwrap_err();
            assert_eq!(problem.code, Code::NotUnderstood);
            assert!(!problem.message.contains("secret-text"));
        }
    }
}
