//! Filters by tags and jobs, however many the server has.

use std::collections::BTreeSet;
use std::fmt::Display;

use dioxus::prelude::*;
use netraven_api::jobs::{GetJob, Job, ListJobs};
use netraven_api::page::MAX_SIZE;
use netraven_api::tags::{ListTags, Tag};
use netraven_api::{JobId, Page, TagId};

use crate::components::{Choice, Picker, PickerSearch};
use crate::data::{Finder, Query, use_finder, use_list_maybe, use_query_maybe};

/// Tags, found by a part of their name.
pub fn use_tags() -> Finder<Tag> {
    use_finder(|tag: &Tag| &tag.name, |name| ListTags { size: Some(MAX_SIZE), name, ..ListTags::default() })
}

/// Jobs, found by a part of their name.
pub fn use_jobs() -> Finder<Job> {
    use_finder(|job: &Job| &job.name, |name| ListJobs { size: Some(MAX_SIZE), name, ..ListJobs::default() })
}

/// The tags of some ids; nothing is asked while there are none.
pub fn use_tags_of(ids: impl Fn() -> Vec<TagId> + 'static) -> Query<Page<Tag>> {
    use_list_maybe(move || {
        let id = ids();
        (!id.is_empty()).then(|| ListTags { size: Some(MAX_SIZE), id, ..ListTags::default() })
    })
}

/// A filter by tags.
#[component]
pub fn TagPicker(
    id: String,
    none: String,
    chosen: ReadSignal<Vec<TagId>>,
    onchange: EventHandler<Vec<TagId>>,
) -> Element {
    let tags = use_tags();
    let named = use_tags_of(move || if tags.is_long() { chosen.cloned() } else { Vec::new() });
    let is_chosen = |tag: &&Tag| chosen.read().contains(&tag.id);
    let (sent, named) = (tags.sent(), named.value());
    let known = sent.iter().flat_map(|page| page.items.iter());
    let known = known.chain(named.iter().flat_map(|page| page.items.iter().filter(is_chosen)));
    rsx! {
        Picker {
            id,
            label: "Tag",
            none,
            choices: choices(known.map(|tag| (tag.id, &tag.name))),
            selected: chosen.read().iter().map(TagId::to_string).collect::<Vec<_>>(),
            several: true,
            find: PickerSearch { typed: tags.typed(), note: tags.note() },
            onchange: move |chosen: Vec<String>| onchange.call(chosen.iter().filter_map(|id| id.parse().ok()).collect()),
        }
    }
}

/// A filter by one job.
#[component]
pub fn JobPicker(
    id: String,
    none: String,
    chosen: ReadSignal<Option<JobId>>,
    onchange: EventHandler<Option<JobId>>,
) -> Element {
    let jobs = use_jobs();
    let named = use_query_maybe(move || chosen.cloned().filter(|_| jobs.is_long()).map(GetJob));
    let (sent, named) = (jobs.sent(), named.value());
    let known = sent.iter().flat_map(|page| page.items.iter()).chain(named.as_deref());
    rsx! {
        Picker {
            id,
            label: "Job",
            none,
            choices: choices(known.map(|job| (job.id, &job.name))),
            selected: chosen.read().iter().map(JobId::to_string).collect::<Vec<_>>(),
            find: PickerSearch { typed: jobs.typed(), note: jobs.note() },
            onchange: move |chosen: Vec<String>| onchange.call(chosen.first().and_then(|id| id.parse().ok())),
        }
    }
}

/// A line for each id, once.
fn choices<'a, I: Copy + Ord + Display>(known: impl Iterator<Item = (I, &'a String)>) -> Vec<Choice> {
    let mut seen = BTreeSet::new();
    known.filter(|(id, _)| seen.insert(*id)).map(|(id, name)| Choice::new(id.to_string(), name)).collect()
}
