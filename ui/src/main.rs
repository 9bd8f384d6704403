//! Starts the web view inside the desktop window.

#[cfg(target_arch = "wasm32")]
fn main() {
    std::panic::set_hook(Box::new(show_defect));
    dioxus::launch(root);
}

/// A defect ends the web view's program: what is on screen would stay, dead. So it says so, and the console has the place.
#[cfg(target_arch = "wasm32")]
fn show_defect(defect: &std::panic::PanicHookInfo<'_>) {
    web_sys::console::error_1(&defect.to_string().into());
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let (Some(body), Ok(note)) = (document.body(), document.create_element("p")) else { return };
    note.set_class_name("boot-failed");
    let _ = note.set_attribute("role", "alert");
    note.set_text_content(Some(
        "This window stopped because of an internal error. Close it and start it again; jobs continue and nothing is lost.",
    ));
    let _ = body.prepend_with_node_1(&note);
}

/// Hands the real bridge and the real clock to the application; in the demo, a recorded world instead of the bridge.
#[cfg(target_arch = "wasm32")]
fn root() -> dioxus::prelude::Element {
    use std::rc::Rc;

    use dioxus::prelude::*;
    use netraven_ui::app::App;
    use netraven_ui::bridge::Bridge;
    use netraven_ui::clock::{Clock, SystemClock};

    let clock = use_context_provider(|| Rc::new(SystemClock::new()) as Rc<dyn Clock>);
    #[cfg(feature = "demo")]
    {
        use netraven_ui::demo::{DemoBand, DemoBridge};
        use_context_provider(|| Rc::new(DemoBridge::new(clock)) as Rc<dyn Bridge>);
        rsx! {
            DemoBand {}
            App {}
        }
    }
    #[cfg(not(feature = "demo"))]
    {
        let _ = clock;
        use_context_provider(|| Rc::new(netraven_ui::bridge::Tauri) as Rc<dyn Bridge>);
        rsx! {
            App {}
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is the web view of NetRaven Desktop. Start the window with: cargo xtask run");
}
