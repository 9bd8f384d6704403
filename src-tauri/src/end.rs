//! The orderly end: the first request to close the window or to exit stops everything, then the application exits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, Manager, RunEvent, WindowEvent};

use crate::{Shell, instance};

/// Progress of the shutdown; clones share it.
#[derive(Clone, Default)]
pub struct End(Arc<Marks>);

#[derive(Default)]
struct Marks {
    begun: AtomicBool,
    /// The application was started again meanwhile.
    again: AtomicBool,
    done: AtomicBool,
}

impl End {
    /// Handles events of the application.
    pub fn watch(&self, app: &AppHandle, event: RunEvent) {
        if self.0.done.load(Ordering::SeqCst) {
            return;
        }
        match event {
            // The window stays until everything has stopped: it says so, and a new start meanwhile has something to show.
            RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
                api.prevent_close();
                self.begin(app, 0);
            }
            RunEvent::ExitRequested { api, code, .. } => {
                api.prevent_exit();
                self.begin(app, code.unwrap_or(0));
            }
            // Some exits, such as the end of the desktop session, arrive here without asking first.
            RunEvent::Exit => {
                instance::leave(app);
                if let Some(shell) = app.try_state::<Shell>() {
                    tauri::async_runtime::block_on(shell.connection.shut_down());
                }
            }
            _ => {}
        }
    }

    /// The application was started again; true if it is ending, and will restart once it has.
    pub fn start_again(&self) -> bool {
        let ends = self.0.begun.load(Ordering::SeqCst);
        if ends {
            self.0.again.store(true, Ordering::SeqCst);
        }
        ends
    }

    fn begin(&self, app: &AppHandle, code: i32) {
        if self.0.begun.swap(true, Ordering::SeqCst) {
            return;
        }
        let (app, marks) = (app.clone(), self.0.clone());
        tauri::async_runtime::spawn(async move {
            app.state::<Shell>().connection.clone().shut_down().await;
            // From here on the doorbell is not answered: a later start finds no window, and opens its own.
            instance::leave(&app);
            marks.done.store(true, Ordering::SeqCst);
            if marks.again.load(Ordering::SeqCst) {
                app.request_restart();
            } else {
                app.exit(code);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_start_during_the_end_is_one_more_start() {
        let end = End::default();
        assert!(!end.start_again() && !end.0.again.load(Ordering::SeqCst));
        end.0.begun.store(true, Ordering::SeqCst);
        assert!(end.start_again() && end.0.again.load(Ordering::SeqCst));
    }
}
