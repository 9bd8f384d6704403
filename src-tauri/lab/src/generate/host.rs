//! Configurations of what is no known switch: files of a Linux host, and a plain list of settings.

use super::Draft;

pub(super) fn linux(draft: &mut Draft<'_>) {
    let host = draft.spec.hostname.clone();
    let (network, secret, uplink) = (draft.network(), draft.dice.letters(16), draft.uplink());
    draft.line(format!("\n### /etc/hostname\n{host}"));
    draft.line("\n### /etc/motd\nlab use only # everything is recorded");
    draft.line(format!("\n### /etc/snmp/snmpd.conf\nrocommunity {secret}"));
    draft.line(format!("\n### /etc/network/interfaces\n# {uplink}\nauto eth0\niface eth0 inet static"));
    draft.line(format!("    address 192.0.2.{network}/24\n    gateway 192.0.2.254"));
    draft.line("\n### /etc/hosts\n127.0.0.1 localhost");
    loop {
        let (a, b, name) = (draft.dice.below(250), draft.dice.below(250), draft.dice.below(9000));
        draft.line(format!("10.{a}.{b}.1 node{name}.lab.example"));
        if !draft.wants_more(20) {
            break;
        }
    }
}

pub(super) fn generic(draft: &mut Draft<'_>) {
    let (host, network, secret) = (draft.spec.hostname.clone(), draft.network(), draft.dice.letters(20));
    let uplink = draft.uplink();
    draft.line(format!("system name {host}\nsystem banner \"lab use only # everything is recorded\""));
    draft.line(format!("user lab password encrypted {secret}\nsnmp community {secret}"));
    draft.line(format!("port 1 description \"{uplink}\"\nport 1 address 10.{network}.0.14/30"));
    for port in 2.. {
        let vlan = 10 * (1 + draft.dice.below(3));
        draft.line(format!("port {port} vlan {vlan}"));
        if !draft.wants_more(5) {
            break;
        }
    }
    draft.line("end");
}
