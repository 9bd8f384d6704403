//! What a device says about itself: model, serial number and version.

use std::ops::Range;

use netraven_api::evidence::Facts;

use super::definition::{Definition, FactField, Purpose};

/// Reads the facts from the answers of the facts commands, joined.
pub fn facts(definition: &Definition, text: &str) -> Facts {
    let find = |field: FactField| place_of(definition, text, field).map(|place| text[place].to_string());
    Facts { model: find(FactField::Model), serial: find(FactField::Serial), version: find(FactField::Version) }
}

/// Where in the answers of the facts commands a fact stands.
pub(super) fn place_of(definition: &Definition, text: &str, field: FactField) -> Option<Range<usize>> {
    let rules = definition.facts.iter().filter(|rule| rule.field == field);
    let mut values = rules.filter_map(|rule| rule.pattern.captures(text)?.get(1));
    values.find_map(|value| {
        let start = value.start() + value.as_str().len() - value.as_str().trim_start().len();
        // Some devices list these values in a sentence.
        let bare = value.as_str().trim().trim_end_matches([',', ';']);
        (!bare.is_empty()).then(|| start..start + bare.len())
    })
}

/// Reads the facts of a whole reading: from what was asked for them. A configuration may speak of versions and numbers of
/// other things, so it is searched only where a platform has no command for facts.
pub fn facts_of(definition: &Definition, about: &str, config: &str) -> Facts {
    let asks = definition.commands.iter().any(|command| command.purpose == Purpose::Facts);
    facts(definition, if asks { about } else { config })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Registry;

    fn check(platform: &str, text: &str, model: &str, serial: &str, version: &str) {
        let definition = Registry::load(None).0.get(platform).expect("built in");
        let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let expect = Facts { model: some(model), serial: some(serial), version: some(version) };
        assert_eq!(facts(&definition, text), expect, "{text}");
    }

    /// A version of a protocol in the configuration is none of the device's.
    #[test]
    fn a_configuration_tells_facts_only_where_nothing_is_asked_for_them() {
        let config = "snmp-server host 192.0.2.1 version v2c 4 public\nserial: 00F\nmodel: X\n";
        let generic = Registry::load(None).0.get("generic").expect("built in");
        assert_eq!(facts_of(&generic, "", config), Facts::default());
        assert_eq!(facts_of(&generic, "Version: 1.2\n", config).version.as_deref(), Some("1.2"));
        let text = "name = 'x'\ntitle = 'X'\nvendor = 'X'\nerrors = ['^%']\n[prompt]\npattern = '(?P<host>\\w+)#'\n\
                    [[commands]]\nsend = 'show'\npurpose = 'config'\n[[facts]]\nfield = 'model'\npattern = '^model: (.*)$'\n";
        let silent = Definition::parse("x.toml", text).unwrap();
        assert_eq!(facts_of(&silent, "", config).model.as_deref(), Some("X"));
    }

    #[test]
    fn reads_each_platforms_own_words() {
        let ios = "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 15.0(2)SE11, RELEASE SOFTWARE (fc3)\n\
                   cisco WS-C2960-24TT-L (PowerPC405) processor (revision C0) with 65536K bytes of memory.\n\
                   Processor board ID FOC1010X104\nModel number                    : WS-C2960-24TC-L\n\
                   System serial number            : FOC1010X105\n";
        check("cisco_ios", ios, "WS-C2960-24TC-L", "FOC1010X105", "15.0(2)SE11");
        let xe = "Cisco IOS XE Software, Version 17.09.04a\ncisco ISR4331/K9 (1RU) processor with 1687137K/6147K bytes\n\
                  Processor board ID FDO2012A0AB\n";
        check("cisco_ios", xe, "ISR4331/K9", "FDO2012A0AB", "17.09.04a");
        let nxos = "Software\n  BIOS: version 07.69\n  NXOS: version 9.3(10)\nHardware\n  cisco Nexus9000 C93180YC-EX chassis \n\
                    \x20 Processor Board ID FDO21120AAA\n";
        check("cisco_nxos", nxos, "Nexus9000 C93180YC-EX", "FDO21120AAA", "9.3(10)");
        let eos = "Arista DCS-7050TX-64-R\nHardware version: 01.01\nSerial number: \nSoftware image version: 4.28.3M\n";
        check("arista_eos", eos, "DCS-7050TX-64-R", "", "4.28.3M");
        let junos = "Hostname: r1\nModel: mx204\nJunos: 21.4R3.15\nItem    Version  Part number  Serial number  Description\n\
                     Chassis                                AB123             MX204\n";
        check("juniper_junos", junos, "mx204", "AB123", "21.4R3.15");
        let linux = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nLinux 6.1.0-25-amd64\nModel: \nSerial: $(cat\n";
        check("linux", linux, "", "", "Debian GNU/Linux 12 (bookworm)");
        check("generic", "System: x\nModel: ZX-9\nSerial: 00F\nVersion: 1.2.3\n", "ZX-9", "00F", "1.2.3");
        let listed = "Cisco IOS Software, C3560 Software (C3560-X), Version 12.2(55)SE5, RELEASE SOFTWARE (fc1)\n\
                      cisco WS-C3560-24PS (PowerPC405) processor (revision D0) with 131072K bytes of memory.\n\
                      Processor board ID FDO1140K0AB, with hardware revision 0x0\n";
        check("cisco_ios", listed, "WS-C3560-24PS", "FDO1140K0AB", "12.2(55)SE5");
        let nxos = "  NXOS: version 10.2(3),\n  cisco Nexus3000 C3172TQ chassis,\n  Processor Board ID FOC1140R0AB,\n";
        check("cisco_nxos", nxos, "Nexus3000 C3172TQ", "FOC1140R0AB", "10.2(3)");
        check(
            "generic",
            "Model: ZX-9, rev B\nSerial No: 00F;\nSoftware version 1.2.3, build 7\n",
            "ZX-9, rev B",
            "00F",
            "1.2.3",
        );
        check("generic", "nothing to see", "", "", "");
    }
}
