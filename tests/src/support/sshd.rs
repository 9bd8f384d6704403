//! A real OpenSSH server on a free loopback port, with an account that exists for as long as it does.
//!
//! Making an account needs root: the tests are root themselves (as in a container) or may use `sudo` without a password (as
//! on CI). The account's name holds the number of the process that made it, so that what a killed run left is removed,
//! and a number of its own, since one process may run several servers.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};

/// What the names of the tests' accounts begin with.
const ACCOUNT: &str = "nr-test-";
/// How many accounts this process has made.
static ACCOUNTS: AtomicU32 = AtomicU32::new(0);

/// A running server; it and its account go when this is dropped.
pub struct Sshd {
    server: Option<Child>,
    /// The port it listens on at 127.0.0.1.
    pub port: u16,
    /// The one account that may sign in.
    pub username: String,
    /// That account's password.
    pub password: String,
    folder: tempfile::TempDir,
    /// What it has logged since it listens.
    said: Arc<Mutex<Vec<String>>>,
}

impl Sshd {
    /// Makes the account and starts the server, which accepts a password or a key and offers no SFTP.
    pub fn start() -> anyhow::Result<Sshd> {
        Sshd::start_with("")
    }

    /// The same with the methods it requires, such as `publickey,password` for both, one after the other.
    pub fn requiring(methods: &str) -> anyhow::Result<Sshd> {
        Sshd::start_with(&format!("AuthenticationMethods {methods}"))
    }

