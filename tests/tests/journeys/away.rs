//! What is away or stands still for a while: the database, a worker, a scheduler. It is nobody's failure, and stops nobody.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use netraven_api::jobs::{JobInput, Schedule};
use netraven_api::logs::{ListLogs, LogFilter};
use netraven_api::runs::{CancelRun, DeviceState, ListRuns, RunFilter, RunStatus};
use netraven_api::system::GetSystemStatus;
use netraven_api::tags::{TagInput, UpdateTag};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::database::Database;
use netraven_tests::support::process::{Start, send};
use netraven_tests::support::relay::Relay;
use netraven_tests::support::servers::{Urls, servers};
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};
use rustix::process::Signal;
use sqlx::{Connection as _, PgConnection};

/// Lets nobody into a test's database and throws out who is there, or lets everybody in again.
async fn open_database(url: &str, is_open: bool) -> anyhow::Result<()> {
    let shared = tokio::task::spawn_blocking(servers).await??;
    let mut owner = PgConnection::connect(&shared.database).await?;
    let name = url.split('?').next().and_then(|address| address.rsplit('/').next()).unwrap_or_default();
    let allow = format!("alter database {name} allow_connections {is_open}");
    sqlx::query(sqlx::AssertSqlSafe(allow)).execute(&mut owner).await?;
    if !is_open {
        let out = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
        sqlx::query(out).bind(name).execute(&mut owner).await?;
    }
    Ok(owner.close().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_no_devices_failure() -> anyhow::Result<()> {
    let slow = |number: usize| {
        let mut spec = DeviceSpec::new(format!("slow-{number}"), Platform::CiscoIos);
        (spec.fault, spec.config_bytes) = (Some(Fault::Slow { bytes_per_second: 2_000 }), Some(4_000));
        spec
    };
    let app = TestApp::start_with(|config| config.sessions = 4).await?;
    let lab = Enrolled::start(&app.client, (0..8).map(slow).collect()).await?;
    let run = work::start(&app.client, lab.job).await?;
    wait::until("four devices are being read", async || {
        Ok((lab.lab.devices().iter().filter(|device| device.readings() > 0).count() >= 4).then_some(()))
    })
    .await?;
    open_database(&app.database.urls.database, false).await?;
    // Each of the four has said all it has to say, and its result has nowhere to go.
    let said_all = wait::until("the sessions have ended", async || {
        Ok(lab.lab.devices().iter().all(|device| device.sessions_open() == 0).then_some(()))
    });
    said_all.await?;
    open_database(&app.database.urls.database, true).await?;

    let detail = work::ended(&app.client, run).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    for id in lab.devices.values() {
        assert_eq!(work::snapshots(&app.client, *id).await?.len(), 1);
    }
    app.stop().await;
    Ok(())
}

/// What the devices seem to do while the worker is stopped is not theirs: their connections end, and nobody sees to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stood_still_tells_its_own_pause() -> anyhow::Result<()> {
    let spec = DeviceSpec::new("patient", Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 200 });
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let worker = Start::worker(&app.database.urls)?.spawn()?;
    let run = work::start(&app.client, lab.job).await?;
    let device = lab.device("patient")?;
    wait::until("the device is in work", async || Ok((device.readings() > 0).then_some(()))).await?;
    send(worker.pid(), Signal::STOP)?;
    device.set_fault(None);
    device.close_connections();
    // Longer than any busy computer looks late, shorter than a lease.
    let began = Instant::now();
    let pause = Duration::from_secs(7);
    wait::until("the pause is over", async || Ok((began.elapsed() > pause).then_some(()))).await?;
    send(worker.pid(), Signal::CONT)?;

    let detail = work::ended(&app.client, run).await?;
    let result = work::result(&detail, "patient")?;
    assert_eq!((result.state, result.attempt), (DeviceState::Success, 2), "{result:#?}");
    let log = work::logs(&app.client, run).await?;
    assert!(log.iter().any(|line| line.message.contains("This worker was suspended for")), "{log:#?}");
    app.stop().await;
    Ok(())
}

