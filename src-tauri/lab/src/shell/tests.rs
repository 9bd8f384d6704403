//! The shell without a network: typed bytes against what is printed.

use std::sync::Arc;
use std::time::Duration;

use super::{Op, Shell};
use crate::device::Device;
use crate::spec::{DeviceSpec, Fault, Platform};

const IOS_CONFIG: &str = "hostname lab-core-01\ninterface Vlan1\n shutdown\nend\n";

fn shell(spec: DeviceSpec) -> Shell {
    Shell::new(Arc::new(Device::new(spec)), true)
}

fn ios() -> DeviceSpec {
    DeviceSpec::new("lab-core-01", Platform::CiscoIos).with_config(IOS_CONFIG)
}

/// What is sent, other things to do written as `<thing>`.
fn text(ops: Vec<Op>) -> String {
    ops.into_iter()
        .map(|op| match op {
            Op::Send(text) => text,
            other => format!("<{other:?}>"),
        })
        .collect()
}

fn typed(shell: &mut Shell, keys: &str) -> String {
    text(shell.feed(keys.as_bytes()))
}

#[test]
fn ios_echoes_answers_and_prompts() {
    let mut shell = shell(ios());
    assert_eq!(text(shell.start()), "\r\nlab-core-01#");
    assert_eq!(typed(&mut shell, "term len 0\n"), "term len 0\r\nlab-core-01#");
    assert_eq!(
        typed(&mut shell, "sh run\r\n"),
        "sh run\r\nhostname lab-core-01\r\ninterface Vlan1\r\n shutdown\r\nend\r\n\r\nlab-core-01#"
    );
    assert_eq!(
        typed(&mut shell, "show vtp\n"),
        "show vtp\r\n                 ^\r\n% Invalid input detected at '^' marker.\r\n\r\nlab-core-01#"
    );
    assert_eq!(typed(&mut shell, "exit\n"), "exit\r\n<Close>");
}

#[test]
fn two_commands_typed_at_once_are_answered_one_after_the_other() {
    let mut shell = shell(ios());
    let answer = typed(&mut shell, "term len 0\nshow run\n");
    assert!(answer.starts_with("term len 0\r\nlab-core-01#show run\r\nhostname"), "{answer}");
}

#[test]
fn a_line_can_be_corrected() {
    let mut shell = shell(ios());
    assert_eq!(
        typed(&mut shell, "shox\x08\x7fow foo\x15"),
        format!("shox{}ow foo{}", "\x08 \x08".repeat(2), "\x08 \x08".repeat(8))
    );
    assert_eq!(typed(&mut shell, "half\x03"), "half\r\nlab-core-01#");
    assert_eq!(typed(&mut shell, "é"), "é");
    assert_eq!(typed(&mut shell, "\x15\x04"), "\x08 \x08\x08 \x08<Close>");
}

#[test]
fn long_output_is_paged_until_paging_is_off() {
    let config: String = (1..=50).map(|n| format!("line {n}\n")).collect();
    let mut shell = shell(ios().with_config(config));
    let page = typed(&mut shell, "show run\n");
    assert!(page.contains("line 23\r\n --More-- ") && !page.contains("line 24"), "{page}");
    let erase = "\x08".repeat(9) + "        " + &"\x08".repeat(9);
    assert_eq!(typed(&mut shell, "\r"), format!("{erase}line 24\r\n --More-- "));
    let page = typed(&mut shell, " ");
    assert!(page.starts_with(&format!("{erase}line 25\r\n")) && page.ends_with("line 47\r\n --More-- "), "{page}");
    assert_eq!(typed(&mut shell, " "), format!("{erase}line 48\r\nline 49\r\nline 50\r\n\r\nlab-core-01#"));
    typed(&mut shell, "show run\n");
    assert_eq!(typed(&mut shell, "q"), format!("{erase}\r\nlab-core-01#"));
    typed(&mut shell, "terminal length 0\n");
    assert!(!typed(&mut shell, "show run\n").contains("More"));
}

