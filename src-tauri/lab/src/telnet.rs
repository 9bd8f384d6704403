//! The telnet side of a device, and the bare one of a console line: options, a sign-in in the shell, and then the same
//! shell as over SSH.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::device::Device;
use crate::shell::Op;
use crate::spec::{Fault, Platform};
use crate::talk::Talk;
use crate::wire::{Cut, Wire};

/// How often the device asks who is there.
const TRIES: u8 = 3;
/// A slow device prints this often.
const SLOW_TICK: Duration = Duration::from_millis(50);

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

/// What a telnet device asks for before it says anything.
const OPTIONS: [u8; 12] = [IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, TERMINAL_TYPE, IAC, DO, WINDOW_SIZE];

/// What carries the sessions with a device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// SSH.
    #[default]
    Ssh,
    /// Telnet: the shell asks who is there.
    Telnet,
    /// A bare TCP connection to a console line, which says nothing before Enter is pressed.
    Tcp,
}

impl Carrier {
    /// The name in NetRaven's `transport`.
    pub fn as_str(self) -> &'static str {
        match self {
            Carrier::Ssh => "ssh",
            Carrier::Telnet => "telnet",
            Carrier::Tcp => "tcp",
        }
    }
}

/// Serves one connection to its end.
pub(crate) async fn serve(wire: Wire, device: Arc<Device>, cut: Arc<Cut>) {
    let carrier = device.spec.options.carrier;
    let shell = Talk::new(device.clone(), true);
    let session = PlainSession { wire, device, cut, carrier, shell, heard: Heard::default(), typed: Vec::new() };
    if let Err(error) = session.run().await {
        tracing::trace!("a simulated device's connection ended: {error}");
    }
}

/// One connection.
struct PlainSession {
    wire: Wire,
    device: Arc<Device>,
    cut: Arc<Cut>,
    carrier: Carrier,
    shell: Talk,
    heard: Heard,
    /// What was typed and not taken yet.
    typed: Vec<u8>,
}

impl PlainSession {
    async fn run(mut self) -> io::Result<()> {
        match self.carrier {
            Carrier::Tcp => drop(self.line(false).await?),
            Carrier::Telnet | Carrier::Ssh => self.wire.write_all(&OPTIONS).await?,
        }
        if !self.sign_in().await? {
            return self.close().await;
        }
        let started = self.shell.start();
        self.play(started).await?;
        loop {
            if self.typed.is_empty() {
                self.hear().await?;
            }
            let typed = std::mem::take(&mut self.typed);
            let ops = self.shell.feed(&typed);
            self.play(ops).await?;
        }
    }

    async fn sign_in(&mut self) -> io::Result<bool> {
        let spec = self.device.spec.clone();
        let (name, refusal) = match spec.platform {
            Platform::Linux | Platform::JuniperJunos => (format!("{} login: ", spec.hostname), "Login incorrect\r\n"),
            _ => ("Username: ".to_owned(), "% Login invalid\r\n"),
        };
        for _ in 0..TRIES {
            self.send(&format!("\r\n{name}")).await?;
            let user = self.line(true).await?;
            self.send("Password: ").await?;
            let password = self.line(false).await?;
            self.send("\r\n").await?;
            let refuses = self.device.fault() == Some(Fault::WrongPassword);
            if !refuses && user == spec.username && password == spec.password {
                self.device.logins.fetch_add(1, Relaxed);
                return Ok(true);
            }
            self.device.logins_refused.fetch_add(1, Relaxed);
            self.send(refusal).await?;
        }
        Ok(false)
    }

