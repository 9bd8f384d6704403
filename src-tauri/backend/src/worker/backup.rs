//! The kind of job that reads a device's configuration, proves it complete, hides its secrets and stores what changed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use netraven_api::configs::SnapshotFacts;
use netraven_api::evidence::{Evidence, ShownKey, StageTime, TranscriptLine};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::platforms::AUTO;
use netraven_api::{DeviceId, SnapshotId, Transport};

use super::extras::BackupExtras;
use super::logins::{opened, secrets};
use super::patience::{Undone, patiently};
use super::recognition::{self, RecognisedPlatform};
use super::rules::SessionRules;
use super::session_log::{self, SessionLog};
use super::session_thread::in_a_thread;
use super::text::{Marked, Text, is_same, with_earlier_tags};
use super::{Worker, failed, of_none, unencrypted, way};
use crate::places::{RAW_CONFIG, context};
use crate::platforms::{Definition, Redaction};
use crate::session::{self, Before, Cancel, Failure, Login, Reading, Target};
use crate::snapshots;
use crate::store::approvals::Aim;
use crate::store::leases::Lease;
use crate::store::outcomes::{NewSnapshot, Outcome};

/// Most characters of a transcript stored in a result.
pub(super) const TRANSCRIPT: usize = 12_000;
/// Cost of a line in addition to its text.
const LINE: usize = 13;

/// Works on one device.
pub async fn work(worker: &Worker, lease: &Lease, cancel: &Cancel) -> Result<Outcome, Undone> {
    match try_work(worker, lease, cancel).await {
        Err(Undone::Broken(error)) => {
            tracing::error!(
                error = format!("{error:#}"),
                device_id = lease.device_id.get(),
                "a backup failed internally"
            );
            let message = format!("The backup failed inside NetRaven: {error:#}.");
            Ok(failed(Cause::Internal, Stage::Record, message))
        }
        other => other,
    }
}

async fn try_work(worker: &Worker, lease: &Lease, cancel: &Cancel) -> Result<Outcome, Undone> {
    let store = &worker.store;
    let Some(aim) = patiently(cancel, || store.aim(lease.device_id)).await? else {
        let message = "This device was deleted after the run started, so there is no credential for it.".to_owned();
        return Ok(failed(Cause::NoCredentials, Stage::Prepare, message));
    };
    if aim.waits {
        return Ok(not_approved(&aim));
    }
    if let Some(outcome) = way::refused(&aim) {
        return Ok(outcome);
    }
    // Credentials go to the address they were read with, in the same instant, whatever the run recorded when it began.
    let aimed = Lease {
        ip_address: aim.ip_address.clone(),
        port: aim.port,
        transport: aim.transport,
        device_type: aim.device_type.clone(),
        ..lease.clone()
    };
    let place = |lease: &Lease| (lease.ip_address.clone(), lease.port, lease.transport, lease.device_type.clone());
    if place(&aimed) != place(lease) {
        patiently(cancel, || store.moved(&aimed)).await?;
    }
    sign_in(worker, &aimed, aim, cancel).await
}

/// The outcome of a device that waits for an admin.
pub(super) fn not_approved(aim: &Aim) -> Outcome {
    let message = format!(
        "Someone other than an admin added or changed this device, now at {}:{}: no credential was sent to it.",
        aim.ip_address, aim.port
    );
    failed(Cause::AwaitingApproval, Stage::Prepare, message)
}

