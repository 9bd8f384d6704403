//! Whole files, as ssh_config(5) describes them and people write them.

use std::fmt::Write as _;

use super::*;

fn config(text: &str) -> SshConfig {
    read(text).unwrap()
}

/// The only device of a file.
fn device(text: &str) -> ConfigHost {
    let mut read = config(text);
    assert_eq!(read.devices.len(), 1, "{read:?}");
    read.devices.remove(0)
}

fn names(hosts: &[ConfigHost]) -> Vec<&str> {
    hosts.iter().map(|host| host.name.as_str()).collect()
}

/// The way to a device: the names of its jump hosts, the one nearest to the device last.
fn way(config: &SshConfig, name: &str) -> Vec<String> {
    let mut next = config.devices.iter().find(|host| host.name == name).unwrap().through();
    let mut names = Vec::new();
    while let Some(index) = next {
        names.insert(0, config.jump_hosts[index].name.clone());
        next = config.jump_hosts[index].through();
    }
    names
}

fn sentences(config: &SshConfig) -> Vec<&str> {
    config.remarks.listed.iter().map(|remark| remark.sentence.as_str()).collect()
}

fn why(text: &str) -> String {
    let read = config(text);
    assert_eq!(read.wrong.len(), 1, "{read:?}");
    read.wrong[0].why.clone()
}

#[test]
fn a_whole_file_becomes_jump_hosts_devices_and_sentences() {
    let read = config(include_str!("sample.conf"));
    assert_eq!(names(&read.jump_hosts), ["gate", "inner"]);
    let [gate, inner] = read.jump_hosts.as_slice() else { panic!("{read:?}") };
    assert_eq!((gate.line, gate.address.as_str(), gate.port, gate.through()), (4, "198.51.100.7", 22, None));
    assert_eq!(gate.user.as_deref(), Some("jumper"));
    assert_eq!(gate.identity_files, ["~/.ssh/id_gate"]);
    assert_eq!((inner.address.as_str(), inner.port, inner.through()), ("10.20.0.1", 2222, Some(0)));

    assert_eq!(names(&read.devices), ["core-1", "core-2", "edge-1", "edge-2"]);
    let core = &read.devices[0];
    assert_eq!((core.line, core.user.as_deref(), core.port), (16, Some("netadmin"), 22));
    assert_eq!(core.identity_files, ["~/.ssh/lab keys/id_core"]);
    assert_eq!(way(&read, "core-1"), ["gate", "inner"]);
    assert_eq!(read.devices[1].port, 2022);
    let edge = &read.devices[3];
    assert_eq!((edge.address.as_str(), edge.user.as_deref()), ("edge-2.lab.example", Some("operator")));
    assert_eq!(way(&read, "edge-2"), ["gate"]);

    assert_eq!(read.other_names, [OtherName { line: 16, name: "core-1.lab".into(), of: "core-1".into() }]);
    assert_eq!((read.wrong[0].line, read.wrong[0].name.as_str()), (30, "console"));
    assert!(read.wrong[0].why.contains("command of line 32"), "{:?}", read.wrong);
    let told = sentences(&read);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("Line 34: Include is not followed"), "{told:?}");
    assert!(told[1].starts_with("Line 35: the conditions of a Match block"), "{told:?}");
    assert_eq!(told[2], "Line 45: 'Hostnme' is not a keyword of ssh_config: write HostName or Host.");
}

#[test]
fn the_first_value_counts_and_only_private_keys_add_up() {
    let text =
        "User first\nHost r1\nUser second\nPort 2201\nPort 2202\nIdentityFile a\nHost r*\nPort 2203\nIdentityFile b\n";
    let host = device(text);
    assert_eq!((host.user.as_deref(), host.port), (Some("first"), 2201));
    assert_eq!(host.identity_files, ["a", "b"]);
    // A later entry of the same name adds what the first one does not say.
    let host = device("Host r1\nPort 2201\nHost r1\nPort 2202\nUser late\n");
    assert_eq!((host.user.as_deref(), host.port, host.line), (Some("late"), 2201, 1));
}

