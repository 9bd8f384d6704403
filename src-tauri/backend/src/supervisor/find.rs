//! Finds the servers' programs on this machine and reads their versions; it starts nothing but `--version`.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use super::error::{Program, ServerStartError, install_advice, variable};

const OLDEST_POSTGRES: Version = Version { major: 14, minor: 0 };
const OLDEST_REDIS: Version = Version { major: 6, minor: 2 };
const VERSION_LIMIT: Duration = Duration::from_secs(5);

/// A version as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub major: u32,
    pub minor: u32,
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// A program that serves.
#[derive(Debug)]
pub(super) struct Found {
    pub path: PathBuf,
    pub version: Version,
}

/// One place to look at: how it is called in an error, and the folders it stands for today.
struct SearchPlace {
    shown: String,
    folders: Vec<PathBuf>,
}

/// Where to look, in order.
pub(super) struct Search {
    places: Vec<SearchPlace>,
}

impl Search {
    /// The places for `program`. A folder named by the caller or the environment is the only one.
    pub(super) fn new(program: Program, named: Option<&Path>, bundled: Option<&Path>) -> Self {
        let named = named.map(Path::to_path_buf).or_else(|| env::var_os(variable(program)).map(PathBuf::from));
        if let Some(named) = named.map(absolute) {
            let folder =
                if named.is_file() { named.parent().map(Path::to_path_buf).unwrap_or_default() } else { named };
            return Self { places: vec![SearchPlace { shown: folder.display().to_string(), folders: vec![folder] }] };
        }
        let mut places = Vec::new();
        if let Some(bundled) = bundled.map(|bundled| absolute(bundled.to_path_buf())) {
            let folders = match program {
                Program::Postgres => vec![bundled.join("postgresql").join("bin"), bundled.join("postgres").join("bin")],
                Program::Redis => ["valkey/bin", "valkey", "redis/bin", "redis"].map(|tail| bundled.join(tail)).into(),
            };
            places.push(SearchPlace { shown: bundled.display().to_string(), folders });
        }
        let path = env::var_os("PATH").unwrap_or_default();
        places.push(SearchPlace { shown: "PATH".to_owned(), folders: env::split_paths(&path).map(absolute).collect() });
        places.extend(system_places(program));
        Self { places }
    }

    fn shown(&self) -> Vec<String> {
        self.places.iter().map(|place| place.shown.clone()).collect()
    }

    /// Every existing file called one of `names`, in order, without doubles.
    fn files(&self, names: &[&str]) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        for folder in self.places.iter().flat_map(|place| &place.folders) {
            for name in names {
                let file = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
                if file.is_file() && !files.contains(&file) {
                    files.push(file);
                }
            }
        }
        files
    }
}

/// The servers are started in another folder than ours, where a relative name would lead elsewhere.
fn absolute(folder: PathBuf) -> PathBuf {
    // Only an empty name has none: on PATH that is the folder we are in.
    std::path::absolute(&folder).or_else(|_| env::current_dir()).unwrap_or(folder)
}

fn system_places(program: Program) -> Vec<SearchPlace> {
    let brew = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"];
    let mut places = Vec::new();
    let mut fixed = |folder: String| places.push(SearchPlace { shown: folder.clone(), folders: vec![folder.into()] });
    match program {
        Program::Redis => {
            fixed("/usr/bin".to_owned());
            brew.iter().for_each(|root| fixed(format!("{root}/bin")));
            if cfg!(windows) {
                fixed(r"C:\Program Files\Memurai".to_owned());
                fixed(r"C:\Program Files\Redis".to_owned());
            }
        }
        Program::Postgres => {
            fixed("/usr/local/pgsql/bin".to_owned());
            let mut numbered = vec![("/usr/lib/postgresql".to_owned(), ""), ("/usr".to_owned(), "pgsql-")];
            numbered.extend(brew.iter().map(|root| (format!("{root}/opt"), "postgresql@")));
            numbered.push(("/Applications/Postgres.app/Contents/Versions".to_owned(), ""));
            if cfg!(windows) {
                numbered.push((r"C:\Program Files\PostgreSQL".to_owned(), ""));
            }
            places.extend(numbered.iter().map(|(parent, prefix)| numbered_place(Path::new(parent), prefix)));
        }
    }
    places
}

/// `parent/prefix*/bin` for every number, newest first.
fn numbered_place(parent: &Path, prefix: &str) -> SearchPlace {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let shown = parent.join(format!("{prefix}*")).join("bin").display().to_string();
    SearchPlace { shown, folders: found.into_iter().map(|(_, folder)| folder).collect() }
}

