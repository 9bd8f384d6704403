//! One channel of a jump host and the local socket its bytes go through: what moves, and when a pipe is at its end.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::waiting::Interest;

/// How much is on its way in either direction: about the most that one packet takes.
const CHUNK: usize = 32 * 1024;
/// How long what a session sent last may take once the session is over.
const FLUSH: Duration = Duration::from_secs(2);
/// How long the jump host may take to confirm that a channel is closed.
const CLOSE: Duration = Duration::from_secs(10);

/// What came of a step at the far end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// So many bytes were moved; after a close, none.
    Moved(usize),
    /// Nothing can be done before something arrives.
    Waits,
    /// A packet is half sent: this step, and nothing else, has to be repeated.
    Stuck,
    /// The channel is at its end.
    Ended,
    /// The connection is of no use any more, and why.
    Broken(String),
}

/// The far end of a pipe, which never waits: a channel of a jump host.
pub(super) trait FarEnd {
    fn read(&mut self, buffer: &mut [u8]) -> Flow;
    fn write(&mut self, bytes: &[u8]) -> Flow;
    fn close(&mut self) -> Flow;
}

/// A step at the far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PipeStep {
    Write,
    Read,
    Close,
}

/// A channel and a local socket. Nothing is read from one end before the other has taken what came before.
pub(super) struct Pipe<F> {
    far: F,
    near: TcpStream,
    outward: Chunk,
    inward: Chunk,
    near_ended: Option<Instant>,
    far_ended: bool,
    closing: Option<Instant>,
    is_closed: bool,
    stuck: Option<PipeStep>,
}

impl<F: FarEnd> Pipe<F> {
    /// A pipe between a channel and a socket, which must not block.
    pub(super) fn new(far: F, near: TcpStream) -> Pipe<F> {
        Pipe {
            far,
            near,
            outward: Chunk::new(),
            inward: Chunk::new(),
            near_ended: None,
            far_ended: false,
            closing: None,
            is_closed: false,
            stuck: None,
        }
    }

    /// Moves what can be moved, at most a chunk in each direction; whether anything was. `may_use_far` is false while a
    /// packet of another pipe is half sent.
    pub(super) fn step(&mut self, may_use_far: bool) -> Result<bool, String> {
        let mut moved = self.read_near();
        if may_use_far {
            // A step that is stuck is the only one that may be taken.
            let stuck = self.stuck.take();
            let steps: &[PipeStep] = match &stuck {
                Some(step) => std::slice::from_ref(step),
                None => &[PipeStep::Write, PipeStep::Read, PipeStep::Close],
            };
            for step in steps {
                moved |= self.at_far(*step)?;
                if self.stuck.is_some() {
                    break;
                }
            }
        }
        moved |= self.write_near();
        Ok(moved | self.end_if_over())
    }

    /// Whether a packet of this pipe is half sent.
    pub(super) fn is_stuck(&self) -> bool {
        self.stuck.is_some()
    }

    /// Whether nothing is left to do.
    pub(super) fn is_done(&self) -> bool {
        self.is_closed || (self.stuck.is_none() && self.closing.is_some_and(|since| since.elapsed() >= CLOSE))
    }

    /// What is waited for at the local socket.
    pub(super) fn interest(&self) -> Interest<'_> {
        Interest { socket: &self.near, read: self.takes_from_near(), write: !self.inward.is_empty() }
    }

    /// Whether something that arrives from the jump host may be for this pipe.
    pub(super) fn wants_arrivals(&self) -> bool {
        self.closing.is_some() || !self.outward.is_empty() || self.takes_from_far()
    }

    fn takes_from_near(&self) -> bool {
        self.outward.is_empty() && self.near_ended.is_none() && !self.far_ended && self.closing.is_none()
    }

    fn takes_from_far(&self) -> bool {
        self.inward.is_empty() && !self.far_ended && self.closing.is_none()
    }

    fn read_near(&mut self) -> bool {
        if !self.takes_from_near() {
            return false;
        }
        match self.near.read(self.outward.room()) {
            Ok(0) => self.near_ended = Some(Instant::now()),
            Ok(length) => self.outward.fill(length),
            Err(error) if is_wait(error.kind()) => return false,
            Err(_) => self.near_ended = Some(Instant::now()),
        }
        true
    }

    fn write_near(&mut self) -> bool {
        if self.inward.is_empty() {
            return false;
        }
        match self.near.write(self.inward.rest()) {
            Ok(length) => self.inward.take(length),
            Err(error) if is_wait(error.kind()) => return false,
            Err(_) => {
                self.inward.clear();
                self.near_ended = self.near_ended.or_else(|| Some(Instant::now()));
            }
        }
        true
    }

    fn at_far(&mut self, step: PipeStep) -> Result<bool, String> {
        let flow = match step {
            PipeStep::Write if !self.outward.is_empty() && self.closing.is_none() => {
                self.far.write(self.outward.rest())
            }
            PipeStep::Read if self.takes_from_far() => self.far.read(self.inward.room()),
            PipeStep::Close if self.closing.is_some() && !self.is_closed => self.far.close(),
            _ => return Ok(false),
        };
        match (step, flow) {
            (_, Flow::Broken(why)) => return Err(why),
            (_, Flow::Stuck) => {
                self.stuck = Some(step);
                return Ok(false);
            }
            (PipeStep::Close, Flow::Moved(_) | Flow::Ended) => self.is_closed = true,
            (_, Flow::Waits | Flow::Moved(0)) => return Ok(false),
            (PipeStep::Write, Flow::Moved(length)) => self.outward.take(length),
            (PipeStep::Read, Flow::Moved(length)) => self.inward.fill(length),
            (PipeStep::Write, Flow::Ended) => {
                self.outward.clear();
                self.far_ended = true;
            }
            (PipeStep::Read, Flow::Ended) => self.far_ended = true,
        }
        Ok(true)
    }

    /// Begins to close the channel once either end is over and what it sent has arrived.
    fn end_if_over(&mut self) -> bool {
        if self.closing.is_some() || self.stuck.is_some() {
            return false;
        }
        let far_is_over = self.far_ended && self.inward.is_empty();
        let near_is_over = self.near_ended.is_some_and(|since| self.outward.is_empty() || since.elapsed() >= FLUSH);
        if !far_is_over && !near_is_over {
            return false;
        }
        // What was written before still arrives.
        let _ = self.near.shutdown(Shutdown::Write);
        self.closing = Some(Instant::now());
        true
    }
}

