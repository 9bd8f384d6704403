//! The order of a list's rows and the page that is asked for, where no database sees to it: for a server that cannot be asked for
//! them, and in the demo. It is the order in which a server of ours lists them.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::address::Address;
use crate::page::{DEFAULT_SIZE, MAX_SIZE, Page};
use crate::sorting::Order;

/// The part of a list that a query asks for, and in which order. Every list takes these fields beside its filters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Excerpt {
    /// Page, from 1; 1 if absent.
    pub page: Option<i64>,
    /// Rows of a page, 1 to 100; 20 if absent.
    pub size: Option<i64>,
    /// Field the rows are sorted by; the order they have if absent.
    pub sort: Option<String>,
    /// Direction; upwards if absent.
    pub order: Option<Order>,
    /// Only rows with a greater id, in the order of ids, instead of `sort`.
    pub after: Option<i64>,
    /// Only rows with a smaller id, in the order of ids, instead of `sort`.
    pub before: Option<i64>,
}

impl Excerpt {
    /// The same, in an order where the query asks for none.
    #[must_use]
    pub fn or(self, sort: &str, order: Order) -> Excerpt {
        Excerpt { sort: self.sort.or_else(|| Some(sort.to_owned())), order: self.order.or(Some(order)), ..self }
    }

    /// Page and size, within their limits.
    #[must_use]
    pub fn place(&self) -> (i64, i64) {
        (self.page.unwrap_or(1).max(1), self.size.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE))
    }

    /// The page of these rows, which are all that fit.
    #[must_use]
    pub fn page_of<T: Serialize>(&self, rows: Vec<T>) -> Page<T> {
        self.page_by(rows, |row| serde_json::to_value(row).unwrap_or_default())
    }

    /// The same of rows that are sorted by what is shown of them, such as a number that is not a field of theirs.
    #[must_use]
    pub fn page_by<T>(&self, rows: Vec<T>, shown: impl Fn(&T) -> Value) -> Page<T> {
        let mut rows: Vec<(Value, T)> = rows.into_iter().map(|row| (shown(&row), row)).collect();
        let descending = self.order == Some(Order::Descending);
        if self.after.is_some() || self.before.is_some() {
            rows.retain(|row| {
                self.after.is_none_or(|after| id(row) > after) && self.before.is_none_or(|before| id(row) < before)
            });
            rows.sort_by_key(id);
            if descending {
                rows.reverse();
            }
        } else {
            // Their order breaks ties, and turns with the direction.
            if descending {
                rows.reverse();
            }
            if let Some(name) = &self.sort {
                rows.sort_by(|(one, _), (other, _)| by_value(one.get(name), other.get(name), descending));
            }
        }
        let (page, size) = self.place();
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
        let rows = rows.into_iter().skip(skip).take(usize::try_from(size).unwrap_or_default());
        Page::new(rows.map(|(_, row)| row).collect(), total, page, size)
    }
}

fn id<T>(row: &(Value, T)) -> i64 {
    row.0.get("id").and_then(Value::as_i64).unwrap_or_default()
}

/// Numbers by size, times by what comes first, addresses by their numbers and before names, texts without regard to case;
/// nothing at the end, whatever the direction.
fn by_value(one: Option<&Value>, other: Option<&Value>, descending: bool) -> Ordering {
    let is_something = |value: &&Value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty());
    let order = match (one.filter(is_something), other.filter(is_something)) {
        (None, None) => return Ordering::Equal,
        (None, _) => return Ordering::Greater,
        (_, None) => return Ordering::Less,
        (Some(one), Some(other)) => by_content(one, other),
    };
    if descending { order.reverse() } else { order }
}

fn by_content(one: &Value, other: &Value) -> Ordering {
    // A time has as many digits behind its second as it needs, so that its text is in no order.
    let time = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
    if let (Some(one), Some(other)) = (one.as_f64(), other.as_f64()) {
        one.total_cmp(&other)
    } else if let (Some(one), Some(other)) = (time(one), time(other)) {
        one.cmp(&other)
    } else {
        by_text(&text_of(one), &text_of(other))
    }
}

