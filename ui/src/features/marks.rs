//! A device's result as a small sign: its shape shows where it broke, its colour whether that may pass by itself.

use dioxus::prelude::*;
use netraven_api::matrix::MatrixCell;
use netraven_api::outcome::Cause;
use netraven_api::runs::{DeviceState, RunStatus};

use crate::components::Tone;

/// A shape by what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Well,
    NotReached,
    NotTrusted,
    NotLetIn,
    NotRead,
    Broken,
    Cancelled,
    Working,
    Waiting,
    Untold,
}

impl Mark {
    /// The shape of a state, and of the cause where it is a failure.
    #[must_use]
    pub fn of(cell: MatrixCell) -> Mark {
        match (cell.state, cell.cause) {
            (DeviceState::Success, _) => Mark::Well,
            (DeviceState::Queued, _) => Mark::Waiting,
            (DeviceState::Running, _) => Mark::Working,
            (DeviceState::Cancelled, _) => Mark::Cancelled,
            (DeviceState::NoResult, _) => Mark::Untold,
            (DeviceState::Failure, None) => Mark::Broken,
            (DeviceState::Failure, Some(cause)) => match cause {
                Cause::NameNotResolved
                | Cause::Unreachable
                | Cause::Refused
                | Cause::TimeoutConnect
                | Cause::NotConnected
                | Cause::JumpUnreachable
                | Cause::JumpRefused
                | Cause::NotSsh => Mark::NotReached,
                Cause::HostKeyChanged | Cause::NoCommonCrypto | Cause::CryptoPolicy => Mark::NotTrusted,
                Cause::NoCredentials
                | Cause::AwaitingApproval
                | Cause::OutsideNetworks
                | Cause::AgentUnavailable
                | Cause::QuestionUnanswered
                | Cause::AuthFailed
                | Cause::PrivilegeRefused => Mark::NotLetIn,
                Cause::PromptNotSeen
                | Cause::CommandRejected
                | Cause::EmptyAnswer
                | Cause::Truncated
                | Cause::Unsettled
                | Cause::Disconnected
                | Cause::Timeout
                | Cause::TooLarge
                | Cause::UnknownPlatform => Mark::NotRead,
                Cause::Cancelled => Mark::Cancelled,
                Cause::Internal => Mark::Broken,
            },
        }
    }

    /// What it stands for, in words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Mark::Well => "succeeded",
            Mark::NotReached => "not reached",
            Mark::NotTrusted => "not trusted",
            Mark::NotLetIn => "sign-in refused",
            Mark::NotRead => "read failed",
            Mark::Broken => "failed here",
            Mark::Cancelled => "cancelled",
            Mark::Working => "under way",
            Mark::Waiting => "waiting",
            Mark::Untold => "no result",
        }
    }

    /// The shape in a field of 12 by 12.
    fn path(self) -> &'static str {
        match self {
            Mark::Well => "M6 3.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6z",
            Mark::NotReached => "M6 1.5l5 9h-10z",
            Mark::NotTrusted => "M6 1l5 5-5 5-5-5z",
            Mark::NotLetIn => {
                "M2.8 1.4L6 4.6l3.2-3.2 1.4 1.4L7.4 6l3.2 3.2-1.4 1.4L6 7.4l-3.2 3.2-1.4-1.4L4.6 6 1.4 2.8z"
            }
            Mark::NotRead => "M1.5 1.5h9v4h-9zM1.5 7h4.5v3.5h-4.5z",
            Mark::Broken => "M4.8 1h2.4v3.8H11v2.4H7.2V11H4.8V7.2H1V4.8h3.8z",
            Mark::Cancelled => "M1.5 5h9v2h-9z",
            Mark::Working => "M6 2a4 4 0 1 0 0 8z",
            Mark::Untold => "M1.5 2h9v2.2h-9zM1.5 7.8h9V10h-9z",
            Mark::Waiting => "M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM6 3.4a2.6 2.6 0 1 1 0 5.2a2.6 2.6 0 1 1 0-5.2z",
        }
    }
}

/// The colour of a cell: amber where a retry may help, red where a person has to.
fn tone(cell: MatrixCell) -> Tone {
    match (cell.state, cell.cause) {
        (DeviceState::Success, _) => Tone::Success,
        (DeviceState::Queued | DeviceState::Cancelled, _) => Tone::Neutral,
        (DeviceState::Running, _) => Tone::Info,
        (DeviceState::NoResult, _) => Tone::Warning,
        (DeviceState::Failure, Some(cause)) if cause.retry_may_help() => Tone::Warning,
        (DeviceState::Failure, _) => Tone::Danger,
    }
}

/// A device's result in words.
#[must_use]
pub fn said(cell: MatrixCell) -> &'static str {
    cell.cause.map_or_else(|| Mark::of(cell).title(), Cause::title)
}

/// The sign of a cell; the words stand beside it or in the label around it.
#[component]
pub fn CellMark(cell: MatrixCell) -> Element {
    rsx! {
        Shape { mark: Mark::of(cell), tone: tone(cell) }
    }
}

/// The sign of a run as a whole.
#[component]
pub fn RunMark(status: RunStatus) -> Element {
    let (mark, tone) = match status {
        RunStatus::Queued => (Mark::Waiting, Tone::Neutral),
        RunStatus::Running => (Mark::Working, Tone::Info),
        RunStatus::Succeeded => (Mark::Well, Tone::Success),
        RunStatus::PartlyFailed => (Mark::NotReached, Tone::Warning),
        RunStatus::Failed => (Mark::NotLetIn, Tone::Danger),
        RunStatus::Cancelled => (Mark::Cancelled, Tone::Neutral),
        RunStatus::Unknown => (Mark::Untold, Tone::Warning),
    };
    rsx! {
        Shape { mark, tone }
    }
}

/// A shape in a colour.
#[component]
pub fn Shape(mark: Mark, tone: Tone) -> Element {
    rsx! {
        svg { class: "mark mark-{tone.as_str()}", width: "12", height: "12", view_box: "0 0 12 12", "aria-hidden": "true",
            path { d: mark.path(), fill: "currentColor", fill_rule: "evenodd" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_meanings_have_the_same_shape() {
        let marks: Vec<Mark> = Cause::ALL
            .into_iter()
            .map(|cause| Mark::of(MatrixCell { state: DeviceState::Failure, cause: Some(cause) }))
            .chain([Mark::Well, Mark::Working, Mark::Waiting, Mark::Untold])
            .collect();
        for one in &marks {
            for other in &marks {
                assert_eq!(one == other, one.path() == other.path(), "{one:?} {other:?}");
                assert_eq!(one == other, one.title() == other.title(), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn amber_is_what_a_retry_may_help() {
        let failed = |cause| MatrixCell { state: DeviceState::Failure, cause: Some(cause) };
        assert_eq!((tone(failed(Cause::Timeout)), tone(failed(Cause::AuthFailed))), (Tone::Warning, Tone::Danger));
    }
}
