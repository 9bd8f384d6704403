//! The sample lab: simulated devices on this computer, for a person without gear.

use dioxus::prelude::*;
use netraven_api::native::{LabState, Native};

use crate::data::api::{Api, use_api};
use crate::state::notices::{Notices, use_notices};

/// Simulated devices a press on the button starts.
const DEVICES: u16 = 12;

/// The sample lab of this session; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct Lab {
    state: Signal<LabState>,
    busy: Signal<bool>,
    offered: bool,
}

/// Provides the lab to a session's pages and asks once how it is. Only an embedded backend can reach its devices.
pub fn use_lab_provider(embedded: bool) -> Lab {
    let api = use_api();
    let lab = use_context_provider(|| Lab {
        state: Signal::new(LabState::default()),
        busy: Signal::new(false),
        offered: embedded,
    });
    use_future(move || {
        let api = api.clone();
        let mut state = lab.state;
        async move {
            if embedded && let Ok(found) = api.ask(Native::LabState).await {
                state.set(found);
            }
        }
    });
    lab
}

/// The sample lab, with what is needed to start and stop it.
pub fn use_lab() -> (Lab, LabActions) {
    let lab = use_context::<Lab>();
    let (api, notices) = (use_api(), use_notices());
    (lab, LabActions { lab, api, notices })
}

/// Starts and stops the sample lab.
#[derive(Clone)]
pub struct LabActions {
    lab: Lab,
    api: Api,
    notices: Notices,
}

impl Lab {
    /// Whether the lab can be used with this backend.
    #[must_use]
    pub fn offered(&self) -> bool {
        self.offered
    }

    /// Simulated devices that run; 0 if the lab is off.
    #[must_use]
    pub fn devices(&self) -> u16 {
        self.state.read().devices
    }

    /// Whether it is being started or stopped.
    #[must_use]
    pub fn busy(&self) -> bool {
        *self.busy.read()
    }
}

impl LabActions {
    /// Starts the lab; gives the run that was started with it.
    pub async fn start(&self) -> Option<i64> {
        self.wish(Native::LabStart { devices: DEVICES }).await?.run_id
    }

    /// Stops the lab and removes what it added.
    pub async fn stop(&self) {
        if self.wish(Native::LabStop).await.is_some() {
            self.notices.done("The sample lab was removed.");
        }
    }

    async fn wish(&self, wish: Native) -> Option<LabState> {
        let Lab { mut state, mut busy, .. } = self.lab;
        if std::mem::replace(&mut *busy.write(), true) {
            return None;
        }
        let answer = self.api.ask::<LabState>(wish).await;
        busy.set(false);
        match answer {
            Ok(found) => {
                state.set(found.clone());
                if let Some(topics) = self.api.topics() {
                    topics.bump_all();
                }
                Some(found)
            }
            Err(problem) => {
                self.notices.problem(&problem);
                None
            }
        }
    }
}
