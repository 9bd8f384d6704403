//! Whether a device can be reached: TCP connect, over SSH its banner, and an ICMP echo where the system allows it to
//! anybody.

use std::io::{self, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use netraven_api::outcome::Cause;
use netraven_api::transport::Transport;
use socket2::{Domain, Protocol, Socket, Type};

use super::cancel::Cancel;
use super::report::{Limits, SessionError, Target};
use super::ssh::connect::PeerAddress;
use super::ssh::{banner, connect};
use super::telnet;

/// How long an echo may take.
const ECHO_LIMIT: Duration = Duration::from_secs(2);
const SLICE: Duration = Duration::from_millis(200);

/// What was found out about one device.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The address that answered; `None` also behind a jump host, which alone knows it.
    pub address: Option<SocketAddr>,
    /// How long the TCP connect took, or why there is none.
    pub tcp: Result<Duration, Cause>,
    /// The SSH banner and how long it took after the connect, or why there is none; `None` without SSH, where nothing
    /// is waited for.
    pub banner: Option<Result<(String, Duration), Cause>>,
    /// How long an ICMP echo took; `None` where the system does not allow it, and behind a jump host, through which
    /// there is none.
    pub ping: Option<Result<Duration, Cause>>,
    /// What failed first, as a sentence for people; nothing the device said is in it.
    pub message: Option<String>,
    /// What the device said instead of a banner, not redacted.
    pub said: Option<String>,
    /// What a person does next, where it is more particular than the cause's advice.
    pub advice: Option<&'static str>,
}

/// Reaches for a device without signing in.
pub fn probe(target: &Target, transport: Transport, limits: &Limits, cancel: &Cancel) -> Reach {
    let reach = reach(target, transport, limits, cancel);
    // Cancelling shuts the socket; whatever the probe then stumbled over is not its reason.
    if cancel.is_cancelled() && (reach.tcp.is_err() || matches!(reach.banner, Some(Err(_)))) {
        let cancelled = SessionError::cancelled();
        let tcp = reach.tcp.map_err(|_| cancelled.cause);
        let banner = reach.banner.map(|_| Err(cancelled.cause));
        return Reach { tcp, banner, message: Some(cancelled.message), said: None, advice: None, ..reach };
    }
    reach
}

fn reach(target: &Target, transport: Transport, limits: &Limits, cancel: &Cancel) -> Reach {
    let over_ssh = transport == Transport::Ssh;
    let reached = match connect::connect(target, limits, cancel) {
        Ok(reached) => reached,
        Err(error) => {
            let error = if over_ssh { error } else { telnet::unreached(error, target) };
            let SessionError { cause, message, advice, .. } = error;
            // A host may answer an echo although its port does not.
            let is_ours = cause != Cause::Cancelled && target.through.is_none();
            let address = if is_ours { connect::literal(target, limits, cancel) } else { None };
            let ping = address.and_then(|address| echo(address, cancel));
            let message = Some(message);
            let banner = over_ssh.then_some(Err(cause));
            return Reach { address: None, tcp: Err(cause), banner, ping, message, said: None, advice };
        }
    };
    let address = match &reached.address {
        PeerAddress::Direct(address) => Some(*address),
        PeerAddress::Through(_) => None,
    };
    let tcp = Ok(reached.took);
    let connected = Instant::now();
    let stream = Arc::new(reached.stream);
    let banner = over_ssh.then(|| await_banner(&stream, &reached.address, limits, cancel));
    let took = connected.elapsed();
    drop(stream);
    let ping = address.filter(|_| !cancel.is_cancelled()).and_then(|address| echo(address, cancel));
    let (banner, message, said) = match banner {
        None => (None, None, None),
        Some(Ok(banner)) => (Some(Ok((banner, took))), None, None),
        Some(Err(SessionError { cause, message, said, .. })) => (Some(Err(cause)), Some(message), said),
    };
    Reach { address, tcp, banner, ping, message, said, advice: None }
}

