//! The real window under its own X server, driven over WebDriver.
//!
//! Each [`Screen`] has its own display, home and runtime folder, so that windows do not meet. Everything it starts is in one
//! process group each and is ended with it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// Longest wait for anything on the screen.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks at the screen.
const LOOK: Duration = Duration::from_millis(50);

/// The count beneath the log, as an expression.
const LINES: &str =
    "Number((/of (?:about )?([\\d,]+) line/.exec(document.body.innerText) ?? ['', '0'])[1].replaceAll(',', ''))";

/// An X server without a screen, and the driver of the windows on it.
pub struct Screen {
    folder: tempfile::TempDir,
    x_server: Group,
    driver: Group,
    port: u16,
    display: String,
}

/// A process and everything it started.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

impl Screen {
    /// Starts X server and driver.
    pub async fn open() -> anyhow::Result<Screen> {
        let folder = tempfile::tempdir()?;
        for name in ["home", "run", "config", "data", "cache"] {
            let path = folder.path().join(name);
            fs::create_dir(&path)?;
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        }
        let (x_server, display) = start_x()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = fs::File::create(folder.path().join("driver.log"))?;
        let driver = spawn(
            Command::new("WebKitWebDriver")
                .args(["--host=127.0.0.1", &format!("--port={port}")])
                .env("DISPLAY", format!(":{display}"))
                .env("HOME", folder.path().join("home"))
                .env("XDG_RUNTIME_DIR", folder.path().join("run"))
                .env("XDG_CONFIG_HOME", folder.path().join("config"))
                .env("XDG_DATA_HOME", folder.path().join("data"))
                .env("XDG_CACHE_HOME", folder.path().join("cache"))
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                // Else GTK starts a bus and portals that outlive the window.
                .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
                .env_remove("WAYLAND_DISPLAY")
                .stdin(Stdio::null())
                .stdout(log.try_clone()?)
                .stderr(log),
        )
        .context("WebKitWebDriver could not be started: install the package webkit2gtk-driver")?;
        let screen = Screen { folder, x_server, driver, port, display };
        let deadline = Instant::now() + PATIENCE;
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            ensure!(Instant::now() < deadline, "WebKitWebDriver does not listen");
            tokio::time::sleep(LOOK).await;
        }
        Ok(screen)
    }

    /// Opens the application's window with these arguments.
    pub async fn window(&self, arguments: &[&str]) -> anyhow::Result<Window> {
        let binary = program("netraven")?;
        let options = json!({ "binary": binary, "args": arguments });
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".to_owned(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .with_context(|| format!("the window did not open; the driver says:\n{}", self.log()))?;
        Ok(Window { client })
    }

    /// Starts the application once more and waits for its end: its exit status, and what it said.
    pub async fn start(&self, arguments: &[&str]) -> anyhow::Result<(ExitStatus, String)> {
        let mut command = tokio::process::Command::new(program("netraven")?);
        command
            .args(arguments)
            .env("DISPLAY", format!(":{}", self.display))
            .env("HOME", self.folder.path().join("home"));
        command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:").env_remove("WAYLAND_DISPLAY").kill_on_drop(true);
        let ended = tokio::time::timeout(PATIENCE, command.stdin(Stdio::null()).output()).await;
        let output = ended.context("it did not end by itself")??;
        Ok((output.status, String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    /// What driver and application printed.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("driver.log")).unwrap_or_default()
    }

    /// The process all windows descend from.
    #[must_use]
    pub fn driver(&self) -> u32 {
        self.driver.0.id()
    }

    /// Whether both programs still run.
    pub fn is_up(&mut self) -> bool {
        matches!((self.x_server.0.try_wait(), self.driver.0.try_wait()), (Ok(None), Ok(None)))
    }
}

/// The application's window.
pub struct Window {
    pub(crate) client: Client,
}

impl Window {
    /// Waits until the page's text holds this.
    pub async fn sees(&self, text: &str) -> anyhow::Result<()> {
        let script = "return document.body.innerText.includes(arguments[0])";
        self.until(script, json!([text])).await.with_context(|| format!("{text:?} never came to the screen"))
    }

    /// Waits until a script returns true.
    pub async fn until(&self, script: &str, arguments: Value) -> anyhow::Result<()> {
        let arguments = arguments.as_array().cloned().unwrap_or_default();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if self.client.execute(script, arguments.clone()).await? == Value::Bool(true) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("it took longer than {PATIENCE:?}; the page says:\n{}", self.text().await?);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Presses the button or row that carries this action.
    pub async fn press(&self, action: &str) -> anyhow::Result<()> {
        let selector = format!("[data-action=\"{action}\"]:not([disabled])");
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&selector)).await;
        let element = element.with_context(|| format!("there is nothing to press for {action:?}"))?;
        element.click().await.with_context(|| format!("{action:?} could not be pressed"))
    }

    /// Goes to a page by its name in the sidebar.
    pub async fn go(&self, page: &str) -> anyhow::Result<()> {
        let selector = format!("a.place[title=\"{page}\"]");
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&selector)).await;
        element.with_context(|| format!("there is no page {page:?}"))?.click().await?;
        Ok(())
    }

    /// Types into the field with this id.
    pub async fn fill(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Id(id)).await?;
        element.send_keys(text).await.with_context(|| format!("{id} takes no text"))
    }

    /// Types where the focus is, as from the keyboard.
    pub async fn keys(&self, keys: &str) -> anyhow::Result<()> {
        let element = self.client.active_element().await?;
        element.send_keys(keys).await.with_context(|| format!("{keys:?} was not typed"))
    }

    /// How many lines the log on screen has, by its own count: those of the history, and each that arrived.
    pub async fn lines(&self) -> anyhow::Result<u64> {
        self.ask(&format!("return {LINES}")).await?.as_u64().context("the page tells no count of lines")
    }

    /// Waits until the log on screen has so many lines.
    pub async fn has_lines(&self, count: u64) -> anyhow::Result<()> {
        self.until(&format!("return {LINES} >= arguments[0]"), json!([count])).await
    }

    /// What a script returns.
    pub async fn ask(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// The page's text.
    pub async fn text(&self) -> anyhow::Result<String> {
        let text = self.ask("return document.body.innerText").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Keeps a picture of the window, for people to look at.
    pub async fn picture(&self, name: &str) -> anyhow::Result<PathBuf> {
        let frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        self.client.execute_async(frames, Vec::new()).await?;
        let folder = pictures();
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        fs::write(&path, self.client.screenshot().await?)?;
        Ok(path)
    }

    /// Closes the window, which ends the application in order.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }
}

/// Where pictures are kept: beside the build, unless `NETRAVEN_SCREENS` says otherwise.
#[must_use]
pub fn pictures() -> PathBuf {
    std::env::var_os("NETRAVEN_SCREENS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screens"), PathBuf::from)
}

