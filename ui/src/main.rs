//! Starts the web view inside the desktop window.

#[cfg(target_arch = "wasm32")]
fn main() {
    dioxus::launch(root);
}

/// Hands the real bridge and the real clock to the application.
#[cfg(target_arch = "wasm32")]
fn root() -> dioxus::prelude::Element {
    use std::rc::Rc;

    use dioxus::prelude::*;
    use netraven_ui::app::App;
    use netraven_ui::bridge::{Bridge, Tauri};
    use netraven_ui::clock::{Clock, SystemClock};

    use_context_provider(|| Rc::new(Tauri) as Rc<dyn Bridge>);
    use_context_provider(|| Rc::new(SystemClock::new()) as Rc<dyn Clock>);
    rsx! {
        App {}
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is the web view of NetRaven Desktop. Start the window with: cargo xtask run");
}
