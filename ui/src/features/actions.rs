//! What several pages do: start a job, run some devices again, cancel, and make a change that was asked for.

use dioxus::prelude::*;
use netraven_api::jobs::{RunJob, RunStarted};
use netraven_api::runs::{Again, CancelDevice, CancelRun, RunAgain};
use netraven_api::{Endpoint, JobId, RunId};

use crate::data::{Api, use_api};
use crate::route::Route;
use crate::state::notices::{Notices, use_notices};

/// Why nothing is started while a run is active.
pub const ONE_AT_A_TIME: &str = "A job can have only one run at a time; this one has not ended.";

/// Starts jobs and opens the run that comes of it.
#[derive(Clone)]
pub struct JobStarter {
    api: Api,
    notices: Notices,
    busy: Signal<bool>,
}

/// A starter of jobs for this component.
pub fn use_run_job() -> JobStarter {
    JobStarter { api: use_api(), notices: use_notices(), busy: use_signal(|| false) }
}

impl JobStarter {
    /// Whether a start is under way.
    #[must_use]
    pub fn busy(&self) -> bool {
        *self.busy.read()
    }

    /// Starts a job and opens its run.
    pub fn start(&self, job_id: JobId) {
        self.send(RunJob(job_id));
    }

    /// Runs devices of a run again and opens the new run.
    pub fn again(&self, run_id: RunId, which: Again) {
        self.send(RunAgain(run_id, which));
    }

    fn send(&self, endpoint: impl Endpoint<Reply = RunStarted> + 'static) {
        let JobStarter { api, notices, mut busy } = self.clone();
        if std::mem::replace(&mut *busy.write(), true) {
            return;
        }
        let go = navigator();
        spawn(async move {
            let started = api.send(&endpoint).await;
            busy.set(false);
            match started {
                Ok(started) => {
                    notices.done(format!("{} was started.", started.job_name));
                    if let Some(run_id) = started.run_id {
                        go.push(Route::run(run_id));
                    }
                }
                Err(problem) => notices.problem(&problem),
            }
        });
    }
}

/// A change somebody was asked about before it is made: a deletion, most of all.
pub struct Change<E: 'static> {
    busy: Signal<bool>,
    make: Callback<(E, String)>,
}

impl<E: 'static> Clone for Change<E> {
    fn clone(&self) -> Change<E> {
        *self
    }
}

impl<E: 'static> Copy for Change<E> {}

impl<E: 'static> Change<E> {
    /// Whether it is being made.
    #[must_use]
    pub fn busy(&self) -> bool {
        *self.busy.read()
    }

    /// Makes it, and says `done` when it was made or else what went wrong.
    pub fn make(&self, endpoint: E, done: impl Into<String>) {
        self.make.call((endpoint, done.into()));
    }
}

/// A change of this component. `after` learns whether the change was made.
pub fn use_change<E: Endpoint + 'static>(after: impl FnMut(bool) + 'static) -> Change<E> {
    let (api, notices) = (use_api(), use_notices());
    let mut busy = use_signal(|| false);
    let after = use_callback(after);
    let make = use_callback(move |(endpoint, done): (E, String)| {
        let api = api.clone();
        busy.set(true);
        spawn(async move {
            let answer = api.send(&endpoint).await;
            busy.set(false);
            after.call(answer.is_ok());
            match answer {
                Ok(_) => notices.done(done),
                Err(problem) => notices.problem(&problem),
            }
        });
    });
    Change { busy, make }
}

/// Cancels a run; what goes wrong is said in a notice.
pub fn use_cancel_run() -> Callback<RunId> {
    let (api, notices) = (use_api(), use_notices());
    use_callback(move |run_id: RunId| {
        let api = api.clone();
        spawn(async move {
            match api.send(&CancelRun(run_id)).await {
                Ok(_) => notices.done("Cancelling the run: waiting devices do not start, open sessions are closed."),
                Err(problem) => notices.problem(&problem),
            }
        });
    })
}

/// Cancels one device of a run; what goes wrong is said in a notice.
pub fn use_cancel_device() -> Callback<CancelDevice> {
    let (api, notices) = (use_api(), use_notices());
    use_callback(move |which: CancelDevice| {
        let api = api.clone();
        spawn(async move {
            match api.send(&which).await {
                Ok(device) => {
                    notices.done(format!("{} is cancelled; the other devices continue.", device.hostname));
                }
                Err(problem) => notices.problem(&problem),
            }
        });
    })
}
