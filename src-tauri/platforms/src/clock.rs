//! Date and time inside a prompt: what of it is never the same twice.

use std::sync::LazyLock;

use regex::Regex;

/// No prompt is longer.
const LONGEST: usize = 200;

static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b";
    let month = r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
    let named = format!(r"(?:{day},? )?(?:{month} {{1,2}}\d{{1,2}}|\d{{1,2}}[- .]{month})(?:,?[- ]\d{{4}})?");
    let date = format!(r"(?:\d{{4}}[-/]\d\d?[-/]\d\d?|\d\d?[-/]\d\d?[-/](?:\d{{4}}|\d\d)|{named}|{day})");
    let dotted = r"\d\d?\.\d\d?\.(?:\d{4}|\d\d)[ T_,.-]{1,2}";
    let time = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,6})?(?: ?[AaPp]\.?[Mm]\.?\b)?";
    let zone = r"(?: ?(?:UTC|GMT|CES?T|WES?T|EES?T|[ECMP][SD]T|Z)\b| ?[+-]\d\d:?\d\d\b)";
    // A date alone does not change within a session.
    let whole = format!(r"[\[({{]?(?:{date}[ T_,.-]{{1,2}}|{dotted}|\b){time}{zone}?(?: {date}| \d{{4}}\b)?[\])}}]?");
    Regex::new(&whole).expect("the pattern of clocks is valid")
});

static GAP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s+|[\s._,|-]+([>#$%]\s*)$|\s(\s)").expect("the pattern of gaps is valid"));

/// A line without date and time; `None` where it holds neither.
pub(super) fn without(line: &str) -> Option<String> {
    if line.len() > LONGEST || !CLOCK.is_match(line) {
        return None;
    }
    Some(GAP.replace_all(&CLOCK.replace_all(line, ""), "$1$2").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_every_form_are_taken_out_and_nothing_else() {
        for (line, rest) in [
            ("sw1.10:11:12>", "sw1>"),
            ("sw1 10:11:12 #", "sw1#"),
            ("2026-11-30T10:11:12Z sw1#", "sw1#"),
            ("sw1-10:11:12$ ", "sw1$ "),
            ("[10:11] sw1#", "sw1#"),
            ("sw1 (2026-11-30 10:11:12)#", "sw1#"),
            ("sw1 2026-11-30T10:11:12Z> ", "sw1> "),
            ("sw1 30.11.2026 10:11:12.131#", "sw1#"),
            ("Mon Nov 30 10:11:12 2026 sw1#", "sw1#"),
            ("sw1 Nov 30 10:11:12 AM UTC 2026#", "sw1#"),
            ("30-Nov-2026 10:11 sw1#", "sw1#"),
            ("11/30/26 10:11:12 PM sw1>", "sw1>"),
        ] {
            assert_eq!(without(line).as_deref(), Some(rest), "{line:?}");
        }
        for line in
            ["sw1#", "RP/0/RSP0/CPU0:r1#", "sw-10.1.10.5>", "admin@fw:~$ ", "Monkey#", "sw1:2(config)#", "Maypole>"]
        {
            assert_eq!(without(line), None, "{line:?}");
        }
    }
}
