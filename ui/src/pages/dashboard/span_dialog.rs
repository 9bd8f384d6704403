//! A stretch of time by its exact ends.

use dioxus::prelude::*;
use jiff::tz::TimeZone;

use crate::components::{Button, ButtonKind, DayEnd, Dialog, TimeField, read_time, typed_time};
use crate::state::moment::use_moment;
use crate::state::span::Span;

/// The dialog. It begins with `first`.
#[component]
pub fn SpanDialog(first: Span, onchoose: EventHandler<Span>, onclose: EventHandler<()>) -> Element {
    let moment = use_moment();
    let mut from = use_signal(|| typed_time(first.from, &moment.zone()));
    let mut until = use_signal(|| typed_time(first.until, &moment.zone()));
    let mut refused = use_signal(|| (None::<String>, None::<String>));
    let mut submit = move || {
        let zone = moment.zone();
        match read(&from.peek(), &until.peek(), &zone) {
            Ok(span) => onchoose.call(span),
            Err(reasons) => refused.set(reasons),
        }
    };
    rsx! {
        Dialog {
            id: "span",
            title: "Exact times",
            onclose,
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button { label: "Show this time", kind: ButtonKind::Primary, onclick: move |_| submit() }
            },
            TimeField {
                id: "span-from",
                label: "From",
                value: from(),
                error: refused().0,
                focus: true,
                oninput: move |text| from.set(text),
            }
            TimeField {
                id: "span-until",
                label: "To",
                value: until(),
                error: refused().1,
                oninput: move |text| until.set(text),
            }
        }
    }
}

/// The stretch, or which of the two fields is wrong and why.
fn read(from: &str, until: &str, zone: &TimeZone) -> Result<Span, (Option<String>, Option<String>)> {
    match (read_time(from, zone, DayEnd::Begin), read_time(until, zone, DayEnd::End)) {
        (Ok(from), Ok(until)) if from < until => Ok(Span { from, until }),
        (Ok(_), Ok(_)) => Err((None, Some("The end must be after the start.".to_owned()))),
        (from, until) => Err((from.err(), until.err())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_to_be_in_order_and_each_field_says_what_is_wrong_with_it() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let span = read("2026-11-23 14:05", " 2026-11-23 14:06:30", &zone).unwrap();
        assert_eq!(
            (span.from.to_string().as_str(), span.until.to_string().as_str()),
            ("2026-11-23T13:05:00Z", "2026-11-23T13:06:30Z")
        );
        let day = read("2026-11-23", "2026-11-23", &zone).unwrap();
        assert_eq!(day.until.as_second() - day.from.as_second(), 86_400, "one whole day");
        let (from, until) = read("2026-11-23 14:05", "", &zone).unwrap_err();
        assert!(from.is_none() && until.unwrap().contains("Enter date and time"));
        let (from, until) = read("11/23/2026", "2026-11-23 14:05", &zone).unwrap_err();
        assert!(from.unwrap().contains("11/23/2026") && until.is_none());
        let (_, until) = read("2026-11-23 14:05", "2026-11-23 14:05", &zone).unwrap_err();
        assert!(until.unwrap().contains("after"));
    }
}
