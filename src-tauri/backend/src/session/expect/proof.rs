//! The proof that an answer is complete: its end marker, and a prompt that answers a newline with itself.
//!
//! A newline distinguishes a look-alike in the text from the prompt: the prompt appears again, at once and
//! alone; a text goes on. The newline that went into a text is answered later, at the true prompt, or may have been echoed
//! into the middle of the text by a terminal driver. So a reading in which a look-alike was taken for the prompt is not
//! mended but read again, with more patience than the device's pause.
//!
//! What remains, where a platform has no end marker: three look-alike lines in a row, the device pausing after each of
//! them for longer than [`QUIET`] but no longer than it takes to answer a newline.

use std::time::Duration;

use netraven_api::outcome::Stage;
use regex::Regex;
use serde_json::json;

use super::super::observer::Level;
use super::super::report::SessionError;
use super::failures::{look_alikes, unanswered};
use super::known_prompt::{KnownPrompt, is_alike};
use super::typed::Typed;
use super::view::View;
use super::{Conversation, PAGER_QUIET};
use crate::platforms::screen;

/// How long a prompt must stay the last thing said before it is tried: what is on its way arrives within this time.
const QUIET: Duration = Duration::from_millis(30);
/// How often one command is sent before its answer counts as unreadable.
pub(super) const ATTEMPTS: u32 = 3;
/// After this many unconfirmed newlines, the lines above the prompt are relearned.
const RELEARN_AFTER: u32 = 4;
/// After this many, the device is given up.
const RESTLESS: u32 = 24;

/// A command to be sent and what proves its answer.
pub(super) struct Ask<'a> {
    pub(super) command: &'a Typed,
    pub(super) end: Option<&'a Regex>,
    /// How long the device may be silent.
    pub(super) idle: Duration,
    /// How many newlines the prompt must answer. Without any, an echoed command before the prompt is enough.
    pub(super) rounds: u32,
}

/// An answer, echo and prompt included.
pub(super) struct Exchange {
    pub(super) raw: Vec<u8>,
    /// Where in it a pager or a question stood that is no part of it.
    pub(super) pressed: Vec<usize>,
    /// Whether the end marker was there, or none is asked for.
    pub(super) marked: bool,
    /// Whether lines of the log, or others nobody knows, stood behind the prompt.
    pub(super) covered: bool,
}

enum Proof {
    Whole {
        end: usize,
        prompt_start: usize,
        marked: bool,
        covered: bool,
    },
    Doubtful {
        pause: Duration,
    },
    /// The prompt is another one since; the answer ends with it now.
    Renamed,
}

/// Where a device came to a stop.
struct Stop {
    /// Where the answer ends, if before the last line.
    place: Option<usize>,
    marked: bool,
    /// The prompt it stopped at, if not that of this session so far.
    other: Option<Box<KnownPrompt>>,
}

impl Conversation<'_, '_> {
    /// Sends a command and returns its answer once that is proven whole.
    pub(super) fn exchange(&mut self, ask: &Ask<'_>) -> Result<Exchange, SessionError> {
        let mut patience = QUIET;
        for attempt in 1..=ATTEMPTS {
            self.at_prompt = false;
            self.terminal.begin();
            self.asked = ask.command.keys.clone();
            self.terminal.type_line(ask.command)?;
            match self.prove(ask, patience)? {
                Proof::Whole { end, prompt_start, marked, covered } => {
                    self.at_prompt = true;
                    let (mut raw, pressed) = self.terminal.take(end);
                    let decor_start = self.decor_start(&raw, prompt_start);
                    raw.drain(decor_start..prompt_start);
                    if self.prompt.literal {
                        // The platform's pattern would not find it.
                        raw.truncate(decor_start);
                    }
                    return Ok(Exchange { raw, pressed, marked, covered });
                }
                Proof::Doubtful { pause } => {
                    patience = (pause * 2).max(patience * 2).max(Duration::from_secs(1)).min(ask.idle);
                    let message = format!(
                        "A line in the answer to `{}` looked like the prompt and was followed by more text.",
                        ask.command.short()
                    );
                    let meta =
                        json!({"command": ask.command.shown, "attempt": attempt, "pause_ms": pause.as_millis() as u64});
                    self.progress.session(Level::Info, message, meta);
                    self.drain(Duration::from_millis(200))?;
                }
                Proof::Renamed => {
                    let message = format!("The prompt is now `{}`: reading again with it.", self.prompt.shown);
                    let meta = json!({"command": ask.command.shown, "attempt": attempt});
                    self.progress.session(Level::Info, message, meta);
                    self.drain(Duration::from_millis(200))?;
                }
            }
        }
        self.progress.enter(Stage::ProveComplete);
        Err(look_alikes(ask.command, &self.prompt.shown))
    }

