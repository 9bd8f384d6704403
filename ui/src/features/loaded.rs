//! The states of what a page reads: loading, failed, there, and there but no longer certain.

use std::rc::Rc;

use dioxus::prelude::*;

use crate::components::{ErrorState, SkeletonRows, StaleNote};
use crate::data::Query;

/// Draws an answer with `full`, and notes where reading it again failed. Until there is one, `rows` grey rows stand in
/// its place, or why `what` (`devices`) could not be loaded.
pub fn loaded<T: 'static>(query: Query<T>, what: &str, rows: usize, full: impl FnOnce(Rc<T>) -> Element) -> Element {
    let retry = move |()| query.refresh();
    match (query.value(), query.error()) {
        (Some(value), stale) => {
            let body = full(value);
            rsx! {
                if let Some(problem) = stale {
                    StaleNote { problem, at: query.at(), onretry: retry }
                }
                {body}
            }
        }
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The {what} could not be loaded", problem, onretry: retry }
        },
        (None, None) => rsx! {
            SkeletonRows { rows, label: "Loading the {what}" }
        },
    }
}
