//! Whole lists of a server whose own paging is unreliable: unordered, shifting, sometimes unreadable in places.
//!
//! All pages are read, some of them at once, rows are identified by id, and paging is done here. What was read is kept for a
//! moment, because the parts of a page ask for the same list at the same time.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use netraven_api::Order;
use netraven_api::address::Address;
use netraven_api::page::{DEFAULT_SIZE, MAX_SIZE};
use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{OnceCell, watch};
use tokio::time::Instant;

use super::Talk;
use super::asked::Asked;
use super::configs::KeptTexts;
use super::description::Description;
use super::names::Names;
use super::row::{Row, reply};
use super::runs::Memory;

/// How long a list is reused.
const KEPT: Duration = Duration::from_secs(2);
/// The same for a list with rows the server fails to show: finding them costs it twenty failures.
const KEPT_BROKEN: Duration = Duration::from_secs(10);
/// Pages requested at the same time.
const AT_ONCE: usize = 5;
/// Most rows of a list that are read.
pub const MOST_ROWS: usize = 5_000;

/// A list being read or cached, with the time it was begun.
type Slot = (Instant, Arc<OnceCell<Arc<Loaded>>>);

/// The server written in Python, and what is known of it.
pub struct Server {
    /// Its description.
    pub description: Description,
    /// It failed at a search in its log, and is not asked again.
    pub search_fails: AtomicBool,
    /// Hostnames of its devices.
    pub names: Names,
    /// Texts of configurations read for a search.
    pub texts: KeptTexts,
    /// How often something was changed from here.
    pub changes: AtomicU64,
    /// What is known about its runs.
    pub runs: Memory,
    kept: Mutex<HashMap<String, Slot>>,
    /// Counts the changes made through this client.
    own_changes: watch::Sender<u64>,
}

/// Rows read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Each row once, in the server's order.
    pub rows: Vec<Value>,
    /// Rows the server says there are.
    pub total: i64,
    /// Rows it failed to show.
    pub unreadable: usize,
}

impl Loaded {
    fn take(&mut self, rows: Vec<Value>, unreadable: usize, total: i64, seen: &mut BTreeSet<i64>) {
        self.unreadable += unreadable;
        self.total = total;
        self.rows.extend(rows.into_iter().filter(|row| seen.insert(Row(row).id())));
    }

    /// Whether rows were left unread on purpose.
    pub fn is_cut(&self) -> bool {
        self.rows.len() + self.unreadable < usize::try_from(self.total).unwrap_or_default()
    }
}

impl Server {
    /// A server of which only the description is known.
    pub fn new(description: Description) -> Server {
        Server {
            description,
            search_fails: AtomicBool::new(false),
            names: Names::default(),
            texts: KeptTexts::default(),
            changes: AtomicU64::new(0),
            runs: Memory::default(),
            kept: Mutex::default(),
            own_changes: watch::Sender::new(0),
        }
    }

    /// Forgets cached lists, because something was changed.
    pub fn forget(&self) {
        self.changes.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.runs.stale();
    }

    /// Forgets cached lists, and wakes listeners: a change was made through this client.
    pub fn changed(&self) {
        self.forget();
        self.runs.forget_devices();
        self.own_changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Changes made through this client from now on.
    pub fn own_changes(&self) -> watch::Receiver<u64> {
        self.own_changes.subscribe()
    }

    fn drop_unless_broken(&self, key: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.get(key).is_some_and(|(_, cell)| cell.get().is_some_and(|loaded| loaded.unreadable == 0)) {
            kept.remove(key);
        }
    }

    fn slot(&self, key: &str) -> Arc<OnceCell<Arc<Loaded>>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (begun, cell)| {
            let is_broken = cell.get().is_some_and(|loaded: &Arc<Loaded>| loaded.unreadable > 0);
            begun.elapsed() < if is_broken { KEPT_BROKEN } else { KEPT }
        });
        kept.entry(key.to_owned()).or_insert_with(|| (Instant::now(), Arc::default())).1.clone()
    }
}

