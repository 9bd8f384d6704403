//! Words that announce a secret, words that only look like it, and the plain words of sentences about secrets.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

/// Words after which a secret is expected. A line that holds one and that no rule explains is hidden from there on.
pub(super) const STRONG: &str = concat!(
    "(?i)passw(?:or)?d|pass-?phrase|passcode|kennwort|passwort|secret|community|key-?string|key-?octet|pre-?shared|psk|private-?key",
    "|shared-?key|(?:account|authentication|encryption|message-digest|digest|server|master|hash|api|auth|access|set|wep|wpa)[-_]?key",
    "|credential|bearer |authorization: |cookie: |auth_pass|phash|pwd|[a-z]pw[\"']?(?:[\\s:=>]|$)|ciphertext|requirepass|masterauth|[a-z]_pass[a-z]*[=:]",
    "|(?:auth|priv|privacy|admin|ssh|snmp|bind|ldap|db|smtp|ftp|http|proxy|root|user|login|enable|become|key|wpa|mgmt)[-_]pass(?:[^a-z]|$)"
);

/// As [`STRONG`], but also an ordinary word: ignored in descriptions.
pub(super) const WEAK: &str = r"(?i)(?:^|[\s_-])keys?[\s:=]";

/// Words that announce a secret when a value is assigned to them, and are ordinary words otherwise.
pub(super) const ASSIGNED: &str =
    r#"(?i)(?:^|[^a-z0-9])(pw|pwd|pass|pin|pincode|psw|snmp string)["']?[ \t]*(?:[:=]|[ \t]ist?(?:[ \t]|$))"#;

/// The word for what signs in in a password's place.
pub(super) const TOKEN: &str = r#"(?i)tokens?(?:[^a-z]|$)"#;

/// What may follow a word by a hyphen so that the two name a setting about secrets and announce none.
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    let words = concat!(
        "polic(?:y|ies)|recovery|encryption|strength|complexity|history|ag(?:e|ing|eing)|expir[a-z]*|lengths?|min[a-z]*|max[a-z]*",
        "|lifetime|controls?|check(?:ing)?|prompt|authentication|required|retry|retries|attempts?|lockout|timeout|reuse|warning",
        "|alert|notification|change|storage|lists?|limit|count|format|method|order|bucket|ring|rate|hash-?type|type"
    );
    Regex::new(&format!("(?i)^s?[-_](?:{words})(?:[-_][a-z]+)*$")).expect("a constant pattern")
});

/// What follows a token that is no secret: a bucket, a ring, a rate.
static NO_TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let words =
        "bucket|ring|rate|size|interval|lifetime|ttl|time-?out|expir|type|refill|based|passing|per|count|limit|mode";
    Regex::new(&format!(r"(?i)^(?:\s+(?:{words})|\s*[:=]?\s*\d{{1,6}}\s*;?$)")).expect("a constant pattern")
});

/// Plain words of sentences and questions about passwords, none of which is a likely password itself.
static PLAIN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    "a an the this that these those your you his her its it our we they i is are was were be been being has have had having \
     will would shall should can could may might must do does did done not no none nor neither never but and or if when while \
     until before after again once then than so as at by in on of for from to with without within into about over under via \
     per only also both either each any all some more most less least too very still yet now immediately soon first last next \
     new old current previous same other another wrong right correct incorrect invalid valid bad good weak strong short long \
     empty blank missing required needed optional accepted refused rejected denied failed failure fails fail expired expire \
     expires expiring changed change changing reset set unset entered enter entering re retype type typed try trying tries \
     attempt attempts login logon log logged sign signed signing user username users account accounts administrator operator \
     system server device router switch terminal line session connection prompt authentication authorization access command \
     mode privileged privilege configuration policy match matches matched mismatch contain contains character characters \
     letter letters digit digits numbers number upper lower case symbols symbol special two three four five six seven eight \
     nine ten one days day hours hour minutes minute seconds please contact want wants wish like use used using unused unknown \
     found stored saved hidden shown sent received asked ask asks question answer answered yes \
     y n continue proceed press return stop abort password passwords passphrase passcode option options code warning error \
     notice info note due locked disabled inactive pending successful successfully update verify verification verifying \
     confirm confirmation enforced publickey keyboard interactive method methods you're don't isn't keys key reached unset \
     there here what who where which how why t s default"
        .split_whitespace()
        .collect()
});

