//! The pattern that two showings of one line have in common: digits, times, hexadecimal and encoded words left open.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::redact::tags_in;

/// A word from this length on with letters and digits is taken for something encoded.
const ENCODED: usize = 12;
/// What stands for any word without a blank.
const ANY: &str = r"\S+";

/// The names of days and months, and what stands beside a time.
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        "(?i)^(?:mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|jan|feb|\
                mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|\
                october|november|december|am|pm)$",
    )
    .expect("the pattern of names is valid")
});
/// The short names of time zones.
static ZONES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("^(?:UTC|GMT|WES?T|CES?T|EES?T|[ECMP][SD]T|AE[SD]T|BST|IST|JST|KST|MSK|SGT|HKT|NZ[SD]T)$")
        .expect("the pattern of zones is valid")
});
static TIME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d:\d\d").expect("the pattern of times is valid"));

/// A word of a line as a pattern.
struct Piece {
    pattern: String,
    /// The part of the pattern that stands for what changes.
    open: Option<Range<usize>>,
    /// Whether it says anything of the line.
    speaks: bool,
}

/// The pattern of both lines, for a whole line; with `groups`, what changes is in a group. None if they have too little
/// in common.
pub(super) fn pattern(lines: [&str; 2], groups: bool) -> Option<String> {
    let [first, second] = lines.map(words);
    if first.len() != second.len() {
        return None;
    }
    let beside_time = beside_time(&first, &second);
    let pairs = first.iter().zip(&second).zip(beside_time);
    let pieces: Vec<Piece> = pairs.map(|((one, other), in_time)| piece(one, other, in_time)).collect();
    if !pieces.iter().any(|piece| piece.speaks) {
        return None;
    }
    let indented = lines.iter().any(|line| line.starts_with([' ', '\t']));
    let mut out = String::from(if indented { r"^\s*" } else { "^" });
    for (place, piece) in pieces.iter().enumerate() {
        if place > 0 {
            out.push_str(r"\s+");
        }
        match piece.open.as_ref().filter(|_| groups) {
            Some(open) => {
                let Range { start, end } = *open;
                out.push_str(&piece.pattern[..start]);
                out.push_str(&format!("({})", &piece.pattern[start..end]));
                out.push_str(&piece.pattern[end..]);
            }
            None => out.push_str(&piece.pattern),
        }
    }
    out.push_str(r"\s*$");
    Some(out)
}

/// The words of a line. A tag that stands for a secret is no gap, although it has a blank.
fn words(line: &str) -> Vec<&str> {
    let tags = tags_in(line);
    let is_gap = |at: usize, letter: char| letter.is_whitespace() && !tags.iter().any(|tag| tag.contains(&at));
    let (mut words, mut start) = (Vec::new(), None);
    for (at, letter) in line.char_indices() {
        match (is_gap(at, letter), start) {
            (true, Some(from)) => {
                words.push(&line[from..at]);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| &line[from..]));
    words
}

/// Which words belong to a time of which a part differs: those of its kind, side by side.
fn beside_time(first: &[&str], second: &[&str]) -> Vec<bool> {
    let of_time = |word: &str| {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        TIME.is_match(word) || NAMES.is_match(bare) || ZONES.is_match(bare) || is_number(bare)
    };
    let mut belongs = vec![false; first.len()];
    let mut from = 0;
    while from < first.len() {
        let length =
            first[from..].iter().zip(&second[from..]).take_while(|(one, other)| of_time(one) && of_time(other));
        let run = from..from + length.count();
        let says_time = first[run.clone()].iter().any(|word| TIME.is_match(word) || NAMES.is_match(word));
        if says_time && first[run.clone()] != second[run.clone()] {
            belongs[run.clone()].fill(true);
        }
        from = run.end.max(from + 1);
    }
    belongs
}

/// A date or a number, such as `3`, `2026`, `2026-03-03` or `3/3/26`.
fn is_number(word: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '/' | '.' | ',' | ':' | '+');
    word.starts_with(|letter: char| letter.is_ascii_digit()) && word.chars().all(is_part)
}

