//! Login passwords: argon2id for new ones, bcrypt understood for those NetRaven's Python server made.
//!
//! Everything here takes tens of milliseconds of one processor on purpose: call it through `spawn_blocking`.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Version};

pub use argon2::Params;

/// The outcome of comparing a password with a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right {
        /// The stored hash is of an older kind: store a new one from [`hash`].
        needs_rehash: bool,
    },
    /// It is not, or the stored hash cannot be read.
    Wrong,
}

/// What passwords cost in production: the crate's recommendation (19 MiB, two passes, one lane).
pub fn production_params() -> Params {
    Params::DEFAULT
}

/// Hashes a new password with argon2id and a random salt, in PHC form (`$argon2id$...`).
pub fn hash(password: &str, params: &Params) -> String {
    let hash: PasswordHash = hasher(params)
        .hash_password(password.as_bytes())
        .expect("argon2 takes any password under 4 GiB, and the operating system gives a salt");
    hash.to_string()
}

/// Why a password is refused that [`is_common`] knows.
pub const COMMON: &str = "this password is one of the most common, or close to one, and easy to guess: choose \
                          another, such as four unrelated words";

/// Guesses after which a password is found by who tries the commonest first.
const GUESSES: u64 = 10_000;

/// The same for a word that has a few letters behind it, and how many those are.
const GUESSES_OF_WORD: u64 = 1_000;
const ADDED: usize = 4;

/// Whether a password is one of those that are tried first, as it is or with the usual changes of letters; `about` is what is
/// known of its owner.
pub fn is_common(password: &str, about: &[String]) -> bool {
    let known: Vec<&str> = about.iter().map(String::as_str).chain(["netraven"]).collect();
    let guesses = |password: &str| zxcvbn::zxcvbn(password, &known).guesses();
    // A word that everybody thinks of is no better with a year or an exclamation mark behind it.
    let word = password.trim_end_matches(|letter: char| !letter.is_alphabetic());
    let lower = password.to_lowercase();
    let is_about_owner = known.iter().filter(|known| known.chars().count() >= 3).any(|known| {
        let rest = lower.replace(&known.to_lowercase(), "");
        rest.len() < lower.len() && rest.chars().count() <= ADDED
    });
    let is_short = password.chars().count() <= word.chars().count() + ADDED;
    is_about_owner || guesses(password) < GUESSES || (is_short && guesses(word) < GUESSES_OF_WORD)
}

/// Compares `password` with a stored hash: argon2 in PHC form, or bcrypt (`$2a$`, `$2b$`, `$2y$`).
pub fn verify(password: &str, stored: &str, params: &Params) -> Verdict {
    let stored = stored.trim();
    if stored.starts_with("$2") {
        return verify_bcrypt(password, stored);
    }
    let Ok(parsed) = PasswordHash::new(stored) else {
        tracing::warn!(
            "a stored password hash has an unknown format; that user cannot sign in until a new password is set"
        );
        verify_dummy(password, params);
        return Verdict::Wrong;
    };
    if hasher(params).verify_password(password.as_bytes(), &parsed).is_err() {
        return Verdict::Wrong;
    }
    let today = parsed.algorithm.as_str() == Algorithm::Argon2id.as_str()
        && Params::try_from(&parsed).is_ok_and(|used| {
            (used.m_cost(), used.t_cost(), used.p_cost()) == (params.m_cost(), params.t_cost(), params.p_cost())
        });
    Verdict::Right { needs_rehash: !today }
}

/// Does the work of [`verify`] for a user who does not exist, so that the time taken does not reveal which users exist.
pub fn verify_dummy(password: &str, params: &Params) {
    let mut out = [0; 32];
    let done = hasher(params).hash_password_into(password.as_bytes(), b"nobody has this", &mut out);
    std::hint::black_box((done.is_ok(), out));
}

/// A password is cut off at 72 bytes without a word, as Python's bcrypt of the time did, or those users could not sign in.
fn verify_bcrypt(password: &str, stored: &str) -> Verdict {
    match bcrypt::verify(password, stored) {
        Ok(true) => Verdict::Right { needs_rehash: true },
        Ok(false) | Err(_) => Verdict::Wrong,
    }
}

fn hasher(params: &Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
}
