//! The jump hosts of a file: compared with those that exist, and added by admins alone, all in one transaction.

use netraven_api::devices::{SshHostFate, SshHostKind};
use netraven_api::jump_hosts::{JumpHostInput, LONGEST_CHAIN};
use netraven_api::sheet::{place_of, quoted};
use netraven_api::ssh_config::ConfigHost;
use netraven_api::{CredentialId, JumpHostId};

use super::logins::shown;
use super::{ImportStep, SshImport};
use crate::server::http::error::ApiError;
use crate::server::{import, jump_hosts};
use crate::store::StoreError;
use crate::store::ssh_imports::KnownJumpHost;

/// A jump host of the file that devices can be reached through.
#[derive(Clone, Copy, Debug)]
pub struct JumpStand {
    /// Its id; none if it is yet to be added.
    pub id: Option<JumpHostId>,
    /// Its place among those that are added.
    new: Option<usize>,
    /// How many jump hosts there are up to it.
    length: usize,
}

/// How a jump host relates to those that exist.
enum JumpVerdict {
    Same(KnownJumpHost),
    Changed(KnownJumpHost),
    New(JumpHostInput, String),
    Wrong(String),
}

/// What was found out about the jump hosts of a file so far.
#[derive(Default)]
struct JumpPlan {
    known: Vec<KnownJumpHost>,
    /// For each of the file, in its order: none if devices cannot be reached through it.
    stands: Vec<Option<JumpStand>>,
    new: Vec<(JumpHostInput, Option<usize>)>,
    /// Those that differ, by their place in the file.
    changed: Vec<(usize, KnownJumpHost)>,
}

impl JumpPlan {
    /// How many existing jump hosts there are up to one.
    fn length(&self, id: JumpHostId) -> usize {
        let (mut length, mut next) = (0, Some(id));
        while let Some(id) = next.filter(|_| length <= LONGEST_CHAIN) {
            length += 1;
            next = self.known.iter().find(|known| known.id == id).and_then(|known| known.through);
        }
        length
    }

    fn there(&self, id: JumpHostId) -> JumpStand {
        JumpStand { id: Some(id), new: None, length: self.length(id) }
    }
}

