//! The import of a CSV text on a server without such a route: row by row, so that the outcome of each is known. Its own
//! import takes a file, too, but knows tags only by number and words its refusals as its libraries do.

mod tags;

use std::collections::HashMap;
use std::time::Duration;

use futures::{StreamExt, stream};
use netraven_api::devices::{Device, DeviceInput, ImportPlan, Imported};
use netraven_api::native::Feature;
use netraven_api::page::MAX_SIZE;
use netraven_api::platforms::AUTO;
use netraven_api::problem::Code;
use netraven_api::sheet::{Entry, Fate, Place, Refusal, RefusalKind, Seen, Sheet, Tally, There, check, compare};
use netraven_api::{Problem, TagId, Transport};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{create, offers_recognition, offers_transports, sorted};
use crate::dialect::lists::{MOST_ROWS, rows_of};
use crate::dialect::parsed_request::ParsedRequest;
use crate::dialect::{Context, offered};
use tags::Tags;

/// Rows sent at once.
const AT_ONCE: usize = 4;
/// Rows read before the first of them is sent.
const BATCH: usize = 100;
/// Longest time spent sending rows; the window waits little longer for an answer.
const LIMIT: Duration = Duration::from_secs(40);
/// Advice for rows that were not sent.
const AGAIN: &str = "Import the same file again: rows already added are recognised.";
/// What cannot be checked before a row is sent.
const NOTE: &str = "This server checks a row's platform only when the row is imported.";

/// The outcome of a row.
enum Sent {
    Added,
    Refused(Refusal),
    Late,
    /// Unknown: the server did not answer, or accepts no further requests.
    Lost(Place, Problem),
}

/// Adds the devices of a text, each accepted or refused by itself.
pub async fn answer(context: Context<'_>, request: &ParsedRequest) -> Result<Imported, Problem> {
    let text = text(request)?;
    let until = Instant::now() + LIMIT;
    let mut file = File::open(context, &text).await?;
    loop {
        let (batch, last) = file.batch();
        let begins = batch.first().map_or(Place::Line(1), |entry| entry.place);
        let batch = match file.tags.make(batch, &mut file.tally).await {
            Ok(batch) => batch,
            Err(problem) if file.tally.added == 0 => return Err(problem),
            Err(problem) => {
                let place = begins.to_string().to_lowercase();
                file.tally.stop(format!("No rows from {place} on were sent. {} {AGAIN}", problem.message));
                Vec::new()
            }
        };
        let sent = batch.into_iter().map(|(entry, tags)| send(context, entry, tags, until));
        let fates: Vec<Sent> = stream::iter(sent).buffered(AT_ONCE).collect().await;
        for fate in fates {
            match fate {
                Sent::Added => file.tally.added += 1,
                Sent::Refused(refusal) => file.tally.refuse(refusal),
                Sent::Late => {
                    let seconds = LIMIT.as_secs();
                    file.tally
                        .stop(format!("Not every row was sent because the import took more than {seconds} s. {AGAIN}"));
                }
                Sent::Lost(_, problem) if file.tally.added == 0 => return Err(problem),
                Sent::Lost(place, problem) => {
                    let place = place.to_string().to_lowercase();
                    file.tally.stop(format!(
                        "From {place} on it is not known which rows were added. {} {AGAIN}",
                        problem.message
                    ));
                }
            }
        }
        if last || file.tally.stopped().is_some() {
            return Ok(file.tally.imported());
        }
    }
}

/// Reports the expected outcome, as far as it can be known in advance.
pub async fn look(context: Context<'_>, request: &ParsedRequest) -> Result<ImportPlan, Problem> {
    let text = text(request)?;
    let mut file = File::open(context, &text).await?;
    let separator = file.sheet.separator().one().to_owned();
    let columns = file.sheet.columns().map(|column| column.name().to_owned()).collect();
    let mut new_tags = std::collections::BTreeSet::new();
    loop {
        let (batch, last) = file.batch();
        let right = file.tags.look(batch, &mut file.tally, &mut new_tags).await?;
        file.tally.added += i64::try_from(right).unwrap_or(i64::MAX);
        if last {
            let (outcome, new_tags) = (file.tally.imported(), new_tags.into_iter().collect());
            return Ok(ImportPlan { separator, columns, new_tags, outcome, note: Some(NOTE.to_owned()) });
        }
    }
}

fn text(request: &ParsedRequest) -> Result<String, Problem> {
    match request.fields()?.remove("csv") {
        Some(Value::String(text)) => Ok(text),
        _ => Err(Problem::field("body.csv", "The request has no text of a file.")),
    }
}

