//! Signing in again in place: a line a minute before the sign-in ends, a dialog once it has; what is on screen stays.

use dioxus::prelude::*;
use netraven_api::native::{Native, Renewal};
use netraven_api::{Problem, Secret};
use serde_json::Value;

use crate::components::{Button, ButtonKind, Dialog, Glyph, Icon, TextField};
use crate::data::{Topics, use_api};
use crate::format;
use crate::state::moment::use_moment;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;
use crate::state::standing::{Line, LineAction, Meant, use_line};

/// Asks for the password when the session wants it.
#[component]
pub fn RenewalGate() -> Element {
    let (workplace, moment) = (use_workplace(), use_moment());
    let mut asking = use_signal(|| false);
    // After the dialog is closed, the rows on screen are old for a while; the line below the page keeps asking.
    let mut put_off = use_signal(|| false);
    let ready = workplace.ready();
    use_effect(move || {
        if workplace.ready().renewal == Renewal::None {
            asking.set(false);
            put_off.set(false);
        }
    });
    let ended = ready.renewal == Renewal::Now;
    let said = match ready.expires_at {
        _ if ended => {
            "Your sign-in has expired. This page stays as it is and updates again once you sign in.".to_owned()
        }
        // Read only while it ends soon: else the whole would be drawn again every second.
        Some(end) if ready.renewal == Renewal::Soon => {
            format!("Your sign-in expires {}.", format::until(end, moment.now()))
        }
        Some(_) => String::new(),
        None => "Your sign-in expires soon.".to_owned(),
    };
    let press = use_callback(move |()| asking.set(true));
    use_line((ready.renewal != Renewal::None).then(|| Line::Said {
        meant: Meant::Warning,
        glyph: Glyph::Lock,
        text: said,
        actions: vec![LineAction { label: "Enter the password", named: None, busy: false, press }],
    }));
    rsx! {
        if asking() || (ended && !put_off()) {
            PasswordDialog {
                onclose: move |()| {
                    asking.set(false);
                    put_off.set(true);
                },
            }
        }
    }
}

#[component]
fn PasswordDialog(onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace, topics) = (use_api(), use_notices(), use_workplace(), use_context::<Topics>());
    let ready = workplace.ready();
    let mut password = use_signal(String::new);
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);
    let again = api.clone();
    let submit = use_callback(move |()| {
        if busy() || password.peek().is_empty() {
            return;
        }
        let api = again.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let wish = Native::SignInAgain { password: Secret::new(password.peek().clone()) };
            let answer = api.ask::<Value>(wish).await;
            busy.set(false);
            password.set(String::new());
            match answer {
                Ok(_) => {
                    topics.bump_all();
                    onclose.call(());
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    });
    let leave = move |_| {
        let api = api.clone();
        spawn(async move {
            if let Err(problem) = api.ask::<Value>(Native::SignOut).await {
                notices.problem(&problem);
            }
        });
    };
    rsx! {
        Dialog {
            id: "renewal",
            title: "Sign in again",
            topmost: true,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Sign out", onclick: leave }
                Button {
                    label: "Sign in",
                    kind: ButtonKind::Primary,
                    busy: busy(),
                    disabled: password.read().is_empty(),
                    onclick: move |_| submit.call(()),
                }
            },
            form {
                onsubmit: move |event| {
                    event.prevent_default();
                    submit.call(());
                },
                p { "{ready.username} at {ready.place}. Nothing on screen is lost; pending requests are sent afterwards." }
                TextField {
                    id: "renewal-password",
                    label: "Password",
                    kind: "password",
                    value: password(),
                    required: true,
                    focus: true,
                    autocomplete: "current-password",
                    oninput: move |text| password.set(text),
                }
                if let Some(problem) = problem() {
                    div { class: "gate-problem", role: "alert",
                        Icon { glyph: Glyph::Alert, class: "text-danger" }
                        span { "{problem.message}" }
                    }
                }
            }
        }
    }
}
