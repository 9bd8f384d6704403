//! The result of a trial: why it failed or what was read, rules for what differed, and the recording.

use dioxus::prelude::*;
use netraven_api::evidence::{Evidence, TranscriptLine};
use netraven_api::native::Native;
use netraven_api::trials::{ProposedRule, Trial, TrialPurpose, TrialState};

use crate::components::{Button, Glyph};
use crate::data::use_api;
use crate::dom;
use crate::features::terminal::{MarkedText, Terminal};
use crate::format;
use crate::state::notices::use_notices;

/// The result of a trial that has ended.
#[component]
pub fn TrialResult(trial: Trial) -> Element {
    let evidence = trial.evidence.clone().map(|evidence| *evidence).unwrap_or_default();
    let title = trial.cause.map_or(trial.state.title(), |cause| cause.title());
    let advice = evidence.advice.clone().or_else(|| trial.cause.map(|cause| cause.advice().to_owned()));
    let failed = trial.state == TrialState::Failed;
    rsx! {
        div { class: "why", role: "status",
            h3 { "{title}" }
            if let Some(message) = &trial.message {
                p { "{message}" }
            }
            if let Some(advice) = advice.filter(|_| failed) {
                p { class: "muted", "{advice}" }
            }
        }
        TrialFacts { evidence: evidence.clone() }
        if trial.purpose == TrialPurpose::Backup && trial.state == TrialState::Succeeded {
            Differences { rules: trial.proposals.clone(), unexplained: trial.unexplained.clone() }
        }
        if let Some(text) = trial.recording.clone() {
            RecordingPart { text }
        }
        if let Some(text) = trial.text.clone() {
            section { class: "side-part", aria_label: "Text as it would be stored",
                h4 { "As it would be stored" }
                MarkedText { label: "Configuration", text }
            }
        }
        SaidPart { evidence, failed, broke: trial.cause.map(|cause| cause.title().to_owned()) }
    }
}

/// What is known of the device and the session.
#[component]
fn TrialFacts(evidence: Evidence) -> Element {
    let facts = evidence.facts.clone().unwrap_or_default();
    let text = match (evidence.lines, evidence.bytes, evidence.secrets_hidden) {
        (Some(lines), Some(bytes), secrets) => Some(format!(
            "{}, {}, {} hidden",
            format::count(lines, "line"),
            format::count(bytes, "byte"),
            format::count(secrets.unwrap_or_default(), "secret")
        )),
        _ => None,
    };
    let refused = (!evidence.refused_logins.is_empty()).then(|| evidence.refused_logins.join(", "));
    let algorithms = evidence.algorithms.as_ref();
    let algorithms = algorithms.map(|used| format!("{}, {}, {}, {}", used.kex, used.host_key, used.cipher, used.mac));
    let keys = evidence.host_keys.as_ref();
    let via = (!evidence.via.is_empty()).then(|| evidence.via.join(", "));
    let rows = [
        ("Platform", evidence.platform.clone()),
        ("Model", facts.model),
        ("Serial", facts.serial),
        ("Version", facts.version),
        ("Text", text),
        ("Credential", evidence.login.clone()),
        ("Refused", refused),
        ("Through", via),
        ("Prompt", evidence.prompt.clone()),
        ("Host key", evidence.host_key.as_ref().map(ToString::to_string)),
        ("Stored key", keys.map(|keys| keys.stored.to_string())),
        ("Key it showed", keys.map(|keys| keys.offered.to_string())),
        ("Algorithms", algorithms),
    ];
    let known = rows.into_iter().filter_map(|(name, value)| Some((name, value?)));
    rsx! {
        dl { class: "facts",
            for (name, value) in known {
                dt { key: "{name}", "{name}" }
                dd { class: "wraps", "{value}" }
            }
        }
    }
}

/// What two readings say of lines that change by themselves.
#[component]
fn Differences(rules: Vec<ProposedRule>, unexplained: Vec<String>) -> Element {
    let copy = use_copy();
    let same = rules.is_empty() && unexplained.is_empty();
    rsx! {
        section { class: "side-part", aria_label: "Two readings",
            h4 { "Two readings" }
            if same {
                p { class: "muted", "Both were the same." }
            }
            if !rules.is_empty() {
                p { class: "muted", "These lines differed. With these rules in the platform's file they would not:" }
            }
            ul { class: "side-list",
                for (index, rule) in rules.into_iter().enumerate() {
                    li { key: "{index}",
                        div { class: "grow min-w-0",
                            p { class: "mono wraps", "{rule.list} = ['{rule.pattern}']" }
                            p { class: "muted mono wraps", "{rule.first}" }
                            p { class: "muted mono wraps", "{rule.second}" }
                        }
                        span { class: "muted", {rule.list.title()} }
                        Button {
                            label: "Copy",
                            named: "Copy rule {index + 1}",
                            glyph: Glyph::Copy,
                            small: true,
                            onclick: move |_| copy.call((rule.pattern.clone(), "The rule was copied.")),
                        }
                    }
                }
            }
            if !unexplained.is_empty() {
                p { class: "text-warning", "These lines differed, too, and have too little in common for a rule:" }
                pre { class: "code-block mono", aria_label: "Lines without a rule", {unexplained.join("\n")} }
            }
        }
    }
}

/// The recording, to copy and to save.
#[component]
fn RecordingPart(text: String) -> Element {
    let (api, notices, copy) = (use_api(), use_notices(), use_copy());
    let copied = text.clone();
    let save = use_callback(move |text: String| {
        let api = api.clone();
        let wish = Native::SaveFile { title: "Save the recording".to_owned(), name: "session.toml".to_owned(), text };
        spawn(async move {
            match api.ask::<Option<String>>(wish).await {
                Ok(Some(path)) => notices.done(format!("The recording was saved as {path}.")),
                Ok(None) => {}
                Err(problem) => notices.problem(&problem),
            }
        });
    });
    rsx! {
        section { class: "side-part", aria_label: "Recording",
            h4 { "Recording" }
            p { class: "muted",
                "Secrets, addresses, the device's name and the users are replaced. Read it before you pass it on: \
                 descriptions and names of other devices are left as they are."
            }
            div { class: "side-actions",
                Button {
                    label: "Save the recording",
                    glyph: Glyph::Download,
                    small: true,
                    onclick: move |_| save.call(text.clone()),
                }
                Button {
                    label: "Copy the recording",
                    glyph: Glyph::Copy,
                    small: true,
                    onclick: move |_| copy.call((copied.clone(), "The recording was copied.")),
                }
            }
        }
    }
}

/// What device and worker said to each other.
#[component]
fn SaidPart(evidence: Evidence, failed: bool, #[props(!optional)] broke: Option<String>) -> Element {
    let Evidence { transcript, last_seen, said, .. } = evidence;
    let tail = last_seen.filter(|seen| transcript.is_empty() && !seen.is_empty());
    let lines = tail.map(|seen| seen.lines().map(TranscriptLine::of_device).collect());
    let transcript: Vec<TranscriptLine> = lines.unwrap_or(transcript);
    rsx! {
        if !transcript.is_empty() {
            Terminal { title: "Transcript", transcript, said: said.filter(|_| failed), broke: broke.filter(|_| failed) }
        }
    }
}

/// Puts a text on the clipboard and says so.
fn use_copy() -> Callback<(String, &'static str)> {
    let notices = use_notices();
    use_callback(move |(text, done): (String, &'static str)| {
        spawn(async move {
            if dom::copy(&text).await {
                notices.done(done);
            } else {
                notices.wrong("The clipboard is not available. Mark the text and copy it with Ctrl C.");
            }
        });
    })
}
