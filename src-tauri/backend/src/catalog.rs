//! The platforms in use: built in, saved by admins, and in the user's folder, as the last two were when they were last
//! read. They are read again while the program runs; a session keeps the definition it began with.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use futures::future::BoxFuture;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, broadcast};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::journal::{About, Journal, Signal};
use crate::platforms::{BadDefinition, Registry, SharedFile};

/// Longest wait for the folder, for what admins saved, and for an earlier reading of them.
const LIMIT: Duration = Duration::from_secs(5);

/// The platforms could not be read again.
#[derive(Debug, thiserror::Error)]
#[error("The platforms could not be read again: {0}. Those read before stay in use.")]
pub struct NotRead(String);

/// Where the platforms are that admins saved; all servers and workers read the same ones.
pub trait SharedFiles: fmt::Debug + Send + Sync {
    /// A short text that changes whenever one of them does.
    fn mark(&self) -> BoxFuture<'_, anyhow::Result<String>>;

    /// All of them.
    fn files(&self) -> BoxFuture<'_, anyhow::Result<Vec<SharedFile>>>;
}

/// What one reading gave.
#[derive(Debug)]
pub struct Loaded {
    /// The platforms.
    pub registry: Registry,
    /// Why files were refused.
    pub refused: Vec<BadDefinition>,
    marks: Vec<FileMark>,
    shared: Arc<Shared>,
}

/// What admins saved, with the mark it had.
#[derive(Debug)]
struct Shared {
    mark: String,
    files: Vec<SharedFile>,
}

/// What shows that a file has changed: path, bytes, and time of the last change.
type FileMark = (PathBuf, u64, Option<SystemTime>);

/// The platforms in use; clones share them.
#[derive(Debug, Clone)]
pub struct Catalog {
    folder: Option<Arc<Path>>,
    saved: Arc<dyn SharedFiles>,
    /// Whose platforms they are, as the beginning of a log line: nothing for the server's own.
    whose: Arc<str>,
    loaded: Arc<RwLock<Arc<Loaded>>>,
    /// Held while they are read, so that an older reading never replaces a newer one. If the folder hangs, only one
    /// thread waits for it.
    turn: Arc<Mutex<()>>,
}

/// When they are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    IfChanged,
}

impl Catalog {
    /// Reads the platforms that admins saved and those of a folder, and logs which files were refused.
    pub async fn open(
        folder: Option<PathBuf>,
        saved: Arc<dyn SharedFiles>,
        whose: &str,
        journal: &Journal,
    ) -> anyhow::Result<Catalog> {
        let shared = timeout(LIMIT, shared_now(&*saved, None)).await.context("the database did not answer")?;
        let shared = shared.context("the platforms that were saved could not be read")?;
        let loaded = Arc::new(Loaded::read(folder.as_deref(), shared));
        let catalog = Catalog {
            folder: folder.map(Arc::from),
            saved,
            whose: Arc::from(whose),
            loaded: Arc::new(RwLock::new(Arc::clone(&loaded))),
            turn: Arc::default(),
        };
        catalog.log_refused(&loaded, journal);
        Ok(catalog)
    }

    /// The folder of the user's files, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The platforms as they were last read.
    pub fn current(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The platforms as they are now: they are read again if one was saved or deleted, or a file in the folder was
    /// added, changed or removed.
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

    /// Reads them again; `by` is the user who wished it.
    pub async fn reload(&self, by: &str, journal: &Journal) -> Result<Arc<Loaded>, NotRead> {
        let loaded = self.read(When::Always).await?.unwrap_or_else(|| self.current());
        self.log(&loaded, &format!("were read again for {by}"), journal).await;
        Ok(loaded)
    }

    /// Reads them again whenever a server has done so, until stopped. If a signal is lost, the next session
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

    /// Reads them; `None` if nothing has changed.
    async fn read(&self, when: When) -> Result<Option<Arc<Loaded>>, NotRead> {
        let silent = |what: &str| NotRead(format!("{what} did not answer within {} seconds", LIMIT.as_secs()));
        let turn = Arc::clone(&self.turn).lock_owned();
        let turn = timeout(LIMIT, turn).await.map_err(|_| silent("an earlier reading"))?;
        let known = Arc::clone(&self.current().shared);
        let shared = shared_now(&*self.saved, (when == When::IfChanged).then(|| Arc::clone(&known)));
        let shared = timeout(LIMIT, shared).await.map_err(|_| silent("the database"))?;
        let shared = shared.map_err(|error| NotRead(format!("{error:#}")))?;
        let catalog = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let folder = catalog.folder.as_deref();
            let is_due =
                when == When::Always || !Arc::ptr_eq(&shared, &known) || marks(folder) != catalog.current().marks;
            is_due.then(|| {
                let loaded = Arc::new(Loaded::read(folder, shared));
                *catalog.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&loaded);
                loaded
            })
        });
        let read = timeout(LIMIT, reading).await.map_err(|_| silent("the folder"))?;
        read.map_err(|error| NotRead(error.to_string()))
    }

    async fn log(&self, loaded: &Loaded, what: &str, journal: &Journal) {
        let message = format!("{}The platforms {what}: {}.", self.whose, loaded.counts());
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
    fn read(folder: Option<&Path>, shared: Arc<Shared>) -> Loaded {
        // Before the files are read: what changes meanwhile is noticed the next time.
        let marks = marks(folder);
        let (registry, refused) = Registry::load_with(folder, &shared.files);
        Loaded { registry, refused, marks, shared }
    }

    /// What was read, in numbers.
    fn counts(&self) -> String {
        let all = self.registry.names();
        let own = all.iter().filter(|name| self.registry.is_custom(name)).count();
        let files = if self.refused.len() == 1 { "file" } else { "files" };
        format!("{} platforms, {own} of them yours, and {} refused {files}", all.len(), self.refused.len())
    }
}

