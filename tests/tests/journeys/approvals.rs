//! Users who may not read credentials cannot aim them: every way to a device of an attacker's own ends before a password is sent.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use netraven_api::bulk::BULK_IMPORT_PATH;
use netraven_api::credentials::{CredentialInput, UpdateCredential};
use netraven_api::devices::{
    ApproveDevice, CreateDevice, DeleteDevice, DeviceInput, ForgetHostKey, GetDevice, ImportDevices, ListDevices, Seen,
    UpdateDevice,
};
use netraven_api::jobs::{JobInput, JobKind};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::problem::Code;
use netraven_api::runs::{Again, RunAgain, RunStatus};
use netraven_api::tags::{TagInput, UpdateTag};
use netraven_api::{Secret, TagId, Transport};
use netraven_client::Client;
use netraven_lab::{DeviceSpec, Lab, Platform, Running, SAMPLE_USERNAME};
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::work::{self, Enrolled};

/// A network of an admin's, and a user who has an SSH server of his own.
struct Scene {
    app: TestApp,
    /// The admin's device `core`, and the credential that serves it.
    ours: Enrolled,
    /// The user's server.
    theirs: Lab,
    user: Client,
    token: Secret,
    /// Distinguishes jobs.
    attempts: AtomicUsize,
}

impl Scene {
    async fn start() -> anyhow::Result<Scene> {
        Scene::on(TestApp::start().await?).await
    }

    async fn on(app: TestApp) -> anyhow::Result<Scene> {
        let ours = Enrolled::start(&app.client, vec![DeviceSpec::new("core", Platform::CiscoIos)]).await?;
        let theirs = Lab::start(vec![DeviceSpec::new("trap", Platform::CiscoIos)]).await?;
        app.add_user("mallory", "user", true).await?;
        let guest = Client::new(app.url())?;
        let token = guest.login("mallory", &Secret::new(ADMIN_PASSWORD), None).await?.access_token;
        let user = guest.with_token(token.clone());
        Ok(Scene { app, ours, theirs, user, token, attempts: AtomicUsize::new(1) })
    }

    fn trap(&self) -> &Running {
        &self.theirs.devices()[0]
    }

    /// The device of the user's server, under a name.
    fn bait(&self, hostname: &str) -> DeviceInput {
        DeviceInput { hostname: Some(hostname.to_owned()), tags: Some(vec![self.ours.tag]), ..self.place() }
    }

    /// The address of the user's server.
    fn place(&self) -> DeviceInput {
        let address = self.trap().address;
        DeviceInput {
            ip_address: Some(address.ip().to_string()),
            port: Some(i64::from(address.port())),
            device_type: Some("cisco_ios".to_owned()),
            ..DeviceInput::default()
        }
    }

