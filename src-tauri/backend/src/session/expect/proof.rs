//! The proof that an answer is complete: its end marker, and a prompt that answers a newline with itself.
//!
//! A prompt look-alike in the text is told from the prompt by what a newline brings: the prompt appears again, at once and
//! alone; a text goes on. The newline that went into a text is answered later, at the true prompt, or may have been echoed
//! into the middle of the text by a terminal driver. So a reading in which a look-alike was taken for the prompt is not
//! mended but read again, with more patience than the device's pause.
//!
//! What remains, where a platform has no end marker: three look-alike lines in a row, the device pausing after each of
//! them for longer than [`QUIET`] but no longer than it takes to answer a newline.

use std::time::Duration;

use netraven_api::outcome::{Cause, Stage};
use regex::Regex;
use serde_json::json;

use super::super::observer::Level;
use super::super::report::Fault;
use super::super::shown;
use super::{Conversation, PAGER_QUIET};
use crate::platforms::PromptSeen;

/// How long a prompt must stay the last thing said before it is tried: what is on its way arrives within this time.
const QUIET: Duration = Duration::from_millis(30);
/// The same for a prompt on the line of the command itself, which a line editor may merely have redrawn.
const REDRAWN_QUIET: Duration = Duration::from_millis(300);
/// The same for a short answer that lacks the end marker and may be an error or nothing at all.
const BRIEF_QUIET: Duration = Duration::from_millis(500);
/// An answer without its end marker is taken for an error text only up to this size.
const BRIEF: usize = 4 * 1024;
/// How often one command is sent before its answer counts as unreadable.
const ATTEMPTS: u32 = 3;
/// How much slower than three times the first newline of the session an answer may be before it does not count.
const SLOW: Duration = Duration::from_millis(50);
/// How many further newlines a slow device must answer.
const SLOW_ROUNDS: u32 = 3;
/// How long at least nothing may follow the prompt that answered a newline.
const SETTLED: Duration = Duration::from_millis(10);
/// How many lines a device may print between two prompts.
const DECOR: usize = 2;

/// The prompt of this session and what a newline at it brings.
#[derive(Clone)]
pub(super) struct Learned {
    pub(super) seen: PromptSeen,
    /// As it looks.
    pub(super) shown: String,
    /// Lines printed above every prompt, such as `{master:0}`.
    pub(super) decor: Vec<String>,
    /// Whether a newline moves the prompt to a new line.
    pub(super) breaks: bool,
    /// How long the device took to answer a newline at its first prompt.
    pub(super) answers_in: Duration,
}

/// One command and how its answer is to be proven.
pub(super) struct Ask<'a> {
    pub(super) send: &'a str,
    pub(super) end: Option<&'a Regex>,
    pub(super) idle: Duration,
    /// How often the prompt must answer a newline. Without any, an echoed command before the prompt is enough.
    pub(super) rounds: u32,
}

/// An answer, echo and prompt included.
pub(super) struct Told {
    pub(super) raw: Vec<u8>,
    /// Whether the end marker was there, or none is asked for.
    pub(super) marked: bool,
}

/// What a newline brought.
pub(super) struct NewlineAnswer {
    pub(super) decor: Vec<String>,
    pub(super) breaks: bool,
}

enum Proof {
    Whole { end: usize, prompt_start: usize, marked: bool },
    Doubtful { pause: Duration },
}

enum Response {
    Unfinished,
    Other,
    Prompt(NewlineAnswer),
}

/// What the last line is, judged once whenever something new arrived.
enum View {
    Nothing,
    Pager,
    Prompt { need: Duration, marked: bool },
}

