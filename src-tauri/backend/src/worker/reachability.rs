//! The kind of job that tests whether a device answers: TCP connect, over SSH its banner, ICMP echo where the system
//! allows it.

use netraven_api::Transport;
use netraven_api::evidence::{Echo, Evidence, StageTime, whole_ms};
use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::{Cause, Stage};
use serde_json::json;
use tokio::sync::oneshot;

use super::patience::{Undone, patiently};
use super::rules::SessionRules;
use super::{Worker, failed, of_none, unencrypted, way};
use crate::journal::About;
use crate::platforms::Redaction;
use crate::session::{self, Cancel, Reach, Target};
use crate::store::leases::Lease;
use crate::store::outcomes::Outcome;

/// Works on one device.
pub async fn work(worker: &Worker, lease: &Lease, cancel: &Cancel) -> Result<Outcome, Undone> {
    let rules = SessionRules::of(worker, lease.device_id, cancel).await?;
    let target = match target(worker, lease, &rules, cancel).await? {
        Ok(target) => target,
        Err(outcome) => return Ok(*outcome),
    };
    let (sender, receiver) = oneshot::channel();
    let probing = {
        let (cancel, target, transport) = (cancel.clone(), target.clone(), lease.transport);
        let limits = rules.limits();
        move || {
            let _ = sender.send(session::probe(&target, transport, &limits, &cancel));
        }
    };
    if let Err(error) = std::thread::Builder::new().name(format!("probe {}", lease.hostname)).spawn(probing) {
        let message = format!("No thread could be started for this device: {error}.");
        return Ok(failed(Cause::Internal, Stage::Prepare, message));
    }
    let Ok(reach) = receiver.await else {
        let message = "The probe ended without a result: a defect.".to_owned();
        return Ok(failed(Cause::Internal, Stage::Reach, message));
    };
    way::remember(worker, &target.through, cancel).await?;
    let known = patiently(cancel, || worker.secrets.all(&worker.store, &worker.seal)).await?;
    let redaction = Redaction::of_any(&worker.seal.fingerprint_key(), known);
    let mut outcome = outcome(&target, lease.transport, &reach, &redaction);
    outcome.evidence.via = way::names(&target.through);
    let about = About { job_id: Some(lease.job_id), device_id: Some(lease.device_id), run_id: Some(lease.run_id) };
    let level = if outcome.cause.is_none() { Level::Info } else { Level::Warning };
    worker.journal.line(
        level,
        LogType::Connection,
        "worker.reachability",
        about,
        outcome.message.clone(),
        json!(outcome.evidence()),
    );
    if outcome.cause.is_none() {
        patiently(cancel, || worker.store.device_seen(lease.device_id, None, None)).await?;
    }
    Ok(outcome)
}

/// Where the device is; an outcome if nobody is to connect there. A jump host connects wherever it is asked to, so it is
/// asked for the approved addresses of approved devices alone.
async fn target(
    worker: &Worker,
    lease: &Lease,
    rules: &SessionRules,
    cancel: &Cancel,
) -> Result<Result<Target, Box<Outcome>>, Undone> {
    let direct = Target::direct(lease.ip_address.as_str(), lease.port);
    // A device that was deleted since is tested where it was.
    let Some(aim) = patiently(cancel, || worker.store.aim(lease.device_id)).await? else { return Ok(Ok(direct)) };
    if let Some(outcome) = way::refused(&aim) {
        return Ok(Err(Box::new(outcome)));
    }
    if !aim.jumps {
        return Ok(Ok(direct));
    }
    if aim.waits {
        let message = "Someone other than an admin added or changed this device, which is behind a jump host: no jump \
                       host was asked to connect to it.";
        return Ok(Err(Box::new(failed(Cause::AwaitingApproval, Stage::Prepare, message.to_owned()))));
    }
    let through = way::through(worker, aim.hops, rules);
    Ok(match through {
        Ok(through) => Ok(Target { through, ..Target::direct(aim.ip_address, aim.port) }),
        Err(error) => Err(Box::new(failed(Cause::Internal, Stage::Prepare, format!("{error:#}")))),
    })
}

fn outcome(target: &Target, transport: Transport, reach: &Reach, redaction: &Redaction) -> Outcome {
    let told = reach.banner.as_ref();
    let banner = told.map(|told| told.as_ref().map(|(banner, _)| redaction.quoted(banner)));
    let said = reach.said.as_deref().map(|said| redaction.quoted(said));
    let connected = reach.tcp.as_ref().ok().map(|took| StageTime::new(Stage::Reach, *took));
    let greeted = told.and_then(|told| told.as_ref().ok()).map(|(_, took)| StageTime::new(Stage::KeyExchange, *took));
    let (icmp, icmp_ms) = match reach.ping {
        // Through a jump host there is no echo.
        None => (target.through.is_none().then_some(Echo::NotAllowed), None),
        Some(Ok(took)) => (Some(Echo::Answered), Some(whole_ms(took))),
        Some(Err(_)) => (Some(Echo::NoAnswer), None),
    };
    let evidence = Evidence {
        timings: connected.into_iter().chain(greeted).collect(),
        tcp_ms: reach.tcp.as_ref().ok().map(|took| whole_ms(*took)),
        transport: unencrypted(transport),
        ssh_banner: banner.clone().and_then(Result::ok),
        advice: reach.advice.map(str::to_owned),
        said: said.clone(),
        icmp_ms,
        icmp,
        address: reach.address.map(|address| address.to_string()),
        ..Evidence::default()
    };
    let (cause, stage, mut message) = match (&reach.tcp, &banner) {
        (Ok(took), Some(Ok(banner))) => {
            (None, Stage::KeyExchange, format!("{target} answered in {} ms: {banner}", whole_ms(*took)))
        }
        (Ok(took), None) => {
            let (title, ms) = (transport.title(), whole_ms(*took));
            let message = format!(
                "{target} accepted a TCP connection in {ms} ms. {title} has no greeting, so no more was tested."
            );
            (None, Stage::Reach, message)
        }
        // The port answered, whether the reset came before or after the connection was reported.
        (Err(Cause::Disconnected), Some(_)) => (Some(Cause::Disconnected), Stage::KeyExchange, sentence(reach, target)),
        (Err(cause), _) => (Some(*cause), Stage::Reach, sentence(reach, target)),
        (Ok(_), Some(Err(cause))) => (Some(**cause), Stage::KeyExchange, sentence(reach, target)),
    };
    if let Some(said) = said {
        message.push_str(&format!(" It said: `{said}`."));
    }
    of_none(cause, stage, message, evidence)
}

fn sentence(reach: &Reach, target: &Target) -> String {
    reach.message.clone().unwrap_or_else(|| format!("{target} does not respond."))
}
