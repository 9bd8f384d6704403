//! What device and worker said to each other, secrets hidden, the place where it broke marked.

use dioxus::prelude::*;
use netraven_api::evidence::{Speaker, TranscriptLine};

use crate::components::{Glyph, Icon};
use crate::{dom, format};

/// The element that scrolls, and the line in it at which the session broke.
const TEXT: &str = "said";
const BROKE: &str = "said-broke";

/// A line of a transcript as a terminal shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// Seconds since the shell was opened.
    at: Option<String>,
    from: Speaker,
    text: String,
    /// What was typed behind the device's text.
    typed: Option<String>,
}

impl From<&TranscriptLine> for Line {
    fn from(line: &TranscriptLine) -> Line {
        let text = if line.from == Speaker::Worker { typed(&line.text) } else { line.text.clone() };
        Line { at: line.seconds(), from: line.from, text, typed: None }
    }
}

/// Keys as they are shown: the return at their end says nothing, unless it is all there is.
fn typed(keys: &str) -> String {
    let shown = keys.strip_suffix(['\n', '\r']).unwrap_or(keys);
    let show = |key: char| if key.is_control() { key.escape_debug().to_string() } else { key.to_string() };
    if shown.is_empty() { "⏎".to_owned() } else { shown.chars().map(show).collect() }
}

/// The lines of a record, what was sent put behind the prompt that it answers: devices echo what is typed, passwords apart.
fn conversation(transcript: &[TranscriptLine]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(transcript.len());
    for line in transcript.iter().map(Line::from) {
        match lines.last_mut() {
            Some(prompt)
                if line.from == Speaker::Worker && prompt.from == Speaker::Device && prompt.typed.is_none() =>
            {
                if let Some(said) = prompt.text.strip_suffix(&line.text) {
                    prompt.text = said.to_owned();
                }
                prompt.typed = Some(line.text);
            }
            _ => lines.push(line),
        }
    }
    lines
}

/// Text as device and worker said it. `said` is the line the device objected with, where there is one; the place is else
/// the last thing the device said. `broke` says there what happened.
#[component]
pub fn Terminal(
    title: String,
    transcript: Vec<TranscriptLine>,
    said: Option<String>,
    broke: Option<String>,
) -> Element {
    let lines = conversation(&transcript);
    let hidden = transcript.iter().map(|line| line.text.matches('‹').count()).sum::<usize>();
    let marked = broke.as_ref().and_then(|_| place(&lines, said.as_deref()));
    let caption =
        format!("{title}, redacted: {} hidden", format::count(i64::try_from(hidden).unwrap_or_default(), "secret"));
    rsx! {
        figure { class: "terminal", aria_label: "{title}",
            pre { id: TEXT, tabindex: "0",
                for (index, line) in lines.into_iter().enumerate() {
                    div {
                        key: "{index}",
                        id: if marked == Some(index) { BROKE },
                        class: "said said-{line.from}",
                        onmounted: move |_| {
                            if marked == Some(index) {
                                dom::scroll_to(TEXT, BROKE);
                            }
                        },
                        "data-state": if marked == Some(index) { "broke" },
                        span { class: "said-at", {line.at.clone().unwrap_or_default()} }
                        span {
                            if line.from == Speaker::Worker {
                                span { class: "sr-only", "sent: " }
                            }
                            for (index, (secret, part)) in secrets_apart(&line.text).into_iter().enumerate() {
                                span { key: "{index}", class: if secret { "text-warning" }, "{part}" }
                            }
                            if let Some(typed) = &line.typed {
                                span { class: "sr-only", " sent: " }
                                span { class: "said-typed", "{typed}" }
                            }
                            if let Some(broke) = broke.as_ref().filter(|_| marked == Some(index)) {
                                mark { class: "broke-here", "{broke}" }
                            }
                        }
                    }
                }
            }
            figcaption {
                Icon { glyph: Glyph::Lock, size: 12 }
                "{caption}"
            }
        }
    }
}