fn by_text(one: &str, other: &str) -> Ordering {
    // Any text may be here; only certain addresses are compared as such.
    let address = |text: &str| text.parse::<Address>().ok().filter(|address| address.ip().is_some());
    match (address(one), address(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => one.cmp(other),
    }
}

/// The sort key of a value; for a list, such as the tags, the names in it.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_lowercase(),
        Value::Array(items) => {
            let name = |item: &Value| item.get("name").and_then(Value::as_str).unwrap_or_default().to_lowercase();
            let mut names: Vec<String> = items.iter().map(name).collect();
            names.sort();
            names.join(",")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(excerpt: &Excerpt, rows: &[Value]) -> Vec<i64> {
        let page = excerpt.page_of(rows.to_vec());
        page.items.iter().filter_map(|row| row["id"].as_i64()).collect()
    }

    fn sorted(name: &str, order: Order, rows: &[Value]) -> Vec<i64> {
        ids(&Excerpt::default().or(name, order), rows)
    }

    #[test]
    fn rows_are_sorted_as_our_own_server_sorts_them() {
        let rows = [
            json!({ "id": 1, "ip_address": "10.0.0.10", "seen": "2026-01-02", "tags": [{ "name": "lab" }, { "name": "core" }] }),
            json!({ "id": 2, "ip_address": "core.example", "seen": null, "tags": [] }),
            json!({ "id": 3, "ip_address": "10.0.0.2", "seen": "2026-01-02", "tags": [{ "name": "Edge" }] }),
            json!({ "id": 4, "ip_address": "2001:db8::1", "seen": "2025-01-02", "tags": [{ "name": "core" }] }),
        ];
        let local = ["fe80::1%eth1", "fe80::1%eth0", "fe80::1", "ff02::1", "core"];
        let local: Vec<Value> =
            (1..).zip(local).map(|(id, ip_address)| json!({ "id": id, "ip_address": ip_address })).collect();
        let (up, down) = (Order::Ascending, Order::Descending);
        assert_eq!(sorted("ip_address", up, &local), [3, 2, 1, 4, 5], "zones come behind their addresses");
        assert_eq!(sorted("ip_address", up, &rows), [3, 1, 4, 2], "by number, then version 6, then names");
        assert_eq!(sorted("ip_address", down, &rows), [2, 4, 1, 3]);
        assert_eq!(sorted("seen", up, &rows), [4, 1, 3, 2]);
        assert_eq!(sorted("seen", down, &rows), [3, 1, 4, 2], "nothing comes last either way");
        assert_eq!(sorted("tags", up, &rows), [4, 1, 3, 2]);
    }

    #[test]
    fn times_are_sorted_by_what_comes_first() {
        let times = ["2026-11-23T02:00:00.51Z", "2026-11-23T02:00:00Z", "2026-11-23T02:00:00.5Z"];
        let rows: Vec<Value> = (1..).zip(times).map(|(id, at)| json!({ "id": id, "at": at })).collect();
        assert_eq!(sorted("at", Order::Ascending, &rows), [2, 3, 1]);
    }

    #[test]
    fn a_page_is_cut_from_the_sorted_rows_and_reading_on_goes_by_ids() {
        let rows: Vec<Value> = (1..=5).map(|id| json!({ "id": id, "name": if id < 3 { "b" } else { "a" } })).collect();
        let first = Excerpt { size: Some(2), ..Excerpt::default() }.or("name", Order::Ascending);
        assert_eq!(ids(&first, &rows), [3, 4]);
        assert_eq!(ids(&Excerpt { page: Some(3), ..first.clone() }, &rows), [2]);
        let page = first.page_of(rows.clone());
        assert_eq!((page.total, page.pages), (5, 3));
        assert_eq!(ids(&Excerpt { after: Some(1), ..first.clone() }, &rows), [2, 3]);
        let back = Excerpt { before: Some(4), order: Some(Order::Descending), ..first };
        assert_eq!(ids(&back, &rows), [3, 2]);
    }
}