/// A worker paused right after the sign-in wakes when most of the time for the first prompt has gone, and blames nobody for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stood_still_before_the_first_prompt_tells_its_own_pause() -> anyhow::Result<()> {
    let spec = DeviceSpec::new("quiet", Platform::CiscoIos).with_fault(Fault::SilentAfterLogin);
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let worker = Start::worker(&app.database.urls)?.spawn()?;
    let run = work::start(&app.client, lab.job).await?;
    let device = lab.device("quiet")?;
    wait::until("it has signed in", async || Ok((device.logins() > 0).then_some(()))).await?;
    send(worker.pid(), Signal::STOP)?;
    let began = Instant::now();
    let pause = Duration::from_secs(7);
    wait::until("the pause is over", async || Ok((began.elapsed() > pause).then_some(()))).await?;
    send(worker.pid(), Signal::CONT)?;
    // The device answers the next visitor; for the first one it stays silent.
    let told = wait::until("the worker has told its pause", async || {
        let log = work::logs(&app.client, run).await?;
        let ended = work::devices(&app.client, run).await?.iter().any(|device| device.finished_at.is_some());
        anyhow::ensure!(!ended, "the device was blamed: {log:#?}");
        Ok(log.iter().any(|line| line.message.contains("This worker was suspended for")).then_some(()))
    });
    told.await?;
    device.set_fault(None);

    let detail = work::ended(&app.client, run).await?;
    assert!(work::result(&detail, "quiet")?.attempt > 1, "{:#?}", detail.results);
    app.stop().await;
    Ok(())
}

/// A machine that is gone between two messages to the database keeps no lock of the log.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_while_it_writes_lines_stops_nobody() -> anyhow::Result<()> {
    for word in ["append_logs", "pg_advisory_xact_lock"] {
        let app = TestApp::start_with(|config| config.workers = 0).await?;
        let relay = Relay::silent_after(&app.database.urls.database, word).await?;
        let urls = Urls { database: relay.url.clone(), redis: app.database.urls.redis.clone() };
        let worker = Start::worker(&urls)?.spawn()?;
        if word == "append_logs" {
            wait::until("the worker has vanished", async || Ok(relay.is_silent().then_some(()))).await?;
        } else {
            // No program of ours asks for the lock in a statement of its own.
            wait::until("the worker works", async || {
                Ok((app.client.send(&GetSystemStatus).await?.workers == 1).then_some(()))
            })
            .await?;
            assert!(!relay.is_silent());
        }
        app.app().mention(["somebody else writes".to_owned()]);
        let written = wait::within(Duration::from_secs(10), "the line is written", async || {
            let search = Some("somebody else writes".to_owned());
            Ok((app.client.send(&ListLogs::from(LogFilter { search, ..LogFilter::default() })).await?.total > 0)
                .then_some(()))
        });
        written.await?;
        drop(worker);
        app.stop().await;
    }
    Ok(())
}

/// While log lines cannot be written, the state of the system says so, with their number; the log itself says it afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn lines_that_wait_are_told_of_while_they_wait() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let mut holder = PgConnection::connect(&app.database.urls.database).await?;
    let notes = async || -> anyhow::Result<Vec<String>> {
        let notes = app.client.send(&GetSystemStatus).await?.notes;
        Ok(notes.into_iter().filter(|note| note.contains("to be written")).collect())
    };
    assert_eq!(notes().await?, Vec::<String>::new());
    // The lock under which ids are handed out.
    let mut held = holder.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(121437724567411)").execute(&mut *held).await?;
    app.app().mention((0..3).map(|number| format!("line {number} of three")));
    let told = wait::until("the system says that lines wait", async || Ok(notes().await?.pop()));
    let told = told.await?;
    let count: u64 = told.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default();
    assert!(count >= 3 && told.contains("the database is unavailable or busy"), "{told}");
    held.rollback().await?;

    wait::until("nothing waits", async || Ok(notes().await?.is_empty().then_some(()))).await?;
    for text in ["line 2 of three", "Log lines waited"] {
        wait::until("the log says it", async || {
            let search = Some(text.to_owned());
            Ok((app.client.send(&ListLogs::from(LogFilter { search, ..LogFilter::default() })).await?.total > 0)
                .then_some(()))
        })
        .await?;
    }
    app.stop().await;
    Ok(())
}

