//! The thread of a connection to a jump host: it alone uses the library's session, which never waits, opens channels
//! and moves bytes between them and local sockets, in turns, and sleeps when nothing can be moved.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ssh2::{BlockDirections, Channel, ErrorCode, Session};

use super::failure::OpenError;
use super::lane::{ANSWER, ChannelRequest, Ended, Lane};
use super::pair::pair;
use super::pipe::{FarEnd, Flow, Pipe};
use super::waiting::{Doorbell, Interest};
use crate::session::ssh::hop::{self, JumpLink};

/// How long a connection without channels is kept: a run asks for the next one sooner.
const IDLE: Duration = Duration::from_secs(30);
/// The longest sleep.
const SLEEP: Duration = Duration::from_secs(1);
/// How long a jump host may take nothing of what is sent to it.
const STALL: Duration = Duration::from_secs(60);
const STALLED: &str = "the jump host took nothing of what was sent for a minute";
/// Said of a connection that is gone.
const CLOSED: &str = "it was closed by the jump host, or by something on the way to it";

/// A connection and what goes through it.
pub(super) struct Pump {
    link: JumpLink,
    lane: Arc<Lane>,
    door: Doorbell,
    opening: Option<ChannelRequest>,
    /// Whether the request for a channel is half sent.
    opening_is_stuck: bool,
    pipes: Vec<Pipe<FarChannel>>,
    /// Which pipe has the first turn.
    first: usize,
    idle_since: Instant,
    /// When something was moved last, or nothing was half sent.
    moved: Instant,
}

impl Pump {
    pub(super) fn new(link: JumpLink, lane: Arc<Lane>, door: Doorbell) -> Pump {
        link.never_wait(ANSWER);
        Pump {
            link,
            lane,
            door,
            opening: None,
            opening_is_stuck: false,
            pipes: Vec::new(),
            first: 0,
            idle_since: Instant::now(),
            moved: Instant::now(),
        }
    }

    /// Moves bytes until the connection ends.
    pub(super) fn run(mut self) {
        loop {
            match self.turn() {
                Ok(true) => continue,
                Ok(false) => {}
                Err(why) => {
                    self.lane.end(Ended::Lost(why));
                    break;
                }
            }
            if self.is_unused() && self.lane.end(Ended::Unused) {
                break;
            }
            self.sleep();
        }
        // The sessions learn why before they see their connection end.
        self.pipes.clear();
    }

    /// One turn for everything; whether anything was moved.
    fn turn(&mut self) -> Result<bool, String> {
        if self.link.is_shut() {
            return Err("it was ended here".to_owned());
        }
        let mut moved = self.open()?;
        let count = self.pipes.len();
        // The one pipe, if any, that has a packet half sent.
        let mut stuck = self.pipes.iter().position(Pipe::is_stuck);
        for turn in 0..count {
            let place = (self.first + turn) % count;
            let may_use_far = !self.opening_is_stuck && stuck.is_none_or(|stuck| stuck == place);
            moved |= self.pipes[place].step(may_use_far)?;
            if may_use_far {
                stuck = self.pipes[place].is_stuck().then_some(place);
            }
        }
        self.first = if count == 0 { 0 } else { (self.first + 1) % count };
        self.pipes.retain(|pipe| !pipe.is_done());
        let now = Instant::now();
        if !self.pipes.is_empty() || self.opening.is_some() {
            self.idle_since = now;
        }
        if moved || !self.is_stuck() {
            self.moved = now;
        }
        if now - self.moved >= STALL { Err(STALLED.to_owned()) } else { Ok(moved) }
    }

    /// Goes on with the request for a channel; whether it came to an end.
    fn open(&mut self) -> Result<bool, String> {
        if self.pipes.iter().any(Pipe::is_stuck) {
            return Ok(false);
        }
        if self.opening.is_none() && !self.lane.is_retired() {
            self.opening = self.lane.next_request();
        }
        let Some(request) = &self.opening else { return Ok(false) };
        let session = self.link.session();
        // Where the connection comes from is told for the jump host's log alone.
        let answer = match session.channel_direct_tcpip(&request.host, request.port, Some(("127.0.0.1", 0))) {
            Err(error) if is_again(&error) => {
                self.opening_is_stuck = is_half_sent(session);
                return Ok(false);
            }
            Err(error) if hop::is_gone(&error) => return Err(CLOSED.to_owned()),
            Err(error) => Err(refusal(&error)),
            Ok(channel) => Ok(channel),
        };
        self.opening_is_stuck = false;
        self.lane.answered(!matches!(answer, Err(OpenError::NoAnswer)));
        if let Some(request) = self.opening.take() {
            self.answer(&request, answer);
        }
        Ok(true)
    }

