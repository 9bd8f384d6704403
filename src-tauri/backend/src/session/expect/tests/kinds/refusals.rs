//! How devices refuse a command, each in its maker's words.

use super::*;

/// How devices say that they do not know, or do not allow, a command: `%s` is all of it, `%w` its first word, `%l` its last.
const REFUSALS: &[(&str, &str)] = &[
    ("bird", "syntax error, unexpected CF_SYM_UNDEFINED\n"),
    ("bird 2", "9001 syntax error, unexpected CF_SYM_UNDEFINED, expecting END\n"),
    ("bird 3", "No such command. Press `?' for help.\n"),
    ("fortios", "\ncommand parse error before '%l'\nCommand fail. Return code -61\n\n"),
    ("fortios unknown", "Unknown action 0\nCommand fail. Return code -1\n"),
    ("fortios value", "value parse error before '%l'\nCommand fail. Return code -651\n"),
    ("tnsr", "CLI syntax error: \"%s\": Unknown command\n"),
    ("vyos", "\n  Invalid command: [%s]\n\n"),
    ("vyos 2", "\n  Invalid command: show [%l]\n\n"),
    ("vyos ambiguous", "\n  Ambiguous command: %w\n  Possible completions:\n    a\n    b\n\n"),
    ("mikrotik", "bad command name %w (line 1 column 1)\n"),
    ("mikrotik value", "expected end of command (line 1 column 6)\n"),
    ("mikrotik syntax", "syntax error (line 1 column 6)\n"),
    ("huawei", "                ^\nError: Unrecognized command found at '^' position.\n"),
    ("huawei 2", "Error:Unrecognized command found at '^' position.\n"),
    ("huawei wrong", "        ^\nError: Wrong parameter found at '^' position.\n"),
    ("huawei too", "             ^\nError: Too many parameters found at '^' position.\n"),
    ("huawei olt", "  % Unknown command, the error locates at '^'\n"),
    ("h3c", "             ^\n % Unrecognized command found at '^' position.\n"),
    ("h3c denied", "Permission denied.\n"),
    ("hp", "Invalid input: %l\n"),
    ("hp 2", "Invalid input: %s\n"),
    ("hp ambiguous", "Ambiguous input: %w\n"),
    ("extreme", "%% Invalid input detected at '^' marker.\n"),
    ("extreme exos", "\n                ^\n%% Invalid input detected at '^' marker.\n"),
    ("extreme voss", "             ^\n% Invalid input detected at '^' marker.\n"),
    ("nokia", "                ^\nError: Bad command.\n"),
    ("nokia minor", "MINOR: CLI Command not allowed for this user.\n"),
    ("nokia md", "MINOR: MGMT_CORE #2201: Unknown element - '%l'\n"),
    ("nokia srl", "Error: Path '.%l' does not exist\n"),
    ("nokia isam", "                ^\ninvalid token\n"),
    ("nokia isam 2", "command is not complete\n"),
    ("zte", "               ^\n% Error 20200: Invalid input detected at '^' marker.\n"),
    ("zte code", "%Error 140303: Invalid input detected at '^' marker.\n"),
    ("zte 2", "%Code 20203 : Command not found!\n"),
    ("ubiquiti edgeswitch", "                                         ^\n% Invalid input detected at '^' marker.\n"),
    ("ubiquiti airos", "-sh: %w: not found\n"),
    ("ubiquiti edgerouter", "\n  Invalid command: [%s]\n\n"),
    ("ubiquiti vbash", "vbash: %w: command not found\n"),
    ("dell os10", "% Error: Unrecognized command.\n"),
    ("dell powerconnect", "% bad parameter value\n"),
    ("dell", "% Unrecognized command : %s\n"),
    ("aruba", "% Invalid input detected at '^' marker.\n"),
    ("aruba 2", "\n% Parse error\n"),
    ("aruba ap", "Parse error\n"),
    ("ruckus", "Invalid input -> %s\nType ? for a list\n"),
    ("ruckus smartzone", "The command is unrecognized or incomplete.\n"),
    (
        "ruckus zd",
        "The command is either unrecognized or incomplete. To view a list of commands that you can run from this context, type \"?\" or \"help\".\n",
    ),
    ("checkpoint", "CLINFR0329  Invalid command:'%s'.\n"),
    ("checkpoint 2", "NMINST0001  Incomplete command.\n"),
    ("f5", "Syntax Error: unexpected argument \"%l\"\n"),
    ("netscaler", "ERROR: No such command\n"),
    ("netscaler 2", "ERROR: No such argument [%l]\n"),
    ("a10", "                ^\n% Unrecognized command.Invalid input detected at '^' marker.\n"),
    ("paloalto", "Unknown command: %w\n"),
    ("paloalto 2", "Invalid syntax.\n"),
    ("paloalto 3", "Server error : %s is invalid\n"),
    ("sonicwall", "% No matching command found.\n"),
    ("sonicwall 2", "% Error encountered: Command `%s' not found\n"),
    ("watchguard", "                 ^\n% Invalid input detected at '^' marker.\n"),
    ("sophos", "% Error: Unknown Parameter '%l'\n"),
    ("zyxel", "% Unrecognized command.\n"),
    ("zyxel 2", "retval = -2\nERROR: Parse error/command not found!\n"),
    ("tplink", "Error: Bad command\n"),
    ("tplink 2", "Error: Invalid parameter.\n"),
    (
        "dlink",
        "Available commands:\n..                  ?                   clear               config\ndebug               delete              disable             show\n",
    ),
    ("dlink 2", "Next possible completions:\nerror_port          packet              802.1x\n"),
    ("dlink 3", "                  ^\n% Invalid input detected at ^ marker\n"),
    ("netgear", "% Unrecognized command\n"),
    ("netgear 2", "% Invalid input. Please specify a valid command\n"),
    ("cisco wlc", "Incorrect usage.  Use the '?' or <TAB> key to list commands.\n"),
    ("cisco asa", "          ^\nERROR: % Invalid input detected at '^' marker.\n"),
    ("cisco ftd", "Syntax error: Illegal parameter \n"),
    ("cisco smb", "% Unrecognized command\n"),
    ("cisco tacacs", "Command authorization failed.\n"),
    ("cisco viptela", "-----------^\nsyntax error: unknown argument\n"),
    ("ciena", "SHELL PARSER FAILURE: 'show' - invalid input\n"),
    ("ciena 10", "Error: Invalid command\n"),
    ("adtran", "               ^\n%Unrecognized command\n"),
    ("alcatel aos", "ERROR: Invalid entry: \"%l\"\n"),
    ("alcatel aos 2", "       ^\nERROR: Invalid entry: \"%l\"\n"),
    ("allied", "% Invalid input detected at '^' marker.\n"),
    ("brocade fos", "rbash: %w: command not found\n"),
    ("brocade", "Unrecognized command\n"),
    ("calix", "Error: Unknown command: %s\n"),
    ("casa", "%%Invalid command\n"),
    ("ericsson", "Unrecognized command:\n  %s\n"),
    ("eltex", "% Unknown command\n"),
    ("fiberstore", "% Unknown command, the error locates at '^'\n"),
    ("gcom", "% Command incorrect:\n%s\n"),
    ("infinera", "DENY\n"),
    ("juniper", "                     ^\nunknown command.\n"),
    ("juniper 2", "                     ^\nsyntax error, expecting <command>.\n"),
    ("juniper screenos", "              ^---------unknown keyword %l\n"),
    ("mrv", "%ERROR: Unknown command\n"),
    ("oneaccess", "Unknown command\n"),
    ("peplink", "command not found\n"),
    ("perle", "Unknown command '%s'\n"),
    ("quanta", "% Invalid input detected at '^' marker.\n"),
    ("raisecom", "% \" %s \"  Unknown command.\n"),
    ("riverbed", "% Unrecognized command \"%l\".\nType \"show ?\" for help.\n"),
    ("mellanox", "% Unrecognized command \"%l\".\nType \"%w ?\" for help.\n"),
    ("ruijie", "% Unknown command.\n"),
    ("opengear", "-bash: %w: command not found\n"),
    ("csh", "%w: Command not found.\n"),
    ("fish", "fish: Unknown command: %w\n"),
    ("zsh", "zsh: command not found: %w\n"),
    ("windows", "'%w' is not recognized as an internal or external command,\noperable program or batch file.\n"),
    (
        "powershell",
        "%w : The term '%w' is not recognized as the name of a cmdlet, function, script file, or operable program.\nAt line:1 char:1\n+ %s\n+ ~~~~\n    + CategoryInfo          : ObjectNotFound: (%w:String) [], CommandNotFoundException\n    + FullyQualifiedErrorId : CommandNotFoundException\n",
    ),
    ("apc", "E101: Command Not Found\n"),
    ("eaton", "Command not recognized\n"),
    ("raritan", "The specified command could not be found\n"),
    ("avocent", "ERROR: %s - not found\n"),
    ("linksys", "% missing mandatory parameter\n"),
    ("grandstream", "Unknown command, please type help\n"),
    ("cambium", "Syntax error: Illegal command line\n"),
    ("audiocodes", "Invalid command\n"),
    ("lancom", "Syntax error: unknown command %w\n"),
    ("bintec", "%w: no such command\n"),
    ("stormshield", "200 code=00900100 msg=\"Unknown command\"\n"),
    ("stormshield 2", "102 code=00900100 msg=\"unknown command: %w\"\n"),
    ("german", "Unbekannter Befehl: %s\n"),
    ("french", "Commande inconnue : %s\n"),
    ("spanish", "Comando no reconocido\n"),
    ("terse", "?\n"),
    ("terse 2", "What?\n"),
    ("huh", "Huh? %w\n"),
    ("beep", "\x07Nope.\n"),
    ("usage", "Usage: show [interfaces|version]\n"),
    ("help", "Valid commands are:\n interfaces   all ports\n version      software\n vlan         networks\n"),
    ("expired licence", "% This feature requires a license.\n"),
    ("read only", "You do not have the necessary rights to perform this operation.\n"),
    ("read only 2", "Insufficient privileges\n"),
    ("privilege", "% Your privilege level is too low for this command\n"),
    ("locked", "Another user is in configuration mode. Command rejected.\n"),
    ("busy", "System is initializing, please wait and try again.\n"),
    ("busy 2", "% Configuration file is in use; try again later\n"),
    ("empty config", "% Startup configuration is not present\n"),
    ("busy 3", "Command is disabled while the stack is forming.\n"),
];

