//! Devices that are asked by commands on channels of their own.

use netraven_lab::{DeviceSpec, Platform};

use crate::support::{Client, blocking, only};
use crate::{CONFIG, ios, on_the_wire};

#[tokio::test]
async fn a_device_without_a_shell_still_runs_commands() {
    let mut spec = ios();
    spec.options.no_shell = true;
    let lab = only(spec).await;
    let address = lab.devices()[0].address;
    let (shell, config) = blocking(move || {
        let client = Client::connect(address).password("lab", "lab-password");
        let mut channel = client.session.channel_session().unwrap();
        channel.request_pty("vt100", None, None).unwrap();
        (channel.shell().is_ok(), client.exec("show running-config"))
    })
    .await;
    assert!(!shell, "it gives no shell");
    assert_eq!(config.trim_end(), on_the_wire(CONFIG).trim_end());
}

#[tokio::test]
async fn several_commands_run_beside_an_open_shell() {
    let lab =
        only(DeviceSpec::new("lab-host", Platform::Linux).with_config("### /etc/hosts\n127.0.0.1 localhost\n")).await;
    let address = lab.devices()[0].address;
    let answers = blocking(move || {
        let client = Client::connect(address).password("lab", "lab-password");
        let mut shell = client.session.channel_session().unwrap();
        shell.shell().unwrap();
        ["cat /etc/hosts", "echo hello"].map(|command| client.exec(command))
    })
    .await;
    assert_eq!(answers, ["### /etc/hosts\n127.0.0.1 localhost\n", "hello\n"]);
}
