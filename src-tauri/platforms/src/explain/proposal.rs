//! A pattern for a prompt that no rule knows.

use std::ops::Range;

use super::prompts::shape;
use super::rows::Row;
use super::{Taken, TakenLine};

/// No prompt is longer.
const LONGEST: usize = 80;

/// A pattern for `prompt.pattern`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The pattern; like every prompt's, it has to match the whole line.
    pub pattern: String,
    /// The part of the line that its group `host` captures.
    pub host: String,
    /// The line it was made of.
    pub line: usize,
}

/// The proposal for the last line, where no rule knows it and it looks like a prompt.
pub(super) fn of(rows: &[Row], lines: &[TakenLine]) -> Option<Proposal> {
    let line = rows.iter().rposition(|row| !row.text.trim().is_empty())?;
    if !matches!(lines[line].taken, Taken::Unknown | Taken::Configuration) || !lines[line].spans.is_empty() {
        return None;
    }
    let text = rows[line].text.trim_end();
    // What ends in a colon or a question mark asks something else.
    let waits = text.ends_with(|c: char| !c.is_alphanumeric() && !matches!(c, ':' | '?' | '.' | ',' | ';' | '!' | '"'));
    if !waits || text.len() > LONGEST {
        return None;
    }
    let others: Vec<&str> = rows[..line].iter().map(|row| row.text.as_str()).collect();
    let changing = changing_numbers(text, &others);
    let host = host_in(text, &changing)?;
    let (before, after) = (&text[..host.start], &text[host.end..]);
    let part = |text: &str, from: usize| written(text, from, &changing);
    let pattern = format!(
        "{}(?P<host>{}){}",
        part(before, 0),
        written(&text[host.clone()], host.start, &[]),
        with_mode(&part(after, host.end))
    );
    Some(Proposal { pattern, host: text[host].to_owned(), line })
}

/// The numbers of a prompt that are others where it stands elsewhere in the log.
fn changing_numbers(prompt: &str, others: &[&str]) -> Vec<Range<usize>> {
    let (numbers, looks) = (numbers(prompt), shape(prompt));
    let twins = others.iter().filter_map(|line| beginning(line, &looks));
    let other_numbers: Vec<Vec<&str>> = twins.map(digits).collect();
    let changes = |(index, number): &(usize, Range<usize>)| {
        other_numbers.iter().any(|other| other.get(*index).is_some_and(|other| *other != &prompt[number.clone()]))
    };
    numbers.into_iter().enumerate().filter(changes).map(|(_, number)| number).collect()
}

/// The numbers of a text, as it has them.
fn digits(text: &str) -> Vec<&str> {
    numbers(text).into_iter().map(|number| &text[number]).collect()
}

/// The beginning of a line that is the prompt but for its numbers.
fn beginning<'l>(line: &'l str, looks: &str) -> Option<&'l str> {
    let mut left = looks.chars().peekable();
    let mut in_number = false;
    for (at, c) in line.char_indices() {
        if c.is_ascii_digit() {
            if !in_number && left.next() != Some('0') {
                return None;
            }
            in_number = true;
            continue;
        }
        in_number = false;
        match left.next() {
            None => return Some(&line[..at]),
            Some(expected) if expected == c => {}
            Some(_) => return None,
        }
    }
    left.peek().is_none().then_some(line)
}

fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut numbers: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        match numbers.last_mut().filter(|number| number.end == at) {
            Some(number) => number.end = at + 1,
            None => numbers.push(at..at + 1),
        }
    }
    numbers
}

/// The name of the host in a prompt: what follows an `@`, or else the first word that has a letter. A number that
/// changes is no part of it.
fn host_in(prompt: &str, changing: &[Range<usize>]) -> Option<Range<usize>> {
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let from = prompt.find('@').map_or(0, |at| at + 1);
    let mut start = from;
    loop {
        start += prompt[start..].find(is_inner)?;
        let length = prompt[start..].find(|c: char| !is_inner(c)).unwrap_or(prompt.len() - start);
        let end = changing.iter().map(|number| number.start).find(|at| *at >= start).unwrap_or(prompt.len());
        let host = prompt[start..(start + length).min(end)].trim_end_matches(['-', '_', '.']);
        if host.contains(char::is_alphabetic) {
            return Some(start..start + host.len());
        }
        start += length;
    }
}

/// A part of the prompt as a pattern. `from` is where in the prompt it starts.
fn written(text: &str, from: usize, changing: &[Range<usize>]) -> String {
    let (mut pattern, mut at) = (String::new(), 0);
    for number in changing.iter().filter(|number| number.start >= from && number.end <= from + text.len()) {
        pattern.push_str(&escaped(&text[at..number.start - from]));
        pattern.push_str(r"\d+");
        at = number.end - from;
    }
    pattern + &escaped(&text[at..])
}

/// A text as a pattern that matches it. Outside brackets these signs stand for themselves.
fn escaped(text: &str) -> String {
    ["#", "-", "~", "&"].iter().fold(regex::escape(text), |text, sign| text.replace(&format!("\\{sign}"), sign))
}

/// The pattern of what follows the host, the mode in its brackets being optional and of any name: `(config)` is not
/// always there.
fn with_mode(after: &str) -> String {
    let mode = after.strip_prefix(r"\(").and_then(|rest| rest.find(r"\)").map(|end| &rest[end + r"\)".len()..]));
    match mode {
        Some(rest) => format!(r"(?:\([^()]*\))?{rest}"),
        None => after.to_owned(),
    }
}
