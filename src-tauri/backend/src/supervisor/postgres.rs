//! The private PostgreSQL: made once by `initdb`, then started with the same durable settings every time.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{ConnectOptions, Connection, Executor, postgres::PgConnectOptions};

use super::{
    Place, Progress,
    error::{Program, ServerStartError},
    find::{Found, beside},
    folder::{Folder, Log, disk_full, last_lines, random_name, sync_folder, write_private},
    health::Readiness,
    leftovers::{PATIENCE, clear_leftovers},
    os,
    process::{Launch, Process, ProcessSignal, spawn},
};

const NAME: &str = "netraven";
const SOCKET_PORT: u16 = 5432;
/// What the folder of an unfinished cluster is called, up to a random end.
const UNFINISHED: &str = "postgres.new-";
const INIT_LIMIT: Duration = Duration::from_secs(120);
/// A new cluster takes 40 MB, and wants room to begin with.
pub(super) const INIT_BYTES: u64 = 160 << 20;

/// A cluster and how to run it.
pub(super) struct Postgres {
    pub program: PathBuf,
    pub cluster: PathBuf,
    pub log: Log,
    pub account: Option<os::SystemAccount>,
    pub place: Place,
    pub password: SecretString,
}

/// Makes the cluster if there is none, and returns the password of its only role. An attempt that was cut short leaves
/// no more than a folder that the next attempt removes.
pub(super) async fn initialise(
    found: &Found,
    folder: &Folder,
    needed_bytes: u64,
    progress: Progress<'_>,
) -> Result<SecretString, ServerStartError> {
    let (cluster, program) = (folder.cluster(), Program::Postgres);
    let corrupt = |reason: &str, advice: &str| {
        let (reason, advice) = (reason.to_owned(), advice.to_owned());
        ServerStartError::Corrupt { program, path: cluster.clone(), reason, advice }
    };
    if cluster.join("PG_VERSION").exists() {
        return folder.password("postgres-password").ok_or_else(|| {
            corrupt("the password in secrets/postgres-password is missing.", "Restore that file from a backup.")
        });
    }
    if fs::read_dir(&cluster).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(corrupt(
            "PG_VERSION is missing.",
            "Restore the folder from a backup, or move it away to start again.",
        ));
    }
    progress("Creating the database…");
    let log = Log { path: folder.log("postgres.log") };
    for entry in fs::read_dir(&folder.root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            clear_leftovers(program, &entry.path(), &log, PATIENCE, progress).await?;
            fs::remove_dir_all(entry.path()).map_err(|error| ServerStartError::writing(&entry.path(), &error))?;
        }
    }
    // A name of its own: an earlier initdb that still dies tidies up after itself by name.
    let fresh = folder.root.join(format!("{UNFINISHED}{}", random_name(8)));
    if os::free_bytes(&folder.root).is_some_and(|free| free < needed_bytes) {
        return Err(ServerStartError::DiskFull { path: folder.root.clone(), needed_bytes });
    }
    let password = folder.password_or_new("postgres-password")?;
    let password_copy = folder.root.join("secrets").join("postgres-init");
    let made = make_cluster(found, folder, &fresh, &password_copy, &password).await;
    let _ = fs::remove_file(&password_copy);
    let made = made.and_then(|()| {
        fs::rename(&fresh, &cluster).map_err(|error| ServerStartError::writing(&cluster, &error))?;
        sync_folder(&folder.root);
        Ok(password)
    });
    made.inspect_err(|_| drop(fs::remove_dir_all(&fresh)))
}

