//! The real window under its own X server, driven over WebDriver.
//!
//! Each [`Screen`] has its own display, home and runtime folder, so that windows do not meet. Everything it starts is in one
//! process group each and is ended with it. A [`Window`] is used as a person would: things are found by role and name, keys
//! go where the focus is, and whatever is waited for has a time limit and says what was on screen instead.

use std::time::Duration;

mod keyboard;
mod page;
mod pointer;
mod processes;
mod report;
mod screen;
mod window;

pub use keyboard::Focus;
pub use processes::{all_gone, processes_of, program};
pub use report::pictures;
pub use screen::Screen;
pub use window::Window;

/// Longest wait for anything on the screen.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks at the screen.
const LOOK: Duration = Duration::from_millis(50);
