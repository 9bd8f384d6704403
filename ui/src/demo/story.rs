//! What a result says of a device: what was expected and seen, the transcript, keys and times, as a worker writes it.

use netraven_api::devices::Device;
use netraven_api::outcome::{Cause, Stage};
use serde_json::{Value, json};

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
            (false, _) => format!("{place} answered in {} ms: SSH-2.0-{}", 2 + below(&[device.id], 38), banner(device)),
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

/// The details of a result.
#[must_use]
pub fn details(
    cause: Option<Cause>,
    last: Stage,
    device: &Device,
    logins: &[String],
    backup: bool,
    took_ms: i64,
) -> Value {
    let timings = timings(device, last, backup, took_ms);
    let Some(cause) = cause else {
        return if backup {
            json!({
                "bytes": lines(device) * 28, "lines": lines(device), "secrets_hidden": 3 + below(&[device.id, 9], 6),
                "platform": device.device_type, "prompt": prompt(device), "login": logins.first(), "timings": timings,
                "host_key": {"key_type": "ssh-ed25519", "sha256": key(device, "stored")},
                "algorithms": {"kex": "curve25519-sha256", "host_key": "ssh-ed25519", "cipher": "aes256-ctr", "mac": "hmac-sha2-256"},
                "facts": {"model": device.model, "serial": device.serial_number, "version": version(device)},
            })
        } else {
            json!({
                "timings": timings, "tcp_ms": 2 + below(&[device.id], 38), "ssh_banner": format!("SSH-2.0-{}", banner(device)),
                "icmp_ms": 1 + below(&[device.id, 2], 20), "icmp": "answered", "address": device.ip_address,
            })
        };
    };
    let key_of = |which| json!({"key_type": "ssh-ed25519", "sha256": key(device, which)});
    let keys =
        (cause == Cause::HostKeyChanged).then(|| json!({"stored": key_of("stored"), "offered": key_of("offered")}));
    let transcript = if last >= Stage::Prompt { transcript(cause, device) } else { Vec::new() };
    let said = (cause == Cause::CommandRejected).then_some("% Permission denied for the role");
    let refused: &[String] = if cause == Cause::AuthFailed { logins } else { &[] };
    let seen: Vec<&str> = transcript.iter().filter_map(|line| line.split_once(" < ")).map(|(_, text)| text).collect();
    let last_seen = seen[seen.len().saturating_sub(12)..].join("\n");
    json!({
        "cause": cause, "stage": last, "advice": cause.advice(), "expected": (cause == Cause::Truncated).then_some("end"),
        "said": said, "host_keys": keys, "bytes_read": if last >= Stage::Read { read(device) } else { 0 },
        "refused_logins": refused, "timings": timings, "last_seen": last_seen, "transcript": transcript,
    })
}

/// The stages that are timed, up to the last one. Every account of the demo is privileged from its first prompt on.
fn timings(device: &Device, last: Stage, backup: bool, took_ms: i64) -> Vec<Value> {
    let untimed = [Stage::Prepare, Stage::Privilege, Stage::Record];
    let stages: Vec<Stage> =
        Stage::ALL.into_iter().filter(|stage| !untimed.contains(stage) && *stage <= last).collect();
    let weight = |stage: Stage| {
        let usual = match stage {
            Stage::Read => 60,
            Stage::SignIn | Stage::KeyExchange => 12,
            _ => 3,
        };
        usual + below(&[device.id, stage as i64], 3)
    };
    let whole: i64 = stages.iter().map(|stage| weight(*stage)).sum::<i64>().max(1);
    stages
        .into_iter()
        .filter(|stage| backup || *stage <= Stage::KeyExchange)
        .map(|stage| json!({"stage": stage, "ms": took_ms * weight(stage) / whole}))
        .collect()
}

fn transcript(cause: Cause, device: &Device) -> Vec<String> {
    let prompt = prompt(device);
    let mut at = 0.402;
    let mut lines = Vec::new();
    let mut say = |sign: char, text: &str| {
        at += 0.053;
        lines.push(format!("{at:9.3} {sign} {text}"));
    };
    say('<', &prompt);
    say('>', "\"terminal length 0\\n\"");
    say('<', &format!("{prompt}terminal length 0"));
    say('>', "\"show running-config\\n\"");
    say('<', &format!("{prompt}show running-config"));
    if cause == Cause::CommandRejected {
        say('<', "% Permission denied for the role");
        say('<', &prompt);
        return lines;
    }
    say('<', "Building configuration...");
    say('<', "!");
    say('<', &format!("version {}", version(device)));
    say('<', &format!("hostname {}", device.hostname));
    say('<', &format!("enable secret 9 ‹secret {}›", digits(&[device.id, 21], 4)));
    lines.push("          … 1,581 lines left out …".to_owned());
    let mut at = 3.1;
    let mut say = |text: &str| {
        at += 0.011;
        lines.push(format!("{at:9.3} < {text}"));
    };
    say("router bgp 64512");
    say(" bgp log-neighbor-changes");
    say(" neighbor 10.255.3.13 remote-as 64601");
    say(&format!(" neighbor 10.255.3.13 password 7 ‹secret {}›", digits(&[device.id, 22], 4)));
    say(" neighbor 10.255.3.14 desc");
    lines
}

fn lines(device: &Device) -> i64 {
    180 + below(&[device.id, 8], 2_000)
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
    fingerprint(&[device.id, place])
}
