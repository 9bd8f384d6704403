//! A recorded device as a state machine: typed bytes in, things to do out. Like the shell of a dialect, it does no
//! input or output itself. It knows the commands of its recording and refuses all others.

mod piece;

use std::collections::VecDeque;
use std::sync::Arc;

use self::piece::{Piece, pieces, split_page};
use crate::device::Device;
use crate::recording::{ANY_KEY, PagerLook, RecordedPrivilege, RecordedQuestion, Recording};
use crate::shell::Op;

/// How often the shell asks who is there.
const SIGN_IN_TRIES: u8 = 3;
/// Commands that end a session, unless the recording has its own answer to them.
const LEAVES: [&str; 4] = ["exit", "logout", "quit", "/quit"];
const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const CTRL_U: u8 = 0x15;

/// What is typed next is for this.
enum Stand {
    /// A question of the shell's own sign-in, and whether all answers before it were right.
    SignIn {
        number: usize,
        right: bool,
        tries: u8,
    },
    /// A question before the first prompt.
    Dialog(usize),
    Prompt,
    /// The password of the privileged mode.
    Secret,
    /// A pager; this is left of the answer.
    Pager {
        look: PagerLook,
        left: VecDeque<Piece>,
    },
    /// A question behind an answer.
    Question(RecordedQuestion),
}

pub(crate) struct Replay {
    device: Arc<Device>,
    recording: Arc<Recording>,
    stand: Stand,
    privileged: bool,
    paged: bool,
    line: Vec<u8>,
    /// How many bytes of the line were echoed.
    echoed: usize,
    after_return: bool,
    ops: Vec<Op>,
}

impl Replay {
    pub(crate) fn new(device: Arc<Device>, recording: Arc<Recording>) -> Replay {
        Replay {
            privileged: recording.privilege.is_none(),
            paged: true,
            stand: Stand::Prompt,
            line: Vec::new(),
            echoed: 0,
            after_return: false,
            ops: Vec::new(),
            device,
            recording,
        }
    }

    /// What the device says to a user who has come in.
    pub(crate) fn start(&mut self) -> Vec<Op> {
        match self.recording.sign_in.is_empty() {
            true => self.greet(),
            false => self.ask_who(0, true, 0),
        }
        self.done()
    }

    /// The answer to one command on a channel of its own: no echo, no prompt, no pages.
    pub(crate) fn exec(&mut self, command: &str) -> Vec<Op> {
        let command = command.trim();
        self.device.note_command(command);
        let exchange = self.recording.exchange(command).filter(|_| self.privileged);
        let mut text = exchange.map_or_else(|| self.recording.refused(command), |_| String::new());
        for piece in exchange.map(|exchange| pieces(&self.recording, exchange, false)).unwrap_or_default() {
            if let Piece::Text(part) = piece {
                text.push_str(&part);
            }
        }
        self.print(&text.replace("\r\n", "\n"));
        self.ops.push(Op::Close);
        self.done()
    }

    /// Takes typed bytes and returns what to do about them.
    pub(crate) fn feed(&mut self, typed: &[u8]) -> Vec<Op> {
        for byte in typed {
            let line_feed_of_return = *byte == b'\n' && std::mem::take(&mut self.after_return);
            self.after_return = *byte == b'\r' && self.is_enter(b'\r');
            if !line_feed_of_return {
                self.key(*byte);
            }
        }
        self.echo();
        self.done()
    }

    fn is_enter(&self, byte: u8) -> bool {
        match &self.recording.newline {
            Some(newline) => newline.as_bytes() == [byte],
            None => matches!(byte, b'\r' | b'\n'),
        }
    }

    fn key(&mut self, byte: u8) {
        match &self.stand {
            Stand::Pager { .. } => self.turn_page(byte),
            Stand::Dialog(_) | Stand::Question(_) if !self.awaits_line() => self.answer_by_key(byte),
            _ if self.is_enter(byte) => self.enter(),
            _ => self.edit(byte),
        }
    }

    /// A key that makes or changes the line.
    fn edit(&mut self, byte: u8) {
        match byte {
            CTRL_C if matches!(self.stand, Stand::Prompt | Stand::Secret | Stand::Question(_)) => {
                self.take_line();
                self.stand = Stand::Prompt;
                self.print("^C\r\n");
                self.prompt();
            }
            CTRL_D if self.line.is_empty() && matches!(self.stand, Stand::Prompt) => self.ops.push(Op::Close),
            CTRL_U => {
                let erased = "\x08 \x08".repeat(self.echoed);
                self.take_line();
                self.print(&erased);
            }
            0x08 | 0x7f => {
                self.line.pop();
                if self.echoed > self.line.len() {
                    self.echoed = self.line.len();
                    self.print("\x08 \x08");
                }
            }
            byte if byte < 0x20 => {}
            byte => self.line.push(byte),
        }
    }

