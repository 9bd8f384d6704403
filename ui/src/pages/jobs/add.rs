//! The dialog that adds one job.

use dioxus::prelude::*;
use jiff::tz::TimeZone;
use netraven_api::TagId;
use netraven_api::jobs::{CreateJob, Job, JobInput, JobKind};
use netraven_api::native::Feature;

use super::draft::{Draft, When};
use super::schedule;
use super::target::DeviceField;
use crate::components::{Glyph, Icon, Segments, SelectField, TextField, TimeField};
use crate::data::use_api;
use crate::features::form::{Form, FormDialog, use_form};
use crate::features::tags_field::{TagsField, tag_ids};
use crate::state::moment::use_moment;
use crate::state::notices::use_notices;
use crate::state::session::{Workplace, use_workplace};

/// Fields that show their own refusal, whatever is on screen.
const FIELDS: [&str; 3] = ["name", "job_type", "description"];

/// Adds a job.
#[component]
pub fn AddJob(onclose: EventHandler<()>) -> Element {
    let (api, notices, moment) = (use_api(), use_notices(), use_moment());
    let workplace = use_workplace();
    let reads_utc = workplace.refusal(Feature::CronTimeZone).is_some();
    let mut draft = use_signal(move || Draft::new(&if reads_utc { TimeZone::UTC } else { moment.zone() }));
    let (chosen, fresh) = (use_signal(Vec::<TagId>::new), use_signal(String::new));
    let form = use_form();

    let submit = move |()| {
        let has_tags = !chosen.peek().is_empty() || !fresh.peek().trim().is_empty();
        let Some(input) = form.accept(draft.peek().input(has_tags, moment.glance(), &moment.zone())) else { return };
        let api = api.clone();
        let sending = async move {
            let tags = if input.device_id.is_some() { None } else { Some(tag_ids(&api, chosen, fresh).await?) };
            api.send(&CreateJob(JobInput { tags, ..input })).await
        };
        form.send(sending, move |job| {
            notices.done(added(&job, &workplace));
            onclose.call(());
        });
    };

    let typed = draft.read().clone();
    let kinds = JobKind::ALL.map(|kind| (kind.as_str().to_owned(), kind.title().to_owned())).to_vec();
    rsx! {
        FormDialog {
            id: "add-job",
            title: "Add job",
            action: "Add",
            form,
            fields: on_screen(&typed),
            wide: true,
            onsubmit: submit,
            onclose,
            div { class: "fields-2",
                TextField {
                    id: "job-name",
                    label: "Name",
                    value: typed.name.clone(),
                    required: true,
                    focus: true,
                    autocomplete: "off",
                    error: form.refusal("name"),
                    oninput: move |text| draft.write().name = text,
                }
                SelectField {
                    id: "job-kind",
                    label: "Kind",
                    value: typed.kind.as_str(),
                    options: kinds,
                    error: form.refusal("job_type"),
                    onchange: move |word: String| draft.write().kind = JobKind::parse(&word).unwrap_or(typed.kind),
                }
            }
            div { class: "field",
                span { class: "field-name", "Target" }
                Segments {
                    label: "Target",
                    options: words(&["devices by tag", "one device"]),
                    selected: if typed.one_device { "one device" } else { "devices by tag" },
                    onselect: move |word: String| draft.write().one_device = word == "one device",
                }
            }
            if typed.one_device {
                DeviceField {
                    chosen: typed.device_id,
                    error: form.refusal("device_id"),
                    onchange: move |id| draft.write().device_id = id,
                }
            } else {
                TagsField {
                    id: "job-tags",
                    label: "Tags",
                    chosen,
                    fresh,
                    hint: "Each run includes every device that has one of these tags at that time.",
                    form,
                }
            }
            div { class: "field",
                span { class: "field-name", "Schedule" }
                Segments {
                    label: "Schedule",
                    options: words(&When::ALL.map(When::title)),
                    selected: typed.when.title(),
                    onselect: move |word: String| {
                        if let Some(when) = When::ALL.into_iter().find(|when| when.title() == word) {
                            draft.write().when = when;
                        }
                    },
                }
            }
            WhenFields { draft, form }
            NeverStarts { when: typed.when }
            TextField {
                id: "job-description",
                label: "Description",
                value: typed.description.clone(),
                error: form.refusal("description"),
                oninput: move |text| draft.write().description = text,
            }
        }
    }
}