impl SshImport<'_> {
    /// Settles the jump hosts of a file; each that devices can be reached through has a stand.
    pub async fn jump_hosts(&mut self, hosts: &[ConfigHost]) -> Result<Vec<Option<JumpStand>>, ApiError> {
        let mut plan = JumpPlan { known: self.state.store.known_jump_hosts().await?, ..JumpPlan::default() };
        for (index, host) in hosts.iter().enumerate() {
            self.settle(&mut plan, index, host, hosts);
        }
        if self.step == ImportStep::Take && !plan.new.is_empty() {
            let ids = self.state.store.create_jump_hosts(&plan.new).await?;
            for stand in plan.stands.iter_mut().flatten() {
                stand.id = stand.id.or_else(|| stand.new.and_then(|place| ids.get(place).copied()));
            }
            for id in ids {
                // It is added, whether it can be read again or not.
                if let Ok(made) = self.state.store.jump_host(id).await {
                    jump_hosts::told(self.state, self.caller, &made, "added").await;
                }
            }
        }
        for (index, there) in &plan.changed {
            self.change_jump_host(&plan, &hosts[*index], there, hosts).await;
        }
        Ok(plan.stands)
    }

    fn settle(&mut self, plan: &mut JumpPlan, index: usize, host: &ConfigHost, hosts: &[ConfigHost]) {
        let stand = match self.judge(plan, host, hosts) {
            JumpVerdict::Same(there) => {
                let what = if there.name.eq_ignore_ascii_case(&host.name) {
                    format!("it is there, at {}", place_of(&there.address, there.port))
                } else {
                    format!("it is there as {}, at {}", there.name, place_of(&there.address, there.port))
                };
                self.tell_jump_host(host, SshHostFate::Same, &what);
                Some(plan.there(there.id))
            }
            JumpVerdict::Changed(there) => {
                let stand = plan.there(there.id);
                plan.changed.push((index, there));
                Some(stand)
            }
            JumpVerdict::New(input, about) => {
                let behind = host.through().and_then(|before| plan.stands[before]);
                let length = behind.map_or(0, |behind| behind.length) + 1;
                self.tell_jump_host(host, SshHostFate::New, &about);
                plan.new.push((input, behind.and_then(|behind| behind.new)));
                Some(JumpStand { id: None, new: Some(plan.new.len() - 1), length })
            }
            JumpVerdict::Wrong(why) => {
                self.tell_jump_host(host, SshHostFate::Wrong, &why);
                None
            }
        };
        plan.stands.push(stand);
    }

    fn tell_jump_host(&mut self, host: &ConfigHost, fate: SshHostFate, why: &str) {
        self.report.tell((SshHostKind::JumpHost, fate), host.line, &host.name, why);
    }

    fn judge(&mut self, plan: &JumpPlan, host: &ConfigHost, hosts: &[ConfigHost]) -> JumpVerdict {
        let behind = match host.through().map(|before| (before, plan.stands[before])) {
            Some((before, None)) => {
                return JumpVerdict::Wrong(format!("the jump host {} before it is not added", hosts[before].name));
            }
            Some((_, stand)) => stand,
            None => None,
        };
        // One that is behind a new one is behind none that exists.
        let through = behind.and_then(|behind| behind.id);
        let can_exist = behind.is_none_or(|behind| behind.id.is_some());
        // Without a credential of the user's own, the chosen one is used for it.
        let username = self.logins.choose(host).map(|login| login.username.clone()).ok();
        let is_it =
            |known: &&KnownJumpHost| can_exist && is_same(known, host, username.as_deref()) && known.through == through;
        let by_name = plan.known.iter().find(|known| known.name.to_lowercase() == host.name.to_lowercase());
        if let Some(there) = by_name.filter(is_it).or_else(|| plan.known.iter().find(is_it)) {
            return JumpVerdict::Same(there.clone());
        }
        if let Some(there) = by_name {
            return JumpVerdict::Changed(there.clone());
        }
        self.logins.need(SshHostKind::JumpHost, host);
        if !self.caller.author().approves {
            return JumpVerdict::Wrong("only admins may add jump hosts: ask one to import this file first".to_owned());
        }
        if behind.is_some_and(|behind| behind.length >= LONGEST_CHAIN) {
            return JumpVerdict::Wrong(format!(
                "{LONGEST_CHAIN} jump hosts in a row are the most; with those that exist there would be more"
            ));
        }
        match self.logins.choose(host) {
            Err(why) => JumpVerdict::Wrong(why),
            Ok(login) => {
                let way = host.through().map(|before| format!(" through {}", hosts[before].name)).unwrap_or_default();
                let about = format!(
                    "at {}{way}, signed in to with {}; its host key is stored at the first sign-in",
                    place_of(&host.address, host.port),
                    shown(login)
                );
                let input = JumpHostInput {
                    name: Some(host.name.clone()),
                    address: Some(host.address.clone()),
                    port: Some(host.port),
                    credential_id: Some(login.id),
                    through: through.map(Some),
                    ..JumpHostInput::default()
                };
                JumpVerdict::New(input, about)
            }
        }
    }

    /// Reports a jump host that differs, and changes it if that is asked for.
    async fn change_jump_host(
        &mut self,
        plan: &JumpPlan,
        host: &ConfigHost,
        there: &KnownJumpHost,
        hosts: &[ConfigHost],
    ) {
        let name_of = |id| plan.known.iter().find(|known| known.id == id).map(|known| known.name.as_str());
        let now = said(&there.address, there.port, there.through.and_then(name_of), Some(&there.username));
        let before = host.through().map(|before| hosts[before].name.as_str());
        let told = said(&host.address, host.port, before, host.user.as_deref());
        let differs = format!("it is {now}; the file says {told}");
        if !self.updates {
            self.tell_jump_host(host, SshHostFate::Changed, &differs);
            return;
        }
        let changed = match self.step {
            ImportStep::Look if self.caller.author().approves => self.new_login(host, there).map(|_| ()),
            ImportStep::Take if self.caller.author().approves => self.update_jump_host(plan, host, there).await,
            _ => Err("only admins may change jump hosts".to_owned()),
        };
        match changed {
            Ok(()) => {
                self.report.updated += 1;
                self.tell_jump_host(host, SshHostFate::Changed, &format!("{differs}, which it becomes"));
            }
            Err(why) => self.tell_jump_host(host, SshHostFate::Changed, &format!("{differs}. It stays so: {why}")),
        }
    }

    /// The credential a jump host is to be signed in to with, if its user name changes.
    fn new_login(&self, host: &ConfigHost, there: &KnownJumpHost) -> Result<Option<CredentialId>, String> {
        match &host.user {
            Some(user) if *user != there.username => self.logins.choose(host).map(|login| Some(login.id)),
            _ => Ok(None),
        }
    }

    async fn update_jump_host(&self, plan: &JumpPlan, host: &ConfigHost, there: &KnownJumpHost) -> Result<(), String> {
        let through = host.through().and_then(|before| plan.stands[before]).and_then(|stand| stand.id);
        let input = JumpHostInput {
            address: Some(host.address.clone()),
            port: Some(host.port),
            credential_id: self.new_login(host, there)?,
            through: Some(through),
            ..JumpHostInput::default()
        };
        let store = &self.state.store;
        let because = |error: StoreError| import::reason(ApiError::from(error));
        store.update_jump_host(there.id, &input, &[]).await.map_err(because)?;
        let changed = store.jump_host(there.id).await.map_err(because)?;
        jump_hosts::told(self.state, self.caller, &changed, "changed").await;
        Ok(())
    }
}

/// Whether an existing jump host is at the place of one of the file, and is signed in to as the file says, if it does,
/// or as `username`.
fn is_same(known: &KnownJumpHost, host: &ConfigHost, username: Option<&str>) -> bool {
    known.address.eq_ignore_ascii_case(&host.address)
        && known.port == host.port
        && (host.user.as_ref().is_none_or(|user| *user == known.username) || username == Some(known.username.as_str()))
}

/// Where a jump host is, how it is reached, and as whom it is signed in to.
fn said(address: &str, port: i64, through: Option<&str>, user: Option<&str>) -> String {
    let way = through.map(|name| format!(" through {name}")).unwrap_or_default();
    let user = user.map(|user| format!(" as {}", quoted(user))).unwrap_or_default();
    format!("at {}{way}{user}", place_of(address, port))
}
