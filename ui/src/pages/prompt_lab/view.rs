//! What the prompt lab was opened with, as the page's address has it. The log and the text that is typed are not in it.

use dioxus::prelude::*;
use netraven_api::runs::GetRunDevice;
use netraven_api::{DeviceId, RunId};

use crate::address::{Addressed, Given, Parts};

/// The platform with which the lab begins.
const FIRST: &str = "generic";

/// What the lab was opened with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Store)]
pub struct PromptLabView {
    /// Name of the platform whose file is taken; empty if none was chosen.
    pub platform: String,
    /// Id of the run whose session is looked at.
    pub run: Option<RunId>,
    /// Id of the device it was with.
    pub device: Option<DeviceId>,
}

impl Addressed for PromptLabView {
    fn address(&self) -> String {
        let mut parts = Parts::default();
        parts.text("platform", &self.platform);
        parts.one("run", self.run);
        parts.one("device", self.device);
        parts.done()
    }

    fn of_address(address: &str) -> PromptLabView {
        let given = Given::of(address);
        PromptLabView {
            platform: given.one("platform").unwrap_or_default(),
            run: given.parsed("run"),
            device: given.parsed("device"),
        }
    }

    fn is_a_step(&self, _: &PromptLabView) -> bool {
        // A step back would bring back another file, and not what was typed into it.
        false
    }
}

impl PromptLabView {
    /// Name of the platform whose file is taken.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.platform.is_empty() { FIRST } else { &self.platform }
    }

    /// The session whose transcript is looked at.
    #[must_use]
    pub fn session(&self) -> Option<GetRunDevice> {
        Some(GetRunDevice { run_id: self.run?, device_id: self.device? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_restores_platform_and_session() {
        let address = "platform=cisco_ios&run=7&device=9";
        let view = PromptLabView::of_address(address);
        assert_eq!(view.address(), address);
        assert_eq!(view.session().map(|session| session.device_id), Some(9.into()));
        assert_eq!(PromptLabView::of_address("run=7").session().map(|session| session.device_id), None);
        assert_eq!(PromptLabView::of_address("").name(), "generic");
    }
}
