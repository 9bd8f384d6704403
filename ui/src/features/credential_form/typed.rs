//! What the dialog of a credential holds, and what of it is sent.

use netraven_api::credentials::{Credential, CredentialInput};
use netraven_api::{Problem, Secret};

use crate::features::form::refusal_of;

/// What a credential signs in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignsInWith {
    /// A password alone.
    Password,
    /// A private key alone.
    Key,
    /// A private key, and a password where the key is not accepted or not enough.
    Both,
}

impl SignsInWith {
    /// All of them, as they are offered.
    pub const ALL: [SignsInWith; 3] = [SignsInWith::Password, SignsInWith::Key, SignsInWith::Both];

    /// What a stored credential signs in with; a new one has a password.
    pub fn of(credential: Option<&Credential>) -> SignsInWith {
        match credential.map(|known| (known.has_password, known.has_private_key)) {
            Some((false, true)) => SignsInWith::Key,
            Some((true, true)) => SignsInWith::Both,
            Some((_, false)) | None => SignsInWith::Password,
        }
    }

    /// Its word on screen.
    pub fn title(self) -> &'static str {
        match self {
            SignsInWith::Password => "Password",
            SignsInWith::Key => "Private key",
            SignsInWith::Both => "Both",
        }
    }

    /// Whether there is a password.
    pub fn has_password(self) -> bool {
        self != SignsInWith::Key
    }

    /// Whether there is a private key.
    pub fn has_key(self) -> bool {
        self != SignsInWith::Password
    }
}

/// What the form holds.
pub struct Typed {
    /// User name.
    pub username: String,
    /// What it is to sign in with.
    pub with: SignsInWith,
    /// Whether a password is stored, and whether a private key is.
    pub stored: (bool, bool),
    /// Password.
    pub password: String,
    /// Private key.
    pub private_key: String,
    /// Passphrase of the private key.
    pub passphrase: String,
    /// Enable password.
    pub enable: String,
    /// Whether the stored enable password goes.
    pub forget_enable: bool,
    /// Priority.
    pub priority: String,
    /// Description.
    pub description: String,
    /// Networks, in one text.
    pub networks: String,
    /// Networks that are stored.
    pub known_networks: Vec<String>,
    /// Whether any tag is chosen.
    pub has_tags: bool,
}

impl Typed {
    /// The credential as typed, or what is missing; what the server alone can know it says itself.
    pub fn read(self, is_new: bool) -> Result<CredentialInput, Problem> {
        let priority = self.priority.trim().parse::<i64>().ok().filter(|order| (1..=1000).contains(order));
        let (has_password, has_key) = self.stored;
        let mut wrong = Vec::new();
        if self.username.is_empty() {
            wrong.push(("username", "Enter the user name on the devices.".to_owned()));
        }
        if self.with.has_password() && !has_password && self.password.is_empty() {
            wrong.push(("password", "Enter the password.".to_owned()));
        }
        if self.with.has_key() && !has_key && self.private_key.trim().is_empty() {
            wrong.push(("private_key", "Paste the private key.".to_owned()));
        }
        if priority.is_none() {
            wrong.push(("priority", "Enter a number from 1 to 1000; the lowest is tried first.".to_owned()));
        }
        if !self.has_tags {
            wrong
                .push(("tags", "Choose at least one tag; a credential is used for devices that share one.".to_owned()));
        }
        if let Some(found) = refusal_of(wrong) {
            return Err(found);
        }
        let networks: Vec<String> = self
            .networks
            .split(|letter: char| letter == ',' || letter == ';' || letter.is_whitespace())
            .filter(|network| !network.is_empty())
            .map(str::to_owned)
            .collect();
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        // An empty text removes a stored secret; what is absent stays.
        let secret = |is_used: bool, is_stored: bool, text: String| match is_used {
            true => given(text).map(Secret::new),
            false => is_stored.then(|| Secret::new("")),
        };
        Ok(CredentialInput {
            username: Some(self.username),
            password: secret(self.with.has_password(), has_password, self.password),
            private_key: secret(self.with.has_key(), has_key, self.private_key.trim().to_owned()),
            passphrase: secret(self.with.has_key(), false, self.passphrase),
            enable_password: secret(!self.forget_enable, true, self.enable),
            priority,
            // A description that was taken out is empty, not absent, which would keep it.
            description: if is_new { given(self.description) } else { Some(self.description) },
            tags: None,
            // None at all lifts the limit; what nobody touched is not sent.
            allowed_networks: (networks != self.known_networks).then_some(networks),
        })
    }
}
