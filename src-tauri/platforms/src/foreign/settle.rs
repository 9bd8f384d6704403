//! Whether two readings of an answer are the same text, and what was printed into one of them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::definition::Definition;
use super::super::stored::{self, Compared};
use super::{Look, MARKED, looks};

/// How many letters two lines must share at their start to be two showings of one line.
const SHARED: usize = 4;
/// A run of at least this many characters without a gap is part of something encoded.
const OPAQUE: usize = 24;

/// A line of a reading, as it is compared with another reading.
pub(super) struct Judged<'a> {
    pub(super) text: &'a str,
    /// What of it has to be the same, replacements made.
    compared: Cow<'a, str>,
    pub(super) kind: LineKind,
}

/// What a line of a reading is when it is compared with another reading.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// It changes by itself, and is not compared.
    Volatile,
    /// Parts of it change by themselves, the rest must be the same in both.
    Unstable,
    /// It must be the same in both.
    Firm,
    /// It is blank or may be of the log, and must not be there.
    Loose,
    /// It belongs to the line of the log above it.
    Below,
}

impl LineKind {
    /// Whether both readings must have such a line at the same place.
    fn is_firm(self) -> bool {
        matches!(self, LineKind::Firm | LineKind::Unstable)
    }
}

/// The lines of a reading, as they are compared with another reading.
pub(super) fn judged<'a>(definition: &Definition, text: &'a str) -> Vec<Judged<'a>> {
    let shown: Vec<Cow<'a, str>> = text.lines().map(|line| stored::with_own_replacements(definition, line)).collect();
    let seen: Vec<&str> = shown.iter().map(|line| &**line).collect();
    let volatile = stored::volatile_lines(definition, &seen);
    let compared = stored::compared(definition, &seen);
    // The platform's own rules know better than looks.
    let is_own = |place: &usize| !volatile[*place] && matches!(compared[*place], Compared::Whole);
    let lines: Vec<&'a str> = text.lines().collect();
    let mut looks = looks((0..lines.len()).filter(is_own).map(|place| lines[place])).into_iter();
    let kinds: Vec<LineKind> = (0..lines.len())
        .map(|place| match compared[place] {
            _ if volatile[place] => LineKind::Volatile,
            Compared::As(_) => LineKind::Unstable,
            // What no configuration writes is none of a block's lines either.
            Compared::Not if MARKED.is_match(lines[place]) => LineKind::Loose,
            Compared::Not => LineKind::Volatile,
            Compared::Whole => kind_of(lines[place], looks.next().unwrap_or(Look::Text)),
        })
        .collect();
    let of_rules = compared.into_iter().zip(shown).map(|(compared, shown)| match compared {
        Compared::As(part) => Cow::Owned(part),
        Compared::Whole | Compared::Not => shown,
    });
    let lines = lines.into_iter().zip(of_rules).zip(kinds);
    lines.map(|((text, compared), kind)| Judged { text, compared, kind }).collect()
}

fn kind_of(line: &str, look: Look) -> LineKind {
    match look {
        Look::Log => LineKind::Loose,
        Look::Words => LineKind::Below,
        Look::Text if line.trim().is_empty() => LineKind::Loose,
        Look::Text => LineKind::Firm,
    }
}

fn firm<'l>(lines: &'l [Judged<'_>]) -> Vec<&'l str> {
    lines.iter().filter(|line| line.kind.is_firm()).map(|line| &*line.compared).collect()
}

/// The later of two readings without what was printed into it; none where they differ by more than that and by what the
/// rules of the platform say changes at each showing.
pub fn settle(definition: &Definition, earlier: &str, later: &str) -> Option<String> {
    let (before, after) = (judged(definition, earlier), judged(definition, later));
    (firm(&before) == firm(&after)).then(|| common(&before, &after))
}

/// As [`settle`], of two readings in which lines may have changed where they stand, as a clock or a freshly sealed password
/// does; none where a line is in one of them only.
pub fn settle_in_place(definition: &Definition, earlier: &str, later: &str) -> Option<String> {
    let (before, after) = (judged(definition, earlier), judged(definition, later));
    let (one, other) = (firm(&before), firm(&after));
    let same =
        one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one == other || is_same_line(one, other));
    same.then(|| common(&before, &after))
}

