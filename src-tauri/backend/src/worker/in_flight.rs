//! The devices a worker is working on: each with its task on the queue, its fencing number, and the means to stop it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use netraven_api::RunId;

use crate::queue;
use crate::session::Cancel;
use crate::store::leases::{AttemptId, RunDeviceId};

/// A device being worked on.
#[derive(Clone)]
pub struct InFlightDevice {
    /// Its entry on the queue.
    pub delivery: queue::Delivery,
    /// Its fencing number.
    pub attempt: i64,
    /// Closes its session.
    pub cancel: Cancel,
}

impl InFlightDevice {
    /// What its lease is known by in the store.
    pub fn lease(&self) -> AttemptId {
        let RunDeviceId { run_id, device_id } = id_of(&self.delivery.task);
        AttemptId { run_id, device_id, attempt: self.attempt }
    }
}

/// The device of a run that a task is about.
pub fn id_of(task: &queue::Task) -> RunDeviceId {
    RunDeviceId { run_id: task.run_id, device_id: task.device_id }
}

/// The devices a worker has in flight; cheap to clone.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashMap<RunDeviceId, InFlightDevice>>>);

impl InFlight {
    /// Marks a device as in progress until the answer is dropped: a lease that nobody works on must not be kept.
    pub fn take(&self, device: InFlightDevice) -> InFlightGuard {
        let lease = device.lease();
        self.with(|in_flight| in_flight.insert(lease.run_device(), device));
        InFlightGuard { in_flight: self.clone(), lease }
    }

    /// Whether a device of a run is in progress.
    pub fn has(&self, id: RunDeviceId) -> bool {
        self.with(|in_flight| in_flight.contains_key(&id))
    }

    /// All devices in progress.
    pub fn all(&self) -> Vec<InFlightDevice> {
        self.with(|in_flight| in_flight.values().cloned().collect())
    }

    /// What is in flight.
    pub fn ids(&self) -> Vec<RunDeviceId> {
        self.with(|in_flight| in_flight.keys().copied().collect())
    }

    /// Closes the sessions of a run.
    pub fn cancel_run(&self, run_id: RunId) {
        self.all().iter().filter(|one| one.delivery.task.run_id == run_id).for_each(|one| one.cancel.cancel());
    }

    /// Closes the session of one device of a run.
    pub fn cancel_device(&self, id: RunDeviceId) {
        self.with(|in_flight| in_flight.get(&id).map(|one| one.cancel.clone())).iter().for_each(Cancel::cancel);
    }

    /// Closes every session.
    pub fn cancel_all(&self) {
        self.all().iter().for_each(|one| one.cancel.cancel());
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<RunDeviceId, InFlightDevice>) -> T) -> T {
        work(&mut self.0.lock().expect("no holder of this lock panics"))
    }
}

/// Marks one device as in progress; released on drop, including during a panic.
pub struct InFlightGuard {
    in_flight: InFlight,
    lease: AttemptId,
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let id = self.lease.run_device();
        self.in_flight.with(|in_flight| {
            if in_flight.get(&id).is_some_and(|device| device.lease() == self.lease) {
                in_flight.remove(&id);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::queue::{Priority, Task};

    fn id(run: i64, device: i64) -> RunDeviceId {
        RunDeviceId { run_id: run.into(), device_id: device.into() }
    }

    fn device(run: i64, attempt: i64) -> InFlightDevice {
        of_device(run, 7, attempt)
    }

    fn of_device(run: i64, device: i64, attempt: i64) -> InFlightDevice {
        let task = Task { run_id: run.into(), device_id: device.into(), attempt: 0 };
        let delivery = queue::Delivery { priority: Priority::Default, entry_id: "1-0".to_owned(), delivered: 1, task };
        InFlightDevice { delivery, attempt, cancel: Cancel::new() }
    }

    #[test]
    fn a_device_is_let_go_whatever_becomes_of_its_work() {
        let in_flight = InFlight::default();
        let broken = catch_unwind(AssertUnwindSafe(|| {
            let _guard = in_flight.take(device(1, 1));
            assert!(in_flight.has(id(1, 7)));
            panic!("the work broke");
        }));
        assert!(broken.is_err() && in_flight.all().is_empty());
    }

    #[test]
    fn an_older_attempt_does_not_let_go_of_a_newer_one() {
        let in_flight = InFlight::default();
        let older = in_flight.take(device(1, 1));
        let newer = in_flight.take(device(1, 2));
        drop(older);
        assert!(in_flight.has(id(1, 7)));
        drop(newer);
        assert!(!in_flight.has(id(1, 7)));
    }

    #[test]
    fn a_cancelled_run_leaves_the_others_alone() {
        let in_flight = InFlight::default();
        let (one, two) = (device(1, 1), device(2, 1));
        let (first, second) = (one.cancel.clone(), two.cancel.clone());
        let _guards = (in_flight.take(one), in_flight.take(two));
        in_flight.cancel_run(1.into());
        assert!(first.is_cancelled() && !second.is_cancelled());
        in_flight.cancel_all();
        assert!(second.is_cancelled());
    }

    #[test]
    fn a_cancelled_device_leaves_the_others_of_its_run_alone() {
        let in_flight = InFlight::default();
        let (one, other) = (of_device(1, 7, 1), of_device(1, 8, 1));
        let (cancelled, goes_on) = (one.cancel.clone(), other.cancel.clone());
        let _guards = (in_flight.take(one), in_flight.take(other));
        in_flight.cancel_device(id(1, 9));
        assert!(!cancelled.is_cancelled());
        in_flight.cancel_device(id(1, 7));
        assert!(cancelled.is_cancelled() && !goes_on.is_cancelled());
    }
}
