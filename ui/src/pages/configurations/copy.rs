//! The button that copies what is shown of a configuration.

use dioxus::prelude::*;

use crate::components::{Button, Glyph};
use crate::dom;
use crate::state::notices::use_notices;

/// Copies `text`, which is a `what` (`difference`).
#[component]
pub fn CopyText(#[props(!optional)] text: Option<String>, what: &'static str) -> Element {
    let notices = use_notices();
    let refused = text.is_none().then(|| "Nothing to copy.".to_owned());
    let copy = move |_| {
        let Some(text) = text.clone() else { return };
        spawn(async move {
            if dom::copy(&text).await {
                notices.done(format!("The {what} was copied."));
            } else {
                notices.wrong("The clipboard is not available. Select the text and copy it.");
            }
        });
    };
    rsx! {
        Button { label: "Copy", glyph: Glyph::Copy, refused, onclick: copy }
    }
}
