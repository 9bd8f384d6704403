//! The one window: its size, what it may show, and how it comes to the front.

use std::ops::RangeInclusive;

use netraven_api::Problem;
use netraven_api::problem::Code;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

use crate::Shell;

/// Label of the window, named by the capability.
pub const MAIN: &str = "main";
const TITLE: &str = "NetRaven";
/// Supported zoom factors, in percent.
const SIZES: RangeInclusive<u16> = 50..=300;

/// Opens the window.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title(TITLE)
        .inner_size(1280.0, 800.0)
        .min_inner_size(900.0, 600.0)
        .on_navigation(|url| is_own(url.scheme(), url.host_str()))
        .build()?;
    Ok(())
}

/// Brings the window to the front when the application is started a second time. An ending application says so, and
/// restarts once it has ended.
pub fn focus(app: &AppHandle) {
    if let Some(shell) = app.try_state::<Shell>()
        && shell.end.start_again()
    {
        shell.connection.tell_restart();
    }
    let Some(window) = app.get_webview_window(MAIN) else { return };
    for result in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = result {
            tracing::debug!(%error, "the window could not be brought to the front");
        }
    }
}

/// Draws everything larger or smaller, by the web view's own zoom: the page sees a smaller or larger window.
///
/// # Errors
///
/// A size out of range, or one the web view refuses.
pub fn zoom(app: &AppHandle, percent: u16) -> Result<(), Problem> {
    if !SIZES.contains(&percent) {
        return Err(Problem::field("percent", "The size must be from 50 to 300 percent."));
    }
    let drawn = app.get_webview_window(MAIN).map(|window| window.set_zoom(f64::from(percent) / 100.0));
    drawn.unwrap_or(Ok(())).map_err(|error| {
        tracing::warn!(%error, percent, "the window's zoom could not be changed");
        Problem::new(Code::Internal, "The window's zoom cannot be changed.")
    })
}

/// Whether a page is the application's own: no other is shown here.
fn is_own(scheme: &str, host: Option<&str>) -> bool {
    match scheme {
        "tauri" => true,
        "http" | "https" => host == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_applications_own_pages_are_shown() {
        assert!(is_own("tauri", Some("localhost")));
        assert!(is_own("http", Some("tauri.localhost")));
        for (scheme, host) in [("https", Some("evil")), ("file", None), ("http", Some("127.0.0.1")), ("data", None)] {
            assert!(!is_own(scheme, host), "{scheme}");
        }
    }
}