    /// Echoes what was typed since. A whole line that comes at once is echoed as it was when it was recorded.
    fn echo(&mut self) {
        let shows = match self.stand {
            Stand::SignIn { number, .. } => !asks_for_password(&self.recording.sign_in[number]),
            Stand::Secret | Stand::Pager { .. } => false,
            Stand::Dialog(_) | Stand::Prompt | Stand::Question(_) => true,
        };
        if shows {
            let typed = whole_letters(self.line.get(self.echoed..).unwrap_or_default()).to_owned();
            self.echoed += typed.len();
            self.print(&typed);
        }
    }

    fn take_line(&mut self) -> (String, usize) {
        let line = std::mem::take(&mut self.line);
        (String::from_utf8_lossy(&line).into_owned(), std::mem::take(&mut self.echoed))
    }

    fn enter(&mut self) {
        let (typed, echoed) = self.take_line();
        let rest = typed.get(echoed..).unwrap_or_default();
        match std::mem::replace(&mut self.stand, Stand::Prompt) {
            Stand::SignIn { number, right, tries } => self.sign_in(&typed, rest, number, right, tries),
            Stand::Dialog(number) => {
                self.end_line(rest);
                let answered = self.recording.dialogs[number].answer.trim() == typed.trim();
                self.ask(if answered { number + 1 } else { number });
            }
            Stand::Secret => self.secret(&typed),
            Stand::Question(question) => {
                self.end_line(rest);
                match question.answer.trim() == typed.trim() {
                    true => self.answered(&question),
                    false => self.put(question),
                }
            }
            // No line is read at a pager.
            Stand::Prompt | Stand::Pager { .. } => self.run(&typed, rest),
        }
    }

    /// Shows the rest of a line that was typed, and ends it.
    fn end_line(&mut self, rest: &str) {
        self.print(rest);
        self.print("\r\n");
    }

    fn ask_who(&mut self, number: usize, right: bool, tries: u8) {
        let recording = Arc::clone(&self.recording);
        self.print_wire(&recording.sign_in[number]);
        self.stand = Stand::SignIn { number, right, tries };
    }

    fn sign_in(&mut self, typed: &str, rest: &str, number: usize, right: bool, tries: u8) {
        let spec = &self.device.spec;
        let is_password = asks_for_password(&self.recording.sign_in[number]);
        let right = right && typed == if is_password { &spec.password } else { &spec.username };
        self.end_line(if is_password { "" } else { rest });
        if number + 1 < self.recording.sign_in.len() {
            self.ask_who(number + 1, right, tries);
        } else if right {
            self.greet();
        } else if tries + 1 < SIGN_IN_TRIES {
            self.print("Login incorrect\r\n");
            self.ask_who(0, true, tries + 1);
        } else {
            self.ops.push(Op::Close);
        }
    }

    fn greet(&mut self) {
        let recording = Arc::clone(&self.recording);
        self.print_wire(&recording.banner);
        self.ask(0);
    }

    /// Asks this question before the first prompt, which comes after the last one.
    fn ask(&mut self, number: usize) {
        let recording = Arc::clone(&self.recording);
        match recording.dialogs.get(number) {
            Some(dialog) => {
                self.print_wire(&dialog.question);
                self.stand = Stand::Dialog(number);
            }
            None => self.prompt(),
        }
    }

    /// The answer that a question waits for, if the device stands at one.
    fn awaited(&self) -> Option<&str> {
        match &self.stand {
            Stand::Dialog(number) => Some(&self.recording.dialogs[*number].answer),
            Stand::Question(question) => Some(&question.answer),
            _ => None,
        }
    }

    fn awaits_line(&self) -> bool {
        self.awaited().is_some_and(|answer| answer.ends_with('\n') && answer.len() > 1)
    }

    fn answer_by_key(&mut self, byte: u8) {
        let enter = self.is_enter(byte);
        let fits = self.awaited().is_some_and(|answer| match answer {
            ANY_KEY => true,
            "\n" | "\r" => enter,
            key => key.as_bytes() == [byte],
        });
        if !fits {
            return;
        }
        self.print("\r\n");
        match std::mem::replace(&mut self.stand, Stand::Prompt) {
            Stand::Dialog(number) => self.ask(number + 1),
            Stand::Question(question) => self.answered(&question),
            other => self.stand = other,
        }
    }

    /// Asks a question behind an answer.
    fn put(&mut self, question: RecordedQuestion) {
        self.print_wire(&question.text);
        self.stand = Stand::Question(question);
    }

    fn answered(&mut self, question: &RecordedQuestion) {
        self.print_wire(&question.shows);
        self.prompt();
    }

