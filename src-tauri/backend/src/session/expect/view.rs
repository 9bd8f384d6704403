//! What the end of what a device has said so far is: its prompt, another one, a pager, a question, or lines of its log over
//! any of them.

use std::time::Duration;

use super::super::shown;
use super::proof::{Ask, Learned, last_line_of};
use super::questions::{self, Question};
use super::{Conversation, DIALOG_QUIET};
use crate::platforms::foreign;

/// How long a prompt on the line of the command itself must stay, which a line editor may merely have redrawn.
const REDRAWN_QUIET: Duration = Duration::from_millis(300);
/// The same for a short answer that lacks the end marker and may be an error or nothing at all.
pub(super) const BRIEF_QUIET: Duration = Duration::from_millis(500);
/// The same where something is amiss: the end marker is missing, or lines of the log hide the prompt.
const ODD_QUIET: Duration = Duration::from_secs(1);
/// The same for a prompt of another host, where no end marker says that the answer is over.
const OTHER_QUIET: Duration = Duration::from_millis(4_500);
/// How long a question must stand for itself inside an answer.
const ASKED_QUIET: Duration = Duration::from_secs(4);
/// An answer without its end marker is taken for an error text only up to this size.
const BRIEF: usize = 4 * 1024;
/// How many lines of the log over a prompt are looked through.
const COVER: usize = 16;
/// No prompt is longer.
const LONGEST_PROMPT: usize = 100;

/// What the last line is, judged once whenever something new arrived.
pub(super) enum View {
    Nothing,
    Pager,
    /// A pager behind text, or one that lines of the log were printed over.
    OddPager {
        need: Duration,
    },
    Prompt {
        need: Duration,
        marked: bool,
    },
    /// The prompt, with lines of the log printed behind it; the answer ends before `place`.
    Covered {
        need: Duration,
        place: usize,
        marked: bool,
    },
    /// A prompt, but not that of this session so far.
    Other {
        need: Duration,
        marked: bool,
        prompt: Box<Learned>,
    },
    /// Something that is asked and nobody answers.
    Question {
        need: Duration,
        asked: String,
    },
}

impl Conversation<'_, '_> {
    /// What the device stands at. After a mistake, which lasted as long as `wrong` says, only the way back to the prompt
    /// matters: the text will be read again.
    pub(super) fn view(&self, ask: &Ask<'_>, patience: Duration, wrong: Option<Duration>) -> View {
        let line = self.terminal.last_line();
        if self.definition.is_more(&line) {
            return View::Pager;
        }
        if !line.is_empty() && self.prompt.knows(self.definition, &line) {
            return self.prompt_view(ask, patience, wrong);
        }
        if let Some(place) = self.covered_prompt(0) {
            let marked = self.is_marked(ask, place);
            return View::Covered { need: patience.max(ODD_QUIET).min(ask.idle), place, marked };
        }
        if self.covered_pager() {
            return View::OddPager { need: ODD_QUIET };
        }
        if line.is_empty() || wrong.is_some() {
            return View::Nothing;
        }
        if self.definition.before_more(&line).is_some() {
            return View::OddPager { need: DIALOG_QUIET };
        }
        let shown = shown::line(&line).trim().to_string();
        match questions::of(&shown) {
            None | Some(Question::Colon) => {}
            Some(Question::Key(_)) if self.terminal.on_first_line() => {}
            Some(_) => return View::Question { need: ASKED_QUIET.min(ask.idle), asked: shown },
        }
        self.other_prompt(ask, patience, &line, shown)
    }

    fn prompt_view(&self, ask: &Ask<'_>, patience: Duration, wrong: Option<Duration>) -> View {
        if let Some(pause) = wrong {
            return View::Prompt { need: (pause * 2).max(BRIEF_QUIET).min(ask.idle), marked: true };
        }
        let start = self.terminal.line_start();
        let marked = self.is_marked(ask, start);
        let need = match marked {
            true if self.terminal.on_first_line() => patience.max(REDRAWN_QUIET),
            true if ask.rounds == 0 && self.echoed(ask.send) => Duration::ZERO,
            true => patience,
            false if self.is_brief(start) => patience.max(BRIEF_QUIET),
            false => patience.max(ODD_QUIET),
        };
        View::Prompt { need: need.min(ask.idle), marked }
    }

    /// A prompt that is not the learned one: the host was renamed, or the device counts its commands.
    fn other_prompt(&self, ask: &Ask<'_>, patience: Duration, line: &str, shown: String) -> View {
        let seen = self.definition.prompt_of(line);
        let literal = seen.is_none();
        if literal && (shown.len() > LONGEST_PROMPT || !shown.ends_with(['#', '>', '$', '%', ']'])) {
            return View::Nothing;
        }
        let seen = seen.unwrap_or_else(|| self.prompt.seen.clone());
        let marked = ask.end.is_none() || self.is_marked(ask, self.terminal.line_start());
        let sure = ask.rounds == 0 || (ask.end.is_some() && marked);
        let counts = seen.differs_in_numbers(&self.prompt.seen);
        let need = if sure { ODD_QUIET } else { OTHER_QUIET };
        let prompt = Learned { seen, shown, literal, varies: self.prompt.varies || counts, ..self.prompt.clone() };
        View::Other { need: patience.max(need).min(ask.idle), marked, prompt: Box::new(prompt) }
    }

