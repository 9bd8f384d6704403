//! Devices that misbehave: each fault gives its own true cause and no snapshot, and what only looks like a fault gives none.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use netraven_api::DeviceId;
use netraven_api::devices::{
    CreateDevice, DeviceInput, ForgetHostKey, GetHostKey, TrustHostKey, TrustedKey, UpdateDevice,
};
use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::results::{ListResults, ResultStatus};
use netraven_api::runs::{DeviceState, RunStatus};
use netraven_lab::{DeviceSpec, Fault, Platform, SAMPLE_PASSWORD, SAMPLE_USERNAME};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::git::commits;
use netraven_tests::support::work::{self, Enrolled};

/// A fault on a platform, and what it must come to.
struct Row {
    name: &'static str,
    platform: Platform,
    fault: Fault,
    cause: Cause,
    /// More than one where it depends on how the last bytes arrive.
    stages: &'static [Stage],
}

const fn row(name: &'static str, platform: Platform, fault: Fault, cause: Cause, stages: &'static [Stage]) -> Row {
    Row { name, platform, fault, cause, stages }
}

/// The user's own file of a platform: ours, with less patience, since the proof of silence is waiting.
fn impatient(folder: &Path, platform: &str) -> anyhow::Result<()> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../src-tauri/platforms/definitions")
        .join(format!("{platform}.toml"));
    let text = std::fs::read_to_string(ours)?;
    let patience = text.lines().find(|line| line.starts_with("timeout_seconds")).context("it has a limit")?;
    std::fs::create_dir_all(folder)?;
    Ok(std::fs::write(folder.join(format!("mine-{platform}.toml")), text.replace(patience, "timeout_seconds = 5"))?)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_has_its_own_cause_and_leaves_no_snapshot() -> anyhow::Result<()> {
    use Platform::{AristaEos, CiscoIos, CiscoNxos, JuniperJunos, Linux};
    let refuses = Fault::RefusesCommand { starts_with: "show run".to_owned() };
    let rows = [
        row("wrong-password", CiscoIos, Fault::WrongPassword, Cause::AuthFailed, &[Stage::SignIn]),
        row("never-answers", CiscoIos, Fault::NeverAnswers, Cause::Timeout, &[Stage::KeyExchange]),
        row("silent", CiscoNxos, Fault::SilentAfterLogin, Cause::PromptNotSeen, &[Stage::Prompt]),
        row("half-way", AristaEos, Fault::DropsHalfWay, Cause::Disconnected, &[Stage::Read]),
        row("half-way-junos", JuniperJunos, Fault::DropsHalfWay, Cause::Disconnected, &[Stage::Read]),
        row(
            "half-look-alike",
            CiscoIos,
            Fault::DropsHalfWayAfterLookAlike,
            Cause::Disconnected,
            &[Stage::Read, Stage::ProveComplete],
        ),
        row(
            "half-look-alike-nxos",
            CiscoNxos,
            Fault::DropsHalfWayAfterLookAlike,
            Cause::Disconnected,
            &[Stage::Read, Stage::ProveComplete],
        ),
        row("error-text", CiscoIos, Fault::ErrorText, Cause::CommandRejected, &[Stage::ProveComplete]),
        row("empty", CiscoIos, Fault::EmptyAnswer, Cause::EmptyAnswer, &[Stage::ProveComplete]),
        row("no-end", CiscoIos, Fault::MissingEndMarker, Cause::Truncated, &[Stage::ProveComplete]),
        row("no-end-linux", Linux, Fault::MissingEndMarker, Cause::Truncated, &[Stage::ProveComplete]),
        row("no-enable", CiscoIos, Fault::RefusesEnable, Cause::PrivilegeRefused, &[Stage::Privilege]),
        row("not-ssh", CiscoIos, Fault::NotSsh, Cause::NotSsh, &[Stage::KeyExchange]),
        row(
            "small-group",
            CiscoIos,
            Fault::SmallGroup { or_fixed: false },
            Cause::NoCommonCrypto,
            &[Stage::KeyExchange],
        ),
        row("expired", CiscoIos, Fault::ExpiredPassword, Cause::AuthFailed, &[Stage::SignIn]),
        row("closes", CiscoIos, Fault::ClosesAtConnect, Cause::Disconnected, &[Stage::KeyExchange]),
        row("refuses", CiscoNxos, refuses, Cause::CommandRejected, &[Stage::ProveComplete]),
        row("low-privilege", CiscoIos, Fault::LowPrivilege, Cause::EmptyAnswer, &[Stage::ProveComplete]),
        row("low-privilege-junos", JuniperJunos, Fault::LowPrivilege, Cause::CommandRejected, &[Stage::ProveComplete]),
        row("asks-under-log", CiscoNxos, Fault::AsksUnderLog, Cause::PromptNotSeen, &[Stage::Read]),
        row("stalls", CiscoIos, Fault::Stalls { after_bytes: 700 }, Cause::Timeout, &[Stage::Read]),
    ];
    let mut written = Ok(());
    let app = TestApp::start_with(|config| {
        written = ["cisco_ios", "linux"].iter().try_for_each(|platform| impatient(&config.platforms_dir(), platform));
    });
    let app = app.await?;
    written?;
    let specs = rows.iter().map(|row| DeviceSpec::new(row.name, row.platform).with_fault(row.fault.clone()));
    let lab = Enrolled::start(&app.client, specs.collect()).await?;

    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!((detail.run.status, detail.run.succeeded), (RunStatus::Failed, 0), "{:#?}", detail.results);
    let mut wrong = Vec::new();
    for row in &rows {
        let result = work::result(&detail, row.name)?;
        if result.cause != Some(row.cause) || !result.stage.is_some_and(|stage| row.stages.contains(&stage)) {
            wrong.push(format!("{}: {:?} at {:?}: {:?}", row.name, result.cause, result.stage, result.message));
        }
        let evidence = result.details.clone().context("a failure has evidence")?;
        assert_eq!(evidence.cause, Some(row.cause.into()), "{}: {evidence:?}", row.name);
        let message = evidence.message.clone().unwrap_or_default();
        assert!(message.ends_with('.') && message.len() > 10, "{}: {message:?} is no sentence", row.name);
        assert!(evidence.last_seen.is_some(), "{}: the last bytes seen are there: {evidence:?}", row.name);
        let is_timed = evidence.timings.iter().any(|timed| Some(&timed.stage) == evidence.stage.as_ref());
        assert!(is_timed, "{}: {evidence:?}", row.name);
        assert!(evidence.other.is_empty(), "{}: {evidence:?}", row.name);
        assert!(!serde_json::to_string(&evidence)?.contains(SAMPLE_PASSWORD), "{}: {evidence:?}", row.name);
        assert_eq!((result.attempt, result.snapshot_id), (1, None), "{}", row.name);
        assert!(work::snapshots(&app.client, lab.id(row.name)?).await?.is_empty(), "{}", row.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let small = work::result(&detail, "small-group")?.details.clone().unwrap_or_default();
    let message = small.message.clone().unwrap_or_default();
    assert!(message.contains("a group of 1024 bit") && message.contains("too small"), "{small:?}");
    assert!(!message.contains("have no"), "both know the key exchange: {small:?}");
    let expired = work::result(&detail, "expired")?.details.clone().unwrap_or_default();
    assert!(expired.message.as_deref().unwrap_or_default().contains("the password has expired"), "{expired:?}");
    assert!(expired.advice.as_deref().unwrap_or_default().contains("new password"), "{expired:?}");
    assert_eq!(expired.refused_logins, [SAMPLE_USERNAME]);
    // The password went out once to the device that refuses it: an account is not locked.
    assert_eq!(lab.device("wrong-password")?.logins_refused(), 1);
    let seen = work::result(&detail, "half-way")?.details.clone().unwrap_or_default();
    let half = lab.device("half-way")?.config();
    let last = seen.last_seen.as_deref().unwrap_or_default().lines().next_back().unwrap_or_default();
    assert!(!last.is_empty() && half.contains(last.trim()), "the last bytes are the device's: {last:?}");
    assert_eq!(commits(app.data_dir())?, Vec::<String>::new());
    let query = ListResults { run_id: Some(detail.run.id), size: Some(100), ..ListResults::default() };
    let results = app.client.send(&query).await?;
    assert_eq!(results.total, i64::try_from(rows.len())?);
    assert!(results.items.iter().all(|result| result.status == ResultStatus::Failure));

    // A good snapshot is not replaced by what a bad day brings.
    lab.device("half-way")?.set_fault(None);
    let good = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&good, "half-way")?.state, DeviceState::Success);
    lab.device("half-way")?.set_fault(Some(Fault::DropsHalfWay));
    let bad = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&bad, "half-way")?.state, DeviceState::Failure);
    let message = work::result(&bad, "half-way")?.message.clone().unwrap_or_default();
    assert!(message.contains("closed the TCP connection"), "{message}");
    assert_eq!(work::snapshots(&app.client, lab.id("half-way")?).await?.len(), 1);
    app.stop().await;
    Ok(())
}

