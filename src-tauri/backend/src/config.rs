//! What a backend is started with. Paths, addresses and sizes come in here and nowhere else.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use netraven_api::Secret;

/// Devices a worker works on at once when nobody says.
pub const SESSIONS: usize = 50;

/// Days log lines are kept when nobody says.
pub const KEEP_LOGS_DAYS: u32 = 365;

/// Servers somebody else runs.
#[derive(Clone, Debug)]
pub struct External {
    /// PostgreSQL, as a URL with the password.
    pub database_url: Secret,
    /// Redis or Valkey, as a URL with the password.
    pub redis_url: Secret,
}

/// The encryption of the API.
#[derive(Clone, Debug)]
pub struct Tls {
    /// File of the certificate, and of those between it and its root, in the form PEM.
    pub certificate: PathBuf,
    /// File of its key, PKCS #8 in the form PEM, unencrypted.
    pub key: PathBuf,
}

/// Variable that allows workers to use the SSH agent of their machine.
const ALLOW_SSH_AGENT: &str = "NETRAVEN_ALLOW_SSH_AGENT";
/// The pipe of OpenSSH's agent on Windows.
const WINDOWS_AGENT: &str = r"\\.\pipe\openssh-ssh-agent";

/// What workers may do with the SSH agent of their machine.
#[derive(Clone, Debug, Default)]
pub struct AgentAccess {
    /// Whether they may sign in with its keys.
    pub is_allowed: bool,
    /// Where it listens; none if nothing says.
    pub socket: Option<PathBuf>,
}

impl AgentAccess {
    /// The agent that this process was started with (`SSH_AUTH_SOCK`).
    #[must_use]
    pub fn of_process(is_allowed: bool) -> AgentAccess {
        let socket = std::env::var_os("SSH_AUTH_SOCK").filter(|path| !path.is_empty()).map(PathBuf::from);
        AgentAccess { is_allowed, socket: socket.or_else(|| cfg!(windows).then(|| WINDOWS_AGENT.into())) }
    }
}

/// Whether the text of a variable says yes.
fn says_yes(text: &str) -> bool {
    !matches!(text.trim().to_lowercase().as_str(), "" | "0" | "n" | "no" | "f" | "false" | "off")
}

/// What a backend is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder.
    pub data_dir: PathBuf,
    /// Address of the API; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How the API is encrypted; without it, it is reached from this computer alone, or through a proxy that does it.
    pub tls: Option<Tls>,
    /// Whether a proxy stands in front, which names the host as it likes and says whom a request is from.
    pub behind_proxy: bool,
    /// Most connections at once; as many as the system's limit of open files leaves, if absent.
    pub connections: Option<usize>,
    /// Servers to use instead of embedded ones.
    pub external: Option<External>,
    /// Workers in this process.
    pub workers: usize,
    /// Devices each of them works on at once.
    pub sessions: usize,
    /// What the workers may do with the SSH agent of this machine.
    pub ssh_agent: AgentAccess,
    /// Password of the user `admin` at the first start; generated and written to a file if absent.
    pub admin_password: Option<Secret>,
    /// Days log lines are kept, by whole months; 0 for ever.
    pub keep_logs_days: u32,
    /// Folder of servers that come with the application.
    pub bundled: Option<PathBuf>,
}

impl Config {
    /// Everything on this computer, for the window: one worker, a free loopback port.
    #[must_use]
    pub fn embedded(data_dir: PathBuf) -> Config {
        Config {
            data_dir,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            behind_proxy: false,
            connections: None,
            external: None,
            workers: 1,
            sessions: SESSIONS,
            ssh_agent: AgentAccess::of_process(std::env::var(ALLOW_SSH_AGENT).is_ok_and(|text| says_yes(&text))),
            admin_password: std::env::var("NETRAVEN_ADMIN_PASSWORD")
                .ok()
                .filter(|text| !text.is_empty())
                .map(Secret::new),
            keep_logs_days: KEEP_LOGS_DAYS,
            bundled: None,
        }
    }

    /// Folder of the user's own platforms.
    #[must_use]
    pub fn platforms_dir(&self) -> PathBuf {
        self.data_dir.join("platforms")
    }

    /// Folder of the snapshot repository.
    #[must_use]
    pub fn snapshots_dir(&self) -> PathBuf {
        self.data_dir.join("snapshots")
    }

    /// File that holds the generated password of the user `admin`.
    #[must_use]
    pub fn admin_password_file(&self) -> PathBuf {
        self.data_dir.join("initial-admin-password")
    }

    /// File that holds the key secrets are sealed with.
    #[must_use]
    pub fn seal_key_file(&self) -> PathBuf {
        self.data_dir.join("secrets").join("seal-key")
    }

    /// The application's own folder, where this system keeps such.
    #[must_use]
    pub fn default_data_dir() -> Option<PathBuf> {
        directories::ProjectDirs::from("dev", "netraven", "NetRaven").map(|dirs| dirs.data_local_dir().to_owned())
    }
}

/// A path as it is shown to people.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_allows_unless_it_says_no() {
        for text in ["1", "true", " Yes "] {
            assert!(says_yes(text), "{text}");
        }
        for text in ["", "0", "false", "NO", " off "] {
            assert!(!says_yes(text), "{text}");
        }
    }
}
