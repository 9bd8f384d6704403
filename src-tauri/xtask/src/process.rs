//! Other programs: start one, wait for it, and say in a sentence how it failed.

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Pause between two looks at a command that has a time limit.
const LOOK: Duration = Duration::from_millis(50);

/// Shows the command, runs it with our own input and output, and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    eprintln!("> {}", spell(command));
    let status = command.status().with_context(|| format!("could not start `{}`", spell(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status}); its own messages above say why", spell(command));
    }
    Ok(())
}

/// The same within a time limit; a command that takes longer is ended.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    eprintln!("> {}", spell(command));
    let mut child = command.spawn().with_context(|| format!("could not start `{}`", spell(command)))?;
    let began = Instant::now();
    loop {
        match child.try_wait().with_context(|| format!("`{}` was lost sight of", spell(command)))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("`{}` failed ({status}); its own messages above say why", spell(command)),
            None if began.elapsed() > limit => {
                let _ = child.kill();
                let _ = child.wait();
                bail!("`{}` was not done after {} seconds", spell(command), limit.as_secs());
            }
            None => thread::sleep(LOOK),
        }
    }
}

/// Runs the command in silence: whether it could be started and succeeded.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What the command prints on its standard output; its errors are shown as they come.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("could not start `{}`", spell(command)))?;
    if !output.status.success() {
        bail!("`{}` failed ({}); its own messages above say why", spell(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` did not print text", spell(command)))
}

/// What the command prints when it succeeds, asked in silence.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Becomes the command: signals, exit code and last output are then its own.
#[cfg(unix)]
pub fn replace(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    eprintln!("> {}", spell(command));
    Err(command.exec()).with_context(|| format!("could not start `{}`", spell(command)))
}

/// Runs the command to its end and passes its exit code through.
#[cfg(not(unix))]
pub fn replace(command: &mut Command) -> Result<ExitCode> {
    eprintln!("> {}", spell(command));
    let status = command.status().with_context(|| format!("could not start `{}`", spell(command)))?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

/// The first of these programs that exists on `PATH` or in a folder where distributions put servers.
pub fn find(programs: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(server_folders()).collect();
    programs.iter().find_map(|program| {
        let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        folders.iter().map(|folder| folder.join(&name)).find(|file| file.is_file())
    })
}

/// Folders outside `PATH` that hold servers: `/usr/lib/postgresql/17/bin` and its cousins.
fn server_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from).into();
    let parents =
        ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt", r"C:\Program Files\PostgreSQL"];
    for parent in parents {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        let versions = entries.map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // `/usr` holds `pgsql-17` on Fedora; elsewhere the folder is a version or `postgresql@17`.
            if parent == "/usr" {
                name.starts_with("pgsql-")
            } else {
                !parent.ends_with("opt") || name.starts_with("p")
            }
        });
        folders.extend(versions.map(|version| version.join("bin")));
    }
    folders
}

/// The command as one would type it, without its environment.
pub fn spell(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_stem().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_told_with_its_name() {
        let error = run(Command::new("cargo").arg("no-such-subcommand")).unwrap_err().to_string();
        assert!(error.starts_with("`cargo no-such-subcommand` failed"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_takes_too_long_is_ended() {
        let began = Instant::now();
        let error = run_within(Command::new("sleep").arg("60"), Duration::ZERO).unwrap_err().to_string();
        assert_eq!(error, "`sleep 60` was not done after 0 seconds");
        assert!(began.elapsed() < Duration::from_secs(30));
        run_within(&mut Command::new("true"), Duration::from_secs(30)).unwrap();
    }

    #[test]
    fn a_program_that_does_not_exist_is_not_found_and_cannot_start() {
        assert_eq!(find(&["netraven-no-such-program"]), None);
        let error = output(&mut Command::new("netraven-no-such-program")).unwrap_err().to_string();
        assert_eq!(error, "could not start `netraven-no-such-program`");
    }
}
