//! A text that has come to rest, so that typing does not send a request for every letter.

use std::time::Duration;

use dioxus::prelude::*;

use crate::data::api::use_api;

/// How long a text has to stay the same.
const REST: Duration = Duration::from_millis(220);

/// Follows a text, a little later than it is typed.
pub fn use_settled(text: impl Fn() -> String + 'static) -> ReadSignal<String> {
    let api = use_api();
    let text = use_memo(text);
    let mut settled = use_signal(|| text.peek().clone());
    use_effect(move || {
        let typed = text();
        if typed == *settled.peek() {
            return;
        }
        let clock = api.clock().clone();
        spawn(async move {
            clock.sleep(REST).await;
            if *text.peek() == typed && *settled.peek() != typed {
                settled.set(typed);
            }
        });
    });
    settled.into()
}
