//! Each platform's dialect as data: prompts, paging, privilege, commands with their abbreviations, error lines.

mod facts;

use crate::spec::{DeviceSpec, Platform};

pub(crate) use facts::{inventory, version};

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Action {
    Config,
    Startup,
    Version,
    Inventory,
    /// Turns paging off, answering this.
    PagingOff(&'static str),
    PagingOn(&'static str),
    /// Does nothing, answering this.
    Accept(&'static str),
    Enable,
    Disable,
    Exit,
}

/// How long output is paged.
pub(crate) struct Pager {
    pub(crate) text: &'static str,
    /// What removes the text from the screen when a key was pressed.
    pub(crate) erase: &'static str,
}

/// A platform's way of talking.
pub(crate) struct Dialect {
    /// Commands: words whose part in brackets may be left out; `*` is any one word.
    pub(crate) commands: &'static [(&'static str, Action)],
    pub(crate) pager: Option<Pager>,
    /// Whether there is an unprivileged mode that `enable` leaves.
    pub(crate) privileged_mode: bool,
    /// Printed before each prompt that follows output, and before every prompt.
    pub(crate) after_output: &'static str,
    pub(crate) before_prompt: &'static str,
    /// What a refused `enable` says.
    pub(crate) enable_refused: &'static str,
}

impl Dialect {
    pub(crate) fn of(platform: Platform) -> &'static Dialect {
        match platform {
            Platform::CiscoIos => &IOS,
            Platform::CiscoNxos => &NXOS,
            Platform::AristaEos => &EOS,
            Platform::JuniperJunos => &JUNOS,
            Platform::Linux => &LINUX,
            Platform::Generic => &GENERIC,
        }
    }
}

const IOS: Dialect = Dialect {
    commands: &[
        ("sh(ow) ru(nning-config)", Action::Config),
        ("sh(ow) ru(nning-config) al(l)", Action::Config),
        ("sh(ow) ru(nning-config) v(iew) f(ull)", Action::Config),
        ("sh(ow) star(tup-config)", Action::Startup),
        ("sh(ow) ver(sion)", Action::Version),
        ("sh(ow) inven(tory)", Action::Inventory),
        ("sh(ow) cl(ock)", Action::Accept("*10:11:12.131 UTC Mon Jan 5 2026\r\n")),
        ("sh(ow) priv(ilege)", Action::Accept("Current privilege level is 15\r\n")),
        ("ter(minal) le(ngth) 0", Action::PagingOff("")),
        ("ter(minal) le(ngth) *", Action::PagingOn("")),
        ("ter(minal) no le(ngth)", Action::PagingOn("")),
        ("ter(minal) wi(dth) *", Action::Accept("")),
        ("ter(minal) no mon(itor)", Action::Accept("")),
        ("en(able)", Action::Enable),
        ("disa(ble)", Action::Disable),
        ("ex(it)", Action::Exit),
        ("logo(ut)", Action::Exit),
        ("q(uit)", Action::Exit),
    ],
    pager: Some(Pager {
        text: " --More-- ",
        erase: "\x08\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08\x08",
    }),
    privileged_mode: true,
    after_output: "\r\n",
    before_prompt: "",
    enable_refused: "% Access denied\r\n",
};

const NXOS: Dialect = Dialect {
    commands: &[
        ("sh(ow) ru(nning-config)", Action::Config),
        ("sh(ow) ru(nning-config) al(l)", Action::Config),
        ("sh(ow) star(tup-config)", Action::Startup),
        ("sh(ow) ver(sion)", Action::Version),
        ("sh(ow) inv(entory)", Action::Inventory),
        ("sh(ow) inv(entory) al(l)", Action::Inventory),
        ("ter(minal) le(ngth) 0", Action::PagingOff("")),
        ("ter(minal) le(ngth) *", Action::PagingOn("")),
        ("ter(minal) wi(dth) *", Action::Accept("")),
        ("ter(minal) dont-ask", Action::Accept("")),
        ("ex(it)", Action::Exit),
        ("logo(ut)", Action::Exit),
        ("q(uit)", Action::Exit),
    ],
    pager: Some(Pager { text: "\x1b[7m--More--\x1b[m", erase: "\r        \r" }),
    privileged_mode: false,
    after_output: "",
    before_prompt: "\r",
    enable_refused: "",
};

