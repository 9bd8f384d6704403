//! The credentials that a file asks for: by user name, since the server cannot read the private keys it names.

use std::collections::{BTreeMap, HashSet};

use netraven_api::devices::{SshConfigLogin, SshHostKind};
use netraven_api::sheet::quoted;
use netraven_api::ssh_config::{ConfigHost, SshConfig};
use netraven_api::{CredentialId, TagId};
use serde_json::json;

use super::report::sentence;
use crate::server::AppState;
use crate::server::http::error::ApiError;
use crate::store::ssh_imports::KnownLogin;

/// Most user names that are reported.
const MOST: usize = 100;
/// Most private keys that are named for one.
const KEYS: usize = 8;

/// The hosts that need a user name.
#[derive(Debug, Default)]
struct LoginNeed {
    jump_hosts: i64,
    devices: i64,
    files: Vec<String>,
}

/// The credentials that exist, and what the new hosts of a file need.
#[derive(Debug)]
pub struct Logins {
    known: Vec<KnownLogin>,
    chosen: Option<CredentialId>,
    needs: BTreeMap<Option<String>, LoginNeed>,
    /// The tags of new devices.
    tags: Vec<TagId>,
}

impl Logins {
    /// Reads the credentials with the user names of a file, and the one that is chosen for its jump hosts.
    pub async fn of(
        state: &AppState,
        config: &SshConfig,
        chosen: Option<CredentialId>,
        tags: &[TagId],
    ) -> Result<Logins, ApiError> {
        let hosts = config.jump_hosts.iter().chain(&config.devices);
        let users: HashSet<&str> = hosts.filter_map(|host| host.user.as_deref()).collect();
        let users: Vec<&str> = users.into_iter().collect();
        let known = state.store.known_logins(&users, chosen).await?;
        if let Some(id) = chosen.filter(|id| known.iter().all(|login| login.id != *id)) {
            let why = "The credential was not found: choose another one for the jump hosts.";
            return Err(ApiError::body_field("credential_id", "value_error", why, json!(id)));
        }
        let default = state.store.tags_called(&HashSet::from(["default"])).await?;
        let tags = tags.iter().copied().chain(default.into_values()).collect();
        Ok(Logins { known, chosen, needs: BTreeMap::new(), tags })
    }

    /// The credential a jump host is signed in to with: one with its user name, with a private key if the file names
    /// one; else the chosen one.
    pub fn choose(&self, host: &ConfigHost) -> Result<&KnownLogin, String> {
        let chosen = self.chosen();
        let wants_key = !host.identity_files.is_empty();
        let is_of_user = |login: &&KnownLogin| host.user.as_deref() == Some(login.username.as_str());
        let best = chosen
            .filter(is_of_user)
            .or_else(|| self.known.iter().filter(is_of_user).find(|login| login.has_key || !wants_key))
            .or_else(|| self.known.iter().find(is_of_user))
            .or(chosen);
        best.ok_or_else(|| match &host.user {
            None => "the file names no user for it: choose a credential for the jump hosts".to_owned(),
            Some(user) => format!(
                "no credential has the user name {}: add one, or choose a credential for the jump hosts",
                quoted(user)
            ),
        })
    }

    fn chosen(&self) -> Option<&KnownLogin> {
        self.known.iter().find(|login| Some(login.id) == self.chosen)
    }

    /// Counts a new host.
    pub fn need(&mut self, kind: SshHostKind, host: &ConfigHost) {
        let need = self.needs.entry(host.user.clone()).or_default();
        match kind {
            SshHostKind::JumpHost => need.jump_hosts += 1,
            SshHostKind::Device => need.devices += 1,
        }
        for file in &host.identity_files {
            if need.files.len() < KEYS && !need.files.contains(file) {
                need.files.push(file.clone());
            }
        }
    }

    /// What the new hosts need, and whether it is there.
    pub fn told(&self) -> Vec<SshConfigLogin> {
        let first = self.needs.iter().take(MOST);
        first.map(|(user, need)| self.login(user.as_deref(), need)).collect()
    }

    fn login(&self, user: Option<&str>, need: &LoginNeed) -> SshConfigLogin {
        let (found, why) = match user {
            None => self.without_user(need),
            Some(user) => self.with_user(user, need),
        };
        SshConfigLogin {
            username: user.map(str::to_owned),
            jump_hosts: need.jump_hosts,
            devices: need.devices,
            identity_files: need.files.clone(),
            found,
            message: sentence(&why),
        }
    }

    fn without_user(&self, need: &LoginNeed) -> (bool, String) {
        match self.chosen() {
            _ if need.jump_hosts == 0 => (
                true,
                "the file names no user for them: the credentials that share a tag with them are used".to_owned(),
            ),
            None => (false, "the file names no user: choose a credential for the jump hosts".to_owned()),
            Some(login) => (true, format!("the jump hosts are signed in to with {}", shown(login))),
        }
    }

    fn with_user(&self, user: &str, need: &LoginNeed) -> (bool, String) {
        let of_user: Vec<&KnownLogin> = self.known.iter().filter(|login| login.username == user).collect();
        // The server cannot read a file of the person who imports.
        let key =
            need.files.first().map(|file| format!("the private key in {}, which the server cannot read", quoted(file)));
        let Some(first) = of_user.first() else {
            let with = key.map(|key| format!(" with {key}")).unwrap_or_default();
            let missing = format!("no credential has the user name {}: add one{with}", quoted(user));
            return match self.chosen() {
                Some(login) if need.devices == 0 => (true, format!("{} is used instead", shown(login))),
                _ => (false, missing),
            };
        };
        let shares_tag = of_user.iter().any(|login| login.tags.iter().any(|tag| self.tags.contains(tag)));
        if need.devices > 0 && !shares_tag {
            let why = format!("{} shares no tag with the new devices: give both the same tag", shown(first));
            return (false, why);
        }
        match key {
            Some(key) if of_user.iter().all(|login| !login.has_key) => {
                (false, format!("{} has no private key: store there {key}", shown(first)))
            }
            _ => (true, format!("{} is there", shown(first))),
        }
    }
}

/// A credential in a sentence.
pub fn shown(login: &KnownLogin) -> String {
    match login.description.as_deref().filter(|text| !text.is_empty()) {
        None => format!("the credential {}", quoted(&login.username)),
        Some(about) => format!("the credential {} ({})", quoted(&login.username), quoted(about)),
    }
}