/// What the later reading holds of firm lines, and of loose ones those that stood at the same place before.
fn common(before: &[Judged<'_>], after: &[Judged<'_>]) -> String {
    let mut known: HashMap<usize, Vec<&str>> = HashMap::new();
    let mut place = 0;
    for line in before {
        match line.kind {
            LineKind::Firm | LineKind::Unstable => place += 1,
            LineKind::Loose | LineKind::Below => known.entry(place).or_default().push(line.text.trim_end()),
            LineKind::Volatile => {}
        }
    }
    let (mut text, mut place, mut head_stays) = (String::new(), 0, true);
    for line in after {
        let mut was_there = || {
            let here = known.get_mut(&place)?;
            let at = here.iter().position(|known| *known == line.text.trim_end())?;
            Some(here.remove(at))
        };
        let stays = match line.kind {
            LineKind::Firm | LineKind::Unstable | LineKind::Volatile => true,
            LineKind::Loose => was_there().is_some(),
            LineKind::Below => head_stays && was_there().is_some(),
        };
        let is_blank = line.text.trim().is_empty();
        match line.kind {
            LineKind::Firm | LineKind::Unstable => place += 1,
            LineKind::Loose if !is_blank => head_stays = stays,
            _ => {}
        }
        let leads = text.is_empty() && is_blank;
        if stays && !leads {
            text.push_str(line.text);
            text.push('\n');
        }
    }
    text
}

fn is_same_line(one: &str, other: &str) -> bool {
    let shared =
        one.trim_start().chars().zip(other.trim_start().chars()).take_while(|(one, other)| one == other).count();
    shared >= SHARED || (is_opaque(one) && is_opaque(other))
}

