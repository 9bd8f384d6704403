//! Which side of a device's work is looked at, and the page's address for it.

use dioxus::prelude::*;

use crate::address::{Addressed, Given, Parts};

/// The page's tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DossierTab {
    /// What happened, and why.
    #[default]
    Story,
    /// The device's log within the run.
    Log,
}

impl DossierTab {
    /// The tab's id.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DossierTab::Story => "story",
            DossierTab::Log => "log",
        }
    }

    /// The tab of an id; the story if there is none.
    #[must_use]
    pub fn of(id: &str) -> DossierTab {
        if id == DossierTab::Log.as_str() { DossierTab::Log } else { DossierTab::Story }
    }
}

/// What the person has chosen.
#[derive(Clone, Debug, Default, PartialEq, Store)]
pub struct DossierView {
    /// Tab on screen.
    pub tab: DossierTab,
}

impl Addressed for DossierView {
    fn address(&self) -> String {
        let mut parts = Parts::default();
        parts.one("tab", (self.tab != DossierTab::default()).then(|| self.tab.as_str()));
        parts.done()
    }

    fn of_address(address: &str) -> DossierView {
        DossierView { tab: Given::of(address).one("tab").map(|id| DossierTab::of(&id)).unwrap_or_default() }
    }

    fn is_a_step(&self, next: &DossierView) -> bool {
        self != next
    }
}
