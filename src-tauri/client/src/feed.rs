//! The live feed: log lines and changes as they happen, resumed after every break without gap or repetition.
//!
//! The log id is the position. It is known before the stream is opened for the first time, so that a break at any moment
//! can be resumed after the last line that was passed on.

mod batch;
mod parse;
mod pause;
mod poll;
mod read_on;
mod said;
mod watch;

use std::time::Duration;

use netraven_api::event::{FeedMessage, Link};
use netraven_api::logs::{ListLogs, STREAM_PATH, StreamFilter};
use netraven_api::problem::Code;
use netraven_api::{LogId, Method, Problem, Request, Secret};
use reqwest::header::ACCEPT;
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use batch::Batch;
use parse::{Event, Parser};
pub use pause::Pause;
use said::{Said, read};

use crate::Client;
use crate::dialect::Dialect;

/// Silence after which a stream counts as broken; a server sends a keep-alive every 15 s.
const SILENCE_LIMIT: Duration = Duration::from_secs(45);

/// For how many of the longest poll pauses a stream that sent nothing is left alone.
const STREAM_PATIENCE: u32 = 10;

/// Time limits of the feed; the defaults are right outside tests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Silence after which the stream is reopened.
    pub silence: Duration,
    /// First pause before a new try; it doubles from try to try.
    pub first_pause: Duration,
    /// Longest pause.
    pub longest_pause: Duration,
    /// Time between two readings of a server without a usable stream, while it is active.
    pub first_poll: Duration,
    /// The same after a long time without activity.
    pub longest_poll: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            silence: SILENCE_LIMIT,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(10),
            first_poll: Duration::from_secs(1),
            longest_poll: Duration::from_secs(30),
        }
    }
}

/// Why a stream ended.
enum End {
    /// The subscriber wants no more.
    Cancelled,
    /// The token it was opened with is no longer good.
    Refused(Secret),
    /// The user may not read it, or no longer.
    Forbidden,
    /// Broken; it is worth another try.
    Broken(String),
}

impl Client {
    /// Hands log lines and changes to `sink` in batches until `cancel`, or until the token is no longer good.
    ///
    /// After a break, [`Link::Live`] follows [`Link::Reconnecting`]: lines were caught up, changes were not, so a page that
    /// shows more than lines must refetch.
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
        if let Dialect::NetRaven(server) = self.dialect() {
            tokio::select! {
                () = cancel.cancelled() => {}
                () = poll::run(self, server, limits, filter, &mut sink) => {}
            }
            return;
        }
        let mut feed = Feed::new(self, limits, filter);
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
                End::Forbidden => return sink(vec![FeedMessage::Link { link: Link::SignedOut }]),
                End::Refused(refused) => {
                    let reason = "The sign-in has expired. Enter the password to continue.".to_owned();
                    sink(vec![FeedMessage::Link {
                        link: Link::Reconnecting { reason: reason.clone(), retry_in_s: 0 },
                    }]);
                    let renewed = tokio::select! {
                        () = cancel.cancelled() => return,
                        renewed = self.renewed(&refused) => renewed,
                    };
                    if !renewed {
                        return sink(vec![FeedMessage::Link { link: Link::SignedOut }]);
                    }
                    reason
                }
                End::Broken(reason) => reason,
            };
            let wait = pause.next(opened.elapsed());
            tracing::debug!(%reason, wait_ms = wait.as_millis() as u64, "feed broken");
            let has_read_on = tokio::select! {
                () = cancel.cancelled() => return,
                has_read_on = feed.read_on(&mut sink) => has_read_on,
            };
            if has_read_on {
                continue;
            }
            let retry_in_s = wait.as_secs_f64().ceil() as u64;
            sink(vec![FeedMessage::Link { link: Link::Reconnecting { reason, retry_in_s } }]);
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

/// One subscription: its filter and its position.
struct Feed<'a> {
    client: &'a Client,
    limits: Limits,
    filter: StreamFilter,
    position: Option<LogId>,
    batch: Batch,
    /// Whether the last stream delivered anything at all.
    heard: bool,
    /// Events that were not understood.
    dropped: u64,
}

