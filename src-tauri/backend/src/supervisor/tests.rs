//! The servers themselves, real ones, in every situation they have to survive.

mod crashes;
mod refusals;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use secrecy::ExposeSecret;
use sqlx::{Connection, Executor, PgConnection, Row};

use super::*;

/// A data folder of its own for one test.
struct Here {
    _root: tempfile::TempDir,
    options: Options,
}

fn here(name: &str) -> Here {
    let root = tempfile::tempdir().unwrap();
    let options = Options { data_dir: root.path().join(name), ..Options::default() };
    Here { _root: root, options }
}

impl Here {
    fn data(&self) -> &Path {
        &self.options.data_dir
    }

    async fn start(&self) -> Servers {
        Servers::start(&self.options, &|_| {}).await.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn refused(&self) -> ServerStartError {
        match Servers::start(&self.options, &|_| {}).await {
            Ok(_) => panic!("it started"),
            Err(error) => error,
        }
    }

    async fn refused_quietly(&self) -> Option<ServerStartError> {
        Servers::start(&self.options, &|_| {}).await.err()
    }

    fn postgres_processes(&self) -> Vec<u32> {
        os::living_in(&self.data().join("postgres"), postmaster(self.data()), &["postgres"])
    }

    fn redis_processes(&self) -> Vec<u32> {
        let main = first_number(&self.data().join("redis/redis.pid"));
        os::living_in(&self.data().join("redis"), main, &["redis-server", "valkey-server"])
    }

    fn nothing_unfinished(&self) -> bool {
        let mut names = fs::read_dir(self.data()).unwrap().map(|entry| entry.unwrap().file_name());
        names.all(|name| !name.to_string_lossy().starts_with("postgres.new"))
    }

    fn no_cluster(&self) -> bool {
        self.nothing_unfinished() && !self.data().join("postgres").exists()
    }

    fn nobody_left(&self) -> bool {
        self.postgres_processes().is_empty() && self.redis_processes().is_empty()
    }
}

fn first_number(file: &Path) -> Option<u32> {
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

fn postmaster(data_dir: &Path) -> Option<u32> {
    first_number(&data_dir.join("postgres/postmaster.pid"))
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(20), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn until_health(servers: &Servers, what: &str, good: impl FnMut(&Health) -> bool) -> Health {
    let mut health = servers.health();
    let waited = tokio::time::timeout(Duration::from_secs(30), health.wait_for(good)).await;
    waited.unwrap_or_else(|_| panic!("waited in vain until {what}")).unwrap().clone()
}

async fn sql(servers: &Servers) -> PgConnection {
    PgConnection::connect(servers.database_url().expose_secret()).await.unwrap()
}

async fn text(connection: &mut PgConnection, query: &'static str) -> String {
    connection.fetch_one(query).await.unwrap().get::<String, _>(0)
}

async fn keep_a_row(servers: &Servers, row: &'static str) {
    let mut connection = sql(servers).await;
    connection.execute("create table if not exists kept (row text)").await.unwrap();
    sqlx::query("insert into kept values ($1)").bind(row).execute(&mut connection).await.unwrap();
    let mut redis = redis_to(servers).await;
    ::redis::cmd("SET").arg("kept").arg(row).exec_async(&mut redis).await.unwrap();
}

async fn kept(servers: &Servers) -> (String, Option<String>) {
    let rows = text(&mut sql(servers).await, "select coalesce(string_agg(row, ','), '') from kept").await;
    let mut redis = redis_to(servers).await;
    (rows, ::redis::cmd("GET").arg("kept").query_async(&mut redis).await.unwrap())
}

async fn redis_to(servers: &Servers) -> ::redis::aio::MultiplexedConnection {
    let client = ::redis::Client::open(servers.redis_url().expose_secret()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// Programs for `options`: the real ones, except that `name` is the script `script`.
fn with_script(root: &Path, real: &Path, names: &[&str], name: &str, script: &str) -> PathBuf {
    let folder = root.join(format!("bin-{name}"));
    fs::create_dir_all(&folder).unwrap();
    // PostgreSQL's account must be able to reach the script.
    fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
    for name in names {
        std::os::unix::fs::symlink(real.with_file_name(name), folder.join(name)).unwrap();
    }
    let _ = fs::remove_file(folder.join(name));
    fs::write(folder.join(name), script).unwrap();
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[tokio::test]
async fn the_first_start_makes_private_durable_servers_and_the_next_finds_everything() {
    let here = here("data");
    let began = Instant::now();
    let told = std::sync::Mutex::new(Vec::new());
    let servers =
        Servers::start(&here.options, &|sentence| told.lock().unwrap().push(sentence.to_owned())).await.unwrap();
    let first = began.elapsed();
    assert_eq!(*told.lock().unwrap(), ["Creating the database…", "Starting the database…"]);
    let mut connection = sql(&servers).await;
    let settings = "select string_agg(name || '=' || setting, ' ' order by name) from pg_settings where name in \
        ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'data_checksums', 'server_encoding')";
    let expected =
        "data_checksums=on fsync=on full_page_writes=on listen_addresses= server_encoding=UTF8 synchronous_commit=on";
    assert_eq!(text(&mut connection, settings).await, expected);
    assert_eq!(text(&mut connection, "select current_user || '@' || current_database()").await, "netraven@netraven");
    let mut redis = redis_to(&servers).await;
    for (name, value) in
        [("appendonly", "yes"), ("appendfsync", "everysec"), ("maxmemory-policy", "noeviction"), ("save", "")]
    {
        let answer: Vec<String> = ::redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut redis).await.unwrap();
        assert_eq!(answer, [name, value]);
    }
    keep_a_row(&servers, "first").await;
    let mode = |path: &str| fs::metadata(here.data().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(["", "postgres", "redis", "run", "secrets", "log"].map(mode), [0o700; 6]);
    assert_eq!(
        ["secrets/postgres-password", "secrets/redis-password", "redis/redis.conf", "log/postgres.log"].map(mode),
        [0o600; 4]
    );
    for secret in ["postgres-password", "redis-password"] {
        let secret = fs::read_to_string(here.data().join("secrets").join(secret)).unwrap();
        for process in here.postgres_processes().into_iter().chain(here.redis_processes()) {
            let shown = Command::new("ps").args(["-o", "args=", "-p", &process.to_string()]).output().unwrap();
            assert!(!String::from_utf8_lossy(&shown.stdout).contains(&secret));
        }
        assert!(!format!("{:?}", servers.database_url()).contains(&secret));
    }
    let began = Instant::now();
    servers.stop().await.unwrap();
    let stop = began.elapsed();
    assert!(here.nobody_left() && !here.data().join("run").exists());
    let began = Instant::now();
    let servers = here.start().await;
    let warm = began.elapsed();
    assert_eq!(kept(&servers).await, ("first".to_owned(), Some("first".to_owned())));
    servers.stop().await.unwrap();
    println!("first start {first:.2?}, stop {stop:.2?}, warm start {warm:.2?}");
    assert!(here.nobody_left());
}

#[tokio::test]
async fn any_name_of_the_folder_will_do() {
    for name in ["mit Leerzeichen & Ümläüten", "it's \"quoted\", 100% #1 + ?a=b", "日本語", &"very long ".repeat(20)]
    {
        let here = here(name);
        let servers = here.start().await;
        keep_a_row(&servers, "kept").await;
        assert_eq!(kept(&servers).await.0, "kept", "{name}");
        let remembered = fs::read_to_string(here.data().join("run-folder")).ok();
        servers.stop().await.unwrap();
        assert!(remembered.is_none_or(|folder| !Path::new(&folder).exists()), "{name}");
    }
}

#[tokio::test]
async fn a_taken_port_makes_way_for_another() {
    let here = here("data");
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let wire = Transport::Loopback { first: Some(port) };
    let servers = Servers::start_on(&here.options, wire, 0, &|_| {}).await.unwrap_or_else(|error| panic!("{error}"));
    keep_a_row(&servers, "kept").await;
    for address in [servers.database_url(), servers.redis_url()] {
        assert!(
            address.expose_secret().contains("127.0.0.1:") && !address.expose_secret().contains(&format!(":{port}/"))
        );
    }
    servers.stop().await.unwrap();
    assert!(here.nobody_left());
}

#[tokio::test]
async fn a_server_that_is_still_recovering_is_waited_for_and_says_so() {
    let mut here = here("data");
    let servers = here.start().await;
    let mut redis = redis_to(&servers).await;
    let fill = "for key = 1, 500 do redis.call('set', key, string.rep('x', 4000)) end";
    ::redis::cmd("EVAL").arg(fill).arg(0).exec_async(&mut redis).await.unwrap();
    // The delay below is taken for each key of the file that a rewrite makes.
    ::redis::cmd("BGREWRITEAOF").exec_async(&mut redis).await.unwrap();
    let files = here.data().join("redis/appendonlydir");
    let size = |file: fs::DirEntry| file.metadata().map_or(0, |about| about.len());
    let biggest_base = || {
        let bases =
            fs::read_dir(&files).unwrap().flatten().filter(|file| file.file_name().to_string_lossy().contains("base"));
        bases.map(size).max().unwrap_or(0)
    };
    until("the file is rewritten", || biggest_base() > 10_000).await;
    servers.stop().await.unwrap();
    let real = find::redis(&Search::new(Program::Redis, None, None)).await.unwrap().path;
    let slowly = "--key-load-delay 4000 --loading-process-events-interval-bytes 1024";
    let script = format!(
        "#!/bin/sh\ncase $1 in --version) exec {0} \"$@\";; *) exec {0} \"$@\" {slowly};; esac\n",
        real.display()
    );
    here.options.redis_bin = Some(with_script(here._root.path(), Path::new("/"), &[], "redis-server", &script));
    let told = std::sync::Mutex::new(Vec::new());
    let servers =
        Servers::start(&here.options, &|sentence| told.lock().unwrap().push(sentence.to_owned())).await.unwrap();
    assert!(told.lock().unwrap().iter().any(|sentence| sentence.starts_with("Redis is recovering")), "{told:?}");
    servers.stop().await.unwrap();
}
