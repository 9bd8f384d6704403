//! How tables are laid out: which of their columns are shown, and how tall their rows are. One choice for the whole window.

use std::collections::BTreeMap;

use dioxus::prelude::*;
use netraven_api::native::Native;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::data::use_api;
use crate::dom;
use crate::state::notices::use_notices;

/// Name of the setting that keeps the choice.
const SETTING: &str = "layout";

/// How tall rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// Room to breathe: 34 pixels a row, 26 in the log.
    #[default]
    Comfortable,
    /// As many rows as can be read: 28 pixels, 21 in the log.
    Compact,
}

impl Density {
    /// Every density.
    pub const ALL: [Density; 2] = [Density::Comfortable, Density::Compact];

    /// The density as the style sheet spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Density::Comfortable => "comfortable",
            Density::Compact => "compact",
        }
    }

    /// The density's name on screen.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Density::Comfortable => "Comfortable rows",
            Density::Compact => "Compact rows",
        }
    }

    /// Height of a row of the log in pixels, as the style sheet has it (`--nr-log-row`).
    #[must_use]
    pub fn log_row(self) -> i32 {
        match self {
            Density::Comfortable => 26,
            Density::Compact => 21,
        }
    }
}

/// When a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Always: the table says nothing without it.
    Always,
    /// Until it is taken away.
    AtFirst,
    /// Once it is wished for.
    OnWish,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What the settings call it.
    pub id: &'static str,
    /// Its head.
    pub title: &'static str,
    /// Whether it is there.
    pub shown: Shown,
}

impl Column {
    /// A column.
    #[must_use]
    pub const fn new(id: &'static str, title: &'static str, shown: Shown) -> Column {
        Column { id, title, shown }
    }
}

/// A table whose columns can be chosen. There is one `static` of each.
#[derive(Debug, PartialEq, Eq)]
pub struct TableLayout {
    /// What the settings call it.
    pub name: &'static str,
    /// Its columns, left to right.
    pub columns: &'static [Column],
}

/// What was chosen, as the setting keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Layout {
    density: Density,
    /// For each table that is not as at first: the columns shown beside those that always are.
    columns: BTreeMap<String, Vec<String>>,
}

impl Layout {
    fn shows(&self, table: &TableLayout, column: &Column) -> bool {
        match (column.shown, self.columns.get(table.name)) {
            (Shown::Always, _) => true,
            (_, Some(chosen)) => chosen.iter().any(|id| id == column.id),
            (shown, None) => shown == Shown::AtFirst,
        }
    }

    fn toggle(&mut self, table: &TableLayout, id: &str) {
        let choosable = table.columns.iter().filter(|column| column.shown != Shown::Always);
        let shown = choosable.clone().filter(|column| self.shows(table, column) != (column.id == id));
        let shown: Vec<&str> = shown.map(|column| column.id).collect();
        let at_first = choosable.filter(|column| column.shown == Shown::AtFirst).map(|column| column.id);
        if shown == at_first.collect::<Vec<_>>() {
            self.columns.remove(table.name);
        } else {
            self.columns.insert(table.name.to_owned(), shown.into_iter().map(str::to_owned).collect());
        }
    }
}

/// The layout of this window's tables; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct LayoutChoice {
    layout: Signal<Layout>,
    keep: Callback<Layout>,
}

impl LayoutChoice {
    /// How tall rows are.
    #[must_use]
    pub fn density(&self) -> Density {
        self.layout.read().density
    }

    /// The columns of a table that are shown, left to right.
    #[must_use]
    pub fn columns(&self, table: &'static TableLayout) -> Vec<&'static Column> {
        let layout = self.layout.read();
        table.columns.iter().filter(|column| layout.shows(table, column)).collect()
    }

    /// Whether a table is as at first.
    #[must_use]
    pub fn as_at_first(&self, table: &TableLayout) -> bool {
        !self.layout.read().columns.contains_key(table.name)
    }

    /// Makes rows as tall as that.
    pub fn choose_density(&self, density: Density) {
        self.change(|layout| layout.density = density);
    }

    /// Shows a column, or takes it away.
    pub fn toggle(&self, table: &TableLayout, id: &str) {
        self.change(|layout| layout.toggle(table, id));
    }

    /// Shows the columns a table has at first.
    pub fn reset(&self, table: &TableLayout) {
        self.change(|layout| _ = layout.columns.remove(table.name));
    }

    fn change(&self, change: impl FnOnce(&mut Layout)) {
        let mut layout = self.layout.peek().clone();
        change(&mut layout);
        self.keep.call(layout);
    }
}

/// Provides the layout to a session's pages and reads the one that was kept.
pub fn use_layout_provider() -> LayoutChoice {
    let (api, notices) = (use_api(), use_notices());
    let mut layout = use_signal(Layout::default);
    let mut show = move |new: Layout| {
        dom::set_root_attribute("data-density", new.density.as_str());
        layout.set(new);
    };
    let reading = api.clone();
    use_future(move || {
        let api = reading.clone();
        async move {
            let kept = api.ask::<Value>(Native::GetSetting { name: SETTING.to_owned() }).await;
            // What another version kept and cannot be read here is as good as nothing.
            if let Some(kept) = kept.ok().and_then(|kept| serde_json::from_value(kept).ok()) {
                show(kept);
            }
        }
    });
    let keep = use_callback(move |new: Layout| {
        show(new.clone());
        let api = api.clone();
        spawn(async move {
            let value = serde_json::to_value(new).unwrap_or(Value::Null);
            if let Err(problem) = api.ask::<Value>(Native::SetSetting { name: SETTING.to_owned(), value }).await {
                notices.problem(&problem);
            }
        });
    });
    use_context_provider(|| LayoutChoice { layout, keep })
}

/// The layout of this window's tables.
pub fn use_layout() -> LayoutChoice {
    use_context()
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: TableLayout = TableLayout {
        name: "t",
        columns: &[
            Column::new("name", "Name", Shown::Always),
            Column::new("kind", "Kind", Shown::AtFirst),
            Column::new("age", "Age", Shown::OnWish),
        ],
    };

    fn shown(layout: &Layout) -> Vec<&'static str> {
        TABLE.columns.iter().filter(|column| layout.shows(&TABLE, column)).map(|column| column.id).collect()
    }

    #[test]
    fn a_column_is_toggled_and_back_at_first_nothing_is_kept() {
        let mut layout = Layout::default();
        assert_eq!(shown(&layout), ["name", "kind"]);
        layout.toggle(&TABLE, "age");
        layout.toggle(&TABLE, "kind");
        assert_eq!(shown(&layout), ["name", "age"]);
        layout.toggle(&TABLE, "name");
        assert_eq!(shown(&layout), ["name", "age"], "this one is always there");
        layout.toggle(&TABLE, "kind");
        layout.toggle(&TABLE, "age");
        assert_eq!(layout, Layout::default());
    }

    #[test]
    fn what_another_version_kept_is_read_as_far_as_it_is_known() {
        let kept = serde_json::json!({ "columns": { "t": ["colour", "age"] }, "fonts": 3 });
        let layout: Layout = serde_json::from_value(kept).expect("readable");
        assert_eq!((shown(&layout), layout.density), (vec!["name", "age"], Density::Comfortable));
    }
}
