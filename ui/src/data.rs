//! Server data: not state but a cache over the bridge, read again when what it shows has changed.

mod api;
mod cache;
mod exports;
mod finder;
mod lab;
mod log_view;
mod query;
mod settled;
mod topics;

pub use api::{Api, use_api};
pub use cache::Cache;
pub use exports::{Exports, use_exports, use_exports_provider};
pub use finder::{Finder, use_finder};
pub use lab::{Lab, LabNews, use_lab, use_lab_provider};
pub use log_view::{LogView, use_log};
pub use query::{Query, use_list, use_list_in_time, use_list_maybe, use_query, use_query_in_time, use_query_maybe};
pub use settled::use_settled;
pub use topics::{Topic, Topics};
