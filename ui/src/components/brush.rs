//! Choosing bars of a chart: one, or several that follow each other, by dragging or with the keys.

use dioxus::prelude::Key;

/// Bars a page key moves by.
const LEAP: usize = 10;

/// The bars a person is about to choose: where they began, and where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The bar it began at.
    pub anchor: usize,
    /// The bar it is at now.
    pub here: usize,
    /// Whether the mouse is down.
    pub dragging: bool,
}

impl Mark {
    /// One bar.
    #[must_use]
    pub fn at(place: usize) -> Mark {
        Mark { anchor: place, here: place, dragging: false }
    }

    /// The mouse went down on a bar.
    #[must_use]
    pub fn drag(place: usize) -> Mark {
        Mark { dragging: true, ..Mark::at(place) }
    }

    /// The first bar and the number of bars.
    #[must_use]
    pub fn extent(self) -> (usize, usize) {
        (self.anchor.min(self.here), self.anchor.abs_diff(self.here) + 1)
    }
}

/// Where a key leads among bars, of which `last` is the last one; none for a key that does not move. With `widen` the bars
/// between stay chosen. The first key shows where one is: at the last bar.
#[must_use]
pub fn moved(mark: Option<Mark>, key: &Key, widen: bool, last: usize) -> Option<Mark> {
    let here = mark.map_or(last, |mark| mark.here.min(last));
    let next = match key {
        Key::ArrowLeft => here.saturating_sub(usize::from(mark.is_some())),
        Key::ArrowRight => (here + 1).min(last),
        Key::PageUp => here.saturating_sub(LEAP),
        Key::PageDown => (here + LEAP).min(last),
        Key::Home => 0,
        Key::End => last,
        _ => return None,
    };
    let anchor = if widen { mark.map_or(here, |mark| mark.anchor) } else { next };
    Some(Mark { anchor, here: next, dragging: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_within_the_bars_and_widen_from_where_they_began() {
        let walk = |keys: &[(Key, bool)]| {
            keys.iter().fold(None, |mark, (key, widen)| moved(mark, key, *widen, 30).or(mark)).map(Mark::extent)
        };
        assert_eq!(walk(&[(Key::ArrowLeft, false)]), Some((30, 1)));
        assert_eq!(walk(&[(Key::ArrowLeft, false), (Key::PageUp, false), (Key::ArrowLeft, true)]), Some((19, 2)));
        assert_eq!(walk(&[(Key::Home, false), (Key::ArrowLeft, false), (Key::PageDown, true)]), Some((0, 11)));
        assert_eq!(walk(&[(Key::End, false), (Key::ArrowRight, false), (Key::Enter, false)]), Some((30, 1)));
        assert_eq!(walk(&[(Key::Enter, false)]), None);
    }
}
