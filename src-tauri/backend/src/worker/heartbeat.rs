//! A worker's heartbeat: renews the leases of its devices and announces that it is alive, takes over what
//! silent workers left on the queue, and closes the sessions of cancelled devices.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Worker;
use super::in_flight::{InFlight, InFlightDevice, id_of};
use crate::journal::Signal;
use crate::queue::{self, WorkerBeat};
use crate::store::leases::{AttemptId, RunDeviceId};

/// Pause between two heartbeats; a lease holds for three of them.
const BEAT: Duration = Duration::from_secs(4);
/// How long a silent worker keeps its entries on the queue.
const SILENCE: Duration = Duration::from_secs(15);
/// Pause between two checks for cancellations, in case a signal is lost.
const CANCEL_LOOK: Duration = Duration::from_secs(1);
/// Most entries of silent workers taken over at once.
const ORPHANS: usize = 200;

impl Worker {
    /// The heartbeat. Postgres and Redis get a loop each: a lease must not end because the queue hangs.
    pub(super) async fn beat(self, in_flight: InFlight, stop: CancellationToken) {
        tokio::join!(self.keep_leases(&in_flight, &stop), self.keep_deliveries(&in_flight, &stop));
    }

    /// Renews the leases of the devices in progress, and stops those another worker has taken: their results would be refused.
    async fn keep_leases(&self, in_flight: &InFlight, stop: &CancellationToken) {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = beats.tick() => {}
                () = stop.cancelled() => return,
            }
            let asked = in_flight.all();
            let leases: Vec<AttemptId> = asked.iter().map(InFlightDevice::lease).collect();
            match tokio::time::timeout(BEAT, self.store.beat(&self.id, &leases)).await {
                Ok(Ok(mine)) => {
                    let lost = asked.iter().filter(|device| !mine.contains(&device.lease()));
                    lost.for_each(|device| device.cancel.cancel());
                }
                Ok(Err(error)) => tracing::debug!(%error, "leases were not renewed"),
                Err(_) => tracing::debug!("leases were not renewed in time"),
            }
        }
    }

    /// Keeps the queue's entries of the devices in progress, and puts back those of silent workers.
    async fn keep_deliveries(&self, in_flight: &InFlight, stop: &CancellationToken) {
        let started_at = Timestamp::now();
        while !stop.is_cancelled() {
            let deliveries: Vec<queue::Delivery> = in_flight.all().into_iter().map(|device| device.delivery).collect();
            let beat = WorkerBeat {
                id: self.id.clone(),
                host: super::host(),
                pid: std::process::id(),
                capacity: self.capacity,
                busy: deliveries.len(),
                started_at,
            };
            if let Err(error) = self.queue.beat(&beat, SILENCE).await {
                tracing::debug!(%error, "a heartbeat did not reach the queue");
            }
            if let Err(error) = self.queue.heartbeat(&self.id, &deliveries).await {
                tracing::debug!(%error, "leases in the queue were not renewed");
            }
            self.take_over(in_flight).await;
            tokio::select! {
                () = tokio::time::sleep(BEAT) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Entries of dead workers go to the back of the queue; if their leases in Postgres have not ended by the time they are
    /// read, the reconciler queues them once more.
    async fn take_over(&self, in_flight: &InFlight) {
        let orphans = match self.queue.take_over(&self.id, SILENCE, ORPHANS).await {
            Ok(orphans) => orphans,
            Err(error) => return tracing::debug!(%error, "the queue was not searched for orphans"),
        };
        for orphan in orphans {
            let mine = in_flight.has(id_of(&orphan.task));
            if !mine && self.queue.push(orphan.priority, std::slice::from_ref(&orphan.task)).await.is_ok() {
                self.drop_delivery(&orphan).await;
            }
        }
    }

    /// Listens for cancellations, and closes the sessions of cancelled runs and devices.
    pub(super) async fn listen_for_cancels(self, in_flight: InFlight, stop: CancellationToken) {
        let mut signals = self.signals.subscribe();
        // One timer for the whole time: a stream of signals must not postpone the check.
        let mut looks = interval(CANCEL_LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                signal = signals.recv() => match signal {
                    Ok(Signal::Cancel { run_id }) => in_flight.cancel_run(run_id),
                    Ok(Signal::CancelDevice { run_id, device_id }) => {
                        in_flight.cancel_device(RunDeviceId { run_id, device_id });
                    }
                    _ => {}
                },
                _ = looks.tick() => {
                    let ids = in_flight.ids();
                    if !ids.is_empty()
                        && let Ok(cancelled) = self.store.cancelled_among(&ids).await
                    {
                        cancelled.into_iter().for_each(|id| in_flight.cancel_device(id));
                    }
                }
            }
        }
    }
}
