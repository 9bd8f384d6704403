//! The options of telnet (RFC 854, 855): commands out of the stream, answers to them, and the device's own bytes. It
//! does no input or output.
//!
//! We ask for nothing and accept only what serves a shell: the device echoes and suppresses go-ahead (RFC 857, 858),
//! and is told our terminal's type and size (RFC 1091, 1073). An answer is given only to what changes an option, and
//! the number of answers is limited, so that no device can keep us answering.

const SE: u8 = 240;
const SB: u8 = 250;
const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;
const IAC: u8 = 255;

const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;
const TERMINAL_TYPE: u8 = 24;
const WINDOW_SIZE: u8 = 31;

/// The subcommands of the terminal type (RFC 1091).
const IS: u8 = 0;
const SEND: u8 = 1;

/// How many answers a session gives. A device asks for some ten options.
const MOST_ANSWERS: u32 = 256;
/// How much of a subnegotiation is kept: the one that is answered has two bytes.
const KEPT: usize = 8;

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StreamState {
    Text,
    /// After a carriage return, which may be followed by a NUL that means nothing.
    Return,
    Command,
    /// The option of WILL, WONT, DO or DONT follows.
    Option(u8),
    Subnegotiation,
    /// A command inside a subnegotiation, usually its end.
    SubnegotiationCommand,
}

