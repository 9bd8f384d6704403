//! The hub: signals of every process arrive once here and are handed to all who listen in this one.

use futures::StreamExt as _;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::journal::Signal;
use crate::queue::{self, Queue};

/// Signals a slow listener may fall behind before it has to look for itself.
const BEHIND: usize = 4096;

/// Starts the hub.
pub fn start(queue: &Queue, stop: CancellationToken) -> (broadcast::Sender<Signal>, tokio::task::JoinHandle<()>) {
    let (sender, _) = broadcast::channel(BEHIND);
    let (signals, queue) = (sender.clone(), queue.clone());
    let task = tokio::spawn(async move {
        let incoming = queue.subscribe();
        tokio::pin!(incoming);
        loop {
            let next = tokio::select! {
                next = incoming.next() => next,
                () = stop.cancelled() => break,
            };
            let signal = match next {
                Some(queue::Signal::Message(text)) => serde_json::from_str(&text).ok(),
                // What was said meanwhile is lost: everybody looks for lines, which have no gaps.
                Some(queue::Signal::Reconnected) => Some(Signal::Logs { newest: i64::MAX }),
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
