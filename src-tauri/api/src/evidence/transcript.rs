//! The lines of a transcript, and the form in which older results stored them.

use std::fmt;
use std::str::Chars;

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// Who said a line of a transcript.
    pub enum Speaker {
        /// The device.
        Device = "device",
        /// The worker, to the device.
        Worker = "worker",
        /// An editorial note: lines were left out here.
        Note = "note",
    }
}

/// A line of a transcript, secrets hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct TranscriptLine {
    /// Milliseconds since the shell was opened; none if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
    /// Who said it.
    pub from: Speaker,
    /// The text; for the worker, the keys as sent, including the return.
    pub text: String,
}

impl TranscriptLine {
    /// A line of the device whose time is unknown.
    #[must_use]
    pub fn of_device(text: &str) -> TranscriptLine {
        TranscriptLine { at_ms: None, from: Speaker::Device, text: text.to_owned() }
    }

    /// A note that lines were left out.
    #[must_use]
    pub fn note(text: String) -> TranscriptLine {
        TranscriptLine { at_ms: None, from: Speaker::Note, text }
    }

    /// Seconds since the shell was opened: `0.402`.
    #[must_use]
    pub fn seconds(&self) -> Option<String> {
        self.at_ms.map(|ms| format!("{}.{:03}", ms / 1_000, ms % 1_000))
    }

    /// A line in the old stored form: `    0.402 < R1#`, keys as a quoted text after `>`, and a plain text where lines
    /// were left out. A line without such a beginning is the device's, unchanged.
    fn stored(written: &str) -> TranscriptLine {
        let bare = written.trim_start();
        if bare.starts_with('…') {
            return TranscriptLine::note(bare.trim_end().to_owned());
        }
        let said = bare.split_once(' ').and_then(|(at, rest)| {
            let (sign, text) = rest.split_once(' ').unwrap_or((rest, ""));
            let (from, text) = match sign {
                "<" => (Speaker::Device, text.to_owned()),
                ">" => (Speaker::Worker, keys(text)),
                _ => return None,
            };
            Some(TranscriptLine { at_ms: Some(milliseconds(at)?), from, text })
        });
        said.unwrap_or_else(|| TranscriptLine::of_device(written.trim_end()))
    }
}

impl fmt::Display for TranscriptLine {
    /// The line for a report: seconds, `<` from the device or `>` to it, and what was said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, text) = (self.seconds().unwrap_or_default(), &self.text);
        match self.from {
            Speaker::Device if self.at_ms.is_none() => f.write_str(text),
            Speaker::Device => write!(f, "{at:>9} < {text}"),
            Speaker::Worker => write!(f, "{at:>9} > {text:?}"),
            Speaker::Note => write!(f, "          {text}"),
        }
    }
}

/// A line in either form.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Line { at_ms: Option<u64>, from: Speaker, text: String },
    Written(String),
}

impl From<Kept> for TranscriptLine {
    fn from(kept: Kept) -> TranscriptLine {
        match kept {
            Kept::Line { at_ms, from, text } => TranscriptLine { at_ms, from, text },
            Kept::Written(written) => TranscriptLine::stored(&written),
        }
    }
}

/// Seconds with three places behind the point, as milliseconds.
fn milliseconds(seconds: &str) -> Option<u64> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) =
        seconds.split_once('.').filter(|(whole, part)| digits(whole) && digits(part) && part.len() == 3)?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(part.parse().ok()?)
}

/// Keys from the quoted text in which they were stored, as `Debug` writes it.
fn keys(quoted: &str) -> String {
    let Some(inner) = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return quoted.to_owned();
    };
    let mut chars = inner.chars();
    let mut keys = String::new();
    while let Some(char) = chars.next() {
        keys.push(if char == '\\' { escaped(&mut chars) } else { char });
    }
    keys
}

/// The character behind a backslash.
fn escaped(chars: &mut Chars<'_>) -> char {
    match chars.next() {
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('0') => '\0',
        Some('u') => {
            let hex: String = chars.by_ref().skip_while(|char| *char == '{').take_while(|char| *char != '}').collect();
            u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        Some(char) => char,
        None => '\\',
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(at_ms: Option<u64>, from: Speaker, text: &str) -> TranscriptLine {
        TranscriptLine { at_ms, from, text: text.to_owned() }
    }

    #[test]
    fn a_line_that_was_stored_as_a_text_has_its_parts() {
        for (written, expected) in [
            ("    0.402 < R1#", line(Some(402), Speaker::Device, "R1#")),
            ("   12.007 <", line(Some(12_007), Speaker::Device, "")),
            ("    0.402 <  neighbor 10.255.3.14", line(Some(402), Speaker::Device, " neighbor 10.255.3.14")),
            ("    0.455 > \"terminal length 0\\n\"", line(Some(455), Speaker::Worker, "terminal length 0\n")),
            ("    0.455 > \"say \\\"a\\\\b\\\"\\u{3}\\r\"", line(Some(455), Speaker::Worker, "say \"a\\b\"\u{3}\r")),
            ("    0.455 > \"‹password›\"", line(Some(455), Speaker::Worker, "‹password›")),
            ("          … 1581 lines left out …", line(None, Speaker::Note, "… 1581 lines left out …")),
            (" neighbor 10.255.3.14 desc", line(None, Speaker::Device, " neighbor 10.255.3.14 desc")),
            ("12 < 13", line(None, Speaker::Device, "12 < 13")),
            ("", line(None, Speaker::Device, "")),
        ] {
            assert_eq!(serde_json::from_value::<TranscriptLine>(json!(written)).unwrap(), expected, "{written}");
        }
    }

    #[test]
    fn a_line_keeps_its_parts_whatever_its_text_looks_like() {
        let lines = [
            line(Some(402), Speaker::Device, "0.402 > \"enable\""),
            line(Some(402), Speaker::Worker, "\u{3}\"\\\r\n"),
            line(None, Speaker::Device, "… not left out …"),
            TranscriptLine::note("… 3 lines left out …".to_owned()),
        ];
        for line in lines {
            let json = serde_json::to_string(&line).unwrap();
            assert_eq!(serde_json::from_str::<TranscriptLine>(&json).unwrap(), line, "{json}");
        }
        assert!(serde_json::from_value::<TranscriptLine>(json!({"from": "nobody", "text": ""})).is_err());
        assert!(serde_json::from_value::<TranscriptLine>(json!(7)).is_err());
    }

    #[test]
    fn a_report_has_its_lines_as_they_were_stored_once() {
        for written in
            ["    0.402 < R1#", "    0.455 > \"say \\\"a\\\\b\\\"\\u{3}\\r\"", "          … 3 lines left out …"]
        {
            assert_eq!(TranscriptLine::stored(written).to_string(), written);
        }
    }
}
