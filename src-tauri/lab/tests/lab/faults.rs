//! Devices with a fault, each seen from outside as it was designed.

use std::time::{Duration, Instant};

use netraven_lab::Fault;

use crate::support::{Client, Ended, blocking, exec_until_end, idle, only, plain_tcp};
use crate::{CONFIG, ios, on_the_wire};

#[tokio::test]
async fn connections_that_break_off_show_what_was_sent_before() {
    for (fault, last) in [
        (Fault::DropsHalfWay, "interface Vlan1\r\n shutdo"),
        (Fault::DropsHalfWayAfterLookAlike, "interface Vlan1\r\nlab-core-01#"),
    ] {
        let lab = only(ios().with_fault(fault)).await;
        let device = &lab.devices()[0];
        let address = device.address;
        let read = exec_until_end(address, "show running-config").await;
        assert!(read.ends_with(last), "{read:?}");
        idle(device).await;
        let ended = blocking(move || {
            let mut shell = Client::connect(address).password("lab", "lab-password").shell();
            shell.until("lab-core-01#");
            shell.write("show running-config\n");
            shell.until_end().1
        })
        .await;
        assert_eq!(ended, Ended::Closed);
        idle(device).await;
    }
}

#[tokio::test]
async fn a_large_configuration_that_breaks_off_arrives_to_its_middle() {
    let config: String = (0..40_000).map(|n| format!("line {n:06}\n")).collect();
    let whole = on_the_wire(&config);
    for fault in [Fault::DropsHalfWay, Fault::DropsHalfWayAfterLookAlike] {
        let lab = only(ios().with_config(config.clone()).with_fault(fault.clone())).await;
        let read = exec_until_end(lab.devices()[0].address, "show running-config").await;
        let read = read.strip_suffix("lab-core-01#").unwrap_or(&read);
        assert!(whole.starts_with(read) && read.len().abs_diff(whole.len() / 2) < 30, "{fault:?}: {}", read.len());
    }
}

#[tokio::test]
async fn a_prompt_look_alike_comes_with_a_pause_and_then_the_rest() {
    let lab = only(ios().with_fault(Fault::LookAlike { pause: Duration::from_millis(300) })).await;
    let address = lab.devices()[0].address;
    let (first, waited, rest) = blocking(move || {
        let mut shell = Client::connect(address).password("lab", "lab-password").shell();
        shell.until("lab-core-01#");
        let first = shell.say("show running-config\n", "lab-core-01#");
        let since = Instant::now();
        let rest = shell.until("lab-core-01#");
        (first, since.elapsed(), rest)
    })
    .await;
    assert!(first.ends_with("interface Vlan1\r\nlab-core-01#"), "{first:?}");
    assert!(waited >= Duration::from_millis(250), "{waited:?}");
    assert_eq!(rest, "\r\n shutdown\r\n!\r\nend\r\n\r\nlab-core-01#");
}

#[tokio::test]
async fn silent_devices_stay_connected_and_notice_when_the_client_leaves() {
    let lab = only(ios().with_fault(Fault::SilentAfterLogin)).await;
    let device = &lab.devices()[0];
    let address = device.address;
    let stop = Duration::from_millis(300);
    let ended = blocking(move || {
        let mut shell = Client::connect(address).password("lab", "lab-password").shell();
        shell.write("\n");
        shell.quiet_for(stop)
    })
    .await;
    assert_eq!(ended, ("".into(), Ended::TimedOut));
    idle(device).await;

    device.set_fault(Some(Fault::Stalls { after_bytes: 10 }));
    let (read, ended) = blocking(move || {
        let mut shell = Client::connect(address).password("lab", "lab-password").shell();
        shell.until("lab-core-01#");
        shell.write("show running-config\n");
        shell.quiet_for(stop)
    })
    .await;
    assert_eq!((read.as_str(), ended), ("show running-config\r\nhostname l", Ended::TimedOut));
    idle(device).await;

    device.set_fault(Some(Fault::NeverAnswers));
    let ended = blocking(move || plain_tcp(address, stop)).await;
    assert_eq!(ended, ("".into(), Ended::TimedOut));
    idle(device).await;
}

#[tokio::test]
async fn what_is_not_ssh_and_what_closes_at_once_say_so() {
    let lab = only(ios().with_fault(Fault::NotSsh)).await;
    let address = lab.devices()[0].address;
    let limit = Duration::from_secs(10);
    let (read, ended) = blocking(move || plain_tcp(address, limit)).await;
    assert!(read.starts_with("HTTP/1.1 400"), "{read}");
    assert_eq!(ended, Ended::Closed);
    lab.devices()[0].set_fault(Some(Fault::ClosesAtConnect));
    let ended = blocking(move || plain_tcp(address, limit)).await;
    assert_eq!(ended, ("".into(), Ended::Closed));
}

#[tokio::test]
async fn a_slow_device_takes_its_time_and_sends_everything() {
    let lab = only(ios().with_fault(Fault::Slow { bytes_per_second: 400 })).await;
    let address = lab.devices()[0].address;
    let (read, took) = blocking(move || {
        let client = Client::connect(address).password("lab", "lab-password");
        let since = Instant::now();
        (client.exec("show running-config"), since.elapsed())
    })
    .await;
    assert_eq!(read, on_the_wire(CONFIG) + "\r\n");
    assert!(took >= Duration::from_millis(120), "{took:?}");
}

#[tokio::test]
async fn commands_typed_during_slow_output_wait_for_its_end() {
    let lab = only(ios().with_fault(Fault::Slow { bytes_per_second: 2_000 })).await;
    let address = lab.devices()[0].address;
    let read = blocking(move || {
        let mut shell = Client::connect(address).password("lab", "lab-password").shell();
        shell.until("lab-core-01#");
        shell.say("show running-config\n", "hostname");
        shell.write("show version\n");
        shell.until("Configuration register")
    })
    .await;
    assert!(
        read.starts_with(&on_the_wire(
            " lab-core-01\n!\ninterface Vlan1\n shutdown\n!\nend\n\nlab-core-01#show version\n"
        )),
        "{read:?}"
    );
}

#[tokio::test]
async fn legacy_devices_offer_nothing_newer() {
    let lab = only(ios().with_fault(Fault::LegacyAlgorithms)).await;
    let address = lab.devices()[0].address;
    let (methods, read) = blocking(move || {
        let client = Client::connect(address).password("lab", "lab-password");
        (client.algorithms(), client.exec("show running-config"))
    })
    .await;
    assert!(methods.contains("sha1") && methods.contains("ssh-rsa") && methods.contains("cbc"), "{methods}");
    assert_eq!(read, on_the_wire(CONFIG) + "\r\n");
}
