//! The devices through one jump host, a real OpenSSH server, between two measurements without it.

use std::time::Duration;

use anyhow::ensure;
use netraven_api::jump_hosts::{CreateJumpHost, JumpHostInput};
use netraven_api::tags::{TagInput, UpdateTag};

use super::{CONFIG_BYTES, DEVICES, Fleet, ROUNDS, Round, count};
use crate::bench::process::cpu_of;
use crate::support::sshd::Sshd;
use crate::support::work;

/// Two sign-ins at a time, and no session at all: `MaxSessions` bounds shells, commands and subsystems, not forwarding.
const LINES: &str = "MaxStartups 2\nMaxSessions 0\nAllowTcpForwarding yes";
const SESSIONS: &str = "50";

/// What one run through the jump host cost.
struct Jumped {
    round: Round,
    /// The jump host's own time.
    jump_cpu: Duration,
    /// Connections it let in.
    connections: usize,
}

/// Measures and prints.
pub(super) async fn run() -> anyhow::Result<()> {
    let sshd = tokio::task::spawn_blocking(|| Sshd::start_with(LINES)).await??;
    println!(
        "{DEVICES} devices, {CONFIG_BYTES} bytes each, {SESSIONS} sessions; devices and jump host, OpenSSH's sshd, run on \
         this computer."
    );
    let before = direct().await?;
    let jumped = jumped(&sshd).await?;
    let after = direct().await?;
    println!("The floor of a ratio is how far the direct runs before and after are apart.");
    println!("                                         direct jump host   ratio   floor");
    for (place, name) in ROUNDS.iter().enumerate() {
        let (direct, jump) = ([&before[place], &after[place]], &jumped[place]);
        print_row(name, "wall, s", jump.round.took, direct.map(|round| round.took), 1.0);
        print_row(name, "CPU, ms/device", jump.round.cpu, direct.map(|round| round.cpu), 1000.0 / count());
    }
    for (name, jump) in ROUNDS.iter().zip(&jumped) {
        println!(
            "{name:<22} {} new connections to the jump host, whose own CPU time is {:.2} ms/device",
            jump.connections,
            jump.jump_cpu.as_secs_f64() * 1000.0 / count()
        );
    }
    let connections: usize = jumped.iter().map(|jump| jump.connections).sum();
    ensure!(connections == 1, "{connections} connections were made to the jump host, not one");
    Ok(())
}

async fn direct() -> anyhow::Result<[Round; 2]> {
    let fleet = Fleet::start(SESSIONS).await?;
    let rounds = [fleet.back_up().await?, fleet.back_up().await?];
    fleet.stop().await?;
    Ok(rounds)
}

async fn jumped(sshd: &Sshd) -> anyhow::Result<[Jumped; 2]> {
    let fleet = Fleet::start(SESSIONS).await?;
    reach(&fleet, sshd).await?;
    let rounds = [back_up(&fleet, sshd).await?, back_up(&fleet, sshd).await?];
    fleet.stop().await?;
    Ok(rounds)
}

async fn back_up(fleet: &Fleet, sshd: &Sshd) -> anyhow::Result<Jumped> {
    let (accepted, cpu) = (sshd.accepted(), cpu_of(sshd.id())?);
    let round = fleet.back_up().await?;
    Ok(Jumped { round, jump_cpu: cpu_of(sshd.id())?.saturating_sub(cpu), connections: sshd.accepted() - accepted })
}

/// Has all devices reached through the server.
async fn reach(fleet: &Fleet, sshd: &Sshd) -> anyhow::Result<()> {
    let tag = work::add_tag(&fleet.client, "account of the jump host").await?;
    let credential = work::add_credential(&fleet.client, tag, &sshd.username, &sshd.password, None).await?;
    let host = JumpHostInput {
        name: Some("bastion".to_owned()),
        address: Some("127.0.0.1".to_owned()),
        port: Some(i64::from(sshd.port)),
        credential_id: Some(credential),
        ..JumpHostInput::default()
    };
    let id = fleet.client.send(&CreateJumpHost(host)).await?.id;
    let input = TagInput { jump_host_id: Some(Some(id)), ..TagInput::default() };
    fleet.client.send(&UpdateTag(fleet.tag, input)).await?;
    Ok(())
}

/// The direct figure is the mean of the two.
fn print_row(round: &str, what: &str, jump: Duration, direct: [Duration; 2], factor: f64) {
    let [before, after] = direct.map(|took| took.as_secs_f64());
    let (mean, jump) = ((before + after) / 2.0, jump.as_secs_f64());
    println!(
        "{round:<22} {what:<14} {:>9.2} {:>9.2} {:>7.2} {:>7.2}",
        mean * factor,
        jump * factor,
        jump / mean,
        before.max(after) / before.min(after)
    );
}
