//! What a platform's rules make of a terminal log, line by line: what the author of a platform file looks at while
//! writing it.
//!
//! A log is read like the answers of a session, and by the same rules. What only a session knows is missing: pauses,
//! and whether a key was pressed. So whatever looks like a pager is taken for one, and a prompt is one where its host is
//! seen again.

mod answer;
mod prompts;
mod proposal;
mod rows;

use std::ops::Range;

use super::around::Around;
use super::definition::{Command, Definition, FactField, Purpose};
use super::detect;
use super::redact::Redactor;
use super::refusal::Refusal;
use prompts::PromptAt;
use rows::Row;

pub use proposal::Proposal;

/// Tags are only compared with each other here, and never shown.
const KEY: [u8; 32] = [0; 32];

/// What a line of a log, or a part of it, is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A prompt, with or without a command behind it.
    Prompt,
    /// The part of a prompt that stays the same during a session.
    Host,
    /// A command at a prompt.
    Echo,
    /// Chatter that is dropped from the start of an answer.
    Header,
    /// The mark of a pager.
    Pager,
    /// A question that the platform answers.
    Question,
    /// The line by which the device refuses a command.
    Refusal,
    /// Neither stored nor compared.
    Volatile,
    /// Stored, and not compared.
    Unstable,
    /// Hidden.
    Secret,
    /// It names a keyword such as `password` but holds no secret.
    Harmless,
    /// Model, serial number or version.
    Fact(FactField),
    /// It may be printed by the device's log: it is only stored if a second reading has it, too.
    Log,
    /// A line of the configuration.
    Configuration,
    /// Blank.
    Blank,
    /// No rule says anything about it.
    Unknown,
}

impl Taken {
    /// All of them, as a legend lists them.
    pub const ALL: [Taken; 18] = [
        Taken::Prompt,
        Taken::Host,
        Taken::Echo,
        Taken::Header,
        Taken::Pager,
        Taken::Question,
        Taken::Refusal,
        Taken::Volatile,
        Taken::Unstable,
        Taken::Secret,
        Taken::Harmless,
        Taken::Fact(FactField::Model),
        Taken::Fact(FactField::Serial),
        Taken::Fact(FactField::Version),
        Taken::Log,
        Taken::Configuration,
        Taken::Blank,
        Taken::Unknown,
    ];

    /// The word people read.
    pub fn title(self) -> &'static str {
        match self {
            Taken::Prompt => "Prompt",
            Taken::Host => "Host",
            Taken::Echo => "Echo",
            Taken::Header => "Header",
            Taken::Pager => "Pager",
            Taken::Question => "Question",
            Taken::Refusal => "Refusal",
            Taken::Volatile => "Volatile",
            Taken::Unstable => "Unstable",
            Taken::Secret => "Secret",
            Taken::Harmless => "Harmless",
            Taken::Fact(FactField::Model) => "Model",
            Taken::Fact(FactField::Serial) => "Serial number",
            Taken::Fact(FactField::Version) => "Version",
            Taken::Log => "Log line",
            Taken::Configuration => "Configuration",
            Taken::Blank => "Blank",
            Taken::Unknown => "Unknown",
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Taken::Prompt => "A prompt: the session knows here that an answer has ended.",
            Taken::Host => "The part of the prompt that stays the same during a session.",
            Taken::Echo => "What was typed, as the device repeats it.",
            Taken::Header => "Dropped from the start of the answer.",
            Taken::Pager => "The mark of a pager: a key is pressed, and the mark is dropped.",
            Taken::Question => "A question that the platform answers.",
            Taken::Refusal => "The device refuses the command by this line.",
            Taken::Volatile => "Neither stored nor compared.",
            Taken::Unstable => "Stored, but not compared.",
            Taken::Secret => "Hidden wherever it would be shown or stored in plain text.",
            Taken::Harmless => "Names a keyword such as password, but holds no secret.",
            Taken::Fact(_) => "Read as a fact about the device.",
            Taken::Log => "May come from the device's log: stored only if a second reading has it, too.",
            Taken::Configuration => "Stored and compared.",
            Taken::Blank => "A blank line.",
            Taken::Unknown => "No rule says anything about it.",
        }
    }
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it stands in the line's text, in bytes.
    pub range: Range<usize>,
    /// What it is taken for.
    pub taken: Taken,
}

