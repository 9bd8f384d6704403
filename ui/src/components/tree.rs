//! JSON as an indented tree of names and values.

use dioxus::prelude::*;
use serde_json::Value;

/// The fields of an object, nested ones indented. A value that `picks` says yes to can be pressed: its place, from the outside
/// in, and the value are handed to `onpick`.
#[component]
pub fn JsonTree(
    value: Value,
    picks: Option<Callback<(Vec<String>, Value), bool>>,
    onpick: Option<EventHandler<(Vec<String>, Value)>>,
) -> Element {
    let mut lines = Vec::new();
    flatten(&value, &[], &mut lines);
    rsx! {
        div { class: "tree", role: "group", aria_label: "Details",
            for (index, line) in lines.into_iter().enumerate() {
                div { key: "{index}", class: "tree-line", padding_left: "{indent(&line)}px",
                    span { class: "tree-name", "{line.name}" }
                    if let Some(leaf) = line.value.clone() {
                        match onpick.filter(|_| picks.is_some_and(|picks| picks.call((line.place.clone(), leaf.value.clone())))) {
                            Some(onpick) => rsx! {
                                button {
                                    class: "tree-{leaf.kind} tree-pick",
                                    r#type: "button",
                                    "data-action": "Only {line.name} {leaf.text}",
                                    title: "Only lines with this {line.name}",
                                    onclick: {
                                        let picked = (line.place.clone(), leaf.value.clone());
                                        move |_| onpick.call(picked.clone())
                                    },
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

/// How far a line is set in, in pixels.
fn indent(line: &Line) -> usize {
    line.place.len().saturating_sub(1) * 12
}

struct Line {
    place: Vec<String>,
    name: String,
    value: Option<Leaf>,
}

#[derive(Clone)]
struct Leaf {
    kind: &'static str,
    text: String,
    value: Value,
}

fn flatten(value: &Value, place: &[String], lines: &mut Vec<Line>) {
    // Elements are counted from 1 on screen, and from 0 in their place.
    let fields: Vec<(String, String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), name.clone(), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| ((index + 1).to_string(), index.to_string(), value)).collect()
        }
        other => return lines.push(Line { place: place.to_vec(), name: String::new(), value: Some(leaf(other)) }),
    };
    for (name, step, value) in fields {
        let nested = matches!(value, Value::Object(_) | Value::Array(_));
        let place = [place, &[step]].concat();
        lines.push(Line { place: place.clone(), name, value: if nested { None } else { Some(leaf(value)) } });
        if nested {
            flatten(value, &place, lines);
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
