//! The head of a page: breadcrumbs, its one title, and its actions.

use dioxus::prelude::*;

use super::button::{Button, ButtonKind};
use super::icon::Glyph;
use crate::route::Route;

/// One step of the breadcrumbs; the last has no place to go to.
#[derive(Clone, Debug, PartialEq)]
pub struct Crumb {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub to: Option<Route>,
}

impl Crumb {
    /// A step that leads somewhere.
    pub fn link(name: impl Into<String>, to: Route) -> Crumb {
        Crumb { name: name.into(), to: Some(to) }
    }

    /// A step that leads nowhere.
    pub fn here(name: impl Into<String>) -> Crumb {
        Crumb { name: name.into(), to: None }
    }
}

/// The head of a page; `beside` stands next to the title, the children are its actions.
#[component]
pub fn PageHeader(title: String, crumbs: Vec<Crumb>, beside: Option<Element>, children: Element) -> Element {
    let go = navigator();
    // Drawn again with every step, also within one page: there is something to go back to then.
    let _ = use_route::<Route>();
    rsx! {
        header { class: "page-header bg-body text-heading",
            div { class: "min-w-0",
                nav { aria_label: "Breadcrumbs", class: "crumbs",
                    Button {
                        label: "Back",
                        kind: ButtonKind::Icon,
                        glyph: Glyph::Back,
                        disabled: !go.can_go_back(),
                        onclick: move |_| go.go_back(),
                    }
                    Button {
                        label: "Forward",
                        kind: ButtonKind::Icon,
                        glyph: Glyph::Forward,
                        disabled: !go.can_go_forward(),
                        onclick: move |_| go.go_forward(),
                    }
                    ol {
                        for (index, crumb) in crumbs.into_iter().enumerate() {
                            li { key: "{index}",
                                if let Some(to) = crumb.to {
                                    Link { to, "{crumb.name}" }
                                } else {
                                    span { "{crumb.name}" }
                                }
                            }
                        }
                    }
                }
                div { class: "title-line",
                    h1 { "{title}" }
                    {beside}
                }
            }
            div { class: "page-actions", {children} }
        }
    }
}
