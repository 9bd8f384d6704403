//! What device and worker said to each other, secrets hidden, the place where it broke marked.

use dioxus::prelude::*;

use crate::components::{Glyph, Icon};
use crate::{dom, format};

/// The element that scrolls, and the line in it at which the session broke.
const TEXT: &str = "said";
const BROKE: &str = "said-broke";

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Device,
    Worker,
    /// Nobody: it tells what was left out.
    Note,
}

impl Who {
    fn as_str(self) -> &'static str {
        match self {
            Who::Device => "device",
            Who::Worker => "worker",
            Who::Note => "note",
        }
    }
}

/// A line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// Seconds since the shell was opened, as they are written.
    at: Option<String>,
    who: Who,
    text: String,
    /// What was typed behind the device's text, as a terminal shows it.
    typed: Option<String>,
}

impl Line {
    /// A line as the worker writes it: seconds, `<` from the device or `>` to it, and what was said.
    fn read(written: &str) -> Line {
        let bare = |who| Line { at: None, who, text: written.trim().to_owned(), typed: None };
        if written.trim_start().starts_with('…') {
            return bare(Who::Note);
        }
        let parts = written.trim_start().split_once(' ').filter(|(at, _)| at.parse::<f64>().is_ok());
        let said = parts.and_then(|(at, rest)| {
            let (sign, text) = rest.split_once(' ').unwrap_or((rest, ""));
            let who = match sign {
                "<" => Who::Device,
                ">" => Who::Worker,
                _ => return None,
            };
            Some((at, who, text))
        });
        match said {
            // Keys are written as a quoted text; the quotes and the return at its end say nothing.
            Some((at, Who::Worker, text)) => {
                let keys = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
                let typed = keys.strip_suffix("\\n").or_else(|| keys.strip_suffix("\\r")).unwrap_or(keys);
                let text = if typed.is_empty() { "⏎".to_owned() } else { typed.to_owned() };
                Line { at: Some(at.to_owned()), who: Who::Worker, text, typed: None }
            }
            Some((at, who, text)) => Line { at: Some(at.to_owned()), who, text: text.to_owned(), typed: None },
            None => Line { text: written.trim_end().to_owned(), ..bare(Who::Device) },
        }
    }
}

/// The lines of a record, what was sent put behind the prompt that it answers: devices echo what is typed, passwords apart.
fn conversation(written: &[String]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(written.len());
    for line in written.iter().map(|line| Line::read(line)) {
        match lines.last_mut() {
            Some(prompt) if line.who == Who::Worker && prompt.who == Who::Device && prompt.typed.is_none() => {
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
pub fn Terminal(title: String, written: Vec<String>, said: Option<String>, broke: Option<String>) -> Element {
    let lines = conversation(&written);
    let hidden = written.iter().map(|line| line.matches('‹').count()).sum::<usize>();
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
                        class: "said said-{line.who.as_str()}",
                        onmounted: move |_| {
                            if marked == Some(index) {
                                dom::scroll_to(TEXT, BROKE);
                            }
                        },
                        "data-state": if marked == Some(index) { "broke" },
                        span { class: "said-at", {line.at.clone().unwrap_or_default()} }
                        span {
                            if line.who == Who::Worker {
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

/// The line where it broke.
fn place(lines: &[Line], said: Option<&str>) -> Option<usize> {
    let from_device = |line: &Line| line.who == Who::Device && (line.typed.is_some() || !line.text.trim().is_empty());
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

    fn line(at: Option<&str>, who: Who, text: &str) -> Line {
        Line { at: at.map(str::to_owned), who, text: text.to_owned(), typed: None }
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
    fn a_line_tells_when_and_by_whom_it_was_said() {
        for (written, expected) in [
            ("    0.402 < R1#", line(Some("0.402"), Who::Device, "R1#")),
            ("    0.455 > \"terminal length 0\\n\"", line(Some("0.455"), Who::Worker, "terminal length 0")),
            ("    0.455 > \"\\r\"", line(Some("0.455"), Who::Worker, "⏎")),
            ("          … 1581 lines left out …", line(None, Who::Note, "… 1581 lines left out …")),
            (" neighbor 10.255.3.14 desc", line(None, Who::Device, " neighbor 10.255.3.14 desc")),
            ("12 < 13", line(Some("12"), Who::Device, "13")),
            ("interface Gi0/1", line(None, Who::Device, "interface Gi0/1")),
        ] {
            assert_eq!(Line::read(written), expected, "{written}");
        }
    }

    #[test]
    fn what_was_typed_stands_behind_its_prompt_as_on_a_terminal() {
        let written = [
            "0.0 < R1>enable",
            "0.1 > \"enable\\n\"",
            "0.2 < Password:",
            "0.2 > \"‹password›\"",
            "0.2 > \"\\r\"",
            "0.3 < R1#",
        ];
        let lines = conversation(&written.map(str::to_owned));
        let told: Vec<(&str, Option<&str>)> =
            lines.iter().map(|line| (line.text.as_str(), line.typed.as_deref())).collect();
        assert_eq!(told, [("R1>", Some("enable")), ("Password:", Some("‹password›")), ("⏎", None), ("R1#", None)]);
    }

    #[test]
    fn the_place_is_what_the_device_objected_with_or_the_last_it_said() {
        let lines = ["1.0 > \"show run\\n\"", "1.1 < % Invalid input detected", "1.2 < R1#", "1.3 > \"exit\\n\""]
            .map(Line::read);
        assert_eq!(place(&lines, Some("% Invalid input detected")), Some(1));
        assert_eq!(place(&lines, None), Some(2));
        assert_eq!(place(&lines[..1], None), Some(0));
        assert_eq!(place(&[], Some("x")), None);
    }
}