/// A PostgreSQL to run. An existing cluster at `cluster` made by `cluster_major` accepts that major version alone.
pub(super) async fn postgres(
    search: &Search,
    cluster: &Path,
    cluster_major: Option<u32>,
) -> Result<Found, ServerStartError> {
    let (program, mut newest) = (Program::Postgres, None::<Found>);
    for path in search.files(&["postgres"]) {
        let whole = path.with_file_name(format!("initdb{}", env::consts::EXE_SUFFIX)).is_file();
        let Some(version) = (if whole { version(&path).await } else { None }) else { continue };
        let fits = cluster_major.is_none_or(|major| major == version.major);
        if fits && version >= OLDEST_POSTGRES {
            return Ok(Found { path, version });
        }
        if newest.as_ref().is_none_or(|newest| newest.version < version) {
            newest = Some(Found { path, version });
        }
    }
    match (newest, cluster_major) {
        (Some(newest), Some(major)) if major != newest.version.major => Err(ServerStartError::WrongMajor {
            data_folder: cluster.to_path_buf(),
            data_folder_major: major,
            found_major: newest.version.major,
            advice: format!(
                "To keep using it, install PostgreSQL {major} beside the other version. {} To move to PostgreSQL {}, \
                 export with {major}'s pg_dump, start on a new data folder, and restore there.",
                install_advice(program, Some(major)),
                newest.version.major
            ),
        }),
        (Some(newest), _) => Err(too_old(program, newest, OLDEST_POSTGRES)),
        (None, major) => Err(missing(program, "postgres and initdb", search, major)),
    }
}

/// A Redis or Valkey to run.
pub(super) async fn redis(search: &Search) -> Result<Found, ServerStartError> {
    let mut newest = None::<Found>;
    for path in search.files(&["redis-server", "valkey-server", "memurai"]) {
        let Some(version) = version(&path).await else { continue };
        if version >= OLDEST_REDIS {
            return Ok(Found { path, version });
        }
        if newest.as_ref().is_none_or(|newest| newest.version < version) {
            newest = Some(Found { path, version });
        }
    }
    match newest {
        Some(newest) => Err(too_old(Program::Redis, newest, OLDEST_REDIS)),
        None => Err(missing(Program::Redis, "redis-server or valkey-server", search, None)),
    }
}

fn too_old(program: Program, newest: Found, needed: Version) -> ServerStartError {
    let install = install_advice(program, None);
    let (found, needed) = (newest.version.to_string(), needed.to_string());
    ServerStartError::TooOld { program, path: newest.path, found, needed, install }
}

fn missing(program: Program, looked_for: &str, search: &Search, major: Option<u32>) -> ServerStartError {
    let install = install_advice(program, major);
    ServerStartError::BinaryMissing { program, looked_for: looked_for.to_owned(), searched: search.shown(), install }
}

/// What `path --version` says; a program that cannot be run or keeps silent is passed over with a warning.
async fn version(path: &Path) -> Option<Version> {
    let mut command = tokio::process::Command::new(path);
    command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
    let reason = match tokio::time::timeout(VERSION_LIMIT, command.output()).await {
        Ok(Ok(output)) => match read_version(&String::from_utf8_lossy(&output.stdout)) {
            Some(version) => return Some(version),
            None => "its version could not be read".to_owned(),
        },
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it did not answer --version in time".to_owned(),
    };
    tracing::warn!(program = %path.display(), reason, "skipped a program that cannot be used");
    None
}

/// The first thing that looks like a version: `postgres (PostgreSQL) 15.18`, `18beta1`, `Redis server v=7.0.15 sha=…`.
fn read_version(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(|word| {
        let word = word.strip_prefix("v=").unwrap_or(word);
        let mut numbers = word.split(|character: char| !character.is_ascii_digit());
        let major = numbers.next()?.parse().ok()?;
        Some(Version { major, minor: numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0) })
    })
}

