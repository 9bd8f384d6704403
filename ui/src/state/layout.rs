//! How tables are laid out: which of their columns are shown, and how tall their rows are. One choice for the whole window.

use std::collections::BTreeMap;

use netraven_api::{Order, Word};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kept::Setting;
use crate::dom;

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

    /// Height of a row of the log in pixels; passed to the style sheet as `--nr-log-row`.
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

/// What was chosen for the tables of this window, as the setting keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tables {
    /// How tall rows are.
    pub density: Density,
    /// For each table that is not as at first: the columns shown beside those that always are.
    columns: BTreeMap<String, Vec<String>>,
    /// For each list that was sorted: by which column, and whether downwards.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    orders: BTreeMap<String, (String, bool)>,
}

impl Tables {
    /// The columns of a table that are shown, left to right.
    #[must_use]
    pub fn columns(&self, table: &'static TableLayout) -> Vec<&'static Column> {
        table.columns.iter().filter(|column| self.shows(table, column)).collect()
    }

    /// The column a list was sorted by, and the direction; none if nobody chose one, or this version knows no such column.
    #[must_use]
    pub fn order<C: Word>(&self, list: &str) -> Option<(C, Order)> {
        let (column, descending) = self.orders.get(list)?;
        Some((C::parse(column)?, if *descending { Order::Descending } else { Order::Ascending }))
    }

    /// Sorts a list.
    pub fn sort(&mut self, list: &str, column: impl Word, order: Order) {
        self.orders.insert(list.to_owned(), (column.as_str().to_owned(), order == Order::Descending));
    }

    /// Whether a table is as at first.
    #[must_use]
    pub fn as_at_first(&self, table: &TableLayout) -> bool {
        !self.columns.contains_key(table.name)
    }

    /// Shows the columns a table has at first.
    pub fn reset(&mut self, table: &TableLayout) {
        self.columns.remove(table.name);
    }

    /// Shows a column, or takes it away.
    pub fn toggle(&mut self, table: &TableLayout, id: &str) {
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

    fn shows(&self, table: &TableLayout, column: &Column) -> bool {
        match (column.shown, self.columns.get(table.name)) {
            (Shown::Always, _) => true,
            (_, Some(chosen)) => chosen.iter().any(|id| id == column.id),
            (shown, None) => shown == Shown::AtFirst,
        }
    }
}

impl Setting for Tables {
    const NAME: &'static str = "layout";

    fn first() -> Tables {
        Tables::default()
    }

    fn write(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }

    fn read(value: &Value) -> Option<Tables> {
        Tables::deserialize(value).ok()
    }

    fn take_effect(&self) {
        dom::set_root_attribute("data-density", self.density.as_str());
        // The positions of the log's rows are computed with this: set in one place, both agree.
        dom::set_root_property("--nr-log-row", &format!("{}px", self.density.log_row()));
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::sorting::{JobColumn, TagColumn};

    use super::*;

    static TABLE: TableLayout = TableLayout {
        name: "t",
        columns: &[
            Column::new("name", "Name", Shown::Always),
            Column::new("kind", "Kind", Shown::AtFirst),
            Column::new("age", "Age", Shown::OnWish),
        ],
    };

    fn shown(tables: &Tables) -> Vec<&'static str> {
        tables.columns(&TABLE).iter().map(|column| column.id).collect()
    }

    #[test]
    fn a_column_is_toggled_and_back_at_first_nothing_is_kept() {
        let mut tables = Tables::default();
        assert_eq!(shown(&tables), ["name", "kind"]);
        tables.toggle(&TABLE, "age");
        tables.toggle(&TABLE, "kind");
        assert_eq!(shown(&tables), ["name", "age"]);
        tables.toggle(&TABLE, "name");
        assert_eq!(shown(&tables), ["name", "age"], "this one is always there");
        tables.toggle(&TABLE, "kind");
        tables.toggle(&TABLE, "age");
        assert_eq!(tables, Tables::default());
    }

    #[test]
    fn the_order_of_a_list_is_kept_as_long_as_its_column_is_there() {
        let mut tables = Tables::default();
        assert_eq!(tables.order::<JobColumn>("jobs"), None);
        tables.sort("jobs", JobColumn::Target, Order::Descending);
        let read = Tables::read(&tables.write()).expect("readable");
        assert_eq!(read.order("jobs"), Some((JobColumn::Target, Order::Descending)));
        assert_eq!(read.order::<TagColumn>("jobs"), None, "a column of another version");
        assert_eq!(read.order::<TagColumn>("tags"), None);
    }

    #[test]
    fn what_another_version_kept_is_read_as_far_as_it_is_known() {
        let kept = serde_json::json!({ "columns": { "t": ["colour", "age"] }, "fonts": 3 });
        let tables = Tables::read(&kept).expect("readable");
        assert_eq!((shown(&tables), tables.density), (vec!["name", "age"], Density::Comfortable));
    }
}