const EOS: Dialect = Dialect {
    commands: &[
        ("sh(ow) ru(nning-config)", Action::Config),
        ("sh(ow) ru(nning-config) al(l)", Action::Config),
        ("sh(ow) ru(nning-config) sa(nitized)", Action::Config),
        ("sh(ow) star(tup-config)", Action::Startup),
        ("sh(ow) ver(sion)", Action::Version),
        ("sh(ow) inv(entory)", Action::Inventory),
        ("ter(minal) le(ngth) 0", Action::PagingOff("Pagination disabled.\r\n")),
        ("ter(minal) le(ngth) *", Action::PagingOn("")),
        ("ter(minal) wi(dth) *", Action::Accept("Width set to the given number of columns.\r\n")),
        ("en(able)", Action::Enable),
        ("disa(ble)", Action::Disable),
        ("ex(it)", Action::Exit),
        ("logo(ut)", Action::Exit),
        ("q(uit)", Action::Exit),
    ],
    pager: Some(Pager { text: " --More-- ", erase: "\r\x1b[K" }),
    privileged_mode: true,
    after_output: "",
    before_prompt: "",
    enable_refused: "% Bad secret\r\n",
};

const JUNOS: Dialect = Dialect {
    commands: &[
        ("sh(ow) conf(iguration)", Action::Config),
        ("sh(ow) ver(sion)", Action::Version),
        ("sh(ow) ch(assis) h(ardware)", Action::Inventory),
        ("set cl(i) screen-l(ength) 0", Action::PagingOff("Screen length set to 0\r\n")),
        ("set cl(i) screen-l(ength) *", Action::PagingOn("Screen length set\r\n")),
        ("set cl(i) screen-w(idth) *", Action::Accept("Screen width set\r\n")),
        ("set cl(i) comp(lete-on-space) *", Action::Accept("Disabling complete-on-space\r\n")),
        ("set cl(i) t(imestamp) d(isable)", Action::Accept("")),
        ("ex(it)", Action::Exit),
        ("q(uit)", Action::Exit),
    ],
    pager: Some(Pager { text: "---(more)---", erase: "\r                                        \r" }),
    privileged_mode: false,
    after_output: "",
    before_prompt: "\r\n",
    enable_refused: "",
};

/// The shell's own commands are in `shell/bash.rs`.
const LINUX: Dialect = Dialect {
    commands: &[("exit", Action::Exit), ("logout", Action::Exit)],
    pager: None,
    privileged_mode: false,
    after_output: "",
    before_prompt: "",
    enable_refused: "",
};

const GENERIC: Dialect = Dialect {
    commands: &[
        ("sh(ow) ru(nning-config)", Action::Config),
        ("sh(ow) conf(iguration)", Action::Config),
        ("sh(ow) ver(sion)", Action::Version),
        ("sh(ow) inv(entory)", Action::Inventory),
        ("ter(minal) le(ngth) 0", Action::PagingOff("")),
        ("no page", Action::PagingOff("")),
        ("ter(minal) wi(dth) *", Action::Accept("")),
        ("en(able)", Action::Enable),
        ("ex(it)", Action::Exit),
        ("logo(ut)", Action::Exit),
        ("q(uit)", Action::Exit),
    ],
    pager: Some(Pager { text: "--More--", erase: "\r        \r" }),
    privileged_mode: true,
    after_output: "",
    before_prompt: "",
    enable_refused: "% Access denied\r\n",
};

/// The prompt, without what comes before it.
pub(crate) fn prompt(spec: &DeviceSpec, privileged: bool) -> String {
    let (host, user) = (&spec.hostname, &spec.username);
    match spec.platform {
        Platform::CiscoIos | Platform::AristaEos | Platform::Generic => {
            format!("{host}{}", if privileged { '#' } else { '>' })
        }
        Platform::CiscoNxos => format!("{host}# "),
        Platform::JuniperJunos => format!("{user}@{host}> "),
        Platform::Linux => format!("{user}@{host}:~$ "),
    }
}

/// What became of a typed line.
#[derive(Debug, PartialEq)]
pub(crate) enum Parsed {
    Action(Action),
    /// The beginning of a command.
    Incomplete,
    /// No command; the word at this byte is the first that fits nowhere.
    Unknown(usize),
}

