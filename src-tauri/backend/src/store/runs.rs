//! Runs: reading and ending them. `starts` begins them, `cancels` cuts them short.

use netraven_api::jobs::JobStatus;
use netraven_api::runs::{ListRuns, Run, RunStatus, RunSummary, SummarizeRuns};
use netraven_api::sorting::RunColumn;
use netraven_api::{Order, RunId};
use sqlx::types::Json;

use super::listing::{List, Paging, RawPage, SortKey, Sql, any_of};
use super::run_filter::narrow;
use super::{Result, Store, StoreError};

/// Median duration of the last runs of the job of `r` before it.
macro_rules! usual_seconds {
    () => {
        "(select percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at))
        from (select finished_at, started_at from job_runs p where p.job_id = r.job_id and p.id < r.id
              and r.repeats is null and p.repeats is null and p.status in ('succeeded', 'partly_failed') and p.started_at is not null
              order by p.id desc limit 10) last_runs)"
    };
}

/// Devices by cause, most first, from a table of `state`, `cause`, `changed` and `devices`.
macro_rules! causes {
    ($counted:expr) => {
        concat!(
            "(select coalesce(jsonb_agg(jsonb_build_object('cause', cause, 'devices', n) order by n desc, cause), '[]')
            from (select cause, sum(devices)::bigint as n from ",
            $counted,
            " t where cause is not null group by cause having sum(devices) > 0) by_cause)"
        )
    };
}

/// The devices of `r`, counted one by one: at its end, and where its end was written without counts.
macro_rules! counted {
    ($when:literal) => {
        concat!(
            "(select state, cause, changed is true as changed, 1 as devices from run_devices where run_id = r.id",
            $when,
            ")"
        )
    };
}

/// The tally of `r` so far, if it is not in its row: kept up to date while the run is active.
macro_rules! so_far {
    () => {
        concat!(
            "(select state, cause, changed, devices from run_tallies
              where run_id = r.id and r.succeeded is null and r.status in ('queued', 'running') union all ",
            counted!(" and r.succeeded is null and r.status not in ('queued', 'running')"),
            ")"
        )
    };
}

mod charts;
mod devices;

const ROW: &str = concat!(
    "json_build_object(
    'id', r.id, 'job_id', r.job_id, 'job_name', r.job_name, 'job_type', r.job_type, 'trigger', r.trigger,
    'triggered_by', r.triggered_by, 'status', r.status, 'queued_at', wire_time(r.queued_at),
    'started_at', wire_time(r.started_at), 'finished_at', wire_time(r.finished_at), 'devices', r.devices,
    'succeeded', coalesce(r.succeeded, c.succeeded), 'failed', coalesce(r.failed, c.failed), 'running', c.running,
    'changed', coalesce(r.changed, c.changed), 'message', r.message,
    'commit', r.commit_id, 'cancel_requested', r.cancel_requested, 'repeats', r.repeats,
    'causes', coalesce(r.causes, ",
    causes!(so_far!()),
    "), 'usual_seconds', case when r.succeeded is null then ",
    usual_seconds!(),
    " else r.usual_seconds end)"
);
const FROM: &str = "job_runs r join jobs j on j.id = r.job_id";
/// Its duration so far; null before its first device.
const DURATION: &str = "coalesce(r.finished_at, now()) - r.started_at";
const COLUMNS: &str = "r.*, j.name as job_name, j.job_type";
/// Counts of active runs so far. Those of ended runs were written at their end, and are not counted again.
const AROUND: &str = concat!(
    " cross join lateral (select coalesce(sum(devices) filter (where state = 'success'), 0)::bigint as succeeded,
    coalesce(sum(devices) filter (where state in ('failure', 'cancelled')), 0)::bigint as failed,
    coalesce(sum(devices) filter (where state = 'running'), 0)::bigint as running,
    coalesce(sum(devices) filter (where changed), 0)::bigint as changed from ",
    so_far!(),
    " t) c "
);

/// The outcomes of a `period` of runs' devices: from the rows of ended runs, from tallies for active ones, and
/// counted where the end of a run was written without counts.
const OUTCOMES: &str = "), uncounted as (
        select t.state, t.cause, t.devices from run_tallies t join period p on p.id = t.run_id
            where p.status in ('queued', 'running')
        union all select d.state, d.cause, 1 from run_devices d join period p on p.id = d.run_id
            where p.succeeded is null and p.status not in ('queued', 'running')),
    outcomes as (select
        ((select coalesce(sum(succeeded + failed), 0) from period where status not in ('queued', 'running'))
            + (select coalesce(sum(devices), 0) from uncounted where state not in ('queued', 'running')))::bigint as results,
        (select count(*) from (
            select c.value->>'cause' as cause from period p cross join lateral jsonb_array_elements(p.causes) c (value)
            union (select cause from uncounted where cause is not null group by cause having sum(devices) > 0)) by_cause)
            as causes,
        (select count(distinct d.device_id) from run_devices d join period p on p.id = d.run_id
            where d.state = 'failure' and coalesce(p.failed, 1) > 0) as failing";

const LIST: List = List {
    from: FROM,
    counted: FROM,
    columns: COLUMNS,
    name: "r",
    around: AROUND,
    row: ROW,
    then: &[],
    id: "r.id",
    order: Order::Descending,
    pages_of_none: 0,
};

/// The database's expression for a column.
fn key(column: RunColumn) -> SortKey {
    match column {
        RunColumn::Id => SortKey::of("r.id"),
        RunColumn::QueuedAt => SortKey::of("r.queued_at"),
        RunColumn::StartedAt => SortKey::nullable("r.started_at"),
        RunColumn::FinishedAt => SortKey::nullable("r.finished_at"),
        RunColumn::JobName => SortKey::of("lower(j.name)"),
        RunColumn::Kind => SortKey::of("j.job_type"),
        RunColumn::Status => SortKey::of("r.status"),
        RunColumn::Trigger => SortKey::of("r.trigger"),
        RunColumn::Devices => SortKey::of("r.devices"),
        RunColumn::Duration => SortKey::nullable(DURATION),
    }
}

impl Store {
    /// One page of runs.
    pub async fn list_runs(&self, query: &ListRuns) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size)
            .sorted(key(query.sort.unwrap_or_default()), query.order)
            .between(query.after, query.before);
        self.page(&LIST, &paging, |sql| {
            narrow(sql, &query.filter);
            any_of(sql, "r.status", &query.status);
        })
        .await
    }

    /// One run.
    pub async fn run(&self, id: RunId) -> Result<Run> {
        let sql = format!("select {ROW} from (select {COLUMNS} from {FROM} where r.id = $1) r{AROUND}");
        let row: Option<Json<Run>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Run"))
    }

    /// The totals of a period. For one device they are counted from its rows; for all, they come from the rows of runs and the
    /// tallies of active ones. Which devices failed is only known from the devices.
    pub async fn summarize_runs(&self, query: &SummarizeRuns) -> Result<RunSummary> {
        let mut sql = Sql::new(format!(
            "with period as (select r.id, r.status, r.succeeded, r.failed, r.causes from {FROM} where true"
        ));
        narrow(&mut sql, &query.filter);
        match query.filter.device_id {
            Some(device_id) => {
                sql.push(
                    "), outcomes as (select count(*) filter (where d.finished_at is not null) as results,
                         count(distinct d.cause) as causes,
                         count(distinct d.device_id) filter (where d.state = 'failure') as failing
                         from run_devices d join period p on p.id = d.run_id where d.device_id = ",
                );
                sql.push_bind(device_id.get());
            }
            None => {
                sql.push(OUTCOMES);
            }
        }
        charts::usual(&mut sql, &query.filter);
        sql.push(
            "), active as (select coalesce(sum(t.devices), 0)::bigint as devices,
                 coalesce(sum(t.devices) filter (where t.state not in ('queued', 'running')), 0)::bigint as done
                 from run_tallies t join period p on p.id = t.run_id where p.status in ('queued', 'running'))
             select json_build_object('total', count(*),
                 'running', count(*) filter (where status in ('queued', 'running')),
                 'succeeded', count(*) filter (where status = 'succeeded'),
                 'failed', count(*) filter (where status in ('failed', 'partly_failed')),
                 'cancelled', count(*) filter (where status = 'cancelled'),
                 'device_results', (select results from outcomes), 'failure_causes', (select causes from outcomes),
                 'failing_devices', (select failing from outcomes),
                 'active_done', (select done from active), 'active_devices', (select devices from active),
                 'usual_ended', (select ended from usual), 'usual_succeeded', (select succeeded from usual)) from period",
        );
        let row: Json<RunSummary> = sql.build_query_scalar().fetch_one(self.pool()).await?;
        Ok(row.0)
    }

    /// Active runs of which every device is done, the oldest first.
    pub async fn runs_to_end(&self) -> Result<Vec<RunId>> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "select id from job_runs r where status in ('queued', 'running')
             and not exists (select 1 from run_devices d where d.run_id = r.id and d.state in ('queued', 'running'))
             order by id",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(ids.into_iter().map(RunId::new).collect())
    }

    /// Ends a run: writes its status, its counts as its devices have them, its commit, and the job's status word. Does nothing to
    /// a run that has ended; returns the run's end state if this call ended it.
    pub async fn end_run(&self, id: RunId, commit: Option<&str>) -> Result<Option<RunStatus>> {
        let mut tx = self.pool().begin().await?;
        let status: Option<String> = sqlx::query_scalar(concat!(
            "update job_runs r set finished_at = greatest(now(), r.started_at), started_at = coalesce(r.started_at, now()),
             commit_id = $2, succeeded = c.good, failed = c.bad, changed = c.changed, causes = ",
            causes!(counted!("")),
            ", usual_seconds = ",
            usual_seconds!(),
            ",
             message = case when r.devices = 0 then 'No device has a tag of this job; give one of its tags to a device.'
                 else r.message end,
             status = case when c.cancelled > 0 and (r.cancel_requested or c.cancelled = c.total) then 'cancelled'
                 when c.total = 0 or c.good = 0 then 'failed' when c.good = c.total then 'succeeded'
                 else 'partly_failed' end
             from (select count(*) as total, count(*) filter (where state = 'success') as good,
                 count(*) filter (where state in ('failure', 'cancelled')) as bad, count(*) filter (where changed) as changed,
                 count(*) filter (where state = 'cancelled') as cancelled from run_devices where run_id = $1) c
             where r.id = $1 and r.status in ('queued', 'running') returning r.status",
        ))
        .bind(id.get())
        .bind(commit)
        .fetch_optional(&mut *tx)
        .await?;
        let ended = status.as_deref().and_then(RunStatus::parse);
        if let Some(status) = ended {
            sqlx::query(
                "update jobs j set status = case when r.devices = 0 then $3 else $2 end,
                 started_at = r.started_at, completed_at = r.finished_at
                 from job_runs r where r.id = $1 and j.id = r.job_id",
            )
            .bind(id.get())
            .bind(JobStatus::from(status).as_str())
            .bind(JobStatus::NoDevices.as_str())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(ended)
    }
}
