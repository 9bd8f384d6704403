//! What narrows the list of devices, each a parameter of the request.

use dioxus::prelude::*;
use netraven_api::devices::{ApprovalState, LastResult, ListDevices};
use netraven_api::native::Feature;
use netraven_api::platforms::Platforms;
use netraven_api::sorting::DeviceColumn;
use netraven_api::startup::SavedState;
use netraven_api::{DeviceId, TagId};

use crate::address::{Addressed, Given, Parts};
use crate::components::{Button, ButtonKind, Chip, Choice, Glyph, Picker, SearchField};
use crate::data::Query;
use crate::features::paging::Sorted;
use crate::features::pickers::TagPicker;
use crate::state::session::use_workplace;

/// Devices on one page.
pub const PAGE_SIZE: i64 = 50;

/// What the person has chosen.
#[derive(Clone, Debug, PartialEq, Eq, Store)]
pub struct DeviceFilter {
    /// Part of the hostname.
    pub hostname: String,
    /// Name of the platform.
    pub platform: Option<String>,
    /// Any of these tags.
    pub tags: Vec<TagId>,
    /// Any of these last results.
    pub results: Vec<LastResult>,
    /// Those without a credential only.
    pub no_credential: bool,
    /// The order.
    pub sorted: Sorted<DeviceColumn>,
    /// Those that are approved, or those that wait for an admin.
    pub approvals: Vec<ApprovalState>,
    /// Any of these: saved, with unsaved changes, or not known.
    pub startup: Vec<SavedState>,
    /// Page, from 1.
    pub page: i64,
    /// The device that is shown beside the list.
    pub open: Option<DeviceId>,
}

impl Default for DeviceFilter {
    fn default() -> DeviceFilter {
        DeviceFilter {
            hostname: String::new(),
            platform: None,
            tags: Vec::new(),
            results: Vec::new(),
            no_credential: false,
            sorted: Sorted::default(),
            approvals: Vec::new(),
            startup: Vec::new(),
            page: 1,
            open: None,
        }
    }
}

impl Addressed for DeviceFilter {
    fn address(&self) -> String {
        let mut parts = Parts::default();
        parts.text("hostname", self.hostname.trim());
        parts.one("platform", self.platform.as_ref());
        parts.many("tag", &self.tags);
        parts.many("result", self.results.iter().map(|result| result.as_str()));
        parts.one("credential", self.no_credential.then_some("none"));
        self.sorted.write(&mut parts);
        parts.many("approval", self.approvals.iter().map(|approval| approval.as_str()));
        parts.many("startup", self.startup.iter().map(|state| state.as_str()));
        parts.one("page", (self.page > 1).then_some(self.page));
        parts.one("open", self.open);
        parts.done()
    }

    fn of_address(address: &str) -> DeviceFilter {
        let given = Given::of(address);
        DeviceFilter {
            hostname: given.one("hostname").unwrap_or_default(),
            platform: given.one("platform"),
            tags: given.many("tag").iter().filter_map(|id| id.parse().ok()).collect(),
            results: given.many("result").iter().filter_map(|result| LastResult::parse(result)).collect(),
            no_credential: given.one("credential").as_deref() == Some("none"),
            sorted: Sorted::read(&given),
            approvals: given.many("approval").iter().filter_map(|approval| ApprovalState::parse(approval)).collect(),
            startup: given.many("startup").iter().filter_map(|state| SavedState::parse(state)).collect(),
            page: given.parsed("page").unwrap_or(1).max(1),
            open: given.parsed("open"),
        }
    }

    fn is_a_step(&self, next: &DeviceFilter) -> bool {
        // What is opened beside the list is a look aside.
        let mut next = DeviceFilter { open: self.open, ..next.clone() };
        if self.hostname != next.hostname {
            // Another text begins at the first page.
            (next.hostname, next.page) = (self.hostname.clone(), self.page);
        }
        *self != next
    }
}

impl DeviceFilter {
    /// Asks for other devices, or for another order: from the first page.
    pub fn narrow(&mut self, change: impl FnOnce(&mut DeviceFilter)) {
        change(self);
        self.page = 1;
    }

    /// The request; the hostname is handed in because it settles later than it is typed.
    #[must_use]
    pub fn request(&self, hostname: &str) -> ListDevices {
        let hostname = hostname.trim();
        let (sort, order) = self.sorted.wish();
        ListDevices {
            page: Some(self.page),
            size: Some(PAGE_SIZE),
            hostname: (!hostname.is_empty()).then(|| hostname.to_owned()),
            device_type: self.platform.iter().cloned().collect(),
            tag_id: self.tags.clone(),
            last_result: self.results.clone(),
            has_credential: self.no_credential.then_some(false),
            sort,
            order,
            approval: self.approvals.clone(),
            startup: self.startup.clone(),
            ..ListDevices::default()
        }
    }

    /// Whether fewer than all devices are asked for.
    #[must_use]
    pub fn narrows(&self) -> bool {
        !self.hostname.trim().is_empty()
            || self.platform.is_some()
            || !self.tags.is_empty()
            || !self.results.is_empty()
            || self.no_credential
            || !self.approvals.is_empty()
            || !self.startup.is_empty()
    }
}

fn title(result: LastResult) -> &'static str {
    match result {
        LastResult::Success => "Succeeded",
        LastResult::Failure => "Failed",
        LastResult::Never => "None yet",
    }
}

fn approval_title(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Waiting => "Waiting",
        ApprovalState::Approved => "Approved",
    }
}

