//! Name lookup and TCP connect over every address of a device.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use netraven_api::address::Address;
use netraven_api::outcome::Cause;

use super::banner::closed_at_once;
use crate::session::cancel::Cancel;
use crate::session::report::{Limits, SessionError, Target};

/// How often a wait asks whether the session was cancelled.
const SLICE: Duration = Duration::from_millis(100);
/// The next address is tried beside the first when that has not answered for so long.
const HEAD_START: Duration = Duration::from_millis(250);

/// An open TCP connection.
pub(in crate::session) struct Reached {
    pub(in crate::session) stream: TcpStream,
    pub(in crate::session) address: PeerAddress,
    pub(in crate::session) took: Duration,
}

/// Where a connection leads.
#[derive(Clone, Debug)]
pub(in crate::session) enum PeerAddress {
    /// To an address that this computer connected to.
    Direct(SocketAddr),
    /// To a device that the last of its jump hosts connected to.
    Through(Target),
}

impl PeerAddress {
    /// The device's address; `None` where only a jump host knows it.
    pub(in crate::session) fn ip(&self) -> Option<IpAddr> {
        match self {
            PeerAddress::Direct(address) => Some(address.ip()),
            PeerAddress::Through(target) => target.literal(),
        }
    }
}

impl From<SocketAddr> for PeerAddress {
    fn from(address: SocketAddr) -> PeerAddress {
        PeerAddress::Direct(address)
    }
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeerAddress::Direct(address) => address.fmt(formatter),
            PeerAddress::Through(target) => {
                let names = target.through.as_ref().map(|route| route.names()).unwrap_or_default();
                write!(formatter, "{target} through {}", names.join(" and "))
            }
        }
    }
}

/// Connects to the first address of the device that answers.
pub(in crate::session) fn connect(target: &Target, limits: &Limits, cancel: &Cancel) -> Result<Reached, SessionError> {
    connect_within(target, &|_| true, limits, cancel)
}