impl Conversation<'_, '_> {
    /// Sends a command and returns its answer once that is proven whole.
    pub(super) fn exchange(&mut self, ask: &Ask<'_>) -> Result<Told, Fault> {
        let mut patience = QUIET;
        for attempt in 1..=ATTEMPTS {
            self.terminal.begin();
            self.terminal.send_line(ask.send)?;
            match self.prove(ask, patience)? {
                Proof::Whole { end, prompt_start, marked } => {
                    let mut raw = self.terminal.take(end);
                    let decor_start = self.decor_start(&raw, prompt_start);
                    raw.drain(decor_start..prompt_start);
                    return Ok(Told { raw, marked });
                }
                Proof::Doubtful { pause } => {
                    patience = (pause * 2).max(patience * 2).max(Duration::from_secs(1)).min(ask.idle);
                    let message = format!(
                        "A line in the answer to `{}` looked like the prompt and was followed by more text.",
                        short(ask.send)
                    );
                    let meta = json!({"command": ask.send, "attempt": attempt, "pause_ms": pause.as_millis() as u64});
                    self.progress.session(Level::Info, message, meta);
                    self.drain(Duration::from_millis(200))?;
                }
            }
        }
        self.progress.enter(Stage::ProveComplete);
        let message = format!(
            "The answer to `{}` was read {ATTEMPTS} times, and each time a line that looks like the prompt was followed by more text.",
            short(ask.send)
        );
        Err(Fault::new(Cause::Truncated, message).expecting(&self.prompt.shown))
    }

    fn prove(&mut self, ask: &Ask<'_>, patience: Duration) -> Result<Proof, Fault> {
        let mut wrong: Option<Duration> = None;
        loop {
            let marked = self.wait_for_prompt(ask, patience, wrong)?;
            let (end, prompt_start) = (self.terminal.text.len(), self.terminal.line_start());
            let began = self.terminal.now();
            let quiet_before = self.terminal.quiet();
            let rounds = if ask.rounds == 0 && !self.echoed(ask.send) { 1 } else { ask.rounds };
            if ask.rounds > 0 {
                self.progress.enter(Stage::ProveComplete);
            }
            match (self.confirm_rounds(rounds, ask.idle)?, wrong) {
                (true, None) => return Ok(Proof::Whole { end, prompt_start, marked }),
                (true, Some(pause)) => return Ok(Proof::Doubtful { pause }),
                (false, _) => {
                    let pause = self.terminal.now().saturating_duration_since(began) + quiet_before;
                    wrong = Some(wrong.unwrap_or_default().max(pause));
                    if ask.rounds > 0 {
                        self.progress.enter(Stage::Read);
                    }
                }
            }
        }
    }

    /// Lets the prompt answer so many newlines; false as soon as anything but the prompt follows one. An answer that takes
    /// much longer than the first one of this session may be a text that happened to go on with a look-alike: it does not
    /// count, unless the device goes on being so slow.
    fn confirm_rounds(&mut self, rounds: u32, limit: Duration) -> Result<bool, Fault> {
        let swift = self.prompt.answers_in * 3 + SLOW;
        let (mut swift_rounds, mut asked) = (0, 0);
        while swift_rounds < rounds && asked < rounds + SLOW_ROUNDS {
            let began = self.terminal.now();
            if !self.confirm(limit)? {
                return Ok(false);
            }
            asked += 1;
            let took = self.terminal.now().saturating_duration_since(began);
            if took.saturating_sub(self.terminal.quiet()) <= swift {
                swift_rounds += 1;
            }
        }
        Ok(true)
    }

    /// Waits until the last line is the prompt and may be the end; says whether the end marker is before it.
    fn wait_for_prompt(&mut self, ask: &Ask<'_>, patience: Duration, wrong: Option<Duration>) -> Result<bool, Fault> {
        let mut view = self.view(ask, patience, wrong);
        loop {
            let quiet = self.terminal.quiet();
            let wait = match view {
                View::Pager if quiet >= PAGER_QUIET => {
                    self.terminal.answer_pager()?;
                    ask.idle
                }
                View::Pager => PAGER_QUIET.saturating_sub(quiet),
                View::Prompt { need, marked } if quiet >= need && (marked || need < ask.idle) => return Ok(marked),
                View::Prompt { .. } if quiet >= ask.idle => {
                    let end = ask.end.map_or("", Regex::as_str);
                    return Err(self.unproven(ask.send, end));
                }
                View::Prompt { need, .. } => need.saturating_sub(quiet),
                View::Nothing if quiet >= ask.idle => return Err(self.silent(ask)),
                View::Nothing => ask.idle.saturating_sub(quiet),
            };
            let news = self.terminal.pump(wait.max(Duration::from_millis(1)))?;
            if news || matches!(view, View::Pager) {
                view = self.view(ask, patience, wrong);
            }
        }
    }

