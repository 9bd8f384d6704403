//! The tape: what a real backend answered while it worked on the sample lab. `cargo xtask ui --demo --record` records it.
//!
//! Its times stand as they came, and are moved so that the recording was made when the demo is opened.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use netraven_api::JobId;
use netraven_api::logs::LogEntry;
use netraven_api::runs::{Run, RunDevice};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const TAPE: &str = include_str!("tape.json"); // It is not there? Record it: cargo xtask ui --demo --record

/// Everything that was recorded.
#[derive(Deserialize)]
pub struct Tape {
    recorded_at: Timestamp,
    /// All rows of each list, by its path.
    lists: BTreeMap<String, Value>,
    /// Every other answer, by the path that was asked.
    answers: BTreeMap<String, Value>,
}

/// A run that was recorded.
pub struct Recording {
    /// The run.
    pub run: Run,
    /// Its devices with the details of their results.
    pub devices: Vec<Rc<RunDevice>>,
    /// What was said of it.
    pub lines: Vec<LogEntry>,
}

impl Tape {
    /// The tape the demo is built with.
    #[must_use]
    pub fn open() -> Tape {
        serde_json::from_str(TAPE).unwrap_or_else(|error| outdated("the tape", &error.to_string()))
    }

    /// What must have been recorded at a path: an answer, or all rows of a list.
    #[must_use]
    pub fn known<T: DeserializeOwned>(&self, path: &str, now: Timestamp) -> T {
        let found = self.lists.get(path).or_else(|| self.answers.get(path)).ok_or("it is not there".to_owned());
        let read = found.and_then(|value| {
            serde_json::from_value(moved(value, now.duration_since(self.recorded_at)))
                .map_err(|error| error.to_string())
        });
        read.unwrap_or_else(|why| outdated(path, &why))
    }

    /// The rows of a list, if it was recorded.
    #[must_use]
    pub fn list(&self, path: &str, now: Timestamp) -> Option<Vec<Value>> {
        self.lists.contains_key(path).then(|| self.known(path, now))
    }

    /// What was answered at a path, if it was recorded.
    #[must_use]
    pub fn answer(&self, path: &str, now: Timestamp) -> Option<Value> {
        self.answers.contains_key(path).then(|| self.known(path, now))
    }

    /// Every path that was recorded.
    #[cfg(test)]
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.lists.keys().chain(self.answers.keys())
    }

    /// The runs, in order, at the times they were recorded at.
    #[must_use]
    pub fn recordings(&self) -> Vec<Recording> {
        let lines: Vec<LogEntry> = self.known("/logs/", self.recorded_at);
        let runs: Vec<Run> = self.known("/runs/", self.recorded_at);
        let recording = |run: Run| {
            let beginning = format!("/runs/{}/devices/", run.id);
            let devices = self.answers.keys().filter(|path| path.starts_with(&beginning));
            Recording {
                devices: devices.map(|path| Rc::new(self.known(path, self.recorded_at))).collect(),
                lines: lines.iter().filter(|line| line.run_id == Some(run.id)).cloned().collect(),
                run,
            }
        };
        runs.into_iter().map(recording).collect()
    }
}

/// What is played when a job runs: its first recording first, then the others by turns.
#[must_use]
pub fn turn(recordings: &[Recording], job_id: JobId, runs_before: usize) -> Option<&Recording> {
    let own: Vec<&Recording> = recordings.iter().filter(|recording| recording.run.job_id == job_id).collect();
    let place = match own.len() {
        0 | 1 => 0,
        count => runs_before.checked_sub(1).map_or(0, |later| 1 + later % (count - 1)),
    };
    own.get(place).copied()
}

/// The same with all its times moved.
fn moved(value: &Value, by: SignedDuration) -> Value {
    match value {
        Value::String(text) => text.parse::<Timestamp>().map_or(value.clone(), |at| (at + by).to_string().into()),
        Value::Array(items) => items.iter().map(|item| moved(item, by)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, item)| (name.clone(), moved(item, by))).collect(),
        other => other.clone(),
    }
}

fn outdated(path: &str, why: &str) -> ! {
    panic!("{path} was recorded by another version ({why}): record it again by cargo xtask ui --demo --record");
}

#[cfg(test)]
mod tests {
    use netraven_api::RunId;
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_moved_wherever_they_stand_and_nothing_else_is() {
        let recorded = json!({"at": "2026-11-23T14:05:00.5Z", "rows": [{"text": "at 14:05", "n": 1, "none": null}]});
        let expected = json!({"at": "2026-11-24T14:05:00.5Z", "rows": [{"text": "at 14:05", "n": 1, "none": null}]});
        assert_eq!(moved(&recorded, SignedDuration::from_hours(24)), expected);
    }

    #[test]
    fn the_first_recording_of_a_job_is_played_once_and_the_others_by_turns() {
        let recordings = Tape::open().recordings();
        let job = recordings
            .iter()
            .map(|recording| recording.run.job_id)
            .max_by_key(|id| recordings.iter().filter(|recording| recording.run.job_id == *id).count());
        let played: Vec<RunId> = (0..5).filter_map(|before| Some(turn(&recordings, job?, before)?.run.id)).collect();
        let [first, second, third, ..] = played[..] else { panic!("{played:?}") };
        assert_eq!(played, [first, second, third, second, third], "three runs of a job are recorded");
    }
}
