//! Where `netraven-server serve` listens, and what it wants there; and the data folder it finds.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use anyhow::Context as _;
use netraven_tests::support::database::Database;
use netraven_tests::support::http::Http;
use netraven_tests::support::process::Start;
use serde_json::Value;

/// `serve` on this data folder and the run's servers.
fn serve(data: &Path, database: &Database) -> anyhow::Result<Start> {
    let urls = ["--database-url", &database.urls.database, "--redis-url", &database.urls.redis];
    Ok(Start::serve(data)?.args(&urls))
}

fn mode(path: &Path) -> anyhow::Result<u32> {
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o777)
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("the path is text")
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_this_computer_it_wants_a_certificate_or_the_word_that_a_proxy_has_one() -> anyhow::Result<()> {
    let (database, data) = (Database::create().await?, tempfile::tempdir()?);
    let open = ["--listen", "0.0.0.0:0"];
    let (status, said) = serve(data.path(), &database)?.args(&open).refused().await?;
    assert_eq!(status.code(), Some(1));
    for word in ["unencrypted", "--tls-cert", "--tls-key", "--behind-proxy"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let (status, said) = serve(data.path(), &database)?.args(&["--tls-cert", "/nowhere"]).refused().await?;
    assert_eq!(status.code(), Some(2));
    assert!(said.contains("--tls-key"), "one wants the other: {said}");

    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let (certificate, key) = (data.path().join("cert.pem"), data.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem())?;
    let other_form = made.signing_key.serialize_pem().replace("PRIVATE KEY", "EC PRIVATE KEY");
    for (content, word) in [("no key at all".to_owned(), "PKCS #8"), (other_form, "openssl pkcs8")] {
        std::fs::write(&key, content)?;
        let start = serve(data.path(), &database)?.args(&open);
        let files = ["--tls-cert", text(&certificate)?, "--tls-key", text(&key)?];
        let (status, said) = start.args(&files).refused().await?;
        assert_eq!(status.code(), Some(1));
        assert!(said.contains(word) && said.contains(text(&key)?), "{said}");
    }
    std::fs::write(&key, made.signing_key.serialize_pem())?;
    let start = serve(data.path(), &database)?.args(&open);
    let mut server = start.args(&["--tls-cert", text(&certificate)?, "--tls-key", text(&key)?]).ready().await?;
    let port = server.url.strip_prefix("https://0.0.0.0:").with_context(|| server.url.clone())?.to_owned();
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes())?;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build()?;
    let health: Value = client.get(format!("https://localhost:{port}/health")).send().await?.json().await?;
    assert_eq!(health["status"], "healthy");
    let plain = Http::new(&format!("http://localhost:{port}"))?.get("/health").await;
    assert!(plain.is_err(), "nothing is answered in plain: {plain:?}");
    server.terminate().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_it_is_named_as_the_proxy_likes_and_believes_whom_that_names() -> anyhow::Result<()> {
    let (database, data) = (Database::create().await?, tempfile::tempdir()?);
    let mut server = serve(data.path(), &database)?.args(&["--behind-proxy"]).ready().await?;
    let nobody = Http::new(&server.url)?;
    assert_eq!(nobody.get_with("/health", "host", "netraven.example.com").await?.status, 200);
    let guess = [("username", "admin"), ("password", "guess")];
    let guesser = nobody.with_header("x-forwarded-for", "10.9.9.9, 192.0.2.7");
    for _ in 0..12 {
        guesser.form("/auth/token", &guess).await?;
    }
    assert_eq!(guesser.form("/auth/token", &guess).await?.status, 429);
    let other = nobody.with_header("x-forwarded-for", "192.0.2.7, 192.0.2.8");
    assert_eq!(other.form("/auth/token", &guess).await?.status, 401, "another client of the same proxy");
    assert!(server.said().contains("from 192.0.2.7"), "{}", server.said());
    server.terminate().await?;

    // Without the word nobody's header counts.
    let mut server = serve(data.path(), &database)?.ready().await?;
    let nobody = Http::new(&server.url)?;
    let mut last = 0;
    for number in 0..12 {
        let liar = nobody.with_header("x-forwarded-for", &format!("192.0.2.{number}"));
        last = liar.form("/auth/token", &guess).await?.status;
    }
    assert_eq!(last, 429);
    server.terminate().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_was_open_is_shut_with_its_secrets() -> anyhow::Result<()> {
    let (database, root) = (Database::create().await?, tempfile::tempdir()?);
    let data = root.path().join("data");
    std::fs::create_dir_all(data.join("secrets"))?;
    let password = data.join("initial-admin-password");
    std::fs::write(&password, "from an earlier start\n")?;
    for (path, open) in [(&password, 0o644), (&data.join("secrets"), 0o755), (&data, 0o755)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(open))?;
    }
    let mut server = serve(&data, &database)?.ready().await?;
    assert_eq!((mode(&data)?, mode(&data.join("secrets"))?, mode(&password)?), (0o700, 0o700, 0o600));
    assert!(server.said().contains("was accessible to other users"), "{}", server.said());
    server.terminate().await?;

    // A home, and a folder that is there for all, are left as they were.
    for (name, before) in [("home", 0o755), ("for all", 0o1777)] {
        let folder = root.path().join(name);
        std::fs::create_dir(&folder)?;
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(before))?;
        let home = root.path().join("home");
        let (status, said) = serve(&folder, &database)?.env("HOME", Some(text(&home)?)).refused().await?;
        assert_eq!(status.code(), Some(1), "{name}");
        assert!(said.contains("other users of this computer") && said.contains("chmod 700"), "{said}");
        assert_eq!((mode(&folder)?, std::fs::read_dir(&folder)?.count()), (before & 0o777, 0), "{name}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_links_are_refused_and_what_they_lead_to_is_untouched() -> anyhow::Result<()> {
    let (database, root) = (Database::create().await?, tempfile::tempdir()?);
    let (file, folder) = (root.path().join("precious"), root.path().join("other folder"));
    std::fs::write(&file, "precious")?;
    std::fs::create_dir(&folder)?;
    for (name, target) in [("netraven.lock", &file), ("initial-admin-password", &file), ("secrets", &folder)] {
        let data = root.path().join(format!("data of {name}"));
        std::fs::create_dir(&data)?;
        symlink(target, data.join(name))?;
        let start = serve(&data, &database)?.env("NETRAVEN_ADMIN_PASSWORD", None);
        let (status, said) = start.refused().await?;
        assert_eq!(status.code(), Some(1), "{name}");
        assert!(said.contains(name) && said.contains("is a link"), "{name}: {said}");
    }
    assert_eq!(std::fs::read_to_string(&file)?, "precious");
    assert_eq!(std::fs::read_dir(&folder)?.count(), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_password_that_is_among_the_commonest_is_refused() -> anyhow::Result<()> {
    let (database, data) = (Database::create().await?, tempfile::tempdir()?);
    sqlx::query("delete from users").execute(database.pool()).await?;
    let start = serve(data.path(), &database)?.env("NETRAVEN_ADMIN_PASSWORD", Some("admin123"));
    let (status, said) = start.refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("most common") && !said.contains("admin123"), "{said}");
    Ok(())
}
