//! The platforms in use, as the user's folder had them when it was last read. It is read again while the program runs; a
//! session keeps the definition it began with.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, broadcast};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::journal::{About, Journal, Signal};
use crate::platforms::{BadDefinition, Registry};

/// Longest wait for the folder, and for an earlier reading of it.
const LIMIT: Duration = Duration::from_secs(5);

/// The folder could not be read again.
#[derive(Debug, thiserror::Error)]
#[error("The folder of platforms could not be read again: {0}. The platforms read before stay in use.")]
pub struct NotRead(String);

/// What one reading of the folder gave.
#[derive(Debug)]
pub struct Loaded {
    /// The platforms.
    pub registry: Registry,
    /// Why files were refused.
    pub refused: Vec<BadDefinition>,
    marks: Vec<FileMark>,
}

/// What shows that a file has changed: path, bytes, and time of the last change.
type FileMark = (PathBuf, u64, Option<SystemTime>);

/// The platforms in use; clones share them.
#[derive(Debug, Clone)]
pub struct Catalog {
    folder: Option<Arc<Path>>,
    /// Whose platforms they are, as the beginning of a log line: nothing for the server's own.
    whose: Arc<str>,
    loaded: Arc<RwLock<Arc<Loaded>>>,
    /// Held while the folder is read, so that an older reading never replaces a newer one. If the folder hangs, only one
    /// thread waits for it.
    turn: Arc<Mutex<()>>,
}

/// When the folder is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    IfChanged,
}

impl Catalog {
    /// Reads the built-in platforms and those of a folder, and logs which files were refused.
    pub fn open(folder: Option<PathBuf>, whose: &str, journal: &Journal) -> Catalog {
        let loaded = Arc::new(Loaded::read(folder.as_deref()));
        let catalog = Catalog {
            folder: folder.map(Arc::from),
            whose: Arc::from(whose),
            loaded: Arc::new(RwLock::new(Arc::clone(&loaded))),
            turn: Arc::default(),
        };
        catalog.log_refused(&loaded, journal);
        catalog
    }

    /// The folder of the user's files, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The platforms as they were last read.
    pub fn current(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The platforms as the folder has them now: it is read again if a file in it was added, changed or removed.
    pub async fn refreshed(&self, journal: &Journal) -> Arc<Loaded> {
        match self.read(When::IfChanged).await {
            Ok(Some(loaded)) => {
                self.log(&loaded, "have changed and were read again", journal).await;
                loaded
            }
            Ok(None) => self.current(),
            Err(error) => {
                tracing::warn!("{error}");
                self.current()
            }
        }
    }

    /// Reads the folder again; `by` is the user who wished it.
    pub async fn reload(&self, by: &str, journal: &Journal) -> Result<Arc<Loaded>, NotRead> {
        let loaded = self.read(When::Always).await?.unwrap_or_else(|| self.current());
        self.log(&loaded, &format!("were read again for {by}"), journal).await;
        Ok(loaded)
    }

    /// Reads the folder again whenever a server has read its own, until stopped. If a signal is lost, the next session
    /// notices the change.
    pub async fn follow(self, mut signals: broadcast::Receiver<Signal>, journal: Journal, stop: CancellationToken) {
        loop {
            let signal = tokio::select! {
                signal = signals.recv() => signal,
                () = stop.cancelled() => return,
            };
            match signal {
                Ok(Signal::Platforms { by }) => {
                    if let Err(error) = self.reload(&by, &journal).await {
                        tracing::warn!("{error}");
                    }
                }
                Err(RecvError::Closed) => return,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
            }
        }
    }

    /// Reads the folder; `None` if nothing in it has changed.
    async fn read(&self, when: When) -> Result<Option<Arc<Loaded>>, NotRead> {
        let silent = |_| NotRead(format!("it did not answer within {} seconds", LIMIT.as_secs()));
        let turn = timeout(LIMIT, Arc::clone(&self.turn).lock_owned()).await.map_err(silent)?;
        let catalog = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let folder = catalog.folder.as_deref();
            let is_due = when == When::Always || marks(folder) != catalog.current().marks;
            is_due.then(|| {
                let loaded = Arc::new(Loaded::read(folder));
                *catalog.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&loaded);
                loaded
            })
        });
        timeout(LIMIT, reading).await.map_err(silent)?.map_err(|error| NotRead(error.to_string()))
    }

    async fn log(&self, loaded: &Loaded, what: &str, journal: &Journal) {
        let message = format!("{}The platform files {what}: {}.", self.whose, loaded.counts());
        let meta = json!({ "refused": loaded.refused.len() });
        journal.line(Level::Info, LogType::System, "platforms", About::default(), message, meta);
        self.log_refused(loaded, journal);
        journal.changed(Changed::Platforms).await;
    }

    fn log_refused(&self, loaded: &Loaded, journal: &Journal) {
        for bad in &loaded.refused {
            let message = format!("{}{bad}", self.whose);
            tracing::warn!("{message}");
            journal.line(Level::Warning, LogType::System, "platforms", About::default(), message, json!({}));
        }
    }
}

