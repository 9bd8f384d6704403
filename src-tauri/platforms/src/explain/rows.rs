//! A log as the rows a terminal shows. A pager's mark that the device wiped out is a row of its own.

use std::ops::Range;

use super::Taken;
use crate::definition::Definition;
use crate::screen;

/// How many times a device may move back in a line: more is a drawing, such as a bar of progress.
const MOST_MOVES: usize = 64;

/// A row.
pub(super) struct Row {
    pub text: String,
    /// The pager's mark, or the question that may come at any time.
    pub mark: Option<Mark>,
}

/// A mark at which a device waits.
pub(super) struct Mark {
    pub at: Range<usize>,
    pub taken: Taken,
}

impl Row {
    /// The text without the mark.
    pub(super) fn content(&self) -> &str {
        match &self.mark {
            Some(mark) if mark.at.start == 0 => &self.text[mark.at.end..],
            Some(mark) => &self.text[..mark.at.start],
            None => &self.text,
        }
    }
}

/// The rows of a log.
pub(super) fn of(definition: &Definition, log: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let log = log.strip_suffix('\n').unwrap_or(log);
    for line in log.split('\n') {
        push_line(definition, line.trim_end_matches('\r'), &mut rows);
    }
    rows
}

fn push_line(definition: &Definition, line: &str, rows: &mut Vec<Row>) {
    let (mut from, mut kept) = (0, String::new());
    let moves: Vec<usize> = line.match_indices(['\r', '\x08']).map(|(at, _)| at).take(MOST_MOVES).collect();
    for at in moves {
        let shown = kept.clone() + &screen::line(&line[from..at]);
        let (above, last) = shown.rsplit_once('\n').map_or((None, shown.as_str()), |(above, last)| (Some(above), last));
        let Some(start) = definition.mark_of(last).filter(|_| !last.trim().is_empty()) else { continue };
        let above = above.into_iter().flat_map(|above| above.split('\n'));
        rows.extend(above.map(|text| row(definition, text.to_owned())));
        rows.push(marked(definition, last[start..].to_owned(), 0));
        kept = last[..start].to_owned();
        from = at;
    }
    let shown = kept + &screen::line(&line[from..]);
    // What wiped out a mark may reach further than the text that was written over it.
    let shown = if from > 0 { shown.trim_end() } else { shown.as_str() };
    rows.extend(shown.split('\n').map(|text| row(definition, text.to_owned())));
}

fn row(definition: &Definition, text: String) -> Row {
    if let Some(start) = definition.mark_of(&text).filter(|_| !text.trim().is_empty()) {
        return marked(definition, text, start);
    }
    let mark = text.len() - definition.without_pager(&text).len();
    let mark = (mark > 0).then_some(Mark { at: 0..mark, taken: Taken::Pager });
    Row { text, mark }
}

fn marked(definition: &Definition, text: String, start: usize) -> Row {
    let taken = if definition.question_of(&text).is_some() { Taken::Question } else { Taken::Pager };
    let mark = Mark { at: start..text.len(), taken };
    Row { text, mark: Some(mark) }
}
