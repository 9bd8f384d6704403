//! What changes, and which requests show it: the one table from paths to topics.

use dioxus::prelude::*;
use netraven_api::event::Changed;

/// Something that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A run was queued or moved on.
    Runs,
    /// A run ended.
    RunEnds,
    /// Devices were added, changed or removed.
    Devices,
    /// Jobs were added, changed or removed.
    Jobs,
    /// Credentials or tags were added, changed or removed.
    Setup,
    /// The state of a server changed.
    System,
    /// Snapshots were removed.
    Snapshots,
    /// The files of platforms were read again.
    Platforms,
    /// A trial moved on, or ended.
    Trials,
    /// Users were added, changed or removed.
    Users,
}

/// How many topics there are.
const TOPICS: usize = Topic::Users as usize + 1;

/// A revision for each topic; a query reads again when one of its revisions moves.
#[derive(Clone, Copy, PartialEq)]
pub struct Topics {
    revisions: [Signal<u64>; TOPICS],
    own: Signal<u64>,
}

impl Topics {
    /// Fresh revisions, owned by the current component.
    #[must_use]
    pub fn new() -> Topics {
        Topics { revisions: std::array::from_fn(|_| Signal::new(0)), own: Signal::new(0) }
    }

    /// Makes the queries of a topic read again.
    pub fn bump(&self, topic: Topic) {
        let mut revision = self.revisions[topic as usize];
        revision += 1;
    }

    /// Makes every query read again.
    pub fn bump_all(&self) {
        for mut revision in self.revisions {
            revision += 1;
        }
    }

    /// How many changes this window has made itself so far, without subscribing to later ones.
    #[must_use]
    pub fn own(&self) -> u64 {
        *self.own.peek()
    }

    /// Makes every query read again because the person wished it.
    pub fn wish_all(mut self) {
        self.own += 1;
        self.bump_all();
    }

    /// Applies changes pushed by the feed.
    pub fn apply(&self, changes: &[Changed]) {
        let mut bumped = [false; TOPICS];
        for change in changes {
            let topics: &[Topic] = match change {
                Changed::Run { ended: true, .. } => &[Topic::Runs, Topic::RunEnds],
                Changed::Run { ended: false, .. } => &[Topic::Runs],
                Changed::Devices => &[Topic::Devices],
                Changed::Jobs => &[Topic::Jobs],
                // Which credentials a device has, and so whether it waits, hangs on theirs.
                Changed::Setup => &[Topic::Setup, Topic::Devices],
                Changed::Platforms => &[Topic::Platforms],
                Changed::Trial { .. } => &[Topic::Trials],
                Changed::System => &[Topic::System],
            };
            for topic in topics {
                if !std::mem::replace(&mut bumped[*topic as usize], true) {
                    self.bump(*topic);
                }
            }
        }
    }

    /// Applies a change this window made itself, without waiting for the feed.
    pub fn changed_by(mut self, path: &str) {
        // These only ask.
        if ["/platforms/check", "/platforms/skeleton"].contains(&path) {
            return;
        }
        let topics: &[Topic] = match resource(path) {
            "jobs" if path.starts_with("/jobs/run/") => &[Topic::Runs, Topic::Jobs],
            "jobs" => &[Topic::Jobs],
            "runs" => &[Topic::Runs, Topic::RunEnds],
            // Such a file brings jump hosts too.
            "devices" if path.ends_with("/ssh-config") => &[Topic::Setup, Topic::Devices],
            "devices" => &[Topic::Devices],
            "credentials" | "jump-hosts" | "session-policy" | "tags" => &[Topic::Setup, Topic::Devices],
            "configs" => &[Topic::Snapshots, Topic::Devices],
            "platforms" => &[Topic::Platforms],
            "trials" => &[Topic::Trials],
            "users" => &[Topic::Users],
            _ => &[],
        };
        self.own += 1;
        for topic in topics {
            self.bump(*topic);
        }
    }

    /// Subscribes the current reactive scope to what a path shows.
    pub fn watch(&self, path: &str) {
        for topic in shown_by(path) {
            let _ = self.revisions[*topic as usize].read();
        }
    }
}

impl Default for Topics {
    fn default() -> Topics {
        Topics::new()
    }
}

fn shown_by(path: &str) -> &'static [Topic] {
    match resource(path) {
        "runs" | "job-results" => &[Topic::Runs, Topic::RunEnds],
        "jobs" => &[Topic::Jobs, Topic::Runs],
        "devices" | "reports" => &[Topic::Devices, Topic::RunEnds],
        // With the number of devices each of them reaches.
        "credentials" | "session-policy" | "tags" => &[Topic::Setup, Topic::Devices],
        // With the host keys that sessions saw.
        "jump-hosts" => &[Topic::Setup, Topic::Devices, Topic::RunEnds],
        "configs" | "api" => &[Topic::RunEnds, Topic::Snapshots],
        // With the number of devices each of them has.
        "platforms" => &[Topic::Platforms, Topic::Devices],
        "trials" => &[Topic::Trials],
        "system" => &[Topic::System],
        "users" => &[Topic::Users],
        _ => &[],
    }
}

/// The first part of a path, without its query.
fn resource(path: &str) -> &str {
    path.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default()
}
