//! The hub: signals of every process arrive once here and are handed to all who listen in this one.

use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::journal::Signal;
use crate::queue::{self, Queue};

/// Signals a slow listener may fall behind before it has to look for itself.
const BEHIND: usize = 4096;
/// Longest wait for the first connection; without it the hub begins with a gap.
const BEGIN_LIMIT: Duration = Duration::from_secs(5);

/// Starts the hub. It listens when this returns, so that nobody misses what is said from then on.
pub async fn start(queue: &Queue, stop: CancellationToken) -> (broadcast::Sender<Signal>, tokio::task::JoinHandle<()>) {
    let (sender, _) = broadcast::channel(BEHIND);
    let signals = sender.clone();
    let mut incoming = queue.subscribe();
    // The first thing said is that listening has begun, and nobody was there to miss anything before.
    if tokio::time::timeout(BEGIN_LIMIT, incoming.next()).await.is_err() {
        tracing::warn!("the queue's events are not received yet");
    }
    let task = tokio::spawn(async move {
        loop {
            let next = tokio::select! {
                next = incoming.next() => next,
                () = stop.cancelled() => break,
            };
            let signal = match next {
                Some(queue::Subscribed::Message(text)) => serde_json::from_str(&text).ok(),
                Some(queue::Subscribed::Reconnected) => Some(Signal::Gap),
                None => break,
            };
            if let Some(signal) = signal {
                // Nobody listening is nothing wrong.
                let _ = signals.send(signal);
            }
        }
    });
    (sender, task)
}
