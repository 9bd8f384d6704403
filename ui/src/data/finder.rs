//! Rows of a list that are found by a part of their name: a server may have more of them than it sends at once.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::page::Page;
use netraven_api::{Endpoint, Problem};

use super::query::{Query, use_list};
use super::settled::use_settled;
use crate::format;

/// What is offered for the text that was typed; copies are the same search.
pub struct Finder<T: 'static> {
    typed: Signal<String>,
    settled: ReadSignal<String>,
    found: Query<Page<T>>,
    is_long: Signal<bool>,
    name: fn(&T) -> &str,
}

/// Searches a list on the server for what is typed, once that has come to rest. `request` is given the part of a name, or none
/// while nothing is typed.
pub fn use_finder<E, T>(name: fn(&T) -> &str, request: impl Fn(Option<String>) -> E + 'static) -> Finder<T>
where
    E: Endpoint<Reply = Page<T>>,
    T: Clone + 'static,
{
    let typed = use_signal(String::new);
    let settled = use_settled(move || typed.read().trim().to_owned());
    let found = use_list(move || request(Some(settled.cloned()).filter(|text| !text.is_empty())));
    let mut is_long = use_signal(|| false);
    use_effect(move || {
        let has_more = found.value().is_some_and(|page| page.total > count(&page));
        if has_more && !*is_long.peek() {
            is_long.set(true);
        }
    });
    Finder { typed, settled, found, is_long, name }
}

impl<T> Clone for Finder<T> {
    fn clone(&self) -> Finder<T> {
        *self
    }
}

impl<T> Copy for Finder<T> {}

impl<T> PartialEq for Finder<T> {
    fn eq(&self, other: &Finder<T>) -> bool {
        self.typed == other.typed
    }
}

impl<T: Clone + 'static> Finder<T> {
    /// What is typed.
    #[must_use]
    pub fn typed(&self) -> Signal<String> {
        self.typed
    }

    /// The rows the server has sent last, which may answer an earlier text; none before its first answer.
    #[must_use]
    pub fn sent(&self) -> Option<Rc<Page<T>>> {
        self.found.value()
    }

    /// Those of them that fit what is typed now.
    #[must_use]
    pub fn rows(&self) -> Option<Vec<T>> {
        let text = self.typed.read().trim().to_lowercase();
        let fits = |row: &&T| (self.name)(row).to_lowercase().contains(&text);
        Some(self.found.value()?.items.iter().filter(fits).cloned().collect())
    }

    /// Whether there were ever more rows than the server sends at once: what was chosen may not be among those it has sent.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.is_long.cloned()
    }

    /// That there are more rows, or none.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let typed = self.typed.read().trim().to_owned();
        let page = self.found.value().filter(|_| !self.found.is_of_before() && *self.settled.read() == typed)?;
        let shown = count(&page);
        let more = if typed.is_empty() { "Type part of a name to find others." } else { "Type more of the name." };
        match page.total {
            0 if !typed.is_empty() => Some(format!("No name contains “{typed}”.")),
            total if total > shown => Some(format!("The first {shown} of {}. {more}", format::number(total))),
            _ => None,
        }
    }

    /// Why the last reading failed, if it did.
    #[must_use]
    pub fn error(&self) -> Option<Problem> {
        self.found.error()
    }

    /// Reads the rows again.
    pub fn refresh(&self) {
        self.found.refresh();
    }
}

fn count<T>(page: &Page<T>) -> i64 {
    i64::try_from(page.items.len()).unwrap_or(i64::MAX)
}
