//! The few things only the document itself can do; without a document (tests) they do nothing.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::JsCast;

/// Which end of a dialog's controls gets the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The first control.
    First,
    /// The last control.
    Last,
}

/// Sets an attribute of `<html>`.
pub fn set_root_attribute(name: &str, value: &str) {
    #[cfg(target_arch = "wasm32")]
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute(name, value);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (name, value);
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

/// Moves the focus to the first or last control inside the element of an id.
pub fn focus_edge(id: &str, edge: Edge) {
    #[cfg(target_arch = "wasm32")]
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        const CONTROLS: &str =
            "button:not(:disabled),a[href],input:not(:disabled),select:not(:disabled),textarea:not(:disabled)";
        if let Ok(found) = element.query_selector_all(CONTROLS)
            && found.length() > 0
        {
            let index = if edge == Edge::First { 0 } else { found.length() - 1 };
            if let Some(control) = found.item(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) {
                focus_element(&control);
            }
        }
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
        let _ = text;
        false
    }
}

/// Scrolls the element of an id to its top.
pub fn scroll_to_top(id: &str) {
    #[cfg(target_arch = "wasm32")]
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        element.set_scroll_top(0);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = id;
}

/// Scrolls the element of an id so far that what lies from `top` to `bottom` inside it is seen.
pub fn keep_in_view(id: &str, top: i32, bottom: i32) {
    #[cfg(target_arch = "wasm32")]
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        let (scrolled, height) = (element.scroll_top(), element.client_height());
        if top < scrolled {
            element.set_scroll_top(top);
        } else if bottom > scrolled + height {
            element.set_scroll_top(bottom - height);
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (id, top, bottom);
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
