//! What the pages with a paged list share.

use dioxus::prelude::*;
use netraven_api::{Order, Page, Word};

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

/// How a list is sorted: by which column, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorted<C> {
    /// The column.
    pub column: C,
    /// The direction.
    pub order: Order,
}

impl<C: Word> Sorted<C> {
    /// Sorted upwards by a column.
    #[must_use]
    pub fn by(column: C) -> Sorted<C> {
        Sorted { column, order: Order::Ascending }
    }

    /// By another column, or the other way round by the same.
    #[must_use]
    pub fn toggled(self, column: C) -> Sorted<C> {
        if self.column == column { Sorted { order: self.order.turned(), ..self } } else { Sorted::by(column) }
    }

    /// The direction, if the list is sorted by this column.
    #[must_use]
    pub fn direction(self, column: C) -> Option<Order> {
        (self.column == column).then_some(self.order)
    }
}

impl<C: Word + Default> Sorted<C> {
    /// The order of an address; that of a list by itself where the address names none.
    #[must_use]
    pub fn read(given: &Given<'_>) -> Sorted<C> {
        let column = given.one("sort").and_then(|name| C::parse(&name)).unwrap_or_default();
        let order = given.one("order").and_then(|name| Order::parse(&name)).unwrap_or(Order::Ascending);
        Sorted { column, order }
    }

    /// Adds the order to an address, as far as it is not that of a list by itself.
    pub fn write(self, parts: &mut Parts) {
        let Sorted { column, order } = self;
        parts.one("sort", (column != C::default()).then_some(column.as_str()));
        parts.one("order", (order != Order::Ascending).then_some(order));
    }

    /// Column and direction for a request; none where they are those of a list by itself.
    #[must_use]
    pub fn wish(self) -> (Option<C>, Option<Order>) {
        let descends = self.order == Order::Descending;
        let column = (self.column != C::default() || descends).then_some(self.column);
        (column, descends.then_some(self.order))
    }
}

impl<C: Default> Default for Sorted<C> {
    fn default() -> Sorted<C> {
        Sorted { column: C::default(), order: Order::Ascending }
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::sorting::JobColumn;

    use super::*;

    #[test]
    fn a_second_press_turns_the_order_and_another_column_begins_upwards() {
        let sorted = Sorted::by(JobColumn::Name).toggled(JobColumn::Name);
        assert_eq!(sorted.direction(JobColumn::Name), Some(Order::Descending));
        let sorted = sorted.toggled(JobColumn::Kind);
        assert_eq!(sorted.direction(JobColumn::Kind), Some(Order::Ascending));
        assert_eq!(sorted.direction(JobColumn::Name), None);
    }

    #[test]
    fn an_order_comes_back_from_the_address_and_no_other_column_is_taken() {
        let written = |sorted: Sorted<JobColumn>| {
            let mut parts = Parts::default();
            sorted.write(&mut parts);
            parts.done()
        };
        assert_eq!(written(Sorted::by(JobColumn::Name)), "");
        let sorted = Sorted { column: JobColumn::Kind, order: Order::Descending };
        assert_eq!(written(sorted), "sort=job_type&order=desc");
        assert_eq!(sorted.wish(), (Some(JobColumn::Kind), Some(Order::Descending)));
        assert_eq!(Sorted::by(JobColumn::Name).wish(), (None, None));
        assert_eq!(Sorted::read(&Given::of("sort=job_type&order=desc")), sorted);
        assert_eq!(Sorted::read(&Given::of("sort=password&order=up")), Sorted::by(JobColumn::Name));
    }
}
