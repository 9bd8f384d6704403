//! The one pushed stream: each subscription of the web view is a channel of batches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use netraven_api::Problem;
use netraven_api::event::{FeedMessage, Link};
use netraven_api::logs::StreamFilter;
use netraven_api::native::FeedStart;
use netraven_client::Client;
use tauri::State;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use crate::Shell;

/// Pause before a feed is opened with a new token, so that one refused for ever is not asked without end.
const RENEW_PAUSE: Duration = Duration::from_secs(1);

/// The open subscriptions.
#[derive(Clone, Default)]
pub struct Feeds(Arc<Mutex<Subscriptions>>);

#[derive(Default)]
struct Subscriptions {
    last_id: u32,
    cancels: HashMap<u32, CancellationToken>,
}

impl Feeds {
    /// Ends every subscription, e.g. because the page that held them was left.
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

    fn lock(&self) -> std::sync::MutexGuard<'_, Subscriptions> {
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
    let connection = shell.connection.clone();
    let open = connection.open()?;
    let feeds = shell.feeds.clone();
    let cancel = open.scope.child_token();
    let id = feeds.add(&cancel);
    tauri::async_runtime::spawn(async move {
        let renew = || connection.refused(open.generation);
        run(&open.client, start.filter, &cancel, renew, |batch| channel.send(batch).is_ok()).await;
        feeds.remove(id);
    });
    Ok(id)
}

/// Hands on what the feed brings until `cancel`, until nobody takes it (`send` gives false), or until the token is refused
/// and `renew` has no other: one that was renewed only interrupts the feed.
async fn run<R: Future<Output = bool>>(
    client: &Client,
    mut filter: StreamFilter,
    cancel: &CancellationToken,
    renew: impl Fn() -> R,
    mut send: impl FnMut(Vec<FeedMessage>) -> bool,
) {
    loop {
        let (mut signed_out, mut last) = (false, filter.after);
        let sink = |mut batch: Vec<FeedMessage>| {
            for message in &batch {
                match message {
                    FeedMessage::Link { link: Link::SignedOut } => signed_out = true,
                    FeedMessage::Lines { lines } => last = lines.last().map(|line| line.id).max(last),
                    _ => {}
                }
            }
            // Whether the person is signed out is known only after trying for a new token.
            batch.retain(|message| !matches!(message, FeedMessage::Link { link: Link::SignedOut }));
            if !batch.is_empty() && !send(batch) {
                cancel.cancel();
            }
        };
        client.feed(filter.clone(), cancel.clone(), sink).await;
        if !signed_out || cancel.is_cancelled() {
            return;
        }
        if !renew().await {
            send(vec![FeedMessage::Link { link: Link::SignedOut }]);
            return;
        }
        filter.after = last;
        let reason = "The sign-in ran out and is renewed.".to_owned();
        let link = Link::Reconnecting { reason, retry_in_s: RENEW_PAUSE.as_secs() };
        if !send(vec![FeedMessage::Link { link }]) {
            return;
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(RENEW_PAUSE) => {}
        }
    }
}

/// Ends a feed; one that has ended already is no mistake.
#[tauri::command]
pub async fn feed_stop(shell: State<'_, Shell>, id: u32) -> Result<(), Problem> {
    if let Some(cancel) = shell.feeds.remove(id) {
        cancel.cancel();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

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

    /// A server whose stream refuses the first who ask, and stays open for those who follow; gives what was asked.
    async fn server(refusals: usize) -> (Client, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(stream.read_u8().await.unwrap());
                }
                let answer = if seen.lock().unwrap().len() < refusals {
                    "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                } else {
                    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: here\n\n"
                };
                seen.lock().unwrap().push(String::from_utf8_lossy(&request).to_lowercase());
                stream.write_all(answer.as_bytes()).await.unwrap();
                open.push(stream);
            }
        });
        (client, asked)
    }

    fn behind_line_five() -> StreamFilter {
        StreamFilter { after: Some(5), ..StreamFilter::default() }
    }

    #[tokio::test]
    async fn a_renewed_token_only_interrupts_a_feed() {
        let (client, asked) = server(1).await;
        let (cancel, mut links) = (CancellationToken::new(), Vec::new());
        let send = |batch: Vec<FeedMessage>| {
            links.extend(batch);
            !matches!(links.last(), Some(FeedMessage::Link { link: Link::Live }))
        };
        run(&client, behind_line_five(), &cancel, async || true, send).await;
        assert_eq!(links.len(), 2, "{links:?}");
        assert!(matches!(links[0], FeedMessage::Link { link: Link::Reconnecting { .. } }), "{links:?}");
        let asked = asked.lock().unwrap();
        assert!(asked.len() == 2 && asked.iter().all(|request| request.contains("last-event-id: 5")), "{asked:?}");
    }

    #[tokio::test]
    async fn a_token_that_cannot_be_renewed_ends_a_feed_and_says_so() {
        let (client, asked) = server(9).await;
        let mut heard = Vec::new();
        let send = |batch| {
            heard.push(batch);
            true
        };
        run(&client, behind_line_five(), &CancellationToken::new(), async || false, send).await;
        assert_eq!(heard, [vec![FeedMessage::Link { link: Link::SignedOut }]]);
        assert_eq!(asked.lock().unwrap().len(), 1);
    }
}
