//! Statuses and levels as tags: an icon and a word each, never a colour alone.

use dioxus::prelude::*;
use netraven_api::logs::Level;
use netraven_api::runs::{DeviceState, RunStatus};

use super::icon::{Glyph, Icon};

/// What a colour means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Went well.
    Success,
    /// Went badly.
    Danger,
    /// Went partly well, or wants a look.
    Warning,
    /// Is going on.
    Info,
    /// None of these.
    #[default]
    Neutral,
}

impl Tone {
    /// The tone as class names spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Tone::Success => "success",
            Tone::Danger => "danger",
            Tone::Warning => "warning",
            Tone::Info => "info",
            Tone::Neutral => "neutral",
        }
    }
}

/// A word with a tone and an icon.
#[component]
pub fn Tag(
    text: String,
    #[props(default)] tone: Tone,
    glyph: Option<Glyph>,
    #[props(default)] turning: bool,
) -> Element {
    rsx! {
        span { class: "tag tag-{tone.as_str()}",
            if let Some(glyph) = glyph {
                Icon { glyph, size: 12, class: if turning { "spin" } else { "" } }
            }
            "{text}"
        }
    }
}

/// Status of a run.
#[component]
pub fn StatusTag(status: RunStatus, #[props(default)] cancelling: bool) -> Element {
    let (text, tone, glyph) = match status {
        RunStatus::Queued | RunStatus::Running if cancelling => ("Cancelling", Tone::Neutral, Glyph::Spinner),
        RunStatus::Queued => ("Queued", Tone::Neutral, Glyph::Waiting),
        RunStatus::Running => ("Running", Tone::Info, Glyph::Spinner),
        RunStatus::Succeeded => ("Succeeded", Tone::Success, Glyph::Check),
        RunStatus::PartlyFailed => ("Partly failed", Tone::Warning, Glyph::Alert),
        RunStatus::Failed => ("Failed", Tone::Danger, Glyph::Cross),
        RunStatus::Cancelled => ("Cancelled", Tone::Neutral, Glyph::Ban),
        RunStatus::Unknown => ("Unknown", Tone::Warning, Glyph::Alert),
    };
    rsx! {
        Tag { text, tone, glyph, turning: glyph == Glyph::Spinner }
    }
}

/// State of a device within a run.
#[component]
pub fn DeviceStateTag(state: DeviceState) -> Element {
    let (text, tone, glyph) = match state {
        DeviceState::Queued => ("Queued", Tone::Neutral, Glyph::Waiting),
        DeviceState::Running => ("Running", Tone::Info, Glyph::Spinner),
        DeviceState::Success => ("Succeeded", Tone::Success, Glyph::Check),
        DeviceState::Failure => ("Failed", Tone::Danger, Glyph::Cross),
        DeviceState::Cancelled => ("Cancelled", Tone::Neutral, Glyph::Ban),
        DeviceState::NoResult => ("No result", Tone::Warning, Glyph::Alert),
    };
    rsx! {
        Tag { text, tone, glyph, turning: state == DeviceState::Running }
    }
}

/// Level of a log line; the word alone identifies it.
#[component]
pub fn LevelTag(level: Level) -> Element {
    let (word, tone) = match level {
        Level::Debug => (level.as_str(), Tone::Neutral),
        Level::Info => (level.as_str(), Tone::Info),
        Level::Warning => ("WARN", Tone::Warning),
        Level::Error => (level.as_str(), Tone::Danger),
        Level::Critical => ("CRIT", Tone::Danger),
    };
    rsx! {
        span { class: "level level-{tone.as_str()}", "{word}" }
    }
}
