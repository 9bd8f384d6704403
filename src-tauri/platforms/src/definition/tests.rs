//! What the built-in platforms take for a prompt, a pager and an error, and what they must not.

use std::sync::Arc;

use super::*;
use crate::Registry;

fn platform(name: &str) -> Arc<Definition> {
    Registry::load(None).0.get(name).expect("built in")
}

fn check_prompts(name: &str, prompts: &[(&str, &str, bool)], others: &[&str]) {
    let definition = platform(name);
    for (line, host, privileged) in prompts {
        let expect = PromptSeen { host: (*host).to_string(), privileged: *privileged };
        assert_eq!(definition.prompt_of(line), Some(expect), "{name}: {line:?}");
    }
    for line in others {
        assert_eq!(definition.prompt_of(line), None, "{name}: {line:?}");
    }
}

/// Lines of configurations and banners that no platform may take for a prompt.
const NEVER: [&str; 12] = [
    "",
    "   ",
    "hostname core-1",
    "Password: ",
    "login as: ",
    "hostname login: ",
    " --More-- ",
    "*** # ***",
    "################",
    "********>",
    "a line of text that is much too long to be the prompt of any device there is #",
    "% Invalid input detected at '^' marker.",
];

#[test]
fn no_platform_takes_ordinary_lines_for_a_prompt() {
    for definition in Registry::load(None).0.iter() {
        check_prompts(&definition.name, &[], &NEVER);
    }
}

#[test]
fn ios_nxos_and_eos_prompts() {
    let prompts = [
        ("core-1>", "core-1", false),
        ("core-1#", "core-1", true),
        ("core-1# ", "core-1", true),
        ("\r\x1b[Kcore-1#", "core-1", true),
        ("SITE_12.rack-3/a:b#", "SITE_12.rack-3/a:b", true),
        ("core-1(config)#", "core-1", true),
        ("core-1(config-if-Et1/1)#", "core-1", true),
    ];
    let others = [" description core>", "description to core#", "core-1", "core 1#", "! core#", "core-1#show", "^C#"];
    for name in ["cisco_ios", "cisco_nxos", "arista_eos"] {
        check_prompts(name, &prompts, &others);
    }
    check_prompts("arista_eos", &[("14:31:20 sw1(config)(s1)#", "sw1", true)], &[]);
    check_prompts("cisco_nxos", &[("\rTEST-12345# ", "TEST-12345", true), ("sw(maint-mode)# ", "sw", true)], &[]);
}

#[test]
fn junos_prompts_and_the_root_shell() {
    let prompts = [
        ("lab@mx-1> ", "lab@mx-1", true),
        ("lab@mx-1-re0> ", "lab@mx-1-re0", true),
        ("oxidized> ", "oxidized", true),
        ("lab@mx-1# ", "lab@mx-1", true),
    ];
    check_prompts("juniper_junos", &prompts, &["{master:0}", "root@mx-1:~ # ", "root@mx-1% ", "% ", "    foo>;", "}"]);
    let dialog = &platform("juniper_junos").dialogs[0];
    for shell in ["root@% ", "root@mx-1% ", "root@mx-1:RE:0% ", "% ", "root@mx-1:~ # ", "[root@mx-1:~# "] {
        assert_eq!(dialog.expect.is_match(shell), shell != "[root@mx-1:~# ", "{shell:?}");
    }
    assert!(!dialog.expect.is_match("lab@mx-1> ") && !dialog.expect.is_match("lab@mx-1# "));
    assert_eq!(dialog.send, "cli\n");
}

