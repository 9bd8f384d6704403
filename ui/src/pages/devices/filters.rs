//! What narrows the list of devices, each a parameter of the request.

use dioxus::prelude::*;
use netraven_api::devices::ListDevices;
use netraven_api::platforms::Platforms;
use netraven_api::tags::ListTags;

use crate::components::{Button, ButtonKind, Choice, Glyph, Picker, SearchField};
use crate::data::{Query, use_query};

/// Devices on one page.
pub const PAGE_SIZE: i64 = 50;

/// What the person has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Part of the hostname.
    pub hostname: String,
    /// Platform.
    pub platform: Option<String>,
    /// Any of these tags.
    pub tags: Vec<i64>,
    /// Page, from 1.
    pub page: i64,
}

impl Default for DeviceFilter {
    fn default() -> DeviceFilter {
        DeviceFilter { hostname: String::new(), platform: None, tags: Vec::new(), page: 1 }
    }
}

impl DeviceFilter {
    /// The request; the hostname is handed in because it settles later than it is typed.
    #[must_use]
    pub fn request(&self, hostname: &str) -> ListDevices {
        let hostname = hostname.trim();
        ListDevices {
            page: Some(self.page),
            size: Some(PAGE_SIZE),
            hostname: (!hostname.is_empty()).then(|| hostname.to_owned()),
            device_type: self.platform.iter().cloned().collect(),
            tag_id: self.tags.clone(),
            ..ListDevices::default()
        }
    }

    /// Whether fewer than all devices are asked for.
    #[must_use]
    pub fn narrows(&self) -> bool {
        !self.hostname.trim().is_empty() || self.platform.is_some() || !self.tags.is_empty()
    }
}

/// The filters of the list.
#[component]
pub fn FilterBar(filter: Signal<DeviceFilter>, platforms: Query<Platforms>) -> Element {
    let mut filter = filter;
    let tags = use_query(|| ListTags { size: Some(100), ..ListTags::default() });
    let platforms: Vec<Choice> = platforms
        .value()
        .map(|known| known.items.iter().map(|one| Choice::new(one.name.clone(), one.title.clone())).collect())
        .unwrap_or_default();
    let tags: Vec<Choice> = tags
        .value()
        .map(|page| page.items.iter().map(|tag| Choice::new(tag.id.to_string(), tag.name.clone())).collect())
        .unwrap_or_default();
    let now = filter.read().clone();
    rsx! {
        div { class: "filters", role: "search", aria_label: "Filters",
            SearchField {
                id: "filter-hostname",
                label: "Find hostname",
                value: now.hostname.clone(),
                oninput: move |text| {
                    let mut filter = filter.write();
                    (filter.hostname, filter.page) = (text, 1);
                },
            }
            Picker {
                id: "filter-platform",
                label: "Platform",
                none: "all",
                choices: platforms,
                selected: now.platform.iter().cloned().collect::<Vec<_>>(),
                onchange: move |chosen: Vec<String>| {
                    let mut filter = filter.write();
                    (filter.platform, filter.page) = (chosen.into_iter().next(), 1);
                },
            }
            Picker {
                id: "filter-tag",
                label: "Tag",
                none: "any",
                choices: tags,
                selected: now.tags.iter().map(i64::to_string).collect::<Vec<_>>(),
                several: true,
                onchange: move |chosen: Vec<String>| {
                    let mut filter = filter.write();
                    (filter.tags, filter.page) = (chosen.iter().filter_map(|id| id.parse().ok()).collect(), 1);
                },
            }
            if now.narrows() {
                Button {
                    label: "Clear",
                    kind: ButtonKind::Text,
                    small: true,
                    glyph: Glyph::Cross,
                    onclick: move |_| filter.set(DeviceFilter::default()),
                }
            }
        }
    }
}
