//! The sample lab for a person without gear, and a healthy fleet for measuring.

use crate::spec::{DeviceSpec, Fault, Platform, Startup};

/// The user of every sample device.
pub const SAMPLE_USERNAME: &str = "lab";
/// That user's password, which guards nothing.
pub const SAMPLE_PASSWORD: &str = "lab-password";

/// The names and platforms that repeat.
const ROUND: [(&str, Platform); 12] = [
    ("core", Platform::CiscoIos),
    ("core", Platform::CiscoNxos),
    ("edge", Platform::JuniperJunos),
    ("leaf", Platform::AristaEos),
    ("leaf", Platform::AristaEos),
    ("dist", Platform::CiscoIos),
    ("edge", Platform::JuniperJunos),
    ("access", Platform::CiscoIos),
    ("access", Platform::CiscoIos),
    ("spine", Platform::CiscoNxos),
    ("spine", Platform::AristaEos),
    ("dist", Platform::CiscoIos),
];

/// The slow device prints this fast: its configuration takes some seconds.
const SLOW_BYTES_PER_SECOND: u32 = 1_000;

/// The sample lab: several platforms, four devices with a fault once there are enough, configurations of which some
/// change from reading to reading, one device with unsaved changes, and one that does not show what it has saved. The
/// same count gives the same devices.
pub fn sample(count: usize) -> Vec<DeviceSpec> {
    (0..count)
        .map(|index| {
            let mut spec = named(index);
            spec.fault = match index {
                4 => Some(Fault::NeverAnswers),
                6 => Some(Fault::WrongPassword),
                8 => Some(Fault::DropsHalfWay),
                11 => Some(Fault::Slow { bytes_per_second: SLOW_BYTES_PER_SECOND }),
                _ => None,
            };
            spec.options.change_every = (index % 3 == 1).then_some(2);
            spec.options.startup = match index % 12 {
                5 => Startup::Lacks("uplink to".to_owned()),
                9 => Startup::Refused,
                _ => Startup::Saved,
            };
            spec.config_bytes = Some(3_000 + 500 * (index % 7));
            spec.banner = (index % 4 == 0).then(|| "*** Simulated device # nothing here is real ***".to_owned());
            spec
        })
        .collect()
}

/// Healthy devices of the sample's platforms with configurations of about this length.
pub fn fleet(count: usize, config_bytes: usize) -> Vec<DeviceSpec> {
    (0..count).map(|index| DeviceSpec { config_bytes: Some(config_bytes), ..named(index) }).collect()
}

/// The device at this place: `lab-<role>-<number>`, numbered within its role.
fn named(index: usize) -> DeviceSpec {
    let (role, platform) = ROUND[index % ROUND.len()];
    let per_round = ROUND.iter().filter(|(other, _)| *other == role).count();
    let before = ROUND[..index % ROUND.len()].iter().filter(|(other, _)| *other == role).count();
    let number = index / ROUND.len() * per_round + before + 1;
    DeviceSpec::new(format!("lab-{role}-{number:02}"), platform)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_count_gives_the_same_devices_with_names_of_their_own() {
        assert_eq!(sample(12), sample(12));
        let names: HashSet<String> = sample(500).into_iter().map(|spec| spec.hostname).collect();
        assert_eq!(names.len(), 500);
        assert!(names.contains("lab-core-01") && names.contains("lab-edge-03"));
    }

    #[test]
    fn twelve_devices_have_four_faults_and_at_least_four_platforms() {
        let specs = sample(12);
        let faults: Vec<&str> = specs.iter().filter_map(|spec| Some(spec.fault.as_ref()?.as_str())).collect();
        assert_eq!(faults, ["never answers", "wrong password", "drops half way", "slow"]);
        let platforms: HashSet<Platform> = specs.iter().map(|spec| spec.platform).collect();
        assert!(platforms.len() >= 4);
        assert!(specs.iter().filter(|spec| spec.fault.is_none()).count() >= 8);
    }

    #[test]
    fn a_fleet_is_healthy() {
        assert!(fleet(50, 100_000).iter().all(|spec| spec.fault.is_none() && spec.config_bytes == Some(100_000)));
    }
}
