//! One row for each platform.

use dioxus::prelude::*;
use netraven_api::platforms::{Platform, PlatformEvidence, PlatformSource};
use netraven_api::sorting::PlatformColumn;

use crate::components::{Glyph, SortHead, TableFrame, Tag, Tone};
use crate::features::paging::{Head, Sorted};
use crate::format;
use crate::route::Route;

/// The heads of the columns, left to right.
const HEADS: [Head<PlatformColumn>; 5] = [
    (PlatformColumn::Title, "Platform", ""),
    (PlatformColumn::Vendor, "Vendor", "wide-only"),
    (PlatformColumn::Source, "Source", "wide-only"),
    (PlatformColumn::Evidence, "Evidence", ""),
    (PlatformColumn::Devices, "Devices", ""),
];

/// The platforms.
#[component]
pub fn PlatformsTable(
    rows: Vec<Platform>,
    open: Option<String>,
    sorted: Sorted<PlatformColumn>,
    onsort: EventHandler<PlatformColumn>,
    onopen: EventHandler<String>,
) -> Element {
    rsx! {
        TableFrame { id: "platforms-frame",
            table { class: "data-table platforms-table", aria_label: "Platforms",
                colgroup {
                    col {}
                    col { class: "col-vendor wide-only" }
                    col { class: "col-source wide-only" }
                    col { class: "col-evidence" }
                    col { class: "col-devices" }
                }
                thead {
                    tr {
                        for (column, title, class) in HEADS {
                            SortHead {
                                key: "{column}",
                                title,
                                class,
                                sorted: sorted.direction(column),
                                onsort: move |()| onsort.call(column),
                            }
                        }
                    }
                }
                tbody {
                    for platform in rows {
                        PlatformRow {
                            key: "{platform.name}",
                            open: open.as_ref() == Some(&platform.name),
                            platform,
                            onopen,
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn PlatformRow(platform: Platform, open: bool, onopen: EventHandler<String>) -> Element {
    let (of_row, of_button) = (platform.name.clone(), platform.name.clone());
    rsx! {
        tr {
            "data-opens": "yes",
            "data-state": if open { "open" },
            "data-platform": "{platform.name}",
            onclick: move |_| onopen.call(of_row.clone()),
            td { class: "name two-lines", title: "{platform.title}",
                button {
                    class: "row-link",
                    r#type: "button",
                    "data-action": "Open {platform.title}",
                    aria_expanded: if open { "true" } else { "false" },
                    onclick: move |event| {
                        event.stop_propagation();
                        onopen.call(of_button.clone());
                    },
                    "{platform.title}"
                }
                span { class: "muted mono", "{platform.name}" }
            }
            td { class: "muted wide-only", title: "{platform.vendor}", "{platform.vendor}" }
            td { class: "muted wide-only", {source_word(platform.source)} }
            td { EvidenceTag { evidence: platform.evidence } }
            td { DeviceCount { name: platform.name.clone(), devices: platform.devices } }
        }
    }
}

/// Where a platform is defined, in words.
pub fn source_word(source: Option<PlatformSource>) -> &'static str {
    source.map_or("not reported", PlatformSource::title)
}

/// How far a platform is proven.
#[component]
pub fn EvidenceTag(#[props(!optional)] evidence: Option<PlatformEvidence>) -> Element {
    let Some(evidence) = evidence else { return rsx! { span { class: "muted", "not said" } } };
    let (tone, glyph) = match evidence {
        PlatformEvidence::Session => (Tone::Success, Glyph::Check),
        PlatformEvidence::Answers => (Tone::Info, Glyph::Info),
        PlatformEvidence::Documentation => (Tone::Neutral, Glyph::Platform),
    };
    rsx! {
        Tag { text: evidence.title(), tone, glyph }
    }
}

/// How many devices use a platform, and the way to them.
#[component]
pub fn DeviceCount(name: String, #[props(!optional)] devices: Option<i64>) -> Element {
    let count = format::number_known(devices);
    if devices.is_none_or(|devices| devices == 0) {
        return rsx! { span { class: "muted", "{count}" } };
    }
    rsx! {
        Link {
            class: "side-link",
            to: Route::devices_of(&name),
            title: "Show the devices of this platform",
            onclick: move |event: MouseEvent| event.stop_propagation(),
            "{count}"
        }
    }
}