/// Connects to the first permitted address of the device that answers, or has its jump host connect. The owner of a
/// name can point it at any address at any time, so the address connected to is the one checked.
pub(in crate::session) fn connect_within(
    target: &Target,
    permits: &dyn Fn(Option<IpAddr>) -> bool,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Reached, SessionError> {
    if let Some(route) = &target.through {
        return route.connect(target, permits, limits, cancel);
    }
    let (addresses, outside): (Vec<_>, Vec<_>) =
        resolve(target, limits.resolve, cancel)?.into_iter().partition(|address| permits(Some(address.ip())));
    if addresses.is_empty() && !outside.is_empty() {
        let outside: Vec<String> = outside.iter().map(|address| address.ip().to_string()).collect();
        return Err(SessionError::new(
            Cause::OutsideNetworks,
            format!("It must not be sent to {}.", outside.join(", ")),
        ));
    }
    let started = Instant::now();
    let (results, incoming) = mpsc::channel();
    let mut waiting = addresses.iter().copied();
    let (mut pending, mut failures) = (0, Vec::new());
    let mut next_start = Duration::ZERO;
    loop {
        if pending == 0 || started.elapsed() >= next_start {
            if let Some(address) = waiting.next() {
                let (results, limit) = (results.clone(), limits.connect);
                // Nothing can end a connect from outside on every system, so it is left behind where nobody waits.
                on_a_thread("connect", move || {
                    let _ = results.send((address, TcpStream::connect_timeout(&address, limit)));
                })?;
                pending += 1;
                next_start = started.elapsed() + HEAD_START;
            } else if pending == 0 {
                return Err(unreached(target, limits, failures));
            }
        }
        match wait(&incoming, SLICE, cancel)? {
            Some((address, Ok(stream))) => {
                // Small packets go out at once; where the system refuses, it is only slower.
                let _ = stream.set_nodelay(true);
                return Ok(Reached { stream, address: address.into(), took: started.elapsed() });
            }
            Some((address, Err(error))) => {
                pending -= 1;
                failures.push((address, error));
            }
            None => {}
        }
    }
}

/// Every address of the device, the families taking turns, in the order the system prefers.
fn resolve(target: &Target, limit: Duration, cancel: &Cancel) -> Result<Vec<SocketAddr>, SessionError> {
    let host = match target.host.parse::<Address>() {
        Ok(Address::Ip(address)) => return Ok(vec![SocketAddr::new(address, target.port)]),
        Ok(Address::Zoned(address, zone)) => return in_zone(address, &zone, target.port, limit, cancel),
        Ok(Address::Name(name)) => name,
        // What was stored before addresses were checked as they are now.
        Err(_) => target.host.trim().to_owned(),
    };
    match look_up(&host, target.port, limit, cancel)? {
        Ok(addresses) => Ok(taking_turns(addresses)),
        Err(reason) => Err(SessionError::new(Cause::NameNotResolved, format!("The name `{host}` {reason}."))),
    }
}

/// The device's address if it has one that needs no name service; of one with a zone the zone's number is found.
pub(in crate::session) fn literal(target: &Target, limits: &Limits, cancel: &Cancel) -> Option<SocketAddr> {
    target.host.parse::<Address>().ok()?.ip()?;
    resolve(target, limits.resolve, cancel).ok()?.first().copied()
}

/// A link-local address in its zone: the number of the interface, or its name, whose number the system knows.
fn in_zone(
    address: Ipv6Addr,
    zone: &str,
    port: u16,
    limit: Duration,
    cancel: &Cancel,
) -> Result<Vec<SocketAddr>, SessionError> {
    if let Ok(number) = zone.parse() {
        return Ok(vec![SocketAddrV6::new(address, port, 0, number).into()]);
    }
    match look_up(&format!("{address}%{zone}"), port, limit, cancel)? {
        Ok(addresses) => Ok(addresses),
        Err(_) => {
            let message = format!("This computer has no interface `{zone}`, which the address {address}%{zone} names.");
            Err(SessionError::new(Cause::Unreachable, message)
                .advising("Enter the zone as the connecting computer names it: the name or number of its interface."))
        }
    }
}

/// What the system finds for a host, or why it finds nothing, without a full stop.
fn look_up(
    host: &str,
    port: u16,
    limit: Duration,
    cancel: &Cancel,
) -> Result<Result<Vec<SocketAddr>, String>, SessionError> {
    let (results, incoming) = mpsc::channel();
    let name = host.to_owned();
    // A lookup cannot be ended; it is left behind where it takes too long.
    on_a_thread("resolve", move || {
        let _ = results.send((name.as_str(), port).to_socket_addrs().map(Vec::from_iter));
    })?;
    let started = Instant::now();
    while started.elapsed() < limit {
        match wait(&incoming, SLICE.min(limit), cancel)? {
            Some(Ok(addresses)) if addresses.is_empty() => return Ok(Err("has no address".to_owned())),
            Some(Ok(addresses)) => return Ok(Ok(addresses)),
            Some(Err(error)) => return Ok(Err(format!("has no address ({error})"))),
            None => {}
        }
    }
    Ok(Err(format!("could not be resolved within {} s", limit.as_secs())))
}

fn taking_turns(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut ours, mut others): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
    for address in addresses {
        let list = if address.is_ipv6() == first_is_v6 { &mut ours } else { &mut others };
        if !list.contains(&address) {
            list.push(address);
        }
    }
    let mut others = others.into_iter();
    let mut turns: Vec<SocketAddr> = Vec::new();
    for address in ours {
        turns.push(address);
        turns.extend(others.next());
    }
    turns.extend(others);
    turns
}

fn unreached(target: &Target, limits: &Limits, failures: Vec<(SocketAddr, io::Error)>) -> SessionError {
    // The most informative of several: a reset proves that something listens, a refusal says more than silence, silence more
    // than a missing route.
    let rank = |cause: Cause| match cause {
        Cause::Disconnected => 0,
        Cause::Refused => 1,
        Cause::TimeoutConnect => 2,
        _ => 3,
    };
    let told = failures.into_iter().map(|(address, error)| (cause_of(&error), address, error));
    let Some((cause, address, error)) = told.min_by_key(|(cause, _, _)| rank(*cause)) else {
        return SessionError::new(Cause::NameNotResolved, format!("{target} has no address."));
    };
    let seconds = limits.connect.as_secs();
    let message = match cause {
        Cause::Disconnected => return closed_at_once(&address.into()),
        Cause::Refused => format!("{address} refused the connection: nothing is listening on this port."),
        Cause::TimeoutConnect => format!("{address} did not answer within {seconds} s."),
        _ if lacks_zone(address) => {
            format!("{address} is a link-local address, which cannot be reached without its zone ({error}).")
        }
        _ => format!("{address} cannot be reached ({error})."),
    };
    let error = SessionError::new(cause, message);
    if cause == Cause::Unreachable && lacks_zone(address) {
        return error.advising("Enter the device's address with the interface it is reached by, like fe80::1%eth0.");
    }
    error
}

