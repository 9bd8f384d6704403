//! What a device offers for the key exchange, read from it directly when the library found nothing in common: the library
//! does not say, and a person needs to know what to enable.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::session::expect::terminal::Bounds;

/// How long this may take; it only makes a message better.
const LIMIT: Duration = Duration::from_secs(3);
const MESSAGE: u8 = 20;
/// The name lists worth telling, by their place in the message.
const TOLD: [(usize, &str); 4] = [(0, "key exchange"), (1, "host keys"), (3, "ciphers"), (5, "MACs")];

/// The device's offer as a sentence, or none if it cannot be had.
pub(super) fn read(address: SocketAddr, bounds: &Bounds<'_>) -> Option<String> {
    let stream = Arc::new(TcpStream::connect_timeout(&address, LIMIT).ok()?);
    let _watched = bounds.cancel.watch(&stream);
    let mut stream = &*stream;
    stream.set_read_timeout(Some(LIMIT)).ok()?;
    stream.write_all(b"SSH-2.0-NetRaven\r\n").ok()?;
    let (mut received, mut piece) = (Vec::new(), [0_u8; 4096]);
    let started = Instant::now();
    while started.elapsed() < LIMIT && received.len() < 64 * 1024 {
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        received.extend_from_slice(&piece[..length]);
        if let Some(lists) = parse(&received) {
            return Some(sentence(&lists));
        }
    }
    None
}

fn sentence(lists: &[String]) -> String {
    let told: Vec<String> = TOLD
        .iter()
        .filter_map(|(place, title)| lists.get(*place).map(|list| format!("{title} {}", list.replace(',', ", "))))
        .collect();
    format!("The device offers: {}.", told.join("; "))
}

/// The name lists of the first packet after the banner (RFC 4253, sections 4.2, 6 and 7.1), once it is there.
fn parse(received: &[u8]) -> Option<Vec<String>> {
    let mut rest = received;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.starts_with(b"SSH-") {
            break;
        }
    }
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let packet = rest.get(..u32::from_be_bytes(*length) as usize)?;
    let (_padding, payload) = packet.split_first()?;
    let (kind, payload) = payload.split_first()?;
    if *kind != MESSAGE {
        return None;
    }
    // Sixteen random bytes come before the lists.
    let mut rest = payload.get(16..)?;
    let mut lists = Vec::new();
    for _ in 0..10 {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let list = after.get(..u32::from_be_bytes(*length) as usize)?;
        lists.push(String::from_utf8_lossy(list).into_owned());
        rest = &after[list.len()..];
    }
    Some(lists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_read_once_it_is_complete() {
        let mut payload = vec![MESSAGE];
        payload.extend([7; 16]);
        for list in ["kex-a,kex-b", "key-a", "", "cipher-a", "", "mac-a", "", "", "", ""] {
            payload.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
            payload.extend(list.as_bytes());
        }
        payload.extend([0; 5]);
        let mut bytes = b"Welcome\r\nSSH-2.0-Old\r\n".to_vec();
        bytes.extend(u32::try_from(payload.len() + 1 + 4).unwrap().to_be_bytes());
        bytes.push(4);
        bytes.extend(&payload);
        bytes.extend([0; 4]);
        for cut in 0..bytes.len() {
            assert!(parse(&bytes[..cut]).is_none());
        }
        let told = sentence(&parse(&bytes).unwrap());
        assert_eq!(
            told,
            "The device offers: key exchange kex-a, kex-b; host keys key-a; ciphers cipher-a; MACs mac-a."
        );
    }
}