    /// Runs a line; `rest` of it was not echoed yet.
    fn run(&mut self, typed: &str, rest: &str) {
        let recording = Arc::clone(&self.recording);
        let command = typed.trim();
        let exchange = recording.exchange(command).filter(|_| self.privileged && !command.is_empty());
        match exchange.and_then(|exchange| exchange.echo.as_deref()).filter(|_| rest.len() == typed.len()) {
            Some("") => {}
            Some(echo) => {
                self.print_wire(echo);
                self.print("\r\n");
            }
            None => self.end_line(rest),
        }
        if command.is_empty() {
            return self.prompt();
        }
        self.device.note_command(command);
        let privilege = recording.privilege.as_ref().filter(|privilege| privilege.command == command);
        match (exchange, privilege) {
            (Some(exchange), _) => {
                self.paged &= !exchange.turns_paging_off;
                self.show(pieces(&recording, exchange, self.paged), None);
            }
            (None, Some(privilege)) => self.ask_privilege(privilege),
            (None, None) if LEAVES.contains(&command) => self.ops.push(Op::Close),
            (None, None) => {
                self.print_wire(&recording.refused(command));
                self.prompt();
            }
        }
    }

    fn ask_privilege(&mut self, privilege: &RecordedPrivilege) {
        match privilege.password_prompt.as_ref().filter(|_| !self.privileged) {
            Some(question) => {
                self.print_wire(question);
                self.stand = Stand::Secret;
            }
            None => {
                self.privileged = true;
                self.prompt();
            }
        }
    }

    fn secret(&mut self, typed: &str) {
        let recording = Arc::clone(&self.recording);
        let spec = &self.device.spec;
        let given = spec.enable_password.as_ref().unwrap_or(&spec.password);
        let password = recording.privilege.as_ref().and_then(|privilege| privilege.password.as_ref()).unwrap_or(given);
        self.privileged = typed == password;
        self.print("\r\n");
        if let Some(privilege) = recording.privilege.as_ref().filter(|_| !self.privileged) {
            self.print_wire(&privilege.refused);
        }
        self.prompt();
    }

    /// Shows what is left of an answer until the device waits for a key; the next page has `lines` lines.
    fn show(&mut self, mut left: VecDeque<Piece>, mut lines: Option<usize>) {
        while let Some(piece) = left.pop_front() {
            match piece {
                Piece::Text(text) => self.print_wire(&text),
                Piece::Pages { mut text, lines: usual, look } => {
                    let rest = split_page(&mut text, lines.take().unwrap_or(usual));
                    self.print_wire(&text);
                    if !rest.is_empty() {
                        left.push_front(Piece::Pages { text: rest, lines: usual, look: look.clone() });
                        return self.wait_at(look, left);
                    }
                }
                Piece::Stop(look) => return self.wait_at(look, left),
                Piece::Asks(question) => return self.put(question),
            }
        }
        self.prompt();
    }

    fn wait_at(&mut self, look: PagerLook, left: VecDeque<Piece>) {
        self.print_wire(&look.mark);
        self.stand = Stand::Pager { look, left };
    }

    /// A key at the pager. Of what it does not know it takes no notice.
    fn turn_page(&mut self, byte: u8) {
        let enter = self.is_enter(byte);
        let Stand::Pager { look, left } = std::mem::replace(&mut self.stand, Stand::Prompt) else { return };
        let by_enter = matches!(look.key.as_str(), "\n" | "\r");
        let goes_on = if by_enter { enter } else { look.key.as_bytes() == [byte] };
        let leaves = matches!(byte, b'q' | b'Q' | CTRL_C);
        if !goes_on && !enter && !leaves {
            self.stand = Stand::Pager { look, left };
            return;
        }
        self.print_wire(&look.erase);
        match goes_on || enter {
            true => self.show(left, (!goes_on).then_some(1)),
            false => self.prompt(),
        }
    }

    fn prompt(&mut self) {
        let recording = Arc::clone(&self.recording);
        let before = recording.privilege.as_ref().filter(|_| !self.privileged);
        self.print_wire(before.map_or(&recording.prompt, |privilege| &privilege.unprivileged_prompt));
    }

    /// Prints recorded text, each line ended by `\r\n`.
    fn print_wire(&mut self, text: &str) {
        self.print(&text.replace("\r\n", "\n").replace('\n', "\r\n"));
    }

    fn print(&mut self, text: &str) {
        match self.ops.last_mut() {
            Some(Op::Send(sent)) => sent.push_str(text),
            _ if text.is_empty() => {}
            _ => self.ops.push(Op::Send(text.to_owned())),
        }
    }

    fn done(&mut self) -> Vec<Op> {
        std::mem::take(&mut self.ops)
    }
}

/// Whether a question of the shell's own sign-in wants the password, which is not echoed.
fn asks_for_password(question: &str) -> bool {
    question.to_ascii_lowercase().contains("pass")
}

/// As much of what was typed as is whole letters.
fn whole_letters(typed: &[u8]) -> &str {
    match std::str::from_utf8(typed) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&typed[..error.valid_up_to()]).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