#[test]
fn a_negated_pattern_excludes_whatever_else_matches() {
    let host = device("Host r*  !r1\nPort 2201\nHost !r1 *\nUser x\nHost r1\nHostName 10.0.0.1\n");
    assert_eq!((host.port, host.user), (22, None));
    let host = device("Host !r2\nPort 2201\nHost r1\nHostName 10.0.0.1\n");
    assert_eq!(host.port, 22, "a negated pattern alone matches nothing");
    let host = device("Host r1 !r*\nPort 2201\n");
    assert_eq!(host.port, 22, "a name can be negated by the pattern beside it");
}

#[test]
fn keywords_have_no_case_and_names_do() {
    let host = device("HOST r1\nhOsTnAmE 10.0.0.1\nport 2201\nHost R1*\nUser other\n");
    assert_eq!((host.address.as_str(), host.port, host.user), ("10.0.0.1", 2201, None));
}

#[test]
fn an_equals_sign_separates_as_blanks_do() {
    for text in ["Host r1\nPort=2201\n", "Host r1\nPort = 2201\n", "Host=r1\nPort\t=2201\n", "Host\tr1\nPort= 2201"] {
        assert_eq!(device(text).port, 2201, "{text:?}");
    }
    assert!(why("Host r1\nPort == 2201\n").contains("its port in line 2 was not understood"));
}

#[test]
fn quotation_marks_escapes_and_comments_are_understood() {
    let host = device("Host \"r1\" # not a host\nIdentityFile \"my keys/id\" # mine\nUser 'a b'\n");
    assert_eq!((host.name.as_str(), host.user.as_deref()), ("r1", Some("a b")));
    assert_eq!(host.identity_files, ["my keys/id"]);
    let host = device("Host r1\nIdentityFile my\\ keys/id\nUser a#b\n").identity_files;
    assert_eq!(host, ["my keys/id"]);
    let host = device("Host r1\nIdentityFile C:\\Users\\ann\\.ssh\\id_rsa\nUser \"say \\\"x\\\"\"\n");
    assert_eq!(host.identity_files, ["C:\\Users\\ann\\.ssh\\id_rsa"]);
    assert_eq!(host.user.as_deref(), Some("say \"x\""));
    let read = config("Host r1\nUser \"open\n");
    assert_eq!(sentences(&read), ["Line 2: a quotation mark is never closed."]);
    assert!(read.wrong[0].why.contains("its user in line 2"), "what is not understood is not left out: {read:?}");
}

#[test]
fn ends_of_lines_marks_and_tabs_of_every_system_are_read() {
    let text = "Host r1\n\tHostName 10.0.0.1\n\tPort\t2201\n\n# a comment\n   # another\n";
    let expected = device(text);
    assert_eq!((expected.address.as_str(), expected.port), ("10.0.0.1", 2201));
    for text in [
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        text.replace('\n', "   \n"),
        text.replace('\t', "\u{c}\t "),
        text.trim_end().to_owned(),
    ] {
        assert_eq!(device(&text), expected, "{text:?}");
    }
}

#[test]
fn tokens_of_an_address_are_resolved_and_others_refused() {
    assert_eq!(device("Host r1\nHostName %h.example.net\n").address, "r1.example.net");
    assert_eq!(device("Host r1\nHostName fe80::1%%eth0\n").address, "fe80::1%eth0");
    assert_eq!(device("Host r1.example.net\n").address, "r1.example.net", "without an address the name is it");
    let read = config("Host r1\nHostName %n.example.net\n");
    assert!(sentences(&read)[0].contains("another token than %h"), "{read:?}");
    assert!(read.wrong[0].why.contains("its address in line 2"), "{read:?}");
    assert!(config("Host r1\nUser %u\n").wrong[0].why.contains("its user"));
}

