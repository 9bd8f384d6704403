//! The sample lab for a terminal: starts it, prints where everything listens, stays until Ctrl-C.

use crate::{Lab, LabError, SAMPLE_PASSWORD, SAMPLE_USERNAME, sample};

/// Starts the sample lab with `count` devices on loopback, on consecutive ports from `base_port` or on free ones, hands
/// each line of its table to `print`, and returns after Ctrl-C.
pub async fn run(count: usize, base_port: Option<u16>, mut print: impl FnMut(&str)) -> Result<(), LabError> {
    let mut specs = sample(count);
    if let Some(base) = base_port {
        for (index, spec) in specs.iter_mut().enumerate() {
            spec.port = u16::try_from(usize::from(base) + index).unwrap_or(0);
        }
    }
    let lab = Lab::start(specs).await?;
    table(&lab).lines().for_each(&mut print);
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!("Ctrl-C cannot be waited for ({error}); the simulated devices stop now");
    }
    lab.stop().await;
    Ok(())
}

/// The running devices as a table with the login beneath it.
pub fn table(lab: &Lab) -> String {
    let width = lab.devices().iter().map(|device| device.spec.hostname.len()).max().unwrap_or(0).max("HOSTNAME".len());
    let mut text = format!("{:width$}  {:<15}  {:>5}  {:<13}  FAULT\n", "HOSTNAME", "ADDRESS", "PORT", "PLATFORM");
    for device in lab.devices() {
        let fault = device.spec.fault.as_ref().map_or("-", |fault| fault.as_str());
        text.push_str(&format!(
            "{:width$}  {:<15}  {:>5}  {:<13}  {fault}\n",
            device.spec.hostname,
            device.address.ip().to_string(),
            device.address.port(),
            device.spec.platform,
        ));
    }
    text.push_str(&format!(
        "\nSimulated devices. User {SAMPLE_USERNAME}, password {SAMPLE_PASSWORD}. Ctrl-C stops them.\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_table_names_every_device_its_port_and_its_fault() {
        let lab = Lab::start(sample(12)).await.unwrap();
        let table = table(&lab);
        for device in lab.devices() {
            let line = table.lines().find(|line| line.starts_with(&device.spec.hostname)).unwrap();
            assert!(line.contains(&device.address.port().to_string()), "{line}");
            assert!(line.contains(device.spec.platform.as_str()), "{line}");
            assert!(line.ends_with(device.spec.fault.as_ref().map_or("-", |fault| fault.as_str())), "{line}");
        }
        lab.stop().await;
    }
}
