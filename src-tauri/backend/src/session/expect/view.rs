//! What the end of what a device has said so far is: its prompt, another one, a pager, a question, or lines of its log over
//! any of them.

use std::time::Duration;

use super::cover::Covered;
use super::known_prompt::KnownPrompt;
use super::proof::Ask;
use super::questions::{self, Question};
use super::{Conversation, DIALOG_QUIET};
use crate::platforms::screen;

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
/// The same for a line that may be a question or a prompt nobody knows, and may as well be a line of the text that is stuck.
const STUCK_QUIET: Duration = Duration::from_secs(5);
/// An answer without its end marker is taken for an error text only up to this size.
const BRIEF: usize = 4 * 1024;
/// No prompt is longer.
pub(super) const LONGEST_PROMPT: usize = 100;

/// What the last line is, judged once whenever something new arrived.
pub(super) enum View {
    Nothing,
    Pager,
    /// A pager behind text, or one that lines of the log were printed over: its mark ends at `place`.
    OddPager {
        need: Duration,
        place: Option<usize>,
    },
    /// One of the questions that its platform answers; under lines of the log, it ends at `place`.
    Known {
        need: Duration,
        question: usize,
        place: Option<usize>,
    },
    Prompt {
        need: Duration,
        marked: bool,
    },
    /// The prompt, with lines of the log printed behind it and perhaps drawn again; the answer ends before `place`.
    Covered {
        need: Duration,
        place: usize,
        marked: bool,
    },
    /// A prompt, but not that of this session so far.
    Other {
        need: Duration,
        marked: bool,
        prompt: Box<KnownPrompt>,
    },
    /// Something that is asked and nobody answers; not `sure` where it may be a prompt nobody knows.
    Question {
        need: Duration,
        asked: String,
        sure: bool,
    },
}

impl Conversation<'_, '_> {
    /// What the device stands at. After a mistake, which lasted as long as `wrong` says, only the way back to the prompt
    /// matters: the text will be read again.
    pub(super) fn view(&self, ask: &Ask<'_>, patience: Duration, wrong: Option<Duration>) -> View {
        let line = self.terminal.last_line();
        let known = self.definition.question_of(&line);
        if known.is_none() && self.definition.is_more(&line) {
            return View::Pager;
        }
        if !line.is_empty() && self.prompt.knows(self.definition, &line) {
            return self.prompt_view(ask, patience, wrong);
        }
        if let Some(question) = known.filter(|_| !self.is_echo(&line)) {
            return View::Known { need: DIALOG_QUIET.min(ask.idle), question, place: None };
        }
        let covered = self.covered_prompt(0);
        let covered_view = |covered: Covered, need: Duration| {
            let marked = self.is_marked(ask, covered.place);
            View::Covered { need: patience.max(need).min(ask.idle), place: covered.place, marked }
        };
        let (by_log, by_others) =
            covered.map_or((None, None), |it| if it.by_log { (Some(it), None) } else { (None, Some(it)) });
        if let Some(covered) = by_log {
            return covered_view(covered, ODD_QUIET);
        }
        if let Some(place) = self.covered_pager() {
            return View::OddPager { need: ODD_QUIET, place: Some(place) };
        }
        if let Some((question, place)) = self.covered_known() {
            return View::Known { need: ODD_QUIET, question, place: Some(place) };
        }
        if wrong.is_some() {
            return View::Nothing;
        }
        if let Some(asked) = self.covered_question() {
            return View::Question { need: ASKED_QUIET.min(ask.idle), asked, sure: true };
        }
        match (self.view_of_line(ask, patience, &line), by_others) {
            (View::Nothing, Some(covered)) => covered_view(covered, OTHER_QUIET),
            (View::Nothing, None) => self.stuck_at(ask, &line),
            (view, _) => view,
        }
    }

    /// What the unfinished last line is by itself, where it is not the prompt of this session so far.
    fn view_of_line(&self, ask: &Ask<'_>, patience: Duration, line: &str) -> View {
        if line.is_empty() {
            return View::Nothing;
        }
        if self.definition.before_more(line).is_some() {
            return View::OddPager { need: DIALOG_QUIET, place: None };
        }
        let shown = screen::line(line).trim().to_string();
        match questions::of(&shown) {
            None | Some(Question::Colon) => {}
            Some(Question::Key(_)) if self.terminal.on_first_line() => {}
            Some(_) => return View::Question { need: ASKED_QUIET.min(ask.idle), asked: shown, sure: true },
        }
        self.other_prompt(ask, patience, line, shown)
    }

    /// A line that ends as questions do, and prompts of several words that nobody knows. Text seldom comes to a stop there, and
    /// nothing is typed to find out.
    fn stuck_at(&self, ask: &Ask<'_>, line: &str) -> View {
        let asked = screen::line(line).trim().to_string();
        let stuck = asked.chars().any(char::is_alphanumeric)
            && (questions::of(&asked) == Some(Question::Colon)
                || asked.ends_with([']', ')', '>'])
                || (asked.contains(' ') && asked.ends_with(['#', '$', '%'])));
        match stuck && !self.is_echo(&asked) && asked.len() <= questions::LONGEST {
            true => View::Question { need: STUCK_QUIET.min(ask.idle), asked, sure: false },
            false => View::Nothing,
        }
    }

    /// Whether an unfinished line is the command's own echo so far.
    fn is_echo(&self, line: &str) -> bool {
        self.terminal.on_first_line() && self.asked.trim_end().ends_with(screen::line(line).trim())
    }

    fn prompt_view(&self, ask: &Ask<'_>, patience: Duration, wrong: Option<Duration>) -> View {
        if let Some(pause) = wrong {
            return View::Prompt { need: (pause * 2).max(BRIEF_QUIET).min(ask.idle), marked: true };
        }
        let line_start = self.terminal.line_start();
        let drawn_before = self.first_drawn(line_start);
        let start = drawn_before.unwrap_or(line_start);
        let marked = self.is_marked(ask, start);
        let need = match marked {
            true if self.terminal.on_first_line() => patience.max(REDRAWN_QUIET),
            true if ask.rounds == 0 && self.echoed(&ask.command.keys) => Duration::ZERO,
            true => patience,
            false if self.is_brief(start) => patience.max(BRIEF_QUIET),
            false => patience.max(ODD_QUIET),
        };
        let need = need.min(ask.idle);
        drawn_before.map_or(View::Prompt { need, marked }, |place| View::Covered { need, place, marked })
    }

    /// A prompt that is not the learned one: the host was renamed, or the device counts its commands.
    fn other_prompt(&self, ask: &Ask<'_>, patience: Duration, line: &str, shown: String) -> View {
        let seen = self.definition.prompt_of(line);
        let literal = seen.is_none();
        if questions::invites(&shown) || (literal && (shown.len() > LONGEST_PROMPT || !questions::is_sign_word(&shown)))
        {
            return View::Nothing;
        }
        let seen = seen.unwrap_or_else(|| self.prompt.seen.clone());
        let marked = ask.end.is_none() || self.is_marked(ask, self.terminal.line_start());
        let sure = ask.rounds == 0 || (ask.end.is_some() && marked);
        let counts = seen.differs_in_numbers(&self.prompt.seen);
        let need = if sure { ODD_QUIET } else { OTHER_QUIET };
        let prompt = KnownPrompt { seen, shown, literal, varies: self.prompt.varies || counts, ..self.prompt.clone() };
        View::Other { need: patience.max(need).min(ask.idle), marked, prompt: Box::new(prompt) }
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
        screen::line(&String::from_utf8_lossy(&text[..end])).trim_end().ends_with(send.trim())
    }
}
