//! What a session is given and what it hands back.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use netraven_api::address::Address;
use netraven_api::evidence::{Algorithms, KeyChange, ShownKey};
use netraven_api::ids::CredentialId;
use netraven_api::outcome::{Cause, Stage};
use regex::Regex;
use secrecy::{ExposeSecret, SecretString};

use super::jump::JumpRoute;
use super::ssh::{AgentLogin, CryptoRules};
use super::transcript::Transcript;
use crate::platforms::{Definition, Keep, Purpose};

/// Where a device is, and what may be offered to it there.
#[derive(Clone, Debug)]
pub struct Target {
    /// A name, an IPv4 or an IPv6 address.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The way to it through jump hosts; `None` where this computer connects to it.
    pub through: Option<Arc<JumpRoute>>,
    /// Which SSH algorithms are offered to it.
    pub crypto: CryptoRules,
}

impl Target {
    /// A device that this computer connects to.
    #[must_use]
    pub fn direct(host: impl Into<String>, port: u16) -> Target {
        Target { host: host.into(), port, through: None, crypto: CryptoRules::default() }
    }

    /// Its address, if it has one that nobody needs to look up.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        self.host.parse::<Address>().ok()?.ip()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') && !self.host.starts_with('[') {
            true => write!(formatter, "[{}]:{}", self.host, self.port),
            false => write!(formatter, "{}:{}", self.host, self.port),
        }
    }
}

/// One credential to try.
#[derive(Clone)]
pub struct Login {
    /// The credential's number, by which the outcome speaks of it.
    pub id: CredentialId,
    /// The user name.
    pub username: String,
    /// The password; an empty one is none, and is never sent.
    pub password: SecretString,
    /// The private key, tried before the password: in OpenSSH's form, without a passphrase.
    pub key: Option<SecretString>,
    /// The keys of this computer's SSH agent, instead of a key and a password.
    pub agent: Option<AgentLogin>,
    /// The answers to questions at the sign-in, in the order their patterns are tried.
    pub answers: Vec<LoginAnswer>,
    /// The password for the privileged mode; the password serves where it is absent.
    pub enable_password: Option<SecretString>,
    /// The only networks it may be sent to; to any address if there are none.
    pub networks: Vec<IpNet>,
}

/// The answer to a question at the sign-in.
#[derive(Clone)]
pub struct LoginAnswer {
    /// What is found in the question.
    pub pattern: Regex,
    /// The answer.
    pub answer: SecretString,
}

impl Login {
    /// What is typed when the shell asks for the password; nothing if there is only a key.
    pub(super) fn password(&self) -> Option<&str> {
        Some(self.password.expose_secret()).filter(|password| !password.is_empty())
    }

    /// All that may be typed to sign in.
    pub fn passwords(&self) -> impl Iterator<Item = &str> {
        let answers = self.answers.iter().map(|one| one.answer.expose_secret());
        let enable = self.enable_password.as_ref().map(|secret| secret.expose_secret());
        self.password().into_iter().chain(enable).chain(answers)
    }

    /// What a credential without a password signs in with, as the end of a sentence.
    pub(super) fn signs_alone(&self) -> &'static str {
        if self.agent.is_some() { "uses the SSH agent alone" } else { "has a private key alone" }
    }

    /// Whether it may be sent to an address; `None` is one that only a jump host knows. An address of IPv4 that is
    /// written as IPv6 is the one of IPv4.
    pub(super) fn permits(&self, address: Option<IpAddr>) -> bool {
        let is_within = |address: IpAddr| self.networks.iter().any(|network| network.contains(&address.to_canonical()));
        self.networks.is_empty() || address.is_some_and(is_within)
    }

    /// What is typed when the privileged mode asks for a password; nothing if there is only a key.
    pub(super) fn privilege_password(&self) -> Option<&str> {
        self.enable_password.as_ref().map(|secret| secret.expose_secret()).or_else(|| self.password())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Login").field("id", &self.id).field("username", &self.username).finish_non_exhaustive()
    }
}

