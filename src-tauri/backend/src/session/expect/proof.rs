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
use super::view::View;
use super::{Conversation, PAGER_QUIET};
use crate::platforms::{Definition, PromptSeen, foreign};

/// How long a prompt must stay the last thing said before it is tried: what is on its way arrives within this time.
const QUIET: Duration = Duration::from_millis(30);
/// How often one command is sent before its answer counts as unreadable.
const ATTEMPTS: u32 = 3;
/// How much slower than three times the first newline of the session an answer may be before it does not count.
const SLOW: Duration = Duration::from_millis(50);
/// How many further newlines a slow device must answer.
const SLOW_ROUNDS: u32 = 3;
/// How long at least nothing may follow the prompt that answered a newline.
const SETTLED: Duration = Duration::from_millis(10);
/// How long at most is waited for that, however slow the device was at first: once is enough to be slow.
const SETTLED_MOST: Duration = Duration::from_secs(2);
/// A newline that takes longer to be answered is measured again: once may have been a stall.
pub(super) const PACE: Duration = Duration::from_millis(300);
/// How often a newline is sent again because lines of the log came instead of the prompt.
const AGAIN: u32 = 2;
/// The silence after which it is.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How many lines a device may print between two prompts.
const DECOR: usize = 2;

/// The prompt of this session and what a newline at it brings.
#[derive(Clone)]
pub(super) struct Learned {
    pub(super) seen: PromptSeen,
    /// As it looks on the screen.
    pub(super) shown: String,
    /// Known by its text alone: the platform's pattern does not know it.
    pub(super) literal: bool,
    /// Whether numbers in it change from one to the next.
    pub(super) varies: bool,
    /// Lines that this device prints above its prompt.
    pub(super) decor: Vec<String>,
    /// Whether a newline at the prompt begins a new line.
    pub(super) breaks: bool,
    /// How long the first newline took to be answered.
    pub(super) answers_in: Duration,
}

impl Learned {
    /// Nothing learned yet.
    pub(super) fn nobody() -> Learned {
        Learned {
            seen: PromptSeen { host: String::new(), privileged: false },
            shown: String::new(),
            literal: false,
            varies: false,
            decor: Vec::new(),
            breaks: true,
            answers_in: Duration::ZERO,
        }
    }

    /// Whether a line is this prompt.
    pub(super) fn knows(&self, definition: &Definition, line: &str) -> bool {
        if self.literal {
            return shown::line(line).trim() == self.shown;
        }
        definition
            .prompt_of(line)
            .is_some_and(|seen| seen.privileged == self.seen.privileged && self.is_host(&seen, self.varies))
    }

    /// Whether a prompt, privileged or not, is one of the same host.
    pub(super) fn is_same_host(&self, seen: &PromptSeen) -> bool {
        self.is_host(&PromptSeen { privileged: self.seen.privileged, ..seen.clone() }, true)
    }

    fn is_host(&self, seen: &PromptSeen, varies: bool) -> bool {
        seen.host == self.seen.host || (varies && seen.differs_in_numbers(&self.seen))
    }
}

/// A command to be sent and what proves its answer.
pub(super) struct Ask<'a> {
    pub(super) send: &'a str,
    pub(super) end: Option<&'a Regex>,
    /// How long the device may be silent.
    pub(super) idle: Duration,
    /// How many newlines the prompt must answer. Without any, an echoed command before the prompt is enough.
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
    Whole {
        end: usize,
        prompt_start: usize,
        marked: bool,
    },
    Doubtful {
        pause: Duration,
    },
    /// The prompt is another one since; the answer ends with it now.
    Renamed,
}

enum Response {
    Unfinished,
    Other,
    Prompt(NewlineAnswer),
}

/// Where a device came to a stop.
struct Stop {
    /// Where the answer ends, if before the last line.
    place: Option<usize>,
    marked: bool,
    /// The prompt it stopped at, if not that of this session so far.
    other: Option<Box<Learned>>,
}

