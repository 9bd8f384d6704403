//! What the person looks at on the page of a run, and the page's address for it.

use dioxus::prelude::*;
use netraven_api::RunId;
use netraven_api::outcome::Cause;
use netraven_api::runs::{DeviceState, ListRunDevices};
use netraven_api::sorting::RunDeviceColumn;

use crate::address::{Addressed, Given, Parts};
use crate::features::paging::Sorted;

/// The page's tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunTab {
    /// One row for each device.
    #[default]
    Devices,
    /// The devices against the job's last runs.
    History,
    /// The run's log.
    Log,
}

impl RunTab {
    const ALL: [RunTab; 3] = [RunTab::Devices, RunTab::History, RunTab::Log];

    /// The tab's id.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RunTab::Devices => "devices",
            RunTab::History => "history",
            RunTab::Log => "log",
        }
    }

    /// The tab of an id; the first of them if there is none.
    #[must_use]
    pub fn of(id: &str) -> RunTab {
        RunTab::ALL.into_iter().find(|tab| tab.as_str() == id).unwrap_or_default()
    }
}

/// Which devices are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// All devices.
    #[default]
    All,
    /// Those that failed or were cancelled.
    Failed,
    /// Those that have not ended.
    Going,
    /// Those that succeeded.
    Succeeded,
}

impl Show {
    /// Every choice.
    pub const ALL: [Show; 4] = [Show::All, Show::Failed, Show::Going, Show::Succeeded];

    /// The choice as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Failed => "failed",
            Show::Going => "going",
            Show::Succeeded => "succeeded",
        }
    }

    /// The choice as it is written, understood; all if it is none.
    #[must_use]
    pub fn of(word: &str) -> Show {
        Show::ALL.into_iter().find(|show| show.as_str() == word).unwrap_or_default()
    }

    /// The choice on screen.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Show::All => "All",
            Show::Failed => "Failed",
            Show::Going => "Under way",
            Show::Succeeded => "Succeeded",
        }
    }

    /// The states of the devices among them; none for all.
    #[must_use]
    pub fn states(self) -> Vec<DeviceState> {
        match self {
            Show::All => Vec::new(),
            Show::Failed => vec![DeviceState::Failure, DeviceState::Cancelled],
            Show::Going => vec![DeviceState::Queued, DeviceState::Running],
            Show::Succeeded => vec![DeviceState::Success],
        }
    }
}

/// Devices on one page.
pub const PAGE_SIZE: i64 = 100;

/// What the person has chosen.
#[derive(Clone, Debug, PartialEq, Store)]
pub struct RunView {
    /// Tab on screen.
    pub tab: RunTab,
    /// Which devices.
    pub show: Show,
    /// Devices that failed for one of these causes, as they are written; all if empty.
    pub causes: Vec<String>,
    /// Part of a device's name or address.
    pub search: String,
    /// The order of the devices.
    pub sorted: Sorted<RunDeviceColumn>,
    /// Page of the devices.
    pub page: i64,
    /// Page of the history.
    pub history_page: i64,
}

impl Default for RunView {
    fn default() -> RunView {
        RunView {
            tab: RunTab::default(),
            show: Show::default(),
            causes: Vec::new(),
            search: String::new(),
            sorted: Sorted::default(),
            page: 1,
            history_page: 1,
        }
    }
}

impl RunView {
    /// Whether some devices are left out.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.show != Show::All || !self.causes.is_empty() || !self.search.trim().is_empty()
    }

    /// The request for the devices of a run that are looked at; `text` is what is searched for, once it has come to rest.
    #[must_use]
    pub fn devices_of(&self, run_id: RunId, text: &str) -> ListRunDevices {
        let (sort, order) = self.sorted.wish();
        ListRunDevices {
            run_id,
            page: Some(self.page),
            size: Some(PAGE_SIZE),
            device_id: Vec::new(),
            state: self.show.states(),
            cause: self.causes.iter().filter_map(|word| Cause::parse(word)).collect(),
            search: Some(text.to_owned()).filter(|text| !text.is_empty()),
            sort,
            order,
        }
    }
}

