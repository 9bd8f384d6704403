//! Buttons: one primary action a page, everything else outlined or plain.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one main action.
    Primary,
    /// Every other action.
    #[default]
    Outline,
    /// An action beside content.
    Text,
    /// A small action in a row or a head: a glyph alone, whose label is read out.
    Icon,
    /// An action that takes something away.
    Danger,
}

/// The button in the head of what can be closed.
#[component]
pub fn CloseButton(onclose: EventHandler<()>) -> Element {
    rsx! {
        Button { label: "Close", kind: ButtonKind::Icon, glyph: Glyph::Cross, onclick: move |_| onclose.call(()) }
    }
}

/// A button. With `icon_only` its `label` is read out but not drawn; with `refused` it is off and says why. Among several
/// alike, `named` is read out in full where the label alone is ambiguous.
#[component]
pub fn Button(
    label: String,
    named: Option<String>,
    #[props(default)] kind: ButtonKind,
    glyph: Option<Glyph>,
    #[props(default)] icon_only: bool,
    #[props(default)] small: bool,
    #[props(default)] busy: bool,
    #[props(default)] disabled: bool,
    refused: Option<String>,
    #[props(default)] submit: bool,
    onclick: Option<EventHandler<MouseEvent>>,
    #[props(extends = GlobalAttributes, extends = button)] attributes: Vec<Attribute>,
) -> Element {
    let is_icon = kind == ButtonKind::Icon;
    let (icon_only, small) = (icon_only || is_icon, small || is_icon);
    let kind = match kind {
        ButtonKind::Primary => "btn-primary",
        ButtonKind::Outline => "btn-outline",
        ButtonKind::Text | ButtonKind::Icon => "btn-text",
        ButtonKind::Danger => "btn-danger",
    };
    let mut class = format!("btn {kind}");
    if icon_only {
        class.push_str(" btn-icon");
    }
    if small {
        class.push_str(" btn-sm");
    }
    let off = disabled || busy || refused.is_some();
    let title = refused.clone().or_else(|| icon_only.then(|| label.clone()));
    let name = named.clone().or_else(|| icon_only.then(|| label.clone()));
    let action = named.unwrap_or_else(|| label.clone());
    let size = if small { 14 } else { 16 };
    rsx! {
        button {
            class,
            r#type: if submit { "submit" } else { "button" },
            "data-action": "{action}",
            aria_label: name,
            aria_disabled: if off { "true" },
            aria_busy: if busy { "true" },
            title,
            onclick: move |event| {
                if off {
                    event.prevent_default();
                } else if let Some(onclick) = &onclick {
                    onclick.call(event);
                }
            },
            ..attributes,
            if busy {
                Icon { glyph: Glyph::Spinner, size, class: "spin" }
            } else if let Some(glyph) = glyph {
                Icon { glyph, size }
            }
            if !icon_only {
                "{label}"
            }
        }
    }
}
