//! Where a host's text lives: one readable file name per host that no file system confuses with another.

use sha2::{Digest, Sha256};

use super::SnapshotError;

/// Longest host name kept in a file name, in bytes: with its id and ending it stays under the usual limit of 255.
const LONGEST: usize = 200;

/// The path of a host's file, `configs/<shard>/<hostname>.cfg`.
///
/// A name that cannot be a file name everywhere is changed and gets `~<id>`, which no unchanged name can hold. Names that
/// differ only in case (one file on Windows and macOS) get different shards: the name in small letters decides the shard, its
/// case moves it on. Only two differently *mixed* spellings of one name can still meet, in one case of 254.
pub fn path_of(hostname: &str, id: i64) -> String {
    let name = portable(hostname);
    let shard = shard_of(hostname);
    if name == hostname && name.is_ascii() {
        format!("configs/{shard:02x}/{name}.cfg")
    } else {
        format!("configs/{shard:02x}/{name}~{id}.cfg")
    }
}

fn shard_of(hostname: &str) -> u8 {
    let lower = hostname.to_lowercase();
    let first_byte = |text: &str| Sha256::digest(text.as_bytes())[0];
    let step = if hostname == lower {
        0
    } else if hostname == hostname.to_uppercase() {
        1
    } else {
        2 + first_byte(hostname) % 254
    };
    first_byte(&lower).wrapping_add(step)
}

fn portable(hostname: &str) -> String {
    let mut name = String::with_capacity(hostname.len());
    for (index, letter) in hostname.chars().enumerate() {
        let fits = letter.is_alphanumeric() || letter == '_' || (index > 0 && matches!(letter, '-' | '.'));
        let letter = if fits { letter } else { '_' };
        if name.len() + letter.len_utf8() > LONGEST {
            break;
        }
        name.push(letter);
    }
    if name.is_empty() || reserved_on_windows(&name) {
        name.insert(0, '_');
    }
    name
}

/// Windows takes `con`, `con.cfg` and `con.site.cfg` all for the console.
fn reserved_on_windows(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" => true,
        _ => match stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")) {
            Some(digit) => digit.chars().count() == 1 && digit.chars().all(|letter| "0123456789¹²³".contains(letter)),
            None => false,
        },
    }
}

/// Refuses what could leave the repository or its naming.
pub(super) fn check(path: &str) -> Result<(), SnapshotError> {
    let part_fits = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.eq_ignore_ascii_case(".git");
    let fits = path.split('/').all(part_fits) && !path.contains(['\\', ':', '\0']);
    if fits { Ok(()) } else { Err(SnapshotError::BadPath { path: path.to_owned() }) }
}
