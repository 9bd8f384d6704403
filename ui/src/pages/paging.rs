//! What the pages with a paged list share.

use dioxus::prelude::*;
use netraven_api::Page;

use crate::address::{Given, Parts};
use crate::data::Query;

/// Keeps the page `shown` on one that exists: when the last row of the last page went, the page before it is turned to.
pub fn use_existing_page<T: 'static>(
    list: Query<Page<T>>,
    shown: impl Fn() -> i64 + 'static,
    mut turn: impl FnMut(i64) + 'static,
) {
    use_effect(move || {
        if let Some(page) = list.value()
            && page.items.is_empty()
            && page.total > 0
            && shown() > 1
        {
            turn(page.pages.max(1));
        }
    });
}

/// How a list is sorted: by which column, and whether downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorted {
    /// The column as the request has it.
    pub column: &'static str,
    /// Whether downwards.
    pub descending: bool,
}

impl Sorted {
    /// Sorted upwards by a column.
    #[must_use]
    pub fn by(column: &'static str) -> Sorted {
        Sorted { column, descending: false }
    }

    /// By another column, or the other way round by the same.
    #[must_use]
    pub fn toggled(self, column: &'static str) -> Sorted {
        Sorted { column, descending: self.column == column && !self.descending }
    }

    /// The order of an address among the columns there are, the first of which is that of who has chosen none.
    #[must_use]
    pub fn read(given: &Given<'_>, columns: &[&'static str]) -> Sorted {
        let named = given.one("sort").and_then(|name| columns.iter().find(|column| **column == name).copied());
        let column = named.or(columns.first().copied()).unwrap_or_default();
        Sorted { column, descending: given.one("order").as_deref() == Some("desc") }
    }

    /// Adds the order to an address, as far as it is not that of who has chosen none.
    pub fn write(self, parts: &mut Parts, columns: &[&'static str]) {
        parts.one("sort", (columns.first() != Some(&self.column)).then_some(self.column));
        parts.one("order", self.descending.then_some("desc"));
    }

    /// Whether the list is sorted by a column, and then whether downwards.
    #[must_use]
    pub fn direction(self, column: &str) -> Option<bool> {
        (self.column == column).then_some(self.descending)
    }

    /// Column and direction for a request; none where they are what a list has by itself, which is upwards by the first.
    #[must_use]
    pub fn wish(self, columns: &[&'static str]) -> (Option<String>, Option<String>) {
        let named = (columns.first() != Some(&self.column) || self.descending).then(|| self.column.to_owned());
        (named, self.descending.then(|| self.order()))
    }

    /// The direction as the request has it.
    #[must_use]
    pub fn order(self) -> String {
        if self.descending { "desc" } else { "asc" }.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_press_turns_the_order_and_another_column_begins_upwards() {
        let sorted = Sorted::by("name").toggled("name");
        assert_eq!((sorted.direction("name"), sorted.order()), (Some(true), "desc".to_owned()));
        let sorted = sorted.toggled("kind");
        assert_eq!((sorted.direction("kind"), sorted.direction("name")), (Some(false), None));
    }

    #[test]
    fn an_order_comes_back_from_the_address_and_no_other_column_is_taken() {
        let columns = ["name", "kind"];
        let written = |sorted: Sorted| {
            let mut parts = Parts::default();
            sorted.write(&mut parts, &columns);
            parts.done()
        };
        assert_eq!(written(Sorted::by("name")), "");
        let sorted = Sorted { column: "kind", descending: true };
        assert_eq!(written(sorted), "sort=kind&order=desc");
        assert_eq!(sorted.wish(&columns), (Some("kind".to_owned()), Some("desc".to_owned())));
        assert_eq!(Sorted::by("name").wish(&columns), (None, None));
        assert_eq!(Sorted::read(&Given::of("sort=kind&order=desc"), &columns), sorted);
        assert_eq!(Sorted::read(&Given::of("sort=password&order=up"), &columns), Sorted::by("name"));
    }
}
