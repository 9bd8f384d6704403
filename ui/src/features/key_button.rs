//! The button for admins that changes which host key of a device is stored, and asks first.

use dioxus::prelude::*;
use netraven_api::native::Feature;

use crate::components::{Button, ButtonKind, Confirm, Glyph};
use crate::state::session::use_workplace;

/// The button with its question. `denied` is said to who is no admin; the question is open while `asking` says so, and has the
/// children below its text.
#[component]
pub fn KeyButton(
    label: String,
    #[props(default)] kind: ButtonKind,
    denied: String,
    title: String,
    text: String,
    action: String,
    #[props(default = "Keep it".to_owned())] keep: String,
    mut asking: Signal<bool>,
    busy: bool,
    onconfirm: EventHandler<()>,
    children: Element,
) -> Element {
    let workplace = use_workplace();
    let refused = workplace.refusal(Feature::HostKeys).or_else(|| (!workplace.is_admin()).then_some(denied));
    rsx! {
        Button { label, kind, glyph: Glyph::Key, small: true, refused, onclick: move |_| asking.set(true) }
        if asking() {
            Confirm {
                title,
                text,
                action,
                keep,
                typed: workplace.guard(),
                busy,
                onconfirm: move |()| onconfirm.call(()),
                onclose: move |()| asking.set(false),
                {children}
            }
        }
    }
}
