//! The devices of a run, a page at a time: the order and the filters are those of the wire types, whatever the database does.

use std::collections::BTreeMap;

use jiff::Timestamp;
use netraven_api::outcome::Cause;
use netraven_api::problem::Code;
use netraven_api::runs::{DeviceState, GetRun, GetRunDevice, ListRunDevices, ListRuns, RunDevice};
use netraven_api::sorting::RunDeviceColumn;
use netraven_api::{DeviceId, Order, RunId};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};

/// An active run of `devices` devices, in every state, stage and cause, with names that differ only in case.
async fn fill(app: &TestApp, devices: i64) -> anyhow::Result<RunId> {
    // At once: a run without open devices would be ended.
    let mut transaction = app.pool().begin().await?;
    sqlx::query("insert into jobs (id, name, job_type) values (81, 'nightly', 'config_backup')")
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "insert into job_runs (id, job_id, trigger, status, queued_at, started_at, devices)
         values (91, 81, 'manual', 'running', now() - interval '1 hour', now() - interval '1 hour', $1)",
    )
    .bind(i32::try_from(devices)?)
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, stage, cause, message,
             attempt, started_at, finished_at)
         select 91, n, case when n % 2 = 0 then 'Core-' else 'core-' end || n % 17,
             case when n % 5 = 0 then '2001:db8::' || n else '10.1.' || n / 250 || '.' || n % 250 end,
             case when n % 3 = 0 then 2222 else 22 end, 'cisco_ios', state,
             case when state <> 'queued' then (array['reach', 'sign_in', 'read', 'record'])[1 + n % 4] end,
             case state when 'failure' then (array['truncated', 'auth-failed', 'timeout-connect', 'refused'])[1 + n % 4]
                 when 'cancelled' then 'cancelled' end,
             case when state in ('failure', 'success') then 'Said ' || n % 13 end, 1,
             case when state = 'running' then now() - interval '1 hour' when state <> 'queued' then now() end - n * interval '1 second',
             case when state in ('success', 'failure', 'cancelled') then now() - n * interval '700 milliseconds' end
         from (select n, (array['success', 'failure', 'running', 'queued', 'success', 'cancelled'])[1 + n % 6] as state
               from generate_series(1, $1) n) numbered",
    )
    .bind(devices)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(RunId::new(91))
}

