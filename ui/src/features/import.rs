//! The dialog that adds the devices of a CSV file, or the hosts of an ssh_config. What would come of each row the
//! server says beforehand.

mod ssh_config;

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::devices::{CheckImport, ImportDevices, ImportError, ImportPlan, Imported};
use netraven_api::native::{Feature, Native, PickedFile};
use netraven_api::ssh_config::is_ssh_config;

use crate::components::{Button, ButtonKind, Dialog, Glyph, Icon, SkeletonRows};
use crate::data::use_api;
use crate::features::form::FormProblem;
use crate::format;
use crate::state::session::use_workplace;
use ssh_config::{SshConfigDialog, SshConfigHowTo};

/// How far the import is.
#[derive(Clone, PartialEq)]
enum Step {
    /// A file is to be chosen.
    Choose,
    /// The server is asked what would come of it.
    Check,
    /// It has said so.
    Checked(ImportPlan),
    /// It adds the devices.
    Import(ImportPlan),
    /// It has done so.
    Done(Imported),
    /// The file cannot be imported as it is.
    Refused,
}

/// Imports devices from a file of either kind, which is recognised by its content; with `hosts`, an ssh_config is
/// expected.
#[component]
pub fn ImportDialog(#[props(default)] hosts: bool, onclose: EventHandler<()>) -> Element {
    let api = use_api();
    let mut file = use_signal(|| None::<PickedFile>);
    let mut ssh_config = use_signal(|| None::<PickedFile>);
    let mut step = use_signal(|| Step::Choose);
    let mut problem = use_signal(|| None::<Problem>);
    // A file that is chosen while another one is checked takes its place.
    let mut choice = use_signal(|| 0_u32);

    let choosing = api.clone();
    let choose = use_callback(move |()| {
        let api = choosing.clone();
        spawn(async move {
            // An ssh_config has a name without an ending, which no filter would show.
            let title = "Choose a CSV file of devices, or an ssh_config".into();
            let wish = Native::PickFile { title, extensions: Vec::new() };
            let picked = match api.ask::<Option<PickedFile>>(wish).await {
                Ok(None) => return,
                Ok(Some(picked)) => picked,
                Err(found) => return problem.set(Some(found)),
            };
            let number = *choice.peek() + 1;
            choice.set(number);
            if is_ssh_config(&picked.text) {
                return ssh_config.set(Some(picked));
            }
            ssh_config.set(None);
            let csv = picked.text.clone();
            file.set(Some(picked));
            step.set(Step::Check);
            problem.set(None);
            let answer = api.send(&CheckImport { csv }).await;
            if *choice.peek() != number {
                return;
            }
            match answer {
                Ok(plan) => step.set(Step::Checked(plan)),
                Err(found) => {
                    step.set(Step::Refused);
                    problem.set(Some(found));
                }
            }
        });
    });
    let import = move |_| {
        let (Some(csv), Step::Checked(plan)) =
            (file.peek().as_ref().map(|file| file.text.clone()), step.peek().clone())
        else {
            return;
        };
        let api = api.clone();
        step.set(Step::Import(plan.clone()));
        problem.set(None);
        spawn(async move {
            match api.send(&ImportDevices { csv }).await {
                Ok(imported) => step.set(Step::Done(imported)),
                Err(found) => {
                    step.set(Step::Checked(plan));
                    problem.set(Some(found));
                }
            }
        });
    };

    let now = step();
    let busy = matches!(now, Step::Check | Step::Import(_));
    let refused = match &now {
        Step::Choose => Some("Choose a file first.".to_owned()),
        Step::Refused => Some("Correct the file, then choose it again.".to_owned()),
        Step::Checked(plan) if plan.outcome.added == 0 => Some("The file has no devices to add.".to_owned()),
        _ => None,
    };
    let finished = matches!(now, Step::Done(_));
    let again = !matches!(now, Step::Choose);
    let adding = matches!(now, Step::Import(_)).then(|| "Adding the devices.".to_owned());
    let columns = rsx! {
        Dialog {
            id: "import-devices",
            title: if hosts { "Import from ssh_config" } else { "Import devices from CSV" },
            wide: true,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button {
                    label: if again { "Choose a file again" } else { "Choose a file" },
                    glyph: Glyph::Upload,
                    refused: adding,
                    onclick: move |_| choose.call(()),
                }
                span { class: "grow" }
                if finished {
                    Button { label: "Done", kind: ButtonKind::Primary, onclick: move |_| onclose.call(()) }
                } else {
                    Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                    Button { label: "Import", kind: ButtonKind::Primary, busy, refused, onclick: import }
                }
            },
            FormProblem { problem: problem(), fields: Vec::new() }
            match now {
                Step::Choose if hosts => rsx! { SshConfigHowTo {} },
                Step::Choose => rsx! { HowTo {} },
                Step::Check => rsx! { SkeletonRows { rows: 3, label: "Checking each row" } },
                Step::Checked(plan) | Step::Import(plan) => rsx! {
                    FilePreview { name: file().map(|file| file.name).unwrap_or_default(), plan }
                },
                Step::Done(imported) => rsx! { Outcome { imported } },
                Step::Refused => rsx! {
                    dl { class: "facts",
                        dt { "File" }
                        dd { class: "text-heading", {file().map(|file| file.name).unwrap_or_default()} }
                    }
                },
            }
        }
    };
    let number = choice();
    rsx! {
        if let Some(file) = ssh_config() {
            SshConfigDialog { key: "{number}", file, onchoose: move |()| choose.call(()), onclose }
        } else {
            {columns}
        }
    }
}

