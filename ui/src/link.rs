//! Links to places of the window, to send to a colleague or keep in a note: `netraven:/runs/4188`.

use std::str::FromStr;

use crate::route::Route;

/// What every link begins with.
pub const SCHEME: &str = "netraven:";

/// The link to a place.
#[must_use]
pub fn to(route: &Route) -> String {
    let path = route.to_string();
    // An empty address ends in a question mark for the router; people need not see it.
    format!("{SCHEME}{}", path.strip_suffix('?').unwrap_or(&path))
}

/// The place a link leads to; none if the text is no link, or leads nowhere.
#[must_use]
pub fn read(text: &str) -> Option<Route> {
    let path = text.trim().strip_prefix(SCHEME)?;
    let path = path.trim_start_matches('/');
    Route::from_str(&format!("/{path}")).ok().filter(|route| !matches!(route, Route::NotFound { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_back_to_its_place() {
        let view = "tab=logs&level=ERROR,WARNING&text=größe ~26 x".to_owned();
        let run = Route::RunPage { id: 4188.into(), view: "tab=history&history=2".to_owned() };
        let device = Route::RunDevicePage { run_id: 4188.into(), device_id: 9.into(), view: "tab=log".to_owned() };
        let (board, bare) = (
            Route::JobDashboard { view },
            [Route::dashboard(), Route::run(4188.into()), Route::run_device(4188.into(), 9.into())],
        );
        for route in [board, run, device, Route::JobsPage {}].into_iter().chain(bare) {
            assert_eq!(read(&format!(" {}\n", to(&route))), Some(route));
        }
        assert_eq!(to(&Route::dashboard()), "netraven:/");
        for text in ["", "netraven", "https://example.org/", "netraven:/nowhere/at/all"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
