//! Whole lists of a server whose own paging is unreliable: unordered, shifting, sometimes unreadable in places.
//!
//! All pages are read, some of them at once, rows are identified by id, and paging is done here. What was read is kept for a
//! moment, because the parts of a page ask for the same list at the same time.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use netraven_api::Problem;
use netraven_api::page::MAX_SIZE;
use netraven_api::problem::Code;
use netraven_api::rows::Excerpt;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{OnceCell, watch};
use tokio::time::Instant;

use super::Context;
use super::configs::KeptTexts;
use super::description::Description;
use super::names::Names;
use super::parsed_request::ParsedRequest;
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

impl Context<'_> {
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

/// A page of rows that are all there, as a request asks for it; they come in the order they have unless it asks for another.
pub fn finish(rows: &[impl Serialize], request: &ParsedRequest, note: Option<String>) -> Result<Value, Problem> {
    let excerpt = Excerpt {
        page: request.number("page")?,
        size: request.number("size")?,
        sort: request.one("sort"),
        order: request.word("order"),
        after: request.number("after")?,
        before: request.number("before")?,
    };
    Ok(reply(&excerpt.page_of(rows.iter().collect()).with_note(note)))
}

/// Page and size of a request, within their limits.
pub fn place(request: &ParsedRequest) -> Result<(i64, i64), Problem> {
    Ok(Excerpt { page: request.number("page")?, size: request.number("size")?, ..Excerpt::default() }.place())
}

/// What a reader of a list should know about how it was read.
pub fn note(loaded: &Loaded, what: &str) -> Option<String> {
    if loaded.unreadable > 0 {
        return Some(format!(
            "The server failed to return {} of the {what}; the others are listed. See the server's log for the reason.",
            loaded.unreadable
        ));
    }
    let shown = loaded.rows.len();
    loaded.is_cut().then(|| format!("The server has {} {what}; {shown} of them were loaded.", loaded.total))
}