/// The processes that have this folder in their command line: its servers, its window.
#[must_use]
pub fn processes_of(data_dir: &Path) -> Vec<String> {
    let needle = data_dir.to_string_lossy().into_owned();
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok())
        .filter(|pid| *pid != std::process::id())
        .filter_map(|pid| {
            let line = String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/cmdline")).ok()?).replace('\0', " ");
            line.contains(&needle).then(|| format!("{pid} {line}"))
        })
        .collect()
}

/// Waits until no process has this folder in its command line.
pub async fn all_gone(data_dir: &Path) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = processes_of(data_dir);
        if left.is_empty() {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "these processes were left behind:\n{}", left.join("\n"));
        tokio::time::sleep(LOOK).await;
    }
}

/// A program of this workspace, built before the tests.
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
    let path = folder.join(name);
    ensure!(path.exists(), "{} is not built: run `cargo xtask test`, which builds it first", path.display());
    Ok(path)
}

fn start_x() -> anyhow::Result<(Group, String)> {
    let mut x_server = spawn(
        Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()),
    )
    .context("Xvfb could not be started: install the package xvfb")?;
    let output = x_server.0.stdout.take().context("Xvfb has no output")?;
    let mut display = String::new();
    BufReader::new(output).read_line(&mut display)?;
    ensure!(!display.trim().is_empty(), "Xvfb found no free display");
    Ok((x_server, display.trim().to_owned()))
}

fn spawn(command: &mut Command) -> std::io::Result<Group> {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0).spawn().map(Group)
}