    /// Whether the line before `place` is the end marker; lines of the log may stand between.
    fn is_marked(&self, ask: &Ask<'_>, place: usize) -> bool {
        let Some(end) = ask.end else { return true };
        let mut place = place;
        for _ in 0..COVER {
            let Some((start, line)) = self.told_before(place) else { return false };
            if end.is_match(&line) {
                return true;
            }
            if !foreign::may_be_log(&line) {
                return false;
            }
            place = start;
        }
        false
    }

    /// Where the line starts on which the prompt stands with lines of the log behind or below it, if it does after `from`.
    pub(super) fn covered_prompt(&self, from: usize) -> Option<usize> {
        let text = &self.terminal.text[from..];
        let mut end = text.len();
        for count in 0..COVER {
            if end == 0 {
                return None;
            }
            let (start, line) = last_line_of(&text[..end]);
            let line = shown::line(&line).trim_end().to_string();
            if let Some(rest) = self.behind_prompt(&line) {
                let rest = rest.trim();
                // Words nobody knows may be of the log too; or the echo of the command, drawn behind the prompt again.
                let covered = rest.is_empty()
                    || foreign::may_be_log(rest)
                    || (start > 0 && !self.asked.ends_with(rest.trim_start_matches('$')));
                // The bare prompt as the last line is what is waited for.
                return (covered && (count > 0 || !rest.is_empty())).then_some(from + start);
            }
            if !line.trim().is_empty() && !foreign::may_be_log(&line) {
                return None;
            }
            end = start;
        }
        None
    }

    /// Whether lines of the log stand behind a prompt of this host, whatever its mode.
    pub(super) fn covered_host_prompt(&self) -> bool {
        let text = String::from_utf8_lossy(&self.terminal.text).into_owned();
        let mut lines = text.lines().rev().take(COVER).map(|line| shown::line(line).trim().to_string());
        let covered = lines.find(|line| {
            !line.is_empty() && self.host_prompt_before_log(line) || !foreign::may_be_log(line) && !line.is_empty()
        });
        covered.is_some_and(|line| self.host_prompt_before_log(&line))
    }

    /// A question over which the device printed lines of its log, which leave nothing of it at the end.
    pub(super) fn covered_question(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.terminal.text[self.terminal.forgotten().unwrap_or(0)..]).into_owned();
        for line in text.lines().rev().take(COVER).map(|line| shown::line(line).trim().to_string()) {
            let mut ends = line.char_indices().filter(|(_, c)| [':', '?', ')', ']'].contains(c));
            let asked = ends.find_map(|(at, c)| {
                let (question, rest) = line.split_at(at + c.len_utf8());
                let asks = questions::of(question).is_some_and(|question| question != Question::Colon);
                (asks && foreign::may_be_log(rest)).then(|| question.to_string())
            });
            if asked.is_some() {
                return asked;
            }
            if !line.is_empty() && !foreign::may_be_log(&line) {
                return None;
            }
        }
        None
    }

    fn host_prompt_before_log(&self, line: &str) -> bool {
        let mut ends = line.char_indices().filter(|(_, c)| ['#', '>', '$', '%', ']'].contains(c)).take(4);
        ends.any(|(at, c)| {
            let (prompt, rest) = line.split_at(at + c.len_utf8());
            foreign::may_be_log(rest)
                && self.definition.prompt_of(prompt).is_some_and(|seen| self.prompt.is_same_host(&seen))
        })
    }

    /// What follows this session's prompt on a line that begins with it.
    pub(super) fn behind_prompt<'l>(&self, line: &'l str) -> Option<&'l str> {
        let shown = self.prompt.shown.trim();
        if let Some(rest) = line.trim_start().strip_prefix(shown).filter(|_| !shown.is_empty()) {
            return Some(rest);
        }
        // A prompt with a clock is never the same text twice.
        let ends = line.char_indices().filter(|(_, c)| ['#', '>', '$', '%', ']'].contains(c)).take(4);
        ends.map(|(at, c)| line.split_at(at + c.len_utf8()))
            .find(|(prompt, _)| prompt.len() < LONGEST_PROMPT && self.prompt.knows(self.definition, prompt))
            .map(|(_, rest)| rest)
    }

    /// Whether the device waits at a pager over which it printed lines of its log.
    fn covered_pager(&self) -> bool {
        let since = self.terminal.forgotten().unwrap_or(0);
        let text = &self.terminal.text[since..];
        let mut end = text.len();
        for _ in 0..COVER {
            if end == 0 {
                return false;
            }
            let (start, line) = last_line_of(&text[..end]);
            let line = shown::line(&line).trim_end().to_string();
            if self.definition.begins_with_more(&line) {
                return true;
            }
            if !line.trim().is_empty() && !foreign::may_be_log(&line) {
                return false;
            }
            end = start;
        }
        false
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
    pub(super) fn echoed(&self, send: &str) -> bool {
        let text = &self.terminal.text;
        let Some(end) = text.iter().position(|byte| *byte == b'\n') else { return false };
        shown::line(&String::from_utf8_lossy(&text[..end])).trim_end().ends_with(send.trim())
    }
}
