//! The search in all configurations: the texts are read and searched here. The server's own search only knows stems of
//! English words, so that it misses half an address and finds "shut" for "no shutdown".

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use netraven_api::configs::{Config, FoundConfig, FoundConfigs};
use netraven_api::{Problem, SnapshotId};
use tokio::time::{Instant, timeout_at};

use super::{config, snippet};
use crate::dialect::Context;
use crate::dialect::parsed_request::ParsedRequest;
use crate::dialect::row::Row;

/// Most snapshots returned, as by a server of our own.
const MOST_FOUND: usize = 50;
/// Snapshots requested at once.
const PAGE: usize = 50;
/// Most snapshots read for a search, and most bytes of their texts.
const MOST_READ: usize = 2_000;
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Longest time spent reading for a search.
const LIMIT: Duration = Duration::from_secs(20);
/// How long texts are reused: a person who is typing searches at each pause.
const KEPT: Duration = Duration::from_secs(20);

/// The newest texts, the newest first, and whether there are older ones.
#[derive(Debug, Default)]
pub struct Texts {
    all: Vec<Config>,
    is_cut: bool,
}

/// Cached texts, since when, and the number of changes made from here at that time.
pub type KeptTexts = tokio::sync::Mutex<Option<(Instant, u64, Arc<Texts>)>>;

/// Answers a search.
pub async fn answer(context: Context<'_>, request: &ParsedRequest) -> Result<FoundConfigs, Problem> {
    let Some(wanted) = request.one("q") else { return Ok(FoundConfigs::default()) };
    let texts = texts(context).await?;
    let lower = wanted.to_lowercase();
    let fits = texts.all.iter().filter(|config| config.config_data.to_lowercase().contains(&lower));
    let mut items: Vec<FoundConfig> = fits.take(MOST_FOUND).map(|config| found(config, &lower)).collect();
    let mut note = None;
    if texts.is_cut && items.len() < MOST_FOUND {
        let read: BTreeSet<SnapshotId> = texts.all.iter().map(|config| config.id).collect();
        let older = by_words(context, &wanted).await?;
        items.extend(older.into_iter().filter(|one| !read.contains(&one.id)).take(MOST_FOUND - items.len()));
        note = Some(format!(
            "The newest {} snapshots were searched for the text. In older ones this server finds only whole English \
             words, in any of their forms, and returns its newest {MOST_FOUND}.",
            read.len()
        ));
    }
    Ok(FoundConfigs { items, note })
}

fn found(config: &Config, lower: &str) -> FoundConfig {
    FoundConfig {
        id: config.id,
        device_id: config.device_id,
        retrieved_at: config.retrieved_at,
        snippet: snippet::around(&config.config_data, lower),
        config_metadata: config.config_metadata.clone(),
    }
}

/// What the server's own search finds.
async fn by_words(context: Context<'_>, wanted: &str) -> Result<Vec<FoundConfig>, Problem> {
    let rows = context.get("/configs/search", &[("q", wanted.to_owned())]).await?;
    let found = rows.as_array().into_iter().flatten().map(Row).map(|row| FoundConfig {
        id: row.id(),
        device_id: row.id_of("device_id").unwrap_or_default(),
        retrieved_at: row.time("retrieved_at").unwrap_or_default(),
        snippet: snippet::of_server(&row.word("snippet")),
        config_metadata: row.value("config_metadata").map(Into::into),
    });
    Ok(found.collect())
}

/// The newest texts, read at most every few seconds.
async fn texts(context: Context<'_>) -> Result<Arc<Texts>, Problem> {
    let mut kept = context.server.texts.lock().await;
    let changes = context.server.changes.load(Ordering::Relaxed);
    if let Some((at, then, texts)) = kept.as_ref()
        && at.elapsed() < KEPT
        && *then == changes
    {
        return Ok(texts.clone());
    }
    let texts = Arc::new(read(context).await?);
    *kept = Some((Instant::now(), changes, texts.clone()));
    Ok(texts)
}

async fn read(context: Context<'_>) -> Result<Texts, Problem> {
    let until = Instant::now() + LIMIT;
    let mut texts = Texts::default();
    let (mut seen, mut bytes, mut start) = (BTreeSet::new(), 0, 0);
    loop {
        let page = [("start", start.to_string()), ("limit", PAGE.to_string())];
        let rows = match timeout_at(until, context.get("/configs/list", &page)).await {
            Ok(rows) => rows?,
            // What has been read so far is searched; if that is nothing, the answer says so.
            Err(_) if !texts.all.is_empty() => break,
            Err(_) => context.get("/configs/list", &page).await?,
        };
        let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
        for config in rows.iter().map(|row| config(Row(row))).filter(|config| seen.insert(config.id)) {
            bytes += config.config_data.len();
            texts.all.push(config);
        }
        if rows.len() < PAGE {
            return Ok(texts);
        }
        if texts.all.len() >= MOST_READ || bytes >= MOST_BYTES || Instant::now() >= until {
            break;
        }
        start += PAGE;
    }
    texts.is_cut = true;
    Ok(texts)
}
