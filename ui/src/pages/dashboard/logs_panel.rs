//! The Unified Logs tab: filters, the log over time, and its lines, all of one choice.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use netraven_api::native::{ExportWhat, Feature};

use super::address;
use super::chips::FilterChips;
use super::export::ExportButton;
use super::filters_bar::JobFiltersBar;
use super::{STILL, Tabs};

use super::state::{DashboardState, DashboardStateStoreExt, DashboardVerbs, LogChoiceStoreExt, Period, ScopeStoreExt};
use crate::data::{use_log, use_query_in_time, use_settled};
use crate::features::unified_logs::{LinePlace, LogControls, LogHistogram, UnifiedLogsTable};
use crate::route::Route;
use crate::state::logs::history;
use crate::state::moment::use_moment;
use crate::state::session::use_workplace;

/// The tab.
#[component]
pub fn LogsPanel(mut state: Store<DashboardState>, total: Option<String>, refresh: ReadSignal<u64>) -> Element {
    let (moment, workplace) = (use_moment(), use_workplace());
    let search = use_settled(move || state.log().search().cloned());
    // What is asked follows what concerns the log; another line that is chosen must not read it again.
    let lines = use_memo(move || state.log().read().lines(&state.scope().read()));
    // The period begins where it was chosen: the log must not start over every minute.
    let view = use_log(move || state.scope().read().log(&lines.read(), &search.read(), moment.glance()));
    // The chart moves on with time.
    let minute = use_memo(move || Period::Hour.began(moment.now()));
    let counted = use_query_in_time(
        move || state.scope().read().histogram(&lines.read(), &search.read(), STILL),
        move || {
            let _ = minute.read();
            let offered = workplace.refusal(Feature::LogHistogram).is_none();
            offered.then(|| state.scope().read().histogram(&lines.read(), &search.read(), moment.glance()))
        },
    );
    use_effect(move || {
        if refresh() > 0 {
            view.refresh();
            counted.refresh();
        }
    });
    let narrowed = state.read().narrows_log();
    // No server lists the sources there are: those seen are offered, and others can be typed.
    let mut sources = use_signal(BTreeSet::new);
    use_effect(move || {
        let lines = view.lines.read();
        let seen = (0..lines.len()).filter_map(|place| lines.newest(place)?.source.clone());
        let new: Vec<String> = seen.filter(|source| !sources.peek().contains(source)).collect();
        if !new.is_empty() {
            sources.write().extend(new);
        }
    });
    let place = LinePlace {
        line: use_memo(move || state.log().line().cloned()).into(),
        keep: use_callback(move |line| state.keep_line(line)),
        link: use_callback(move |line| {
            let mut view = state.peek().clone();
            view.log.line = Some(line);
            Route::JobDashboard { view: address::write(&view) }
        }),
    };
    rsx! {
        Tabs { state, total,
            LogControls { view }
            ExportButton {
                noun: "line",
                what: move |()| {
                    let shown = state.scope().peek().log(&lines.peek(), &search.peek(), moment.glance());
                    ExportWhat::Logs { query: history(&shown, None) }
                },
            }
        }
        JobFiltersBar { state, sources: sources.read().iter().cloned().collect::<Vec<_>>() }
        FilterChips { state }
        if let Some(reason) = workplace.refusal(Feature::LogHistogram) {
            p { class: "histogram-note", role: "note", "{reason}" }
        } else {
            LogHistogram {
                view,
                counted,
                chosen: state.scope().span().cloned(),
                onchoose: move |span| state.choose_span(span),
            }
        }
        div { class: "panel-body", id: "panel-logs", role: "tabpanel", aria_labelledby: "tab-logs",
            UnifiedLogsTable {
                view,
                search,
                narrowed,
                onpick: move |pick| state.narrow_log(pick),
                onsearch: move |text| state.search_log(text),
                place,
            }
        }
    }
}
