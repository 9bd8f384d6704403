//! Nothing moves under the pointer: while it is over a table, what arrives changes the rows that are there, and neither their
//! order nor their number above the place that is pointed at.

use std::cell::RefCell;
use std::rc::Rc;

use dioxus::prelude::*;

/// Whether the pointer is over rows that somebody may be about to press; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct Pointing(Signal<bool>);

impl Pointing {
    /// Whether it is; a component that reads it is redrawn when that changes.
    #[must_use]
    pub fn is_on(&self) -> bool {
        *self.0.read()
    }

    /// It came over the rows, or left them.
    pub fn set(&self, on: bool) {
        let mut pointing = self.0;
        if *pointing.peek() != on {
            pointing.set(on);
        }
    }
}

/// Provides the pointer's place to a session's pages.
pub fn use_pointing_provider() -> Pointing {
    use_context_provider(|| Pointing(Signal::new(false)))
}

/// The pointer's place, as the rows of this page see it.
pub fn use_pointing() -> Pointing {
    use_context()
}

/// Rows as they are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steady<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many of them, at the end, joined while the pointer was over the others.
    pub joined: usize,
}

/// What was drawn last: the answer to which question, as of which own change, in which order.
struct Drawn<T> {
    question: String,
    own: u64,
    rows: Vec<T>,
    known: usize,
}

/// The rows of a list, kept steady under the pointer. Another `question` (a filter, a page, an order) and a change made in
/// this window (`own` grows) rearrange them at once: that is what the person wanted.
pub fn use_steady<T: Clone + 'static, K: PartialEq>(
    fresh: Vec<T>,
    question: String,
    own: u64,
    id: impl Fn(&T) -> K,
) -> Steady<T> {
    use_steady_page(fresh, question, own, usize::MAX, id)
}

/// [`use_steady`] of a list that changes so fast that `most` rows are drawn: what has no room joins once the pointer leaves.
pub fn use_steady_page<T: Clone + 'static, K: PartialEq>(
    fresh: Vec<T>,
    question: String,
    own: u64,
    most: usize,
    id: impl Fn(&T) -> K,
) -> Steady<T> {
    let pointing = use_pointing().is_on();
    // Not a signal: it is what the last drawing left behind, and nothing is drawn because of it.
    let drawn = use_hook(|| Rc::new(RefCell::new(None::<Drawn<T>>)));
    let mut drawn = drawn.borrow_mut();
    let last = drawn.take().filter(|last| pointing && last.question == question && last.own >= own);
    let next = match last {
        Some(last) if !last.rows.is_empty() => Drawn { rows: arranged(&last.rows, fresh, most, &id), own, ..last },
        _ => Drawn { question, own, known: fresh.len(), rows: fresh },
    };
    let steady = Steady { rows: next.rows.clone(), joined: next.rows.len() - next.known };
    *drawn = Some(next);
    steady
}

/// The rows drawn before in their order, as they are now or as they were last, and behind them those that joined, `most` in all.
fn arranged<T: Clone, K: PartialEq>(before: &[T], mut fresh: Vec<T>, most: usize, id: impl Fn(&T) -> K) -> Vec<T> {
    let mut rows: Vec<T> = before
        .iter()
        .map(|old| match fresh.iter().position(|row| id(row) == id(old)) {
            Some(place) => fresh.remove(place),
            None => old.clone(),
        })
        .collect();
    fresh.truncate(most.saturating_sub(rows.len()));
    rows.append(&mut fresh);
    rows
}

/// Things in the order in which they were seen first, as long as `subject` is the same: one that joins stands behind the
/// others, however many it counts. While `held` none joins.
pub fn use_order_seen<S, T>(subject: S, now: &[T], held: bool) -> Vec<T>
where
    S: Clone + PartialEq + 'static,
    T: Clone + PartialEq + 'static,
{
    let seen = use_hook(|| Rc::new(RefCell::new((subject.clone(), Vec::<T>::new()))));
    let mut seen = seen.borrow_mut();
    if seen.0 != subject {
        *seen = (subject, Vec::new());
    }
    if !held || seen.1.is_empty() {
        let joined: Vec<T> = now.iter().filter(|thing| !seen.1.contains(thing)).cloned().collect();
        seen.1.extend(joined);
    }
    seen.1.iter().filter(|thing| now.contains(thing)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_place_and_others_join_behind_them() {
        let row = |id: i64, word: &'static str| (id, word);
        let before = [row(1, "old"), row(2, "old"), row(3, "old")];
        let fresh = vec![row(9, "new"), row(3, "now"), row(1, "now")];
        let rows = arranged(&before, fresh.clone(), usize::MAX, |row| row.0);
        assert_eq!(rows, [row(1, "now"), row(2, "old"), row(3, "now"), row(9, "new")]);
        let full = arranged(&before, fresh, 3, |row| row.0);
        assert_eq!(full, [row(1, "now"), row(2, "old"), row(3, "now")], "there is no room for another");
    }
}
