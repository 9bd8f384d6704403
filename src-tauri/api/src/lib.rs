//! Wire types of the NetRaven REST API: what server, client, shell and web view say to each other; and the rules
//! all of them have to agree on: what an address is ([`address`]), how a file of devices ([`sheet`]) or of ssh hosts
//! ([`ssh_config`]) is read, and how rows are sorted and paged where no database does it ([`rows`]).
//!
//! An endpoint is a request type with its line of `endpoint!`; its URL is written only there. Names and shapes follow
//! the NetRaven API; what this product adds (runs, causes, host keys, platforms) is marked as such.

pub mod address;
pub mod auth;
pub mod bulk;
pub mod configs;
pub mod credentials;
pub mod crypto_report;
pub mod devices;
pub mod endpoint;
pub mod event;
pub mod evidence;
pub mod ids;
pub mod jobs;
pub mod jump_hosts;
pub mod kept_files;
pub mod logs;
pub mod matrix;
pub mod native;
mod nullable;
pub mod outcome;
pub mod page;
mod parts;
pub mod platforms;
pub mod problem;
pub mod results;
pub mod routes;
pub mod rows;
pub mod runs;
pub mod schedules;
pub mod secret;
pub mod session_policy;
pub mod sheet;
pub mod sorting;
pub mod ssh_config;
pub mod startup;
pub mod system;
pub mod tags;
pub mod transport;
pub mod trials;
pub mod users;
pub mod words;

pub use endpoint::{Access, Endpoint, Method, Request};
pub use ids::{
    CredentialId, DeviceId, JobId, JumpHostId, KeptFileId, LogId, ResultId, RunId, SnapshotId, TagId, TrialId, UserId,
};
pub use page::Page;
pub use problem::Problem;
pub use secret::Secret;
pub use sorting::Order;
pub use transport::Transport;
pub use words::{Open, Word};
