//! Trials: asked for, taken by a worker, followed while they last, and removed after an hour.

use netraven_api::evidence::Evidence;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::trials::{ProposedRule, Trial, TrialInput, TrialPurpose, TrialState};
use netraven_api::{CredentialId, DeviceId, TrialId};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json;

use super::leases::LEASE_SECONDS;
use super::{Result, Store, StoreError, explain, without_nul};

/// Trials that may wait or be under way at once.
const OPEN: i64 = 20;
const ONE_AT_A_TIME: &str = "This device is being tried at the moment: wait for its end, or cancel it.";
/// Trials that are kept, the newest ones.
const KEPT: i64 = 100;
/// Seconds after which a trial is removed.
const AGE_SECONDS: f64 = 3600.0;
/// Seconds after which no trial can still be under way: longer than two sessions and the recognition of a platform.
const LONGEST_SECONDS: f64 = 1500.0;

/// A trial that a worker has taken.
#[derive(Clone, Debug, Deserialize)]
pub struct TakenTrial {
    /// Id.
    pub id: TrialId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// Its hostname.
    pub hostname: String,
    /// What it is for.
    pub purpose: TrialPurpose,
    /// Name of the user who asked for it.
    pub asked_by: String,
    /// The only credential to try.
    pub credential_id: Option<CredentialId>,
    /// The text of the platform to use instead of the device's.
    pub platform: Option<String>,
}

/// How a trial ended.
#[derive(Clone, Debug)]
pub struct TrialOutcome {
    /// The state it is in from now on.
    pub state: TrialState,
    /// Why it failed.
    pub cause: Option<Cause>,
    /// The stage it ended in.
    pub stage: Stage,
    /// What happened, as a sentence.
    pub message: String,
    /// What was seen, secrets hidden.
    pub evidence: Evidence,
    /// The text as it would be stored, secrets hidden.
    pub text: Option<String>,
    /// Rules for lines that differed.
    pub proposals: Vec<ProposedRule>,
    /// Lines that differed without a rule.
    pub unexplained: Vec<String>,
    /// The recording.
    pub recording: Option<String>,
}

impl Store {
    /// Adds a trial that waits for a worker.
    pub async fn add_trial(&self, input: &TrialInput, by: &str) -> Result<TrialId> {
        let mut tx = self.pool().begin().await?;
        let known: Option<i64> = sqlx::query_scalar("select id from devices where id = $1 for share")
            .bind(input.device_id.get())
            .fetch_optional(&mut *tx)
            .await?;
        known.ok_or(StoreError::NotFound("Device"))?;
        if let Some(id) = input.credential_id {
            let known: Option<i64> = sqlx::query_scalar("select id from credentials where id = $1 for share")
                .bind(id.get())
                .fetch_optional(&mut *tx)
                .await?;
            known.ok_or(StoreError::NotFound("Credential"))?;
        }
        let added: Option<i64> = sqlx::query_scalar(
            "insert into trials (device_id, purpose, credential_id, platform, asked_by) select $1, $2, $3, $4, $5
             where (select count(*) from trials where state in ('waiting', 'running')) < $6 returning id",
        )
        .bind(input.device_id.get())
        .bind(input.purpose.as_str())
        .bind(input.credential_id.map(CredentialId::get))
        .bind(&input.platform)
        .bind(by)
        .bind(OPEN)
        .fetch_optional(&mut *tx)
        .await
        .map_err(|error| explain(error, &[("trials_device_key", ONE_AT_A_TIME)]))?;
        let busy = || format!("{OPEN} devices are being tried at the moment. Try again in a minute.");
        let id = added.ok_or_else(|| StoreError::Conflict(busy()))?;
        tx.commit().await?;
        Ok(id.into())
    }

