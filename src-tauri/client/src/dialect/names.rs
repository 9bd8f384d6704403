//! Names of devices, for log lines of a server that leaves them out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Talk, devices};

/// How long the names are reused.
const KEPT: Duration = Duration::from_secs(60);

/// Hostnames by id.
type Hostnames = Arc<HashMap<i64, String>>;

/// The names, and when they were read.
#[derive(Default)]
pub struct Names(Mutex<Option<(Instant, Hostnames)>>);

impl Talk<'_> {
    /// Hostnames of the devices; empty if they cannot be read.
    pub async fn names(self) -> Hostnames {
        let kept = self.server.names.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, names)) = kept
            && at.elapsed() < KEPT
        {
            return names;
        }
        let devices = devices::all(self).await.unwrap_or_default();
        let names: Hostnames = Arc::new(devices.into_iter().map(|device| (device.id, device.hostname)).collect());
        *self.server.names.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), names.clone()));
        names
    }
}
