//! All platforms there are: the built-in ones, those that admins saved, and those of the user's folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};

use netraven_api::platforms::PlatformSource;

use super::definition::{BadDefinition, Definition};
use super::raw;

/// The built-in files: everything in the crate's `definitions` folder, listed by its build script.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/platforms.rs"));

/// A definition is a page of text; more is a mistake in the folder.
const LARGEST_FILE: u64 = 256 * 1024;

/// The built-in platforms by name. Each is compiled when it is first asked for: a session needs one, and to compile all
/// takes longer than to connect.
static BUILT_IN_BY_NAME: LazyLock<BTreeMap<&'static str, BuiltIn>> = LazyLock::new(|| {
    let named = |(file, text): &(&'static str, &'static str)| {
        let name = file.strip_suffix(".toml").unwrap_or(file);
        (name, BuiltIn { file, text, compiled: OnceLock::new() })
    };
    BUILT_IN.iter().map(named).collect()
});

/// A built-in platform.
#[derive(Debug)]
struct BuiltIn {
    file: &'static str,
    text: &'static str,
    compiled: OnceLock<Arc<Definition>>,
}

impl BuiltIn {
    fn definition(&self) -> &Arc<Definition> {
        let parse = || Arc::new(Definition::parse(self.file, self.text).expect("a built-in platform is valid"));
        self.compiled.get_or_init(parse)
    }
}

/// The built-in definition for devices of no known platform.
pub(super) fn generic() -> Arc<Definition> {
    Arc::clone(BUILT_IN_BY_NAME.get("generic").expect("the generic platform is built in").definition())
}

/// The text of the built-in platform of this name.
pub(super) fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN_BY_NAME.get(name).map(|platform| platform.text)
}

/// How many platforms below a file are looked through for one; files that extend more are refused.
const LONGEST_CHAIN: usize = 8;

/// What the text of a platform is spoken of by that is in no file yet.
const NEW_TEXT: &str = "text";

/// All platforms, by name.
#[derive(Debug, Clone)]
pub struct Registry {
    /// The user's files, by the name of their platform.
    own: BTreeMap<String, OwnFile>,
}

/// A platform that admins saved, which all servers and workers share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedFile {
    /// Name of the platform.
    pub name: String,
    /// The text of its file, or why it cannot be read.
    pub text: Result<String, String>,
}

impl SharedFile {
    /// What the platform of this name is spoken of by in a refusal.
    pub fn spoken_of(name: &str) -> String {
        format!("{name} (saved in NetRaven)")
    }

    fn read(&self) -> Result<String, BadDefinition> {
        self.text.clone().map_err(|problem| BadDefinition {
            file: SharedFile::spoken_of(&self.name),
            line: None,
            field: None,
            problem,
            advice: "Delete it, and save it again".to_string(),
        })
    }
}

/// A file of the user's.
#[derive(Debug, Clone)]
struct OwnFile {
    /// Its path, or what a saved platform is spoken of by.
    file: String,
    /// Whether it is in the user's folder.
    in_folder: bool,
    text: Arc<str>,
    definition: Arc<Definition>,
}

impl Registry {
    /// [`Registry::load_with`] without saved platforms.
    pub fn load(user_folder: Option<&Path>) -> (Registry, Vec<BadDefinition>) {
        Registry::load_with(user_folder, &[])
    }

    /// The built-in platforms, those that admins saved, and those of the user's folder. Of platforms of the same name
    /// the one of the folder is used, else the saved one. A file may extend any of the others. A bad file is refused
    /// and reported; the others still load. A folder that does not exist holds no files.
    pub fn load_with(user_folder: Option<&Path>, shared: &[SharedFile]) -> (Registry, Vec<BadDefinition>) {
        let mut refused = Vec::new();
        let paths = user_folder.map(|folder| list(folder, &mut refused)).unwrap_or_default();
        let in_folder = paths.into_iter().map(|path| (path.display().to_string(), true, read(&path)));
        let saved = shared.iter().map(|file| (SharedFile::spoken_of(&file.name), false, file.read()));
        let files: Vec<(String, bool, Result<String, BadDefinition>)> = in_folder.chain(saved).collect();
        let texts = by_name(files.iter().filter_map(|(.., text)| text.as_ref().ok()));
        let others = |name: &str| texts.get(name).map(|text| (*text).to_string());
        let mut registry = Registry { own: BTreeMap::new() };
        for (file, in_folder, text) in &files {
            let added = text.as_ref().map_err(BadDefinition::clone).and_then(|text| {
                let definition = Arc::new(Definition::parse_with(file, text, &others)?);
                let (file, text) = (file.clone(), Arc::from(text.as_str()));
                registry.add(OwnFile { file, in_folder: *in_folder, text, definition })
            });
            refused.extend(added.err());
        }
        (registry, refused)
    }