/// What admins saved; what is `known`, if it still has the same mark.
async fn shared_now(saved: &dyn SharedFiles, known: Option<Arc<Shared>>) -> anyhow::Result<Arc<Shared>> {
    // Before the files are read, as with those of the folder.
    let mark = saved.mark().await?;
    match known {
        Some(known) if known.mark == mark => Ok(known),
        _ => Ok(Arc::new(Shared { mark, files: saved.files().await? })),
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
    use std::sync::Mutex as StdMutex;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    const MINE: &str = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\nerrors = ['^oops']\n\
                        prompt = { pattern = '(?P<host>\\w+)>' }\n\
                        commands = [{ send = 'show all', purpose = 'config' }]\n";

    /// What admins saved, and how often all of it was read.
    #[derive(Debug, Default)]
    struct Saved {
        files: StdMutex<Vec<SharedFile>>,
        is_away: AtomicBool,
        read: AtomicUsize,
    }

    impl Saved {
        fn save(&self, name: &str, text: &str) {
            let file = SharedFile { name: name.to_owned(), text: Ok(text.to_owned()) };
            self.files.lock().unwrap().push(file);
        }
    }

    impl SharedFiles for Saved {
        fn mark(&self) -> BoxFuture<'_, anyhow::Result<String>> {
            Box::pin(async {
                anyhow::ensure!(!self.is_away.load(Ordering::Relaxed), "the database is away");
                Ok(format!("{:?}", self.files.lock().unwrap()))
            })
        }

        fn files(&self) -> BoxFuture<'_, anyhow::Result<Vec<SharedFile>>> {
            Box::pin(async {
                self.read.fetch_add(1, Ordering::Relaxed);
                Ok(self.files.lock().unwrap().clone())
            })
        }
    }

    fn catalog(folder: Option<&Path>) -> (Catalog, Arc<Saved>) {
        let saved = Arc::new(Saved::default());
        let nothing = Arc::new(Shared { mark: format!("{:?}", Vec::<SharedFile>::new()), files: Vec::new() });
        let catalog = Catalog {
            folder: folder.map(Arc::from),
            saved: Arc::clone(&saved) as Arc<dyn SharedFiles>,
            whose: Arc::from(""),
            loaded: Arc::new(RwLock::new(Arc::new(Loaded::read(folder, nothing)))),
            turn: Arc::default(),
        };
        (catalog, saved)
    }

    async fn changed(catalog: &Catalog) -> bool {
        catalog.read(When::IfChanged).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn files_are_read_again_when_one_was_added_changed_or_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.toml");
        let (catalog, _) = catalog(Some(folder.path()));
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
        let (without, _) = catalog(None);
        assert!(!changed(&without).await);
        assert!(without.read(When::Always).await.unwrap().is_some());
        assert!(without.current().registry.get("linux").is_some());
    }

    #[tokio::test]
    async fn what_admins_saved_is_read_again_when_its_mark_changes_and_the_folder_wins() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, saved) = catalog(Some(folder.path()));
        assert!(!changed(&catalog).await);
        saved.save("mine", &MINE.replace("'Mine'", "'Saved'"));
        assert!(changed(&catalog).await && !changed(&catalog).await);
        let title = |catalog: &Catalog| catalog.current().registry.get("mine").map(|mine| mine.title.clone());
        assert_eq!(title(&catalog).as_deref(), Some("Saved"));
        std::fs::write(folder.path().join("mine.toml"), MINE).unwrap();
        assert!(changed(&catalog).await);
        assert_eq!((title(&catalog).as_deref(), saved.read.load(Ordering::Relaxed)), (Some("Mine"), 1));
        saved.is_away.store(true, Ordering::Relaxed);
        let refused = catalog.read(When::IfChanged).await.unwrap_err().to_string();
        assert_eq!(
            refused,
            "The platforms could not be read again: the database is away. Those read before stay in use."
        );
        assert_eq!(title(&catalog).as_deref(), Some("Mine"));
    }
}
