//! The contract with NetRaven: what its server was asked, the status it gave and the shape of its answer, in
//! `tests/contract/exchanges.json`. The file is made from recordings by `netraven-contract`; the recordings stay outside.

pub mod deviations;
pub mod recordings;
pub mod shape;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use shape::Shape;

/// What a caller sends for the password of a user that has one; the test puts the real one in.
pub const PASSWORD: &str = "$password";

/// One request and what is expected of its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Name of the recording.
    pub name: String,
    /// HTTP method.
    pub method: String,
    /// Path with its query.
    pub path: String,
    /// The caller: `admin`, `operator`, `nobody`, or a token of a special kind such as `expired`.
    pub caller: String,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The status that was recorded.
    pub status: u16,
    /// The shape of the JSON that was recorded; none when it was no JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// A JSON value.
    Json(Value),
    /// Fields of a form.
    Form(Vec<(String, String)>),
    /// A file's name and its text.
    File(String, String),
    /// A text that is called JSON.
    Text(String),
    /// JSON without a content type.
    Untyped(String),
}

/// The folder of the contract.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contract")
}

/// The exchanges as the project keeps them.
pub fn read() -> anyhow::Result<Vec<Exchange>> {
    Ok(serde_json::from_str(&std::fs::read_to_string(folder().join("exchanges.json"))?)?)
}
