//! Users: who may sign in, and as what.

use serde::{Deserialize, Serialize};

use crate::endpoint::{Access, Endpoint, Method, Request};

/// A user's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May do everything.
    Admin,
    /// May read, run, cancel, create and edit devices, jobs and tags.
    User,
}

impl Role {
    /// The role as it is written, `admin` or `user`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::User => "user",
        }
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Id.
    pub id: i64,
    /// Name to sign in with.
    pub username: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// Role.
    pub role: Role,
    /// Whether the user may sign in.
    pub is_active: bool,
}

/// The signed-in user.
#[derive(Clone, Copy, Debug)]
pub struct GetMe;

impl Endpoint for GetMe {
    type Reply = User;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/users/me";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>()
    }
}