/// A file being read, and what the server has.
struct File<'a> {
    sheet: Sheet<'a>,
    tags: Tags<'a>,
    names: HashMap<String, There>,
    places: HashMap<(String, i64), There>,
    /// Whether the server takes a transport other than SSH.
    transports: bool,
    /// Whether it recognises platforms.
    recognises: bool,
    seen: Seen,
    tally: Tally,
}

impl<'a> File<'a> {
    async fn open(context: Context<'a>, text: &'a str) -> Result<File<'a>, Problem> {
        let sheet = Sheet::open(text).map_err(|why| Problem::field("body.csv", why))?;
        let loaded = context.anew("/devices/", &[], MOST_ROWS).await?;
        let there: Vec<There> = sorted(&loaded.rows).into_iter().map(there).collect();
        let named = there.iter().map(|one| (one.hostname.to_lowercase(), one.clone())).collect();
        let placed = there.iter().map(|one| ((one.ip_address.to_lowercase(), one.port), one.clone())).collect();
        let (seen, tally) = (Seen::default(), Tally::default());
        let transports = offers_transports(context);
        let recognises = offers_recognition(context);
        Ok(File { sheet, tags: Tags::new(context), names: named, places: placed, transports, recognises, seen, tally })
    }

    /// The new devices of the next rows, and whether these were the last.
    fn batch(&mut self) -> (Vec<Entry>, bool) {
        let mut new = Vec::new();
        for _ in 0..BATCH {
            let row = match self.sheet.next() {
                None => return (new, true),
                Some(Err(why)) => {
                    self.tally.stop(why);
                    return (new, true);
                }
                Some(Ok(row)) => row,
            };
            // The server decides which platforms it accepts.
            let entry = match check(row, None).and_then(|entry| self.seen.note(entry)) {
                Ok(entry) => entry,
                Err(refusal) => {
                    self.tally.refuse(refusal);
                    continue;
                }
            };
            if !self.transports && entry.input.transport.is_some_and(|transport| transport != Transport::Ssh) {
                let why = offered::reason(Feature::Transports).trim_end_matches('.');
                self.tally.refuse(entry.refused(RefusalKind::Wrong, why));
                continue;
            }
            if !self.recognises && entry.platform() == AUTO {
                let why = offered::reason(Feature::Recognition).trim_end_matches('.');
                self.tally.refuse(entry.refused(RefusalKind::Wrong, why));
                continue;
            }
            let by_name = self.names.get(&entry.hostname().to_lowercase());
            let by_place = self.places.get(&(entry.address().to_lowercase(), entry.port()));
            match compare(&entry, by_name, by_place) {
                Fate::New => new.push(entry),
                Fate::Present(refusal) | Fate::Taken(refusal) => self.tally.refuse(refusal),
            }
        }
        (new, false)
    }
}

fn there(device: Device) -> There {
    There {
        hostname: device.hostname,
        ip_address: device.ip_address,
        port: device.port.unwrap_or(22),
        device_type: device.device_type,
        transport: device.transport,
    }
}

async fn send(context: Context<'_>, entry: Entry, tags: Vec<TagId>, until: Instant) -> Sent {
    if Instant::now() >= until {
        return Sent::Late;
    }
    let input = DeviceInput { tags: Some(tags), ..entry.input.clone() };
    let fields = match serde_json::to_value(&input) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    match create(context, fields).await {
        Ok(_) => Sent::Added,
        Err(problem) if [Code::Unauthenticated, Code::Unreachable, Code::Unavailable].contains(&problem.code) => {
            Sent::Lost(entry.place, problem)
        }
        Err(problem) => Sent::Refused(refused(context, &entry, &problem).await),
    }
}

/// A row the server refused: it has more devices than were read, or does not accept this one.
async fn refused(context: Context<'_>, entry: &Entry, problem: &Problem) -> Refusal {
    if problem.message.contains("already registered") {
        let filter = [("hostname", entry.hostname().to_owned())];
        let found =
            context.page("/devices/", &filter, 1, MAX_SIZE).await.map(|page| rows_of(&page)).unwrap_or_default();
        let is_it = |device: &Device| device.hostname.eq_ignore_ascii_case(entry.hostname());
        let found = sorted(&found).into_iter().find(is_it).map(there);
        if let Fate::Present(refusal) | Fate::Taken(refusal) = compare(entry, found.as_ref(), None) {
            return refusal;
        }
        return entry.refused(RefusalKind::Taken, problem.message.trim_end_matches('.'));
    }
    entry.refused(RefusalKind::Wrong, problem.message.trim_end_matches('.'))
}