    fn view(&self, ask: &Ask<'_>, patience: Duration, wrong: Option<Duration>) -> View {
        let line = self.terminal.last_line();
        if line.is_empty() {
            return View::Nothing;
        }
        if self.definition.is_more(&line) {
            return View::Pager;
        }
        if self.definition.prompt_of(&line).as_ref() != Some(&self.prompt.seen) {
            return View::Nothing;
        }
        // After a mistake only the way back to the prompt matters: the text will be read again.
        if let Some(pause) = wrong {
            return View::Prompt { need: (pause * 2).max(BRIEF_QUIET).min(ask.idle), marked: true };
        }
        let start = self.terminal.line_start();
        let marked = ask.end.is_none_or(|end| self.line_before(start).is_some_and(|line| end.is_match(&line)));
        let need = match marked {
            true if self.terminal.on_first_line() => patience.max(REDRAWN_QUIET),
            true if ask.rounds == 0 && self.echoed(ask.send) => Duration::ZERO,
            true => patience,
            false if self.is_brief(start) => patience.max(BRIEF_QUIET),
            false => ask.idle,
        };
        View::Prompt { need: need.min(ask.idle), marked }
    }

    /// Whether the answer so far is nothing or an error text, which ends without the end marker.
    fn is_brief(&self, end: usize) -> bool {
        if end > BRIEF {
            return false;
        }
        let text = String::from_utf8_lossy(&self.terminal.text[..end]).into_owned();
        let after_echo = text.split_once('\n').map_or("", |(_, rest)| rest);
        after_echo.trim().is_empty() || self.definition.is_error(&text).is_some()
    }

    /// Whether the first line of the answer ends with the command.
    fn echoed(&self, send: &str) -> bool {
        let text = &self.terminal.text;
        let Some(end) = text.iter().position(|byte| *byte == b'\n') else { return false };
        shown::line(&String::from_utf8_lossy(&text[..end])).trim_end().ends_with(send.trim())
    }

    /// Sends a newline at what may be the prompt; false if anything but the prompt, once, follows.
    pub(super) fn confirm(&mut self, limit: Duration) -> Result<bool, Fault> {
        let prompt = self.prompt.clone();
        let from = self.terminal.text.len();
        if self.newline_answer(&prompt, false, limit)?.is_none() {
            return Ok(false);
        }
        // Had this been the end of the text and its own prompt, the newline would still have to be answered, and a device
        // answers one within the time it took at first.
        let settled = self.prompt.answers_in.max(SETTLED);
        while self.terminal.quiet() < settled {
            // The clock went on since the question above: there may be nothing left to wait for.
            self.terminal.pump(settled.saturating_sub(self.terminal.quiet()).max(Duration::from_millis(1)))?;
        }
        Ok(matches!(self.response(from, &prompt, false), Response::Prompt(_)))
    }

    /// Sends a newline and waits for what it brings. When `learning`, lines above the prompt are accepted and returned.
    pub(super) fn newline_answer(
        &mut self,
        prompt: &Learned,
        learning: bool,
        limit: Duration,
    ) -> Result<Option<NewlineAnswer>, Fault> {
        let from = self.terminal.text.len();
        self.terminal.send_line("")?;
        loop {
            match self.response(from, prompt, learning) {
                Response::Prompt(answer) => return Ok(Some(answer)),
                Response::Other => return Ok(None),
                Response::Unfinished if learning && self.terminal.quiet() >= limit => return Ok(None),
                Response::Unfinished if self.terminal.quiet() >= limit => {
                    let message = format!(
                        "The device stopped at what looks like its prompt, but did not answer there for {} s.",
                        limit.as_secs()
                    );
                    return Err(Fault::new(Cause::Truncated, message).expecting(&self.prompt.shown));
                }
                Response::Unfinished => {
                    self.terminal.pump(limit.saturating_sub(self.terminal.quiet()).max(Duration::from_millis(1)))?;
                }
            }
        }
    }

