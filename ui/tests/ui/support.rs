//! A screen without a browser: the whole application over a fake shell, drawn until nothing is left to do.

use std::any::Any;
use std::rc::Rc;

use dioxus::dioxus_core::{ElementId, Event};
use dioxus::history::{History, MemoryHistory};
use dioxus::html::geometry::Coordinates;
use dioxus::html::input_data::MouseButtonSet;
use dioxus::html::{
    Code, Key, Location, Modifiers, PlatformEventData, SerializedFormData, SerializedHtmlEventConverter,
    SerializedKeyboardData, SerializedMouseData, SerializedScrollData,
};
use dioxus::prelude::*;
use futures::FutureExt;
use netraven_ui::app::App;
use netraven_ui::bridge::Bridge;
use netraven_ui::clock::Clock;
use netraven_ui::dom::{Pressed, absent};

mod fake;
mod nodes;
mod outline;

pub use fake::{Fake, StillClock, at};
use nodes::Nodes;

/// The application on screen.
pub struct Screen {
    dom: VirtualDom,
    nodes: Nodes,
    fake: Rc<Fake>,
    history: Rc<MemoryHistory>,
}

impl Screen {
    /// Opens the application at an address and waits until it is quiet.
    pub fn open(fake: &Rc<Fake>, path: &str) -> Screen {
        dioxus::html::set_event_converter(Box::new(SerializedHtmlEventConverter));
        let dom = VirtualDom::new(App);
        dom.provide_root_context(fake.clone() as Rc<dyn Bridge>);
        dom.provide_root_context(Rc::new(StillClock) as Rc<dyn Clock>);
        let history = Rc::new(MemoryHistory::with_initial_path(path));
        dom.provide_root_context(history.clone() as Rc<dyn History>);
        let mut screen = Screen { dom, nodes: Nodes::default(), fake: fake.clone(), history };
        screen.dom.rebuild(&mut screen.nodes);
        screen.settle();
        screen
    }

    /// Draws until nothing is left to do.
    pub fn settle(&mut self) {
        for _ in 0..500 {
            if self.dom.wait_for_work().now_or_never().is_none() {
                return;
            }
            self.dom.render_immediate(&mut self.nodes);
        }
        panic!("the screen never comes to rest");
    }

    /// What is on screen: one line for each element and text, indented, without icons and looks.
    pub fn outline(&self) -> String {
        outline::of(&dioxus_ssr::render(&self.dom))
    }

    /// What is on screen as the web view gets it.
    pub fn html(&self) -> String {
        dioxus_ssr::render(&self.dom)
    }

    /// The part of the outline from the first line that holds `from` to the first one after it that holds `to`.
    pub fn part(&self, from: &str, to: &str) -> String {
        let outline = self.outline();
        let lines: Vec<&str> = outline.lines().collect();
        let first =
            lines.iter().position(|line| line.contains(from)).unwrap_or_else(|| panic!("no {from} in\n{outline}"));
        let last =
            lines[first + 1..].iter().position(|line| line.contains(to)).map_or(lines.len(), |last| first + 1 + last);
        lines[first..last].join("\n")
    }

    /// The dialog that is open, without what stands behind it.
    pub fn dialog(&self) -> String {
        let outline = self.outline();
        let depth = |line: &str| line.len() - line.trim_start().len();
        let mut lines = outline.lines().skip_while(|line| !line.contains("div role=\"dialog\""));
        let first = lines.next().unwrap_or_else(|| panic!("no dialog in\n{outline}"));
        let inside = lines.take_while(|line| depth(line) > depth(first));
        std::iter::once(first).chain(inside).collect::<Vec<_>>().join("\n")
    }

    /// Whether a text is on screen.
    pub fn shows(&self, text: &str) -> bool {
        self.outline().contains(text)
    }

    /// Presses the control of an action.
    pub fn press(&mut self, action: &str) {
        let id = self.nodes.find("data-action", action, "click");
        let id = id.unwrap_or_else(|| panic!("nothing to press named {action} in\n{}", self.outline()));
        self.dispatch("click", Box::new(SerializedMouseData::default()), id);
    }

    /// Presses the element whose attribute has a value.
    pub fn press_where(&mut self, attribute: &str, value: &str) {
        let id = self.nodes.find(attribute, value, "click");
        let id = id.unwrap_or_else(|| panic!("nothing to press with {attribute}={value} in\n{}", self.outline()));
        self.dispatch("click", Box::new(SerializedMouseData::default()), id);
    }

    /// Presses the control of an action while Shift is held.
    pub fn press_with_shift(&mut self, action: &str) {
        let id = self.nodes.find("data-action", action, "click");
        let id = id.unwrap_or_else(|| panic!("nothing to press named {action} in\n{}", self.outline()));
        let (button, held, place) = (
            None,
            MouseButtonSet::empty(),
            Coordinates::new(Default::default(), Default::default(), Default::default(), Default::default()),
        );
        self.dispatch("click", Box::new(SerializedMouseData::new(button, held, place, Modifiers::SHIFT)), id);
    }

