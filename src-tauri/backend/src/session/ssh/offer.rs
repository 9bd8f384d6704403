//! What a device offers for the key exchange, read from it directly when the library's exchange failed: the library does not
//! say why, and a person needs to know what to enable.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::connect::{self, PeerAddress};
use crate::session::cancel::Watched;
use crate::session::expect::terminal::Bounds;

/// How long this may take; it only makes a message better.
const LIMIT: Duration = Duration::from_secs(3);
/// The most a device may say before what is waited for.
const MOST: usize = 64 * 1024;
const KEXINIT: u8 = 20;
const GROUP: u8 = 31;
const GROUP_REQUEST: u8 = 34;
/// Sizes in bits of the groups the library asks for: least, preferred and most.
const BITS: [u32; 3] = [2048, 4096, 8192];
/// The name lists worth showing, by their place in the message.
const TOLD: [(usize, &str); 4] = [(0, "key exchange"), (1, "host keys"), (3, "ciphers"), (5, "MACs")];

/// The lists of names a device offers, in the order of RFC 4253, section 7.1.
pub(super) struct Offer {
    lists: Vec<String>,
}

impl Offer {
    /// Whether the list at this place has this name.
    pub(super) fn has(&self, place: usize, name: &str) -> bool {
        self.lists.get(place).is_some_and(|list| list.split(',').any(|item| item == name))
    }

    /// Whether there is a cipher that needs no MAC beside it.
    pub(super) fn has_cipher_with_mac(&self) -> bool {
        self.lists.get(3).is_some_and(|list| list.contains("gcm@") || list.contains("poly1305"))
    }

    /// The offer as a sentence.
    pub(super) fn sentence(&self) -> String {
        let told: Vec<String> = TOLD
            .iter()
            .filter_map(|(place, title)| {
                self.lists.get(*place).map(|list| format!("{title} {}", list.replace(',', ", ")))
            })
            .collect();
        format!("The device offers: {}.", told.join("; "))
    }
}

/// The device's offer, or none if it cannot be had.
pub(super) fn read(address: &PeerAddress, bounds: &Bounds<'_>) -> Option<Offer> {
    Wire::open(address, bounds)?.packet(KEXINIT).and_then(|packet| parse(&packet))
}

/// How many bits the group has that the device gives when it is asked for one of at least 2048; none if it gives none.
pub(super) fn group_bits(address: &PeerAddress, kex: &str, bounds: &Bounds<'_>) -> Option<usize> {
    let mut wire = Wire::open(address, bounds)?;
    let theirs = wire.packet(KEXINIT)?;
    let mut ours = theirs.get(..17)?.to_vec();
    for (place, list) in parse(&theirs)?.lists.iter().enumerate() {
        let list = if place == 0 { kex } else { list.as_str() };
        ours.extend(u32::try_from(list.len()).ok()?.to_be_bytes());
        ours.extend(list.as_bytes());
    }
    ours.extend([0; 5]);
    wire.send(&ours)?;
    let mut request = vec![GROUP_REQUEST];
    request.extend(BITS.iter().flat_map(|bits| bits.to_be_bytes()));
    wire.send(&request)?;
    let answer = wire.packet(GROUP)?;
    let (length, rest) = answer.get(1..)?.split_first_chunk::<4>()?;
    let prime = rest.get(..u32::from_be_bytes(*length) as usize)?;
    let first = prime.iter().position(|byte| *byte != 0)?;
    Some((prime.len() - first) * 8 - prime[first].leading_zeros() as usize)
}

/// A connection as far as its packets are in clear.
struct Wire {
    stream: Arc<TcpStream>,
    received: Vec<u8>,
    /// How much of it is read: the banner first, then packets.
    read: usize,
    started: Instant,
    _watched: Watched,
}

impl Wire {
    fn open(address: &PeerAddress, bounds: &Bounds<'_>) -> Option<Wire> {
        let stream = match address {
            PeerAddress::Direct(address) => TcpStream::connect_timeout(address, LIMIT).ok()?,
            PeerAddress::Through(target) => connect::connect(target, bounds.limits, bounds.cancel).ok()?.stream,
        };
        let stream = Arc::new(stream);
        let watched = bounds.cancel.watch(&stream);
        stream.set_read_timeout(Some(LIMIT)).ok()?;
        stream.set_write_timeout(Some(LIMIT)).ok()?;
        (&*stream).write_all(b"SSH-2.0-NetRaven\r\n").ok()?;
        let mut wire = Wire { stream, received: Vec::new(), read: 0, started: Instant::now(), _watched: watched };
        loop {
            match after_banner(&wire.received) {
                Some(read) => {
                    wire.read = read;
                    return Some(wire);
                }
                None => wire.more()?,
            }
        }
    }

