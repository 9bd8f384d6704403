//! The way to a device through jump hosts: made of what the store says of them, and what was seen on it stored.

use std::sync::Arc;

use netraven_api::evidence::Evidence;
use netraven_api::outcome::{Cause, Stage};

use super::logins::opened;
use super::patience::{Undone, patiently};
use super::rules::SessionRules;
use super::{Worker, failed};
use crate::session::{Cancel, JumpHop, JumpRoute};
use crate::store::approvals::{Aim, SealedHop};
use crate::store::outcomes::Outcome;

/// What a person does about tags that disagree.
const ONE_WAY: &str = "Choose a jump host for this device itself, or remove one of the tags.";

/// A way to a device; none if the worker connects to it.
pub type Way = Option<Arc<JumpRoute>>;

/// The outcome of a device that cannot be reached in any one way; none if it can.
pub fn refused(aim: &Aim) -> Option<Outcome> {
    let said = aim.disagreement.as_ref()?;
    let message = format!("The tags of this device name different jump hosts: {said}. It was not connected to.");
    let outcome = failed(Cause::JumpRefused, Stage::Prepare, message);
    let evidence = Evidence { advice: Some(ONE_WAY.to_owned()), ..Evidence::default() };
    Some(Outcome { evidence, ..outcome })
}

/// The way through these jump hosts, the first of them nearest to this worker.
pub fn through(worker: &Worker, hops: Vec<SealedHop>, rules: &SessionRules) -> anyhow::Result<Way> {
    let open = |hop: SealedHop| {
        Ok(JumpHop {
            crypto: rules.crypto_of(hop.id),
            id: hop.id,
            name: hop.name,
            host: hop.address,
            port: hop.port,
            login: opened(worker, hop.login)?,
            host_key: hop.host_key,
        })
    };
    let hops = hops.into_iter().map(open).collect::<anyhow::Result<Vec<JumpHop>>>()?;
    Ok(JumpRoute::through(&worker.jumps, hops))
}

/// The names of the jump hosts on a way.
pub fn names(way: &Way) -> Vec<String> {
    way.as_ref().map(|route| route.names()).unwrap_or_default()
}

/// Stores the host keys that jump hosts showed: the first ones as trusted, others for an admin to look at.
pub async fn remember(worker: &Worker, way: &Way, cancel: &Cancel) -> Result<(), Undone> {
    for key in way.as_ref().map(|route| route.keys()).unwrap_or_default() {
        if key.is_other {
            patiently(cancel, || worker.store.jump_host_offered(key.id, &key.shown)).await?;
        } else if key.is_new {
            patiently(cancel, || worker.store.trust_jump_host(key.id, &key.shown)).await?;
        }
    }
    Ok(())
}
