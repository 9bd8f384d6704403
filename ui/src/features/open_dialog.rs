//! The dialog that is open over a list, and the question before a row of it is deleted.

use std::convert::Infallible;

use dioxus::prelude::*;
use netraven_api::Endpoint;

use super::actions::{Change, use_change};
use crate::components::Confirm;
use crate::state::session::use_workplace;

/// Which dialog is open over a list of `T`. `More` are those that this list alone has.
#[derive(Clone, Debug, PartialEq)]
pub enum OpenDialog<T, More = Infallible> {
    /// No dialog is open.
    Nothing,
    /// The form for a new row.
    Add,
    /// The form that changes a row.
    Change(T),
    /// The question before a row is deleted.
    Delete(T),
    /// One of the list's own.
    More(More),
}

/// What is asked before a deletion, and said after it.
pub struct Question {
    /// The question.
    pub title: String,
    /// What goes, and what stays.
    pub text: String,
    /// The button that deletes.
    pub action: &'static str,
    /// What is said when it is done.
    pub done: String,
}

/// Deletes rows of a list after a question.
pub struct Deletion<E: 'static> {
    delete: Change<E>,
    typed: Option<String>,
    close: Callback<()>,
}

/// Deletes rows of the list over which `dialog` is open; it closes once the server has answered.
pub fn use_deletion<T: 'static, More: 'static, E: Endpoint + Clone + 'static>(
    mut dialog: Signal<OpenDialog<T, More>>,
) -> Deletion<E> {
    let close = use_callback(move |()| dialog.set(OpenDialog::Nothing));
    Deletion { delete: use_change(move |_| close.call(())), typed: use_workplace().guard(), close }
}

impl<E: Endpoint + Clone + 'static> Deletion<E> {
    /// The dialog that asks.
    pub fn ask(self, request: E, question: Question) -> Element {
        let Deletion { delete, typed, close } = self;
        let Question { title, text, action, done } = question;
        rsx! {
            Confirm {
                title,
                text,
                action,
                typed,
                busy: delete.busy(),
                onconfirm: move |()| delete.make(request.clone(), done.clone()),
                onclose: move |()| close.call(()),
            }
        }
    }
}
