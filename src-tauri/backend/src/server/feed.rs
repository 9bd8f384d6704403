//! The live stream: history and live lines are one sequence in the order of their ids.
//!
//! A signal only wakes a stream; lines are read from the database after the last id sent. So a lost signal costs a
//! second, never a line, and a client that returns with `Last-Event-ID` continues where it was. Changes have no such
//! order: when signals of it were lost, the stream ends, and the client reopens it and reads everything again. It ends,
//! too, within seconds of the sign-in it was opened by.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures::Stream;
use netraven_api::event::Changed;
use netraven_api::logs::{LogEntry, STREAM_PATH, StreamFilter};
use netraven_api::routes::Route;
use netraven_api::users::Role;
use netraven_api::{Access, LogId, Method};
use serde_json::json;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::AppState;
use super::http::auth::{self, Caller};
use super::http::describe::Operation;
use super::http::error::ApiError;
use super::http::input::Query;
use super::http::mount::Mount;
use super::http::tokens::SignIn;
use crate::journal::Signal;

/// Lines read from the database at once.
const READ: i64 = 500;
/// Longest a stream sleeps without looking, in case a signal is lost.
const LOOK: Duration = Duration::from_secs(1);
/// Pause between keep-alives (comments).
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Mounts the live stream.
pub fn mount(mount: &mut Mount) {
    let route = Route { method: Method::Get, path: STREAM_PATH, access: Access::User };
    let lines = json!({ "description": "Events named `log`, each with a line and its id, and comments as signs of life.",
        "content": { "text/event-stream": { "schema": {} } } });
    let summary = "The log as it is written. With `Last-Event-ID`, or `after`, it begins behind that line.";
    let mut operation = Operation::new(summary).answers(200, lines);
    operation.takes::<Query<StreamFilter>>();
    mount.route(route, operation, get(stream));
}

async fn stream(
    State(state): State<AppState>,
    Caller(user): Caller,
    sign_in: SignIn,
    headers: HeaderMap,
    Query(query): Query<StreamFilter>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let resumed =
        headers.get("last-event-id").and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse().ok());
    let signals = state.signals.subscribe();
    let after = match resumed.or(query.after) {
        Some(after) => after,
        None => state.store.newest_log_id().await?,
    };
    let reader = Reader { sign_in, role: user.role, looked: Instant::now() };
    let tail = Tail { state, reader, query, after, signals, ready: VecDeque::new(), more: true };
    let events = futures::stream::unfold(tail, |mut tail| async move {
        let event = tail.next().await?;
        Some((Ok(event), tail))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("keep-alive")))
}

/// The reader of a stream, who may lose the right to it.
struct Reader {
    sign_in: SignIn,
    role: Role,
    /// When the sign-in was last checked.
    looked: Instant,
}

impl Reader {
    /// Whether the stream may go on: it ends with the sign-in that opened it, and with a role that was revoked.
    async fn may_read_on(&mut self, state: &AppState) -> bool {
        if self.looked.elapsed() < LOOK {
            return true;
        }
        self.looked = Instant::now();
        match auth::holder(state, &self.sign_in).await {
            Ok(user) => self.role != Role::Admin || user.role == Role::Admin,
            // While the database does not answer there is nothing to send.
            Err(error) => !matches!(error, ApiError::Detail(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _)),
        }
    }
}

struct Tail {
    state: AppState,
    reader: Reader,
    query: StreamFilter,
    after: LogId,
    signals: broadcast::Receiver<Signal>,
    ready: VecDeque<Event>,
    /// Whether the last read was full, so that there may be more.
    more: bool,
}

impl Tail {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if !self.reader.may_read_on(&self.state).await {
                return None;
            }
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.more {
                self.read().await;
                continue;
            }
            let stop = self.state.stop.clone();
            tokio::select! {
                () = stop.cancelled() => return None,
                signal = self.signals.recv() => match signal {
                    Ok(Signal::Logs { newest }) => self.more = newest > self.after,
                    Ok(Signal::Changed { changed }) => self.push_change(&changed),
                    Ok(
                        Signal::Cancel { .. }
                        | Signal::CancelDevice { .. }
                        | Signal::TrialAsked
                        | Signal::CancelTrial { .. }
                        | Signal::KeyWanted { .. }
                        | Signal::Key { .. }
                        | Signal::Platforms { .. },
                    ) => {}
                    Ok(Signal::Gap) | Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(LOOK) => self.more = true,
            }
        }
    }

    async fn read(&mut self) {
        let store = &self.state.store;
        // Read before the lines: lines up to here that the filter leaves out need not be looked at again.
        let seen =
            async { Ok((store.newest_log_id().await?, store.logs_after(self.after, &self.query.filter, READ).await?)) };
        let seen: crate::store::Result<_> = seen.await;
        match seen {
            Ok((newest, lines)) => {
                self.more = lines.len() == usize::try_from(READ).unwrap_or(usize::MAX);
                let last = lines.last().map_or(self.after, |line| line.id);
                self.after = if self.more { last } else { last.max(newest) };
                self.ready.extend(lines.iter().map(event));
            }
            Err(error) => {
                tracing::debug!(%error, "a live stream is waiting for the database");
                self.more = false;
            }
        }
    }

    fn push_change(&mut self, changed: &Changed) {
        if self.query.changes == Some(true) {
            let data = serde_json::to_string(changed).expect("a change is plain data");
            self.ready.push_back(Event::default().event("changed").data(data));
        }
    }
}

fn event(line: &LogEntry) -> Event {
    let data = serde_json::to_string(line).expect("a log line is plain data");
    Event::default().event("log").id(line.id.to_string()).data(data)
}
