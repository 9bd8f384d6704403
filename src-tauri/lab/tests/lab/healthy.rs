//! Devices that do what they should: logins, reading, enable, paging, host keys, many at once, and stopping.

use std::time::Duration;

use netraven_lab::{DeviceSpec, Fault, Lab, Platform, fleet};

use crate::support::{Client, Ended, blocking, idle, only};
use crate::{CONFIG, ios, on_the_wire};

#[tokio::test]
async fn a_configuration_is_read_whole_after_login_by_password() {
    let lab = only(ios()).await;
    let address = lab.devices()[0].address;
    let read = blocking(move || {
        let mut shell = Client::connect(address).password("lab", "lab-password").shell();
        shell.until("lab-core-01#");
        shell.say("terminal length 0\n", "lab-core-01#");
        shell.say("show running-config\n", "lab-core-01#")
    })
    .await;
    assert_eq!(read, format!("show running-config\r\n{}\r\nlab-core-01#", on_the_wire(CONFIG)));
    let device = &lab.devices()[0];
    assert_eq!((device.connections(), device.logins(), device.readings()), (1, 1, 1));
    assert_eq!(device.commands(), ["terminal length 0", "show running-config"]);
    idle(device).await;
}

#[tokio::test]
async fn keyboard_interactive_works_alone_and_with_two_prompts() {
    for fault in [None, Some(Fault::OnlyKeyboardInteractive), Some(Fault::TwoPrompts)] {
        let lab = only(DeviceSpec { fault: fault.clone(), ..ios() }).await;
        let address = lab.devices()[0].address;
        let methods = blocking(move || {
            let client = Client::connect(address);
            let methods = client.methods("lab");
            let mut shell = client.keyboard_interactive("lab", "lab-password").shell();
            shell.until("lab-core-01#");
            methods
        })
        .await;
        assert_eq!(methods.contains("password"), fault.is_none(), "{methods}");
        assert!(methods.contains("keyboard-interactive"), "{methods}");
    }
}

#[tokio::test]
async fn banners_come_before_the_login_and_before_the_prompt() {
    let mut spec = DeviceSpec { banner: Some("in the shell #\n\nsecond".into()), ..ios() };
    spec.options.login_banner = Some("before the login #\n".into());
    let lab = only(spec).await;
    let address = lab.devices()[0].address;
    let (before, after) = blocking(move || {
        let client = Client::connect(address);
        client.methods("lab");
        let before = client.session.userauth_banner().unwrap().unwrap_or_default().to_owned();
        (before, client.password("lab", "lab-password").shell().until("lab-core-01#"))
    })
    .await;
    assert_eq!(before, "before the login #\n");
    assert_eq!(after, "in the shell #\r\n\r\nsecond\r\n\r\nlab-core-01#");
}

#[tokio::test]
async fn wrong_passwords_are_refused_counted_and_end_the_connection() {
    let lab = only(ios()).await;
    let device = &lab.devices()[0];
    let address = device.address;
    let (accepted, ended) = blocking(move || {
        let client = Client::connect(address);
        client.methods("lab");
        let accepted = (0..6).filter(|_| client.session.userauth_password("lab", "guess").is_ok()).count();
        // The right one comes too late.
        (accepted, client.session.userauth_password("lab", "lab-password").is_err())
    })
    .await;
    assert_eq!((accepted, ended, device.logins_refused(), device.logins()), (0, true, 6, 0));

    device.set_fault(Some(Fault::WrongPassword));
    let refused =
        blocking(move || Client::connect(address).session.userauth_password("lab", "lab-password").is_err()).await;
    assert!(refused);
    assert_eq!(device.logins_refused(), 7);
}

#[tokio::test]
async fn enable_is_asked_for_and_long_output_paged() {
    let config: String = (1..=60).map(|n| format!("line {n}\n")).collect();
    let lab = only(ios().with_config(config.clone()).with_enable("lab-enable")).await;
    let address = lab.devices()[0].address;
    let read = blocking(move || {
        let mut shell = Client::connect(address).password("lab", "lab-password").shell();
        shell.until("lab-core-01>");
        shell.say("enable\n", "Password: ");
        shell.say("lab-enable\n", "lab-core-01#");
        let mut read = shell.say("show run\n", " --More-- ");
        read += &shell.say(" ", " --More-- ");
        read + &shell.say(" ", "lab-core-01#")
    })
    .await;
    let erase = format!(" --More-- {0}        {0}", "\x08".repeat(9));
    assert_eq!(read.matches(&erase).count(), 2);
    assert!(read.replace(&erase, "").contains(&on_the_wire(&config)), "{read}");
}

