//! The repository against the real `git`, its crashes, and its damage.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Repository, SnapshotError, SnapshotFile, path_of, sha256_of};

const PATIENCE: Duration = Duration::from_millis(300);

struct Fixture {
    _home: TempDir,
    folder: PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Ångström data/snapshots");
        Self { _home: home, folder }
    }

    fn open(&self) -> Repository {
        Repository::open_with_patience(&self.folder, PATIENCE).unwrap()
    }

    /// Runs the real git and gives its output; fails the test on a failure or on any warning.
    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(&self.folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .args(["-c", "safe.directory=*"])
            .args(arguments)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.is_empty(), "git {arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn assert_sound(&self) {
        self.git(&["fsck", "--strict", "--no-progress", "--no-dangling"]);
        assert_eq!(self.git(&["status", "--porcelain"]), "");
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn file<'a>(path: &str, text: &'a str) -> SnapshotFile<'a> {
    SnapshotFile { path: path.to_owned(), text }
}

fn set_age(path: &Path, age: Duration) {
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

#[test]
fn git_shows_what_was_committed() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    assert_eq!(repository.head().unwrap(), None);
    assert_eq!(repository.current("configs/00/sw1.cfg").unwrap(), None);
    let (one, two) = (path_of("sw1", 1), path_of("sw2", 2));
    let first = repository
        .commit(&[file(&one, "hostname sw1\r\n"), file(&two, "hostname sw2\n")], "Back up sw1, sw2\n\nRun 7", at(0))
        .unwrap()
        .unwrap();
    assert_eq!(
        fixture.git(&["log", "--format=%H %an <%ae> %at %s"]),
        format!("{first} NetRaven <netraven@localhost> 1790000000 Back up sw1, sw2\n")
    );
    assert_eq!(fixture.git(&["show", &format!("HEAD:{one}")]), "hostname sw1\r\n");
    assert_eq!(fs::read_to_string(fixture.folder.join(&one)).unwrap(), "hostname sw1\r\n");
    assert_eq!(fixture.git(&["reflog", "--format=%gn", "main"]), "NetRaven\n");
    fixture.assert_sound();

    let same = repository.commit(&[file(&one, "hostname sw1\r\n"), file(&two, "hostname sw2\n")], "Nothing", at(1));
    assert_eq!(same.unwrap(), None);
    let second = repository.commit(&[file(&one, "hostname new\n")], "Back up sw1", at(2)).unwrap().unwrap();
    assert_eq!(repository.head().unwrap().as_deref(), Some(second.as_str()));
    assert_eq!(fixture.git(&["rev-list", "--count", "HEAD"]), "2\n");
    assert_eq!(fixture.git(&["show", &format!("HEAD:{two}")]), "hostname sw2\n");
    fixture.assert_sound();
}

#[test]
fn objects_are_forced_to_disk() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let writer = repository.writer();
    assert!(writer.config().unwrap().get_bool("core.fsyncobjectfiles").unwrap());
    assert!(!writer.config().unwrap().get_bool("core.autocrlf").unwrap());
}

#[test]
fn history_diff_and_search_look_back() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let (one, two) = (path_of("sw1", 1), path_of("sw2", 2));
    let a = repository.commit(&[file(&one, "a\nb\nc\n")], "first", at(0)).unwrap().unwrap();
    let b = repository.commit(&[file(&two, "x\n")], "other", at(60)).unwrap().unwrap();
    let c = repository.commit(&[file(&one, "a\nB\nc\n")], "second", at(120)).unwrap().unwrap();
    let history = repository.history(&one, 10).unwrap();
    let seen: Vec<_> = history.iter().map(|info| (info.id.as_str(), info.when, info.message.as_str())).collect();
    assert_eq!(seen, [(c.as_str(), at(120), "second"), (a.as_str(), at(0), "first")]);
    assert_eq!(repository.history(&one, 1).unwrap().len(), 1);
    assert_eq!(repository.history(&one, 0).unwrap(), []);
    assert_eq!(repository.history("configs/00/none.cfg", 5).unwrap(), []);

    let diff = repository.diff(&a, &c, &one).unwrap();
    assert!(diff.contains("@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"), "{diff}");
    assert_eq!(repository.diff(&a, &b, &one).unwrap(), "");
    assert!(repository.diff(&a, &b, &two).unwrap().contains("+x"));

    assert_eq!(repository.read(&a, &one).unwrap().as_deref(), Some("a\nb\nc\n"));
    assert_eq!(repository.read(&a, &two).unwrap(), None);
    assert_eq!(repository.current(&one).unwrap().as_deref(), Some("a\nB\nc\n"));
    assert!(repository.contains_text(&one, &sha256_of("a\nB\nc\n")).unwrap());
    assert!(!repository.contains_text(&one, &sha256_of("a\nb\nc\n")).unwrap());
    assert_eq!(repository.find_text(&one, &sha256_of("a\nb\nc\n"), 10).unwrap().unwrap().id, a);
    assert_eq!(repository.find_text(&one, &sha256_of("a\nb\nc\n"), 1).unwrap(), None);

    let unknown = repository.read(&"0".repeat(40), &one).unwrap_err();
    assert!(matches!(unknown, SnapshotError::UnknownCommit { .. }), "{unknown}");
    assert!(matches!(repository.read("main", &one), Err(SnapshotError::UnknownCommit { .. })));
}

