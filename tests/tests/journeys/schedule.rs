//! Schedules: what is due starts by itself, once, however many servers look.

use jiff::Timestamp;
use netraven_api::jobs::{GetJob, JobInput, JobKind, Schedule};
use netraven_api::logs::{Level, ListLogs, LiveFilter};
use netraven_api::runs::{CancelRun, ListRuns, Run, RunFilter, RunStatus, Trigger};
use netraven_api::{JobId, TagId};
use netraven_client::Client;
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};

fn scheduled(name: &str, tag: TagId, schedule: Schedule) -> JobInput {
    JobInput {
        name: Some(name.to_owned()),
        job_type: Some(JobKind::Reachability),
        schedule,
        tags: Some(vec![tag]),
        ..JobInput::default()
    }
}

/// The runs of a job that have ended, once there are `count`.
async fn runs(client: &Client, job: JobId, count: usize) -> anyhow::Result<Vec<Run>> {
    wait::until(&format!("job {job} has run {count} times"), async || {
        let page = client.send(&ListRuns::from(RunFilter { job_id: Some(job), ..RunFilter::default() })).await?;
        let done = page.items.iter().all(|run| !run.status.is_active());
        Ok((page.items.len() >= count && done).then_some(page.items))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_starts_by_itself_again_and_again() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("tick", Platform::CiscoIos)]).await?;
    let input = scheduled("every minute", lab.tag, Schedule::every(60));
    let job = work::add_job(&app.client, input).await?;
    // A minute is a long time for a test: the schedule's start is set to a minute ago, less two seconds.
    let earlier = "update jobs set schedule_since = now() - interval '58 seconds' where id = $1";
    sqlx::query(earlier).bind(job.get()).execute(app.pool()).await?;
    let already =
        app.client.send(&ListRuns::from(RunFilter { job_id: Some(job), ..RunFilter::default() })).await?.items.len();
    let before = Timestamp::now();
    let found = runs(&app.client, job, already + 1).await?;
    assert_eq!(found[0].trigger, Trigger::Schedule);
    assert_eq!(found[0].triggered_by, None);
    assert!(found[0].queued_at >= before - jiff::SignedDuration::from_secs(1), "{found:#?}");
    assert!(app.client.send(&GetJob(job)).await?.next_run.is_some_and(|next| next > Timestamp::now()));
    let log = work::logs(&app.client, found[0].id).await?;
    assert!(log.iter().any(|line| line.message.contains("by its schedule")), "{log:#?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_start_happens_once_late_rather_than_never() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("once", Platform::CiscoIos)]).await?;
    let at = |offset: i64| Schedule::once(Timestamp::now() + jiff::SignedDuration::from_secs(offset));
    let mut jobs = Vec::new();
    for (name, offset) in [("just missed", -3), ("soon", 2)] {
        jobs.push(work::add_job(&app.client, scheduled(name, lab.tag, at(offset))).await?);
    }
    let disabled = JobInput { is_enabled: Some(false), ..scheduled("off", lab.tag, at(-3)) };
    let disabled = work::add_job(&app.client, disabled).await?;
    for job in &jobs {
        assert_eq!(runs(&app.client, *job, 1).await?.len(), 1);
    }
    // The scheduler has looked again since, and found nothing more to do.
    looked_again(&app).await?;
    for job in jobs {
        assert_eq!(runs(&app.client, job, 1).await?.len(), 1, "once is once");
        assert_eq!(app.client.send(&GetJob(job)).await?.next_run, None);
    }
    let off = app.client.send(&ListRuns::from(RunFilter { job_id: Some(disabled), ..RunFilter::default() })).await?;
    assert_eq!(off.total, 0, "a disabled schedule is not followed");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_start_a_job_once() -> anyhow::Result<()> {
    let first = TestApp::start().await?;
    let second = first.another().await?;
    let lab = Enrolled::start(&first.client, vec![DeviceSpec::new("shared", Platform::CiscoIos)]).await?;
    let mut jobs = Vec::new();
    for number in 0..5 {
        let at = Timestamp::now() + jiff::SignedDuration::from_millis(1_500);
        let name = format!("once {number}");
        let input = scheduled(&name, lab.tag, Schedule::once(at));
        jobs.push(work::add_job(&second.client, input).await?);
    }
    for job in &jobs {
        assert_eq!(runs(&first.client, *job, 1).await?.len(), 1);
    }
    looked_again(&first).await?;
    looked_again(&second).await?;
    for job in jobs {
        assert_eq!(runs(&second.client, job, 1).await?.len(), 1);
    }
    // The one that leads goes; the other takes over.
    first.stop().await;
    let at = Timestamp::now() + jiff::SignedDuration::from_secs(1);
    let input = scheduled("after the first", lab.tag, Schedule::once(at));
    let job = work::add_job(&second.client, input).await?;
    assert_eq!(runs(&second.client, job, 1).await?.len(), 1);
    second.stop().await;
    Ok(())
}

/// A clock that was a month ahead for a moment stops no schedule, whatever it noted.
#[tokio::test(flavor = "multi_thread")]
async fn schedules_go_on_after_a_clock_that_was_ahead() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("tick", Platform::CiscoIos)]).await?;
    let every_minute = scheduled("every minute", lab.tag, Schedule::every(60));
    let by_cron = scheduled("by cron", lab.tag, Schedule::cron("* * * * *"));
    let jobs = [work::add_job(&app.client, every_minute).await?, work::add_job(&app.client, by_cron).await?];
    for job in jobs {
        let ahead = "insert into job_runs (job_id, trigger, status, fire_at, queued_at, started_at, finished_at)
            values ($1, 'schedule', 'succeeded', now() + interval '30 days', now(), now(), now())";
        sqlx::query(ahead).bind(job.get()).execute(app.pool()).await?;
    }
    let since = "update jobs set schedule_since = case id when $1 then now() - interval '58 seconds'
        else now() + interval '30 days' end where id = any($2)";
    sqlx::query(since).bind(jobs[0].get()).bind(jobs.map(JobId::get).to_vec()).execute(app.pool()).await?;
    for job in jobs {
        let healed = wait::until("the schedule is put right", async || {
            let page =
                app.client.send(&ListLogs::from(LiveFilter { job_id: Some(job), ..LiveFilter::default() })).await?;
            Ok(page.items.into_iter().find(|line| line.message.contains("the clock had been set ahead")))
        });
        assert_eq!(healed.await?.level, Level::Warning);
    }
    // The next minute comes within one.
    for job in jobs {
        let limit = std::time::Duration::from_secs(90);
        wait::within(limit, "the job runs again", async || {
            let page =
                app.client.send(&ListRuns::from(RunFilter { job_id: Some(job), ..RunFilter::default() })).await?;
            Ok((page.total >= 2).then_some(()))
        })
        .await?;
    }
    app.stop().await;
    Ok(())
}

