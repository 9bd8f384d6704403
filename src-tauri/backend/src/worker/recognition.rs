//! The platform of a device for which nobody chose one: the one it was recognised as having before, or else the one
//! that a session finds out.

use std::sync::Arc;
use std::time::Duration;

use netraven_api::event::Changed;
use netraven_api::evidence::Evidence;
use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::platforms::Certainty;
use netraven_api::{CredentialId, Transport};
use serde_json::json;

use super::backup::{TRANSCRIPT, known_key, refused, shortened, trust};
use super::logins::secrets;
use super::patience::{Undone, patiently};
use super::rules::SessionRules;
use super::session_log::{self, SessionLog};
use super::session_thread::in_a_thread;
use super::way::{self, Way};
use super::{Worker, failed, unencrypted};
use crate::journal::About;
use crate::platforms::{Definition, Redaction, first_questions, inquiry};
use crate::session::{self, Before, Cancel, Limits, Login, Recognition, Target, Visit};
use crate::store::leases::Lease;
use crate::store::outcomes::Outcome;
use crate::store::recognised::PlatformMemory;

/// How long each of the two sessions may take: they ask little.
pub(super) const LONGEST: Duration = Duration::from_secs(180);
/// Guesses that are listed if none is sure enough.
const GUESSES: usize = 4;

/// A platform that was recognised.
pub(super) struct RecognisedPlatform {
    pub(super) definition: Arc<Definition>,
    pub(super) sure: Certainty,
    /// The credential that was accepted, if it was recognised just now.
    pub(super) login_id: Option<CredentialId>,
}

/// The platform a device is talked to as, or the outcome of a device that could not be recognised.
pub(super) async fn platform_of(
    worker: &Worker,
    lease: &Lease,
    memory: PlatformMemory,
    logins: &[Login],
    (way, rules): (&Way, &SessionRules),
    cancel: &Cancel,
) -> Result<Result<RecognisedPlatform, Box<Outcome>>, Undone> {
    let PlatformMemory { recognised, refuted } = memory;
    let platforms = worker.platforms.refreshed(&worker.journal).await;
    let remembered = recognised.and_then(|known| Some((platforms.registry.get(&known.platform)?, known.sure)));
    if let Some((definition, sure)) = remembered {
        return Ok(Ok(RecognisedPlatform { definition, sure, login_id: None }));
    }
    let known = known_key(worker, lease.device_id, cancel).await?;
    let all_secrets = patiently(cancel, || worker.secrets.all(&worker.store, &worker.seal)).await?;
    let first = inquiry(&platforms.registry, &first_questions(&platforms.registry));
    let first = rules.applied_to(Arc::new(first));
    let redaction = Redaction::new(&first, &worker.seal.fingerprint_key(), secrets(logins), all_secrets);
    let redaction = Arc::new(redaction);
    let (mut session_log, seen) = SessionLog::new(worker.journal.clone(), lease, Arc::clone(&redaction));
    let follower = tokio::spawn(session_log::follow(worker.store.clone(), lease.clone(), seen));
    let session = {
        let (lease, cancel, known, logins) = (lease.clone(), cancel.clone(), known.clone(), logins.to_vec());
        let (through, crypto) = (way.clone(), rules.crypto());
        let limits = Limits { total: LONGEST, ..rules.limits() };
        move || {
            let target = Target { host: lease.ip_address.clone(), port: lease.port, through, crypto };
            let visit = Visit {
                target: &target,
                transport: lease.transport,
                definition: &first,
                logins: &logins,
                before: &Before { host_key: known.as_ref(), is_stored: &|_| true },
                limits: &limits,
            };
            session::recognise(&platforms.registry, &refuted, visit, &cancel, &mut session_log)
        }
    };
    let recognised = in_a_thread(&lease.hostname, lease.transport, session).await;
    follower.abort();
    let Some(recognised) = recognised? else {
        let message = "The session's thread ended without a result: a defect; see the application's own log.";
        return Ok(Err(Box::new(failed(Cause::Internal, Stage::Read, message.to_owned()))));
    };
    way::remember(worker, way, cancel).await?;
    let shown = match &recognised {
        Ok(recognition) => &recognition.host_key,
        Err(failure) => &failure.host_key,
    };
    // A password may have been sent under this key: the next session expects it again.
    if let (None, Some(shown)) = (&known, shown) {
        trust(worker, lease.device_id, cancel, shown).await?;
    }
    let settled = match recognised {
        Ok(recognition) => settle(worker, lease, &recognition, &redaction, cancel).await?,
        Err(failure) => {
            let mut outcome = refused(&failure, lease.transport, logins, &redaction);
            if failure.stage >= Stage::Prompt {
                outcome.message.push_str(" So its platform could not be recognised.");
            }
            Err(Box::new(outcome))
        }
    };
    Ok(settled.map_err(|mut outcome| {
        outcome.evidence.via = way::names(way);
        outcome
    }))
}

