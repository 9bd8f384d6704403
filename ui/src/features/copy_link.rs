//! A link to what is on screen, for a colleague or a note.

use dioxus::prelude::*;

use crate::components::{Button, ButtonKind, Glyph};
use crate::dom;
use crate::link;
use crate::route::Route;
use crate::state::notices::use_notices;

/// Copies the link to a place and says so; where the clipboard cannot be reached, the link is shown.
pub fn use_copy_link() -> Callback<Route> {
    let notices = use_notices();
    use_callback(move |place: Route| {
        let text = link::to(&place);
        spawn(async move {
            if dom::copy(&text).await {
                notices.done("Link copied. Paste it into search (Ctrl K) to open this view.");
            } else {
                notices.wrong(format!("The clipboard is not available. The link is {text}"));
            }
        });
    })
}

/// The button that copies a link to a place, which is asked for when it is pressed.
#[component]
pub fn CopyLink(place: Callback<(), Route>) -> Element {
    let copy = use_copy_link();
    rsx! {
        Button {
            label: "Copy link",
            kind: ButtonKind::Text,
            glyph: Glyph::Copy,
            onclick: move |_| copy.call(place.call(())),
        }
    }
}
