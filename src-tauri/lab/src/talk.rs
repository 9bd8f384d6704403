//! The far end of one channel: a dialect's shell or a recording.

use std::sync::Arc;

use crate::device::Device;
use crate::replay::Replay;
use crate::shell::{Op, Shell};

/// What takes the bytes that are typed into a channel, and says what to do about them.
pub(crate) enum Talk {
    Dialect(Shell),
    Recorded(Replay),
}

impl Talk {
    /// The far end of a channel with (`terminal`) or without a pseudo-terminal.
    pub(crate) fn new(device: Arc<Device>, terminal: bool) -> Talk {
        match device.recording.clone() {
            Some(recording) => Talk::Recorded(Replay::new(device, recording)),
            None => Talk::Dialect(Shell::new(device, terminal)),
        }
    }

    /// What it says first.
    pub(crate) fn start(&mut self) -> Vec<Op> {
        match self {
            Talk::Dialect(shell) => shell.start(),
            Talk::Recorded(replay) => replay.start(),
        }
    }

    /// What one command on a channel of its own says.
    pub(crate) fn exec(&mut self, command: &str) -> Vec<Op> {
        match self {
            Talk::Dialect(shell) => shell.exec(command),
            Talk::Recorded(replay) => replay.exec(command),
        }
    }

    /// Takes typed bytes.
    pub(crate) fn feed(&mut self, typed: &[u8]) -> Vec<Op> {
        match self {
            Talk::Dialect(shell) => shell.feed(typed),
            Talk::Recorded(replay) => replay.feed(typed),
        }
    }
}