/// The major version that made the cluster in `folder`, if there is one.
pub(super) fn cluster_major(folder: &Path) -> Option<u32> {
    std::fs::read_to_string(folder.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// A program beside `path` in the same folder.
pub(super) fn beside(path: &Path, name: impl AsRef<OsStr>) -> PathBuf {
    let mut name = name.as_ref().to_os_string();
    name.push(env::consts::EXE_SUFFIX);
    path.with_file_name(name)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn fake(folder: &Path, name: &str, says: &str) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(name), format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn fake_postgres(root: &Path, version: &str) {
        let folder = root.join(version.split('.').next().unwrap()).join("bin");
        fake(&folder, "postgres", &format!("postgres (PostgreSQL) {version} (Some 1)"));
        fake(&folder, "initdb", "initdb");
    }

    fn numbered(root: &Path) -> Search {
        Search { places: vec![numbered_place(root, "")] }
    }

    #[test]
    fn versions_are_read_from_what_the_programs_say() {
        let read = |text| read_version(text).map(|version| version.to_string());
        assert_eq!(read("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").as_deref(), Some("15.18"));
        assert_eq!(read("postgres (PostgreSQL) 18beta1").as_deref(), Some("18.0"));
        assert_eq!(read("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc").as_deref(), Some("7.0"));
        assert_eq!(read("Valkey server v=9.1.2 sha=0").as_deref(), Some("9.1"));
        assert_eq!(read("cannot open shared object"), None);
    }

    #[tokio::test]
    async fn the_newest_postgres_serves_unless_a_cluster_asks_for_its_own() {
        let root = tempfile::tempdir().unwrap();
        ["9.6", "14.2", "16.1", "17.0"].iter().for_each(|version| fake_postgres(root.path(), version));
        let search = numbered(root.path());
        let major =
            async |cluster| postgres(&search, Path::new("/data/postgres"), cluster).await.unwrap().version.major;
        assert_eq!(major(None).await, 17);
        assert_eq!(major(Some(14)).await, 14);
        let refused = postgres(&search, Path::new("/data/postgres"), Some(15)).await.unwrap_err();
        assert!(
            matches!(refused, ServerStartError::WrongMajor { data_folder_major: 15, found_major: 17, .. }),
            "{refused}"
        );
        assert!(refused.to_string().contains("pg_dump"), "{refused}");
    }

    #[tokio::test]
    async fn an_old_one_is_named_with_what_is_needed() {
        let root = tempfile::tempdir().unwrap();
        fake_postgres(root.path(), "13.9");
        let refused = postgres(&numbered(root.path()), Path::new("/data"), None).await.unwrap_err().to_string();
        assert!(refused.contains("PostgreSQL 13.9") && refused.contains("14.0 or newer"), "{refused}");
        fake(root.path(), "redis-server", "Redis server v=6.0.16 sha=0");
        let search = Search::new(Program::Redis, Some(root.path()), None);
        let refused = redis(&search).await.unwrap_err().to_string();
        assert!(refused.contains("Redis 6.0") && refused.contains("6.2 or newer"), "{refused}");
    }

    #[tokio::test]
    async fn a_missing_program_names_where_it_was_looked_for() {
        let root = tempfile::tempdir().unwrap();
        let search = Search::new(Program::Postgres, Some(&root.path().join("nowhere")), None);
        let refused = postgres(&search, Path::new("/data"), None).await.unwrap_err().to_string();
        assert!(refused.contains("nowhere") && refused.contains("Install"), "{refused}");
        let everywhere = Search { places: system_places(Program::Postgres) }.shown();
        assert!(everywhere.iter().any(|shown| shown.contains("/usr/lib/postgresql/*/bin")), "{everywhere:?}");
    }

    #[tokio::test]
    async fn a_folder_named_from_here_is_found_from_anywhere() {
        let root = tempfile::tempdir().unwrap();
        fake(&root.path().join("valkey"), "valkey-server", "Valkey server v=9.1.2 sha=0");
        let up = "../".repeat(env::current_dir().unwrap().components().count() - 1);
        let relative = PathBuf::from(up).join(root.path().strip_prefix("/").unwrap());
        for (named, bundled) in [(Some(relative.join("valkey")), None), (None, Some(relative.clone()))] {
            let search = Search::new(Program::Redis, named.as_deref(), bundled.as_deref());
            let found = redis(&search).await.unwrap();
            assert!(found.path.is_absolute() && found.path.ends_with("valkey/valkey-server"), "{:?}", found.path);
        }
        assert!(absolute(PathBuf::new()).is_absolute());
    }

    #[tokio::test]
    async fn a_bundled_program_comes_before_the_systems_and_a_silent_one_is_passed_over() {
        let root = tempfile::tempdir().unwrap();
        fake(&root.path().join("valkey"), "valkey-server", "Valkey server v=9.1.2 sha=0");
        fake(&root.path().join("redis"), "redis-server", "no idea");
        let found = redis(&Search::new(Program::Redis, None, Some(root.path()))).await.unwrap();
        assert_eq!((found.path, found.version.major), (root.path().join("valkey/valkey-server"), 9));
    }
}
