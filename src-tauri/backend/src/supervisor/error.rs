//! What can keep the embedded servers from starting or stopping, each as a sentence with the next step.

use std::{fmt, io, path::Path, path::PathBuf};

/// One of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The PostgreSQL server.
    Postgres,
    /// Redis, or Valkey, which speaks the same protocol.
    Redis,
}

impl fmt::Display for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
        })
    }
}

/// Why the embedded servers did not start. Nothing half-made is left behind, so trying again is always safe.
#[derive(Debug, thiserror::Error)]
pub enum ServerStartError {
    /// No program was found at all.
    #[error("{program} was not found. Looked for {looked_for} in: {}. {install}", searched.join(", "))]
    BinaryMissing {
        /// Which server.
        program: Program,
        /// File names that would have served.
        looked_for: String,
        /// Every place that was searched, in order.
        searched: Vec<String>,
        /// How to install it on this system.
        install: String,
    },
    /// Programs were found, but none new enough.
    #[error("{program} {found} in {} is too old: version {needed} or newer is needed. {install}", path.display())]
    TooOld {
        /// Which server.
        program: Program,
        /// The newest one found.
        path: PathBuf,
        /// Its version.
        found: String,
        /// The oldest version that serves.
        needed: String,
        /// How to install a newer one on this system.
        install: String,
    },
    /// The database was made by another major version of PostgreSQL. It was not touched.
    #[error(
        "The database in {} was made by PostgreSQL {data_folder_major}, but PostgreSQL {found_major} was found, which \
         cannot read it. Nothing was changed. {advice}",
        data_folder.display()
    )]
    WrongMajor {
        /// The cluster's folder.
        data_folder: PathBuf,
        /// The major version that made it.
        data_folder_major: u32,
        /// The newest major version found on this machine.
        found_major: u32,
        /// What to install, or how to carry the data over.
        advice: String,
    },
    /// A folder or file could not be written.
    #[error("Cannot write to {}: {reason}. Choose another data folder or make this one writable.", path.display())]
    Unwritable {
        /// What was being written.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The data folder can be entered by others, and holds things that are theirs to use.
    #[error(
        "The folder {} is accessible to other users of this computer (mode {mode:04o}), so the data stored there \
         would be too. Choose a separate folder for the data, or restrict this one first: chmod 700 \"{}\".",
        path.display(), path.display()
    )]
    Open {
        /// The folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A link stands in the place of a file or folder of ours.
    #[error(
        "{} is a link, which someone may have put there so that another file is read or written. Remove it, then start again.",
        path.display()
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The file system has no room left.
    #[error("No space left for {}. Free at least {} MB there, then start again.", path.display(), needed_bytes >> 20)]
    DiskFull {
        /// Where space is missing.
        path: PathBuf,
        /// How much the next step wants.
        needed_bytes: u64,
    },
    /// Making the database failed; the attempt was removed.
    #[error("The database could not be created in {}; the attempt was removed. {reason}", path.display())]
    InitFailed {
        /// The cluster's folder.
        path: PathBuf,
        /// What `initdb` said last.
        reason: String,
    },
    /// A server ended or kept silent while starting.
    #[error("{program} did not start: {reason} Its log is {}.", log.display())]
    StartFailed {
        /// Which server.
        program: Program,
        /// What happened, with the last lines of its log.
        reason: String,
        /// The log file.
        log: PathBuf,
    },
    /// The loopback port was taken by another program.
    #[error(
        "{program} could not listen on 127.0.0.1:{port}: another program has taken that port. Start again to try another."
    )]
    PortTaken {
        /// Which server.
        program: Program,
        /// The port.
        port: u16,
    },
    /// The server's own files are damaged or incomplete.
    #[error("The files of {program} in {} are damaged: {reason} {advice}", path.display())]
    Corrupt {
        /// Which server.
        program: Program,
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        advice: String,
    },
    /// Running as root, and the unprivileged account for PostgreSQL does not exist.
    #[error(
        "PostgreSQL refuses to run as root, and the account \"{account}\" does not exist. Create it, name another in \
         NETRAVEN_POSTGRES_USER, or start NetRaven as an ordinary user."
    )]
    NoAccount {
        /// The account's name.
        account: String,
    },
}

impl ServerStartError {
    /// The sentence for a failed write to `path`.
    pub(super) fn writing(path: &Path, error: &io::Error) -> Self {
        let path = path.to_path_buf();
        let reason = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                return Self::DiskFull { path, needed_bytes: 16 << 20 };
            }
            io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied (it may belong to another account)".to_owned(),
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "a file is in the way".to_owned(),
            _ => error.to_string(),
        };
        Self::Unwritable { path, reason }
    }
}