    /// The next line typed, shown as it is typed or not.
    async fn line(&mut self, echo: bool) -> io::Result<String> {
        loop {
            if let Some(end) = self.typed.iter().position(|byte| *byte == b'\r') {
                let line: Vec<u8> = self.typed.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line[..end]).into_owned();
                if echo {
                    self.send(&format!("{line}\r\n")).await?;
                }
                return Ok(line);
            }
            self.hear().await?;
        }
    }

    /// Waits for something to be typed.
    async fn hear(&mut self) -> io::Result<()> {
        let mut buffer = [0; 1024];
        let length = self.wire.read(&mut buffer).await?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut answer = Vec::new();
        for byte in &buffer[..length] {
            self.heard.byte(*byte, self.carrier, &mut self.typed, &mut answer);
        }
        self.wire.write_all(&answer).await
    }

    async fn play(&mut self, ops: Vec<Op>) -> io::Result<()> {
        for op in ops {
            match op {
                Op::Send(text) => self.send(&text).await?,
                Op::Pause(duration) => tokio::time::sleep(duration).await,
                Op::Stall => return self.swallow().await,
                Op::Cut => {
                    self.cut.at_flush();
                    return self.wire.flush().await;
                }
                Op::Close => return self.close().await,
            }
        }
        Ok(())
    }

    async fn send(&mut self, text: &str) -> io::Result<()> {
        let Some(Fault::Slow { bytes_per_second }) = self.device.fault() else {
            return self.wire.write_all(text.as_bytes()).await;
        };
        let rate = bytes_per_second.max(1) as usize;
        for piece in text.as_bytes().chunks((rate * SLOW_TICK.as_millis() as usize / 1000).max(1)) {
            self.wire.write_all(piece).await?;
            tokio::time::sleep(Duration::from_secs_f64(piece.len() as f64 / rate as f64)).await;
        }
        Ok(())
    }

    /// Closes this side, and ends once the other has taken what was said.
    async fn close(&mut self) -> io::Result<()> {
        self.wire.shutdown().await?;
        self.swallow().await
    }

    /// Reads until the other side closes, which is an error like any end.
    async fn swallow(&mut self) -> io::Result<()> {
        let mut buffer = [0; 512];
        while self.wire.read(&mut buffer).await? > 0 {}
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Where in a client's stream the next byte stands.
#[derive(Default)]
enum Heard {
    #[default]
    Key,
    /// After a return: a line feed or a NUL belongs to it.
    Return,
    Command,
    /// The option of this command follows.
    Option(u8),
    Subnegotiation,
    SubnegotiationCommand,
}

impl Heard {
    /// Takes one byte: a key goes to `typed`, what an option is answered with to `answer`.
    fn byte(&mut self, byte: u8, carrier: Carrier, typed: &mut Vec<u8>, answer: &mut Vec<u8>) {
        let telnet = carrier == Carrier::Telnet;
        *self = match (&*self, byte) {
            (Heard::Key | Heard::Return, IAC) if telnet => Heard::Command,
            (Heard::Return, b'\n' | 0) => Heard::Key,
            (Heard::Key | Heard::Return, b'\r' | b'\n') => {
                typed.push(b'\r');
                if byte == b'\r' { Heard::Return } else { Heard::Key }
            }
            (Heard::Key | Heard::Return, byte) => {
                typed.push(byte);
                Heard::Key
            }
            (Heard::Command, WILL | WONT | DO | DONT) => Heard::Option(byte),
            (Heard::Command, SB) => Heard::Subnegotiation,
            (Heard::Command, IAC) => {
                typed.push(IAC);
                Heard::Key
            }
            (Heard::Command, _) => Heard::Key,
            (Heard::Option(verb), option) => {
                answer.extend(answered(*verb, option));
                Heard::Key
            }
            (Heard::Subnegotiation, IAC) => Heard::SubnegotiationCommand,
            (Heard::SubnegotiationCommand, SE) => Heard::Key,
            (Heard::Subnegotiation | Heard::SubnegotiationCommand, _) => Heard::Subnegotiation,
        };
    }
}

/// What a client's wish is answered with. What it was asked for itself needs nothing more, but the terminal's name.
fn answered(verb: u8, option: u8) -> Vec<u8> {
    const SEND: u8 = 1;
    match (verb, option) {
        (WILL, TERMINAL_TYPE) => vec![IAC, SB, TERMINAL_TYPE, SEND, IAC, SE],
        (WILL, WINDOW_SIZE) | (DO, ECHO | SUPPRESS_GO_AHEAD) => Vec::new(),
        (WILL, option) => vec![IAC, DONT, option],
        (DO, option) => vec![IAC, WONT, option],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_options() {
        let (mut heard, mut typed, mut answer) = (Heard::default(), Vec::new(), Vec::new());
        let sent =
            [&b"sh\r\0"[..], &[IAC, WILL, TERMINAL_TYPE, IAC, DO, 38], b"a\r\nb\n", &[IAC, SB, 24, 0, 65, IAC, SE]];
        for byte in sent.concat() {
            heard.byte(byte, Carrier::Telnet, &mut typed, &mut answer);
        }
        assert_eq!(typed, b"sh\ra\rb\r");
        assert_eq!(answer, [IAC, SB, TERMINAL_TYPE, 1, IAC, SE, IAC, WONT, 38]);
    }
}
