//! Live events: a wake-up for listeners, not a record. A reader that must miss nothing reads the store after each gap.

use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use redis::aio::{PubSubSink, PubSubStream};
use tokio::time::{sleep, timeout};

use super::{Queue, QueueError};

/// A connection without a message for this long is checked.
const QUIET: Duration = Duration::from_secs(15);
const PING_LIMIT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a listener receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscribed {
    /// Listening has begun, for the first time or after a gap: earlier events have to be read from the store.
    Reconnected,
    /// An event as it was published.
    Message(String),
}

impl Queue {
    /// Publishes an event (JSON) to all listeners.
    pub async fn publish(&self, event: &str) -> Result<(), QueueError> {
        self.link.ask(redis::cmd("PUBLISH").arg(self.channel()).arg(event)).await
    }

    /// Listens to events for ever, across lost connections. Keep polling it: unread messages collect in memory.
    pub fn subscribe(&self) -> impl Stream<Item = Subscribed> + Send + 'static + use<> {
        self.subscribe_with(QUIET)
    }

    pub(super) fn subscribe_with(&self, quiet: Duration) -> impl Stream<Item = Subscribed> + Send + 'static + use<> {
        let listener = Listener { queue: self.clone(), open: None, pause: FIRST_PAUSE, quiet };
        stream::unfold(listener, async |mut listener| Some((listener.next().await, listener))).boxed()
    }

    fn channel(&self) -> String {
        format!("{}:events", self.namespace)
    }
}

struct Listener {
    queue: Queue,
    open: Option<(PubSubSink, PubSubStream)>,
    pause: Duration,
    quiet: Duration,
}

impl Listener {
    async fn next(&mut self) -> Subscribed {
        loop {
            let Some((sink, messages)) = &mut self.open else {
                match self.connect().await {
                    Ok(open) => {
                        self.open = Some(open);
                        self.pause = FIRST_PAUSE;
                        return Subscribed::Reconnected;
                    }
                    Err(error) => {
                        tracing::debug!(%error, "live events are interrupted");
                        sleep(self.pause).await;
                        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                        continue;
                    }
                }
            };
            match timeout(self.quiet, messages.next()).await {
                Ok(Some(message)) => match message.get_payload() {
                    Ok(text) => return Subscribed::Message(text),
                    Err(_) => tracing::debug!("ignored an event that is not text"),
                },
                Ok(None) => self.open = None,
                Err(_) => {
                    let answer = timeout(PING_LIMIT, sink.ping::<redis::Value>()).await;
                    if !matches!(answer, Ok(Ok(_))) {
                        self.open = None;
                    }
                }
            }
        }
    }

    async fn connect(&self) -> Result<(PubSubSink, PubSubStream), QueueError> {
        let mut connection = self.queue.link.pubsub().await?;
        let limit = PING_LIMIT;
        match timeout(limit, connection.subscribe(self.queue.channel())).await {
            Ok(Ok(())) => Ok(connection.split()),
            Ok(Err(error)) => {
                Err(QueueError::Unreachable { server: self.queue.link.server().to_owned(), reason: error.to_string() })
            }
            Err(_) => {
                Err(QueueError::TooSlow { server: self.queue.link.server().to_owned(), seconds: limit.as_secs() })
            }
        }
    }
}