    /// Types a text into the field of an id.
    pub fn type_into(&mut self, field: &str, text: &str) {
        let id = self.nodes.find("id", field, "input");
        let id = id.unwrap_or_else(|| panic!("no field {field} in\n{}", self.outline()));
        self.dispatch("input", Box::new(SerializedFormData::new(text.to_owned(), Vec::new())), id);
    }

    /// Chooses a value of a list, or ticks (`true`) or clears (`false`) a box.
    pub fn change(&mut self, field: &str, value: &str) {
        let id = self.nodes.find("id", field, "change");
        let id = id.unwrap_or_else(|| panic!("no list or box {field} in\n{}", self.outline()));
        self.dispatch("change", Box::new(SerializedFormData::new(value.to_owned(), Vec::new())), id);
    }

    /// Scrolls the list of an id to a place, in a window of 520 pixels.
    pub fn scroll(&mut self, list: &str, top: f64) {
        let id =
            self.nodes.find("id", list, "scroll").unwrap_or_else(|| panic!("no list {list} in\n{}", self.outline()));
        let data = SerializedScrollData {
            scroll_top: top,
            scroll_left: 0.0,
            scroll_width: 800,
            scroll_height: 26_000,
            client_width: 800,
            client_height: 520,
        };
        self.dispatch("scroll", Box::new(data), id);
    }

    /// The ids of the elements in the tab order whose id begins so.
    pub fn in_tab_order(&self, begins: &str) -> Vec<String> {
        self.nodes.values("id", begins, |node| node.get("tabindex").is_some_and(|index| index == "0"))
    }

    /// Presses a key while the focus is inside the element of a label.
    pub fn key(&mut self, label: &str, key: Key) {
        let id = self.nodes.find("aria-label", label, "keydown");
        let id = id.unwrap_or_else(|| panic!("no {label} that takes keys in\n{}", self.outline()));
        let (code, place) = (Code::Unidentified, Location::Standard);
        let data = SerializedKeyboardData::new(key, code, place, false, Modifiers::empty(), false);
        self.dispatch("keydown", Box::new(data), id);
    }

    /// Sends an event of the mouse to the element whose attribute has a value.
    pub fn mouse(&mut self, event: &str, attribute: &str, value: &str) {
        let id = self.nodes.find(attribute, value, event);
        let id = id.unwrap_or_else(|| panic!("nothing hears {event} with {attribute}={value} in\n{}", self.outline()));
        self.dispatch(event, Box::new(SerializedMouseData::default()), id);
    }

    /// Presses a key in the element whose attribute has a value.
    pub fn key_in(&mut self, attribute: &str, value: &str, key: &str, shift: bool) {
        self.keys_in(attribute, value, key, if shift { Modifiers::SHIFT } else { Modifiers::empty() });
    }

    /// Presses a key with others held, in the element whose attribute has a value.
    pub fn keys_in(&mut self, attribute: &str, value: &str, key: &str, held: Modifiers) {
        let id = self.nodes.find(attribute, value, "keydown");
        let id = id.unwrap_or_else(|| panic!("no keys with {attribute}={value} in\n{}", self.outline()));
        let key: Key = key.parse().expect("a key has a name");
        let data = SerializedKeyboardData::new(key, Code::Unidentified, Location::Standard, false, held, false);
        self.dispatch("keydown", Box::new(data), id);
    }

    /// Presses a key of the window, wherever the focus is; whether it was of use.
    pub fn window_key(&mut self, pressed: &Pressed) -> bool {
        let used = self.dom.in_scope(ScopeId::ROOT, || absent::press(pressed));
        self.settle();
        used
    }

    /// Submits the only form.
    pub fn submit(&mut self) {
        let id = self.nodes.find_listener("submit").expect("there is a form");
        self.dispatch("submit", Box::new(SerializedFormData::new(String::new(), Vec::new())), id);
    }

    /// What was copied last.
    pub fn clipboard(&self) -> String {
        absent::clipboard().unwrap_or_default()
    }

    /// The page's address.
    pub fn address(&self) -> String {
        self.history.current_route()
    }

    /// Goes one step back.
    pub fn back(&mut self) {
        self.press("Back");
    }

    /// Goes one step forward again.
    pub fn forward(&mut self) {
        self.press("Forward");
    }

    /// The fake shell.
    pub fn fake(&self) -> &Fake {
        &self.fake
    }

    fn dispatch(&mut self, name: &str, data: Box<dyn Any>, id: ElementId) {
        let data: Rc<dyn Any> = Rc::new(PlatformEventData::new(data));
        self.dom.runtime().handle_event(name, Event::new(data, true), id);
        self.settle();
    }
}
