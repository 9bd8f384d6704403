//! The desktop shell: one window, one data command, one feed, and the session behind them.
//!
//! It knows Tauri, the client and the backend's front door; it knows no SQL, no SSH and no page.

mod arguments;
mod call;
mod connection;
#[cfg(target_os = "linux")]
mod drawing;
mod embedded;
mod end;
mod export;
mod feed;
mod host;
mod instance;
mod kept_file;
mod lab;
mod native;
#[cfg(all(test, target_os = "linux"))]
mod own_session;
mod seal_copy;
mod secrets;
mod window;

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tauri::utils::config::AppDirectoriesOverride;
use tauri::webview::PageLoadEvent;
use tauri::{App, AppHandle, Context, Manager, Wry};
use tracing_subscriber::EnvFilter;

pub use arguments::{Arguments, Place};

use connection::Connection;
use end::End;
use export::Exports;
use feed::Feeds;
use host::{Desktop, Host};
use secrets::Secrets;

/// Folder below the data folder for settings, the window's place and the web view's own files.
const WINDOW_FOLDER: &str = "window";

/// State of the commands.
pub struct Shell {
    host: Arc<dyn Host>,
    connection: Arc<Connection>,
    feeds: Feeds,
    exports: Exports,
    end: End,
}

/// Opens the window and runs until it is closed.
pub fn run(arguments: Arguments) -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,netraven_desktop=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    #[cfg(target_os = "linux")]
    drawing::choose();
    let end = End::default();
    match build(&arguments, end.clone()) {
        Ok(Start::First(app)) => {
            app.run(move |app, event| end.watch(app, event));
            ExitCode::SUCCESS
        }
        Ok(Start::Second(data_dir)) => {
            eprintln!(
                "netraven: NetRaven is already open on {}. Its window was brought to the front.",
                data_dir.display()
            );
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("netraven: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The result of a start.
enum Start {
    /// The first on its data folder: it has the window.
    First(Box<App>),
    /// There is already a window on this data folder; it was asked to come to the front.
    Second(PathBuf),
}

/// Prepares the application; the error is a sentence.
fn build(arguments: &Arguments, end: End) -> Result<Start, String> {
    if !has_display() {
        return Err(
            "There is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set). Start it from a \
                    desktop, or run netraven-server, which needs none."
                .to_owned(),
        );
    }
    let (data_dir, is_usual) = arguments.folder();
    make_folder(&data_dir);
    let mut context: Context<Wry> = tauri::generate_context!();
    let window_folder = data_dir.join(WINDOW_FOLDER);
    if instance::raise(&window_folder) {
        return Ok(Start::Second(data_dir));
    }
    context.config_mut().app.app_directories_override = Some(AppDirectoriesOverride::Root(window_folder.clone()));

    let mut builder = tauri::Builder::default();
    if let Some(plugin) = instance::plugin(&data_dir, is_usual) {
        builder = builder.plugin(plugin);
    }
    let place = arguments.place();
    let builder = builder
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_window_state::Builder::new().build())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![call::call, feed::feed, feed::feed_stop, native::native])
        .on_page_load(|webview, payload| {
            if payload.event() == PageLoadEvent::Started
                && let Some(shell) = webview.try_state::<Shell>()
            {
                shell.feeds.stop_all();
            }
        })
        .setup(move |app| {
            let host: Arc<dyn Host> = Arc::new(Desktop::new(app.handle())?);
            let connection = Arc::new(Connection::new(host.clone(), data_dir, Secrets::system()));
            app.manage(Shell {
                host,
                connection: connection.clone(),
                feeds: Feeds::default(),
                exports: Exports::default(),
                end,
            });
            window::open(app.handle())?;
            instance::answer(app.handle(), &window_folder);
            tauri::async_runtime::spawn(exit_on_signal(app.handle().clone()));
            tauri::async_runtime::spawn(async move { connection.begin(place).await });
            Ok(())
        });
    quietly(|| builder.build(context))
        .ok_or("The window system is not responding. Check DISPLAY, or run netraven-server, which needs no display.")?
        .map(|app| Start::First(Box::new(app)))
        .map_err(|error| format!("The window could not be opened: {error}."))
}

/// Turns the signals that ask a process to end into the orderly end.
async fn exit_on_signal(app: AppHandle) {
    #[cfg(unix)]
    {
        use futures::future::select_all;
        use tokio::signal::unix::{SignalKind, signal};

        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let mut signals: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
        if !signals.is_empty() {
            select_all(signals.iter_mut().map(|signal| Box::pin(signal.recv()))).await;
            app.exit(0);
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_ok() {
        app.exit(0);
    }
}

fn has_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Makes the data folder for this user alone. If something is wrong with it, the backend reports that in the window.
fn make_folder(path: &Path) {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if let Err(error) = builder.create(path) {
        tracing::warn!(path = %path.display(), %error, "the data folder cannot be created");
    }
}

/// Runs code that panics where an error is wanted: the windowing library does so without a screen.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    set_hook(hook);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_building_becomes_nothing() {
        assert_eq!(quietly(|| 7), Some(7));
        assert_eq!(quietly(|| panic!("no screen")), None::<()>);
    }
}