async fn make_cluster(
    found: &Found,
    folder: &Folder,
    fresh: &Path,
    password_copy: &Path,
    password: &SecretString,
) -> Result<(), ServerStartError> {
    let writing = |path: &Path, error: std::io::Error| ServerStartError::writing(path, &error);
    write_private(password_copy, password.expose_secret())?;
    os::make_new_folder(fresh).map_err(|error| writing(fresh, error))?;
    let mut handed = Vec::new();
    let mut named = |path: &Path| -> Result<PathBuf, ServerStartError> {
        if let Some(account) = folder.account {
            os::give_to(path, account).map_err(|error| writing(path, error))?;
        }
        let (name, handle) = os::name_for(path, folder.account).map_err(|error| writing(path, error))?;
        handed.extend(handle);
        Ok(name)
    };
    let mut arguments: Vec<OsString> = vec!["-D".into(), named(fresh)?.into()];
    let mut password_file = OsString::from("--pwfile=");
    password_file.push(named(password_copy)?);
    arguments.push(password_file);
    let user = format!("--username={NAME}");
    let common =
        [&user, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions"];
    arguments.extend(common.map(OsString::from));
    if found.version.major >= 17 {
        // Knows letters beyond ASCII, and depends on nothing outside PostgreSQL.
        arguments.extend(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"].map(OsString::from));
    }
    let program = beside(&found.path, "initdb");
    let failed = |reason: String| ServerStartError::InitFailed { path: folder.cluster(), reason };
    let cannot_run = |error: std::io::Error| {
        let shut = folder.account.is_some() && error.kind() == std::io::ErrorKind::PermissionDenied;
        let why = if shut { "; PostgreSQL cannot run as root, and its account cannot reach that program" } else { "" };
        failed(format!("{} failed to run: {error}{why}.", program.display()))
    };
    let launch = Launch {
        program: program.clone(),
        arguments,
        account: folder.account,
        handed,
        log: None,
        farewell: ProcessSignal::Terminate,
    };
    let (status, said) = spawn(launch).await.map_err(cannot_run)?.output(INIT_LIMIT).await.map_err(cannot_run)?;
    if status.success() {
        return Ok(());
    }
    let said = last_lines(&said);
    Err(disk_full(&folder.root, &said)
        .unwrap_or_else(|| failed(format!("initdb ended with {status} and said: {said}"))))
}

impl Postgres {
    /// The address for sqlx; libpq reads it too.
    pub(super) fn url(&self) -> SecretString {
        let password = self.password.expose_secret();
        match &self.place {
            Place::Socket(folder) => {
                let bytes = folder.to_string_lossy();
                let host: String = url::form_urlencoded::byte_serialize(bytes.as_bytes()).collect();
                let host = host.replace('+', "%20");
                format!("postgres://{NAME}:{password}@localhost:{SOCKET_PORT}/{NAME}?host={host}&sslmode=disable")
            }
            Place::Loopback(port) => format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}?sslmode=disable"),
        }
        .into()
    }

    fn connect_options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let options: PgConnectOptions = self.url().expose_secret().parse()?;
        // This one exists from the beginning, and nobody else uses it.
        Ok(options.database("postgres").application_name("netraven supervisor").disable_statement_logging())
    }

    pub(super) async fn answer(&self) -> Readiness {
        let asked = async {
            let mut connection = self.connect_options()?.connect().await?;
            connection.execute("select 1").await?;
            connection.close().await
        };
        let Err(error) = asked.await else { return Readiness::Ready };
        match error.as_database_error().and_then(|error| error.code()).as_deref() {
            Some("57P03") => Readiness::Loading,
            // All connections are in use: it lives.
            Some("53300") => Readiness::Ready,
            Some("28P01" | "28000") => Readiness::Refused(ServerStartError::Corrupt {
                program: Program::Postgres,
                path: self.cluster.clone(),
                reason: "the password in secrets/postgres-password is wrong.".to_owned(),
                advice: "Restore that file from a backup.".to_owned(),
            }),
            _ => Readiness::Silent(format!("not answering ({error})")),
        }
    }

    /// Creates the application's database if it is missing.
    pub(super) async fn ensure_database(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.connect_options()?.connect().await?;
        let exists = sqlx::query("select 1 from pg_database where datname = $1").bind(NAME);
        if connection.fetch_optional(exists).await?.is_none() {
            connection.execute("create database netraven").await?;
        }
        connection.close().await
    }

    pub(super) async fn spawn(&self) -> Result<Process, ServerStartError> {
        let failed = |path: &Path, error: std::io::Error| ServerStartError::StartFailed {
            program: Program::Postgres,
            reason: format!("{}: {error}.", path.display()),
            log: self.log.path.clone(),
        };
        let mut handed = Vec::new();
        let mut named = |path: &Path| -> Result<PathBuf, ServerStartError> {
            let (name, handle) = os::name_for(path, self.account).map_err(|error| failed(path, error))?;
            handed.extend(handle);
            Ok(name)
        };
        let mut arguments: Vec<OsString> = vec!["-D".into(), named(&self.cluster)?.into()];
        let place = match &self.place {
            Place::Socket(folder) => {
                // Left by a crash; the number in the lock may belong to a stranger by now.
                for name in ["", ".lock"] {
                    let _ = fs::remove_file(folder.join(format!(".s.PGSQL.{SOCKET_PORT}{name}")));
                }
                let quoted = named(folder)?.to_string_lossy().replace('"', "\"\"");
                [
                    format!("unix_socket_directories=\"{quoted}\""),
                    "listen_addresses=".to_owned(),
                    format!("port={SOCKET_PORT}"),
                ]
            }
            Place::Loopback(port) => {
                ["unix_socket_directories=".to_owned(), "listen_addresses=127.0.0.1".to_owned(), format!("port={port}")]
            }
        };
        // On the command line, so that neither an edited file nor another version's defaults can undo them.
        let settings = [
            "unix_socket_permissions=0700",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "max_connections=100",
            "shared_buffers=128MB",
            // A local disk of today: an index leads to a few days of a long log sooner than reading all of it.
            "random_page_cost=1.1",
            "jit=off",
            "lc_messages=C",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_destination=stderr",
            "logging_collector=off",
        ];
        for setting in place.into_iter().chain(settings.map(str::to_owned)) {
            arguments.extend(["-c".into(), setting.into()]);
        }
        let launch = Launch {
            program: self.program.clone(),
            arguments,
            account: self.account,
            handed,
            log: Some(self.log.open()?.0),
            farewell: ProcessSignal::Interrupt,
        };
        spawn(launch).await.map_err(|error| failed(&self.program, error))
    }

    /// What the last lines of the log mean, where it is something a person can act on.
    pub(super) fn explain(&self, tail: &str) -> Option<ServerStartError> {
        let says = |texts: &[&str]| texts.iter().any(|text| tail.contains(text));
        if let Place::Loopback(port) = self.place
            && says(&[
                "Address already in use",
                "Only one usage of each socket address",
                "could not create any TCP/IP sockets",
            ])
        {
            return Some(ServerStartError::PortTaken { program: Program::Postgres, port });
        }
        says(&[
            "PANIC:",
            "invalid data in file",
            "could not locate a valid checkpoint",
            "is not a valid data directory",
        ])
        .then(|| ServerStartError::Corrupt {
            program: Program::Postgres,
            path: self.cluster.clone(),
            reason: format!("it said: {tail}"),
            advice: "Restore the data folder from a backup, or move it away to start again.".to_owned(),
        })
    }

    /// On Windows, where no signal means "in order", `pg_ctl` carries the wish; elsewhere the first signal does.
    pub(super) async fn ask_to_stop(&self) {
        if cfg!(windows) {
            let mut command = tokio::process::Command::new(beside(&self.program, "pg_ctl"));
            command.arg("stop").arg("-D").arg(&self.cluster).args(["-m", "fast", "-W"]).kill_on_drop(true);
            let _ = tokio::time::timeout(Duration::from_secs(2), command.output()).await;
        }
    }
}
