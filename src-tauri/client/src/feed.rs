//! The live feed: log lines and changes as they happen, resumed after every break without gap or repetition.
//!
//! The log id is the position. It is known before the stream is opened for the first time, so that a break at any moment
//! can be resumed behind the last line that was handed on.

mod batch;
mod parse;
mod pause;

use std::time::Duration;

use netraven_api::Problem;
use netraven_api::event::{Changed, FeedMessage, Link};
use netraven_api::logs::{ListLogs, LogEntry, STREAM_PATH, StreamFilter};
use netraven_api::problem::Code;
use netraven_api::{Method, Request};
use reqwest::Response;
use reqwest::header::ACCEPT;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use batch::Batch;
use parse::{Event, Parser};
use pause::Pause;

use crate::Client;

/// Silence after which a stream counts as broken; a server gives a sign of life every 15 s.
const SILENCE_LIMIT: Duration = Duration::from_secs(45);

/// How long the feed waits for things; the defaults are right outside tests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Silence after which the stream is opened anew.
    pub silence: Duration,
    /// First pause before a new try; it doubles from try to try.
    pub first_pause: Duration,
    /// Longest pause.
    pub longest_pause: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            silence: SILENCE_LIMIT,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// Why a stream ended.
enum End {
    /// The subscriber wants no more.
    Cancelled,
    /// The token is no longer good.
    SignedOut,
    /// Broken; it is worth another try.
    Broken(String),
}

impl Client {
    /// Hands log lines and changes to `sink` in batches until `cancel`, or until the token is no longer good.
    ///
    /// After a break, [`Link::Live`] follows [`Link::Reconnecting`]: lines were caught up, changes were not, so whoever
    /// shows more than lines reads it again.
    pub async fn feed(&self, filter: StreamFilter, cancel: CancellationToken, sink: impl FnMut(Vec<FeedMessage>)) {
        self.feed_within(Limits::default(), filter, cancel, sink).await;
    }

    /// [`Client::feed`] with other limits.
    pub async fn feed_within(
        &self,
        limits: Limits,
        filter: StreamFilter,
        cancel: CancellationToken,
        mut sink: impl FnMut(Vec<FeedMessage>),
    ) {
        let mut feed = Feed { client: self, limits, position: filter.after, filter, batch: Batch::default() };
        let mut pause = Pause::new(limits.first_pause, limits.longest_pause);
        loop {
            let opened = Instant::now();
            let end = tokio::select! {
                () = cancel.cancelled() => End::Cancelled,
                end = feed.stream(&mut sink) => end,
            };
            feed.batch.flush_all(&mut sink);
            let reason = match end {
                End::Cancelled => return,
                End::SignedOut => return sink(vec![FeedMessage::Link { link: Link::SignedOut }]),
                End::Broken(reason) => reason,
            };
            let wait = pause.next(opened.elapsed());
            tracing::debug!(%reason, wait_ms = wait.as_millis() as u64, "feed broken");
            let retry_in_s = wait.as_secs_f64().ceil() as u64;
            sink(vec![FeedMessage::Link { link: Link::Reconnecting { reason, retry_in_s } }]);
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

/// One subscription: what it wants and how far it has come.
struct Feed<'a> {
    client: &'a Client,
    limits: Limits,
    filter: StreamFilter,
    position: Option<i64>,
    batch: Batch,
}

impl Feed<'_> {
    /// Opens the stream behind the position and reads it to its end.
    async fn stream(&mut self, sink: &mut impl FnMut(Vec<FeedMessage>)) -> End {
        let mut response = match self.open().await {
            Ok(response) => response,
            Err(problem) if matches!(problem.code, Code::Unauthenticated | Code::Forbidden) => return End::SignedOut,
            Err(problem) => return End::Broken(problem.message),
        };
        sink(vec![FeedMessage::Link { link: Link::Live }]);
        let mut parser = Parser::default();
        let mut silent_at = Instant::now() + self.limits.silence;
        loop {
            let due = self.batch.due();
            tokio::select! {
                biased;
                () = sleep_until(due.unwrap_or(silent_at)), if due.is_some() => self.batch.flush(sink),
                chunk = response.chunk(), if !self.batch.is_full() => match chunk {
                    Ok(Some(bytes)) => {
                        silent_at = Instant::now() + self.limits.silence;
                        match parser.push(&bytes) {
                            Ok(events) => events.into_iter().for_each(|event| self.take(event)),
                            Err(parse::TooLong) => return End::Broken("The server sent a line without end.".into()),
                        }
                    }
                    Ok(None) => return End::Broken("The server ended the stream.".into()),
                    Err(error) => return End::Broken(self.client.broken(&error).message),
                },
                () = sleep_until(silent_at) => {
                    let seconds = self.limits.silence.as_secs();
                    return End::Broken(format!("Nothing was heard from the server for {seconds} s."));
                }
            }
        }
    }

    async fn open(&mut self) -> Result<Response, Problem> {
        let position = match self.position {
            Some(position) => position,
            None => *self.position.insert(self.newest().await?),
        };
        let query = StreamFilter { after: None, changes: Some(true), ..self.filter.clone() };
        let path = Request { method: Method::Get, path: STREAM_PATH.to_owned(), body: None }.query(&query).path;
        let response = self
            .client
            .open(&path, |request| request.header(ACCEPT, "text/event-stream").header("Last-Event-ID", position))
            .await?;
        let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/event-stream") {
            return Ok(response);
        }
        let message =
            format!("{} answers the live stream with something else. Check the address.", self.client.place());
        Err(Problem::new(Code::NotUnderstood, message))
    }

    /// Id of the newest line of all: a new subscription begins behind it.
    async fn newest(&self) -> Result<i64, Problem> {
        let page = self.client.send(&ListLogs { size: Some(1), ..ListLogs::default() }).await?;
        Ok(page.items.iter().map(|line| line.id).max().unwrap_or(0))
    }

    fn take(&mut self, event: Event) {
        match event.name.as_str() {
            "log" => match serde_json::from_str::<LogEntry>(&event.data) {
                Ok(line) if self.position.is_none_or(|position| line.id > position) => {
                    self.position = Some(line.id);
                    self.batch.line(line);
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "log line of the stream is not understood"),
            },
            "changed" => match serde_json::from_str::<Changed>(&event.data) {
                Ok(change) => self.batch.change(change),
                Err(error) => tracing::debug!(%error, "change of the stream is not known"),
            },
            // Keep-alives come as data of the default event; an `id:` alone moves the position over filtered lines.
            _ => {
                if let Some(id) = event.id.and_then(|id| id.parse::<i64>().ok()) {
                    self.position = self.position.max(Some(id));
                }
            }
        }
    }
}