    fn prove(&mut self, ask: &Ask<'_>, patience: Duration) -> Result<Proof, SessionError> {
        let mut wrong: Option<Duration> = None;
        let mut unconfirmed = 0;
        loop {
            let stop = self.wait_for_prompt(ask, patience, wrong)?;
            let (end, prompt_start) = match stop.place {
                Some(place) => (place, place),
                None => (self.terminal.text.len(), self.terminal.line_start()),
            };
            let began = self.terminal.now();
            let quiet_before = self.terminal.quiet();
            let rounds = match ask.rounds {
                0 if stop.place.is_some() || !self.echoed(&ask.command.keys) => 1,
                rounds => rounds,
            };
            if ask.rounds > 0 {
                self.progress.enter(Stage::ProveComplete);
            }
            let (confirmed, renamed) = match stop.other {
                None => (self.confirm_rounds(rounds, ask.idle)?, false),
                Some(other) => {
                    let before = std::mem::replace(&mut self.prompt, *other);
                    let confirmed = self.confirm_rounds(2, ask.idle)?;
                    if !confirmed {
                        self.prompt = before;
                    } else if !self.keeps_its_mode(before.seen.privileged) {
                        return Err(self.left_its_mode(ask.command, &before.shown));
                    }
                    (confirmed, true)
                }
            };
            let sure = ask.rounds == 0 || ask.end.is_some();
            match (confirmed, wrong) {
                (true, None) if renamed && !sure => return Ok(Proof::Renamed),
                (true, None) => {
                    let (marked, covered) = (stop.marked, stop.place.is_some());
                    return Ok(Proof::Whole { end, prompt_start, marked, covered });
                }
                (true, Some(pause)) => return Ok(Proof::Doubtful { pause }),
                (false, _) => {
                    let pause = self.terminal.now().saturating_duration_since(began) + quiet_before;
                    wrong = Some(wrong.unwrap_or_default().max(pause));
                    unconfirmed += 1;
                    if unconfirmed % RELEARN_AFTER == 0 && self.relearn(ask.idle)? {
                        return Ok(Proof::Renamed);
                    }
                    if unconfirmed >= RESTLESS {
                        return Err(self.restless(ask.command));
                    }
                    if ask.rounds > 0 {
                        self.progress.enter(Stage::Read);
                    }
                }
            }
        }
    }

    /// Waits until the device stands at a prompt that may be the end.
    fn wait_for_prompt(
        &mut self,
        ask: &Ask<'_>,
        patience: Duration,
        wrong: Option<Duration>,
    ) -> Result<Stop, SessionError> {
        let mut view = self.view(ask, patience, wrong);
        loop {
            let quiet = self.terminal.quiet();
            let need = match &view {
                View::Nothing => ask.idle,
                View::Pager => PAGER_QUIET,
                View::OddPager { need, .. }
                | View::Known { need, .. }
                | View::Prompt { need, .. }
                | View::Covered { need, .. }
                | View::Other { need, .. }
                | View::Question { need, .. } => *need,
            };
            let mut wait = need.saturating_sub(quiet);
            if quiet >= need {
                match view {
                    View::Nothing => return Err(self.silent(ask)),
                    View::Pager => {
                        self.terminal.answer_pager(None)?;
                        wait = ask.idle;
                    }
                    View::OddPager { place, .. } => {
                        self.terminal.answer_pager(place)?;
                        wait = ask.idle;
                    }
                    View::Known { question, place, .. } => {
                        self.answer_known(question, place)?;
                        wait = ask.idle;
                    }
                    View::Prompt { marked, .. } => return Ok(Stop { place: None, marked, other: None }),
                    View::Covered { place, marked, .. } => return Ok(Stop { place: Some(place), marked, other: None }),
                    View::Other { marked, prompt, .. } => return Ok(Stop { place: None, marked, other: Some(prompt) }),
                    View::Question { asked, sure, .. } => return Err(unanswered(ask.command, asked, sure)),
                }
            }
            let answered = quiet >= need;
            let news = self.terminal.pump(wait.max(Duration::from_millis(1)))?;
            if news || answered {
                view = self.view(ask, patience, wrong);
            }
        }
    }

    /// Waits until nothing has come for `quiet`.
    pub(super) fn drain(&mut self, quiet: Duration) -> Result<(), SessionError> {
        let until = self.terminal.now() + self.terminal.limits().prompt;
        while self.terminal.pump(quiet)? && self.terminal.now() < until {}
        Ok(())
    }

    /// The last line before `end` that is not blank, nor a pager or a known question, nor one of those that belong to
    /// the prompt.
    pub(super) fn line_before(&self, end: usize) -> Option<String> {
        self.told_before(end).map(|(_, line)| line)
    }

    /// As [`Conversation::line_before`], with the place where the line starts.
    pub(super) fn told_before(&self, end: usize) -> Option<(usize, String)> {
        let mut end = self.decor_start(&self.terminal.text, end);
        while end > 0 {
            let (start, line) = last_line_of(&self.terminal.text[..end]);
            let is_asked = self.definition.is_more(&line) || self.definition.question_of(&line).is_some();
            if !line.trim().is_empty() && !is_asked {
                // What a pager printed on this line before it was answered is not part of it.
                let from = self.terminal.forgotten().filter(|at| (start..end).contains(at)).unwrap_or(start);
                let line = String::from_utf8_lossy(&self.terminal.text[from..end]);
                return Some((start, screen::line(line.trim_end_matches('\n')).trim_end().to_string()));
            }
            end = start;
        }
        None
    }

    /// Where the lines start that this device prints above its prompt.
    pub(super) fn decor_start(&self, text: &[u8], prompt_start: usize) -> usize {
        let mut start = prompt_start;
        for expected in self.prompt.banner_lines.iter().rev() {
            let (line_start, line) = last_line_of(&text[..start]);
            if !is_alike(expected, screen::line(&line).trim()) {
                break;
            }
            start = line_start;
        }
        start
    }
}

/// The last line of a text, its line end not counted, and where it starts.
pub(super) fn last_line_of(text: &[u8]) -> (usize, String) {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let start = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    (start, String::from_utf8_lossy(&body[start..]).into_owned())
}
