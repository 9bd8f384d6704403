//! Some devices of the report, with all they agreed on.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::crypto_report::{CryptoDevice, CryptoPart, CryptoReport};

use super::view::{CryptoChoice, ReportView};
use crate::components::{Button, Empty, Glyph, Pager, TableFrame, Time, TimesSwitch};
use crate::dom;
use crate::format;
use crate::route::Route;
use crate::state::notices::use_notices;

/// Devices on one page.
const PAGE_SIZE: usize = 50;
/// The columns of the copied table.
const COLUMNS: [&str; 7] = ["hostname", "address", "key exchange", "host key", "cipher", "MAC", "last seen"];

/// The devices of a choice, a page of them: `number`, from 1.
#[component]
pub fn ChosenDevices(report: Rc<CryptoReport>, choice: CryptoChoice, number: i64) -> Element {
    let go = navigator();
    let picked = picked(&report, &choice);
    let last = picked.len().div_ceil(PAGE_SIZE).saturating_sub(1);
    // A link may name a page that is no longer there.
    let place = usize::try_from(number - 1).unwrap_or_default().min(last);
    let rows: Vec<CryptoDevice> =
        picked.iter().skip(place * PAGE_SIZE).take(PAGE_SIZE).map(|device| (*device).clone()).collect();
    let (total, title) = (as_number(picked.len()), choice.title());
    let turned = choice.clone();
    rsx! {
        div { class: "filters",
            h2 { "{title}" }
            span { class: "grow" }
            CopyTable { report: report.clone(), choice }
            Link { class: "btn btn-outline btn-sm", to: Route::crypto_report(), "Back to the report" }
        }
        if rows.is_empty() {
            Empty { title: "No such device", text: "No device agreed on this when last read.", glyph: Glyph::Check }
        } else {
            CryptoTable { rows }
        }
        Pager {
            noun: "device",
            total,
            page: as_number(place + 1),
            size: as_number(PAGE_SIZE),
            onpage: move |page| {
                go.push(ReportView { choice: Some(turned.clone()), page }.route());
            },
            TimesSwitch {}
        }
    }
}

fn picked<'a>(report: &'a CryptoReport, choice: &CryptoChoice) -> Vec<&'a CryptoDevice> {
    report.devices.iter().filter(|device| choice.picks(device)).collect()
}

/// Copies all devices of a choice, as a table for a spreadsheet.
#[component]
fn CopyTable(report: Rc<CryptoReport>, choice: CryptoChoice) -> Element {
    let notices = use_notices();
    let empty = picked(&report, &choice).is_empty();
    rsx! {
        Button {
            label: "Copy as CSV",
            glyph: Glyph::Copy,
            small: true,
            refused: empty.then(|| "Nothing to copy.".to_owned()),
            onclick: move |_| {
                let devices = picked(&report, &choice);
                let (text, copied) = (csv(&devices), as_number(devices.len()));
                spawn(async move {
                    if dom::copy(&text).await {
                        notices.done(format!("{} copied.", format::count_of(copied, "device was", "devices were")));
                    } else {
                        notices.wrong("The clipboard is not available. Select the rows and copy them.");
                    }
                });
            },
        }
    }
}

#[component]
fn CryptoTable(rows: Vec<CryptoDevice>) -> Element {
    rsx! {
        TableFrame { id: "crypto-frame",
            table { class: "data-table devices-table", aria_label: "Devices",
                thead {
                    tr {
                        th { scope: "col", "Hostname" }
                        th { scope: "col", "Address" }
                        for part in CryptoPart::ALL {
                            th { key: "{part}", scope: "col", {part.title()} }
                        }
                        th { scope: "col", "Last seen" }
                    }
                }
                tbody {
                    for device in rows {
                        CryptoRow { key: "{device.device_id}", device }
                    }
                }
            }
        }
    }
}

#[component]
fn CryptoRow(device: CryptoDevice) -> Element {
    rsx! {
        tr { "data-device": "{device.device_id}",
            td { class: "name",
                Link {
                    to: Route::device(device.device_id, &device.hostname),
                    title: "{device.hostname}",
                    "{device.hostname}"
                }
            }
            td { class: "mono", title: "{device.ip_address}", "{device.ip_address}" }
            for part in CryptoPart::ALL {
                td { key: "{part}", class: "mono", title: "{part.of(&device.algorithms)}",
                    "{part.of(&device.algorithms)}"
                }
            }
            td { class: "muted",
                Time { at: device.seen_at }
            }
        }
    }
}

/// The table: a row of names, and one for each device.
fn csv(devices: &[&CryptoDevice]) -> String {
    let mut text = COLUMNS.join(",");
    for device in devices {
        let algorithms = CryptoPart::ALL.map(|part| part.of(&device.algorithms));
        let seen_at = device.seen_at.to_string();
        let cells = [device.hostname.as_str(), &device.ip_address].into_iter().chain(algorithms).chain([&*seen_at]);
        text.push('\n');
        text.push_str(&cells.map(cell).collect::<Vec<_>>().join(","));
    }
    text.push('\n');
    text
}

/// A cell, in quotes where it needs them. A text that a spreadsheet would calculate is marked as text.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn as_number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use netraven_api::evidence::Algorithms;

    use super::*;

    #[test]
    fn a_copied_table_has_a_row_for_each_device() {
        let [kex, host_key, cipher, mac] = ["k", "h", "c", "m"].map(str::to_owned);
        let device = CryptoDevice {
            device_id: 9.into(),
            hostname: "=a,\"b\"".into(),
            ip_address: "10.0.0.9".into(),
            algorithms: Algorithms { kex, host_key, cipher, mac },
            seen_at: "2026-11-23T14:05:00Z".parse().unwrap(),
        };
        assert_eq!(
            csv(&[&device]),
            "hostname,address,key exchange,host key,cipher,MAC,last seen\n\
             \"'=a,\"\"b\"\"\",10.0.0.9,k,h,c,m,2026-11-23T14:05:00Z\n"
        );
    }
}
