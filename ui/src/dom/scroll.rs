//! Scrolling of what lies inside the page.

#[cfg(target_arch = "wasm32")]
use super::document;

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

/// Scrolls the element of an id until the element `inner` in it is seen in its lower half.
pub fn scroll_to(id: &str, inner: &str) {
    #[cfg(target_arch = "wasm32")]
    if let Some(document) = document()
        && let (Some(frame), Some(inner)) = (document.get_element_by_id(id), document.get_element_by_id(inner))
    {
        let (around, place) = (frame.get_bounding_client_rect(), inner.get_bounding_client_rect());
        let beyond = place.bottom() - around.top() - around.height() * 0.75;
        #[expect(clippy::cast_possible_truncation, reason = "a length in pixels")]
        frame.set_scroll_top(frame.scroll_top() + beyond as i32);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (id, inner);
}
