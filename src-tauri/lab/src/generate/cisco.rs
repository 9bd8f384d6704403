//! Configurations of the command-line family that began with IOS: IOS, NX-OS and EOS.

use super::{Draft, TIME};

const ACTIONS: [&str; 2] = ["permit", "deny"];
const PORTS: [&str; 5] = ["443", "22", "161", "179", "8443"];

pub(super) fn ios(draft: &mut Draft<'_>) {
    let host = draft.spec.hostname.clone();
    draft.line("Building configuration...");
    draft.line("");
    draft.line(format!("Current configuration : {} bytes", draft.target));
    draft.line("!");
    draft.line(format!("! Last configuration change at {TIME} by lab"));
    draft.lines("!\nversion 16.12\nservice timestamps debug datetime msec\nservice timestamps log datetime msec\n");
    draft.lines("service password-encryption\n!\n");
    draft.line(format!("hostname {host}"));
    let (enable, user) = (draft.dice.letters(43), draft.dice.letters(22));
    draft.line(format!("!\nenable secret 9 $9${enable}"));
    draft.line("!\naaa new-model\naaa authentication login default local");
    draft.line(format!("username lab privilege 15 secret 5 $1$labx${user}"));
    draft.line("ip domain name lab.example\nvtp mode transparent\n!");
    for vlan in 0..4 {
        let name = draft.dice.pick(&["users", "voice", "servers", "printers", "cameras"]);
        draft.line(format!("vlan {}\n name {name}-{vlan}\n!", 10 * (vlan + 1)));
    }
    let network = draft.network();
    draft.line(format!("interface Loopback0\n ip address 10.255.{network}.1 255.255.255.255\n!"));
    let uplink = draft.uplink();
    draft.line(format!(
        "interface GigabitEthernet1/0/1\n description {uplink}\n no switchport\n ip address 10.{network}.0.1 255.255.255.252\n!"
    ));
    for port in 2..=24 {
        let (vlan, spare) = (10 * (1 + draft.dice.below(4)), draft.dice.below(4) == 0);
        draft.line(format!(
            "interface GigabitEthernet1/0/{port}\n switchport access vlan {vlan}\n switchport mode access"
        ));
        draft.line(if spare { " shutdown\n!" } else { " spanning-tree portfast\n!" });
        if !draft.wants_more(1_100) {
            break;
        }
    }
    draft.line(format!(
        "router ospf 1\n router-id 10.255.{network}.1\n passive-interface default\n network 10.{network}.0.0 0.0.255.255 area 0\n!"
    ));
    draft.line("ip route 0.0.0.0 0.0.0.0 10.0.0.254\nip ssh version 2\n!");
    access_list(draft, "ip access-list extended LAB-FILTER", 600, |draft, _| {
        let (action, port, a, b) = rule(draft);
        format!(" {action} tcp 10.{a}.{b}.0 0.0.0.255 any eq {port}")
    });
    let (community, key) = (draft.dice.letters(10), draft.dice.letters(16));
    draft.line(format!("!\nsnmp-server community {community} RO\nsnmp-server location rack {}", network % 40));
    draft.line(format!("tacacs server LAB\n address ipv4 192.0.2.10\n key 7 {key}\n!"));
    draft.line("banner motd ^C\n*** lab use only # everything is recorded ***\n^C\n!");
    draft.line(
        "line con 0\n logging synchronous\nline vty 0 4\n transport input ssh\nline vty 5 15\n transport input ssh\n!",
    );
    draft.line("ntp server 192.0.2.123\n!\nend");
}

