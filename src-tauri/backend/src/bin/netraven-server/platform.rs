//! `netraven-server platform`: checks files of platforms, reads recorded sessions with them as a backup would, tries
//! them on a device, records a session with it, and makes skeletons of such files.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use netraven_backend::platforms::skeleton::skeleton;
use netraven_backend::platforms::{Definition, Redactor};
use netraven_backend::replay::replay;
use netraven_backend::session::Failure;
use netraven_lab::Recording;

use super::trying::{self, RecordArgs, TryArgs};

/// Largest file of a platform, in bytes.
pub const LARGEST_PLATFORM: u64 = 256 * 1024;
/// Largest recording, in bytes.
pub const LARGEST_RECORDING: u64 = 64 * 1024 * 1024;

/// What is done with a platform's file.
#[derive(Subcommand)]
pub enum PlatformCommand {
    /// Says of each file whether it is in order, and if not, which field is wrong and why.
    Check {
        /// Files of platforms.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Has the lab play recorded sessions, and reads each over SSH with the platform of this file. Nothing is stored.
    Replay {
        /// File of the platform.
        #[arg(value_name = "FILE")]
        platform: PathBuf,
        /// Recordings, such as `session.toml`.
        #[arg(required = true, value_name = "RECORDING")]
        recordings: Vec<PathBuf>,
    },
    /// Reads a device twice, prints the text as a backup would store it, and proposes rules for lines that differed.
    Try(TryArgs),
    /// Records a session with a device as the start of a test; secrets, addresses and the device's name are replaced.
    Record(RecordArgs),
    /// Prints the skeleton of a platform's file, made from an Oxidized model or a scrapli definition. It is not proven;
    /// its comments name what could not be taken. Nothing of the file is executed.
    Skeleton {
        /// The model (Ruby) or the definition (YAML, Python).
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Does what was asked for; fails if any file does.
pub async fn run(command: PlatformCommand) -> anyhow::Result<()> {
    match command {
        PlatformCommand::Check { files } => check(&files),
        PlatformCommand::Replay { platform, recordings } => replay_all(&platform, &recordings).await,
        PlatformCommand::Try(args) => trying::try_platform(args).await,
        PlatformCommand::Record(args) => trying::record(args).await,
        PlatformCommand::Skeleton { file } => sketch(&file),
    }
}

fn check(files: &[PathBuf]) -> anyhow::Result<()> {
    let mut refused = 0;
    for file in files {
        match definition(file) {
            Ok(definition) => println!("{}: {} is in order", file.display(), definition.name),
            Err(error) => {
                refused += 1;
                eprintln!("{error:#}");
            }
        }
    }
    anyhow::ensure!(refused == 0, "{refused} of {} files were refused", files.len());
    Ok(())
}

fn sketch(file: &Path) -> anyhow::Result<()> {
    let name = file.display().to_string();
    let made = skeleton(&name, &text(file, LARGEST_PLATFORM).with_context(|| name.clone())?)?;
    print!("{}", made.text);
    eprintln!("A skeleton of the {} {name}, not proven; {} parts could not be taken.", made.of, made.left_out);
    Ok(())
}

async fn replay_all(platform: &Path, recordings: &[PathBuf]) -> anyhow::Result<()> {
    let definition = definition(platform)?;
    let mut failed = 0;
    for file in recordings {
        match replay_one(&definition, file).await {
            Ok(sentence) => println!("{}: {sentence}", file.display()),
            Err(error) => {
                failed += 1;
                eprintln!("{}: {error:#}", file.display());
            }
        }
    }
    anyhow::ensure!(failed == 0, "{failed} of {} recordings could not be read", recordings.len());
    Ok(())
}

/// Reads one recording; what came of it, in a few words.
async fn replay_one(definition: &Definition, file: &Path) -> anyhow::Result<String> {
    let recording = Recording::parse(&text(file, LARGEST_RECORDING)?)?;
    let replayed = replay(definition, &recording).await?;
    // The tags are not shown, so that any key does.
    let redactor = Redactor::new(definition, &[0; 32]);
    if let Some(failure) = replayed.failure {
        anyhow::bail!("{}", reason(&failure, &redactor));
    }
    let redacted = redactor.redact(&replayed.text);
    Ok(format!("{} lines, {} secrets hidden", redacted.text.lines().count(), redacted.hidden))
}

fn reason(failure: &Failure, redactor: &Redactor) -> String {
    let mut reason = format!("{} at {}: {}", failure.cause, failure.stage, failure.message);
    if let Some(said) = &failure.said {
        reason.push_str(&format!(" It said: `{}`.", redactor.redact(said).text.trim_end()));
    }
    if let Some(expected) = &failure.expected {
        reason.push_str(&format!(" Expected: `{expected}`."));
    }
    reason
}

fn definition(file: &Path) -> anyhow::Result<Definition> {
    let name = file.display().to_string();
    let text = text(file, LARGEST_PLATFORM).with_context(|| name.clone())?;
    Ok(Definition::parse(&name, &text)?)
}

/// The text of a file, which is neither a pipe nor larger than it may be.
pub fn text(file: &Path, largest: u64) -> anyhow::Result<String> {
    let about = std::fs::metadata(file).context("cannot be read")?;
    anyhow::ensure!(about.is_file(), "is not a regular file");
    let kibibytes = largest / 1024;
    anyhow::ensure!(about.len() <= largest, "is larger than the {kibibytes} KiB allowed");
    std::fs::read_to_string(file).context("cannot be read as UTF-8 text")
}