/// Words a sentence about a password goes on with behind it.
const GOES_ON: &str = " has have had is are was were be been must will would shall should can cannot could may might does did do not \
                       needs need for of to on or and but before after at in with again ";

/// What is said of a password in one word.
const VERDICTS: [&str; 9] =
    ["expired", "required", "refused", "rejected", "incorrect", "invalid", "failed", "accepted", "mismatch"];

static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d{1,3}(?:\.\d{1,3}){3}|[\p{Alphabetic}\p{N}]+").expect("a constant pattern"));

/// Whether the rest of a keyword's own token makes a setting of it, as in `password-policy`.
pub(super) fn is_setting(tail: &str) -> bool {
    SETTING.is_match(tail)
}

/// Whether what follows the word token is about tokens of another kind.
pub(super) fn is_no_token(rest: &str) -> bool {
    NO_TOKEN.is_match(rest)
}

/// How far a text goes on in plain words: the place of the first word that is none, or of the first sign that no sentence has.
pub(super) fn plain_until(text: &str) -> usize {
    let mut from = 0;
    for word in WORD.find_iter(text) {
        if let Some(at) = odd_sign(&text[from..word.start()]) {
            return from + at;
        }
        if !is_plain(word.as_str()) {
            return word.start();
        }
        from = word.end();
    }
    odd_sign(&text[from..]).map_or(text.len(), |at| from + at)
}

/// Whether a text that stands where a secret is expected is a sentence or a question instead: plain words throughout, and
/// more than one of them.
pub(super) fn is_sentence(text: &str) -> bool {
    let mut words = WORD.find_iter(text);
    let Some(first) = words.next() else { return false };
    let verdict = VERDICTS.contains(&first.as_str());
    let goes_on = verdict || first.start() > 0 || GOES_ON.contains(&format!(" {} ", first.as_str()));
    goes_on && (verdict || words.next().is_some()) && plain_until(text) == text.len()
}

fn odd_sign(text: &str) -> Option<usize> {
    text.find(|c: char| {
        !c.is_whitespace()
            && !matches!(
                c,
                '.' | ',' | ';' | ':' | '?' | '!' | '(' | ')' | '[' | ']' | '/' | '-' | '\'' | '"' | '%' | '^' | '`'
            )
    })
}

fn is_plain(word: &str) -> bool {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() <= 2;
    is_number || word.contains('.') || PLAIN.contains(word) || PLAIN.contains(word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_questions_are_told_from_secrets() {
        for text in [
            "(yes/no):",
            "has expired.",
            "must be changed before the next login",
            "required, but none set",
            "expired",
            "must contain at least three of: upper case, lower case, symbols, numbers.",
            "or option (1-2)",
            "(y/n)?",
        ] {
            assert!(is_sentence(text), "{text}");
        }
        for text in [
            "",
            "hunter2",
            "is hunter2",
            "change",
            "new password",
            "has expired: hunter2",
            "no",
            "my pass word",
            "{new}",
            "a=b",
        ] {
            assert!(!is_sentence(text), "{text}");
        }
        assert_eq!(&" is now hunter2 for all"[plain_until(" is now hunter2 for all")..], "hunter2 for all");
    }

    #[test]
    fn settings_are_told_from_secrets() {
        for tail in
            ["-policy", "-recovery", "-encryption", "-strength-check", "-min-length", "_history", "-list", "s-expiry"]
        {
            assert!(is_setting(tail), "{tail}");
        }
        for tail in ["", "-hash", "-string", "-map", "s", "-7", "-encrypted", "-policyx1"] {
            assert!(!is_setting(tail), "{tail}");
        }
        assert!(is_no_token(" bucket 4000") && is_no_token(" 100") && !is_no_token(" a81be3") && !is_no_token(": x"));
    }
}
