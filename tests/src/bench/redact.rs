//! What it costs to hide the secrets of a configuration, platform by platform.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context as _;
use netraven_backend::platforms::{Redactor, Registry};
use netraven_lab::{DeviceSpec, Lab, Platform, Running};

/// This many devices of this many bytes make one text: a single long one would be little more than one of its lists.
const DEVICES: usize = 6;
const BYTES: usize = 20_000;
const PASSES: usize = 400;

/// Measures and prints.
pub async fn run() -> anyhow::Result<()> {
    let registry = Registry::load(None).0;
    for platform in Platform::ALL {
        let device =
            |number| DeviceSpec { config_bytes: Some(BYTES), ..DeviceSpec::new(format!("dist-sw-{number}"), platform) };
        let lab = Lab::start((0..DEVICES).map(device).collect()).await?;
        let text: String = lab.devices().iter().map(Running::config).collect();
        lab.stop().await;
        let definition = registry.get(platform.as_str()).context("a platform of the lab is built in")?;
        let redactor = Redactor::new(&definition, &[7; 32]);
        let hidden = redactor.redact(&text).hidden;
        let mut times: Vec<f64> = (0..PASSES)
            .map(|_| {
                let began = Instant::now();
                black_box(redactor.redact(black_box(&text)));
                began.elapsed().as_secs_f64() * 1_000.0 * 100_000.0 / text.len() as f64
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!(
            "{:<14} {hidden:3} secrets in {:3} KB: {:.3} ms per 100 KB at best, {:.3} ms mostly",
            platform.as_str(),
            text.len() / 1000,
            times[0],
            times[PASSES / 2],
        );
    }
    Ok(())
}