#[test]
fn a_pager_that_stays_on_accepts_to_be_off_and_pages() {
    let config: String = (1..=50).map(|n| format!("line {n}\n")).collect();
    let mut shell = shell(ios().with_config(config).with_fault(Fault::PagerStaysOn));
    assert_eq!(typed(&mut shell, "terminal length 0\n"), "terminal length 0\r\nlab-core-01#");
    assert!(typed(&mut shell, "show run\n").ends_with(" --More-- "));
}

#[test]
fn enable_asks_for_its_password_without_echo() {
    let mut shell = shell(ios().with_enable("open-sesame"));
    assert_eq!(text(shell.start()), "\r\nlab-core-01>");
    assert!(typed(&mut shell, "show run\n").contains("% Invalid input"));
    assert_eq!(typed(&mut shell, "en\n"), "en\r\nPassword: ");
    assert_eq!(typed(&mut shell, "wrong\n"), "\r\nPassword: ");
    assert_eq!(typed(&mut shell, "open-sesame\n"), "\r\nlab-core-01#");
    assert!(typed(&mut shell, "show run\n").contains("hostname lab-core-01"));
    assert_eq!(shell.device.commands(), ["show run", "en", "show run"]);
}

#[test]
fn enable_can_be_refused() {
    let mut shell = shell(ios().with_fault(Fault::RefusesEnable));
    typed(&mut shell, "enable\n");
    let answer = typed(&mut shell, "a\nb\nc\n");
    assert_eq!(answer, "\r\nPassword: \r\nPassword: \r\n% Access denied\r\n\r\nlab-core-01>");
}

#[test]
fn every_platform_prompts_and_refuses_in_its_own_words() {
    for (platform, prompt, refusal) in [
        (Platform::CiscoIos, "lab-x#", "% Invalid input detected at '^' marker."),
        (Platform::CiscoNxos, "\rlab-x# ", "% Invalid command at '^' marker."),
        (Platform::AristaEos, "lab-x#", "% Invalid input"),
        (Platform::JuniperJunos, "\r\nlab@lab-x> ", "unknown command."),
        (Platform::Linux, "lab@lab-x:~$ ", "-bash: frobnicate: command not found"),
        (Platform::Generic, "lab-x#", "% Unknown command."),
    ] {
        let mut shell = shell(DeviceSpec::new("lab-x", platform));
        assert!(text(shell.start()).ends_with(prompt), "{platform}");
        let answer = typed(&mut shell, "frobnicate\n");
        assert!(answer.contains(refusal) && answer.ends_with(prompt), "{platform}: {answer:?}");
        let version = typed(&mut shell, if platform == Platform::Linux { "uname -a\n" } else { "show version\n" });
        assert!(version.contains(crate::generate::facts(&shell.device.spec).version), "{platform}: {version}");
    }
}

#[test]
fn faults_of_the_answer_are_as_told() {
    let answer = |fault| {
        let mut shell = shell(ios().with_fault(fault));
        typed(&mut shell, "show running-config\n")
    };
    let echo = "show running-config\r\n";
    assert_eq!(answer(Fault::EmptyAnswer), format!("{echo}lab-core-01#"));
    assert!(answer(Fault::ErrorText).starts_with(&format!("{echo}                 ^\r\n% Invalid input")));
    assert_eq!(
        answer(Fault::MissingEndMarker),
        format!("{echo}hostname lab-core-01\r\ninterface Vlan1\r\n shutdown\r\n\r\nlab-core-01#")
    );
    assert_eq!(
        answer(Fault::DropsHalfWay),
        format!("{echo}hostname lab-core-01\r\ninterface Vlan1\r\n shutdo<Pause(150ms)><Cut>")
    );
    assert_eq!(
        answer(Fault::DropsHalfWayAfterLookAlike),
        format!("{echo}hostname lab-core-01\r\ninterface Vlan1\r\nlab-core-01#<Pause(150ms)><Cut>")
    );
    assert_eq!(answer(Fault::Stalls { after_bytes: 12 }), format!("{echo}hostname lab<Stall>"));
    assert_eq!(
        answer(Fault::LookAlike { pause: Duration::from_secs(3) }),
        format!(
            "{echo}hostname lab-core-01\r\ninterface Vlan1\r\nlab-core-01#<Pause(3s)>\r\n shutdown\r\nend\r\n\r\nlab-core-01#"
        )
    );
    let frame = answer(Fault::LowPrivilege);
    assert!(frame.contains("boot-start-marker\r\n") && !frame.contains("hostname"), "{frame}");
    let refused = answer(Fault::RefusesCommand { starts_with: "show run".into() });
    assert!(refused.contains("% Invalid input"), "{refused}");
}

