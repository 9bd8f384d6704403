//! Two connected sockets of this process: what a channel of a jump host brings goes through them to a session, which
//! then need not know that there is a jump host.

use std::io;
use std::net::TcpStream;

/// Two ends of one connection.
///
/// They are sockets of the local domain in the standard library's type for a stream: what a session asks of one
/// (reading, looking ahead, time limits, shutting) is the same for both kinds.
#[cfg(unix)]
pub(super) fn pair() -> io::Result<(TcpStream, TcpStream)> {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    let (near, far) = UnixStream::pair()?;
    Ok((TcpStream::from(OwnedFd::from(near)), TcpStream::from(OwnedFd::from(far))))
}

/// Two ends of one connection over loopback.
#[cfg(not(unix))]
pub(super) fn pair() -> io::Result<(TcpStream, TcpStream)> {
    use std::net::{Ipv4Addr, TcpListener};

    /// How many strangers may connect first.
    const STRANGERS: usize = 16;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let near = TcpStream::connect(listener.local_addr()?)?;
    let ours = near.local_addr()?;
    for _ in 0..STRANGERS {
        // Any program here can connect to the port; the one that has our own port is us.
        let (far, address) = listener.accept()?;
        if address == ours {
            near.set_nodelay(true)?;
            far.set_nodelay(true)?;
            return Ok((near, far));
        }
    }
    Err(io::Error::other("other programs connected first"))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::Shutdown;
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_ends_do_all_that_a_session_asks_of_a_connection() {
        let (mut near, mut far) = pair().unwrap();
        near.write_all(b"SSH-").unwrap();
        let mut bytes = [0; 4];
        assert_eq!(far.peek(&mut bytes).unwrap(), 4);
        far.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"SSH-");
        far.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let waited = far.read(&mut bytes).unwrap_err().kind();
        assert!(matches!(waited, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{waited}");
        far.shutdown(Shutdown::Both).unwrap();
        assert_eq!(near.read(&mut bytes).unwrap(), 0);
    }
}
