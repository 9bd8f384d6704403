//! A platform definition: the validated form of one TOML file, and the questions a session asks of it.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use netraven_api::platforms::PlatformEvidence;
use regex::{Captures, Regex, RegexSet};

use super::rules::{BlockRule, LineRule, Rules, SecretRule};
use super::startup::StartupRules;
use super::steps::{ForEach, Keep, Step, Via};
use super::storing::{Encoding, Replacement};
use super::{clock, foreign, screen};

/// Everything that is particular to one platform.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The name devices refer to, such as `cisco_ios` (Netmiko's `device_type` where it has one).
    pub name: String,
    /// The name people read, such as `Cisco IOS / IOS XE`.
    pub title: String,
    /// The maker.
    pub vendor: String,
    /// How far it is proven, if its file says so.
    pub evidence: Option<PlatformEvidence>,
    /// The platform from which its file takes what it does not say.
    pub extends: Option<String>,
    /// What this platform alone says, each matched against a whole text, `^` and `$` meaning a line's ends.
    pub identify: Vec<Regex>,
    /// How a prompt looks.
    pub prompt: Prompt,
    /// How paging is turned off, and how it looks when it happens all the same.
    pub paging: PagingRules,
    /// How to become privileged, step by step; empty where a login already may read everything.
    pub privilege: Vec<Privilege>,
    /// What is sent once the session is privileged and paging is off, such as what enters a mode.
    pub prepare: Vec<Step>,
    /// What undoes `prepare`, sent after the last command, and after a failure too.
    pub restore: Vec<Step>,
    /// What is sent to collect facts and the configuration, in order.
    pub commands: Vec<Command>,
    /// Lines by which the device refuses a command, each matched against one line.
    pub errors: Vec<Regex>,
    /// Lines that change without the configuration changing, each matched against one line: neither stored nor compared.
    pub volatile: Vec<Regex>,
    /// Blocks of such lines, both ends included; one without an end is none.
    pub volatile_blocks: Vec<BlockRule>,
    /// Lines that change at each showing but belong to the configuration: stored, not compared. If a pattern has groups,
    /// these are what changes, and the rest of the line is compared; if it has none, only that the line is there. Such a
    /// secret keeps its tag from one snapshot to the next if the pattern also matches where a single character, neither
    /// letter nor digit, stands for it: `\S+` does, `\w+` does not.
    pub unstable: Vec<Regex>,
    /// Blocks of such lines, both ends included; only that a block is there is compared. One without an end is none.
    pub unstable_blocks: Vec<BlockRule>,
    /// What the startup configuration writes differently although nothing is unsaved.
    pub startup: StartupRules,
    /// What is replaced inside the text before it is stored, in order. The other rules for lines see the result.
    pub replace: Vec<Replacement>,
    /// Lines that hold a secret.
    pub secrets: Vec<SecretRule>,
    /// Lines that name a secret's keyword but hold none; any other such line is hidden.
    pub harmless: Vec<LineRule>,
    /// Blocks of lines, such as certificates, that are hidden whole.
    pub secret_blocks: Vec<BlockRule>,
    /// How model, serial number and version are read.
    pub facts: Vec<FactRule>,
    /// Commands that end the session, tried in order.
    pub goodbye: Vec<String>,
    /// What follows a command, usually `\n`.
    pub newline: String,
    /// What starts a comment in this platform's configuration; an answer of nothing else is no configuration.
    pub comment: String,
    /// A command that cannot exist, sent first to learn how this device refuses; `None` where `errors` knows.
    pub unknown_command: Option<String>,
    /// Questions the device may ask after login, before the first prompt.
    pub dialogs: Vec<Dialog>,
    /// Questions the device may ask at any time during the session. A line is no part of an answer from where `expect`
    /// matches.
    pub questions: Vec<Dialog>,
    /// What is appended to the user name at sign-in, such as `+ct` on RouterOS.
    pub login_suffix: String,
    /// How the device writes letters beyond ASCII.
    pub encoding: Encoding,
    /// The terminal it is given.
    pub terminal: TerminalRules,
    /// How its commands reach it; a command may say otherwise.
    pub via: Via,
    /// `secrets`, `harmless` and `secret_blocks`, compiled together once.
    pub(super) rules: Arc<Rules>,
    /// `paging.more`, anywhere at a line's start.
    pub(super) pager_start: Option<Regex>,
    /// `paging.more` at a line's end, its mark being the first group.
    pub(super) pager_end: Option<Regex>,
    /// `volatile`, compiled together once.
    pub(super) volatile_set: RegexSet,
    /// `unstable`, compiled together once.
    pub(super) unstable_set: RegexSet,
}

