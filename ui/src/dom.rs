//! The few things only the document itself can do; without a document (tests) they do nothing, or what [`absent`] says.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::JsCast;

#[cfg(not(target_arch = "wasm32"))]
pub mod absent;
mod rows;
mod scroll;
mod style;

pub use rows::{RowStep, step_row};
pub use scroll::{keep_in_view, scroll_to, scroll_to_top};
pub use style::{end_in_window, set_root_attribute, set_root_property, window_height};

/// Which end of a dialog's controls gets the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The first control.
    First,
    /// The last control.
    Last,
}

/// A key that was pressed somewhere in the window, and what the person was doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pressed {
    /// The key by its name.
    pub key: String,
    /// Whether Control or Command was held.
    pub control: bool,
    /// Whether Shift was held.
    pub shift: bool,
    /// Whether Alt was held.
    pub alt: bool,
    /// Whether the focus is in a field that takes text.
    pub typing: bool,
    /// Whether a dialog is open.
    pub dialog: bool,
}

impl Pressed {
    /// Whether the key alone was meant for the window: nothing is being typed or answered.
    #[must_use]
    pub fn is_free(&self) -> bool {
        !(self.control || self.alt || self.typing || self.dialog)
    }
}

/// Calls back for each key pressed anywhere, until what is returned is dropped. A key that was of use goes no further.
pub fn listen_to_keys(hear: impl Fn(Pressed) -> bool + 'static) -> KeyListener {
    #[cfg(target_arch = "wasm32")]
    {
        let closure = wasm_bindgen::closure::Closure::<dyn Fn(web_sys::KeyboardEvent)>::new(
            move |event: web_sys::KeyboardEvent| {
                let has = |selector| {
                    document().and_then(|document| document.query_selector(selector).ok()).flatten().is_some()
                };
                let pressed = Pressed {
                    key: event.key(),
                    control: event.ctrl_key() || event.meta_key(),
                    shift: event.shift_key(),
                    alt: event.alt_key(),
                    typing: has("input:focus,textarea:focus,select:focus,[contenteditable=true]:focus"),
                    dialog: has("[role=dialog]"),
                };
                if hear(pressed) {
                    event.prevent_default();
                }
            },
        );
        if let Some(document) = document() {
            let _ = document.add_event_listener_with_callback("keydown", closure.as_ref().unchecked_ref());
        }
        KeyListener { closure: std::rc::Rc::new(closure) }
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        KeyListener { _hear: absent::listen(hear) }
    }
}

/// Ends listening to keys when the last copy is dropped.
#[derive(Clone)]
pub struct KeyListener {
    #[cfg(target_arch = "wasm32")]
    closure: std::rc::Rc<wasm_bindgen::closure::Closure<dyn Fn(web_sys::KeyboardEvent)>>,
    #[cfg(not(target_arch = "wasm32"))]
    _hear: std::rc::Rc<dyn Fn(Pressed) -> bool>,
}

#[cfg(target_arch = "wasm32")]
impl Drop for KeyListener {
    fn drop(&mut self) {
        if std::rc::Rc::strong_count(&self.closure) == 1
            && let Some(document) = document()
        {
            let _ = document.remove_event_listener_with_callback("keydown", (*self.closure).as_ref().unchecked_ref());
        }
    }
}

/// Moves the focus to the first filter of the page.
pub fn focus_filter() {
    #[cfg(target_arch = "wasm32")]
    if let Some(field) =
        document().and_then(|document| document.query_selector("main input[type=search]").ok()).flatten()
    {
        focus_element(&field);
    }
}

/// Moves the focus to the element of an id.
pub fn focus(id: &str) {
    #[cfg(target_arch = "wasm32")]
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        focus_element(&element);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = id;
}

