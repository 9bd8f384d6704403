//! `netraven-server platform try` and `record`: one session with one device, without a database. User and password come
//! from the environment or are asked for; they are never arguments, which other users of the computer could read.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use netraven_api::evidence::ShownKey;
use netraven_api::outcome::Stage;
use netraven_api::trials::TrialPurpose;
use netraven_api::{CredentialId, Transport};
use netraven_backend::platforms::{Definition, Known, Redaction, Registry};
use netraven_backend::session::{Cancel, Failure, Level, Limits, LogType, Login, Observer, Target};
use netraven_backend::trial::{TrialPlan, Tried, conduct};
use rand::TryRng as _;
use rand::rngs::SysRng;
use serde_json::Value;

use super::asking::{asked, asked_without_echo};
use super::platform;

/// The device, and how it is talked to.
#[derive(Args)]
pub struct DeviceArgs {
    /// Address or name of the device. Its user and password are taken from NETRAVEN_DEVICE_USER,
    /// NETRAVEN_DEVICE_PASSWORD and NETRAVEN_DEVICE_ENABLE_PASSWORD, or asked for.
    #[arg(long, value_name = "ADDRESS")]
    device: String,
    /// TCP port; the usual one of the transport if absent.
    #[arg(long)]
    port: Option<u16>,
    /// What carries the session: ssh, telnet or tcp.
    #[arg(long, default_value = "ssh", value_parser = transport)]
    transport: Transport,
    /// Name of the platform.
    #[arg(long, value_name = "NAME", required_unless_present = "file")]
    platform: Option<String>,
    /// File of a platform, instead of one by name.
    #[arg(long, value_name = "FILE", conflicts_with = "platform")]
    file: Option<PathBuf>,
    /// Folder of your own platforms.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The host key it has to show, such as "ssh-ed25519 SHA256:...". Without it, any key is accepted and printed.
    #[arg(long, value_name = "KEY", value_parser = host_key)]
    host_key: Option<ShownKey>,
}

/// What is tried.
#[derive(Args)]
pub struct TryArgs {
    #[command(flatten)]
    device: DeviceArgs,
    /// Only connects, signs in and asks for facts.
    #[arg(long)]
    connection: bool,
}