/// The terminal a device is given: wide, so that no line is wrapped, and long, so that pagers have little to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalRules {
    /// Characters in a line.
    pub width: u32,
    /// Lines on a screen.
    pub height: u32,
    /// Whether no terminal is asked for at all.
    pub none: bool,
}

impl Default for TerminalRules {
    fn default() -> TerminalRules {
        TerminalRules { width: 511, height: 1000, none: false }
    }
}

/// How a prompt looks.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Matches the whole last line; its group `host` is the part that stays the same for the whole session.
    pub pattern: Regex,
    /// Matches the last line when the session is privileged; `None` where there is no such notion.
    pub privileged: Option<Regex>,
    /// Lines that are no prompt although `pattern` says so.
    pub not: Vec<Regex>,
}

/// How paging is turned off and how it looks.
#[derive(Debug, Clone, Default)]
pub struct PagingRules {
    /// Sent after login, in order.
    pub off: Vec<PagingCommand>,
    /// Each matches the whole last, unfinished line when the device waits for a key.
    pub more: Vec<Regex>,
    /// The key sent in answer.
    pub answer: String,
}

/// One command that turns paging off.
#[derive(Debug, Clone)]
pub struct PagingCommand {
    /// The command.
    pub send: String,
    /// Whether the device may refuse it.
    pub optional: bool,
}

/// One step on the way to a privileged session.
#[derive(Debug, Clone)]
pub struct Privilege {
    /// The command, such as `enable`, with its placeholders.
    pub command: String,
    /// Matches the last line when the device asks for a password; `None` where the step asks for none.
    pub password_prompt: Option<Regex>,
    /// What is typed there, with its placeholders; usually `{enable}`.
    pub password: String,
    /// Lines by which the device refuses.
    pub refused: Vec<Regex>,
}

/// What a command is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Its answer is (a part of) the configuration.
    Config,
    /// Its answer is (a part of) the configuration with which the device starts.
    Startup,
    /// Its answer holds model, serial number or version.
    Facts,
    /// It is a file that is kept sealed, and neither of these.
    #[serde(skip)]
    File,
}

/// One command and what proves that its answer is whole.
#[derive(Debug, Clone)]
pub struct Command {
    /// The command as typed, with its placeholders; a file's path where it is fetched by SFTP.
    pub send: String,
    /// What is sent instead, in this order, should the device refuse it.
    pub or_else: Vec<String>,
    /// What it is sent for.
    pub purpose: Purpose,
    /// Must match somewhere in the answers before it, else it is not sent.
    pub when: Option<Regex>,
    /// Sends it once for each thing that another answer lists.
    pub for_each: Option<ForEach>,
    /// How its answer is kept in the configuration's text, where it is not that itself.
    pub keep: Keep,
    /// What stands above its answer in the text, as a comment, with its placeholders.
    pub heading: Option<String>,
    /// How it reaches the device.
    pub via: Via,
    /// Must match the last line before the prompt that is not blank.
    pub end: Option<Regex>,
    /// Chatter dropped from the start of the answer, each matched against one line.
    pub header: Vec<Regex>,
    /// Must match somewhere in the answer.
    pub must_contain: Option<Regex>,
    /// Must match nowhere in the answer: how the device marks what it withholds from this account.
    pub must_not_contain: Option<Regex>,
    /// How long the device may stay silent.
    pub timeout: Duration,
    /// Whether an error in answer to it is ignored.
    pub optional: bool,
}

/// What a fact rule fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum FactField {
    /// The hardware model.
    Model,
    /// The chassis' serial number.
    Serial,
    /// The operating system's version.
    Version,
}

/// How one fact is read: the first group of the first rule that matches wins.
#[derive(Debug, Clone)]
pub struct FactRule {
    /// What it fills.
    pub field: FactField,
    /// Matched against the answers of the facts commands, `^` and `$` meaning a line's ends.
    pub pattern: Regex,
}

/// Something a device asks.
#[derive(Debug, Clone)]
pub struct Dialog {
    /// Matches the last line when it asks. Where `send` names a group of it, such as `{1}`, it is matched against all that was said
    /// since the last answer, `^` and `$` meaning a line's ends: an entry of a menu stands above the line that asks.
    pub expect: Regex,
    /// What is sent in answer, with its placeholders, its line end included.
    pub send: String,
}

/// A prompt that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptSeen {
    /// The part that stays the same for the whole session.
    pub host: String,
    /// Whether the session is privileged; always true where the platform has no such notion.
    pub privileged: bool,
}