/// How long each kind of wait may be, and how much a device may say.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Name lookup.
    pub resolve: Duration,
    /// TCP connect, for each address.
    pub connect: Duration,
    /// SSH banner and key exchange.
    pub handshake: Duration,
    /// One authentication method; more than 50 seconds are cut to 50.
    pub auth: Duration,
    /// The first prompt, and the answer of the privilege command.
    pub prompt: Duration,
    /// Silence of the device where its platform names no other limit.
    pub idle: Duration,
    /// The whole session.
    pub total: Duration,
    /// How many bytes one answer may have.
    pub max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            resolve: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            handshake: Duration::from_secs(15),
            auth: Duration::from_secs(20),
            prompt: Duration::from_secs(15),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(600),
            max_bytes: 64 * 1024 * 1024,
        }
    }
}

/// What is known of a device from sessions before.
pub struct Before<'a> {
    /// The host key it showed.
    pub host_key: Option<&'a ShownKey>,
    /// Whether a configuration, as [`text_of`] its answers, is the one that is stored. What is needs no second reading.
    pub is_stored: &'a dyn Fn(&str) -> bool,
}

/// The proven answer to one command.
#[derive(Clone)]
pub struct Answer {
    /// The command's place in the platform's list.
    pub command: usize,
    /// The command as it was sent, with what was captured for it; words for secrets stay as they are in the file.
    pub sent: String,
    /// What stands above the answer in the text, with what was captured for it.
    pub heading: Option<String>,
    /// The bytes as they came, echo and prompt included.
    pub raw: Vec<u8>,
    /// The text without echo, escape sequences, pager remnants and prompt.
    pub text: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A configuration holds secrets.
        write!(formatter, "Answer {{ command: {}, {} bytes }}", self.command, self.raw.len())
    }
}

/// The text of a purpose, in the order of the commands: of facts, the answers to its commands; of a configuration also the
/// answers that are kept as comments, and the headings.
pub fn text_of(definition: &Definition, answers: &[Answer], purpose: Purpose) -> String {
    let mut text = String::new();
    for answer in answers {
        let command = &definition.commands[answer.command];
        let heading = answer.heading.as_deref().unwrap_or_default();
        match purpose {
            Purpose::Config if command.purpose == Purpose::Config => {
                push_comment(&definition.comment, heading, &mut text);
                text.push_str(&answer.text);
            }
            Purpose::Config if command.keep == Keep::Comment => {
                push_comment(&definition.comment, heading, &mut text);
                push_comment(&definition.comment, &answer.text, &mut text);
            }
            _ if command.purpose == purpose => text.push_str(&answer.text),
            _ => {}
        }
    }
    text
}

/// Adds each of these lines as a comment.
fn push_comment(comment: &str, lines: &str, text: &mut String) {
    for line in lines.lines() {
        text.push_str(format!("{comment} {line}").trim_end());
        text.push('\n');
    }
}

/// What a session found out about the startup configuration.
#[derive(Clone)]
pub enum StartupRead {
    /// It is the running configuration.
    Saved,
    /// It differs from the running configuration: its text, without echo, escape sequences, pager remnants and prompt.
    Unsaved(String),
    /// It could not be read.
    Unread(Unread),
}

impl fmt::Debug for StartupRead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartupRead::Saved => formatter.write_str("Saved"),
            // A configuration holds secrets.
            StartupRead::Unsaved(text) => write!(formatter, "Unsaved({} bytes)", text.len()),
            StartupRead::Unread(unread) => write!(formatter, "Unread({unread:?})"),
        }
    }
}

/// A file that is kept as it is.
#[derive(Clone)]
pub struct FetchedFile {
    /// Its path on the device; words for secrets stay as they are in the file of the platform.
    pub path: String,
    /// Its bytes, or why there are none.
    pub bytes: Result<Vec<u8>, Unread>,
}

impl fmt::Debug for FetchedFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may hold anything.
        let bytes = self.bytes.as_ref().map(Vec::len);
        formatter.debug_struct("FetchedFile").field("path", &self.path).field("bytes", &bytes).finish()
    }
}