/// Whether a line is part of something encoded, such as a key that the device reseals each time it shows it.
fn is_opaque(line: &str) -> bool {
    let line = line.trim();
    let is_encoded = line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    is_encoded && (line.len() >= OPAQUE || line.ends_with('='))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use regex::Regex;

    use super::super::has_log;
    use super::*;
    use crate::{BlockRule, Registry, Replacement};

    fn platform(name: &str) -> Arc<Definition> {
        Registry::load(None).0.get(name).expect("built in")
    }

    #[test]
    fn what_was_printed_into_one_reading_is_left_out() {
        let ios = platform("cisco_ios");
        let text = "hostname a\n!\nbanner motd ^\n at 10:11:12 every day\n^\nend\n";
        let log = "\n*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured from console\n";
        let into = |at: &str| text.replacen(at, &format!("{log}{at}"), 1);
        assert_eq!(settle(&ios, text, text).as_deref(), Some(text));
        assert_eq!(settle(&ios, &into("!"), text).as_deref(), Some(text));
        assert_eq!(settle(&ios, text, &into("banner")).as_deref(), Some(text));
        assert_eq!(settle(&ios, &into("!"), &into("end")).as_deref(), Some(text));
        assert_eq!(settle(&ios, text, &text.replace("hostname a", "hostname b")), None);
        assert_eq!(settle(&ios, text, &text.replace("hostname a", "hostn *Nov 30 10:11:12: %A-1-B: c\name a")), None);
    }

    #[test]
    fn lines_that_change_every_second_do_not_make_two_readings_differ() {
        let ios = platform("cisco_ios");
        let one = "! Last configuration change at 10:11:12 UTC\nhostname a\nend\n";
        let other = "! Last configuration change at 10:11:13 UTC\nhostname a\nend\n";
        assert_eq!(settle(&ios, one, other).as_deref(), Some(other));
    }

    #[test]
    fn a_line_that_changed_where_it_stands_is_no_foreign_one() {
        let generic = platform("generic");
        let (one, other) = ("user x\n set ENC AAAA\nend\n", "user x\n set ENC BBBB\nend\n");
        assert_eq!(settle(&generic, one, other), None);
        assert_eq!(settle_in_place(&generic, one, other).as_deref(), Some(other));
        assert_eq!(settle_in_place(&generic, one, "user x\n set ENC BBBB\nlink is down\nend\n"), None);
        assert_eq!(settle_in_place(&generic, one, "user x\nlink is down\nend\n"), None);
        let key = |line: &str, rest: &str| format!("set private-key\n{line}\n{rest}\nend\n");
        let one = key("MIIFHDBOBgkqhkiG9w0BBQ0wQTAp", "q83jCw==");
        let other = key("TllGSERCT0Jna3Foa2lHOXcwQkJR", "Yd1xAQ==");
        assert_eq!(settle_in_place(&generic, &one, &other).as_deref(), Some(other.as_str()));
        assert_eq!(settle_in_place(&generic, &one, &key("the link of port three is down", "q83jCw==")), None);
    }

    /// A password that is sealed at each showing, and what is printed into its text.
    #[test]
    fn readings_agree_that_differ_in_unstable_lines_only() {
        let fortios = Definition::with_unstable("fortinet", &[r"^\s*set \S+ ENC (\S.*)$"]);
        let text = |key: &str, sealed: &str| format!("config user local\n    set {key} ENC {sealed}\nend\n");
        let (one, other) = (text("passwd", "AAAA=="), text("passwd", "BBBB=="));
        assert_eq!(settle(&fortios, &one, &other).as_deref(), Some(other.as_str()));
        assert_eq!(settle(&fortios, &one, &text("passwd2", "BBBB==")), None);
        assert_eq!(settle(&fortios, &one, "config user local\nend\n"), None);
        let log = "Nov 30 10:11:12 fw1 %SYS-5-CONFIG_I: Configured\nend\n";
        assert_eq!(settle(&fortios, &one, &other.replace("end\n", log)).as_deref(), Some(other.as_str()));
    }

    #[test]
    fn readings_agree_that_differ_inside_a_block_of_the_rules_only() {
        let mut definition = Definition::with_unstable("generic", &[]);
        let pattern = |pattern: &str| Regex::new(pattern).unwrap();
        let rule = BlockRule { start: pattern("^key$"), end: pattern("^end key$") };
        let text = |inside: &str| format!("a\nkey\n{inside}end key\nb\n");
        let (one, other) = (text("QUFB\nQkJC\n"), text("Q0ND\n"));
        assert_eq!(settle(&definition, &one, &other), None);
        definition.volatile_blocks = vec![rule];
        assert_eq!(settle(&definition, &one, &other).as_deref(), Some(other.as_str()));
        definition.unstable_blocks = std::mem::take(&mut definition.volatile_blocks);
        assert_eq!(settle(&definition, &one, &other).as_deref(), Some(other.as_str()));
        let disturbed = text("Q0ND\n*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured\n");
        assert_eq!(settle(&definition, &one, &disturbed).as_deref(), Some(other.as_str()), "no line of a key");
        assert!(has_log(&definition, &disturbed) && !has_log(&definition, &text("10:11:12\n")));
    }

    #[test]
    fn what_is_replaced_anyway_does_not_make_two_readings_differ() {
        let mut definition = Definition::with_unstable("generic", &[]);
        let pattern = Regex::new(r"uptime=\S+").unwrap();
        definition.replace = vec![Replacement { pattern, with: "uptime=".to_string(), multi_line: false }];
        let (one, other) = ("set a uptime=1m b\nend\n", "set a uptime=2m b\nend\n");
        assert_eq!(settle(&definition, one, other).as_deref(), Some(other), "the text as it came");
        assert_eq!(settle(&definition, one, &other.replace("set a", "set c")), None);
    }
}