/// Why a platform definition was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "platform file {file}{}: {}{problem}. {advice}",
    .line.map(|line| format!(", line {line}")).unwrap_or_default(),
    .field.as_ref().map(|field| format!("`{field}`: ")).unwrap_or_default()
)]
pub struct BadDefinition {
    /// The file.
    pub file: String,
    /// The line of it, counted from one; `None` where it concerns the whole file, such as a field that is missing.
    pub line: Option<usize>,
    /// The field, as a dotted path such as `commands[1].end`; `None` where it concerns the whole file.
    pub field: Option<String>,
    /// What is wrong with it.
    pub problem: String,
    /// What to do about it.
    pub advice: String,
}

/// What follows a pager's mark on its line where it names the keys it takes.
static KEYS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^[ \t]*(?:[^\w\s]|press|hit|strike|type|use\b).*\b(?:space|spacebar|enter|return|quit|next|page|key|press|ctrl|control|any|q|cr|esc)\b|^ ?(?:or )?\(?q\)?(?:uit)?[ \t]*$")
        .expect("the pattern of a pager's keys is valid")
});

/// What a pager's line says that takes a blank.
static ANY_KEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bspace|<sp>|\bany\b|\ba key\b|-more|more-").expect("the pattern of keys is valid")
});

/// What a pager's line says that takes Enter.
static ENTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:enter|return)\b|<cr>").expect("the pattern of keys is valid"));

/// What a pager's line says that asks whether to show more.
static YES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\bmore\b.*\by(?:es)?\s*[=/]").expect("the pattern of keys is valid"));

/// How many lines from either end of an answer are searched for a refusal: the middle is the device's own text, which
/// may quote anything.
const ERROR_WINDOW: usize = 12;

/// In a longer line a pager's mark under lines of the log is only looked for at the start.
const LONGEST_COVERED: usize = 1024;

impl Definition {
    /// Whether any of its commands is typed into a shell.
    pub fn needs_shell(&self) -> bool {
        self.commands.iter().any(|command| command.via == Via::Shell)
    }

    /// The line by which the device refused a command, if its answer holds one near its start or end.
    pub fn is_error(&self, answer: &str) -> Option<String> {
        let lines: Vec<&str> = answer.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let from_end = lines.len().saturating_sub(ERROR_WINDOW).max(ERROR_WINDOW.min(lines.len()));
        let mut near_ends = lines[..ERROR_WINDOW.min(lines.len())].iter().chain(&lines[from_end..]);
        near_ends.find_map(|line| {
            let line = screen::line(line);
            let line = line.trim();
            self.errors.iter().any(|error| error.is_match(line)).then(|| line.to_string())
        })
    }

    /// Whether the device waits for a key because a page is full, judged by its last, unfinished line.
    pub fn is_more(&self, last_line: &str) -> bool {
        self.is_pager(&screen::line(last_line))
    }

    /// As [`Definition::is_more`], of a line without control characters.
    pub(super) fn is_pager(&self, line: &str) -> bool {
        let Some(mark) = self.pager_start.as_ref().and_then(|start| start.find(line)) else { return false };
        self.paging.more.iter().any(|more| more.is_match(line))
            || (says_more(mark.as_str()) && KEYS.is_match(&line[mark.end()..]))
    }

    /// The key that goes on at a pager, judged by its last, unfinished line: one that names nothing but Enter wants Enter, and one
    /// that asks for yes gets it.
    pub fn key_for(&self, last_line: &str) -> &str {
        let line = screen::line(last_line);
        match () {
            () if YES.is_match(&line) => "y",
            () if !ANY_KEY.is_match(&line) && ENTER.is_match(&line) => &self.newline,
            () => &self.paging.answer,
        }
    }

    /// The text before a pager's mark that a device printed behind a line it had begun, as it looks on the screen.
    pub fn before_more(&self, last_line: &str) -> Option<String> {
        let line = screen::line(last_line);
        let mark = self.pager_within(&line)?;
        Some(line[..mark].to_string())
    }

    /// Which of `questions` the device asks, judged by its last, unfinished line.
    pub fn question_of(&self, last_line: &str) -> Option<usize> {
        if self.questions.is_empty() {
            return None;
        }
        self.question_in(&screen::line(last_line)).map(|(question, _)| question)
    }

    /// Which of `questions` a line without control characters asks, and where in it the question starts. A pager's mark
    /// behind one is what the device waits at.
    fn question_in(&self, line: &str) -> Option<(usize, usize)> {
        let lead = line.len() - line.trim_start().len();
        let pager = if self.questions.is_empty() { None } else { self.pager_within(line) };
        self.questions.iter().enumerate().find_map(|(place, question)| {
            let last = |text| question.expect.find_iter(text).filter(|found| !found.is_empty()).last();
            let found = last(line).map(|found| found.range());
            let found = found.or_else(|| last(line.trim()).map(|found| found.start() + lead..found.end() + lead))?;
            let before = line[..found.start].trim();
            let start = if before.is_empty() { 0 } else { found.start };
            pager.is_none_or(|mark| mark < found.end).then_some((place, start))
        })
    }