async fn sign_in(worker: &Worker, lease: &Lease, aim: Aim, cancel: &Cancel) -> Result<Outcome, Undone> {
    let store = &worker.store;
    let platforms = worker.platforms.refreshed(&worker.journal).await;
    let chosen = platforms.registry.get(&lease.device_type);
    if chosen.is_none() && lease.device_type != AUTO {
        let message = format!("The platform '{}' of this device is not defined.", lease.device_type);
        return Ok(failed(Cause::UnknownPlatform, Stage::Prepare, message));
    }
    let sealed = aim.logins.into_iter().map(|login| opened(worker, login));
    let mut logins = match sealed.collect::<anyhow::Result<Vec<Login>>>() {
        Ok(logins) if logins.is_empty() => {
            return Ok(failed(
                Cause::NoCredentials,
                Stage::Prepare,
                "No credential shares a tag with this device.".to_owned(),
            ));
        }
        Ok(logins) => logins,
        Err(error) => return Ok(failed(Cause::Internal, Stage::Prepare, format!("{error:#}"))),
    };
    let rules = SessionRules::of(worker, lease.device_id, cancel).await?;
    let way = match way::through(worker, aim.hops, &rules) {
        Ok(way) => way,
        Err(error) => return Ok(failed(Cause::Internal, Stage::Prepare, format!("{error:#}"))),
    };
    let (definition, guessed) = match chosen {
        Some(definition) => (definition, None),
        None => match recognition::platform_of(worker, lease, aim.memory, &logins, (&way, &rules), cancel).await? {
            Err(outcome) => return Ok(*outcome),
            Ok(RecognisedPlatform { definition, sure, login_id }) => {
                // Those that the device has just refused are not sent to it again.
                if login_id.is_some() {
                    logins.sort_by_key(|login| Some(login.id) != login_id);
                }
                (definition, Some(sure))
            }
        },
    };
    let definition = rules.applied_to(definition);
    let known = known_key(worker, lease.device_id, cancel).await?;
    let key = worker.seal.fingerprint_key();
    let before = patiently(cancel, || store.newest_config(lease.device_id)).await?;
    let all_secrets = patiently(cancel, || worker.secrets.all(store, &worker.seal)).await?;
    let redaction = Arc::new(Redaction::new(&definition, &key, secrets(&logins), all_secrets));
    let (mut session_log, seen) = SessionLog::new(worker.journal.clone(), lease, Arc::clone(&redaction));
    let follower = tokio::spawn(session_log::follow(worker.store.clone(), lease.clone(), seen));
    let session = {
        let (lease, cancel, definition, known) =
            (lease.clone(), cancel.clone(), Arc::clone(&definition), known.clone());
        let (logins, redaction, through) = (logins.clone(), Arc::clone(&redaction), way.clone());
        let (limits, crypto) = (rules.limits(), rules.crypto());
        let seal = Arc::clone(&worker.seal);
        move || {
            let target = Target { host: lease.ip_address.clone(), port: lease.port, through, crypto };
            let is_stored = |raw: &str| is_same(before.as_ref(), &Marked::of(&definition, &key, raw));
            let visit = session::Visit {
                target: &target,
                transport: lease.transport,
                definition: &definition,
                logins: &logins,
                before: &Before { host_key: known.as_ref(), is_stored: &is_stored },
                limits: &limits,
            };
            let read = session::read(visit, &cancel, &mut session_log);
            // Cleaning and redacting is work for this thread, not for those that serve requests.
            read.map(|mut reading| {
                let text = Text::of(&definition, &reading, &key, &redaction);
                let extras = BackupExtras::of(&definition, &mut reading, &redaction, &seal, lease.device_id);
                (reading, text, extras)
            })
        }
    };
    let read = in_a_thread(&lease.hostname, lease.transport, session).await;
    follower.abort();
    let Some(read) = read? else {
        let message = "The session's thread ended without a result: a defect; see the application's own log.";
        return Ok(failed(Cause::Internal, Stage::Read, message.to_owned()));
    };
    way::remember(worker, &way, cancel).await?;
    let mut outcome = match read {
        Ok((reading, text, extras)) => {
            if let (None, Some(shown)) = (&known, &reading.host_key) {
                trust(worker, lease.device_id, cancel, shown).await?;
            }
            let facts = (text.facts.model.as_deref(), text.facts.serial.as_deref());
            patiently(cancel, || store.device_seen(lease.device_id, facts.0, facts.1)).await?;
            // A session takes time: a key may have been stored or removed meanwhile.
            let newest = patiently(cancel, || store.newest_config(lease.device_id)).await?;
            let text = with_earlier_tags(&worker.store, cancel, &definition, text, newest.as_ref()).await?;
            let extras = extras.beside(&definition, &text.hidden).await?;
            let backup = Backup { worker, lease, definition: &definition, logins: &logins };
            backup.stored(&reading, text, newest, extras)
        }
        Err(failure) => {
            // A password may have been sent under this key: the next session expects it again.
            if let (None, Some(met)) = (&known, &failure.host_key) {
                trust(worker, lease.device_id, cancel, met).await?;
            }
            let mut outcome = refused(&failure, lease.transport, &logins, &redaction);
            if let Some(sure) = guessed {
                recognition::reconsider(worker, lease, &definition, sure, &mut outcome, cancel).await?;
            }
            outcome
        }
    };
    outcome.evidence.via = way::names(&way);
    Ok(outcome)
}

