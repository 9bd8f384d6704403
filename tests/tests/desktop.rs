//! The journeys of a person through the real window.
#![cfg(target_os = "linux")]

mod desktop {
    mod any_device;
    mod away;
    mod configurations;
    mod filters;
    mod keyboard;
    mod live_log;
    mod role_user;
    mod room;
    mod run_again;
    mod runs_table;
    mod sample_lab;
    mod setup;
    mod sign_in;
    mod sign_in_ends;
    mod steady;
    mod zoomed;
}
