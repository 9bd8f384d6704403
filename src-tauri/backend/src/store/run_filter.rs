//! The filter of runs in SQL.

use netraven_api::runs::RunFilter;

use super::listing::{Sql, any_of, is, within};
use super::{contains, numbers};

/// Adds the conditions of a filter to a statement over `job_runs r join jobs j`.
pub fn narrow(sql: &mut Sql, filter: &RunFilter) {
    is(sql, "r.job_id", filter.job_id);
    any_of(sql, "j.job_type", &filter.job_type);
    any_of(sql, "r.trigger", &filter.trigger);
    within(sql, "r.queued_at", filter.start_time, filter.end_time);
    if let Some(device_id) = filter.device_id {
        sql.push(" and exists (select 1 from run_devices d where d.run_id = r.id and d.device_id = ");
        sql.push_bind(device_id.get()).push(")");
    }
    if !filter.tag_id.is_empty() {
        sql.push(" and exists (select 1 from run_devices d join device_tags x on x.device_id = d.device_id");
        sql.push(" where d.run_id = r.id and x.tag_id = any(").push_bind(numbers(&filter.tag_id)).push("))");
    }
    if let Some(pattern) = contains(&filter.search) {
        sql.push(" and (j.name ilike ").push_bind(pattern.clone());
        sql.push(" or exists (select 1 from run_devices d where d.run_id = r.id and d.hostname ilike ");
        sql.push_bind(pattern).push("))");
    }
}
