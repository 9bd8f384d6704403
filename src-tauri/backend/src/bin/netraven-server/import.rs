//! `netraven-server import`: hosts of a file, made known to a running backend.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use netraven_api::devices::{CheckSshConfig, ImportSshConfig, SshConfigInput, SshConfigOutcome, SshHostCounts};
use netraven_api::page::MAX_SIZE;
use netraven_api::tags::ListTags;
use netraven_api::{CredentialId, TagId};
use netraven_client::Client;

use crate::target::{Target, TargetArgs};

/// Largest file.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// What is imported.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Adds the jump hosts and devices of an OpenSSH ssh_config. What is there already stays as it is.
    SshConfig(SshConfigArgs),
}

/// A file of ssh hosts, and what its new devices get.
#[derive(Args)]
pub struct SshConfigArgs {
    /// The file, usually ~/.ssh/config.
    file: PathBuf,
    /// Only says what would come of each host.
    #[arg(long)]
    check: bool,
    /// Also changes hosts that differ to what the file says.
    #[arg(long)]
    update: bool,
    /// Platform of new devices; it is recognised if absent.
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    /// Tag of new devices, by its name; may be repeated.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Id of the credential of new jump hosts whose user name no credential has.
    #[arg(long, value_name = "ID")]
    credential: Option<i64>,
    /// Device that is left out, by its name; may be repeated.
    #[arg(long, value_name = "HOST")]
    leave_out: Vec<String>,
    #[command(flatten)]
    target: TargetArgs,
}

/// Runs a command; fails if not every host was looked at.
pub async fn run(command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::SshConfig(args) = command;
    let config = read(&args.file)?;
    let client = Target::of(&args.target, "")?.sign_in_to_any().await?;
    let tags = tags(&client, &args.tags).await?;
    let input = SshConfigInput {
        config,
        device_type: args.platform,
        tags: Some(tags),
        credential_id: args.credential.map(CredentialId::new),
        leave_out: Some(args.leave_out),
        update: Some(args.update),
    };
    let outcome = if args.check {
        client.send(&CheckSshConfig(input)).await?
    } else {
        client.send(&ImportSshConfig(input)).await?
    };
    print!("{}", said(&outcome, args.check));
    match outcome.stopped {
        Some(why) => Err(anyhow::anyhow!(why)),
        None => Ok(()),
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    let shown = file.display();
    let about = std::fs::metadata(file).with_context(|| format!("could not read {shown}"))?;
    anyhow::ensure!(about.is_file(), "{shown} is not a file");
    anyhow::ensure!(about.len() <= MOST_BYTES, "{shown} is larger than 16 MiB: import it in parts");
    let bytes = std::fs::read(file).with_context(|| format!("could not read {shown}"))?;
    String::from_utf8(bytes).with_context(|| format!("{shown} is not a text in UTF-8"))
}

/// The ids of tags.
async fn tags(client: &Client, names: &[String]) -> anyhow::Result<Vec<TagId>> {
    let mut ids = Vec::new();
    for name in names {
        let wanted = ListTags { name: Some(name.clone()), size: Some(MAX_SIZE), ..ListTags::default() };
        let page = client.send(&wanted).await?;
        let tag = page.items.into_iter().find(|tag| tag.name == *name);
        ids.push(tag.with_context(|| format!("there is no tag {name}: add it first"))?.id);
    }
    Ok(ids)
}

/// The outcome, in lines.
fn said(outcome: &SshConfigOutcome, check: bool) -> String {
    let counted = |what: &str, counts: &SshHostCounts| {
        let SshHostCounts { new, same, changed, wrong } = counts;
        format!("{what}: {new} new, {same} same, {changed} different, {wrong} wrong")
    };
    let mut lines: Vec<String> = Vec::new();
    for host in &outcome.hosts {
        let (fate, kind) = (host.fate.as_str(), host.kind.title());
        lines.push(format!("{fate:<8} {kind:<10} {:<24} line {}: {}", host.name, host.line, host.message));
    }
    lines.extend(outcome.remarks.iter().map(|remark| remark.message.clone()));
    lines.extend(outcome.logins.iter().filter(|login| !login.found).map(|login| login.message.clone()));
    lines.push(counted("Jump hosts", &outcome.jump_hosts));
    lines.push(counted("Devices", &outcome.devices));
    lines.push(match (check, outcome.updated) {
        (true, 0) => "Nothing was changed: this was a check.".to_owned(),
        (true, updated) => format!("Nothing was changed: this was a check. {updated} would be changed."),
        (false, updated) => format!("{updated} of those that differ were changed."),
    });
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_says_what_is_missing_and_ends_with_the_counts() {
        let outcome = serde_json::json!({
            "jump_hosts": {"new": 0, "same": 0, "changed": 0, "wrong": 1},
            "devices": {"new": 2, "same": 0, "changed": 0, "wrong": 0}, "updated": 0,
            "hosts": [{"line": 4, "name": "gate", "kind": "jump_host", "fate": "wrong", "message": "No user."}],
            "remarks": [{"line": 9, "message": "Line 9: Include is not followed."}], "not_understood": 1,
            "logins": [{"jump_hosts": 1, "devices": 0, "found": false, "message": "Add one."},
                {"jump_hosts": 0, "devices": 2, "found": true, "message": "There."}]
        });
        let said = said(&serde_json::from_value(outcome).unwrap(), true);
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[0].starts_with("wrong    jump host  gate ") && lines[0].ends_with("line 4: No user."), "{said}");
        assert_eq!(lines[1..3], ["Line 9: Include is not followed.", "Add one."]);
        assert_eq!(lines[4], "Devices: 2 new, 0 same, 0 different, 0 wrong");
        assert_eq!(lines[5], "Nothing was changed: this was a check.");
    }
}
