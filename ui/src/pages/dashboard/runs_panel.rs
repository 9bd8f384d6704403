//! The Job Runs tab beneath its filters: the rows, or why there are none.

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::runs::Run;

use super::runs_table::JobRunsTable;
use super::state::{
    DashboardState, DashboardStateStoreExt, DashboardVerbs, PAGE_SIZES, Period, RunChoiceStoreExt, ScopeStoreExt,
};
use crate::components::{Button, ButtonKind, Empty, Glyph, Pager, SkeletonRows, TimesSwitch};
use crate::data::{Query, use_lab};
use crate::features::lab::LabButton;
use crate::features::loaded::loaded;
use crate::route::Route;
use crate::state::steady::{Steady, use_steady};

/// The runs of a page; `search` is what was asked for, which what is typed becomes a little later. `charts_are_read`: those
/// above are not there yet, and fold away if there is nothing to draw.
#[component]
pub fn RunsPanel(
    mut state: Store<DashboardState>,
    search: ReadSignal<String>,
    runs: Query<Page<Run>>,
    charts_are_read: bool,
) -> Element {
    let (open, page_number) = (*state.runs().open().read(), *state.runs().page().read());
    let fresh = runs.value().map(|page| page.items.clone()).unwrap_or_default();
    let Steady { rows, joined } = use_steady(fresh, runs.answered(), runs.own(), |run: &Run| run.id);
    let body = loaded(runs, "runs", 10, |page| {
        rsx! {
            if rows.is_empty() && (runs.is_of_before() || charts_are_read) {
                // That nothing was there before says nothing of now; and what is offered instead is not to move.
                SkeletonRows { rows: 10, label: "Loading the runs" }
            } else if rows.is_empty() {
                NoRuns { state, search }
            } else {
                JobRunsTable {
                    page: Page { items: rows, ..(*page).clone() },
                    open,
                    sort: *state.runs().sort().read(),
                    order: *state.runs().order().read(),
                    ontoggle: move |run_id| state.toggle_open(run_id),
                    onsort: move |column| state.sort_by(column),
                }
            }
            Pager {
                noun: "run",
                total: page.total,
                page: page_number,
                about: page.total_is_estimate,
                joined,
                size: *state.runs().size().read(),
                sizes: PAGE_SIZES.to_vec(),
                onpage: move |page| state.turn_to(page),
                onsize: move |size| state.choose_size(size),
                TimesSwitch {}
            }
        }
    });
    rsx! {
        div { class: "panel-body", id: "panel-runs", role: "tabpanel", aria_labelledby: "tab-runs", {body} }
    }
}

#[component]
fn NoRuns(mut state: Store<DashboardState>, search: ReadSignal<String>) -> Element {
    let simulated = use_lab().offered();
    if state.scope().read().narrows() || state.runs().read().narrows(&search.read()) {
        return rsx! {
            Empty { title: "No run matches", text: "No runs in this period match these filters.", glyph: Glyph::Search,
                Button { label: "Clear the filters", onclick: move |_| state.clear_runs() }
            }
        };
    }
    let period = *state.scope().period().read();
    rsx! {
        Empty {
            title: "Nothing ran in {period.words()}",
            text: if simulated {
                "Add your devices, give a credential one of their tags, and run a backup; or try NetRaven with \
                 simulated devices first."
            } else {
                "Add your devices, give a credential one of their tags, and run a backup."
            },
            glyph: Glyph::Dashboard,
            LabButton { kind: ButtonKind::Primary }
            Link { class: "btn btn-outline", to: Route::devices(), "Add devices" }
            if period != Period::Month {
                Button { label: "Look back 30 days", kind: ButtonKind::Text, onclick: move |_| state.look_back(Period::Month) }
            }
        }
    }
}