#[test]
fn a_chain_is_passed_in_its_order_and_each_host_is_looked_up() {
    let read = config("Host sw\nProxyJump one,ann@two:2022,three\nHost two\nHostName 10.0.0.2\nPort 9\nUser bob\n");
    assert_eq!(way(&read, "sw"), ["one", "two", "three"]);
    let two = &read.jump_hosts[1];
    assert_eq!((two.address.as_str(), two.port, two.user.as_deref(), two.line), ("10.0.0.2", 2022, Some("ann"), 3));
    assert_eq!((read.jump_hosts[0].address.as_str(), read.jump_hosts[0].line), ("one", 2));
    // `two` itself is another host than the one that is passed: another port.
    assert_eq!(names(&read.devices), ["sw", "two"]);
}

#[test]
fn the_first_jump_host_is_reached_as_its_own_entry_says_and_the_others_by_the_one_before() {
    let text = "Host sw\nProxyJump b\nHost sw2\nProxyJump x,b\nHost b\nProxyJump a\nHost a\nHostName 10.0.0.1\n";
    let read = config(text);
    assert_eq!(way(&read, "sw"), ["a", "b"]);
    assert_eq!(way(&read, "sw2"), ["x", "b-2"], "the same host behind another one is another jump host");
    assert_eq!(names(&read.devices), ["sw", "sw2"]);
}

#[test]
fn one_jump_host_is_one_however_it_is_written() {
    let text = "Host s1\nProxyJump gate\nHost s2\nProxyJump jumper@gate:22\nHost s3\nProxyJump jumper@192.0.2.1\n\
                Host s4\nProxyJump other@gate\nHost gate\nHostName 192.0.2.1\nUser jumper\n";
    let read = config(text);
    assert_eq!(names(&read.jump_hosts), ["gate", "gate-2"]);
    assert_eq!(read.jump_hosts[1].user.as_deref(), Some("other"));
    assert_eq!(way(&read, "s3"), ["gate"]);
    assert_eq!(names(&read.devices), ["s1", "s2", "s3", "s4"]);
    let read = config("Host s1\nProxyJump [2001:db8::1]:2022\nHost s2\nProxyJump [::1]\n");
    assert_eq!(names(&read.jump_hosts), ["2001-db8--1", "jump--1"]);
    assert_eq!((read.jump_hosts[0].address.as_str(), read.jump_hosts[0].port), ("2001:db8::1", 2022));
}

#[test]
fn none_and_the_first_of_proxy_jump_and_proxy_command_decide() {
    let read = config("Host r1\nProxyJump none\nHost r2\nHostName 10.0.0.2\nHost r*\nProxyJump gate\n");
    assert_eq!(read.devices[0].way, ConfigWay::Direct);
    assert_eq!(way(&read, "r2"), ["gate"]);
    assert_eq!(device("Host r1\nPort 22\n").way, ConfigWay::Unsaid);
    assert_eq!(device("Host r1\nProxyCommand none\nProxyJump gate\n").way, ConfigWay::Direct);
    assert!(why("Host r1\nProxyCommand nc %h %p\nProxyJump gate\n").contains("command of line 2"));
    let read = config("Host r1\nProxyJump gate\nProxyCommand nc %h %p\n");
    assert_eq!(way(&read, "r1"), ["gate"]);
}

#[test]
fn circles_and_chains_of_more_than_three_are_refused() {
    let read = config("Host *\nProxyJump gate\nHost gate sw\nUser x\n");
    assert!(read.devices.is_empty() && read.jump_hosts.is_empty(), "{read:?}");
    for host in &read.wrong {
        assert!(host.why.contains("gate would be reached through itself: write ProxyJump none"), "{host:?}");
    }
    assert!(config("Host a\nProxyJump b\nHost b\nProxyJump a\n").wrong.iter().all(|host| host.why.contains("itself")));

    let chain =
        |count: usize| -> String { (1..=count).map(|at| format!("Host h{at}\nProxyJump h{}\n", at + 1)).collect() };
    assert_eq!(way(&config(&chain(3)), "h1"), ["h4", "h3", "h2"]);
    assert!(why(&chain(4)).contains("3 jump hosts in a row are the most"));
    assert!(why("Host sw\nProxyJump b,c,d\nHost b\nProxyJump a\n").contains("with d there would be more"));
    let long = config(&chain(30_000));
    assert_eq!(long.wrong.len(), 29_997, "a long chain takes no long time and no deep stack");
}

