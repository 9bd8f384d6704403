//! The web view of NetRaven Desktop: pages over a bridge to the shell, and nothing that knows HTTP, tokens or files.

pub mod address;
pub mod app;
pub mod bridge;
pub mod clock;
pub mod components;
pub mod data;
#[cfg(any(test, feature = "demo"))]
pub mod demo;
pub mod dom;
pub mod estimate;
pub mod features;
pub mod format;
pub mod link;
pub mod pages;
pub mod route;
pub mod section;
pub mod state;

#[cfg(all(feature = "demo", not(debug_assertions)))]
compile_error!(
    "The demo's data is for working on the screen; a release cannot contain it. Build without --features demo."
);
