//! What a device asks at the sign-in (keyboard-interactive, RFC 4256), and what it is answered: what the credential
//! says, else user name and password. A question that nobody knows an answer to is never answered with a password.

use secrecy::ExposeSecret;

use super::{Ending, Heard};
use crate::session::report::Login;
use crate::session::ssh::raw::{self, KeyboardQuestion};

/// How many letters of a question are kept, how many questions, and how many letters of all that is said.
const QUESTION: usize = 80;
const QUESTIONS: usize = 4;
const WORDS: usize = 4096;
/// How many rounds of questions a device may ask.
const ROUNDS: usize = 10;
/// What a question for a password has in it, in the languages of devices; one without any words asks for it too.
const PASSWORD_WORDS: [&str; 20] = [
    "pass",
    "pwd",
    "kennwort",
    "contrase",
    "senha",
    "wachtwoord",
    "heslo",
    "hasło",
    "lösenord",
    "adgangskode",
    "salasana",
    "jelszó",
    "lozinka",
    "parola",
    "парол",
    "密码",
    "口令",
    "パスワード",
    "비밀번호",
    "암호",
];
/// What a question for something other than the present password has in it.
const OTHER_WORDS: [&str; 8] = ["new pass", "retype", "again", "code", "token", "otp", "one-time", "pin:"];

/// Answers a device for one credential: each question only with what it asks for, and the password only once.
pub(super) struct KeyboardAnswers<'a> {
    pub(super) login: &'a Login,
    pub(super) heard: &'a mut Heard,
    /// Whether a question without an answer is left empty, because the password can be asked for in another way.
    pub(super) may_leave_open: bool,
    /// Shuts the connection, so that nothing is answered.
    pub(super) hang_up: &'a dyn Fn(),
}

/// What a question gets.
enum Reply {
    Says(String),
    Name,
    Password,
    /// Nobody knows.
    Unknown,
    /// The answer was given before and not accepted; how, as a reason.
    Again(&'static str),
}

impl KeyboardAnswers<'_> {
    /// The answers to one round; none where the sign-in ends here.
    fn answers(&mut self, questions: &[KeyboardQuestion]) -> Result<Vec<String>, Ending> {
        self.heard.rounds += 1;
        if self.heard.rounds > ROUNDS {
            return Err(Ending::Asked("it asks one question after the other without an end"));
        }
        let is_open = |question: &&KeyboardQuestion| !question.echo && self.known(question).is_none();
        let hidden = questions.iter().filter(is_open).count();
        let replies: Vec<Reply> = questions.iter().map(|question| self.reply(question, hidden == 1)).collect();
        let again = |reply: &Reply| if let Reply::Again(how) = reply { Some(*how) } else { None };
        if let Some(how) = replies.iter().find_map(again) {
            return Err(Ending::Asked(how));
        }
        if replies.iter().any(|reply| matches!(reply, Reply::Unknown)) {
            for (question, reply) in questions.iter().zip(&replies) {
                self.leave_open(question, reply);
            }
            // A round that fails anyway costs no password and no answer. Who has given the credential answers is told which
            // one is missing before anything is sent; otherwise the device is left to refuse, and its question is quoted.
            return if self.may_leave_open || self.login.answers.is_empty() {
                Ok(vec![String::new(); questions.len()])
            } else {
                Err(Ending::Unanswered)
            };
        }
        Ok(questions.iter().zip(replies).map(|(question, reply)| self.given(question, reply)).collect())
    }

    /// The credential's own answer.
    fn known(&self, question: &KeyboardQuestion) -> Option<&str> {
        let one = self.login.answers.iter().find(|one| one.pattern.is_match(&question.text))?;
        Some(one.answer.expose_secret())
    }

    /// What a question gets; `is_only` is whether it is the only hidden one that the credential has no answer for.
    fn reply(&self, question: &KeyboardQuestion, is_only: bool) -> Reply {
        let asks = question.text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| asks.contains(word));
        if let Some(answer) = self.known(question) {
            return match self.heard.answered.contains(&question.text) {
                true => Reply::Again("it asks the same question again after the answer"),
                false => Reply::Says(answer.to_owned()),
            };
        }
        if question.echo {
            return if has(&["user", "login", "name"]) { Reply::Name } else { Reply::Unknown };
        }
        let says_nothing = !asks.chars().any(char::is_alphanumeric);
        let is_for_password = (says_nothing || has(&PASSWORD_WORDS)) && !has(&OTHER_WORDS);
        match self.login.password() {
            Some(_) if is_for_password && self.heard.sent => {
                Reply::Again("it asks for the password again after it was sent")
            }
            Some(_) if is_for_password && is_only => Reply::Password,
            _ => Reply::Unknown,
        }
    }

    /// The text that is sent now.
    fn given(&mut self, question: &KeyboardQuestion, reply: Reply) -> String {
        match reply {
            Reply::Says(answer) => {
                self.heard.answered.push(question.text.clone());
                answer
            }
            Reply::Name => self.login.username.clone(),
            Reply::Password => {
                self.heard.sent = true;
                self.login.password().unwrap_or_default().to_owned()
            }
            Reply::Unknown | Reply::Again(_) => String::new(),
        }
    }

    /// Keeps the words of a question that nobody knows an answer to.
    fn leave_open(&mut self, question: &KeyboardQuestion, reply: &Reply) {
        let text: String = question.text.trim().trim_end_matches(':').chars().take(QUESTION).collect();
        let unanswered = &mut self.heard.unanswered;
        if matches!(reply, Reply::Unknown) && !unanswered.contains(&text) && unanswered.len() < QUESTIONS {
            unanswered.push(text);
        }
    }
}

impl raw::Answering for KeyboardAnswers<'_> {
    fn round(&mut self, words: [&str; 2], questions: &[KeyboardQuestion]) -> Vec<String> {
        for words in words.into_iter().chain(questions.iter().map(|question| question.text.as_str())) {
            if self.heard.words.len() < WORDS {
                self.heard.words.extend(words.chars().take(WORDS).chain(['\n']));
            }
        }
        // What was on its way when the connection was shut is not answered either.
        if self.heard.ending.is_some() {
            return Vec::new();
        }
        self.answers(questions).unwrap_or_else(|ending| {
            self.heard.ending = Some(ending);
            (self.hang_up)();
            Vec::new()
        })
    }
}

#[cfg(test)]
mod tests;
