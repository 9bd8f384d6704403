//! The journeys of a person through the real window.
#![cfg(target_os = "linux")]

mod desktop {
    mod away;
    mod filters;
    mod keyboard;
    mod live_log;
    mod network;
    mod role_user;
    mod run_again;
    mod runs_table;
    mod sample_lab;
    mod sign_in;
}