#[component]
fn HowTo() -> Element {
    rsx! {
        p { "The first line names the columns; each further line is one device:" }
        pre { class: "code-block mono",
            "hostname,ip_address,device_type,port,description,tags\n"
            "edge-ber-01,192.0.2.10,cisco_ios,22,Rack 4,edge|berlin"
        }
        p { class: "muted",
            "hostname, ip_address and device_type are required. Cells are separated by commas, semicolons or tabs, tags by |; tags that do not exist yet are created. Each row is accepted or refused on its own, and existing devices are not changed."
        }
        p { class: "muted", "An OpenSSH ssh_config with its jump hosts can be chosen too." }
    }
}

#[component]
fn FilePreview(name: String, plan: ImportPlan) -> Element {
    let outcome = plan.outcome;
    let will = format!("{} will be added, {}.", format::count(outcome.added, "device"), others(&outcome));
    rsx! {
        dl { class: "facts",
            dt { "File" }
            dd { class: "text-heading", "{name}" }
            dt { "Columns" }
            dd { class: "mono", {plan.columns.join(", ")} }
            dt { "Separated by" }
            dd { "{plan.separator}s" }
            if !plan.new_tags.is_empty() {
                dt { "New tags" }
                dd { class: "wraps", {plan.new_tags.join(", ")} }
            }
        }
        p { class: "text-heading", role: "status", "{will}" }
        if let Some(note) = plan.note {
            p { class: "muted", "{note}" }
        }
        Stopped { why: outcome.stopped }
        RefusedRows { refused: outcome.refused, errors: outcome.errors }
    }
}

#[component]
fn Outcome(imported: Imported) -> Element {
    let workplace = use_workplace();
    let waits = !workplace.is_admin() && workplace.refusal(Feature::Approvals).is_none();
    let said = format!("{} added, {}.", format::count(imported.added, "device"), others(&imported));
    rsx! {
        p { class: "text-heading", role: "status", "{said}" }
        if waits && imported.added > 0 {
            p { "They wait for approval: no credential is sent to them until an admin approves them." }
        }
        if imported.refused > 0 {
            p { class: "muted",
                "Correct these rows in the file and choose it again; devices that exist now are recognised."
            }
        }
        Stopped { why: imported.stopped }
        RefusedRows { refused: imported.refused, errors: imported.errors }
    }
}

/// What comes of the rows that add nothing.
fn others(outcome: &Imported) -> String {
    let refused = format!("{} refused", format::count(outcome.refused, "row"));
    match outcome.present {
        0 => refused,
        1 => format!("1 already exists, {refused}"),
        many => format!("{} already exist, {refused}", format::number(many)),
    }
}

/// Why the rows behind one are not read.
#[component]
fn Stopped(why: Option<String>) -> Element {
    let Some(why) = why else { return rsx! {} };
    rsx! {
        div { class: "gate-problem form-problem", role: "alert",
            Icon { glyph: Glyph::Alert, class: "text-danger" }
            span { "{why}" }
        }
    }
}

#[component]
fn RefusedRows(refused: i64, errors: Vec<ImportError>) -> Element {
    if errors.is_empty() {
        return rsx! {};
    }
    let more = refused - i64::try_from(errors.len()).unwrap_or(i64::MAX);
    rsx! {
        div { class: "refused-rows",
            table { class: "data-table", aria_label: "Refused rows",
                colgroup {
                    col { class: "col-line" }
                    col { class: "col-host" }
                    col {}
                }
                thead {
                    tr {
                        th { scope: "col", class: "num", "Line" }
                        th { scope: "col", "Hostname" }
                        th { scope: "col", "Reason" }
                    }
                }
                tbody {
                    for (index, error) in errors.into_iter().enumerate() {
                        tr { key: "{index}",
                            td { class: "num", {format::number(error.line)} }
                            td { class: "name", {error.hostname.clone().unwrap_or_default()} }
                            td { class: "wraps", {why(&error)} }
                        }
                    }
                }
            }
            if more > 0 {
                p { class: "muted", "{format::count(more, \"further row\")} refused: correct these first." }
            }
        }
    }
}

/// The sentence of a row without the line it begins with, which stands beside it.
fn why(error: &ImportError) -> String {
    let sentence = error.message.strip_prefix(&format!("Line {}: ", error.line)).unwrap_or(&error.message);
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_beside_its_line_does_not_repeat_it() {
        let told = |message: &str| why(&ImportError { line: 4, hostname: None, message: message.to_owned() });
        assert_eq!(told("Line 4: the address 'x' is none."), "The address 'x' is none.");
        assert_eq!(told("hostname: it is taken."), "Hostname: it is taken.");
        assert_eq!(told(""), "");
    }
}
