//! Answers that are longer than a line: the configuration with its faults, filters behind `|`, and the pager.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Mode, Op, PAGE_LINES, Shell};
use crate::generate::{self, as_set_lines};
use crate::platform::{self, Parsed};
use crate::spec::{Fault, Platform};

/// How long a device hangs before it drops a connection: libssh2 throws away what it received together with the end.
pub(super) const LAST_BREATH: Duration = Duration::from_millis(150);

impl Shell {
    /// Answers the configuration command, as the present fault has it.
    pub(super) fn config(&mut self, filters: &str) {
        let revision = *self.visit.get_or_insert_with(|| self.device.visit());
        let text = self.device.read_config(revision);
        match self.device.fault() {
            Some(Fault::ErrorText) => {
                let platform = self.device.spec.platform;
                let error = platform::error(platform, &Parsed::Unknown(0), "show", self.column(5));
                self.print_answer(&error);
            }
            Some(Fault::EmptyAnswer) => {}
            Some(fault) => {
                if let Some(text) = self.broken(&fault, text) {
                    self.show(text, filters);
                }
            }
            None => self.show(text, filters),
        }
    }

    /// Prints a configuration that breaks off or is interrupted, or gives back the text still to be shown.
    fn broken(&mut self, fault: &Fault, text: String) -> Option<String> {
        let (first, second) = halves(&text);
        let prompt = self.prompt_text();
        match fault {
            Fault::DropsHalfWay => {
                let inside = floor(second, 7.min(second.find('\r').unwrap_or(0)));
                self.print(first);
                self.print(&second[..inside]);
                self.ops.extend([Op::Pause(LAST_BREATH), Op::Cut]);
            }
            Fault::DropsHalfWayAfterLookAlike => {
                self.print(first);
                self.print(&prompt);
                self.ops.extend([Op::Pause(LAST_BREATH), Op::Cut]);
            }
            Fault::Stalls { after_bytes } => {
                self.print(&text[..floor(&text, *after_bytes)]);
                self.ops.push(Op::Stall);
            }
            Fault::LogLine if self.device.readings.load(Ordering::Relaxed) == 1 => {
                self.print(first);
                self.print(
                    "*Jan  5 10:11:12.131: %LINK-3-UPDOWN: Interface GigabitEthernet0/7, changed state to down\r\n",
                );
                self.print(second);
                self.print(self.dialect.after_output);
            }
            Fault::AsksUnderLog => {
                self.print(first);
                self.print("Show the defaults as well? [y/N] \r\n");
                self.print("*Jan  5 10:11:12.131: %SYS-5-CONFIG_I: Configured from console by lab\r\n");
                self.ops.push(Op::Stall);
            }
            Fault::LookAlike { pause } => {
                self.print(first);
                self.print(&prompt);
                self.ops.push(Op::Pause(*pause));
                self.print("\r\n");
                self.print(second);
                self.print(self.dialect.after_output);
            }
            Fault::MissingEndMarker if self.device.spec.platform != Platform::Linux => {
                return Some(without_last_line(&text));
            }
            Fault::LowPrivilege => return Some(generate::withheld(&text, self.device.spec.platform)),
            _ => return Some(text),
        }
        None
    }

    /// Shows a text, filtered and paged.
    pub(super) fn show(&mut self, mut text: String, filters: &str) {
        let mut paging = self.paging;
        for filter in filters.split('|').map(str::trim).filter(|filter| !filter.is_empty()) {
            let (verb, argument) = filter.split_once(' ').unwrap_or((filter, ""));
            let wanted = argument.trim().trim_matches('"');
            match verb.to_ascii_lowercase().as_str() {
                "no-more" => paging = self.device.fault() == Some(Fault::PagerStaysOn),
                "i" | "inc" | "include" | "match" | "grep" => text = keep(&text, |line| line.contains(wanted)),
                "exc" | "exclude" | "except" => text = keep(&text, |line| !line.contains(wanted)),
                "display" if wanted == "set" => text = as_set_lines(&text),
                _ => {}
            }
        }
        if paging && self.dialect.pager.is_some() {
            self.page(text, PAGE_LINES);
        } else {
            self.print_answer(&text);
        }
    }

    /// Prints this many lines and, if more are left, the pager's text.
    fn page(&mut self, mut text: String, lines: usize) {
        let end = text.match_indices('\n').nth(lines - 1).map_or(text.len(), |(at, _)| at + 1);
        let rest = text.split_off(end);
        self.print(&text);
        match &self.dialect.pager {
            Some(pager) if !rest.is_empty() => {
                self.print(pager.text);
                self.mode = Mode::More { rest };
            }
            _ => {
                self.mode = Mode::Command;
                self.print(self.dialect.after_output);
            }
        }
    }

    /// A key pressed at the pager: space for a page, return for a line, anything else to leave.
    pub(super) fn turn_page(&mut self, byte: u8, rest: String) {
        self.print(self.dialect.pager.as_ref().map_or("", |pager| pager.erase));
        match byte {
            b' ' => self.page(rest, PAGE_LINES),
            b'\r' | b'\n' => self.page(rest, 1),
            _ => self.page(String::new(), 1),
        }
        if matches!(self.mode, Mode::Command) {
            self.prompt();
        }
    }
}

/// The text cut after a line near its middle.
fn halves(text: &str) -> (&str, &str) {
    let middle = floor(text, text.len() / 2);
    let end = text[middle..].find('\n').map_or(text.len(), |at| middle + at + 1);
    text.split_at(end)
}

/// The greatest character boundary not after `at`.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn without_last_line(text: &str) -> String {
    let body = text.trim_end();
    body[..body.rfind('\n').map_or(0, |at| at + 1)].to_owned()
}

fn keep(text: &str, wanted: impl Fn(&str) -> bool) -> String {
    text.split_inclusive('\n').filter(|line| wanted(line.trim_end())).collect()
}