fn await_banner(
    stream: &Arc<TcpStream>,
    address: &PeerAddress,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<String, SessionError> {
    let _watched = cancel.watch(stream);
    let mut greeted = false;
    let started = Instant::now();
    while started.elapsed() < limits.handshake {
        if banner::await_banner(stream, address, limits, cancel)? {
            return banner::read_version(stream, address, limits, cancel);
        }
        // Both sides send a banner (RFC 4253, 4.2); what is silent so far, like a server of another protocol, may wait for ours.
        // A connection that is gone already says so at the next read.
        if !std::mem::replace(&mut greeted, true) {
            let _ = (&**stream).write_all(b"SSH-2.0-NetRaven\r\n");
        }
    }
    let seconds = limits.handshake.as_secs();
    Err(SessionError::new(Cause::Timeout, format!("The device sent no SSH banner within {seconds} s.")))
}

/// One ICMP echo over an unprivileged socket; `None` where there is no such thing.
fn echo(mut address: SocketAddr, cancel: &Cancel) -> Option<Result<Duration, Cause>> {
    let (domain, protocol, request, reply) = match address {
        SocketAddr::V4(_) => (Domain::IPV4, Protocol::ICMPV4, 8, 0),
        SocketAddr::V6(_) => (Domain::IPV6, Protocol::ICMPV6, 128, 129),
    };
    address.set_port(0);
    let mut socket = Socket::new(domain, Type::DGRAM, Some(protocol)).ok()?;
    socket.set_read_timeout(Some(SLICE)).ok()?;
    socket.connect(&address.into()).ok()?;
    let packet = echo_request(request);
    let started = Instant::now();
    if let Err(error) = socket.send(&packet) {
        // Without the permission the send fails rather than the socket on some systems.
        return (error.kind() != io::ErrorKind::PermissionDenied).then_some(Err(Cause::Unreachable));
    }
    let mut buffer = [0_u8; 256];
    while started.elapsed() < ECHO_LIMIT {
        if cancel.is_cancelled() {
            return Some(Err(Cause::Cancelled));
        }
        match socket.read(&mut buffer) {
            Ok(length) if is_reply(&buffer[..length], reply, &packet) => return Some(Ok(started.elapsed())),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(_) => return Some(Err(Cause::Unreachable)),
        }
    }
    Some(Err(Cause::Timeout))
}

/// An echo request; the system fills in the identifier, and the checksum where it wants another one.
fn echo_request(kind: u8) -> [u8; 16] {
    let mut packet = [0; 16];
    packet[0] = kind;
    packet[7] = 1;
    packet[8..].copy_from_slice(b"netraven");
    let sum: u32 = packet.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let checksum = !u16::try_from((folded & 0xffff) + (folded >> 16)).expect("a folded sum has 16 bits");
    packet[2..4].copy_from_slice(&checksum.to_be_bytes());
    packet
}

fn is_reply(received: &[u8], kind: u8, request: &[u8; 16]) -> bool {
    // Some systems put the IP header in front.
    let header = match received.first() {
        Some(first) if first >> 4 == 4 && received.len() >= 20 + request.len() => usize::from(first & 0xf) * 4,
        _ => 0,
    };
    received.get(header) == Some(&kind) && received.get(header + 6..header + 16) == Some(&request[6..])
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_device_that_greets_is_reached_with_its_banner() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::direct("127.0.0.1", listener.local_addr().unwrap().port());
        let server = std::thread::spawn(move || listener.accept().unwrap().0.write_all(b"SSH-2.0-Test\r\n").unwrap());
        let reach = probe(&target, Transport::Ssh, &Limits::default(), &Cancel::new());
        server.join().unwrap();
        assert!(reach.tcp.is_ok());
        assert_eq!(reach.banner.unwrap().unwrap().0, "SSH-2.0-Test");
        assert!(reach.ping.is_none_or(|ping| ping.is_ok()));
    }

    #[test]
    fn a_probe_cancelled_while_the_device_is_silent_is_cancelled_and_not_disconnected() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::direct("127.0.0.1", listener.local_addr().unwrap().port());
        let cancel = Cancel::new();
        let (switch, (connected, is_connected)) = (cancel.clone(), std::sync::mpsc::channel());
        let device = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // The first byte is our banner: from here on the probe does nothing but wait.
            stream.read_exact(&mut [0]).unwrap();
            connected.send(()).unwrap();
            let _ = io::copy(&mut stream, &mut io::sink());
        });
        let canceller = std::thread::spawn(move || {
            is_connected.recv().unwrap();
            switch.cancel();
        });
        let reach = probe(&target, Transport::Ssh, &Limits::default(), &cancel);
        assert_eq!((reach.tcp.is_ok(), reach.banner), (true, Some(Err(Cause::Cancelled))));
        assert_eq!(reach.message.unwrap(), SessionError::cancelled().message);
        canceller.join().unwrap();
        device.join().unwrap();
    }

    #[test]
    fn a_closed_port_is_a_refusal() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        for transport in Transport::ALL {
            let target = Target::direct("127.0.0.1", port);
            let reach = probe(&target, transport, &Limits::default(), &Cancel::new());
            assert_eq!(reach.tcp.unwrap_err(), Cause::Refused);
            assert!(reach.message.unwrap().contains("refused"));
            assert_eq!(reach.advice.is_none(), transport == Transport::Ssh, "the cause's own advice speaks of SSH");
        }
    }

    #[test]
    fn without_ssh_a_connection_is_all_that_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::direct("127.0.0.1", listener.local_addr().unwrap().port());
        let reach = probe(&target, Transport::Telnet, &Limits::default(), &Cancel::new());
        assert!(reach.tcp.is_ok() && reach.banner.is_none() && reach.message.is_none(), "{reach:?}");
        let mut server = listener.accept().unwrap().0;
        assert_eq!(server.read(&mut [0]).unwrap(), 0, "nothing was sent");
    }

    #[test]
    fn an_echo_reply_is_known_with_and_without_an_ip_header() {
        let mut reply = echo_request(8);
        reply[0] = 0;
        let mut with_header = vec![0x45; 20];
        with_header.extend(reply);
        assert!(is_reply(&reply, 0, &echo_request(8)));
        assert!(is_reply(&with_header, 0, &echo_request(8)));
        assert!(!is_reply(&echo_request(8), 0, &echo_request(8)));
    }
}