    fn response(&self, from: usize, prompt: &Learned, learning: bool) -> Response {
        let line = self.terminal.last_line();
        let is_prompt = |line: &str| self.definition.prompt_of(line).as_ref() == Some(&prompt.seen);
        let tail = String::from_utf8_lossy(&self.terminal.text[from..]);
        let mut lines: Vec<&str> = tail.split('\n').collect();
        lines.pop();
        if lines.is_empty() {
            // No line break yet: some devices print the prompt over or behind itself.
            let same_line = !shown::line(&tail).trim().is_empty() && (is_prompt(&tail) || is_prompt(&line));
            return match (same_line, learning || !prompt.breaks) {
                (true, true) => Response::Prompt(NewlineAnswer { decor: Vec::new(), breaks: false }),
                _ => Response::Unfinished,
            };
        }
        let mut decor = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            let shown = shown::line(line);
            let shown = shown.trim();
            // A line editor may redraw the line before it breaks it.
            if shown.is_empty() || (place == 0 && is_prompt(line)) {
                continue;
            }
            let known = if learning { decor.len() < DECOR } else { prompt.decor.iter().any(|line| line == shown) };
            if !known || is_prompt(line) {
                return Response::Other;
            }
            decor.push(shown.to_string());
        }
        if self.definition.is_more(&line) {
            return Response::Other;
        }
        if is_prompt(&line) {
            return Response::Prompt(NewlineAnswer { decor, breaks: true });
        }
        Response::Unfinished
    }

    /// Waits until nothing has come for `quiet`.
    pub(super) fn drain(&mut self, quiet: Duration) -> Result<(), Fault> {
        while self.terminal.pump(quiet)? {}
        Ok(())
    }

    /// The last line before `end` that is not blank, nor a pager, nor one of those that belong to the prompt.
    pub(super) fn line_before(&self, end: usize) -> Option<String> {
        let mut end = self.decor_start(&self.terminal.text, end);
        while end > 0 {
            let (start, line) = last_line_of(&self.terminal.text[..end]);
            if !line.trim().is_empty() && !self.definition.is_more(&line) {
                // What a pager printed on this line before it was answered is not part of it.
                let from = self.terminal.forgotten().filter(|at| (start..end).contains(at)).unwrap_or(start);
                let line = String::from_utf8_lossy(&self.terminal.text[from..end]);
                return Some(shown::line(line.trim_end_matches('\n')).trim_end().to_string());
            }
            end = start;
        }
        None
    }

    /// Where the lines start that this device prints above its prompt.
    fn decor_start(&self, text: &[u8], prompt_start: usize) -> usize {
        let mut start = prompt_start;
        for expected in self.prompt.decor.iter().rev() {
            let (line_start, line) = last_line_of(&text[..start]);
            if shown::line(&line).trim() != expected {
                break;
            }
            start = line_start;
        }
        start
    }

    /// The failure of an answer that ended without its marker.
    pub(super) fn unproven(&mut self, send: &str, end: &str) -> Fault {
        self.progress.enter(Stage::ProveComplete);
        let message = format!("The answer to `{}` ended without the line that ends a complete one.", short(send));
        Fault::new(Cause::Truncated, message).expecting(end)
    }

    fn silent(&self, ask: &Ask<'_>) -> Fault {
        let (bytes, seconds, send) = (self.terminal.text.len(), ask.idle.as_secs(), short(ask.send));
        let message = match bytes {
            0 => format!("The device did not answer `{send}` for {seconds} s."),
            _ => format!("The device fell silent for {seconds} s after {bytes} bytes of its answer to `{send}`."),
        };
        Fault::new(Cause::Timeout, message).expecting(&self.prompt.shown)
    }
}

/// A command as it is spoken of: some are small programs.
pub(super) fn short(command: &str) -> String {
    match command.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &command[..end]),
        None => command.to_string(),
    }
}

/// The last line of a text, its line end not counted, and where it starts.
fn last_line_of(text: &[u8]) -> (usize, String) {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let start = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    (start, String::from_utf8_lossy(&body[start..]).into_owned())
}
