//! The prompts in a log, with or without a command behind them.

use std::collections::BTreeMap;

use super::rows::Row;
use crate::definition::{Command, Definition};
use crate::steps::Via;

/// No prompt is longer.
const LONGEST: usize = 160;
/// What a prompt ends with, and how many of these are looked at in a line.
const SIGNS: [char; 9] = ['>', '#', '$', '%', ']', ')', '}', ':', '~'];
const MOST_SIGNS: usize = 8;

/// A prompt that a row begins with.
pub(super) struct PromptAt {
    /// Where it ends.
    pub end: usize,
    /// Its part that stays the same.
    pub host: String,
}

/// What may be a prompt, and how sure that is.
struct Candidate {
    prompt: PromptAt,
    /// Whether nothing else is needed: a command of the platform stands behind it, or nothing comes after it.
    sure: bool,
}

/// The prompt of each row, where it begins with one. A prompt counts where the device waits at it, where a command of
/// the platform stands behind it, and where its host is in another prompt, too.
pub(super) fn find(definition: &Definition, rows: &[Row]) -> Vec<Option<PromptAt>> {
    let sent = sent(definition);
    let written = rows.iter().rposition(|row| !row.text.trim().is_empty());
    let first = rows.iter().position(|row| !row.text.trim().is_empty());
    let candidates: Vec<Option<Candidate>> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| {
            let row = Some(row).filter(|row| row.mark.is_none())?;
            let found = candidate(definition, &row.text, &sent)?;
            let sure = found.sure || Some(place) == written || Some(place) == first;
            Some(Candidate { sure, ..found })
        })
        .collect();
    let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
    for found in candidates.iter().flatten() {
        *hosts.entry(shape(&found.prompt.host)).or_default() += if found.sure { 2 } else { 1 };
    }
    let counts = |found: Candidate| (hosts.get(&shape(&found.prompt.host)) >= Some(&2)).then_some(found.prompt);
    candidates.into_iter().map(|found| found.and_then(&counts)).collect()
}

fn candidate(definition: &Definition, text: &str, sent: &[String]) -> Option<Candidate> {
    let text = text.trim_end();
    let seen = |end: usize| {
        let prompt = text.get(..end).filter(|prompt| !prompt.trim().is_empty())?;
        definition.prompt_of(prompt).map(|seen| PromptAt { end, host: seen.host })
    };
    let known = sent.iter().filter_map(|command| text.strip_suffix(command.as_str()));
    if let Some(prompt) = known.map(str::len).find_map(seen) {
        return Some(Candidate { prompt, sure: true });
    }
    if let Some(prompt) = Some(text.len()).filter(|end| *end <= LONGEST).and_then(seen) {
        return Some(Candidate { prompt, sure: false });
    }
    // A sign ends every prompt; the shortest one leaves most to the command.
    let ends = text.match_indices(SIGNS).map(|(at, sign)| at + sign.len()).take(MOST_SIGNS);
    let mut ends = ends.take_while(|end| *end <= LONGEST).filter(|end| *end < text.len());
    let prompt = ends.find_map(seen).filter(|prompt| is_typed(&text[prompt.end..]))?;
    Some(Candidate { prompt, sure: false })
}

/// Whether a text behind a prompt may be a command: it begins like one, or is blank.
fn is_typed(text: &str) -> bool {
    text.trim_start().starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '?' | '.' | '!'))
        || text.trim().is_empty()
}

/// What a session of the platform types at its prompt, the longest first.
fn sent(definition: &Definition) -> Vec<String> {
    let steps = definition.prepare.iter().chain(&definition.restore).map(|step| &step.send);
    let paging = definition.paging.off.iter().map(|step| &step.send);
    let privilege = definition.privilege.iter().map(|step| &step.command);
    let commands = definition.commands.iter().filter(|command| command.via == Via::Shell);
    let commands = commands.flat_map(|command| std::iter::once(&command.send).chain(&command.or_else));
    let others = definition.goodbye.iter().chain(&definition.unknown_command);
    let all = steps.chain(paging).chain(privilege).chain(commands).chain(others);
    let mut sent: Vec<String> = all.map(|send| send.trim().to_owned()).filter(|send| !send.is_empty()).collect();
    sent.sort_by_key(|send| std::cmp::Reverse(send.len()));
    sent.dedup();
    sent
}

/// The command of the platform that was typed.
pub(super) fn command_of<'d>(definition: &'d Definition, typed: &str) -> Option<&'d Command> {
    if typed.is_empty() {
        return None;
    }
    let is_it = |send: &String| is_sent(send.trim(), typed);
    definition.commands.iter().find(|command| is_it(&command.send) || command.or_else.iter().any(is_it))
}

/// Whether a command with its placeholders, such as `{1}`, may have been typed so.
fn is_sent(send: &str, typed: &str) -> bool {
    match (send.find('{'), send.rfind('}')) {
        (Some(from), Some(to)) if from < to => {
            let (before, after) = (&send[..from], &send[to + 1..]);
            typed.len() > before.len() + after.len() && typed.starts_with(before) && typed.ends_with(after)
        }
        _ => send == typed,
    }
}

/// A text with each of its numbers as 0: prompts may count.
pub(super) fn shape(text: &str) -> String {
    let mut shape = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if shape.ends_with('0') => {}
            true => shape.push('0'),
            false => shape.push(c),
        }
    }
    shape
}
