//! Simulated devices over real SSH, as a libssh2 client sees them.

// Everything here is test code; the lint's own exception sees only functions marked as tests.
#![allow(clippy::unwrap_used)]

mod exec;
mod faults;
mod healthy;
mod support;
mod telnet;

use netraven_lab::{DeviceSpec, Platform};

const CONFIG: &str = "hostname lab-core-01\n!\ninterface Vlan1\n shutdown\n!\nend\n";

fn ios() -> DeviceSpec {
    DeviceSpec::new("lab-core-01", Platform::CiscoIos).with_config(CONFIG)
}

fn on_the_wire(config: &str) -> String {
    config.replace('\n', "\r\n")
}
