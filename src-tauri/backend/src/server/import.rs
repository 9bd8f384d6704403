//! Adding devices from a file, batch by batch: however long it is, only a batch of its devices is held, and of earlier
//! rows only the names and addresses that detect duplicates. What was added stays.

mod json;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use netraven_api::TagId;
use netraven_api::devices::DeviceInput;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::platforms::AUTO;
use netraven_api::sheet::{Entry, Fate, Place, ROWS, RefusalKind, Row, Seen, Sheet, Tally, check, compare};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::AppState;
use super::http::error::ApiError;
use crate::journal::About;
use crate::store::approvals::Author;

pub use json::{NoRows, rows as json_rows};

/// Rows of a batch, which is one transaction.
const BATCH: usize = 500;
/// How long an import accepts rows; the caller waits little longer for the answer.
const LIMIT: Duration = Duration::from_secs(40);
/// Most new tags listed by the check.
const NEW_TAGS: usize = 100;
/// Advice for rows that were not read.
const AGAIN: &str = "Import the same file again: rows already added are recognised.";

/// The rows of a CSV text, or the refusal of its first line.
pub fn open(csv: &str) -> Result<Sheet<'_>, ApiError> {
    Sheet::open(csv).map_err(|why| ApiError::body_field("csv", "value_error", why, Value::Null))
}

/// Adds the devices of rows, each taken or refused by itself.
pub async fn take(
    state: &AppState,
    author: &Author<'_>,
    rows: impl Iterator<Item = Result<Row, String>> + Send,
) -> Result<Tally, ApiError> {
    let (tally, _) = Import::new(state, Some(author)).await.run(rows).await?;
    if tally.added > 0 {
        state.journal.changed(Changed::Devices).await;
        state.journal.changed(Changed::Setup).await;
        let (level, waits) = if author.approves {
            (Level::Info, ".")
        } else {
            (Level::Warning, ": no credential is sent to them until an admin approves them.")
        };
        let message = format!("{} imported {} from a file{waits}", author.name, devices(tally.added));
        let meta = json!({ "added": tally.added, "imported_by": author.name });
        state.journal.line(level, LogType::System, "server.import", About::default(), message, meta);
    }
    Ok(tally)
}

/// Reports what [`take`] would do now, and the names of tags it would create.
pub async fn look(
    state: &AppState,
    rows: impl Iterator<Item = Result<Row, String>> + Send,
) -> Result<(Tally, Vec<String>), ApiError> {
    let (tally, tags) = Import::new(state, None).await.run(rows).await?;
    Ok((tally, tags.into_iter().collect()))
}

fn devices(count: i64) -> String {
    if count == 1 { "1 device".to_owned() } else { format!("{count} devices") }
}

struct Import<'a> {
    state: &'a AppState,
    /// The author; none in a check.
    author: Option<&'a Author<'a>>,
    platforms: Vec<String>,
    seen: Seen,
    tally: Tally,
    new_tags: BTreeSet<String>,
}