impl Conversation<'_, '_> {
    /// Sends a command and returns its answer once that is proven whole.
    pub(super) fn exchange(&mut self, ask: &Ask<'_>) -> Result<Told, Fault> {
        let mut patience = QUIET;
        for attempt in 1..=ATTEMPTS {
            self.terminal.begin();
            self.asked = ask.send.to_string();
            self.terminal.send_line(ask.send)?;
            match self.prove(ask, patience)? {
                Proof::Whole { end, prompt_start, marked } => {
                    let mut raw = self.terminal.take(end);
                    let decor_start = self.decor_start(&raw, prompt_start);
                    raw.drain(decor_start..prompt_start);
                    if self.prompt.literal {
                        // The platform's pattern would not find it.
                        raw.truncate(decor_start);
                    }
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
                Proof::Renamed => {
                    let message = format!("The prompt is `{}` now: reading once more with it.", self.prompt.shown);
                    self.progress.session(Level::Info, message, json!({"command": ask.send, "attempt": attempt}));
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
            let stop = self.wait_for_prompt(ask, patience, wrong)?;
            let (end, prompt_start) = match stop.place {
                Some(place) => (place, place),
                None => (self.terminal.text.len(), self.terminal.line_start()),
            };
            let began = self.terminal.now();
            let quiet_before = self.terminal.quiet();
            let rounds = match ask.rounds {
                0 if stop.place.is_some() || !self.echoed(ask.send) => 1,
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
                    } else if self.prompt.seen.privileged != before.seen.privileged {
                        return Err(self.left_its_mode(ask.send, &before.shown));
                    }
                    (confirmed, true)
                }
            };
            let sure = ask.rounds == 0 || ask.end.is_some();
            match (confirmed, wrong) {
                (true, None) if renamed && !sure => return Ok(Proof::Renamed),
                (true, None) => return Ok(Proof::Whole { end, prompt_start, marked: stop.marked }),
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
            let took = self.terminal.now().saturating_duration_since(began).saturating_sub(self.terminal.quiet());
            // What was slow once may have been a stall.
            if self.prompt.answers_in > PACE {
                self.prompt.answers_in = self.prompt.answers_in.min(took);
            }
            if took <= swift {
                swift_rounds += 1;
            }
        }
        Ok(true)
    }

    /// Waits until the device stands at a prompt that may be the end.
    fn wait_for_prompt(&mut self, ask: &Ask<'_>, patience: Duration, wrong: Option<Duration>) -> Result<Stop, Fault> {
        let mut view = self.view(ask, patience, wrong);
        loop {
            let quiet = self.terminal.quiet();
            let need = match &view {
                View::Nothing => ask.idle,
                View::Pager => PAGER_QUIET,
                View::OddPager { need }
                | View::Prompt { need, .. }
                | View::Covered { need, .. }
                | View::Other { need, .. }
                | View::Question { need, .. } => *need,
            };
            let mut wait = need.saturating_sub(quiet);
            if quiet >= need {
                match view {
                    View::Nothing => return Err(self.silent(ask)),
                    View::Pager | View::OddPager { .. } => {
                        self.terminal.answer_pager()?;
                        wait = ask.idle;
                    }
                    View::Prompt { marked, .. } => return Ok(Stop { place: None, marked, other: None }),
                    View::Covered { place, marked, .. } => return Ok(Stop { place: Some(place), marked, other: None }),
                    View::Other { marked, prompt, .. } => return Ok(Stop { place: None, marked, other: Some(prompt) }),
                    View::Question { asked, .. } => return Err(unanswered(ask, asked)),
                }
            }
            let answered = quiet >= need;
            let news = self.terminal.pump(wait.max(Duration::from_millis(1)))?;
            if news || answered {
                view = self.view(ask, patience, wrong);
            }
        }
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
        let settled = self.prompt.answers_in.clamp(SETTLED, SETTLED_MOST);
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
        let mut again = 0;
        loop {
            let quiet = self.terminal.quiet();
            let late = self.deadline.is_some_and(|deadline| self.terminal.now() >= deadline);
            match self.response(from, prompt, learning) {
                Response::Prompt(answer) => return Ok(Some(answer)),
                Response::Other => return Ok(None),
                Response::Unfinished if late || (learning && quiet >= limit) => return Ok(None),
                Response::Unfinished if quiet >= limit => {
                    let message = format!(
                        "The device stopped at what looks like its prompt, but did not answer there for {} s.",
                        limit.as_secs()
                    );
                    return Err(Fault::new(Cause::Truncated, message).expecting(&self.prompt.shown));
                }
                Response::Unfinished
                    if quiet >= AGAIN_AFTER && again < AGAIN && self.covered_prompt(from).is_some() =>
                {
                    again += 1;
                    self.terminal.send_line("")?;
                }
                Response::Unfinished => {
                    let mut wait = limit.saturating_sub(quiet);
                    if quiet < AGAIN_AFTER {
                        wait = wait.min(AGAIN_AFTER - quiet);
                    }
                    if let Some(deadline) = self.deadline {
                        wait = wait.min(deadline.saturating_duration_since(self.terminal.now()));
                    }
                    self.terminal.pump(wait.max(Duration::from_millis(1)))?;
                }
            }
        }
    }

    fn response(&self, from: usize, prompt: &Learned, learning: bool) -> Response {
        let line = self.terminal.last_line();
        let is_prompt = |line: &str| prompt.knows(self.definition, line);
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
            // The device's log may come at any time.
            if foreign::may_be_log(shown) && self.behind_prompt(shown).is_none_or(foreign::may_be_log) {
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
        let until = self.terminal.now() + self.terminal.limits().prompt;
        while self.terminal.pump(quiet)? && self.terminal.now() < until {}
        Ok(())
    }

    /// The last line before `end` that is not blank, nor a pager, nor one of those that belong to the prompt.
    pub(super) fn line_before(&self, end: usize) -> Option<String> {
        self.told_before(end).map(|(_, line)| line)
    }

    /// As [`Conversation::line_before`], with the place where the line starts.
    pub(super) fn told_before(&self, end: usize) -> Option<(usize, String)> {
        let mut end = self.decor_start(&self.terminal.text, end);
        while end > 0 {
            let (start, line) = last_line_of(&self.terminal.text[..end]);
            if !line.trim().is_empty() && !self.definition.is_more(&line) {
                // What a pager printed on this line before it was answered is not part of it.
                let from = self.terminal.forgotten().filter(|at| (start..end).contains(at)).unwrap_or(start);
                let line = String::from_utf8_lossy(&self.terminal.text[from..end]);
                return Some((start, shown::line(line.trim_end_matches('\n')).trim_end().to_string()));
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

    fn left_its_mode(&self, send: &str, before: &str) -> Fault {
        let message = format!(
            "The device went to another prompt, `{}`, in answer to `{}`: the session may do less there.",
            self.prompt.shown,
            short(send)
        );
        Fault::new(Cause::PromptNotSeen, message).expecting(before)
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

fn unanswered(ask: &Ask<'_>, asked: String) -> Fault {
    let message = format!(
        "The device asks something in its answer to `{}`, and nobody has told what to answer.",
        short(ask.send)
    );
    Fault::new(Cause::PromptNotSeen, message).quoting(Some(asked)).expecting("the prompt")
}

/// A command as it is spoken of: some are small programs.
pub(super) fn short(command: &str) -> String {
    match command.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &command[..end]),
        None => command.to_string(),
    }
}

/// The last line of a text, its line end not counted, and where it starts.
pub(super) fn last_line_of(text: &[u8]) -> (usize, String) {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let start = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    (start, String::from_utf8_lossy(&body[start..]).into_owned())
}
