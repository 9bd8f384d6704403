//! `netraven-server lab`: simulated devices, made known to the backend that runs on a data folder, and backed up.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use netraven_api::{Secret, Transport};
use netraven_backend::{Config, DataDirLock, LockError};
use netraven_client::Client;
use netraven_client::sample::{self, SampleDevice};
use netraven_lab::{Lab, SAMPLE_PASSWORD, SAMPLE_USERNAME};

/// Most devices a lab may have.
const MOST_DEVICES: usize = 1000;
/// File of the lock of a data folder: without it no backend ever ran there.
const LOCK_FILE: &str = "netraven.lock";

/// What the lab is started with.
#[derive(Args)]
pub struct LabArgs {
    /// Number of devices.
    #[arg(default_value_t = 12)]
    devices: usize,
    /// Data folder of the running backend the devices are added to; the system's application folder if absent.
    #[arg(long, conflicts_with = "url")]
    data_dir: Option<PathBuf>,
    /// Address of the backend the devices are added to, instead of the one that runs on the data folder.
    #[arg(long)]
    url: Option<String>,
    /// User of that backend.
    #[arg(long, default_value = "admin")]
    username: String,
    /// File that holds the user's password; else NETRAVEN_ADMIN_PASSWORD, else the data folder's initial-admin-password.
    #[arg(long)]
    password_file: Option<PathBuf>,
    /// Starts the devices and adds them nowhere.
    #[arg(long, conflicts_with_all = ["data_dir", "url", "password_file"])]
    only_start: bool,
}

/// The backend the devices are added to, and how to sign in to it.
struct Target {
    url: String,
    username: String,
    password: Secret,
}

impl Target {
    fn of(args: &LabArgs) -> anyhow::Result<Target> {
        let data_dir = match (&args.url, &args.data_dir) {
            (Some(_), _) => None,
            (None, Some(given)) => Some(given.clone()),
            (None, None) => Some(Config::default_data_dir().context(
                "this system has no default folder for application data: give one with --data-dir, or an address with --url",
            )?),
        };
        let url = match (&args.url, &data_dir) {
            (Some(url), _) => url.clone(),
            (None, Some(data_dir)) => running_on(data_dir, args.devices)?,
            (None, None) => unreachable!("without an address there is a folder"),
        };
        let password = password(args, data_dir)?;
        Ok(Target { url, username: args.username.clone(), password })
    }

    /// A client that is signed in just now: tokens do not last as long as a lab may.
    async fn sign_in(&self) -> anyhow::Result<Client> {
        let client = Client::new(&self.url)?;
        let token = client.login(&self.username, &self.password, None).await?;
        Ok(client.with_token(token.access_token))
    }

    /// Removes everything the lab added.
    async fn clear(&self) -> anyhow::Result<()> {
        let client = self.sign_in().await?;
        Ok(sample::remove(&client).await?)
    }
}

/// Starts the devices, adds them, runs their backup, and removes everything at Ctrl-C.
pub async fn run(args: LabArgs) -> anyhow::Result<()> {
    let count = args.devices;
    anyhow::ensure!(
        (1..=MOST_DEVICES).contains(&count),
        "the number of devices is {count}; choose 1 to {MOST_DEVICES}"
    );
    if args.only_start {
        netraven_lab::cli::run(count, None, |line| println!("{line}")).await?;
        return Ok(());
    }
    let stop = crate::stop_signal()?;
    let target = Target::of(&args)?;
    let client = target.sign_in().await?;
    let lab = Lab::start(netraven_lab::sample(count)).await?;
    match sample::enrol(&client, &known(&lab), SAMPLE_USERNAME, &Secret::new(SAMPLE_PASSWORD)).await {
        Ok(enrolled) => {
            println!("{}", netraven_lab::cli::table(&lab));
            let run = enrolled.run_id.unwrap_or_default();
            println!("Run {run} of the job \"{}\" was started at {}.", sample::JOB_NAME, target.url);
            println!("Ctrl-C removes everything that was added.");
            stop.cancelled().await;
        }
        Err(problem) => {
            if let Err(left) = target.clear().await {
                tracing::warn!("what was added so far was not removed: {left}");
            }
            lab.stop().await;
            return Err(problem.into());
        }
    }
    let cleared = target.clear().await;
    lab.stop().await;
    cleared.with_context(|| {
        format!(
            "what the lab added to {} was not removed: press \"Remove it\" in the window, or start the lab there \
             once more and end it with Ctrl-C",
            target.url
        )
    })
}

/// The address of the backend that runs on a data folder, from its lock.
fn running_on(data_dir: &Path, devices: usize) -> anyhow::Result<String> {
    let folder = data_dir.display();
    let nobody = || {
        anyhow::anyhow!(
            "no backend runs on {folder}. Start the window or `netraven-server serve --data-dir \"{folder}\"` first, \
             select another backend with --data-dir or --url, or start the devices alone: `netraven-server lab \
             {devices} --only-start`"
        )
    };
    // Looking must not make a folder.
    if !data_dir.join(LOCK_FILE).exists() {
        return Err(nobody());
    }
    match DataDirLock::acquire(data_dir) {
        Ok(_free) => Err(nobody()),
        Err(LockError::Locked { info: Some(url), .. }) => Ok(url),
        Err(LockError::Locked { info: None, .. }) => {
            anyhow::bail!("the backend on {folder} is starting or stopping. Try again in a few seconds")
        }
        Err(unusable @ LockError::Unusable(_)) => Err(unusable.into()),
    }
}

fn password(args: &LabArgs, data_dir: Option<PathBuf>) -> anyhow::Result<Secret> {
    let read = |file: &Path| {
        let text = std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
        anyhow::Ok(Secret::new(text.trim()))
    };
    if let Some(file) = &args.password_file {
        return read(file);
    }
    if let Some(given) = std::env::var("NETRAVEN_ADMIN_PASSWORD").ok().filter(|text| !text.is_empty()) {
        return Ok(Secret::new(given));
    }
    let first = data_dir.map(|data_dir| Config::embedded(data_dir).admin_password_file()).filter(|file| file.exists());
    match first {
        Some(file) if args.username == "admin" => read(&file),
        _ => anyhow::bail!(
            "the password of {} is not known: give it by --password-file or NETRAVEN_ADMIN_PASSWORD",
            args.username
        ),
    }
}

fn known(lab: &Lab) -> Vec<SampleDevice> {
    let of = |device: &netraven_lab::Running| SampleDevice {
        hostname: device.spec.hostname.clone(),
        address: device.address.ip().to_string(),
        port: device.address.port(),
        platform: device.spec.platform.as_str().to_owned(),
        transport: Transport::parse(device.spec.options.carrier.as_str()).unwrap_or_default(),
    };
    lab.devices().iter().map(of).collect()
}
