//! What a person does with the list of lines: move, select, open a fold, find. Every part of the view works on this.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use netraven_api::LogId;
use netraven_api::logs::LogEntry;

use super::rows::FIRST_HEIGHT;
use crate::data::LogView;
use crate::dom;
use crate::state::folding::Folding;
use crate::state::kept::{Kept, use_kept};
use crate::state::layout::Tables;
use crate::state::logs::{IdRange, Layout, RowKind, SearchText, Selection};

/// Id of the list; there is one on a page.
pub const LIST: &str = "log-lines";
/// Name of the list.
pub const LIST_LABEL: &str = "Log lines, the newest first";

/// A text being found in the lines that are loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Find {
    /// What was typed.
    pub text: String,
    /// The row one is at.
    pub at: Option<IdRange>,
}

/// The list as it is worked with; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct LogList {
    /// The lines.
    pub view: LogView,
    /// Their rows.
    pub layout: Memo<Layout>,
    /// How far the list is scrolled, and how high it is.
    pub scrolled: Signal<(i32, i32)>,
    /// What is being found, while the bar for it is open.
    pub find: Signal<Option<Find>>,
    /// The rows in which it is found.
    pub found: Memo<Vec<usize>>,
    open: Signal<BTreeSet<LogId>>,
    selection: Signal<Option<Selection>>,
    tables: Kept<Tables>,
}

/// The list of a view.
pub fn use_log_list(view: LogView) -> LogList {
    let (folding, tables) = (use_kept::<Folding>(), use_kept::<Tables>());
    let open = use_signal(BTreeSet::new);
    let find = use_signal(|| None::<Find>);
    let layout = use_memo(move || Layout::of(&view.lines.read(), folding.get() == Folding::Folded, &open.read()));
    let found = use_memo(move || {
        let find = find.read();
        let search = find.as_ref().map(|find| SearchText::of(&find.text)).unwrap_or_default();
        search.rows(&view.lines.read(), &layout.read())
    });
    let scrolled = use_signal(|| (0, FIRST_HEIGHT));
    // Folds may leave so few rows that nobody can scroll to where older lines are read.
    use_effect(move || {
        let (_, height) = scrolled();
        let rows = i32::try_from(layout.read().len()).unwrap_or(i32::MAX);
        if rows > 0 && rows.saturating_mul(tables.with(|tables| tables.density.log_row())) < height {
            view.read_older();
        }
    });
    LogList { view, layout, scrolled, find, found, open, selection: use_signal(|| None), tables }
}

impl LogList {
    /// Height of a row in pixels.
    #[must_use]
    pub fn row_height(&self) -> i32 {
        self.tables.with(|tables| tables.density.log_row())
    }

    /// What is selected.
    #[must_use]
    pub fn selection(&self) -> Option<Selection> {
        *self.selection.read()
    }

    /// The row that keys move from.
    #[must_use]
    pub fn here(&self) -> Option<usize> {
        self.selection().and_then(|selection| self.layout.read().find(selection.here()))
    }

    /// Id of the line that is chosen alone.
    #[must_use]
    pub fn chosen_id(&self) -> Option<LogId> {
        self.selection()?.single().map(|row| row.high)
    }

    /// The line that is explained: the newest of the one row that is selected.
    #[must_use]
    pub fn chosen(&self) -> Option<LogEntry> {
        let row = self.selection()?.single()?;
        self.view.lines.read().between(row).next().cloned()
    }