/// A line of a log, as a terminal would show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLine {
    /// Its text.
    pub text: String,
    /// What the line is taken for.
    pub taken: Taken,
    /// What parts of it are taken for, in order and apart from each other.
    pub spans: Vec<Span>,
}

impl TakenLine {
    /// What the line and its parts are taken for, each once, the line first.
    pub fn all_taken(&self) -> Vec<Taken> {
        let mut all = vec![self.taken];
        for span in &self.spans {
            if !all.contains(&span.taken) {
                all.push(span.taken);
            }
        }
        all
    }
}

/// What a platform's rules make of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Its lines.
    pub lines: Vec<TakenLine>,
    /// A prompt pattern for the last line, where that looks like a prompt and no rule knows it.
    pub proposal: Option<Proposal>,
}

/// Says what a platform's rules make of each line of a log. Control characters in it are carried out as a terminal does
/// it.
pub fn explain(definition: &Definition, log: &str) -> Explained {
    let rows = rows::of(definition, log);
    let prompts = prompts::find(definition, &rows);
    let mut explainer = Explainer::new(definition, &rows);
    let parts = parts(&rows, &prompts);
    for part in &parts {
        explainer.explain_part(part);
    }
    explainer.explain_facts(&parts);
    explainer.explain_secrets();
    let proposal = proposal::of(&rows, &explainer.lines);
    explainer.lines.iter_mut().for_each(|line| line.spans = apart(std::mem::take(&mut line.spans)));
    Explained { lines: explainer.lines, proposal }
}

/// A prompt and what follows it up to the next; the first has none.
struct Part<'a> {
    prompt: Option<&'a PromptAt>,
    /// What was typed at the prompt.
    typed: &'a str,
    /// The prompt's row, and all of its answer.
    rows: Range<usize>,
}

impl Part<'_> {
    /// The rows behind the prompt.
    fn answer(&self) -> Range<usize> {
        self.rows.start + usize::from(self.prompt.is_some())..self.rows.end
    }
}

fn parts<'a>(rows: &'a [Row], prompts: &'a [Option<PromptAt>]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut open = Part { prompt: None, typed: "", rows: 0..0 };
    for (place, (row, prompt)) in rows.iter().zip(prompts).enumerate() {
        if let Some(prompt) = prompt {
            let typed = row.text[prompt.end..].trim();
            parts.push(std::mem::replace(&mut open, Part { prompt: Some(prompt), typed, rows: place..place }));
        }
        open.rows.end = place + 1;
    }
    parts.push(open);
    parts
}

/// The lines of a log while more and more is known about them.
struct Explainer<'a> {
    definition: &'a Definition,
    rows: &'a [Row],
    lines: Vec<TakenLine>,
    /// How this device refuses a command, once it was seen to.
    learned: Option<Refusal>,
}

