//! A bounded record of what was said in a session: its beginning and its end, with times and directions, never a password.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

mod rendered;

/// How much of the beginning, and of the end, is kept.
const KEPT: usize = 64 * 1024;
/// Bytes that arrive closely together become one entry up to this size.
const ENTRY: usize = 4 * 1024;
/// How much of the end a failure shows.
const LAST_SEEN: usize = 2 * 1024;
/// A secret shorter than this is not searched for in what the device says: it would black out half of it.
const SEARCHED: usize = 4;
const PASSWORD: &str = "‹password›";

/// Direction of a part of the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// We to the device.
    Sent,
    /// The device to us.
    Received,
}

/// Bytes that went one way at about one time.
#[derive(Clone)]
pub struct Entry {
    /// Since the shell was opened.
    pub at: Duration,
    /// Who sent them.
    pub direction: Direction,
    /// What was said; a password reads `‹password›`.
    pub bytes: Vec<u8>,
}

/// A bounded record of what was said.
#[derive(Clone, Default)]
pub struct Transcript {
    head: Vec<Entry>,
    head_bytes: usize,
    tail: VecDeque<Entry>,
    tail_bytes: usize,
    dropped: u64,
}

impl Transcript {
    /// What was said, oldest first. Where [`Transcript::dropped`] is not zero, bytes are missing in the middle.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.head.iter().chain(&self.tail)
    }

    /// How many bytes of the middle were not kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(super) fn sent(&mut self, at: Duration, bytes: &[u8]) {
        self.push(at, Direction::Sent, bytes);
    }

    pub(super) fn sent_password(&mut self, at: Duration) {
        self.push(at, Direction::Sent, PASSWORD.as_bytes());
    }

    pub(super) fn received(&mut self, at: Duration, bytes: &[u8]) {
        self.push(at, Direction::Received, bytes);
    }

    /// Blackens passwords that a device echoed.
    pub(super) fn hide(&mut self, secrets: &[&str]) {
        for entry in self.head.iter_mut().chain(&mut self.tail) {
            for secret in secrets.iter().filter(|secret| secret.len() >= SEARCHED) {
                replace(&mut entry.bytes, secret.as_bytes());
            }
        }
    }

    fn push(&mut self, at: Duration, direction: Direction, bytes: &[u8]) {
        let mut rest = bytes;
        if self.tail.is_empty() && self.head_bytes < KEPT {
            let take = rest.len().min(KEPT - self.head_bytes);
            let entry = append(self.head.last_mut(), at, direction, &rest[..take]);
            self.head.extend(entry);
            self.head_bytes += take;
            rest = &rest[take..];
        }
        while !rest.is_empty() {
            let take = rest.len().min(ENTRY);
            let entry = append(self.tail.back_mut(), at, direction, &rest[..take]);
            self.tail.extend(entry);
            self.tail_bytes += take;
            rest = &rest[take..];
            while self.tail_bytes > KEPT {
                let Some(oldest) = self.tail.pop_front() else { break };
                self.tail_bytes -= oldest.bytes.len();
                self.dropped += oldest.bytes.len() as u64;
            }
        }
    }
}

/// Adds to the last entry where it fits; what does not fit is returned as an entry of its own.
fn append(last: Option<&mut Entry>, at: Duration, direction: Direction, bytes: &[u8]) -> Option<Entry> {
    if bytes.is_empty() {
        return None;
    }
    if let Some(last) = last
        && last.direction == direction
        && direction == Direction::Received
        && last.bytes.len() + bytes.len() <= ENTRY
        && at.saturating_sub(last.at) < Duration::from_millis(100)
    {
        last.bytes.extend_from_slice(bytes);
        return None;
    }
    Some(Entry { at, direction, bytes: bytes.to_vec() })
}

fn replace(bytes: &mut Vec<u8>, secret: &[u8]) {
    let mut from = 0;
    while let Some(found) = bytes[from..].windows(secret.len()).position(|window| window == secret) {
        let start = from + found;
        bytes.splice(start..start + secret.len(), PASSWORD.bytes());
        from = start + PASSWORD.len();
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A configuration holds secrets: the record is shown only by who asks for it.
        write!(formatter, "Transcript({} bytes)", self.head_bytes + self.tail_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(transcript: &Transcript) -> Vec<u8> {
        transcript.entries().flat_map(|entry| entry.bytes.clone()).collect()
    }

    #[test]
    fn beginning_and_end_are_kept_and_the_middle_is_counted() {
        let mut transcript = Transcript::default();
        let long: Vec<u8> = (0..300_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
        for chunk in long.chunks(1000) {
            transcript.received(Duration::ZERO, chunk);
        }
        let kept = all(&transcript);
        assert!(kept.len() <= 2 * KEPT);
        assert_eq!(kept.len() as u64 + transcript.dropped(), 300_000);
        assert_eq!(kept[..KEPT], long[..KEPT]);
        assert!(long.ends_with(&kept[KEPT..]));
    }

    #[test]
    fn a_password_is_never_written_down_even_when_the_device_echoes_it() {
        let mut transcript = Transcript::default();
        transcript.received(Duration::ZERO, b"Password: ");
        transcript.sent_password(Duration::ZERO);
        transcript.received(Duration::ZERO, b"hunter22\r\nR1#");
        transcript.hide(&["hunter22"]);
        assert!(!format!("{:?}", transcript.lines(str::to_owned)).contains("hunter22"));
        assert_eq!(transcript.last_seen(str::to_owned), "Password: ‹password›\nR1#");
    }
}
