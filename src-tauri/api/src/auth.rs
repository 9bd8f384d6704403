//! Signing in.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::users::Role;
use crate::words::Open;

/// Path of the login; it takes a form, not JSON, and is the only call without an [`crate::Endpoint`].
pub const TOKEN_PATH: &str = "/auth/token";

/// The form of `POST /auth/token`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// User name, case-sensitive.
    pub username: String,
    /// The user's password.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub password: Secret,
    /// Always `password`, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(pattern = "^password$"))]
    pub grant_type: Option<String>,
}

/// Answer of a login.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// JWT, HS256.
    pub access_token: Secret,
    /// Always `bearer`.
    pub token_type: String,
}

/// Claims of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Claims {
    /// User name.
    pub sub: String,
    /// `admin` or `user`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub role: Open<Role>,
    /// When the token ends, in seconds since the epoch.
    pub exp: i64,
}
