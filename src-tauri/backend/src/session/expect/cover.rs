//! What lines of the device's log hide at the end of what it said: its prompt, a pager, a question, the end marker.

use super::Conversation;
use super::proof::{Ask, last_line_of};
use super::questions::{self, Question};
use super::view::LONGEST_PROMPT;
use crate::platforms::foreign::{self, Look};
use crate::platforms::screen;

/// How many lines are looked through.
const COVER: usize = 16;
/// How many lines nobody knows may stand over a prompt.
const UNKNOWN: usize = 4;

/// One of the last lines of what was said, as a screen shows it.
struct Line {
    start: usize,
    text: String,
    /// Whether it may be one of the log.
    log: bool,
}

/// A prompt under other lines.
pub(super) struct Covered {
    /// Where its line starts.
    pub(super) place: usize,
    /// Whether all that stands over it may be of the log.
    pub(super) by_log: bool,
}

impl Conversation<'_, '_> {
    /// The last lines between two places, the very last one first.
    fn last_lines(&self, from: usize, end: usize) -> Vec<Line> {
        let text = &self.terminal.text[from..end];
        let (mut lines, mut end) = (Vec::new(), text.len());
        while end > 0 && lines.len() < COVER {
            let (start, mut line) = last_line_of(&text[..end]);
            // What a pager printed on this line before it was answered is not part of it.
            if let Some(at) = self.terminal.forgotten().and_then(|at| at.checked_sub(from + start)).filter(|at| *at > 0)
                && let Some(rest) = text[start..end].get(at..)
            {
                line = String::from_utf8_lossy(rest.strip_suffix(b"\n").unwrap_or(rest)).into_owned();
            }
            lines.push(Line { start: from + start, text: screen::line(&line).trim_end().to_string(), log: false });
            end = start;
        }
        let looks = foreign::looks(lines.iter().rev().map(|line| line.text.as_str()));
        lines.iter_mut().rev().zip(looks).for_each(|(line, look)| line.log = look != Look::Text);
        lines
    }

    /// Whether the line before `place` is the end marker; lines of the log may stand between.
    pub(super) fn is_marked(&self, ask: &Ask<'_>, place: usize) -> bool {
        let Some(end) = ask.end else { return true };
        let place = self.decor_start(&self.terminal.text, place);
        for line in self.last_lines(0, place) {
            if end.is_match(&line.text) {
                return true;
            }
            let is_asked = self.definition.is_more(&line.text) || self.definition.question_of(&line.text).is_some();
            if !line.text.trim().is_empty() && !line.log && !is_asked {
                return false;
            }
        }
        false
    }

    /// The prompt on which the device stands with other lines behind or below it, if there is one after `from`.
    pub(super) fn covered_prompt(&self, from: usize) -> Option<Covered> {
        let mut unknown = 0;
        for (count, line) in self.last_lines(from, self.terminal.text.len()).iter().enumerate() {
            if let Some(rest) = self.behind_prompt(&line.text) {
                let rest = rest.trim();
                let by_log = rest.is_empty() || foreign::may_be_log(rest);
                // Words nobody knows may be of the log too; or the echo of the command, drawn behind the prompt again.
                let covered = by_log || (line.start > from && !self.asked.ends_with(rest.trim_start_matches('$')));
                // The bare prompt as the last line is what is waited for.
                let found = covered && (count > 0 || !rest.is_empty());
                return found.then_some(Covered { place: line.start, by_log: unknown == 0 });
            }
            if !line.text.trim().is_empty() && !line.log {
                unknown += 1;
            }
            if unknown > UNKNOWN {
                return None;
            }
        }
        None
    }

    /// Where the first of several prompts starts that ends at `place`, with nothing but lines of the log between them: the
    /// device drew its prompt again behind each.
    pub(super) fn first_drawn(&self, place: usize) -> Option<usize> {
        let (mut first, mut logs) = (None, 0);
        for line in self.last_lines(0, place) {
            let behind = self.behind_prompt(&line.text).map(str::trim);
            match behind {
                Some(rest) if foreign::may_be_log(rest) || (rest.is_empty() && logs > 0) => {
                    (first, logs) = (Some(line.start), 0);
                }
                None if line.log => logs += 1,
                None if line.text.trim().is_empty() || self.prompt.is_banner_line(line.text.trim()) => {}
                _ => break,
            }
        }
        first
    }

