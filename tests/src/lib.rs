//! What the journeys through the whole product need: servers, backends, labs, windows, and the figures.

pub mod bench;
pub mod contract;
#[cfg(target_os = "linux")]
pub mod desktop;
#[cfg(target_os = "linux")]
pub mod gallery;
pub mod support;
#[cfg(unix)]
pub mod tape;