/// The fields of the chosen schedule.
#[component]
fn WhenFields(mut draft: Signal<Draft>, form: Form) -> Element {
    let no_zone = use_workplace().refusal(Feature::CronTimeZone);
    let typed = draft.read().clone();
    let units = [("60", "minutes"), ("3600", "hours"), ("86400", "days")];
    match typed.when {
        When::ByHand => rsx! {
            p { class: "field-hint field", "It runs only when someone presses Run." }
        },
        When::Interval => rsx! {
            div { class: "fields-2",
                TextField {
                    id: "job-every",
                    label: "Every",
                    kind: "number",
                    value: typed.every,
                    error: form.refusal("interval_seconds"),
                    oninput: move |text| draft.write().every = text,
                }
                SelectField {
                    id: "job-unit",
                    label: "Unit",
                    value: typed.unit.to_string(),
                    options: units.map(|(value, word)| (value.to_owned(), word.to_owned())).to_vec(),
                    onchange: move |unit: String| draft.write().unit = unit.parse().unwrap_or(60),
                }
            }
        },
        When::Cron => rsx! {
            div { class: "fields-2",
                TextField {
                    id: "job-cron",
                    label: "Cron fields",
                    value: typed.cron,
                    hint: "Minute, hour, day, month, weekday: 30 2 * * 1-5 is 02:30 on weekdays.",
                    error: form.refusal("cron_string"),
                    oninput: move |text| draft.write().cron = text,
                }
                TextField {
                    id: "job-zone",
                    label: "Time zone",
                    value: if no_zone.is_some() { "UTC".to_owned() } else { typed.time_zone },
                    placeholder: "UTC",
                    hint: no_zone.clone().unwrap_or_else(|| "An IANA name such as Europe/Berlin.".to_owned()),
                    disabled: no_zone.is_some(),
                    error: form.refusal("time_zone"),
                    oninput: move |text| draft.write().time_zone = text,
                }
            }
        },
        When::Once => rsx! {
            TimeField {
                id: "job-once",
                label: "Date and time",
                value: typed.once,
                error: form.refusal("scheduled_for"),
                oninput: move |text| draft.write().once = text,
            }
        },
    }
}

/// Says before the job is added that this server will not start it.
#[component]
fn NeverStarts(when: When) -> Element {
    let never = schedule::never_starts(when.schedule(), &use_workplace());
    rsx! {
        if let Some(reason) = never {
            div { class: "band band-warning form-problem", role: "note",
                Icon { glyph: Glyph::Alert, size: 14 }
                span { class: "grow", "{reason}" }
            }
        }
    }
}

/// What is said of a job that was added.
fn added(job: &Job, workplace: &Workplace) -> String {
    match schedule::never_starts(job.schedule.known(), workplace) {
        Some(reason) => format!("{} was added. {reason}", job.name),
        None => format!("{} was added.", job.name),
    }
}

/// Which fields can show their own refusal now.
fn on_screen(draft: &Draft) -> Vec<&'static str> {
    let target: &[&str] = if draft.one_device { &["device_id"] } else { &["tags", "new_tag"] };
    let when: &[&str] = match draft.when {
        When::ByHand => &[],
        When::Interval => &["interval_seconds"],
        When::Cron => &["cron_string", "time_zone"],
        When::Once => &["scheduled_for"],
    };
    FIELDS.iter().chain(target).chain(when).copied().collect()
}

fn words(all: &[&str]) -> Vec<(String, String)> {
    all.iter().map(|word| ((*word).to_owned(), (*word).to_owned())).collect()
}
