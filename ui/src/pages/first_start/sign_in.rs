//! Signing in to a server again.

use dioxus::prelude::*;

use super::{Card, ServerForm};

/// Asks for user and password of a server that is already chosen.
#[component]
pub fn SignInPage(url: String, username: Option<String>, reason: Option<String>) -> Element {
    rsx! {
        Card { title: "Sign in", text: reason.unwrap_or_else(|| "Sign in to continue.".to_owned()),
            ServerForm { url, username: username.unwrap_or_default(), known: true }
        }
    }
}
