//! The queue on a real server: sharing, death, restarts, and what is lost with the server's data.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures::StreamExt;
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::{Delivery, Priority, Queue, QueueError, Subscribed, Task, WorkerBeat};

const PASSWORD: &str = "p:a/s@s?w&o=r d";
const NOW: Duration = Duration::ZERO;
const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(10);

/// A server of a test's own on a socket; it ends with the test.
struct Server {
    folder: TempDir,
    child: Child,
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let child = Self::spawn(&folder);
        let server = Self { folder, child };
        server.wait_until_ready().await;
        server
    }

    fn spawn(folder: &TempDir) -> Child {
        let program = ["redis-server", "valkey-server"].into_iter().find(|name| {
            std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|path| path.join(name).is_file())
        });
        Command::new(program.expect("redis-server or valkey-server is installed"))
            .args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always"])
            .arg("--dir")
            .arg(folder.path())
            .arg("--unixsocket")
            .arg(folder.path().join("redis.sock"))
            .args(["--requirepass", PASSWORD])
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    fn url(&self) -> String {
        let mut url = url::Url::parse(&format!("redis+unix://{}", self.socket().display())).unwrap();
        url.query_pairs_mut().append_pair("pass", PASSWORD);
        url.to_string()
    }

    async fn wait_until_ready(&self) {
        eventually("the server answers", async || Queue::connect(&self.url(), "ready").await.is_ok()).await;
    }

    fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn restart(&mut self) {
        self.stop();
        self.child = Self::spawn(&self.folder);
    }

    async fn queue(&self) -> Queue {
        Queue::connect(&self.url(), "test").await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < LONG, "{what}: not within {LONG:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn task(device_id: i64) -> Task {
    Task { run_id: 7.into(), device_id: device_id.into(), attempt: 1 }
}

fn tasks(devices: std::ops::Range<i64>) -> Vec<Task> {
    devices.map(task).collect()
}

fn devices(deliveries: &[Delivery]) -> Vec<i64> {
    deliveries.iter().map(|delivery| delivery.task.device_id.get()).collect()
}

async fn raw(queue: &Queue, words: &[&str]) {
    let mut command = redis::cmd(words[0]);
    for word in &words[1..] {
        command.arg(*word);
    }
    queue.link.ask::<()>(&command).await.unwrap();
}

async fn consumers(queue: &Queue) -> usize {
    let mut info = redis::cmd("XINFO");
    info.arg("CONSUMERS").arg(queue.stream(Priority::Default)).arg("workers");
    queue.link.ask::<redis::streams::StreamInfoConsumersReply>(&info).await.unwrap().consumers.len()
}

#[tokio::test]
async fn two_workers_share_and_finished_tasks_are_gone() {
    let server = Server::start().await;
    let (one, two) = (server.queue().await, server.queue().await);
    one.push(Priority::Default, &tasks(0..1200)).await.unwrap();
    let (a, b) = tokio::join!(one.hand_out("a", 700, NOW), two.hand_out("b", 700, NOW));
    let (a, b) = (a.unwrap(), b.unwrap());
    let mut all: Vec<_> = devices(&a).into_iter().chain(devices(&b)).collect();
    all.sort_unstable();
    assert_eq!(all, (0..1200).collect::<Vec<_>>());
    assert_eq!(a.len().max(b.len()), 700);
    assert!(a.iter().all(|delivery| delivery.delivered == 1));
    assert_eq!(one.holds().await.unwrap().len(), 1200);
    for delivery in a.iter().chain(&b) {
        one.finish(delivery).await.unwrap();
    }
    assert!(one.holds().await.unwrap().is_empty());
    let lengths = two.lengths().await.unwrap();
    assert!(lengths.iter().all(|queue| (queue.waiting, queue.leased, queue.oldest) == (0, 0, None)), "{lengths:?}");
}

