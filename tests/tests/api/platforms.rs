//! Platforms: what is told of each, who may see files of the user's, and files that change while the server runs.

use std::path::Path;

use anyhow::{Context as _, bail};
use netraven_api::auth::Token;
use netraven_api::devices::{CreateDevice, DeviceInput};
use netraven_api::outcome::Cause;
use netraven_api::platforms::{
    GetPlatform, ListPlatforms, Platform, PlatformEvidence, PlatformSource, Platforms, ReloadPlatforms,
};
use netraven_api::{Secret, TagId};
use netraven_backend::config::AgentAccess;
use netraven_backend::{External, RemoteWorker};
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::{wait, work};
use serde_json::json;

const GOOD: &str = "name = 'acme_os'\ntitle = 'ACME OS'\nvendor = 'ACME'\nerrors = ['^%']\n\
                    prompt = { pattern = '(?P<host>\\w+)#' }\n\
                    commands = [{ send = 'show config', purpose = 'config' }]\n";

/// Writes a file into the folder of platforms.
fn write(data_dir: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let folder = data_dir.join("platforms");
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(folder.join(name), text)?)
}

fn one<'a>(list: &'a Platforms, name: &str) -> anyhow::Result<&'a Platform> {
    list.items.iter().find(|platform| platform.name == name).with_context(|| format!("{name} is not in {list:#?}"))
}

/// A device of the platform that [`GOOD`] defines.
fn device(tags: Vec<TagId>) -> CreateDevice {
    CreateDevice(DeviceInput {
        hostname: Some("acme-1".to_owned()),
        ip_address: Some("192.0.2.7".to_owned()),
        device_type: Some("acme_os".to_owned()),
        tags: Some(tags),
        ..DeviceInput::default()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_platform_says_where_it_comes_from_and_each_refusal_what_to_write() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    write(app.data_dir(), "acme.toml", GOOD)?;
    write(app.data_dir(), "ours.toml", "name = 'linux'\ntitle = 'Our Linux'\nextends = 'linux'\n")?;
    write(app.data_dir(), "broken.toml", &GOOD.replace("acme_os", "other_os").replace("vendor", "vendour"))?;
    app.client.send(&device(Vec::new())).await?;
    let list = app.client.send(&ListPlatforms).await?;
    let acme = one(&list, "acme_os")?;
    assert_eq!((acme.source, acme.evidence, acme.devices), (Some(PlatformSource::Own), None, Some(1)));
    assert!(acme.file.as_ref().is_some_and(|file| file.ends_with("acme.toml")), "{acme:?}");
    let linux = one(&list, "linux")?;
    assert_eq!((linux.source, linux.evidence), (Some(PlatformSource::Replaces), None));
    assert_eq!(linux.extends.as_deref(), Some("linux"));
    let ios = one(&list, "cisco_ios")?;
    assert_eq!((ios.source, ios.evidence), (Some(PlatformSource::BuiltIn), Some(PlatformEvidence::Session)));
    assert_eq!((ios.devices, &ios.file), (Some(0), &None));
    assert_eq!(list.folder, Some(app.data_dir().join("platforms").display().to_string()));
    let [refusal] = &list.refusals[..] else { bail!("one file is refused: {:#?}", list.refusals) };
    assert!(refusal.file.ends_with("broken.toml") && refusal.problem.contains("unknown field"), "{refusal:?}");
    assert_eq!((refusal.line, refusal.field.as_deref()), (Some(3), Some("vendour")));
    assert!(refusal.advice.starts_with("Correct or remove it"), "{refusal:?}");
    assert_eq!(list.refused.len(), 1);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_of_a_file_of_the_users_is_for_admins() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    app.add_user("reader", "user", true).await?;
    write(app.data_dir(), "acme.toml", GOOD)?;
    let nobody = Http::new(app.url())?;
    let signed_in = nobody.form("/auth/token", &[("username", "reader"), ("password", ADMIN_PASSWORD)]).await?;
    let token: Token = serde_json::from_value(signed_in.body)?;
    let reader = nobody.with_token(&token.access_token);
    let built_in = reader.get("/platforms/file?name=cisco_ios").await?;
    assert_eq!((built_in.status, &built_in.body["commands"][0]["send"]), (200, &json!("show version")));
    assert!(built_in.body["text"].as_str().is_some_and(|text| text.contains("title = \"Cisco IOS")));
    let own = reader.get("/platforms/file?name=acme_os").await?;
    assert!(own.status == 403 && !own.body.to_string().contains("show config"), "{own:?}");
    let own = app.client.send(&GetPlatform { name: "acme_os".to_owned() }).await?;
    assert_eq!((own.text.as_str(), own.prompt.as_deref()), (GOOD, Some("(?P<host>\\w+)#")));
    let unknown = reader.get("/platforms/file?name=no_such").await?;
    assert_eq!((unknown.status, unknown.detail()), (404, "There is no platform 'no_such'."));
    let unnamed = reader.get("/platforms/file").await?;
    assert_eq!((unnamed.status, unnamed.fields()), (422, vec!["query.name".to_owned()]));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_new_is_used_by_the_next_run() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let tag = work::add_tag(&app.client, "acme").await?;
    app.client.send(&device(vec![tag])).await?;
    let job = work::add_job(&app.client, work::backup(tag)).await?;
    let before = work::run(&app.client, job).await?;
    assert_eq!(work::result(&before, "acme-1")?.cause, Some(Cause::UnknownPlatform));
    write(app.data_dir(), "acme.toml", GOOD)?;
    let after = work::run(&app.client, job).await?;
    assert_eq!(work::result(&after, "acme-1")?.cause, Some(Cause::NoCredentials), "it is known now");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_worker_reads_its_own_files_when_the_server_does() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let folder = tempfile::tempdir()?;
    let urls = External {
        database_url: Secret::new(&app.database.urls.database),
        redis_url: Secret::new(&app.database.urls.redis),
    };
    let worker = RemoteWorker::start(urls, 1, Some(folder.path().to_owned()), AgentAccess::default()).await?;
    std::fs::write(folder.path().join("elsewhere.toml"), GOOD.replace("vendor", "vendour"))?;
    let list = app.client.send(&ReloadPlatforms).await?;
    assert!(list.refusals.is_empty(), "the server's own folder is empty: {:#?}", list.refusals);
    let http = app.http()?;
    let line = wait::until("the worker logs what it refused", async || {
        let found = http.get("/logs/?search=elsewhere.toml").await?.body;
        Ok(found["items"][0]["message"].as_str().map(str::to_owned))
    });
    let line = line.await?;
    assert!(line.starts_with("Worker ") && line.contains("vendour"), "{line}");
    wait::until("server and worker log that they have read their files", async || {
        let found = http.get("/logs/?search=read%20again%20for%20admin").await?.body;
        Ok((found["total"] == 2).then_some(()))
    })
    .await?;
    worker.stop().await;
    app.stop().await;
    Ok(())
}
