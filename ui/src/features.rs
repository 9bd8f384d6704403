//! What several pages show or do: each is a part with its data, and none knows the page it is on.

pub mod actions;
pub mod cancel_device;
pub mod copy_link;
pub mod credential_form;
pub mod device;
pub mod forget_key;
pub mod form;
pub mod import;
pub mod jump_host;
mod key_button;
pub mod lab;
pub mod listing;
pub mod loaded;
pub mod marks;
pub mod open_dialog;
pub mod paging;
pub mod pickers;
pub mod remedy;
pub mod run_causes;
pub mod run_duration;
pub mod snapshot;
pub mod sorted_table;
pub mod tags_field;
pub mod trust_key;
pub mod unified_logs;
