//! A real dropbear, the SSH server of small devices, on a free port of two loopback addresses, with an account of its
//! own.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::account::Account;
use super::system::{Daemon, as_root, find, run};

/// The package of Debian and Ubuntu.
const PACKAGE: &str = "dropbear-bin";
/// No two devices have the same address, so it has several.
pub const ADDRESSES: [&str; 2] = ["127.0.0.1", "127.0.0.2"];
/// Lets a client do nothing but copy files by SCP. Dropbear starts OpenSSH's SFTP server where that is installed.
const ONLY_SCP: &str = "case \"$SSH_ORIGINAL_COMMAND\" in 'scp '*) exec $SSH_ORIGINAL_COMMAND ;; esac\nexit 127\n";

/// A running server; it and its account go when this is dropped.
pub struct Dropbear {
    // Before the account: a server ends before what it serves.
    _server: Daemon,
    /// The port it listens on at [`ADDRESSES`].
    pub port: u16,
    /// The account that signs in.
    pub account: Account,
}

impl Dropbear {
    /// Makes the account and a host key, and starts the server, which accepts a password or a key.
    pub fn start() -> anyhow::Result<Dropbear> {
        let program = find(&["dropbear"], PACKAGE)?;
        let account = Account::make()?;
        let host_key = account.path("host_key");
        run(Command::new(find(&["dropbearkey"], PACKAGE)?).args(["-t", "ed25519", "-f"]).arg(&host_key))?;
        let mut said = String::new();
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            // Somebody else may have taken the port meanwhile.
            match listen(&program, &account, port)? {
                Ok(server) => return Ok(Dropbear { _server: server, port, account }),
                Err(text) => said = text,
            }
        }
        anyhow::bail!("{} did not start: {said}", program.display())
    }

    /// Makes a key that may sign in and copy files by SCP, and nothing else; the private key.
    pub fn authorise_key_for_scp(&self, kind: &str) -> anyhow::Result<String> {
        let script = self.account.add_file("only-scp", ONLY_SCP)?;
        let file = self.account.new_key(kind, "")?;
        let public = fs::read_to_string(file.with_extension("pub"))?;
        self.account.add_file(".ssh/authorized_keys", &format!("command=\"sh {script}\" {public}"))?;
        Ok(fs::read_to_string(&file)?)
    }
}

/// Starts the server at a port; what it said if it ended.
fn listen(program: &Path, account: &Account, port: u16) -> anyhow::Result<Result<Daemon, String>> {
    let path = program.to_str().context("the path of dropbear is text")?;
    let mut command = as_root(path);
    // In the foreground, its log to its standard error, without the message of the day, and not for root.
    command.args(["-F", "-E", "-m", "-w", "-r"]).arg(account.path("host_key")).arg("-P").arg(account.path("pid"));
    for address in ADDRESSES {
        command.arg("-p").arg(format!("{address}:{port}"));
    }
    Daemon::start(&mut command, "Not backgrounding")
}
