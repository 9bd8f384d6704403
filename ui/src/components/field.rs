//! Fields of a form, each with its label, its hint, and the reason it was refused.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};

/// One line of text. `kind` is an input type such as `password` or `number`.
#[component]
pub fn TextField(
    id: String,
    label: String,
    value: String,
    oninput: EventHandler<String>,
    #[props(default = "text".to_owned())] kind: String,
    #[props(default)] placeholder: String,
    #[props(default)] hint: String,
    error: Option<String>,
    #[props(default)] required: bool,
    #[props(default)] disabled: bool,
    #[props(default)] focus: bool,
    autocomplete: Option<String>,
) -> Element {
    let described = error.is_some() || !hint.is_empty();
    rsx! {
        div { class: "field",
            label { r#for: "{id}", "{label}" }
            input {
                id: "{id}",
                r#type: "{kind}",
                value: "{value}",
                placeholder: "{placeholder}",
                required,
                disabled,
                autocomplete,
                spellcheck: "false",
                aria_invalid: if error.is_some() { "true" },
                aria_describedby: described.then(|| format!("{id}-note")),
                oninput: move |event| oninput.call(event.value()),
                onmounted: move |event| async move {
                    if focus {
                        let _ = event.set_focus(true).await;
                    }
                },
            }
            Note { id: id.clone(), hint, error: error.clone() }
        }
    }
}

/// Several lines of text in letters of equal width, such as a key.
#[component]
pub fn TextAreaField(
    id: String,
    label: String,
    value: String,
    oninput: EventHandler<String>,
    #[props(default)] placeholder: String,
    #[props(default)] hint: String,
    error: Option<String>,
    #[props(default)] required: bool,
) -> Element {
    let described = error.is_some() || !hint.is_empty();
    rsx! {
        div { class: "field",
            label { r#for: "{id}", "{label}" }
            textarea {
                id: "{id}",
                class: "mono",
                rows: "6",
                value: "{value}",
                placeholder: "{placeholder}",
                required,
                autocomplete: "off",
                spellcheck: "false",
                aria_invalid: if error.is_some() { "true" },
                aria_describedby: described.then(|| format!("{id}-note")),
                oninput: move |event| oninput.call(event.value()),
            }
            Note { id: id.clone(), hint, error: error.clone() }
        }
    }
}

/// A choice of one from a list: `options` are value and word.
#[component]
pub fn SelectField(
    id: String,
    label: String,
    value: String,
    options: Vec<(String, String)>,
    onchange: EventHandler<String>,
    #[props(default)] hint: String,
    error: Option<String>,
    #[props(default)] disabled: bool,
) -> Element {
    let described = error.is_some() || !hint.is_empty();
    rsx! {
        div { class: "field",
            label { r#for: "{id}", "{label}" }
            div { class: "select",
                select {
                    id: "{id}",
                    disabled,
                    aria_invalid: if error.is_some() { "true" },
                    aria_describedby: described.then(|| format!("{id}-note")),
                    onchange: move |event| onchange.call(event.value()),
                    for (option, word) in options {
                        option { key: "{option}", value: "{option}", selected: option == value, "{word}" }
                    }
                }
                Icon { glyph: Glyph::ChevronDown, size: 14 }
            }
            Note { id: id.clone(), hint, error: error.clone() }
        }
    }
}

/// Yes or no.
#[component]
pub fn CheckField(
    id: String,
    label: String,
    checked: bool,
    onchange: EventHandler<bool>,
    #[props(default)] hint: String,
) -> Element {
    rsx! {
        div { class: "field check",
            input {
                id: "{id}",
                r#type: "checkbox",
                checked,
                onchange: move |event| onchange.call(event.checked()),
            }
            label { r#for: "{id}", "{label}" }
            Note { id: id.clone(), hint, error: None }
        }
    }
}

/// A text to search for. The label is read out; the placeholder is seen.
#[component]
pub fn SearchField(id: String, label: String, value: String, oninput: EventHandler<String>) -> Element {
    rsx! {
        div { class: "search",
            Icon { glyph: Glyph::Search, size: 15 }
            input {
                id: "{id}",
                r#type: "search",
                aria_label: "{label}",
                placeholder: "{label}",
                value: "{value}",
                spellcheck: "false",
                autocomplete: "off",
                oninput: move |event| oninput.call(event.value()),
            }
            if !value.is_empty() {
                button {
                    class: "btn btn-text btn-icon btn-sm",
                    r#type: "button",
                    aria_label: "Clear the search",
                    onclick: move |_| oninput.call(String::new()),
                    Icon { glyph: Glyph::Cross, size: 12 }
                }
            }
        }
    }
}

#[component]
fn Note(id: String, hint: String, error: Option<String>) -> Element {
    rsx! {
        if let Some(error) = error {
            p { id: "{id}-note", class: "field-error", "{error}" }
        } else if !hint.is_empty() {
            p { id: "{id}-note", class: "field-hint", "{hint}" }
        }
    }
}