#[test]
fn five_hundred_files_make_one_commit() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let text = |index: usize| format!("hostname sw{index}\n{}", "interface Gi0/1\n".repeat(50));
    let texts: Vec<_> = (0..500).map(|index| (path_of(&format!("sw{index}"), 1), text(index))).collect();
    let files: Vec<_> = texts.iter().map(|(path, text)| file(path, text)).collect();
    repository.commit(&files, "Back up 500 devices", at(0)).unwrap().unwrap();
    repository.commit(&[file(&texts[42].0, "changed\n")], "Back up one", at(1)).unwrap().unwrap();
    assert_eq!(fixture.git(&["rev-list", "--count", "HEAD"]), "2\n");
    assert_eq!(fixture.git(&["ls-tree", "-r", "--name-only", "HEAD"]).lines().count(), 500);
    assert_eq!(fixture.git(&["show", "--format=", "--name-only", "HEAD"]).trim(), texts[42].0);
    fixture.assert_sound();
}

#[test]
fn a_lock_of_a_dead_process_is_removed() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    repository.commit(&[file("configs/00/a.cfg", "1\n")], "one", at(0)).unwrap();
    for lock in ["index.lock", "refs/heads/main.lock"] {
        let lock = fixture.folder.join(".git").join(lock);
        File::create(&lock).unwrap();
        let text = format!("{}\n", lock.display());
        assert!(repository.commit(&[file("configs/00/a.cfg", &text)], "goes on", at(1)).unwrap().is_some());
        assert!(!lock.exists());
        fixture.assert_sound();
    }
    let lock = fixture.folder.join(".git/index.lock");
    File::create(&lock).unwrap();
    set_age(&lock, PATIENCE * 2);
    drop(repository);
    fixture.open();
    assert!(!lock.exists(), "an old lock is removed at the opening");
    File::create(&lock).unwrap();
    set_age(&lock, Duration::ZERO);
    Repository::open_or_create(&fixture.folder).unwrap();
    assert!(lock.exists(), "a fresh lock may belong to somebody alive");
}

#[test]
fn a_crash_before_the_checkout_is_mended_at_the_next_opening() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    repository.commit(&[file("configs/00/a.cfg", "old\n")], "one", at(0)).unwrap();
    // What a kill between the moved branch and the written files leaves: the branch ahead, the note still there.
    let tree_of = |text: &str| {
        fs::write(fixture.folder.join("blob"), text).unwrap();
        let blob = fixture.git(&["hash-object", "-w", "--no-filters", "blob"]);
        fs::remove_file(fixture.folder.join("blob")).unwrap();
        fixture.git(&["update-index", "--cacheinfo", &format!("100644,{},configs/00/a.cfg", blob.trim())]);
        fixture.git(&["write-tree"]).trim().to_owned()
    };
    let tree = tree_of("new\n");
    fixture.git(&["update-index", "--force-remove", "configs/00/a.cfg"]);
    let identity = ["-c", "user.name=x", "-c", "user.email=x@localhost"];
    let commit = fixture.git(&[&identity[..], &["commit-tree", &tree, "-p", "HEAD", "-m", "two"]].concat());
    fixture.git(&["update-ref", "refs/heads/main", commit.trim()]);
    fs::write(fixture.folder.join(".git/netraven-checkout-pending"), "").unwrap();
    drop(repository);
    let repository = fixture.open();
    assert_eq!(fs::read_to_string(fixture.folder.join("configs/00/a.cfg")).unwrap(), "new\n");
    fixture.assert_sound();
    assert_eq!(repository.current("configs/00/a.cfg").unwrap().as_deref(), Some("new\n"));
}

#[test]
fn objects_without_a_moved_branch_are_no_commit() {
    let fixture = Fixture::new();
    fixture.open().commit(&[file("configs/00/a.cfg", "1\n")], "one", at(0)).unwrap();
    fs::write(fixture.folder.join("orphan"), "2\n").unwrap();
    fixture.git(&["hash-object", "-w", "orphan"]);
    fs::remove_file(fixture.folder.join("orphan")).unwrap();
    let repository = fixture.open();
    assert_eq!(repository.current("configs/00/a.cfg").unwrap().as_deref(), Some("1\n"));
    fixture.assert_sound();
    assert!(repository.commit(&[file("configs/00/a.cfg", "2\n")], "two", at(1)).unwrap().is_some());
    fixture.assert_sound();
}

