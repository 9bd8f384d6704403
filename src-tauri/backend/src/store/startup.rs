//! What the newest backup of each device found out about its startup configuration.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use netraven_api::startup::SavedState;
use netraven_api::{DeviceId, SnapshotId};
use sqlx::PgConnection;

use super::{Result, Store, StoreError};

/// What a backup says about the startup configuration of its device.
#[derive(Clone, Debug, Default)]
pub enum StartupOutcome {
    /// Nothing: what is known stays.
    #[default]
    Untouched,
    /// The platform has none.
    NotOffered,
    /// It was looked at.
    Seen(NewStartup),
}

/// What was found out about a startup configuration.
#[derive(Clone, Debug)]
pub struct NewStartup {
    /// Whether the device's changes are saved.
    pub state: SavedState,
    /// When it was compared.
    pub checked_at: Timestamp,
    /// Its text, secrets hidden, where it differs from the running configuration.
    pub text: Option<String>,
    /// Why it is not known, or why its text is not stored.
    pub reason: Option<String>,
}

/// The two texts of a device with unsaved changes.
#[derive(Clone, Debug)]
pub struct StartupTexts {
    /// The snapshot of the running configuration.
    pub snapshot_id: SnapshotId,
    /// When both were read.
    pub checked_at: Timestamp,
    /// The startup configuration, secrets hidden.
    pub startup: String,
    /// The running configuration, secrets hidden.
    pub running: String,
}

impl Store {
    /// The startup and the running configuration of a device as the newest backup found them.
    pub async fn startup_texts(&self, device_id: DeviceId) -> Result<StartupTexts> {
        #[derive(sqlx::FromRow)]
        struct StartupRow {
            state: String,
            checked_at: jiff_sqlx::Timestamp,
            startup_text: Option<String>,
            reason: Option<String>,
            snapshot_id: Option<i64>,
            config_data: Option<String>,
        }
        let row: Option<StartupRow> = sqlx::query_as(
            "select s.state, s.checked_at, s.startup_text, s.reason, c.id as snapshot_id, c.config_data
             from device_startups s left join device_configurations c on c.id = s.snapshot_id where s.device_id = $1",
        )
        .bind(device_id.get())
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Err(StoreError::NotFound("Startup configuration")) };
        let (Some(snapshot_id), Some(running)) = (row.snapshot_id, row.config_data) else {
            let sentence =
                "The snapshot that the startup configuration was compared with was removed. Back the device up again.";
            return Err(StoreError::Conflict(sentence.to_owned()));
        };
        let startup = match (SavedState::parse(&row.state), row.startup_text) {
            (Some(SavedState::Saved), _) => running.clone(),
            (_, Some(text)) => text,
            (_, None) => {
                let reason = row.reason.unwrap_or_else(|| "The startup configuration is not known.".to_owned());
                return Err(StoreError::Conflict(reason));
            }
        };
        Ok(StartupTexts { snapshot_id: snapshot_id.into(), checked_at: row.checked_at.to_jiff(), startup, running })
    }
}

/// Writes what a backup found out, `snapshot_id` being the running configuration. The time since when there are unsaved
/// changes stays for as long as there are some.
pub(super) async fn write(
    tx: &mut PgConnection,
    device_id: DeviceId,
    outcome: &StartupOutcome,
    snapshot_id: Option<SnapshotId>,
) -> Result<()> {
    match outcome {
        StartupOutcome::Untouched => Ok(()),
        StartupOutcome::NotOffered => remove(tx, device_id).await,
        StartupOutcome::Seen(new) => upsert(tx, device_id, new, snapshot_id).await,
    }
}

async fn remove(tx: &mut PgConnection, device_id: DeviceId) -> Result<()> {
    sqlx::query("delete from device_startups where device_id = $1").bind(device_id.get()).execute(tx).await?;
    Ok(())
}

async fn upsert(
    tx: &mut PgConnection,
    device_id: DeviceId,
    new: &NewStartup,
    snapshot_id: Option<SnapshotId>,
) -> Result<()> {
    sqlx::query(
        "insert into device_startups as kept
             (device_id, state, checked_at, unsaved_since, startup_text, reason, snapshot_id)
         select id, $2, $3, case when $2 = 'unsaved' then $3 end, $4, $5, $6 from devices where id = $1
         on conflict (device_id) do update set state = excluded.state, checked_at = excluded.checked_at,
             unsaved_since = case when excluded.state = 'unsaved'
                 then coalesce(kept.unsaved_since, excluded.unsaved_since) end,
             startup_text = excluded.startup_text, reason = excluded.reason, snapshot_id = excluded.snapshot_id",
    )
    .bind(device_id.get())
    .bind(new.state.as_str())
    .bind(new.checked_at.to_sqlx())
    .bind(new.text.as_ref().map(|text| text.replace('\0', "")))
    .bind(new.reason.as_ref().map(|reason| reason.replace('\0', "")))
    .bind(snapshot_id.map(SnapshotId::get))
    .execute(tx)
    .await?;
    Ok(())
}
