//! Names of devices, for log lines of a server that writes none: kept for a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use netraven_api::DeviceId;
use tokio::time::Instant;

/// How long the names are reused.
const KEPT: Duration = Duration::from_secs(60);

/// Hostnames by id.
pub type Hostnames = Arc<HashMap<DeviceId, String>>;

/// The names, and when they were read.
#[derive(Default)]
pub struct Names(Mutex<Option<(Instant, Hostnames)>>);

impl Names {
    /// The names, unless they were read too long ago.
    pub fn kept(&self) -> Option<Hostnames> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        kept.filter(|(at, _)| at.elapsed() < KEPT).map(|(_, names)| names)
    }

    /// Keeps names that were read just now.
    pub fn keep(&self, names: Hostnames) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), names));
    }
}
