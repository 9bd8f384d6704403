//! The dialog in which a platform is written: its text with numbered lines, what is wrong beside its line, and the
//! recordings that prove it.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::native::{Native, PickedFile};
use netraven_api::platforms::{CheckPlatform, CheckedPlatform, PlatformRecording, RefusedPlatform};

use super::draft::{PlatformDraft, free_name};
use crate::components::{Button, ButtonKind, Glyph, Icon};
use crate::data::{use_api, use_settled};
use crate::features::form::{FormDialog, FormProblem, use_form};
use crate::state::notices::use_notices;

/// What the server said of a text.
type Checked = Option<(String, Result<CheckedPlatform, Problem>)>;

/// Edits a platform and saves it.
#[component]
pub fn EditorDialog(draft: PlatformDraft, onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let (first, beside) = (draft.text.clone(), draft.recordings.clone());
    let mut text = use_signal(move || first);
    let recordings = use_signal(move || beside);
    let checked = use_check(text);
    let title = match &draft.saved {
        Some(saved) => format!("Edit {}", saved.name),
        None => "New platform".to_owned(),
    };
    let note = draft.note.clone();
    let save = move |()| {
        let Some(found) = form.accept(ready(&checked.peek(), &text.peek())) else { return };
        let (api, request) = (api.clone(), draft.request(text(), recordings(), &found));
        form.send(async move { api.send(&request).await }, move |saved| {
            notices.done(format!("{} was saved. Every session from now on uses it.", saved.name));
            onclose.call(());
        });
    };
    rsx! {
        FormDialog {
            id: "platform",
            title,
            action: "Save",
            form,
            fields: Vec::new(),
            wide: true,
            onsubmit: save,
            onclose,
            if let Some(note) = note {
                p { class: "text-warning", Icon { glyph: Glyph::Info, size: 14 } " {note}" }
            }
            PlatformText {
                id: "platform-text",
                text: text(),
                refusal: refusal_of(&checked.read(), &text.read()),
                oninput: move |typed| text.set(typed),
            }
            Findings { checked: checked() }
            Recordings { recordings }
        }
    }
}

/// Has the text checked whenever it has come to rest.
fn use_check(text: Signal<String>) -> Signal<Checked> {
    let api = use_api();
    let settled = use_settled(move || text.read().clone());
    let mut checked = use_signal(|| None);
    use_effect(move || {
        let typed = settled.read().clone();
        let api = api.clone();
        spawn(async move {
            let answer = api.send(&CheckPlatform { text: typed.clone() }).await;
            // What was typed meanwhile is checked on its own.
            if *settled.peek() == typed {
                checked.set(Some((typed, answer)));
            }
        });
    });
    checked
}

/// Why the text is refused, as long as it is the one that was checked.
fn refusal_of(checked: &Checked, text: &str) -> Option<RefusedPlatform> {
    match checked {
        Some((of, Ok(found))) if of == text => found.refusal.clone(),
        _ => None,
    }
}

/// What the server found in the text, if it can be saved.
fn ready(checked: &Checked, text: &str) -> Result<CheckedPlatform, Problem> {
    let wrong = |sentence: &str| Err(Problem::field("body.text", sentence));
    match checked.as_ref().filter(|(of, _)| of == text) {
        Some((_, Ok(found))) if found.refusal.is_none() => Ok(found.clone()),
        Some((_, Ok(_))) => wrong("Correct the text first: what is wrong stands beside its line."),
        Some((_, Err(problem))) => Err(problem.clone()),
        None => wrong("The text is being checked: try again in a moment."),
    }
}

/// The text with its lines numbered, and the refusal beside its line.
#[component]
fn PlatformText(
    id: String,
    text: String,
    #[props(!optional)] refusal: Option<RefusedPlatform>,
    oninput: EventHandler<String>,
) -> Element {
    let count = text.split('\n').count();
    let numbers = (1..=count).map(|number| number.to_string()).collect::<Vec<_>>().join("\n");
    let line = refusal.as_ref().and_then(|refusal| usize::try_from(refusal.line?).ok()).unwrap_or(1);
    // Empty lines lead to the line that it is about.
    let lead = "\n".repeat(line.saturating_sub(1).min(count));
    let (invalid, words) = (refusal.is_some(), refusal.as_ref().map(in_words));
    rsx! {
        div { class: "editor mono",
            pre { class: "editor-lines", aria_hidden: "true", "{numbers}" }
            textarea {
                id: "{id}",
                aria_label: "Text of the platform's file",
                aria_invalid: if invalid { "true" },
                aria_describedby: "platform-refusal",
                wrap: "off",
                rows: "{count}",
                spellcheck: "false",
                autocomplete: "off",
                value: "{text}",
                oninput: move |event| oninput.call(event.value()),
            }
            pre { id: "platform-refusal", class: "editor-note", role: "status",
                if let Some(words) = words {
                    "{lead}"
                    span { class: "text-danger", "{words}" }
                }
            }
        }
    }
}

