//! A form in a dialog: what it was refused for, whether it is being sent, and the frame around its fields.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::problem::FieldError;

use crate::components::{Button, ButtonKind, Dialog, Glyph, Icon};

/// A form that is filled in; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct Form {
    problem: Signal<Option<Problem>>,
    busy: Signal<bool>,
}

/// A form of this component, refused for nothing yet.
pub fn use_form() -> Form {
    Form { problem: use_signal(|| None), busy: use_signal(|| false) }
}

impl Form {
    /// Why a field was refused, if it was.
    #[must_use]
    pub fn refusal(&self, field: &str) -> Option<String> {
        refusal(&self.problem.read(), field)
    }

    /// Says what is wrong with it before anything is sent; whether something is.
    pub fn refuse(&self, found: Option<Problem>) -> bool {
        let (mut problem, refused) = (self.problem, found.is_some());
        if refused {
            problem.set(found);
        }
        refused
    }

    /// What was typed, if nothing is wrong with it; else says what is.
    #[must_use]
    pub fn accept<T>(&self, typed: Result<T, Problem>) -> Option<T> {
        match typed {
            Ok(value) => Some(value),
            Err(found) => {
                self.refuse(Some(found));
                None
            }
        }
    }

    /// Sends it. What the server refuses is said in the form; with what it answers, `done` goes on.
    pub fn send<T: 'static>(
        &self,
        sending: impl Future<Output = Result<T, Problem>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        let Form { mut problem, mut busy } = *self;
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = sending.await;
            busy.set(false);
            match answer {
                Ok(value) => done(value),
                Err(found) => problem.set(Some(found)),
            }
        });
    }
}

/// A form in a dialog, with a way out and the button that submits it, which says `action`. `fields` are those that show their
/// own refusal. It is submitted once at a time.
#[component]
pub fn FormDialog(
    id: String,
    title: String,
    action: String,
    form: Form,
    fields: Vec<&'static str>,
    #[props(default)] wide: bool,
    onsubmit: EventHandler<()>,
    onclose: EventHandler<()>,
    children: Element,
) -> Element {
    let inside = format!("{id}-form");
    let busy = *form.busy.read();
    rsx! {
        Dialog {
            id,
            title,
            wide,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button { label: action, kind: ButtonKind::Primary, submit: true, busy, form: inside.clone() }
            },
            form {
                id: "{inside}",
                novalidate: true,
                onsubmit: move |event: FormEvent| {
                    event.prevent_default();
                    if !*form.busy.peek() {
                        onsubmit.call(());
                    }
                },
                FormProblem { problem: form.problem.cloned(), fields }
                {children}
            }
        }
    }
}

/// Says what a refusal says of no field on screen (`fields`): a duplicate, no connection, a broken server.
#[component]
pub fn FormProblem(problem: Option<Problem>, fields: Vec<&'static str>) -> Element {
    let Some(problem) = problem else {
        return rsx! {};
    };
    let elsewhere: Vec<&FieldError> =
        problem.fields.iter().filter(|error| !fields.iter().any(|field| names(error, field))).collect();
    let said: Vec<String> = if problem.fields.is_empty() {
        vec![problem.message.clone()]
    } else {
        elsewhere.iter().map(|error| error.message.clone()).collect()
    };
    rsx! {
        for (index, text) in said.into_iter().enumerate() {
            div { key: "{index}", class: "gate-problem form-problem", role: "alert",
                Icon { glyph: Glyph::Alert, class: "text-danger" }
                span { "{text}" }
            }
        }
    }
}

/// A refusal of several fields at once, found before anything is sent.
#[must_use]
pub fn refusal_of(fields: Vec<(&str, String)>) -> Option<Problem> {
    let mut fields = fields.into_iter();
    let (field, message) = fields.next()?;
    let mut problem = Problem::field(format!("body.{field}"), message);
    problem.fields.extend(fields.map(|(field, message)| FieldError { field: format!("body.{field}"), message }));
    Some(problem)
}

/// Why a field of the body was refused, if it was.
fn refusal(problem: &Option<Problem>, field: &str) -> Option<String> {
    let fields = &problem.as_ref()?.fields;
    fields.iter().find(|error| names(error, field)).map(|error| error.message.clone())
}

fn names(error: &FieldError, field: &str) -> bool {
    let Some(rest) = error.field.strip_prefix("body.").and_then(|rest| rest.strip_prefix(field)) else {
        return false;
    };
    rest.is_empty() || rest.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_found_at_its_field_and_no_other() {
        let problem = refusal_of(vec![("tags.0", "No such tag.".into()), ("port", "Too large.".into())]);
        assert_eq!(refusal(&problem, "tags"), Some("No such tag.".into()));
        assert_eq!(refusal(&problem, "port"), Some("Too large.".into()));
        assert_eq!((refusal(&problem, "tag"), refusal(&None, "tags")), (None, None));
        assert_eq!(refusal_of(Vec::new()), None);
    }
}
