//! The parts of each bar: how high they are, and which a key leads to.

use netraven_api::runs::{RunOutcomes, RunStatus};

use super::outcome::Outcome;

/// A part of a bar, in percent of the chart's height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// The bar.
    pub place: usize,
    /// The outcome it stands for.
    pub outcome: Outcome,
    /// How many runs.
    pub runs: i64,
    /// Its upper edge.
    pub top: f64,
    /// Its height.
    pub height: f64,
}

/// Every visible part, the lowest of each bar first.
#[must_use]
pub fn pieces(outcomes: &RunOutcomes) -> Vec<Piece> {
    let highest = outcomes.buckets.iter().map(|bucket| bucket.runs(&RunStatus::ALL)).max().unwrap_or_default().max(1);
    let mut pieces = Vec::new();
    for (place, bucket) in outcomes.buckets.iter().enumerate() {
        let mut below = 0.0;
        for (outcome, runs) in Outcome::ALL.map(|outcome| (outcome, outcome.runs(bucket))) {
            if runs == 0 {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "a height on screen")]
            // What is there is seen, even a single failure among thousands.
            let height = (runs as f64 / highest as f64 * 100.0).max(5.0);
            below += height;
            pieces.push(Piece { place, outcome, runs, top: (100.0_f64 - below).max(0.0), height });
        }
    }
    pieces
}

/// The outcomes in a bar, from its bottom.
#[must_use]
pub fn parts_of(outcomes: &RunOutcomes, place: usize) -> Vec<Outcome> {
    let bucket = outcomes.buckets.get(place);
    Outcome::ALL.into_iter().filter(|outcome| bucket.is_some_and(|bucket| outcome.runs(bucket) > 0)).collect()
}

/// The part above or below one; none is the bar itself, below its lowest part.
#[must_use]
pub fn beside(parts: &[Outcome], part: Option<Outcome>, above: bool) -> Option<Outcome> {
    let here = part.and_then(|part| parts.iter().position(|known| *known == part));
    match (here, above) {
        (None, true) => parts.first().copied(),
        (None, false) => None,
        (Some(here), true) => Some(parts[(here + 1).min(parts.len() - 1)]),
        (Some(here), false) => here.checked_sub(1).map(|below| parts[below]),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use netraven_api::runs::OutcomeBucket;

    use super::*;

    fn bucket(hour: i64, runs: &[(RunStatus, i64)]) -> OutcomeBucket {
        let at = |hour| Timestamp::from_second(hour * 3_600).unwrap();
        OutcomeBucket { start: at(hour), end: at(hour + 1), by_status: runs.iter().copied().collect() }
    }

    fn outcomes() -> RunOutcomes {
        let rare = bucket(0, &[(RunStatus::Succeeded, 999), (RunStatus::Failed, 1)]);
        let buckets = vec![rare, bucket(1, &[]), bucket(2, &[(RunStatus::Queued, 100), (RunStatus::Running, 400)])];
        RunOutcomes { buckets, note: None }
    }

    #[test]
    fn parts_stand_on_each_other_and_a_rare_failure_is_still_seen() {
        let pieces = pieces(&outcomes());
        let shape: Vec<(usize, &str, i64)> =
            pieces.iter().map(|piece| (piece.place, piece.outcome.as_str(), piece.runs)).collect();
        assert_eq!(shape, [(0, "succeeded", 999), (0, "failed", 1), (2, "active", 500)]);
        assert_eq!((pieces[1].top, pieces[1].height, pieces[2].top), (0.0, 5.0, 50.0));
    }

    #[test]
    fn the_keys_walk_up_and_down_the_parts_of_a_bar() {
        let parts = parts_of(&outcomes(), 0);
        let steps = |keys: &[bool]| keys.iter().fold(None, |part, above| beside(&parts, part, *above));
        assert_eq!(steps(&[true]), Some(Outcome::Succeeded));
        assert_eq!(steps(&[true, true, true]), Some(Outcome::Failed));
        assert_eq!((steps(&[true, true, false]), steps(&[true, false])), (Some(Outcome::Succeeded), None));
        assert_eq!((steps(&[false]), beside(&[], None, true)), (None, None));
    }
}
