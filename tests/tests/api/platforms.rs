//! Platforms: what is said of each, who may see the user's, and how they are changed while the server runs.

use std::path::Path;

use anyhow::{Context as _, bail};
use netraven_api::auth::Token;
use netraven_api::devices::{CreateDevice, DeviceInput, UpdateDevice};
use netraven_api::outcome::Cause;
use netraven_api::platforms::{
    CheckPlatform, DeletePlatform, GetPlatform, GetSavedPlatform, ListPlatforms, Platform, PlatformEvidence,
    PlatformRecording, PlatformSource, Platforms, ReloadPlatforms, SavePlatform, SketchPlatform,
};
use netraven_api::problem::Code;
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

const SESSION: &str = "platform = 'acme_os'\nhostname = 'acme1'\nprompt = 'acme1#'\nbanner = ''\n\
                       refusal = \"% Unknown command\\n\"\n[[exchange]]\nsend = 'show config'\n\
                       answer = \"hostname acme1\\nport 1\\n up\\nport 2\\n down\\nend\\n\"\n";

/// [`GOOD`] with the end of its configuration.
fn proven() -> String {
    GOOD.replace("purpose = 'config'", "purpose = 'config', end = '^end$'")
}

fn recording(expected: Option<&str>) -> PlatformRecording {
    PlatformRecording { name: "plain".to_owned(), session: SESSION.to_owned(), expected: expected.map(str::to_owned) }
}

