//! A TCP stream that another task can cut, at once or as soon as what was written has left.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

/// How long a connection that was cut behind its output waits for the client to have taken it.
const FAREWELL_LIMIT: Duration = Duration::from_secs(10);

/// The scissors for one [`Wire`].
#[derive(Default)]
pub(crate) struct Cut(Mutex<State>);

#[derive(Default)]
struct State {
    phase: Phase,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Phase {
    #[default]
    Whole,
    AtFlush,
    Cut,
}

impl Cut {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the connection now.
    pub(crate) fn now(&self) {
        let mut state = self.state();
        state.phase = Phase::Cut;
        for waker in [state.reader.take(), state.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }

    /// Ends the connection when the next flush has succeeded.
    pub(crate) fn at_flush(&self) {
        let mut state = self.state();
        if state.phase == Phase::Whole {
            state.phase = Phase::AtFlush;
        }
    }

    fn is_cut(&self, remember: impl FnOnce(&mut State) -> &mut Option<Waker>, cx: &Context<'_>) -> bool {
        let mut state = self.state();
        if state.phase == Phase::Cut {
            return true;
        }
        let slot = remember(&mut state);
        if !slot.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            *slot = Some(cx.waker().clone());
        }
        false
    }
}

/// The stream itself: after the cut, reading sees the end and writing fails, so that its owner lets it go.
pub(crate) struct Wire {
    /// Absent once it was cut behind its output.
    stream: Option<TcpStream>,
    cut: Arc<Cut>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, cut: Arc<Cut>) -> Wire {
        Wire { stream: Some(stream), cut }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(broken)
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the simulated device closed the connection")
}

/// Ends a connection so that what was written still arrives: closing at once, with something of the client's unread,
/// would make the system discard it.
async fn farewell(mut stream: TcpStream) {
    let _ = tokio::time::timeout(FAREWELL_LIMIT, async {
        let mut buffer = [0; 512];
        stream.shutdown().await?;
        while stream.read(&mut buffer).await? > 0 {}
        io::Result::Ok(())
    })
    .await;
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.cut.is_cut(|state| &mut state.reader, cx) {
            return Poll::Ready(Ok(()));
        }
        self.stream()?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.cut.is_cut(|state| &mut state.writer, cx) {
            return Poll::Ready(Err(broken()));
        }
        self.stream()?.poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.stream()?.poll_flush(cx))?;
        let at_flush = self.cut.state().phase == Phase::AtFlush;
        if at_flush {
            self.stream.take().map(|stream| tokio::spawn(farewell(stream)));
            self.cut.now();
            return Poll::Ready(Err(broken()));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}
