//! What is asked, and what is answered to it.

use std::cell::Cell;

use super::*;
use crate::platforms::question_pattern;
use crate::session::LoginAnswer;

/// A question, and whether what is typed is shown.
type Asked<'a> = (&'a str, bool);

/// The answers to these rounds of questions, and why they ended.
fn asked(known: &[(&str, &str)], rounds: &[&[Asked<'_>]], may_leave_open: bool) -> (Vec<Vec<String>>, Option<Ending>) {
    let answer = |(pattern, answer): &(&str, &str)| LoginAnswer {
        pattern: question_pattern(pattern).unwrap(),
        answer: (*answer).into(),
    };
    let login = Login {
        id: 1.into(),
        username: "admin".into(),
        password: "hunter22".into(),
        key: None,
        agent: None,
        answers: known.iter().map(answer).collect(),
        enable_password: None,
        networks: Vec::new(),
    };
    let (mut heard, hung_up) = (Heard::default(), Cell::new(false));
    let hang_up = || hung_up.set(true);
    let mut answers = KeyboardAnswers { login: &login, heard: &mut heard, may_leave_open, hang_up: &hang_up };
    let mut given = Vec::new();
    for round in rounds {
        let question = |(text, echo): &Asked<'_>| KeyboardQuestion { text: (*text).to_owned(), echo: *echo };
        let questions: Vec<KeyboardQuestion> = round.iter().map(question).collect();
        let said = raw::Answering::round(&mut answers, ["", ""], &questions);
        if hung_up.get() {
            assert!(said.is_empty());
            break;
        }
        given.push(said);
    }
    assert_eq!(heard.ending.is_some(), hung_up.get());
    (given, heard.ending)
}

fn plainly(round: &[Asked<'_>]) -> (Vec<String>, Option<Ending>) {
    let (given, ending) = asked(&[], &[round], false);
    (given.concat(), ending)
}

#[test]
fn user_name_and_password_need_no_pattern() {
    assert_eq!(plainly(&[("Username: ", true), ("Password: ", false)]).0, ["admin", "hunter22"]);
    for question in ["(admin@r1) Passwort:", "", "Contraseña: ", "密码:"] {
        assert_eq!(plainly(&[(question, false)]), (vec!["hunter22".to_owned()], None), "{question}");
    }
}

#[test]
fn an_unknown_question_gets_no_password_and_ends_the_sign_in_of_a_credential_with_answers() {
    let rounds: [&[Asked<'_>]; 7] = [
        &[("Verification code: ", false)],
        &[("New password: ", false)],
        &[("Password: ", true)],
        &[("Mother's maiden name: ", false)],
        &[("Password: ", false), ("Second password: ", false)],
        &[("Password: ", false), ("Token: ", false)],
        &[("Continue? ", true)],
    ];
    for round in rounds {
        let (given, ending) = plainly(round);
        assert!(ending.is_none() && given.iter().all(String::is_empty), "{round:?}: {given:?}");
        let (given, ending) = asked(&[("favourite colour", "blue")], &[round], false);
        assert_eq!((given, ending), (Vec::new(), Some(Ending::Unanswered)), "{round:?}");
    }
}

#[test]
fn a_pattern_answers_its_question_whatever_else_is_asked_and_in_every_round() {
    let known = [("token code", "4711"), ("^continue", "yes")];
    let rounds: [&[Asked<'_>]; 3] =
        [&[("Password: ", false), ("Enter TOKEN CODE: ", false)], &[], &[("Continue? ", true)]];
    let given = vec![vec!["hunter22".to_owned(), "4711".to_owned()], Vec::new(), vec!["yes".to_owned()]];
    assert_eq!(asked(&known, &rounds, false), (given, None));
    let first = asked(&[("pass", "other"), ("password", "never")], &[&[("Password: ", false)]], false);
    assert_eq!(first, (vec![vec!["other".to_owned()]], None), "the first pattern wins, over the password too");
}

#[test]
fn nothing_is_given_twice_and_the_questions_have_an_end() {
    let twice: [&[Asked<'_>]; 2] = [&[("Password: ", false)], &[("Password: ", false)]];
    let (given, ending) = asked(&[], &twice, false);
    assert_eq!(given, [["hunter22"]]);
    assert!(matches!(ending, Some(Ending::Asked(how)) if how.contains("password again")), "{ending:?}");
    let (given, ending) = asked(&[("pass", "4711")], &twice, false);
    assert_eq!(given, [["4711"]]);
    assert!(matches!(ending, Some(Ending::Asked(how)) if how.contains("same question")), "{ending:?}");
    let nothing: &[Asked<'_>] = &[];
    let (given, ending) = asked(&[], &[nothing; ROUNDS + 1], false);
    assert_eq!(given.len(), ROUNDS);
    assert!(matches!(ending, Some(Ending::Asked(how)) if how.contains("without an end")), "{ending:?}");
}

#[test]
fn where_the_password_can_be_asked_for_in_another_way_an_unknown_question_stays_empty() {
    let (given, ending) = asked(&[], &[&[("Token: ", false), ("Password: ", false)]], true);
    assert_eq!((given.concat(), ending), (vec![String::new(), String::new()], None));
}
