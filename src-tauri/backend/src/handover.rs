//! Handing the seal key to a worker that has only the two URLs.
//!
//! The worker asks over the queue's channel, which nothing keeps; the answer is sealed with a key that stands in the
//! database. So the key is had only by who can use both: a copy of either alone opens nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::journal::{Journal, Signal};
use crate::seal::SealKey;
use crate::store::Store;

const SETTING: &str = "handover_key";
const CONTEXT: &str = "handover";
/// Pause between two questions.
const ASK: Duration = Duration::from_secs(1);

/// Answers workers that ask for the key, until stopped.
pub async fn answer(
    store: Store,
    journal: Journal,
    seal: Arc<SealKey>,
    signals: broadcast::Sender<Signal>,
    stop: CancellationToken,
) {
    let mut signals = signals.subscribe();
    loop {
        let signal = tokio::select! {
            signal = signals.recv() => signal,
            () = stop.cancelled() => break,
        };
        match signal {
            Ok(Signal::KeyWanted { worker }) => match handover_key(&store).await {
                Ok(handover) => {
                    let sealed = handover.seal_text(&format!("{CONTEXT}:{worker}"), &seal.to_text());
                    journal.signal(&Signal::Key { worker, sealed }).await;
                }
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "a worker asked for the seal key and did not get it")
                }
            },
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => break,
        }
    }
}

/// Asks for the key until a server answers. It can be given up at any moment.
pub async fn ask(
    store: &Store,
    journal: &Journal,
    worker: &str,
    signals: &broadcast::Sender<Signal>,
) -> anyhow::Result<SealKey> {
    let handover = handover_key(store).await?;
    let mut answers = signals.subscribe();
    let mut told = false;
    loop {
        journal.signal(&Signal::KeyWanted { worker: worker.to_owned() }).await;
        let answer = async {
            loop {
                match answers.recv().await {
                    Ok(Signal::Key { worker: to, sealed }) if to == worker => return Some(sealed),
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        };
        if let Ok(Some(sealed)) = tokio::time::timeout(ASK, answer).await {
            let text = handover.open_text(&format!("{CONTEXT}:{worker}"), &sealed)?;
            let key = SealKey::from_text(&text);
            return key.ok_or_else(|| anyhow::anyhow!("the server handed over a key in an unknown format"));
        }
        if !told {
            told = true;
            tracing::info!("waiting for `netraven-server serve` on this database to hand over the seal key");
        }
    }
}

async fn handover_key(store: &Store) -> anyhow::Result<SealKey> {
    let new = SealKey::generate().to_text();
    store.add_setting(SETTING, &new.as_str()).await?;
    let text: String = store.setting(SETTING).await?.unwrap_or_default();
    SealKey::from_text(&text)
        .ok_or_else(|| anyhow::anyhow!("the setting {SETTING} contains no key; remove it from system_settings"))
}
