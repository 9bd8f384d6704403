//! The devices of a run: a page of them, or one with the details of its result.

use std::sync::LazyLock;

use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::{DeviceState, ListRunDevices, RunDevice};
use netraven_api::sorting::RunDeviceColumn;
use netraven_api::{DeviceId, Order, RunId};
use sqlx::types::Json;

use crate::store::listing::{List, Paging, RawPage, SortKey, Sql, any_of};
use crate::store::{Result, Store, StoreError, contains, numbers, session_policies};

/// The address as it is shown.
macro_rules! address {
    () => {
        "case when d.port = 22 then d.ip_address when d.ip_address like '%:%' then '[' || d.ip_address || ']:' || d.port
        else d.ip_address || ':' || d.port end"
    };
}

/// The fields of a row, without the closing bracket.
macro_rules! fields {
    () => {
        concat!(
            "json_build_object('device_id', d.device_id, 'hostname', d.hostname, 'address', ",
            address!(),
            ", 'device_type', d.device_type, 'transport', d.transport, 'state', d.state, 'stage', d.stage,
            'cause', d.cause, 'message', d.message,
            'attempt', d.attempt, 'worker', d.worker, 'started_at', wire_time(d.started_at),
            'finished_at', wire_time(d.finished_at), 'result_id', d.result_id, 'changed', d.changed,
            'snapshot_id', d.snapshot_id, 'waits_for', ",
            session_policies::waits_for!()
        )
    };
}

/// Devices of a run with the details of their results.
macro_rules! detailed {
    ($rest:literal) => {
        concat!(
            "select ",
            fields!(),
            ", 'details', res.details) from run_devices d
            left join job_results res on res.run_id = d.run_id and res.device_id = d.device_id where d.run_id = $1 ",
            $rest
        )
    };
}

const ONE: &str = detailed!("and d.device_id = $2");
const ALL: &str = detailed!("");

/// Sorted by its keys alone; whole rows are only read for one page.
const LIST: List = List {
    from: "run_devices d",
    counted: "run_devices d",
    columns: "d.run_id, d.device_id",
    name: "p",
    around: " join run_devices d on d.run_id = p.run_id and d.device_id = p.device_id",
    row: concat!(fields!(), ")"),
    then: &[HOSTNAME],
    id: "d.device_id",
    order: Order::Ascending,
    pages_of_none: 0,
};

const HOSTNAME: &str = "lower(d.hostname)";

/// The database's expression for a column: the ranks and titles of closed lists are those of the wire types.
fn key(column: RunDeviceColumn) -> SortKey {
    static STATE: LazyLock<String> = LazyLock::new(|| {
        ranked("d.state", DeviceState::ALL.map(|state| (state.as_str(), usize::from(state.attention()))))
    });
    static STAGE: LazyLock<String> = LazyLock::new(|| {
        let places = Stage::ALL.iter().enumerate();
        ranked("d.stage", places.map(|(place, stage)| (stage.as_str(), place)))
    });
    static CAUSE: LazyLock<String> = LazyLock::new(|| {
        let mut causes = Cause::ALL;
        causes.sort_by_key(|cause| cause.title());
        ranked("d.cause", causes.iter().enumerate().map(|(place, cause)| (cause.as_str(), place)))
    });
    match column {
        RunDeviceColumn::Attention | RunDeviceColumn::State => SortKey::of(&STATE),
        RunDeviceColumn::Device => SortKey::of(HOSTNAME),
        RunDeviceColumn::Stage => SortKey::nullable(&STAGE),
        RunDeviceColumn::Cause => SortKey::nullable(&CAUSE),
        RunDeviceColumn::Message => SortKey::nullable("lower(nullif(d.message, ''))"),
        RunDeviceColumn::Duration => SortKey::nullable("coalesce(d.finished_at, now()) - d.started_at"),
    }
}

/// The rank of a column's word.
fn ranked(column: &str, ranks: impl IntoIterator<Item = (&'static str, usize)>) -> String {
    let ranks: String = ranks.into_iter().map(|(word, rank)| format!(" when '{word}' then {rank}")).collect();
    format!("case {column}{ranks} end")
}

impl Store {
    /// One page of the devices of a run.
    pub async fn list_run_devices(&self, query: &ListRunDevices) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size).sorted(key(query.sort.unwrap_or_default()), query.order);
        let (items, total) = self.items_and_total(&LIST, &paging, |sql| narrow(sql, query)).await?;
        if total.rows == 0 {
            self.run(query.run_id).await?;
        }
        Ok(LIST.page(&items, total, &paging))
    }

    /// All devices of a run with the details of their results, those that ask for attention first.
    pub async fn all_run_devices(&self, id: RunId) -> Result<Vec<RunDevice>> {
        let attention = key(RunDeviceColumn::Attention).sql;
        let sql = format!("{ALL} order by {attention}, {HOSTNAME}, d.device_id");
        let rows: Vec<Json<RunDevice>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// One device of a run, with the details of its result.
    pub async fn run_device(&self, id: RunId, device_id: DeviceId) -> Result<RunDevice> {
        let row: Option<Json<RunDevice>> =
            sqlx::query_scalar(ONE).bind(id.get()).bind(device_id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Device of this run"))
    }
}

fn narrow(sql: &mut Sql, query: &ListRunDevices) {
    sql.push(" and d.run_id = ").push_bind(query.run_id.get());
    if !query.device_id.is_empty() {
        sql.push(" and d.device_id = any(").push_bind(numbers(&query.device_id)).push(")");
    }
    any_of(sql, "d.state", &query.state.iter().map(|state| state.as_str()).collect::<Vec<_>>());
    any_of(sql, "d.cause", &query.cause.iter().map(|cause| cause.as_str()).collect::<Vec<_>>());
    if let Some(pattern) = contains(&query.search) {
        sql.push(" and (d.hostname ilike ").push_bind(pattern.clone());
        sql.push(concat!(" or ", address!(), " ilike ")).push_bind(pattern).push(")");
    }
}
