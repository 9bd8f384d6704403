//! Prompts that do not stay the same.

use super::*;

/// Prompts that are not the same twice: `{t}` is a clock, `{n}` counts the commands.
const CHANGING: &[(&str, &str)] = &[
    ("arista_eos", "sw1.{t}#"),
    ("arista_eos", "{t} sw1#"),
    ("arista_eos", "sw1 {t}#"),
    ("arista_eos", "[{t}] sw1#"),
    ("arista_eos", "sw1.Mon_Nov_30_{t}#"),
    ("arista_eos", "sw1(s1)({t})#"),
    ("cisco_ios", "sw1 {t}#"),
    ("cisco_nxos", "sw1({t})# "),
    ("juniper_junos", "{t} ops@r1> "),
    ("linux", "[{t}] ops@h1:~$ "),
    ("linux", "ops@h1 {t} ~ $ "),
    ("linux", "ops@h1:~ {n} $ "),
    ("linux", "{t} ops@h1 ~ # "),
    ("generic", "sw1.{n}# "),
    ("generic", "* sw1.{n} # "),
    ("generic", "sw1:{n}# "),
    ("generic", "#{n}> "),
    ("generic", "#{n}sw1> "),
    ("generic", "sw1 #{n}# "),
    ("generic", "[ops@sw1 {t}]# "),
    ("generic", "<sw1-{t}> "),
    ("generic", "{t} sw1> "),
    ("generic", "sw1 2026-11-30 {t} > "),
    ("generic", "(sw1) {t} # "),
    ("generic", "sw1@{t}$ "),
    ("generic", "A:sw1>{n}# "),
    ("generic", "{t}: sw1# "),
    ("generic", "sw1[{t}]# "),
    ("generic", "sw1({n})# "),
    ("generic", "sw1/{n}> "),
    ("generic", "[{n}] sw1> "),
];

#[test]
fn a_prompt_that_tells_the_time_or_counts_is_one_prompt_on_every_platform() {
    let mut bad = Vec::new();
    for (name, prompt) in CHANGING {
        let definition = platform(name);
        let config = ALL.iter().find(|(other, ..)| other == name).unwrap().2;
        let wire = if *name == "linux" { format!("\n{config}") } else { config.to_string() };
        let mut device = at(prompt, &definition, vec![say(&wire), Pause(900)]);
        for command in ["enable", "show netraven"] {
            device = device.answers(command, vec![say("% Unknown command\n")]);
        }
        if prompt.ends_with('>') && *name != "generic" {
            device = device.answers("enable", vec![Act::Rename(leaked(&prompt.replace('>', "#")))]);
        }
        let outcome = read(&mut device, &definition);
        judged(&outcome, config, &format!("{name} {prompt:?}"), 9_000, &mut bad);
    }
    complain(bad);
}

/// A prompt before and after its host part changes within the session.
const CHANGED: &[(&str, &str, &str)] = &[
    ("generic", "fw1(active)# ", "fw1(standby)# "),
    ("generic", "fw1/act/pri# ", "fw1/stby/pri# "),
    ("generic", "*A:sr1# ", "A:sr1# "),
    ("generic", "A:sr1# ", "*A:sr1# "),
    ("generic", "[ex:/]\r\nA:ops@sr1# ", "*[ex:/]\r\nA:ops@sr1# "),
    ("generic", "ops@fw1(active)> ", "ops@fw1(passive)> "),
    ("generic", "fw1 # ", "fw1 (global) # "),
    ("generic", "fw-primary # ", "fw-secondary # "),
    ("generic", "<HUAWEI>", "<core-1>"),
    ("generic", "<HUAWEI>", "[~HUAWEI]"),
    ("generic", "[HUAWEI]", "[~HUAWEI]"),
    ("generic", "[*HUAWEI]", "[~HUAWEI]"),
    ("generic", "! sw1# ", "sw1# "),
    ("generic", "* sw1.1 # ", "sw1.2 # "),
    ("generic", "sw1# ", "core-7# "),
    ("generic", "Slot-1 sw1# ", "Slot-2 sw1# "),
    ("generic", "(M) sw1# ", "(B) sw1# "),
    ("cisco_ios", "sw1#", "sw1-stby#"),
    ("cisco_ios", "sw1#", "core-7#"),
    ("cisco_ios", "sw1#", "sw1(recovery)#"),
    ("cisco_nxos", "sw1# ", "core-7# "),
    ("cisco_nxos", "sw1# ", "sw1(maint-mode)# "),
    ("arista_eos", "sw1(s1)#", "sw1(s2)#"),
    ("arista_eos", "sw1#", "core-7#"),
    ("juniper_junos", "{master:0}\r\nops@r1> ", "{backup:0}\r\nops@r1> "),
    ("juniper_junos", "{master}\r\nops@r1> ", "{master}\r\nops@r1-re1> "),
    ("juniper_junos", "ops@r1> ", "ops@core-7> "),
    ("juniper_junos", "{master:0}\r\nops@r1> ", "{linecard:1}[edit]\r\nops@r1> "),
    ("juniper_junos", "{master}\r\nops@r1> ", "ops@r1> "),
    ("generic", "2 alarms\r\nsw1# ", "no alarm\r\nsw1# "),
    ("juniper_junos", "{primary:node0}\r\nops@r1> ", "{secondary:node0}\r\nops@r1> "),
    ("linux", "ops@h1:~$ ", "ops@h2:~$ "),
    ("linux", "ops@h1:~$ ", "ops@h1:/etc$ "),
    ("linux", "[ops@h1 ~]$ ", "[ops@h1 etc]$ "),
];

