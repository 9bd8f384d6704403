//! Devices that ask more than a password at the sign-in: answered as the credential says, and never by a guess.

use anyhow::Context as _;
use netraven_api::Secret;
use netraven_api::credentials::{CredentialInput, QuestionAnswer, UpdateCredential};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::DeviceState;
use netraven_lab::{DeviceSpec, Platform, SAMPLE_PASSWORD, SignInQuestion};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};

const COLOUR: &str = "ultramarine-77";
const CITY: &str = "Novosibirsk-42";

/// Asks for the password and a colour at once, and then for a city.
fn in_two_rounds(name: &str) -> DeviceSpec {
    let first = vec![
        SignInQuestion::hidden("Password: ", SAMPLE_PASSWORD),
        SignInQuestion::hidden("Favourite colour: ", COLOUR),
    ];
    let second = vec![SignInQuestion::shown("City of birth? ", CITY)];
    let config = format!("version 15.2\nhostname {name}\ninterface Gi1\n description {COLOUR} {CITY}\nend\n");
    DeviceSpec::new(name, Platform::CiscoIos).with_config(config).asking(vec![first, second])
}

fn answers(all: &[(&str, &str)]) -> CredentialInput {
    let answer = |(pattern, answer): &(&str, &str)| QuestionAnswer {
        pattern: (*pattern).to_owned(),
        answer: Some(Secret::new(*answer)),
    };
    CredentialInput { answers: Some(all.iter().map(answer).collect()), ..CredentialInput::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_in_several_rounds_are_answered_and_the_answers_are_never_seen() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![in_two_rounds("curious")]).await?;
    let device = lab.device("curious")?;
    let known = answers(&[("favourite COLOUR", COLOUR), ("^city of .*birth", CITY)]);
    app.client.send(&UpdateCredential(lab.credential, known)).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let result = work::result(&detail, "curious")?;
    assert_eq!(result.state, DeviceState::Success, "{result:#?}");
    assert_eq!((device.logins(), device.logins_refused()), (1, 0));
    let snapshots = work::snapshots(&app.client, lab.id("curious")?).await?;
    let text = &snapshots.first().context("it was read")?.config_data;
    assert!(text.contains(" description ‹secret "), "{text}");
    let log = serde_json::to_string(&work::logs(&app.client, detail.run.id).await?)?;
    assert!(log.contains("(keyboard-interactive)"), "{log}");
    let results = serde_json::to_string(&detail)?;
    let tables = app.database.dump().await?;
    for answer in [COLOUR, CITY] {
        for seen in [text, &log, &results, &tables] {
            assert!(!seen.contains(answer), "{answer} stands in {seen}");
        }
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_an_answer_ends_the_sign_in_and_is_quoted() -> anyhow::Result<()> {
    let unknown = SignInQuestion::hidden("Mother's maiden name: ", SAMPLE_PASSWORD);
    let shown = SignInQuestion::shown("Favourite animal? ", SAMPLE_PASSWORD);
    let specs = vec![
        DeviceSpec::new("unknown", Platform::CiscoIos).asking(vec![vec![unknown]]),
        DeviceSpec::new("shown", Platform::CiscoIos).asking(vec![vec![shown]]),
        in_two_rounds("second-round"),
    ];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    app.client.send(&UpdateCredential(lab.credential, answers(&[("colour", COLOUR)]))).await?;
    let detail = work::run(&app.client, lab.job).await?;
    for (name, question) in
        [("unknown", "Mother's maiden name"), ("shown", "Favourite animal?"), ("second-round", "City of birth?")]
    {
        let result = work::result(&detail, name)?;
        let cause = (result.cause, result.stage);
        assert_eq!(cause, (Some(Cause::QuestionUnanswered), Some(Stage::SignIn)), "{result:#?}");
        let message = result.message.clone().unwrap_or_default();
        assert!(message.contains("no answer for") && message.contains(question), "{message}");
        let said = result.details.clone().unwrap_or_default();
        assert_eq!((said.said.as_deref(), said.refused_logins.len()), (Some(question), 0), "{result:#?}");
        let device = lab.device(name)?;
        assert_eq!((device.logins(), device.logins_refused()), (0, 0), "{name}: no guess was sent");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_is_sent_once_and_the_account_is_not_locked_by_it() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![in_two_rounds("strict")]).await?;
    app.client.send(&UpdateCredential(lab.credential, answers(&[("colour", "beige-99"), ("city", CITY)]))).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let result = work::result(&detail, "strict")?;
    assert_eq!((result.cause, result.stage), (Some(Cause::AuthFailed), Some(Stage::SignIn)), "{result:#?}");
    assert!(result.message.as_deref().unwrap_or_default().contains("the password or an answer was refused"));
    assert!(!serde_json::to_string(&detail)?.contains("beige-99"), "{detail:#?}");
    assert_eq!(lab.device("strict")?.logins_refused(), 1);
    app.stop().await;
    Ok(())
}
