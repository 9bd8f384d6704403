//! Sorting and paging, the same for every list of the demo.

use std::cmp::Ordering;

use netraven_api::Order;
use netraven_api::page::{DEFAULT_SIZE, MAX_SIZE, Page};

/// How a list is to be sorted and which page of it is wanted.
#[derive(Clone, Copy)]
pub struct Asked {
    /// Page, from 1.
    pub page: Option<i64>,
    /// Rows of a page.
    pub size: Option<i64>,
    /// The direction.
    pub order: Order,
}

/// A page of rows, sorted; equal rows are in the order of their ids.
pub fn page<T>(mut rows: Vec<T>, asked: Asked, id: impl Fn(&T) -> i64, by: impl Fn(&T, &T) -> Ordering) -> Page<T> {
    rows.sort_by(|one, other| {
        let upwards = by(one, other).then_with(|| id(one).cmp(&id(other)));
        if asked.order == Order::Descending { upwards.reverse() } else { upwards }
    });
    let total = i64::try_from(rows.len()).unwrap_or_default();
    let size = asked.size.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE);
    let number = asked.page.unwrap_or(1).max(1);
    let skip = usize::try_from((number - 1) * size).unwrap_or_default();
    let rows = rows.into_iter().skip(skip).take(usize::try_from(size).unwrap_or_default()).collect();
    Page::new(rows, total, number, size)
}

/// Whether a text holds a part, any case; every text holds what is not asked for.
#[must_use]
pub fn holds(text: Option<&str>, part: Option<&str>) -> bool {
    part.is_none_or(|part| text.unwrap_or_default().to_lowercase().contains(&part.to_lowercase()))
}

/// Whether any is wanted, or this one is among the wanted.
#[must_use]
pub fn among<T: PartialEq>(wanted: &[T], one: &T) -> bool {
    wanted.is_empty() || wanted.contains(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_from_the_sorted_rows() {
        let rows = vec![(3, "b"), (1, "a"), (2, "b")];
        let by = |one: &(i64, &str), other: &(i64, &str)| one.1.cmp(other.1);
        let ids = |page: Page<(i64, &str)>| page.items.iter().map(|row| row.0).collect::<Vec<_>>();
        let asked = Asked { page: None, size: Some(2), order: Order::Ascending };
        assert_eq!(ids(page(rows.clone(), asked, |row| row.0, by)), [1, 2]);
        assert_eq!(ids(page(rows.clone(), Asked { page: Some(2), ..asked }, |row| row.0, by)), [3]);
        let last = page(rows, Asked { order: Order::Descending, ..asked }, |row| row.0, by);
        assert_eq!((last.total, last.pages, ids(last)), (3, 2, vec![3, 2]));
    }
}