/// Finds the command meant by `typed`, words in any case and abbreviated as the platform allows.
pub(crate) fn parse(dialect: &Dialect, typed: &str) -> Parsed {
    let words: Vec<&str> = typed.split_whitespace().collect();
    let (mut fitting, mut incomplete) = (0, false);
    for (pattern, action) in dialect.commands {
        let mut wanted = pattern.split(' ');
        let fit = words.iter().zip(wanted.by_ref()).take_while(|(word, wanted)| fits(word, wanted)).count();
        let whole = fit == words.len();
        if whole && fit == pattern.split(' ').count() {
            return Parsed::Action(*action);
        }
        incomplete |= whole && fit < pattern.split(' ').count();
        fitting = fitting.max(fit);
    }
    if incomplete {
        return Parsed::Incomplete;
    }
    let failed = words.get(fitting).copied().unwrap_or_default();
    Parsed::Unknown(failed.as_ptr() as usize - typed.as_ptr() as usize)
}

fn fits(word: &str, wanted: &str) -> bool {
    if wanted == "*" {
        return true;
    }
    let word = word.to_ascii_lowercase();
    let (needed, optional) = wanted.split_once('(').unwrap_or((wanted, ""));
    word.strip_prefix(needed).is_some_and(|rest| optional.trim_end_matches(')').starts_with(rest))
}

/// The platform's own lines for a command it does not know, `column` being where on the screen the fault is.
pub(crate) fn error(platform: Platform, parsed: &Parsed, typed: &str, column: usize) -> String {
    let caret = " ".repeat(column);
    let incomplete = *parsed == Parsed::Incomplete;
    match platform {
        Platform::CiscoIos if incomplete => "% Incomplete command.\r\n".into(),
        Platform::CiscoIos => format!("{caret}^\r\n% Invalid input detected at '^' marker.\r\n"),
        Platform::CiscoNxos if incomplete => format!("{caret}^\r\n% Incomplete command at '^' marker.\r\n"),
        Platform::CiscoNxos => format!("{caret}^\r\n% Invalid command at '^' marker.\r\n"),
        Platform::AristaEos if incomplete => "% Incomplete command\r\n".into(),
        Platform::AristaEos => "% Invalid input\r\n".into(),
        Platform::JuniperJunos if incomplete => format!("{caret}^\r\nsyntax error, expecting <command>.\r\n"),
        Platform::JuniperJunos => format!("{caret}^\r\nunknown command.\r\n"),
        Platform::Linux => {
            let word = typed.split_whitespace().next().unwrap_or_default();
            format!("-bash: {word}: command not found\r\n")
        }
        Platform::Generic => "% Unknown command.\r\n".into(),
    }
}

/// The answer to an unprivileged session that asks for the configuration.
pub(crate) fn privilege_missing(platform: Platform, typed: &str, column: usize) -> String {
    match platform {
        Platform::AristaEos => "% Invalid input (privileged mode required)\r\n".into(),
        _ => error(platform, &Parsed::Unknown(0), typed, column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_understood_in_any_case() {
        for typed in ["sh run", "SHOW Running-Config", "show run all", "show running-config view full"] {
            assert_eq!(parse(&IOS, typed), Parsed::Action(Action::Config), "{typed}");
        }
        assert_eq!(parse(&IOS, "term len 0"), Parsed::Action(Action::PagingOff("")));
        assert_eq!(parse(&IOS, "term len 24"), Parsed::Action(Action::PagingOn("")));
        assert_eq!(parse(&JUNOS, "show conf"), Parsed::Action(Action::Config));
    }

    #[test]
    fn what_is_no_command_says_where() {
        assert_eq!(parse(&IOS, "show"), Parsed::Incomplete);
        assert_eq!(parse(&IOS, "show vtp status"), Parsed::Unknown(5));
        assert_eq!(parse(&IOS, "frobnicate"), Parsed::Unknown(0));
        assert_eq!(parse(&IOS, "show version now"), Parsed::Unknown(13));
        assert_eq!(parse(&IOS, "showing version"), Parsed::Unknown(0));
        let line = error(Platform::CiscoIos, &Parsed::Unknown(5), "show vtp status", 9);
        assert_eq!(line, "         ^\r\n% Invalid input detected at '^' marker.\r\n");
    }
}