    /// As [`Sshd::start`], with these lines at the end of the server's configuration.
    pub fn start_with(lines: &str) -> anyhow::Result<Sshd> {
        let program = find(&["sshd"]).context("no sshd was found: install the package openssh-server")?;
        remove_accounts_of_the_dead();
        let folder = tempfile::Builder::new().prefix("netraven-sshd-").tempdir()?;
        // The account has to get through it to its home.
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let mut sshd = Sshd {
            server: None,
            port: 0,
            username: format!("{ACCOUNT}{}-{}", std::process::id(), ACCOUNTS.fetch_add(1, Ordering::Relaxed)),
            password: format!("pw-{}", uuid::Uuid::new_v4().simple()),
            folder,
            said: Arc::default(),
        };
        sshd.make_account()?;
        run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(sshd.path("host_key")))?;
        run(as_root("mkdir").args(["-p", "/run/sshd"]))?;
        let mut said = String::new();
        for _ in 0..5 {
            match sshd.listen(&program, lines)? {
                None => return Ok(sshd),
                Some(text) => said = text,
            }
        }
        anyhow::bail!("{} did not start: {said}", program.display())
    }

    /// Puts a file into the account's home, which only root and it can change; the file's path.
    pub fn add_file(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let (made, path) = (self.path(name), self.path("home").join(name));
        fs::write(&made, text)?;
        run(as_root("install").args(["-m", "644"]).arg(&made).arg(&path))?;
        Ok(path.to_str().context("the path of the file is text")?.to_owned())
    }

    /// Makes a key that may not sign in, of a kind that ssh-keygen has; an empty passphrase is none. The private key.
    pub fn make_key(&self, kind: &str, passphrase: &str) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.new_key(kind, passphrase)?)?)
    }

    /// The same with a key that may sign in from now on.
    pub fn authorise_key(&self, kind: &str, passphrase: &str) -> anyhow::Result<String> {
        let file = self.new_key(kind, passphrase)?;
        let known = self.path("authorized_keys");
        let public = fs::read_to_string(file.with_extension("pub"))?;
        fs::OpenOptions::new().create(true).append(true).open(&known)?.write_all(public.as_bytes())?;
        // The server reads it as the account.
        fs::set_permissions(&known, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        Ok(fs::read_to_string(&file)?)
    }

    /// How many sign-ins it has accepted: as many connections came as far as that.
    #[must_use]
    pub fn accepted(&self) -> usize {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().filter(|line| line.contains("Accepted ")).count()
    }

    /// Ends every connection that is signed in, as a crash would; it still takes new ones.
    pub fn end_connections(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir("/proc")? {
            let folder = entry?.path();
            // A process may end meanwhile.
            let Ok(command) = fs::read(folder.join("cmdline")) else { continue };
            let command = String::from_utf8_lossy(&command);
            // Those of a connection are called by the account that is signed in.
            if command.starts_with("sshd") && command.contains(&self.username) {
                let id = folder.file_name().and_then(|name| name.to_str()).context("a process has a number")?;
                let _ = as_root("kill").args(["-KILL", id]).stderr(Stdio::null()).status();
            }
        }
        Ok(())
    }

    /// The file of a new private key; the public one stands beside it.
    fn new_key(&self, kind: &str, passphrase: &str) -> anyhow::Result<PathBuf> {
        let file = self.path(&format!("key-{}", uuid::Uuid::new_v4().simple()));
        run(Command::new("ssh-keygen").args(["-q", "-t", kind, "-N", passphrase, "-C", "", "-f"]).arg(&file))?;
        Ok(file)
    }

    fn make_account(&self) -> anyhow::Result<()> {
        let home = self.path("home");
        let made = run(as_root("useradd")
            .args(["--create-home", "--shell", "/bin/bash", "--home-dir"])
            .arg(&home)
            .arg(&self.username));
        made.context(
            "a test with a real SSH server needs an account of its own, and so root or sudo without a password",
        )?;
        let mut setting = as_root("chpasswd").stdin(Stdio::piped()).spawn()?;
        let mut input = setting.stdin.take().context("its input is ours")?;
        writeln!(input, "{}:{}", self.username, self.password)?;
        drop(input);
        ensure!(setting.wait()?.success(), "the account's password could not be set");
        Ok(())
    }

    /// Starts the server at a free port; what it said if it ended, such as that somebody else took the port meanwhile.
    fn listen(&mut self, program: &Path, lines: &str) -> anyhow::Result<Option<String>> {
        self.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let config = format!(
            "Port {}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nUsePAM no\nPasswordAuthentication yes\n\
             KbdInteractiveAuthentication no\nPubkeyAuthentication yes\nAuthorizedKeysFile {}\nPermitRootLogin no\n\
             AllowUsers {}\nStrictModes no\n{lines}\n",
            self.port,
            self.path("host_key").display(),
            self.path("authorized_keys").display(),
            self.username
        );
        fs::write(self.path("config"), config)?;
        let path = program.to_str().context("the path of sshd is text")?;
        let mut server = as_root(path)
            .args(["-D", "-e", "-f"])
            .arg(self.path("config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut said = BufReader::new(server.stderr.take().context("its errors are ours")?);
        let mut line = String::new();
        while said.read_line(&mut line)? > 0 {
            if line.contains("Server listening on") {
                // Read on, so that it never waits for a reader.
                let kept = Arc::clone(&self.said);
                std::thread::spawn(move || {
                    for line in said.lines().map_while(Result::ok) {
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                    }
                });
                self.server = Some(server);
                return Ok(None);
            }
        }
        server.wait()?;
        Ok(Some(line))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = run(as_root("kill").arg(server.id().to_string()));
            let _ = server.wait();
        }
        remove_account(&self.username);
    }
}

/// The first of these programs that is installed.
pub(super) fn find(programs: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    let mut files = folders.flat_map(|folder| programs.iter().map(move |program| folder.join(program)));
    files.find(|program| program.is_file())
}

/// The accounts of tests whose process is gone.
fn remove_accounts_of_the_dead() {
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let names = accounts.lines().filter_map(|line| line.split(':').next());
    let is_dead = |name: &&str| {
        let pid = name.strip_prefix(ACCOUNT).map(|rest| rest.split('-').next().unwrap_or(rest));
        pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists())
    };
    names.filter(is_dead).for_each(remove_account);
}

fn remove_account(name: &str) {
    // Sessions may take a moment to end; the account goes all the same, its home with the folder.
    let _ = as_root("userdel").args(["--force", name]).stdout(Stdio::null()).stderr(Stdio::null()).status();
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

fn run(command: &mut Command) -> anyhow::Result<()> {
    let done = command.stdin(Stdio::null()).output();
    let done = done.with_context(|| format!("{:?} could not be started", command.get_program()))?;
    ensure!(done.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}
