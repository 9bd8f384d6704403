//! What a device that stands still with an unfinished line asks for. Enter is an answer too: at a question it is never typed
//! to see what happens.

use std::sync::LazyLock;

use regex::Regex;

/// No question is longer.
pub(super) const LONGEST: usize = 300;

/// A question by what it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// The name to sign in with.
    User,
    /// The password that belongs to it.
    Password,
    /// A password we do not have: a new one, or a code.
    OtherSecret,
    /// Whether to change the password; this is how to say no.
    ChangePassword(&'static str),
    /// Any key; this one is pressed.
    Key(&'static str),
    /// Any other question.
    Other,
    /// A line that ends in a colon and may be a question.
    Colon,
}

struct Patterns {
    key: Regex,
    words_first: Regex,
    invites: Regex,
    choice: Regex,
    change: Regex,
    keep: Regex,
    other_secret: Regex,
    password: Regex,
    user: Regex,
    other: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(&format!("(?i){text}")).expect("the patterns of questions are valid");
    Patterns {
        key: pattern(r"\b(?:press|hit|strike|touch|type)\b.{0,12}?\b(any key|a key|enter|return|space ?bar|space)\b"),
        // Enter comes behind something that is to be typed before.
        words_first: pattern(r"\b(?:and|then|followed by)\b.{0,12}?\b(?:press|hit|strike|enter|return)\b"),
        invites: pattern(
            r"^\W*(?:please|enter|select|choose|pick|type|press|input|specify|provide|which|what|choice|selection|option|your)[\s\[(<].*\S|\byour\s|\b(?:choice|selection|option)s?\s*[\[(<]|\s[\[(]\s*\d{1,3}\s*(?:-|\.\.)\s*\d{1,3}\s*[\])]\s*\S?$",
        ),
        choice: pattern(r"[\[(<]\s*(yes|y)\b[^\])>]{0,12}?\b(?:no|n)\b[^\])>]{0,24}[\])>]|\b(yes|y)\s*/\s*(?:no|n)\b"),
        change: pattern(
            r"\b(?:change|modify|update|renew|reset)\b.{0,40}\bpass(?:word|wd|phrase)|\bpass(?:word|wd|phrase)\b.{0,60}\b(?:change|modify|update|renew|reset)\b",
        ),
        keep: pattern(r"\b(?:keep|not|don't|skip|later|without|leave|unchanged|cancel|ignore|remain|remind)\b"),
        other_secret: pattern(
            r"\b(?:new|old|current|confirm|retype|re-?type|re-?enter|repeat|verify|again|change|enable)\b.{0,24}\bpass(?:word|wd|phrase|code)?\b|\bpass(?:word|wd|phrase)\b.{0,12}\bagain\b|\b(?:passcode|one[- ]time|otp|token|verification|second factor|two[- ]factor|pin|challenge|response)\b",
        ),
        password: pattern(
            r"(?:\bpass(?:word|wd|phrase)?\b|passwort|kennwort|contraseña|mot de passe|senha|密码)\b?[^:?>]{0,40}[:>?：]\s*$",
        ),
        user: pattern(
            r"(?:\b(?:user(?:[ _-]?(?:name|id))?|login(?:[ _-]?(?:name|id|as|user))?|account(?: name)?)|benutzer(?:name)?|usuario|utilisateur|用户名?)\s*(?:\([^)]*\)|\[[^\]]*\])?\s*[:：]\s*$|\blog ?in as: *$|\b(?:enter|type|input|your)\b.*\b(?:user ?name|user|login)>\s*$",
        ),
        other: pattern(
            r"\?\s*(?:[\[(][^\])]*[\])])?\s*[:>]?\s*$|\[confirm\]\s*[:?]?\s*$|\((?:press |enter |type )[^)]*\)\s*:?\s*$",
        ),
    }
});