#[test]
fn a_value_that_is_not_understood_makes_its_hosts_wrong_and_not_others() {
    let read = config("Host r1\nPort ssh\nHost r2\nProxyJump a b\nHost r3\nHostName 10.0.0.3\n");
    assert_eq!(names(&read.devices), ["r3"]);
    assert_eq!(sentences(&read).len(), 2);
    assert_eq!(sentences(&read)[0], "Line 2: the port 'ssh' is not a number from 1 to 65535.");
    let told: Vec<&str> = read.wrong.iter().map(|host| host.why.as_str()).collect();
    assert_eq!(
        told,
        ["its port in line 2 was not understood", "line 4, which says how it is reached, was not understood"]
    );
    for (text, told) in [
        ("Host r1\nPort 1 2\n", "takes one value"),
        ("Host r1\nPort\n", "has no value"),
        ("Host\nPort 1\n", "Host has no value"),
        ("Host r1\nPort 65536\n", "is not a number from 1 to 65535"),
    ] {
        assert!(sentences(&config(text))[0].contains(told), "{text:?}");
    }
    assert!(why("Host r_1/x\n").contains("must start with a letter"));
    assert!(why("Host r1\nHostName 10.0.0.300\n").contains("'10.0.0.300' is not an IPv4 or IPv6 address"));
    assert!(why("Host sw\nProxyJump gate\nHost gate*\nPort x\n").contains("the jump host gate: its port in line 4"));
}

#[test]
fn a_block_with_conditions_is_left_out_up_to_the_next_host_and_one_for_all_is_read() {
    let read = config("Host r1\nPort 2201\nMatch host r1 exec \"test\"\nUser x\nNonsense y\nHost r2\nUser z\n");
    assert_eq!((read.devices[0].user.as_deref(), read.devices[1].user.as_deref()), (None, Some("z")));
    assert_eq!(read.remarks.count, 1, "{read:?}");
    assert_eq!(device("Host r1\nPort 2201\nMatch all\nUser everybody\n").user.as_deref(), Some("everybody"));
}

#[test]
fn names_of_one_place_are_one_device() {
    let read = config("Host r1 r1.example.net\nHostName 10.0.0.1\nHost admin-r1\nHostName 10.0.0.1\nUser root\n");
    assert_eq!(names(&read.devices), ["r1"]);
    let others: Vec<&str> = read.other_names.iter().map(|other| other.name.as_str()).collect();
    assert_eq!(others, ["r1.example.net", "admin-r1"]);
    let read = config("Host gate g\nHostName 192.0.2.1\nHost sw\nProxyJump gate\n");
    assert_eq!((names(&read.devices), read.other_names[0].of.as_str()), (vec!["sw"], "gate"));
    // Another port or another way is another device, and case makes no other name.
    let read = config(
        "Host a\nHostName 10.0.0.1\nHost b\nHostName 10.0.0.1\nPort 2022\nHost c\nHostName 10.0.0.1\nProxyJump g\n",
    );
    assert_eq!(names(&read.devices), ["a", "b", "c"]);
    assert_eq!(why("Host r1\nHostName 10.0.0.1\nHost R1\nHostName 10.0.0.2\n"), "line 1 already has the name R1");
}

#[test]
fn patterns_alone_are_no_hosts() {
    let read = config("Host * 10.0.*\nUser x\nHost web-? !web-1\nPort 22\n");
    assert_eq!(read, SshConfig::default());
    assert_eq!(config(""), SshConfig::default());
}

