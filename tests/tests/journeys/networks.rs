//! A credential with networks is sent to no address outside them, whatever name leads there.

use netraven_api::credentials::{CredentialInput, UpdateCredential};
use netraven_api::devices::{DeviceInput, UpdateDevice};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::RunStatus;
use netraven_lab::{DeviceSpec, Platform, SAMPLE_PASSWORD, SAMPLE_USERNAME};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_confined_to_its_networks_by_the_address_connected_to() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("core", Platform::CiscoIos)]).await?;
    let (client, core, device) = (&app.client, lab.id("core")?, lab.device("core")?);
    let confined = async |networks: &[&str]| -> anyhow::Result<()> {
        let networks = networks.iter().map(|network| (*network).to_owned()).collect();
        let input = CredentialInput { allowed_networks: Some(networks), ..CredentialInput::default() };
        client.send(&UpdateCredential(lab.credential, input)).await?;
        Ok(())
    };
    let placed = async |address: &str| -> anyhow::Result<()> {
        let input = DeviceInput { ip_address: Some(address.to_owned()), ..DeviceInput::default() };
        client.send(&UpdateDevice(core, input)).await?;
        Ok(())
    };
    // The lab listens on 127.0.0.1. Of the names and forms that lead there none is a way around the networks.
    for networks in [&["10.0.0.0/8", "2001:db8::/32"][..], &["::/0"], &["127.0.0.2/32"]] {
        confined(networks).await?;
        for address in ["127.0.0.1", "localhost", "::ffff:127.0.0.1"] {
            placed(address).await?;
            let detail = work::run(client, lab.job).await?;
            let result = work::result(&detail, "core")?;
            let place = format!("{networks:?} {address}: {result:#?}");
            // `localhost` has an address of IPv6, too, where nothing listens.
            let expected: &[Cause] = match (networks, address) {
                (["::/0"], "localhost") => &[Cause::OutsideNetworks, Cause::Refused, Cause::Unreachable],
                _ => &[Cause::OutsideNetworks],
            };
            assert!(result.cause.is_some_and(|cause| expected.contains(&cause)), "{place}");
            assert_eq!(result.stage, Some(Stage::Reach), "{place}");
            assert_eq!((device.connections(), device.logins_refused()), (0, 0), "{place}");
        }
    }
    for (networks, address) in [
        (&["127.0.0.0/8"][..], "127.0.0.1"),
        (&["10.0.0.0/8", "127.0.0.1/32"], "localhost"),
        (&["127.0.0.0/8"], "::ffff:127.0.0.1"),
        (&[], "127.0.0.1"),
    ] {
        confined(networks).await?;
        placed(address).await?;
        let detail = work::run(client, lab.job).await?;
        assert_eq!(detail.run.status, RunStatus::Succeeded, "{networks:?} {address}: {:#?}", detail.results);
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_credentials_only_those_permitted_at_the_address_are_sent() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("core", Platform::CiscoIos)]).await?;
    let device = lab.device("core")?;
    // The same user name, so that one connection would do for both.
    let elsewhere = work::add_credential(&app.client, lab.tag, SAMPLE_USERNAME, "for elsewhere alone", None).await?;
    let first = CredentialInput {
        priority: Some(1),
        allowed_networks: Some(vec!["10.0.0.0/8".to_owned()]),
        ..CredentialInput::default()
    };
    app.client.send(&UpdateCredential(elsewhere, first)).await?;
    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    assert_eq!((device.logins(), device.logins_refused()), (1, 0), "the first was not sent");
    let log = work::logs(&app.client, detail.run.id).await?;
    assert!(log.iter().any(|line| line.message.contains("is not sent to this device")), "{log:#?}");

    // The other way round: the one that is sent is refused, and a connection that is open does not serve the next one.
    let wrong = CredentialInput { password: Some(netraven_api::Secret::new("wrong")), ..CredentialInput::default() };
    app.client.send(&UpdateCredential(lab.credential, CredentialInput { priority: Some(1), ..wrong })).await?;
    let last = CredentialInput {
        priority: Some(500),
        password: Some(netraven_api::Secret::new(SAMPLE_PASSWORD)),
        ..CredentialInput::default()
    };
    app.client.send(&UpdateCredential(elsewhere, last)).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let result = work::result(&detail, "core")?;
    assert_eq!(result.cause, Some(Cause::AuthFailed), "{result:#?}");
    assert!(result.message.as_deref().is_some_and(|said| said.contains("outside its networks")), "{result:#?}");
    assert_eq!((device.logins(), device.logins_refused()), (1, 1));
    app.stop().await;
    Ok(())
}