/// What a program that is gone has locked is free again soon: the database ends a transaction in which nothing is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_left_open_by_somebody_loses_its_lock() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let tag = work::add_tag(&app.client, "held").await?;
    let relay = Relay::silent_after(&app.database.urls.database, "select name from tags where id").await?;
    let mut database = app.database.clone();
    database.urls.database.clone_from(&relay.url);
    let key = std::fs::read(app.data_dir().join("secrets/seal-key"))?;
    let gone = TestApp::on(database, |config| {
        config.workers = 0;
        let file = config.seal_key_file();
        file.parent().map(std::fs::create_dir_all);
        let _ = std::fs::write(file, key);
    })
    .await?;
    let rename = |name: &str| UpdateTag(tag, TagInput { name: Some(name.to_owned()), ..TagInput::default() });
    let unheard = tokio::spawn({
        let (client, rename) = (gone.client.clone(), rename("by somebody"));
        async move { client.send(&rename).await }
    });
    wait::until("it has locked the tag and is gone", async || Ok(relay.is_silent().then_some(()))).await?;
    let began = Instant::now();
    app.client.send(&rename("by another")).await?;
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    unheard.abort();
    gone.stop().await;
    app.stop().await;
    Ok(())
}

/// Schedules are followed by one server; if it stands still, another one does.
#[tokio::test(flavor = "multi_thread")]
async fn the_lead_of_a_server_that_stands_still_passes_on() -> anyhow::Result<()> {
    let database = Database::create().await?;
    let data = tempfile::tempdir()?;
    let urls = ["--database-url", &database.urls.database, "--redis-url", &database.urls.redis, "--no-worker"];
    let leader = Start::serve(data.path())?.args(&urls).ready().await?;
    let held = "select count(*) from pg_locks where locktype = 'advisory' and database =
        (select oid from pg_database where datname = current_database())";
    wait::until("the first server leads", async || {
        let count: i64 = sqlx::query_scalar(held).fetch_one(database.pool()).await?;
        Ok((count > 0).then_some(()))
    })
    .await?;
    let key = std::fs::read(data.path().join("secrets/seal-key"))?;
    let app = TestApp::on(database, |config| {
        let file = config.seal_key_file();
        file.parent().map(std::fs::create_dir_all);
        let _ = std::fs::write(file, key);
    })
    .await?;
    send(leader.pid(), Signal::STOP)?;
    let tag = work::add_tag(&app.client, "nobody").await?;
    let job = JobInput { schedule: Schedule::once(Timestamp::now()), ..work::backup(tag) };
    let job = work::add_job(&app.client, job).await?;
    let started = wait::until("the job was started by the other one", async || {
        let page = app.client.send(&ListRuns::from(RunFilter { job_id: Some(job), ..RunFilter::default() })).await?;
        Ok((page.total == 1).then_some(()))
    });
    started.await?;
    drop(leader);
    app.stop().await;
    Ok(())
}

