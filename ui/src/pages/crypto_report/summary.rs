//! The report itself: what would be lost without old algorithms, and which algorithms are in use.

use std::rc::Rc;

use dioxus::prelude::*;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use netraven_api::crypto_report::{AlgorithmUse, CryptoLoss, CryptoPart, CryptoReport};

use super::left_out;
use super::view::CryptoChoice;
use crate::components::Sparkline;
use crate::format;
use crate::state::moment::use_moment;

/// What has to be known to read the numbers.
const HOW: &str = "Modern algorithms are preferred, so a device that agreed on an old one has no modern one of that \
                   kind. It may have another old one.";
/// What is counted.
const WHAT: &str = "What each device agreed on when it was last read over SSH. A MAC is implicit where the cipher \
                    brings its own.";

/// The whole report.
#[component]
pub fn Summary(report: Rc<CryptoReport>) -> Element {
    let read = i64::try_from(report.devices.len()).unwrap_or(i64::MAX);
    rsx! {
        div { class: "scroll crypto-report", tabindex: "0",
            section { aria_label: "What would be lost",
                h2 { "What would be lost" }
                p { class: "muted", {HOW} }
                Losses { report: report.clone() }
            }
            section { aria_label: "Algorithms in use",
                h2 { "Algorithms in use" }
                p { class: "muted", {WHAT} }
                div { class: "crypto-parts",
                    for part in CryptoPart::ALL {
                        Uses { key: "{part}", part, uses: of_part(&report, part) }
                    }
                }
            }
        }
        footer { class: "status-line",
            span { {format!("{} read over SSH", format::count(read, "device"))} }
            span { class: "grow cut", role: "note", {left_out(&report)} }
        }
    }
}

fn of_part(report: &CryptoReport, part: CryptoPart) -> Vec<AlgorithmUse> {
    report.algorithms.iter().filter(|one| one.part == part).cloned().collect()
}

/// What would be lost, now and in the weeks before.
#[component]
fn Losses(report: Rc<CryptoReport>) -> Element {
    rsx! {
        table { class: "data-table setup-table", aria_label: "Devices that would be lost",
            colgroup {
                col {}
                col { class: "col-crypto-devices" }
                col { class: "col-crypto-weeks" }
            }
            thead {
                tr {
                    th { scope: "col", "Without" }
                    th { scope: "col", "Devices" }
                    th { scope: "col", "Week by week" }
                }
            }
            tbody {
                for loss in report.losses.iter().cloned() {
                    LossRow { key: "{loss.without}", loss, weeks: report.weeks.clone() }
                }
            }
        }
    }
}

#[component]
fn LossRow(loss: CryptoLoss, weeks: Vec<Timestamp>) -> Element {
    let moment = use_moment();
    let lost = i64::try_from(loss.device_ids.len()).unwrap_or(i64::MAX);
    let words = week_by_week(&weeks, &loss.by_week, &moment.zone());
    rsx! {
        tr {
            td { class: "name", {loss.without.title()} }
            td {
                if lost == 0 {
                    span { class: "muted", "none" }
                } else {
                    Link { to: CryptoChoice::LostWithout(loss.without).route(), {format::count(lost, "device")} }
                }
            }
            td {
                div { class: "crypto-weeks", role: "img", title: "{words}", aria_label: "{words}",
                    Sparkline { values: loss.by_week }
                }
            }
        }
    }
}

/// The numbers of each week with their dates: `2026-11-16: 3, 2026-11-23: 2`.
fn week_by_week(weeks: &[Timestamp], devices: &[i64], zone: &TimeZone) -> String {
    let told = weeks.iter().zip(devices).map(|(at, devices)| {
        let date = at.to_zoned(zone.clone()).date();
        format!("{date}: {}", format::number(*devices))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// The algorithms of one part.
#[component]
fn Uses(part: CryptoPart, uses: Vec<AlgorithmUse>) -> Element {
    rsx! {
        table { class: "data-table", aria_label: part.title(),
            colgroup {
                col {}
                col { class: "col-crypto-devices" }
            }
            thead {
                tr {
                    th { scope: "col", {part.title()} }
                    th { scope: "col", "Devices" }
                }
            }
            tbody {
                for one in uses {
                    tr { key: "{one.name}",
                        td { class: "mono", title: "{one.name}", "{one.name}" }
                        td {
                            Link {
                                to: CryptoChoice::Agreed(part, one.name.clone()).route(),
                                {format::count(one.devices, "device")}
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weeks_are_told_with_their_dates() {
        let weeks: [Timestamp; 2] = ["2026-11-16T23:30:00Z", "2026-11-23T23:30:00Z"].map(|at| at.parse().unwrap());
        assert_eq!(week_by_week(&weeks, &[1_204, 0], &TimeZone::UTC), "2026-11-16: 1,204, 2026-11-23: 0");
    }
}
