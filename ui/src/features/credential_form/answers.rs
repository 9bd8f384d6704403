//! The answers to what devices ask at the sign-in besides the password: a pattern and an answer each.

use dioxus::prelude::*;
use netraven_api::native::Feature;

use super::typed::TypedAnswer;
use crate::components::{Button, ButtonKind, TextField};
use crate::features::form::Form;
use crate::state::session::use_workplace;

/// Most answers of a credential.
const MOST: usize = 16;
const HINT: &str = "For devices that ask for more than a password over SSH. The first pattern found in a question, in \
                    any case, says its answer; a question without an answer ends the sign-in.";

/// The list of answers; `stored` are the patterns whose answers the server has.
#[component]
pub fn AnswerFields(answers: Signal<Vec<TypedAnswer>>, stored: Vec<String>, form: Form) -> Element {
    let mut answers = answers;
    let refused = use_workplace().refusal(Feature::QuestionAnswers);
    let rows = answers();
    let error = form.refusal("answers");
    let full = (rows.len() >= MOST).then(|| format!("A credential has at most {MOST} answers."));
    rsx! {
        div { class: "field",
            span { class: "field-name", "Answers to other questions" }
            for row in rows {
                AnswerRow { key: "{row.number}", row: row.clone(), answers, is_stored: stored.contains(&row.pattern) }
            }
            Button {
                label: "Add an answer",
                kind: ButtonKind::Outline,
                small: true,
                refused: refused.clone().or(full),
                onclick: move |_| {
                    let number = answers.peek().iter().map(|row| row.number + 1).max().unwrap_or_default();
                    answers.write().push(TypedAnswer { number, ..TypedAnswer::default() });
                },
            }
            if let Some(error) = error {
                p { class: "field-error", "{error}" }
            } else {
                p { class: "field-hint", {refused.unwrap_or_else(|| HINT.to_owned())} }
            }
        }
    }
}

/// One answer.
#[component]
fn AnswerRow(row: TypedAnswer, answers: Signal<Vec<TypedAnswer>>, is_stored: bool) -> Element {
    let mut answers = answers;
    let number = row.number;
    let mut change = move |change: &dyn Fn(&mut TypedAnswer)| {
        if let Some(row) = answers.write().iter_mut().find(|row| row.number == number) {
            change(row);
        }
    };
    rsx! {
        div { class: "fields-2",
            TextField {
                id: "credential-question-{number}",
                label: "Words of the question (regular expression)",
                value: row.pattern.clone(),
                placeholder: "token code",
                autocomplete: "off",
                oninput: move |text: String| change(&|row| row.pattern.clone_from(&text)),
            }
            TextField {
                id: "credential-answer-{number}",
                label: "Answer",
                kind: "password",
                value: row.answer.clone(),
                autocomplete: "new-password",
                hint: if is_stored { "empty keeps it" } else { "" },
                oninput: move |text: String| change(&|row| row.answer.clone_from(&text)),
            }
        }
        Button {
            label: "Remove",
            named: "Remove the answer to {row.pattern}",
            kind: ButtonKind::Text,
            small: true,
            onclick: move |_| answers.write().retain(|row| row.number != number),
        }
    }
}