/// A lease given by a clock that was ahead does not hold a device until that time comes, and can be cancelled.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_although_its_lease_lies_in_the_future() -> anyhow::Result<()> {
    let stalls = DeviceSpec::new("held", Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 200 });
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let lab = Enrolled::start(&app.client, vec![stalls]).await?;
    let mut worker = Start::worker(&app.database.urls)?.spawn()?;
    let device = lab.device("held")?;
    let ahead = "update run_devices set lease_until = now() + interval '2 hours' where run_id = $1";
    for is_cancelled in [true, false] {
        let run = work::start(&app.client, lab.job).await?;
        let before = device.readings();
        wait::until("the device is in work", async || Ok((device.readings() > before).then_some(()))).await?;
        worker.kill()?;
        sqlx::query(ahead).bind(run.get()).execute(app.pool()).await?;
        let expected = if is_cancelled {
            app.client.send(&CancelRun(run)).await?;
            RunStatus::Cancelled
        } else {
            device.set_fault(None);
            RunStatus::Succeeded
        };
        worker = Start::worker(&app.database.urls)?.spawn()?;
        let detail = work::ended(&app.client, run).await?;
        assert_eq!(detail.run.status, expected, "{:#?}", detail.results);
    }
    app.stop().await;
    Ok(())
}

/// Months of the log go once they are old enough, but not because a clock says so for the first time.
#[tokio::test(flavor = "multi_thread")]
async fn old_months_of_the_log_are_removed_by_a_clock_that_is_trusted() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let fill = "create table logs_2020_03 partition of logs
            for values from ('2020-03-01 00:00:00+00') to ('2020-04-01 00:00:00+00');
        insert into logs (timestamp, log_type, level, source, message) values
            ('2020-03-05 00:00:00+00', 'system', 'INFO', 'test', 'of a month with a partition'),
            ('2020-05-05 00:00:00+00', 'system', 'INFO', 'test', 'of a month without one')";
    sqlx::raw_sql(fill).execute(app.pool()).await?;
    let look = async |before: &dyn Fn(i32) -> Timestamp| {
        let sql = "insert into system_settings (key, value)
            values ('log_retention', jsonb_build_object('looks', to_jsonb($1::text[])))
            on conflict (key) do update set value = excluded.value";
        let looks: Vec<String> = (0..23).map(|number| before(number).to_string()).collect();
        sqlx::query(sql).bind(looks.clone()).execute(app.pool()).await?;
        // The next leader looks at once.
        let lead = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
            and database = (select oid from pg_database where datname = current_database())";
        sqlx::query(lead).execute(app.pool()).await?;
        wait::until("it was looked at the log", async || {
            let last = "select value->'looks'->>-1 from system_settings where key = 'log_retention'";
            let last: String = sqlx::query_scalar(last).fetch_one(app.pool()).await?;
            Ok((looks.last() != Some(&last)).then_some(()))
        })
        .await
    };
    let count = async |app: &TestApp| {
        let old = "select count(*) from logs where timestamp < '2021-01-01'";
        anyhow::Ok(sqlx::query_scalar::<_, i64>(old).fetch_one(app.pool()).await?)
    };
    let (then, now) = ("2020-06-01T00:00:00Z".parse::<Timestamp>()?, Timestamp::now());
    look(&|number| then + jiff::SignedDuration::from_hours(number.into())).await?;
    assert_eq!(count(&app).await?, 2, "the clock has leapt");
    // On for a moment every eight days.
    look(&|number| now - jiff::SignedDuration::from_hours((23 - i64::from(number)) * 8 * 24)).await?;
    wait::until("the old lines are gone", async || Ok((count(&app).await? == 0).then_some(()))).await?;
    let line = wait::until("the log says so", async || {
        let search = Some("The log of 2020-03 was removed: 1 lines".to_owned());
        Ok(app
            .client
            .send(&ListLogs::from(LogFilter { search, ..LogFilter::default() }))
            .await?
            .items
            .into_iter()
            .next())
    });
    line.await?;
    let left: i64 =
        sqlx::query_scalar("select coalesce(sum(lines), 0)::bigint from log_counts where month < '2021-01-01'")
            .fetch_one(app.pool())
            .await?;
    assert_eq!(left, 0, "the kept counts went with them");
    app.stop().await;
    Ok(())
}
