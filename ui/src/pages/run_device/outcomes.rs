//! The device's last results, the newest on the right.

use dioxus::prelude::*;
use netraven_api::matrix::MatrixCell;
use netraven_api::results::{JobResult, ListResults, ResultStatus};
use netraven_api::runs::DeviceState;
use netraven_api::{DeviceId, JobId, RunId};

use crate::data::use_query;
use crate::features::marks::{CellMark, said};
use crate::format;
use crate::route::Route;
use crate::state::moment::use_moment;

/// Results shown.
const SHOWN: i64 = 30;

/// The last results of a job with a device, each a way to its page. Nothing is shown where they cannot be read: it is only
/// a look aside.
#[component]
pub fn Outcomes(job_id: ReadSignal<JobId>, device_id: ReadSignal<DeviceId>, run_id: RunId) -> Element {
    let moment = use_moment();
    let results = use_query(move || ListResults {
        size: Some(SHOWN),
        job_id: Some(job_id()),
        device_id: Some(device_id()),
        ..ListResults::default()
    });
    let Some(page) = results.value().filter(|page| !page.items.is_empty()) else { return rsx! {} };
    let failed = page.items.iter().filter(|result| result.status == ResultStatus::Failure).count();
    let failed = i64::try_from(failed).unwrap_or_default();
    let (count, noun) = (page.items.len(), if page.items.len() == 1 { "result" } else { "results" });
    rsx! {
        div { class: "outcomes",
            span { class: "muted", "Last {count} {noun}: {format::number(failed)} failed" }
            ol { aria_label: "Last {count} {noun} of this job with the device",
                for result in page.items.iter().rev().cloned() {
                    {
                        let (cell, at) = (cell(&result), format::date_time(result.result_time, &moment.zone()));
                        let words = format!("{at}: {}", said(cell));
                        let here = result.run_id == Some(run_id);
                        rsx! {
                            li { key: "{result.id}", "data-state": if here { "here" },
                                if let Some(run_id) = result.run_id {
                                    Link { to: Route::run_device(run_id, result.device_id), title: "{words}", aria_label: "{words}",
                                        CellMark { cell }
                                    }
                                } else {
                                    span { title: "{words}", aria_label: "{words}", role: "img", CellMark { cell } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(result: &JobResult) -> MatrixCell {
    if result.status == ResultStatus::Success {
        return MatrixCell { state: DeviceState::Success, cause: None };
    }
    MatrixCell { state: DeviceState::Failure, cause: result.cause() }
}
