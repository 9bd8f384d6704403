//! Tests that need a session of their own: stores are found through the environment, which belongs to the whole process, so
//! such a test runs itself again in another process.

#![allow(clippy::unwrap_used, reason = "a helper of a test may fail as a test may")]

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Marks a process that runs in its own session.
const INSIDE: &str = "NETRAVEN_TEST_INSIDE";
/// Unlocks a new store, then becomes the program that follows.
const UNLOCK: &str =
    "eval \"$(printf test-pass | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null)\"; exec \"$@\"";

/// Whether this process is the test's own session.
pub fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs the test of this full name in a session with an empty, unlocked store.
pub fn with_store(test: &str) {
    let home = home(test);
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", UNLOCK, "sh"]).arg(std::env::current_exe().unwrap());
    passes(command, test, &home);
}

/// Runs the test of this full name in a session whose bus accepts connections and never answers.
pub fn with_silent_store(test: &str) {
    let home = home(test);
    let bus = home.join("bus");
    let _silent = UnixListener::bind(&bus).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()));
    passes(command, test, &home);
}

fn home(test: &str) -> PathBuf {
    // The path of a socket has to be short.
    let name = test.rsplit("::").next().unwrap().chars().take(20).collect::<String>();
    let folder = std::env::temp_dir().join(format!("nr-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).unwrap();
    folder
}

fn passes(mut command: Command, test: &str, home: &Path) {
    command.args([test, "--exact", "--nocapture"]).env(INSIDE, "1").stdin(Stdio::null());
    for folder in ["HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        command.env(folder, home);
    }
    let own_bus = command.get_envs().any(|(name, _)| name == "DBUS_SESSION_BUS_ADDRESS");
    if !own_bus {
        command.env_remove("DBUS_SESSION_BUS_ADDRESS");
    }
    let output = command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    // The store's own process may still be ending in it.
    let _best_effort = std::fs::remove_dir_all(home);
}
