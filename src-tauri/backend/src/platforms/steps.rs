//! How commands are sent: through what, once or for each thing an answer lists, and with which words put in.

use regex::{Captures, Regex};

/// Through what a command reaches the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// The shell: typed, its answer read up to the prompt.
    #[default]
    Shell,
    /// A channel of its own (RFC 4254, section 6.5), which ends with the answer and an exit status.
    Exec,
    /// SFTP: the command is the path of a file.
    #[serde(skip)]
    Sftp,
}

/// How the answer of a command that is no configuration is kept in the text all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Not at all.
    #[default]
    No,
    /// Each line as a comment.
    Comment,
}

/// Sends a command once for each thing that another answer lists.
#[derive(Debug, Clone)]
pub struct ForEach {
    /// The command whose answer lists them: one that stands before it in the file, or one that is sent for this alone.
    pub listed_by: String,
    /// Matches what is listed, `^` and `$` meaning a line's ends; the command's `{1}` is its first group.
    pub capture: Regex,
}

/// A command sent before the reading or after it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The command, with its placeholders.
    pub send: String,
    /// Whether the device may refuse it.
    pub optional: bool,
}

/// The words that stand in a file for what only the session knows. `{1}` to `{9}` stand for what a pattern captured; anything else in
/// braces stays as it is.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// For `{username}`.
    pub username: &'a str,
    /// For `{password}`.
    pub password: &'a str,
    /// For `{enable}`: the password of the privileged mode.
    pub enable: &'a str,
}

/// The words in braces that stand for a secret.
pub const SECRET_WORDS: [&str; 2] = ["{password}", "{enable}"];

impl Words<'_> {
    /// A text with everything put in.
    pub fn fill(&self, text: &str) -> String {
        let text = text.replace("{username}", self.username);
        text.replace("{password}", self.password).replace("{enable}", self.enable)
    }
}

/// A text with what a pattern captured put in: the only words that may be shown to people.
pub fn with_captured(text: &str, captured: &Captures<'_>) -> String {
    let mut filled = text.to_string();
    for group in 1..=9 {
        filled = filled.replace(&format!("{{{group}}}"), captured.get(group).map_or("", |found| found.as_str()));
    }
    filled
}

/// Whether a text names a group of a pattern.
pub fn names_group(text: &str) -> bool {
    (1..=9).any(|group| text.contains(&format!("{{{group}}}")))
}
