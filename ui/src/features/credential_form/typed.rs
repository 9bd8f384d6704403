//! What the dialog of a credential holds, and what of it is sent.

use netraven_api::credentials::{Credential, CredentialInput, QuestionAnswer};
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
    /// The keys of the SSH agent on the worker's machine.
    Agent,
}

impl SignsInWith {
    /// All of them, as they are offered.
    pub const ALL: [SignsInWith; 4] = [SignsInWith::Password, SignsInWith::Key, SignsInWith::Both, SignsInWith::Agent];

    /// What a stored credential signs in with; a new one has a password.
    pub fn of(credential: Option<&Credential>) -> SignsInWith {
        if credential.is_some_and(|known| known.uses_agent) {
            return SignsInWith::Agent;
        }
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
            SignsInWith::Agent => "SSH agent",
        }
    }

    /// Whether there is a password.
    pub fn has_password(self) -> bool {
        matches!(self, SignsInWith::Password | SignsInWith::Both)
    }

    /// Whether there is a private key.
    pub fn has_key(self) -> bool {
        matches!(self, SignsInWith::Key | SignsInWith::Both)
    }
}

/// The answer to a question, as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedAnswer {
    /// Its number among the answers of the form, by which a row keeps its fields.
    pub number: usize,
    /// Pattern of the question.
    pub pattern: String,
    /// The answer; empty keeps the stored one.
    pub answer: String,
}

impl TypedAnswer {
    /// The stored answers, whose texts stay on the server.
    pub fn stored(credential: Option<&Credential>) -> Vec<TypedAnswer> {
        let questions = credential.map(|known| known.questions.as_slice()).unwrap_or_default();
        let row = |(number, pattern): (usize, &String)| TypedAnswer {
            number,
            pattern: pattern.clone(),
            answer: String::new(),
        };
        questions.iter().enumerate().map(row).collect()
    }
}

/// What a credential has before it is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredMeans {
    /// Whether a password is stored.
    pub password: bool,
    /// Whether a private key is stored.
    pub key: bool,
    /// Whether it uses the SSH agent.
    pub agent: bool,
    /// Fingerprint of the one key of the agent, if it names one.
    pub agent_key: String,
    /// The patterns of its answers.
    pub questions: Vec<String>,
}

impl StoredMeans {
    /// Those of a credential; a new one has nothing.
    pub fn of(credential: Option<&Credential>) -> StoredMeans {
        let Some(known) = credential else { return StoredMeans::default() };
        StoredMeans {
            password: known.has_password,
            key: known.has_private_key,
            agent: known.uses_agent,
            agent_key: known.agent_key.clone().unwrap_or_default(),
            questions: known.questions.clone(),
        }
    }
}

/// What the form holds.
pub struct Typed {
    /// User name.
    pub username: String,
    /// What it is to sign in with.
    pub with: SignsInWith,
    /// What is stored.
    pub stored: StoredMeans,
    /// Password.
    pub password: String,
    /// Private key.
    pub private_key: String,
    /// Passphrase of the private key.
    pub passphrase: String,
    /// The one key of the agent.
    pub agent_key: String,
    /// Answers to questions.
    pub answers: Vec<TypedAnswer>,
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
        let StoredMeans { password: has_password, key: has_key, .. } = self.stored;
        let answers = answers(&self.answers, &self.stored.questions);
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
        if let Err(sentence) = &answers {
            wrong.push(("answers", sentence.clone()));
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
        let (uses_agent, agent_key) = (self.with == SignsInWith::Agent, self.agent_key.trim().to_owned());
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
            uses_agent: (uses_agent != self.stored.agent).then_some(uses_agent),
            agent_key: (uses_agent && agent_key != self.stored.agent_key).then_some(agent_key),
            answers: answers.ok().flatten(),
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

/// The answers as they are sent, or what is missing; nothing if nobody touched them.
fn answers(typed: &[TypedAnswer], stored: &[String]) -> Result<Option<Vec<QuestionAnswer>>, String> {
    let is_same = typed.iter().map(|row| &row.pattern).eq(stored) && typed.iter().all(|row| row.answer.is_empty());
    if is_same {
        return Ok(None);
    }
    let mut answers = Vec::new();
    for TypedAnswer { pattern, answer, .. } in typed {
        if pattern.trim().is_empty() {
            return Err("Enter words of each question, such as token code, or remove the row.".to_owned());
        }
        if answer.is_empty() && !stored.contains(pattern) {
            return Err(format!("Enter the answer to the question \"{pattern}\"."));
        }
        let answer = Some(Secret::new(answer.as_str())).filter(|answer| !answer.expose().is_empty());
        answers.push(QuestionAnswer { pattern: pattern.clone(), answer });
    }
    Ok(Some(answers))
}