/// Remembers the best guess, if it is sure enough.
async fn settle(
    worker: &Worker,
    lease: &Lease,
    recognition: &Recognition,
    redaction: &Redaction,
    cancel: &Cancel,
) -> Result<Result<RecognisedPlatform, Box<Outcome>>, Undone> {
    let best =
        recognition.best().and_then(|guess| Some((worker.platforms.current().registry.get(&guess.platform)?, guess)));
    let Some((definition, guess)) = best else {
        return Ok(Err(Box::new(unknown(lease.transport, recognition, redaction))));
    };
    patiently(cancel, || worker.store.remember_platform(lease, &guess.platform, guess.sure)).await?;
    worker.journal.changed(Changed::Devices).await;
    let about = About { job_id: Some(lease.job_id), device_id: Some(lease.device_id), run_id: Some(lease.run_id) };
    let message = format!("Recognised the platform ({}): {guess}.", guess.sure.title());
    let meta = json!({ "platform": guess.platform, "sure": guess.sure });
    worker.journal.line(Level::Info, LogType::Job, "worker", about, message, meta);
    Ok(Ok(RecognisedPlatform { definition, sure: guess.sure, login_id: recognition.login_id }))
}

/// The outcome of a device whose platform is not sure enough.
pub(super) fn unknown(transport: Transport, recognition: &Recognition, redaction: &Redaction) -> Outcome {
    let guesses: Vec<String> = recognition.guesses.iter().take(GUESSES).map(ToString::to_string).collect();
    let message = match guesses.is_empty() {
        true => "The platform could not be recognised: no known platform fits what the device says.".to_owned(),
        false => format!("The platform could not be recognised. Best guesses: {}.", guesses.join("; ")),
    };
    let hide = |text: &str| redaction.lines(text);
    let evidence = Evidence {
        last_seen: Some(recognition.transcript.last_seen(hide)),
        transcript: shortened(recognition.transcript.lines(hide), TRANSCRIPT),
        transport: unencrypted(transport),
        ..Evidence::default()
    };
    Outcome { evidence, ..failed(Cause::UnknownPlatform, Stage::Prepare, message) }
}

/// Drops a recognised platform with which the session failed in a way that the wrong platform explains, and says so.
/// One that was not certain is not guessed again.
pub(super) async fn reconsider(
    worker: &Worker,
    lease: &Lease,
    definition: &Definition,
    sure: Certainty,
    outcome: &mut Outcome,
    cancel: &Cancel,
) -> Result<(), Undone> {
    outcome.evidence.platform = Some(definition.name.clone());
    if !matches!(outcome.cause, Some(Cause::PromptNotSeen | Cause::CommandRejected)) {
        return Ok(());
    }
    let is_refuted = sure != Certainty::Certain;
    patiently(cancel, || worker.store.forget_platform(lease, &definition.name, is_refuted)).await?;
    worker.journal.changed(Changed::Devices).await;
    let next = if is_refuted { "the next backup looks for another one" } else { "the next backup recognises it again" };
    let (title, sure) = (&definition.title, sure.title());
    outcome.message.push_str(&format!(" Its platform, {title}, was a guess ({sure}): {next}."));
    Ok(())
}
