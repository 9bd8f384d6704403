//! Outcomes: how one device of a run ended, written in one transaction with its result and its snapshot, or not at all.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use netraven_api::configs::SnapshotFacts;
use netraven_api::evidence::Evidence;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::results::ResultStatus;
use netraven_api::runs::DeviceState;
use netraven_api::{DeviceId, ResultId, SnapshotId};
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::configs::newest;
use super::kept_files::{self, NewFile};
use super::leases::Lease;
use super::startup::{self, StartupOutcome};
use super::{Result, Store, without_nul};

/// How one device of a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Why it failed; none for a success.
    pub cause: Option<Cause>,
    /// Stage it ended in.
    pub stage: Stage,
    /// What happened, as a sentence.
    pub message: String,
    /// Further evidence, secrets hidden.
    pub evidence: Evidence,
    /// Whether the configuration differed; none where there was none to compare.
    pub changed: Option<bool>,
    /// Snapshot to store, when the configuration differed.
    pub snapshot: Option<NewSnapshot>,
    /// The snapshot it was found equal to.
    pub same_as: Option<SnapshotId>,
    /// What was found out about the startup configuration.
    pub startup: StartupOutcome,
    /// Files to keep.
    pub files: Vec<NewFile>,
}

/// A configuration to store.
#[derive(Clone, Debug)]
pub struct NewSnapshot {
    /// Text, secrets hidden.
    pub text: String,
    /// Keyed hash of what is compared of it, secrets included, hexadecimal.
    pub fingerprint: String,
    /// The text as the device showed it, sealed.
    pub raw_sealed: String,
    /// Further facts; the device's name is added to them.
    pub facts: SnapshotFacts,
    /// When it was read.
    pub retrieved_at: Timestamp,
    /// The message if the newest snapshot turns out to be the same.
    pub if_unchanged: String,
}

/// The recorded outcome.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The message that applies instead, if another run had stored the same configuration meanwhile.
    pub met_same: Option<String>,
}

impl Outcome {
    /// All its evidence: its own fields and the rest.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        let advice = self.evidence.advice.clone().or_else(|| self.cause.map(|cause| cause.advice().to_owned()));
        Evidence {
            cause: self.cause.map(Into::into),
            stage: self.cause.map(|_| self.stage.into()),
            message: Some(self.message.clone()),
            advice,
            changed: self.changed,
            deduplicated: self.changed.map(|changed| !changed),
            snapshot_id: self.same_as,
            ..self.evidence.clone()
        }
    }
}

impl Store {
    /// Writes the outcome of a device: its result, its snapshot and its state, together or not at all. None when the worker had
    /// lost the lease: then nothing is written.
    pub async fn finish(&self, lease: &Lease, outcome: &Outcome) -> Result<Option<Finished>> {
        let mut tx = self.pool().begin().await?;
        let state = match outcome.cause {
            None => DeviceState::Success,
            Some(Cause::Cancelled) => DeviceState::Cancelled,
            Some(_) => DeviceState::Failure,
        };
        let held = sqlx::query(
            "update run_devices set state = $4, stage = $5, cause = $6,
                 finished_at = greatest(now(), started_at), lease_until = null
             where run_id = $1 and device_id = $2 and attempt = $3 and state = 'running'",
        )
        .bind(lease.run_id.get())
        .bind(lease.device_id.get())
        .bind(lease.attempt)
        .bind(state.as_str())
        .bind(outcome.stage.as_str())
        .bind(outcome.cause.map(Cause::as_str))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if held == 0 {
            return Ok(None);
        }
        let mut evidence = outcome.evidence();
        let mut met_same = None;
        if let Some(new) = &outcome.snapshot {
            // Another run may have stored the same text since this one looked.
            match newest_under_lock(&mut tx, lease.device_id).await?.filter(|(_, stored)| *stored == new.fingerprint) {
                Some((id, _)) => {
                    met_same = Some(new.if_unchanged.clone());
                    evidence = Evidence {
                        message: met_same.clone(),
                        changed: Some(false),
                        deduplicated: Some(true),
                        snapshot_id: Some(id),
                        ..evidence
                    };
                }
                None => evidence.snapshot_id = insert_snapshot(&mut tx, lease, new).await?,
            }
        }
        startup::write(&mut tx, lease.device_id, &outcome.startup, evidence.snapshot_id).await?;
        for file in &outcome.files {
            kept_files::write(&mut tx, lease, file).await?;
        }
        let result_id = insert_result(&mut tx, lease, outcome, &evidence).await?;
        sqlx::query(
            "update run_devices set result_id = $3, snapshot_id = $4, message = $5, changed = $6
             where run_id = $1 and device_id = $2",
        )
        .bind(lease.run_id.get())
        .bind(lease.device_id.get())
        .bind(result_id.map(ResultId::get))
        .bind(evidence.snapshot_id.map(SnapshotId::get))
        .bind(evidence.message.map(|message| message.replace('\0', "")))
        .bind(evidence.changed)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(Finished { met_same }))
    }
}