/// One word of both lines; `in_time` opens what is of a time in it although it is the same in both.
fn piece(one: &str, other: &str, in_time: bool) -> Piece {
    let has_tag = |word: &str| !tags_in(word).is_empty();
    if has_tag(one) || has_tag(other) {
        return Piece { pattern: ANY.to_owned(), open: (one != other).then_some(0..ANY.len()), speaks: false };
    }
    if one == other && !in_time {
        let speaks = one.chars().any(char::is_alphabetic);
        return Piece { pattern: escaped(one), open: None, speaks };
    }
    let (parts, others) = (tokens(one), tokens(other));
    let alike = parts.len() == others.len() && parts.iter().zip(&others).all(|(part, other)| is_alike(part, other));
    if !alike || is_encoded(one) || is_encoded(other) {
        return Piece { pattern: ANY.to_owned(), open: Some(0..ANY.len()), speaks: false };
    }
    let (mut pattern, mut open) = (String::new(), None::<Range<usize>>);
    for (part, other) in parts.iter().zip(&others) {
        let start = pattern.len();
        match class(part, other) {
            Some(class) => {
                pattern.push_str(class);
                open = Some(open.map_or(start, |open| open.start)..pattern.len());
            }
            None => pattern.push_str(&escaped(part)),
        }
    }
    Piece { pattern, open, speaks: false }
}

/// A text as a pattern of itself. What only means something inside brackets is left as it is.
fn escaped(text: &str) -> String {
    [r"\-", r"\#", r"\&", r"\~"].iter().fold(regex::escape(text), |out, sign| out.replace(sign, &sign[1..]))
}

/// Whether a word looks like something encoded: long, with letters and digits, and no number in base 16.
fn is_encoded(word: &str) -> bool {
    let has = |kind: fn(&char) -> bool| word.chars().any(|letter| kind(&letter));
    let is_hex = tokens(word).iter().all(|part| part.chars().all(|letter| letter.is_ascii_hexdigit()));
    word.len() >= ENCODED
        && has(char::is_ascii_alphabetic)
        && has(char::is_ascii_digit)
        && !is_hex
        && !TIME.is_match(word)
}

/// Runs of letters and digits, and every other character by itself.
fn tokens(word: &str) -> Vec<&str> {
    let (mut parts, mut from) = (Vec::new(), 0);
    let mut run = false;
    for (at, letter) in word.char_indices() {
        let is_run = letter.is_ascii_alphanumeric();
        if at > 0 && !(run && is_run) {
            parts.push(&word[from..at]);
            from = at;
        }
        run = is_run;
    }
    parts.push(&word[from..]);
    parts
}

fn is_alike(one: &str, other: &str) -> bool {
    let is_run = |part: &str| part.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    one == other || is_run(one) && is_run(other)
}

/// What stands for a part of a word that changes, or that may change with the rest; none for one that stays.
fn class(one: &str, other: &str) -> Option<&'static str> {
    let both = |kind: fn(&char) -> bool| one.chars().chain(other.chars()).all(|letter| kind(&letter));
    let digits = both(char::is_ascii_digit);
    match () {
        () if digits => Some(r"\d+"),
        () if NAMES.is_match(one) && NAMES.is_match(other) => Some("[A-Za-z]+"),
        () if ZONES.is_match(one) && ZONES.is_match(other) => Some("[A-Z]+"),
        () if one == other => None,
        () if both(char::is_ascii_hexdigit) => Some("[0-9A-Fa-f]+"),
        () if both(char::is_ascii_alphabetic) => Some("[A-Za-z]+"),
        () => Some("[0-9A-Za-z]+"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_one_word() {
        assert_eq!(words(" key ‹secret 7c1e› end "), ["key", "‹secret 7c1e›", "end"]);
        assert_eq!(words("   "), Vec::<&str>::new());
    }

    #[test]
    fn a_word_is_cut_at_every_sign() {
        assert_eq!(tokens("13:57:08,"), ["13", ":", "57", ":", "08", ","]);
        assert_eq!(tokens("é1"), ["é", "1"]);
    }

    #[test]
    fn numbers_far_from_a_time_stay_as_they_are() {
        let found = pattern(["slot 3 seen at 10:00:01 up 7", "slot 3 seen at 10:00:02 up 7"], true);
        assert_eq!(found.as_deref(), Some(r"^slot\s+3\s+seen\s+at\s+(\d+:\d+:\d+)\s+up\s+7\s*$"));
    }

    #[test]
    fn a_date_before_its_time_belongs_to_it() {
        let found = pattern(["# 2026-11-30 10:00:01 by x", "# 2026-11-30 10:00:09 by x"], false);
        assert_eq!(found.as_deref(), Some(r"^#\s+\d+-\d+-\d+\s+\d+:\d+:\d+\s+by\s+x\s*$"));
    }
}
