//! The time the dashboard is about: a period until now, or exact times.

use dioxus::prelude::*;

use super::span_dialog::SpanDialog;
use super::state::{DashboardState, DashboardStateStoreExt, DashboardVerbs, Period, ScopeStoreExt};
use crate::components::{Button, Glyph, Segments};
use crate::format;
use crate::state::moment::use_moment;
use crate::state::span::Span;

/// The choice.
#[component]
pub fn PeriodChoice(mut state: Store<DashboardState>) -> Element {
    let moment = use_moment();
    let mut asking = use_signal(|| false);
    let (period, span) = (*state.scope().period().read(), state.scope().span().cloned());
    let exact = span.map(|span| format::span(span, &moment.zone()));
    rsx! {
        Segments {
            label: "Period",
            options: Period::ALL.map(|period| (period.title().to_owned(), period.title().to_owned())).to_vec(),
            selected: if span.is_some() { "" } else { period.title() },
            onselect: move |chosen: String| {
                if let Some(period) = Period::ALL.into_iter().find(|period| period.title() == chosen) {
                    state.look_back(period);
                }
            },
        }
        Button {
            label: exact.map_or_else(|| "Exact times".to_owned(), |exact| format!("Exact times: {exact}")),
            named: "Exact times",
            glyph: Glyph::Calendar,
            icon_only: true,
            onclick: move |_| asking.set(true),
        }
        if asking() {
            SpanDialog {
                first: span.unwrap_or_else(|| {
                    let now = moment.glance();
                    Span { from: period.began(now), until: now }
                }),
                onchoose: move |span| {
                    state.choose_span(Some(span));
                    asking.set(false);
                },
                onclose: move |()| asking.set(false),
            }
        }
    }
}
