//! The devices a worker is working on: each with its task on the queue, its fencing number, and the means to stop it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::queue;
use crate::session::Cancel;

/// A device being worked on.
#[derive(Clone)]
pub struct Holding {
    /// Its entry on the queue.
    pub task: queue::Delivery,
    /// Its fencing number.
    pub attempt: i64,
    /// Closes its session.
    pub cancel: Cancel,
}

impl Holding {
    /// Run and device.
    fn key(&self) -> (i64, i64) {
        (self.task.task.run_id, self.task.task.device_id)
    }

    /// Run, device and fencing number: the key of a lease in the store.
    pub fn lease(&self) -> (i64, i64, i64) {
        (self.task.task.run_id, self.task.task.device_id, self.attempt)
    }
}

/// The devices a worker is working on, by run and device; cheap to clone.
#[derive(Clone, Default)]
pub struct Held(Arc<Mutex<HashMap<(i64, i64), Holding>>>);

impl Held {
    /// Marks a device as in progress until the answer is dropped: a lease that nobody works on must not be kept.
    pub fn take(&self, holding: Holding) -> Hand {
        let lease = holding.lease();
        self.with(|held| held.insert(holding.key(), holding));
        Hand { held: self.clone(), lease }
    }

    /// Whether a device of a run is in progress.
    pub fn has(&self, run_id: i64, device_id: i64) -> bool {
        self.with(|held| held.contains_key(&(run_id, device_id)))
    }

    /// All devices in progress.
    pub fn all(&self) -> Vec<Holding> {
        self.with(|held| held.values().cloned().collect())
    }

    /// The devices in progress, by run and device.
    pub fn keys(&self) -> Vec<(i64, i64)> {
        self.with(|held| held.keys().copied().collect())
    }

    /// Closes the sessions of a run.
    pub fn cancel_run(&self, run_id: i64) {
        self.all().iter().filter(|one| one.key().0 == run_id).for_each(|one| one.cancel.cancel());
    }

    /// Closes the session of one device of a run.
    pub fn cancel_device(&self, run_id: i64, device_id: i64) {
        self.with(|held| held.get(&(run_id, device_id)).map(|one| one.cancel.clone())).iter().for_each(Cancel::cancel);
    }

    /// Closes every session.
    pub fn cancel_all(&self) {
        self.all().iter().for_each(|one| one.cancel.cancel());
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<(i64, i64), Holding>) -> T) -> T {
        work(&mut self.0.lock().expect("no holder of this lock panics"))
    }
}

/// Marks one device as in progress; released on drop, including during a panic.
pub struct Hand {
    held: Held,
    lease: (i64, i64, i64),
}

impl Drop for Hand {
    fn drop(&mut self) {
        let (run_id, device_id, _) = self.lease;
        self.held.with(|held| {
            if held.get(&(run_id, device_id)).is_some_and(|holding| holding.lease() == self.lease) {
                held.remove(&(run_id, device_id));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::queue::{Priority, Task};

    fn holding(run_id: i64, attempt: i64) -> Holding {
        of_device(run_id, 7, attempt)
    }

    fn of_device(run_id: i64, device_id: i64, attempt: i64) -> Holding {
        let task = Task { run_id, device_id, attempt: 0 };
        let task = queue::Delivery { priority: Priority::Default, entry_id: "1-0".to_owned(), delivered: 1, task };
        Holding { task, attempt, cancel: Cancel::new() }
    }

    #[test]
    fn a_device_is_let_go_whatever_becomes_of_its_work() {
        let held = Held::default();
        let broken = catch_unwind(AssertUnwindSafe(|| {
            let _hand = held.take(holding(1, 1));
            assert!(held.has(1, 7));
            panic!("the work broke");
        }));
        assert!(broken.is_err() && held.all().is_empty());
    }

    #[test]
    fn an_older_attempt_does_not_let_go_of_a_newer_one() {
        let held = Held::default();
        let older = held.take(holding(1, 1));
        let newer = held.take(holding(1, 2));
        drop(older);
        assert!(held.has(1, 7));
        drop(newer);
        assert!(!held.has(1, 7));
    }

    #[test]
    fn a_cancelled_run_leaves_the_others_alone() {
        let held = Held::default();
        let (one, two) = (holding(1, 1), holding(2, 1));
        let (first, second) = (one.cancel.clone(), two.cancel.clone());
        let _hands = (held.take(one), held.take(two));
        held.cancel_run(1);
        assert!(first.is_cancelled() && !second.is_cancelled());
        held.cancel_all();
        assert!(second.is_cancelled());
    }

    #[test]
    fn a_cancelled_device_leaves_the_others_of_its_run_alone() {
        let held = Held::default();
        let (one, other) = (of_device(1, 7, 1), of_device(1, 8, 1));
        let (cancelled, goes_on) = (one.cancel.clone(), other.cancel.clone());
        let _hands = (held.take(one), held.take(other));
        held.cancel_device(1, 9);
        assert!(!cancelled.is_cancelled());
        held.cancel_device(1, 7);
        assert!(cancelled.is_cancelled() && !goes_on.is_cancelled());
    }
}