    /// Whether lines of the log stand behind a prompt of this host, whatever its mode.
    pub(super) fn covered_host_prompt(&self) -> bool {
        for line in self.last_lines(0, self.terminal.text.len()) {
            if line.text.trim().is_empty() {
                continue;
            }
            let covered = self.host_prompt_before_log(&line.text);
            if covered || !line.log {
                return covered;
            }
        }
        false
    }

    fn host_prompt_before_log(&self, line: &str) -> bool {
        let mut ends = line.char_indices().filter(|(_, c)| ['#', '>', '$', '%', ']'].contains(c)).take(4);
        ends.any(|(at, c)| {
            let (prompt, rest) = line.split_at(at + c.len_utf8());
            foreign::may_be_log(rest)
                && self.definition.prompt_of(prompt).is_some_and(|seen| self.prompt.is_same_host(&seen))
        })
    }

    /// A question over which the device printed lines of its log, which leave nothing of it at the end.
    pub(super) fn covered_question(&self) -> Option<String> {
        let (since, mut logs) = (self.terminal.forgotten().unwrap_or(0), 0);
        let asks = |text: &str| questions::of(text).is_some_and(|question| question != Question::Colon);
        for line in self.last_lines(since, self.terminal.text.len()) {
            let text = line.text.trim();
            let ends = text.char_indices().filter(|(_, c)| [':', '?', ')', ']', '：', '>'].contains(c));
            let mut ends = ends.map(|(at, c)| at + c.len_utf8()).filter(|end| {
                let (question, rest) = text.split_at(*end);
                asks(question) && foreign::may_be_log(rest.trim_start())
            });
            if let Some(first) = ends.next() {
                // The choice behind a question belongs to it, the time that begins a line of the log does not.
                let end = ends.take_while(|end| !text[first..*end].contains(|c: char| c.is_ascii_digit())).last();
                return Some(text[..end.unwrap_or(first)].to_string());
            }
            if !text.is_empty() && !line.log {
                return (logs > 0 && asks(text)).then(|| text.to_string());
            }
            logs += usize::from(line.log);
        }
        None
    }

    /// The pager over which the device printed lines of its log, by where its mark ends.
    pub(super) fn covered_pager(&self) -> Option<usize> {
        self.covered(|line, below| self.definition.covered_more(line, below)).map(|(_, place)| place)
    }

    /// The question with a known answer over which the device printed lines of its log, and where it ends.
    pub(super) fn covered_known(&self) -> Option<(usize, usize)> {
        if self.definition.questions.is_empty() {
            return None;
        }
        let end = |line: &str, below: bool| {
            let question = &self.definition.questions[self.definition.question_of(line)?];
            let end = question.expect.find_iter(line).last()?.end();
            (below || foreign::may_be_log(line[end..].trim_start())).then_some(end)
        };
        let (line, place) = self.covered(end)?;
        Some((self.definition.question_of(&line)?, place))
    }

    /// The first line from the end in which `find` finds something, with lines of the log at most below it, and where
    /// in the text that ends. `find` is also given whether any stand below. Where the line was not drawn plainly, the
    /// end of the text counts.
    fn covered(&self, find: impl Fn(&str, bool) -> Option<usize>) -> Option<(String, usize)> {
        let (text, mut below) = (&self.terminal.text, false);
        for line in self.last_lines(self.terminal.forgotten().unwrap_or(0), text.len()) {
            if let Some(end) = find(&line.text, below) {
                let drawn_plainly = text[line.start..].starts_with(&line.text.as_bytes()[..end]);
                let place = if drawn_plainly { line.start + end } else { text.len() };
                return Some((line.text, place));
            }
            if !line.text.trim().is_empty() && !line.log {
                return None;
            }
            below |= line.log;
        }
        None
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
}
