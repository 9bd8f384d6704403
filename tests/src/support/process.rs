//! The real `netraven-server` in a process of its own: started, killed, asked to stop, and looked for afterwards.

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use netraven_api::Secret;
use netraven_client::Client;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::{ADMIN_PASSWORD, wait};

/// Longest wait for a process to become ready: a first start makes a cluster, on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(90);

/// A program of this workspace, built before the tests; missing ones are built once.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let folder = match std::env::var_os("NETRAVEN_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let mut folder = std::env::current_exe()?;
            folder.pop();
            if folder.ends_with("deps") {
                folder.pop();
            }
            folder
        }
    };
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--workspace", "--exclude", "xtask", "--bin", name])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        let built = built.with_context(|| format!("{name} is not built, and cargo could not be started"))?;
        ensure!(built.success() && path.exists(), "{} is not built: run `cargo xtask test`", path.display());
    }
    Ok(path)
}

/// How a process is to be started.
pub struct Start {
    command: Command,
    name: String,
}

impl Start {
    /// `netraven-server serve` on this data folder, at a free port.
    pub fn serve(data_dir: &Path) -> anyhow::Result<Start> {
        let mut start = Start::of("serve")?;
        start.command.arg("--data-dir").arg(data_dir).env("NETRAVEN_ADMIN_PASSWORD", ADMIN_PASSWORD);
        Ok(start)
    }

    /// `netraven-server worker` on these servers.
    pub fn worker(urls: &super::servers::Urls) -> anyhow::Result<Start> {
        Ok(Start::of("worker")?.args(&["--database-url", &urls.database, "--redis-url", &urls.redis]))
    }

    /// `netraven-server lab`, without the password of `admin` in its environment.
    pub fn lab(arguments: &[&str]) -> anyhow::Result<Start> {
        Ok(Start::of("lab")?.args(arguments).env("NETRAVEN_ADMIN_PASSWORD", None))
    }

    /// `netraven-server import`, without the password of `admin` in its environment.
    pub fn import(arguments: &[&str]) -> anyhow::Result<Start> {
        Ok(Start::of("import")?.args(arguments).env("NETRAVEN_ADMIN_PASSWORD", None))
    }

    fn of(verb: &str) -> anyhow::Result<Start> {
        let mut command = Command::new(program("netraven-server")?);
        command.arg(verb).env("RUST_LOG", "info,sqlx=warn").env_remove("NETRAVEN_DATABASE_URL");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Start { command, name: format!("netraven-server {verb}") })
    }

    /// Further arguments.
    #[must_use]
    pub fn args(mut self, arguments: &[&str]) -> Start {
        self.command.args(arguments);
        self
    }

    /// An environment variable; none removes it.
    #[must_use]
    pub fn env(mut self, name: &str, value: Option<&str>) -> Start {
        match value {
            Some(value) => self.command.env(name, value),
            None => self.command.env_remove(name),
        };
        self
    }

    /// Starts it and waits for nothing.
    pub fn spawn(mut self) -> anyhow::Result<ServerProcess> {
        let mut child = self.command.spawn().with_context(|| format!("could not start {}", self.name))?;
        let (printed, said) = (Text::default(), Text::default());
        let readers = [
            printed.follow(child.stdout.take().context("its output is ours")?),
            said.follow(child.stderr.take().context("its errors are ours")?),
        ];
        Ok(ServerProcess { child, name: self.name, url: String::new(), printed, said, readers: Some(readers) })
    }

    /// Starts it and waits for its ready line.
    pub async fn ready(self) -> anyhow::Result<ServerProcess> {
        let mut server = self.spawn()?;
        let waited = wait::within(START_LIMIT, "the server is ready", async || {
            if let Some(status) = server.child.try_wait()? {
                bail!("{} ended with {status} instead of becoming ready", server.name);
            }
            Ok(server.printed.lines().into_iter().next())
        });
        let line = waited.await.with_context(|| format!("it said:\n{}", server.said()))?;
        let ready: serde_json::Value = serde_json::from_str(&line).context("the ready line is JSON")?;
        ensure!(ready["ready"] == true, "the ready line says otherwise: {line}");
        server.url = ready["url"].as_str().context("the ready line names the url")?.to_owned();
        Ok(server)
    }

    /// Starts one that is expected to refuse: its exit status and what it said.
    pub async fn refused(self) -> anyhow::Result<(ExitStatus, String)> {
        let mut server = self.spawn()?;
        let status = server.exited(START_LIMIT).await?;
        ensure!(server.printed().is_empty(), "a server that refuses prints nothing, not {:?}", server.printed());
        Ok((status, server.said()))
    }

    /// Starts one that ends by itself: its exit status and the lines it printed.
    pub async fn ended(self) -> anyhow::Result<(ExitStatus, Vec<String>)> {
        let mut process = self.spawn()?;
        let status = process.exited(START_LIMIT).await?;
        Ok((status, process.printed()))
    }
}

