//! What the pages with a paged list share.

use dioxus::prelude::*;
use netraven_api::Page;

use crate::data::Query;

/// Keeps a page number on a page that exists: when the last row of the last page went, the page before it is the last one.
pub fn use_existing_page<T: 'static>(list: Query<Page<T>>, mut number: Signal<i64>) {
    use_effect(move || {
        if let Some(page) = list.value()
            && page.items.is_empty()
            && page.total > 0
            && *number.peek() > 1
        {
            number.set(page.pages.max(1));
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

    /// Whether the list is sorted by a column, and then whether downwards.
    #[must_use]
    pub fn direction(self, column: &str) -> Option<bool> {
        (self.column == column).then_some(self.descending)
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
}
