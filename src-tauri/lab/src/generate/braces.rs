//! Configurations of Junos, as braces and as `set` lines.

use super::{Draft, TIME};

pub(super) fn junos(draft: &mut Draft<'_>) {
    let (host, version) = (draft.spec.hostname.clone(), draft.facts.version);
    let (root, user, network) = (draft.dice.letters(86), draft.dice.letters(86), draft.network());
    let uplink = draft.uplink();
    draft.line(format!("## Last commit: {TIME} by lab"));
    draft.line(format!("version {version};\nsystem {{\n    host-name {host};\n    root-authentication {{"));
    draft.line(format!("        encrypted-password \"$6$lablab${root}\"; ## SECRET-DATA\n    }}"));
    draft.line("    login {\n        message \"*** lab use only # everything is recorded ***\";");
    draft
        .line("        user lab {\n            uid 2000;\n            class super-user;\n            authentication {");
    draft.line(format!("                encrypted-password \"$6$lablab${user}\"; ## SECRET-DATA"));
    draft.line("            }\n        }\n    }\n    services {\n        ssh;\n        netconf {\n            ssh;\n        }\n    }");
    draft.line("    ntp {\n        server 192.0.2.123;\n    }\n}\ninterfaces {");
    draft.line(format!(
        "    ge-0/0/0 {{\n        description \"{uplink}\";\n        unit 0 {{\n            family inet {{"
    ));
    draft.line(format!("                address 10.{network}.0.10/30;\n            }}\n        }}\n    }}"));
    for port in 1..24 {
        let vlan = draft.dice.pick(&["users", "servers", "voice"]);
        draft.line(format!(
            "    ge-0/0/{port} {{\n        unit 0 {{\n            family ethernet-switching {{\n                vlan {{\n                    members {vlan};\n                }}\n            }}\n        }}\n    }}"
        ));
        if !draft.wants_more(1_100) {
            break;
        }
    }
    let community = draft.dice.letters(10);
    draft.line(format!("}}\nsnmp {{\n    community {community} {{\n        authorization read-only;\n    }}\n}}"));
    draft.line("policy-options {\n    prefix-list LAB-NETS {");
    loop {
        let (a, b) = (draft.dice.below(250), draft.dice.below(250));
        draft.line(format!("        10.{a}.{b}.0/24;"));
        if !draft.wants_more(450) {
            break;
        }
    }
    draft.line("    }\n}\nprotocols {\n    ospf {\n        area 0.0.0.0 {\n            interface ge-0/0/0.0;\n        }\n    }\n}");
    draft.line(format!("routing-options {{\n    router-id 10.255.{network}.4;\n    static {{"));
    draft.line(
        "        route 0.0.0.0/0 next-hop 10.0.0.254;\n    }\n}\nvlans {\n    users {\n        vlan-id 10;\n    }",
    );
    draft.line("    servers {\n        vlan-id 20;\n    }\n    voice {\n        vlan-id 30;\n    }\n}");
}

/// The same configuration as `set` lines (`| display set`).
pub(crate) fn as_set_lines(braces: &str) -> String {
    let mut path: Vec<&str> = Vec::new();
    let mut lines = String::new();
    for line in braces.lines().map(str::trim) {
        if line.is_empty() || line.starts_with("##") {
            continue;
        }
        if line == "}" {
            path.pop();
        } else if let Some(name) = line.strip_suffix(" {") {
            path.push(name);
        } else {
            let leaf = line.split(" ## ").next().unwrap_or(line).trim_end_matches(';');
            for word in ["set"].iter().chain(&path).chain(&[leaf]) {
                lines.push_str(word);
                lines.push(' ');
            }
            lines.pop();
            lines.push_str("\r\n");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::as_set_lines;

    #[test]
    fn braces_become_set_lines() {
        let braces = "## Last commit\r\nsystem {\r\n    host-name lab;\r\n    login {\r\n        user a {\r\n            uid 1; ## x\r\n        }\r\n    }\r\n}\r\nsnmp;\r\n";
        assert_eq!(as_set_lines(braces), "set system host-name lab\r\nset system login user a uid 1\r\nset snmp\r\n");
    }
}
