//! The one pushed stream: each subscription of the web view is a channel of batches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use netraven_api::Problem;
use netraven_api::event::FeedMessage;
use netraven_api::native::FeedStart;
use tauri::State;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use crate::Shell;

/// Pause between two heartbeats, which are empty batches: they show the web view that a feed is still alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// The open subscriptions.
#[derive(Clone, Default)]
pub struct Feeds(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    last_id: u32,
    cancels: HashMap<u32, CancellationToken>,
}

impl Feeds {
    /// Ends every subscription, e.g. because its page was left.
    pub fn stop_all(&self) {
        self.lock().cancels.drain().for_each(|(_, cancel)| cancel.cancel());
    }

    fn add(&self, cancel: &CancellationToken) -> u32 {
        let mut open = self.lock();
        open.last_id += 1;
        let id = open.last_id;
        open.cancels.insert(id, cancel.clone());
        id
    }

    fn remove(&self, id: u32) -> Option<CancellationToken> {
        self.lock().cancels.remove(&id)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the feed; its id ends it with [`feed_stop`].
#[tauri::command]
pub async fn feed(
    shell: State<'_, Shell>,
    start: FeedStart,
    channel: Channel<Vec<FeedMessage>>,
) -> Result<u32, Problem> {
    let open = shell.connection.open()?;
    let feeds = shell.feeds.clone();
    let cancel = open.scope.child_token();
    let id = feeds.add(&cancel);
    tauri::async_runtime::spawn(async move {
        let sink = |batch: Vec<FeedMessage>| {
            if channel.send(batch).is_err() {
                cancel.cancel();
            }
        };
        tokio::select! {
            () = open.client.feed(start.filter, cancel.clone(), sink) => {}
            () = live(&channel) => {}
        }
        feeds.remove(id);
    });
    Ok(id)
}

/// Sends heartbeats until nobody receives them.
async fn live(channel: &Channel<Vec<FeedMessage>>) {
    while channel.send(Vec::new()).is_ok() {
        tokio::time::sleep(SIGN_OF_LIFE).await;
    }
}

/// Ends a feed; one that has already ended is no error.
#[tauri::command]
pub async fn feed_stop(shell: State<'_, Shell>, id: u32) -> Result<(), Problem> {
    if let Some(cancel) = shell.feeds.remove(id) {
        cancel.cancel();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_stopping_all_cancels_each() {
        let (feeds, first, second) = (Feeds::default(), CancellationToken::new(), CancellationToken::new());
        let ids = [feeds.add(&first), feeds.add(&second)];
        assert_ne!(ids[0], ids[1]);
        assert!(feeds.remove(ids[0]).is_some() && feeds.remove(ids[0]).is_none());
        feeds.stop_all();
        assert!(second.is_cancelled() && !first.is_cancelled());
    }
}