#[tokio::test]
async fn the_most_urgent_comes_first_and_never_more_than_asked() {
    let server = Server::start().await;
    let queue = server.queue().await;
    queue.push(Priority::Low, &tasks(20..23)).await.unwrap();
    queue.push(Priority::Default, &tasks(10..13)).await.unwrap();
    queue.push(Priority::High, &tasks(0..3)).await.unwrap();
    assert_eq!(devices(&queue.hand_out("a", 4, LONG).await.unwrap()), [0, 1, 2, 10]);
    let deliveries = queue.hand_out("a", 4, LONG).await.unwrap();
    assert_eq!(devices(&deliveries), [11, 12, 20, 21]);
    assert_eq!(deliveries[3].priority, Priority::Low);
    assert_eq!(queue.hand_out("a", 0, LONG).await.unwrap(), []);
    let lengths = queue.lengths().await.unwrap();
    let seen: Vec<_> = lengths.iter().map(|queue| (queue.priority, queue.waiting, queue.leased)).collect();
    assert_eq!(seen, [(Priority::High, 0, 3), (Priority::Default, 0, 3), (Priority::Low, 1, 2)]);
    assert_eq!(lengths[0].oldest, None);
    let age = Timestamp::now().duration_since(lengths[2].oldest.unwrap());
    assert!(age.as_secs().abs() < 60);
}

#[tokio::test]
async fn a_waiting_worker_gets_a_new_task_at_once() {
    let server = Server::start().await;
    let queue = server.queue().await;
    let started = Instant::now();
    assert_eq!(queue.hand_out("a", 1, Duration::from_millis(700)).await.unwrap(), []);
    assert!(started.elapsed() >= Duration::from_millis(700));
    let connections = async || -> String {
        let info: String = queue.link.ask(redis::cmd("INFO").arg("stats")).await.unwrap();
        info.lines().find(|line| line.starts_with("total_connections_received")).unwrap().to_owned()
    };
    let before = connections().await;
    assert_eq!(queue.hand_out("a", 1, Duration::from_millis(700)).await.unwrap(), []);
    assert_eq!(connections().await, before, "waiting goes on through a library's usual limit, on one connection");
    for priority in Priority::ALL {
        let (deliveries, pushed) = tokio::join!(timeout(LONG, queue.hand_out("a", 5, LONG * 3)), async {
            // The blocked client shows that the worker is really waiting.
            eventually("the worker waits", async || {
                let info: String = queue.link.ask(redis::cmd("INFO").arg("clients")).await.unwrap();
                info.contains("blocked_clients:1")
            })
            .await;
            queue.push(priority, &tasks(0..1)).await
        });
        pushed.unwrap();
        assert_eq!(deliveries.unwrap().unwrap()[0].priority, priority);
    }
}

#[tokio::test]
async fn what_a_silent_worker_held_goes_to_another() {
    let server = Server::start().await;
    let queue = server.queue().await;
    queue.push(Priority::Default, &tasks(0..3)).await.unwrap();
    let dead = queue.hand_out("dead", 3, NOW).await.unwrap();
    assert_eq!(queue.take_over("live", LONG, 10).await.unwrap(), [], "not idle for long enough");
    let mut taken = Vec::new();
    eventually("the tasks are taken over", async || {
        taken.extend(queue.take_over("live", SHORT, 2).await.unwrap());
        taken.len() == 3
    })
    .await;
    assert_eq!(devices(&taken), [0, 1, 2]);
    assert!(taken.iter().all(|delivery| delivery.delivered == 2), "{taken:?}");
    assert_eq!(queue.heartbeat("dead", &dead).await.unwrap(), dead, "the dead one hears that it lost them");
    assert_eq!(queue.heartbeat("live", &taken).await.unwrap(), []);
    let again = queue.take_over("third", NOW, 10).await.unwrap();
    assert!(
        again.iter().all(|delivery| delivery.delivered == 3),
        "a task that kills its workers is counted: {again:?}"
    );
}

