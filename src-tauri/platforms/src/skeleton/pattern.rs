//! Patterns of Ruby and Python as platform files have them. What `regex` does not accept is not translated.

use std::sync::LazyLock;

use regex::Regex;

use super::literal::RubyPattern;
use super::pieces::{SourcePiece, captures_in, pieces, uncaptured};

/// A prompt that ends with its sign: the part before it, and the sign with what may follow it.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)^(.+?)(\\?[#>$%]|\[[^\]\\]*[#>$%][^\]\\]*\])((?:\\s[?*+]?| [?*]?)?)$")
        .expect("the pattern of a prompt's sign is valid")
});

/// What a replacement keeps: the numbers of groups.
static KEPT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\\+([1-9])").expect("the pattern of a group's number is valid"));

/// The patterns of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SketchedPrompt {
    /// Any prompt, with the group `host`.
    pub(super) pattern: String,
    /// That of a privileged session.
    pub(super) privileged: Option<String>,
}

/// A pattern of Ruby, if `regex` reads it in the same way.
pub(super) fn of_ruby(ruby: &RubyPattern) -> Option<String> {
    let flags: Option<String> = ruby
        .flags
        .chars()
        .map(|flag| match flag {
            // What is `m` there makes a dot match line ends.
            'm' => Some('s'),
            'i' | 'x' => Some(flag),
            _ => None,
        })
        .collect();
    let flags = flags.filter(|_| !ruby.body.contains("#{"))?;
    let body = ruby.body.replace("\\/", "/");
    accepted(if flags.is_empty() { body } else { format!("(?{flags}){body}") })
}

/// The pattern itself, if `regex` accepts it and does not read it as something else.
pub(super) fn accepted(pattern: String) -> Option<String> {
    let is_possessive = ["*+", "++", "?+"].iter().any(|two| unescaped(&pattern, two));
    (!is_possessive && !pattern.is_empty() && Regex::new(&pattern).is_ok()).then_some(pattern)
}

/// Whether two characters stand together, the first of them not escaped.
fn unescaped(pattern: &str, two: &str) -> bool {
    pattern.match_indices(two).any(|(at, _)| {
        let before = pattern[..at].chars().rev().take_while(|letter| *letter == '\\').count();
        before % 2 == 0
    })
}

/// A prompt's pattern with its group `host`: what an own group holds, or all of it, without the sign at the end.
pub(super) fn with_host(pattern: &str) -> Option<String> {
    if pattern.contains("(?P<host>") || pattern.contains("(?<host>") {
        return Some(pattern.to_owned());
    }
    let parts = pieces(pattern)?;
    let is_own = |piece: &SourcePiece| matches!(piece, SourcePiece::Group { captures: true, quantifier: "", .. });
    let named: String = match parts.iter().position(is_own) {
        Some(own) => parts.iter().enumerate().map(|(index, piece)| part(piece, index == own)).collect(),
        None => {
            let (flags, body) = without_flags(pattern);
            let body = body.strip_prefix('^').unwrap_or(body);
            let (body, end) = body.strip_suffix('$').map_or((body, ""), |body| (body, "$"));
            format!("{flags}^{}{end}", host(body))
        }
    };
    accepted(named).filter(|pattern| Regex::new(pattern).is_ok_and(|pattern| !pattern.is_match("")))
}

fn part(piece: &SourcePiece, is_own: bool) -> String {
    match piece {
        SourcePiece::Group { inner, .. } if is_own => host(inner),
        SourcePiece::Group { whole, .. } => uncaptured(whole),
        SourcePiece::Other(text) => (*text).to_owned(),
    }
}

fn host(body: &str) -> String {
    let (before, sign) = match SIGNED.captures(body) {
        Some(found) if Regex::new(&found[1]).is_ok() => (found[1].to_owned(), format!("{}{}", &found[2], &found[3])),
        _ => (body.to_owned(), String::new()),
    };
    format!("(?P<host>{}){sign}", uncaptured(&before))
}

/// The prompt of a platform that has one pattern for sessions without privileges and one for those with them, if the
/// two differ in their sign alone.
pub(super) fn of_two(plain: &str, privileged: &str) -> Option<SketchedPrompt> {
    let [one, other] = [plain, privileged].map(|pattern| {
        let (flags, body) = without_flags(pattern);
        let body = body.strip_prefix('^').unwrap_or(body);
        let found = SIGNED.captures(body.strip_suffix('$').unwrap_or(body))?;
        Some((flags.to_owned(), found[1].to_owned(), found[2].to_owned(), found[3].to_owned()))
    });
    let ((flags, body, sign, _), (other_flags, other_body, other_sign, rest)) = (one?, other?);
    if body != other_body || flags != other_flags || sign == other_sign {
        return None;
    }
    let pattern = accepted(format!("{flags}^(?P<host>{})(?:{sign}|{other_sign}){rest}$", uncaptured(&body)))?;
    let privileged = accepted(format!("{other_sign}{rest}$"))?;
    Some(SketchedPrompt { pattern, privileged: Some(privileged) })
}

