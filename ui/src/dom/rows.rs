//! Going through the rows of a table by the keyboard: the focus moves from the name in one row to that in the next.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::JsCast;

/// A step from row to row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStep {
    /// To the row above.
    Up,
    /// To the row beneath.
    Down,
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl RowStep {
    /// The step a key asks for. Letters are for the whole page, the others only within the table.
    #[must_use]
    pub fn of(key: &str, within: bool) -> Option<RowStep> {
        match key {
            "j" => Some(RowStep::Down),
            "k" => Some(RowStep::Up),
            "ArrowDown" if within => Some(RowStep::Down),
            "ArrowUp" if within => Some(RowStep::Up),
            "Home" if within => Some(RowStep::First),
            "End" if within => Some(RowStep::Last),
            _ => None,
        }
    }

    /// Where it leads from row `here` among `rows`; at the edges it stays.
    #[must_use]
    pub fn from(self, here: Option<usize>, rows: usize) -> Option<usize> {
        let last = rows.checked_sub(1)?;
        Some(match (self, here) {
            (RowStep::First, _) | (_, None) => 0,
            (RowStep::Last, _) => last,
            (RowStep::Up, Some(here)) => here.saturating_sub(1),
            (RowStep::Down, Some(here)) => (here + 1).min(last),
        })
    }
}

/// Moves the focus by a step within the table in the element of an id: to what stands in the cell of class `name`, or to the
/// first control of a row without one. Gives whether there was a row to go to.
pub fn step_row(id: &str, step: RowStep) -> bool {
    #[cfg(target_arch = "wasm32")]
    {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else { return false };
        let Ok(found) = document.query_selector_all(&format!("#{id} tbody tr:not(.causes-row)")) else { return false };
        let rows: Vec<web_sys::Element> =
            (0..found.length()).filter_map(|place| found.item(place)?.dyn_into().ok()).collect();
        // The focus may be on anything within a row.
        let focused = document.active_element();
        let here = rows.iter().position(|row| row.contains(focused.as_ref().map(AsRef::as_ref)));
        let Some(row) = step.from(here, rows.len()).and_then(|place| rows.get(place)) else { return false };
        let control = ["td.name :is(a, button)", "a, button"]
            .into_iter()
            .find_map(|selector| row.query_selector(selector).ok().flatten())
            .and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok());
        let Some(name) = control else { return false };
        name.focus().is_ok()
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        let _ = (id, step);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stay_within_the_rows() {
        assert_eq!(RowStep::Down.from(None, 3), Some(0), "the first step is to the first row");
        assert_eq!(RowStep::Down.from(Some(2), 3), Some(2));
        assert_eq!(RowStep::Up.from(Some(0), 3), Some(0));
        assert_eq!(RowStep::Last.from(Some(0), 3), Some(2));
        assert_eq!(RowStep::Down.from(None, 0), None);
    }

    #[test]
    fn arrows_are_for_the_table_alone() {
        assert_eq!(RowStep::of("j", false), Some(RowStep::Down));
        assert_eq!(RowStep::of("ArrowDown", false), None);
        assert_eq!(RowStep::of("ArrowDown", true), Some(RowStep::Down));
    }
}