impl Talk<'_> {
    /// All rows of a list, or its first `most`.
    pub async fn all(self, path: &str, params: &[(&str, String)], most: usize) -> Result<Arc<Loaded>, Problem> {
        let slot = self.server.slot(&key(path, params, most));
        slot.get_or_try_init(|| async { self.whole(path, params, most).await.map(Arc::new) }).await.cloned()
    }

    /// All rows of a list as they are now, cached for later callers.
    pub async fn anew(self, path: &str, params: &[(&str, String)], most: usize) -> Result<Arc<Loaded>, Problem> {
        self.server.drop_unless_broken(&key(path, params, most));
        self.all(path, params, most).await
    }

    /// Number of rows that match a filter, by requesting one.
    pub async fn count(self, path: &str, params: &[(&str, String)]) -> Result<i64, Problem> {
        Ok(Row(&self.page(path, params, 1, 1).await?).number("total").unwrap_or_default())
    }

    /// One page as the server returns it.
    pub async fn page(self, path: &str, params: &[(&str, String)], page: i64, size: i64) -> Result<Value, Problem> {
        self.get(path, &[params, &[("page", page.to_string()), ("size", size.to_string())]].concat()).await
    }

    /// All rows of a list as they are now, or its first `most`.
    pub async fn whole(self, path: &str, params: &[(&str, String)], most: usize) -> Result<Loaded, Problem> {
        let mut seen = BTreeSet::new();
        let mut loaded = Loaded::default();
        // Rows shift while they are read, so the first round may miss one.
        for _round in 0..2 {
            self.read_round(path, params, most, &mut loaded, &mut seen).await?;
            if !loaded.is_cut() || loaded.rows.len() >= most {
                break;
            }
        }
        Ok(loaded)
    }

    async fn read_round(
        self,
        path: &str,
        params: &[(&str, String)],
        most: usize,
        loaded: &mut Loaded,
        seen: &mut BTreeSet<i64>,
    ) -> Result<(), Problem> {
        loaded.unreadable = 0;
        let (rows, unreadable, total) = self.read_page(path, params, 1).await?;
        loaded.take(rows, unreadable, total, seen);
        let wanted = total.min(i64::try_from(most).unwrap_or(i64::MAX));
        let pages = (2..=(wanted - 1).div_euclid(MAX_SIZE) + 1).map(|page| self.read_page(path, params, page));
        let mut pages = stream::iter(pages).buffered(AT_ONCE);
        while let Some(read) = pages.next().await {
            let (rows, unreadable, total) = read?;
            loaded.take(rows, unreadable, total, seen);
        }
        Ok(())
    }

    /// A page's rows, how many of its rows cannot be shown, and the total.
    async fn read_page(
        self,
        path: &str,
        params: &[(&str, String)],
        page: i64,
    ) -> Result<(Vec<Value>, usize, i64), Problem> {
        match self.page(path, params, page, MAX_SIZE).await {
            Ok(found) => Ok((rows_of(&found), 0, Row(&found).number("total").unwrap_or_default())),
            Err(problem) if problem.code == Code::Internal => self.read_around(path, params, page, problem).await,
            Err(problem) => Err(problem),
        }
    }

    /// Reads a page at which the server fails in ever smaller pieces, and leaves out the rows that make it fail.
    async fn read_around(
        self,
        path: &str,
        params: &[(&str, String)],
        page: i64,
        problem: Problem,
    ) -> Result<(Vec<Value>, usize, i64), Problem> {
        let (mut rows, mut total) = (Vec::new(), 0);
        let mut pieces: Vec<(i64, i64)> = (0..10).rev().map(|part| ((page - 1) * 10 + part + 1, 10)).collect();
        let mut failures = 0;
        while let Some((number, size)) = pieces.pop() {
            match self.page(path, params, number, size).await {
                Ok(found) => {
                    total = Row(&found).number("total").unwrap_or_default();
                    rows.extend(rows_of(&found));
                    pieces.retain(|(number, size)| (number - 1) * size < total);
                }
                Err(again) if again.code == Code::Internal && size == 10 => {
                    pieces.extend((0..10).rev().map(|part| ((number - 1) * 10 + part + 1, 1)));
                }
                Err(again) if again.code == Code::Internal => failures += 1,
                Err(other) => return Err(other),
            }
        }
        if rows.is_empty() {
            return Err(problem);
        }
        Ok((rows, failures, total))
    }
}

fn key(path: &str, params: &[(&str, String)], most: usize) -> String {
    format!("{path} {params:?} {most}")
}