/// A running `netraven-server`; it and its group are killed when this is dropped.
pub struct ServerProcess {
    child: Child,
    name: String,
    /// Address of its API, for `serve`.
    pub url: String,
    printed: Text,
    said: Text,
    readers: Option<[std::thread::JoinHandle<()>; 2]>,
}

impl ServerProcess {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A client signed in as `admin`.
    pub async fn client(&self) -> anyhow::Result<Client> {
        let client = Client::new(&self.url)?;
        let token = client.login("admin", &Secret::new(ADMIN_PASSWORD), None).await?;
        Ok(client.with_token(token.access_token))
    }

    /// The lines of its standard output so far.
    #[must_use]
    pub fn printed(&self) -> Vec<String> {
        self.printed.lines()
    }

    /// Its standard error so far.
    #[must_use]
    pub fn said(&self) -> String {
        self.said.text()
    }

    /// Kills it without a chance to tidy up, and waits until it is gone.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        send(self.pid(), Signal::KILL)?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop; its exit status, and how long it took.
    pub async fn terminate(&mut self) -> anyhow::Result<(ExitStatus, Duration)> {
        self.stop_by(Signal::TERM).await
    }

    /// Asks it to stop by this signal; its exit status, and how long it took.
    pub async fn stop_by(&mut self, signal: Signal) -> anyhow::Result<(ExitStatus, Duration)> {
        let began = Instant::now();
        send(self.pid(), signal)?;
        let status = self.exited(Duration::from_secs(30)).await?;
        Ok((status, began.elapsed()))
    }

    async fn exited(&mut self, limit: Duration) -> anyhow::Result<ExitStatus> {
        let (child, name) = (&mut self.child, &self.name);
        let waited = wait::within(limit, &format!("{name} has ended"), async || Ok(child.try_wait()?)).await;
        let status = waited.with_context(|| format!("it said:\n{}", self.said.text()))?;
        for reader in self.readers.take().into_iter().flatten() {
            let _ = reader.join();
        }
        Ok(status)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if let Some(group) = pid(self.child.id()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// What a process has written so far.
#[derive(Clone, Default)]
struct Text(Arc<Mutex<String>>);

impl Text {
    fn follow(&self, from: impl Read + Send + 'static) -> std::thread::JoinHandle<()> {
        let text = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                let mut text = text.0.lock().unwrap_or_else(PoisonError::into_inner);
                text.push_str(&line);
                text.push('\n');
            }
        })
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }
}

fn pid(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

/// Sends a signal to one process.
pub fn send(process: u32, signal: Signal) -> anyhow::Result<()> {
    let pid = pid(process).context("a process has a number")?;
    kill_process(pid, signal).with_context(|| format!("process {process} takes no signal"))
}

/// The living processes that work in a data folder or name it in their command line: (number, command line).
#[must_use]
pub fn processes_of(data_dir: &Path) -> Vec<(u32, String)> {
    let home = fs::canonicalize(data_dir).unwrap_or_else(|_| data_dir.to_owned());
    let needle = data_dir.to_string_lossy().into_owned();
    let numbers = fs::read_dir("/proc").into_iter().flatten().flatten();
    numbers
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|number| *number != std::process::id())
        .filter_map(|number| {
            let about = PathBuf::from(format!("/proc/{number}"));
            let line = fs::read(about.join("cmdline")).ok().filter(|line| !line.is_empty())?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            let works_there = fs::read_link(about.join("cwd")).is_ok_and(|folder| folder.starts_with(&home));
            (works_there || line.contains(&needle)).then_some((number, line))
        })
        .collect()
}

/// Waits until no process of this data folder lives.
pub async fn all_gone(data_dir: &Path) -> anyhow::Result<()> {
    let gone = wait::within(Duration::from_secs(20), "no process of the data folder is left", async || {
        Ok(processes_of(data_dir).is_empty().then_some(()))
    });
    gone.await.with_context(|| format!("left: {:#?}", processes_of(data_dir)))
}
