//! Whether a device's words say that a password, or the account, has run out.

/// What a person does about a password that has run out.
pub(in crate::session) const ADVICE: &str =
    "Set a new password for this account on the device, then enter it in the credential; a retry will not help.";

/// What has run out by these words, as a reason without capital and full stop; none if they do not say so.
pub(in crate::session) fn told_by(words: &str) -> Option<&'static str> {
    words.split(['.', '!', '\n', '\r', ';']).find_map(told_by_sentence)
}

fn told_by_sentence(sentence: &str) -> Option<&'static str> {
    let words: Vec<String> =
        sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    // "will expire in 9 days", "does not expire", "if your password has expired" and "change your password regularly" leave it
    // as it is.
    if has(&["if", "when", "not", "never", "unless", "cannot"]) {
        return None;
    }
    let password = has(&["password", "passwd", "passphrase", "passcode", "kennwort", "passwort"]);
    let expired = has(&["expired", "aged", "abgelaufen"]) || has(&["outdated"]);
    let account = has(&["account", "user", "konto"]);
    let must = has(&["must", "required", "need", "needs", "forced", "has", "have"]);
    let change = has(&["change", "changed", "reset", "renew", "renewed"]);
    let again = has(&["contain", "least", "differ", "characters"]);
    if password && (expired || must && change && !again) {
        Some("the password has expired")
    } else if account && expired {
        Some("the account has expired")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_run_out_is_told_from_what_only_speaks_of_it() {
        for words in [
            "Your password has expired.\n",
            "WARNING: Your password has expired.\r\nYou must change your password now and login again!",
            "Password expired, enter a new one",
            "You are required to change your password immediately (administrator enforced).",
            "% Password has expired. Please reset it",
            "Password change required. Please change your password",
            "Ihr Kennwort ist abgelaufen.",
        ] {
            assert_eq!(told_by(words), Some("the password has expired"), "{words}");
        }
        assert_eq!(
            told_by("Your account has expired; please contact your system administrator."),
            Some("the account has expired")
        );
        for words in [
            "",
            "Your password will expire in 9 days.",
            "Authorized users only. Passwords must not be shared.",
            "If your password has expired, call the help desk.",
            "The certificate has expired.",
            "The password must contain at least three of: upper case, lower case, symbols, numbers.",
            "Do you want to change the password(yes/no):",
            "Change your password regularly!",
            "Password has not expired",
        ] {
            assert_eq!(told_by(words), None, "{words}");
        }
    }
}
