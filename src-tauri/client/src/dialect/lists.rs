//! Whole lists of a server whose own paging cannot be relied on: unordered, moving, at times unreadable in places.
//!
//! All pages are read, rows are told apart by id, and paging is done here. What was read is kept for a moment, because
//! the parts of a page ask for the same list at the same time.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use netraven_api::page::{DEFAULT_SIZE, MAX_SIZE};
use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::Talk;
use super::asked::Asked;
use super::description::Description;
use super::names::Names;
use super::row::{Row, reply};

/// How long a list that was read serves again.
const KEPT: Duration = Duration::from_secs(2);
/// Most rows of a list that are read.
pub const MOST_ROWS: usize = 5_000;

/// A list under way or read, with the time it was begun.
type Slot = (Instant, Arc<OnceCell<Arc<Loaded>>>);

/// The server written in Python, and what is known of it.
pub struct Server {
    /// What it says of itself.
    pub description: Description,
    /// It was seen failing at a search in its log, and is not asked again.
    pub search_fails: AtomicBool,
    /// Hostnames of its devices.
    pub names: Names,
    kept: Mutex<HashMap<String, Slot>>,
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
    /// Whether rows were left unread on purpose.
    pub fn is_cut(&self) -> bool {
        self.rows.len() + self.unreadable < usize::try_from(self.total).unwrap_or_default()
    }
}

impl Server {
    /// A server of which nothing but its description is known.
    pub fn new(description: Description) -> Server {
        Server { description, search_fails: AtomicBool::new(false), names: Names::default(), kept: Mutex::default() }
    }

    /// Forgets what was read, because something was changed.
    pub fn forget(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn slot(&self, key: &str) -> Arc<OnceCell<Arc<Loaded>>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (begun, _)| begun.elapsed() < KEPT);
        kept.entry(key.to_owned()).or_insert_with(|| (Instant::now(), Arc::default())).1.clone()
    }
}

impl Talk<'_> {
    /// All rows of a list, or its first `most`.
    pub async fn all(self, path: &str, params: &[(&str, String)], most: usize) -> Result<Arc<Loaded>, Problem> {
        let slot = self.server.slot(&format!("{path} {params:?} {most}"));
        slot.get_or_try_init(|| async { self.read_all(path, params, most).await.map(Arc::new) }).await.cloned()
    }

    /// Number of rows that fit a filter, by asking for one.
    pub async fn count(self, path: &str, params: &[(&str, String)]) -> Result<i64, Problem> {
        Ok(Row(&self.page(path, params, 1, 1).await?).number("total").unwrap_or_default())
    }

    /// One page as the server gives it.
    pub async fn page(self, path: &str, params: &[(&str, String)], page: i64, size: i64) -> Result<Value, Problem> {
        self.get(path, &[params, &[("page", page.to_string()), ("size", size.to_string())]].concat()).await
    }

    async fn read_all(self, path: &str, params: &[(&str, String)], most: usize) -> Result<Loaded, Problem> {
        let mut seen = BTreeSet::new();
        let mut loaded = Loaded::default();
        // Rows move while they are read, so that one may hide from the first round.
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
        for page in 1.. {
            let (rows, total) = match self.page(path, params, page, MAX_SIZE).await {
                Ok(found) => (rows_of(&found), Row(&found).number("total").unwrap_or_default()),
                Err(problem) if problem.code == Code::Internal => {
                    self.read_around(path, params, page, loaded, problem).await?
                }
                Err(problem) => return Err(problem),
            };
            loaded.total = total;
            for row in rows {
                if seen.insert(Row(&row).id()) {
                    loaded.rows.push(row);
                }
            }
            if page * MAX_SIZE >= total || loaded.rows.len() >= most {
                break;
            }
        }
        Ok(())
    }

    /// Reads a page the server fails at in ever smaller pieces, and leaves out the rows that make it fail.
    async fn read_around(
        self,
        path: &str,
        params: &[(&str, String)],
        page: i64,
        loaded: &mut Loaded,
        problem: Problem,
    ) -> Result<(Vec<Value>, i64), Problem> {
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
        loaded.unreadable += failures;
        Ok((rows, total))
    }
}

/// The rows of a page.
pub fn rows_of(page: &Value) -> Vec<Value> {
    page.get("items").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A page of rows that are all there, filtered and sorted as a request asks; they come in the order they have unless it
/// asks for another.
pub fn finish(rows: &[impl Serialize], asked: &Asked, note: Option<String>) -> Result<Value, Problem> {
    let mut rows: Vec<Value> = rows.iter().map(reply).collect();
    let descending = asked.one("order").is_some_and(|order| order.eq_ignore_ascii_case("desc"));
    let (after, before) = (asked.number("after")?, asked.number("before")?);
    if after.is_some() || before.is_some() {
        rows.retain(|row| {
            let id = Row(row).id();
            after.is_none_or(|after| id > after) && before.is_none_or(|before| id < before)
        });
        rows.sort_by_key(|row| Row(row).id());
    } else if let Some(name) = asked.one("sort") {
        rows.sort_by(|a, b| by_value(a.get(&name), b.get(&name)));
    }
    if descending {
        rows.reverse();
    }
    let (page, size) = place(asked)?;
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let items = rows.into_iter().skip(skip).take(usize::try_from(size).unwrap_or_default()).collect();
    Ok(reply(&Page::<Value>::new(items, total, page, size).with_note(note)))
}

/// Numbers by size, texts without regard to case, nothing at the end.
fn by_value(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a.filter(|value| !value.is_null()), b.filter(|value| !value.is_null())) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(a), Some(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => text_of(a).cmp(&text_of(b)),
        },
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
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