/// The rows of a page.
pub fn rows_of(page: &Value) -> Vec<Value> {
    page.get("items").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A page of complete rows, filtered and sorted as requested; they keep their order unless the request
/// asks for another.
pub fn finish(rows: &[impl Serialize], asked: &Asked, note: Option<String>) -> Result<Value, Problem> {
    let mut rows: Vec<Value> = rows.iter().map(reply).collect();
    let descending = asked.word("order") == Some(Order::Descending);
    let (after, before) = (asked.number("after")?, asked.number("before")?);
    if after.is_some() || before.is_some() {
        rows.retain(|row| {
            let id = Row(row).id();
            after.is_none_or(|after| id > after) && before.is_none_or(|before| id < before)
        });
        rows.sort_by_key(|row| Row(row).id());
        if descending {
            rows.reverse();
        }
    } else {
        // Their order breaks ties, and turns with the direction.
        if descending {
            rows.reverse();
        }
        if let Some(name) = asked.one("sort") {
            rows.sort_by(|a, b| by_value(a.get(&name), b.get(&name), descending));
        }
    }
    let (page, size) = place(asked)?;
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let items = rows.into_iter().skip(skip).take(usize::try_from(size).unwrap_or_default()).collect();
    Ok(reply(&Page::<Value>::new(items, total, page, size).with_note(note)))
}

/// Numbers by size, addresses by number and before names, texts without regard to case; missing values last, whatever
/// the direction.
fn by_value(a: Option<&Value>, b: Option<&Value>, descending: bool) -> Ordering {
    let is_something = |value: &&Value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty());
    let order = match (a.filter(is_something), b.filter(is_something)) {
        (None, None) => return Ordering::Equal,
        (None, _) => return Ordering::Greater,
        (_, None) => return Ordering::Less,
        (Some(a), Some(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => by_text(&text_of(a), &text_of(b)),
        },
    };
    if descending { order.reverse() } else { order }
}

fn by_text(a: &str, b: &str) -> Ordering {
    // Any text may be here; only certain addresses are compared as such.
    let address = |text: &str| text.parse::<Address>().ok().filter(|address| address.ip().is_some());
    match (address(a), address(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// The sort key of a value; for a list, such as the tags, the names in it.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_lowercase(),
        Value::Array(items) => {
            let mut names: Vec<String> = items.iter().map(|item| Row(item).word("name").to_lowercase()).collect();
            names.sort();
            names.join(",")
        }
        other => other.to_string(),
    }
}

/// Page and size of a request, within their limits.
pub fn place(asked: &Asked) -> Result<(i64, i64), Problem> {
    let (page, size) = (asked.number("page")?, asked.number("size")?);
    Ok((page.unwrap_or(1).max(1), size.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE)))
}

/// What a reader of a list should know about how it was read.
pub fn note(loaded: &Loaded, what: &str) -> Option<String> {
    if loaded.unreadable > 0 {
        return Some(format!(
            "The server fails to show {} of the {what}; the others are listed. Its log has the reason.",
            loaded.unreadable
        ));
    }
    let shown = loaded.rows.len();
    loaded.is_cut().then(|| format!("The server has {} {what}, of which {shown} were read.", loaded.total))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(name: &str, direction: &str, rows: &[Value]) -> Vec<i64> {
        let request = netraven_api::Request {
            method: netraven_api::Method::Get,
            path: format!("/devices/?sort={name}&order={direction}"),
            body: None,
        };
        let page = finish(rows, &Asked::read(&request), None).unwrap();
        rows_of(&page).iter().map(|row| Row(row).id()).collect()
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
        assert_eq!(order("ip_address", "asc", &local), [3, 2, 1, 4, 5], "zones come behind their addresses");
        assert_eq!(order("ip_address", "asc", &rows), [3, 1, 4, 2], "by number, then version 6, then names");
        assert_eq!(order("ip_address", "desc", &rows), [2, 4, 1, 3]);
        assert_eq!(order("seen", "asc", &rows), [4, 1, 3, 2]);
        assert_eq!(order("seen", "desc", &rows), [3, 1, 4, 2], "nothing comes last either way");
        assert_eq!(order("tags", "asc", &rows), [4, 1, 3, 2]);
    }
}