/// What a line, as a screen shows it, asks for; `None` if it is no question.
pub(super) fn of(line: &str) -> Option<Question> {
    let line = line.trim();
    if line.is_empty() || line.len() > LONGEST {
        return None;
    }
    let patterns = &*PATTERNS;
    if let Some(choice) = patterns.choice.captures(line) {
        let long = choice.get(1).or(choice.get(2)).is_some_and(|yes| yes.as_str().eq_ignore_ascii_case("yes"));
        let declined = patterns.change.is_match(line) && !patterns.keep.is_match(line);
        // Only a mark may follow the choice; otherwise the line mentions a choice and does not offer it.
        let offered = line.len() - choice.get(0).map_or(0, |choice| choice.end()) <= 4;
        return match (declined && offered, offered) {
            (true, _) => Some(Question::ChangePassword(if long { "no" } else { "n" })),
            (false, true) => Some(Question::Other),
            (false, false) => ends(line),
        };
    }
    ends(line)
}

/// Whether a line of several words, as a screen shows it, invites to an answer although it may end as a prompt does.
pub(super) fn invites(line: &str) -> bool {
    let line = line.trim();
    line.contains(' ') && line.len() <= LONGEST && PATTERNS.invites.is_match(line)
}

/// Whether nothing but plain words stand before the sign a line ends with: `Your way>`. A prompt of several words is seldom
/// without a number, a path or a bracket.
pub(super) fn is_words(line: &str) -> bool {
    let words = line.trim().trim_end_matches(['>', '#', '$', '%', ']']);
    words.trim().contains(' ') && words.chars().all(|c| c.is_alphabetic() || c == ' ')
}

/// Whether a line is one word that ends as prompts do.
pub(super) fn is_sign_word(line: &str) -> bool {
    let line = line.trim();
    !line.contains(char::is_whitespace)
        && (line.ends_with(['>', '#', '$', '%']) || (line.ends_with(']') && line.starts_with(['[', '*', '~'])))
}

/// Whether a line that a device stands at unfinished asks nothing for certain, so that Enter cannot be an answer: it is blank
/// but for ornaments, one word that may be a prompt, or has a prompt at its end, behind a greeting without a line end.
pub(super) fn asks_nothing(line: &str) -> bool {
    let line = line.trim();
    let is_sign = |c: char| ['>', '#', '$', '%'].contains(&c);
    let Some(last) = line.split_whitespace().next_back() else { return true };
    if !line.chars().any(char::is_alphanumeric) {
        return true;
    }
    if last == line {
        return is_sign_word(line);
    }
    let names_somebody = last.chars().any(char::is_alphanumeric);
    names_somebody && (last.ends_with('#') || (last.contains('@') && last.ends_with(is_sign)))
}

/// Whether an unfinished line reads like a statement or is one word: more of it may be on its way.
pub(super) fn states(line: &str) -> bool {
    let line = line.trim();
    !invites(line)
        && (line.ends_with(['.', '!', ',', ';']) || (!line.contains(' ') && !line.ends_with([']', ')', '>'])))
}

