//! Plays what a shell or a recording wants done into one SSH channel: output in pieces and at its speed, pauses, and
//! the end. A channel for files carries them instead.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use russh::ChannelId;
use russh::server::Handle;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::device::Device;
use crate::sftp::Sftp;
use crate::shell::Op;
use crate::spec::Fault;
use crate::talk::Talk;
use crate::wire::Cut;

/// Output goes out in pieces of this size.
const PIECE: usize = 32 * 1024;
/// A slow device prints this often.
const SLOW_TICK: Duration = Duration::from_millis(50);

/// What the client does on the channel.
pub(crate) enum Input {
    Typed(Vec<u8>),
    /// It will type no more.
    End,
}

/// One channel's player.
pub(crate) struct Session {
    pub(crate) device: Arc<Device>,
    pub(crate) talk: Talk,
    pub(crate) handle: Handle,
    pub(crate) channel: ChannelId,
    pub(crate) input: UnboundedReceiver<Input>,
    pub(crate) waiting: VecDeque<Input>,
    pub(crate) cut: Arc<Cut>,
}

/// The client, the channel or the connection is gone.
struct Gone;

impl Session {
    /// Runs the interactive shell until one side ends it.
    pub(crate) async fn interactive(mut self) {
        let started = self.talk.start();
        if self.play(started).await.is_err() {
            return;
        }
        while let Some(input) = self.next().await {
            let ops = match input {
                Input::Typed(bytes) => self.talk.feed(&bytes),
                Input::End => vec![Op::Close],
            };
            if self.play(ops).await.is_err() {
                return;
            }
        }
    }

    /// Runs one command.
    pub(crate) async fn exec(mut self, command: String) {
        let ops = self.talk.exec(&command);
        let _ = self.play(ops).await;
    }

    /// Serves files until the client ends it, or says what is no SFTP.
    pub(crate) async fn serve_files(mut self, mut sftp: Sftp) {
        while let Some(Input::Typed(bytes)) = self.next().await {
            let Ok(answers) = sftp.feed(&bytes) else { break };
            if !answers.is_empty() && self.send(answers).await.is_err() {
                return;
            }
        }
        let _ = self.play(vec![Op::Close]).await;
    }

    async fn next(&mut self) -> Option<Input> {
        match self.waiting.pop_front() {
            Some(input) => Some(input),
            None => self.input.recv().await,
        }
    }

    async fn play(&mut self, ops: Vec<Op>) -> Result<(), Gone> {
        for op in ops {
            match op {
                Op::Send(text) => self.send(text.into_bytes()).await?,
                Op::Pause(duration) => self.quiet(duration).await?,
                Op::Stall => {
                    while self.input.recv().await.is_some() {}
                    return Err(Gone);
                }
                Op::Cut => return self.cut().await,
                Op::Close => {
                    let _ = self.handle.exit_status_request(self.channel, 0).await;
                    let _ = self.handle.eof(self.channel).await;
                    let _ = self.handle.close(self.channel).await;
                    return Err(Gone);
                }
            }
        }
        Ok(())
    }

    async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Gone> {
        let slow = match self.device.fault() {
            Some(Fault::Slow { bytes_per_second }) => Some(bytes_per_second.max(1) as usize),
            _ => None,
        };
        let Some(rate) = slow else {
            if bytes.len() <= PIECE {
                return self.write(bytes).await;
            }
            for piece in bytes.chunks(PIECE) {
                self.write(piece.to_vec()).await?;
            }
            return Ok(());
        };
        for piece in bytes.chunks((rate * SLOW_TICK.as_millis() as usize / 1000).max(1)) {
            self.write(piece.to_vec()).await?;
            self.quiet(Duration::from_secs_f64(piece.len() as f64 / rate as f64)).await?;
        }
        Ok(())
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), Gone> {
        self.handle.data(self.channel, bytes).await.map_err(|_| Gone)
    }

    /// Waits, keeping what is typed meanwhile for later.
    async fn quiet(&mut self, duration: Duration) -> Result<(), Gone> {
        let over = tokio::time::sleep(duration);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return Ok(()),
                input = self.input.recv() => match input {
                    Some(input) => self.waiting.push_back(input),
                    None => return Err(Gone),
                },
            }
        }
    }

    /// Closes the TCP connection behind all that was sent. The session's queue holds one message, so when a second empty
    /// one was accepted all before has reached the packet buffer; the last message makes certain that a flush follows.
    async fn cut(&mut self) -> Result<(), Gone> {
        for _ in 0..2 {
            self.write(Vec::new()).await?;
        }
        self.cut.at_flush();
        let _ = self.handle.xon_xoff_request(self.channel, false).await;
        Err(Gone)
    }
}