    /// A trial.
    pub async fn trial(&self, id: TrialId) -> Result<Trial> {
        let row: Option<Json<Trial>> = sqlx::query_scalar(
            "select json_build_object('id', t.id, 'device_id', t.device_id, 'hostname', d.hostname,
                 'transport', d.transport, 'purpose', t.purpose, 'state', t.state, 'asked_by', t.asked_by,
                 'asked_at', wire_time(t.asked_at), 'started_at', wire_time(t.started_at),
                 'finished_at', wire_time(t.finished_at), 'credential_id', t.credential_id,
                 'own_platform', t.platform is not null, 'stage', t.stage, 'cause', t.cause, 'message', t.message,
                 'evidence', t.evidence, 'text', t.text, 'proposals', t.proposals, 'unexplained', t.unexplained,
                 'recording', t.recording)
             from trials t join devices d on d.id = t.device_id where t.id = $1",
        )
        .bind(id.get())
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Trial"))
    }

    /// Gives the trial that has waited longest to a worker, if there is one.
    pub async fn take_trial(&self, worker: &str) -> Result<Option<TakenTrial>> {
        let row: Option<Json<TakenTrial>> = sqlx::query_scalar(
            "update trials t set state = 'running', worker = $1, stage = 'prepare', started_at = now(),
                 lease_until = now() + make_interval(secs => $2)
             from devices d where d.id = t.device_id and t.id = (select id from trials where state = 'waiting'
                 order by id for update skip locked limit 1)
             returning json_build_object('id', t.id, 'device_id', t.device_id, 'hostname', d.hostname,
                 'purpose', t.purpose, 'asked_by', t.asked_by, 'credential_id', t.credential_id,
                 'platform', t.platform)",
        )
        .bind(worker)
        .bind(f64::from(LEASE_SECONDS))
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| row.0))
    }

    /// Records the stage a trial is in, if the worker still has it.
    pub async fn set_trial_stage(&self, id: TrialId, worker: &str, stage: Stage) -> Result<()> {
        sqlx::query("update trials set stage = $3 where id = $1 and worker = $2 and state = 'running'")
            .bind(id.get())
            .bind(worker)
            .bind(stage.as_str())
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Prolongs a worker's right to a trial; says whether a person has cancelled it. None if the worker has lost it.
    pub async fn beat_trial(&self, id: TrialId, worker: &str) -> Result<Option<bool>> {
        Ok(sqlx::query_scalar(
            "update trials set lease_until = now() + make_interval(secs => $3)
             where id = $1 and worker = $2 and state = 'running' returning cancelled_by is not null",
        )
        .bind(id.get())
        .bind(worker)
        .bind(f64::from(LEASE_SECONDS))
        .fetch_optional(self.pool())
        .await?)
    }

    /// Ends a trial, if the worker still has it; returns whether it had.
    pub async fn finish_trial(&self, id: TrialId, worker: &str, outcome: &TrialOutcome) -> Result<bool> {
        let json = |value: serde_json::Value| Json(without_nul(&value));
        let clean = |text: &Option<String>| text.as_ref().map(|text| text.replace('\0', ""));
        let done = sqlx::query(
            "update trials set state = $3, cause = $4, stage = $5, message = $6, evidence = $7, text = $8,
                 proposals = $9, unexplained = $10, recording = $11, finished_at = now(), lease_until = null
             where id = $1 and worker = $2 and state = 'running'",
        )
        .bind(id.get())
        .bind(worker)
        .bind(outcome.state.as_str())
        .bind(outcome.cause.map(Cause::as_str))
        .bind(outcome.stage.as_str())
        .bind(outcome.message.replace('\0', ""))
        .bind(json(json!(outcome.evidence)))
        .bind(clean(&outcome.text))
        .bind(json(json!(outcome.proposals)))
        .bind(json(json!(outcome.unexplained)))
        .bind(clean(&outcome.recording))
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Cancels a trial: at once if it waits, else by its worker. Returns whether it was open.
    pub async fn cancel_trial(&self, id: TrialId, by: &str) -> Result<bool> {
        let done = sqlx::query(
            "update trials set cancelled_by = coalesce(cancelled_by, $2),
                 cause = case when state = 'waiting' then 'cancelled' else cause end,
                 stage = case when state = 'waiting' then 'prepare' else stage end,
                 message = case when state = 'waiting' then 'Cancelled before it started.' else message end,
                 finished_at = case when state = 'waiting' then now() end,
                 state = case when state = 'waiting' then 'cancelled' else state end
             where id = $1 and state in ('waiting', 'running')",
        )
        .bind(id.get())
        .bind(by)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends the trials whose worker was not heard of any more; returns their ids. No lease lasts longer than 45
    /// seconds: one that ends later was given by a clock that was ahead.
    pub async fn end_lost_trials(&self) -> Result<Vec<TrialId>> {
        let ended: Vec<i64> = sqlx::query_scalar(
            "update trials set state = case when cancelled_by is null then 'failed' else 'cancelled' end,
                 cause = case when cancelled_by is null then 'internal' else 'cancelled' end,
                 message = 'The worker in session with this device stopped, so nothing is known of its end. Try again.',
                 finished_at = now(), lease_until = null
             where state = 'running' and (lease_until < now() or lease_until > now() + interval '45 seconds'
                 or started_at < now() - make_interval(secs => $1)) returning id",
        )
        .bind(LONGEST_SECONDS)
        .fetch_all(self.pool())
        .await?;
        Ok(ended.into_iter().map(TrialId::new).collect())
    }

    /// Whether a trial has waited this long.
    pub async fn has_waiting_trial(&self, seconds: f64) -> Result<bool> {
        Ok(sqlx::query_scalar(
            "select exists (select 1 from trials where state = 'waiting'
                 and asked_at < now() - make_interval(secs => $1))",
        )
        .bind(seconds)
        .fetch_one(self.pool())
        .await?)
    }

    /// Ends the trials that have waited this long, with a reason; returns their ids.
    pub async fn end_waiting_trials(&self, seconds: f64, reason: &str) -> Result<Vec<TrialId>> {
        let ended: Vec<i64> = sqlx::query_scalar(
            "update trials set state = 'failed', cause = 'internal', stage = 'prepare', message = $2,
                 finished_at = now()
             where state = 'waiting' and asked_at < now() - make_interval(secs => $1) returning id",
        )
        .bind(seconds)
        .bind(reason)
        .fetch_all(self.pool())
        .await?;
        Ok(ended.into_iter().map(TrialId::new).collect())
    }

    /// Removes the trials that are old enough, and of the others all but the newest.
    pub async fn remove_old_trials(&self) -> Result<u64> {
        Ok(sqlx::query(
            "delete from trials where state not in ('waiting', 'running') and (
                 asked_at < now() - make_interval(secs => $1)
                 or id <= (select id from trials order by id desc offset $2 limit 1))",
        )
        .bind(AGE_SECONDS)
        .bind(KEPT)
        .execute(self.pool())
        .await?
        .rows_affected())
    }
}
