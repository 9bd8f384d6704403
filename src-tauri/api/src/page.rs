//! One page of a list, as every NetRaven collection answers.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Rows in all pages.
    pub total: i64,
    /// This page's number, from 1.
    pub page: i64,
    /// Most rows a page holds, 1 to 100.
    pub size: i64,
    /// Number of pages; 0 or 1 when there are no rows.
    pub pages: i64,
    /// What a reader should know about how the rows were found, as a sentence. Only the client writes it, where a server
    /// cannot do what was asked and it was done another way; a server of ours never sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl<T> Page<T> {
    /// A page with `pages` worked out from `total` and `size`.
    #[must_use]
    pub fn new(items: Vec<T>, total: i64, page: i64, size: i64) -> Page<T> {
        Page { items, total, page, size, pages: (total + size - 1) / size.max(1), note: None }
    }

    /// The same page with a note.
    #[must_use]
    pub fn with_note(mut self, note: Option<String>) -> Page<T> {
        self.note = note;
        self
    }
}

/// Rows a page holds when the caller does not say.
pub const DEFAULT_SIZE: i64 = 20;
/// Most rows a page may hold.
pub const MAX_SIZE: i64 = 100;