    /// The built-in platforms alone.
    pub fn built_in() -> Registry {
        Registry { own: BTreeMap::new() }
    }

    fn add(&mut self, file: OwnFile) -> Result<(), BadDefinition> {
        let name = file.definition.name.clone();
        match self.own.get(&name) {
            // The folder's, which was added before, is the one that is used.
            Some(earlier) if earlier.in_folder && !file.in_folder => Ok(()),
            Some(earlier) => Err(twice(file.file, &name, &earlier.file)),
            None => {
                self.own.insert(name, file);
                Ok(())
            }
        }
    }

    /// Reads a text that is not among the platforms yet. It may extend all of them.
    pub fn parse(&self, text: &str) -> Result<Definition, BadDefinition> {
        Definition::parse_with(NEW_TEXT, text, &|name| self.own_text(name))
    }

    /// The user's platforms that extend the one of this name, directly or not, as they are once it has this text, or
    /// once it is gone (`None`).
    pub fn heirs(&self, name: &str, text: Option<&str>) -> Result<Vec<Arc<Definition>>, BadDefinition> {
        let others = |wanted: &str| if wanted == name { text.map(str::to_string) } else { self.own_text(wanted) };
        let heirs = self.own.values().filter(|file| self.is_below(name, file));
        heirs.map(|heir| Ok(Arc::new(Definition::parse_with(&heir.file, &heir.text, &others)?))).collect()
    }

    /// Whether a file extends the platform of this name, directly or not.
    fn is_below(&self, name: &str, file: &OwnFile) -> bool {
        let mut here = file;
        for _ in 0..LONGEST_CHAIN {
            match &here.definition.extends {
                Some(below) if *below == here.definition.name => return false,
                Some(below) if below == name => return true,
                below => match below.as_ref().and_then(|below| self.own.get(below)) {
                    Some(below) => here = below,
                    None => return false,
                },
            }
        }
        false
    }

    fn own_text(&self, name: &str) -> Option<String> {
        self.own.get(name).map(|file| file.text.to_string())
    }

    /// One platform.
    pub fn get(&self, name: &str) -> Option<Arc<Definition>> {
        self.definition(name).cloned()
    }

    fn definition(&self, name: &str) -> Option<&Arc<Definition>> {
        let own = self.own.get(name).map(|file| &file.definition);
        own.or_else(|| BUILT_IN_BY_NAME.get(name).map(BuiltIn::definition))
    }

    /// Whether a built-in platform has this name.
    pub fn is_built_in(name: &str) -> bool {
        BUILT_IN_BY_NAME.contains_key(name)
    }

    /// Whether the definition of this name is one of the user's.
    pub fn is_custom(&self, name: &str) -> bool {
        self.own.contains_key(name)
    }

    /// Where the definition of this name comes from.
    pub fn source(&self, name: &str) -> PlatformSource {
        match (self.is_custom(name), Registry::is_built_in(name)) {
            (false, _) => PlatformSource::BuiltIn,
            (true, false) => PlatformSource::Own,
            (true, true) => PlatformSource::Replaces,
        }
    }

    /// The path of the file in the user's folder that defines this platform; `None` if it is not defined there.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.own.get(name).filter(|file| file.in_folder).map(|file| file.file.as_str())
    }

    /// The text of the file that defines this platform.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.own.get(name).map(|file| &*file.text).or_else(|| built_in(name))
    }

    /// All names, in order.
    pub fn names(&self) -> Vec<String> {
        let all: BTreeSet<&str> = self.own.keys().map(String::as_str).chain(BUILT_IN_BY_NAME.keys().copied()).collect();
        all.into_iter().map(str::to_owned).collect()
    }

    /// All platforms, ordered by name. This compiles every one that nobody has asked for before.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.names().into_iter().filter_map(|name| self.definition(&name))
    }
}