/// What a refused device said last may be a secret: it is in no message, no detail and no line of the log.
#[tokio::test(flavor = "multi_thread")]
async fn the_line_a_reading_broke_off_at_keeps_its_secret() -> anyhow::Result<()> {
    let config = "version 15.2\nhostname leaky\nsnmp-server community zq9secret RO\nend\n";
    let spec = DeviceSpec::new("leaky", Platform::CiscoIos).with_config(config).with_fault(Fault::MissingEndMarker);
    let mut written = Ok(());
    let app = TestApp::start_with(|config| written = impatient(&config.platforms_dir(), "cisco_ios")).await?;
    written?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let result = work::result(&detail, "leaky")?;
    assert_eq!(result.cause, Some(Cause::Truncated), "{result:#?}");
    let last_seen = result.details.clone().unwrap_or_default().last_seen.unwrap_or_default();
    assert!(last_seen.contains("snmp-server community ‹secret"), "{last_seen}");
    assert!(!serde_json::to_string(&detail)?.contains("zq9secret"), "{detail:#?}");
    let log = work::logs(&app.client, detail.run.id).await?;
    assert!(!serde_json::to_string(&log)?.contains("zq9secret"), "{log:#?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_like_a_fault_is_read_whole() -> anyhow::Result<()> {
    let pause = Duration::from_millis(800);
    let specs = vec![
        DeviceSpec::new("look-alike", Platform::CiscoIos).with_fault(Fault::LookAlike { pause }),
        DeviceSpec::new("look-alike-nxos", Platform::CiscoNxos).with_fault(Fault::LookAlike { pause }),
        DeviceSpec::new("pager", Platform::CiscoIos).with_fault(Fault::PagerStaysOn),
        DeviceSpec::new("pager-junos", Platform::JuniperJunos).with_fault(Fault::PagerStaysOn),
        DeviceSpec::new("keyboard", Platform::AristaEos).with_fault(Fault::OnlyKeyboardInteractive),
        DeviceSpec::new("prompts", Platform::CiscoIos).with_fault(Fault::TwoPrompts),
        DeviceSpec::new("legacy", Platform::CiscoIos).with_fault(Fault::LegacyAlgorithms),
        DeviceSpec::new("small-group", Platform::CiscoIos).with_fault(Fault::SmallGroup { or_fixed: true }),
        DeviceSpec::new("slow", Platform::CiscoIos).with_fault(Fault::Slow { bytes_per_second: 4_000 }),
    ];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    for device in lab.lab.devices() {
        let name = &device.spec.hostname;
        let snapshots = work::snapshots(&app.client, lab.id(name)?).await?;
        let text = &snapshots.first().with_context(|| format!("{name} has no snapshot"))?.config_data;
        // The same device without its fault, cleaned by the same rules, is the measure: no line more, no line less.
        let shown = device.config();
        let plain = |text: &str| {
            text.lines().filter(|line| line.starts_with("interface ")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(plain(text), plain(&shown), "{name}");
        assert_eq!(text.trim_end().lines().last(), shown.trim_end().lines().last(), "{name}");
        assert!(!text.contains("--More--") && !text.contains("---(more"), "{name}");
    }
    let log = work::logs(&app.client, detail.run.id).await?;
    let legacy = lab.id("legacy")?;
    let warned = log.iter().any(|line| {
        line.device_id == Some(legacy) && line.level == Level::Warning && line.log_type.is(LogType::Connection)
    });
    assert!(warned, "old algorithms are used with a warning: {log:#?}");
    let small = lab.id("small-group")?;
    let is_modern = |id: Option<DeviceId>| id != Some(legacy) && id != Some(small);
    assert!(
        !log.iter()
            .any(|line| is_modern(line.device_id) && line.level == Level::Warning && line.message.contains("sha1"))
    );
    let again = log.iter().find(|line| line.device_id == Some(small) && line.message.contains("a group of 1024 bit"));
    assert!(again.is_some_and(|line| line.message.ends_with("Trying again with a fixed group.")), "{log:#?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_host_key_is_refused_until_a_person_forgets_the_old_one() -> anyhow::Result<()> {
    let spec = DeviceSpec::new("imposter", Platform::CiscoIos);
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let (device, id) = (lab.device("imposter")?, lab.id("imposter")?);
    let before = device.fingerprint();
    assert_eq!(work::run(&app.client, lab.job).await?.run.status, RunStatus::Succeeded);

    device.set_fault(Some(Fault::ChangedHostKey { after_connections: device.connections() }));
    let after = device.fingerprint();
    let logins = device.logins();
    let refused = work::run(&app.client, lab.job).await?;
    let result = work::result(&refused, "imposter")?;
    assert_eq!((result.cause, result.stage), (Some(Cause::HostKeyChanged), Some(Stage::HostKey)), "{result:#?}");
    let keys = result.details.clone().unwrap_or_default().host_keys.context("both keys are told")?;
    assert_eq!((keys.stored.sha256, keys.offered.sha256), (before.clone(), after.clone()));
    assert_eq!((device.logins(), device.logins_refused()), (logins, 0), "no password goes to a stranger");
    assert_eq!(app.client.send(&GetHostKey(id)).await?.sha256, before, "the stored key stays");

    app.client.send(&ForgetHostKey(id)).await?;
    let trusted = work::run(&app.client, lab.job).await?;
    assert_eq!(trusted.run.status, RunStatus::Succeeded, "{:#?}", trusted.results);
    assert_eq!(app.client.send(&GetHostKey(id)).await?.sha256, after);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_key_that_was_seen_can_be_trusted_and_no_other() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("renewed", Platform::CiscoIos)]).await?;
    let (device, id) = (lab.device("renewed")?, lab.id("renewed")?);
    let before = device.fingerprint();
    let key = |sha256: &str, replaces: &str| TrustedKey {
        key_type: "ssh-ed25519".to_owned(),
        sha256: sha256.to_owned(),
        replaces: replaces.to_owned(),
    };
    let unseen = app.client.send(&TrustHostKey(id, key("SHA256:invented", &before))).await.unwrap_err();
    assert!(unseen.message.contains("No session has seen a host key"), "{unseen:?}");
    assert_eq!(work::run(&app.client, lab.job).await?.run.status, RunStatus::Succeeded);

    device.set_fault(Some(Fault::ChangedHostKey { after_connections: device.connections() }));
    let after = device.fingerprint();
    let refused = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&refused, "renewed")?.cause, Some(Cause::HostKeyChanged));
    for (wrong, why) in [
        (key("SHA256:invented", &before), "showed last"),
        (key(&after, "SHA256:another"), "has changed since you saw it"),
        (TrustedKey { key_type: "ssh-rsa".to_owned(), ..key(&after, &before) }, "showed last"),
    ] {
        let problem = app.client.send(&TrustHostKey(id, wrong)).await.unwrap_err();
        assert!(problem.message.contains(why), "{problem:?}");
        assert_eq!(app.client.send(&GetHostKey(id)).await?.sha256, before, "nothing was stored");
    }
    let stored = app.client.send(&TrustHostKey(id, key(&after, &before))).await?;
    assert_eq!((stored.sha256.as_str(), stored.trusted_by.as_deref()), (after.as_str(), Some("admin")));
    assert_eq!(work::run(&app.client, lab.job).await?.run.status, RunStatus::Succeeded);

    // Yet another key, the old one, is as foreign now as any.
    device.set_fault(None);
    let again = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&again, "renewed")?.cause, Some(Cause::HostKeyChanged), "{:#?}", again.results);
    assert_eq!(app.client.send(&GetHostKey(id)).await?.sha256, after);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_a_password_was_sent_to_is_remembered_though_it_was_refused() -> anyhow::Result<()> {
    let spec = DeviceSpec::new("stubborn", Platform::CiscoIos).with_fault(Fault::WrongPassword);
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let (device, id) = (lab.device("stubborn")?, lab.id("stubborn")?);
    let first = device.fingerprint();
    let refused = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&refused, "stubborn")?.cause, Some(Cause::AuthFailed));
    assert_eq!(app.client.send(&GetHostKey(id)).await?.sha256, first);

    device.set_fault(Some(Fault::ChangedHostKey { after_connections: device.connections() }));
    let changed = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&changed, "stubborn")?.cause, Some(Cause::HostKeyChanged), "{:#?}", changed.results);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_platform_or_a_credential_the_device_is_not_touched() -> anyhow::Result<()> {
    let specs = vec![DeviceSpec::new("strange", Platform::Generic), DeviceSpec::new("keyless", Platform::CiscoIos)];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    let change = |input: DeviceInput, name: &str| anyhow::Ok(UpdateDevice(lab.id(name)?, input));
    let unknown = DeviceInput { device_type: Some("no_such_platform".to_owned()), ..DeviceInput::default() };
    app.client.send(&change(unknown, "strange")?).await?;
    let other = work::add_tag(&app.client, "other").await?;
    let untagged = DeviceInput { tags: Some(vec![other]), ..DeviceInput::default() };
    app.client.send(&change(untagged, "keyless")?).await?;
    let closed = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let off = DeviceInput {
        hostname: Some("off".to_owned()),
        ip_address: Some("127.0.0.1".to_owned()),
        port: Some(i64::from(closed)),
        device_type: Some("cisco_ios".to_owned()),
        tags: Some(vec![lab.tag]),
        ..DeviceInput::default()
    };
    app.client.send(&CreateDevice(off.clone())).await?;
    let nameless = DeviceInput {
        hostname: Some("nameless".to_owned()),
        ip_address: Some("no-such-host.invalid".to_owned()),
        ..off
    };
    app.client.send(&CreateDevice(nameless)).await?;
    let mut job = work::backup(lab.tag);
    (job.name, job.tags) = (Some("all".to_owned()), Some(vec![lab.tag, other]));
    let job = work::add_job(&app.client, job).await?;

    let detail = work::run(&app.client, job).await?;
    let cause = |name: &str| anyhow::Ok((work::result(&detail, name)?.cause, work::result(&detail, name)?.stage));
    assert_eq!(cause("strange")?, (Some(Cause::UnknownPlatform), Some(Stage::Prepare)));
    assert_eq!(cause("keyless")?, (Some(Cause::NoCredentials), Some(Stage::Prepare)));
    assert_eq!(cause("off")?, (Some(Cause::Refused), Some(Stage::Reach)));
    assert_eq!(cause("nameless")?, (Some(Cause::NameNotResolved), Some(Stage::Reach)));
    assert!(lab.lab.devices().iter().all(|device| device.connections() == 0));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_credential_is_followed_by_the_next_in_order_of_priority() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("picky", Platform::AristaEos)]).await?;
    let first = netraven_api::credentials::CredentialInput {
        username: Some(SAMPLE_USERNAME.to_owned()),
        password: Some(netraven_api::Secret::new("not-the-password")),
        priority: Some(1),
        tags: Some(vec![lab.tag]),
        ..Default::default()
    };
    app.client.send(&netraven_api::credentials::CreateCredential(first)).await?;
    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    let device = lab.device("picky")?;
    assert_eq!((device.logins_refused(), device.logins()), (1, 1), "each password goes out once");
    let log = work::logs(&app.client, detail.run.id).await?;
    assert!(log.iter().all(|line| !line.message.contains("not-the-password")));
    app.stop().await;
    Ok(())
}

