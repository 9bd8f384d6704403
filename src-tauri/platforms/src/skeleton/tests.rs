//! Whole files, and what becomes of them. They are written for these tests.

use super::*;
use crate::Definition;

const MODEL: &str = r#"
class AcmeSwitch < Oxidized::Model
  using Refinements
  # prompt /old/
  prompt /^([\w.-]+[#>]\s?)$/
  comment '! '

  expect /^--More--\s*$/ do |data, re|
    send ' '
    data.sub re, ''
  end

  expect %r{Continue \[y/n\]\?} do
    send "y\n"
  end

  cmd :all do |cfg|
    cfg.gsub! /\cH+/, ''
    cfg.cut_both
  end

  cmd :secret do |cfg|
    cfg.gsub! /^(snmp community) \S+/, '\\1 <removed>'
    cfg.gsub! /(?<=key )\S+/, '<removed>'
    cfg
  end

  cmd 'show version' do |cfg|
    comment cfg.lines.first
  end

  cmd 'show inventory' { |cfg| comment cfg }

  cmd 'show running-config' do |cfg|
    if cfg.include? 'uptime'
      cfg.reject_lines ['uptime']
    end
    cfg
  end

  cfg :telnet, :ssh do
    username /^Login:/
    if vars :enable
      post_login do
        cmd 'enable', /^[Pp]assword:/
        cmd vars(:enable)
      end
    end
    post_login 'terminal length 0'
    post_login 'set clock-messages off'
    pre_logout do
      send "quit\n"
    end
  end
end
"#;

const DEFINITION: &str = r"---
platform-type: acme_os
default:
  driver-type: network
  privilege-levels:
    exec:
      name: exec
      pattern: '(?im)^[\w.\-]{1,63}>\s?$'
      previous-priv:
      escalate-auth: false
    privilege-exec:
      name: privilege-exec
      pattern: '(?im)^[\w.\-]{1,63}#\s?$'
      previous-priv: exec
      escalate: enable
      escalate-auth: true
      escalate-prompt: '(?im)^password:\s?$'
    configuration:
      name: configuration
      pattern: '(?im)^[\w.\-]{1,63}\(config\)#\s?$'
      previous-priv: privilege-exec
      escalate: configure
      escalate-auth: false
  default-desired-privilege-level: privilege-exec
  failed-when-contains:
    - '% Unknown command'
  network-on-open:
    - operation: 'acquire-priv'
    - operation: 'driver.send-command'
      command: 'page off'
    - operation: 'driver.send-configs'
  network-on-close:
    - operation: 'channel.write'
      input: 'quit'
";

const DRIVER: &str = r#"
DEFAULT_PRIVILEGE_LEVELS = {
    "exec": (PrivilegeLevel(pattern=r"^[\w.]{1,48}>$", name="exec", previous_priv="", deescalate="",
        escalate="", escalate_auth=False, escalate_prompt="")),
    "privilege_exec": (PrivilegeLevel(pattern=r"^[\w.]{1,48}#$", name="privilege_exec", previous_priv="exec",
        deescalate="disable", escalate="enable", escalate_auth=True, escalate_prompt=r"^password:\s?$")),
}

def default_sync_on_open(conn):
    conn.acquire_priv(desired_priv=conn.default_desired_privilege_level)
    conn.send_command(command="page off")
    conn.send_interactive([("clear", "?")])

async def default_async_on_close(conn):
    conn.channel.write(channel_input="quit")
    conn.channel.send_return()

SCRAPLI_PLATFORM = {
    "defaults": {
        "default_desired_privilege_level": "privilege_exec",
        "failed_when_contains": [
            "% Unknown command",
            '% Bad',
        ],
    },
}
"#;

/// A platform made of a skeleton, once its author has filled in what it says is missing.
fn filled(text: &str, missing: &[(&str, &str)]) -> Definition {
    let filled = missing.iter().fold(text.to_owned(), |text, (gap, filling)| text.replace(gap, filling));
    Definition::parse("skeleton", &filled).unwrap_or_else(|bad| panic!("{bad}\n{filled}"))
}

#[test]
fn a_model_gives_prompt_pager_commands_and_secrets_and_names_its_code() {
    let made = skeleton("models/acme_switch.rb", MODEL).unwrap();
    let text = &made.text;
    assert_eq!(made.of, "Oxidized model");
    assert!(text.starts_with("# A skeleton, made from the Oxidized model acme_switch.rb. It is not proven"), "{text}");
    for left in [
        "# - line 18, code that edits every answer: cfg.gsub! /\\cH+/, ''",
        "# - line 24, a secret that cannot be translated: cfg.gsub! /(?<=key )\\S+/, '<removed>'",
        "cfg.reject_lines ['uptime']",
    ] {
        assert!(text.contains(left), "{left} is not in\n{text}");
    }
    let definition = filled(text, &[("errors = []", "errors = ['^%']")]);
    assert_eq!((definition.name.as_str(), definition.comment.as_str()), ("acme_switch", "!"));
    assert_eq!(definition.prompt.written(), Some(r"^(?P<host>[\w.-]+)[#>]\s?$"));
    assert!(definition.is_more("--More--"));
    let dialog = &definition.dialogs[0];
    assert!(dialog.expect.is_match("Continue [y/n]?") && dialog.send == "y\n");
    let commands: Vec<(&str, bool)> = definition
        .commands
        .iter()
        .map(|command| (command.send.as_str(), command.purpose == crate::Purpose::Config))
        .collect();
    assert_eq!(commands, [("show version", false), ("show inventory", false), ("show running-config", true)]);
    assert_eq!(definition.privilege[0].command, "enable");
    assert!(definition.privilege[0].password_prompt.as_ref().is_some_and(|asks| asks.is_match("Password:")));
    assert_eq!(definition.paging.off[0].send, "terminal length 0");
    assert_eq!(definition.prepare[0].send, "set clock-messages off");
    assert_eq!((definition.goodbye, definition.secrets.len()), (vec!["quit".to_owned()], 1));
    assert_eq!(made.left_out, text.lines().filter(|line| line.starts_with("# - line ")).count());
}

#[test]
fn a_definition_gives_prompt_privilege_and_refusals_and_lacks_the_command() {
    let missing = ("# [[commands]]", "[[commands]]\nsend = 'show config'\npurpose = 'config'");
    for (file, text) in [("acme_os.yaml", DEFINITION), ("acme_os.py", DRIVER)] {
        let made = skeleton(file, text).unwrap();
        assert_eq!(made.of, "scrapli definition");
        assert!(made.text.contains("names no command that shows the configuration"), "{}", made.text);
        assert!(Definition::parse(file, &made.text).is_err(), "it is to be completed first");
        let definition = filled(&made.text, &[missing]);
        assert_eq!((definition.name.as_str(), definition.errors[0].as_str()), ("acme_os", "% Unknown command"));
        let [plain, privileged] = ["sw1>", "sw1#"].map(|line| definition.prompt.pattern.is_match(line));
        assert!(plain && privileged, "{}", made.text);
        let above = definition.prompt.privileged.as_ref().unwrap();
        assert!(above.is_match("sw1#") && !above.is_match("sw1>"));
        assert_eq!((definition.privilege.len(), definition.privilege[0].command.as_str()), (1, "enable"));
        assert!(definition.privilege[0].password_prompt.as_ref().is_some_and(|asks| asks.is_match("password:")));
        assert_eq!((definition.paging.off[0].send.as_str(), definition.goodbye[0].as_str()), ("page off", "quit"));
        assert!(made.text.contains("has no counterpart"), "{}", made.text);
    }
}

#[test]
fn a_file_of_another_kind_or_without_anything_is_refused() {
    let unknown = skeleton("a/notes.txt", "hello").unwrap_err();
    assert_eq!(unknown, NoSkeleton::Unknown("notes.txt".to_owned()));
    let empty = skeleton("empty.rb", "class Empty < Oxidized::Model\nend\n").unwrap_err();
    assert!(empty.to_string().starts_with("Nothing in empty.rb could be taken"), "{empty}");
    for odd in ["class X < Oxidized::Model\nend\nend\nprompt /", "privilege-levels:\n  -\n - - x:", "PrivilegeLevel("] {
        assert!(skeleton("odd", odd).is_err());
    }
}

#[test]
fn a_name_is_one_of_a_platform_and_replaces_none_that_is_built_in() {
    assert_eq!(name_of("IronWare-X.rb"), "ironware_x");
    assert_eq!(name_of("cisco_ios.yaml"), "my_cisco_ios");
    assert_eq!(name_of("3com.rb"), "my_3com");
    assert_eq!(name_of("auto.rb"), "my_auto");
}
