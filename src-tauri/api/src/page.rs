//! One page of a list, as in every NetRaven collection.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Rows in all pages; an estimate if counting them takes long, see `total_is_estimate`.
    pub total: i64,
    /// This page's number, from 1.
    pub page: i64,
    /// Most rows a page holds, 1 to 100.
    pub size: i64,
    /// Number of pages; 0 or 1 when there are no rows.
    pub pages: i64,
    /// Whether `total` is the database's estimate, because counting would have taken long. Not part of NetRaven's shape.
    #[serde(default)]
    pub total_is_estimate: bool,
    /// What readers should know about how the rows were found, as a sentence. Only the client sets it, if a server
    /// cannot do what was asked and the client did it in another way; our own server never sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where the search for rows stopped although there may be more: the time of the last row examined. Older rows are
    /// found by asking up to that time. Only the client sets it, as with `note`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
}

impl<T> Page<T> {
    /// A page with `pages` computed from `total` and `size`.
    #[must_use]
    pub fn new(items: Vec<T>, total: i64, page: i64, size: i64) -> Page<T> {
        let pages = (total + size - 1) / size.max(1);
        Page { items, total, page, size, pages, total_is_estimate: false, note: None, stopped_at: None }
    }

    /// The same page with a note.
    #[must_use]
    pub fn with_note(mut self, note: Option<String>) -> Page<T> {
        self.note = note;
        self
    }
}

#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> utoipa::PartialSchema for Page<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
        let row = utoipa::openapi::Ref::from_schema_name(T::name());
        let rows = ArrayBuilder::new().items(row).description(Some("The rows of this page."));
        let field = |kind, text| ObjectBuilder::new().schema_type(kind).description(Some(text));
        let mut page = ObjectBuilder::new().property("items", rows).required("items");
        for (name, text) in [
            ("total", "Rows in all pages; where counting them takes long it is an estimate, see `total_is_estimate`."),
            ("page", "This page's number, from 1."),
            ("size", "Most rows a page holds, 1 to 100."),
            ("pages", "Number of pages; 0 or 1 when there are no rows."),
        ] {
            page = page.property(name, field(Type::Integer, text)).required(name);
        }
        let guess = "Whether `total` is the database's estimate, because counting would have taken long.";
        page.property("total_is_estimate", field(Type::Boolean, guess)).required("total_is_estimate").into()
    }
}

#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> utoipa::ToSchema for Page<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("PageOf{}", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// Rows per page if the request names no number.
pub const DEFAULT_SIZE: i64 = 20;
/// Most rows per page.
pub const MAX_SIZE: i64 = 100;
/// Rows up to which a total is exact; above that it may be an estimate.
pub const EXACT_TOTAL: i64 = 10_000;
