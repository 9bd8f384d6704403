//! A `netraven-server serve` of its own, and what its process costs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use netraven_api::Secret;
use netraven_client::Client;

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
        let token = client.login("admin", &Secret::new(PASSWORD)).await?;
        Ok(client.with_token(token.access_token))
    }

    /// CPU time the process has used so far; its servers are processes of their own and not in it.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let used = Stat::of(self.child.id())?;
        Ok(Duration::from_millis((used.ticks(11) + used.ticks(12)) * 10))
    }

    /// Most memory the process has held, in megabytes.
    pub fn peak_mb(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        Ok(line.split_whitespace().next().and_then(|text| text.parse::<u64>().ok()).unwrap_or_default() / 1024)
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

/// CPU time that a process and its children have used, those that ended included.
pub fn cpu_of(parent: u32) -> anyhow::Result<Duration> {
    let own = Stat::of(parent)?;
    let mut ticks: u64 = (11..=14).map(|place| own.ticks(place)).sum();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // One that ends meanwhile is counted with its parent the next time.
        let Ok(stat) = Stat::of(pid) else { continue };
        if stat.ticks(1) == u64::from(parent) {
            ticks += stat.ticks(11) + stat.ticks(12);
        }
    }
    Ok(Duration::from_millis(ticks * 10))
}

/// The fields of `/proc/PID/stat` behind the name in brackets: 1 is the parent, 11 and 12 are the process' own time, 13 and
/// 14 that of its children that ended, in hundredths of a second on Linux.
struct Stat(Vec<String>);

impl Stat {
    fn of(pid: u32) -> anyhow::Result<Stat> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        Ok(Stat(stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()))
    }

    fn ticks(&self, place: usize) -> u64 {
        self.0.get(place).and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
