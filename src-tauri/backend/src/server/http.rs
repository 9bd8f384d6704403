//! What a request goes through before and behind its resource: who calls, what comes in, how it is refused and described.
//! Knows no resource.

pub mod accounts;
pub mod auth;
pub mod body_check;
pub mod body_limit;
pub mod connections;
pub mod describe;
pub mod error;
pub mod failed_logins;
pub mod host_check;
pub mod input;
pub mod login_throttle;
pub mod mount;
pub mod path;
pub mod peer;
pub mod raw_json;
pub mod shape;
pub mod snippet;
pub mod tokens;
