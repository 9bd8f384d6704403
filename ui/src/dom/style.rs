//! Properties passed to the style sheet, and what it cannot know: how much room there is.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::JsCast;
#[cfg(target_arch = "wasm32")]
use web_sys::{CssStyleDeclaration, HtmlElement};

#[cfg(target_arch = "wasm32")]
use super::document;

/// Room left between what opens over the page and the lower edge of the window, in pixels.
#[cfg(target_arch = "wasm32")]
const MARGIN: f64 = 20.0;

/// Sets an attribute of `<html>`.
pub fn set_root_attribute(name: &str, value: &str) {
    #[cfg(target_arch = "wasm32")]
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute(name, value);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (name, value);
}

/// Sets a property of `<html>` for the whole style sheet, such as `--nr-log-row`.
pub fn set_root_property(name: &str, value: &str) {
    #[cfg(target_arch = "wasm32")]
    if let Some(style) = document().and_then(|document| style(document.document_element()?)) {
        let _ = style.set_property(name, value);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (name, value);
}

/// Makes the element of an id, which opens over the page, end above the lower edge of the window, however small that becomes;
/// `most` is the height it may have otherwise, in pixels. The rest of it is scrolled to.
pub fn end_in_window(id: &str, most: u32) {
    #[cfg(target_arch = "wasm32")]
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        let above = element.get_bounding_client_rect().top() + MARGIN;
        if let Some(style) = style(element) {
            let _ = style.set_property("max-height", &format!("min({most}px, calc(100vh - {above}px))"));
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (id, most);
}

/// Height of the window's content in pixels, where there is a window.
#[must_use]
pub fn window_height() -> Option<f64> {
    #[cfg(target_arch = "wasm32")]
    {
        web_sys::window()?.inner_height().ok()?.as_f64()
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        None
    }
}

#[cfg(target_arch = "wasm32")]
fn style(element: web_sys::Element) -> Option<CssStyleDeclaration> {
    element.dyn_into::<HtmlElement>().ok().map(|element| element.style())
}
