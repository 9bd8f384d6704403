//! What devices answer when asked who they are: version and inventory, with their generated facts in them.

use crate::generate::facts;
use crate::spec::{DeviceSpec, Platform};

/// The answer to `show version`, with `\r\n` line ends.
pub(crate) fn version(spec: &DeviceSpec) -> String {
    let (host, facts) = (&spec.hostname, facts(spec));
    let (model, version, serial) = (facts.model, facts.version, facts.serial);
    let text = match spec.platform {
        Platform::CiscoIos => format!(
            "Cisco IOS XE Software, Version {version}
Cisco IOS Software [Gibraltar], Catalyst L3 Switch Software (CAT3K_CAA-UNIVERSALK9-M), Version {version}, RELEASE SOFTWARE (fc5)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2020 by Cisco Systems, Inc.

ROM: IOS-XE ROMMON

{host} uptime is 12 weeks, 3 days, 4 hours, 51 minutes
System returned to ROM by reload
System image file is \"flash:packages.conf\"

cisco {model} (MIPS) processor (revision M0) with 794863K/6147K bytes of memory.
Processor board ID {serial}
24 Gigabit Ethernet interfaces
Model Number                       : {model}
System Serial Number               : {serial}

Configuration register is 0x102
"
        ),
        Platform::CiscoNxos => format!(
            "Cisco Nexus Operating System (NX-OS) Software
TAC support: http://www.cisco.com/tac

Software
  BIOS: version 07.69
  NXOS: version {version}
  NXOS image file is: bootflash:///nxos.9.3.10.bin

Hardware
  cisco Nexus9000 {model} Chassis
  Intel(R) Xeon(R) CPU  with 24571132 kB of memory.
  Processor Board ID {serial}
  Device name: {host}
  bootflash:   53298520 kB

Kernel uptime is 81 day(s), 2 hour(s), 11 minute(s), 40 second(s)
"
        ),
        Platform::AristaEos => format!(
            "Arista {model}
Hardware version:    12.03
Serial number:       {serial}
Hardware MAC address: 0200.5e00.0001
System MAC address:  0200.5e00.0001

Software image version: {version}
Architecture:           i686
Internal build version: {version}-26960930.4283M

Uptime:                 9 weeks, 2 days, 6 hours and 20 minutes
Total memory:           8098984 kB
Free memory:            5944012 kB

"
        ),
        Platform::JuniperJunos => format!(
            "Hostname: {host}
Model: {model}
Junos: {version}
JUNOS OS Kernel 64-bit  [20230426.103411_builder_stable_12_214]
JUNOS Software Release [{version}]
"
        ),
        Platform::Linux => {
            format!("Linux {host} 6.1.0-25-amd64 #1 SMP Debian {version} x86_64 GNU/Linux\n")
        }
        Platform::Generic => format!("System: {host}\nModel: {model}\nSerial: {serial}\nVersion: {version}\n"),
    };
    text.replace('\n', "\r\n")
}

/// The answer to `show inventory` or its equal, with `\r\n` line ends.
pub(crate) fn inventory(spec: &DeviceSpec) -> String {
    let facts = facts(spec);
    let (model, serial) = (facts.model, facts.serial);
    let text = match spec.platform {
        Platform::JuniperJunos => format!(
            "Hardware inventory:
Item             Version  Part number  Serial number     Description
Chassis                                {serial}        {model}
Routing Engine 0 REV 12   650-059881   {serial}        RE-{model}
FPC 0                     BUILTIN      BUILTIN           FPC
"
        ),
        Platform::AristaEos => format!(
            "System information
  Model                    Description
  ------------------------ ----------------------------------------------------
  {model}         48 SFP28 + 8 QSFP28 1RU

  HW Version  Serial Number  Mfg Date   Epoch
  ----------- -------------- ---------- -----
  12.03       {serial}    2021-05-10 01.00
"
        ),
        _ => format!(
            "NAME: \"Chassis\", DESCR: \"{model}\"
PID: {model}     , VID: V05  , SN: {serial}

NAME: \"Power Supply 1\", DESCR: \"Power Supply\"
PID: PWR-C1-350WAC     , VID: V02  , SN: ART{}

",
            &serial[3..]
        ),
    };
    text.replace('\n', "\r\n")
}