fn ends(line: &str) -> Option<Question> {
    let patterns = &*PATTERNS;
    // A prompt ends in this sign too, and names of hosts have no blanks.
    let asks = line.ends_with([':', '?', '：']) || (line.ends_with('>') && line.contains(' '));
    if let Some(key) = patterns.key.captures(line) {
        if patterns.words_first.is_match(line) {
            return Some(Question::Other);
        }
        let space = key.get(1).is_some_and(|key| key.as_str().to_ascii_lowercase().starts_with("space"));
        return Some(Question::Key(if space { " " } else { "\n" }));
    }
    if asks && patterns.other_secret.is_match(line) {
        return Some(Question::OtherSecret);
    }
    if patterns.password.is_match(line) && !(line.ends_with('>') && line.contains('-') && !line.contains(' ')) {
        return Some(Question::Password);
    }
    if patterns.user.is_match(line) {
        return Some(Question::User);
    }
    if patterns.other.is_match(line) {
        return Some(Question::Other);
    }
    line.ends_with([':', '：']).then_some(Question::Colon)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: Option<Question>, lines: &[&str]) {
        for line in lines {
            assert_eq!(of(line), question, "{line:?}");
        }
    }

    #[test]
    fn a_question_is_known_by_what_it_wants() {
        check(
            Some(Question::User),
            &[
                "Username:",
                "User Name: ",
                "UserName:",
                "Enter username> ",
                "User:",
                "login: ",
                "sw1 login: ",
                "Login as:",
                "login name:",
                "User ID:",
                "Please enter your user name:",
                "(Controller) User:",
                "Enter username (or q): ",
                "Account:",
                "Benutzername:",
            ],
        );
        check(
            Some(Question::Password),
            &[
                "Password:",
                "password: ",
                "Enter password:",
                "backup's password:",
                "Password for backup:",
                "PassWord:",
                "Passwort:",
            ],
        );
        check(
            Some(Question::OtherSecret),
            &[
                "New password:",
                "Enter new password: ",
                "Retype new password:",
                "Old password:",
                "(current) UNIX password: ",
                "Confirm password:",
                "Password again:",
                "Passcode:",
                "Enter your token:",
                "Verification code: ",
                "PIN:",
            ],
        );
        check(
            Some(Question::ChangePassword("no")),
            &[
                "Do you want to change the password(yes/no):",
                "Change your password now? [yes/no]: ",
                "change password? (Yes/No)",
            ],
        );
        check(
            Some(Question::ChangePassword("n")),
            &[
                "The password has to be changed. Change password? [Y/N]:",
                "Would you like to update your password? (y/n) ",
                "The password is weak, modify it now? [Y/N]: ",
            ],
        );
        check(
            Some(Question::Key("\n")),
            &["Press any key to continue", "Press RETURN to get started.", "Hit <Enter> to go on"],
        );
        check(Some(Question::Key(" ")), &["Press SPACE to continue"]);
        check(
            Some(Question::Other),
            &[
                "Do you accept? ",
                "Continue? [y/N] ",
                "Proceed (yes/no)?",
                "Keep the old password? (y/n):",
                "Reload [confirm]",
                "Do you not want to change the password (y/n)?",
                "Terminal type? [vt100] ",
                "Overwrite y/n:",
                "Type YES and press ENTER to continue",
                "Enter your name, then hit <RETURN>",
            ],
        );
        check(Some(Question::Colon), &["Enter an option:", "Select: "]);
        check(
            None,
            &[
                "",
                "sw1#",
                "sw1>",
                "Welcome",
                "Last login: Mon Nov 30 10:11:12 2026 from 192.0.2.1",
                "hostname a",
                "The password must contain digits.",
                " description press on",
                "ops@fw1(passive)>",
                "password-sw1>",
                "login>",
                "pin-sw1>",
                "Answer (yes/no) questions with care today.",
            ],
        );
    }

    #[test]
    fn what_invites_to_an_answer_is_told_from_prompts_of_several_words() {
        for line in [
            "Your choice>",
            "Enter your choice [1-3] >",
            "Please select a context>",
            "Choice [a] >",
            "Select option [1-4]",
            "Room number (1-9) #",
            "Type YES to continue",
        ] {
            assert!(invites(line), "{line:?}");
        }
        for line in [
            "sw1#",
            "enter-sw1>",
            "(Cisco Controller) >",
            "HP ProCurve Switch 2824>",
            "fw1 (global) #",
            "[ops@h1 ~]$",
            "Slot-1 sw1#",
            "(host) [mynode] #",
            "[admin@MikroTik] >",
            "sw1 2026-11-30 10:11:12 >",
            "[1] sw1>",
            "select-1 sw #",
        ] {
            assert!(!invites(line) && !is_words(line), "{line:?}");
        }
        assert!(is_words("Go where>") && !is_words("where>") && !is_words("Rack 7>"));
    }

    #[test]
    fn enter_is_no_answer_where_nothing_is_asked() {
        for line in [
            "",
            "  ",
            "*****",
            "sw1-#",
            "->",
            "[~sw1]",
            "Authorized users only. sw1#",
            "Authorized users only!sw1#",
            "Welcome to ops@r1>",
        ] {
            assert!(asks_nothing(line), "{line:?}");
        }
        for line in [
            "Type YES to continue",
            "Press y to accept the agreement",
            "Select option [1-4]",
            "Select[1]",
            "Terminal type [vt100]",
            "[A]ccept or [D]ecline",
            "Your choice>",
            "Enter the code followed by #",
            "Welcome",
            "Authorized users only.",
        ] {
            assert!(!asks_nothing(line), "{line:?}");
        }
        assert!(states("Authorized users only.") && states("Welcome"));
        assert!(!states("Type YES to continue.") && !states("Select[1]") && !states("[A]ccept or [D]ecline"));
    }
}
