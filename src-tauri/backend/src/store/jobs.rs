//! Jobs and their schedules.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use netraven_api::jobs::{Job, JobInput, JobKind, ListJobs, ListRecentJobs, RecentJob, Schedule};
use netraven_api::sorting::JobColumn;
use netraven_api::{DeviceId, JobId, Open, Order, TagId};
use serde::Deserialize;
use sqlx::types::Json;

use super::listing::{List, Paging, RawPage, SortKey, Sql, Total, all_rows, any_of, like, tagged};
use super::{Result, Store, StoreError, explain, numbers};

const UNIQUE: &[(&str, &str)] = &[
    ("jobs_name_key", "Job name already exists"),
    ("jobs_device_id_fkey", "Device not found: choose a device that exists"),
];

/// The fields of a schedule.
macro_rules! schedule {
    () => {
        "'schedule_type', j.schedule_type, 'interval_seconds', j.interval_seconds, 'cron_string', j.cron_string,
        'time_zone', j.time_zone, 'scheduled_for', wire_time(j.scheduled_for)"
    };
}

const ROW: &str = concat!(
    "json_build_object(
    'id', j.id, 'name', j.name, 'description', j.description, 'is_enabled', j.is_enabled, ",
    schedule!(),
    ", 'job_type', j.job_type, 'status', j.status,
    'started_at', wire_time(j.started_at), 'completed_at', wire_time(j.completed_at),
    'tags', coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'type', t.type,
        'description', t.description) order by t.name)
        from job_tags jt join tags t on t.id = jt.tag_id where jt.job_id = j.id), '[]'),
    'device_id', j.device_id, 'is_system_job', j.is_system_job,
    'last_run_id', (select max(r.id) from job_runs r where r.job_id = j.id))"
);

/// The end of the newest run, or its start while it has none.
const LAST_RUN: &str = "coalesce(j.completed_at, j.started_at)";
/// The device's name, or the first of the tags.
const TARGET: &str = "coalesce((select lower(d.hostname) from devices d where d.id = j.device_id), \
                                 (select min(lower(t.name)) from job_tags jt join tags t on t.id = jt.tag_id \
                                  where jt.job_id = j.id))";
/// What the next start of a job depends on.
const PLAN: &str = concat!(
    "json_build_object('id', j.id, 'is_enabled', j.is_enabled, ",
    schedule!(),
    ", 'started_at', wire_time(j.started_at))"
);

const LIST: List = List {
    from: "jobs j",
    counted: "jobs j",
    columns: "j.*",
    name: "j",
    around: "",
    row: ROW,
    then: &[],
    id: "j.id",
    order: Order::Ascending,
    pages_of_none: 0,
};

/// The database's expression for a column.
fn key(column: JobColumn) -> SortKey {
    match column {
        JobColumn::Id => SortKey::of("j.id"),
        JobColumn::Name => SortKey::of("lower(j.name)"),
        JobColumn::Kind => SortKey::of("j.job_type"),
        JobColumn::Status => SortKey::of("j.status"),
        JobColumn::IsEnabled => SortKey::of("j.is_enabled"),
        JobColumn::ScheduleKind => SortKey::nullable("j.schedule_type"),
        JobColumn::StartedAt => SortKey::nullable("j.started_at"),
        JobColumn::CompletedAt => SortKey::nullable("j.completed_at"),
        // The database cannot know it; see `jobs_by_next_run`.
        JobColumn::NextRun => SortKey::default(),
        JobColumn::LastRunAt => SortKey::nullable(LAST_RUN),
        JobColumn::Target => SortKey::nullable(TARGET),
    }
}

/// What the next start of a job depends on.
#[derive(Clone, Debug, Deserialize)]
pub struct JobPlan {
    /// Id of the job.
    pub id: JobId,
    /// Whether its schedule is active.
    pub is_enabled: bool,
    /// The schedule.
    #[serde(flatten)]
    pub schedule: Schedule,
    /// Start of the newest run.
    pub started_at: Option<Timestamp>,
}

impl From<&Job> for JobPlan {
    fn from(job: &Job) -> JobPlan {
        let Job { id, is_enabled, ref schedule, started_at, .. } = *job;
        JobPlan { id, is_enabled, schedule: schedule.clone(), started_at }
    }
}

/// A job's schedule, as the scheduler reads it.
#[derive(Clone, Debug, Deserialize)]
pub struct JobSchedule {
    /// Id of the job.
    pub id: JobId,
    /// Name of the job.
    pub name: String,
    /// The schedule.
    #[serde(flatten)]
    pub schedule: Schedule,
    /// When the schedule was last changed.
    pub schedule_since: Timestamp,
    /// The due time of its last start.
    pub last_fire: Option<Timestamp>,
}

