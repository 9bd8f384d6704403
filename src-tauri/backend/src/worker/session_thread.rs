//! The thread of a session: it blocks from the first packet to the last.

use netraven_api::Transport;
use tokio::sync::oneshot;

use super::patience::Undone;

/// Stack of a session's thread.
const STACK: usize = 1024 * 1024;

/// Runs a session on a thread of its own and waits for what comes of it; `None` if the thread ended without a result.
pub(super) async fn in_a_thread<T: Send + 'static>(
    hostname: &str,
    transport: Transport,
    session: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Undone> {
    let (sender, receiver) = oneshot::channel();
    let run = move || {
        let _ = sender.send(session());
    };
    std::thread::Builder::new().name(format!("{transport} {hostname}")).stack_size(STACK).spawn(run)?;
    Ok(receiver.await.ok())
}
