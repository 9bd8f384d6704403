//! A cache of rows that never change on the server: its results, and the lines of its runner. Only newer rows are read;
//! reading them all each time would cost the server more than the runs themselves.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use netraven_api::results::JobResult;
use netraven_api::{JobId, Problem};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::journal::Line;
use crate::dialect::Context;

/// How long cached rows are used without asking for more: the parts of a page ask at the same time.
const FRESH: Duration = Duration::from_secs(1);
/// Rows this much older than the newest may still appear, because the server makes them visible late.
const LATE: SignedDuration = SignedDuration::from_secs(200);
/// Most jobs with a cache of their own.
const MOST_SHELVES: usize = 12;

/// A cached row.
pub trait Kept: Clone {
    fn id(&self) -> i64;
    fn at(&self) -> Timestamp;
}

impl Kept for JobResult {
    fn id(&self) -> i64 {
        self.id.get()
    }

    fn at(&self) -> Timestamp {
        self.result_time
    }
}

impl Kept for Line {
    fn id(&self) -> i64 {
        self.id.get()
    }

    fn at(&self) -> Timestamp {
        self.at
    }
}

/// Rows of a period.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// The rows, by id.
    pub rows: Vec<T>,
    /// Number of rows in the period, as far as the server reported it.
    pub total: i64,
    /// The time from which on all rows are present, if older ones were left unread.
    pub whole_from: Option<Timestamp>,
}

/// What to read.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub path: &'a str,
    pub params: &'a [(&'a str, String)],
    /// Most rows read and cached.
    pub most: usize,
}

struct Held<T> {
    rows: BTreeMap<i64, T>,
    /// Start of the requested period; none for all rows. Nothing before the first reading.
    asked_from: Option<Option<Timestamp>>,
    /// Rows that were left unread.
    unread: i64,
    read_at: Option<Instant>,
}

impl<T> Default for Held<T> {
    fn default() -> Held<T> {
        Held { rows: BTreeMap::new(), asked_from: None, unread: 0, read_at: None }
    }
}

/// Rows requested for single jobs, and for all together.
pub struct Shelves<T>(std::sync::Mutex<HashMap<Option<JobId>, Shelf<T>>>);

type Shelf<T> = Arc<Mutex<Held<T>>>;

impl<T> Default for Shelves<T> {
    fn default() -> Shelves<T> {
        Shelves(std::sync::Mutex::default())
    }
}

impl<T: Kept> Shelves<T> {
    /// Makes the next reading ask for new rows.
    pub fn stale(&self) {
        for shelf in self.0.lock().unwrap_or_else(PoisonError::into_inner).values() {
            // One that is being read is requested again by its reader.
            if let Ok(mut held) = shelf.try_lock() {
                held.read_at = None;
            }
        }
    }

    /// The rows of a job, or of all jobs, from a time on.
    pub async fn read(
        &self,
        context: Context<'_>,
        source: Source<'_>,
        job_id: Option<JobId>,
        from: Option<Timestamp>,
        read: impl Fn(&serde_json::Value) -> Option<T>,
    ) -> Result<Rows<T>, Problem> {
        let shelf = {
            let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if shelves.len() >= MOST_SHELVES && !shelves.contains_key(&job_id) {
                shelves.retain(|job, _| job.is_none());
            }
            shelves.entry(job_id).or_default().clone()
        };
        let mut held = shelf.lock().await;
        let covers = held.asked_from.is_some_and(|asked| asked.is_none() || (from.is_some() && asked <= from));
        if !covers || held.read_at.is_none_or(|at| at.elapsed() >= FRESH) {
            let since = held.newest().filter(|_| covers).and_then(|newest| newest.checked_sub(LATE).ok());
            let asked = since.or(if covers { held.asked_from.flatten() } else { from });
            let mut params = source.params.to_vec();
            params.extend(job_id.map(|id| ("job_id", id.to_string())));
            params.extend(asked.map(|time| ("start_time", time.to_string())));
            let began = Instant::now();
            let found = context.whole(source.path, &params, source.most).await?;
            // More rows arrived meanwhile than are read at once: the cached ones no longer join the new ones.
            if since.is_some() && !found.is_cut() {
                held.rows.retain(|_, row| asked.is_some_and(|asked| row.at() < asked));
            } else {
                let read = i64::try_from(found.rows.len() + found.unreadable).unwrap_or(i64::MAX);
                held.unread = (found.total - read).max(0) + if since.is_some() { held.unread } else { 0 };
                held.rows.clear();
                if since.is_none() {
                    held.asked_from = Some(asked);
                }
            }
            held.rows.extend(found.rows.iter().filter_map(&read).map(|row| (row.id(), row)));
            held.read_at = Some(began);
            held.bound(source.most * 2);
        }
        Ok(held.from(from))
    }
}

impl<T: Kept> Held<T> {
    fn newest(&self) -> Option<Timestamp> {
        self.rows.values().map(Kept::at).max()
    }

    fn bound(&mut self, most: usize) {
        while self.rows.len() > most {
            let Some(oldest) = self.rows.values().min_by_key(|row| row.at()).map(Kept::id) else { return };
            self.rows.remove(&oldest);
            self.unread += 1;
        }
    }

    fn from(&self, from: Option<Timestamp>) -> Rows<T> {
        let is_in = |row: &&T| from.is_none_or(|from| row.at() >= from);
        let rows: Vec<T> = self.rows.values().filter(is_in).cloned().collect();
        let oldest = self.rows.values().map(Kept::at).min();
        // If rows were left unread, those before the oldest cached one are missing.
        let whole_from = oldest.filter(|oldest| self.unread > 0 && from.is_none_or(|from| from < *oldest));
        let unread = if whole_from.is_some() { self.unread } else { 0 };
        Rows { total: i64::try_from(rows.len()).unwrap_or(i64::MAX).saturating_add(unread), rows, whole_from }
    }
}
