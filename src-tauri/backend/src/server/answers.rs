//! The answers of a credential to what devices ask at the sign-in, as a request gives them.

use netraven_api::credentials::{CredentialInput, QuestionAnswer};
use netraven_api::{CredentialId, Secret};
use serde_json::Value;

use super::http::body_check::BodyCheck;
use super::http::error::ApiError;
use crate::places::{ANSWER, context, question};
use crate::platforms::question_pattern;
use crate::seal::SealKey;
use crate::store::credentials::SealedAnswer;

/// Most answers of a credential.
const MOST: usize = 16;
/// Most characters of a pattern, and of an answer.
const PATTERN: usize = 200;
const ANSWER_LENGTH: usize = 255;

/// Refuses patterns that cannot be used and answers that are missing; `stored` are the answers it has before.
pub fn check(input: &CredentialInput, stored: &[SealedAnswer]) -> Result<(), ApiError> {
    let Some(answers) = &input.answers else { return Ok(()) };
    let mut check = BodyCheck::default();
    if answers.len() > MOST {
        let sentence = format!("A credential has at most {MOST} answers; {} were given.", answers.len());
        check.refuse("answers", "too_long", sentence, answers.len());
        return check.done();
    }
    for (place, given) in answers.iter().enumerate() {
        let is_double = answers[..place].iter().any(|other| other.pattern == given.pattern);
        if let Some(sentence) = refusal(given, is_double, stored) {
            // What was given is not repeated: people mistake one field for the other.
            check.refuse("answers", "value_error", sentence, Value::Null);
        }
    }
    check.done()
}

fn refusal(given: &QuestionAnswer, is_double: bool, stored: &[SealedAnswer]) -> Option<String> {
    let pattern = given.pattern.as_str();
    let answer = given.answer.as_ref().map_or("", Secret::expose);
    let shown: String = pattern.chars().take(60).collect();
    if pattern.chars().count() > PATTERN || answer.chars().count() > ANSWER_LENGTH {
        return Some(format!("A pattern has at most {PATTERN} characters, and an answer at most {ANSWER_LENGTH}."));
    }
    if pattern.contains('\0') || answer.contains('\0') {
        return Some("A pattern or an answer must not hold a NUL character.".to_owned());
    }
    if let Err(sentence) = question_pattern(pattern) {
        return Some(sentence);
    }
    if is_double {
        return Some(format!("The pattern '{shown}' is there twice: only the first would ever be used."));
    }
    let is_stored = stored.iter().any(|one| one.pattern == pattern);
    (answer.is_empty() && !is_stored).then(|| format!("Enter the answer to the question '{shown}'."))
}

/// The answers as they are stored, in the order they were given; nothing if the request says nothing about them. One
/// that was not given again stays as it is.
pub fn sealed(
    seal: &SealKey,
    id: CredentialId,
    input: &CredentialInput,
    stored: &[SealedAnswer],
) -> Option<Vec<SealedAnswer>> {
    let one = |given: &QuestionAnswer| {
        let pattern = given.pattern.clone();
        let text = given.answer.as_ref().map_or("", Secret::expose);
        if text.is_empty() {
            return stored.iter().find(|one| one.pattern == pattern).cloned();
        }
        let answer = seal.seal_text(&context(ANSWER, question(id, &pattern)), text);
        Some(SealedAnswer { pattern, answer })
    };
    Some(input.answers.as_ref()?.iter().filter_map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(answers: &[(&str, Option<&str>)]) -> CredentialInput {
        let one = |(pattern, answer): &(&str, Option<&str>)| QuestionAnswer {
            pattern: (*pattern).to_owned(),
            answer: answer.map(Secret::new),
        };
        CredentialInput { answers: Some(answers.iter().map(one).collect()), ..CredentialInput::default() }
    }

    fn stored(pattern: &str) -> SealedAnswer {
        SealedAnswer { pattern: pattern.to_owned(), answer: "sealed".to_owned() }
    }

    fn refusals(input: &CredentialInput, stored: &[SealedAnswer]) -> Vec<String> {
        match check(input, stored) {
            Ok(()) => Vec::new(),
            Err(ApiError::Fields(fields)) => fields.into_iter().map(|field| field.message).collect(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_wrong_answer_is_refused_and_none_is_repeated() {
        let given = input(&[("token (", Some("s3same")), ("pin", None), ("pin", Some("1")), ("city", Some(""))]);
        let refused = refusals(&given, &[stored("other")]);
        assert_eq!(refused.len(), 4, "{refused:?}");
        assert!(refused[0].contains("unclosed group") && refused[1].contains("Enter the answer"), "{refused:?}");
        assert!(refused[2].contains("twice") && refused[3].contains("'city'"), "{refused:?}");
        assert!(!refused.concat().contains("s3same"));
        assert!(refusals(&input(&[("pin", None)]), &[stored("pin")]).is_empty(), "a stored answer stays");
        assert!(refusals(&CredentialInput::default(), &[]).is_empty());
        assert!(refusals(&input(&[("a", Some("1")); 17]), &[])[0].contains("at most 16"));
        assert!(refusals(&input(&[("a", Some(&"x".repeat(256)))]), &[])[0].contains("at most 255"));
    }

    #[test]
    fn an_answer_is_sealed_to_its_question_and_a_stored_one_stays() {
        let seal = SealKey::generate();
        let given = input(&[("token", Some("s3same")), ("pin", None)]);
        let sealed = sealed(&seal, 7.into(), &given, &[stored("pin")]).unwrap();
        assert_eq!(sealed[1], stored("pin"));
        let open = |pattern: &str| seal.open_text(&context(ANSWER, question(7, pattern)), &sealed[0].answer);
        assert_eq!(open("token").unwrap().as_str(), "s3same");
        assert!(open("pin").is_err(), "it is no answer to another question");
        assert_eq!(super::sealed(&seal, 7.into(), &CredentialInput::default(), &[stored("pin")]), None);
    }
}
