//! An answer in a log: chatter at its start, the refusal, and what of its lines is stored and compared.

use std::borrow::Cow;

use super::{Explainer, Part, Taken};
use crate::clean::{Lead, clean_text, leading};
use crate::definition::{Command, Purpose};
use crate::foreign::{Look, looks};
use crate::refusal::{Refusal, is_configuration};
use crate::significant;
use crate::stored::{self, Compared, changing};

impl Explainer<'_> {
    pub(super) fn explain_answer(&mut self, part: &Part<'_>, command: &Command) {
        // What is a mark alone is no line of the answer.
        let rows: Vec<usize> = part.answer().filter(|row| !self.is_mark(*row)).collect();
        let body = self.explain_header(command, rows);
        self.explain_lines(command, &body);
        self.explain_refusal(part, command);
    }

    fn is_mark(&self, row: usize) -> bool {
        matches!(self.lines[row].taken, Taken::Pager | Taken::Question)
    }

    /// Marks the chatter at the start of an answer, and returns the rows that remain.
    fn explain_header(&mut self, command: &Command, rows: Vec<usize>) -> Vec<usize> {
        let (mut body, mut rest) = (Vec::with_capacity(rows.len()), rows.into_iter());
        for row in rest.by_ref() {
            let content = self.rows[row].content().trim_end();
            match leading(self.definition, command, content) {
                Lead::Between => body.push(row),
                Lead::Header if content.trim().is_empty() => {}
                Lead::Header => self.lines[row].taken = Taken::Header,
                Lead::Text => {
                    body.push(row);
                    break;
                }
            }
        }
        body.extend(rest);
        body
    }

    fn explain_lines(&mut self, command: &Command, rows: &[usize]) {
        let (definition, shown) = (self.definition, self.rows);
        let own: Vec<Cow<'_, str>> =
            rows.iter().map(|row| stored::with_own_replacements(definition, shown[*row].content())).collect();
        let lines: Vec<&str> = own.iter().map(|line| &**line).collect();
        let volatile = stored::volatile_lines(definition, &lines);
        let looks = looks(lines.iter().copied());
        for (place, how) in stored::compared(definition, &lines).into_iter().enumerate() {
            let (row, line) = (rows[place], lines[place]);
            let taken = match how {
                _ if volatile[place] => Taken::Volatile,
                Compared::As(_) | Compared::Not => Taken::Unstable,
                Compared::Whole if line.trim().is_empty() => Taken::Blank,
                Compared::Whole if looks[place] != Look::Text => Taken::Log,
                Compared::Whole if command.purpose == Purpose::Config || is_configuration(line) => Taken::Configuration,
                Compared::Whole => Taken::Unknown,
            };
            self.lines[row].taken = taken;
            // A replacement moves what stands behind it.
            if taken == Taken::Unstable && line == self.rows[row].text {
                let parts = changing(definition, line).unwrap_or_default();
                parts.into_iter().for_each(|part| self.mark(row, part, Taken::Unstable));
            }
        }
    }

    /// Marks the line by which the device refuses the command, or all lines where that command cannot exist.
    fn explain_refusal(&mut self, part: &Part<'_>, command: &Command) {
        let raw: String = part.answer().flat_map(|row| [self.rows[row].text.as_str(), "\n"]).collect();
        let text = clean_text(self.definition, command, &raw);
        if self.definition.unknown_command.as_deref().is_some_and(|unknown| unknown.trim() == part.typed) {
            self.learned = Refusal::learn(part.typed, &significant(self.definition, &text));
            if self.learned.is_some() {
                self.refuse(part, |line| !line.trim().is_empty());
            }
            return;
        }
        let last = text.lines().rfind(|line| !line.trim().is_empty());
        let ended = last.zip(command.end.as_ref()).is_some_and(|(last, end)| end.is_match(last));
        if let Some(line) = self.definition.refusal(command, &text, ended, self.learned.as_ref()) {
            return self.refuse(part, |shown| shown.trim() == line);
        }
        let step = self.definition.privilege.iter().find(|step| step.command.trim() == part.typed);
        if let Some(step) = step {
            self.refuse(part, |line| step.refused.iter().any(|refused| refused.is_match(line.trim())));
            let rows = self.rows;
            for row in part.answer() {
                if step.password_prompt.as_ref().is_some_and(|asks| asks.is_match(rows[row].text.trim_end())) {
                    self.lines[row].taken = Taken::Question;
                }
            }
        }
    }

    fn refuse(&mut self, part: &Part<'_>, is_it: impl Fn(&str) -> bool) {
        for row in part.answer() {
            if is_it(&self.rows[row].text) && !self.is_mark(row) {
                self.lines[row].taken = Taken::Refusal;
            }
        }
    }
}
