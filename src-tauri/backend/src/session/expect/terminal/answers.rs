//! Answers at what is no part of the text: pagers, and questions that may come at any time.

use super::super::super::report::SessionError;
use super::super::typed::Typed;
use super::Terminal;

impl Terminal<'_> {
    /// Answers a pager: what it printed on the last line is not part of the line that follows. Under lines of the log,
    /// its mark ends at `place`.
    pub(in crate::session::expect) fn answer_pager(&mut self, place: Option<usize>) -> Result<(), SessionError> {
        let answer = self.definition.key_for(&self.last_line()).to_string();
        self.pressed.push(place.unwrap_or(self.text.len()));
        self.forget_line();
        self.send(&answer)
    }

    /// Answers one of the platform's questions: like a pager's mark, neither it nor the echo of its answer is part of
    /// the text. Under lines of the log, it ends at `place`.
    pub(in crate::session::expect) fn answer_question(
        &mut self,
        question: usize,
        place: Option<usize>,
        answer: &Typed,
    ) -> Result<(), SessionError> {
        self.pressed.push(place.unwrap_or(self.text.len()));
        self.answered.push(question);
        self.forget_line();
        let echo = answer.keys.trim_end_matches(['\r', '\n']).as_bytes();
        self.echo = Some((self.text.len(), echo.to_vec())).filter(|(_, echo)| !echo.is_empty());
        self.type_keys(answer)
    }

    /// How often this question was answered in this exchange.
    pub(in crate::session::expect) fn times_answered(&self, question: usize) -> u32 {
        self.answered.iter().map(|answered| u32::from(*answered == question)).sum()
    }

    /// Whether a question was answered behind this place of the text.
    pub(in crate::session::expect) fn answered_since(&self, place: usize) -> bool {
        !self.answered.is_empty() && self.pressed.last().is_some_and(|at| *at > place)
    }

    /// Drops the echo of an answer to a question from the text, once what follows shows that it is one.
    pub(super) fn drop_echo(&mut self) {
        let Some((place, echo)) = self.echo.take() else { return };
        let came = &self.text[place..];
        if came.len() <= echo.len() {
            // More of it may be on its way.
            self.echo = Some((place, echo)).filter(|(_, echo)| echo.starts_with(came));
        } else if came.starts_with(&echo) && matches!(came[echo.len()], b'\r' | b'\n' | b'\x08' | b'\x1b') {
            self.text.drain(place..place + echo.len());
            if self.line_start > place {
                self.line_start -= echo.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::platforms::{Definition, Registry};
    use crate::session::cancel::Cancel;
    use crate::session::expect::terminal::{Beside, Bounds, Brought, ByteChannel, Incoming, Lost};
    use crate::session::report::Limits;
    use crate::session::transcript::Transcript;

    /// Brings these pieces, one after the other.
    struct Pieces(Vec<&'static str>, Instant);

    impl ByteChannel for Pieces {
        fn read(&mut self, buffer: &mut [u8], _wait: std::time::Duration) -> Result<Incoming, Lost> {
            if self.0.is_empty() {
                return Ok(Incoming::Nothing);
            }
            let piece = self.0.remove(0);
            buffer[..piece.len()].copy_from_slice(piece.as_bytes());
            Ok(Incoming::Bytes(piece.len()))
        }

        fn write(&mut self, _bytes: &[u8]) -> Result<(), Lost> {
            Ok(())
        }

        fn now(&self) -> Instant {
            self.1
        }

        fn beside(
            &mut self,
            _request: Beside<'_>,
            _idle: std::time::Duration,
            _bounds: &Bounds<'_>,
        ) -> Result<Brought, SessionError> {
            Err(SessionError::cancelled())
        }
    }

    /// The text after a question was answered with `yes` and these pieces came, and the line that is unfinished then.
    fn after_yes(definition: &Definition, pieces: &[&'static str]) -> (String, String) {
        let (limits, cancel, now) = (Limits::default(), Cancel::new(), Instant::now());
        let bounds = Bounds { limits: &limits, cancel: &cancel, deadline: now + limits.total };
        let mut channel = Pieces([&["All? "][..], pieces].concat(), now);
        let (mut transcript, mut bytes_read) = (Transcript::default(), 0);
        let mut terminal = Terminal::new(&mut channel, definition, bounds, &mut transcript, &mut bytes_read);
        terminal.pump(limits.idle).unwrap();
        terminal.answer_question(0, None, &Typed::plain("yes\n")).unwrap();
        while terminal.pump(limits.idle).unwrap() {}
        assert_eq!((terminal.times_answered(0), terminal.answered_since(0)), (1, true));
        let last = terminal.last_line().into_owned();
        (String::from_utf8(terminal.take(usize::MAX).0).unwrap(), last)
    }

    #[test]
    fn the_echo_of_an_answer_is_no_part_of_the_text_and_what_only_begins_like_it_is() {
        let definition = Registry::load(None).0.get("cisco_ios").expect("built in");
        for (pieces, expect, last) in [
            (&["yes\r\nend\r\nR1#"][..], "All? \r\nend\r\nR1#", "R1#"),
            (&["y", "es", "\r", "\nR1#"][..], "All? \r\nR1#", "R1#"),
            (&["\r\nyes\r\n"][..], "All? \r\nyes\r\n", ""),
            (&["yesterday"][..], "All? yesterday", "yesterday"),
            (&["no\r\n"][..], "All? no\r\n", ""),
        ] {
            assert_eq!(after_yes(&definition, pieces), (expect.to_string(), last.to_string()), "{pieces:?}");
        }
    }
}
