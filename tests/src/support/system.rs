//! Programs of this computer: found, run as root, and waited for until they listen.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};

/// The first of these programs that is installed; the refusal names the package of Debian and Ubuntu that has it.
pub(super) fn find(programs: &[&str], package: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    let mut files = folders.flat_map(|folder| programs.iter().map(move |program| folder.join(program)));
    let found = files.find(|program| program.is_file());
    found.with_context(|| format!("no {} was found: install the package {package}", programs.join(" or ")))
}

/// A command that runs as root.
pub(super) fn as_root(program: &str) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// Runs a command to its end, which must be a success.
pub(super) fn run(command: &mut Command) -> anyhow::Result<()> {
    let done = command.stdin(Stdio::null()).output();
    let done = done.with_context(|| format!("{:?} could not be started", command.get_program()))?;
    ensure!(done.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

/// A server that was started as root and logs to its standard error; it ends when this is dropped.
pub(super) struct Daemon {
    child: Child,
    /// What it has logged since it listens.
    said: Arc<Mutex<Vec<String>>>,
}

impl Daemon {
    /// Starts a server and waits for the line that holds `ready`; what it said if it ended instead.
    pub(super) fn start(command: &mut Command, ready: &str) -> anyhow::Result<Result<Daemon, String>> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut output = BufReader::new(child.stderr.take().context("its errors are ours")?);
        let mut said = String::new();
        loop {
            let before = said.len();
            if output.read_line(&mut said)? == 0 {
                child.wait()?;
                return Ok(Err(said));
            }
            if said[before..].contains(ready) {
                break;
            }
        }
        let daemon = Daemon { child, said: Arc::default() };
        let kept = Arc::clone(&daemon.said);
        // Read on, so that it never waits for a reader.
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Ok(Ok(daemon))
    }

    /// Number of its process, or of the one that made it root.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How many of the lines it has logged hold these words.
    pub(super) fn count(&self, words: &str) -> usize {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().filter(|line| line.contains(words)).count()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = run(as_root("kill").arg(self.child.id().to_string()));
        let _ = self.child.wait();
    }
}
