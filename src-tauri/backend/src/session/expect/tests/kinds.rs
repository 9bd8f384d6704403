//! The built-in platforms against devices of many makers: log lines, refusals, prompts, pagers and questions in their own words.

use std::sync::Arc;

mod logs;
mod pagers;
mod prompts;
mod questions;
mod refusals;
mod sign_in;

use super::*;
use crate::platforms::{Purpose, Registry};

/// A built-in platform without its startup configuration, of which other tests tell.
pub(super) fn platform(name: &str) -> Arc<Definition> {
    let mut definition = Definition::clone(&Registry::load(None).0.get(name).expect("built in"));
    definition.commands.retain(|command| command.purpose != Purpose::Startup);
    Arc::new(definition)
}

fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_string().into_boxed_str())
}

/// A device of a built-in platform that pages nothing, with this answer to the configuration's command.
fn at(prompt: &str, definition: &Definition, answer: Vec<Act>) -> Device {
    let mut device = Device::new(prompt);
    for command in &definition.paging.off {
        device = device.answers(leaked(&command.send), vec![]);
    }
    for command in &definition.commands {
        let acts = match command.purpose {
            Purpose::Facts => vec![say("Model: X-9\nSerial: 00F\nVersion: 1.2.3\n")],
            Purpose::Config | Purpose::Startup | Purpose::File => answer.clone(),
        };
        device = device.answers(leaked(&command.send), acts);
    }
    device
}

fn config_command(definition: &Definition) -> &'static str {
    leaked(&definition.commands.iter().find(|command| command.purpose == Purpose::Config).unwrap().send)
}

const IOS: &str = "version 15.2\nhostname sw1\n!\ninterface Gi0/1\n description to rack 1\n!\nline vty 0 4\nend\n";
const JUNOS: &str =
    "version 21.4R3;\nsystem {\n    host-name r1;\n}\ninterfaces {\n    ge-0/0/0 {\n        unit 0;\n    }\n}\n";
const LINUX: &str =
    "### /etc/hosts\n127.0.0.1 localhost\n\n### /etc/sysctl.conf\nnet.ipv4.ip_forward=1\n\n### end of configuration\n";
const FLAT: &str = "hostname sw1\nvlan 1\ninterface ethernet 1\n name port-1\nexit\nsnmp-server contact x\n";

/// Platform, prompt and configuration.
const ALL: [(&str, &str, &str); 6] = [
    ("cisco_ios", "sw1#", IOS),
    ("cisco_nxos", "sw1# ", IOS),
    ("arista_eos", "sw1#", IOS),
    ("juniper_junos", "ops@r1> ", JUNOS),
    ("linux", "ops@h1:~$ ", LINUX),
    ("generic", "sw1#", FLAT),
];

