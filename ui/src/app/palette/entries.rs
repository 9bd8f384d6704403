//! What the search of the window can find, and in which order.

use netraven_api::JobId;
use netraven_api::devices::Device;

use crate::components::Glyph;
use crate::features::device::place;
use crate::link;
use crate::route::Route;
use crate::section::Section;
use crate::state::theme::Theme;
use crate::state::times::Times;
use crate::state::views::SavedView;

/// Entries shown while nothing is typed, and at most.
const SHOWN: usize = 40;

/// What an entry does.
#[derive(Clone, Debug, PartialEq)]
pub enum PaletteAction {
    /// Goes to a place.
    Go(Route),
    /// Runs a job.
    Run(JobId),
    /// Reads everything on screen again.
    Refresh,
    /// Changes the theme.
    Theme(Theme),
    /// Writes times another way.
    Times(Times),
    /// Shows the list of keys.
    Keys,
    /// Ends the session.
    SignOut,
}

/// One line of the search.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is read, and searched in.
    pub word: String,
    /// Further text that identifies it, also searched: a device's address.
    pub about: Option<String>,
    /// What it is.
    pub kind: &'static str,
    /// Its icon.
    pub glyph: Glyph,
    /// What it does.
    pub action: PaletteAction,
}

impl Entry {
    fn new(word: impl Into<String>, kind: &'static str, glyph: Glyph, action: PaletteAction) -> Entry {
        Entry { word: word.into(), about: None, kind, glyph, action }
    }

    fn section(section: Section) -> Entry {
        Entry::new(section.name(), "page", section.glyph(), PaletteAction::Go(section.route()))
    }

    /// Runs a job.
    pub fn job(id: JobId, name: &str) -> Entry {
        Entry::new(format!("Run {name}"), "job", Glyph::Play, PaletteAction::Run(id))
    }

    /// Shows a device with its newest result.
    pub fn device(device: &Device) -> Entry {
        let shown = PaletteAction::Go(Route::device(device.id, &device.hostname));
        let entry = Entry::new(device.hostname.clone(), "device", Glyph::Devices, shown);
        Entry { about: Some(place(device)), ..entry }
    }

    /// What identifies it among all entries.
    pub fn key(&self) -> String {
        format!("{} {} {}", self.kind, self.word, self.about.as_deref().unwrap_or_default())
    }
}

/// What is there without asking the server.
pub fn fixed(views: &[SavedView], embedded: bool) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Section::ALL.into_iter().map(Entry::section).collect();
    // Below the page it is a tab of.
    entries.insert(1, Entry::new("Unified Logs", "page", Glyph::Log, PaletteAction::Go(Route::logs())));
    entries.push(Entry::new("Crypto report", "page", Glyph::Lock, PaletteAction::Go(Route::crypto_report())));
    entries.push(Entry::new("Failed runs", "view", Glyph::Cross, PaletteAction::Go(Route::failed_runs())));
    entries.push(Entry::new(
        "Devices whose last run failed",
        "view",
        Glyph::Cross,
        PaletteAction::Go(Route::failing_devices()),
    ));
    entries.extend(views.iter().map(|saved| {
        let route = Route::JobDashboard { view: saved.view.clone() };
        Entry::new(saved.name.clone(), "view", Glyph::Bookmark, PaletteAction::Go(route))
    }));
    entries.push(Entry::new("Refresh all", "action", Glyph::Refresh, PaletteAction::Refresh));
    let leave = if embedded { "Sign out: change connection" } else { "Sign out" };
    entries.push(Entry::new(leave, "action", Glyph::SignOut, PaletteAction::SignOut));
    entries.push(Entry::new("Show keyboard shortcuts", "action", Glyph::Info, PaletteAction::Keys));
    entries.extend(Theme::ALL.into_iter().map(|theme| {
        Entry::new(format!("Theme {}", theme.title()), "action", Glyph::Theme, PaletteAction::Theme(theme))
    }));
    entries.extend(Times::ALL.into_iter().map(|times| {
        let word = match times {
            Times::Local => "Times in local time",
            Times::Utc => "Times in UTC",
            Times::Relative => "Relative times",
        };
        Entry::new(word, "action", Glyph::Calendar, PaletteAction::Times(times))
    }));
    entries
}

/// The part of a job's name in a text that finds it by what its entry reads, which begins with the word "Run".
pub fn name_of_job(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let name = text.strip_prefix("run").unwrap_or(&text).trim();
    (!name.is_empty() && !"run".starts_with(&text)).then(|| name.to_owned())
}

/// The entries that a text finds: those whose name begins with it first, then those with a word that does, then the rest.
/// A link finds its place.
pub fn found(text: &str, entries: Vec<Entry>) -> Vec<Entry> {
    if text.trim().starts_with(link::SCHEME) {
        let route = link::read(text);
        return route
            .map(|route| Entry::new("Open this link", "link", Glyph::Forward, PaletteAction::Go(route)))
            .into_iter()
            .collect();
    }
    let text = text.trim().to_lowercase();
    let rank = |entry: &Entry| {
        let word = entry.word.to_lowercase();
        match word.find(&text) {
            Some(0) => Some(0),
            Some(_) if word.split([' ', '-', '.']).any(|part| part.starts_with(&text)) => Some(1),
            Some(_) => Some(2),
            None => None,
        }
    };
    let mut ranked: Vec<(i32, Entry)> =
        entries.into_iter().filter_map(|entry| rank(&entry).map(|rank| (rank, entry))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(SHOWN);
    ranked.into_iter().map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut all = fixed(&[SavedView { name: "Night shift".into(), view: "status=failed".into() }], false);
        all.push(Entry::job(4.into(), "Edge routers backup"));
        found(text, all).into_iter().map(|entry| entry.word).collect()
    }

    #[test]
    fn names_that_begin_so_come_first() {
        assert_eq!(words("job"), ["Job Status", "Jobs"]);
        assert_eq!(
            words("r"),
            [
                "Refresh all",
                "Relative times",
                "Run Edge routers backup",
                "Crypto report",
                "Failed runs",
                "Devices whose last run failed",
                "Configurations",
                "Credentials",
                "Platforms",
                "Users",
                "Show keyboard shortcuts",
                "Theme Dark",
                "Theme High contrast"
            ]
        );
        assert_eq!(words("NIGHT"), ["Night shift"]);
        assert_eq!(words("failed"), ["Failed runs", "Devices whose last run failed"]);
        assert_eq!(words("sign out"), ["Sign out"]);
        assert_eq!(words("no such thing"), Vec::<String>::new());
    }

    #[test]
    fn a_job_is_asked_for_by_its_name_with_and_without_the_word_run() {
        let names = ["nightly", "run nightly", "Run N", "runner", "ru", "run", " "].map(name_of_job);
        let part = |text: &str| Some(text.to_owned());
        assert_eq!(names, [part("nightly"), part("nightly"), part("n"), part("ner"), None, None, None]);
    }

    #[test]
    fn a_link_leads_to_its_place_and_a_broken_one_nowhere() {
        let entries = found("netraven:/runs/7", fixed(&[], false));
        assert_eq!(entries[0].action, PaletteAction::Go(Route::run(7.into())));
        assert_eq!(found("netraven:/nowhere/else", fixed(&[], false)), []);
    }
}