    /// Where in a line the pager's mark, or the question that may come at any time, starts with which it ends.
    pub(super) fn mark_of(&self, line: &str) -> Option<usize> {
        if self.is_pager(line) {
            return Some(0);
        }
        self.question_in(line).map(|(_, start)| start).or_else(|| self.pager_within(line))
    }

    /// Where the pager's mark starts with which a line ends that has other text before it.
    pub(super) fn pager_within(&self, line: &str) -> Option<usize> {
        let found = self.pager_end.as_ref()?.captures(line)?.get(1)?;
        (says_more(found.as_str()) && !line[..found.start()].trim().is_empty()).then_some(found.start())
    }

    /// Where a pager's mark ends in a line over which the device may have printed lines of its log: behind the mark, or
    /// `below`.
    pub fn covered_more(&self, line: &str, below: bool) -> Option<usize> {
        let start = self.pager_start.as_ref()?;
        line.char_indices().take_while(|(at, _)| *at == 0 || line.len() <= LONGEST_COVERED).find_map(|(at, _)| {
            let mark = start.find(&line[at..]).filter(|mark| says_more(mark.as_str()))?;
            let end = at + mark.end();
            let rest = line[end..].trim();
            (at == 0 || (below && rest.is_empty()) || foreign::may_be_log(rest)).then_some(end)
        })
    }

    /// A line without the pager's text that a device left standing before it.
    pub(super) fn without_pager<'a>(&self, line: &'a str) -> &'a str {
        match self.pager_start.as_ref().and_then(|start| start.find(line)) {
            // Shorter marks than this one, such as a colon, also start ordinary lines.
            Some(mark) if says_more(mark.as_str()) => &line[mark.end()..],
            _ => line,
        }
    }

    /// The prompt the last line is, if it is one. Escape sequences and carriage returns may still be in the line. A clock in it
    /// is no part of the host.
    pub fn prompt_of(&self, last_line: &str) -> Option<PromptSeen> {
        let line = screen::line(last_line);
        self.prompt_in(&line).or_else(|| self.prompt_in(&clock::without(&line)?))
    }

    fn prompt_in(&self, line: &str) -> Option<PromptSeen> {
        let captures = self.prompt.pattern.captures(line)?;
        let host = captures.name("host").map_or("", |host| host.as_str());
        if self.prompt.not.iter().any(|not| not.is_match(line)) {
            return None;
        }
        let privileged = self.prompt.privileged.as_ref().is_none_or(|pattern| pattern.is_match(line));
        Some(PromptSeen { host: clock::without(host).unwrap_or_else(|| host.to_string()), privileged })
    }
}

impl Prompt {
    /// The pattern as its file has it; `None` for a platform without a prompt.
    pub fn written(&self) -> Option<&str> {
        self.pattern.as_str().strip_prefix(r"\A(?:")?.strip_suffix(r")[ \t]*\z")
    }
}

impl PromptSeen {
    /// Whether the two differ in nothing but numbers, as the prompts of a device do that counts its commands.
    pub fn differs_in_numbers(&self, other: &PromptSeen) -> bool {
        let plain = |host: &str| {
            host.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("0")
        };
        self.privileged == other.privileged && self.host != other.host && plain(&self.host) == plain(&other.host)
    }
}

impl Dialog {
    /// Whether a device asks this with its last line, without blanks around it. Not for a dialog whose answer
    /// [names a group](super::steps::names_group).
    pub fn is_asked(&self, line: &str) -> bool {
        !line.is_empty() && self.expect.is_match(line)
    }

    /// What its answer's groups stand for in all that was said since the last answer; `None` if the device does not ask this.
    pub fn captured<'said>(&self, said: &'said str) -> Option<Captures<'said>> {
        self.expect.captures_iter(said).last()
    }
}

impl Command {
    /// A command that is neither configuration nor proof of anything.
    pub fn plain(send: &str) -> Command {
        Command {
            send: send.to_string(),
            or_else: Vec::new(),
            purpose: Purpose::Facts,
            when: None,
            for_each: None,
            keep: Keep::No,
            heading: None,
            via: Via::Shell,
            end: None,
            header: Vec::new(),
            must_contain: None,
            must_not_contain: None,
            timeout: Duration::from_secs(30),
            optional: true,
        }
    }
}

/// Whether a pager's mark is one in words: shorter ones, such as a colon, also start ordinary lines.
fn says_more(mark: &str) -> bool {
    mark.to_ascii_lowercase().contains("more")
}

#[cfg(test)]
mod tests;
