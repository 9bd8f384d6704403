//! What a dead run left running, and its end.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::{
    Progress,
    error::{Program, ServerStartError},
    folder::Log,
    os,
    process::ProcessSignal,
};

/// How long what an earlier run left behind may take to end in order.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Ends the servers that a dead run left in `home`, orderly if possible, so that ours is the only one. They are
/// stopped, not adopted: a child's end is noticed at once and its number cannot be recycled, a stranger's is not.
pub(super) async fn clear_leftovers(
    program: Program,
    home: &Path,
    log: &Log,
    patience: Duration,
    progress: Progress<'_>,
) -> Result<(), ServerStartError> {
    let (names, pid_file, ask): (&[&str], _, _) = match program {
        Program::Postgres => (&["postgres", "initdb"], "postmaster.pid", ProcessSignal::Interrupt),
        Program::Redis => (&["redis-server", "valkey-server", "memurai"], "redis.pid", ProcessSignal::Terminate),
    };
    let pid_file = home.join(pid_file);
    let main = std::fs::read_to_string(&pid_file).ok();
    let main = main.and_then(|text| text.lines().next()?.trim().parse().ok());
    let mut living = os::living_in(home, main, names);
    if !living.is_empty() {
        progress(&format!("Stopping the {program} left behind by an earlier run…"));
        tracing::warn!(%program, processes = ?living, "stopping what an earlier run left behind");
        let orphans_only = !main.is_some_and(|main| living.contains(&main));
        let patience = if orphans_only { Duration::from_millis(300) } else { patience };
        let steps =
            [(ask, patience), (ProcessSignal::Quit, patience / 5), (ProcessSignal::Kill, Duration::from_secs(3))];
        for (signal, patience) in steps {
            living.iter().for_each(|process| os::send(*process, signal));
            let began = Instant::now();
            while !living.is_empty() && began.elapsed() < patience {
                sleep(Duration::from_millis(20)).await;
                living = os::living_in(home, main, names);
            }
        }
        if let Some(process) = living.first() {
            let reason = format!("process {process} of an earlier run cannot be stopped. Stop it manually.");
            return Err(ServerStartError::StartFailed { program, reason, log: log.path.clone() });
        }
    }
    // Nobody lives here, so its number may belong to a stranger by now, which would keep the server from starting.
    match std::fs::remove_file(&pid_file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(ServerStartError::writing(&pid_file, &error)),
        _ => Ok(()),
    }
}
