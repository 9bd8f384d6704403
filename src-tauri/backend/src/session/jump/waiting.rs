//! Waiting for several sockets at once, and for somebody who rings.

use std::io;
use std::net::TcpStream;

/// What is waited for at a socket.
pub(super) struct Interest<'a> {
    pub(super) socket: &'a TcpStream,
    pub(super) read: bool,
    pub(super) write: bool,
}

pub(super) use system::{Bell, Doorbell};

/// A bell, and who waits for it.
pub(super) fn doorbell() -> io::Result<(Bell, Doorbell)> {
    system::doorbell()
}

#[cfg(unix)]
mod system {
    use std::io::{self, Read as _, Write as _};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::Interest;

    /// Ends a wait.
    pub(in super::super) struct Bell(UnixStream);

    /// Waits.
    pub(in super::super) struct Doorbell(UnixStream);

    pub(super) fn doorbell() -> io::Result<(Bell, Doorbell)> {
        let (bell, door) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        door.set_nonblocking(true)?;
        Ok((Bell(bell), Doorbell(door)))
    }

    impl Bell {
        pub(in super::super) fn ring(&self) {
            // Where the socket is full, it has rung often enough.
            let _ = (&self.0).write(&[1]);
        }
    }

    impl Doorbell {
        /// Waits until a socket is ready, the bell rings, or the time is over.
        pub(in super::super) fn wait(&self, interests: &[Interest<'_>], limit: Duration) {
            let mut sockets = vec![PollFd::new(&self.0, PollFlags::IN)];
            // A socket nothing is expected of would end each wait at once when its other end is gone.
            sockets.extend(interests.iter().filter(|wish| wish.read || wish.write).map(|wish| {
                let mut events = PollFlags::empty();
                events.set(PollFlags::IN, wish.read);
                events.set(PollFlags::OUT, wish.write);
                PollFd::new(wish.socket, events)
            }));
            let limit = Timespec::try_from(limit).ok();
            // A wait that was interrupted is repeated by the caller.
            let _ = poll(&mut sockets, limit.as_ref());
            while matches!((&self.0).read(&mut [0; 64]), Ok(length) if length > 0) {}
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
    use std::time::Duration;

    use super::Interest;

    /// How long sockets are left alone: nothing here says when one is ready.
    const SLICE: Duration = Duration::from_millis(5);

    /// Ends a wait.
    pub(in super::super) struct Bell(SyncSender<()>);

    /// Waits.
    pub(in super::super) struct Doorbell(Receiver<()>);

    pub(super) fn doorbell() -> io::Result<(Bell, Doorbell)> {
        let (bell, door) = sync_channel(1);
        Ok((Bell(bell), Doorbell(door)))
    }

    impl Bell {
        pub(in super::super) fn ring(&self) {
            let _ = self.0.try_send(());
        }
    }

    impl Doorbell {
        /// Waits until the bell rings, a socket may be ready, or the time is over.
        pub(in super::super) fn wait(&self, interests: &[Interest<'_>], limit: Duration) {
            let waits = interests.iter().any(|wish| wish.read || wish.write);
            let _ = self.0.recv_timeout(if waits { limit.min(SLICE) } else { limit });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::{Duration, Instant};

    use super::super::pair::pair;
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn the_bell_and_a_socket_that_is_ready_end_a_wait() {
        let (bell, door) = doorbell().unwrap();
        let (near, mut far) = pair().unwrap();
        let began = Instant::now();
        bell.ring();
        door.wait(&[], LONG);
        far.write_all(b"x").unwrap();
        door.wait(&[Interest { socket: &near, read: true, write: false }], LONG);
        assert!(began.elapsed() < LONG / 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_nothing_is_expected_of_does_not_end_a_wait() {
        let (_bell, door) = doorbell().unwrap();
        let (near, far) = pair().unwrap();
        drop(far);
        let (began, limit) = (Instant::now(), Duration::from_millis(50));
        door.wait(&[Interest { socket: &near, read: false, write: false }], limit);
        assert!(began.elapsed() >= limit);
    }
}