fn is_wait(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// Bytes on their way.
struct Chunk {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Chunk {
    fn new() -> Chunk {
        Chunk { bytes: vec![0; CHUNK].into_boxed_slice(), start: 0, end: 0 }
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Room for new bytes; what is still on its way is lost.
    fn room(&mut self) -> &mut [u8] {
        self.clear();
        &mut self.bytes
    }

    fn fill(&mut self, length: usize) {
        (self.start, self.end) = (0, length.min(self.bytes.len()));
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    fn take(&mut self, length: usize) {
        self.start = (self.start + length).min(self.end);
    }

    fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::super::pair::pair;
    use super::*;

    /// A far end that does what it is told, one answer for each step.
    #[derive(Default)]
    struct Scripted {
        incoming: VecDeque<Flow>,
        takes: VecDeque<Flow>,
        written: Vec<u8>,
        closes: usize,
    }

    impl FarEnd for &mut Scripted {
        fn read(&mut self, buffer: &mut [u8]) -> Flow {
            let flow = self.incoming.pop_front().unwrap_or(Flow::Waits);
            if let Flow::Moved(length) = flow {
                buffer[..length].fill(b'<');
            }
            flow
        }

        fn write(&mut self, bytes: &[u8]) -> Flow {
            let flow = self.takes.pop_front().unwrap_or(Flow::Moved(bytes.len()));
            if let Flow::Moved(length) = flow {
                self.written.extend_from_slice(&bytes[..length]);
            }
            flow
        }

        fn close(&mut self) -> Flow {
            self.closes += 1;
            Flow::Moved(0)
        }
    }

    fn near() -> (TcpStream, TcpStream) {
        let (near, session) = pair().unwrap();
        near.set_nonblocking(true).unwrap();
        (near, session)
    }

    fn until_still(pipe: &mut Pipe<&mut Scripted>) {
        while pipe.step(true).unwrap() {}
    }

    #[test]
    fn bytes_go_both_ways_and_what_is_half_taken_is_not_repeated() {
        let (near, mut session) = near();
        let mut far = Scripted {
            incoming: [Flow::Moved(3), Flow::Moved(2)].into(),
            takes: [Flow::Moved(2), Flow::Waits, Flow::Moved(2)].into(),
            ..Scripted::default()
        };
        session.write_all(b"show").unwrap();
        let mut pipe = Pipe::new(&mut far, near);
        until_still(&mut pipe);
        until_still(&mut pipe);
        let mut answer = [0; 5];
        session.read_exact(&mut answer).unwrap();
        assert_eq!((&answer, far.written.as_slice()), (b"<<<<<", &b"show"[..]));
    }

    #[test]
    fn a_step_that_is_stuck_is_the_next_one() {
        let (near, mut session) = near();
        let mut far = Scripted { takes: [Flow::Stuck].into(), ..Scripted::default() };
        session.write_all(b"show").unwrap();
        let mut pipe = Pipe::new(&mut far, near);
        assert!(pipe.step(true).unwrap() && pipe.is_stuck());
        assert!(!pipe.step(false).unwrap() && pipe.is_stuck(), "another pipe's turn changes nothing");
        assert!(pipe.step(true).unwrap() && !pipe.is_stuck());
        assert_eq!(far.written, b"show");
    }

    #[test]
    fn nothing_is_read_that_the_other_end_has_no_room_for() {
        let (near, session) = near();
        let mut far = Scripted { incoming: (0..64).map(|_| Flow::Moved(CHUNK)).collect(), ..Scripted::default() };
        let mut pipe = Pipe::new(&mut far, near);
        until_still(&mut pipe);
        assert!(!pipe.wants_arrivals() && pipe.interest().write && pipe.interest().read);
        drop(pipe);
        assert!(!far.incoming.is_empty(), "the rest waits at the jump host");
        drop(session);
    }

    #[test]
    fn a_pipe_ends_with_its_device_and_with_its_session() {
        let (near_end, mut session) = near();
        let mut far = Scripted { incoming: [Flow::Moved(3), Flow::Ended].into(), ..Scripted::default() };
        let mut pipe = Pipe::new(&mut far, near_end);
        until_still(&mut pipe);
        assert!(pipe.is_done());
        let mut all = Vec::new();
        session.read_to_end(&mut all).unwrap();
        assert_eq!((all.as_slice(), far.closes), (&b"<<<"[..], 1));

        let (near_end, mut session) = near();
        let mut far = Scripted::default();
        session.write_all(b"exit").unwrap();
        drop(session);
        let mut pipe = Pipe::new(&mut far, near_end);
        until_still(&mut pipe);
        assert!(pipe.is_done());
        assert_eq!((far.written.as_slice(), far.closes), (&b"exit"[..], 1));
    }

    #[test]
    fn a_broken_connection_is_told() {
        let (near, _session) = near();
        let mut far = Scripted { incoming: [Flow::Broken("gone".to_owned())].into(), ..Scripted::default() };
        assert_eq!(Pipe::new(&mut far, near).step(true), Err("gone".to_owned()));
    }
}