impl<'a> Feed<'a> {
    fn new(client: &'a Client, limits: Limits, filter: StreamFilter) -> Feed<'a> {
        Feed { client, limits, position: filter.after, filter, batch: Batch::default(), heard: false, dropped: 0 }
    }

    /// Opens the stream at the position and reads it to its end.
    async fn stream(&mut self, sink: &mut impl FnMut(Vec<FeedMessage>)) -> End {
        self.heard = false;
        let token = self.client.token().unwrap_or_default();
        let opened = timeout(self.limits.silence, self.open()).await;
        let mut response = match opened.unwrap_or_else(|_| Err(self.silence())) {
            Ok(response) => response,
            Err(problem) if problem.code == Code::Unauthenticated => return End::Refused(token),
            Err(problem) if matches!(problem.code, Code::Forbidden | Code::Inactive) => return End::Forbidden,
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
                        self.heard = true;
                        match parser.push(&bytes) {
                            Ok(events) => events.iter().for_each(|event| self.take(event)),
                            Err(parse::TooLong) => return End::Broken("The server sent a line that never ends.".into()),
                        }
                    }
                    Ok(None) => return End::Broken("The server ended the stream.".into()),
                    Err(error) => return End::Broken(self.client.broken(&error).message),
                },
                () = sleep_until(silent_at) => return End::Broken(self.silence().message),
            }
        }
    }

    fn silence(&self) -> Problem {
        let seconds = self.limits.silence.as_secs();
        Problem::new(Code::Unreachable, format!("The server sent nothing for {seconds} s."))
    }

    async fn open(&mut self) -> Result<Response, Problem> {
        let position = match self.position {
            Some(position) => position,
            None => *self.position.insert(self.newest().await?),
        };
        let query = StreamFilter { after: None, changes: Some(true), ..self.filter.clone() };
        let path = Request { method: Method::Get, path: STREAM_PATH.to_owned(), body: None }.query(&query).path;
        open_stream(self.client, &path, Some(position)).await
    }

    /// Id of the newest line: a new subscription begins after it.
    async fn newest(&self) -> Result<LogId, Problem> {
        let page = self.client.send(&ListLogs { size: Some(1), ..ListLogs::default() }).await?;
        Ok(page.items.iter().map(|line| line.id).max().unwrap_or_default())
    }

    fn take(&mut self, event: &Event) {
        match read(event) {
            Said::Line(line) if self.position.is_none_or(|position| line.id > position) => {
                self.position = Some(line.id);
                self.batch.line(*line);
            }
            Said::Change(change) => self.batch.change(change),
            Said::Place(id) => self.position = self.position.max(Some(id)),
            Said::Broken(error) => {
                self.dropped += 1;
                tracing::warn!(%error, dropped = self.dropped, "an event in the stream could not be read");
                if event.name == "log" {
                    let id: Option<LogId> = event.id.as_ref().and_then(|id| id.parse().ok());
                    // Sent again after a break, it is the same line.
                    if id.is_none() || id > self.position {
                        self.batch.skip();
                    }
                    self.position = self.position.max(id);
                }
            }
            Said::Line(_) | Said::Hint | Said::Alive => {}
        }
    }
}

/// Opens a stream at a position in the log; any other answer is a problem.
async fn open_stream(client: &Client, path: &str, place: Option<LogId>) -> Result<Response, Problem> {
    let prepare = |request: RequestBuilder| {
        let request = request.header(ACCEPT, "text/event-stream");
        match place {
            Some(place) => request.header("Last-Event-ID", place.get()),
            None => request,
        }
    };
    let response = client.open(path, prepare).await?;
    let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/event-stream") {
        return Ok(response);
    }
    let message = format!("{} did not answer with a live stream. Check the address.", client.place());
    Err(Problem::new(Code::NotUnderstood, message))
}
