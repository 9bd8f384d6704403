//! Which platform a device has, judged by what the platforms' own files say: how a prompt looks, how a command is
//! refused, where facts stand, and what a platform alone says.
//!
//! Marks of paging are not judged: they are gone from an answer when it is read.

mod asking;

use std::fmt;

use netraven_api::platforms::Certainty;

use super::definition::{Command, Definition, Purpose};
use super::detect::facts;
use super::registry::{self, Registry};

pub use self::asking::{first_questions, inquiry, next_questions, unknown_question};

/// Points of a prompt and of a refusal, shared by all platforms they fit.
const PROMPT: u32 = 12;
const REFUSAL: u32 = 6;
/// Points of each fact that is found.
const FACT: u32 = 4;
/// Points of what a platform alone says, in an answer and in a greeting.
const NAMED: u32 = 40;
const GREETED: u32 = 25;
/// What is left of a score if the prompt does not fit: a session would fail at it.
const MISFIT: u32 = 4;
/// Points from which prompt and refusal are enough, if no other platform has half of them.
const ALONE: u32 = 10;

/// What a device of no known platform was seen to say.
#[derive(Clone, Default)]
pub struct Sighting {
    /// The version line of its SSH server; empty without SSH.
    pub ssh_version: String,
    /// All that it said before it was asked anything.
    pub banner: String,
    /// Its prompt, or else the line at which it waits; empty if there is none.
    pub prompt: String,
    /// The commands it was given, each with its answer, refusals included.
    pub answers: Vec<(String, String)>,
    /// Platforms that were tried and failed: they are only guessed again if an answer names them.
    pub refuted: Vec<String>,
}

/// A platform that a device may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// Name of the platform.
    pub platform: String,
    /// Its name for people.
    pub title: String,
    /// How much speaks for it; only comparable with the scores of the same device.
    pub score: u32,
    /// How sure it is. Only the first guess can be more than unsure.
    pub sure: Certainty,
    /// What speaks for it, the strongest first.
    pub reasons: Vec<Reason>,
}

/// What speaks for a platform. Nothing the device said is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An answer says what this platform alone says.
    Answer,
    /// The greeting, or the SSH version, says it.
    Greeting,
    /// So many of its facts stand where they should.
    Facts(u32),
    /// The prompt fits.
    Prompt,
    /// The device refuses a command as this platform does.
    Refusal,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Answer => f.write_str("an answer names it"),
            Reason::Greeting => f.write_str("the greeting names it"),
            Reason::Facts(count) => write!(f, "{count} of 3 facts found"),
            Reason::Prompt => f.write_str("the prompt fits"),
            Reason::Refusal => f.write_str("it refuses commands in these words"),
        }
    }
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<String> = self.reasons.iter().map(Reason::to_string).collect();
        write!(f, "{} ({})", self.title, reasons.join(", "))
    }
}

