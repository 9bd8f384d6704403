//! What a file says about a command, and what proves that its answer is whole.

use std::time::Duration;

use regex::Regex;
use serde::Deserialize;

use super::patterns::{
    Wrong, compile, compile_lines, filled, groups_exist, more_than_nothing, patterns, refuse, within,
};
use crate::definition::{Command, Purpose};
use crate::steps::{ForEach, Keep, Via};

/// One command: exactly one of `send`, `first_of` and `fetch` says what it is.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawCommand {
    /// The command as typed; {username}, {password}, {enable} and, with `for_each`, {1} are filled in.
    send: Option<String>,
    /// Commands of which the first is taken that the device does not refuse.
    first_of: Option<Vec<String>>,
    /// The file to fetch, such as `sftp:/conf/config.xml`.
    fetch: Option<String>,
    /// Whether its answer is the running configuration, the startup configuration, or holds facts; not with
    /// keep = "file".
    purpose: Option<Purpose>,
    /// Only sent if this matches in the answers before it; `^` and `$` mean a line's ends.
    when: Option<String>,
    /// Sent once for each thing that another answer lists.
    for_each: Option<RawForEach>,
    /// `comment` keeps the answer of a facts command in the text, each line as a comment; `file` keeps a fetched file
    /// sealed beside it.
    #[serde(default)]
    keep: Keep,
    /// Stands above the answer in the text, as a comment; {1} is filled in.
    heading: Option<String>,
    /// How this command reaches the device; as the platform's `channel` says if absent.
    channel: Option<Via>,
    /// Matches the last line of the answer that is not blank.
    end: Option<String>,
    /// Lines to drop from the answer's start.
    #[serde(default)]
    header: Vec<String>,
    /// Must match somewhere in the answer; `^` and `$` mean a line's ends.
    must_contain: Option<String>,
    /// Must match nowhere in the answer; `^` and `$` mean a line's ends.
    must_not_contain: Option<String>,
    /// Seconds the device may stay silent; 30 if absent.
    #[serde(default = "half_a_minute")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 3600))]
    timeout_seconds: u64,
    /// Whether its refusal is ignored; if absent, that of a facts command is. The refusal of the startup configuration
    /// and that of a file which is kept always are.
    optional: Option<bool>,
}

/// The answer that lists for what a command is sent.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawForEach {
    /// The command whose answer is searched: one before this in the file, or one that is sent for this alone.
    #[serde(rename = "in")]
    listed_by: String,
    /// Matches what is listed, `^` and `$` meaning a line's ends; {1} is its first group.
    capture: String,
}

fn half_a_minute() -> u64 {
    30
}

/// How a command is sent.
struct Sent {
    /// The field that says so.
    field: &'static str,
    /// All it may be, the preferred one first.
    texts: Vec<String>,
    via: Via,
}

impl RawCommand {
    /// Whether nothing could be backed up without it.
    pub(super) fn is_needed_config(&self) -> bool {
        self.purpose == Some(Purpose::Config) && self.optional != Some(true)
    }

    /// `via` is the platform's channel; `has_comment` whether it has comments.
    pub(super) fn validate(self, path: &str, via: Via, has_comment: bool) -> Result<Command, Wrong> {
        let at = |field: &str| format!("{path}.{field}");
        let purpose = self.purpose(path)?;
        let mut sent = self.sent(path, via)?;
        let (end, for_each) = (self.end(path, &sent)?, self.for_each(path, &sent)?);
        self.check_kept(path, purpose, has_comment)?;
        if let (Some(heading), Some(for_each)) = (&self.heading, &for_each) {
            groups_exist(&at("heading"), heading, &for_each.capture)?;
        }
        let lines =
            |field: &str, text: &Option<String>| text.as_ref().map(|text| compile_lines(&at(field), text)).transpose();
        Ok(Command {
            when: lines("when", &self.when)?,
            header: patterns(&at("header"), &self.header)?,
            must_contain: lines("must_contain", &self.must_contain)?,
            must_not_contain: lines("must_not_contain", &self.must_not_contain)?,
            timeout: Duration::from_secs(within(&at("timeout_seconds"), self.timeout_seconds, 1..=3600)?),
            send: sent.texts.remove(0),
            or_else: sent.texts,
            purpose,
            for_each,
            keep: self.keep,
            heading: self.heading,
            via: sent.via,
            end,
            // Many accounts may show the configuration and nothing else.
            optional: self.optional.unwrap_or(purpose == Purpose::Facts),
        })
    }

    /// What it is sent for, and whether it says nothing that has no effect then.
    fn purpose(&self, path: &str) -> Result<Purpose, Wrong> {
        let purpose = match (self.keep, self.purpose) {
            (Keep::File, None) => Purpose::File,
            (Keep::File, Some(_)) => {
                let problem = "has no effect: a file that is kept is neither configuration nor facts";
                return refuse(format!("{path}.purpose"), problem, "Remove `purpose`, or `keep`");
            }
            (_, Some(purpose)) => purpose,
            (_, None) => {
                let write = "Write purpose = \"config\", \"startup\" or \"facts\"";
                return refuse(format!("{path}.purpose"), "is missing", write);
            }
        };
        if self.optional.is_some() && matches!(purpose, Purpose::Startup | Purpose::File) {
            let problem = "has no effect: what fails here never fails the backup";
            return refuse(format!("{path}.optional"), problem, "Remove it");
        }
        let proofs = [
            ("end", self.end.is_some()),
            ("header", !self.header.is_empty()),
            ("must_contain", self.must_contain.is_some()),
            ("must_not_contain", self.must_not_contain.is_some()),
        ];
        match proofs.into_iter().find(|(_, is_said)| *is_said && purpose == Purpose::File) {
            Some((field, _)) => {
                let problem = "has no effect: the bytes of a file are kept as they are";
                refuse(format!("{path}.{field}"), problem, "Remove it, or `keep`")
            }
            None => Ok(purpose),
        }
    }

