//! Installing with apt, beside whatever else uses apt at the moment.

use std::io::{BufRead, BufReader, IsTerminal};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::system::needs::Need;

/// How long another apt may keep the package lists to itself.
const LISTS_LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(2);

/// Installs the packages of these needs.
pub fn install(missing: &[&Need]) -> Result<()> {
    let wanted: Vec<&str> = missing.iter().filter_map(|need| need.apt).collect();
    // A refused update is not the end: the lists at hand may well do.
    if let Err(error) = update(apt_get, LISTS_LIMIT, PAUSE) {
        eprintln!("{error:#}; trying with the package lists at hand");
    }
    process::run(apt_get()?.args(["install", "--yes", "--no-install-recommends"]).args(&wanted))
        .with_context(|| format!("please run `sudo apt-get install {}` and read what it says", wanted.join(" ")))
}

/// Fetches the package lists. apt waits for dpkg's lock by itself, but not for the one on the lists.
fn update(apt: impl Fn() -> Result<Command>, limit: Duration, pause: Duration) -> Result<()> {
    let began = Instant::now();
    loop {
        let mut command = apt()?;
        command.arg("update").stderr(Stdio::piped());
        eprintln!("> {}", process::spell(&command));
        let mut child = command.spawn().context("apt-get could not be started")?;
        let mut is_locked = false;
        for line in child.stderr.take().into_iter().flat_map(|said| BufReader::new(said).lines().map_while(Result::ok))
        {
            is_locked |= line.contains("Could not get lock");
            eprintln!("{line}");
        }
        let status = child.wait().context("apt-get update was lost sight of")?;
        match status.success() {
            true => return Ok(()),
            false if is_locked && began.elapsed() < limit => {
                eprintln!("Another program uses the package lists; waiting for it.");
                thread::sleep(pause);
            }
            false => bail!("`apt-get update` failed ({status}); its own messages above say why"),
        }
    }
}

/// apt-get that asks nothing, waits for another one to install, says in English what is wrong, and is root.
fn apt_get() -> Result<Command> {
    let environment = ["DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1", "LC_ALL=C"];
    let mut command = if is_root() {
        Command::new("env")
    } else if process::find(&["sudo"]).is_some() {
        let mut sudo = Command::new("sudo");
        if !std::io::stdin().is_terminal() {
            // Nobody is there to type a password: fail rather than wait.
            sudo.arg("--non-interactive");
        }
        sudo.arg("env");
        sudo
    } else {
        bail!("installing needs root, and there is no sudo here; run the same command as root once")
    };
    command.args(environment).args(["apt-get", "-o", "DPkg::Lock::Timeout=120"]);
    Ok(command)
}

fn is_root() -> bool {
    process::answer(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("netraven-xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn script(path: &Path, text: &str) {
        fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn lists_that_another_apt_holds_are_waited_for() {
        let folder = folder("apt");
        let (apt, tries) = (folder.join("apt"), folder.join("tries"));
        let times = |wanted: usize| fs::read_to_string(&tries).unwrap_or_default().lines().count() == wanted;
        let says = |said: &str, fails: usize| {
            let _ = fs::remove_file(&tries);
            let text = format!(
                "echo >>'{0}'\n[ $(wc -l <'{0}') -gt {fails} ] || {{ echo '{said}' >&2; exit 100; }}",
                tries.display()
            );
            script(&apt, &text);
            update(|| Ok(Command::new(&apt)), Duration::from_secs(30), Duration::ZERO)
        };
        says("E: Could not get lock /var/lib/apt/lists/lock.", 3).unwrap();
        assert!(times(4));
        says("E: The repository is not signed.", 3).unwrap_err();
        assert!(times(1), "what waiting does not mend is not tried again");
        fs::remove_dir_all(&folder).unwrap();
    }

    /// Several copies of the linker on a machine without one: a single one of them installs it.
    #[cfg(target_os = "linux")]
    #[test]
    fn linkers_that_start_together_install_once() {
        let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
        if !release.contains("debian") {
            println!("the linker installs by itself on Debian and its relatives only: nothing was checked");
            return;
        }
        let folder = folder("linker");
        for tool in ["sh", "id", "env", "flock", "sleep", "mkdir", "rmdir", "cp"] {
            let real = process::find(&[tool]).unwrap_or_else(|| panic!("{tool} is on PATH"));
            std::os::unix::fs::symlink(real, folder.join(tool)).unwrap();
        }
        script(&folder.join("sudo"), "while [ \"$1\" = --non-interactive ]; do shift; done\nexec \"$@\"");
        script(&folder.join("new-cc"), "echo linked \"$@\"");
        let here = folder.display();
        let apt = format!(
            "mkdir '{here}/busy' 2>/dev/null || {{ echo 'E: Could not get lock' >&2; exit 100; }}\necho \"$@\" >>'{here}/log'\n\
             case \"$*\" in *build-essential*) sleep 0.3; cp '{here}/new-cc' '{here}/cc';; esac\nrmdir '{here}/busy'"
        );
        script(&folder.join("apt-get"), &apt);
        let linker = Path::new(env!("CARGO_MANIFEST_DIR")).join("find-gcc");
        let start = || Command::new(&linker).arg("-o").env("PATH", &folder).stdout(Stdio::piped()).spawn().unwrap();
        let started: Vec<_> = (0..5).map(|_| start()).collect();
        for child in started {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success());
            assert_eq!(String::from_utf8_lossy(&output.stdout), "linked -o\n");
        }
        let installed = fs::read_to_string(folder.join("log")).unwrap();
        assert_eq!(installed.matches("build-essential").count(), 1, "{installed}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