/// The filters of the list.
#[component]
pub fn FilterBar(mut filter: Store<DeviceFilter>, platforms: Query<Platforms>) -> Element {
    let workplace = use_workplace();
    let platforms: Vec<Choice> = platforms
        .value()
        .map(|known| known.items.iter().map(|one| Choice::new(one.name.clone(), one.title.clone())).collect())
        .unwrap_or_default();
    let now = filter.read().clone();
    rsx! {
        div { class: "filters", role: "search", aria_label: "Filters",
            SearchField {
                id: "filter-hostname",
                label: "Find hostname",
                value: now.hostname.clone(),
                oninput: move |text| filter.write().narrow(|filter| filter.hostname = text),
            }
            Picker {
                id: "filter-platform",
                label: "Platform",
                none: "all",
                choices: platforms,
                selected: now.platform.iter().cloned().collect::<Vec<_>>(),
                onchange: move |chosen: Vec<String>| {
                    filter.write().narrow(|filter| filter.platform = chosen.into_iter().next());
                },
            }
            TagPicker {
                id: "filter-tag",
                none: "any",
                chosen: now.tags.clone(),
                onchange: move |chosen| filter.write().narrow(|filter| filter.tags = chosen),
            }
            if workplace.refusal(Feature::NewestResults).is_none() {
                Picker {
                    id: "filter-result",
                    label: "Last result",
                    none: "any",
                    choices: LastResult::ALL.map(|result| Choice::new(result.as_str(), title(result))).to_vec(),
                    selected: now.results.iter().map(|result| result.as_str().to_owned()).collect::<Vec<_>>(),
                    several: true,
                    onchange: move |chosen: Vec<String>| {
                        let results = chosen.iter().filter_map(|result| LastResult::parse(result)).collect();
                        filter.write().narrow(|filter| filter.results = results);
                    },
                }
            }
            if workplace.refusal(Feature::Approvals).is_none() {
                Picker {
                    id: "filter-approval",
                    label: "Approval",
                    none: "any",
                    choices: ApprovalState::ALL.map(|state| Choice::new(state.as_str(), approval_title(state))).to_vec(),
                    selected: now.approvals.iter().map(|state| state.as_str().to_owned()).collect::<Vec<_>>(),
                    onchange: move |chosen: Vec<String>| {
                        let approvals = chosen.iter().filter_map(|state| ApprovalState::parse(state)).collect();
                        filter.write().narrow(|filter| filter.approvals = approvals);
                    },
                }
            }
            if workplace.refusal(Feature::Startup).is_none() {
                Picker {
                    id: "filter-startup",
                    label: "Changes",
                    none: "any",
                    choices: SavedState::ALL.map(|state| Choice::new(state.as_str(), state.title())).to_vec(),
                    selected: now.startup.iter().map(|state| state.as_str().to_owned()).collect::<Vec<_>>(),
                    several: true,
                    onchange: move |chosen: Vec<String>| {
                        let startup = chosen.iter().filter_map(|state| SavedState::parse(state)).collect();
                        filter.write().narrow(|filter| filter.startup = startup);
                    },
                }
            }
            if now.no_credential {
                Chip {
                    text: "No credential",
                    onremove: move |()| filter.write().narrow(|filter| filter.no_credential = false),
                }
            }
            if now.narrows() {
                Button {
                    label: "Clear",
                    kind: ButtonKind::Text,
                    small: true,
                    glyph: Glyph::Cross,
                    onclick: move |_| {
                        let sorted = filter.peek().sorted;
                        filter.set(DeviceFilter { sorted, ..DeviceFilter::default() });
                    },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::Order;

    use super::*;

    #[test]
    fn the_address_of_a_list_restores_it() {
        let filter = DeviceFilter {
            hostname: "edge".to_owned(),
            platform: Some("cisco_ios".to_owned()),
            tags: vec![3.into(), 7.into()],
            results: vec![LastResult::Failure, LastResult::Never],
            no_credential: true,
            sorted: Sorted { column: DeviceColumn::LastSeen, order: Order::Descending },
            approvals: vec![ApprovalState::Waiting],
            startup: vec![SavedState::Unsaved],
            page: 2,
            open: Some(9.into()),
        };
        assert_eq!(
            filter.address(),
            "hostname=edge&platform=cisco_ios&tag=3,7&result=failure,never&credential=none&sort=last_seen&order=desc&approval=waiting&startup=unsaved&page=2&open=9"
        );
        assert_eq!(DeviceFilter::of_address(&filter.address()), filter);
        let unknown = DeviceFilter::of_address("result=maybe,success&approval=perhaps&page=-1&colour=red");
        let known = DeviceFilter { results: vec![LastResult::Success], ..DeviceFilter::default() };
        assert_eq!(unknown, known);
    }

    #[test]
    fn another_filter_begins_at_the_first_page() {
        let mut filter = DeviceFilter::of_address("page=3&open=9");
        filter.narrow(|filter| filter.no_credential = true);
        assert_eq!(filter.address(), "credential=none&open=9");
    }

    #[test]
    fn typing_a_name_is_no_step_to_go_back_by() {
        let of = DeviceFilter::of_address;
        assert!(!of("hostname=e&page=2").is_a_step(&of("hostname=ed")));
        assert!(of("hostname=e").is_a_step(&of("hostname=e&page=2")));
        assert!(of("").is_a_step(&of("result=failure")));
    }
}
