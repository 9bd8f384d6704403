//! The newest result of one device, read from the results where the list of devices does not include it.

use dioxus::prelude::*;
use netraven_api::devices::Device;
use netraven_api::native::Feature;
use netraven_api::outcome::Cause;
use netraven_api::results::{JobResult, ListResults, ResultStatus};

use crate::components::{Ago, ReadFailed, SkeletonRows};
use crate::data::use_query_maybe;
use crate::features::device::LastResult;
use crate::state::session::use_workplace;

/// A device's newest result, when it was, and what to do next.
#[component]
pub fn NewestResult(device: ReadSignal<Device>) -> Element {
    let workplace = use_workplace();
    let results = use_query_maybe(move || {
        workplace.refusal(Feature::NewestResults).map(|_| ListResults {
            device_id: Some(device.read().id),
            size: Some(1),
            ..ListResults::default()
        })
    });
    let told = device.read().clone();
    let body = match (workplace.refusal(Feature::NewestResults), results.value(), results.error()) {
        (None, ..) => rsx! { Told { device: told.clone() } },
        (Some(_), Some(page), _) => match page.items.first() {
            Some(newest) => rsx! { Told { device: with(told.clone(), newest) } },
            None => rsx! { Instead { span { class: "muted", "never run" } } },
        },
        (Some(_), None, Some(problem)) => rsx! {
            Instead { ReadFailed { problem, onretry: move |()| results.refresh() } }
        },
        (Some(_), None, None) => rsx! { Instead { SkeletonRows { rows: 1, label: "Loading the newest result" } } },
    };
    rsx! { {body} }
}

#[component]
fn Told(device: Device) -> Element {
    let advice = device.last_cause.filter(|_| device.last_result != Some(ResultStatus::Success)).map(Cause::advice);
    rsx! {
        dt { "Last result" }
        dd {
            LastResult { device: device.clone() }
            if let Some(at) = device.last_result_at {
                " "
                Ago { at }
            }
        }
        if let Some(advice) = advice {
            dt { "Next" }
            dd { "{advice}" }
        }
    }
}

/// The row of the newest result with something else than a result in it.
#[component]
fn Instead(children: Element) -> Element {
    rsx! {
        dt { "Last result" }
        dd { {children} }
    }
}

/// The device as the list would show it with this result.
fn with(device: Device, newest: &JobResult) -> Device {
    Device {
        last_result: Some(newest.status),
        last_cause: newest.cause(),
        last_result_at: Some(newest.result_time),
        ..device
    }
}
