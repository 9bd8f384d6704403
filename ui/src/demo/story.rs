//! What a result says of a device: what was expected and seen, the transcript, keys and times, as a worker writes it.

use netraven_api::devices::Device;
use netraven_api::evidence::{
    Algorithms, Echo, Evidence, Facts, KeyChange, ShownKey, Speaker, StageTime, TranscriptLine,
};
use netraven_api::outcome::{Cause, Stage};

use super::random::{below, digits, fingerprint};

/// What happened, as a sentence.
#[must_use]
pub fn message(cause: Option<Cause>, device: &Device, logins: &[String], backup: bool, changed: bool) -> String {
    let place = format!("{}:{}", device.ip_address, device.port.unwrap_or(22));
    let Some(cause) = cause else {
        let lines = lines(device);
        return match (backup, changed) {
            (true, true) => format!("Configuration stored, {lines} lines, complete."),
            (true, false) => format!("Configuration unchanged, {lines} lines, complete."),
            (false, _) => format!("{place} answered in {} ms: SSH-2.0-{}", 2 + below(&[device.id.get()], 38), banner(device)),
        };
    };
    match cause {
        Cause::AuthFailed => format!("The device refused {}.", logins.join(", then ")),
        Cause::Truncated => format!("The end of the configuration was not seen after {} bytes.", read(device)),
        Cause::Disconnected => "The device closed the connection while the configuration was read.".into(),
        Cause::HostKeyChanged => "The device offers another host key than the one stored on first use.".into(),
        Cause::TimeoutConnect => format!("{place} did not answer within 10 s."),
        Cause::Refused => format!("{place} refused the connection."),
        Cause::CommandRejected => {
            "The device rejected `show running-config`. It said: `% Permission denied for the role`.".into()
        }
        Cause::NoCredentials => "No credential carries a tag of this device.".into(),
        Cause::Timeout => "The device was silent for 30 s while the configuration was read.".into(),
        other => format!("{}.", other.title()),
    }
}

/// The evidence of a result.
#[must_use]
pub fn evidence(
    cause: Option<Cause>,
    last: Stage,
    device: &Device,
    logins: &[String],
    backup: bool,
    took_ms: i64,
) -> Evidence {
    let timings = timings(device, last, backup, took_ms);
    let shown = |which| ShownKey { key_type: "ssh-ed25519".to_owned(), sha256: key(device, which) };
    let ms = |ms: i64| u64::try_from(ms).ok();
    let Some(cause) = cause else {
        return if backup {
            Evidence {
                bytes: Some(lines(device) * 28),
                lines: Some(lines(device)),
                secrets_hidden: Some(3 + below(&[device.id.get(), 9], 6)),
                platform: Some(device.device_type.clone()),
                prompt: Some(prompt(device)),
                login: logins.first().cloned(),
                timings,
                host_key: Some(shown("stored")),
                algorithms: Some(Algorithms {
                    kex: "curve25519-sha256".to_owned(),
                    host_key: "ssh-ed25519".to_owned(),
                    cipher: "aes256-ctr".to_owned(),
                    mac: "hmac-sha2-256".to_owned(),
                }),
                facts: Some(Facts {
                    model: device.model.clone(),
                    serial: device.serial_number.clone(),
                    version: Some(version(device).to_owned()),
                }),
                ..Evidence::default()
            }
        } else {
            Evidence {
                timings,
                tcp_ms: ms(2 + below(&[device.id.get()], 38)),
                ssh_banner: Some(format!("SSH-2.0-{}", banner(device))),
                icmp_ms: ms(1 + below(&[device.id.get(), 2], 20)),
                icmp: Some(Echo::Answered),
                address: Some(device.ip_address.clone()),
                ..Evidence::default()
            }
        };
    };
    let transcript = if last >= Stage::Prompt { transcript(cause, device) } else { Vec::new() };
    let of_device = transcript.iter().filter(|line| line.from == Speaker::Device);
    let seen: Vec<&str> = of_device.map(|line| line.text.as_str()).collect();
    let last_seen = seen[seen.len().saturating_sub(12)..].join("\n");
    Evidence {
        cause: Some(cause.into()),
        stage: Some(last.into()),
        advice: Some(cause.advice().to_owned()),
        expected: (cause == Cause::Truncated).then(|| "end".to_owned()),
        said: (cause == Cause::CommandRejected).then(|| "% Permission denied for the role".to_owned()),
        host_keys: (cause == Cause::HostKeyChanged)
            .then(|| KeyChange { stored: shown("stored"), offered: shown("offered") }),
        bytes_read: ms(if last >= Stage::Read { read(device) } else { 0 }),
        refused_logins: if cause == Cause::AuthFailed { logins.to_vec() } else { Vec::new() },
        timings,
        last_seen: Some(last_seen),
        transcript,
        ..Evidence::default()
    }
}

