//! The sample lab: simulated devices on this computer, for a person without gear.

use dioxus::prelude::*;
use netraven_api::RunId;
use netraven_api::native::{LabState, Native};

use crate::data::api::{Api, use_api};
use crate::state::notices::{Notices, use_notices};

/// Simulated devices a press on the button starts.
const DEVICES: u16 = 12;

/// The sample lab of this session; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct Lab {
    state: Signal<LabState>,
    under_way: Signal<Option<Native>>,
    news: Signal<Option<LabNews>>,
    wish: Callback<Native>,
    offered: bool,
}

/// What has just come of a wish for the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabNews {
    /// It was started, with this run.
    Started(RunId),
    /// It was removed, and its runs with it.
    Removed,
}

/// Provides the lab to a session's pages and asks once how it is. Only an embedded backend can reach its devices.
///
/// What it is asked for is done here, where the session is, and not where the button was: that may be gone from the
/// screen, with everything it had begun, as soon as the first device is there.
pub fn use_lab_provider(embedded: bool) -> Lab {
    let (api, notices) = (use_api(), use_notices());
    let state = use_signal(LabState::default);
    let under_way = use_signal(|| None);
    let news = use_signal(|| None);
    let asking = api.clone();
    let wish = use_callback(move |wish: Native| {
        let (api, mut under_way) = (asking.clone(), under_way);
        if under_way.peek().is_some() {
            return;
        }
        under_way.set(Some(wish.clone()));
        spawn(async move {
            fulfil(&api, notices, wish, state, news).await;
            under_way.set(None);
        });
    });
    use_future(move || {
        let (api, mut state) = (api.clone(), state);
        async move {
            if embedded && let Ok(found) = api.ask(Native::LabState).await {
                state.set(found);
            }
        }
    });
    use_context_provider(|| Lab { state, under_way, news, wish, offered: embedded })
}

/// The sample lab.
pub fn use_lab() -> Lab {
    use_context()
}

impl Lab {
    /// Whether the lab can be used with this backend.
    #[must_use]
    pub fn offered(&self) -> bool {
        self.offered
    }

    /// Number of running simulated devices; 0 if the lab is off.
    #[must_use]
    pub fn devices(&self) -> u16 {
        self.state.read().devices
    }

    /// Whether it is being started or stopped.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.under_way.read().is_some()
    }

    /// Whether it is being started.
    #[must_use]
    pub fn starting(&self) -> bool {
        matches!(&*self.under_way.read(), Some(Native::LabStart { .. }))
    }

    /// Starts the lab and its run.
    pub fn start(&self) {
        self.wish.call(Native::LabStart { devices: DEVICES });
    }

    /// Stops the lab and removes what it added.
    pub fn stop(&self) {
        self.wish.call(Native::LabStop);
    }

    /// The outcome of the last command, once.
    pub fn take_news(mut self) -> Option<LabNews> {
        let found = *self.news.read();
        if found.is_some() {
            self.news.set(None);
        }
        found
    }
}

async fn fulfil(
    api: &Api,
    notices: Notices,
    wish: Native,
    mut state: Signal<LabState>,
    mut news: Signal<Option<LabNews>>,
) {
    let starts = matches!(wish, Native::LabStart { .. });
    match api.ask::<LabState>(wish).await {
        Ok(found) => {
            if starts {
                news.set(found.run_id.map(LabNews::Started));
            } else {
                news.set(Some(LabNews::Removed));
                notices.done("The sample lab was removed.");
            }
            state.set(found);
            if let Some(topics) = api.topics() {
                topics.bump_all();
            }
        }
        Err(problem) => notices.problem(&problem),
    }
}
