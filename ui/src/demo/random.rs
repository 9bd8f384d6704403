//! Chance that is the same each time: what happens in the demo follows from numbers, not from dice.

use std::fmt::Write as _;

/// A number for a place in the demo, well mixed.
#[must_use]
pub fn hash(place: &[i64]) -> u64 {
    let mut mixed = 0x9e37_79b9_7f4a_7c15_u64;
    for part in place {
        mixed = mixed.wrapping_add(part.cast_unsigned()).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
    }
    mixed
}

/// A number from 0 to below a limit.
#[must_use]
pub fn below(place: &[i64], limit: i64) -> i64 {
    (hash(place) % limit.max(1).cast_unsigned()).cast_signed()
}

/// True with a probability of this many in a thousand.
#[must_use]
pub fn happens(place: &[i64], per_mille: i64) -> bool {
    below(place, 1000) < per_mille
}

/// Hexadecimal digits for a place, as many as asked for.
#[must_use]
pub fn digits(place: &[i64], count: usize) -> String {
    let mut text = String::new();
    let mut part = 0;
    while text.len() < count {
        let _ = write!(text, "{:016x}", hash(&[place, &[part]].concat()));
        part += 1;
    }
    text.truncate(count);
    text
}

/// A fingerprint of a host key as OpenSSH prints it.
#[must_use]
pub fn fingerprint(place: &[i64]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |number: i64| {
        let index = usize::try_from(below(&[place, &[number]].concat(), 64)).unwrap_or_default();
        char::from(LETTERS[index])
    };
    format!("SHA256:{}", (0..43).map(letter).collect::<String>())
}
