//! Exports of what is filtered. The shell writes; the window asks for progress and reports the outcome, on whichever page.

use std::time::Duration;

use dioxus::prelude::*;
use netraven_api::native::{ExportFormat, ExportState, ExportWhat, Native};

use crate::data::api::{Api, use_api};
use crate::format;
use crate::state::notices::{Notices, use_notices};

/// Pause between two looks at an export.
const LOOK: Duration = Duration::from_secs(1);

/// The exports of this session; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct Exports {
    state: Signal<ExportState>,
    start: Callback<(ExportWhat, ExportFormat)>,
    stop: Callback<()>,
}

impl Exports {
    /// How far the newest is.
    #[must_use]
    pub fn state(&self) -> ExportState {
        self.state.read().clone()
    }

    /// Lets the person choose a file, and writes.
    pub fn start(&self, what: ExportWhat, format: ExportFormat) {
        self.start.call((what, format));
    }

    /// Stops; what was written is removed.
    pub fn stop(&self) {
        self.stop.call(());
    }
}

/// Provides exports to a session's pages. They are watched here, because a page may be left while its rows are written.
pub fn use_exports_provider() -> Exports {
    let (api, notices) = (use_api(), use_notices());
    let state = use_signal(ExportState::default);
    let starting = api.clone();
    let start = use_callback(move |(what, format): (ExportWhat, ExportFormat)| {
        let api = starting.clone();
        spawn(async move {
            match api.ask::<Option<ExportState>>(Native::Export { what, format }).await {
                // No file was chosen.
                Ok(None) => {}
                Ok(Some(begun)) => watch(&api, notices, state, begun).await,
                Err(problem) => notices.problem(&problem),
            }
        });
    });
    let stop = use_callback(move |()| {
        let api = api.clone();
        spawn(async move {
            if let Err(problem) = api.ask::<ExportState>(Native::ExportStop).await {
                notices.problem(&problem);
            }
        });
    });
    use_context_provider(|| Exports { state, start, stop })
}

/// The exports of this session.
pub fn use_exports() -> Exports {
    use_context()
}

async fn watch(api: &Api, notices: Notices, mut state: Signal<ExportState>, mut now: ExportState) {
    while now.active {
        state.set(now);
        api.clock().sleep(LOOK).await;
        now = match api.ask(Native::ExportState).await {
            Ok(now) => now,
            Err(problem) => {
                state.set(ExportState::default());
                return notices.problem(&problem);
            }
        };
    }
    match (&now.file, &now.problem) {
        (Some(file), _) => {
            let note = now.note.as_deref().map(|note| format!(" {note}")).unwrap_or_default();
            notices.done(format!("{} written to {file}.{note}", format::count_of(now.rows, "row was", "rows were")));
        }
        (None, Some(problem)) => notices.wrong(format!("Nothing was exported. {}", problem.message)),
        (None, None) => notices.done("The export was stopped; no file was written."),
    }
    state.set(now);
}
