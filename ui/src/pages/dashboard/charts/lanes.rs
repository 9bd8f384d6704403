//! Stretches that overlap, put into lanes in which none does; what finds no lane is counted where it is.

/// A stretch on an axis from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub until: f64,
}

impl Stretch {
    /// A stretch no narrower than can be seen and pressed, within the axis.
    #[must_use]
    pub fn seen(from: f64, until: f64, least: f64) -> Stretch {
        let from = from.min(1.0 - least).max(0.0);
        Stretch { from, until: until.max(from + least).min(1.0) }
    }

    /// Its width.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.until - self.from
    }
}

/// Where stretches overlap that found no lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crowd {
    /// From the first one's beginning to the last one's end.
    pub stretch: Stretch,
    /// How many they are.
    pub count: usize,
}

/// Stretches in lanes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lanes {
    /// The lane of each stretch; none where all lanes were taken.
    pub lane: Vec<Option<usize>>,
    /// Those without a lane, the leftmost first.
    pub crowds: Vec<Crowd>,
}

impl Lanes {
    /// Puts stretches, in the order of their beginnings, each into the first lane that is free by then; `gap` is left
    /// between two in one lane.
    #[must_use]
    pub fn pack(stretches: &[Stretch], most: usize, gap: f64) -> Lanes {
        let mut ends: Vec<f64> = Vec::new();
        let mut lanes = Lanes::default();
        for stretch in stretches {
            let free = ends.iter().position(|end| *end + gap <= stretch.from);
            let lane = free.or_else(|| (ends.len() < most).then_some(ends.len()));
            match lane {
                Some(lane) if lane == ends.len() => ends.push(stretch.until),
                Some(lane) => ends[lane] = stretch.until,
                None => lanes.crowd(*stretch, gap),
            }
            lanes.lane.push(lane);
        }
        lanes
    }

    /// How many found no lane.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.crowds.iter().map(|crowd| crowd.count).sum()
    }

    fn crowd(&mut self, stretch: Stretch, gap: f64) {
        match self.crowds.last_mut() {
            Some(last) if stretch.from <= last.stretch.until + gap => {
                last.count += 1;
                last.stretch.until = last.stretch.until.max(stretch.until);
            }
            _ => self.crowds.push(Crowd { stretch, count: 1 }),
        }
    }
}

/// How many stretches, in the order of their beginnings, overlap at most.
#[must_use]
pub fn deepest(stretches: &[(i64, i64)]) -> usize {
    let mut open: Vec<i64> = Vec::new();
    let mut deepest = 0;
    for (from, until) in stretches {
        open.retain(|end| end > from);
        open.push(*until);
        deepest = deepest.max(open.len());
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(from: f64, until: f64) -> Stretch {
        Stretch { from, until }
    }

    #[test]
    fn each_goes_into_the_first_lane_that_is_free_and_what_finds_none_is_counted() {
        let all =
            [(0.0, 0.5), (0.1, 0.2), (0.15, 0.3), (0.2, 0.25), (0.21, 0.4), (0.45, 0.6), (0.46, 0.5), (0.47, 0.48)]
                .map(|(from, until)| stretch(from, until));
        let lanes = Lanes::pack(&all, 2, 0.0);
        assert_eq!(lanes.lane, [Some(0), Some(1), None, Some(1), None, Some(1), None, None]);
        let crowds = [Crowd { stretch: stretch(0.15, 0.4), count: 2 }, Crowd { stretch: stretch(0.46, 0.5), count: 2 }];
        assert_eq!((lanes.crowds.as_slice(), lanes.left_out()), (crowds.as_slice(), 4));
        assert_eq!(Lanes::pack(&all[..2], 6, 0.0).crowds, []);
        assert_eq!(Lanes::pack(&[], 6, 0.0), Lanes::default());
    }

    #[test]
    fn a_stretch_is_wide_enough_to_be_seen_and_stays_on_the_axis() {
        assert_eq!(Stretch::seen(0.5, 0.5, 0.25), stretch(0.5, 0.75));
        assert_eq!(Stretch::seen(1.0, 1.0, 0.25), stretch(0.75, 1.0));
        assert_eq!(Stretch::seen(0.2, 0.9, 0.01), stretch(0.2, 0.9));
    }

    #[test]
    fn as_many_overlap_as_are_open_at_once() {
        assert_eq!(deepest(&[(0, 10), (1, 5), (5, 7), (6, 9), (20, 21)]), 3);
        assert_eq!((deepest(&[]), deepest(&[(3, 3), (3, 3)])), (0, 1));
    }

    #[test]
    fn nothing_overlaps_within_a_lane_and_nothing_is_lost() {
        // A row of numbers without any order, the same in every run.
        let mut seed = 7_u32;
        let mut number = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(seed >> 8) / f64::from(1_u32 << 24)
        };
        for most in 1..=6 {
            let mut all: Vec<Stretch> = (0..200)
                .map(|_| {
                    let from = number();
                    Stretch::seen(from, from + number() * 0.1, 0.005)
                })
                .collect();
            all.sort_by(|a, b| a.from.total_cmp(&b.from));
            let lanes = Lanes::pack(&all, most, 0.001);
            assert_eq!(lanes.lane.len(), all.len());
            assert_eq!(lanes.lane.iter().filter(|lane| lane.is_none()).count(), lanes.left_out());
            assert!(lanes.left_out() > 0, "the lanes are too few for so many");
            for (place, one) in all.iter().enumerate() {
                for (other_place, other) in all.iter().enumerate().skip(place + 1) {
                    let same = lanes.lane[place].is_some() && lanes.lane[place] == lanes.lane[other_place];
                    assert!(!same || one.until <= other.from, "{one:?} and {other:?} overlap in a lane");
                }
            }
        }
    }
}
