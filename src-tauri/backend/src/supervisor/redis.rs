//! The private Redis or Valkey: append-only file, no eviction, reachable through its socket or loopback port alone.

use std::path::{Path, PathBuf};

use redis::{AsyncConnectionConfig, Client, RedisError, aio::MultiplexedConnection};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Place,
    error::{Program, ServerStartError},
    folder::{Log, write_private},
    health::Readiness,
    process::{Launch, Process, ProcessSignal, spawn},
};

const SOCKET: &str = "redis.sock";

/// A data folder of Redis and how to run it.
pub(super) struct Redis {
    pub program: PathBuf,
    pub folder: PathBuf,
    pub log: Log,
    pub place: Place,
    pub password: SecretString,
}

impl Redis {
    /// The address for the `redis` crate.
    pub(super) fn url(&self) -> SecretString {
        let password = self.password.expose_secret();
        match &self.place {
            Place::Socket(folder) => {
                let file = url::Url::from_file_path(folder.join(SOCKET)).expect("the data folder's path is absolute");
                format!("redis+unix://{}?pass={password}", file.path())
            }
            Place::Loopback(port) => format!("redis://:{password}@127.0.0.1:{port}/"),
        }
        .into()
    }

    async fn connect(&self) -> Result<MultiplexedConnection, RedisError> {
        // Our caller sets the time limit.
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
        Client::open(self.url().expose_secret())?.get_multiplexed_async_connection_with_config(&config).await
    }

    pub(super) async fn answer(&self) -> Readiness {
        let asked = async {
            let mut connection = self.connect().await?;
            redis::cmd("PING").query_async::<String>(&mut connection).await
        };
        match asked.await {
            Ok(_) => Readiness::Ready,
            Err(error) if error.code() == Some("LOADING") => Readiness::Loading,
            // It works otherwise and only cannot save just now; the disk may be full.
            Err(error) if error.code() == Some("MISCONF") => Readiness::Silent(format!("not saving ({error})")),
            Err(error) => Readiness::Silent(format!("not answering ({error})")),
        }
    }

    /// Asks it to flush its append-only file and end. There is no answer to wait for: the connection breaks.
    pub(super) async fn ask_to_stop(&self) {
        if let Ok(mut connection) = self.connect().await {
            let _ = redis::cmd("SHUTDOWN").arg("NOSAVE").query_async::<()>(&mut connection).await;
        }
    }

    pub(super) async fn spawn(&self) -> Result<Process, ServerStartError> {
        // The password goes through a file: arguments can be read by everybody.
        let config = self.folder.join("redis.conf");
        write_private(&config, &self.config())?;
        let launch = Launch {
            program: self.program.clone(),
            arguments: vec![config.into()],
            account: None,
            handed: Vec::new(),
            log: Some(self.log.open()?.0),
            farewell: ProcessSignal::Terminate,
        };
        spawn(launch).await.map_err(|error| ServerStartError::StartFailed {
            program: Program::Redis,
            reason: format!("{}: {error}.", self.program.display()),
            log: self.log.path.clone(),
        })
    }

    fn config(&self) -> String {
        let place = match &self.place {
            Place::Socket(folder) => {
                format!("port 0\nunixsocket {}\nunixsocketperm 700\n", quoted(&folder.join(SOCKET)))
            }
            Place::Loopback(port) => format!("bind 127.0.0.1\nport {port}\n"),
        };
        format!(
            "# Written at every start of NetRaven; changes are lost.\n{place}\
             requirepass {password}\nprotected-mode yes\ndaemonize no\nsupervised no\nset-proc-title no\nlogfile \"\"\n\
             dir {folder}\npidfile {pid_file}\n\
             appendonly yes\nappendfsync everysec\naof-load-truncated yes\nsave \"\"\n\
             stop-writes-on-bgsave-error no\nmaxmemory-policy noeviction\n",
            password = self.password.expose_secret(),
            folder = quoted(&self.folder),
            pid_file = quoted(&self.folder.join("redis.pid")),
        )
    }

    /// What the last lines of the log mean, where it is something a person can act on.
    pub(super) fn explain(&self, tail: &str) -> Option<ServerStartError> {
        let says = |texts: &[&str]| texts.iter().any(|text| tail.contains(text));
        if let Place::Loopback(port) = self.place
            && says(&["Address already in use", "Could not create server TCP listening socket"])
        {
            return Some(ServerStartError::PortTaken { program: Program::Redis, port });
        }
        says(&["append only file", "Can't handle RDB format", "AOF manifest", "Fatal error loading"]).then(|| {
            ServerStartError::Corrupt {
                program: Program::Redis,
                path: self.folder.clone(),
                reason: format!("it said: {tail}"),
                advice: "It contains only queued work: move this folder away and start again.".to_owned(),
            }
        })
    }
}

/// A path as the configuration file wants it.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\""))
}
