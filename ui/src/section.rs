//! The sections of the window: one table, which the sidebar, the search and the breadcrumbs read.

use crate::components::{Crumb, Glyph};
use crate::route::Route;

/// What belongs to setting NetRaven up, in the sidebar and in breadcrumbs.
pub const SETUP: &str = "Setup";

/// A page with a place of its own in the sidebar, and the pages beneath it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the name of the page says what each is")]
pub enum Section {
    JobStatus,
    Jobs,
    Devices,
    Configurations,
    Credentials,
    JumpHosts,
    Tags,
    Platforms,
    Users,
    System,
}

/// Who may see what is in a section. A section has its place in the sidebar for everybody: its page says why it shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audience {
    Everybody,
    Admins,
}

/// One row of the table.
struct SectionRow {
    name: &'static str,
    glyph: Glyph,
    route: Route,
    group: Option<&'static str>,
    audience: Audience,
}

impl Section {
    /// All of them, as they stand in the sidebar.
    pub const ALL: [Section; 10] = [
        Section::JobStatus,
        Section::Jobs,
        Section::Devices,
        Section::Configurations,
        Section::Credentials,
        Section::JumpHosts,
        Section::Tags,
        Section::Platforms,
        Section::Users,
        Section::System,
    ];

    /// The table.
    fn row(self) -> SectionRow {
        use Audience::{Admins, Everybody};
        let (name, glyph, route, group, audience) = match self {
            Section::JobStatus => ("Job Status", Glyph::Dashboard, Route::dashboard(), Some("Dashboard"), Everybody),
            Section::Jobs => ("Jobs", Glyph::Jobs, Route::JobsPage {}, None, Everybody),
            Section::Devices => ("Devices", Glyph::Devices, Route::devices(), None, Everybody),
            Section::Configurations => ("Configurations", Glyph::Config, Route::configurations(), None, Everybody),
            Section::Credentials => ("Credentials", Glyph::Key, Route::CredentialsPage {}, Some(SETUP), Everybody),
            Section::JumpHosts => ("Jump hosts", Glyph::Server, Route::JumpHostsPage {}, Some(SETUP), Everybody),
            Section::Tags => ("Tags", Glyph::Tag, Route::TagsPage {}, Some(SETUP), Everybody),
            Section::Platforms => ("Platforms", Glyph::Platform, Route::platforms(), Some(SETUP), Everybody),
            Section::Users => ("Users", Glyph::Users, Route::UsersPage {}, Some(SETUP), Admins),
            Section::System => ("System", Glyph::System, Route::SystemPage {}, Some(SETUP), Everybody),
        };
        SectionRow { name, glyph, route, group, audience }
    }

    /// The section a place belongs to; none for one that is not there.
    #[must_use]
    pub fn of(route: &Route) -> Option<Section> {
        match route {
            Route::JobDashboard { .. } | Route::RunPage { .. } | Route::RunDevicePage { .. } => {
                Some(Section::JobStatus)
            }
            Route::JobsPage {} => Some(Section::Jobs),
            Route::DevicesPage { .. } | Route::CryptoReportPage { .. } => Some(Section::Devices),
            Route::ConfigurationsPage { .. } | Route::DeviceConfigurationsPage { .. } => Some(Section::Configurations),
            Route::CredentialsPage {} => Some(Section::Credentials),
            Route::JumpHostsPage {} => Some(Section::JumpHosts),
            Route::TagsPage {} => Some(Section::Tags),
            Route::PlatformsPage { .. } | Route::PromptLabPage { .. } => Some(Section::Platforms),
            Route::UsersPage {} => Some(Section::Users),
            Route::SystemPage {} => Some(Section::System),
            Route::NotFound { .. } => None,
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its icon.
    #[must_use]
    pub fn glyph(self) -> Glyph {
        self.row().glyph
    }

    /// Its own page.
    #[must_use]
    pub fn route(self) -> Route {
        self.row().route
    }

    /// Whether it is a part of [`SETUP`].
    #[must_use]
    pub fn is_setup(self) -> bool {
        self.row().group == Some(SETUP)
    }

    /// Whether somebody may see what is in it.
    #[must_use]
    pub fn is_open_to(self, admin: bool) -> bool {
        admin || self.row().audience == Audience::Everybody
    }

    /// The breadcrumbs of its own page.
    #[must_use]
    pub fn crumbs(self) -> Vec<Crumb> {
        self.trail(Crumb::here(self.name()), Vec::new())
    }

    /// The breadcrumbs of a page beneath it.
    #[must_use]
    pub fn crumbs_to(self, beneath: impl IntoIterator<Item = Crumb>) -> Vec<Crumb> {
        self.trail(Crumb::link(self.name(), self.route()), beneath)
    }

    fn trail(self, own: Crumb, beneath: impl IntoIterator<Item = Crumb>) -> Vec<Crumb> {
        let group = self.row().group.map(Crumb::here);
        let home = Crumb::link("Home", Route::dashboard());
        [Some(home), group, Some(own)].into_iter().flatten().chain(beneath).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each crumb by its name, and whether it leads somewhere.
    fn told(crumbs: Vec<Crumb>) -> Vec<(String, bool)> {
        crumbs.into_iter().map(|crumb| (crumb.name, crumb.to.is_some())).collect()
    }

    fn crumbs(wanted: &[(&str, bool)]) -> Vec<(String, bool)> {
        wanted.iter().map(|(name, leads)| ((*name).to_owned(), *leads)).collect()
    }

    #[test]
    fn the_page_of_a_section_belongs_to_it() {
        for section in Section::ALL {
            assert_eq!(Section::of(&section.route()), Some(section));
        }
        assert_eq!(Section::of(&Route::run(7.into())), Some(Section::JobStatus));
        assert_eq!(Section::of(&Route::NotFound { segments: vec!["lost".to_owned()] }), None);
    }

    #[test]
    fn breadcrumbs_lead_from_home_to_the_page() {
        assert_eq!(told(Section::Tags.crumbs()), crumbs(&[("Home", true), ("Setup", false), ("Tags", false)]));
        assert_eq!(
            told(Section::Configurations.crumbs_to([Crumb::here("core-sw-1")])),
            crumbs(&[("Home", true), ("Configurations", true), ("core-sw-1", false)])
        );
    }

    #[test]
    fn users_are_for_admins() {
        let closed: Vec<Section> = Section::ALL.into_iter().filter(|section| !section.is_open_to(false)).collect();
        assert_eq!(closed, [Section::Users]);
        assert!(Section::ALL.into_iter().all(|section| section.is_open_to(true)));
    }
}