#[test]
fn linux_prompts() {
    let prompts = [
        ("lab@host-1:~$ ", "lab@host-1", false),
        ("root@host-1:/etc# ", "root@host-1", true),
        ("[root@host-1 ~]# ", "root@host-1", true),
        ("[lab@host-1 network scripts]$ ", "lab@host-1", false),
        ("host-1:~# ", "host-1", true),
        ("bash-5.2$ ", "bash-5.2", false),
        ("host-1% ", "host-1", false),
        ("lab@host-1 ~ % ", "lab@host-1", false),
        ("(venv) lab@host-1:~$ ", "lab@host-1", false),
        ("$ ", "", false),
        ("# ", "", true),
        ("/ # ", "", true),
        // Cumulus, in and outside its management VRF.
        ("cumulus@leaf-1:mgmt:~$ ", "cumulus@leaf-1", false),
        ("cumulus@leaf-1:mgmt-vrf:/etc/network$ ", "cumulus@leaf-1", false),
        ("root@leaf-1:mgmt:~# ", "root@leaf-1", true),
        ("ops@leaf-1~$", "ops@leaf-1", false),
        // pfSense and OPNsense, whose root has a C shell.
        ("[2.7.0-RELEASE][admin@pfSense.home.arpa]/root: ", "admin@pfSense.home.arpa", false),
        ("[2.8.1-RELEASE][root@fw-1.example]/usr/local/etc: ", "root@fw-1.example", false),
        ("[root@fw-1]/root: ", "root@fw-1", false),
        ("root@OPNsense:~ # ", "root@OPNsense", true),
        ("\x1b]0;lab@host-1: ~\x07\x1b[01;32mlab@host-1\x1b[00m:\x1b[01;34m~\x1b[00m$ ", "lab@host-1", false),
    ];
    check_prompts(
        "linux",
        &prompts,
        &["# /etc/hosts", "### /etc/hosts", "> ", "100%!", "lab@host-1:~$ ls", "Enter an option: ", " 8) Shell"],
    );
}

#[test]
fn generic_prompts() {
    let prompts = [
        ("switch>", "switch", false),
        ("(Metro_Switch_A_1)#", "(Metro_Switch_A_1)", true),
        ("host(Primary) #", "host(Primary)", true),
        ("\r [standalone: master] # ", "[standalone: master]", true),
        ("<HUAWEI>", "<HUAWEI", false),
        ("user@fw1:~$ ", "user@fw1:~", false),
    ];
    check_prompts("generic", &prompts, &["Loading 12%", "12 %", "Error: Bad command", "Press any key to continue"]);
}

#[test]
fn pagers_are_seen_and_ordinary_lines_are_none() {
    for (name, pagers) in [
        ("cisco_ios", vec![" --More-- ", "--More--", "\x1b[7m --More-- \x1b[m"]),
        ("cisco_nxos", vec!["--More--", "\x1b[7m--More--\x1b[m"]),
        ("arista_eos", vec![" --More-- ", "--More--(12%)"]),
        ("juniper_junos", vec!["---(more)---", "---(more 45%)---"]),
        ("linux", vec!["--More--(80%)", "lines 1-23/120 (END)", "(END)"]),
        ("generic", vec!["--More--", "---- More ----", "-- MORE --", "Press any key to continue (Q to quit)"]),
    ] {
        let definition = platform(name);
        pagers.iter().for_each(|line| assert!(definition.is_more(line), "{name}: {line:?}"));
        for line in ["", "core-1#", "interface Vlan1", "banner --More-- inside", "! more"] {
            assert!(!definition.is_more(line), "{name}: {line:?}");
        }
    }
}

#[test]
fn a_question_is_known_where_it_ends_its_line_and_a_pager_behind_it_is_the_pager() {
    let mut ios = (*platform("cisco_ios")).clone();
    let expect = Regex::new(r"Show all\? \[y/N\]").unwrap();
    ios.questions = vec![Dialog { expect, send: "y".to_string() }];
    for (line, is_question, mark) in [
        ("Show all? [y/N] ", true, Some(0)),
        ("  Show all? [y/N]", true, Some(0)),
        ("vlan 1Show all? [y/N] ", true, Some(6)),
        ("vlan 1Show all? [y/N] --More--", false, Some(22)),
        ("vlan 1--More--", false, Some(6)),
        ("vlan 1", false, None),
    ] {
        assert_eq!((ios.question_of(line).is_some(), ios.mark_of(line)), (is_question, mark), "{line:?}");
    }
    assert_eq!(platform("cisco_ios").question_of("Show all? [y/N] "), None);
}

#[test]
fn a_pager_is_found_under_lines_of_the_log() {
    let ios = platform("cisco_ios");
    let log = "*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured";
    for (line, below, end) in [
        (format!("--More-- {log}"), false, Some(8)),
        (format!("vlan 1--More--{log}"), false, Some(14)),
        ("vlan 1--More--".to_string(), true, Some(14)),
        ("vlan 1--More--".to_string(), false, None),
        (" description --More-- inside".to_string(), true, None),
    ] {
        assert_eq!(ios.covered_more(&line, below), end, "{line:?}");
    }
}

