//! What every journey stands on: servers shared by the whole run, a backend in this process or in one of its own, a lab,
//! git and real SSH and telnet servers.

#[cfg(unix)]
pub mod account;
#[cfg(unix)]
pub mod app;
#[cfg(unix)]
pub mod database;
#[cfg(unix)]
pub mod dropbear;
pub mod git;
#[cfg(unix)]
pub mod guardian;
pub mod http;
pub mod network;
#[cfg(unix)]
pub mod process;
#[cfg(unix)]
pub mod relay;
#[cfg(unix)]
pub mod servers;
#[cfg(unix)]
pub mod site;
#[cfg(unix)]
pub mod ssh_agent;
#[cfg(unix)]
pub mod sshd;
pub mod stream;
#[cfg(unix)]
mod system;
#[cfg(unix)]
pub mod telnetd;
pub mod wait;
pub mod work;

/// Password of the user `admin` in every test.
pub const ADMIN_PASSWORD: &str = "a password of the tests";