/// The key a device showed first, or that an admin trusts since.
pub(super) async fn known_key(worker: &Worker, id: DeviceId, cancel: &Cancel) -> Result<Option<ShownKey>, Undone> {
    let known = patiently(cancel, || worker.store.host_key(id)).await?;
    Ok(known.map(|key| ShownKey { key_type: key.key_type, sha256: key.sha256 }))
}

/// Remembers the first key a device showed.
pub(super) async fn trust(worker: &Worker, id: DeviceId, cancel: &Cancel, key: &ShownKey) -> Result<(), Undone> {
    let trusted = || worker.store.trust_host_key(id, &key.key_type, &key.sha256);
    Ok(patiently(cancel, trusted).await?)
}

/// What a reading was made for and with.
struct Backup<'a> {
    worker: &'a Worker,
    lease: &'a Lease,
    definition: &'a Definition,
    logins: &'a [Login],
}

impl Backup<'_> {
    /// The outcome of a reading; `newest` is the id and the fingerprint of the device's newest snapshot.
    fn stored(
        &self,
        reading: &Reading,
        text: Text,
        newest: Option<(SnapshotId, String)>,
        extras: BackupExtras,
    ) -> Outcome {
        let Backup { worker, lease, definition, logins } = *self;
        let same_as = newest.filter(|newest| is_same(Some(newest), &text.marked)).map(|(id, _)| id);
        let (bytes, lines) = (text.hidden.len(), text.hidden.lines().count());
        let login = logins.iter().find(|login| Some(login.id) == reading.login_id);
        let evidence = Evidence {
            bytes: i64::try_from(bytes).ok(),
            lines: i64::try_from(lines).ok(),
            secrets_hidden: i64::try_from(text.secrets_hidden).ok(),
            sha256: Some(snapshots::sha256_of(&text.hidden)),
            platform: Some(definition.name.clone()),
            prompt: Some(text.prompt),
            login: login.map(|login| login.username.clone()),
            timings: timings(&reading.timings),
            transport: unencrypted(lease.transport),
            host_key: reading.host_key.clone(),
            algorithms: reading.algorithms.clone(),
            facts: Some(text.facts),
            ..extras.evidence()
        };
        let about_extras = extras.sentences();
        let unchanged = format!("Configuration unchanged, {lines} lines, complete.{about_extras}");
        let snapshot = same_as.is_none().then(|| NewSnapshot {
            raw_sealed: worker.seal.seal_text(&context(RAW_CONFIG, lease.device_id), &text.raw),
            facts: SnapshotFacts {
                job_id: Some(lease.job_id),
                run_id: Some(lease.run_id),
                sha256: evidence.sha256.clone(),
                bytes: evidence.bytes,
                secrets_hidden: evidence.secrets_hidden,
                ..SnapshotFacts::default()
            },
            text: text.hidden,
            fingerprint: text.marked.fingerprint,
            retrieved_at: Timestamp::now(),
            if_unchanged: unchanged.clone(),
        });
        let message = match same_as {
            Some(_) => unchanged,
            None => format!("Configuration stored, {lines} lines, complete.{about_extras}"),
        };
        Outcome {
            cause: None,
            stage: Stage::Record,
            message,
            evidence,
            changed: Some(snapshot.is_some()),
            snapshot,
            same_as,
            startup: extras.startup,
            files: extras.files,
        }
    }
}