#[test]
fn a_file_is_recognised_by_what_it_says() {
    assert!(is_ssh_config(include_str!("sample.conf")));
    for text in ["Host *\n", "# mine\n\nhost r1\n  hostname 10.0.0.1\n", "\u{feff}Include x\r\nHost a\r\n", "Port=22\n"]
    {
        assert!(is_ssh_config(text), "{text:?}");
    }
    for text in [
        "",
        "\n# only a comment\n",
        "hostname,ip_address,device_type\nr1,10.0.0.1,linux\n",
        "hostname\tip_address\tdevice_type\nr1\t10.0.0.1\tlinux\n",
        "Host Name;IP Address;Platform\nr1;10.0.0.1;linux\n",
        "host\tip\tplatform\nhost\t10.0.0.1\tlinux\n",
        "name,address\nr1,10.0.0.1\n",
        "Host Name,Colour\nr1,red\nr2,red\n",
    ] {
        assert!(!is_ssh_config(text), "{text:?}");
    }
}

#[test]
fn a_hundred_thousand_lines_are_read() {
    let mut text = String::from("Host gate\nHostName 198.51.100.7\nProxyJump none\n");
    for number in 0..25_000 {
        let (high, low) = (number / 250, number % 250);
        writeln!(text, "Host sw-{number}\n  HostName 10.1.{high}.{low}\n  Port 22\n  LogLevel ERROR").unwrap();
    }
    text.push_str("Host sw-*\nProxyJump gate\nHost *\nUser netadmin\n");
    let read = config(&text);
    assert_eq!((read.jump_hosts.len(), read.devices.len(), read.wrong.len()), (1, 25_000, 0));
    assert_eq!(read.devices[24_999].user.as_deref(), Some("netadmin"));
    assert_eq!(read.remarks, Remarks::default());
}

#[test]
fn long_lines_and_many_faults_stay_within_bounds() {
    let many: String = (0..40_000).map(|number| format!(" r{number}")).collect();
    let read = config(&format!("Host{many}\nPort 2201\nUser {}\n", "x".repeat(1_000_000)));
    assert_eq!(read.wrong.len(), 40_000, "a user name of that length is none");
    assert!(sentences(&read)[0].len() < 200);
    let read = config(&"Nonsense x\n".repeat(LINES as usize));
    assert_eq!((read.remarks.count, read.remarks.listed.len()), (LINES, REMARKS));
    assert!(why(&format!("Host {}\n", "x".repeat(1_000_000))).contains("the maximum is 255"));
    assert_eq!(config(&format!("Host {}\n", "x".repeat(1_000_000))).wrong[0].name.len(), 255);
}

#[test]
fn what_would_take_too_long_is_refused_as_a_whole() {
    assert!(read(&"\n#\nUser x\n".repeat(80_000)).unwrap_err().contains("more than 200000 lines"));
    let many: String = (0..=HOSTS).map(|number| format!(" r{number}")).collect();
    assert!(read(&format!("Host{many}\n")).unwrap_err().contains("more than 50000 hosts"));
    let patterns: String = (0..50_000).map(|number| format!("Host *a*{number}*b\nPort 22\n")).collect();
    let names: String = (0..40_000).map(|number| format!(" aaaaaaaaaaaaaaaaaaaaaaaaaaaa{number}")).collect();
    assert!(read(&format!("{patterns}Host{names}\n")).unwrap_err().contains("too many patterns"));
    let blocks = "Match all\nPort 22\n".repeat(50_000);
    assert!(read(&format!("{blocks}Host{names}\n")).unwrap_err().contains("too many patterns"));
    let jumps: String = (0..600).map(|number| format!("Host s{number}\nProxyJump j{number}\n")).collect();
    let read = config(&jumps);
    assert_eq!((read.jump_hosts.len(), read.wrong.len()), (JUMP_HOSTS, 100));
}