pub(super) fn nxos(draft: &mut Draft<'_>) {
    let (host, version) = (draft.spec.hostname.clone(), draft.facts.version);
    draft.line("");
    draft.line("!Command: show running-config");
    draft.line(format!("!Running configuration last done at: {TIME}"));
    draft.line(format!("!Time: {TIME}"));
    draft.line("");
    draft.line(format!("version {version} Bios:version 07.69"));
    draft.line(format!("hostname {host}\nvdc {host} id 1\n  limit-resource vlan minimum 16 maximum 4094\n"));
    draft.line("feature ospf\nfeature bgp\nfeature interface-vlan\nfeature lacp\nfeature vpc\n");
    let (user, key) = (draft.dice.letters(43), draft.dice.letters(20));
    draft.line(format!("username admin password 5 $5$LABLAB${user}  role network-admin"));
    draft.line(format!("username lab password 5 $5$LABLAB${user}  role network-admin"));
    draft.line("banner motd ^\n*** lab use only # everything is recorded ***\n^\n");
    draft.line(format!("snmp-server user lab network-admin auth md5 0x{key} priv 0x{key} localizedkey"));
    draft.line("ntp server 192.0.2.123 use-vrf management\n");
    draft.line("vlan 1,10,20,30\nvlan 10\n  name users\nvlan 20\n  name servers\nvlan 30\n  name storage\n");
    let network = draft.network();
    let uplink = draft.uplink();
    draft.line(format!(
        "interface Vlan10\n  no shutdown\n  ip address 10.{network}.10.1/24\n\ninterface Ethernet1/1\n  description {uplink}\n  no switchport\n  ip address 10.{network}.0.2/30\n  no shutdown\n"
    ));
    for port in 2..=48 {
        let vlan = 10 * (1 + draft.dice.below(3));
        draft.line(format!(
            "interface Ethernet1/{port}\n  switchport access vlan {vlan}\n  spanning-tree port type edge\n"
        ));
        if !draft.wants_more(700) {
            break;
        }
    }
    access_list(draft, "ip access-list LAB-FILTER", 450, |draft, number| {
        let (action, port, a, b) = rule(draft);
        format!("  {number} {action} tcp 10.{a}.{b}.0/24 any eq {port}")
    });
    draft.line(format!("\ninterface mgmt0\n  vrf member management\n  ip address 192.0.2.{network}/24\n"));
    draft.line("line console\nline vty\n  exec-timeout 15");
    draft.line("boot nxos bootflash:/nxos.9.3.10.bin");
    draft.line(format!("router ospf 1\n  router-id 10.255.{network}.2\n  passive-interface default\n"));
}

pub(super) fn eos(draft: &mut Draft<'_>) {
    let (host, model, version) = (draft.spec.hostname.clone(), draft.facts.model, draft.facts.version);
    draft.line("! Command: show running-config");
    draft.line(format!("! device: {host} ({model}, EOS-{version})"));
    draft.line("!\n! boot system flash:/EOS-4.28.3M.swi\n!\nno aaa root\n!");
    let secret = draft.dice.letters(86);
    draft.line(format!("username lab privilege 15 role network-admin secret sha512 $6$lablab${secret}\n!"));
    draft.line("transceiver qsfp default-mode 4x10G\n!\nservice routing protocols model multi-agent\n!");
    draft.line(format!("hostname {host}\n!\nntp server 192.0.2.123\n!\nspanning-tree mode mstp\n!"));
    draft.line("vlan 10\n   name users\n!\nvlan 20\n   name servers\n!");
    let network = draft.network();
    let uplink = draft.uplink();
    draft.line(format!(
        "interface Ethernet1\n   description {uplink}\n   no switchport\n   ip address 10.{network}.0.6/30\n!"
    ));
    for port in 2..=48 {
        let vlan = 10 * (1 + draft.dice.below(2));
        draft.line(format!("interface Ethernet{port}\n   switchport access vlan {vlan}\n   spanning-tree portfast\n!"));
        if !draft.wants_more(700) {
            break;
        }
    }
    draft.line(format!("interface Management1\n   ip address 192.0.2.{network}/24\n!"));
    access_list(draft, "ip access-list LAB-FILTER", 500, |draft, number| {
        let (action, port, a, b) = rule(draft);
        format!("   {number} {action} tcp 10.{a}.{b}.0/24 any eq {port}")
    });
    let (community, key) = (draft.dice.letters(10), draft.dice.letters(14));
    draft.line(format!(
        "!\nip routing\n!\nsnmp-server community {community} ro\ntacacs-server host 192.0.2.10 key 7 {key}\n!"
    ));
    draft.line(format!(
        "router bgp 65{network:03}\n   router-id 10.255.{network}.3\n   neighbor 10.{network}.0.5 remote-as 65000\n!"
    ));
    draft.line("banner login\n*** lab use only # everything is recorded ***\nEOF\n!\nmanagement ssh\n   idle-timeout 30\n!\nend");
}

/// A list of rules that fills the text up to the wished length, but for `rest` bytes.
fn access_list(draft: &mut Draft<'_>, title: &str, rest: usize, rule: impl Fn(&mut Draft<'_>, u64) -> String) {
    draft.line(title);
    let mut number = 10;
    loop {
        let rule = rule(draft, number);
        draft.line(rule);
        number += 10;
        if !draft.wants_more(rest) {
            break;
        }
    }
}

fn rule(draft: &mut Draft<'_>) -> (&'static str, &'static str, u64, u64) {
    (draft.dice.pick(&ACTIONS), draft.dice.pick(&PORTS), draft.dice.below(250), draft.dice.below(250))
}
