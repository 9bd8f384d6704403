//! Questions to the person at the terminal.

use std::io::{IsTerminal as _, Write as _, stdin};

use anyhow::Context as _;

/// Asks for a line.
pub async fn asked(question: &str) -> anyhow::Result<String> {
    eprint!("{question}");
    std::io::stderr().flush()?;
    line().await
}

/// Asks for a line that is not shown while it is typed. Where the terminal cannot do that, nothing is asked.
pub async fn asked_without_echo(question: &str) -> anyhow::Result<String> {
    anyhow::ensure!(stdin().is_terminal(), "no password: set NETRAVEN_DEVICE_PASSWORD, or run this in a terminal");
    // Dropped when this is given up, too, so that the terminal shows again what is typed.
    let hidden = HiddenTyping::start()?;
    let typed = asked(question).await;
    drop(hidden);
    eprintln!();
    typed
}

/// The next line of the standard input. A thread of its own waits for it, so that this can be given up.
async fn line() -> anyhow::Result<String> {
    let read = || {
        let mut line = String::new();
        stdin().read_line(&mut line).map(|_| line)
    };
    let line = tokio::task::spawn_blocking(read).await?.context("reading what was typed")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The terminal without its echo, until this is dropped.
#[cfg(unix)]
struct HiddenTyping(rustix::termios::Termios);

#[cfg(unix)]
impl HiddenTyping {
    fn start() -> anyhow::Result<HiddenTyping> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(stdin()).context("asking for the terminal's settings")?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin(), OptionalActions::Now, &hidden).context("turning off the terminal's echo")?;
        Ok(HiddenTyping(before))
    }
}

#[cfg(unix)]
impl Drop for HiddenTyping {
    fn drop(&mut self) {
        // Without a terminal there is nothing left to set.
        let _ = rustix::termios::tcsetattr(stdin(), rustix::termios::OptionalActions::Now, &self.0);
    }
}

#[cfg(not(unix))]
struct HiddenTyping;

#[cfg(not(unix))]
impl HiddenTyping {
    fn start() -> anyhow::Result<HiddenTyping> {
        anyhow::bail!("this terminal would show the password: set NETRAVEN_DEVICE_PASSWORD instead")
    }
}
