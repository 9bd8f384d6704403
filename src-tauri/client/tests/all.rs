//! The client against servers on loopback that answer by script.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "all/discover.rs"]
mod discover;
#[path = "all/feed.rs"]
mod feed;
#[path = "all/http.rs"]
mod http;
#[path = "all/python.rs"]
mod python;
#[path = "all/python_feed.rs"]
mod python_feed;
#[path = "all/python_logs.rs"]
mod python_logs;
#[path = "all/python_runs.rs"]
mod python_runs;
#[path = "all/python_told.rs"]
mod python_told;
#[path = "all/python_truth.rs"]
mod python_truth;
#[path = "all/replay.rs"]
mod replay;
#[path = "all/replay_rows.rs"]
mod replay_rows;
#[path = "all/requests.rs"]
mod requests;
#[path = "all/sample.rs"]
mod sample;
#[path = "all/support.rs"]
mod support;
