//! What a device of no known platform is asked, so that it can be recognised: only what a platform asks for facts, and
//! first of all a command that cannot exist.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use super::{Guess, Sighting, known};
use crate::definition::{Command, Definition, PagingRules, Prompt, Purpose};
use crate::registry::{self, Registry};
use crate::steps::{SECRET_WORDS, Via};

/// Most commands that one device is asked, beside the one that cannot exist.
const QUESTIONS: usize = 6;
/// How long it may stay silent at one of them.
const SILENCE: Duration = Duration::from_secs(15);

/// Prompts that the generic one leaves out, because in a text they might be anything: a sign alone, and the directory of
/// a shell behind two brackets.
const BARE_PROMPTS: &str = r"\A\s*(?:>|[#$%]|\[[^\[\]\s]+\]\[[^\[\]\s]+\]\S*:)[ \t]*\z";

static UNKNOWN: LazyLock<String> = LazyLock::new(|| {
    registry::generic().unknown_command.clone().expect("the generic platform has a command that cannot exist")
});

/// The command that cannot exist.
pub fn unknown_question() -> &'static str {
    &UNKNOWN
}

/// What every device is asked first: the command that cannot exist, and the one that most platforms have.
pub fn first_questions(registry: &Registry) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for definition in known(registry) {
        let commands: BTreeSet<&str> = questions_of(definition).collect();
        for command in commands {
            *counts.entry(command).or_default() += 1;
        }
    }
    let mut counted: Vec<(&str, usize)> = counts.into_iter().collect();
    // Stable: of two that are as common, the first by name.
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let commonest = counted.first().map(|(command, _)| (*command).to_owned());
    std::iter::once(unknown_question().to_owned()).chain(commonest).collect()
}

/// What it is asked then: the commands of the platforms that it may have, those first for which most speaks. A
/// platform's second command comes after the first of all others.
pub fn next_questions(registry: &Registry, seen: &Sighting, guesses: &[Guess]) -> Vec<String> {
    let asked = |command: &str| seen.answers.iter().any(|(sent, _)| sent == command);
    let told = seen.answers.iter().filter(|(sent, _)| sent != unknown_question()).count();
    let lists: Vec<(u32, Vec<&str>)> = guesses
        .iter()
        .filter_map(|guess| Some((guess.score, known(registry).find(|known| known.name == guess.platform)?)))
        .map(|(score, definition)| (score, questions_of(definition).collect()))
        .collect();
    let longest = lists.iter().map(|(_, list)| list.len()).max().unwrap_or_default();
    let mut questions: Vec<&str> = Vec::new();
    for place in 0..longest {
        let mut weights: BTreeMap<&str, u32> = BTreeMap::new();
        for (score, list) in &lists {
            let command = list.get(place).copied();
            if let Some(command) = command.filter(|command| !asked(command) && !questions.contains(command)) {
                *weights.entry(command).or_default() += score;
            }
        }
        let mut weighed: Vec<(&str, u32)> = weights.into_iter().collect();
        weighed.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        questions.extend(weighed.into_iter().map(|(command, _)| command));
    }
    questions.into_iter().take(QUESTIONS.saturating_sub(told)).map(str::to_owned).collect()
}

/// The definition of a session that asks these questions and nothing else. No answer counts as refused: a refusal tells
/// as much as an answer.
pub fn inquiry(registry: &Registry, questions: &[String]) -> Definition {
    let generic = Definition::clone(&registry::generic());
    let command = |question: &String| Command { timeout: SILENCE, ..Command::plain(question) };
    let either = format!("{}|{BARE_PROMPTS}", generic.prompt.pattern.as_str());
    let pattern = Regex::new(&either).expect("the generic prompt and the bare ones stand beside each other");
    let pagers: Vec<&Definition> = std::iter::once(&generic).chain(known(registry)).collect();
    let more = pagers.iter().flat_map(|definition| definition.paging.more.iter().cloned()).collect();
    let starts: Vec<&str> =
        pagers.iter().filter_map(|definition| Some(definition.pager_start.as_ref()?.as_str())).collect();
    // Should a user's files be too many for one pattern, the generic pagers are still known.
    let pager_start = Regex::new(&starts.join("|")).ok().or_else(|| generic.pager_start.clone());
    Definition {
        title: "known".to_owned(),
        prompt: Prompt { pattern, privileged: None, not: generic.prompt.not.clone() },
        paging: PagingRules { off: Vec::new(), more, answer: generic.paging.answer.clone() },
        commands: questions.iter().map(command).collect(),
        errors: Vec::new(),
        unknown_command: None,
        pager_start,
        ..generic
    }
}

/// The commands of a platform that any device may be asked: those for facts that are typed, depend on nothing, and hold
/// nothing of the credential.
fn questions_of(definition: &Definition) -> impl Iterator<Item = &str> {
    let plain = |command: &&Command| {
        let names = |word: &str| command.send.contains(word);
        command.purpose == Purpose::Facts
            && command.via == Via::Shell
            && command.for_each.is_none()
            && command.when.is_none()
            && !names("{username}")
            && !SECRET_WORDS.iter().any(|word| names(word))
    };
    definition.commands.iter().filter(plain).map(|command| command.send.as_str())
}
