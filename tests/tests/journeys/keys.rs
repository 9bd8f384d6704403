//! Private keys against a real OpenSSH server: each kind signs in, alone, before a password or by an agent, and is
//! never shown.

use netraven_api::Secret;
use netraven_api::credentials::{CreateCredential, CredentialInput, GetCredential, UpdateCredential};
use netraven_api::devices::{CreateDevice, DeviceInput};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::{DeviceState, RunDevice};
use netraven_api::{CredentialId, JobId};
use netraven_backend::config::AgentAccess;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::ssh_agent::AgentProcess;
use netraven_tests::support::sshd::Sshd;
use netraven_tests::support::work;

const PASSPHRASE: &str = "0pen-sesame-f1rst";

/// A backend that knows one host, this computer, and one credential for it.
struct Site {
    app: TestApp,
    credential: CredentialId,
    job: JobId,
}

impl Site {
    async fn start(sshd: &Sshd, input: CredentialInput) -> anyhow::Result<Site> {
        Site::start_with(sshd, input, AgentAccess::default()).await
    }

    /// The same with an SSH agent.
    async fn start_with(sshd: &Sshd, input: CredentialInput, agent: AgentAccess) -> anyhow::Result<Site> {
        let app = TestApp::start_with(|config| config.ssh_agent = agent).await?;
        let tag = work::add_tag(&app.client, "hosts").await?;
        let input = CredentialInput { username: Some(sshd.username.clone()), tags: Some(vec![tag]), ..input };
        let credential = app.client.send(&CreateCredential(input)).await?.id;
        let host = DeviceInput {
            hostname: Some("this-host".to_owned()),
            ip_address: Some("127.0.0.1".to_owned()),
            port: Some(i64::from(sshd.port)),
            device_type: Some("linux".to_owned()),
            tags: Some(vec![tag]),
            ..DeviceInput::default()
        };
        app.client.send(&CreateDevice(host)).await?;
        let job = work::add_job(&app.client, work::backup(tag)).await?;
        Ok(Site { app, credential, job })
    }

    async fn change(&self, input: CredentialInput) -> anyhow::Result<()> {
        self.app.client.send(&UpdateCredential(self.credential, input)).await?;
        Ok(())
    }

    /// Backs the host up; its result, and every line of the run's log.
    async fn run(&self) -> anyhow::Result<(RunDevice, String)> {
        let detail = work::run(&self.app.client, self.job).await?;
        let log = work::logs(&self.app.client, detail.run.id).await?;
        let log = serde_json::to_string(&log)?;
        Ok((work::result(&detail, "this-host")?.clone(), log))
    }
}

fn key(text: &str, passphrase: Option<&str>) -> CredentialInput {
    CredentialInput {
        private_key: Some(Secret::new(text)),
        passphrase: passphrase.map(Secret::new),
        ..CredentialInput::default()
    }
}

