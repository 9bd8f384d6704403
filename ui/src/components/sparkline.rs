//! A few bars without words, as large as a word: how a number came about.

use dioxus::prelude::*;

/// Bars of these heights; those outside of `chosen`, places from and until, are pale.
#[component]
pub fn Sparkline(values: Vec<i64>, chosen: Option<(f64, f64)>) -> Element {
    let highest = values.iter().copied().max().unwrap_or_default();
    if highest == 0 {
        return rsx! {};
    }
    rsx! {
        svg {
            class: "sparkline",
            view_box: "0 0 {values.len() * 4} 30",
            preserve_aspect_ratio: "none",
            "aria-hidden": "true",
            for (place, height) in values.iter().map(|value| height(*value, highest)).enumerate() {
                if height > 0.0 {
                    rect {
                        key: "{place}",
                        class: if is_outside(chosen, place) { "pale" },
                        x: "{place * 4}",
                        y: "{30.0 - height:.1}",
                        width: "2.8",
                        height: "{height:.1}",
                    }
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a height on screen")]
fn height(value: i64, highest: i64) -> f64 {
    if value == 0 { 0.0 } else { (value as f64 / highest as f64 * 30.0).max(2.0) }
}

#[expect(clippy::cast_precision_loss, reason = "a place on screen")]
fn is_outside(chosen: Option<(f64, f64)>, place: usize) -> bool {
    chosen.is_some_and(|(from, until)| (place + 1) as f64 <= from || place as f64 >= until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_seen_and_what_is_not_chosen_is_pale() {
        assert_eq!([0, 1, 500, 1_000].map(|value| height(value, 1_000)), [0.0, 2.0, 15.0, 30.0]);
        let outside: Vec<usize> = (0..5).filter(|place| is_outside(Some((1.5, 3.0)), *place)).collect();
        assert_eq!(outside, [0, 3, 4]);
        assert!(!is_outside(None, 7));
    }
}