    /// Gives a session its end of the channel. Where it no longer waits, the channel is closed again.
    fn answer(&mut self, request: &ChannelRequest, answer: Result<Channel, OpenError>) {
        let channel = match answer {
            Ok(channel) => channel,
            Err(error) => {
                let _ = request.answer.send(Err(error));
                return;
            }
        };
        let ends = pair().and_then(|(near, far)| near.set_nonblocking(true).map(|()| (near, far)));
        match ends {
            Ok((near, far)) => {
                self.pipes.push(Pipe::new(FarChannel { session: self.link.session().clone(), channel }, near));
                // An end that nobody takes is closed, and the pipe with it.
                let _ = request.answer.send(Ok(far));
            }
            Err(error) => {
                let _ = request.answer.send(Err(OpenError::Other(error.to_string())));
            }
        }
    }

    fn is_unused(&self) -> bool {
        let is_idle = self.lane.is_retired() || self.idle_since.elapsed() >= IDLE;
        self.pipes.is_empty() && self.opening.is_none() && is_idle
    }

    /// Whether a packet is half sent.
    fn is_stuck(&self) -> bool {
        self.opening_is_stuck || self.pipes.iter().any(Pipe::is_stuck)
    }

    fn sleep(&self) {
        let is_stuck = self.is_stuck();
        let wants_arrivals = self.opening.is_some() || self.pipes.iter().any(Pipe::wants_arrivals);
        let jump = Interest { socket: self.link.socket(), read: wants_arrivals && !is_stuck, write: is_stuck };
        let interests: Vec<Interest<'_>> = std::iter::once(jump).chain(self.pipes.iter().map(Pipe::interest)).collect();
        self.door.wait(&interests, SLEEP);
    }
}

/// A channel whose session never waits.
struct FarChannel {
    session: Session,
    channel: Channel,
}

impl FarChannel {
    fn flow(&self, result: Result<usize, Error>) -> Flow {
        match result {
            Ok(length) => Flow::Moved(length),
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.again(),
            Err(error) => match ssh2::Error::last_session_error(&self.session) {
                Some(last) if is_closed(&last) => Flow::Ended,
                Some(last) if hop::is_gone(&last) => Flow::Broken(CLOSED.to_owned()),
                _ => Flow::Broken(error.to_string()),
            },
        }
    }

    fn again(&self) -> Flow {
        if is_half_sent(&self.session) { Flow::Stuck } else { Flow::Waits }
    }
}

impl FarEnd for FarChannel {
    fn read(&mut self, buffer: &mut [u8]) -> Flow {
        match self.channel.read(buffer) {
            Ok(0) if self.channel.eof() => Flow::Ended,
            read => self.flow(read),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Flow {
        let written = self.channel.write(bytes);
        self.flow(written)
    }

    fn close(&mut self) -> Flow {
        match self.channel.close() {
            Err(error) if is_again(&error) => self.again(),
            // A connection that is gone is noticed by the next read.
            _ => Flow::Ended,
        }
    }
}

/// Whether a call has to be repeated.
fn is_again(error: &ssh2::Error) -> bool {
    error.code() == ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_EAGAIN)
}

/// Whether a channel is closed to what is written.
fn is_closed(error: &ssh2::Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_CHANNEL_CLOSED | libssh2_sys::LIBSSH2_ERROR_CHANNEL_EOF_SENT)
    )
}

fn is_half_sent(session: &Session) -> bool {
    matches!(session.block_directions(), BlockDirections::Outbound | BlockDirections::Both)
}

/// Why a jump host opened no channel. Of its answer the library only tells the reason's number, in words of its own.
fn refusal(error: &ssh2::Error) -> OpenError {
    match error.code() {
        ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_TIMEOUT) => OpenError::NoAnswer,
        ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_CHANNEL_FAILURE) => {
            let said = error.message();
            if said.contains("administratively prohibited") {
                OpenError::Prohibited
            } else if said.contains("connect failed") {
                OpenError::NotConnected
            } else {
                OpenError::Other(said.to_owned())
            }
        }
        _ => OpenError::Other(error.message().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_refusal_is_read_from_the_librarys_words() {
        let failure =
            |words| refusal(&ssh2::Error::new(ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_CHANNEL_FAILURE), words));
        assert_eq!(failure("Channel open failure (administratively prohibited)"), OpenError::Prohibited);
        assert_eq!(failure("Channel open failure (connect failed)"), OpenError::NotConnected);
        let shortage = "Channel open failure (resource shortage)";
        assert_eq!(failure(shortage), OpenError::Other(shortage.to_owned()));
        let late = ssh2::Error::new(ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_TIMEOUT), "Unexpected error");
        assert_eq!(refusal(&late), OpenError::NoAnswer);
    }
}
