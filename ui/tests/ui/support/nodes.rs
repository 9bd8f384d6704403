//! Which element has which attributes and listeners, learnt from what the application draws.

use std::collections::{BTreeMap, BTreeSet};

use dioxus::dioxus_core::{AttributeValue, ElementId, Template, WriteMutations};

#[derive(Default)]
struct Node {
    born: u64,
    attributes: BTreeMap<&'static str, String>,
    listeners: BTreeSet<&'static str>,
}

/// The elements on screen that can change.
#[derive(Default)]
pub struct Nodes {
    known: BTreeMap<usize, Node>,
    births: u64,
}

impl Nodes {
    /// The element whose attribute has a value and that listens to an event; the newest, since of what was taken off the
    /// screen only its outermost element is reported.
    pub fn find(&self, attribute: &str, value: &str, event: &str) -> Option<ElementId> {
        self.known
            .iter()
            .filter(|(_, node)| {
                node.listeners.contains(event) && node.attributes.get(attribute).is_some_and(|found| found == value)
            })
            .max_by_key(|(_, node)| node.born)
            .map(|(id, _)| ElementId(*id))
    }

    /// The values of an attribute that begin so, of the elements whose attributes pass a check.
    pub fn values(&self, name: &str, begins: &str, check: fn(&BTreeMap<&'static str, String>) -> bool) -> Vec<String> {
        let fitting = self.known.values().map(|node| &node.attributes).filter(|attributes| check(attributes));
        let values = fitting.filter_map(|attributes| attributes.get(name)).filter(|value| value.starts_with(begins));
        values.cloned().collect()
    }

    /// The first element that listens to an event.
    pub fn find_listener(&self, event: &str) -> Option<ElementId> {
        self.known.iter().find(|(_, node)| node.listeners.contains(event)).map(|(id, _)| ElementId(*id))
    }

    fn fresh(&mut self, id: ElementId) {
        self.births += 1;
        self.known.insert(id.0, Node { born: self.births, ..Node::default() });
    }
}

impl WriteMutations for Nodes {
    fn append_children(&mut self, _: ElementId, _: usize) {}

    fn assign_node_id(&mut self, _: &'static [u8], id: ElementId) {
        self.fresh(id);
    }

    fn create_placeholder(&mut self, id: ElementId) {
        self.fresh(id);
    }

    fn create_text_node(&mut self, _: &str, id: ElementId) {
        self.fresh(id);
    }

    fn load_template(&mut self, _: Template, _: usize, id: ElementId) {
        self.fresh(id);
    }

    fn replace_node_with(&mut self, id: ElementId, _: usize) {
        self.known.remove(&id.0);
    }

    fn replace_placeholder_with_nodes(&mut self, _: &'static [u8], _: usize) {}

    fn insert_nodes_after(&mut self, _: ElementId, _: usize) {}

    fn insert_nodes_before(&mut self, _: ElementId, _: usize) {}

    fn set_attribute(&mut self, name: &'static str, _: Option<&'static str>, value: &AttributeValue, id: ElementId) {
        let attributes = &mut self.known.entry(id.0).or_default().attributes;
        match value {
            AttributeValue::Text(text) => attributes.insert(name, text.clone()),
            AttributeValue::None => attributes.remove(name),
            other => attributes.insert(name, format!("{other:?}")),
        };
    }

    fn set_node_text(&mut self, _: &str, _: ElementId) {}

    fn create_event_listener(&mut self, name: &'static str, id: ElementId) {
        self.known.entry(id.0).or_default().listeners.insert(name);
    }

    fn remove_event_listener(&mut self, name: &'static str, id: ElementId) {
        if let Some(node) = self.known.get_mut(&id.0) {
            node.listeners.remove(name);
        }
    }

    fn remove_node(&mut self, id: ElementId) {
        self.known.remove(&id.0);
    }

    fn push_root(&mut self, _: ElementId) {}
}
