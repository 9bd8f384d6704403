//! The programs a window is made of, and those it leaves behind.

use std::path::Path;

use crate::support::process;
pub use crate::support::process::{all_gone, program};

/// The processes of this folder: its servers, its window.
#[must_use]
pub fn processes_of(data_dir: &Path) -> Vec<String> {
    process::processes_of(data_dir).into_iter().map(|(number, line)| format!("{number} {line}")).collect()
}