/// One session's options.
pub(super) struct Negotiation {
    state: StreamState,
    /// The name of the terminal and its size; `None` where the device is given no terminal.
    terminal: Option<(&'static str, u16, u16)>,
    /// The options the device has switched on.
    theirs: Vec<u8>,
    /// The options we have switched on.
    ours: Vec<u8>,
    subnegotiation: Vec<u8>,
    answers: u32,
}

impl Negotiation {
    /// A session on this terminal: its name, columns and lines.
    pub(super) fn new(terminal: Option<(&'static str, u16, u16)>) -> Negotiation {
        Negotiation {
            state: StreamState::Text,
            terminal,
            theirs: Vec::new(),
            ours: Vec::new(),
            subnegotiation: Vec::new(),
            answers: 0,
        }
    }

    /// Divides what came from the device: its text is added to `text`, and what it has to be answered to `answer`.
    pub(super) fn receive(&mut self, bytes: &[u8], text: &mut Vec<u8>, answer: &mut Vec<u8>) {
        for byte in bytes {
            self.state = self.step(*byte, text, answer);
        }
    }

    fn step(&mut self, byte: u8, text: &mut Vec<u8>, answer: &mut Vec<u8>) -> StreamState {
        match (self.state, byte) {
            (StreamState::Text | StreamState::Return, IAC) => StreamState::Command,
            (StreamState::Return, 0) => StreamState::Text,
            (StreamState::Text | StreamState::Return, byte) => {
                text.push(byte);
                if byte == b'\r' { StreamState::Return } else { StreamState::Text }
            }
            (StreamState::Command, IAC) => {
                text.push(IAC);
                StreamState::Text
            }
            (StreamState::Command, byte) => self.command(byte),
            (StreamState::Option(verb), option) => {
                self.option(verb, option, answer);
                StreamState::Text
            }
            (StreamState::Subnegotiation, IAC) => StreamState::SubnegotiationCommand,
            (StreamState::Subnegotiation, byte) => self.keep(byte),
            (StreamState::SubnegotiationCommand, IAC) => self.keep(IAC),
            (StreamState::SubnegotiationCommand, SE) => {
                self.subnegotiated(answer);
                StreamState::Text
            }
            // A subnegotiation without an end: this command is one of its own.
            (StreamState::SubnegotiationCommand, byte) => self.command(byte),
        }
    }

    fn command(&mut self, command: u8) -> StreamState {
        match command {
            WILL | WONT | DO | DONT => StreamState::Option(command),
            SB => {
                self.subnegotiation.clear();
                StreamState::Subnegotiation
            }
            // Go-ahead, no operation, marks and interrupts: they show nothing.
            _ => StreamState::Text,
        }
    }

    fn keep(&mut self, byte: u8) -> StreamState {
        if self.subnegotiation.len() < KEPT {
            self.subnegotiation.push(byte);
        }
        StreamState::Subnegotiation
    }

    fn option(&mut self, verb: u8, option: u8, answer: &mut Vec<u8>) {
        let is_theirs = self.theirs.contains(&option);
        let is_ours = self.ours.contains(&option);
        match verb {
            WILL if is_theirs => {}
            WILL if matches!(option, ECHO | SUPPRESS_GO_AHEAD) => {
                self.theirs.push(option);
                self.say(&[IAC, DO, option], answer);
            }
            WILL => self.say(&[IAC, DONT, option], answer),
            WONT if is_theirs => {
                self.theirs.retain(|other| *other != option);
                self.say(&[IAC, DONT, option], answer);
            }
            DO if is_ours => {}
            DO if self.serves(option) => {
                self.ours.push(option);
                self.say(&[IAC, WILL, option], answer);
                if option == WINDOW_SIZE {
                    self.say_size(answer);
                }
            }
            DO => self.say(&[IAC, WONT, option], answer),
            DONT if is_ours => {
                self.ours.retain(|other| *other != option);
                self.say(&[IAC, WONT, option], answer);
            }
            // It is off already.
            _ => {}
        }
    }

    /// Whether we do what an option means when the device asks for it. A go-ahead is never sent.
    fn serves(&self, option: u8) -> bool {
        match option {
            SUPPRESS_GO_AHEAD => true,
            TERMINAL_TYPE | WINDOW_SIZE => self.terminal.is_some(),
            _ => false,
        }
    }

    fn subnegotiated(&mut self, answer: &mut Vec<u8>) {
        let Some((name, ..)) = self.terminal else { return };
        if self.subnegotiation == [TERMINAL_TYPE, SEND] && self.ours.contains(&TERMINAL_TYPE) {
            let mut told = vec![IAC, SB, TERMINAL_TYPE, IS];
            told.extend_from_slice(name.as_bytes());
            told.extend_from_slice(&[IAC, SE]);
            self.say(&told, answer);
        }
    }

    fn say_size(&mut self, answer: &mut Vec<u8>) {
        let Some((_, columns, lines)) = self.terminal else { return };
        let mut told = vec![IAC, SB, WINDOW_SIZE];
        for byte in [columns.to_be_bytes(), lines.to_be_bytes()].concat() {
            push(byte, &mut told);
        }
        told.extend_from_slice(&[IAC, SE]);
        self.say(&told, answer);
    }

    fn say(&mut self, words: &[u8], answer: &mut Vec<u8>) {
        if self.answers < MOST_ANSWERS {
            self.answers += 1;
            answer.extend_from_slice(words);
        }
    }

    /// What is typed, as it goes over the wire. The Enter key, a line feed or a carriage return alone, is CR NUL for a
    /// device that works character by character and CR LF for one that reads lines: what people's own clients send (RFC
    /// 854, page 11; RFC 1123, 3.3.1). Both ends of a line already, CR LF stays.
    pub(super) fn typed(&self, bytes: &[u8]) -> Vec<u8> {
        let by_character = self.theirs.contains(&SUPPRESS_GO_AHEAD);
        let enter: &[u8] = if by_character { b"\r\0" } else { b"\r\n" };
        let mut wire = Vec::with_capacity(bytes.len() + 2);
        let mut rest = bytes.iter().copied().peekable();
        while let Some(byte) = rest.next() {
            match byte {
                b'\r' if rest.next_if_eq(&b'\n').is_some() => wire.extend_from_slice(b"\r\n"),
                b'\r' | b'\n' => wire.extend_from_slice(enter),
                byte => push(byte, &mut wire),
            }
        }
        wire
    }
}

/// Adds a byte of data: 255 is doubled.
fn push(byte: u8, wire: &mut Vec<u8>) {
    wire.push(byte);
    if byte == IAC {
        wire.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vt100() -> Negotiation {
        Negotiation::new(Some(("vt100", 511, 1000)))
    }

    /// The text and the answers of a session that receives these pieces.
    fn heard(negotiation: &mut Negotiation, pieces: &[&[u8]]) -> (Vec<u8>, Vec<u8>) {
        let (mut text, mut answer) = (Vec::new(), Vec::new());
        pieces.iter().for_each(|piece| negotiation.receive(piece, &mut text, &mut answer));
        (text, answer)
    }

    #[test]
    fn a_device_that_echoes_and_asks_for_the_terminal_is_answered() {
        let mut session = vt100();
        let asked = [
            &[IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, TERMINAL_TYPE, IAC, DO, WINDOW_SIZE][..],
            b"login: ",
            &[IAC, SB, TERMINAL_TYPE, SEND, IAC, SE],
        ];
        let (text, answer) = heard(&mut session, &asked);
        assert_eq!(text, b"login: ");
        let mut expected = vec![IAC, DO, ECHO, IAC, DO, SUPPRESS_GO_AHEAD, IAC, WILL, TERMINAL_TYPE];
        // 511 columns are 1 and 255, which is doubled; 1000 lines are 3 and 232.
        expected.extend([IAC, WILL, WINDOW_SIZE, IAC, SB, WINDOW_SIZE, 1, IAC, IAC, 3, 232, IAC, SE]);
        expected.extend([IAC, SB, TERMINAL_TYPE, IS]);
        expected.extend(b"vt100");
        expected.extend([IAC, SE]);
        assert_eq!(answer, expected);
    }

    #[test]
    fn everything_else_is_refused_and_what_is_off_needs_no_answer() {
        let (encrypt, environment) = (38, 39);
        let (_, answer) = heard(&mut vt100(), &[&[IAC, WILL, encrypt, IAC, DO, environment, IAC, DO, ECHO]]);
        assert_eq!(answer, [IAC, DONT, encrypt, IAC, WONT, environment, IAC, WONT, ECHO]);
        let (_, answer) = heard(&mut vt100(), &[&[IAC, WONT, encrypt, IAC, DONT, environment]]);
        assert!(answer.is_empty(), "{answer:?}");
        let mut bare = Negotiation::new(None);
        let (_, answer) = heard(&mut bare, &[&[IAC, DO, TERMINAL_TYPE, IAC, SB, TERMINAL_TYPE, SEND, IAC, SE]]);
        assert_eq!(answer, [IAC, WONT, TERMINAL_TYPE], "no terminal is given");
    }

    #[test]
    fn nothing_goes_round_in_circles() {
        let mut session = vt100();
        let on = [IAC, WILL, ECHO, IAC, DO, SUPPRESS_GO_AHEAD];
        assert_eq!(heard(&mut session, &[&on, &on, &on]).1, [IAC, DO, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD]);
        let off = [IAC, WONT, ECHO, IAC, DONT, SUPPRESS_GO_AHEAD];
        assert_eq!(heard(&mut session, &[&off, &off]).1, [IAC, DONT, ECHO, IAC, WONT, SUPPRESS_GO_AHEAD]);
        let insists = [IAC, WILL, 99].repeat(5_000);
        assert!(heard(&mut session, &[&insists]).1.len() <= 3 * MOST_ANSWERS as usize);
        assert_eq!(
            heard(&mut session, &[&on]),
            (Vec::new(), Vec::new()),
            "the answers are used up, and nothing breaks"
        );
    }

    #[test]
    fn the_byte_255_and_returns_are_written_as_telnet_has_them() {
        let mut session = vt100();
        let (text, _) = heard(&mut session, &[b"a\r", b"\0b\r\nc\rd\xff", b"\xffe"]);
        assert_eq!(text, b"a\rb\r\nc\rd\xffe");
        assert_eq!(session.typed(b"show\nnext\r\nlast\r \xff"), b"show\r\nnext\r\nlast\r\n \xff\xff");
        heard(&mut session, &[&[IAC, WILL, SUPPRESS_GO_AHEAD]]);
        assert_eq!(session.typed(b"show\nnext\r\nlast\r"), b"show\r\0next\r\nlast\r\0");
    }

    #[test]
    fn a_subnegotiation_that_never_ends_is_not_kept() {
        let mut session = vt100();
        let (text, answer) = heard(&mut session, &[&[IAC, SB, 200], &[7; 100_000]]);
        assert_eq!((text, answer, session.subnegotiation.len()), (Vec::new(), Vec::new(), KEPT));
        // A command shows that its end is missing.
        let (text, answer) = heard(&mut session, &[&[IAC, WILL, ECHO], b"sw1>"]);
        assert_eq!((text.as_slice(), answer.as_slice()), (&b"sw1>"[..], &[IAC, DO, ECHO][..]));
    }

    /// A generator of bytes that is the same each time.
    struct Noise(u64);

    impl Noise {
        fn byte(&mut self) -> u8 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0.to_be_bytes()[0]
        }

        /// A byte that is often one of those with a meaning.
        fn meant(&mut self) -> u8 {
            const MEANT: [u8; 14] =
                [IAC, IAC, IAC, WILL, WONT, DO, DONT, SB, SE, b'\r', b'\n', 0, TERMINAL_TYPE, WINDOW_SIZE];
            match self.byte() {
                chosen if chosen < 160 => MEANT[usize::from(chosen) % MEANT.len()],
                _ => self.byte(),
            }
        }
    }

    #[test]
    fn whatever_comes_in_whatever_pieces_no_text_is_lost_and_nothing_panics() {
        let mut noise = Noise(11);
        for _ in 0..400 {
            let stream: Vec<u8> = (0..300).map(|_| noise.meant()).collect();
            let whole = heard(&mut vt100(), &[&stream]);
            let cut = usize::from(noise.byte()) % stream.len();
            let (left, right) = stream.split_at(cut);
            assert_eq!(heard(&mut vt100(), &[left, right]), whole, "{cut} {stream:?}");
            let single: Vec<&[u8]> = stream.chunks(1).collect();
            assert_eq!(heard(&mut vt100(), &single), whole, "{stream:?}");
        }
        for _ in 0..400 {
            // Text as a device sends it, 255 doubled, with commands between.
            let text: Vec<u8> = (0..300).map(|_| noise.byte()).filter(|byte| ![0, b'\r'].contains(byte)).collect();
            let mut wire = Vec::new();
            for byte in &text {
                push(*byte, &mut wire);
                match noise.byte() % 8 {
                    0 => wire.extend([IAC, [WILL, WONT, DO, DONT][usize::from(noise.byte() % 4)], noise.byte()]),
                    1 => wire.extend([IAC, SB, noise.byte() & 0x7f, noise.byte() & 0x7f, IAC, SE]),
                    2 => wire.extend([IAC, 241]),
                    _ => {}
                }
            }
            assert_eq!(heard(&mut vt100(), &[&wire]).0, text);
        }
    }
}
