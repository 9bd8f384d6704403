//! The pages, one file each, with its parts in a folder of the same name.

pub mod actions;
pub mod cancel_device;
pub mod configurations;
pub mod copy_link;
pub mod credentials;
pub mod dashboard;
pub mod devices;
pub mod dossier;
pub mod export;
pub mod first_start;
pub mod forget_key;
pub mod jobs;
pub mod lab;
pub mod listing;
pub mod not_found;
pub mod paging;
pub mod remedy;
pub mod run;
pub mod run_causes;
pub mod run_duration;
pub mod sign_in;
pub mod system;
pub mod tagged_devices;
pub mod tags;
pub mod unified_logs;
pub mod users;