/// Reachability needs no credential: it shows which devices answer, and how.
#[tokio::test(flavor = "multi_thread")]
async fn reachability_tells_who_answers() -> anyhow::Result<()> {
    let specs = vec![
        DeviceSpec::new("up", Platform::CiscoIos),
        DeviceSpec::new("full", Platform::CiscoIos).with_fault(Fault::ClosesAtConnect),
    ];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    let mut job = work::backup(lab.tag);
    (job.name, job.job_type) = (Some("reach".to_owned()), Some(netraven_api::jobs::JobKind::Reachability));
    let job = work::add_job(&app.client, job).await?;
    let detail = work::run(&app.client, job).await?;
    assert_eq!(detail.run.status, RunStatus::PartlyFailed, "{:#?}", detail.results);
    let up = work::result(&detail, "up")?;
    assert_eq!(up.state, DeviceState::Success);
    let evidence = up.details.clone().unwrap_or_default();
    let banner = evidence.ssh_banner.unwrap_or_default();
    assert!(banner.starts_with("SSH-2.0-"), "{banner:?}");
    let stages: Vec<_> = evidence.timings.iter().map(|timed| timed.stage.as_str()).collect();
    assert_eq!(stages, ["reach", "key_exchange"], "{:?}", evidence.timings);
    assert_eq!(work::result(&detail, "full")?.cause, Some(Cause::Disconnected));
    assert_eq!(lab.device("up")?.logins(), 0);
    app.stop().await;
    Ok(())
}