impl Loaded {
    fn read(folder: Option<&Path>) -> Loaded {
        // Before the files are read: what changes meanwhile is noticed the next time.
        let marks = marks(folder);
        let (registry, refused) = Registry::load(folder);
        Loaded { registry, refused, marks }
    }

    /// What was read, in numbers.
    fn counts(&self) -> String {
        let all = self.registry.names();
        let own = all.iter().filter(|name| self.registry.is_custom(name)).count();
        let files = if self.refused.len() == 1 { "file" } else { "files" };
        format!("{} platforms, {own} of them yours, and {} refused {files}", all.len(), self.refused.len())
    }
}

/// The marks of the files in a folder. One that cannot be looked at has a mark, too: it is refused when it is read.
fn marks(folder: Option<&Path>) -> Vec<FileMark> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut marks: Vec<FileMark> = files
        .map(|path| {
            let about = std::fs::metadata(&path).ok();
            let changed = about.as_ref().and_then(|about| about.modified().ok());
            (path, about.map_or(0, |about| about.len()), changed)
        })
        .collect();
    marks.sort();
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: &str = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\nerrors = ['^oops']\n\
                        prompt = { pattern = '(?P<host>\\w+)>' }\n\
                        commands = [{ send = 'show all', purpose = 'config' }]\n";

    fn catalog(folder: Option<&Path>) -> Catalog {
        Catalog {
            folder: folder.map(Arc::from),
            whose: Arc::from(""),
            loaded: Arc::new(RwLock::new(Arc::new(Loaded::read(folder)))),
            turn: Arc::default(),
        }
    }

    async fn changed(catalog: &Catalog) -> bool {
        catalog.read(When::IfChanged).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn files_are_read_again_when_one_was_added_changed_or_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.toml");
        let catalog = catalog(Some(folder.path()));
        assert!(!changed(&catalog).await);
        std::fs::write(&file, MINE).unwrap();
        let before = catalog.current();
        assert!(changed(&catalog).await && !changed(&catalog).await);
        assert!(catalog.current().registry.get("mine").is_some());
        assert!(before.registry.get("mine").is_none(), "what a session began with stays");
        std::fs::write(&file, MINE.replace("vendor", "wendor")).unwrap();
        std::fs::write(folder.path().join("notes.txt"), "no platform").unwrap();
        let is_later = |file: &std::fs::File| file.set_modified(SystemTime::now() + Duration::from_secs(9));
        std::fs::File::options().append(true).open(&file).and_then(|file| is_later(&file)).unwrap();
        assert!(changed(&catalog).await && !changed(&catalog).await);
        assert_eq!(catalog.current().refused.len(), 1);
        assert!(catalog.current().counts().ends_with("0 of them yours, and 1 refused file"));
        std::fs::remove_file(&file).unwrap();
        assert!(changed(&catalog).await && catalog.current().refused.is_empty());
    }

    #[tokio::test]
    async fn a_reading_that_is_wished_for_does_not_ask_whether_anything_changed() {
        let without = catalog(None);
        assert!(!changed(&without).await);
        assert!(without.read(When::Always).await.unwrap().is_some());
        assert!(without.current().registry.get("linux").is_some());
    }
}
