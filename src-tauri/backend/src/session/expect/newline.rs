//! What a newline at the prompt brings: the prompt again, at once and alone, or other text.

use std::time::Duration;

use netraven_api::outcome::Cause;

use super::super::report::SessionError;
use super::known_prompt::KnownPrompt;
use super::{Conversation, DIALOG_QUIET};
use crate::platforms::foreign::{self, Look};
use crate::platforms::screen;

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
const BANNER_LINES: usize = 2;

/// What a newline brought.
pub(super) struct NewlineAnswer {
    pub(super) banner_lines: Vec<String>,
    pub(super) breaks: bool,
}

enum Response {
    Unfinished,
    Other,
    Prompt(NewlineAnswer),
}

impl Conversation<'_, '_> {
    /// Relearns which lines stand above the prompt, which may have changed; false if the device is not at its prompt.
    pub(super) fn relearn(&mut self, limit: Duration) -> Result<bool, SessionError> {
        let before = self.prompt.clone();
        let Some(answer) = self.newline_answer(&before, true, limit)? else { return Ok(false) };
        self.prompt = KnownPrompt { banner_lines: answer.banner_lines, breaks: answer.breaks, ..before.clone() };
        let stands = self.confirm(limit)? && self.confirm(limit)?;
        if !stands {
            self.prompt = before;
        }
        Ok(stands)
    }

    /// Has the prompt answer this many newlines; false as soon as anything but the prompt follows one. An answer that takes
    /// much longer than the first one of this session may be a text that happened to go on with a look-alike: it does not
    /// count, unless the device goes on being so slow.
    pub(super) fn confirm_rounds(&mut self, rounds: u32, limit: Duration) -> Result<bool, SessionError> {
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

    /// Sends a newline at what may be the prompt; false if anything but the prompt, once, follows.
    pub(super) fn confirm(&mut self, limit: Duration) -> Result<bool, SessionError> {
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
        prompt: &KnownPrompt,
        learning: bool,
        limit: Duration,
    ) -> Result<Option<NewlineAnswer>, SessionError> {
        let from = self.terminal.text.len();
        self.terminal.send_line("")?;
        let mut again = 0;
        loop {
            let quiet = self.terminal.quiet();
            let late = self.deadline.is_some_and(|deadline| self.terminal.now() >= deadline);
            let response = self.response(from, prompt, learning);
            if let (Response::Unfinished, Some(question), false) = (&response, self.known_question(prompt), late) {
                if quiet >= DIALOG_QUIET {
                    self.answer_known(question, None)?;
                } else {
                    self.terminal.pump(DIALOG_QUIET - quiet)?;
                }
                continue;
            }
            match response {
                Response::Prompt(answer) => return Ok(Some(answer)),
                Response::Other => return Ok(None),
                Response::Unfinished if late || (learning && quiet >= limit) => return Ok(None),
                Response::Unfinished if quiet >= limit => {
                    let message = format!(
                        "The device stopped at what looks like its prompt, but did not respond there for {} s.",
                        limit.as_secs()
                    );
                    return Err(SessionError::new(Cause::Truncated, message).expecting(&self.prompt.shown));
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

    /// The question with a known answer at which the device stands.
    fn known_question(&self, prompt: &KnownPrompt) -> Option<usize> {
        let line = self.terminal.last_line();
        self.definition.question_of(&line).filter(|_| !prompt.knows(self.definition, &line))
    }

    fn response(&self, from: usize, prompt: &KnownPrompt, learning: bool) -> Response {
        let line = self.terminal.last_line();
        let is_prompt = |line: &str| prompt.knows(self.definition, line);
        let tail = String::from_utf8_lossy(&self.terminal.text[from..]);
        let mut lines: Vec<&str> = tail.split('\n').collect();
        lines.pop();
        if lines.is_empty() {
            // No line break yet: some devices print the prompt over or behind itself.
            let same_line = !screen::line(&tail).trim().is_empty() && (is_prompt(&tail) || is_prompt(&line));
            return match (same_line, learning || !prompt.breaks) {
                (true, true) => Response::Prompt(NewlineAnswer { banner_lines: Vec::new(), breaks: false }),
                _ => Response::Unfinished,
            };
        }
        let mut banner_lines = Vec::new();
        let shown: Vec<_> = lines.iter().map(|line| screen::line(line)).collect();
        let looks = foreign::looks(shown.iter().map(|line| line.trim()));
        for (place, line) in lines.iter().enumerate() {
            let shown = shown[place].trim();
            // A line editor may redraw the line before it breaks it.
            if shown.is_empty() || (place == 0 && is_prompt(line)) {
                continue;
            }
            let is_answered = self.terminal.answered_since(from) && self.definition.question_of(line).is_some();
            // The device's log may come at any time.
            let is_log = looks[place] != Look::Text && self.behind_prompt(shown).is_none_or(foreign::may_be_log);
            if is_answered
                || is_log
                || (is_prompt(line) && looks.get(place + 1).is_some_and(|look| *look != Look::Text))
            {
                continue;
            }
            let known = if learning { banner_lines.len() < BANNER_LINES } else { prompt.is_banner_line(shown) };
            if !known || is_prompt(line) {
                return Response::Other;
            }
            banner_lines.push(shown.to_string());
        }
        if self.definition.is_more(&line) && self.known_question(prompt).is_none() {
            return Response::Other;
        }
        if is_prompt(&line) {
            return Response::Prompt(NewlineAnswer { banner_lines, breaks: true });
        }
        Response::Unfinished
    }
}
