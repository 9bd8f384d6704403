//! What both servers share: starting until it answers, watching, ending.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use tokio::{
    sync::{oneshot, watch},
    time::{sleep, timeout},
};

use super::{
    Progress,
    error::{Program, ServerStartError, StopError},
    folder::{Log, disk_full},
    health::{Backoff, Health, ProcessState, Readiness},
    leftovers::{PATIENCE, clear_leftovers},
    postgres::Postgres,
    process::{Process, ProcessSignal},
    redis::Redis,
};

/// How long a server may take to answer one question.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
const PROBE_EVERY: Duration = Duration::from_secs(5);
const START_LIMIT: Duration = Duration::from_secs(30);
/// While it says that it is recovering or loading.
const RECOVERY_LIMIT: Duration = Duration::from_secs(300);
/// How long leftovers may take to end in order when we are ending ourselves.
const LAST_PATIENCE: Duration = Duration::from_millis(2_500);
/// A server that ran this long before it ended is started again at once.
const STEADY: Duration = Duration::from_secs(60);

/// One of the two servers, ready to be started any number of times.
pub(super) enum Engine {
    Postgres(Postgres),
    Redis(Redis),
}

impl Engine {
    pub(super) fn program(&self) -> Program {
        match self {
            Self::Postgres(_) => Program::Postgres,
            Self::Redis(_) => Program::Redis,
        }
    }

    fn log(&self) -> &Log {
        match self {
            Self::Postgres(postgres) => &postgres.log,
            Self::Redis(redis) => &redis.log,
        }
    }

    async fn answer(&self) -> Readiness {
        let asked = async {
            match self {
                Self::Postgres(postgres) => postgres.answer().await,
                Self::Redis(redis) => redis.answer().await,
            }
        };
        let silent = || Readiness::Silent(format!("not answering within {} s", ANSWER_LIMIT.as_secs()));
        timeout(ANSWER_LIMIT, asked).await.unwrap_or_else(|_| silent())
    }

    /// Ends whatever still lives in this server's folder.
    async fn clear(&self, patience: Duration, progress: Progress<'_>) -> Result<(), ServerStartError> {
        let home = match self {
            Self::Postgres(postgres) => &postgres.cluster,
            Self::Redis(redis) => &redis.folder,
        };
        clear_leftovers(self.program(), home, self.log(), patience, progress).await
    }

