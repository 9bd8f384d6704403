//! Secrets that give themselves away by their form or by the command they are given to, on every platform and whatever the
//! line is: hashes, tokens, passwords in addresses and in command lines, addresses that are secrets themselves.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use regex::bytes::{Regex as Bytes, RegexSet};

/// Something that every form has: what does not match this has none, and is not looked at any further.
pub(super) const TRIGGER: &str = concat!(
    r"(?i)[$@%<]|\{[scmpb]|-encrypted|hook|telegram|pagerduty|[?&;][0-9a-z_.-]+=|://|a[kbsc][ic]a[0-9a-z]{16}|gh[a-z]_|github_|gl[a-z]{2,6}-",
    r"|xox|xapp|aiza|k_(?:live|test)|sk-|npm_|pypi-|dckr|hv[sbr]\.|sg\.|glsa|nrak|age-sec|eyj|basic |[ \t]-[a-z]|--[a-z]|/p:|\bpass|\bpin|\bpw|\bpsw",
    r"|log-?[io]n|user|cred|account|echo|net use|shared|securityname|mgmt-user"
);

/// The secret is each group of a pattern.
const FORMS: [&str; 45] = [
    // Hashes and ciphertexts of vendors.
    r#"(\$(?:\w{1,3}|sha\d+|argon2\w*|pbkdf2[\w-]*|scrypt|bcrypt[\w-]*)\$[^\s";,:<]+)"#,
    r"(%(?:\^%#|@%@|\$%\$)\S.*?%(?:\^%#|@%@|\$%\$))",
    r"(?i)\{(?:s?sha\d*|s?md5|crypt|pbkdf2[\w-]*|bcrypt)\}(\S+)",
    r"(\S+)\s+-encrypted\b",
    // Addresses with a password.
    r#"[a-z]://[^\s/@:"]*:([^\s"]+)@[A-Za-z0-9\[]"#,
    r#"(?i)\b(?:scp|s?ftps?|rcp|tftp|https?|ssh):/{0,2}[^\s/@:"]*:([^\s"@]+)@"#,
    r#"(?i)https?://([^\s/@:"]{16,})@"#,
    r#"(?:^|[\s"'=(,])[\w.-]+:([^\s:@/"']+)@(?:\d+\.|\[|\w)"#,
    // Addresses that are secrets: anyone who has one may post.
    r#"(?i)https?://[^\s"'<>]*?(?:hooks?|webhook\w*)/([^\s"'<>]+)"#,
    r#"(?i)\b(?:hooks?|[\w-]*webhook\w*)\.[\w.:-]+/([^\s"'<>]+)"#,
    r#"(?i)\bapi\.telegram\.org/bot([^\s/"'<>]+)"#,
    r#"(?i)\bevents\.pagerduty\.com/(?:\w+/)?([0-9a-z]{20,})"#,
    r#"(?i)[?&;][\w.-]*(?:sig|signature|token|key|secret|passw(?:or)?d|pwd|pass|auth|code|credential|hash|sas)=([^&\s"'<>;]+)"#,
    r#"(?i)://[^\s"'<>?]*/((?:[a-z_~-]*\d[\w~-]{23,}|[\w~-]{23,}\d[\w~-]*))(?:[/?\s"'<>,;)]|$)"#,
    // Tokens.
    r"\b((?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16})\b",
    r"\b(gh[a-z]_[0-9A-Za-z]{16,}|github_pat_\w{20,}|gl[a-z]{2,6}-[\w-]{16,})",
    r"\b(xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|AIza[\w-]{30,}|[spr]k_(?:live|test)_\w{12,}|sk-[\w-]{20,})",
    r"\b(npm_\w{20,}|pypi-[\w-]{20,}|dckr_pat_[\w-]{16,}|hv[sbr]\.[\w-]{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|glsa_\w{20,}|NRAK-\w{16,}|AGE-SECRET-KEY-\w+)",
    r"\b(eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*)",
    r"(?i)\bbasic\s+([a-z0-9+/]{12,}={0,2})(?:[\s\x22']|$)",
    // Command lines.
    r#"(?i)\s(?:-u|--user|--proxy-user)[ =]?["']?[\w.@\\-]+:("[^"]*"|'[^']*'|[^\s"']+)"#,
    r#"\b(?:mysql\w*|mariadb[\w-]*|mycli)\b.*?\s-p("[^"]+"|'[^']+'|[^\s"']+)"#,
    r#"\bsshpass\s+(?:-v\s+|-P\s*\S+\s+)?-p\s*("[^"]*"|'[^']*'|\S+)"#,
    r#"(?i)(?:-U|--user(?:name)?|\buser(?:name)?)[ =]*["']?[\w.\\/@-]+%([^\s"',]+)"#,
    r#"(?i)\b(?:smb\w*|\S*cifs|rpcclient|net|wmic|winexe)\b.*?\s["']?[\w.\\-]+%([^\s"',]+)"#,
    r"(?i)\b(?:plink|pscp|psftp|putty|winscp)\b.*?\s-pw\s+(\S+)",
    r"\bipmitool\b.*?\s-P\s*(\S+)",
    r#"\bldap\w+\b.*?\s-w\s*("[^"]*"|'[^']*'|\S+)"#,
    r"\bredis-cli\b.*?\s-a\s*(\S+)",
    r"\blftp\b.*?\s-u\s*[^\s,]+,(\S+)",
    r#"(?i)\bsnmp(?:walk|get|getnext|bulkget|bulkwalk|set|trap|inform|table|status)\b.*?\s-c\s*("[^"]*"|'[^']*'|\S+)"#,
    r#"(?i)\bsnmp(?:walk|get|getnext|bulkget|bulkwalk|set|trap|inform|table|status)\b.*?\s-A\s*("[^"]*"|'[^']*'|\S+)"#,
    r#"(?i)\bsnmp(?:walk|get|getnext|bulkget|bulkwalk|set|trap|inform|table|status)\b.*?\s-X\s*("[^"]*"|'[^']*'|\S+)"#,
    r#"(?i)\becho\s+(?:-\w+\s+)*("[^"]*"|'[^']*'|\S+)\s*\|\s*(?:sudo|su|chpasswd|passwd)\b"#,
    r"(?i)\bnet use\s+(?:\w:\s+)?\\\\\S+\s+([^\s/]\S*)",
    r"(?i)\b\w*freerdp\b.*?\s/p:(\S+)",
    r#"\b(?:docker|podman|helm|az|oc|skopeo|mosquitto_\w+)\b.*?\s-[pP]\s*("[^"]*"|'[^']*'|[^\s\d]\S*)"#,
    r#"(?i)\bpass:([^\s"']+)"#,
    // Words of people: in descriptions, comments and banners.
    r"(?i)\bpin(?:[- ]?code)?\s*[:=#]?\s*(\d{3,12})\b",
    r"(?i)\b(?:pw|pwd|passw?|psw)\s+([a-z]\S*\d\S*|\d+[a-z!$%&#@*+?]\S*|\S*[!$%&#@*+?]\S+)",
    r"(?i)\b(?:log-?ins?|log-?ons?|users?|usernames?|cred(?:ential)?s?|accounts?)(?:\s+(?:with|as|is|are|via|for)\b|\s*[:=]|\s)\s*[a-z][\w.@-]*\s?/\s?([^\s/,;|]{3,}[^\s/,;|.])",
    // Elements of XML.
    r"(?i)<(?:[\w.-]+:)?[\w.-]*(?:key|hash|phash|token|pwd|bindpw|prv|otp_seed|tls|pin|psk|secret|community)\d?(?:\s[^<>]*)?>([^<>]+)<",
    // A secret key that no keyword announces: Azure and similar.
    r"(?i)\b(?:sharedaccesssignature|accountkey|sharedaccesskey)\s*=?\s*([\w+/=%&-]{16,})",
    r"(?i)\bsecurityname\s+(?:cipher\s+|simple\s+)?(\S+)\s+v[12]",
    r"\bmgmt-user\s+\S+\s+\S+\s+([0-9a-f]{16,})",
];