    /// The next packet of this kind.
    fn packet(&mut self, kind: u8) -> Option<Vec<u8>> {
        loop {
            match payload(&self.received[self.read..]) {
                Some((payload, length)) => {
                    let packet = payload.to_vec();
                    self.read += length;
                    if packet.first() == Some(&kind) {
                        return Some(packet);
                    }
                }
                None => self.more()?,
            }
        }
    }

    fn more(&mut self) -> Option<()> {
        if self.started.elapsed() >= LIMIT || self.received.len() >= MOST {
            return None;
        }
        let mut piece = [0_u8; 4096];
        let length = (&*self.stream).read(&mut piece).ok().filter(|length| *length > 0)?;
        self.received.extend_from_slice(&piece[..length]);
        Some(())
    }

    fn send(&mut self, payload: &[u8]) -> Option<()> {
        (&*self.stream).write_all(&packet(payload)).ok()
    }
}

/// Where the packets begin, once the banner is there.
fn after_banner(received: &[u8]) -> Option<usize> {
    let mut start = 0;
    loop {
        let end = start + received[start..].iter().position(|byte| *byte == b'\n')?;
        if received[start..end].starts_with(b"SSH-") {
            return Some(end + 1);
        }
        start = end + 1;
    }
}

/// The payload of the first packet and the packet's length, once it is there (RFC 4253, section 6).
fn payload(received: &[u8]) -> Option<(&[u8], usize)> {
    let (length, rest) = received.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let (padding, content) = rest.get(..length)?.split_first()?;
    Some((&content[..content.len().saturating_sub(usize::from(*padding))], 4 + length))
}

/// A payload as a packet: prefixed by packet and padding length, and padded to a multiple of eight bytes.
fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = 8 - (payload.len() + 5) % 8;
    let padding = if padding < 4 { padding + 8 } else { padding };
    let length = u32::try_from(payload.len() + 1 + padding).unwrap_or(u32::MAX);
    let mut packet = length.to_be_bytes().to_vec();
    packet.push(u8::try_from(padding).unwrap_or_default());
    packet.extend_from_slice(payload);
    packet.extend(std::iter::repeat_n(0, padding));
    packet
}

/// The name lists of the message that begins a key exchange.
fn parse(payload: &[u8]) -> Option<Offer> {
    // Sixteen random bytes come before the lists.
    let mut rest = payload.strip_prefix(&[KEXINIT])?.get(16..)?;
    let mut lists = Vec::new();
    for _ in 0..10 {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let list = after.get(..u32::from_be_bytes(*length) as usize)?;
        lists.push(String::from_utf8_lossy(list).into_owned());
        rest = &after[list.len()..];
    }
    Some(Offer { lists })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_read_once_it_is_complete() {
        let mut message = vec![KEXINIT];
        message.extend([7; 16]);
        for list in ["kex-a,kex-b", "key-a", "", "cipher-a", "", "mac-a", "", "", "", ""] {
            message.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
            message.extend(list.as_bytes());
        }
        message.extend([0; 5]);
        let mut bytes = b"Welcome\r\nSSH-2.0-Old\r\n".to_vec();
        let banner = bytes.len();
        bytes.extend(packet(&message));
        for cut in 0..bytes.len() {
            let start = after_banner(&bytes[..cut]);
            assert_eq!(start.is_some(), cut >= banner);
            assert!(start.is_none_or(|start| payload(&bytes[start..cut]).is_none()));
        }
        let (read, length) = payload(&bytes[banner..]).unwrap();
        assert_eq!((read, length), (message.as_slice(), bytes.len() - banner));
        let offer = parse(read).unwrap();
        assert_eq!(
            offer.sentence(),
            "The device offers: key exchange kex-a, kex-b; host keys key-a; ciphers cipher-a; MACs mac-a."
        );
        assert!(offer.has(0, "kex-b") && !offer.has(0, "kex") && !offer.has(2, "cipher-a"));
    }
}
