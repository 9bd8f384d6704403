//! The checks that fields share; each names the field and says what to write.

use std::fmt::Display;
use std::ops::RangeInclusive;

use regex::{Regex, RegexBuilder, RegexSet};

/// Why a field is refused.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Its dotted path, such as `commands[1].end`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to write, as the first half of a sentence.
    pub write: String,
}

/// Refuses a field.
pub(super) fn refuse<T>(
    field: impl Into<String>,
    problem: impl Into<String>,
    write: impl Into<String>,
) -> Result<T, Wrong> {
    Err(Wrong { field: field.into(), problem: problem.into(), write: write.into() })
}

/// Refuses an empty text.
pub(super) fn filled(field: &str, text: &str) -> Result<(), Wrong> {
    if text.is_empty() { refuse(field, "is empty", "Write a text that is not empty") } else { Ok(()) }
}

/// Refuses a number outside a range.
pub(super) fn within<N: PartialOrd + Display>(field: &str, number: N, range: RangeInclusive<N>) -> Result<N, Wrong> {
    if range.contains(&number) {
        return Ok(number);
    }
    let problem = format!("{number} is not between {} and {}", range.start(), range.end());
    refuse(field, problem, "Write a number in that range")
}

/// Validates each item of a list under its own path.
pub(super) fn each<R, T>(
    field: &str,
    raw: Vec<R>,
    validate: impl Fn(R, String) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    raw.into_iter().enumerate().map(|(index, item)| validate(item, format!("{field}[{index}]"))).collect()
}

/// Compiles each pattern of a list.
pub(super) fn patterns(field: &str, texts: &[String]) -> Result<Vec<Regex>, Wrong> {
    texts.iter().enumerate().map(|(index, text)| compile(&format!("{field}[{index}]"), text)).collect()
}

/// Compiles the patterns of a list together.
pub(super) fn set(field: &str, texts: &[String]) -> Result<RegexSet, Wrong> {
    RegexSet::new(texts).map_err(|error| invalid(field, &error))
}

/// Compiles a pattern that is matched against one line.
pub(super) fn compile(field: &str, text: &str) -> Result<Regex, Wrong> {
    build(field, text, text, false)
}

/// As [`compile`], `^` and `$` meaning the ends of a line of a longer text.
pub(super) fn compile_lines(field: &str, text: &str) -> Result<Regex, Wrong> {
    build(field, text, text, true)
}

/// As [`compile`], matching a whole line or nothing; blanks may follow.
pub(super) fn whole_line(field: &str, text: &str) -> Result<Regex, Wrong> {
    build(field, text, &format!(r"\A(?:{text})[ \t]*\z"), false)
}

/// Compiles `text`, which is what was `written` with something around it.
pub(super) fn build(field: &str, written: &str, text: &str, multi_line: bool) -> Result<Regex, Wrong> {
    filled(field, written)?;
    // The written form must stand alone: `a)|(b` would be balanced by the parentheses put around it.
    let compiled = Regex::new(written).and_then(|_| RegexBuilder::new(text).multi_line(multi_line).build());
    compiled.map_err(|error| invalid(field, &error))
}

/// Refuses a pattern that an empty line would match.
pub(super) fn more_than_nothing(field: &str, pattern: Regex) -> Result<Regex, Wrong> {
    if !pattern.is_match("") {
        return Ok(pattern);
    }
    refuse(field, "matches an empty line", "Write a pattern that needs at least one character")
}

/// Refuses a text that names a group, such as `{2}`, which the pattern does not have.
pub(super) fn groups_exist(field: &str, text: &str, pattern: &Regex) -> Result<(), Wrong> {
    let groups = pattern.captures_len();
    match (1..=9).find(|group| *group >= groups && text.contains(&format!("{{{group}}}"))) {
        None => Ok(()),
        Some(group) => {
            let problem = format!("names {{{group}}}, but its pattern has no group {group}");
            refuse(field, problem, "Put what it stands for in parentheses in the pattern")
        }
    }
}

fn invalid(field: &str, error: &regex::Error) -> Wrong {
    let text = error.to_string();
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let reason = last.trim().trim_start_matches("error: ");
    Wrong {
        field: field.to_string(),
        problem: format!("is not a valid regular expression: {reason}"),
        write: "Write a pattern of the Rust crate `regex`, in single quotes".to_string(),
    }
}
