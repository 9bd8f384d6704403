//! Dialogs after the ARIA pattern: the focus goes in, stays in, and comes back; Escape closes.

use dioxus::prelude::*;

use super::button::{Button, ButtonKind, CloseButton};
use super::field::TextField;
use crate::dom::{self, Edge, FocusKeeper};

/// A dialog over the page. Give its main actions as `actions`; `topmost` lies over every other one, whichever was opened first.
#[component]
pub fn Dialog(
    id: String,
    title: String,
    onclose: EventHandler<()>,
    #[props(default)] wide: bool,
    #[props(default)] topmost: bool,
    actions: Option<Element>,
    children: Element,
) -> Element {
    let keeper = use_hook(FocusKeeper::remember);
    use_drop(move || keeper.restore());
    let (first, last, body) = (id.clone(), id.clone(), format!("{id}-body"));
    let inside = body.clone();
    rsx! {
        div {
            class: if topmost { "dialog-veil dialog-topmost" } else { "dialog-veil" },
            onkeydown: move |event| {
                if event.key() == Key::Escape {
                    event.stop_propagation();
                    onclose.call(());
                }
            },
            span { tabindex: "0", aria_hidden: "true", onfocus: move |_| dom::focus_edge(&last, Edge::Last) }
            div {
                id: "{id}",
                class: if wide { "dialog dialog-wide" } else { "dialog" },
                role: "dialog",
                aria_modal: "true",
                aria_labelledby: "{id}-title",
                onmounted: move |_| dom::focus_edge(&inside, Edge::First),
                header {
                    h2 { id: "{id}-title", "{title}" }
                    CloseButton { onclose }
                }
                // Without a control inside, the focus is on the content itself: it is read out, and Escape is heard.
                div { id: "{body}", class: "dialog-rest", tabindex: "-1",
                    div { class: "dialog-body", {children} }
                    if let Some(actions) = actions {
                        footer { {actions} }
                    }
                }
            }
            span { tabindex: "0", aria_hidden: "true", onfocus: move |_| dom::focus_edge(&first, Edge::First) }
        }
    }
}

/// Asks before something is done that can't be undone. With `typed` only who types that name may do it; `keep` is the way
/// out, and the children stand below the text.
#[component]
pub fn Confirm(
    title: String,
    text: String,
    action: String,
    #[props(default)] busy: bool,
    typed: Option<String>,
    #[props(default = "Keep it".to_owned())] keep: String,
    onconfirm: EventHandler<()>,
    onclose: EventHandler<()>,
    children: Element,
) -> Element {
    let mut word = use_signal(String::new);
    let refused = typed.as_ref().filter(|name| word.read().trim() != name.as_str());
    let refused = refused.map(|name| format!("Type {name} first: this is a production server."));
    rsx! {
        Dialog {
            id: "confirm",
            title,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: keep, onclick: move |_| onclose.call(()) }
                Button { label: action, kind: ButtonKind::Danger, busy, refused, onclick: move |_| onconfirm.call(()) }
            },
            p { "{text}" }
            {children}
            if let Some(name) = typed {
                TextField {
                    id: "confirm-name",
                    label: "Type {name} to continue",
                    value: word(),
                    hint: "This is a production server.",
                    autocomplete: "off",
                    oninput: move |text| word.set(text),
                }
            }
        }
    }
}