/// Lines of the log of many makers.
const LOGS: &[&str] = &[
    "%SYS-5-CONFIG_I: Configured from console by ops on vty0 (192.0.2.9)",
    "*Jan  1 00:01:02.003: %SYS-5-CONFIG_I: Configured from console by ops on vty0 (192.0.2.9)",
    "000123: *Jan  1 00:01:02.003 CET: %LINK-3-UPDOWN: Interface GigabitEthernet0/7, changed state to down",
    "3w2d: %LINEPROTO-5-UPDOWN: Line protocol on Interface Vlan7, changed state to up",
    "*Jan  1 00:01:02: IP: s=192.0.2.1 (local), d=192.0.2.9, len 40, sending",
    "2026 Jan  1 00:01:02 sw1 %ETHPORT-5-IF_UP: Interface Ethernet1/7 is up in Layer3",
    "Jan  1 00:01:02 sw1 Lldp: %LLDP-5-NEIGHBOR_NEW: LLDP neighbor added on interface Ethernet7",
    "%Jan  1 00:01:02:003 2026 sw1 SHELL/5/SHELL_LOGIN: ops logged in from 192.0.2.9.",
    "#Jan  1 00:01:02:003 2026 sw1 SHELL/4/LOGIN: Trap 1.3.6.1.4.1.25506: login from VTY",
    "#Jan  1 2026 00:01:02+01:00 sw1 IFNET/4/IF_STATE: the state of interface 7 changed",
    "Jan  1 2026 00:01:02 sw1 %%01IFNET/4/LINK_STATE(l)[7]:The line protocol has entered the UP state.",
    "<189>Jan  1 00:01:02 192.0.2.1 TRAPMGR[traptask]: traputil.c(721) 7 %% Link Down: 0/7",
    "<12> Jan  1 00:01:02 sw1 CLI_WEB[emWeb]: login",
    "I 01/01/26 00:01:02 00076 ports: port 7 is now on-line",
    "W 01/01/26 00:01:02 FFI: port 7-High collision or drop rate.",
    "01/01/2026 00:01:02.12 <Info:vlan.msgs.portLinkStateUp> Port 7 link UP at speed 1 Gbps",
    "An alarm 18433 ID 1 level 3 occurred at 00:01:02 01/01/2026 sent by MPU",
    "jan/01/2026 00:01:02 system,info,account user ops logged in from 192.0.2.9 via ssh",
    "00:01:02 echo: system,info,account user ops logged in from 192.0.2.9 via ssh",
    "2026-01-01 00:01:02 id=20085 trace_id=7 func=print_pkt_detail msg=received",
    "7 2026/01/01 00:01:02.13 UTC MINOR: SYSTEM #2011 Base CONFIG_MODIFY",
    "\nMessage from syslogd@h1 at Jan  1 00:01:02 ...\n kernel:[12345.678] unregister_netdevice: waiting for lo",
    "\nBroadcast message from root@h1 (pts/0) (Thu Jan  1 00:01:02 2026):\n\nthe system goes down\n",
    "\r\nBroadcast message from systemd-journald@h1 (Thu 2026-01-01 00:01:02 UTC):\n\nkernel[1]: oops\n",
    "Message from syslogd@r1 at Jan  1 00:01:02  ...\nr1 fpc0 PFEMAN: restart",
    "[12345.678901] eth0: link up",
    "SYSLOG: <14>Jan  1 00:01:02 sw1 System: Interface ethernet 1/7, state up",
    "01-Jan-2026 00:01:02 %AAA-I-CONNECT: User CLI session for user ops over ssh, source 192.0.2.9",
    "Thu Jan  1 00:01:02 : SYSTEM (75) info message:\n+++ port 7 up",
    "2026/01/01-00:01:02, [SNMP-1005], 7, FID 128, INFO, sw1, login",
    "*Dot1x_NW_MsgTask_0: Jan 01 00:01:02.003: %DOT1X-3-MAX_EAP_RETRIES: 1x_auth_pae.c:6685",
    "***\n*** Message from tty2 to all terminals:\n***\nreload at noon",
    "***\n*** --- SHUTDOWN in 0:05:00 ---\n***",
    "%ASA-5-111008: User 'ops' executed the 'show running-config' command.",
    "RP/0/RSP0/CPU0:Jan  1 00:01:02.003 : ifmgr[193]: %PKT_INFRA-LINK-3-UPDOWN : Interface Te0/0/0/1",
    "2026-01-01T00:01:02.003Z warning sshd 4711 session opened",
    "#2026-01-01 00:01:02,[Link]/5/Link 7 up",
    "Jan  1 00:01:02 INFO: sshd[4711]: login",
    "[2026-01-01 00:01:02] EVENT: link 7 up",
    "2026.01.01 00:01:02 INFO link 7 up",
    "01.01.2026 00:01:02 link 7 up",
    "00:01:02.003 link 7 up",
    "Jan 01 00:01:02.003 link 7 up",
    "(00:01:02) link 7 up",
    "00d00h01m: %STP-6-TOPO: changed",
    "5d03h: link 7 up",
];

fn complain(bad: Vec<String>) {
    assert!(bad.is_empty(), "{} are amiss:\n{}", bad.len(), bad.join("\n"));
}

fn judged(outcome: &Outcome, expect: &str, what: &str, most: u64, bad: &mut Vec<String>) {
    match &outcome.result {
        Ok(conversed) => {
            let text = &conversed.answers.last().unwrap().text;
            if text != expect {
                let line = text.lines().zip(expect.lines()).find(|(got, want)| got != want);
                bad.push(format!(
                    "STORED {what}: {line:?} {} lines for {}",
                    text.lines().count(),
                    expect.lines().count()
                ));
            }
        }
        Err(error) => bad.push(format!("FAILED {what}: {:?} {} {:?}", error.cause, error.message, error.said)),
    }
    if outcome.took > Duration::from_millis(most) {
        bad.push(format!("SLOW {what}: {:?}", outcome.took));
    }
}
