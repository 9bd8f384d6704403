//! The dialog that adds the devices of a CSV file.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::devices::{ImportDevices, Imported};
use netraven_api::native::{Feature, Native, PickedFile};

use super::csv::Preview;
use crate::components::{Button, ButtonKind, Dialog, Glyph, Icon};
use crate::data::use_api;
use crate::format;
use crate::pages::form::FormProblem;
use crate::state::session::use_workplace;

/// Imports devices from a file.
#[component]
pub fn ImportDialog(onclose: EventHandler<()>) -> Element {
    let api = use_api();
    let mut file = use_signal(|| None::<PickedFile>);
    let mut done = use_signal(|| None::<Imported>);
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);
    let preview = use_memo(move || file.read().as_ref().map(|file| Preview::of(&file.text)));

    let choosing = api.clone();
    let choose = move |_| {
        let api = choosing.clone();
        busy.set(true);
        spawn(async move {
            let wish =
                Native::PickFile { title: "Choose a CSV file of devices".into(), extensions: vec!["csv".into()] };
            let picked = api.ask::<Option<PickedFile>>(wish).await;
            busy.set(false);
            match picked {
                Ok(None) => {}
                Ok(Some(picked)) => {
                    file.set(Some(picked));
                    done.set(None);
                    problem.set(None);
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    };
    let import = move |_| {
        let Some(csv) = file.peek().as_ref().map(|file| file.text.clone()) else {
            return;
        };
        let api = api.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = api.send(&ImportDevices { csv }).await;
            busy.set(false);
            match answer {
                Ok(imported) => done.set(Some(imported)),
                Err(found) => problem.set(Some(found)),
            }
        });
    };

    let refused = match preview() {
        None => Some("Choose a file first.".to_owned()),
        Some(preview) if !preview.missing.is_empty() => {
            Some(format!("The first line does not name {}.", preview.missing.join(", ")))
        }
        Some(preview) if preview.rows == 0 => Some("There is no row beneath the first line.".to_owned()),
        Some(_) => None,
    };
    let finished = done.read().is_some();
    rsx! {
        Dialog {
            id: "import-devices",
            title: "Import devices from CSV",
            wide: true,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: if finished { "Choose another file" } else { "Choose a file" }, glyph: Glyph::Upload, onclick: choose }
                span { class: "grow" }
                if finished {
                    Button { label: "Done", kind: ButtonKind::Primary, onclick: move |_| onclose.call(()) }
                } else {
                    Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                    Button { label: "Import", kind: ButtonKind::Primary, busy: busy(), refused, onclick: import }
                }
            },
            FormProblem { problem: problem(), fields: Vec::new() }
            if let Some(imported) = done() {
                Outcome { imported }
            } else if let (Some(file), Some(preview)) = (file(), preview()) {
                FilePreview { name: file.name, preview }
            } else {
                p { "The first line names the columns, each further line is a device:" }
                pre { class: "code-block mono",
                    "hostname,ip_address,device_type,port,description,tags\n"
                    "edge-ber-01,192.0.2.10,cisco_ios,22,Rack 4,edge|berlin"
                }
                p { class: "muted",
                    "hostname, ip_address and device_type are needed. Tags are separated by |; tags that do not exist yet are made. Each row is taken or refused by itself."
                }
            }
        }
    }
}

#[component]
fn FilePreview(name: String, preview: Preview) -> Element {
    rsx! {
        dl { class: "facts",
            dt { "File" }
            dd { class: "text-heading", "{name}" }
            dt { "Columns" }
            dd { class: "mono", {preview.columns.join(", ")} }
            dt { "Rows" }
            dd { {format::number(preview.rows)} }
        }
        if !preview.missing.is_empty() {
            div { class: "gate-problem form-problem", role: "alert",
                Icon { glyph: Glyph::Alert, class: "text-danger" }
                span { "The first line does not name {preview.missing.join(\", \")}. Name the columns, separated by commas, then choose the file again." }
            }
        }
    }
}

#[component]
fn Outcome(imported: Imported) -> Element {
    let workplace = use_workplace();
    let waits = !workplace.is_admin() && workplace.refusal(Feature::Approvals).is_none();
    let refused = i64::try_from(imported.errors.len()).unwrap_or(i64::MAX);
    let said = format!("{} added, {} refused.", format::count(imported.added, "device"), format::count(refused, "row"));
    rsx! {
        p { class: "text-heading", role: "status", "{said}" }
        if waits && imported.added > 0 {
            p { "They wait: no credential is sent to them before an admin has approved them." }
        }
        if !imported.errors.is_empty() {
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
                            th { scope: "col", "Why" }
                        }
                    }
                    tbody {
                        for (index, error) in imported.errors.into_iter().enumerate() {
                            tr { key: "{index}",
                                td { class: "num", {format::number(error.line)} }
                                td { class: "name", {error.hostname.unwrap_or_default()} }
                                td { class: "wraps", "{error.message}" }
                            }
                        }
                    }
                }
            }
        }
    }
}