/// Why something was not read that the backup does not need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What happened, as a sentence for people; nothing the device said is in it.
    pub message: String,
    /// The device's own line the sentence is about, not redacted.
    pub said: Option<String>,
}

/// A complete reading: every answer in it is proven to have arrived whole.
#[derive(Clone, Debug)]
pub struct Reading {
    /// In the order of the commands; an optional command the device refused is left out.
    pub answers: Vec<Answer>,
    /// The startup configuration; `None` where the platform has none, or none applied.
    pub startup: Option<StartupRead>,
    /// The files that are kept.
    pub files: Vec<FetchedFile>,
    /// The key the device identified itself with; `None` without SSH, which alone has such keys.
    pub host_key: Option<ShownKey>,
    /// The version line of its SSH server; empty without SSH.
    pub ssh_version: String,
    /// What the device shows before sign-in.
    pub banner: String,
    /// What client and device agreed on; `None` without SSH.
    pub algorithms: Option<Algorithms>,
    /// The credential that was accepted; `None` where the device asked for none, as a console without a password does.
    pub login_id: Option<CredentialId>,
    /// The prompt, as it was when the commands were sent.
    pub prompt: String,
    /// How long each stage took.
    pub timings: Vec<(Stage, Duration)>,
    /// What was said.
    pub transcript: Transcript,
}

/// Why there is no reading.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The kind of failure.
    pub cause: Cause,
    /// The stage that broke.
    pub stage: Stage,
    /// What happened, as a sentence for people; nothing the device said in its shell is in it.
    pub message: String,
    /// The device's own line the sentence is about, not redacted.
    pub said: Option<String>,
    /// What was waited for.
    pub expected: Option<String>,
    /// What a person does next, where it is more particular than the cause's advice.
    pub advice: Option<&'static str>,
    /// The stored key, else the one the device showed, once it came that far.
    pub host_key: Option<ShownKey>,
    /// The stored key, and the one offered instead.
    pub host_keys: Option<KeyChange>,
    /// The credentials the device refused.
    pub refused_logins: Vec<CredentialId>,
    /// How many bytes the device sent in its shell.
    pub bytes_read: u64,
    /// Duration of each stage, including the one that broke.
    pub timings: Vec<(Stage, Duration)>,
    /// What was said.
    pub transcript: Transcript,
}

/// Why a step inside a session failed; the session adds stage and record to make a [`Failure`] of it.
#[derive(Clone, Debug)]
pub(super) struct SessionError {
    pub(super) cause: Cause,
    pub(super) message: String,
    pub(super) said: Option<String>,
    pub(super) expected: Option<String>,
    pub(super) advice: Option<&'static str>,
    pub(super) host_keys: Option<Box<KeyChange>>,
}

impl SessionError {
    pub(super) fn new(cause: Cause, message: impl Into<String>) -> SessionError {
        SessionError { cause, message: message.into(), said: None, expected: None, advice: None, host_keys: None }
    }

    /// Adds the line of the device that the message is about: it may hold anything, so it is no part of the sentence.
    pub(super) fn quoting(self, said: Option<String>) -> SessionError {
        SessionError { said, ..self }
    }

    pub(super) fn expecting(mut self, expected: impl Into<String>) -> SessionError {
        self.expected = Some(expected.into());
        self
    }

    /// Adds advice that is more particular than the cause's.
    pub(super) fn advising(self, advice: &'static str) -> SessionError {
        SessionError { advice: Some(advice), ..self }
    }

