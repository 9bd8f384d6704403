//! How a run ended, as charts show it: each outcome with a colour, a pattern and a word.

use netraven_api::runs::{OutcomeBucket, RunStatus};

use crate::format;

/// How a run ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every device succeeded.
    Succeeded,
    /// It has not ended.
    UnderWay,
    /// A person cancelled it.
    Cancelled,
    /// How it ended is not known.
    Unknown,
    /// Some devices failed.
    PartlyFailed,
    /// Every device failed.
    Failed,
}

impl Outcome {
    /// Every outcome, from the bottom of a bar to its top: what is to be seen is never covered.
    pub const ALL: [Outcome; 6] = [
        Outcome::Succeeded,
        Outcome::UnderWay,
        Outcome::Cancelled,
        Outcome::Unknown,
        Outcome::PartlyFailed,
        Outcome::Failed,
    ];

    /// The outcome of a state.
    #[must_use]
    pub fn of(status: RunStatus) -> Outcome {
        match status {
            RunStatus::Queued | RunStatus::Running => Outcome::UnderWay,
            RunStatus::Succeeded => Outcome::Succeeded,
            RunStatus::PartlyFailed => Outcome::PartlyFailed,
            RunStatus::Failed => Outcome::Failed,
            RunStatus::Cancelled => Outcome::Cancelled,
            RunStatus::Unknown => Outcome::Unknown,
        }
    }

    /// The states it stands for.
    #[must_use]
    pub fn statuses(self) -> &'static [RunStatus] {
        match self {
            Outcome::Succeeded => &[RunStatus::Succeeded],
            Outcome::UnderWay => &[RunStatus::Queued, RunStatus::Running],
            Outcome::Cancelled => &[RunStatus::Cancelled],
            Outcome::Unknown => &[RunStatus::Unknown],
            Outcome::PartlyFailed => &[RunStatus::PartlyFailed],
            Outcome::Failed => &[RunStatus::Failed],
        }
    }

    /// Its name in the style.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Succeeded => "succeeded",
            Outcome::UnderWay => "active",
            Outcome::Cancelled => "cancelled",
            Outcome::Unknown => "unknown",
            Outcome::PartlyFailed => "partly",
            Outcome::Failed => "failed",
        }
    }

    /// What it is drawn like; one that is not known is as pale as one that was cancelled.
    #[must_use]
    pub fn look(self) -> &'static str {
        if self == Outcome::Unknown { Outcome::Cancelled.as_str() } else { self.as_str() }
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Succeeded => "succeeded",
            Outcome::UnderWay => "under way",
            Outcome::Cancelled => "cancelled",
            Outcome::Unknown => "unknown",
            Outcome::PartlyFailed => "partly failed",
            Outcome::Failed => "failed",
        }
    }

    /// The pattern it is filled with, one of [`super::patterns::Patterns`]; none for a plain colour.
    #[must_use]
    pub fn fill(self) -> Option<&'static str> {
        match self {
            Outcome::PartlyFailed => Some("url(#hatch-partly)"),
            Outcome::Failed => Some("url(#hatch-failed)"),
            Outcome::UnderWay => Some("url(#hatch-active)"),
            Outcome::Succeeded | Outcome::Cancelled | Outcome::Unknown => None,
        }
    }

    /// Runs of this outcome.
    #[must_use]
    pub fn runs(self, bucket: &OutcomeBucket) -> i64 {
        bucket.runs(self.statuses())
    }
}

/// Every run of some bars in words: `14 runs, 11 succeeded, 3 failed`.
#[must_use]
pub fn told<'a>(buckets: impl IntoIterator<Item = &'a OutcomeBucket> + Clone) -> String {
    let sum = |outcome: Outcome| -> i64 { buckets.clone().into_iter().map(|bucket| outcome.runs(bucket)).sum() };
    let mut words = format::count(Outcome::ALL.into_iter().map(sum).sum(), "run");
    for outcome in Outcome::ALL {
        let runs = sum(outcome);
        if runs > 0 {
            words.push_str(&format!(", {} {}", format::number(runs), outcome.word()));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_one_outcome() {
        for status in RunStatus::ALL {
            let of: Vec<Outcome> =
                Outcome::ALL.into_iter().filter(|outcome| outcome.statuses().contains(&status)).collect();
            assert_eq!(of, [Outcome::of(status)], "{status:?}");
        }
    }
}
