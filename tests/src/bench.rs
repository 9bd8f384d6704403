//! The figures: how much the product does, and what it costs. Printed, never asserted: machines differ.

#[cfg(target_os = "linux")]
pub mod api;
#[cfg(target_os = "linux")]
pub mod backup;
#[cfg(target_os = "linux")]
pub mod crypto;
#[cfg(target_os = "linux")]
pub mod feed;
pub mod process;
pub mod redact;
pub mod rows;
#[cfg(target_os = "linux")]
pub mod server;
#[cfg(target_os = "linux")]
pub mod start;
#[cfg(target_os = "linux")]
pub mod ui;