impl Store {
    /// One page of jobs; `next` computes the next start of each.
    pub async fn list_jobs(&self, query: &ListJobs, next: impl Fn(&JobPlan) -> Option<Timestamp>) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size)
            .sorted(key(query.sort.unwrap_or_default()), query.order)
            .between(query.after, query.before);
        let status: Vec<String> = query.status.iter().map(|status| status.as_str().to_lowercase()).collect();
        let narrow = |sql: &mut Sql| {
            like(sql, "j.name", &query.name);
            any_of(sql, "lower(j.status)", &status);
            if let Some(enabled) = query.is_enabled {
                sql.push(" and j.is_enabled = ").push_bind(enabled);
            }
            any_of(sql, "j.schedule_type", &query.schedule_type);
            any_of(sql, "j.job_type", &query.job_type);
            tagged(sql, "job_tags", "job_id", "j.id", &query.tag_id);
        };
        let by_id = paging.after.is_some() || paging.before.is_some();
        if query.sort == Some(JobColumn::NextRun) && !by_id {
            return self.jobs_by_next_run(&paging, narrow, next).await;
        }
        let mut sql = Sql::new(format!("select {ROW} from "));
        LIST.rows(&mut sql, &paging, narrow);
        sql.push(" order by j.place");
        let jobs: Vec<Json<Job>> = sql.build_query_scalar().fetch_all(self.pool()).await?;
        let total = match all_rows(i64::try_from(jobs.len()).unwrap_or(i64::MAX), &paging) {
            Some(rows) => Total { rows, is_estimate: false },
            None => self.count(&LIST, &paging, narrow).await?,
        };
        let items = jobs.into_iter().map(|Json(job)| with_next_run(job, &next)).collect::<Result<Vec<_>>>()?;
        Ok(LIST.page(&items.join(","), total, &paging))
    }

    /// One page of jobs by their next starts: those of all matching jobs are computed, and only the page is read whole.
    async fn jobs_by_next_run(
        &self,
        paging: &Paging,
        narrow: impl Fn(&mut Sql),
        next: impl Fn(&JobPlan) -> Option<Timestamp>,
    ) -> Result<RawPage> {
        let mut sql = Sql::new(format!("select {PLAN} from jobs j where true"));
        narrow(&mut sql);
        let plans: Vec<Json<JobPlan>> = sql.build_query_scalar().fetch_all(self.pool()).await?;
        let mut order: Vec<(Option<Timestamp>, JobId)> = plans.iter().map(|job| (next(job), job.id)).collect();
        let descending = paging.order == Some(Order::Descending);
        // As in the database: missing values come last either way, and ids follow the direction.
        order.sort_by(|one, other| {
            let (one, other) = if descending { (other, one) } else { (one, other) };
            one.cmp(other)
        });
        order.sort_by_key(|(at, _)| at.is_none());
        let skipped = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
        let size = usize::try_from(paging.size()).unwrap_or_default();
        let ids: Vec<JobId> = order.iter().map(|(_, id)| *id).skip(skipped).take(size).collect();
        let mut jobs: Vec<Json<Job>> = Sql::new(format!("select {ROW} from jobs j where j.id = any("))
            .push_bind(numbers(&ids))
            .push(")")
            .build_query_scalar()
            .fetch_all(self.pool())
            .await?;
        jobs.sort_by_key(|job| ids.iter().position(|id| *id == job.id));
        let items = jobs.into_iter().map(|Json(job)| with_next_run(job, &next)).collect::<Result<Vec<_>>>()?;
        let rows = i64::try_from(order.len()).unwrap_or(i64::MAX);
        Ok(LIST.page(&items.join(","), Total { rows, is_estimate: false }, paging))
    }

    /// One job.
    pub async fn job(&self, id: JobId) -> Result<Job> {
        let sql = format!("select {ROW} from jobs j where j.id = $1");
        let row: Option<Json<Job>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Job"))
    }

    /// The enabled jobs with a schedule, by name.
    pub async fn scheduled_jobs(&self) -> Result<Vec<Job>> {
        let sql = format!(
            "select {ROW} from jobs j where j.is_enabled and j.schedule_type is not null order by lower(j.name), j.id"
        );
        let rows: Vec<Json<Job>> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// When a run of each kind of job last started.
    pub async fn kinds_last_used(&self) -> Result<Vec<(String, Timestamp)>> {
        let rows: Vec<(String, jiff_sqlx::Timestamp)> = sqlx::query_as(
            "select j.job_type, max(r.queued_at) from job_runs r join jobs j on j.id = r.job_id group by j.job_type",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(kind, at)| (kind, at.to_jiff())).collect())
    }

    /// Adds a job and returns its id.
    pub async fn create_job(&self, input: &JobInput) -> Result<JobId> {
        let schedule = &input.schedule;
        let mut tx = self.pool().begin().await?;
        let id: i64 = sqlx::query_scalar(
            "insert into jobs (name, description, job_type, is_enabled, schedule_type, interval_seconds, cron_string,
             time_zone, scheduled_for, device_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
        )
        .bind(&input.name)
        .bind(&input.description)
        .bind(input.job_type.map(JobKind::as_str))
        .bind(input.is_enabled.unwrap_or(true))
        .bind(schedule.kind.as_ref().map(Open::as_str))
        .bind(schedule.interval_seconds)
        .bind(&schedule.cron_string)
        .bind(&schedule.time_zone)
        .bind(schedule.scheduled_for.map(|at| at.to_sqlx()))
        .bind(input.device_id.map(DeviceId::get))
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| explain(error, UNIQUE))?;
        replace_tags(&mut tx, id.into(), input.tags.as_deref().unwrap_or_default()).await?;
        tx.commit().await?;
        Ok(id.into())
    }

    /// Writes a job after a change; its schedule restarts if `reschedule` is set.
    pub async fn update_job(&self, job: &Job, tags: Option<&[TagId]>, reschedule: bool) -> Result<()> {
        let schedule = &job.schedule;
        let mut tx = self.pool().begin().await?;
        let done = sqlx::query(
            "update jobs set name = $2, description = $3, is_enabled = $4, schedule_type = $5, interval_seconds = $6,
             cron_string = $7, time_zone = $8, scheduled_for = $9, device_id = $10,
             schedule_since = case when $11 then now() + coalesce($6, 0) * interval '1 second' else schedule_since end
             where id = $1",
        )
        .bind(job.id.get())
        .bind(&job.name)
        .bind(&job.description)
        .bind(job.is_enabled)
        .bind(schedule.kind.as_ref().map(Open::as_str))
        .bind(schedule.interval_seconds)
        .bind(&schedule.cron_string)
        .bind(&schedule.time_zone)
        .bind(schedule.scheduled_for.map(|at| at.to_sqlx()))
        .bind(job.device_id.map(DeviceId::get))
        .bind(reschedule)
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, UNIQUE))?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("Job"));
        }
        if let Some(tags) = tags {
            replace_tags(&mut tx, job.id, tags).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Removes a job with its runs.
    pub async fn delete_job(&self, id: JobId) -> Result<()> {
        let done = sqlx::query("delete from jobs where id = $1").bind(id.get()).execute(self.pool()).await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Job")) } else { Ok(()) }
    }

    /// The active schedules.
    pub async fn schedules(&self) -> Result<Vec<JobSchedule>> {
        let rows: Vec<Json<JobSchedule>> = sqlx::query_scalar(concat!(
            "select json_build_object('id', j.id, 'name', j.name, ",
            schedule!(),
            ", 'schedule_since', j.schedule_since,
             'last_fire', (select max(r.fire_at) from job_runs r where r.job_id = j.id))
             from jobs j where j.is_enabled and j.schedule_type is not null order by j.id",
        ))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// The most recent jobs, with their newest run.
    pub async fn recent_jobs(&self, query: &ListRecentJobs) -> Result<Vec<RecentJob>> {
        let rows: Vec<Json<RecentJob>> = sqlx::query_scalar(
            "select json_build_object('id', j.id, 'name', j.name, 'job_type', j.job_type,
             'run_time', coalesce(r.started_at, r.queued_at),
             'duration', extract(epoch from r.finished_at - coalesce(r.started_at, r.queued_at)),
             'status', j.status, 'is_system_job', j.is_system_job,
             'devices', coalesce((select json_agg(json_build_object('id', d.device_id, 'name', d.hostname)
                 order by lower(d.hostname)) from run_devices d where d.run_id = r.id), '[]'),
             'tags', coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'type', t.type,
                 'description', t.description) order by t.name)
                 from job_tags jt join tags t on t.id = jt.tag_id where jt.job_id = j.id), '[]'))
             from jobs j join lateral (select * from job_runs where job_id = j.id order by id desc limit 1) r on true
             order by r.id desc limit $1",
        )
        .bind(query.limit.unwrap_or(20).clamp(0, 100))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

/// The JSON of a listed job with its next start, which the database cannot know.
fn with_next_run(mut job: Job, next: impl Fn(&JobPlan) -> Option<Timestamp>) -> Result<String> {
    job.next_run = next(&JobPlan::from(&job));
    serde_json::to_string(&job).map_err(|error| StoreError::Database(sqlx::Error::Encode(error.into())))
}

async fn replace_tags(tx: &mut sqlx::PgTransaction<'_>, id: JobId, tags: &[TagId]) -> Result<()> {
    sqlx::query("delete from job_tags where job_id = $1").bind(id.get()).execute(&mut **tx).await?;
    sqlx::query("insert into job_tags (job_id, tag_id) select $1, id from tags where id = any($2)")
        .bind(id.get())
        .bind(numbers(tags))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