#[tokio::test]
async fn a_large_configuration_of_every_platform_arrives_complete() {
    let mut specs: Vec<DeviceSpec> = Platform::ALL.map(|platform| DeviceSpec::new("lab-big", platform)).into();
    specs.iter_mut().for_each(|spec| spec.config_bytes = Some(300_000));
    let lab = Lab::start(specs).await.unwrap();
    for device in lab.devices().iter().filter(|device| device.spec.platform != Platform::CiscoIos) {
        let (address, platform) = (device.address, device.spec.platform);
        let command = match platform {
            Platform::JuniperJunos => "show configuration",
            Platform::Linux => "cat /etc/hosts",
            _ => "show running-config",
        };
        let output = blocking(move || Client::connect(address).password("lab", "lab-password").exec(command)).await;
        let volatile =
            |line: &&str| !line.starts_with("!Time") && !line.starts_with("!Running") && !line.starts_with("## ");
        let config = device.config();
        assert!(output.len() > 290_000, "{platform}: {}", output.len());
        assert!(output.lines().filter(volatile).eq(config.lines().filter(volatile)), "{platform}");
    }
}

#[tokio::test]
async fn host_keys_follow_the_seed_and_change_when_told() {
    let seeded = || DeviceSpec { host_key_seed: 7, ..ios() };
    let lab =
        Lab::start(vec![seeded(), seeded().with_fault(Fault::ChangedHostKey { after_connections: 1 })]).await.unwrap();
    let [steady, changing] = [0, 1].map(|index| lab.devices()[index].address);
    let before = [0, 1].map(|index| lab.devices()[index].fingerprint());
    let keys =
        blocking(move || [steady, steady, changing, changing].map(|address| Client::connect(address).host_key_hash()))
            .await;
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3], "{keys:?}");
    let after = [0, 1].map(|index| lab.devices()[index].fingerprint());
    assert!(before[0] == before[1] && before[0] == after[0] && after[0] != after[1], "{before:?} {after:?}");
    assert!(before[0].starts_with("SHA256:"), "{before:?}");
}

#[tokio::test]
async fn stopping_a_lab_ends_its_connections_and_frees_its_ports() {
    let lab = only(ios()).await;
    let address = lab.devices()[0].address;
    let (started, wait) = std::sync::mpsc::channel();
    let client = blocking(move || {
        let mut shell = Client::connect(address).password("lab", "lab-password").shell();
        shell.until("lab-core-01#");
        started.send(()).unwrap();
        shell.until_end().1
    });
    let client = tokio::spawn(client);
    tokio::task::spawn_blocking(move || wait.recv_timeout(Duration::from_secs(30)).unwrap()).await.unwrap();
    lab.stop().await;
    assert_eq!(client.await.unwrap(), Ended::Closed);
    let again = Lab::start(vec![DeviceSpec { port: address.port(), ..ios() }]).await.unwrap();
    let taken = Lab::start(vec![DeviceSpec { port: address.port(), ..ios() }]).await.err().unwrap().to_string();
    assert!(taken.contains("lab-core-01 cannot listen on") && taken.contains("Choose another port"), "{taken}");
    drop(again);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_devices_are_read_at_once() {
    let lab = Lab::start(fleet(40, 100_000)).await.unwrap();
    let readers: Vec<_> = lab
        .devices()
        .iter()
        .map(|device| {
            let (address, platform) = (device.address, device.spec.platform);
            let command = if platform == Platform::JuniperJunos { "show configuration" } else { "show running-config" };
            tokio::spawn(blocking(move || Client::connect(address).password("lab", "lab-password").exec(command).len()))
        })
        .collect();
    for reader in readers {
        assert!(reader.await.unwrap() > 90_000);
    }
    assert!(lab.devices().iter().all(|device| device.readings() == 1 && device.connections() == 1));
}