/// The lines of a key that are secret.
fn lines(key: &str) -> impl Iterator<Item = &str> {
    key.lines().filter(|line| line.len() >= 16 && !line.starts_with("-----"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_key_signs_in_and_is_never_seen_again() -> anyhow::Result<()> {
    let sshd = tokio::task::spawn_blocking(Sshd::start).await??;
    let kinds = [("ed25519", None), ("ecdsa", None), ("rsa", None), ("ed25519", Some(PASSPHRASE))];
    let keys: Vec<String> = kinds
        .iter()
        .map(|(kind, passphrase)| sshd.authorise_key(kind, passphrase.unwrap_or_default()))
        .collect::<anyhow::Result<_>>()?;
    let site = Site::start(&sshd, key(&keys[0], None)).await?;
    let (mut seen, mut shown) = (String::new(), Vec::new());
    for ((kind, passphrase), text) in kinds.iter().zip(&keys) {
        site.change(key(text, *passphrase)).await?;
        let (result, log) = site.run().await?;
        assert_eq!(result.state, DeviceState::Success, "{kind}: {result:#?}");
        assert!(log.contains("(publickey)"), "{kind}: {log}");
        let credential = site.app.client.send(&GetCredential(site.credential)).await?;
        assert_eq!((credential.has_password, credential.has_private_key), (false, true), "{kind}");
        shown.extend(credential.key.as_ref().map(|key| key.key_type.clone()));
        seen += &format!("{log}{}{}", serde_json::to_string(&result)?, serde_json::to_string(&credential)?);
    }
    assert_eq!(shown, ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa", "ssh-ed25519"]);
    seen += &site.app.database.dump().await?;
    for secret in keys.iter().flat_map(|key| lines(key)).chain([PASSPHRASE]) {
        assert!(!seen.contains(secret), "{secret} was seen");
    }
    site.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_and_a_password_are_two_steps_where_the_host_requires_both() -> anyhow::Result<()> {
    let sshd = tokio::task::spawn_blocking(|| Sshd::requiring("publickey,password")).await??;
    let text = sshd.authorise_key("ed25519", "")?;
    let site = Site::start(&sshd, key(&text, None)).await?;
    let (result, _) = site.run().await?;
    assert_eq!(result.cause, Some(Cause::AuthFailed), "{result:#?}");
    let told = result.message.clone().unwrap_or_default();
    assert!(told.contains("the key was accepted, but it also requires password"), "{told}");

    let password = |text: &str| CredentialInput { password: Some(Secret::new(text)), ..CredentialInput::default() };
    site.change(password("wr0ng-passw0rd")).await?;
    let (result, log) = site.run().await?;
    assert!(log.contains("the key was accepted, the password was refused"), "{result:#?}\n{log}");
    site.change(password(&sshd.password)).await?;
    let (result, log) = site.run().await?;
    assert_eq!(result.state, DeviceState::Success, "{result:#?}");
    assert!(log.contains("(publickey, then password)") && !log.contains(&sshd.password), "{log}");
    site.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_the_host_does_not_know_is_refused_and_a_password_may_follow() -> anyhow::Result<()> {
    let sshd = tokio::task::spawn_blocking(Sshd::start).await??;
    let text = sshd.make_key("ed25519", "")?;
    let site = Site::start(&sshd, key(&text, None)).await?;
    let (result, log) = site.run().await?;
    assert_eq!(result.cause, Some(Cause::AuthFailed), "{result:#?}");
    assert!(log.contains("the key was refused") && !log.contains("password was refused"), "{log}");

    let password = Some(Secret::new(sshd.password.clone()));
    site.change(CredentialInput { password, ..CredentialInput::default() }).await?;
    let (result, log) = site.run().await?;
    assert_eq!(result.state, DeviceState::Success, "{result:#?}");
    assert!(log.contains("(password)"), "{log}");
    assert!(lines(&text).all(|line| !log.contains(line)));
    site.app.stop().await;
    Ok(())
}

/// A credential that uses the agent.
fn by_agent(key: &str) -> CredentialInput {
    CredentialInput { uses_agent: Some(true), agent_key: Some(key.to_owned()), ..CredentialInput::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_of_the_workers_machine_signs_with_its_keys_or_with_the_one_that_is_named() -> anyhow::Result<()> {
    let sshd = tokio::task::spawn_blocking(Sshd::start).await??;
    let agent = AgentProcess::start().await?;
    let keys = [sshd.make_key("ed25519", "")?, sshd.authorise_key("rsa", "")?, sshd.authorise_key("ecdsa", "")?];
    keys.iter().try_for_each(|key| agent.add(key))?;
    let public = agent.public_keys()?;
    let access = AgentAccess { is_allowed: true, socket: Some(agent.socket.clone()) };
    let site = Site::start_with(&sshd, by_agent(""), access).await?;
    let mut seen = String::new();
    for key in ["", &public[1], &public[2]] {
        site.change(by_agent(key)).await?;
        let (result, log) = site.run().await?;
        assert_eq!(result.state, DeviceState::Success, "{key}: {result:#?}\n{log}");
        assert!(log.contains("(publickey)"), "{key}: {log}");
        seen += &log;
    }
    site.change(by_agent(&public[0])).await?;
    let (result, log) = site.run().await?;
    assert_eq!(result.cause, Some(Cause::AuthFailed), "{result:#?}");
    assert!(log.contains("the key of the SSH agent on") && log.contains("was refused"), "{log}");
    seen += &log;

    agent.clear()?;
    for (key, told) in [("", "holds no key"), (&*public[1], "holds no key")] {
        site.change(by_agent(key)).await?;
        let (result, log) = site.run().await?;
        assert_eq!((result.cause, result.stage), (Some(Cause::AgentUnavailable), Some(Stage::Prepare)), "{result:#?}");
        assert!(result.message.as_deref().unwrap_or_default().contains(told), "{result:#?}");
        seen += &log;
    }
    agent.add(&keys[0])?;
    let (result, _) = site.run().await?;
    assert!(result.message.as_deref().unwrap_or_default().contains("does not hold the key SHA256:"), "{result:#?}");
    drop(agent);
    let (result, _) = site.run().await?;
    assert_eq!(result.cause, Some(Cause::AgentUnavailable), "{result:#?}");
    assert!(result.message.as_deref().unwrap_or_default().contains("cannot be reached"), "{result:#?}");
    seen += &site.app.database.dump().await?;
    assert!(keys.iter().flat_map(|key| lines(key)).all(|line| !seen.contains(line)), "a key was seen");
    site.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_not_allowed_is_not_asked_and_a_missing_one_says_so() -> anyhow::Result<()> {
    let sshd = tokio::task::spawn_blocking(Sshd::start).await??;
    let agent = AgentProcess::start().await?;
    agent.add(&sshd.authorise_key("ed25519", "")?)?;
    let socket = Some(agent.socket.clone());
    for (access, told) in [
        (AgentAccess { is_allowed: false, socket }, "--allow-ssh-agent"),
        (AgentAccess { is_allowed: true, socket: None }, "SSH_AUTH_SOCK is not set"),
    ] {
        let site = Site::start_with(&sshd, by_agent(""), access).await?;
        let (result, log) = site.run().await?;
        assert_eq!((result.cause, result.stage), (Some(Cause::AgentUnavailable), Some(Stage::Prepare)), "{result:#?}");
        let message = result.message.clone().unwrap_or_default();
        let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
        assert!(message.contains(told) && message.contains(&machine), "{message}");
        assert!(log.contains("is not tried"), "{log}");
        site.app.stop().await;
    }
    assert_eq!(sshd.accepted(), 0);
    Ok(())
}
