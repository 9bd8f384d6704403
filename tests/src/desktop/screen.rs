//! An X server without a screen, and the driver of the windows on it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use fantoccini::ClientBuilder;
use fantoccini::wd::Capabilities;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::{LOOK, PATIENCE, Window, program};
use crate::support::ADMIN_PASSWORD;

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
        Ok(Window::of(client))
    }

    /// Opens a window on a server elsewhere and signs in, with the password every user of a test has.
    pub async fn signed_in(&self, url: &str, username: &str) -> anyhow::Result<Window> {
        let folder = self.folder.path().join("netraven");
        let folder = folder.to_str().context("the path is text")?;
        let window = self.window(&["--data-dir", folder, "--remote", url]).await?;
        window.enter("textbox", "User name", username).await?;
        window.enter("textbox", "Password", ADMIN_PASSWORD).await?;
        window.choose("button", "Sign in").await?;
        window.find("heading", "Job Status Dashboard").await?;
        Ok(window)
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

    /// The folder of its home, its runtime files and its settings.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The number of the X server's display.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The process all windows descend from.
    #[must_use]
    pub fn driver(&self) -> u32 {
        self.driver.0.id()
    }

    /// What driver and application printed.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("driver.log")).unwrap_or_default()
    }

    /// Whether both programs still run.
    pub fn is_up(&mut self) -> bool {
        matches!((self.x_server.0.try_wait(), self.driver.0.try_wait()), (Ok(None), Ok(None)))
    }
}

fn start_x() -> anyhow::Result<(Group, String)> {
    let mut x_server = spawn(
        Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1960x1100x24", "-nolisten", "tcp"])
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