fn refusal_to(wording: &str, command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    wording.replace("%s", command).replace("%w", words[0]).replace("%l", words.last().unwrap())
}

#[test]
fn a_refusal_in_any_makers_words_is_told_and_never_stored() {
    let mut bad = Vec::new();
    let definition = platform("generic");
    for (maker, wording) in REFUSALS {
        for everywhere in [true, false] {
            let mut device = Device::new("sw1#");
            for command in ["show netraven", "terminal length 0", "show version", "show running-config"] {
                // Where only the configuration is refused, what cannot exist is refused in other words.
                let wording =
                    if everywhere || command == "show running-config" { *wording } else { "% Unknown command\n" };
                device = device.answers(command, vec![say(&refusal_to(wording, command))]);
            }
            let outcome = read(&mut device, &definition);
            match &outcome.result {
                Ok(conversed) => {
                    bad.push(format!(
                        "STORED {maker} {everywhere}: {:?}",
                        conversed.answers.last().map(|answer| &answer.text)
                    ));
                }
                Err(error) if error.cause != Cause::CommandRejected => {
                    bad.push(format!(
                        "CAUSE {maker} {everywhere}: {:?} {} {:?}",
                        error.cause, error.message, error.said
                    ));
                }
                Err(error) if error.said.is_none() => {
                    bad.push(format!("SILENT {maker} {everywhere}: {}", error.message))
                }
                Err(_) => {}
            }
            if outcome.took > Duration::from_secs(5) {
                bad.push(format!("SLOW {maker} {everywhere}: {:?}", outcome.took));
            }
        }
    }
    complain(bad);
}

#[test]
fn a_device_that_refuses_what_cannot_exist_in_any_makers_words_is_read_whole() {
    let mut bad = Vec::new();
    let definition = platform("generic");
    for (maker, wording) in REFUSALS {
        let banner =
            format!("{FLAT}banner motd ^\n{}^\n", refusal_to(wording, "show running-config").trim_start_matches('\n'));
        for config in [FLAT, banner.as_str()] {
            let mut device = Device::new("sw1#").answers("show running-config", vec![say(config)]);
            for command in ["show netraven", "terminal length 0", "show version"] {
                device = device.answers(command, vec![say(&refusal_to(wording, command))]);
            }
            let config = config.replace('\x07', "");
            judged(&read(&mut device, &definition), &config, maker, 6_000, &mut bad);
        }
    }
    complain(bad);
}