#[test]
fn a_device_that_logs_every_command_draws_its_prompt_twice() {
    let mut shell = shell(ios().with_fault(Fault::LogsEveryCommand));
    let answer = typed(&mut shell, "term len 0\n");
    assert!(answer.starts_with("term len 0\r\nlab-core-01#\r\n%PARSER-5-"), "{answer}");
    assert!(answer.ends_with("\r\nlab-core-01#"), "{answer}");
    assert_eq!(typed(&mut shell, "\n"), "\r\nlab-core-01#");
}

#[test]
fn a_prompt_that_tells_the_time_is_another_one_each_time() {
    let mut shell = shell(ios().with_fault(Fault::ClockInPrompt));
    assert_eq!(text(shell.start()), "\r\nlab-core-01.10:00:01#");
    assert_eq!(typed(&mut shell, "\n"), "\r\nlab-core-01.10:00:02#");
}

#[test]
fn exec_answers_without_echo_prompt_or_pages() {
    let config: String = (1..=50).map(|n| format!("line {n}\n")).collect();
    let mut shell = shell(ios().with_config(config));
    let answer = text(shell.exec("show running-config"));
    assert!(answer.starts_with("line 1\r\n") && answer.ends_with("line 50\r\n\r\n<Close>"), "{answer}");
}

#[test]
fn filters_after_a_bar_work() {
    let mut shell = shell(DeviceSpec::new("lab-x", Platform::JuniperJunos));
    let whole = typed(&mut shell, "show configuration | no-more\n");
    assert!(whole.contains("system {\r\n") && !whole.contains("more)---"));
    let set = typed(&mut shell, "show configuration | display set | no-more\n");
    assert!(set.contains("\r\nset system host-name lab-x\r\n"), "{set}");
    let matched = typed(&mut shell, "show configuration | match host-name\n");
    assert_eq!(matched, "show configuration | match host-name\r\n    host-name lab-x;\r\n\r\nlab@lab-x> ");
}

#[test]
fn bash_runs_what_a_collector_types() {
    let mut shell = shell(DeviceSpec::new("lab-x", Platform::Linux).with_config("a = 1\nb = 2\n"));
    assert_eq!(typed(&mut shell, "PS1='READY> '; stty -echo\n"), "PS1='READY> '; stty -echo\r\nREADY> ");
    let command =
        "for f in /etc/hosts /etc/fstab; do printf '## %s\\n' \"$f\"; cat \"$f\"; done; printf '%s-%s\\n' the end\n";
    assert_eq!(typed(&mut shell, command), "a = 1\r\nb = 2\r\nthe-end\r\nREADY> ");
    shell.device.set_fault(Some(Fault::MissingEndMarker));
    assert_eq!(typed(&mut shell, command), "a = 1\r\nb = 2\r\nREADY> ");
}

#[test]
fn bash_tells_its_hardware() {
    let mut shell = shell(DeviceSpec::new("lab-x", Platform::Linux));
    typed(&mut shell, "stty -echo\n");
    let command = "cat /etc/os-release; printf 'Model: %s\\n' \"$(cat /sys/class/dmi/id/product_name 2>/dev/null)\"\n";
    let answer = typed(&mut shell, command);
    assert!(answer.starts_with("PRETTY_NAME="), "{answer}");
    assert!(answer.ends_with("Model: Virtual Machine\r\nlab@lab-x:~$ "), "{answer}");
}
