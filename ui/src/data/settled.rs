//! A value that has come to rest, so that typing does not send a request for every letter.

use std::time::Duration;

use dioxus::prelude::*;

use crate::data::api::use_api;

/// How long it has to stay the same.
const REST: Duration = Duration::from_millis(220);

/// Follows a value, such as a text, a little later than it is typed.
pub fn use_settled<T: Clone + PartialEq + 'static>(value: impl Fn() -> T + 'static) -> ReadSignal<T> {
    let api = use_api();
    let value = use_memo(value);
    let mut settled = use_signal(|| value.peek().clone());
    use_effect(move || {
        let typed = value();
        if typed == *settled.peek() {
            return;
        }
        let clock = api.clock().clone();
        spawn(async move {
            clock.sleep(REST).await;
            if *value.peek() == typed && *settled.peek() != typed {
                settled.set(typed);
            }
        });
    });
    settled.into()
}