/// The texts by the name of their platform; the first of two of the same name counts.
fn by_name<'t>(all: impl Iterator<Item = &'t String>) -> BTreeMap<String, &'t str> {
    let mut texts = BTreeMap::new();
    for text in all {
        if let Some(name) = raw::name_of(text) {
            texts.entry(name).or_insert(text.as_str());
        }
    }
    texts
}

fn list(folder: &Path, refused: &mut Vec<BadDefinition>) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            refused.push(unreadable(folder, format!("the folder cannot be read: {error}")));
            return Vec::new();
        }
    };
    let mut paths = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => paths.push(entry.path()),
            Err(error) => refused.push(unreadable(folder, format!("the folder cannot be read to its end: {error}"))),
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths
}

fn read(path: &Path) -> Result<String, BadDefinition> {
    text_of(path).map_err(|problem| unreadable(path, problem))
}

fn text_of(path: &Path) -> Result<String, String> {
    let about = std::fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    if !about.is_file() {
        return Err("is not a regular file".to_string());
    }
    if about.len() > LARGEST_FILE {
        return Err(format!("is {} KiB large, more than the {} KiB allowed", about.len() / 1024, LARGEST_FILE / 1024));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_string())
}

fn unreadable(path: &Path, problem: String) -> BadDefinition {
    BadDefinition {
        file: path.display().to_string(),
        line: None,
        field: None,
        problem,
        advice: "Make it a readable text file, or remove it from the folder".to_string(),
    }
}