    /// What is sent and how; there is at least one text.
    fn sent(&self, path: &str, via: Via) -> Result<Sent, Wrong> {
        let via = self.channel.unwrap_or(via);
        let sent = match (&self.send, &self.first_of, &self.fetch) {
            (Some(send), None, None) => Sent { field: "send", texts: vec![send.clone()], via },
            (None, Some(first_of), None) => Sent { field: "first_of", texts: first_of.clone(), via },
            (None, None, Some(fetch)) => Sent { field: "fetch", texts: vec![self.file(path, fetch)?], via: Via::Sftp },
            (None, None, None) => {
                return refuse(path, "has none of `send`, `first_of` and `fetch`", "Add `send` with the command");
            }
            _ => {
                let problem = "has more than one of `send`, `first_of` and `fetch`";
                return refuse(path, problem, "Keep one of them");
            }
        };
        let field = format!("{path}.{}", sent.field);
        if sent.texts.is_empty() {
            return refuse(field, "the list is empty", "Write the commands to try, the preferred one first");
        }
        sent.texts.iter().try_for_each(|text| filled(&field, text))?;
        Ok(sent)
    }

    /// The path of the file to fetch.
    fn file(&self, path: &str, fetch: &str) -> Result<String, Wrong> {
        if self.channel.is_some() {
            let problem = "has no effect, because `fetch` always goes over SFTP";
            return refuse(format!("{path}.channel"), problem, "Remove `channel`, or use `send`");
        }
        match fetch.strip_prefix("sftp:").filter(|file| file.starts_with('/') && !file.ends_with('/')) {
            Some(file) => Ok(file.to_string()),
            None => {
                let problem = "is not the full path of a file after `sftp:`";
                refuse(format!("{path}.fetch"), problem, "Write it as in \"sftp:/conf/config.xml\"")
            }
        }
    }

    fn end(&self, path: &str, sent: &Sent) -> Result<Option<Regex>, Wrong> {
        let Some(text) = &self.end else { return Ok(None) };
        let field = format!("{path}.end");
        let end = compile(&field, text)?;
        if sent.via != Via::Sftp && sent.texts.iter().any(|send| end.is_match(send)) {
            let problem = "matches the command itself, so its echo would be mistaken for the end of the answer";
            return refuse(field, problem, "Write a pattern that matches only the last line of the answer");
        }
        Ok(Some(end))
    }

    fn for_each(&self, path: &str, sent: &Sent) -> Result<Option<ForEach>, Wrong> {
        let field = format!("{path}.{}", sent.field);
        let Some(raw) = &self.for_each else {
            let heading = self.heading.iter().map(|text| (format!("{path}.heading"), text));
            let mut texts = sent.texts.iter().map(|text| (field.clone(), text)).chain(heading);
            return match texts.find(|(_, text)| text.contains("{1}")) {
                None => Ok(None),
                Some((field, _)) => refuse(field, "names {1} without `for_each`", "Add `for_each`, or remove {1}"),
            };
        };
        let capture = format!("{path}.for_each.capture");
        filled(&format!("{path}.for_each.in"), &raw.listed_by)?;
        let pattern = more_than_nothing(&capture, compile_lines(&capture, &raw.capture)?)?;
        if pattern.captures_len() < 2 {
            return refuse(capture, "captures nothing", "Put what is listed in parentheses");
        }
        for text in &sent.texts {
            if !text.contains("{1}") {
                let problem = "does not name {1}, so the same would be sent for each thing";
                return refuse(field, problem, "Write {1} where its name belongs, or remove `for_each`");
            }
            groups_exist(&field, text, &pattern)?;
        }
        Ok(Some(ForEach { listed_by: raw.listed_by.clone(), capture: pattern }))
    }

    /// Whether what is kept beside the configuration can be told from it.
    fn check_kept(&self, path: &str, purpose: Purpose, has_comment: bool) -> Result<(), Wrong> {
        let (keep, heading) = (format!("{path}.keep"), format!("{path}.heading"));
        let is_kept = self.keep == Keep::Comment;
        if purpose == Purpose::File && self.fetch.is_none() {
            return refuse(keep, "only files can be kept, and nothing is fetched", "Use `fetch`, or remove `keep`");
        }
        let fields = [(&keep, is_kept), (&heading, self.heading.is_some())];
        if let (false, Some((field, _))) = (has_comment, fields.into_iter().find(|(_, is_said)| *is_said)) {
            return refuse(field, "needs `comment`", "Add `comment`: what starts a comment on this platform");
        }
        if is_kept && purpose != Purpose::Facts {
            let problem = "has no effect: a configuration is stored as it is";
            return refuse(keep, problem, "Remove it, or use purpose = \"facts\"");
        }
        match &self.heading {
            Some(text) if text.trim().is_empty() || text.contains('\n') => {
                refuse(heading, "is not one line of text", "Write one line, such as \"context {1}\"")
            }
            Some(_) if purpose == Purpose::Facts && !is_kept => {
                let problem = "stands above nothing: the answer of a facts command is not in the text";
                refuse(heading, problem, "Add keep = \"comment\", or remove `heading`")
            }
            Some(_) if matches!(purpose, Purpose::Startup | Purpose::File) => {
                refuse(heading, "stands above nothing: this is not in the text", "Remove it")
            }
            _ => Ok(()),
        }
    }
}