/// Why the servers did not stop as they should.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The server kept running and was killed; nothing that was acknowledged is lost.
    #[error("{0} did not stop in time and was killed. It recovers by itself at the next start.")]
    Killed(Program),
    /// The server is still there.
    #[error("{program} could not be stopped: process {pid} is still running. Stop it manually.")]
    StillRunning {
        /// Which server.
        program: Program,
        /// Its process.
        pid: u32,
    },
}

/// How to install `program` on this system, as one sentence; `major` asks for that PostgreSQL version.
pub(super) fn install_advice(program: Program, major: Option<u32>) -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    advice_for(program, major, std::env::consts::OS, &release)
}

fn advice_for(program: Program, major: Option<u32>, os: &str, os_release: &str) -> String {
    let versioned = |name: &str, separator: &str| match major {
        Some(major) => format!("{name}{separator}{major}"),
        None => name.to_owned(),
    };
    let family: Vec<&str> = os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches('"').split_whitespace())
        .collect();
    let is = |names: &[&str]| family.iter().any(|id| names.contains(id));
    let postgres = program == Program::Postgres;
    let command = match os {
        "macos" if postgres => format!("brew install postgresql@{}", major.unwrap_or(17)),
        "macos" => "brew install valkey".to_owned(),
        "windows" if postgres => {
            let wanted = major.map_or_else(|| "14 or newer".to_owned(), |major| major.to_string());
            return format!(
                "Install PostgreSQL {wanted} with the installer from https://www.postgresql.org/download/windows/, \
                 or set NETRAVEN_POSTGRES_BIN to the folder of its programs."
            );
        }
        "windows" => {
            return "Install Memurai, run Redis in WSL and give its address with --redis-url, or set \
                    NETRAVEN_REDIS_BIN to the folder of the program."
                .to_owned();
        }
        _ if is(&["debian", "ubuntu"]) && postgres && major.is_some() => {
            return format!(
                "Install it with `sudo apt-get install {}`, or give its folder in {}. If this release does not \
                 provide that version, add PostgreSQL's own repository first: https://wiki.postgresql.org/wiki/Apt.",
                versioned("postgresql", "-"),
                variable(program)
            );
        }
        _ if is(&["debian", "ubuntu"]) && postgres => "sudo apt-get install postgresql".to_owned(),
        _ if is(&["debian", "ubuntu"]) => "sudo apt-get install redis-server".to_owned(),
        _ if is(&["fedora", "rhel", "centos"]) && postgres => {
            format!("sudo dnf install {}-server", versioned("postgresql", ""))
        }
        _ if is(&["fedora", "rhel", "centos"]) => "sudo dnf install valkey".to_owned(),
        _ if is(&["arch"]) && postgres => "sudo pacman -S postgresql".to_owned(),
        _ if is(&["arch"]) => "sudo pacman -S valkey".to_owned(),
        _ => {
            let package = if postgres { versioned("PostgreSQL", " ") } else { "Redis or Valkey".to_owned() };
            return format!(
                "Install {package} with this system's package manager, or give its folder in {}.",
                variable(program)
            );
        }
    };
    format!("Install it with `{command}`, or give its folder in {}.", variable(program))
}

/// The environment variable that names the folder of `program`.
pub(super) fn variable(program: Program) -> &'static str {
    match program {
        Program::Postgres => "NETRAVEN_POSTGRES_BIN",
        Program::Redis => "NETRAVEN_REDIS_BIN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_gets_its_own_install_command() {
        let advice = |program, os, release| advice_for(program, None, os, release);
        assert!(advice(Program::Postgres, "linux", "ID=debian\n").contains("`sudo apt-get install postgresql`"));
        let mint = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";
        assert!(advice(Program::Redis, "linux", mint).contains("`sudo apt-get install redis-server`"));
        assert!(advice(Program::Postgres, "linux", "ID=fedora\n").contains("`sudo dnf install postgresql-server`"));
        assert!(advice(Program::Redis, "linux", "ID=arch\n").contains("`sudo pacman -S valkey`"));
        assert!(advice(Program::Redis, "macos", "").contains("`brew install valkey`"));
        assert!(advice(Program::Postgres, "windows", "").contains("postgresql.org/download/windows"));
        assert!(advice(Program::Postgres, "linux", "ID=void\n").contains("package manager"));
        let other = advice_for(Program::Postgres, Some(16), "linux", "ID=debian\n");
        assert!(other.contains("postgresql-16`") && other.contains("repository"), "{other}");
    }

    #[test]
    fn a_failed_write_names_its_cause() {
        let sentence = |kind: io::ErrorKind| ServerStartError::writing(Path::new("/data"), &kind.into()).to_string();
        assert!(sentence(io::ErrorKind::StorageFull).starts_with("No space left for /data."));
        assert!(sentence(io::ErrorKind::ReadOnlyFilesystem).contains("the file system is read-only"));
        assert!(sentence(io::ErrorKind::PermissionDenied).contains("permission denied"));
    }
}
