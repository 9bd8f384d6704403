//! The pages, one file each, with its parts in a folder of the same name. None knows another.

pub mod configurations;
pub mod credentials;
pub mod crypto_report;
pub mod dashboard;
pub mod devices;
pub mod first_start;
pub mod jobs;
pub mod jump_hosts;
pub mod not_found;
pub mod platforms;
pub mod prompt_lab;
pub mod run;
pub mod run_device;
pub mod system;
pub mod tags;
pub mod users;
