//! The crypto report: which SSH algorithms the devices agreed on, and which devices would be lost without old ones.

use dioxus::prelude::*;
use netraven_api::crypto_report::{CryptoReport, GetCryptoReport};
use netraven_api::native::Feature;

use crate::components::{
    Button, Crumb, Empty, ErrorState, Glyph, PageHeader, Panel, SkeletonRows, StaleNote, UpdatedAgo,
};
use crate::data::{Query, use_query_maybe};
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::session::use_workplace;

mod devices;
mod summary;
mod view;

use devices::ChosenDevices;
use summary::Summary;
use view::ReportView;

/// The page's name.
const NAME: &str = "Crypto report";

/// The page of the report. `view` is which of its devices are listed, as the page's address has it.
#[component]
pub fn CryptoReportPage(view: ReadSignal<String>) -> Element {
    let workplace = use_workplace();
    let refusal = workplace.refusal(Feature::CryptoReport);
    let report = use_query_maybe(move || workplace.refusal(Feature::CryptoReport).is_none().then_some(GetCryptoReport));
    let shown = ReportView::read(&view.read());
    let beneath = match &shown.choice {
        None => vec![Crumb::here(NAME)],
        Some(choice) => vec![Crumb::link(NAME, Route::crypto_report()), Crumb::here(choice.title())],
    };
    rsx! {
        PageHeader {
            title: NAME,
            crumbs: Section::Devices.crumbs_to(beneath),
            UpdatedAgo { at: report.at(), loading: report.loading() }
            Button {
                label: "Refresh",
                glyph: Glyph::Refresh,
                refused: refusal.clone(),
                onclick: move |_| report.refresh(),
            }
        }
        Panel {
            if let Some(reason) = refusal {
                Empty { title: "No crypto report", text: reason, glyph: Glyph::Lock }
            } else {
                Body { report, shown }
            }
        }
    }
}

#[component]
fn Body(report: Query<CryptoReport>, shown: ReportView) -> Element {
    let retry = move |()| report.refresh();
    match (report.value(), report.error()) {
        (Some(told), stale) => rsx! {
            if let Some(problem) = stale {
                StaleNote { problem, at: report.at(), onretry: retry }
            }
            if told.devices.is_empty() {
                Empty {
                    title: "No device has been read over SSH yet",
                    text: "The report is made of what devices agree on when they are backed up. {left_out(&told)}",
                    glyph: Glyph::Lock,
                    Link { class: "btn btn-outline", to: Route::JobsPage {}, "Open the jobs" }
                }
            } else if let Some(choice) = shown.choice.clone() {
                ChosenDevices { report: told.clone(), choice, number: shown.page }
            } else {
                Summary { report: told.clone() }
            }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The crypto report could not be loaded", problem, onretry: retry }
        },
        (None, None) => rsx! { SkeletonRows { rows: 8, label: "Loading the crypto report" } },
    }
}

/// The devices that the report says nothing about, as a sentence for each kind; empty if there are none.
fn left_out(report: &CryptoReport) -> String {
    let mut sentences = Vec::new();
    if report.never_read > 0 {
        let devices = format::count(report.never_read, "device");
        sentences.push(format!("Not known: {devices} without a result of an SSH session."));
    }
    if report.without_ssh > 0 {
        let devices = format::count(report.without_ssh, "device");
        sentences.push(format!("Not encrypted: {devices} reached by telnet or raw TCP."));
    }
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_that_are_left_out_are_named_by_the_reason() {
        let report = |never_read, without_ssh| CryptoReport { never_read, without_ssh, ..CryptoReport::default() };
        assert_eq!(left_out(&report(0, 0)), "");
        assert_eq!(left_out(&report(1, 0)), "Not known: 1 device without a result of an SSH session.");
        assert_eq!(
            left_out(&report(2, 3)),
            "Not known: 2 devices without a result of an SSH session. \
             Not encrypted: 3 devices reached by telnet or raw TCP."
        );
    }
}
