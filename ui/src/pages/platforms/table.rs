//! One row for each platform.

use dioxus::prelude::*;
use netraven_api::platforms::{Platform, PlatformEvidence, PlatformSource};
use netraven_api::sorting::PlatformColumn;

use crate::components::{Glyph, Tag, Tone};
use crate::features::paging::Sorted;
use crate::features::sorted_table::{SortedTable, TableFace};
use crate::format;
use crate::route::Route;

/// The table of platforms.
const TABLE: TableFace<PlatformColumn> = TableFace {
    name: "platforms",
    title: "Platforms",
    class: "platforms-table",
    heads: &[
        (PlatformColumn::Title, "Platform", "", ""),
        (PlatformColumn::Vendor, "Vendor", "col-vendor wide-only", "wide-only"),
        (PlatformColumn::Source, "Source", "col-source wide-only", "wide-only"),
        (PlatformColumn::Evidence, "Evidence", "col-evidence", ""),
        (PlatformColumn::Devices, "Devices", "col-platform-devices", ""),
    ],
    needs: &[],
    unsorted: &[],
    turns: &[],
};

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
        SortedTable { face: TABLE, sorted, onsort,
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