/// The outcome of a session that failed.
pub(super) fn refused(failure: &Failure, transport: Transport, logins: &[Login], redaction: &Redaction) -> Outcome {
    let mut message = redaction.sentence(&failure.message);
    if let Some(said) = &failure.said {
        message.push_str(&format!(" It said: `{}`.", redaction.quoted(said)));
    }
    let refused = logins.iter().filter(|login| failure.refused_logins.contains(&login.id));
    let hide = |text: &str| redaction.lines(text);
    let evidence = Evidence {
        advice: failure.advice.map(str::to_owned),
        expected: failure.expected.as_deref().map(|text| redaction.quoted(text)),
        said: failure.said.as_deref().map(|text| redaction.quoted(text)),
        last_seen: Some(failure.transcript.last_seen(hide)),
        host_keys: failure.host_keys.clone(),
        refused_logins: refused.map(|login| login.username.clone()).collect(),
        bytes_read: Some(failure.bytes_read),
        transport: unencrypted(transport),
        timings: timings(&failure.timings),
        transcript: shortened(failure.transcript.lines(hide), TRANSCRIPT),
        ..Evidence::default()
    };
    of_none(Some(failure.cause), failure.stage, message, evidence)
}

/// Truncates to about `letters` characters, keeping the start and, preferably, the end, where the session failed.
pub(super) fn shortened(lines: Vec<TranscriptLine>, letters: usize) -> Vec<TranscriptLine> {
    let ends = fitting(lines.iter().rev(), letters - letters / 4);
    if ends == lines.len() {
        return lines;
    }
    let begins = fitting(lines.iter().take(lines.len() - ends), letters / 4);
    let left_out = lines.len() - ends - begins;
    if left_out == 0 {
        return lines;
    }
    let (begin, end) = (lines[..begins].iter().cloned(), lines[lines.len() - ends..].iter().cloned());
    begin.chain([TranscriptLine::note(format!("… {left_out} lines left out …"))]).chain(end).collect()
}

/// How many lines, from the first on, fit.
fn fitting<'a>(lines: impl Iterator<Item = &'a TranscriptLine>, mut room: usize) -> usize {
    let fits = |line: &&TranscriptLine| {
        let letters = LINE + line.text.len();
        let fits = letters <= room;
        room = room.saturating_sub(letters);
        fits
    };
    lines.take_while(fits).count()
}

pub(super) fn timings(timings: &[(Stage, Duration)]) -> Vec<StageTime> {
    timings.iter().map(|(stage, took)| StageTime::new(*stage, *took)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_transcript_keeps_its_beginning_and_the_end_where_it_broke() {
        let of = |number: u64| TranscriptLine { at_ms: Some(number), ..TranscriptLine::of_device("nine more") };
        let lines: Vec<TranscriptLine> = (1..=100).map(of).collect();
        assert_eq!(shortened(lines.clone(), 4_000), lines);
        let short = shortened(lines.clone(), 400);
        assert_eq!((short.first(), short.last()), (lines.first(), lines.last()));
        assert_eq!(short.iter().filter(|line| line.text.contains("lines left out")).count(), 1);
        assert!(short.iter().map(|line| LINE + line.text.len()).sum::<usize>() <= 400 + 40, "{short:?}");
        let kept = short.len() - 1;
        assert!(short.contains(&TranscriptLine::note(format!("… {} lines left out …", 100 - kept))), "{short:?}");
        assert!(shortened(Vec::new(), 200).is_empty());
    }
}
