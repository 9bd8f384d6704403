//! A device's interactive shell as a state machine: typed bytes in, things to do out. It does no input or output itself.

mod answer;
mod bash;

use std::sync::Arc;
use std::time::Duration;

use crate::device::Device;
use crate::platform::{self, Action, Dialect, Parsed};
use crate::spec::{Fault, Platform};

/// Lines on the screen; one is the pager's own.
const PAGE_LINES: usize = 23;
/// How often `enable` asks again.
const ENABLE_TRIES: u8 = 3;
/// How often the shell asks who is there.
const SIGN_IN_TRIES: u8 = 3;

/// Something the session has to do, in order; input that arrives meanwhile waits.
#[derive(Debug, PartialEq)]
pub(crate) enum Op {
    Send(String),
    /// Be quiet for a while.
    Pause(Duration),
    /// Say and hear nothing any more, connection open.
    Stall,
    /// Close the connection without a word, once all before has left.
    Cut,
    /// End the session in good order.
    Close,
}

enum Mode {
    Command,
    /// Reading the enable password.
    Secret {
        tries: u8,
    },
    /// Asking who is there: for the name, then for the password of this one.
    SignIn {
        user: Option<String>,
        tries: u8,
    },
    /// Showing a page; this is left.
    More {
        rest: String,
    },
}

pub(crate) struct Shell {
    device: Arc<Device>,
    dialect: &'static Dialect,
    mode: Mode,
    privileged: bool,
    paging: bool,
    terminal: bool,
    echo: bool,
    prompt: Option<String>,
    /// How often the prompt was drawn.
    drawn: u32,
    /// The revision of the configuration that this visit reads.
    visit: Option<u64>,
    line: Vec<u8>,
    after_return: bool,
    ops: Vec<Op>,
}

impl Shell {
    /// A shell with (`terminal`) or without a pseudo-terminal.
    pub(crate) fn new(device: Arc<Device>, terminal: bool) -> Shell {
        let dialect = Dialect::of(device.spec.platform);
        let locked = device.spec.enable_password.is_some() || device.fault() == Some(Fault::RefusesEnable);
        // Only a real host's shell is different without a terminal.
        let terminal = terminal || device.spec.platform != Platform::Linux;
        Shell {
            privileged: !(dialect.privileged_mode && locked),
            paging: device.spec.options.paging,
            terminal,
            echo: terminal,
            prompt: None,
            drawn: 0,
            visit: None,
            mode: Mode::Command,
            line: Vec::new(),
            after_return: false,
            ops: Vec::new(),
            dialect,
            device,
        }
    }

    /// What a fresh shell prints.
    pub(crate) fn start(&mut self) -> Vec<Op> {
        if self.device.fault() == Some(Fault::SilentAfterLogin) {
            return vec![Op::Stall];
        }
        if let Some(banner) = &self.device.spec.banner {
            let banner = banner.lines().fold(String::new(), |text, line| text + line + "\r\n");
            self.print(&banner);
        }
        if self.device.fault() == Some(Fault::SignsInByShell) {
            self.mode = Mode::SignIn { user: None, tries: 0 };
            self.print("\r\nUser Name:");
            return self.done();
        }
        if self.device.spec.platform == Platform::CiscoIos {
            self.print("\r\n");
        }
        self.prompt();
        self.done()
    }

    /// What one command without an interactive shell prints, prompt and paging left out.
    pub(crate) fn exec(&mut self, command: &str) -> Vec<Op> {
        self.paging = false;
        self.echo = false;
        self.run(command.trim());
        self.ops.retain(|op| *op != Op::Close);
        self.ops.push(Op::Close);
        self.done()
    }

    /// Takes typed bytes and returns what to do about them.
    pub(crate) fn feed(&mut self, typed: &[u8]) -> Vec<Op> {
        for byte in typed {
            let line_feed_of_return = *byte == b'\n' && std::mem::take(&mut self.after_return);
            self.after_return = *byte == b'\r';
            if !line_feed_of_return {
                self.key(*byte);
            }
        }
        self.done()
    }