fn twice(file: String, name: &str, earlier: &str) -> BadDefinition {
    BadDefinition {
        file,
        line: None,
        field: Some("name".to_string()),
        problem: format!("{name} is already defined by {earlier}"),
        advice: "Give one of them another name".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "title = 'Mine'\nvendor = 'Me'\nerrors = ['^oops']\nprompt = { pattern = '(?P<host>\\w+)>' }\n\
                           commands = [{ send = 'show all', purpose = 'config' }]\n";

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        folder
    }

    fn named(name: &str) -> Vec<u8> {
        format!("name = '{name}'\n{MINIMAL}").into_bytes()
    }

    #[test]
    fn every_built_in_file_loads_under_its_own_name() {
        let (registry, refused) = Registry::load(None);
        assert!(refused.is_empty(), "{refused:?}");
        let files: Vec<String> = BUILT_IN.iter().map(|(file, _)| file.trim_end_matches(".toml").to_string()).collect();
        assert_eq!(registry.names(), files);
        assert_eq!(registry.iter().count(), BUILT_IN.len());
        assert!(registry.get("cisco_iso").is_none());
    }

    #[test]
    fn every_built_in_platform_says_how_far_it_is_proven() {
        let registry = Registry::load(None).0;
        let silent = registry.iter().filter(|definition| definition.evidence.is_none());
        assert_eq!(silent.map(|definition| definition.name.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn a_users_file_adds_or_replaces_and_a_bad_one_stops_nothing() {
        let large = vec![b'#'; 300 * 1024];
        let folder = folder(&[
            ("mine.toml", &named("mine")),
            ("other.toml", &named("linux")),
            ("broken.toml", b"name = \n"),
            ("twice.toml", &named("mine")),
            ("large.toml", &large),
            ("latin.toml", b"name = 'caf\xe9'"),
            ("notes.txt", b"not a platform"),
        ]);
        let (registry, refused) = Registry::load(Some(folder.path()));
        assert_eq!(registry.get("mine").map(|mine| mine.title.clone()), Some("Mine".to_string()));
        assert_eq!(registry.get("linux").map(|linux| linux.title.clone()), Some("Mine".to_string()));
        let sources = ["mine", "linux", "cisco_ios"].map(|name| registry.source(name));
        assert_eq!(sources, [PlatformSource::Own, PlatformSource::Replaces, PlatformSource::BuiltIn]);
        assert!(registry.file("linux").is_some_and(|file| file.ends_with("other.toml")));
        assert!(registry.text("linux").is_some_and(|text| text.contains("'Mine'")));
        assert!(registry.file("cisco_ios").is_none() && registry.text("cisco_ios").is_some());
        let refused: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert_eq!(refused.len(), 4, "{refused:#?}");
        for (sentence, says) in refused.iter().zip([
            "broken.toml, line 1: is not TOML: ",
            "large.toml: is 300 KiB large",
            "latin.toml: is not UTF-8 text",
            "twice.toml: `name`: mine is already defined by ",
        ]) {
            assert!(sentence.contains(says), "{sentence}");
        }
    }

    #[test]
    fn users_files_extend_each_other_and_what_they_replace() {
        let child = |name: &str, extends: &str| format!("name = '{name}'\ntitle = '{name}'\nextends = '{extends}'\n");
        let own = child("linux", "linux") + "goodbye = ['bye']\n";
        let folder = folder(&[
            ("a.toml", child("first", "second").as_bytes()),
            ("b.toml", child("second", "linux").as_bytes()),
            ("c.toml", own.as_bytes()),
            ("d.toml", child("lost", "nothing").as_bytes()),
        ]);
        let (registry, refused) = Registry::load(Some(folder.path()));
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!((refused[0].line, refused[0].field.as_deref()), (Some(3), Some("extends")));
        for name in ["first", "second", "linux"] {
            assert_eq!(registry.get(name).map(|found| found.goodbye.clone()), Some(vec!["bye".to_string()]), "{name}");
            assert!(registry.is_custom(name), "{name}");
        }
        assert!(!registry.is_custom("cisco_ios"));
    }

    fn saved(name: &str, text: &str) -> SharedFile {
        SharedFile { name: name.to_string(), text: Ok(text.to_string()) }
    }

    #[test]
    fn a_saved_platform_is_used_unless_the_folder_has_one_of_its_name() {
        let text = |name: &str, title: &str| format!("name = '{name}'\n{MINIMAL}").replace("Mine", title);
        let shared = [
            saved("linux", &text("linux", "Saved")),
            saved("mine", &text("mine", "Saved")),
            saved("broken", "name = \n"),
            SharedFile { name: "shut".to_string(), text: Err("cannot be opened".to_string()) },
        ];
        let folder = folder(&[("mine.toml", &named("mine"))]);
        let (registry, refused) = Registry::load_with(Some(folder.path()), &shared);
        let titles = ["linux", "mine"].map(|name| registry.get(name).unwrap().title.clone());
        assert_eq!(titles, ["Saved", "Mine"]);
        assert!(registry.is_custom("linux") && registry.file("linux").is_none() && registry.file("mine").is_some());
        assert_eq!(registry.source("linux"), PlatformSource::Replaces);
        let refused: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert_eq!(refused.len(), 2, "{refused:?}");
        assert!(refused[0].starts_with("platform file broken (saved in NetRaven), line 1: is not TOML"), "{refused:?}");
        assert!(refused[1].contains("shut (saved in NetRaven): cannot be opened. Delete it"), "{refused:?}");
    }

    #[test]
    fn those_that_extend_a_platform_are_read_with_its_new_text() {
        let child = |name: &str, extends: &str| format!("name = '{name}'\ntitle = '{name}'\nextends = '{extends}'\n");
        let base = format!("name = 'base'\n{MINIMAL}");
        let shared = [
            saved("base", &base),
            saved("child", &child("child", "base")),
            saved("grandchild", &child("grandchild", "child")),
            saved("linux", &child("linux", "linux")),
        ];
        let (registry, refused) = Registry::load_with(None, &shared);
        assert!(refused.is_empty(), "{refused:?}");
        let changed = base.clone() + "goodbye = ['bye']\n";
        let heirs = registry.heirs("base", Some(&changed)).unwrap();
        let names: Vec<&str> = heirs.iter().map(|heir| heir.name.as_str()).collect();
        assert_eq!(names, ["child", "grandchild"]);
        assert!(heirs.iter().all(|heir| heir.goodbye == ["bye"]));
        let lost = registry.heirs("base", None).unwrap_err();
        assert!(lost.to_string().contains("there is no platform `base`"), "{lost}");
        assert!(registry.heirs("linux", None).unwrap().is_empty());
        assert_eq!(registry.parse(&child("new", "grandchild")).unwrap().title, "new");
    }

    #[test]
    fn a_missing_folder_holds_no_files_and_an_unreadable_one_is_reported() {
        let folder = folder(&[("file", b"")]);
        assert!(Registry::load(Some(&folder.path().join("absent"))).1.is_empty());
        let (registry, refused) = Registry::load(Some(&folder.path().join("file")));
        assert_eq!(refused.len(), 1);
        assert!(refused[0].problem.starts_with("the folder cannot be read"), "{refused:?}");
        assert_eq!(registry.names().len(), BUILT_IN.len());
    }
}