/// Moves the focus to the element of an id where the one that had it is drawn away now: it would be nowhere, and the next
/// Tab would begin at the top of the page. A focus that has moved on is left there.
pub fn focus_if_lost(id: &str) {
    #[cfg(target_arch = "wasm32")]
    {
        /// Drawing takes a few frames.
        const FRAMES: usize = 6;
        const FRAME: std::time::Duration = std::time::Duration::from_millis(17);
        let id = id.to_owned();
        wasm_bindgen_futures::spawn_local(async move {
            for _ in 0..FRAMES {
                gloo_timers::future::sleep(FRAME).await;
                let holder = document().and_then(|document| document.active_element());
                if holder.is_none_or(|element| element.tag_name().eq_ignore_ascii_case("body")) {
                    focus(&id);
                }
            }
        });
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = id;
}

/// Moves the focus to the first or last control inside the element of an id.
pub fn focus_edge(id: &str, edge: Edge) {
    #[cfg(target_arch = "wasm32")]
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        const CONTROLS: &str =
            "button:not(:disabled),a[href],input:not(:disabled),select:not(:disabled),textarea:not(:disabled)";
        let control = element.query_selector_all(CONTROLS).ok().and_then(|found| {
            let index = if edge == Edge::First { 0 } else { found.length().checked_sub(1)? };
            found.item(index)?.dyn_into::<web_sys::Element>().ok()
        });
        focus_element(&control.unwrap_or(element));
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (id, edge);
}

/// Puts a text on the clipboard; gives whether that was possible.
pub async fn copy(text: &str) -> bool {
    #[cfg(target_arch = "wasm32")]
    {
        use js_sys::{Function, Promise, Reflect};

        let of = |object: &wasm_bindgen::JsValue, name: &str| Reflect::get(object, &name.into()).ok();
        let clipboard = of(&js_sys::global(), "navigator").and_then(|navigator| of(&navigator, "clipboard"));
        let Some(clipboard) = clipboard.filter(|clipboard| clipboard.is_object()) else { return false };
        let Some(write) = of(&clipboard, "writeText").and_then(|write| write.dyn_into::<Function>().ok()) else {
            return false;
        };
        let written = write.call1(&clipboard, &text.into()).ok().and_then(|written| written.dyn_into::<Promise>().ok());
        match written {
            Some(written) => wasm_bindgen_futures::JsFuture::from(written).await.is_ok(),
            None => false,
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        absent::copy(text);
        true
    }
}

/// Whether a person has marked a text on the page, so that copying means that text.
#[must_use]
pub fn has_marked_text() -> bool {
    #[cfg(target_arch = "wasm32")]
    {
        use js_sys::{Function, Reflect};

        let of = |object: &wasm_bindgen::JsValue, name: &str| Reflect::get(object, &name.into()).ok();
        let selection = of(&js_sys::global(), "getSelection")
            .and_then(|get| get.dyn_into::<Function>().ok())
            .and_then(|get| get.call0(&js_sys::global()).ok())
            .filter(wasm_bindgen::JsValue::is_object);
        selection.and_then(|selection| of(&selection, "isCollapsed")?.as_bool()).is_some_and(|collapsed| !collapsed)
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        false
    }
}

/// Marks the whole text of the field of an id, so that typing replaces it.
pub fn mark_field(id: &str) {
    #[cfg(target_arch = "wasm32")]
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        focus_element(&element);
        let select = js_sys::Reflect::get(&element, &"select".into()).ok();
        if let Some(select) = select.and_then(|select| select.dyn_into::<js_sys::Function>().ok()) {
            let _ = select.call0(&element);
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = id;
}

/// Remembers what has the focus and gives it back when asked.
#[derive(Clone, Default)]
pub struct FocusKeeper {
    #[cfg(target_arch = "wasm32")]
    element: Option<web_sys::Element>,
}

impl FocusKeeper {
    /// Remembers the element that has the focus now.
    #[must_use]
    pub fn remember() -> FocusKeeper {
        FocusKeeper {
            #[cfg(target_arch = "wasm32")]
            element: document().and_then(|document| document.active_element()),
        }
    }

    /// Gives the focus back.
    pub fn restore(&self) {
        #[cfg(target_arch = "wasm32")]
        if let Some(element) = &self.element {
            focus_element(element);
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn document() -> Option<web_sys::Document> {
    web_sys::window().and_then(|window| window.document())
}

#[cfg(target_arch = "wasm32")]
fn focus_element(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
}
