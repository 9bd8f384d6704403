//! Plausible configurations, the same for the same hostname: interfaces, routing, users with made-up secrets, a banner
//! with a `#` in it, and the volatile lines the platform has.

mod braces;
mod cisco;
mod host;
mod withheld;

use jiff::Timestamp;

pub(crate) use braces::as_set_lines;
pub(crate) use withheld::withheld;

use crate::dice::{Dice, seed};
use crate::spec::{DeviceSpec, Platform};

/// Stands in a generated text where the time of the reading belongs.
const TIME: &str = "\u{1}time\u{1}";

/// The default length of a generated configuration.
const DEFAULT_BYTES: usize = 4_000;

/// What a device says about its hardware.
pub(crate) struct Facts {
    pub(crate) model: &'static str,
    pub(crate) version: &'static str,
    pub(crate) serial: String,
}

/// The facts of this device; equal for equal names.
pub(crate) fn facts(spec: &DeviceSpec) -> Facts {
    let mut dice = Dice::new(seed(&spec.hostname) ^ 0xfac7);
    let (models, version, prefix): (&[&'static str], _, _) = match spec.platform {
        Platform::CiscoIos => (&["WS-C3850-24T", "WS-C2960X-48TS-L", "ISR4331/K9"], "16.12.4", "FOC"),
        Platform::CiscoNxos => (&["N9K-C93180YC-EX", "N9K-C9336C-FX2"], "9.3(10)", "FDO"),
        Platform::AristaEos => (&["DCS-7050SX3-48YC8", "DCS-7280SR-48C6"], "4.28.3M", "JPE"),
        Platform::JuniperJunos => (&["ex3400-24t", "mx204", "srx300"], "21.4R3-S5.4", "JN"),
        Platform::Linux => (&["Virtual Machine"], "12", "VM"),
        Platform::Generic => (&["GX-2400"], "5.1.7", "GX"),
    };
    Facts { model: dice.pick(models), version, serial: dice.serial(prefix) }
}

/// The running configuration of this device at this revision, with `\n` line ends and [`TIME`] in volatile lines.
pub(crate) fn configuration(spec: &DeviceSpec, revision: u64) -> String {
    let mut draft = Draft {
        spec,
        revision,
        facts: facts(spec),
        dice: Dice::new(seed(&spec.hostname)),
        target: spec.config_bytes.unwrap_or(DEFAULT_BYTES),
        text: String::new(),
    };
    match spec.platform {
        Platform::CiscoIos => cisco::ios(&mut draft),
        Platform::CiscoNxos => cisco::nxos(&mut draft),
        Platform::AristaEos => cisco::eos(&mut draft),
        Platform::JuniperJunos => braces::junos(&mut draft),
        Platform::Linux => host::linux(&mut draft),
        Platform::Generic => host::generic(&mut draft),
    }
    draft.text
}

/// Puts the present time into the volatile lines.
pub(crate) fn with_time(text: &str, platform: Platform) -> String {
    let Some((before, _)) = text.split_once(TIME) else { return text.to_owned() };
    let format = match platform {
        Platform::CiscoNxos => "%a %b %e %H:%M:%S %Y",
        Platform::JuniperJunos => "%Y-%m-%d %H:%M:%S UTC",
        _ => "%H:%M:%S UTC %a %b %-d %Y",
    };
    let now = Timestamp::now().strftime(format).to_string();
    let mut filled = String::with_capacity(text.len() + 32);
    filled.push_str(before);
    filled.push_str(&text[before.len()..].replace(TIME, &now));
    filled
}

/// A configuration being written.
struct Draft<'a> {
    spec: &'a DeviceSpec,
    revision: u64,
    facts: Facts,
    dice: Dice,
    target: usize,
    text: String,
}

impl Draft<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn lines(&mut self, lines: &str) {
        self.text.push_str(lines.trim_start_matches('\n'));
    }

    /// Whether more filling is wanted so that the text, with `rest` bytes still to come, has about the wished length.
    fn wants_more(&self, rest: usize) -> bool {
        self.text.len() + rest < self.target
    }

    /// A description that names the revision, always of one length: a changed configuration differs in this line only.
    fn uplink(&self) -> String {
        format!("uplink to lab-core-01 circuit {:06}", self.revision)
    }

    fn network(&mut self) -> u64 {
        self.dice.below(200) + 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_gives_the_same_configuration_and_another_gives_another() {
        for platform in Platform::ALL {
            let one = DeviceSpec::new("lab-core-01", platform);
            let other = DeviceSpec::new("lab-core-02", platform);
            assert_eq!(configuration(&one, 0), configuration(&one, 0), "{platform}");
            assert_ne!(configuration(&one, 0), configuration(&other, 0), "{platform}");
        }
    }

    #[test]
    fn a_revision_changes_few_lines() {
        for platform in Platform::ALL {
            let spec = DeviceSpec::new("lab-core-01", platform);
            let (before, after) = (configuration(&spec, 0), configuration(&spec, 1));
            let changed = before.lines().zip(after.lines()).filter(|(a, b)| a != b).count();
            assert!((1..=2).contains(&changed), "{platform}: {changed} lines changed");
        }
    }

    #[test]
    fn a_wished_length_is_met_within_a_tenth() {
        for platform in Platform::ALL {
            for wished in [8_000, 100_000] {
                let mut spec = DeviceSpec::new("lab-core-01", platform);
                spec.config_bytes = Some(wished);
                let length = configuration(&spec, 0).len();
                assert!(length.abs_diff(wished) < wished / 10, "{platform}: {length} for {wished}");
            }
        }
    }

    #[test]
    fn ends_are_where_the_platform_has_them_and_the_banner_has_a_hash() {
        let text = |platform| configuration(&DeviceSpec::new("lab-core-01", platform), 0);
        for platform in [Platform::CiscoIos, Platform::AristaEos, Platform::Generic] {
            assert!(text(platform).ends_with("\nend\n"), "{platform}");
        }
        assert!(text(Platform::JuniperJunos).ends_with("\n}\n"));
        for platform in Platform::ALL {
            assert!(text(platform).lines().any(|line| line.contains("lab use only #")), "{platform}");
        }
    }

    #[test]
    fn volatile_lines_carry_the_time_of_the_reading() {
        let spec = DeviceSpec::new("lab-core-01", Platform::CiscoIos);
        let text = with_time(&configuration(&spec, 0), spec.platform);
        let year = Timestamp::now().strftime("%Y").to_string();
        let volatile = text.lines().find(|line| line.starts_with("! Last configuration change at")).unwrap();
        assert!(volatile.contains(&year) && !text.contains(TIME), "{volatile}");
    }
}