/// The form of an address in which what looks like a user name is a scheme or a heading.
static ADDRESSED: LazyLock<Regex> = LazyLock::new(|| {
    let words = "mailto|sips?|e-?mail|mail|contact|from|to|cc|tel|xmpp|noc|owner|ssh|git|support|responsible";
    Regex::new(&format!(r"(?i)(?:^|[^\w.-])(?:{words}):$")).expect("a constant pattern")
});

/// What stands in an element that only sets something.
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    let words = concat!(
        "true|false|yes|no|none|on|off|any|all|default|auto|enabled?|disabled?|(?:hmac-?)?(?:md5|sha-?\\d*(?:-\\d+)?)|(?:aes|camellia)[\\w-]*",
        "|3?des[\\w-]*|group\\d+|rsa|dsa|ecdsa|ed25519|v?\\d{1,5}|read-only|read-write"
    );
    Regex::new(&format!(r"(?i)^\s*(?:{words})\s*$")).expect("a constant pattern")
});

/// On bytes: letters beyond ASCII would make the patterns many times as large and are never needed here.
static COMPILED: LazyLock<(RegexSet, Vec<Bytes>)> = LazyLock::new(|| {
    let forms = FORMS.map(|form| format!("(?-u){form}"));
    let set = RegexSet::new(&forms).expect("constant patterns");
    (set, forms.iter().map(|form| Bytes::new(form).expect("a constant pattern")).collect())
});

/// Where secrets stand in a line by their form.
pub(super) fn find(line: &str) -> Vec<Range<usize>> {
    let (set, forms) = &*COMPILED;
    let mut found = Vec::new();
    for form in set.matches(line.as_bytes()) {
        for captures in forms[form].captures_iter(line.as_bytes()) {
            found.extend(captures.iter().skip(1).flatten().map(|group| whole_letters(line, group.range())));
        }
    }
    let sets = |range: &Range<usize>| line[..range.start].ends_with('>') && SETTING.is_match(&line[range.clone()]);
    found.retain(|range| !ADDRESSED.is_match(&line[..range.start]) && !sets(range));
    found
}

/// The range widened to whole letters.
fn whole_letters(line: &str, range: Range<usize>) -> Range<usize> {
    let start = (0..=range.start).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
    let end = (range.end..=line.len()).find(|at| line.is_char_boundary(*at)).unwrap_or(line.len());
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_beyond_ascii_stay_whole() {
        for line in ["pass:é", "x ü://a:ö@b", "curl -u é:ß x", "pw ü1é", "%^%#äöü äöü%^%#", "login ü/äöüß"]
        {
            for range in find(line) {
                assert!(!line[range].is_empty(), "{line}");
            }
        }
    }
}
