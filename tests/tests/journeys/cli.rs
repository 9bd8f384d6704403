//! `netraven-server serve` as a person or a service manager meets it: ready line, first password, orderly end.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use anyhow::Context as _;
use netraven_api::Secret;
use netraven_api::devices::ListDevices;
use netraven_api::jobs::ListJobs;
use netraven_api::runs::GetRun;
use netraven_api::tags::ListTags;
use netraven_api::users::GetMe;
use netraven_backend::seal::SealKey;
use netraven_client::Client;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::database::Database;
use netraven_tests::support::process::Start;
use netraven_tests::support::wait;
use rustix::process::Signal;

/// Arguments that point at the run's servers.
fn on(database: &Database) -> [&str; 4] {
    ["--database-url", &database.urls.database, "--redis-url", &database.urls.redis]
}

/// A database of an installation nobody has signed in to yet.
async fn without_users() -> anyhow::Result<Database> {
    let database = Database::create().await?;
    sqlx::query("delete from users").execute(database.pool()).await?;
    Ok(database)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_prints_one_line_and_ends_in_order() -> anyhow::Result<()> {
    let (database, data) = (without_users().await?, tempfile::tempdir()?);
    for (signal, name) in [(Signal::TERM, "SIGTERM"), (Signal::INT, "Ctrl-C")] {
        let mut server = Start::serve(data.path())?.args(&on(&database)).ready().await?;
        let port = server.url.strip_prefix("http://127.0.0.1:").unwrap_or_default();
        assert!(port.parse::<u16>().is_ok_and(|port| port > 0), "{}", server.url);
        let line = format!("{{\"ready\":true,\"url\":\"{}\"}}", server.url);
        let client = server.client().await?;
        assert_eq!(client.send(&GetMe).await?.username, "admin", "the password of NETRAVEN_ADMIN_PASSWORD is honoured");
        let (status, took) = server.stop_by(signal).await?;
        assert_eq!(status.code(), Some(0), "{name}: {}", server.said());
        assert!(took < Duration::from_secs(10), "{name}: {took:?}");
        assert_eq!(server.printed(), [line], "{name}: one line on standard output, and logs elsewhere");
        assert!(server.said().contains("INFO"), "logs go to standard error: {}", server.said());
        assert!(!server.said().contains(ADMIN_PASSWORD), "{}", server.said());
    }
    assert!(!data.path().join("initial-admin-password").exists(), "a given password is written nowhere");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_password_is_generated_and_only_its_owner_may_read_it() -> anyhow::Result<()> {
    let (database, data) = (without_users().await?, tempfile::tempdir()?);
    let start = Start::serve(data.path())?.args(&on(&database)).env("NETRAVEN_ADMIN_PASSWORD", None);
    let mut server = start.ready().await?;
    let file = data.path().join("initial-admin-password");
    assert_eq!(std::fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    let password = std::fs::read_to_string(&file)?;
    let password = password.trim();
    assert!(password.len() >= 16, "{} letters are few", password.len());
    assert!(Client::new(&server.url)?.login("admin", &Secret::new(password), None).await.is_ok());
    assert!(Client::new(&server.url)?.login("admin", &Secret::new(ADMIN_PASSWORD), None).await.is_err());
    assert!(!server.said().contains(password) && server.printed().len() == 1, "the password is printed nowhere");
    server.terminate().await?;

    // Started again, nothing new is generated.
    let again = Start::serve(data.path())?.args(&on(&database)).env("NETRAVEN_ADMIN_PASSWORD", None).ready().await?;
    assert!(Client::new(&again.url)?.login("admin", &Secret::new(password), None).await.is_ok());
    assert_eq!(std::fs::read_to_string(&file)?.trim(), password);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cannot_use_it_refuses_with_a_sentence() -> anyhow::Result<()> {
    let (database, data) = (Database::create().await?, tempfile::tempdir()?);
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    let start = Start::serve(data.path())?.args(&on(&database)).args(&["--listen", &address]);
    let (status, said) = start.refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains(&format!("cannot listen on {address}")) && said.contains("--listen"), "{said}");

    let nowhere =
        ["--database-url", "postgres://nobody:s3cret-pw@127.0.0.1:1/none", "--redis-url", &database.urls.redis];
    let (status, said) = Start::serve(data.path())?.args(&nowhere).refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("The database cannot be reached") && !said.contains("s3cret-pw"), "{said}");

    let (status, said) = Start::serve(data.path())?.args(&nowhere[..2]).refused().await?;
    assert_eq!(status.code(), Some(2));
    assert!(said.contains("--redis-url"), "one URL needs the other: {said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lab_finds_the_backend_of_its_folder_and_takes_away_what_it_added() -> anyhow::Result<()> {
    let (database, data) = (without_users().await?, tempfile::tempdir()?);
    let folder = data.path().to_str().context("the path is text")?;
    let (status, said) = Start::lab(&["3", "--data-dir", folder])?.refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("no backend runs on") && said.contains("lab 3 --only-start"), "{said}");
    assert_eq!(std::fs::read_dir(data.path())?.count(), 0, "looking leaves nothing behind");

    let start = Start::serve(data.path())?.args(&on(&database)).env("NETRAVEN_ADMIN_PASSWORD", None);
    let mut server = start.ready().await?;
    let password = Secret::new(std::fs::read_to_string(data.path().join("initial-admin-password"))?.trim());
    let client = Client::new(&server.url)?;
    let token = client.login("admin", &password, None).await?.access_token;
    let client = client.with_token(token);
    let mut lab = Start::lab(&["3", "--data-dir", folder])?.spawn()?;
    let began = wait::until("the lab says that its run was started", async || {
        Ok(lab.printed().into_iter().find(|line| line.starts_with("Run ")))
    });
    let began = began.await.with_context(|| format!("it said:\n{}", lab.said()))?;
    assert!(began.contains(&server.url), "{began}");
    let run = began.split(' ').nth(1).context("the line names the run")?.parse()?;
    let run = client.send(&GetRun(run)).await?;
    assert_eq!((run.job_name.as_str(), run.devices), ("Sample lab backup", 3));

    let (status, _) = lab.stop_by(Signal::INT).await?;
    assert_eq!(status.code(), Some(0), "{}", lab.said());
    assert_eq!(client.send(&ListDevices::default()).await?.total, 0);
    assert_eq!(client.send(&ListJobs { name: Some("Sample lab".into()), ..ListJobs::default() }).await?.total, 0);
    assert_eq!(client.send(&ListTags { name: Some("sample-lab".into()), ..ListTags::default() }).await?.total, 0);
    server.terminate().await?;

    // What a lock says whose holder has ended counts no more.
    let (status, said) = Start::lab(&["3", "--data-dir", folder])?.refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("no backend runs on"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hosts_of_an_ssh_config_are_imported_from_a_terminal() -> anyhow::Result<()> {
    let (database, data) = (without_users().await?, tempfile::tempdir()?);
    let folder = data.path().to_str().context("the path is text")?;
    let file = data.path().join("hosts");
    std::fs::write(&file, "Host sw1\nHostName 10.0.0.1\nHost sw2\nHostName 10.0.0.2\nHostnme x\n")?;
    let file = file.to_str().context("the path is text")?;
    let (status, said) = Start::import(&["ssh-config", file, "--data-dir", folder])?.refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("no backend runs on"), "{said}");

    let start = Start::serve(data.path())?.args(&on(&database)).env("NETRAVEN_ADMIN_PASSWORD", None);
    let mut server = start.ready().await?;
    let password = Secret::new(std::fs::read_to_string(data.path().join("initial-admin-password"))?.trim());
    let client = Client::new(&server.url)?;
    let token = client.login("admin", &password, None).await?.access_token;
    let client = client.with_token(token);
    let check = Start::import(&["ssh-config", file, "--check", "--tag", "default", "--data-dir", folder])?;
    let (status, printed) = check.ended().await?;
    assert_eq!(status.code(), Some(0), "{printed:?}");
    let has = |line: &str| printed.iter().any(|printed| printed == line);
    assert!(has("Devices: 2 new, 0 same, 0 different, 0 wrong"), "{printed:?}");
    assert!(has("Line 5: 'Hostnme' is not a keyword of ssh_config: write HostName or Host."), "{printed:?}");
    assert_eq!(client.send(&ListDevices::default()).await?.total, 0);

    let import = Start::import(&["ssh-config", file, "--leave-out", "sw2", "--data-dir", folder])?;
    let (status, printed) = import.ended().await?;
    assert_eq!(status.code(), Some(0), "{printed:?}");
    assert_eq!(client.send(&ListDevices::default()).await?.items[0].hostname, "sw1");
    let unknown = Start::import(&["ssh-config", file, "--tag", "nowhere", "--data-dir", folder])?;
    let (status, said) = unknown.refused().await?;
    assert!(status.code() == Some(1) && said.contains("there is no tag nowhere"), "{said}");
    server.terminate().await?;
    Ok(())
}

/// A server that lost its key, or brings another one, would seal what nobody else can open.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_served_with_the_key_it_was_begun_with_and_no_other() -> anyhow::Result<()> {
    let (database, first, second) = (Database::create().await?, tempfile::tempdir()?, tempfile::tempdir()?);
    let start = |data: &tempfile::TempDir| anyhow::Ok(Start::serve(data.path())?.args(&on(&database)));
    let key = |data: &tempfile::TempDir| data.path().join("secrets/seal-key");
    start(&first)?.ready().await?.terminate().await?;

    let (status, said) = start(&second)?.refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("is missing") && said.contains(&key(&second).display().to_string()), "{said}");
    assert!(!key(&second).exists(), "no key is made for a database that has one");

    let other = SealKey::load_or_create(&key(&second))?;
    let (status, said) = start(&second)?.refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("sealed with a different key than") && said.contains("Copy the seal-key"), "{said}");
    assert!(!said.contains(other.to_text().as_str()));

    std::fs::copy(key(&first), key(&second))?;
    start(&second)?.ready().await?.terminate().await?;
    Ok(())
}

/// Two servers find no user at the same moment: one makes it, and no file names a password that does not open the door.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_first_servers_one_leaves_a_password_and_it_is_the_right_one() -> anyhow::Result<()> {
    let (database, folders) = (without_users().await?, [tempfile::tempdir()?, tempfile::tempdir()?]);
    let [first, second] = folders.each_ref().map(tempfile::TempDir::path);
    SealKey::load_or_create(&first.join("secrets/seal-key"))?;
    std::fs::create_dir(second.join("secrets"))?;
    std::fs::copy(first.join("secrets/seal-key"), second.join("secrets/seal-key"))?;
    let start = |data| anyhow::Ok(Start::serve(data)?.args(&on(&database)).env("NETRAVEN_ADMIN_PASSWORD", None));
    let (server, _other) = tokio::try_join!(start(first)?.ready(), start(second)?.ready())?;
    let files = [first, second].map(|data| data.join("initial-admin-password"));
    let left: Vec<_> = files.iter().filter(|file| file.exists()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let password = std::fs::read_to_string(left[0])?;
    Client::new(&server.url)?.login("admin", &Secret::new(password.trim()), None).await?;
    Ok(())
}