/// A text as it is stored, its hidden secrets marked.
#[component]
pub fn MarkedText(label: String, text: String) -> Element {
    rsx! {
        pre { class: "code-block mono", tabindex: "0", aria_label: "{label}",
            for (index, (secret, part)) in secrets_apart(&text).into_iter().enumerate() {
                span { key: "{index}", class: if secret { "text-warning" }, "{part}" }
            }
        }
    }
}

/// The line where it broke.
fn place(lines: &[Line], said: Option<&str>) -> Option<usize> {
    let from_device =
        |line: &Line| line.from == Speaker::Device && (line.typed.is_some() || !line.text.trim().is_empty());
    said.map(str::trim)
        .filter(|said| !said.is_empty())
        .and_then(|said| lines.iter().rposition(|line| from_device(line) && line.text.contains(said)))
        .or_else(|| lines.iter().rposition(from_device))
        .or_else(|| lines.len().checked_sub(1))
}

/// A text in parts, hidden secrets (`‹…›`) apart.
fn secrets_apart(text: &str) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(from) = rest.find('‹') {
        let Some(length) = rest[from..].find('›') else { break };
        let end = from + length + '›'.len_utf8();
        parts.push((false, &rest[..from]));
        parts.push((true, &rest[from..end]));
        rest = &rest[end..];
    }
    parts.push((false, rest));
    parts.retain(|(_, part)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at_ms: u64, from: Speaker, text: &str) -> TranscriptLine {
        TranscriptLine { at_ms: Some(at_ms), from, text: text.to_owned() }
    }

    #[test]
    fn hidden_secrets_stand_apart() {
        assert_eq!(
            secrets_apart("enable ‹secret 7c1e› end"),
            [(false, "enable "), (true, "‹secret 7c1e›"), (false, " end")]
        );
        assert_eq!(secrets_apart("open ‹"), [(false, "open ‹")]);
    }

    #[test]
    fn keys_are_shown_without_the_return_that_sends_them() {
        for (keys, shown) in [
            ("terminal length 0\n", "terminal length 0"),
            ("\r", "⏎"),
            ("q\u{3}\n", "q\\u{3}"),
            ("say \"a\\b\"", "say \"a\\b\""),
        ] {
            assert_eq!(Line::from(&line(455, Speaker::Worker, keys)).text, shown);
        }
        let said = Line::from(&line(402, Speaker::Device, "12 < 13"));
        assert_eq!((said.at.as_deref(), said.text.as_str()), (Some("0.402"), "12 < 13"));
    }

    #[test]
    fn what_was_typed_stands_behind_its_prompt_as_on_a_terminal() {
        let transcript = [
            line(0, Speaker::Device, "R1>enable"),
            line(100, Speaker::Worker, "enable\n"),
            line(200, Speaker::Device, "Password:"),
            line(200, Speaker::Worker, "‹password›"),
            line(200, Speaker::Worker, "\r"),
            line(300, Speaker::Device, "R1#"),
        ];
        let lines = conversation(&transcript);
        let told: Vec<(&str, Option<&str>)> =
            lines.iter().map(|line| (line.text.as_str(), line.typed.as_deref())).collect();
        assert_eq!(told, [("R1>", Some("enable")), ("Password:", Some("‹password›")), ("⏎", None), ("R1#", None)]);
    }

    #[test]
    fn the_place_is_what_the_device_objected_with_or_the_last_it_said() {
        let lines = [
            line(1_000, Speaker::Worker, "show run\n"),
            line(1_100, Speaker::Device, "% Invalid input detected"),
            line(1_200, Speaker::Device, "R1#"),
            line(1_300, Speaker::Worker, "exit\n"),
        ]
        .map(|line| Line::from(&line));
        assert_eq!(place(&lines, Some("% Invalid input detected")), Some(1));
        assert_eq!(place(&lines, None), Some(2));
        assert_eq!(place(&lines[..1], None), Some(0));
        assert_eq!(place(&[], Some("x")), None);
    }
}
