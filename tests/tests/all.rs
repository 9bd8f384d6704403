//! Journeys through the whole product on real Postgres, Redis, git and SSH, the API's contract, and the recorded devices.
#![cfg(unix)]

mod journeys {
    mod again;
    mod approvals;
    #[cfg(target_os = "linux")]
    mod away;
    mod beside;
    mod cancel;
    mod cli;
    #[cfg(target_os = "linux")]
    mod crashes;
    mod dropbear;
    mod faults;
    mod foreign;
    mod jump;
    mod keys;
    mod leases;
    mod listening;
    mod networks;
    mod own_platforms;
    mod platforms;
    mod questions;
    mod recognition;
    mod schedule;
    mod secrets;
    mod session_policies;
    mod snapshots;
    mod startup;
    #[cfg(target_os = "linux")]
    mod stopping;
    mod stream;
    mod telnet;
    mod trials;
}

mod api {
    mod access;
    mod approvals;
    mod away;
    mod bounds;
    mod bulk;
    mod configs;
    mod contract;
    mod credentials;
    mod crypto_report;
    mod description;
    mod devices;
    mod errors;
    mod guessing;
    mod histogram;
    mod hosts;
    mod imports;
    mod jobs;
    mod jump_hosts;
    mod kept_files;
    mod lists;
    mod log_meta;
    mod log_rows;
    mod matrix;
    mod orders;
    mod paths;
    mod platforms;
    /// The same walk that the client's own tests take through the replayed Python server.
    #[path = "../../../src-tauri/client/tests/all/requests.rs"]
    mod requests;
    mod run_charts;
    mod run_devices;
    mod run_filters;
    mod schedules;
    mod session_policies;
    mod sign_ins;
    mod ssh_config;
    mod startup;
    mod stopping;
    mod system;
    mod tags;
    mod trials;
    mod users;
    mod window;
}

mod platforms {
    mod cases;
    mod recognised;
    mod recordings;
    mod replayed;
}
