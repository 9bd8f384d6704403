//! Adding devices from a file, batch by batch: however long it is, no more than a batch of its devices is held, and of the rows
//! before only the names and places by which twins are known. What was added stays.

mod json;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use netraven_api::TagId;
use netraven_api::devices::DeviceInput;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::sheet::{Entry, Fate, Place, ROWS, RefusalKind, Row, Seen, Sheet, Tally, check, compare};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Shared;
use super::http::fault::Fault;
use crate::journal::About;
use crate::store::approvals::Author;

pub use json::{NoRows, rows as json_rows};

/// Rows of a batch, which is one transaction.
const BATCH: usize = 500;
/// Longest an import takes rows; whoever asked waits little longer for the answer.
const LIMIT: Duration = Duration::from_secs(40);
/// Most names of new tags that are told beforehand.
const NEW_TAGS: usize = 100;
/// What a person does about rows that were not read.
const AGAIN: &str = "Import the same file again: rows that went in are recognised.";

/// The rows of a CSV text, or the refusal of its first line.
pub fn open(csv: &str) -> Result<Sheet<'_>, Fault> {
    Sheet::open(csv).map_err(|why| Fault::body_field("csv", "value_error", why, Value::Null))
}

/// Adds the devices of rows, each taken or refused by itself.
pub async fn take(
    shared: &Shared,
    author: &Author<'_>,
    rows: impl Iterator<Item = Result<Row, String>> + Send,
) -> Result<Tally, Fault> {
    let (tally, _) = Import::new(shared, Some(author)).run(rows).await?;
    if tally.added > 0 {
        shared.journal.changed(Changed::Devices).await;
        shared.journal.changed(Changed::Setup).await;
        let (level, waits) = if author.approves {
            (Level::Info, ".")
        } else {
            (Level::Warning, ": no credential is sent to them before an admin has approved them.")
        };
        let message = format!("{} imported {} from a file{waits}", author.name, devices(tally.added));
        let meta = json!({ "added": tally.added, "imported_by": author.name });
        shared.journal.line(level, LogType::System, "server.import", About::default(), message, meta);
    }
    Ok(tally)
}

/// Says what [`take`] would do now, and the names of tags it would make.
pub async fn look(
    shared: &Shared,
    rows: impl Iterator<Item = Result<Row, String>> + Send,
) -> Result<(Tally, Vec<String>), Fault> {
    let (tally, tags) = Import::new(shared, None).run(rows).await?;
    Ok((tally, tags.into_iter().collect()))
}

fn devices(count: i64) -> String {
    if count == 1 { "1 device".to_owned() } else { format!("{count} devices") }
}

struct Import<'a> {
    shared: &'a Shared,
    /// Who adds; nobody where it is only looked at.
    author: Option<&'a Author<'a>>,
    platforms: Vec<String>,
    seen: Seen,
    tally: Tally,
    new_tags: BTreeSet<String>,
}

impl<'a> Import<'a> {
    fn new(shared: &'a Shared, author: Option<&'a Author<'a>>) -> Import<'a> {
        let platforms = shared.platforms.names();
        let (seen, tally) = (Seen::default(), Tally::default());
        Import { shared, author, platforms, seen, tally, new_tags: BTreeSet::new() }
    }

    async fn run(
        mut self,
        mut rows: impl Iterator<Item = Result<Row, String>> + Send,
    ) -> Result<(Tally, BTreeSet<String>), Fault> {
        let until = Instant::now() + LIMIT;
        loop {
            let (batch, last) = self.batch(&mut rows);
            let begins = batch.first().map(|entry| entry.place);
            match (self.settle(batch).await, begins) {
                (Ok(()), _) => {}
                // What went in before is told, so that nobody has to guess at it.
                (Err(fault), Some(place)) if self.author.is_some() && self.tally.added > 0 => {
                    let why = reason(fault);
                    self.tally.stop(format!("No row from {} on was added. {why} {AGAIN}", small(place)));
                }
                (Err(fault), _) => return Err(fault),
            }
            let Some(last) = last.filter(|_| self.tally.stopped().is_none()) else { break };
            let (full, late) = (self.tally.read() >= ROWS, Instant::now() >= until);
            if full || late {
                let (place, seconds) = (small(last), LIMIT.as_secs());
                let why = if full {
                    format!(
                        "The rows behind {place} were not read: {ROWS} are the most of one file. Import the others by another one."
                    )
                } else {
                    format!("The rows behind {place} were not read, since it took more than {seconds} s. {AGAIN}")
                };
                if rows.next().is_some() {
                    self.tally.stop(why);
                }
                break;
            }
            // Rows that are all wrong never wait for anything.
            tokio::task::yield_now().await;
        }
        Ok((self.tally, self.new_tags))
    }

    /// Reads the rows of a batch: the devices of those that are right, and where the last one stands unless there are no more.
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

    /// Adds what of a batch is new.
    async fn settle(&mut self, entries: Vec<Entry>) -> Result<(), Fault> {
        if entries.is_empty() {
            return Ok(());
        }
        let twins = self.shared.store.twins(&entries).await?;
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
        let added = self.shared.store.add_devices(&inputs, author).await?;
        for entry in new {
            if added.contains(entry.hostname()) {
                self.tally.added += 1;
            } else {
                let why = "somebody else added a device with this hostname or address in the same moment";
                self.tally.refuse(entry.refused(RefusalKind::Taken, why));
            }
        }
        Ok(())
    }

    /// The ids of the tags that entries name, of which new ones are made, or noted where it is only looked at. An entry that
    /// names a number no tag has is refused.
    async fn tags(&mut self, entries: &mut Vec<Entry>) -> Result<HashMap<String, TagId>, Fault> {
        let store = &self.shared.store;
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
                let why = format!("no tag has the number or the name {tag}");
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

/// What a failure of the store is to whoever imports.
fn reason(fault: Fault) -> String {
    match fault {
        Fault::Detail(_, sentence) => sentence,
        other => {
            tracing::error!(?other, "an import was broken off");
            "The server failed at it; its own log has the reason.".to_owned()
        }
    }
}
