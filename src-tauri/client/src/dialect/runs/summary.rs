//! The cards of a period: totals by counting on the server where it can count, the rest by the runs put together.

use std::collections::BTreeSet;

use netraven_api::Problem;
use netraven_api::runs::{RunStatus, RunSummary};
use serde_json::Value;

use super::build::cause;
use super::cluster::Cluster;
use super::wanted::Wanted;
use super::{Window, window};
use crate::dialect::Talk;
use crate::dialect::asked::Asked;
use crate::dialect::row::reply;

/// The totals of a period.
pub async fn summary(talk: Talk<'_>, asked: &Asked) -> Result<Value, Problem> {
    let Window { mut runs, loaded, is_cut } = window(talk, asked).await?;
    let wanted = Wanted::read(talk, asked).await?;
    let is_narrowed = !wanted.is_everything() || asked.number("job_id")?.is_some();
    runs.retain(|(run, cluster)| wanted.fits(run, cluster.as_ref()));
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let of = |wanted: &[RunStatus]| number(runs.iter().filter(|(run, _)| wanted.contains(&run.status)).count());
    let of_device = |device_id: i64| wanted.device().is_none_or(|wanted| wanted == device_id);
    // The server counts what it can count: jobs by status, results by period. Narrowed further, the runs are counted here.
    let (running, device_results) = if is_narrowed {
        let results = runs.iter().filter_map(|(_, cluster)| cluster.as_ref()).flat_map(Cluster::results);
        let counted = results.filter(|result| of_device(result.device_id)).count();
        (of(&[RunStatus::Queued, RunStatus::Running]), number(counted))
    } else {
        let jobs = |word: &str| [("status", word.to_owned())];
        let running = talk.count("/jobs/", &jobs("RUNNING")).await? + talk.count("/jobs/", &jobs("queued")).await?;
        (running, talk.count("/job-results/", &asked.given(&["start_time", "end_time"])).await?)
    };
    let failures: Vec<_> = runs
        .iter()
        .filter_map(|(_, cluster)| cluster.as_ref())
        .flat_map(Cluster::results)
        .filter(|result| of_device(result.device_id))
        .filter_map(|result| Some((cause(result)?, result.device_id)))
        .collect();
    let active: Vec<_> = runs.iter().map(|(run, _)| run).filter(|run| run.status.is_active()).collect();
    Ok(reply(&RunSummary {
        total: number(runs.len()),
        running,
        succeeded: of(&[RunStatus::Succeeded]),
        failed: of(&[RunStatus::PartlyFailed, RunStatus::Failed]),
        cancelled: of(&[RunStatus::Cancelled]),
        device_results,
        active_done: active.iter().map(|run| run.succeeded + run.failed).sum(),
        active_devices: active.iter().map(|run| run.devices).sum(),
        failure_causes: number(failures.iter().map(|(cause, _)| *cause).collect::<BTreeSet<_>>().len()),
        failing_devices: number(failures.iter().map(|(_, device)| *device).collect::<BTreeSet<_>>().len()),
        // Reading four weeks of results to compare with would cost the server more than it tells.
        usual_ended: 0,
        usual_succeeded: 0,
        note: is_cut.then(|| {
            format!("The runs are counted among the newest {} of {} results.", loaded.rows.len(), loaded.total)
        }),
    }))
}
