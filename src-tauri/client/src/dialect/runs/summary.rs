//! The cards of a period, counted among its runs and results.

use std::collections::BTreeSet;

use netraven_api::runs::{RunStatus, RunSummary};
use netraven_api::{DeviceId, Problem};
use serde_json::Value;

use super::device::cause;
use super::wanted::Wanted;
use super::{Window, window};
use crate::dialect::Context;
use crate::dialect::parsed_request::ParsedRequest;
use crate::dialect::row::reply;

/// The totals of a period.
pub async fn summary(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let window = window(context, request).await?;
    let wanted = Wanted::read(context, request).await?;
    let note = window.note("The runs are counted by this server's log and");
    let is_narrowed = !wanted.is_everything();
    let Window { mut runs, results, .. } = window;
    runs.retain(|(run, seen)| wanted.fits(run, seen.as_ref()));
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let of = |wanted: &[RunStatus]| number(runs.iter().filter(|(run, _)| wanted.contains(&run.status)).count());
    let of_device = |device_id: DeviceId| wanted.device().is_none_or(|wanted| wanted == device_id);
    let kept = || runs.iter().filter_map(|(_, seen)| seen.as_ref()).flat_map(|seen| &seen.results);
    // All results of a period are counted by the server. With further filters, those of the runs are counted here.
    let device_results =
        if is_narrowed { number(kept().filter(|result| of_device(result.device_id)).count()) } else { results };
    let failures: Vec<_> = kept()
        .filter(|result| of_device(result.device_id))
        .filter_map(|result| Some((cause(result)?, result.device_id)))
        .collect();
    let active: Vec<_> = runs.iter().map(|(run, _)| run).filter(|run| run.status.is_active()).collect();
    Ok(reply(&RunSummary {
        total: number(runs.len()),
        running: of(&[RunStatus::Queued, RunStatus::Running]),
        succeeded: of(&[RunStatus::Succeeded]),
        failed: of(&[RunStatus::PartlyFailed, RunStatus::Failed]),
        cancelled: of(&[RunStatus::Cancelled]),
        device_results,
        active_done: active.iter().map(|run| run.succeeded + run.failed).sum(),
        active_devices: active.iter().map(|run| run.devices).sum(),
        failure_causes: number(failures.iter().map(|(cause, _)| *cause).collect::<BTreeSet<_>>().len()),
        failing_devices: number(failures.iter().map(|(_, device)| *device).collect::<BTreeSet<_>>().len()),
        // Reading four weeks of results for comparison would cost the server more than it is worth.
        usual_ended: 0,
        usual_succeeded: 0,
        note,
    }))
}
