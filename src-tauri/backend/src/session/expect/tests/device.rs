//! A device that follows a script: what it says, when it pauses, what it waits for, and a clock that only waiting moves.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use netraven_api::outcome::Cause;

use crate::session::cancel::Cancel;
use crate::session::expect::terminal::{Beside, Bounds, Brought, ByteChannel, Incoming, Lost};
use crate::session::report::SessionError;

/// What a device does in answer to a line.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Say(String),
    Pause(u64),
    /// Prints a pager and waits for a key; the key is not echoed and the pager is wiped.
    Page(&'static str),
    /// Prints a pager and waits for a key; the key is not echoed, and the second text follows it at once.
    Stop(&'static str, &'static str),
    /// Asks for a password; only this one is accepted, with this prompt.
    Ask(&'static str, &'static str),
    /// The prompt is this one from now on.
    Rename(&'static str),
    /// Asks something on a line of its own, such as a user name, and goes on with any answer.
    Question(&'static str),
    /// Asks for this one key, which is not echoed; the first text follows it, the second one any other.
    Choose(&'static str, char, &'static str, &'static str),
    Drop,
}
use Act::{Ask, Choose, Drop as Break, Page, Pause, Question, Rename, Say, Stop};

pub(super) fn say(text: &str) -> Act {
    Say(text.replace('\n', "\r\n"))
}

pub(super) struct Device {
    pub(super) now: Instant,
    /// What will still be said, each after a time.
    acts: VecDeque<Act>,
    pub(super) answers: HashMap<&'static str, Vec<Act>>,
    /// Answers given one after the other; the last stays.
    pub(super) turns: HashMap<&'static str, VecDeque<Vec<Act>>>,
    /// Printed behind the prompt that follows a command, once each.
    pub(super) behind: HashMap<&'static str, VecDeque<Vec<Act>>>,
    /// `{n}` in it is counted up with every command, `{t}` every time it is drawn.
    pub(super) prompt: String,
    commands: u32,
    drawn: u32,
    /// Printed above every prompt.
    pub(super) banner_lines: &'static str,
    typed: String,
    /// Lines typed while a command was running.
    ahead: VecDeque<String>,
    /// A terminal driver that echoes at once what is typed while a command runs.
    pub(super) driver_echo: bool,
    pub(super) echo: bool,
    pub(super) chunks: Vec<usize>,
    reads: usize,
    out: VecDeque<u8>,
    waits_for: Option<Act>,
    pub(super) received: Vec<u8>,
    /// What commands on a channel of their own print, on either stream, and their exit status. Files are called
    /// `sftp:` and their path.
    pub(super) beside: HashMap<&'static str, (&'static [u8], &'static str, i32)>,
    /// Turned on when the device has said everything it has to say.
    pub(super) cancel_when_silent: bool,
    pub(super) cancel: Cancel,
}

impl Device {
    pub(super) fn new(prompt: &str) -> Device {
        Device {
            now: Instant::now(),
            acts: VecDeque::new(),
            answers: HashMap::new(),
            turns: HashMap::new(),
            behind: HashMap::new(),
            commands: 1,
            drawn: 0,
            prompt: prompt.to_string(),
            banner_lines: "",
            typed: String::new(),
            ahead: VecDeque::new(),
            driver_echo: false,
            echo: true,
            chunks: vec![usize::MAX],
            reads: 0,
            out: VecDeque::new(),
            waits_for: None,
            received: Vec::new(),
            beside: HashMap::new(),
            cancel_when_silent: false,
            cancel: Cancel::new(),
        }
        .greeting(vec![say("\nWelcome\n\n")])
    }

    pub(super) fn greeting(mut self, acts: Vec<Act>) -> Device {
        self.acts = acts.into();
        let prompt = self.draw();
        self.acts.push_back(Say(prompt));
        self
    }

    fn draw(&mut self) -> String {
        self.drawn += 1;
        self.prompt.replace("{n}", &self.commands.to_string()).replace("{t}", &format!("10:11:{:02}", self.drawn % 60))
    }

    pub(super) fn in_turn(mut self, command: &'static str, turns: Vec<Vec<Act>>) -> Device {
        self.turns.insert(command, turns.into());
        self
    }

    pub(super) fn behind(mut self, command: &'static str, turns: Vec<Vec<Act>>) -> Device {
        self.behind.insert(command, turns.into());
        self
    }

    pub(super) fn answers(mut self, command: &'static str, acts: Vec<Act>) -> Device {
        self.answers.insert(command, acts);
        self
    }

    fn line(&mut self, line: &str) {
        if self.echo {
            self.acts.push_back(Say(format!("{line}\r\n")));
        }
        if line == "exit" {
            self.acts.push_back(Break);
        }
        self.commands += u32::from(!line.is_empty());
        let unknown = if line.is_empty() { vec![] } else { vec![say("% Invalid input detected at '^' marker.\n\n")] };
        let turn = self
            .turns
            .get_mut(line)
            .and_then(|turns| if turns.len() > 1 { turns.pop_front() } else { turns.front().cloned() });
        let acts = turn.or_else(|| self.answers.get(line).cloned()).unwrap_or(unknown);
        for act in acts {
            match act {
                Rename(prompt) => self.prompt = prompt.to_string(),
                act => self.acts.push_back(act),
            }
        }
        let mut behind = self.behind.get_mut(line).and_then(VecDeque::pop_front).unwrap_or_default();
        // It comes in one piece with the prompt, which so is never the last thing said.
        let covers = matches!(behind.first(), Some(Say(_))).then(|| behind.remove(0));
        let covers = if let Some(Say(text)) = covers { text } else { String::new() };
        let prompt = self.draw();
        self.acts.push_back(Say(format!("{}{prompt}{covers}", self.banner_lines)));
        self.acts.extend(behind);
    }

    fn key(&mut self, key: char) {
        match self.waits_for.clone() {
            Some(Page(pager)) => {
                self.waits_for = None;
                self.out.extend(format!("\r{}\r", " ".repeat(pager.len())).bytes());
            }
            Some(Stop(_, then)) => {
                self.waits_for = None;
                self.out.extend(then.bytes());
            }
            Some(Choose(_, wanted, right, wrong)) => {
                self.waits_for = None;
                self.out.extend(if key == wanted { right } else { wrong }.bytes());
            }
            Some(Ask(password, prompt)) if key == '\n' => {
                self.waits_for = None;
                let typed = std::mem::take(&mut self.typed);
                self.out.extend(b"\r\n");
                if typed == password {
                    self.prompt = prompt.to_string();
                    self.acts = VecDeque::from([Say(prompt.to_string())]);
                } else {
                    self.acts.push_front(Ask(password, prompt));
                }
            }
            Some(Question(text)) => {
                self.typed.push(key);
                if key == '\n' || !text.contains("assword") {
                    self.out.extend(key.to_string().replace('\n', "\r\n").bytes());
                }
                if key == '\n' {
                    self.waits_for = None;
                    self.typed.clear();
                }
            }
            _ if key == '\n' => {
                let line = std::mem::take(&mut self.typed);
                if self.acts.is_empty() && self.waits_for.is_none() {
                    self.line(&line);
                } else {
                    if self.driver_echo {
                        self.out.extend(format!("{line}\r\n").bytes());
                    }
                    self.ahead.push_back(line);
                }
            }
            _ => self.typed.push(key),
        }
    }
}

impl ByteChannel for Device {
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<Incoming, Lost> {
        let until = self.now + wait;
        while self.out.is_empty() {
            if self.waits_for.is_some() {
                self.now = until;
                return Ok(Incoming::Nothing);
            }
            match self.acts.pop_front() {
                Some(Say(text)) => self.out.extend(text.bytes()),
                Some(Pause(_)) if self.cancel_when_silent => {
                    self.cancel.cancel();
                    return Err(Lost("the socket was shut".to_string()));
                }
                Some(Pause(ms)) if self.now + Duration::from_millis(ms) > until => {
                    let rest = self.now + Duration::from_millis(ms) - until;
                    self.acts.push_front(Pause(u64::try_from(rest.as_millis()).unwrap()));
                    self.now = until;
                    return Ok(Incoming::Nothing);
                }
                Some(Pause(ms)) => self.now += Duration::from_millis(ms),
                Some(act @ (Page(pager) | Stop(pager, _))) => {
                    self.out.extend(pager.bytes());
                    self.waits_for = Some(act);
                }
                Some(act @ Ask(..)) => {
                    self.out.extend(b"Password: ");
                    self.waits_for = Some(act);
                }
                Some(act @ (Question(text) | Choose(text, ..))) => {
                    self.out.extend(text.bytes());
                    self.waits_for = Some(act);
                }
                Some(Rename(prompt)) => self.prompt = prompt.to_string(),
                Some(Break) => return Ok(Incoming::Closed),
                None => match self.ahead.pop_front() {
                    Some(line) => self.line(&line),
                    None => {
                        self.now = until;
                        return Ok(Incoming::Nothing);
                    }
                },
            }
        }
        let most = self.chunks[self.reads % self.chunks.len()].clamp(1, buffer.len());
        self.reads += 1;
        let chunk: Vec<u8> = self.out.drain(..most.min(self.out.len())).collect();
        buffer[..chunk.len()].copy_from_slice(&chunk);
        Ok(Incoming::Bytes(chunk.len()))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        self.received.extend_from_slice(bytes);
        // A round trip, so that time passes between what was said and what it is answered with.
        self.now += Duration::from_millis(2);
        for key in String::from_utf8_lossy(bytes).chars() {
            self.key(key);
        }
        Ok(())
    }

    fn now(&self) -> Instant {
        self.now
    }

    fn beside(&mut self, request: Beside<'_>, _idle: Duration, _bounds: &Bounds<'_>) -> Result<Brought, SessionError> {
        let asked = match request {
            Beside::Exec(command) => command.to_string(),
            Beside::File(path) => format!("sftp:{path}"),
        };
        self.received.extend_from_slice(format!("{asked}\n").as_bytes());
        match self.beside.get(asked.as_str()) {
            Some((bytes, errors, status)) => {
                Ok(Brought { bytes: bytes.to_vec(), errors: errors.as_bytes().to_vec(), status: Some(*status) })
            }
            None => Err(SessionError::new(Cause::CommandRejected, "There is no such file on the device.")),
        }
    }
}