/// What a person does on the page of a run.
#[store(pub name = RunVerbs)]
impl<Lens> Store<RunView, Lens> {
    fn open(&mut self, tab: RunTab) {
        self.tab().set(tab);
    }

    fn choose(&mut self, show: Show) {
        self.show().set(show);
        self.page().set(1);
    }

    fn choose_causes(&mut self, causes: Vec<String>) {
        self.causes().set(causes);
        self.page().set(1);
    }

    fn sort_by(&mut self, column: RunDeviceColumn) {
        let next = self.sorted().read().toggled(column);
        self.sorted().set(next);
        self.page().set(1);
    }

    fn find(&mut self, text: String) {
        self.search().set(text);
        self.page().set(1);
    }
}

impl Addressed for RunView {
    fn address(&self) -> String {
        let first = RunView::default();
        let mut parts = Parts::default();
        parts.one("tab", (self.tab != first.tab).then(|| self.tab.as_str()));
        parts.one("show", (self.show != first.show).then(|| self.show.as_str()));
        parts.many("cause", &self.causes);
        parts.one("find", Some(self.search.as_str()).filter(|text| !text.trim().is_empty()));
        self.sorted.write(&mut parts);
        parts.one("page", (self.page != first.page).then_some(self.page));
        parts.one("history", (self.history_page != first.history_page).then_some(self.history_page));
        parts.done()
    }

    fn of_address(address: &str) -> RunView {
        let given = Given::of(address);
        let page = |name: &str| given.parsed::<i64>(name).filter(|page| *page > 0).unwrap_or(1);
        let causes = given.many("cause");
        RunView {
            tab: given.one("tab").map(|id| RunTab::of(&id)).unwrap_or_default(),
            show: given.one("show").map(|word| Show::of(&word)).unwrap_or_default(),
            causes: causes
                .iter()
                .filter_map(|word| Cause::parse(word))
                .map(|cause| cause.as_str().to_owned())
                .collect(),
            search: given.one("find").unwrap_or_default(),
            sorted: Sorted::read(&given),
            page: page("page"),
            history_page: page("history"),
        }
    }

    fn is_a_step(&self, next: &RunView) -> bool {
        let mut next = next.clone();
        if self.search != next.search {
            // Another text begins at the first page.
            (next.search, next.page) = (self.search.clone(), self.page);
        }
        *self != next
    }
}

/// The address of the devices that failed for a cause.
#[must_use]
pub fn of_cause(cause: Cause) -> String {
    RunView { causes: vec![cause.as_str().to_owned()], ..RunView::default() }.address()
}

#[cfg(test)]
mod tests {
    use netraven_api::Order;

    use super::*;

    #[test]
    fn every_choice_comes_back_from_the_address() {
        let view = RunView {
            tab: RunTab::History,
            show: Show::Failed,
            causes: vec!["auth-failed".into(), "truncated".into()],
            search: "edge & core, 10.20.".into(),
            sorted: Sorted { column: RunDeviceColumn::Duration, order: Order::Descending },
            page: 3,
            history_page: 2,
        };
        assert_eq!(RunView::of_address(&view.address()), view);
        assert_eq!(RunView::default().address(), "");
        assert_eq!(RunView::of_address("tab=maps&show=x&cause=bad&page=0&history=-1&find= "), RunView::default());
        assert_eq!(of_cause(Cause::AuthFailed), "cause=auth-failed");
    }

    #[test]
    fn typing_is_no_step_and_anything_else_is() {
        let of = RunView::of_address;
        for (before, after) in [("find=co", "find=cor"), ("page=2", "find=c")] {
            assert!(!of(before).is_a_step(&of(after)), "{before} -> {after}");
        }
        for (before, after) in [
            ("", "tab=log"),
            ("find=a", "find=a&page=2"),
            ("", "show=failed"),
            ("tab=history", "tab=history&history=2"),
        ] {
            assert!(of(before).is_a_step(&of(after)), "{before} -> {after}");
        }
    }
}
