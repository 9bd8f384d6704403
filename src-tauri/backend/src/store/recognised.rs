//! The platforms that devices without one of their own were recognised as having. A trigger clears them when a device
//! is given another platform, address, port or transport.

use netraven_api::platforms::{AUTO, Certainty};
use serde::Deserialize;

use super::leases::Lease;
use super::{Result, Store};

/// A platform that was recognised before.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RememberedPlatform {
    /// Name of the platform.
    pub platform: String,
    /// How sure it was.
    pub sure: Certainty,
}

/// What is remembered of a device's platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct PlatformMemory {
    /// The platform it was recognised as having, if any.
    pub recognised: Option<RememberedPlatform>,
    /// Platforms that were guessed, tried, and failed.
    pub refuted: Vec<String>,
}

/// What is remembered of the platform of a device `d`, as JSON.
macro_rules! memory {
    () => {
        "json_build_object('refuted', d.refuted_platforms,
             'recognised', case when d.recognised_platform is not null then
                 json_build_object('platform', d.recognised_platform, 'sure', d.recognised_how_sure) end)"
    };
}

pub(super) use memory;

impl Store {
    /// Remembers the platform that a device was recognised as having, if it is still to be recognised and still where
    /// it was.
    pub async fn remember_platform(&self, lease: &Lease, platform: &str, sure: Certainty) -> Result<()> {
        sqlx::query(
            "update devices set recognised_platform = $2, recognised_how_sure = $3, recognised_at = now()
             where id = $1 and device_type = $4 and ip_address = $5 and port = $6 and transport = $7",
        )
        .bind(lease.device_id.get())
        .bind(platform)
        .bind(sure.as_str())
        .bind(AUTO)
        .bind(&lease.ip_address)
        .bind(i32::from(lease.port))
        .bind(lease.transport.as_str())
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Forgets the platform that a device was recognised as having; one that is refuted is not guessed again.
    pub async fn forget_platform(&self, lease: &Lease, platform: &str, is_refuted: bool) -> Result<()> {
        sqlx::query(
            "update devices set recognised_platform = null, recognised_how_sure = null, recognised_at = null,
                 refuted_platforms = case when $3 then array_append(array_remove(refuted_platforms, $2), $2)
                     else refuted_platforms end
             where id = $1 and recognised_platform = $2",
        )
        .bind(lease.device_id.get())
        .bind(platform)
        .bind(is_refuted)
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
