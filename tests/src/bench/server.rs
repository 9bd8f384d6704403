//! A `netraven-server serve` of its own, and what its process costs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use netraven_api::Secret;
use netraven_client::Client;

use super::process;
use crate::desktop::program;

/// Password of the user `admin` in measurements.
pub const PASSWORD: &str = "bench-password";

/// A running server.
pub struct Server {
    child: Child,
    /// Address of its API.
    pub url: String,
    /// From the program's start to its ready line.
    pub ready_in: Duration,
}

impl Server {
    /// Starts one on a data folder, with further arguments.
    pub fn start(data_dir: &Path, arguments: &[&str]) -> anyhow::Result<Server> {
        let began = Instant::now();
        let mut child = Command::new(program("netraven-server")?)
            .arg("serve")
            .arg("--data-dir")
            .arg(data_dir)
            .args(arguments)
            .env("NETRAVEN_ADMIN_PASSWORD", PASSWORD)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("the server has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let ready: serde_json::Value = serde_json::from_str(&line).context("the server did not become ready")?;
        let url = ready["url"].as_str().context("the ready line names no url")?.to_owned();
        Ok(Server { child, url, ready_in: began.elapsed() })
    }

    /// A client signed in as admin.
    pub async fn client(&self) -> anyhow::Result<Client> {
        let client = Client::new(&self.url)?;
        let token = client.login("admin", &Secret::new(PASSWORD), None).await?;
        Ok(client.with_token(token.access_token))
    }

    /// CPU time the process has used so far; its servers are processes of their own and not in it.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        process::cpu(self.child.id())
    }

    /// Most memory the process has held, in megabytes.
    pub fn peak_mb(&self) -> anyhow::Result<u64> {
        process::peak_mb(self.child.id())
    }

    /// Stops it in order; answers how long that took.
    pub fn stop(mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).context("no process")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(began.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
