//! The packets of SFTP: a length, a kind, and fields.

use super::NotSftp;

/// What says how a request ended.
const STATUS: u8 = 101;

/// A packet at the beginning of what came.
pub(super) struct Framed<'b> {
    pub(super) kind: u8,
    pub(super) body: &'b [u8],
    /// Bytes it takes up, its own length included.
    pub(super) length: usize,
}

impl<'b> Framed<'b> {
    /// The first packet; none where it is not whole yet.
    pub(super) fn first(bytes: &'b [u8], longest: usize) -> Result<Option<Framed<'b>>, NotSftp> {
        let mut fields = Fields(bytes);
        let Some(length) = fields.number() else { return Ok(None) };
        let length = usize::try_from(length).ok().filter(|length| (1..=longest).contains(length)).ok_or(NotSftp)?;
        let packet = fields.take(length).and_then(<[u8]>::split_first);
        Ok(packet.map(|(kind, body)| Framed { kind: *kind, body, length: 4 + length }))
    }
}

/// Fields of a packet that were not read yet.
pub(super) struct Fields<'b>(pub(super) &'b [u8]);

impl<'b> Fields<'b> {
    pub(super) fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn long(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    /// Bytes with their length before them.
    pub(super) fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }

    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

/// A packet in the making.
pub(super) struct Reply(Vec<u8>);

impl Reply {
    pub(super) fn new(kind: u8) -> Reply {
        Reply(vec![kind])
    }

    pub(super) fn number(mut self, number: u32) -> Reply {
        self.0.extend(number.to_be_bytes());
        self
    }

    pub(super) fn long(mut self, number: u64) -> Reply {
        self.0.extend(number.to_be_bytes());
        self
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Reply {
        let mut reply = self.number(length_of(bytes));
        reply.0.extend_from_slice(bytes);
        reply
    }

    /// The packet with its length before it.
    pub(super) fn done(self) -> Vec<u8> {
        let mut packet = length_of(&self.0).to_be_bytes().to_vec();
        packet.extend(self.0);
        packet
    }
}

/// The answer of a request that brings nothing but how it ended. Clients have words of their own for each code.
pub(super) fn status(id: u32, code: u32) -> Reply {
    Reply::new(STATUS).number(id).number(code).bytes(b"").bytes(b"")
}

fn length_of(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