    fn key(&mut self, byte: u8) {
        if let Mode::More { rest } = &mut self.mode {
            let rest = std::mem::take(rest);
            self.turn_page(byte, rest);
            return;
        }
        let echo = self.echo && matches!(self.mode, Mode::Command | Mode::SignIn { user: None, .. });
        match byte {
            b'\r' | b'\n' => self.enter(),
            0x03 => {
                self.line.clear();
                self.mode = Mode::Command;
                self.print(if self.device.spec.platform == Platform::Linux { "^C\r\n" } else { "\r\n" });
                self.prompt();
            }
            0x04 if self.line.is_empty() => self.ops.push(Op::Close),
            0x08 | 0x7f => {
                if self.line.pop().is_some() && echo {
                    self.print("\x08 \x08");
                }
            }
            0x15 => {
                let erased = "\x08 \x08".repeat(if echo { self.line.len() } else { 0 });
                self.line.clear();
                self.print(&erased);
            }
            byte if byte < 0x20 => {}
            byte => {
                self.line.push(byte);
                if echo {
                    self.echo_last_character();
                }
            }
        }
    }

    /// Echoes a character once all its bytes are there.
    fn echo_last_character(&mut self) {
        let start = (1..=self.line.len().min(4)).find(|n| self.line[self.line.len() - n] & 0xc0 != 0x80).unwrap_or(1);
        if let Ok(character) = std::str::from_utf8(&self.line[self.line.len() - start..]) {
            let character = character.to_owned();
            self.print(&character);
        }
    }

    fn enter(&mut self) {
        let typed = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
        if self.echo || matches!(self.mode, Mode::Secret { .. }) {
            self.print("\r\n");
        }
        if let Mode::SignIn { user, tries } = &self.mode {
            let (user, tries) = (user.clone(), *tries);
            return self.sign_in(user, typed, tries);
        }
        match self.mode {
            Mode::Secret { tries } => self.secret(&typed, tries),
            _ => {
                self.run(&typed);
                let waiting = matches!(self.ops.last(), Some(Op::Close | Op::Cut | Op::Stall));
                if matches!(self.mode, Mode::Command) && !waiting {
                    self.prompt();
                    if self.device.fault() == Some(Fault::LogsEveryCommand) && !typed.trim().is_empty() {
                        self.print("\r\n%PARSER-5-CFGLOG_LOGGEDCMD: User:lab  logged command\r\n");
                        self.prompt();
                    }
                }
            }
        }
    }

    fn sign_in(&mut self, user: Option<String>, typed: String, tries: u8) {
        let Some(user) = user else {
            self.mode = Mode::SignIn { user: Some(typed), tries };
            self.print("Password:");
            return;
        };
        let right = user == self.device.spec.username && typed == self.device.spec.password;
        self.device.note_command(if right { "signed in by the shell" } else { "refused by the shell" });
        if right {
            self.mode = Mode::Command;
            self.prompt();
        } else if tries + 1 < SIGN_IN_TRIES {
            self.mode = Mode::SignIn { user: None, tries: tries + 1 };
            self.print("% Login failed\r\nUser Name:");
        } else {
            self.ops.push(Op::Close);
        }
    }

    fn secret(&mut self, typed: &str, tries: u8) {
        let refuses = self.device.fault() == Some(Fault::RefusesEnable);
        if !refuses && self.device.spec.enable_password.as_deref().is_none_or(|password| password == typed) {
            self.privileged = true;
            self.mode = Mode::Command;
            self.prompt();
        } else if tries + 1 < ENABLE_TRIES {
            self.mode = Mode::Secret { tries: tries + 1 };
            self.print("Password: ");
        } else {
            self.mode = Mode::Command;
            self.print(self.dialect.enable_refused);
            self.print(self.dialect.after_output);
            self.prompt();
        }
    }