#[tokio::test]
async fn heartbeats_keep_deliveries() {
    let server = Server::start().await;
    let queue = server.queue().await;
    queue.push(Priority::High, &tasks(0..2)).await.unwrap();
    let deliveries = queue.hand_out("a", 2, NOW).await.unwrap();
    // Longer than a busy computer needs from one beat to the next.
    let silence = Duration::from_secs(2);
    let started = Instant::now();
    while started.elapsed() < silence * 2 {
        assert_eq!(queue.heartbeat("a", &deliveries[..1]).await.unwrap(), []);
        let taken = queue.take_over("b", silence, 10).await.unwrap();
        assert!(!devices(&taken).contains(&0), "the one that beats stays");
    }
    assert_eq!(queue.heartbeat("a", &deliveries).await.unwrap(), deliveries[1..], "the one that did not beat is lost");
    queue.finish(&deliveries[0]).await.unwrap();
    assert_eq!(
        queue.heartbeat("a", &deliveries[..1]).await.unwrap(),
        deliveries[..1],
        "a finished task is no delivery"
    );
}

#[tokio::test]
async fn a_task_put_back_is_handed_out_again() {
    let server = Server::start().await;
    let queue = server.queue().await;
    queue.push(Priority::Default, &tasks(0..2)).await.unwrap();
    let delivery = queue.hand_out("a", 1, NOW).await.unwrap().remove(0);
    queue.put_back(&delivery).await.unwrap();
    assert_eq!(devices(&queue.hand_out("b", 5, NOW).await.unwrap()), [1, 0]);
}

#[tokio::test]
async fn cancelling_takes_out_only_what_nobody_has() {
    let server = Server::start().await;
    let queue = server.queue().await;
    let other = Task { run_id: 8.into(), device_id: 1.into(), attempt: 1 };
    queue.push(Priority::Default, &tasks(0..2500)).await.unwrap();
    queue.push(Priority::Low, &[task(1), other.clone()]).await.unwrap();
    let deliveries = queue.hand_out("a", 3, NOW).await.unwrap();
    assert_eq!(queue.remove_device(7.into(), 2.into()).await.unwrap(), 0, "device 2 is handed out");
    assert_eq!(queue.remove_device(7.into(), 1.into()).await.unwrap(), 1, "device 1 waits in the low queue");
    assert_eq!(queue.remove_run(7.into()).await.unwrap(), 2497);
    let mut left: Vec<_> = queue.holds().await.unwrap().into_iter().collect();
    left.sort_by_key(|task| (task.run_id, task.device_id));
    assert_eq!(left, [task(0), task(1), task(2), other]);
    assert_eq!(queue.heartbeat("a", &deliveries).await.unwrap(), []);
}

#[tokio::test]
async fn too_many_tasks_are_an_error_and_not_a_part() {
    let server = Server::start().await;
    let queue = server.queue().await;
    queue.push(Priority::Default, &tasks(0..11)).await.unwrap();
    assert!(matches!(queue.holds_up_to(10).await, Err(QueueError::TooLong { limit: 10 })));
    assert_eq!(queue.holds_up_to(11).await.unwrap().len(), 11);
}

#[tokio::test]
async fn a_server_that_lost_its_data_is_used_on() {
    let server = Server::start().await;
    let queue = server.queue().await;
    queue.push(Priority::Default, &tasks(0..1)).await.unwrap();
    let deliveries = queue.hand_out("a", 1, NOW).await.unwrap();
    for round in 0..6 {
        raw(&queue, &["FLUSHALL"]).await;
        match round {
            0 => assert_eq!(queue.heartbeat("a", &deliveries).await.unwrap(), deliveries),
            1 => assert_eq!(queue.take_over("a", NOW, 5).await.unwrap(), []),
            2 => assert_eq!(queue.remove_run(7.into()).await.unwrap(), 0),
            3 => assert_eq!(queue.lengths().await.unwrap().len(), 3),
            4 => queue.forget_worker("a").await.unwrap(),
            _ => queue.finish(&deliveries[0]).await.unwrap(),
        }
        queue.push(Priority::Default, &tasks(round..round + 1)).await.unwrap();
        assert_eq!(devices(&queue.hand_out("a", 1, LONG).await.unwrap()), [round]);
    }
}

