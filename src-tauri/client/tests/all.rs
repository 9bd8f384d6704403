//! The client against servers on loopback that answer as told.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "all/feed.rs"]
mod feed;
#[path = "all/http.rs"]
mod http;
#[path = "all/sample.rs"]
mod sample;
#[path = "all/support.rs"]
mod support;