/// The newest snapshot of a device under its present name; no other run stores one until the transaction ends.
async fn newest_under_lock(tx: &mut PgConnection, device_id: DeviceId) -> Result<Option<(SnapshotId, String)>> {
    // A statement of its own: the next one must see what this one waited for.
    sqlx::query("select id from devices where id = $1 for update").bind(device_id.get()).execute(&mut *tx).await?;
    newest(tx, device_id).await
}

/// A snapshot has the device's present name, which is also that of its file.
async fn insert_snapshot(tx: &mut PgConnection, lease: &Lease, new: &NewSnapshot) -> Result<Option<SnapshotId>> {
    let id: Option<i64> = sqlx::query_scalar(
        "insert into device_configurations (device_id, run_id, hostname, retrieved_at, config_data, config_metadata,
             fingerprint, raw_sealed)
         select id, $2, hostname, $3, $4, $5, $6, $7 from devices where id = $1
         returning id",
    )
    .bind(lease.device_id.get())
    .bind(lease.run_id.get())
    .bind(new.retrieved_at.to_sqlx())
    .bind(new.text.replace('\0', ""))
    .bind(Json(without_nul(&json!(new.facts))))
    .bind(&new.fingerprint)
    .bind(&new.raw_sealed)
    .fetch_optional(tx)
    .await?;
    Ok(id.map(SnapshotId::new))
}

async fn insert_result(
    tx: &mut PgConnection,
    lease: &Lease,
    outcome: &Outcome,
    evidence: &Evidence,
) -> Result<Option<ResultId>> {
    let id: Option<i64> = sqlx::query_scalar(
        "insert into job_results (run_id, job_id, device_id, job_type, status, cause, stage, result_time, details)
         select $1, $2, id, $4, $5, $6, $7, now(), $8 from devices where id = $3
         on conflict (run_id, device_id) do nothing returning id",
    )
    .bind(lease.run_id.get())
    .bind(lease.job_id.get())
    .bind(lease.device_id.get())
    .bind(lease.job_type.as_str())
    .bind(if outcome.cause.is_none() { ResultStatus::Success } else { ResultStatus::Failure }.as_str())
    .bind(outcome.cause.map(Cause::as_str))
    .bind(outcome.stage.as_str())
    .bind(Json(without_nul(&json!(evidence))))
    .fetch_optional(tx)
    .await?;
    Ok(id.map(ResultId::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_outcome_says_of_itself_stands_in_its_evidence() {
        let failed = Outcome {
            cause: Some(Cause::AuthFailed),
            stage: Stage::SignIn,
            message: "The device refused netops.".to_owned(),
            evidence: Evidence::default(),
            changed: None,
            snapshot: None,
            same_as: None,
            startup: StartupOutcome::default(),
            files: Vec::new(),
        };
        let told = json!({
            "cause": "auth-failed", "stage": "sign_in", "message": "The device refused netops.",
            "advice": Cause::AuthFailed.advice(),
        });
        assert_eq!(json!(failed.evidence()), told);
        let advised = Evidence { advice: Some("Set a new password.".to_owned()), ..Evidence::default() };
        let advised = Outcome { evidence: advised, ..failed.clone() };
        assert_eq!(advised.evidence().advice.as_deref(), Some("Set a new password."), "the more particular one");
        let unchanged =
            Outcome { cause: None, stage: Stage::Record, changed: Some(false), same_as: Some(512.into()), ..failed };
        let told = json!({
            "message": "The device refused netops.", "changed": false, "deduplicated": true, "snapshot_id": 512,
        });
        assert_eq!(json!(unchanged.evidence()), told);
    }
}
