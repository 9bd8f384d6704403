//! What is so for a while and said in the line below every page: servers that are away, a sign-in that ends, rows that could
//! not be read again, the sample lab. That line is always there, so that nothing on the page moves when something is said.

use dioxus::prelude::*;
use jiff::Timestamp;
use netraven_api::Problem;

use crate::components::Glyph;

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Good to know.
    Note,
    /// Something is wrong.
    Warning,
}

/// What can be done about a line.
#[derive(Clone, PartialEq)]
pub struct LineAction {
    /// The words of its button.
    pub label: &'static str,
    /// Its full wording, where the label alone is ambiguous.
    pub named: Option<&'static str>,
    /// Whether it is being done.
    pub busy: bool,
    /// Does it.
    pub press: Callback<()>,
}

/// A line.
#[derive(Clone, PartialEq)]
pub enum Line {
    /// A sentence, and what can be done about it.
    Said {
        /// How it is meant.
        meant: Meant,
        /// Its icon.
        glyph: Glyph,
        /// The sentence.
        text: String,
        /// What can be done.
        actions: Vec<LineAction>,
    },
    /// Refetching something failed: what is on screen is old. Several of them are shown as one.
    Stale {
        /// Why it failed.
        problem: Problem,
        /// When what is on screen was read.
        at: Option<Timestamp>,
        /// Reads it once more.
        retry: Callback<()>,
    },
}

/// The lines there are, each under the number of the component that says it.
#[derive(Clone, Copy, PartialEq)]
pub struct Standing {
    lines: Signal<Vec<(u64, Line)>>,
    next: Signal<u64>,
}

impl Standing {
    /// The lines with their numbers, in the order in which they were said first.
    #[must_use]
    pub fn lines(&self) -> Vec<(u64, Line)> {
        self.lines.read().clone()
    }

    fn number(mut self) -> u64 {
        let number = *self.next.peek();
        self.next.set(number + 1);
        number
    }

    fn say(mut self, number: u64, line: Option<Line>) {
        let before = self.lines.peek().iter().find(|(id, _)| *id == number).map(|(_, line)| line.clone());
        if before == line {
            return;
        }
        let mut lines = self.lines.write();
        match (line, lines.iter().position(|(id, _)| *id == number)) {
            (Some(line), Some(place)) => lines[place].1 = line,
            (Some(line), None) => lines.push((number, line)),
            (None, Some(place)) => drop(lines.remove(place)),
            (None, None) => {}
        }
    }
}

/// Provides the lines to a session's pages.
pub fn use_standing_provider() -> Standing {
    use_context_provider(|| Standing { lines: Signal::new(Vec::new()), next: Signal::new(0) })
}

/// The lines of this session.
pub fn use_standing() -> Standing {
    use_context()
}

/// Says a line for as long as the component is on screen and gives one.
pub fn use_line(line: Option<Line>) {
    let standing = use_standing();
    let number = use_hook(|| standing.number());
    use_effect(use_reactive((&line,), move |(line,)| standing.say(number, line)));
    use_drop(move || standing.say(number, None));
}
