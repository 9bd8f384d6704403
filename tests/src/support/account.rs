//! An account of this computer that exists for as long as a test needs it, for servers that sign in nobody else.
//!
//! Making an account needs root: the tests are root themselves (as in a container) or may use `sudo` without a password
//! (as on CI). The account's name holds the number of the process that made it, so that what a killed run left is
//! removed, and a number of its own, since one process may run several servers.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, ensure};

use super::system::{as_root, run};

/// What the names of the tests' accounts begin with.
const PREFIX: &str = "nr-test-";
/// How many accounts this process has made.
static ACCOUNTS: AtomicU32 = AtomicU32::new(0);

/// An account with a home and a password; both go when this is dropped.
pub struct Account {
    /// Its name.
    pub username: String,
    /// Its password.
    pub password: String,
    folder: tempfile::TempDir,
}

impl Account {
    /// Makes one.
    pub fn make() -> anyhow::Result<Account> {
        remove_accounts_of_the_dead();
        let folder = tempfile::Builder::new().prefix("netraven-account-").tempdir()?;
        // The account has to get through it to its home.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let account = Account {
            username: format!("{PREFIX}{}-{}", std::process::id(), ACCOUNTS.fetch_add(1, Ordering::Relaxed)),
            password: format!("pw-{}", uuid::Uuid::new_v4().simple()),
            folder,
        };
        account.add()?;
        Ok(account)
    }

    /// Puts a file into its home, which only root and it can change; the file's path.
    pub fn add_file(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let (made, path) = (self.path("made"), self.home().join(name));
        fs::write(&made, text)?;
        run(as_root("install").args(["-D", "-m", "644"]).arg(&made).arg(&path))?;
        Ok(path.to_str().context("the path of the file is text")?.to_owned())
    }

    /// A file outside its home that is removed with it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file of a new private key; the public one stands beside it.
    pub(super) fn new_key(&self, kind: &str, passphrase: &str) -> anyhow::Result<PathBuf> {
        let file = self.path(&format!("key-{}", uuid::Uuid::new_v4().simple()));
        run(Command::new("ssh-keygen").args(["-q", "-t", kind, "-N", passphrase, "-C", "", "-f"]).arg(&file))?;
        Ok(file)
    }

    fn home(&self) -> PathBuf {
        self.path("home")
    }

    fn add(&self) -> anyhow::Result<()> {
        let made = run(as_root("useradd")
            .args(["--create-home", "--shell", "/bin/bash", "--home-dir"])
            .arg(self.home())
            .arg(&self.username));
        made.context("a test with a real server needs an account of its own, and so root or sudo without a password")?;
        let mut setting = as_root("chpasswd").stdin(Stdio::piped()).spawn()?;
        let mut input = setting.stdin.take().context("its input is ours")?;
        writeln!(input, "{}:{}", self.username, self.password)?;
        drop(input);
        ensure!(setting.wait()?.success(), "the account's password could not be set");
        Ok(())
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        remove(&self.username);
    }
}

/// The accounts of tests whose process is gone.
fn remove_accounts_of_the_dead() {
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let names = accounts.lines().filter_map(|line| line.split(':').next());
    let is_dead = |name: &&str| {
        let pid = name.strip_prefix(PREFIX).map(|rest| rest.split('-').next().unwrap_or(rest));
        pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists())
    };
    names.filter(is_dead).for_each(remove);
}

fn remove(name: &str) {
    // Sessions may take a moment to end; the account goes all the same, its home with the folder.
    let _ = as_root("userdel").args(["--force", name]).stdout(Stdio::null()).stderr(Stdio::null()).status();
}