    /// Lines that are selected and still held.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selection().map_or(0, |selection| self.view.lines.read().between(selection.range()).len())
    }

    /// Selects a row, or all up to it with `extend`.
    pub fn choose(&self, index: usize, extend: bool) {
        let Some(row) = self.row(index) else { return };
        let begun = self.selection.peek().filter(|_| extend);
        self.select(Some(begun.map_or_else(|| Selection::of(row), |begun| begun.to(row))));
        self.show(index);
    }

    /// Selects the row of a line and shows it; whether the line is held.
    #[must_use]
    pub fn choose_line(&self, id: LogId) -> bool {
        let held = self.view.lines.read().between(IdRange::one(id)).len() > 0;
        let index = self.layout.read().find(IdRange::one(id)).filter(|_| held);
        index.into_iter().for_each(|index| self.choose(index, false));
        index.is_some()
    }

    /// Selects every line that is held.
    pub fn choose_all(&self) {
        let last = self.layout.read().len().saturating_sub(1);
        if let (Some(newest), Some(oldest)) = (self.row(0), self.row(last)) {
            self.select(Some(Selection::of(newest).to(oldest)));
        }
    }

    /// A row was pressed: selects it, or nothing if it was all that was selected.
    pub fn press(&self, row: IdRange, extend: bool) {
        let now = *self.selection.peek();
        match now.filter(|_| extend) {
            Some(begun) => self.select(Some(begun.to(row))),
            None => self.select((now != Some(Selection::of(row))).then(|| Selection::of(row))),
        }
    }

    /// Selects nothing.
    pub fn clear(&self) {
        self.select(None);
    }

    /// Opens a fold, or closes the one a row belongs to.
    pub fn toggle(mut self, index: usize) {
        let layout = self.layout.read();
        let Some(row) = layout.get(index).copied() else { return };
        match row.kind {
            RowKind::Line => {}
            RowKind::Fold => {
                self.open.write().insert(row.range.high);
            }
            RowKind::Open => self.open.write().retain(|id| !row.range.meets(IdRange::one(*id))),
            RowKind::Member => {
                let head =
                    (0..index).rev().find(|above| layout.get(*above).is_some_and(|row| row.kind == RowKind::Open));
                drop(layout);
                if let Some(head) = head {
                    self.choose(head, false);
                    self.toggle(head);
                }
            }
        }
    }

    /// Whether a row can be opened, or closed.
    #[must_use]
    pub fn can_toggle(&self, index: usize, opens: bool) -> bool {
        let kind = self.layout.read().get(index).map(|row| row.kind);
        if opens { kind == Some(RowKind::Fold) } else { matches!(kind, Some(RowKind::Open | RowKind::Member)) }
    }

    /// Scrolls so far that a row is seen.
    pub fn show(&self, index: usize) {
        let top = i32::try_from(index).unwrap_or(i32::MAX).saturating_mul(self.row_height());
        let bottom = top.saturating_add(self.row_height());
        dom::keep_in_view(LIST, top, bottom);
        // The rows are drawn with this change, not one event later.
        let (from, height) = *self.scrolled.peek();
        if top < from || bottom > from.saturating_add(height) {
            let to = if top < from { top } else { bottom - height };
            self.scroll_to(to, height);
        }
    }

    /// The list is scrolled there. While its newest line is out of sight, others wait.
    pub fn scroll_to(mut self, top: i32, height: i32) {
        // Whole rows are enough: fewer renders while scrolling.
        let step = (top / self.row_height() * self.row_height(), height);
        if *self.scrolled.peek() != step {
            self.scrolled.set(step);
        }
        self.view.look_away(top > self.row_height() / 2);
    }

    /// Opens the bar that finds, or marks its text if it is open.
    pub fn open_find(mut self) {
        if self.find.peek().is_none() {
            self.find.set(Some(Find::default()));
        }
    }

    /// Closes it.
    pub fn close_find(mut self) {
        self.find.set(None);
    }

    /// Another text is to be found: goes to the first row that has it, from the one at hand downwards.
    pub fn find_text(mut self, text: String) {
        let at = self.find.peek().as_ref().and_then(|find| find.at);
        self.find.set(Some(Find { text, at: None }));
        let (top, _) = *self.scrolled.peek();
        let from = at
            .and_then(|at| self.layout.read().find(at))
            .unwrap_or_else(|| usize::try_from(top / self.row_height()).unwrap_or(0));
        let found = self.found.read();
        let next = found.iter().find(|index| **index >= from).or_else(|| found.first()).copied();
        drop(found);
        self.find_at(next);
    }

    /// Goes to the next row that has the text, or the one before; behind the last comes the first.
    pub fn find_next(&self, back: bool) {
        let here = self.find.peek().as_ref().and_then(|find| find.at).and_then(|at| self.layout.read().find(at));
        let found = self.found.read();
        let next = match (here, back) {
            (Some(here), false) => found.iter().find(|index| **index > here).or_else(|| found.first()),
            (Some(here), true) => found.iter().rev().find(|index| **index < here).or_else(|| found.last()),
            (None, false) => found.first(),
            (None, true) => found.last(),
        };
        let next = next.copied();
        drop(found);
        self.find_at(next);
    }

    fn find_at(mut self, index: Option<usize>) {
        let at = index.and_then(|index| self.row(index));
        if let Some(find) = self.find.write().as_mut() {
            find.at = at;
        }
        if let Some(index) = index.filter(|_| at.is_some()) {
            self.show(index);
        }
    }

    fn row(&self, index: usize) -> Option<IdRange> {
        self.layout.read().get(index).map(|row| row.range)
    }

    fn select(mut self, selection: Option<Selection>) {
        if *self.selection.peek() != selection {
            self.selection.set(selection);
        }
    }
}