/// Only the newest of the missed starts is made up for; the log says that there were others.
#[tokio::test(flavor = "multi_thread")]
async fn missed_starts_are_told() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let tag = work::add_tag(&app.client, "nobody").await?;
    let input = scheduled("yearly", tag, Schedule::cron("0 0 1 1 *"));
    let job = work::add_job(&app.client, input).await?;
    let off = "update jobs set cron_string = '30 * * * *', schedule_since = now() - interval '5 hours' where id = $1";
    sqlx::query(off).bind(job.get()).execute(app.pool()).await?;
    let line = wait::until("the log tells of missed starts", async || {
        let page = app.client.send(&ListLogs::from(LiveFilter { job_id: Some(job), ..LiveFilter::default() })).await?;
        Ok(page.items.into_iter().find(|line| line.message.contains("missed, the first at")))
    });
    let line = line.await?;
    assert!(line.message.starts_with("yearly: 4 earlier starts were missed"), "{line:#?}");
    app.stop().await;
    Ok(())
}

/// Waits until the scheduler has looked twice more: a job that is due from now on has been started.
async fn looked_again(app: &TestApp) -> anyhow::Result<()> {
    for _ in 0..2 {
        let tag = work::add_tag(&app.client, &format!("empty {}", uuid::Uuid::new_v4().simple())).await?;
        let input = scheduled(&format!("look {tag}"), tag, Schedule::once(Timestamp::now()));
        let job = work::add_job(&app.client, input).await?;
        runs(&app.client, job, 1).await?;
    }
    Ok(())
}

/// Run 1 of one installation and run 1 of another are not the same: cancelling one leaves the other alone.
#[tokio::test(flavor = "multi_thread")]
async fn two_installations_share_a_redis_without_hearing_each_other() -> anyhow::Result<()> {
    let (here, there) = (TestApp::start().await?, TestApp::start().await?);
    let mut spec = DeviceSpec::new("same", Platform::CiscoIos);
    (spec.fault, spec.config_bytes) = (Some(Fault::Slow { bytes_per_second: 1_000 }), Some(3_000));
    let mine = Enrolled::start(&here.client, vec![spec.clone()]).await?;
    let theirs = Enrolled::start(&there.client, vec![spec]).await?;
    let runs = (work::start(&here.client, mine.job).await?, work::start(&there.client, theirs.job).await?);
    assert_eq!((runs.0, mine.id("same")?), (runs.1, theirs.id("same")?), "the numbers are the same");
    let (one, other) = (mine.device("same")?, theirs.device("same")?);
    let both = wait::until("both are in the middle of a configuration", async || {
        Ok([one, other].iter().all(|device| device.readings() > 0 && device.sessions_open() == 1).then_some(()))
    });
    both.await?;
    there.client.send(&CancelRun(runs.1)).await?;
    assert_eq!(work::ended(&there.client, runs.1).await?.run.status, RunStatus::Cancelled);
    let detail = work::ended(&here.client, runs.0).await?;
    assert_eq!((detail.run.status, detail.results[0].attempt), (RunStatus::Succeeded, 1), "{detail:#?}");
    here.stop().await;
    there.stop().await;
    Ok(())
}