fn ids(devices: &[RunDevice]) -> Vec<i64> {
    devices.iter().map(|device| device.device_id.get()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_sorts_filters_and_pages_as_the_wire_types_say() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let run_id = fill(&app, 90).await?;
    let all = work::devices(&app.client, run_id).await?;
    assert_eq!(all.len(), 90);
    let plain = || ListRunDevices { run_id, size: Some(100), ..ListRunDevices::default() };
    let mut questions = vec![
        plain(),
        ListRunDevices { state: vec![DeviceState::Failure, DeviceState::Cancelled], ..plain() },
        ListRunDevices { state: vec![DeviceState::Running], ..plain() },
        ListRunDevices { state: vec![DeviceState::NoResult], ..plain() },
        ListRunDevices { cause: vec![Cause::Truncated, Cause::Cancelled], ..plain() },
        ListRunDevices { cause: vec![Cause::TooLarge], ..plain() },
        ListRunDevices { device_id: [7, 3, 4711].map(DeviceId::new).to_vec(), ..plain() },
        ListRunDevices { search: Some("CORE-1".into()), ..plain() },
        ListRunDevices { search: Some("]:2222".into()), ..plain() },
        ListRunDevices { search: Some("10.1.0.1".into()), state: vec![DeviceState::Success], ..plain() },
        ListRunDevices { search: Some("%".into()), ..plain() },
    ];
    for column in RunDeviceColumn::ALL {
        for order in Order::ALL {
            let sorted = || ListRunDevices { sort: Some(column), order: Some(order), ..plain() };
            questions.push(sorted());
            // Parts of one whole.
            questions.extend((1..=5).map(|page| ListRunDevices { page: Some(page), size: Some(20), ..sorted() }));
        }
    }
    for asked in questions {
        let (found, expected) = (app.client.send(&asked).await?, asked.page_of(all.clone(), Timestamp::now()));
        assert_eq!(ids(&found.items), ids(&expected.items), "{asked:?}");
        assert_eq!(
            (found.total, found.page, found.pages),
            (expected.total, expected.page, expected.pages),
            "{asked:?}"
        );
    }
    let http = app.http()?;
    for query in [
        "sort=password",
        "sort=id",
        "order=up",
        "size=0",
        "size=101",
        "page=0",
        "state=done",
        "cause=rain",
        "device_id=x",
    ] {
        let answer = http.get(&format!("/runs/91/devices?{query}")).await?;
        assert!(answer.is_field_fault(), "{query}: {answer:?}");
    }
    let long = "x".repeat(256);
    assert!(http.get(&format!("/runs/91/devices?search={long}")).await?.is_field_fault());
    assert_eq!(http.get("/runs/4711/devices").await?.status, 404);
    assert_eq!(http.get("/runs/91/devices/4711").await?.status, 404);
    assert_eq!(http.get("/runs/91/devices?page=99").await?.body["total"], 90);
    assert_eq!(http.get("/runs/91/devices?state=FAILURE&state=Queued").await?.status, 200);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_five_thousand_is_read_in_small_answers() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let run_id = fill(&app, 5_000).await?;
    let http = app.http()?;
    let all = http.get(&format!("/runs/{run_id}")).await?.body;
    assert_eq!(all["results"].as_array().map(Vec::len), Some(5_000), "all of them where nobody says otherwise");
    let alone = format!("/runs/{run_id}?results=false");
    assert!(http.get(&alone).await?.body.get("results").is_none());
    for path in [alone, "/runs/?size=100".to_owned(), format!("/runs/{run_id}/devices?size=100")] {
        let bytes = http.get(&path).await?.body.to_string().len();
        assert!(bytes < 50_000, "{path}: {bytes} bytes");
    }
    // Each device is on one page, though many have the same name.
    let mut all = ids(&work::devices(&app.client, run_id).await?);
    all.sort_unstable();
    assert_eq!(all, (1..=5_000).collect::<Vec<_>>());
    let run = app.client.send(&GetRun(run_id)).await?;
    let count = async |state| -> anyhow::Result<i64> {
        let asked = ListRunDevices { run_id, state: vec![state], size: Some(1), ..ListRunDevices::default() };
        Ok(app.client.send(&asked).await?.total)
    };
    assert_eq!(run.running, count(DeviceState::Running).await?);
    assert_eq!(run.succeeded, count(DeviceState::Success).await?);
    assert_eq!(run.failed, count(DeviceState::Failure).await? + count(DeviceState::Cancelled).await?);
    app.stop().await;
    Ok(())
}

/// The summary of an active run, in the list and by itself: succeeded, failed, running, changed, and causes.
async fn told(app: &TestApp, run_id: RunId) -> anyhow::Result<(i64, i64, i64, i64, BTreeMap<Cause, i64>)> {
    let run = app.client.send(&GetRun(run_id)).await?;
    assert_eq!(app.client.send(&ListRuns::default()).await?.items, std::slice::from_ref(&run.run));
    assert!(run.causes.is_sorted_by_key(|group| -group.devices), "{:?}", run.causes);
    let causes = run.causes.iter().map(|group| (group.cause, group.devices)).collect();
    Ok((run.succeeded, run.failed, run.running, run.changed, causes))
}

/// The same, counted device by device.
async fn counted(app: &TestApp, run_id: RunId) -> anyhow::Result<(i64, i64, i64, i64, BTreeMap<Cause, i64>)> {
    let devices = work::devices(&app.client, run_id).await?;
    let count = |fits: &dyn Fn(&RunDevice) -> bool| i64::try_from(devices.iter().filter(|device| fits(device)).count());
    let mut causes = BTreeMap::new();
    for cause in devices.iter().filter_map(|device| device.cause) {
        *causes.entry(cause).or_default() += 1;
    }
    let failed = |device: &RunDevice| matches!(device.state, DeviceState::Failure | DeviceState::Cancelled);
    Ok((
        count(&|device| device.state == DeviceState::Success)?,
        count(&failed)?,
        count(&|device| device.state == DeviceState::Running)?,
        count(&|device| device.changed == Some(true))?,
        causes,
    ))
}

/// Issue 9: the list of runs counted all devices of each run at every look.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_under_way_is_tallied_as_its_devices_change() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let run_id = fill(&app, 600).await?;
    let change = async |sql: &'static str| sqlx::query(sql).execute(app.pool()).await;
    let tallies = async || -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from run_tallies").fetch_one(app.pool()).await?)
    };
    assert_eq!(told(&app, run_id).await?, counted(&app, run_id).await?);
    for sql in [
        "update run_devices set state = 'running', stage = 'prepare' where state = 'queued' and device_id % 4 <> 0",
        "update run_devices set stage = 'read', lease_until = now() where state = 'running'",
        "update run_devices set state = 'success' where state = 'running' and device_id % 5 = 0",
        "update run_devices set changed = device_id % 3 = 0 where state = 'success'",
        "update run_devices set state = 'failure', cause = 'too-large' where state = 'running' and device_id % 3 = 0",
        "update run_devices set state = 'queued', worker = null where state = 'running' and device_id % 7 = 0",
        "update run_devices set state = 'cancelled', cause = 'cancelled' where state = 'queued'",
    ] {
        change(sql).await?;
        assert_eq!(told(&app, run_id).await?, counted(&app, run_id).await?, "{sql}");
    }
    wait::until("the tallies are put together", async || Ok((tallies().await? <= 100).then_some(()))).await?;
    let now = told(&app, run_id).await?;
    assert_eq!(now, counted(&app, run_id).await?);
    // Nothing is counted again: what is missing from the tally is not seen.
    let mut transaction = app.pool().begin().await?;
    for sql in [
        "alter table run_devices disable trigger run_devices_changed",
        "update run_devices set state = 'success', cause = null, changed = true where state <> 'running'",
        "alter table run_devices enable trigger run_devices_changed",
    ] {
        sqlx::query(sql).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    assert_eq!(told(&app, run_id).await?, now);
    // Once it has ended its row has the counts.
    change("update job_runs set status = 'succeeded', finished_at = now()").await?;
    wait::until("the tallies are dropped", async || Ok((tallies().await? == 0).then_some(()))).await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_device_has_its_details_and_the_list_leaves_them_out() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let locked = DeviceSpec { fault: Some(Fault::WrongPassword), ..DeviceSpec::new("locked", Platform::CiscoIos) };
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("good", Platform::CiscoIos), locked]).await?;
    let run_id = work::run(&app.client, lab.job).await?.run.id;
    let listed = work::devices(&app.client, run_id).await?;
    let shape: Vec<_> = listed.iter().map(|device| (device.hostname.as_str(), device.state)).collect();
    assert_eq!(shape, [("locked", DeviceState::Failure), ("good", DeviceState::Success)]);
    let one = app.client.send(&GetRunDevice { run_id, device_id: lab.id("locked")? }).await?;
    assert_eq!(one.details.clone().unwrap_or_default().cause, Some(Cause::AuthFailed.into()));
    assert_eq!(RunDevice { details: None, ..one }, listed[0]);
    let other = app.client.send(&GetRunDevice { run_id, device_id: 4711.into() }).await.expect_err("not in this run");
    assert_eq!(other.code, Code::NotFound);
    app.stop().await;
    Ok(())
}
