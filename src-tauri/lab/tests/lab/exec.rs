//! Devices that are asked beside their shell: by commands on channels of their own, and for files.

use std::io::Read as _;
use std::path::Path;

use netraven_lab::{DeviceSpec, Platform, Recording};

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

#[tokio::test]
async fn a_recorded_file_of_any_size_is_read_by_sftp() {
    let text = "interface lan\n".repeat(20_000);
    let recording = Recording::parse(&format!(
        "platform = 'x'\nhostname = 'fw1'\nprompt = 'fw1#'\nbanner = ''\n\
         [[file]]\npath = '/conf'\ntext = '''{text}'''\n"
    ));
    let lab = only(DeviceSpec::replaying(recording.unwrap())).await;
    let address = lab.devices()[0].address;
    let (read, missing) = blocking(move || {
        let client = Client::connect(address).password("lab", "lab-password");
        let sftp = client.session.sftp().unwrap();
        let mut read = String::new();
        sftp.open(Path::new("/conf")).unwrap().read_to_string(&mut read).unwrap();
        (read, sftp.open(Path::new("/conf/old")).is_err())
    })
    .await;
    assert!(read == text, "{} of {} bytes", read.len(), text.len());
    assert!(missing);
    assert_eq!(lab.devices()[0].commands(), ["sftp:/conf", "sftp:/conf/old"]);
}