/// Whether an address exists on every interface, and no interface is named.
fn lacks_zone(address: SocketAddr) -> bool {
    matches!(address, SocketAddr::V6(six) if six.ip().is_unicast_link_local() && six.scope_id() == 0)
}

fn cause_of(error: &io::Error) -> Cause {
    match error.kind() {
        // Accepted, and reset before the system reported it.
        _ if is_reset(error) => Cause::Disconnected,
        io::ErrorKind::ConnectionRefused => Cause::Refused,
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Cause::TimeoutConnect,
        _ => Cause::Unreachable,
    }
}

/// Whether a connection was made and ended by the other side. A refusal has a kind of its own; an error without a number is
/// the standard library's for a socket that hung up before it could be asked why.
pub(in crate::session) fn is_reset(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    match error.kind() {
        ConnectionReset | ConnectionAborted | NotConnected | BrokenPipe | UnexpectedEof => true,
        _ => error.raw_os_error().is_none() && error.to_string().contains("POLLHUP"),
    }
}

pub(super) fn on_a_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), SessionError> {
    let thread = std::thread::Builder::new().name(name.to_string()).stack_size(256 * 1024).spawn(work);
    thread.map(drop).map_err(|error| {
        SessionError::new(
            Cause::Internal,
            format!("The system cannot start another thread ({error}); reduce the number of workers."),
        )
    })
}