#[tokio::test]
async fn a_restart_of_the_server_is_survived() {
    let mut server = Server::start().await;
    let queue = server.queue().await;
    queue.push(Priority::Default, &tasks(0..3)).await.unwrap();
    let deliveries = queue.hand_out("a", 1, NOW).await.unwrap();
    server.restart().await;
    eventually("the delivery is still there", async || {
        queue.heartbeat("a", &deliveries).await.is_ok_and(|lost| lost.is_empty())
    })
    .await;
    assert_eq!(devices(&queue.hand_out("a", 5, LONG).await.unwrap()), [1, 2]);

    // A worker that waits through a restart gets what is pushed after it.
    let waiting = queue.clone();
    let waiter = tokio::spawn(async move {
        loop {
            if let Ok(deliveries) = waiting.hand_out("b", 5, LONG).await
                && !deliveries.is_empty()
            {
                return deliveries;
            }
        }
    });
    server.restart().await;
    eventually("a push succeeds", async || queue.push(Priority::High, &tasks(9..10)).await.is_ok()).await;
    assert_eq!(timeout(LONG, waiter).await.unwrap().unwrap()[0].task.device_id.get(), 9);
}

#[tokio::test]
async fn a_server_that_is_gone_is_named_and_found_again() {
    let mut server = Server::start().await;
    let queue = server.queue().await;
    server.stop();
    let started = Instant::now();
    for error in [
        queue.push(Priority::Low, &tasks(0..1)).await.unwrap_err(),
        queue.hand_out("a", 1, LONG).await.unwrap_err(),
        queue.ping().await.unwrap_err(),
        Queue::connect(&server.url(), "test").await.unwrap_err(),
    ] {
        assert!(matches!(error, QueueError::Unreachable { .. }), "{error:?}");
        assert!(error.to_string().contains(&server.socket().display().to_string()), "{error}");
    }
    assert!(started.elapsed() < LONG);
    server.child = Server::spawn(&server.folder);
    eventually("the server is found again", async || queue.ping().await.is_ok()).await;
}

