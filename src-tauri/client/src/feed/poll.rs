//! The feed of a server whose stream is unreliable: its log and jobs are polled, faster while something
//! happens. The stream only triggers the next reading early, so that no line comes twice.

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

/// Least number of readings between two reports about an active run.
const NEWS_PACE: u32 = 3;

/// Polls until the token is no longer valid; dropped when the subscriber leaves.
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
            // An event of the stream triggers a reading, many at once trigger one.
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = woken.notified() => tokio::time::sleep(limits.first_pause.min(wait)).await,
                // A change made through this client is followed up at once, and more often for a while.
                Ok(()) = own_changes.changed() => {
                    every = limits.first_poll;
                    tokio::time::sleep(limits.first_pause.min(wait)).await;
                }
            }
        }
    }

    /// Reads new lines and changes; returns whether there were any, or may be soon.
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
        // Lines are passed on before jobs are read, which may fail: they count as seen from here on.
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

/// Listens to the stream, if there is one, and wakes the reader on each event. Never ends.
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