    fn run(&mut self, typed: &str) {
        let command = typed.trim();
        if command.is_empty() {
            return;
        }
        self.device.note_command(command);
        if let Some(Fault::RefusesCommand { starts_with }) = self.device.fault()
            && command.to_ascii_lowercase().starts_with(&starts_with)
        {
            return self.refuse(typed, &Parsed::Unknown(0));
        }
        if self.device.spec.platform == Platform::Linux {
            return self.bash(command);
        }
        let (command, filters) =
            command.split_once('|').map_or((command, ""), |(command, rest)| (command.trim(), rest));
        match platform::parse(self.dialect, command) {
            Parsed::Action(action) => self.act(action, typed, filters),
            wrong => self.refuse(typed, &wrong),
        }
    }

    fn act(&mut self, action: Action, typed: &str, filters: &str) {
        let spec = &self.device.spec;
        match action {
            Action::Config | Action::Startup if self.device.fault() == Some(Fault::OddRefusal) => {
                self.refuse(typed, &Parsed::Unknown(0));
            }
            Action::Config | Action::Startup if !self.privileged => {
                let refusal = platform::privilege_missing(spec.platform, typed, self.column(0));
                self.print_answer(&refusal);
            }
            Action::Config => self.config(filters),
            Action::Startup => match self.device.startup_wire() {
                Some(text) => self.show(text, filters),
                None => self.refuse(typed, &Parsed::Unknown(0)),
            },
            Action::Version => self.show(platform::version(spec), filters),
            Action::Inventory => self.show(platform::inventory(spec), filters),
            Action::PagingOff(answer) => {
                self.paging = self.device.fault() == Some(Fault::PagerStaysOn);
                self.print(answer);
            }
            Action::PagingOn(answer) => {
                self.paging = true;
                self.print(answer);
            }
            Action::Accept(answer) => self.print(answer),
            Action::Enable if self.privileged => {}
            Action::Enable if spec.enable_password.is_none() && self.device.fault() != Some(Fault::RefusesEnable) => {
                self.privileged = true;
            }
            Action::Enable => {
                self.mode = Mode::Secret { tries: 0 };
                self.print("Password: ");
            }
            Action::Disable => self.privileged = !self.dialect.privileged_mode,
            Action::Exit => self.ops.push(Op::Close),
        }
    }

    fn refuse(&mut self, typed: &str, parsed: &Parsed) {
        if self.device.fault() == Some(Fault::OddRefusal) {
            let word = typed.split_whitespace().next_back().unwrap_or_default();
            return self.print_answer(&format!("Frobnicated at {word}\r\n"));
        }
        let offset = match parsed {
            Parsed::Unknown(offset) => *offset,
            _ => typed.trim().len(),
        };
        let error = platform::error(self.device.spec.platform, parsed, typed, self.column(offset));
        self.print_answer(&error);
    }

    /// Where on the screen the typed byte at `offset` stands.
    fn column(&self, offset: usize) -> usize {
        platform::prompt(&self.device.spec, self.privileged).len() + offset
    }

    fn prompt(&mut self) {
        self.drawn += 1;
        let prompt = self.prompt_text();
        self.print(&prompt);
    }

    fn prompt_text(&self) -> String {
        let prompt = || platform::prompt(&self.device.spec, self.privileged);
        let mut prompt = self.prompt.clone().unwrap_or_else(prompt);
        if self.device.fault() == Some(Fault::ClockInPrompt) {
            let sign = prompt.rfind(['#', '>', '$']).unwrap_or(prompt.len());
            prompt.insert_str(sign, &format!(".10:{:02}:{:02}", self.drawn / 60 % 60, self.drawn % 60));
        }
        format!("{}{prompt}", self.dialect.before_prompt)
    }

    fn print_answer(&mut self, text: &str) {
        self.print(text);
        self.print(self.dialect.after_output);
    }

    fn print(&mut self, text: &str) {
        let text = if self.terminal { text.into() } else { std::borrow::Cow::Owned(text.replace("\r\n", "\n")) };
        match self.ops.last_mut() {
            Some(Op::Send(sent)) => sent.push_str(&text),
            _ if text.is_empty() => {}
            _ => self.ops.push(Op::Send(text.into_owned())),
        }
    }

    fn done(&mut self) -> Vec<Op> {
        std::mem::take(&mut self.ops)
    }
}

#[cfg(test)]
mod tests;
