//! What is remembered from one start to the next: the place, the servers used, and their tokens.
//!
//! Tokens are only in the system's store; the settings just record for which servers one was put there, so that the store
//! is never opened for people who keep nothing in it.

use std::sync::Arc;

use netraven_api::Secret;
use netraven_api::native::Profile;
use serde_json::{Value, json};

use crate::arguments::Place;
use crate::host::Host;
use crate::secrets::Secrets;

const PLACE: &str = "place";
const PROFILES: &str = "profiles";
const KEPT: &str = "kept_tokens";
/// Most servers remembered.
const MOST_PROFILES: usize = 10;

/// The settings, and the store that keeps the tokens.
pub struct Remembered {
    host: Arc<dyn Host>,
    secrets: Secrets,
}

impl Remembered {
    /// What this host remembers.
    pub fn new(host: Arc<dyn Host>, secrets: Secrets) -> Remembered {
        Remembered { host, secrets }
    }

    /// Where the last start went.
    pub fn place(&self) -> Option<Place> {
        let place = self.host.setting(PLACE)?;
        if place.get("embedded").and_then(Value::as_bool) == Some(true) {
            return Some(Place::Embedded);
        }
        place.get("url").and_then(Value::as_str).map(|url| Place::Remote(url.to_owned()))
    }

    /// Remembers the place of the next start; none asks again.
    pub fn keep_place(&self, place: Option<&Place>) {
        let value = match place {
            Some(Place::Embedded) => json!({"embedded": true}),
            Some(Place::Remote(url)) => json!({"url": url}),
            None => Value::Null,
        };
        self.host.keep_setting(PLACE, value);
    }

    /// The servers used before, the last one first.
    pub fn profiles(&self) -> Vec<Profile> {
        self.host.setting(PROFILES).and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    /// The profile of a server, also if its API was found below the address entered.
    pub fn profile_of(&self, url: &str) -> Option<Profile> {
        self.profiles().into_iter().find(|profile| profile.url == url || profile.url.strip_suffix("/api") == Some(url))
    }

    /// Puts a server at the head of those used before, keeping its name and marks.
    pub fn keep_profile(&self, url: &str, username: &str) -> Profile {
        let mut all = self.profiles();
        // Name and marks are the server's; another user sees them too.
        let known = all.iter().position(|profile| profile.url == url).map(|index| all.remove(index));
        let profile = Profile { username: username.to_owned(), ..known.unwrap_or_else(|| Profile::new(url, username)) };
        all.retain(|profile| profile.url != url);
        all.insert(0, profile.clone());
        all.truncate(MOST_PROFILES);
        self.host.keep_setting(PROFILES, json!(all));
        profile
    }

    /// Changes name and marks of a server used before; returns whether there is one.
    pub fn edit_profile(&self, changed: &Profile) -> bool {
        let mut all = self.profiles();
        let Some(profile) = all.iter_mut().find(|profile| profile.url == changed.url) else { return false };
        (profile.name, profile.colour, profile.production) =
            (changed.name.trim().to_owned(), changed.colour, changed.production);
        self.host.keep_setting(PROFILES, json!(all));
        true
    }

    /// Forgets a server used before.
    pub fn forget_profile(&self, url: &str) {
        let mut all = self.profiles();
        all.retain(|profile| profile.url != url);
        self.host.keep_setting(PROFILES, json!(all));
    }

    /// Keeps a token for the next start if requested; returns a sentence if it only stays in memory.
    pub async fn keep_token(&self, url: &str, username: &str, token: &Secret, remember: bool) -> Option<String> {
        if !remember {
            self.forget_token(url, username).await;
            return Some("The sign-in is kept in memory only and ends with this window.".to_owned());
        }
        let name = name_of(url, username);
        if let Err(error) = self.secrets.keep(&name, token).await {
            return Some(format!("The sign-in is kept in memory only and ends with this window: {error}."));
        }
        let mut kept = self.kept_names();
        if !kept.contains(&name) {
            kept.push(name);
        }
        self.host.keep_setting(KEPT, json!(kept));
        None
    }

    /// The token kept from an earlier start, if any; the error is a sentence why it is unavailable.
    pub async fn kept_token(&self, url: &str, username: &str) -> Result<Option<Secret>, String> {
        let name = name_of(url, username);
        if !self.kept_names().contains(&name) {
            return Ok(None);
        }
        match self.secrets.read(&name).await {
            Ok(Some(token)) => Ok(Some(token)),
            Ok(None) => {
                Err("The system's password store is locked, or the saved sign-in is missing. Sign in again, or unlock \
                         the store and start again."
                    .to_owned())
            }
            Err(error) => Err(format!("The saved sign-in could not be read: {error}. Sign in again.")),
        }
    }

    /// Removes a kept token.
    pub async fn forget_token(&self, url: &str, username: &str) {
        let (name, mut kept) = (name_of(url, username), self.kept_names());
        if let Some(index) = kept.iter().position(|other| *other == name) {
            kept.remove(index);
            self.secrets.forget(&name).await;
            self.host.keep_setting(KEPT, json!(kept));
        }
    }

    fn kept_names(&self) -> Vec<String> {
        self.host.setting(KEPT).and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }
}

fn name_of(url: &str, username: &str) -> String {
    format!("{username} at {url}")
}
