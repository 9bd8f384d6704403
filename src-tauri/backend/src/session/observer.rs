//! Follows a session while it runs: the stages it enters and the lines it logs.

use std::time::{Duration, Instant};

pub use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::Stage;
use serde_json::Value;

/// Follows one session. Nothing passed to it holds a secret.
pub trait Observer: Send {
    /// The session entered a stage; each is entered once, in the order of [`Stage::ALL`].
    fn stage(&mut self, stage: Stage);

    /// The session has something to say.
    fn log(&mut self, level: Level, log_type: LogType, message: String, meta: Value);
}

/// Where a session stands and how long each stage took.
pub(super) struct Progress<'a> {
    observer: &'a mut dyn Observer,
    stage: Stage,
    /// The furthest stage reported to the observer.
    told: Stage,
    since: Instant,
    timings: Vec<(Stage, Duration)>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(observer: &'a mut dyn Observer) -> Progress<'a> {
        Progress { observer, stage: Stage::Prepare, told: Stage::Prepare, since: Instant::now(), timings: Vec::new() }
    }

    /// Enters a stage. Going back (the second command, another credential) counts time there, but is not announced.
    pub(super) fn enter(&mut self, stage: Stage) {
        if stage == self.stage {
            return;
        }
        self.stop_clock();
        self.stage = stage;
        if stage > self.told {
            self.told = stage;
            self.observer.stage(stage);
        }
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    pub(super) fn connection(&mut self, level: Level, message: impl Into<String>, meta: Value) {
        self.observer.log(level, LogType::Connection, message.into(), meta);
    }

    pub(super) fn session(&mut self, level: Level, message: impl Into<String>, meta: Value) {
        self.observer.log(level, LogType::Session, message.into(), meta);
    }

    /// How long each stage took, in the order they were first entered.
    pub(super) fn timings(mut self) -> Vec<(Stage, Duration)> {
        self.stop_clock();
        self.timings
    }

    fn stop_clock(&mut self) {
        let spent = self.since.elapsed();
        self.since = Instant::now();
        if self.stage == Stage::Prepare {
            return;
        }
        match self.timings.iter_mut().find(|(stage, _)| *stage == self.stage) {
            Some((_, total)) => *total += spent,
            None => self.timings.push((self.stage, spent)),
        }
    }
}
