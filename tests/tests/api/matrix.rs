//! A job's devices against its last runs: every cell is the device's result in that run.

use netraven_api::JobId;
use netraven_api::matrix::{GetJobMatrix, JobMatrix};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};
use sqlx::PgPool;

/// A job with runs that never were: device d is in run r unless r is a multiple of d, and failed in run 3.
async fn history(pool: &PgPool, runs: i64, devices: i64) -> anyhow::Result<JobId> {
    let job: i64 = sqlx::query_scalar(
        "insert into jobs (name, job_type, is_enabled) values ('history', 'reachability', true) returning id",
    )
    .fetch_one(pool)
    .await?;
    sqlx::query(
        "with r as (insert into job_runs (job_id, trigger, status, devices, finished_at)
             select $1, 'manual', 'succeeded', $3, now() from generate_series(1, $2) returning id),
         numbered as (select id, row_number() over (order by id) as number from r)
         insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, cause)
         select id, d, case when number < 3 then 'Old-' else 'host-' end || lpad(d::text, 4, '0'), '192.0.2.1', 22, 'linux',
             case when number = 3 then 'failure' else 'success' end, case when number = 3 then 'timeout' end
         from numbered, generate_series(2, $3 + 1) d where number % d <> 0",
    )
    .bind(job)
    .bind(runs)
    .bind(devices)
    .execute(pool)
    .await?;
    Ok(job.into())
}

/// A row as a text: `.` where the device was not in the run, `x` where it failed, otherwise `o`.
fn drawn(matrix: &JobMatrix, hostname: &str) -> String {
    let row = matrix.devices.items.iter().find(|row| row.hostname == hostname);
    let cells = row.into_iter().flat_map(|row| &row.cells);
    cells.map(|cell| cell.map_or('.', |cell| if cell.cause.is_some() { 'x' } else { 'o' })).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_cell_is_what_came_of_a_device_in_a_run() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let job = history(app.pool(), 6, 30).await?;
    let ask = async |runs, page, size| app.client.send(&GetJobMatrix { job_id: job, runs, page, size }).await;
    let all = ask(None, None, Some(100)).await?;
    assert_eq!((all.runs.len(), all.devices.total, all.devices.items.len()), (6, 30, 30));
    assert!(all.runs.is_sorted_by_key(|run| run.id), "the newest is last");
    assert_eq!(drawn(&all, "host-0002"), "o.x.o.");
    assert_eq!(drawn(&all, "host-0003"), "oo.oo.");
    assert_eq!(drawn(&all, "host-0031"), "ooxooo");

    let last = ask(Some(2), Some(2), Some(20)).await?;
    assert_eq!((last.runs.len(), last.devices.total, last.devices.pages), (2, 30, 2));
    let names: Vec<&str> = last.devices.items.iter().map(|row| row.hostname.as_str()).collect();
    assert_eq!((names.len(), names.first(), names.last()), (10, Some(&"host-0022"), Some(&"host-0031")));
    assert_eq!(drawn(&last, "host-0022"), "oo");
    assert_eq!(ask(None, Some(9), None).await?.devices.items, []);

    let http = app.http()?;
    for (query, field) in [("runs=0", "query.runs"), ("runs=101", "query.runs"), ("size=many", "query.size")] {
        let answer = http.get(&format!("/jobs/{job}/matrix?{query}")).await?;
        assert!(answer.is_field_fault() && answer.fields() == [field], "{query}: {answer:?}");
    }
    assert_eq!(http.get("/jobs/987654/matrix").await?.status, 404);
    let tag = work::add_tag(&app.client, "none").await?;
    let fresh = work::add_job(&app.client, work::backup(tag)).await?;
    let none = app.client.send(&GetJobMatrix { job_id: fresh, ..GetJobMatrix::default() }).await?;
    assert_eq!((none.runs.len(), none.devices.total), (0, 0));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_just_now_is_the_last_column() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let locked = DeviceSpec { fault: Some(Fault::WrongPassword), ..DeviceSpec::new("locked", Platform::CiscoIos) };
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("good", Platform::CiscoIos), locked]).await?;
    work::run(&app.client, lab.job).await?;
    lab.device("locked")?.set_fault(None);
    let newest = work::run(&app.client, lab.job).await?;
    let matrix = app.client.send(&GetJobMatrix { job_id: lab.job, ..GetJobMatrix::default() }).await?;
    assert_eq!(matrix.runs.last().map(|run| (run.id, run.status)), Some((newest.run.id, newest.run.status)));
    assert_eq!((drawn(&matrix, "good"), drawn(&matrix, "locked")), ("oo".to_owned(), "xo".to_owned()));
    app.stop().await;
    Ok(())
}