#[test]
fn a_prompt_whose_host_part_changes_while_it_is_read_is_read_whole_and_soon() {
    let mut bad = Vec::new();
    for (name, before, after) in CHANGED {
        let definition = platform(name);
        let config = ALL.iter().find(|(other, ..)| other == name).unwrap().2;
        let wire = if *name == "linux" { format!("\n{config}") } else { config.to_string() };
        // It changes once, to and fro, or before the configuration is asked for.
        let rename = |prompt: &str| Act::Rename(leaked(prompt));
        let once = vec![vec![say(&wire), rename(after)], vec![say(&wire)]];
        let to_and_fro = vec![vec![say(&wire), rename(after)], vec![say(&wire), rename(before)], vec![say(&wire)]];
        for (turns, what) in [(once, "once"), (to_and_fro, "to and fro")] {
            let mut device = at(before, &definition, vec![]).in_turn(config_command(&definition), turns);
            device = device.answers("show netraven", vec![say("% Unknown command\n")]);
            let outcome = read(&mut device, &definition);
            judged(&outcome, config, &format!("{name} {before:?} {after:?} {what}"), 35_000, &mut bad);
        }
        let mut device = at(before, &definition, vec![say(&wire)]);
        device = device.answers("show netraven", vec![say("% Unknown command\n")]);
        let first = leaked(&definition.commands[0].send);
        let earlier = if definition.commands.len() > 1 { first } else { leaked(&definition.paging.off[0].send) };
        let mut device = device.answers(earlier, vec![say("Model: X\n"), rename(after)]);
        let outcome = read(&mut device, &definition);
        judged(&outcome, config, &format!("{name} {before:?} {after:?} before"), 12_000, &mut bad);
    }
    complain(bad);
}

/// A prompt drawn with the cursor moved about, each of which shows `sw1#`.
const DRAWN: &[&str] = &[
    "loading, wait\x1b[1K\rsw1#",
    "sw1>\x1b[1D#",
    "sw7#\x1b[4Dsw\x1b[1D\x1b[1C1",
    "xy1#\x1b[1Gsw",
    "ssw1#\x1b[5D\x1b[P\x1b[4C",
    "\x1b[24;1H\x1b[2Kxy1#\x1b[24;1Hsw\x1b[24;5H",
];

#[test]
fn a_prompt_drawn_with_cursor_movements_is_remembered_as_it_is_recognised() {
    let mut bad = Vec::new();
    for (name, config) in [("cisco_ios", IOS), ("generic", FLAT)] {
        let definition = platform(name);
        for prompt in DRAWN {
            let mut device = at(prompt, &definition, vec![say(config)]);
            let outcome = read(&mut device, &definition);
            judged(&outcome, config, &format!("{name} {prompt:?}"), 4_000, &mut bad);
            let first = "The device is at its prompt `sw1#`.";
            if !outcome.log.0.iter().any(|(_, message)| message == first) {
                bad.push(format!("{name} {prompt:?} is remembered as another one: {:?}", outcome.log.0));
            }
        }
    }
    complain(bad);
}

#[test]
fn a_privileged_prompt_drawn_with_cursor_movements_is_remembered_as_it_is_recognised() {
    let mut bad = Vec::new();
    let definition = platform("cisco_ios");
    for prompt in DRAWN {
        let device = at("sw1>", &definition, vec![say(IOS)]);
        let mut device = device.answers("enable", vec![Act::Rename(prompt)]);
        let outcome = read(&mut device, &definition);
        judged(&outcome, IOS, &format!("{prompt:?}"), 4_000, &mut bad);
        let now = "Privileged mode: the prompt is now `sw1#`.";
        if !outcome.log.0.iter().any(|(_, message)| message == now) {
            bad.push(format!("{prompt:?} is remembered as another one: {:?}", outcome.log.0));
        }
    }
    complain(bad);
}
