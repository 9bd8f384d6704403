//! The parts a server is made of, each with its state and what it is for.

use netraven_api::Open;
use netraven_api::system::{Condition, SystemStatus};

use crate::format;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// How it is.
    pub condition: Open<Condition>,
    /// What it does, and what does not happen while it is away.
    pub about: String,
}

/// The parts in the order in which each needs the one before.
#[must_use]
pub fn parts(status: &SystemStatus) -> [Part; 5] {
    let workers = match status.workers {
        0 => "Reads the devices: none registered, so jobs wait".to_owned(),
        workers => format!("Reads the devices: {} registered", format::count(workers, "worker")),
    };
    let scheduler = if status.scheduler.is(Condition::Unknown) {
        "Starts due jobs; this server does not report whether it is running"
    } else {
        "Starts due jobs"
    };
    [
        part("API", &status.api, "Answers this window"),
        part("PostgreSQL", &status.postgres, "Keeps jobs, results, log lines and configurations"),
        part("Redis", &status.redis, "Hands tasks to the workers, and updates to this window"),
        part("Workers", &status.worker, workers),
        part("Scheduler", &status.scheduler, scheduler),
    ]
}

fn part(name: &'static str, condition: &Open<Condition>, about: impl Into<String>) -> Part {
    Part { name, condition: condition.clone(), about: about.into() }
}

impl Part {
    /// How it is, as a word.
    #[must_use]
    pub fn word(&self) -> String {
        match &self.condition {
            Open::Known(condition) => condition.title().to_owned(),
            Open::Other(word) => {
                let mut letters = word.chars();
                letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_says_how_it_is_and_what_it_is_for() {
        let status = SystemStatus {
            api: "healthy".into(),
            postgres: "restarting".into(),
            redis: "healthy".into(),
            worker: "unhealthy".into(),
            scheduler: Open::default(),
            system_time: jiff::Timestamp::UNIX_EPOCH,
            notes: Vec::new(),
            workers: 0,
            details: Default::default(),
        };
        let parts = parts(&status);
        assert_eq!(parts.each_ref().map(Part::word), ["Healthy", "Restarting", "Healthy", "Unhealthy", ""]);
        assert_eq!(parts[3].about, "Reads the devices: none registered, so jobs wait");
        let untold = SystemStatus { scheduler: Condition::Unknown.into(), workers: 2, ..status };
        let [.., workers, scheduler] = super::parts(&untold);
        assert_eq!(workers.about, "Reads the devices: 2 workers registered", "they may well be idle");
        assert_eq!(scheduler.word(), "Not reported");
        assert!(scheduler.about.ends_with("does not report whether it is running"), "{}", scheduler.about);
    }
}