/// The platforms a device may have, the best guess first.
pub fn recognise(registry: &Registry, seen: &Sighting) -> Vec<Guess> {
    let marks: Vec<Marks<'_>> = known(registry)
        .map(|definition| Marks::of(definition, seen))
        .filter(|marks| marks.named || !seen.refuted.contains(&marks.definition.name))
        .collect();
    let shares = Shares::of(&marks);
    let mut scored: Vec<(u32, &Marks<'_>)> = marks
        .iter()
        .map(|marks| (marks.score(&shares), marks))
        .filter(|(score, marks)| *score > 0 && (!marks.misfits || marks.is_named()))
        .collect();
    scored.sort_by(|(one, first), (other, second)| {
        other.cmp(one).then_with(|| first.definition.name.cmp(&second.definition.name))
    });
    let sure = certainty(&scored);
    let guess = |(place, (score, marks)): (usize, &(u32, &Marks<'_>))| Guess {
        platform: marks.definition.name.clone(),
        title: marks.definition.title.clone(),
        score: *score,
        sure: if place == 0 { sure } else { Certainty::Unsure },
        reasons: marks.reasons(),
    };
    scored.iter().enumerate().map(guess).collect()
}

/// How sure the first of these is.
fn certainty(scored: &[(u32, &Marks<'_>)]) -> Certainty {
    let Some(((score, best), others)) = scored.split_first() else { return Certainty::Unsure };
    let second = others.first().map_or(0, |(score, _)| *score);
    let names = |marks: &Marks<'_>| marks.named && marks.fits;
    if names(best) && !others.iter().any(|(_, other)| names(other)) {
        return Certainty::Certain;
    }
    let by_name = best.is_named() && *score > second;
    let by_facts = best.facts > 0 && *score >= second + FACT;
    let by_manner = best.refuses && *score >= ALONE && *score >= second * 2;
    if !best.misfits && (by_name || by_facts || by_manner) { Certainty::Likely } else { Certainty::Unsure }
}

/// All platforms but the one for devices of no known platform.
fn known(registry: &Registry) -> impl Iterator<Item = &Definition> {
    let generic = registry::generic().name.clone();
    registry.iter().map(AsRef::as_ref).filter(move |definition: &&Definition| definition.name != generic)
}

/// What of a device fits one platform.
struct Marks<'d> {
    definition: &'d Definition,
    /// Whether its prompt does.
    fits: bool,
    /// Whether there is a prompt that does not.
    misfits: bool,
    named: bool,
    greeted: bool,
    refuses: bool,
    facts: u32,
}

/// How many platforms fit the prompt, and how many the refusal.
struct Shares {
    prompt: u32,
    refusal: u32,
}

impl Shares {
    fn of(marks: &[Marks<'_>]) -> Shares {
        let count = |wanted: fn(&Marks<'_>) -> bool| {
            marks.iter().filter(|marks| wanted(marks)).fold(0_u32, |count, _| count + 1)
        };
        Shares { prompt: count(|marks| marks.fits), refusal: count(|marks| marks.refuses) }
    }
}

impl<'d> Marks<'d> {
    fn of(definition: &'d Definition, seen: &Sighting) -> Marks<'d> {
        let says = |text: &str| definition.identify.iter().any(|pattern| pattern.is_match(text));
        let refuses = |(command, answer): &(String, String)| {
            *command == unknown_question() && definition.is_error(answer).is_some()
        };
        let fits = fits(definition, &seen.prompt);
        Marks {
            fits,
            misfits: !fits && !seen.prompt.is_empty(),
            named: seen.answers.iter().any(|(_, answer)| says(answer)),
            greeted: says(&seen.banner) || says(&seen.ssh_version),
            refuses: seen.answers.iter().any(refuses),
            facts: facts_found(definition, seen),
            definition,
        }
    }

    fn is_named(&self) -> bool {
        self.named || self.greeted
    }

    fn score(&self, shares: &Shares) -> u32 {
        let shared = |is_there: bool, points: u32, by: u32| if is_there { (points / by.max(1)).max(1) } else { 0 };
        let by_name = match (self.named, self.greeted) {
            (true, _) => NAMED,
            (false, true) => GREETED,
            (false, false) => 0,
        };
        let manner = shared(self.fits, PROMPT, shares.prompt) + shared(self.refuses, REFUSAL, shares.refusal);
        let score = by_name + FACT * self.facts + manner;
        if self.misfits { score / MISFIT } else { score }
    }

    fn reasons(&self) -> Vec<Reason> {
        let reasons = [
            (self.named, Reason::Answer),
            (self.greeted, Reason::Greeting),
            (self.facts > 0, Reason::Facts(self.facts)),
            (self.fits, Reason::Prompt),
            (self.refuses, Reason::Refusal),
        ];
        reasons.into_iter().filter(|(is_there, _)| *is_there).map(|(_, reason)| reason).collect()
    }
}

/// Whether a session of this platform would know what to do at this line: its prompt, or a question it answers.
fn fits(definition: &Definition, line: &str) -> bool {
    let asks = || definition.dialogs.iter().any(|dialog| dialog.expect.is_match(line.trim()));
    !line.is_empty() && (definition.prompt_of(line).is_some() || asks())
}

/// How many of a platform's facts stand in the answers to its own commands.
fn facts_found(definition: &Definition, seen: &Sighting) -> u32 {
    let answers = |command: &Command| {
        let is_its = |sent: &String| command.send == *sent || command.or_else.contains(sent);
        let is_whole = |answer: &str| command.must_contain.as_ref().is_none_or(|must| must.is_match(answer));
        let own = seen.answers.iter().filter(move |(sent, answer)| is_its(sent) && is_whole(answer));
        let texts = own.map(|(_, answer)| answer.as_str()).filter(|answer| definition.is_error(answer).is_none());
        texts.flat_map(|answer| [answer, "\n"]).collect::<String>()
    };
    let commands = definition.commands.iter().filter(|command| command.purpose == Purpose::Facts);
    let text: String = commands.map(answers).collect();
    let found = facts(definition, &text);
    [found.model, found.serial, found.version].into_iter().flatten().fold(0, |count, _| count + 1)
}

#[cfg(test)]
mod tests;