    /// The user runs a backup of his own over whatever carries the tag `default`, and of one device alone.
    async fn attack(&self, hostname: &str) -> anyhow::Result<()> {
        let found = ListDevices { hostname: Some(hostname.to_owned()), ..ListDevices::default() };
        let device = self.user.send(&found).await?.items.into_iter().next().context("the device is there")?;
        let everything = device.tags.iter().find(|tag| tag.name == "default").context("every device carries it")?.id;
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed);
        let over = JobInput { name: Some(format!("all {hostname} {attempt}")), ..work::backup(everything) };
        let alone = JobInput {
            name: Some(format!("alone {hostname} {attempt}")),
            tags: None,
            device_id: Some(device.id),
            ..work::backup(everything)
        };
        for job in [over, alone] {
            let job = work::add_job(&self.user, job).await?;
            let detail = work::run(&self.user, job).await?;
            self.is_refused(&detail, hostname)?;
            let again = self.user.send(&RunAgain(detail.run.id, Again::failed())).await?;
            self.is_refused(&work::ended(&self.user, again.run_id.unwrap_or_default()).await?, hostname)?;
        }
        Ok(())
    }

    fn is_refused(&self, detail: &work::RunDetail, hostname: &str) -> anyhow::Result<()> {
        let result = work::result(detail, hostname)?;
        assert_eq!((result.cause, result.stage), (Some(Cause::AwaitingApproval), Some(Stage::Prepare)), "{result:#?}");
        self.nothing_was_sent(hostname);
        Ok(())
    }

    fn nothing_was_sent(&self, what: &str) {
        let trap = self.trap();
        assert_eq!((trap.logins(), trap.logins_refused(), trap.connections()), (0, 0, 0), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_goes_to_a_device_that_a_user_added_in_whatever_way() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let (user, admin, tag) = (&scene.user, &scene.app.client, scene.ours.tag);
    let address = scene.trap().address;
    let taken_away = async |hostname: &str| -> anyhow::Result<()> {
        scene.attack(hostname).await?;
        let found = ListDevices { hostname: Some(hostname.to_owned()), ..ListDevices::default() };
        let device = admin.send(&found).await?.items.into_iter().next().context("the device is there")?;
        assert!(device.approval.as_ref().is_some_and(|approval| approval.waiting), "{device:#?}");
        // The address is the only one the user has.
        Ok(admin.send(&DeleteDevice(device.id)).await?)
    };
    user.send(&CreateDevice(scene.bait("by-hand"))).await?;
    taken_away("by-hand").await?;

    let csv = format!(
        "hostname,ip_address,port,device_type,tags\nby-csv,{},{},cisco_ios,lab\n",
        address.ip(),
        address.port()
    );
    assert_eq!(user.send(&ImportDevices { csv: csv.clone() }).await?.added, 1);
    taken_away("by-csv").await?;

    let http = Http::new(scene.app.url())?.with_token(&scene.token);
    let file = csv.replace("by-csv", "by-file");
    assert_eq!(http.file(BULK_IMPORT_PATH, "devices.csv", file.as_bytes()).await?.status, 201);
    taken_away("by-file").await?;
    let row = serde_json::json!([{"hostname": "by-json", "ip_address": address.ip(), "port": address.port(),
        "device_type": "cisco_ios", "tags": [tag]}]);
    assert_eq!(http.file(BULK_IMPORT_PATH, "devices.json", row.to_string().as_bytes()).await?.status, 201);
    taken_away("by-json").await?;

    // Every device carries `default`, so a credential that does serves whatever is added.
    let default = admin.send(&GetDevice(scene.ours.id("core")?)).await?.tags;
    let all = CredentialInput { tags: Some(default.iter().map(|tag| tag.id).collect()), ..CredentialInput::default() };
    admin.send(&UpdateCredential(scene.ours.credential, all)).await?;
    user.send(&CreateDevice(DeviceInput { tags: None, ..scene.bait("untagged") })).await?;
    taken_away("untagged").await?;

    // The name of a device that was approved is no approval of another one.
    let name = "core";
    admin.send(&DeleteDevice(scene.ours.id(name)?)).await?;
    user.send(&CreateDevice(scene.bait(name))).await?;
    taken_away(name).await?;
    scene.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_goes_to_a_device_that_a_user_moved_and_moving_it_back_is_enough() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let (user, core) = (&scene.user, scene.ours.id("core")?);
    let home = user.send(&GetDevice(core)).await?;
    let back = DeviceInput {
        ip_address: Some(home.ip_address.clone()),
        port: home.port,
        device_type: Some(home.device_type.clone()),
        transport: Some(home.transport),
        tags: Some(vec![scene.ours.tag]),
        ..DeviceInput::default()
    };
    let place = scene.place();
    let moves = [
        ("to another address and port", place.clone()),
        ("to another port", DeviceInput { port: place.port, ..DeviceInput::default() }),
        (
            "to a name",
            DeviceInput { ip_address: Some("localhost".to_owned()), port: place.port, ..DeviceInput::default() },
        ),
        ("to telnet", DeviceInput { transport: Some(Transport::Telnet), ..DeviceInput::default() }),
        ("to another platform", DeviceInput { device_type: Some("generic".to_owned()), ..DeviceInput::default() }),
    ];
    for (number, (what, change)) in moves.into_iter().enumerate() {
        user.send(&UpdateDevice(core, change)).await?;
        let job = JobInput { name: Some(format!("move {number}")), ..work::backup(scene.ours.tag) };
        let job = work::add_job(user, job).await?;
        let logins = scene.ours.device("core")?.logins();
        let detail = work::run(user, job).await?;
        scene.is_refused(&detail, "core")?;
        assert_eq!(scene.ours.device("core")?.logins(), logins, "{what}");
        user.send(&UpdateDevice(core, back.clone())).await?;
        let detail = work::run(user, job).await?;
        assert_eq!(detail.run.status, RunStatus::Succeeded, "{what}, and back: {:#?}", detail.results);
    }
    // A name, a description and notes lead nowhere.
    let renamed = DeviceInput {
        hostname: Some("heart".to_owned()),
        description: Some("Rack 1".to_owned()),
        ..DeviceInput::default()
    };
    user.send(&UpdateDevice(core, renamed)).await?;
    assert_eq!(work::run(user, scene.ours.job).await?.run.status, RunStatus::Succeeded);
    scene.nothing_was_sent("a renamed device");

    let forgotten = user.send(&ForgetHostKey(core)).await.unwrap_err();
    let deleted = user.send(&DeleteDevice(core)).await.unwrap_err();
    let approved = user.send(&ApproveDevice(core, Seen::default())).await.unwrap_err();
    assert_eq!([forgotten.code, deleted.code, approved.code], [Code::Forbidden; 3]);
    scene.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_brings_no_credential_that_no_admin_approved_for_the_device() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let (user, admin) = (&scene.user, &scene.app.client);
    // An admin approved the user's server for the tag `shelf`, which no credential carries.
    let shelf = work::add_tag(user, "shelf").await?;
    let device = user.send(&CreateDevice(DeviceInput { tags: Some(vec![shelf]), ..scene.bait("poor") })).await?.id;
    admin.send(&ApproveDevice(device, Seen::default())).await?;
    let waits = async || -> anyhow::Result<bool> {
        Ok(admin.send(&GetDevice(device)).await?.approval.is_some_and(|approval| approval.waiting))
    };
    let tagged = async |tags: Vec<TagId>| -> anyhow::Result<()> {
        let input = DeviceInput { tags: Some(tags), ..DeviceInput::default() };
        user.send(&UpdateDevice(device, input)).await?;
        Ok(())
    };
    // A tag that no credential carries changes nothing; when one does later, it is not sent either.
    let future = work::add_tag(user, "future").await?;
    tagged(vec![shelf, future]).await?;
    assert!(!waits().await?);
    let later = work::add_credential(admin, future, "later", "a password of the future", None).await?;
    assert!(waits().await?);
    scene.attack("poor").await?;

    tagged(vec![shelf, scene.ours.tag]).await?;
    scene.attack("poor").await.context("with the tag of a credential")?;
    tagged(vec![shelf]).await?;
    assert!(!waits().await?);

    // Neither does another name make a tag one that was approved.
    let renamed = |name: &str| TagInput { name: Some(name.to_owned()), ..TagInput::default() };
    let carried = user.send(&UpdateTag(future, renamed("past"))).await.unwrap_err();
    assert!(carried.code == Code::Forbidden && carried.message.contains("a credential uses it"), "{carried:?}");
    user.send(&UpdateTag(shelf, renamed("servers"))).await?;
    let both = CredentialInput { tags: Some(vec![future, shelf]), ..CredentialInput::default() };
    admin.send(&UpdateCredential(later, both)).await?;
    scene.attack("poor").await.context("with a tag that was given another name")?;
    scene.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_moved_while_its_run_waits_is_met_where_it_was_approved_or_not_at_all() -> anyhow::Result<()> {
    let scene = Scene::on(TestApp::start_with(|config| config.workers = 0).await?).await?;
    let core = scene.ours.id("core")?;
    let run = work::start(&scene.user, scene.ours.job).await?;
    scene.user.send(&UpdateDevice(core, scene.place())).await?;
    let worker = scene.app.another().await?;
    scene.is_refused(&work::ended(&scene.user, run).await?, "core")?;
    assert_eq!(scene.ours.device("core")?.logins(), 0, "the place it had is not its place any more");
    worker.stop().await;

    // What an admin says goes, also for a run that noted another place.
    let run = work::start(&scene.user, scene.ours.job).await?;
    let real = scene.ours.device("core")?.address;
    let home = DeviceInput {
        ip_address: Some(real.ip().to_string()),
        port: Some(i64::from(real.port())),
        ..DeviceInput::default()
    };
    scene.app.client.send(&UpdateDevice(core, home)).await?;
    let worker = scene.app.another().await?;
    let detail = work::ended(&scene.user, run).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    let result = work::result(&detail, "core")?;
    assert_eq!(result.address, real.to_string());
    scene.nothing_was_sent("moved by an admin");
    worker.stop().await;
    scene.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_waits_is_reached_without_a_credential_and_signed_in_to_once_approved() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let (user, admin) = (&scene.user, &scene.app.client);
    let device = user.send(&CreateDevice(scene.bait("honest"))).await?;
    assert!(device.approval.is_some_and(|approval| approval.waiting && approval.credentials == [SAMPLE_USERNAME]));
    let reach = JobInput { job_type: Some(JobKind::Reachability), ..work::backup(scene.ours.tag) };
    let reach = work::add_job(user, JobInput { name: Some("reach".to_owned()), ..reach }).await?;
    assert_eq!(work::run(user, reach).await?.run.status, RunStatus::Succeeded, "no credential, no approval");
    assert_eq!(scene.trap().logins(), 0);

    let first = work::run(user, scene.ours.job).await?;
    let waiting = work::result(&first, "honest")?;
    assert_eq!(waiting.cause, Some(Cause::AwaitingApproval));
    let said = waiting.message.clone().unwrap_or_default();
    assert!(said.contains(&scene.trap().address.to_string()), "{said}");
    assert_eq!((first.run.succeeded, first.run.failed), (1, 1), "the others are none the worse for it");

    admin.send(&ApproveDevice(device.id, Seen::default())).await?;
    let second = work::run(user, scene.ours.job).await?;
    assert_eq!(second.run.status, RunStatus::Succeeded, "{:#?}", second.results);
    assert_eq!(scene.trap().logins(), 1);
    scene.app.stop().await;
    Ok(())
}
