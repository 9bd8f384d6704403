//! Hides secrets in the server's texts: it logs the passwords of devices in clear at every run.
//!
//! Rather too much is hidden than too little: text after a word such as "password" is hidden to the end of its line.
//! A secret with neither such a word nor a known form cannot be distinguished from other text.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

/// Replaces a secret.
pub const HIDDEN: &str = "‹hidden›";

/// Words whose colon or equals sign is followed by a secret, to the end of the line.
const LABELS: &str = r"pass(?:word|wd|phrase|code)|pwd|secret|communit(?:y|ies)|(?:private|api|auth|priv|fernet|encryption)[ _-]?key|key[ _-]?string|(?:access|refresh|api|bearer|session)[ _-]?token|cipher[ _-]?text|plain[ _-]?text|(?:stored|password) hash";

/// A label, its qualifiers, a colon or equals sign outside brackets, and the rest of the line.
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r#"(?i)((?:[\w.-]*(?:{LABELS})[\w.-]*|\b(?:pass|token)\b)["']?(?:[^\n:=(]|\([^\n)]*\)){{0,80}}[:=]>?[ \t]*)([^\s:=][^\n]*)"#
    ))
});

/// Secrets without a colon: as devices write them (`password 7 0822455D`) and as options of a command (`--password x`).
static UNLABELLED: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        r#"(?i)(\b(?:password|secret|key|key-string|md5)\s+(?:encrypted|cipher|simple|hash|sha\d+|[05-9])\s+|\bsnmp-server\s+community\s+)("[^"\n]*"|'[^'\n]*'|\S+)"#,
        r#"(?i)((?:^|\s)--(?:password|passwd|pass|secret|token)\s+|\bcurl\s+(?:\S+\s+)*?(?:-u|--user)[= ]?|\bmysql\S*\s+(?:\S+\s+)*?-p)("[^"\n]*"|'[^'\n]*'|\S+)"#,
    ]
    .map(compiled)
});

/// Text in the form of a secret, and the part of it that stays.
static FORMS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let forms = [
        // Hashes of passwords, as bcrypt and the systems' own crypt write them.
        (r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{22,}", ""),
        (r"\$(?:1|5|6|7|8|9|y|argon2\w*|scrypt|pbkdf2[\w-]*)\$[^\s'\x22]{8,}", ""),
        // A Fernet text, in which the server keeps its passwords; a signed token.
        (r"\bgAAAA[A-Za-z0-9_-]{16,}={0,2}", ""),
        (r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?", ""),
        (r"(?i)\b(?P<kept>(?:bearer|basic|digest)\s+)[A-Za-z0-9._~+/=-]{8,}", "kept"),
        // The password within a URL; it may contain an at sign.
        (r"(?P<kept>\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:)[^\s/]*@", "kept"),
        (r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)", ""),
    ];
    forms.into_iter().map(|(form, kept)| (compiled(form), kept)).collect()
});

/// Names of fields whose value is a secret.
static FIELD: LazyLock<Regex> = LazyLock::new(|| compiled(&format!(r"(?i)(?:{LABELS}|^token$|^auth(?:orization)?$)")));

fn compiled(text: &str) -> Regex {
    Regex::new(text).expect("the patterns are constants that a test compiles")
}

/// A text with its secrets hidden.
#[must_use]
pub fn hide(text: &str) -> String {
    let mut shown = text.to_owned();
    for (form, kept) in FORMS.iter() {
        let instead = |found: &Captures<'_>| {
            let before = found.name("kept").filter(|_| !kept.is_empty()).map_or("", |part| part.as_str());
            let after = if before.ends_with(':') && found[0].ends_with('@') { "@" } else { "" };
            format!("{before}{HIDDEN}{after}")
        };
        shown = form.replace_all(&shown, instead).into_owned();
    }
    shown = LABELLED.replace_all(&shown, |found: &Captures<'_>| format!("{}{HIDDEN}", &found[1])).into_owned();
    for form in UNLABELLED.iter() {
        shown = form.replace_all(&shown, |found: &Captures<'_>| format!("{}{HIDDEN}", &found[1])).into_owned();
    }
    shown
}

/// A value with the secrets in its texts hidden, and everything in a field named after one.
pub fn hide_in(value: &mut Value) {
    match value {
        Value::String(text) => *text = hide(text),
        Value::Array(items) => items.iter_mut().for_each(hide_in),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if FIELD.is_match(name) && !matches!(value, Value::Null | Value::Bool(_)) {
                    *value = Value::String(HIDDEN.to_owned());
                } else {
                    hide_in(value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_server_logs_of_passwords_is_hidden() {
        for (line, shown) in [
            ("[Job: 3] Decrypted password: 'horse battery'", "[Job: 3] Decrypted password: ‹hidden›"),
            ("Decrypted password: 'it's' for core-1", "Decrypted password: ‹hidden›"),
            (
                "[Job: 3] Raw password value for selected credential 'ops' (ID: 4): 'gAAAAABq0123456789abcdefXYZ=='",
                "[Job: 3] Raw password value for selected credential 'ops' (ID: 4): ‹hidden›",
            ),
            ("Stored hash: $2b$12$abcdefghijklmnopqrstuv (60)", "Stored hash: ‹hidden›"),
            ("connect(host='10.0.0.1', password='x y', port=22)", "connect(host='10.0.0.1', password=‹hidden›"),
            ("redis://:p@ss@cache:6379/0 refused", "redis://:‹hidden›@cache:6379/0 refused"),
            ("Authorization: Bearer abcdef123456", "Authorization: Bearer ‹hidden›"),
            ("{\"community\": \"sesame\"}", "{\"community\": ‹hidden›"),
            ("username ops password 7 0822455D0A16", "username ops password 7 ‹hidden›"),
            ("snmp-server community sesame RO", "snmp-server community ‹hidden› RO"),
            ("token eyJhbGciOi.eyJzdWIi.c2ln ended", "token ‹hidden› ended"),
            ("curl -s -u ops:sesame http://x", "curl -s -u ‹hidden› http://x"),
        ] {
            assert_eq!(hide(line), shown);
        }
    }

    #[test]
    fn what_holds_no_secret_stays_as_it_is() {
        for line in [
            "Authentication to device failed.\n\nCommon causes of this problem are:\n1. Invalid username and password\n2. Incorrect SSH-key file",
            "[Job: 3] Found 3 matching credentials for device core-1",
            "[Job: 3] Selected credential 'ops' (ID: 4) with priority 10 for device core-1",
            "Device core-1 does not have credentials, proceeding with resolution",
            "HTTP 200 for http://127.0.0.1:8000/devices/?size=100",
            "service password-encryption",
            "Job 3 started.",
        ] {
            assert_eq!(hide(line), line);
        }
    }

    #[test]
    fn fields_named_after_a_secret_are_hidden_whole() {
        let mut meta = json!({"password": {"a": 1}, "host": "core-1", "has_password": true, "lines": ["secret: x"]});
        hide_in(&mut meta);
        assert_eq!(
            meta,
            json!({"password": HIDDEN, "host": "core-1", "has_password": true, "lines": [format!("secret: {HIDDEN}")]})
        );
    }
}
