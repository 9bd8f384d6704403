//! Ends that nobody asked for: of this process, of a server, of the runtime.

use std::process::{Child, Stdio};

use super::*;
use crate::supervisor::process::{Launch, ProcessSignal, spawn};

const VICTIM: &str = "NETRAVEN_TEST_VICTIM";

/// A process that holds the lock, starts both servers on `data_dir`, keeps a row, and then waits to be killed; at the
/// latest when its test ends.
struct Victim(Child);

impl Victim {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn victim(data_dir: &Path) -> Victim {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["victim_process", "--nocapture", "--test-threads=1"]).env(VICTIM, data_dir);
    Victim(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

#[tokio::test]
async fn victim_process() {
    let Some(data_dir) = std::env::var_os(VICTIM).map(PathBuf::from) else { return };
    let lock = DataDirLock::acquire(&data_dir).unwrap();
    let options = Options { data_dir: data_dir.clone(), ..Options::default() };
    let servers = Servers::start(&options, &|_| {}).await.unwrap();
    keep_a_row(&servers, "from the killed one").await;
    // Redis writes its file once a second; this row is waited for, so that the test is about the rest.
    let mut redis = redis_to(&servers).await;
    ::redis::cmd("WAITAOF").arg(1).arg(0).arg(0).exec_async(&mut redis).await.ok();
    lock.write_info("ready").unwrap();
    std::future::pending::<()>().await;
}

async fn ready_victim(data_dir: &Path) -> Victim {
    let child = victim(data_dir);
    let lock = data_dir.join("netraven.lock");
    until("the victim is ready", || fs::read_to_string(&lock).is_ok_and(|text| text.contains("ready"))).await;
    child
}

#[tokio::test]
async fn after_a_sigkill_the_next_start_has_all_data_and_no_second_server() {
    let here = here("data");
    let mut victim = ready_victim(here.data()).await;
    let refused = DataDirLock::acquire(here.data()).unwrap_err();
    assert!(
        matches!(&refused, LockError::Locked { pid, info, .. } if *pid == Some(victim.0.id()) && info.as_deref() == Some("ready"))
    );
    victim.kill();
    let _lock = DataDirLock::acquire(here.data()).unwrap();
    let servers = here.start().await;
    assert_eq!(kept(&servers).await, ("from the killed one".to_owned(), Some("from the killed one".to_owned())));
    assert_eq!(here.redis_processes().len(), 1);
    servers.stop().await.unwrap();
    assert!(here.nobody_left());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_servers_end_by_themselves_when_we_are_killed() {
    let here = here("data");
    let mut victim = ready_victim(here.data()).await;
    victim.kill();
    until("both servers are gone", || here.nobody_left()).await;
    let log = fs::read_to_string(here.data().join("log/postgres.log")).unwrap();
    assert!(log.contains("database system is shut down"), "in order, without recovery at the next start: {log}");
}

/// The victim was started with a variable of ours, as a real start is with `NETRAVEN_ADMIN_PASSWORD`.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn our_own_variables_do_not_reach_the_servers() {
    let here = here("data");
    let _victim = ready_victim(here.data()).await;
    let main = postmaster(here.data()).unwrap();
    let environment = fs::read(format!("/proc/{main}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment).replace('\0', "\n");
    assert!(environment.contains("LC_ALL=C"), "this is what the server was started with: {environment}");
    let names = environment.lines().map(|line| line.split('=').next().unwrap());
    let ours: Vec<&str> = names.filter(|name| name.starts_with("NETRAVEN_") || name.starts_with("PG")).collect();
    assert_eq!(ours, [""; 0]);
}

#[tokio::test]
async fn leftovers_that_hang_are_ended_at_the_next_start() {
    let here = here("data");
    let mut victim = ready_victim(here.data()).await;
    let old: Vec<u32> = here.postgres_processes().into_iter().chain(here.redis_processes()).collect();
    assert!(old.len() > 2);
    old.iter().for_each(|process| freeze(*process, "STOP"));
    victim.kill();
    assert!(!here.postgres_processes().is_empty() && !here.redis_processes().is_empty());
    let servers = here.start().await;
    assert_eq!(kept(&servers).await.0, "from the killed one");
    assert!(here.postgres_processes().iter().chain(&here.redis_processes()).all(|process| !old.contains(process)));
    servers.stop().await.unwrap();
    assert!(here.nobody_left());
}

fn freeze(process: u32, how: &str) {
    let _ = Command::new("kill").args([&format!("-{how}"), &process.to_string()]).status().unwrap();
}

#[tokio::test]
async fn a_stale_pid_file_whose_number_belongs_to_a_stranger_does_not_block() {
    let here = here("data");
    here.start().await.stop().await.unwrap();
    let account = os::account_for(&here.data().join("postgres")).unwrap();
    let (program, arguments) = ("sleep".into(), vec!["60".into()]);
    let farewell = ProcessSignal::Kill;
    let stranger =
        spawn(Launch { program, arguments, account, handed: Vec::new(), log: None, farewell }).await.unwrap();
    let stale = format!("{}\n{}\n1700000000\n5432\n\n\n", stranger.pid(), here.data().join("postgres").display());
    fs::write(here.data().join("postgres/postmaster.pid"), stale).unwrap();
    fs::write(here.data().join("redis/redis.pid"), stranger.pid().to_string()).unwrap();
    let servers = here.start().await;
    servers.stop().await.unwrap();
    assert!(
        Command::new("kill").args(["-0", &stranger.pid().to_string()]).status().unwrap().success(),
        "it was left alone"
    );
}

#[tokio::test]
async fn a_server_that_dies_is_started_again_and_health_says_so_meanwhile() {
    let here = here("data");
    let servers = here.start().await;
    keep_a_row(&servers, "before").await;
    assert!(servers.health().borrow().is_good());
    for round in 0..2 {
        let mut seen = servers.health();
        let watcher = tokio::spawn(async move {
            let restarting = |health: &Health| matches!(&health.postgres, ProcessState::Restarting { reason, .. } if reason.contains("stopped unexpectedly"));
            tokio::time::timeout(Duration::from_secs(20), seen.wait_for(restarting)).await.is_ok()
        });
        freeze(postmaster(here.data()).unwrap(), "KILL");
        assert!(watcher.await.unwrap(), "the restart was not told");
        until_health(&servers, "Postgres runs again", Health::is_good).await;
        assert_eq!(kept(&servers).await.0, "before", "round {round}");
    }
    freeze(here.redis_processes()[0], "KILL");
    until_health(&servers, "Redis restarts", |health| matches!(health.redis, ProcessState::Restarting { .. })).await;
    until_health(&servers, "Redis runs again", Health::is_good).await;
    redis_to(&servers).await;
    servers.stop().await.unwrap();
    assert!(here.nobody_left());
}

#[tokio::test]
async fn a_server_that_cannot_come_back_keeps_being_tried_and_says_why() {
    let here = here("data");
    let servers = here.start().await;
    let (cluster, hidden) = (here.data().join("postgres/global"), here.data().join("postgres/global.hidden"));
    let process = postmaster(here.data()).unwrap();
    fs::rename(&cluster, &hidden).unwrap();
    freeze(process, "KILL");
    let tried = |health: &Health| matches!(&health.postgres, ProcessState::Restarting { reason, .. } if !reason.contains("stopped unexpectedly"));
    until_health(&servers, "an attempt failed", tried).await;
    fs::rename(&hidden, &cluster).unwrap();
    until_health(&servers, "it runs again", Health::is_good).await;
    servers.stop().await.unwrap();
    assert!(here.nobody_left());
}

#[tokio::test]
async fn a_server_that_hangs_is_noticed_and_a_stop_still_ends_in_time() {
    let here = here("data");
    let servers = here.start().await;
    let process = postmaster(here.data()).unwrap();
    freeze(process, "STOP");
    let hung = |health: &Health| matches!(&health.postgres, ProcessState::Failed { reason } if reason.contains("not answering"));
    until_health(&servers, "the silence is noticed", hung).await;
    freeze(process, "CONT");
    until_health(&servers, "it answers again", Health::is_good).await;
    assert_eq!(postmaster(here.data()), Some(process), "it was not restarted");
    here.postgres_processes().into_iter().chain(here.redis_processes()).for_each(|process| freeze(process, "STOP"));
    let began = Instant::now();
    let refused = servers.stop().await.unwrap_err();
    assert!(matches!(refused, StopError::Killed(Program::Postgres)), "{refused}");
    println!("a stop of two hung servers took {:.2?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(9) && here.nobody_left());
}

#[tokio::test]
async fn stopping_in_the_middle_of_a_restart_leaves_nobody() {
    let here = here("data");
    let servers = here.start().await;
    freeze(postmaster(here.data()).unwrap(), "KILL");
    until_health(&servers, "it restarts", |health| matches!(health.postgres, ProcessState::Restarting { .. })).await;
    servers.stop().await.unwrap();
    assert!(here.nobody_left());
}

#[tokio::test]
async fn servers_dropped_without_a_stop_end_all_the_same() {
    let here = here("data");
    let options = here.options.clone();
    let started = tokio::spawn(async move { Servers::start(&options, &|_| {}).await });
    drop(started.await.unwrap().unwrap());
    until("both servers are gone", || here.nobody_left()).await;
}

#[test]
fn servers_end_with_the_runtime_that_watches_them() {
    let here = here("data");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let servers = runtime.block_on(here.start());
    drop(runtime);
    let other = tokio::runtime::Runtime::new().unwrap();
    other.block_on(until("both servers are gone", || here.nobody_left()));
    drop(servers);
}
