//! Client of a NetRaven REST API: typed calls, forwarded calls, the live feed, and the sample lab's entries.
//!
//! It knows HTTP and the wire types; it does not know where tokens are kept, nor who uses the answers.

mod address;
mod client;
mod dialect;
mod discover;
pub mod feed;
mod kept_files;
mod limits;
mod problems;
pub mod sample;
pub mod token;

pub use client::{Client, Tokens};
pub use feed::Pause;