#[test]
fn the_key_that_shows_a_whole_page_is_pressed() {
    for (name, line, key) in [
        ("alcatel_aos", "More? [next screen <sp>, next line <cr>, filter pattern </>, quit <q>]", " "),
        ("nokia_sros_md", "Press Q to quit, Enter to print next line or any other key to print next page.", " "),
        ("cisco_wlc", "Press Enter to continue...", "\n"),
    ] {
        assert_eq!(platform(name).key_for(line), key, "{name}: {line:?}");
    }
}

#[test]
fn errors_are_found_at_either_end_and_not_in_the_middle() {
    for (name, answer, expect) in [
        (
            "cisco_ios",
            "show foo\r\n     ^\r\n% Invalid input detected at '^' marker.\r\n\r\n",
            "% Invalid input detected at '^' marker.",
        ),
        ("cisco_ios", "% Authorization failed.\n", "% Authorization failed."),
        ("cisco_ios", "Command authorization failed.\n", "Command authorization failed."),
        ("cisco_nxos", "    ^\n% Permission denied for the role\n", "% Permission denied for the role"),
        ("arista_eos", "% Invalid input (privileged mode required)\n", "% Invalid input (privileged mode required)"),
        ("juniper_junos", "      ^\r\nunknown command.\r\n", "unknown command."),
        ("juniper_junos", "error: permission denied\n", "error: permission denied"),
        ("linux", "-bash: show: command not found\r\n", "-bash: show: command not found"),
        ("linux", "sh: 1: frob: not found\n", "sh: 1: frob: not found"),
        ("generic", "% Unknown command.\n", "% Unknown command."),
        ("generic", "Error: Unrecognized command\n", "Error: Unrecognized command"),
    ] {
        assert_eq!(platform(name).is_error(answer).as_deref(), Some(expect), "{name}: {answer:?}");
    }
    let ios = platform("cisco_ios");
    let line = "interface Vlan1\n".repeat(20);
    let refusal = "% Invalid input detected\n";
    assert_eq!(ios.is_error(&format!("{line}{refusal}{line}")), None);
    assert!(ios.is_error(&format!("{line}{refusal}end\n")).is_some());
    assert!(ios.is_error(&format!("hostname a\n{refusal}{line}")).is_some());
    assert_eq!(ios.is_error("description % Invalid\n"), None);
    assert_eq!(ios.is_error(""), None);
}

#[test]
fn each_configuration_command_can_be_proven_and_none_by_its_echo() {
    let registry = Registry::load(None).0;
    for (name, last_line) in
        [("cisco_ios", "end"), ("arista_eos", "end"), ("juniper_junos", "}"), ("linux", "### end of configuration")]
    {
        let definition = registry.get(name).expect("built in");
        let config = definition.commands.iter().find(|command| command.purpose == Purpose::Config).unwrap();
        let end = config.end.as_ref().expect("has an end marker");
        assert!(end.is_match(last_line) && !end.is_match(&config.send) && !end.is_match("hostname end"), "{name}");
    }
    for name in ["cisco_nxos", "generic"] {
        let definition = registry.get(name).expect("built in");
        assert!(definition.commands.iter().all(|command| command.end.is_none()), "{name}");
    }
}

/// Some shells keep 510 bytes of a line and drop the rest; a terminal driver may keep no more than 256.
const SHORTEST_LINE: usize = 256;

#[test]
fn whatever_is_sent_fits_into_the_line_of_a_small_shell() {
    for definition in Registry::load(None).0.iter() {
        let commands = definition.commands.iter().map(|command| &command.send);
        let paging = definition.paging.off.iter().map(|command| &command.send);
        let others = definition.dialogs.iter().map(|dialog| &dialog.send).chain(&definition.goodbye);
        let privilege = definition.privilege.iter().map(|privilege| &privilege.command);
        let sent = commands.chain(paging).chain(others).chain(privilege).chain(&definition.unknown_command);
        for send in sent {
            let bytes = send.len() + definition.newline.len();
            assert!(bytes < SHORTEST_LINE, "{} sends {bytes} bytes: {send}", definition.name);
        }
    }
}
