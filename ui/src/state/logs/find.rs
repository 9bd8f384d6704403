//! Where a text is found in messages, in any case.

use std::ops::Range;

use super::fold::{Layout, RowKind};
use super::lines::LogLines;

/// A text to be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchText(Vec<char>);

impl SearchText {
    /// The text without the blanks around it.
    #[must_use]
    pub fn of(text: &str) -> SearchText {
        SearchText(text.trim().chars().flat_map(char::to_lowercase).collect())
    }

    /// Whether there is nothing to be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a message has it.
    #[must_use]
    pub fn is_in(&self, message: &str) -> bool {
        self.next_in(message, 0).is_some()
    }

    /// A message in parts, and whether each is what was to be found.
    #[must_use]
    pub fn parts<'a>(&self, message: &'a str) -> Vec<(bool, &'a str)> {
        let mut parts = Vec::new();
        let mut from = 0;
        while let Some(hit) = self.next_in(message, from) {
            parts.push((false, &message[from..hit.start]));
            parts.push((true, &message[hit.clone()]));
            from = hit.end;
        }
        parts.push((false, &message[from..]));
        parts.retain(|(_, part)| !part.is_empty());
        parts
    }

    /// The rows that have it, by their indexes. Of an open fold only the lines below it count.
    #[must_use]
    pub fn rows(&self, lines: &LogLines, layout: &Layout) -> Vec<usize> {
        if self.is_empty() {
            return Vec::new();
        }
        let has = |place| lines.newest(place).is_some_and(|line| self.is_in(&line.message));
        let rows = layout.iter().enumerate().filter(|(_, row)| row.kind != RowKind::Open && has(row.place));
        rows.map(|(index, _)| index).collect()
    }

    fn next_in(&self, message: &str, from: usize) -> Option<Range<usize>> {
        let first = *self.0.first()?;
        let starts = message[from..].char_indices().map(|(at, letter)| (from + at, letter));
        starts
            .filter(|(_, letter)| letter.to_lowercase().next() == Some(first))
            .find_map(|(at, _)| Some(at..at + self.length_at(&message[at..])?))
    }

    /// Bytes of the text's beginning that are what is to be found.
    fn length_at(&self, text: &str) -> Option<usize> {
        let mut wanted = self.0.iter().copied().peekable();
        for (at, letter) in text.char_indices() {
            if wanted.peek().is_none() {
                return Some(at);
            }
            for small in letter.to_lowercase() {
                if wanted.next().is_some_and(|wanted| wanted != small) {
                    return None;
                }
            }
        }
        wanted.peek().is_none().then_some(text.len())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use netraven_api::LogId;

    use super::*;
    use crate::state::logs::samples::{at, said};

    #[test]
    fn a_text_is_found_in_any_case_and_each_part_stays_in_its_place() {
        let timed = SearchText::of(" timed OUT ");
        assert_eq!(
            timed.parts("TCP timed out after Timed Outs"),
            [(false, "TCP "), (true, "timed out"), (false, " after "), (true, "Timed Out"), (false, "s")]
        );
        assert_eq!(SearchText::of("GRÖß").parts("Größe"), [(true, "Größ"), (false, "e")]);
        assert_eq!(SearchText::of("aab").parts("aaab"), [(false, "a"), (true, "aab")]);
        assert_eq!(SearchText::of("x").parts(""), []);
        assert!(!SearchText::of("outs").is_in("out") && !SearchText::default().is_in("out"));
    }

    #[test]
    fn of_an_open_fold_the_lines_count_and_of_a_closed_one_the_row() {
        let mut lines = LogLines::default();
        lines.take_live([said(1, "cut"), said(2, "b"), said(3, "Cut"), said(4, "Cut")], at(1));
        let rows = |open: &[i64]| {
            let layout = Layout::of(&lines, true, &open.iter().copied().map(LogId::new).collect::<BTreeSet<_>>());
            SearchText::of("cut").rows(&lines, &layout)
        };
        assert_eq!((rows(&[]), rows(&[4])), (vec![0, 2], vec![1, 2, 4]));
        assert_eq!(SearchText::of("  ").rows(&lines, &Layout::of(&lines, true, &BTreeSet::new())), [] as [usize; 0]);
    }
}