/// What is recorded.
#[derive(Args)]
pub struct RecordArgs {
    #[command(flatten)]
    device: DeviceArgs,
    /// File of the recording, such as `session.toml`; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Tries a platform on a device: prints the text as a backup would store it.
pub async fn try_platform(args: TryArgs) -> anyhow::Result<()> {
    let purpose = if args.connection { TrialPurpose::Connection } else { TrialPurpose::Backup };
    let tried = session(args.device, purpose).await?;
    if let Some(text) = &tried.text {
        print!("{text}");
        eprintln!("{} lines, {} secrets hidden", text.lines().count(), tried.secrets_hidden);
    }
    for rule in &tried.proposed.rules {
        eprintln!("Differed: {}\nProposed: {} = ['{}']", rule.first.trim_end(), rule.list, rule.pattern);
    }
    tried.proposed.unexplained.iter().for_each(|line| eprintln!("Differed, without a rule: {}", line.trim_end()));
    Ok(())
}

/// Records a session with a device.
pub async fn record(args: RecordArgs) -> anyhow::Result<()> {
    let output = args.output;
    let written = format!("writing {}", output.display());
    anyhow::ensure!(!output.exists(), "{} exists already: name another file", output.display());
    let tried = session(args.device, TrialPurpose::Record).await?;
    let recording = tried.recording.context("there is no recording; the lines above say why")?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(&output).with_context(|| written.clone())?;
    file.write_all(recording.as_bytes()).with_context(|| written)?;
    println!("{}", output.display());
    eprintln!("Read it before you pass it on: descriptions and names of other devices are left as they are.");
    Ok(())
}

/// Conducts the session; fails if it does.
async fn session(args: DeviceArgs, purpose: TrialPurpose) -> anyhow::Result<Tried> {
    let definition = definition(&args)?;
    let port = args.port.or_else(|| args.transport.usual_port());
    let port = port.context("a bare connection has no usual port: give one with --port")?;
    let stop = crate::stop_signal()?;
    let login = tokio::select! {
        login = login() => login?,
        () = stop.cancelled() => anyhow::bail!("cancelled"),
    };
    let mut key = [0; 32];
    SysRng.try_fill_bytes(&mut key).context("asking the system for random numbers")?;
    let own: Vec<String> = login.passwords().map(str::to_owned).collect();
    // The tags are only compared within this output.
    let redaction = Arc::new(Redaction::new(&definition, &key, own, Arc::new(Known::new([], &key))));
    let (cancel, used) = (Cancel::new(), Arc::clone(&redaction));
    let mut conducting = {
        let cancel = cancel.clone();
        tokio::task::spawn_blocking(move || {
            let target = Target::direct(args.device.as_str(), port);
            let plan = TrialPlan {
                purpose,
                hostname: &args.device,
                target: &target,
                transport: args.transport,
                definition: &definition,
                logins: std::slice::from_ref(&login),
                host_key: args.host_key.as_ref(),
                redaction: &used,
                limits: &Limits::default(),
            };
            conduct(&plan, &cancel, &mut Printed)
        })
    };
    let tried = tokio::select! {
        tried = &mut conducting => tried,
        () = stop.cancelled() => {
            cancel.cancel();
            conducting.await
        }
    };
    let tried = tried.context("the session ended without a result: a defect")?;
    tried.notes.iter().for_each(|note| eprintln!("{note}"));
    match &tried.session {
        Ok(reading) => {
            if let Some(key) = &reading.host_key {
                eprintln!("Host key: {key}");
            }
            let facts =
                [("Model", &tried.facts.model), ("Serial", &tried.facts.serial), ("Version", &tried.facts.version)];
            for (name, fact) in facts {
                eprintln!("{name}: {}", fact.as_deref().unwrap_or("not known"));
            }
            Ok(tried)
        }
        // A session that failed can be recorded, too.
        Err(failure) if tried.recording.is_some() => {
            eprintln!("{}", reason(failure, &redaction));
            Ok(tried)
        }
        Err(failure) => anyhow::bail!("{}", reason(failure, &redaction)),
    }
}

fn definition(args: &DeviceArgs) -> anyhow::Result<Arc<Definition>> {
    let (registry, refused) = Registry::load(args.folder.as_deref());
    refused.iter().for_each(|bad| eprintln!("{bad}"));
    if let Some(file) = &args.file {
        let name = file.display().to_string();
        let text = platform::text(file, platform::LARGEST_PLATFORM).with_context(|| name.clone())?;
        let others = |name: &str| registry.text(name).map(str::to_owned);
        return Ok(Arc::new(Definition::parse_with(&name, &text, &others)?));
    }
    let name = args.platform.as_deref().unwrap_or_default();
    let found = registry.get(name);
    found.with_context(|| format!("there is no platform '{name}': `netraven-server platforms` lists them"))
}

/// The credential, from the environment or from the person.
async fn login() -> anyhow::Result<Login> {
    let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let username = match given("NETRAVEN_DEVICE_USER") {
        Some(username) => username,
        None => asked("User: ").await?,
    };
    let password = match given("NETRAVEN_DEVICE_PASSWORD") {
        Some(password) => password,
        None => asked_without_echo("Password: ").await?,
    };
    Ok(Login {
        id: CredentialId::new(1),
        username,
        password: password.into(),
        key: None,
        agent: None,
        answers: Vec::new(),
        enable_password: given("NETRAVEN_DEVICE_ENABLE_PASSWORD").map(Into::into),
        networks: Vec::new(),
    })
}

fn reason(failure: &Failure, redaction: &Redaction) -> String {
    let mut reason =
        format!("{} at {}: {}", failure.cause.title(), failure.stage.title(), redaction.sentence(&failure.message));
    if let Some(said) = &failure.said {
        reason.push_str(&format!(" It said: `{}`.", redaction.quoted(said).trim_end()));
    }
    if let Some(expected) = &failure.expected {
        reason.push_str(&format!(" Expected: `{expected}`."));
    }
    let last_seen = failure.transcript.last_seen(|text| redaction.lines(text));
    if !last_seen.trim().is_empty() {
        reason.push_str(&format!("\nLast seen:\n{last_seen}"));
    }
    reason
}

fn transport(text: &str) -> Result<Transport, String> {
    Transport::parse(text).ok_or_else(|| "write ssh, telnet or tcp".to_owned())
}

fn host_key(text: &str) -> Result<ShownKey, String> {
    match text.split_once(' ') {
        Some((key_type, sha256)) if sha256.starts_with("SHA256:") => {
            Ok(ShownKey { key_type: key_type.to_owned(), sha256: sha256.trim().to_owned() })
        }
        _ => Err("write its type and its fingerprint, such as \"ssh-ed25519 SHA256:...\"".to_owned()),
    }
}

/// Prints each stage as the session enters it.
struct Printed;

impl Observer for Printed {
    fn stage(&mut self, stage: Stage) {
        eprintln!("{}", stage.title());
    }

    fn log(&mut self, _level: Level, _log_type: LogType, _message: String, _meta: Value) {}
}
