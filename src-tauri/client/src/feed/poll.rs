//! The feed of a server whose stream cannot be relied on: its log and jobs read again and again, faster while something
//! happens. What the stream does say only makes the next reading come at once, so that no line comes twice.

use std::time::Duration;

use netraven_api::event::{Changed, FeedMessage, Link, Skip};
use netraven_api::logs::{LiveFilter, STREAM_PATH, StreamFilter};
use netraven_api::problem::Code;
use netraven_api::{Method, Problem, Request};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::batch::Batch;
use super::parse::Parser;
use super::pause::Pause;
use super::said::{Said, read};
use super::watch::Watch;
use super::{Limits, STREAM_PATIENCE, open_stream};
use crate::Client;
use crate::dialect::{Server, Tail};

/// How many readings news of a run that goes on are apart at least.
const NEWS_PACE: u32 = 3;

/// Reads on until the token is no longer good; it is dropped when nobody wants it any more.
pub async fn run(
    client: &Client,
    server: &Server,
    limits: Limits,
    filter: StreamFilter,
    sink: &mut impl FnMut(Vec<FeedMessage>),
) {
    let woken = Notify::new();
    let mut poll =
        Poll { client, server, watch: filter.changes.unwrap_or_default().then(Watch::default), tail: None, filter };
    let (job_id, device_id) = (poll.filter.filter.job_id, poll.filter.filter.device_id);
    let filter = LiveFilter { job_id, device_id, ..LiveFilter::default() };
    let query = StreamFilter { filter, ..StreamFilter::default() };
    tokio::select! {
        () = poll.keep_reading(limits, &woken, sink) => {}
        () = listen(client, server, limits, &query, &woken) => {}
    }
}

/// One subscription.
struct Poll<'a> {
    client: &'a Client,
    server: &'a Server,
    filter: StreamFilter,
    tail: Option<Tail>,
    watch: Option<Watch>,
}

impl Poll<'_> {
    async fn keep_reading(&mut self, limits: Limits, woken: &Notify, sink: &mut impl FnMut(Vec<FeedMessage>)) {
        let mut every = limits.first_poll;
        let mut failures = Pause::new(limits.first_pause, limits.longest_pause);
        let mut told = None;
        let mut own_changes = self.server.own_changes();
        loop {
            let wait = match self.read(limits, sink).await {
                Ok(news) => {
                    failures = Pause::new(limits.first_pause, limits.longest_pause);
                    every = if news { limits.first_poll } else { (every * 2).min(limits.longest_poll) };
                    if matches!(told, Some(Link::Reconnecting { .. })) && self.watch.is_some() {
                        sink(vec![FeedMessage::Changes { changes: everything() }]);
                    }
                    tell(&mut told, Link::Polling { every_s: every.as_secs_f64().ceil() as u64 }, sink);
                    every
                }
                Err(problem) if matches!(problem.code, Code::Unauthenticated | Code::Forbidden | Code::Inactive) => {
                    return tell(&mut told, Link::SignedOut, sink);
                }
                Err(problem) => {
                    let wait = failures.next(Duration::ZERO);
                    let retry_in_s = wait.as_secs_f64().ceil() as u64;
                    tell(&mut told, Link::Reconnecting { reason: problem.message, retry_in_s }, sink);
                    wait
                }
            };
            // An event of the stream is worth a reading, though many at once are worth one.
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = woken.notified() => tokio::time::sleep(limits.first_pause.min(wait)).await,
                // What was changed through this client is looked at at once, and for a while more often.
                Ok(()) = own_changes.changed() => {
                    every = limits.first_poll;
                    tokio::time::sleep(limits.first_pause.min(wait)).await;
                }
            }
        }
    }

    /// Reads what is new; whether there was anything, or may be any moment.
    async fn read(&mut self, limits: Limits, sink: &mut impl FnMut(Vec<FeedMessage>)) -> Result<bool, Problem> {
        let tail = match &mut self.tail {
            Some(tail) => tail,
            None => self.tail.insert(Tail::begin(self.client, self.server, &self.filter).await?),
        };
        let mut batch = Batch::default();
        let (lines, skipped) = tail.read(self.client, self.server).await?;
        if skipped > 0 {
            sink(vec![FeedMessage::Skipped { lines: skipped, why: Skip::TooMany }]);
        }
        let mut news = !lines.is_empty();
        lines.into_iter().for_each(|line| batch.line(line));
        // Lines are handed on before jobs are asked, which may fail: they count as seen from here on.
        batch.flush_all(sink);
        if let Some(watch) = &mut self.watch {
            let look = watch.look(self.client, self.server, limits.first_poll * NEWS_PACE).await?;
            news |= look.is_active || !look.changes.is_empty();
            look.changes.into_iter().for_each(|change| batch.change(change));
            batch.flush_all(sink);
        }
        Ok(news)
    }
}

fn tell(told: &mut Option<Link>, link: Link, sink: &mut impl FnMut(Vec<FeedMessage>)) {
    if told.as_ref() != Some(&link) {
        sink(vec![FeedMessage::Link { link: link.clone() }]);
        *told = Some(link);
    }
}

/// What may have changed while the server was out of reach.
fn everything() -> Vec<Changed> {
    vec![Changed::Devices, Changed::Jobs, Changed::Setup, Changed::System]
}

/// Listens to the stream, if there is one, and wakes the reader at what it says. Never ends.
async fn listen(client: &Client, server: &Server, limits: Limits, query: &StreamFilter, woken: &Notify) {
    if !server.description.has(Method::Get, STREAM_PATH) {
        return std::future::pending().await;
    }
    let path = Request { method: Method::Get, path: STREAM_PATH.to_owned(), body: None }.query(query).path;
    let mut pause = Pause::new(limits.first_pause, limits.longest_poll * STREAM_PATIENCE);
    loop {
        let opened = Instant::now();
        if let Ok(mut response) = open_stream(client, &path, None).await {
            let mut parser = Parser::default();
            // Keep-alives alone count as life; a stream that falls silent is reopened.
            while let Ok(Ok(Some(bytes))) = timeout(limits.silence, response.chunk()).await {
                let Ok(events) = parser.push(&bytes) else { break };
                if events.iter().any(|event| matches!(read(event), Said::Hint | Said::Line(_))) {
                    woken.notify_one();
                }
            }
        }
        tokio::time::sleep(pause.next(opened.elapsed())).await;
    }
}