impl<'a> Import<'a> {
    async fn new(state: &'a AppState, author: Option<&'a Author<'a>>) -> Import<'a> {
        let known = state.platforms.refreshed(&state.journal).await.registry.names();
        let platforms = known.into_iter().chain([AUTO.to_owned()]).collect();
        let (seen, tally) = (Seen::default(), Tally::default());
        Import { state, author, platforms, seen, tally, new_tags: BTreeSet::new() }
    }

    async fn run(
        mut self,
        mut rows: impl Iterator<Item = Result<Row, String>> + Send,
    ) -> Result<(Tally, BTreeSet<String>), ApiError> {
        let until = Instant::now() + LIMIT;
        loop {
            let (batch, last) = self.batch(&mut rows);
            let begins = batch.first().map(|entry| entry.place);
            match (self.settle(batch).await, begins) {
                (Ok(()), _) => {}
                // Rows added before the failure are reported, so that nobody has to guess.
                (Err(error), Some(place)) if self.author.is_some() && self.tally.added > 0 => {
                    let why = reason(error);
                    self.tally.stop(format!("No rows from {} on were added. {why} {AGAIN}", small(place)));
                }
                (Err(error), _) => return Err(error),
            }
            let Some(last) = last.filter(|_| self.tally.stopped().is_none()) else { break };
            let (full, late) = (self.tally.read() >= ROWS, Instant::now() >= until);
            if full || late {
                let (place, seconds) = (small(last), LIMIT.as_secs());
                let why = if full {
                    format!(
                        "The rows after {place} were not read: a file can have at most {ROWS} rows. Import the \
                         others from another file."
                    )
                } else {
                    format!(
                        "The rows after {place} were not read because the import took more than {seconds} s. {AGAIN}"
                    )
                };
                if rows.next().is_some() {
                    self.tally.stop(why);
                }
                break;
            }
            // Rows that are all wrong never wait for the database.
            tokio::task::yield_now().await;
        }
        Ok((self.tally, self.new_tags))
    }

    /// Reads the rows of a batch: the devices of the valid ones, and the place of the last one unless there are no more.
    fn batch(&mut self, rows: &mut impl Iterator<Item = Result<Row, String>>) -> (Vec<Entry>, Option<Place>) {
        let (mut entries, mut last) = (Vec::new(), None);
        for _ in 0..BATCH {
            let row = match rows.next() {
                None => return (entries, None),
                Some(Err(why)) => {
                    self.tally.stop(why);
                    return (entries, None);
                }
                Some(Ok(row)) => row,
            };
            last = Some(row.place);
            match check(row, Some(&self.platforms)).and_then(|entry| self.seen.note(entry)) {
                Ok(entry) => entries.push(entry),
                Err(refusal) => self.tally.refuse(refusal),
            }
        }
        (entries, last)
    }

    /// Adds the new devices of a batch.
    async fn settle(&mut self, entries: Vec<Entry>) -> Result<(), ApiError> {
        if entries.is_empty() {
            return Ok(());
        }
        let twins = self.state.store.twins(&entries).await?;
        let mut new = Vec::new();
        for (entry, (by_name, by_place)) in entries.into_iter().zip(twins) {
            match compare(&entry, by_name.as_ref(), by_place.as_ref()) {
                Fate::New => new.push(entry),
                Fate::Present(refusal) | Fate::Taken(refusal) => self.tally.refuse(refusal),
            }
        }
        let tags = self.tags(&mut new).await?;
        let Some(author) = self.author else {
            self.tally.added += i64::try_from(new.len()).unwrap_or(i64::MAX);
            return Ok(());
        };
        if new.is_empty() {
            return Ok(());
        }
        let input = |entry: &Entry| {
            let ids = entry.tags.iter().filter_map(|tag| tags.get(tag).copied()).collect();
            DeviceInput { tags: Some(ids), ..entry.input.clone() }
        };
        let inputs: Vec<DeviceInput> = new.iter().map(input).collect();
        let added = self.state.store.add_devices(&inputs, author).await?;
        for entry in new {
            if added.contains(entry.hostname()) {
                self.tally.added += 1;
            } else {
                let why = "someone else added a device with this hostname or address at the same moment";
                self.tally.refuse(entry.refused(RefusalKind::Taken, why));
            }
        }
        Ok(())
    }

    /// The ids of the tags that entries name; new ones are created, or only noted in a check. An entry with a number
    /// that no tag has is refused.
    async fn tags(&mut self, entries: &mut Vec<Entry>) -> Result<HashMap<String, TagId>, ApiError> {
        let store = &self.state.store;
        let called: HashSet<&str> = entries.iter().flat_map(|entry| &entry.tags).map(String::as_str).collect();
        if called.is_empty() {
            return Ok(HashMap::new());
        }
        let mut tags = store.tags_called(&called).await?;
        let is_number = |tag: &str| tag.bytes().all(|byte| byte.is_ascii_digit());
        let no_tag = |entry: &Entry| entry.tags.iter().find(|tag| is_number(tag) && !tags.contains_key(*tag)).cloned();
        entries.retain(|entry| match no_tag(entry) {
            None => true,
            Some(tag) => {
                let why = format!("there is no tag with the number or name {tag}");
                self.tally.refuse(entry.refused(RefusalKind::Wrong, &why));
                false
            }
        });
        let named = entries.iter().flat_map(|entry| &entry.tags);
        let new: BTreeSet<&str> = named.filter(|tag| !tags.contains_key(*tag)).map(String::as_str).collect();
        if self.author.is_none() {
            let room = NEW_TAGS.saturating_sub(self.new_tags.len());
            self.new_tags.extend(new.into_iter().take(room).map(str::to_owned));
        } else if !new.is_empty() {
            store.make_tags(&new.iter().copied().collect::<Vec<_>>()).await?;
            tags.extend(store.tags_called(&new.into_iter().collect()).await?);
        }
        Ok(tags)
    }
}

/// A place inside a sentence.
fn small(place: Place) -> String {
    place.to_string().to_lowercase()
}

/// A failure of the store, in words for the user who imports.
pub fn reason(error: ApiError) -> String {
    match error {
        ApiError::Detail(_, sentence) => sentence,
        other => {
            tracing::error!(?other, "an import was interrupted");
            "The server failed; see its own log for the reason.".to_owned()
        }
    }
}
