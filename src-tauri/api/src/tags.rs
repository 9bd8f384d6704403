//! Tags: what joins devices, credentials and jobs.

use serde::{Deserialize, Serialize};

use crate::endpoint::{Access, Endpoint, Method, Request};
use crate::page::Page;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Id.
    pub id: i64,
    /// Name, unique, 1 to 50 of letters, digits, `_`, `-` and blanks.
    pub name: String,
    /// What kind of tag it is, free text, e.g. `site`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Description.
    pub description: Option<String>,
}

/// Body of a new tag, and of a change (absent fields stay).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagInput {
    /// Name; needed for a new tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kind.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Lists tags by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListTags {
    /// Page number, from 1.
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    pub size: Option<i64>,
    /// Part of the name, any case.
    pub name: Option<String>,
    /// Kind, exact.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

impl Endpoint for ListTags {
    type Reply = Page<Tag>;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/tags/";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().query(self)
    }
}

/// One tag.
#[derive(Clone, Copy, Debug)]
pub struct GetTag(pub i64);

impl Endpoint for GetTag {
    type Reply = Tag;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/tags/{tag_id}";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("tag_id", self.0)
    }
}

/// A new tag.
#[derive(Clone, Debug)]
pub struct CreateTag(pub TagInput);

impl Endpoint for CreateTag {
    type Reply = Tag;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/tags/";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().json(&self.0)
    }
}

/// Changes a tag.
#[derive(Clone, Debug)]
pub struct UpdateTag(pub i64, pub TagInput);

impl Endpoint for UpdateTag {
    type Reply = Tag;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/tags/{tag_id}";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("tag_id", self.0).json(&self.1)
    }
}

/// Removes a tag.
#[derive(Clone, Copy, Debug)]
pub struct DeleteTag(pub i64);

impl Endpoint for DeleteTag {
    type Reply = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/tags/{tag_id}";
    const ACCESS: Access = Access::Admin;
    fn request(&self) -> Request {
        Request::to::<Self>().param("tag_id", self.0)
    }
}
