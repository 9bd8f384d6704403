//! Which side of a device's work is looked at, and the page's address for it.

use dioxus::prelude::*;

use crate::address::{Addressed, Given, Parts};

/// The page's tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunDeviceTab {
    /// What happened, and why.
    #[default]
    Story,
    /// The device's log within the run.
    Log,
}

impl RunDeviceTab {
    /// The tab's id.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RunDeviceTab::Story => "story",
            RunDeviceTab::Log => "log",
        }
    }

    /// The tab of an id; the story if there is none.
    #[must_use]
    pub fn of(id: &str) -> RunDeviceTab {
        if id == RunDeviceTab::Log.as_str() { RunDeviceTab::Log } else { RunDeviceTab::Story }
    }
}

/// What the person has chosen.
#[derive(Clone, Debug, Default, PartialEq, Store)]
pub struct RunDeviceView {
    /// Tab on screen.
    pub tab: RunDeviceTab,
}

impl Addressed for RunDeviceView {
    fn address(&self) -> String {
        let mut parts = Parts::default();
        parts.one("tab", (self.tab != RunDeviceTab::default()).then(|| self.tab.as_str()));
        parts.done()
    }

    fn of_address(address: &str) -> RunDeviceView {
        RunDeviceView { tab: Given::of(address).one("tab").map(|id| RunDeviceTab::of(&id)).unwrap_or_default() }
    }

    fn is_a_step(&self, next: &RunDeviceView) -> bool {
        self != next
    }
}
