//! The near end of a shell: what was sent, what came back, and the unfinished last line in it.

mod answers;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use netraven_api::outcome::Cause;

use super::super::cancel::Cancel;
use super::super::report::{Limits, SessionError};
use super::super::transcript::Transcript;
use super::typed::Typed;
use crate::platforms::{Definition, screen};

/// A line that shows more than this is no prompt, pager or question, and is not looked at.
const LOOKED_AT: usize = 2 * 1024;
/// Nor is one of more bytes, however little they show.
const LONGEST_LINE: usize = 128 * 1024;
/// The largest piece read at once.
const PIECE: usize = 32 * 1024;
/// The longest single wait, so that the limit of the whole session is noticed.
const SLICE: Duration = Duration::from_secs(1);

/// What a read brought.
pub(in crate::session) enum Incoming {
    /// This many bytes.
    Bytes(usize),
    /// Nothing within the time given.
    Nothing,
    /// The device closed the shell.
    Closed,
}

/// The connection broke; the text says how, without a full stop.
#[derive(Debug)]
pub(in crate::session) struct Lost(pub(in crate::session) String);

/// A shell's bytes and its clock: the seam between the conversation and what carries it.
pub(in crate::session) trait ByteChannel {
    /// Reads what is there; waits at most `wait` where nothing is.
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<Incoming, Lost>;
    /// Writes all of it.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Lost>;
    /// The time.
    fn now(&self) -> Instant;
    /// Asks beside the shell, on the same connection, and waits for all of the answer; `idle` is how long the device may be silent.
    fn beside(&mut self, request: Beside<'_>, idle: Duration, bounds: &Bounds<'_>) -> Result<Brought, SessionError>;
    /// Whether the user signed in before the shell opened; where not, the shell asks who is there.
    fn signed_in(&self) -> bool {
        true
    }
    /// Why the other side is no shell at all, once that has shown; what then breaks has this reason.
    fn stranger(&self) -> Option<SessionError> {
        None
    }
}

/// What is asked beside the shell.
#[derive(Clone, Copy)]
pub(in crate::session) enum Beside<'a> {
    /// A command on a channel of its own.
    Exec(&'a str),
    /// The file at this path, by SFTP.
    File(&'a str),
}

/// What was brought from beside the shell, all of it.
pub(in crate::session) struct Brought {
    /// What the command printed, or what is in the file.
    pub(in crate::session) bytes: Vec<u8>,
    /// What the command printed on its error stream.
    pub(in crate::session) errors: Vec<u8>,
    /// The command's exit status; `None` where the device gave none.
    pub(in crate::session) status: Option<i32>,
}

/// What everything that waits in a session is bounded by.
#[derive(Clone, Copy)]
pub(in crate::session) struct Bounds<'a> {
    pub(in crate::session) limits: &'a Limits,
    pub(in crate::session) cancel: &'a Cancel,
    /// When the whole session must have ended.
    pub(in crate::session) deadline: Instant,
}

/// The text of one exchange, growing.
pub(super) struct Terminal<'a> {
    channel: &'a mut dyn ByteChannel,
    definition: &'a Definition,
    bounds: Bounds<'a>,
    transcript: &'a mut Transcript,
    opened: Instant,
    piece: Vec<u8>,
    /// What came since the exchange began.
    pub(super) text: Vec<u8>,
    /// Where the unfinished last line starts; after a pager's answer, where the answer was given.
    line_start: usize,
    /// Where [`Terminal::forget_line`] was last asked for.
    forgotten: Option<usize>,
    /// Where in the text a key was pressed at a pager, or a question answered that is no part of it.
    pressed: Vec<usize>,
    /// Which of the platform's questions were answered.
    answered: Vec<usize>,
    /// Where the last of these answers was typed, and what the device may echo of it.
    echo: Option<(usize, Vec<u8>)>,
    /// When something was last sent or received.
    moved: Instant,
    bytes_read: &'a mut u64,
}

