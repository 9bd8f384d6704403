//! Tags: they connect devices, credentials and jobs.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{JumpHostId, TagId};
use crate::nullable::given;
use crate::page::Page;
use crate::sorting::{Order, TagColumn};

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tag {
    /// Id of the tag.
    pub id: TagId,
    /// Name, unique, 1 to 50 of letters, digits, `_`, `-` and blanks.
    pub name: String,
    /// What kind of tag it is, free text, e.g. `site`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What it stands for, free text.
    pub description: Option<String>,
    /// How many devices carry it; only where tags themselves are requested, not inside other resources. Not part
    /// of NetRaven's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<i64>,
    /// The jump host its devices are reached through unless they have one of their own; only where tags themselves are
    /// requested. Not part of NetRaven's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jump_host_id: Option<JumpHostId>,
}

/// Body of a new tag, and of a change (absent fields stay).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TagInput {
    /// Name; needed for a new tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 50, pattern = r"^[\w\-\s]+$"))]
    pub name: Option<String>,
    /// What kind of tag it is, free text, e.g. `site`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub kind: Option<String>,
    /// What it stands for, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 255))]
    pub description: Option<String>,
    /// The jump host its devices are reached through unless they have one of their own; null for none. Only admins may
    /// set it. Not part of NetRaven's request.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<JumpHostId>))]
    pub jump_host_id: Option<Option<JumpHostId>>,
}

/// Lists tags by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListTags {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Part of the name, any case.
    pub name: Option<String>,
    /// Any of these kinds, exact.
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    /// Any of these ids. Not part of NetRaven's filters.
    pub id: Vec<TagId>,
    /// Column the rows are sorted by; `name` if absent. `devices` is how many devices carry it. Ties are in the order of
    /// ids, and rows without a value come last.
    #[cfg_attr(feature = "openapi", schema(default = TagColumn::default))]
    pub sort: Option<TagColumn>,
    /// `asc` or `desc`; `asc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "asc"))]
    pub order: Option<Order>,
}

endpoint! { ListTags: Get "/tags/" by User => Page<Tag>, |it, to| to.query(it) }

/// One tag.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetTag(pub TagId);

endpoint! { GetTag: Get "/tags/{tag_id}" by User => Tag, |it, to| to.param("tag_id", it.0) }

/// A new tag.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateTag(pub TagInput);

endpoint! { CreateTag: Post "/tags/" by User => 201 Tag, |it, to| to.json(&it.0) }

/// Changes a tag.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateTag(pub TagId, pub TagInput);

endpoint! { UpdateTag: Put "/tags/{tag_id}" by User => Tag, |it, to| to.param("tag_id", it.0).json(&it.1) }

/// Removes a tag.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteTag(pub TagId);

endpoint! { DeleteTag: Delete "/tags/{tag_id}" by Admin => 204 (), |it, to| to.param("tag_id", it.0) }
