//! The one error type on the wire.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What went wrong, for callers that branch on it. A code exists only if some caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Not signed in, or the token is no longer valid.
    Unauthenticated,
    /// Signed in, but not allowed.
    Forbidden,
    /// The user is deactivated; only an admin can change that.
    Inactive,
    /// This server lacks the feature; the message says why.
    NotOffered,
    /// No such thing.
    NotFound,
    /// The input was refused; `fields` says where.
    Invalid,
    /// The current state forbids it (a duplicate, an active run).
    Conflict,
    /// Too many attempts; try again later.
    TooMany,
    /// The server cannot be reached or did not answer in time.
    Unreachable,
    /// The backend is starting or one of its servers is restarting.
    Unavailable,
    /// The answer is not from a NetRaven server, or not one this client understands.
    NotUnderstood,
    /// Something broke inside the server; its log has the reason.
    Internal,
}

/// One refused field of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Path of the field, e.g. `body.hostname` or `query.size`.
    pub field: String,
    /// Why, for people.
    pub message: String,
}

/// An error, as passed between server, client, shell and screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The code to branch on.
    pub code: Code,
    /// A sentence for people, with a next step where there is one.
    pub message: String,
    /// The refused fields, for [`Code::Invalid`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
}

impl Problem {
    /// A problem without field errors.
    pub fn new(code: Code, message: impl Into<String>) -> Problem {
        Problem { code, message: message.into(), fields: Vec::new() }
    }

    /// The refusal of one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Problem {
        let message = message.into();
        Problem {
            code: Code::Invalid,
            message: message.clone(),
            fields: vec![FieldError { field: field.into(), message }],
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
