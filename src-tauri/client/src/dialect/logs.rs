//! The log: several values of a filter by several requests, positions by id through their times, and a search over the lines
//! that were read if the server's own fails.

mod filter;
mod tail;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use netraven_api::logs::{Level, LogEntry, LogLevelInfo, LogStats};
use netraven_api::native::Feature;
use netraven_api::page::MAX_SIZE;
use netraven_api::problem::Code;
use netraven_api::{DeviceId, LogId, Method, Open, Page, Problem};
use serde_json::Value;

use super::Context;
use super::lists::{place, rows_of};
use super::parsed_request::{ParsedRequest, id};
use super::row::{Row, reply};
use super::{offered, secrets, words};
use filter::{Filter, earlier};
pub(crate) use tail::Tail;

/// Pages of a hundred lines read for one answer.
const MOST_PAGES: i64 = 10;

/// Answers requests for the log.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    match (request.method, rest) {
        (Method::Get, []) => list(context, request).await,
        (Method::Get, ["levels"]) => Ok(reply(&levels())),
        (Method::Get, ["stats"]) => Ok(reply(&stats(Row(&context.get("/logs/stats", &[]).await?)))),
        (Method::Get, ["histogram"]) => Err(offered::refusal(Feature::LogHistogram)),
        (Method::Get, ["types"]) => context.plain(request).await,
        (Method::Get, [text]) => {
            let found = context.get(&format!("/logs/{}", id::<LogId>(text)?), &[]).await?;
            Ok(reply(&entry(Row(&found), &*context.names().await)))
        }
        _ => context.plain(request).await,
    }
}

/// A line of the server, its secrets hidden. Levels of some rows are in lower case there.
pub fn entry(row: Row, names: &HashMap<DeviceId, String>) -> LogEntry {
    let device_id = row.id_of("device_id");
    let mut meta = row.value("meta").or_else(|| row.value("extra"));
    meta.iter_mut().for_each(secrets::hide_in);
    LogEntry {
        id: row.id(),
        timestamp: row.time("timestamp").unwrap_or_default(),
        log_type: Open::of(&row.word("log_type")),
        level: words::level(&row.word("level")),
        job_id: row.id_of("job_id"),
        device_id,
        run_id: None,
        source: row.text("source"),
        message: secrets::hide(&row.word("message")),
        meta,
        device_name: device_id.and_then(|id| names.get(&id).cloned()),
    }
}

async fn list(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let filter = Filter::read(context, request).await?;
    let names = context.names().await;
    let mut page = match direct(context, &filter, request, &names).await? {
        Some(page) => page,
        None => scan(context, &filter, request, &names).await?,
    };
    if let Some(run) = filter.run_id {
        page.items.iter_mut().for_each(|line| line.run_id = Some(run));
    }
    Ok(reply(&page))
}

/// The server's own page, if one request covers the whole query.
async fn direct(
    context: Context<'_>,
    filter: &Filter,
    request: &ParsedRequest,
    names: &HashMap<DeviceId, String>,
) -> Result<Option<Page<LogEntry>>, Problem> {
    let [params] = filter.requests.as_slice() else { return Ok(None) };
    let mut params = params.clone();
    if let Some(search) = &filter.search {
        if context.server.search_fails.load(Ordering::Relaxed) {
            return Ok(None);
        }
        params.push(("search", search.clone()));
    }
    if filter.has_place() {
        return Ok(None);
    }
    let (page, size) = place(request)?;
    match context.page("/logs/", &params, page, size).await {
        Ok(found) => {
            let mut lines: Vec<LogEntry> = rows_of(&found).iter().map(|row| entry(Row(row), names)).collect();
            sort(&mut lines, filter.is_ascending);
            Ok(Some(Page::new(lines, Row(&found).number("total").unwrap_or_default(), page, size)))
        }
        Err(problem) if problem.code == Code::Internal && filter.search.is_some() => {
            context.server.search_fails.store(true, Ordering::Relaxed);
            Ok(None)
        }
        Err(problem) => Err(problem),
    }
}

/// The result of reading the log line by line.
#[derive(Default)]
struct Scan {
    lines: Vec<LogEntry>,
    read: usize,
    total: i64,
    is_cut: bool,
    /// Time of the last line that was looked at.
    last: Option<Timestamp>,
}

