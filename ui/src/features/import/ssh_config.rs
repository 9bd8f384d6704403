//! The dialog that imports the jump hosts and devices of an ssh_config. What would come of each host the server says
//! again whenever another choice is made.

use dioxus::prelude::*;
use netraven_api::credentials::ListCredentials;
use netraven_api::devices::{
    CheckSshConfig, ImportSshConfig, SshConfigInput, SshConfigOutcome, SshHost, SshHostFate, SshHostKind,
};
use netraven_api::native::{Feature, PickedFile};
use netraven_api::page::MAX_SIZE;
use netraven_api::platforms::{AUTO, ListPlatforms};
use netraven_api::{Problem, TagId};

use super::Stopped;
use crate::components::{Button, ButtonKind, CheckField, Dialog, Glyph, SelectField, SkeletonRows, Tag, Tone};
use crate::data::{use_api, use_query};
use crate::features::form::{FormProblem, use_form};
use crate::features::tags_field::{TagsField, tag_ids};
use crate::format;
use crate::state::session::use_workplace;

/// How far the import is.
#[derive(Clone, PartialEq)]
enum Step {
    /// The server is asked what would come of the file.
    Check,
    /// It has said so.
    Checked(SshConfigOutcome),
    /// It adds the hosts.
    Import(SshConfigOutcome),
    /// It has done so.
    Done(SshConfigOutcome),
    /// The file cannot be imported as it is.
    Refused,
}

/// What is chosen besides the file; copies are the same.
#[derive(Clone, Copy, PartialEq)]
struct SshChoices {
    platform: Signal<String>,
    tags: Signal<Vec<TagId>>,
    new_tag: Signal<String>,
    credential: Signal<String>,
    updates: Signal<bool>,
    left_out: Signal<Vec<String>>,
}

impl SshChoices {
    /// The request about a file.
    fn input(&self, config: &str) -> SshConfigInput {
        SshConfigInput {
            config: config.to_owned(),
            device_type: Some(self.platform.cloned()),
            tags: Some(self.tags.cloned()),
            credential_id: self.credential.read().parse().ok(),
            leave_out: Some(self.left_out.cloned()).filter(|names| !names.is_empty()),
            update: Some(self.updates.cloned()).filter(|yes| *yes),
        }
    }
}