/// `(?im)` at the start of a pattern: only the `i` matters for one line.
fn without_flags(pattern: &str) -> (&str, &str) {
    let Some((flags, body)) = pattern.strip_prefix("(?").and_then(|rest| rest.split_once(')')) else {
        return ("", pattern);
    };
    if flags.is_empty() || !flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's')) {
        return ("", pattern);
    }
    (if flags.contains('i') { "(?i)" } else { "" }, body)
}

/// The pattern of a secret, made from one whose groups are what a replacement keeps: there the groups hold everything
/// else, here they hold the secret.
pub(super) fn secret(pattern: &str, replacement: &str) -> Option<String> {
    if replacement.contains("\\k<") {
        return None;
    }
    let (flags, body) = without_flags(pattern);
    let kept: Vec<usize> = KEPT.captures_iter(replacement).filter_map(|found| found[1].parse().ok()).collect();
    let (mut out, mut run, mut number, mut hides) = (flags.to_owned(), String::new(), 0, false);
    for piece in pieces(body)? {
        match piece {
            SourcePiece::Group { whole, inner, quantifier, captures } => {
                let own = number + 1;
                number += captures_in(whole);
                if captures && kept.contains(&own) {
                    hides |= hide(&mut out, &mut run);
                    out.push_str(&format!("(?:{}){quantifier}", uncaptured(inner)));
                } else {
                    run.push_str(&uncaptured(whole));
                }
            }
            SourcePiece::Other(text) => run.push_str(text),
        }
    }
    hides |= hide(&mut out, &mut run);
    accepted(out).filter(|_| hides)
}

/// Adds what stands between two groups that are kept, as a group of its own if it can be a secret; whether it can.
fn hide(out: &mut String, run: &mut String) -> bool {
    let taken = std::mem::take(run);
    let start = ["^", "\\s+", "\\s*", " +", " *", " "]
        .iter()
        .fold(0, |start, blank| if taken[start..].starts_with(blank) { start + blank.len() } else { start });
    let end = if taken.len() > start && taken.ends_with('$') && !taken.ends_with("\\$") { 1 } else { 0 };
    let middle = &taken[start..taken.len() - end];
    let is_fixed = middle.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | ':'));
    if is_fixed {
        out.push_str(&taken);
        return false;
    }
    out.push_str(&format!("{}({middle}){}", &taken[..start], &taken[taken.len() - end..]));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruby(body: &str, flags: &str) -> Option<String> {
        of_ruby(&RubyPattern { body: body.to_owned(), flags: flags.to_owned() })
    }

    #[test]
    fn only_what_regex_accepts_and_reads_alike_is_taken() {
        assert_eq!(ruby(r"^a\/b$", "i").as_deref(), Some("(?i)^a/b$"));
        for refused in [r"(?=a)b", r"a\Z", r"\hA", r"a++", "a#{b}", r"(a)\1", ""] {
            assert_eq!(ruby(refused, ""), None, "{refused}");
        }
        assert!(ruby(r"a\++", "").is_some() && ruby("a", "o").is_none());
    }

    #[test]
    fn the_name_of_the_host_is_found_in_a_prompt() {
        let host = |pattern: &str| with_host(pattern).unwrap();
        assert_eq!(host(r"^([\w.@()-]+[#>]\s?)$"), r"^(?P<host>[\w.@()-]+)[#>]\s?$");
        assert_eq!(host(r"^(\w+)(\(conf\))?#$"), r"^(?P<host>\w+)(?:\(conf\))?#$");
        assert_eq!(host(r"(?im)^[a-z]{1,9}>$"), r"(?i)^(?P<host>[a-z]{1,9})>$");
        assert_eq!(with_host("^a#$|^b#$"), None);
    }

    #[test]
    fn two_prompts_that_differ_in_their_sign_are_one() {
        let both = of_two(r"(?im)^[\w.]{1,63}>\s?$", r"(?im)^[\w.]{1,63}#\s?$").unwrap();
        assert_eq!(both.pattern, r"(?i)^(?P<host>[\w.]{1,63})(?:>|#)\s?$");
        assert_eq!(both.privileged.as_deref(), Some(r"#\s?$"));
        assert_eq!(of_two("^a>$", "^b#$"), None);
    }

    #[test]
    fn what_a_replacement_leaves_out_is_the_secret() {
        let found = secret(r"^(snmp-server community).*", r"\\1 <removed>");
        assert_eq!(found.as_deref(), Some("^(?:snmp-server community)(.*)"));
        let found = secret(r"^(user (\w+) (?:pass|key)) \S+ (level \d)$", r"\1 <removed> \3");
        assert_eq!(found.as_deref(), Some(r"^(?:user (?:\w+) (?:pass|key)) (\S+ )(?:level \d)$"));
        assert_eq!(secret("^(a)|b", r"\1"), None);
        assert_eq!(secret("^(a) end$", r"\1"), None, "nothing in it can be a secret");
    }
}
