//! A stretch of time by its exact ends.

use dioxus::prelude::*;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::components::{Button, ButtonKind, Dialog, TextField};
use crate::state::moment::use_moment;
use crate::state::span::Span;

/// The dialog. It begins with `first`.
#[component]
pub fn SpanDialog(first: Span, onchoose: EventHandler<Span>, onclose: EventHandler<()>) -> Element {
    let moment = use_moment();
    let mut from = use_signal(|| typed(first.from, &moment.zone()));
    let mut until = use_signal(|| typed(first.until, &moment.zone()));
    let mut refused = use_signal(|| None::<String>);
    let mut submit = move || {
        let zone = moment.zone();
        match read(&from.peek(), &until.peek(), &zone) {
            Ok(span) => onchoose.call(span),
            Err(reason) => refused.set(Some(reason.to_owned())),
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
            TextField {
                id: "span-from",
                label: "From",
                kind: "datetime-local",
                value: from(),
                hint: moment.zone_name(),
                focus: true,
                oninput: move |text| from.set(text),
            }
            TextField {
                id: "span-until",
                label: "To",
                kind: "datetime-local",
                value: until(),
                error: refused(),
                oninput: move |text| until.set(text),
            }
        }
    }
}

fn typed(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn read(from: &str, until: &str, zone: &TimeZone) -> Result<Span, &'static str> {
    let at = |text: &str| text.trim().parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let (Some(from), Some(until)) = (at(from), at(until)) else {
        return Err("Both need a date and a time, such as 2026-11-23 14:05.");
    };
    if from < until { Ok(Span { from, until }) } else { Err("The end has to be after the beginning.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_zone_on_screen_and_have_to_be_in_order() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let span = read("2026-11-23T14:05", " 2026-11-23 14:06:30", &zone).unwrap();
        assert_eq!(
            (span.from.to_string().as_str(), span.until.to_string().as_str()),
            ("2026-11-23T13:05:00Z", "2026-11-23T13:06:30Z")
        );
        assert_eq!(typed(span.from, &zone), "2026-11-23T14:05");
        assert!(read("2026-11-23T14:05", "", &zone).unwrap_err().contains("date and a time"));
        assert!(read("2026-11-23T14:05", "2026-11-23T14:05", &zone).unwrap_err().contains("after"));
    }
}