    pub(super) fn cancelled() -> SessionError {
        SessionError::new(Cause::Cancelled, "The session was cancelled.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_does_not_print_its_secrets() {
        let login = Login {
            id: 7.into(),
            username: "admin".into(),
            password: "hunter22".into(),
            key: Some("hunter44".into()),
            agent: None,
            answers: Vec::new(),
            enable_password: Some("hunter33".into()),
            networks: Vec::new(),
        };
        let shown = format!("{login:?}");
        assert!(shown.contains("admin") && !shown.contains("hunter"), "{shown}");
    }

    #[test]
    fn headings_and_kept_answers_stand_in_the_text_as_comments() {
        let commands = "[[commands]]\nsend = 'show version'\npurpose = 'facts'\n\
                        [[commands]]\nsend = 'show inventory'\npurpose = 'facts'\n\
                        [[commands]]\nsend = 'show running-config'\npurpose = 'config'\n";
        let text = format!(
            "name = 'x'\ntitle = 'X'\nvendor = 'X'\ncomment = '!'\nerrors = ['^%']\n\
             [prompt]\npattern = '(?P<host>\\w+)#'\n{commands}"
        );
        let mut definition = Definition::parse("x.toml", &text).unwrap();
        definition.commands[1].keep = Keep::Comment;
        let answer = |command: usize, heading: Option<&str>, text: &str| Answer {
            command,
            sent: definition.commands[command].send.clone(),
            heading: heading.map(str::to_owned),
            raw: Vec::new(),
            text: text.to_owned(),
        };
        let answers = [
            answer(0, None, "Version 1\n"),
            answer(1, Some("inventory"), "slot 1  \n\nslot 2\n"),
            answer(2, None, "hostname a\n"),
            answer(2, Some("context b"), "hostname b\n"),
        ];
        let config = "! inventory\n! slot 1\n!\n! slot 2\nhostname a\n! context b\nhostname b\n";
        assert_eq!(text_of(&definition, &answers, Purpose::Config), config);
        assert_eq!(text_of(&definition, &answers, Purpose::Facts), "Version 1\nslot 1  \n\nslot 2\n");
    }

    #[test]
    fn an_empty_password_is_none() {
        let login = Login {
            id: 7.into(),
            username: "admin".into(),
            password: "".into(),
            key: Some("a key".into()),
            agent: None,
            answers: Vec::new(),
            enable_password: None,
            networks: Vec::new(),
        };
        assert_eq!((login.password(), login.privilege_password(), login.passwords().count()), (None, None, 0));
        let enabled = Login { enable_password: Some("hunter33".into()), ..login };
        assert_eq!((enabled.password(), enabled.privilege_password()), (None, Some("hunter33")));
        let answer = LoginAnswer { pattern: Regex::new("pin").unwrap(), answer: "4711".into() };
        let answers = Login { answers: vec![answer], ..enabled };
        assert_eq!(answers.passwords().collect::<Vec<_>>(), ["hunter33", "4711"], "an answer is as secret");
    }

    #[test]
    fn a_login_goes_to_its_networks_alone() {
        let login = |networks: &[&str]| Login {
            id: 7.into(),
            username: "admin".into(),
            password: "hunter22".into(),
            key: None,
            agent: None,
            answers: Vec::new(),
            enable_password: None,
            networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        };
        let permits = |networks: &[&str], address: &str| login(networks).permits(Some(address.parse().unwrap()));
        assert!(login(&[]).permits(None) && !login(&["0.0.0.0/0", "::/0"]).permits(None));
        assert!(permits(&[], "198.51.100.1") && permits(&[], "::1"));
        assert!(permits(&["10.0.0.0/8", "2001:db8::/32"], "10.1.2.3"));
        assert!(permits(&["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1"));
        assert!(permits(&["10.0.0.0/8"], "::ffff:10.1.2.3"));
        assert!(!permits(&["10.0.0.0/8"], "11.0.0.1") && !permits(&["10.0.0.0/8"], "2001:db8::1"));
        assert!(!permits(&["::/0"], "10.0.0.1"), "each family has its own networks");
        assert!(permits(&["10.0.0.255/32"], "10.0.0.255") && !permits(&["10.0.0.255/32"], "10.0.0.254"));
    }

    #[test]
    fn an_ipv6_target_is_written_in_brackets() {
        let target = |host: &str| Target::direct(host, 22).to_string();
        assert_eq!(target("2001:db8::1"), "[2001:db8::1]:22");
        assert_eq!(target("r1.example"), "r1.example:22");
    }
}