fn save(text: &str, based_on: Option<i64>, recordings: Vec<PlatformRecording>) -> SavePlatform {
    SavePlatform { text: text.to_owned(), based_on, recordings }
}

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

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_checked_and_nothing_is_saved() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let check = async |text: String| app.client.send(&CheckPlatform { text }).await;
    let bad = check(GOOD.replace("vendor", "vendour")).await?;
    let refusal = bad.refusal.context("the field is unknown")?;
    assert_eq!((bad.name, refusal.line, refusal.field.as_deref()), (None, Some(3), Some("vendour")));
    assert!(refusal.advice.starts_with("Correct or remove it"), "{refusal:?}");
    let good = check(GOOD.to_owned()).await?;
    assert_eq!((good.name.as_deref(), good.replaces_built_in, good.saved), (Some("acme_os"), false, None));
    let linux = check("name = 'linux'\ntitle = 'L'\nextends = 'linux'\n".to_owned()).await?;
    assert!(linux.replaces_built_in && linux.refusal.is_none());
    let list = app.client.send(&ListPlatforms).await?;
    assert!(list.items.iter().all(|platform| !platform.custom) && list.refused.is_empty());
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_who_change_a_platform_the_second_learns_of_the_first() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let first = app.client.send(&save(GOOD, None, Vec::new())).await?;
    assert_eq!((first.name.as_str(), first.changed_by.as_str(), first.recordings), ("acme_os", "admin", 0));
    let twice = app.client.send(&save(GOOD, None, Vec::new())).await.unwrap_err();
    assert_eq!(twice.code, Code::Conflict);
    assert!(twice.message.starts_with("A platform acme_os is saved already; admin changed it last"), "{twice}");
    let changed = GOOD.replace("ACME OS", "ACME OS 2");
    let second = app.client.send(&save(&changed, Some(first.version), Vec::new())).await?;
    assert!(second.version > first.version);
    let late = app.client.send(&save(GOOD, Some(first.version), Vec::new())).await.unwrap_err();
    assert_eq!(late.code, Code::Conflict);
    assert!(late.message.starts_with("admin has changed acme_os in the meantime"), "{late}");
    let list = app.client.send(&ListPlatforms).await?;
    let acme = one(&list, "acme_os")?;
    assert_eq!((acme.title.as_str(), acme.source, &acme.file), ("ACME OS 2", Some(PlatformSource::Own), &None));
    assert_eq!(acme.saved, Some(second.clone()));
    let file = app.client.send(&GetSavedPlatform { name: "acme_os".to_owned() }).await?;
    assert_eq!((file.text, file.saved), (changed, second.clone()));
    let tables = app.database.dump().await?;
    assert!(tables.contains("acme_os") && !tables.contains("show config"), "texts are sealed");
    // Of the same name, the file in the folder is used, and the list says so.
    write(app.data_dir(), "acme.toml", GOOD)?;
    let list = app.client.send(&ListPlatforms).await?;
    let acme = one(&list, "acme_os")?;
    assert!(acme.file.is_some() && acme.saved.is_some() && acme.title == "ACME OS", "{acme:?}");
    let early = DeletePlatform { name: "acme_os".to_owned(), version: first.version };
    assert_eq!(app.client.send(&early).await.unwrap_err().code, Code::Conflict);
    app.client.send(&DeletePlatform { version: second.version, ..early.clone() }).await?;
    let gone = app.client.send(&early).await.unwrap_err();
    assert_eq!((gone.code, gone.message.as_str()), (Code::NotFound, "No platform 'acme_os' is saved."));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_saved_only_if_its_recordings_give_what_is_expected() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let first = app.client.send(&save(&proven(), None, vec![recording(None)])).await?;
    let read = async || app.client.send(&GetSavedPlatform { name: "acme_os".to_owned() }).await;
    let expected = "hostname acme1\nport 1\n up\nport 2\n down\nend\n";
    let saved = read().await?;
    assert_eq!((first.recordings, &saved.recordings), (1, &vec![recording(Some(expected))]));
    // Another text would be stored, the recording cannot be read, or it is none.
    let without = proven().replace("errors =", "volatile = ['^port 2']\nerrors =");
    let broken = PlatformRecording { session: "prompt =".to_owned(), ..recording(None) };
    let unknown = proven().replace("show config'", "show all'");
    for (text, recording, says) in [
        (without.as_str(), recording(Some(expected)), "line 4 is ` down`, and `port 2` was expected"),
        (unknown.as_str(), recording(Some(expected)), "It cannot be read (command-rejected"),
        (proven().as_str(), broken, "It is no recording: line 1"),
    ] {
        let refused = app.client.send(&save(text, Some(first.version), vec![recording])).await.unwrap_err();
        assert_eq!(refused.code, Code::Invalid, "{refused}");
        let told = format!("{refused:?}");
        assert!(told.contains(says) && told.contains("Nothing was saved"), "{told}");
    }
    assert_eq!(read().await?, saved, "nothing was changed");
    let twins = save(&proven(), Some(first.version), vec![recording(None), recording(None)]);
    let refused = app.client.send(&twins).await.unwrap_err();
    assert!(format!("{refused:?}").contains("Two recordings have the name plain"), "{refused:?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_needed_is_not_deleted() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let base = app.client.send(&save(GOOD, None, Vec::new())).await?;
    let child = "name = 'acme_child'\ntitle = 'Child'\nextends = 'acme_os'\n";
    let child = app.client.send(&save(child, None, Vec::new())).await?;
    let delete = |name: &str, version: i64| DeletePlatform { name: name.to_owned(), version };
    let extended = app.client.send(&delete("acme_os", base.version)).await.unwrap_err();
    assert_eq!(extended.code, Code::Conflict);
    assert!(extended.message.contains("acme_child (saved in NetRaven)"), "{extended}");
    let wrong = app.client.send(&save(&GOOD.replace("errors", "goodbye"), Some(base.version), Vec::new())).await;
    assert_eq!(wrong.unwrap_err().code, Code::Invalid);
    app.client.send(&delete("acme_child", child.version)).await?;
    let id = app.client.send(&device(Vec::new())).await?.id;
    let used = app.client.send(&delete("acme_os", base.version)).await.unwrap_err();
    assert_eq!(used.code, Code::Conflict);
    let sentence = "1 device has the platform acme_os, and no built-in platform has its name";
    assert!(used.message.starts_with(sentence), "{used}");
    // What replaces a built-in platform can go: devices have that one then.
    let ours = "name = 'linux'\ntitle = 'Ours'\nextends = 'linux'\n";
    let ours = app.client.send(&save(ours, None, Vec::new())).await?;
    let linux = DeviceInput { device_type: Some("linux".to_owned()), ..DeviceInput::default() };
    app.client.send(&UpdateDevice(id, linux)).await?;
    app.client.send(&delete("linux", ours.version)).await?;
    app.client.send(&delete("acme_os", base.version)).await?;
    let list = app.client.send(&ListPlatforms).await?;
    assert!(list.items.iter().all(|platform| !platform.custom && platform.saved.is_none()));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skeleton_is_made_of_a_model_and_is_not_saved() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let model = "class Acme < Oxidized::Model\n  prompt /^(\\w+#)$/\n  cmd 'show config'\n  foo.bar\nend\n";
    let sketch = |file: &str, text: &str| SketchPlatform { file: file.to_owned(), text: text.to_owned() };
    let made = app.client.send(&sketch("acme.rb", model)).await?;
    assert_eq!((made.of.as_str(), made.left_out), ("Oxidized model", 1));
    assert!(
        made.text.contains("# - line 4, code: foo.bar") && made.text.contains("send = 'show config'"),
        "{}",
        made.text
    );
    let checked = app.client.send(&CheckPlatform { text: made.text }).await?;
    assert_eq!(checked.refusal.and_then(|refusal| refusal.field).as_deref(), Some("errors"), "that is to be filled in");
    let refused = app.client.send(&sketch("notes.txt", "hello")).await.unwrap_err();
    assert!(format!("{refused:?}").contains("The file notes.txt is neither an Oxidized model"), "{refused:?}");
    app.stop().await;
    Ok(())
}
