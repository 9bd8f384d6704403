//! `netraven-server lab`: simulated devices, made known to the backend that runs on a data folder, and backed up.

use anyhow::Context as _;
use clap::Args;
use netraven_api::{Secret, Transport};
use netraven_client::sample::{self, SampleDevice};
use netraven_lab::{Lab, SAMPLE_PASSWORD, SAMPLE_USERNAME};

use crate::target::{Target, TargetArgs};

/// Most devices a lab may have.
const MOST_DEVICES: usize = 1000;

/// What the lab is started with.
#[derive(Args)]
pub struct LabArgs {
    /// Number of devices.
    #[arg(default_value_t = 12)]
    devices: usize,
    #[command(flatten)]
    target: TargetArgs,
    /// Starts the devices and adds them nowhere.
    #[arg(long, conflicts_with_all = ["data_dir", "url", "password_file"])]
    only_start: bool,
}

/// Removes everything the lab added to a backend.
async fn clear(target: &Target) -> anyhow::Result<()> {
    let client = target.sign_in().await?;
    Ok(sample::remove(&client).await?)
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
    let alone = format!(", or start the devices alone: `netraven-server lab {count} --only-start`");
    let target = Target::of(&args.target, &alone)?;
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
            if let Err(left) = clear(&target).await {
                tracing::warn!("what was added so far was not removed: {left}");
            }
            lab.stop().await;
            return Err(problem.into());
        }
    }
    let cleared = clear(&target).await;
    lab.stop().await;
    cleared.with_context(|| {
        format!(
            "what the lab added to {} was not removed: press \"Remove it\" in the window, or start the lab there \
             once more and end it with Ctrl-C",
            target.url
        )
    })
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
