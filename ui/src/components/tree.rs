//! JSON as an indented tree of names and values.

use dioxus::prelude::*;
use serde_json::Value;

/// The fields of an object, nested ones indented. A value that `picks` says yes to can be pressed: name and value are handed
/// to `onpick`.
#[component]
pub fn JsonTree(
    value: Value,
    picks: Option<Callback<(String, Value), bool>>,
    onpick: Option<EventHandler<(String, Value)>>,
) -> Element {
    let mut lines = Vec::new();
    flatten(&value, 0, &mut lines);
    rsx! {
        div { class: "tree", role: "group", aria_label: "Details",
            for (index, line) in lines.into_iter().enumerate() {
                div { key: "{index}", class: "tree-line", padding_left: "{line.depth * 12}px",
                    span { class: "tree-name", "{line.name}" }
                    if let Some(leaf) = line.value {
                        match onpick.filter(|_| picks.is_some_and(|picks| picks.call((line.name.clone(), leaf.value.clone())))) {
                            Some(onpick) => rsx! {
                                button {
                                    class: "tree-{leaf.kind} tree-pick",
                                    r#type: "button",
                                    "data-action": "Only {line.name} {leaf.text}",
                                    title: "Only lines with this {line.name}",
                                    onclick: move |_| onpick.call((line.name.clone(), leaf.value.clone())),
                                    "{leaf.text}"
                                }
                            },
                            None => rsx! {
                                span { class: "tree-{leaf.kind}", "{leaf.text}" }
                            },
                        }
                    }
                }
            }
        }
    }
}

struct Line {
    depth: usize,
    name: String,
    value: Option<Leaf>,
}

struct Leaf {
    kind: &'static str,
    text: String,
    value: Value,
}

fn flatten(value: &Value, depth: usize, lines: &mut Vec<Line>) {
    let fields: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (format!("{}", index + 1), value)).collect()
        }
        other => return lines.push(Line { depth, name: String::new(), value: Some(leaf(other)) }),
    };
    for (name, value) in fields {
        let nested = matches!(value, Value::Object(_) | Value::Array(_));
        lines.push(Line { depth, name, value: if nested { None } else { Some(leaf(value)) } });
        if nested {
            flatten(value, depth + 1, lines);
        }
    }
}

fn leaf(value: &Value) -> Leaf {
    let (kind, text) = match value {
        Value::String(text) => ("text", text.clone()),
        Value::Null => ("none", "none".to_owned()),
        other => ("number", other.to_string()),
    };
    Leaf { kind, text, value: value.clone() }
}
