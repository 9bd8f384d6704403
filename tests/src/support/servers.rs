//! One Postgres and one Redis for the whole run, whichever process comes first.
//!
//! Every test process holds a shared lock on `users`; a guardian process (`netraven-test-servers`) keeps the servers while
//! somebody does, and ends them when nobody has for a few seconds. So nothing is left behind, not even by a killed run.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

/// What the guardian prints once the addresses can be read.
pub const READY: &str = "ready";

/// How the run's servers are reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urls {
    /// Postgres, as the owner of every database.
    pub database: String,
    /// URL of the Redis server.
    pub redis: String,
}

/// The files through which test processes and guardian meet.
pub struct Meeting {
    folder: PathBuf,
}

impl Meeting {
    /// The meeting place in this folder, made if it is not there.
    pub fn at(folder: &Path) -> anyhow::Result<Meeting> {
        fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
        Ok(Meeting { folder: folder.to_owned() })
    }

    /// Held, shared, by every process that uses the servers.
    pub fn users(&self) -> anyhow::Result<File> {
        self.open("users.lock")
    }

    /// Held while the servers are started or stopped.
    pub fn change(&self) -> anyhow::Result<File> {
        self.open("change.lock")
    }

    /// Held by the guardian for as long as it lives.
    pub fn guardian(&self) -> anyhow::Result<File> {
        self.open("guardian.lock")
    }

    /// Where the guardian writes the addresses once the servers answer.
    #[must_use]
    pub fn urls(&self) -> PathBuf {
        self.folder.join("urls.json")
    }

    /// What the guardian prints.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.join("guardian.log")
    }

    /// The servers' data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn open(&self, name: &str) -> anyhow::Result<File> {
        let path = self.folder.join(name);
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        opened.with_context(|| format!("could not open {}", path.display()))
    }
}

/// What this process holds: it uses the servers until it ends.
static USED: Mutex<Option<(Urls, File)>> = Mutex::new(None);

/// The run's servers, started if nobody has yet. They stay until this process ends. Blocks for seconds at the first call.
pub fn servers() -> anyhow::Result<Urls> {
    let mut used = USED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((urls, _)) = &*used {
        return Ok(urls.clone());
    }
    let program = super::process::program("netraven-test-servers")?;
    let folder = program.parent().context("a program is in a folder")?.join("test-servers");
    let meeting = Meeting::at(&folder)?;
    let change = meeting.change()?;
    change.lock().context("could not wait for who starts the servers")?;
    let users = meeting.users()?;
    users.lock_shared().context("could not say that the servers are used")?;
    let urls = match living(&meeting)? {
        Some(urls) => urls,
        None => start(&meeting, &program, &folder)?,
    };
    *used = Some((urls.clone(), users));
    Ok(urls)
}

/// The addresses, if a guardian lives and has got its servers to answer.
fn living(meeting: &Meeting) -> anyhow::Result<Option<Urls>> {
    if meeting.guardian()?.try_lock_shared().is_ok() {
        return Ok(None);
    }
    let Ok(text) = fs::read_to_string(meeting.urls()) else { return Ok(None) };
    Ok(Some(serde_json::from_str(&text)?))
}

/// Starts a guardian and waits until it says that the servers answer.
fn start(meeting: &Meeting, program: &Path, folder: &Path) -> anyhow::Result<Urls> {
    let mut command = Command::new(program);
    command.arg(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(meeting.log())?);
    // A group of its own: what ends a test's group leaves it alone.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut guardian = command.spawn().with_context(|| format!("could not start {}", program.display()))?;
    let mut line = String::new();
    BufReader::new(guardian.stdout.take().context("its output is ours")?).read_line(&mut line)?;
    if line.trim() != READY {
        let (status, said) = (guardian.wait()?, fs::read_to_string(meeting.log()).unwrap_or_default());
        bail!("the servers of the tests did not start ({status}):\n{said}");
    }
    Ok(serde_json::from_str(&fs::read_to_string(meeting.urls())?)?)
}