/// What is wrong, and what to do.
fn in_words(refusal: &RefusedPlatform) -> String {
    let line = refusal.line.map(|line| format!("Line {line}: ")).unwrap_or_default();
    let field = refusal.field.as_ref().map(|field| format!("{field} ")).unwrap_or_default();
    format!("{line}{field}{}. {}.", refusal.problem, refusal.advice)
}

/// What saving the text would mean.
#[component]
fn Findings(checked: Checked) -> Element {
    let found = match checked {
        None => return rsx! {},
        Some((_, Err(problem))) => return rsx! { FormProblem { problem: Some(problem), fields: Vec::new() } },
        Some((_, Ok(found))) => found,
    };
    let name = found.name.clone().unwrap_or_default();
    rsx! {
        if found.replaces_built_in {
            p { class: "muted",
                "It is used instead of the built-in {name}. The recordings that prove that one are not part of the program, so they are not replayed; those below are. With the source code at hand, netraven-server platform replay reads them."
            }
        }
        if let Some(file) = &found.covered_by {
            p { class: "text-warning", "This server uses its file {file} instead, until that is removed." }
        }
    }
}

/// The recordings that are replayed before it is saved.
#[component]
fn Recordings(mut recordings: Signal<Vec<PlatformRecording>>) -> Element {
    let (api, notices) = (use_api(), use_notices());
    let add = move |_| {
        let api = api.clone();
        spawn(async move {
            let title = "Choose a recorded session".to_owned();
            let wish = Native::PickFile { title, extensions: vec!["toml".into()] };
            match api.ask::<Option<PickedFile>>(wish).await {
                Ok(Some(PickedFile { name, text })) => {
                    let name = free_name(&name, &recordings.peek());
                    recordings.write().push(PlatformRecording { name, session: text, expected: None });
                }
                Ok(None) => {}
                Err(problem) => notices.problem(&problem),
            }
        });
    };
    let all = recordings();
    let forget = use_callback(move |name: String| {
        let mut recordings = recordings.write();
        recordings.iter_mut().filter(|one| one.name == name).for_each(|one| one.expected = None);
    });
    let remove = use_callback(move |name: String| recordings.write().retain(|one| one.name != name));
    rsx! {
        section { class: "side-part", aria_label: "Recordings",
            h4 { "Recordings" }
            if all.is_empty() {
                p { class: "muted", "There is none: nothing proves that this platform reads a device." }
            }
            ul { class: "side-list",
                for PlatformRecording { name, expected, .. } in all {
                    RecordingRow {
                        key: "{name}",
                        name,
                        is_expected: expected.is_some(),
                        onforget: move |name| forget.call(name),
                        onremove: move |name| remove.call(name),
                    }
                }
            }
            div { class: "side-actions",
                Button { label: "Add a recording", glyph: Glyph::Upload, small: true, onclick: add }
            }
        }
    }
}

#[component]
fn RecordingRow(
    name: String,
    is_expected: bool,
    onforget: EventHandler<String>,
    onremove: EventHandler<String>,
) -> Element {
    let (forgotten, removed) = (name.clone(), name.clone());
    rsx! {
        li {
            span { class: "mono grow", "{name}" }
            if is_expected {
                Button {
                    label: "Expect what it gives now",
                    named: "Expect what {name} gives now",
                    small: true,
                    onclick: move |_| onforget.call(forgotten.clone()),
                }
            } else {
                span { class: "muted", "what it gives is expected from then on" }
            }
            Button {
                label: "Remove",
                named: "Remove the recording {name}",
                kind: ButtonKind::Icon,
                glyph: Glyph::Trash,
                onclick: move |_| onremove.call(removed.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_belongs_to_the_text_that_was_checked() {
        let refusal = RefusedPlatform {
            file: "text".to_owned(),
            saved: None,
            line: Some(3),
            field: Some("errors".to_owned()),
            problem: "the list is empty".to_owned(),
            advice: "Add a line".to_owned(),
        };
        assert_eq!(in_words(&refusal), "Line 3: errors the list is empty. Add a line.");
        let found = CheckedPlatform { refusal: Some(refusal), ..CheckedPlatform::default() };
        let checked = Some(("a".to_owned(), Ok(found)));
        assert!(refusal_of(&checked, "a").is_some() && refusal_of(&checked, "ab").is_none());
        assert!(refusal_of(&None, "a").is_none());
        let message = |checked: &Checked, text: &str| ready(checked, text).unwrap_err().message;
        assert!(message(&checked, "a").starts_with("Correct the text") && message(&checked, "b").contains("checked"));
        let good = Some(("a".to_owned(), Ok(CheckedPlatform::default())));
        assert!(ready(&good, "a").is_ok());
    }
}
