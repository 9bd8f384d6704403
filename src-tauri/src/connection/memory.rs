//! What is remembered from one start to the next: the place, the servers used, and their tokens.
//!
//! Tokens are only in the system's store; the settings just record for which servers one was put there, so that the store
//! is never opened for people who keep nothing in it.

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

/// The place of the last start.
pub fn place(host: &dyn Host) -> Option<Place> {
    let place = host.setting(PLACE)?;
    if place.get("embedded").and_then(Value::as_bool) == Some(true) {
        return Some(Place::Embedded);
    }
    place.get("url").and_then(Value::as_str).map(|url| Place::Remote(url.to_owned()))
}

/// Remembers the place of the next start; none asks again.
pub fn keep_place(host: &dyn Host, place: Option<&Place>) {
    let value = match place {
        Some(Place::Embedded) => json!({"embedded": true}),
        Some(Place::Remote(url)) => json!({"url": url}),
        None => Value::Null,
    };
    host.keep_setting(PLACE, value);
}

/// The servers used before, the last one first.
pub fn profiles(host: &dyn Host) -> Vec<Profile> {
    host.setting(PROFILES).and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// The profile of a server, also if its API was found below the address entered.
pub fn profile_of(host: &dyn Host, url: &str) -> Option<Profile> {
    profiles(host).into_iter().find(|profile| profile.url == url || profile.url.strip_suffix("/api") == Some(url))
}

/// Puts a server at the head of those used before, keeping its name and marks.
pub fn keep_profile(host: &dyn Host, url: &str, username: &str) -> Profile {
    let mut all = profiles(host);
    // Name and marks are the server's; another user sees them too.
    let known = all.iter().position(|profile| profile.url == url).map(|index| all.remove(index));
    let profile = Profile { username: username.to_owned(), ..known.unwrap_or_else(|| Profile::new(url, username)) };
    all.retain(|profile| profile.url != url);
    all.insert(0, profile.clone());
    all.truncate(MOST_PROFILES);
    host.keep_setting(PROFILES, json!(all));
    profile
}

/// Changes name and marks of a server used before; returns whether there is one.
pub fn edit_profile(host: &dyn Host, changed: &Profile) -> bool {
    let mut all = profiles(host);
    let Some(profile) = all.iter_mut().find(|profile| profile.url == changed.url) else { return false };
    (profile.name, profile.colour, profile.production) =
        (changed.name.trim().to_owned(), changed.colour, changed.production);
    host.keep_setting(PROFILES, json!(all));
    true
}

/// Forgets a server used before.
pub fn forget_profile(host: &dyn Host, url: &str) {
    let mut all = profiles(host);
    all.retain(|profile| profile.url != url);
    host.keep_setting(PROFILES, json!(all));
}

/// Keeps a token for the next start if requested; returns a sentence if it only stays in memory.
pub async fn keep_token(
    host: &dyn Host,
    secrets: &Secrets,
    url: &str,
    username: &str,
    token: &Secret,
    remember: bool,
) -> Option<String> {
    if !remember {
        forget_token(host, secrets, url, username).await;
        return Some("The sign-in is kept in memory only and ends with this window.".to_owned());
    }
    let name = name_of(url, username);
    if let Err(error) = secrets.keep(&name, token).await {
        return Some(format!("The sign-in is kept in memory only and ends with this window: {error}."));
    }
    let mut kept = kept_names(host);
    if !kept.contains(&name) {
        kept.push(name);
    }
    host.keep_setting(KEPT, json!(kept));
    None
}

/// The token kept from an earlier start, if any; the error is a sentence why it is unavailable.
pub async fn kept_token(
    host: &dyn Host,
    secrets: &Secrets,
    url: &str,
    username: &str,
) -> Result<Option<Secret>, String> {
    let name = name_of(url, username);
    if !kept_names(host).contains(&name) {
        return Ok(None);
    }
    match secrets.read(&name).await {
        Ok(Some(token)) => Ok(Some(token)),
        Ok(None) => {
            Err("The system's password store is locked, or has lost the sign-in of last time. Sign in again, or \
                         unlock the store and start again."
                .to_owned())
        }
        Err(error) => Err(format!("The sign-in of last time could not be read: {error}. Sign in again.")),
    }
}

/// Removes a kept token.
pub async fn forget_token(host: &dyn Host, secrets: &Secrets, url: &str, username: &str) {
    let (name, mut kept) = (name_of(url, username), kept_names(host));
    if let Some(index) = kept.iter().position(|other| *other == name) {
        kept.remove(index);
        secrets.forget(&name).await;
        host.keep_setting(KEPT, json!(kept));
    }
}

fn kept_names(host: &dyn Host) -> Vec<String> {
    host.setting(KEPT).and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

fn name_of(url: &str, username: &str) -> String {
    format!("{username} at {url}")
}
