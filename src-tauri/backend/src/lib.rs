//! The NetRaven backend: REST API, scheduler, SSH workers, snapshots and the embedded servers, composed by [`App`].

mod catalog;
pub mod config;
mod finisher;
mod handover;
mod hub;
mod journal;
mod places;
pub mod queue;
pub mod replay;
mod scheduler;
pub mod seal;
mod server;
pub mod session;
pub mod snapshots;
mod store;
pub mod supervisor;
pub mod trial;
mod worker;

mod app;
mod start;

pub use app::{App, RemoteWorker};
pub use config::{Config, External};
pub use netraven_platforms as platforms;
pub use start::StartError;
pub use supervisor::{DataDirLock, LockError};