impl<'a> Explainer<'a> {
    fn new(definition: &'a Definition, rows: &'a [Row]) -> Explainer<'a> {
        let line = |row: &Row| {
            let taken = match &row.mark {
                Some(mark) if mark.at.start == 0 && mark.at.end == row.text.len() => mark.taken,
                _ if row.text.trim().is_empty() => Taken::Blank,
                _ => Taken::Unknown,
            };
            let mark = row.mark.iter().map(|mark| Span { range: mark.at.clone(), taken: mark.taken });
            TakenLine { text: row.text.clone(), taken, spans: mark.filter(|span| span.taken != taken).collect() }
        };
        Explainer { definition, rows, lines: rows.iter().map(line).collect(), learned: None }
    }

    fn mark(&mut self, row: usize, range: Range<usize>, taken: Taken) {
        self.lines[row].spans.push(Span { range, taken });
    }

    fn explain_part(&mut self, part: &Part<'_>) {
        let Some(prompt) = part.prompt else { return self.explain_greeting(part.answer()) };
        let row = part.rows.start;
        let text = &self.rows[row].text;
        let host = text[..prompt.end].find(&prompt.host).map(|at| at..at + prompt.host.len());
        let echo = (!part.typed.is_empty()).then(|| text.len() - text[prompt.end..].trim_start().len()..text.len());
        self.lines[row].taken = Taken::Prompt;
        self.lines[row].spans.clear();
        if let Some(host) = host.filter(|host| !host.is_empty()) {
            self.mark(row, host, Taken::Host);
        }
        if let Some(echo) = echo {
            self.mark(row, echo, Taken::Echo);
        }
        let known = prompts::command_of(self.definition, part.typed);
        match known {
            Some(command) => self.explain_answer(part, command),
            None => self.explain_answer(part, &Command::plain(part.typed)),
        }
    }

    /// What stands before the first prompt.
    fn explain_greeting(&mut self, rows: Range<usize>) {
        let (definition, shown) = (self.definition, self.rows);
        for row in rows {
            let line = shown[row].text.trim();
            let mut plain = definition.dialogs.iter().filter(|dialog| !super::steps::names_group(&dialog.send));
            let asks = plain.any(|dialog| dialog.is_asked(line));
            let mut menus = definition.dialogs.iter().filter(|dialog| super::steps::names_group(&dialog.send));
            let lists = menus.any(|dialog| dialog.captured(line).is_some());
            if asks || lists {
                self.lines[row].taken = Taken::Question;
            } else if self.lines[row].taken == Taken::Unknown && super::foreign::may_be_log(line) {
                self.lines[row].taken = Taken::Log;
            }
        }
    }

    /// The facts, in the answers that are searched for them.
    fn explain_facts(&mut self, parts: &[Part<'_>]) {
        let asks = self.definition.commands.iter().any(|command| command.purpose == Purpose::Facts);
        let wanted = if asks { Purpose::Facts } else { Purpose::Config };
        let is_wanted = |part: &&Part<'_>| {
            prompts::command_of(self.definition, part.typed).is_some_and(|command| command.purpose == wanted)
        };
        let mut searched: Vec<usize> = parts.iter().filter(is_wanted).flat_map(Part::answer).collect();
        if parts.iter().all(|part| prompts::command_of(self.definition, part.typed).is_none()) {
            searched = parts.iter().flat_map(Part::answer).collect();
        }
        let (mut text, mut starts) = (String::new(), Vec::with_capacity(searched.len()));
        for row in &searched {
            starts.push(text.len());
            text.push_str(&self.rows[*row].text);
            text.push('\n');
        }
        for field in [FactField::Model, FactField::Serial, FactField::Version] {
            let Some(place) = detect::place_of(self.definition, &text, field) else { continue };
            let index = starts.partition_point(|start| *start <= place.start) - 1;
            let (row, start) = (searched[index], starts[index]);
            let end = (place.end - start).min(self.rows[row].text.len());
            self.mark(row, place.start - start..end, Taken::Fact(field));
        }
    }

    /// What is hidden, and which lines are said to hold nothing that is.
    fn explain_secrets(&mut self) {
        let text = self.rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>().join("\n");
        let places = Redactor::new(self.definition, &KEY).places(&text);
        let mut around = Around::default();
        for (row, secrets) in places.into_iter().enumerate().take(self.lines.len()) {
            let line = &self.rows[row].text;
            let content = line.trim_start_matches([' ', '\t']);
            let indent = line.len() - content.len();
            let is_plain = matches!(self.lines[row].taken, Taken::Configuration | Taken::Unknown);
            if !content.is_empty() {
                let concerned = self.definition.rules.concerns(line);
                let parent = around.parent(line, indent, concerned);
                if is_plain && self.definition.rules.is_harmless(line, parent) {
                    self.lines[row].taken = Taken::Harmless;
                }
                around.pass(line, indent, concerned);
            }
            let is_whole = secrets.iter().any(|place| place.start <= indent && place.end >= line.trim_end().len());
            match is_whole && is_plain {
                true => self.lines[row].taken = Taken::Secret,
                false => secrets.into_iter().for_each(|place| self.mark(row, place, Taken::Secret)),
            }
        }
    }
}

/// The spans in order, without those that overlap one that matters more: a secret before a fact, a fact before the
/// rest.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| match span.taken {
        Taken::Secret => 0,
        Taken::Fact(_) => 1,
        _ => 2,
    });
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| !span.range.is_empty()) {
        let overlaps = |other: &Span| other.range.start < span.range.end && span.range.start < other.range.end;
        if !kept.iter().any(overlaps) {
            kept.push(span);
        }
    }
    kept.sort_by_key(|span| span.range.start);
    kept
}

#[cfg(test)]
mod tests;
