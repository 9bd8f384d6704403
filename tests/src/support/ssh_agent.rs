//! An SSH agent of OpenSSH that lives as long as a test.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};

use super::wait;

/// A running agent; it goes when this is dropped.
pub struct AgentProcess {
    process: Child,
    /// Where it listens.
    pub socket: PathBuf,
    _folder: tempfile::TempDir,
}

impl AgentProcess {
    /// Starts an agent without keys.
    pub async fn start() -> anyhow::Result<AgentProcess> {
        let folder = tempfile::Builder::new().prefix("nr-agent-").tempdir()?;
        let socket = folder.path().join("agent");
        let mut command = Command::new("ssh-agent");
        command.arg("-D").arg("-a").arg(&socket).stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.spawn().context("ssh-agent was not found: install the package openssh-client")?;
        let agent = AgentProcess { process, socket, _folder: folder };
        wait::until("the agent listens", async || Ok(agent.socket.exists().then_some(()))).await?;
        Ok(agent)
    }

    /// Gives it a private key.
    pub fn add(&self, key: &str) -> anyhow::Result<()> {
        let mut command = self.ssh_add(&["-q", "-"]);
        let mut adding = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        adding.stdin.take().context("its input is ours")?.write_all(key.as_bytes())?;
        let done = adding.wait_with_output()?;
        ensure!(done.status.success(), "the key was not added: {}", String::from_utf8_lossy(&done.stderr));
        Ok(())
    }

    /// The public halves of its keys, a line each, in the order they were given.
    pub fn public_keys(&self) -> anyhow::Result<Vec<String>> {
        let listed = self.ssh_add(&["-L"]).output()?;
        ensure!(listed.status.success(), "the keys were not listed");
        Ok(String::from_utf8(listed.stdout)?.lines().map(str::to_owned).collect())
    }

    /// Takes all keys from it.
    pub fn clear(&self) -> anyhow::Result<()> {
        let done = self.ssh_add(&["-q", "-D"]).status()?;
        ensure!(done.success(), "the keys were not removed");
        Ok(())
    }

    fn ssh_add(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("ssh-add");
        command.args(arguments).env("SSH_AUTH_SOCK", &self.socket).stdin(Stdio::null());
        command
    }
}

impl Drop for AgentProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