impl<'a> Terminal<'a> {
    pub(super) fn new(
        channel: &'a mut dyn ByteChannel,
        definition: &'a Definition,
        bounds: Bounds<'a>,
        transcript: &'a mut Transcript,
        bytes_read: &'a mut u64,
    ) -> Terminal<'a> {
        let opened = channel.now();
        Terminal {
            channel,
            definition,
            bounds,
            transcript,
            opened,
            piece: vec![0; PIECE],
            text: Vec::new(),
            line_start: 0,
            forgotten: None,
            pressed: Vec::new(),
            answered: Vec::new(),
            echo: None,
            moved: opened,
            bytes_read,
        }
    }

    /// Begins a new exchange: what came before is forgotten.
    pub(super) fn begin(&mut self) {
        self.take(0);
    }

    /// Takes the text of the exchange, up to `end`, and where in it a pager or a question stood that is no part of it.
    pub(super) fn take(&mut self, end: usize) -> (Vec<u8>, Vec<usize>) {
        let mut text = std::mem::take(&mut self.text);
        text.truncate(end);
        self.line_start = 0;
        self.forgotten = None;
        self.answered.clear();
        self.echo = None;
        (text, std::mem::take(&mut self.pressed))
    }

    /// Forgets all but the unfinished last line: what the device stands at.
    pub(super) fn keep_last_line(&mut self) {
        let line = self.text.split_off(self.line_start);
        self.begin();
        self.text = line;
    }

    /// Has the session end at this time instead.
    pub(super) fn end_at(&mut self, deadline: Instant) {
        self.bounds.deadline = deadline;
    }

    pub(super) fn limits(&self) -> &'a Limits {
        self.bounds.limits
    }

    pub(super) fn now(&self) -> Instant {
        self.channel.now()
    }

    /// How a sentence about a shell that has not shown its prompt begins.
    pub(super) fn arrived(&self) -> &'static str {
        if self.channel.signed_in() { "Signed in" } else { "Connected" }
    }

    /// How much of the session's time is left.
    pub(super) fn time_left(&self) -> Duration {
        self.bounds.deadline.saturating_duration_since(self.now())
    }

    /// How long nothing was sent or received.
    pub(super) fn quiet(&self) -> Duration {
        self.now().saturating_duration_since(self.moved)
    }

    /// Sends a line.
    pub(super) fn send_line(&mut self, line: &str) -> Result<(), SessionError> {
        self.type_line(&Typed::plain(line))
    }

    /// Types a line.
    pub(super) fn type_line(&mut self, line: &Typed) -> Result<(), SessionError> {
        let newline = &self.definition.newline;
        let line = Typed { keys: format!("{}{newline}", line.keys), shown: format!("{}{newline}", line.shown) };
        self.type_keys(&line)
    }

    /// Sends keys.
    pub(super) fn send(&mut self, keys: &str) -> Result<(), SessionError> {
        self.type_keys(&Typed::plain(keys))
    }

    /// Types keys; the record holds what may be shown of them.
    pub(super) fn type_keys(&mut self, keys: &Typed) -> Result<(), SessionError> {
        self.write(keys.keys.as_bytes())?;
        self.transcript.sent(self.since_opened(), keys.shown.as_bytes());
        Ok(())
    }

    /// Sends a password as a line; the record does not hold it.
    pub(super) fn send_password(&mut self, password: &str) -> Result<(), SessionError> {
        let line = format!("{password}{}", self.definition.newline);
        self.write(line.as_bytes())?;
        self.transcript.sent_password(self.since_opened());
        Ok(())
    }

    /// Asks beside the shell; the record holds what may be shown of the request, and all that came.
    pub(super) fn beside(&mut self, request: Beside<'_>, shown: &str, idle: Duration) -> Result<Brought, SessionError> {
        let brought = self.bring(request, shown, idle)?;
        for bytes in [&brought.bytes, &brought.errors] {
            self.transcript.received(self.since_opened(), bytes);
        }
        self.fits(brought.bytes.len())?;
        Ok(brought)
    }

    /// Fetches a file that nobody is to see: the record holds that it was asked for.
    pub(super) fn fetch(&mut self, path: &str, shown: &str, idle: Duration) -> Result<Vec<u8>, SessionError> {
        let brought = self.bring(Beside::File(path), shown, idle)?;
        self.fits(brought.bytes.len())?;
        Ok(brought.bytes)
    }

    fn bring(&mut self, request: Beside<'_>, shown: &str, idle: Duration) -> Result<Brought, SessionError> {
        self.check()?;
        self.transcript.sent(self.now().saturating_duration_since(self.opened), format!("{shown}\n").as_bytes());
        let bounds = self.bounds;
        let brought = self.channel.beside(request, idle, &bounds)?;
        self.moved = self.now();
        *self.bytes_read += (brought.bytes.len() + brought.errors.len()) as u64;
        Ok(brought)
    }

    /// Waits at most `wait` for something to arrive; says whether it did.
    pub(super) fn pump(&mut self, wait: Duration) -> Result<bool, SessionError> {
        self.check()?;
        let until_deadline = self.bounds.deadline.saturating_duration_since(self.now());
        let wait = wait.min(SLICE).min(until_deadline.max(Duration::from_millis(1)));
        let length = match self.channel.read(&mut self.piece, wait).map_err(|lost| self.lost(&lost))? {
            Incoming::Bytes(length) => length,
            Incoming::Nothing => return Ok(false),
            Incoming::Closed => return Err(self.lost(&Lost("the device closed its shell".to_string()))),
        };
        self.moved = self.now();
        *self.bytes_read += length as u64;
        // Some devices pad with NUL, thousands at a time: it shows nothing on any screen.
        let piece: Vec<u8> = self.piece[..length].iter().copied().filter(|byte| *byte != 0).collect();
        let (piece, length) = (piece.as_slice(), piece.len());
        self.transcript.received(self.moved.saturating_duration_since(self.opened), piece);
        self.fits(self.text.len() + length)?;
        if let Some(place) = piece.iter().rposition(|byte| *byte == b'\n') {
            self.line_start = self.text.len() + place + 1;
        }
        self.text.extend_from_slice(piece);
        self.drop_echo();
        Ok(true)
    }

    /// Refuses an answer that is larger than allowed.
    fn fits(&self, bytes: usize) -> Result<(), SessionError> {
        let limit = self.bounds.limits.max_bytes;
        if bytes <= limit {
            return Ok(());
        }
        let message =
            format!("The device's answer is larger than the {} KiB allowed for a configuration.", limit / 1024);
        Err(SessionError::new(Cause::TooLarge, message))
    }

    /// When something was last sent or received, as the record counts it.
    fn since_opened(&self) -> Duration {
        self.moved.saturating_duration_since(self.opened)
    }

    /// The unfinished last line as it came, escape sequences included; empty where it is too long to be anything.
    pub(super) fn last_line(&self) -> Cow<'_, str> {
        let line = &self.text[self.line_start..];
        let is_plain = || !line.iter().any(|byte| *byte < b' ' || *byte == 0x7f);
        if line.len() > LONGEST_LINE || (line.len() > LOOKED_AT && is_plain()) {
            return Cow::Borrowed("");
        }
        let line = String::from_utf8_lossy(line);
        // Long runs of control characters make a line long that shows little.
        if line.len() > LOOKED_AT && screen::line(&line).len() > LOOKED_AT { Cow::Borrowed("") } else { line }
    }

    /// Takes the last line as dealt with: what follows on it is judged by itself.
    pub(super) fn forget_line(&mut self) {
        self.line_start = self.text.len();
        self.forgotten = Some(self.line_start);
    }

    /// Where [`Terminal::forget_line`] was last asked for in this exchange.
    pub(super) fn forgotten(&self) -> Option<usize> {
        self.forgotten
    }

    /// Whether everything so far is on the line on which the exchange began.
    pub(super) fn on_first_line(&self) -> bool {
        !self.text[..self.line_start].contains(&b'\n')
    }

    /// Whether the unfinished last line says something, and the line before it the same.
    pub(super) fn answered_alike(&self) -> bool {
        let last = self.last_line().trim().to_string();
        let before = String::from_utf8_lossy(&self.text[..self.line_start]).into_owned();
        let before = before.lines().rev().map(str::trim).find(|line| !line.is_empty());
        !last.is_empty() && before == Some(last.as_str())
    }

    /// Where the unfinished last line starts.
    pub(super) fn line_start(&self) -> usize {
        self.line_start
    }

    /// Ends the wait of a session that was cancelled or has used up its time.
    fn check(&self) -> Result<(), SessionError> {
        if self.bounds.cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        if self.now() >= self.bounds.deadline {
            let limit = self.bounds.limits.total.as_secs();
            return Err(SessionError::new(
                Cause::Timeout,
                format!("The session took longer than the {limit} s allowed in total."),
            ));
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        self.check()?;
        self.channel.write(bytes).map_err(|lost| self.lost(&lost))?;
        self.moved = self.now();
        Ok(())
    }

    fn lost(&self, lost: &Lost) -> SessionError {
        if self.bounds.cancel.is_cancelled() {
            return SessionError::cancelled();
        }
        if let Some(stranger) = self.channel.stranger() {
            return stranger;
        }
        let read = *self.bytes_read;
        SessionError::new(Cause::Disconnected, format!("The connection ended after {read} bytes: {}.", lost.0))
    }
}