/// Reads on in each of the requests until there are enough lines, and merges them into one list.
async fn scan(
    context: Context<'_>,
    filter: &Filter,
    request: &ParsedRequest,
    names: &HashMap<DeviceId, String>,
) -> Result<Page<LogEntry>, Problem> {
    let (page, size) = place(request)?;
    let needed = usize::try_from(page.saturating_mul(size)).unwrap_or(usize::MAX);
    let mut all = Scan::default();
    for params in &filter.requests {
        let found = read_on(context, filter, params, needed, names).await?;
        all.lines.extend(found.lines);
        all.read += found.read;
        all.total += found.total;
        // Of several requests the least advanced one counts: lines after it were not looked at.
        if found.is_cut {
            all.is_cut = true;
            all.last = if filter.is_ascending { earlier(all.last, found.last) } else { all.last.max(found.last) };
        }
    }
    sort(&mut all.lines, filter.is_ascending);
    let found = i64::try_from(all.lines.len()).unwrap_or(i64::MAX);
    // Totals without filters of ours are counted by the server, others by what was seen.
    let total = if filter.looks_closer() { found } else { all.total };
    let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let note = filter.search.as_ref().map(|_| said(&all, filter));
    let items = all.lines.into_iter().skip(skip).take(usize::try_from(size).unwrap_or_default()).collect();
    let mut page = Page::new(items, total, page, size).with_note(note);
    page.stopped_at = all.last.filter(|_| all.is_cut && filter.looks_closer() && !filter.is_ascending);
    Ok(page)
}

/// How far a search got.
fn said(scan: &Scan, filter: &Filter) -> String {
    let lines = scan.read;
    let which = match (scan.is_cut, filter.is_bounded || filter.is_ascending) {
        (false, false) => format!("all {lines} lines that match the other filters"),
        (false, true) => "the rest of the lines that match the other filters".to_owned(),
        (true, false) => format!("the newest {lines} lines that match the other filters; older ones were not"),
        (true, true) => format!("{lines} more lines that match the other filters; the rest was not"),
    };
    format!("This server cannot search its log. Searched were {which}.")
}

async fn read_on(
    context: Context<'_>,
    filter: &Filter,
    params: &[(&'static str, String)],
    needed: usize,
    names: &HashMap<DeviceId, String>,
) -> Result<Scan, Problem> {
    let mut seen = BTreeSet::new();
    let mut scan = Scan::default();
    for page in 1..=MOST_PAGES {
        let found = context.page("/logs/", params, page, MAX_SIZE).await?;
        let rows = rows_of(&found);
        scan.total = Row(&found).number("total").unwrap_or_default();
        // Lines written meanwhile shift the others to the next page.
        let new = rows.iter().map(|row| entry(Row(row), names)).filter(|line| seen.insert(line.id));
        scan.lines.extend(new.filter(|line| filter.fits(line)));
        scan.read = seen.len();
        scan.last = rows.last().and_then(|row| Row(row).time("timestamp")).or(scan.last);
        let is_end = i64::try_from(rows.len()).unwrap_or(i64::MAX) < MAX_SIZE;
        scan.is_cut = !is_end;
        if is_end || scan.lines.len() >= needed {
            break;
        }
    }
    Ok(scan)
}

/// By time, and lines of the same time by id.
fn sort(lines: &mut [LogEntry], is_ascending: bool) {
    lines.sort_by_key(|line| (line.timestamp, line.id));
    if !is_ascending {
        lines.reverse();
    }
}

/// The time of a line, if it is still there.
async fn time_of(context: Context<'_>, id: LogId) -> Result<Option<Timestamp>, Problem> {
    match context.get(&format!("/logs/{id}"), &[]).await {
        Ok(found) => Ok(Row(&found).time("timestamp")),
        Err(problem) if problem.code == Code::NotFound => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The levels as rows have them; the server lists them in lower case, by which it finds nothing.
fn levels() -> Vec<LogLevelInfo> {
    let description = |level: Level| {
        let (first, rest) = level.as_str().split_at(1);
        Some(format!("{first}{}", rest.to_lowercase()))
    };
    Level::ALL.map(|level| LogLevelInfo { level, description: description(level) }).to_vec()
}

fn stats(row: Row) -> LogStats {
    let mut stats = LogStats {
        total: row.number("total").unwrap_or_default(),
        last_log_time: row.time("last_log_time"),
        ..LogStats::default()
    };
    let counts = |name: &str| row.0.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    for (kind, count) in counts("by_type") {
        *stats.by_type.entry(kind.as_str().into()).or_default() += count.as_i64().unwrap_or_default();
    }
    for (level, count) in counts("by_level") {
        if let Some(level) = Level::parse(&level.to_uppercase()) {
            *stats.by_level.entry(level).or_default() += count.as_i64().unwrap_or_default();
        }
    }
    stats
}
