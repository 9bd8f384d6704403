//! Cancelling a session from another thread: a flag, and the sockets to shut so that no wait outlives it.

use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A switch shared by a session and its canceller. Clones are the same switch.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    inner: Arc<CancelState>,
}

#[derive(Debug, Default)]
struct CancelState {
    cancelled: AtomicBool,
    sockets: Mutex<Sockets>,
}

#[derive(Debug, Default)]
struct Sockets {
    next: u64,
    open: Vec<(u64, Arc<TcpStream>)>,
}

impl Cancel {
    /// A switch that is off.
    #[must_use]
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Turns the switch on for good and shuts every socket that is in use under it, so that a blocked read ends at once.
    pub fn cancel(&self) {
        let sockets = self.sockets();
        self.inner.cancelled.store(true, Ordering::SeqCst);
        for (_, socket) in &sockets.open {
            // A socket that is already gone needs no shutting.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Whether the switch is on.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::SeqCst)
    }

    /// Puts a socket under the switch for as long as the returned guard lives.
    pub(super) fn watch(&self, socket: &Arc<TcpStream>) -> Watched {
        let mut sockets = self.sockets();
        // Under the same lock as `cancel`, so that a socket is either seen by it or sees the flag.
        if self.is_cancelled() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        let id = sockets.next;
        sockets.next += 1;
        sockets.open.push((id, Arc::clone(socket)));
        Watched { cancel: self.clone(), id }
    }

    fn sockets(&self) -> MutexGuard<'_, Sockets> {
        self.inner.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a socket under a [`Cancel`].
#[derive(Debug)]
pub(super) struct Watched {
    cancel: Cancel,
    id: u64,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.cancel.sockets().open.retain(|(id, _)| *id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;

    use super::*;

    fn pair() -> (Arc<TcpStream>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (Arc::new(near), listener.accept().unwrap().0)
    }

    #[test]
    fn a_blocked_read_ends_when_the_switch_is_turned() {
        let (near, _far) = pair();
        let cancel = Cancel::new();
        let _watched = cancel.watch(&near);
        let other = cancel.clone();
        let turner = std::thread::spawn(move || other.cancel());
        assert_eq!((&*near).read(&mut [0; 1]).unwrap(), 0);
        turner.join().unwrap();
        assert!(cancel.is_cancelled());
    }

    #[test]
    fn a_socket_that_comes_late_is_shut_too() {
        let (near, _far) = pair();
        let cancel = Cancel::new();
        cancel.cancel();
        let _watched = cancel.watch(&near);
        assert_eq!((&*near).read(&mut [0; 1]).unwrap(), 0);
    }

    #[test]
    fn a_session_that_ended_leaves_no_socket_behind() {
        let (near, _far) = pair();
        let cancel = Cancel::new();
        drop(cancel.watch(&near));
        assert!(cancel.sockets().open.is_empty());
    }
}