    /// Starts the server and waits until it answers.
    pub(super) async fn launch(&self, progress: Progress<'_>) -> Result<Process, ServerStartError> {
        self.clear(PATIENCE, progress).await?;
        let log_start = std::fs::metadata(&self.log().path).map_or(0, |about| about.len());
        let mut process = match self {
            Self::Postgres(postgres) => postgres.spawn().await?,
            Self::Redis(redis) => redis.spawn().await?,
        };
        let (began, mut limit, mut pause, mut told) = (Instant::now(), START_LIMIT, Duration::from_millis(10), false);
        loop {
            let answer = tokio::select! {
                biased;
                status = process.wait() => {
                    let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                    return Err(self.explain(&how, &self.log().tail(log_start)));
                }
                answer = self.answer() => answer,
            };
            let silence = match answer {
                Readiness::Ready => return Ok(process),
                Readiness::Refused(error) => {
                    let _ = self.stop(process).await;
                    return Err(error);
                }
                Readiness::Loading => {
                    limit = RECOVERY_LIMIT;
                    if !told && began.elapsed() > Duration::from_secs(1) {
                        told = true;
                        progress(&format!("{} is recovering recent writes…", self.program()));
                    }
                    "it is still recovering".to_owned()
                }
                Readiness::Silent(reason) => reason,
            };
            if began.elapsed() > limit {
                let _ = self.stop(process).await;
                return Err(
                    self.explain(&format!("after {} s {silence}", limit.as_secs()), &self.log().tail(log_start))
                );
            }
            tokio::select! { _ = process.wait() => {}, () = sleep(pause) => {} }
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }

    /// The error for a server that ended by itself, from the last lines of its log.
    fn explain(&self, how: &str, tail: &str) -> ServerStartError {
        let (special, folder) = match self {
            Self::Postgres(postgres) => (postgres.explain(tail), &postgres.cluster),
            Self::Redis(redis) => (redis.explain(tail), &redis.folder),
        };
        special.or_else(|| disk_full(folder, tail)).unwrap_or_else(|| ServerStartError::StartFailed {
            program: self.program(),
            reason: if tail.is_empty() { format!("{how}.") } else { format!("{how}. It said: {tail}") },
            log: self.log().path.clone(),
        })
    }

    /// Ends the server: asked first, made to at last.
    pub(super) async fn stop(&self, mut process: Process) -> Result<(), StopError> {
        let program = self.program();
        let seconds = Duration::from_secs_f64;
        let steps: &[(Option<ProcessSignal>, Duration)] = match self {
            Self::Postgres(postgres) => {
                postgres.ask_to_stop().await;
                &[
                    (Some(ProcessSignal::Interrupt), seconds(3.2)),
                    (Some(ProcessSignal::Quit), seconds(0.8)),
                    (Some(ProcessSignal::Kill), seconds(0.6)),
                ]
            }
            Self::Redis(redis) => {
                let _ = timeout(seconds(0.4), redis.ask_to_stop()).await;
                &[
                    (None, seconds(0.2)),
                    (Some(ProcessSignal::Terminate), seconds(0.6)),
                    (Some(ProcessSignal::Kill), seconds(0.4)),
                ]
            }
        };
        match process.end(steps).await {
            Some(0) => Ok(()),
            Some(1) => {
                tracing::warn!(%program, "did not stop when asked; killed");
                Ok(())
            }
            Some(_) => {
                // Its children notice by themselves, unless they hang as well.
                let _ = self.clear(LAST_PATIENCE, &|_| {}).await;
                Err(StopError::Killed(program))
            }
            None => Err(StopError::StillRunning { program, pid: process.pid() }),
        }
    }

    /// Watches the server, starts it again whenever it ends, and ends it when `stop` says so or is dropped.
    pub(super) async fn keep(
        self: Arc<Self>,
        mut process: Process,
        health: Arc<watch::Sender<Health>>,
        mut stop: oneshot::Receiver<()>,
    ) -> Result<(), StopError> {
        let (mut backoff, mut began) = (Backoff::default(), Instant::now());
        loop {
            let status = tokio::select! {
                _ = &mut stop => return self.stop(process).await,
                status = process.wait() => status,
                answer = async { sleep(PROBE_EVERY).await; self.answer().await } => {
                    self.log().bound(Log::LARGEST);
                    self.note(&health, self.state(answer));
                    continue;
                }
            };
            if began.elapsed() > STEADY {
                backoff = Backoff::default();
            }
            let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
            let mut reason = format!("It stopped unexpectedly ({how}).");
            let since = SystemTime::now();
            process = loop {
                tracing::warn!(program = %self.program(), reason, "restarting a server");
                self.note(&health, ProcessState::Restarting { since, reason });
                let progress =
                    |step: &str| self.note(&health, ProcessState::Restarting { since, reason: step.to_owned() });
                let revived = async {
                    sleep(backoff.wait()).await;
                    self.launch(&progress).await
                };
                let revived = tokio::select! {
                    _ = &mut stop => {
                        // An attempt given up half way was asked to end; see that it does.
                        let cleared = self.clear(LAST_PATIENCE, &|_| {}).await;
                        return cleared.map_err(|_| StopError::Killed(self.program()));
                    }
                    revived = revived => revived,
                };
                match revived {
                    Ok(process) => break process,
                    Err(error) => reason = error.to_string(),
                }
            };
            began = Instant::now();
            self.note(&health, ProcessState::Running);
        }
    }

    /// What an answer of a living server says about it.
    fn state(&self, answer: Readiness) -> ProcessState {
        let program = self.program();
        let reason = match answer {
            Readiness::Ready => return ProcessState::Running,
            Readiness::Loading => {
                format!("{program} is recovering recent writes. It responds when that is done.")
            }
            Readiness::Silent(reason) => format!("{program} is {reason}."),
            Readiness::Refused(error) => error.to_string(),
        };
        ProcessState::Failed { reason }
    }

    fn note(&self, health: &watch::Sender<Health>, state: ProcessState) {
        health.send_if_modified(|health| {
            let place = match self {
                Self::Postgres(_) => &mut health.postgres,
                Self::Redis(_) => &mut health.redis,
            };
            let changed = *place != state;
            *place = state;
            changed
        });
    }
}