#[test]
fn writers_take_turns_and_readers_go_on() {
    let fixture = Fixture::new();
    let (one, two) = (fixture.open(), fixture.open());
    std::thread::scope(|scope| {
        for (name, repository) in [("a", &one), ("b", &one), ("c", &two), ("d", &two)] {
            scope.spawn(move || {
                for round in 0..10 {
                    let text = format!("{name} {round}\n");
                    let path = path_of(name, 1);
                    assert!(repository.commit(&[file(&path, &text)], "turn", at(round)).unwrap().is_some());
                    assert_eq!(repository.current(&path).unwrap(), Some(text));
                }
            });
        }
    });
    assert_eq!(fixture.git(&["rev-list", "--count", "HEAD"]), "40\n");
    fixture.git(&["fsck", "--strict", "--no-progress", "--no-dangling"]);
}

#[test]
fn files_that_someone_edited_do_not_stop_a_commit() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    repository.commit(&[file("configs/00/a.cfg", "1\n")], "one", at(0)).unwrap();
    fs::write(fixture.folder.join("configs/00/a.cfg"), "scribble\n").unwrap();
    fs::write(fixture.folder.join("notes.txt"), "mine\n").unwrap();
    repository.commit(&[file("configs/00/a.cfg", "2\n")], "two", at(1)).unwrap();
    assert_eq!(fs::read_to_string(fixture.folder.join("configs/00/a.cfg")).unwrap(), "2\n");
    assert_eq!(fixture.git(&["status", "--porcelain"]), "?? notes.txt\n");
    fixture.git(&["checkout", "-q", "--detach", "HEAD~1"]);
    repository.commit(&[file("configs/00/a.cfg", "3\n")], "three", at(2)).unwrap();
    assert_eq!(fs::read_to_string(fixture.folder.join("configs/00/a.cfg")).unwrap(), "1\n");
    assert_eq!(repository.current("configs/00/a.cfg").unwrap().as_deref(), Some("3\n"));
}

#[test]
fn damage_is_told_with_the_folder_and_the_way_out() {
    let fixture = Fixture::new();
    let commit = fixture.open().commit(&[file("configs/00/a.cfg", "1\n")], "one", at(0)).unwrap().unwrap();
    let git = fixture.folder.join(".git");
    let tree = fixture.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
    let object = |id: &str| git.join("objects").join(&id[..2]).join(&id[2..]);
    let branch = git.join("refs/heads/main");
    for broken in [object(&commit), object(&tree), branch] {
        let whole = fs::read(&broken).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&broken, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        fs::write(&broken, b"").unwrap();
        let error = Repository::open_or_create(&fixture.folder).err();
        let error = error.unwrap_or_else(|| panic!("damage of {} is not seen", broken.display())).to_string();
        assert!(error.contains(&fixture.folder.display().to_string()), "{error}");
        assert!(error.contains("damaged") && error.contains("git fsck"), "{error}");
        fs::write(&broken, whole).unwrap();
    }
    fs::write(git.join("HEAD"), b"").unwrap();
    fixture.open();
    fixture.assert_sound();
}

#[test]
fn a_lost_text_is_damage_and_not_an_absent_file() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    repository.commit(&[file("configs/00/a.cfg", "1\n")], "one", at(0)).unwrap();
    for name in ["HEAD:configs/00/a.cfg", "HEAD:configs/00", "HEAD:configs"] {
        let id = fixture.git(&["rev-parse", name]).trim().to_owned();
        let object = fixture.folder.join(".git/objects").join(&id[..2]).join(&id[2..]);
        let kept = fs::read(&object).unwrap();
        fs::remove_file(&object).unwrap();
        let error = repository.current("configs/00/a.cfg").unwrap_err();
        assert!(matches!(error, SnapshotError::Damaged { .. }), "{name}: {error:?}");
        fs::write(&object, kept).unwrap();
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let home = tempfile::tempdir().unwrap();
    let taken = home.path().join("snapshots");
    fs::write(&taken, "a file").unwrap();
    let error = Repository::open_or_create(&taken).err().expect("a file is no folder").to_string();
    assert!(error.contains(&taken.display().to_string()) && error.contains("disk has space"), "{error}");
}

#[test]
fn a_making_that_was_cut_short_is_done_again() {
    let fixture = Fixture::new();
    fs::create_dir_all(fixture.folder.join(".git/objects")).unwrap();
    let repository = fixture.open();
    repository.commit(&[file("configs/00/a.cfg", "1\n")], "one", at(0)).unwrap();
    fixture.assert_sound();
}

