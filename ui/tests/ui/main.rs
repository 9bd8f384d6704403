//! Pages tested as a person uses them: drawn without a browser over a fake shell, read as an outline, pressed and typed into.

#![allow(clippy::unwrap_used, reason = "a helper of a test may fail as a test may")]

mod approvals;
mod charts;
mod columns;
mod configurations;
mod credentials;
mod crypto_report;
mod dashboard;
mod devices;
mod export;
mod first_start;
mod histogram;
mod jobs;
mod jump_hosts;
mod lab;
mod log_meta;
mod log_total;
mod logs;
mod logs_find;
mod logs_fold;
mod logs_line;
mod logs_select;
mod palette;
mod pickers;
mod place;
mod platforms;
mod prompt_lab;
mod python_server;
mod reading;
mod run;
mod run_device;
mod samples;
mod session_policy;
mod ssh_config;
mod steady;
mod styles;
mod support;
mod system;
mod tags;
mod times;
mod trials;
mod users;
mod zoom;
