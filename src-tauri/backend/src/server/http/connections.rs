//! The open connections: how many there may be, and which is closed when there are too many. Silent ones go before those with
//! a request, and those before signed-in ones; among equals the oldest goes.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use tokio_util::sync::CancellationToken;

/// The open connections of a server.
pub struct Connections {
    most: usize,
    next: AtomicU64,
    open: Mutex<HashMap<u64, OpenConnection>>,
}

struct OpenConnection {
    state: ConnectionState,
    since: Instant,
    close: CancellationToken,
}

/// What a connection is doing; the first kind is closed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ConnectionState {
    /// No complete request was read yet, or the last one is answered.
    Silent,
    /// A request is in progress.
    Asking,
    /// A signed-in user's request is in progress.
    SignedIn,
}

impl Connections {
    /// No connections yet; `most` at a time.
    #[must_use]
    pub fn new(most: usize) -> Arc<Connections> {
        Arc::new(Connections { most: most.max(1), next: AtomicU64::new(0), open: Mutex::default() })
    }

    /// Takes a new connection. If there are too many, another one is closed for it.
    pub fn enter(self: &Arc<Connections>) -> Connection {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let close = CancellationToken::new();
        let mut open = self.open.lock().expect("no holder of this lock panics");
        if open.len() >= self.most {
            close_one(&mut open);
        }
        open.insert(
            number,
            OpenConnection { state: ConnectionState::Silent, since: Instant::now(), close: close.clone() },
        );
        Connection { seat: Arc::new(Seat { connections: Arc::clone(self), number, close }) }
    }

    /// Closes one, because the system is out of file handles.
    pub fn make_room(&self) {
        close_one(&mut self.open.lock().expect("no holder of this lock panics"));
    }
}

fn close_one(open: &mut HashMap<u64, OpenConnection>) {
    let first = open.iter().min_by_key(|(_, entry)| (entry.state, entry.since)).map(|(number, _)| *number);
    if let Some(entry) = first.and_then(|number| open.remove(&number)) {
        entry.close.cancel();
    }
}

/// One open connection; it is over when the last of these is dropped.
#[derive(Clone)]
pub struct Connection {
    seat: Arc<Seat>,
}

struct Seat {
    connections: Arc<Connections>,
    number: u64,
    close: CancellationToken,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.connections.open.lock().expect("no holder of this lock panics").remove(&self.number);
    }
}

impl Connection {
    /// Waits until this connection must be closed.
    pub async fn closed(&self) {
        self.seat.close.cancelled().await;
    }

    /// Whether no request is in progress.
    pub fn is_silent(&self) -> bool {
        let open = self.seat.connections.open.lock().expect("no holder of this lock panics");
        open.get(&self.seat.number).is_none_or(|entry| entry.state == ConnectionState::Silent)
    }

    /// A request was read.
    pub fn asks(&self) {
        self.is(ConnectionState::Asking);
    }

    /// Notes that the request in progress is from a signed-in user.
    pub fn is_signed_in(&self) {
        self.is(ConnectionState::SignedIn);
    }

    fn is(&self, state: ConnectionState) {
        let mut open = self.seat.connections.open.lock().expect("no holder of this lock panics");
        if let Some(entry) = open.get_mut(&self.seat.number) {
            (entry.state, entry.since) = (state, Instant::now());
        }
    }

    /// The answer; once it is sent, the connection is silent again.
    pub fn answers(&self, response: Response) -> Response {
        response.map(|body| Body::new(TrackedBody { body, connection: self.clone() }))
    }
}

/// A body that notices when it was sent.
struct TrackedBody {
    body: Body,
    connection: Connection,
}

impl Drop for TrackedBody {
    fn drop(&mut self) {
        self.connection.is(ConnectionState::Silent);
    }
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_silent_goes_first_and_who_is_signed_in_last() {
        let connections = Connections::new(3);
        let (reader, asking, silent) = (connections.enter(), connections.enter(), connections.enter());
        reader.is_signed_in();
        asking.asks();
        let closed = |connection: &Connection| connection.seat.close.is_cancelled();
        let next = connections.enter();
        assert_eq!([&reader, &asking, &silent, &next].map(closed), [false, false, true, false]);
        next.asks();
        let last = connections.enter();
        assert_eq!([&reader, &asking, &next, &last].map(closed), [false, true, false, false]);
    }

    #[test]
    fn a_connection_that_is_over_makes_room() {
        let connections = Connections::new(2);
        let stays = connections.enter();
        for _ in 0..5 {
            drop(connections.enter());
        }
        assert!(!stays.seat.close.is_cancelled());
    }

    #[tokio::test]
    async fn a_connection_is_silent_once_its_answer_was_sent() {
        let connection = Connections::new(1).enter();
        connection.is_signed_in();
        let answer = connection.answers(Response::new(Body::from("done")));
        assert!(!connection.is_silent());
        assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.unwrap(), "done");
        assert!(connection.is_silent());
    }
}