/// The stages that are timed, up to the last one. Every account of the demo is privileged from its first prompt on.
fn timings(device: &Device, last: Stage, backup: bool, took_ms: i64) -> Vec<StageTime> {
    let untimed = [Stage::Prepare, Stage::Privilege, Stage::Record];
    let stages: Vec<Stage> =
        Stage::ALL.into_iter().filter(|stage| !untimed.contains(stage) && *stage <= last).collect();
    let weight = |stage: Stage| {
        let usual = match stage {
            Stage::Read => 60,
            Stage::SignIn | Stage::KeyExchange => 12,
            _ => 3,
        };
        usual + below(&[device.id.get(), stage as i64], 3)
    };
    let whole: i64 = stages.iter().map(|stage| weight(*stage)).sum::<i64>().max(1);
    stages
        .into_iter()
        .filter(|stage| backup || *stage <= Stage::KeyExchange)
        .map(|stage| StageTime {
            stage: stage.into(),
            ms: u64::try_from(took_ms * weight(stage) / whole).unwrap_or_default(),
        })
        .collect()
}

fn transcript(cause: Cause, device: &Device) -> Vec<TranscriptLine> {
    let prompt = prompt(device);
    let mut at_ms = 402;
    let mut lines = Vec::new();
    let mut say = |from: Speaker, text: &str| {
        at_ms += 53;
        lines.push(TranscriptLine { at_ms: Some(at_ms), from, text: text.to_owned() });
    };
    say(Speaker::Device, &prompt);
    say(Speaker::Worker, "terminal length 0\n");
    say(Speaker::Device, &format!("{prompt}terminal length 0"));
    say(Speaker::Worker, "show running-config\n");
    say(Speaker::Device, &format!("{prompt}show running-config"));
    if cause == Cause::CommandRejected {
        say(Speaker::Device, "% Permission denied for the role");
        say(Speaker::Device, &prompt);
        return lines;
    }
    say(Speaker::Device, "Building configuration...");
    say(Speaker::Device, "!");
    say(Speaker::Device, &format!("version {}", version(device)));
    say(Speaker::Device, &format!("hostname {}", device.hostname));
    say(Speaker::Device, &format!("enable secret 9 ‹secret {}›", digits(&[device.id.get(), 21], 4)));
    lines.push(TranscriptLine::note("… 1,581 lines left out …".to_owned()));
    let mut at_ms = 3_100;
    let mut say = |text: &str| {
        at_ms += 11;
        lines.push(TranscriptLine { at_ms: Some(at_ms), ..TranscriptLine::of_device(text) });
    };
    say("router bgp 64512");
    say(" bgp log-neighbor-changes");
    say(" neighbor 10.255.3.13 remote-as 64601");
    say(&format!(" neighbor 10.255.3.13 password 7 ‹secret {}›", digits(&[device.id.get(), 22], 4)));
    say(" neighbor 10.255.3.14 desc");
    lines
}

fn lines(device: &Device) -> i64 {
    180 + below(&[device.id.get(), 8], 2_000)
}

fn read(device: &Device) -> i64 {
    lines(device) * 19
}

fn prompt(device: &Device) -> String {
    let sign = if device.device_type == "linux" { "$" } else { "#" };
    format!("{}{sign}", device.hostname)
}

/// The software of a device.
#[must_use]
pub fn version(device: &Device) -> &'static str {
    match device.device_type.as_str() {
        "cisco_ios" => "17.9",
        "cisco_nxos" => "10.3(4a)",
        "arista_eos" => "4.31.2F",
        "juniper_junos" => "22.4R3",
        _ => "12",
    }
}

fn banner(device: &Device) -> &'static str {
    match device.device_type.as_str() {
        "cisco_ios" | "cisco_nxos" => "Cisco-1.25",
        _ => "OpenSSH_9.6",
    }
}

/// The fingerprint of the stored or of the offered key.
fn key(device: &Device, which: &str) -> String {
    let place = if which == "stored" { 11 } else { 12 };
    fingerprint(&[device.id.get(), place])
}