#[test]
fn a_packed_repository_is_read_and_written() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    repository.commit(&[file("configs/00/a.cfg", "1\n")], "one", at(0)).unwrap();
    fixture.git(&["gc", "-q", "--prune=now"]);
    repository.commit(&[file("configs/00/a.cfg", "2\n")], "two", at(1)).unwrap();
    drop(repository);
    assert_eq!(fixture.open().history("configs/00/a.cfg", 9).unwrap().len(), 2);
    fixture.assert_sound();
}

#[test]
fn paths_outside_are_refused() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    for path in
        ["", "/etc/passwd", "../x", "configs/../../x", "configs//x", ".git/config", "a\\b", "C:x", "a\0b", "configs/"]
    {
        let refused = repository.commit(&[file(path, "x")], "no", at(0));
        assert!(matches!(refused, Err(SnapshotError::BadPath { .. })), "{path}: {refused:?}");
    }
    assert_eq!(repository.head().unwrap(), None);
}

#[test]
fn plain_names_stay_readable_and_odd_ones_stay_apart() {
    let name_of = |hostname: &str, id| path_of(hostname, id).rsplit('/').next().unwrap().to_owned();
    for plain in ["sw1", "core-sw1.example.net", "R1_lab", "DC-CORE-01"] {
        assert_eq!(name_of(plain, 3), format!("{plain}.cfg"));
    }
    assert_eq!(name_of("../../etc/passwd", 4), "_.._.._etc_passwd~4.cfg".replace("_.._.._", "_._.._"));
    assert_eq!(name_of("a b", 5), "a_b~5.cfg");
    assert_eq!(name_of("", 6), "_~6.cfg");
    assert_eq!(name_of("con", 7), "_con~7.cfg");
    assert_eq!(name_of("COM1.site", 8), "_COM1.site~8.cfg");
    assert_eq!(name_of("console", 9), "console.cfg");
    assert_eq!(name_of("köln-sw1", 10), "köln-sw1~10.cfg");
    for long in ["x".repeat(300), "ä".repeat(150)] {
        let name = name_of(&long, i64::MAX);
        assert!(name.len() < 240 && name.ends_with(&format!("~{}.cfg", i64::MAX)), "{name}");
    }
    assert_ne!(path_of("a/b", 1), path_of("a?b", 2));
    assert_ne!(path_of("SW1", 1).to_lowercase(), path_of("sw1", 2).to_lowercase());
    assert_ne!(path_of("Sw1", 1).to_lowercase(), path_of("sw1", 2).to_lowercase());
    assert_ne!(path_of("Sw1", 1).to_lowercase(), path_of("SW1", 2).to_lowercase());
    let shards: std::collections::HashSet<_> =
        (0..5000).map(|index| path_of(&format!("sw{index}"), 1)[8..10].to_owned()).collect();
    assert!(shards.len() > 250);
}

proptest! {
    #[test]
    fn every_name_makes_a_safe_path(hostname in any::<String>(), id in 1..i64::MAX) {
        let path = path_of(&hostname, id);
        prop_assert!(super::path::check(&path).is_ok(), "{path}");
        prop_assert_eq!(path.matches('/').count(), 2);
        prop_assert!(path.rsplit('/').next().unwrap().len() <= 240);
        prop_assert!(!path.contains(|letter: char| letter.is_control() || "<>:\"|?*\\".contains(letter)));
    }
}

#[test]
fn many_loose_objects_are_packed_and_nothing_is_lost() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let text = |number: i64| format!("hostname r1\nversion {number}\n");
    let commits: Vec<String> = (0..30)
        .map(|number| {
            let text = text(number);
            repository.commit(&[file("aa/r1.cfg", &text)], "run", at(number)).unwrap().unwrap()
        })
        .collect();
    let loose = || fixture.git(&["count-objects"]).split(' ').next().unwrap().parse::<usize>().unwrap();
    let before = loose();
    assert_eq!(repository.pack(before).unwrap(), 0, "so many are allowed");
    assert_eq!(repository.pack(before - 1).unwrap(), before);
    assert_eq!(loose(), 0);
    fixture.assert_sound();
    for (number, commit) in (0..).zip(&commits) {
        assert_eq!(repository.read(commit, "aa/r1.cfg").unwrap(), Some(text(number)));
    }
    // Life goes on: a text that is packed already is kept again, and the next pack stands beside the first.
    repository.commit(&[file("aa/r1.cfg", &text(0))], "run", at(40)).unwrap().unwrap();
    assert!(repository.pack(0).unwrap() > 0);
    assert_eq!(repository.pack(0).unwrap(), 0);
    fixture.assert_sound();
    assert_eq!(fixture.git(&["rev-list", "--count", "HEAD"]).trim(), "31");
}