/// Imports the hosts of a file; `onchoose` chooses another one.
#[component]
pub fn SshConfigDialog(file: PickedFile, onchoose: EventHandler<()>, onclose: EventHandler<()>) -> Element {
    let api = use_api();
    let choices = SshChoices {
        platform: use_signal(|| AUTO.to_owned()),
        tags: use_signal(Vec::new),
        new_tag: use_signal(String::new),
        credential: use_signal(String::new),
        updates: use_signal(|| false),
        left_out: use_signal(Vec::new),
    };
    let mut step = use_signal(|| Step::Check);
    let mut problem = use_signal(|| None::<Problem>);
    // Of several answers the last one asked for counts.
    let mut asked = use_signal(|| 0_u32);
    let name = file.name.clone();

    let (checking, config) = (api.clone(), file.text.clone());
    use_effect(move || {
        let input = choices.input(&config);
        if matches!(*step.peek(), Step::Import(_) | Step::Done(_)) {
            return;
        }
        let number = *asked.peek() + 1;
        asked.set(number);
        step.set(Step::Check);
        problem.set(None);
        let api = checking.clone();
        spawn(async move {
            let answer = api.send(&CheckSshConfig(input)).await;
            if *asked.peek() != number {
                return;
            }
            match answer {
                Ok(outcome) => step.set(Step::Checked(outcome)),
                Err(found) => {
                    step.set(Step::Refused);
                    problem.set(Some(found));
                }
            }
        });
    });
    let import = move |_| {
        let Step::Checked(outcome) = step.peek().clone() else { return };
        let (api, config) = (api.clone(), file.text.clone());
        step.set(Step::Import(outcome.clone()));
        problem.set(None);
        spawn(async move {
            let sending = async {
                let tags = Some(tag_ids(&api, choices.tags, choices.new_tag).await?);
                api.send(&ImportSshConfig(SshConfigInput { tags, ..choices.input(&config) })).await
            };
            match sending.await {
                Ok(done) => step.set(Step::Done(done)),
                Err(found) => {
                    step.set(Step::Checked(outcome));
                    problem.set(Some(found));
                }
            }
        });
    };

    let now = step();
    let busy = matches!(now, Step::Check | Step::Import(_));
    let refused = match &now {
        Step::Refused => Some("Correct the file, then choose it again.".to_owned()),
        Step::Checked(outcome) if outcome.jump_hosts.new + outcome.devices.new + outcome.updated == 0 => {
            Some("The file has no hosts to add.".to_owned())
        }
        _ => None,
    };
    let finished = matches!(now, Step::Done(_));
    let adding = matches!(now, Step::Import(_)).then(|| "Adding the hosts.".to_owned());
    rsx! {
        Dialog {
            id: "import-ssh-config",
            title: "Import from ssh_config",
            wide: true,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button {
                    label: "Choose a file again",
                    glyph: Glyph::Upload,
                    refused: adding,
                    onclick: move |_| onchoose.call(()),
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
            dl { class: "facts",
                dt { "File" }
                dd { class: "text-heading", "{name}" }
            }
            if !finished {
                Choices { choices }
            }
            match now {
                Step::Check => rsx! { SkeletonRows { rows: 3, label: "Checking each host" } },
                Step::Checked(outcome) | Step::Import(outcome) => rsx! { HostsPreview { outcome, choices } },
                Step::Done(outcome) => rsx! { HostsOutcome { outcome } },
                Step::Refused => rsx! {},
            }
        }
    }
}

/// What such a file is, before one is chosen.
#[component]
pub fn SshConfigHowTo() -> Element {
    rsx! {
        p { "An OpenSSH ssh_config, usually ~/.ssh/config, says how hosts are reached:" }
        pre { class: "code-block mono",
            "Host gate\n    HostName 198.51.100.7\n    User jumper\n"
            "Host core-*\n    ProxyJump gate\n"
            "Host core-1\n    HostName 10.20.0.11"
        }
        p { class: "muted",
            "Hosts that a ProxyJump names become jump hosts, the other names without wildcards devices. Private keys \
             are not read: add them as credentials with the user names of the file. Match blocks with conditions and \
             Include are not followed. Nothing is changed before you have seen what would come of each host."
        }
    }
}

/// What new hosts get, and what happens to those that differ.
#[component]
fn Choices(choices: SshChoices) -> Element {
    let form = use_form();
    let (platforms, workplace) = (use_query(|| ListPlatforms), use_workplace());
    let credentials = use_query(|| ListCredentials { size: Some(MAX_SIZE), ..ListCredentials::default() });
    let SshChoices { mut platform, tags, new_tag, mut credential, mut updates, mut left_out } = choices;
    let mut names = vec![(AUTO.to_owned(), "Recognised at the first backup".to_owned())];
    let known = platforms.value();
    names.extend(
        known
            .iter()
            .flat_map(|known| known.items.iter())
            .filter(|platform| platform.name != AUTO)
            .map(|platform| (platform.name.clone(), platform.title.clone())),
    );
    let mut logins = vec![(String::new(), "One with the user name of the file".to_owned())];
    logins.extend(credentials.value().iter().flat_map(|page| page.items.iter()).map(|one| {
        let about = one.description.as_deref().filter(|text| !text.is_empty());
        let shown = about.map_or(one.username.clone(), |about| format!("{} ({about})", one.username));
        (one.id.to_string(), shown)
    }));
    let absent = left_out.read().join(", ");
    rsx! {
        div { class: "fields-2",
            SelectField {
                id: "ssh-config-platform",
                label: "Platform of new devices",
                value: platform(),
                options: names,
                error: platforms.error().map(|problem| problem.message),
                onchange: move |name| platform.set(name),
            }
            if workplace.is_admin() {
                SelectField {
                    id: "ssh-config-credential",
                    label: "New jump hosts sign in with",
                    value: credential(),
                    options: logins,
                    hint: "Used where no credential has the user name of the file.",
                    error: credentials.error().map(|problem| problem.message),
                    onchange: move |id| credential.set(id),
                }
            }
        }
        TagsField {
            id: "ssh-config-tags",
            label: "Tags of new devices",
            chosen: tags,
            fresh: new_tag,
            hint: "A credential is used for devices that share one of its tags. The tag default is always added.",
            form,
        }
        CheckField {
            id: "ssh-config-update",
            label: "Change hosts that differ to what the file says",
            checked: updates(),
            onchange: move |yes| updates.set(yes),
        }
        if !absent.is_empty() {
            p { class: "muted wraps",
                "Left out: {absent} "
                Button { label: "Leave none out", small: true, onclick: move |_| left_out.set(Vec::new()) }
            }
        }
    }
}

#[component]
fn HostsPreview(outcome: SshConfigOutcome, choices: SshChoices) -> Element {
    let mut left_out = choices.left_out;
    let will = format!(
        "{} and {} will be added, {}.",
        format::count(outcome.jump_hosts.new, "jump host"),
        format::count(outcome.devices.new, "device"),
        others(&outcome)
    );
    let missing = outcome.logins.iter().filter(|login| !login.found).map(|login| login.message.clone());
    let missing: Vec<String> = missing.collect();
    rsx! {
        p { class: "text-heading", role: "status", "{will}" }
        for (index, sentence) in missing.into_iter().enumerate() {
            p { key: "{index}", class: "text-warning", role: "note", "{sentence}" }
        }
        Stopped { why: outcome.stopped.clone() }
        HostRows { outcome: outcome.clone(), onleave: move |name: String| left_out.write().push(name) }
        RemarkRows { outcome }
    }
}

#[component]
fn HostsOutcome(outcome: SshConfigOutcome) -> Element {
    let workplace = use_workplace();
    let waits = !workplace.is_admin() && workplace.refusal(Feature::Approvals).is_none();
    let said = format!(
        "{} and {} added, {}.",
        format::count(outcome.jump_hosts.new, "jump host"),
        format::count(outcome.devices.new, "device"),
        others(&outcome)
    );
    rsx! {
        p { class: "text-heading", role: "status", "{said}" }
        if waits && outcome.devices.new > 0 {
            p { "They wait for approval: no credential is sent to them until an admin approves them." }
        }
        Stopped { why: outcome.stopped.clone() }
        HostRows { outcome: outcome.clone() }
        RemarkRows { outcome }
    }
}

/// What comes of the hosts that are not added.
fn others(outcome: &SshConfigOutcome) -> String {
    let (hosts, devices) = (outcome.jump_hosts, outcome.devices);
    let differ = hosts.changed + devices.changed;
    let same = format::count_of(hosts.same + devices.same, "is there already", "are there already");
    let mut parts = vec![same, format::count_of(differ, "differs", "differ")];
    if outcome.updated > 0 {
        parts.push(format!("{} changed to what the file says", format::number(outcome.updated)));
    }
    parts.push(format!("{} wrong", format::number(hosts.wrong + devices.wrong)));
    parts.join(", ")
}

/// The hosts. With `onleave` a new device can be left out.
#[component]
fn HostRows(outcome: SshConfigOutcome, onleave: Option<EventHandler<String>>) -> Element {
    let (hosts, devices) = (outcome.jump_hosts, outcome.devices);
    let all: i64 = [hosts, devices].iter().map(|one| one.new + one.same + one.changed + one.wrong).sum();
    let more = all - i64::try_from(outcome.hosts.len()).unwrap_or(i64::MAX);
    if outcome.hosts.is_empty() {
        return rsx! {};
    }
    rsx! {
        div { class: "refused-rows",
            table { class: "data-table", aria_label: "Hosts",
                colgroup {
                    col { class: "col-line" }
                    col { class: "col-host" }
                    col { class: "col-word" }
                    col {}
                    col { class: "col-word" }
                }
                thead {
                    tr {
                        th { scope: "col", class: "num", "Line" }
                        th { scope: "col", "Name" }
                        th { scope: "col", "Result" }
                        th { scope: "col", "Details" }
                        th { scope: "col",
                            span { class: "sr-only", "Leave out" }
                        }
                    }
                }
                tbody {
                    for (index, host) in outcome.hosts.into_iter().enumerate() {
                        HostRow { key: "{index}", host, onleave }
                    }
                }
            }
            if more > 0 {
                p { class: "muted", "{format::count(more, \"further host\")} not listed." }
            }
        }
    }
}

#[component]
fn HostRow(host: SshHost, onleave: Option<EventHandler<String>>) -> Element {
    let tone = match host.fate {
        SshHostFate::New => Tone::Success,
        SshHostFate::Same => Tone::Neutral,
        SshHostFate::Changed => Tone::Warning,
        SshHostFate::Wrong => Tone::Danger,
    };
    let leave = onleave.filter(|_| (host.kind, host.fate) == (SshHostKind::Device, SshHostFate::New));
    let name = host.name.clone();
    let result = if host.kind == SshHostKind::JumpHost {
        format!("{} {}", host.fate.title(), host.kind.title())
    } else {
        host.fate.title().to_owned()
    };
    rsx! {
        tr {
            td { class: "num", {format::number(host.line)} }
            td { class: "name wraps", "{host.name}" }
            td {
                Tag { text: result, tone }
            }
            td { class: "wraps", "{host.message}" }
            td {
                if let Some(leave) = leave {
                    Button {
                        label: "Leave out",
                        named: format!("Leave out {name}"),
                        kind: ButtonKind::Text,
                        small: true,
                        onclick: move |_| leave.call(name.clone()),
                    }
                }
            }
        }
    }
}

/// The lines that were not understood.
#[component]
fn RemarkRows(outcome: SshConfigOutcome) -> Element {
    if outcome.remarks.is_empty() {
        return rsx! {};
    }
    let more = outcome.not_understood - i64::try_from(outcome.remarks.len()).unwrap_or(i64::MAX);
    rsx! {
        div { class: "refused-rows",
            p { class: "text-heading", "Lines that were not understood" }
            ul {
                for (index, remark) in outcome.remarks.into_iter().enumerate() {
                    li { key: "{index}", class: "wraps", "{remark.message}" }
                }
            }
            if more > 0 {
                p { class: "muted", "{format::count(more, \"further line\")} not listed." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::devices::SshHostCounts;

    use super::*;

    #[test]
    fn the_hosts_that_are_not_added_are_counted_in_words() {
        let counts = |same, changed, wrong| SshHostCounts { new: 0, same, changed, wrong };
        let mut outcome = SshConfigOutcome {
            jump_hosts: counts(1, 0, 0),
            devices: counts(0, 2, 1_000),
            ..SshConfigOutcome::default()
        };
        assert_eq!(others(&outcome), "1 is there already, 2 differ, 1,000 wrong");
        outcome.updated = 2;
        assert_eq!(others(&outcome), "1 is there already, 2 differ, 2 changed to what the file says, 1,000 wrong");
    }
}