/// Waits a little for a result; `None` while there is none.
pub(super) fn wait<T>(incoming: &Receiver<T>, slice: Duration, cancel: &Cancel) -> Result<Option<T>, SessionError> {
    if cancel.is_cancelled() {
        return Err(SessionError::cancelled());
    }
    match incoming.recv_timeout(slice) {
        Ok(result) => Ok(Some(result)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => {
            Err(SessionError::new(Cause::Internal, "A thread that waits for the outside ended without a result."))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn target(host: &str, port: u16) -> Target {
        Target::direct(host, port)
    }

    /// However a connection ends before the banner, it is one failure in one sentence.
    #[test]
    fn closed_and_reset_after_accept_are_one_failure_wherever_it_shows() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let peer = PeerAddress::from(address);
        let mut messages = Vec::new();
        for reset in [false, true] {
            let client = TcpStream::connect(address).unwrap();
            let server = listener.accept().unwrap().0;
            if reset {
                socket2::SockRef::from(&server).set_linger(Some(Duration::ZERO)).unwrap();
            }
            drop(server);
            let error =
                super::super::banner::await_banner(&client, &peer, &Limits::default(), &Cancel::new()).unwrap_err();
            messages.push((error.cause, error.message));
            // Once reported, the reset is forgotten by the system: the socket is no longer connected, or at its end.
            let error =
                super::super::banner::await_banner(&client, &peer, &Limits::default(), &Cancel::new()).unwrap_err();
            messages.push((error.cause, error.message));
        }
        for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::NotConnected, io::ErrorKind::ConnectionAborted] {
            let error = unreached(&target("127.0.0.1", 22), &Limits::default(), vec![(address, kind.into())]);
            messages.push((error.cause, error.message));
        }
        messages.dedup();
        let (cause, message) = (Cause::Disconnected, closed_at_once(&peer).message);
        assert_eq!(messages, [(cause, message)]);
    }

    #[test]
    fn a_closed_port_and_an_unknown_name_have_their_own_causes() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cause = |host| connect(&target(host, port), &Limits::default(), &Cancel::new()).err().unwrap().cause;
        assert_eq!(cause("127.0.0.1"), Cause::Refused);
        assert_eq!(cause("no-such-host.invalid"), Cause::NameNotResolved);
    }

    #[test]
    fn a_name_with_several_addresses_is_reached_on_the_one_that_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let reached = connect(&target("localhost", port), &Limits::default(), &Cancel::new()).ok().unwrap();
        assert!(reached.address.to_string().ends_with(&format!(":{port}")), "{}", reached.address);
    }

    #[test]
    fn of_several_addresses_only_those_permitted_are_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let within = |host: &str, permits: &dyn Fn(Option<IpAddr>) -> bool| {
            connect_within(&target(host, port), permits, &Limits::default(), &Cancel::new())
        };
        assert!(within("localhost", &|address| address.is_some_and(|address| address.is_ipv4())).is_ok());
        let error = within("localhost", &|_| false).err().unwrap();
        assert!(error.cause == Cause::OutsideNetworks && error.message.contains("127.0.0.1"), "{}", error.message);
        let over_six = |address: Option<IpAddr>| address.is_some_and(|address| address.is_ipv6());
        assert_eq!(within("127.0.0.1", &over_six).err().unwrap().cause, Cause::OutsideNetworks);
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_ok() && listener.accept().is_err(), "one connection alone was made");
    }

    #[test]
    fn a_zone_is_an_interface_of_this_computer_by_name_or_number() {
        let resolved = |host: &str| resolve(&target(host, 22), Duration::from_secs(5), &Cancel::new());
        let scope = |host: &str| match resolved(host).ok().unwrap().as_slice() {
            [SocketAddr::V6(one)] => (one.ip().to_string(), one.scope_id(), one.port()),
            other => panic!("{other:?}"),
        };
        assert_eq!(scope("fe80::1%7"), ("fe80::1".to_owned(), 7, 22));
        assert_eq!(scope("[fe80::1%7]"), ("fe80::1".to_owned(), 7, 22));
        let error = resolved("fe80::1%no-such-if").err().unwrap();
        assert_eq!(error.cause, Cause::Unreachable);
        assert!(error.message.contains("no interface `no-such-if`"), "{}", error.message);
        assert!(error.advice.is_some_and(|advice| advice.contains("interface")));
        #[cfg(target_os = "linux")]
        for interface in std::fs::read_dir("/sys/class/net").unwrap().map(|entry| entry.unwrap()) {
            let number: u32 =
                std::fs::read_to_string(interface.path().join("ifindex")).unwrap().trim().parse().unwrap();
            assert_eq!(scope(&format!("fe80::1%{}", interface.file_name().display())).1, number);
        }
    }

    /// Every computer with IPv6 has a link-local address on each interface that is up; where one has none there is nothing to
    /// connect to, and the resolution above is all there is to try.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_link_local_address_is_connected_to_in_its_zone_and_nowhere_without_it() {
        let table = std::fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
        for line in table.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [digits, _, _, "20", _, interface] = words[..] else { continue };
            let address = Ipv6Addr::from(u128::from_str_radix(digits, 16).unwrap());
            let listener = TcpListener::bind("[::]:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let reach = |host: &str, permits: &dyn Fn(Option<IpAddr>) -> bool| {
                connect_within(&target(host, port), permits, &Limits::default(), &Cancel::new())
            };
            let host = format!("{address}%{interface}");
            let reached = reach(&host, &|ip| ip == Some(IpAddr::V6(address))).ok().unwrap();
            assert_eq!(reached.address.ip(), Some(address.into()));
            let outside = reach(&host, &|ip| ip.is_some_and(|ip| ip.is_ipv4())).err().unwrap();
            assert_eq!(outside.cause, Cause::OutsideNetworks, "a credential's networks hold in a zone too");
            let lost = reach(&address.to_string(), &|_| true).err().unwrap();
            assert_eq!(lost.cause, Cause::Unreachable);
            assert!(lost.message.contains("without its zone"), "{}", lost.message);
        }
    }

    #[test]
    fn families_take_turns() {
        let parse = |text: &str| text.parse::<SocketAddr>().unwrap();
        let turns = taking_turns(["[::1]:1", "[::2]:1", "1.1.1.1:1", "[::1]:1"].map(parse).to_vec());
        assert_eq!(turns, ["[::1]:1", "1.1.1.1:1", "[::2]:1"].map(parse).to_vec());
    }

    #[test]
    fn a_cancelled_session_neither_looks_up_nor_connects() {
        let cancel = Cancel::new();
        cancel.cancel();
        let error = connect(&target("192.0.2.1", 22), &Limits::default(), &cancel).err().unwrap();
        assert_eq!(error.cause, Cause::Cancelled);
    }
}