#[tokio::test]
async fn a_server_that_hangs_does_not_hold_a_call_for_ever() {
    let server = Server::start().await;
    let queue = server.queue().await;
    let mut events = Box::pin(queue.subscribe_with(SHORT));
    assert_eq!(events.next().await, Some(Subscribed::Reconnected));
    assert!(timeout(SHORT * 6, events.next()).await.is_err(), "silence alone is no gap");
    queue.publish("after silence").await.unwrap();
    assert_eq!(events.next().await, Some(Subscribed::Message("after silence".to_owned())));

    let pid = rustix::process::Pid::from_raw(server.child.id().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    let (error, heard) = tokio::join!(timeout(LONG * 3, queue.ping()), timeout(Duration::from_secs(6), events.next()));
    let error = error.unwrap().unwrap_err();
    assert!(heard.is_err());
    rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
    assert!(matches!(error, QueueError::TooSlow { .. }), "{error:?}");
    eventually("the server is used again", async || queue.ping().await.is_ok()).await;
    assert_eq!(timeout(LONG, events.next()).await.unwrap(), Some(Subscribed::Reconnected));
}

#[tokio::test]
async fn listeners_hear_and_learn_of_gaps() {
    let mut server = Server::start().await;
    let queue = server.queue().await;
    let mut events = Box::pin(queue.subscribe());
    let mut next = async || timeout(LONG, events.next()).await.unwrap().unwrap();
    assert_eq!(next().await, Subscribed::Reconnected);
    queue.publish(r#"{"run":1}"#).await.unwrap();
    queue.publish("ä").await.unwrap();
    assert_eq!(next().await, Subscribed::Message(r#"{"run":1}"#.to_owned()));
    assert_eq!(next().await, Subscribed::Message("ä".to_owned()));
    for round in 0..2 {
        server.restart().await;
        assert_eq!(next().await, Subscribed::Reconnected);
        let text = format!("after {round}");
        eventually("publishing works again", async || queue.publish(&text).await.is_ok()).await;
        assert_eq!(next().await, Subscribed::Message(text));
    }
}

#[tokio::test]
async fn workers_show_life_and_are_forgotten() {
    let server = Server::start().await;
    let queue = server.queue().await;
    let beat = |id: &str| WorkerBeat {
        id: id.to_owned(),
        host: "host".to_owned(),
        pid: 1,
        capacity: 50,
        busy: 2,
        started_at: Timestamp::from_second(1_790_000_000).unwrap(),
    };
    assert_eq!(queue.workers().await.unwrap(), []);
    queue.beat(&beat("b"), LONG).await.unwrap();
    queue.beat(&beat("a"), LONG).await.unwrap();
    queue.beat(&beat("c"), Duration::from_millis(1)).await.unwrap();
    eventually("the silent one is gone", async || queue.workers().await.unwrap() == [beat("a"), beat("b")]).await;

    queue.push(Priority::Default, &tasks(0..1)).await.unwrap();
    let held = queue.hand_out("a", 1, NOW).await.unwrap();
    assert_eq!(queue.hand_out("b", 1, NOW).await.unwrap(), []);
    queue.forget_worker("a").await.unwrap();
    assert_eq!(queue.workers().await.unwrap(), [beat("b")]);
    assert_eq!(queue.heartbeat("a", &held).await.unwrap(), [], "what it holds is not thrown away with it");
    queue.finish(&held[0]).await.unwrap();
    queue.forget_worker("a").await.unwrap();
    queue.forget_worker("nobody").await.unwrap();
}

#[tokio::test]
async fn dead_consumers_with_empty_hands_are_removed() {
    let server = Server::start().await;
    let queue = server.queue().await;
    queue.push(Priority::Default, &tasks(0..2)).await.unwrap();
    let finished = queue.hand_out("gone", 1, NOW).await.unwrap();
    queue.hand_out("holds", 1, NOW).await.unwrap();
    assert_eq!(consumers(&queue).await, 2);
    queue.take_over("live", LONG, 5).await.unwrap();
    queue.finish(&finished[0]).await.unwrap();
    eventually("both are gone once nothing is theirs", async || {
        queue.take_over("live", SHORT, 5).await.unwrap();
        let mut info = redis::cmd("XINFO");
        info.arg("CONSUMERS").arg(queue.stream(Priority::Default)).arg("workers");
        let reply: redis::streams::StreamInfoConsumersReply = queue.link.ask(&info).await.unwrap();
        reply.consumers.iter().all(|consumer| consumer.name == "live")
    })
    .await;
    assert!(queue.holds().await.unwrap().contains(&task(1)));
}

#[tokio::test]
async fn an_entry_that_is_no_task_is_thrown_out() {
    let server = Server::start().await;
    let queue = server.queue().await;
    raw(&queue, &["XADD", &queue.stream(Priority::High), "*", "hello", "world"]).await;
    queue.push(Priority::High, &tasks(0..1)).await.unwrap();
    assert_eq!(devices(&queue.hand_out("a", 5, NOW).await.unwrap()), [0]);
    assert_eq!(queue.lengths().await.unwrap()[0].leased, 1);
    assert_eq!(queue.holds().await.unwrap().len(), 1);
}

#[tokio::test]
async fn installations_on_one_server_do_not_meet() {
    let server = Server::start().await;
    let (one, two) = (server.queue().await, Queue::connect(&server.url(), "other").await.unwrap());
    one.push(Priority::High, &tasks(0..1)).await.unwrap();
    assert_eq!(two.hand_out("a", 1, NOW).await.unwrap(), []);
    assert!(two.holds().await.unwrap().is_empty());
}

#[tokio::test]
async fn errors_never_show_the_password() {
    let server = Server::start().await;
    let queue = server.queue().await;
    assert!(queue.ping().await.unwrap().used_memory_bytes > 0);
    assert!(queue.ping().await.unwrap().version.contains('.'));
    let wrong = format!("redis+unix://{}?pass=guessed-secret", server.socket().display());
    let absent = format!("redis+unix://{}x?pass=guessed-secret", server.socket().display());
    let urls = [
        wrong.as_str(),
        &absent,
        "http://:guessed-secret@localhost",
        "guessed-secret",
        "redis://:guessed-secret@[::x",
        "",
    ];
    for url in urls {
        let error = Queue::connect(url, "test").await.unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(!told.contains("guessed-secret"), "{told}");
    }
    let told = Queue::connect(&wrong, "test").await.unwrap_err();
    assert!(matches!(&told, QueueError::Refused { .. }) && told.to_string().contains("password"), "{told}");
    assert!(!format!("{queue:?}").contains("p:a"));
}
