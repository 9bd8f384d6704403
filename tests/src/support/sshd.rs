//! A real OpenSSH server on a free loopback port, with an account of its own.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::account::Account;
use super::system::{Daemon, as_root, find, run};

/// A running server; it and its account go when this is dropped.
pub struct Sshd {
    // Before the account: a server ends before what it serves.
    server: Daemon,
    /// The port it listens on at 127.0.0.1.
    pub port: u16,
    /// The one account that may sign in.
    pub username: String,
    /// That account's password.
    pub password: String,
    account: Account,
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
        let program = find(&["sshd"], "openssh-server")?;
        let account = Account::make()?;
        run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(account.path("host_key")))?;
        run(as_root("mkdir").args(["-p", "/run/sshd"]))?;
        let mut said = String::new();
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            // Somebody else may have taken the port meanwhile.
            match listen(&program, &account, port, lines)? {
                Ok(server) => {
                    let (username, password) = (account.username.clone(), account.password.clone());
                    return Ok(Sshd { server, port, username, password, account });
                }
                Err(text) => said = text,
            }
        }
        anyhow::bail!("{} did not start: {said}", program.display())
    }

    /// Puts a file into the account's home, which only root and it can change; the file's path.
    pub fn add_file(&self, name: &str, text: &str) -> anyhow::Result<String> {
        self.account.add_file(name, text)
    }

    /// Makes a key that may not sign in, of a kind that ssh-keygen has; an empty passphrase is none. The private key.
    pub fn make_key(&self, kind: &str, passphrase: &str) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.account.new_key(kind, passphrase)?)?)
    }

    /// The same with a key that may sign in from now on.
    pub fn authorise_key(&self, kind: &str, passphrase: &str) -> anyhow::Result<String> {
        let file = self.account.new_key(kind, passphrase)?;
        let known = authorized_keys(&self.account);
        let public = fs::read_to_string(file.with_extension("pub"))?;
        fs::OpenOptions::new().create(true).append(true).open(&known)?.write_all(public.as_bytes())?;
        // The server reads it as the account.
        fs::set_permissions(&known, fs::Permissions::from_mode(0o644))?;
        Ok(fs::read_to_string(&file)?)
    }

    /// Number of its process, from which those of its connections descend.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// How many sign-ins it has accepted: as many connections came as far as that.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.server.count("Accepted ")
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
}

/// Starts the server at a port; what it said if it ended.
fn listen(program: &Path, account: &Account, port: u16, lines: &str) -> anyhow::Result<Result<Daemon, String>> {
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nUsePAM no\nPasswordAuthentication yes\n\
         KbdInteractiveAuthentication no\nPubkeyAuthentication yes\nAuthorizedKeysFile {}\nPermitRootLogin no\n\
         AllowUsers {}\nStrictModes no\n{lines}\n",
        account.path("host_key").display(),
        authorized_keys(account).display(),
        account.username
    );
    let file = account.path("config");
    fs::write(&file, config)?;
    let path = program.to_str().context("the path of sshd is text")?;
    Daemon::start(as_root(path).args(["-D", "-e", "-f"]).arg(file), "Server listening on")
}

fn authorized_keys(account: &Account) -> PathBuf {
    account.path("authorized_keys")
}
