//! How commands are sent: through what, once or for each thing an answer lists, and with which words put in.

use regex::{Captures, Regex};

/// Through what a command reaches the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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

/// How the answer of a command that is no configuration is kept all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Not at all.
    #[default]
    No,
    /// Each line as a comment.
    Comment,
    /// Not in the text: the bytes of the file are kept sealed.
    File,
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

impl<'a> Words<'a> {
    /// A text with everything put in.
    pub fn fill(&self, text: &str) -> String {
        put_in(text, |word| self.named(word))
    }

    /// As [`Words::fill`], with what a pattern captured.
    pub fn fill_captured(&self, text: &str, captured: &Captures<'_>) -> String {
        put_in(text, |word| self.named(word).or_else(|| group(captured, word)))
    }

    fn named(&self, word: &str) -> Option<&'a str> {
        match word {
            "username" => Some(self.username),
            "password" => Some(self.password),
            "enable" => Some(self.enable),
            _ => None,
        }
    }
}

/// A text with what a pattern captured put in: the only words that may be shown to people.
pub fn with_captured(text: &str, captured: &Captures<'_>) -> String {
    put_in(text, |word| group(captured, word))
}

/// What the group of this number captured; empty where it took no part.
fn group<'t>(captured: &Captures<'t>, number: &str) -> Option<&'t str> {
    let number = number.parse::<usize>().ok().filter(|group| number.len() == 1 && *group > 0)?;
    Some(captured.get(number).map_or("", |found| found.as_str()))
}

/// A text with each word in braces replaced that `known` knows. What is put in is not searched again: a device that
/// names something `{password}` is not given the password.
fn put_in<'t>(text: &str, known: impl Fn(&str) -> Option<&'t str>) -> String {
    let (mut filled, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let word = from.find('}').map(|end| &from[1..end]);
        rest = match word.and_then(|word| Some((word, known(word)?))) {
            Some((word, put)) => {
                filled.push_str(put);
                &from[word.len() + 2..]
            }
            None => {
                filled.push('{');
                &from[1..]
            }
        };
    }
    filled.push_str(rest);
    filled
}

/// Whether a text names a group of a pattern.
pub fn names_group(text: &str) -> bool {
    (1..=9).any(|group| text.contains(&format!("{{{group}}}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_put_in_once_and_everything_else_in_braces_stays() {
        let words = Words { username: "{enable}", password: "p{1}", enable: "e" };
        assert_eq!(
            words.fill("{username} {password}{enable} {{ <cr>||<K> }: {x}"),
            "{enable} p{1}e {{ <cr>||<K> }: {x}"
        );
        let captured = Regex::new("context (\\S+)(x)?").unwrap();
        let captured = captured.captures("context {password}").unwrap();
        assert_eq!(words.fill_captured("more {1}{2} {password}{10}", &captured), "more {password} p{1}{10}");
        assert_eq!(with_captured("{1} {password}", &captured), "{password} {password}");
    }
}
