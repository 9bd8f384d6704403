//! Every recorded session under `devices/`, played by the lab and read over SSH by the real session, gives what its
//! case says.

use futures::StreamExt as _;
use netraven_backend::platforms::{Redactor, Registry};
use netraven_backend::replay::replay;
use netraven_backend::session::Failure;

use super::cases::{self, Case, CaseFacts};

/// Recordings that are read at the same time.
const AT_ONCE: usize = 8;

/// Everything that is not as the case says.
async fn differences(case: Case, registry: &Registry) -> Vec<String> {
    let Some(definition) = registry.get(&case.recording.platform) else {
        return vec![case.sentence("no such platform")];
    };
    let replayed = match replay(&definition, &case.recording).await {
        Ok(replayed) => replayed,
        Err(error) => return vec![case.sentence(error)],
    };
    if let Some(failure) = replayed.failure {
        return vec![case.sentence(reason(&failure))];
    }
    let mut wrong = Vec::new();
    let redacted = Redactor::new(&definition, &[7; 32]).redact(&replayed.text);
    if let Some(difference) = first_difference(&case.expected, &redacted.text) {
        wrong.push(case.sentence(difference));
    }
    if redacted.hidden != case.says.hidden {
        wrong.push(case.sentence(format!("{} secrets are hidden, not {}", redacted.hidden, case.says.hidden)));
    }
    if replayed.startup != case.says.startup {
        wrong.push(case.sentence(format!("{:?} instead of {:?}", replayed.startup, case.says.startup)));
    }
    let found = CaseFacts::from(replayed.facts);
    if found != case.says.facts {
        wrong.push(case.sentence(format!("{found:?} instead of {:?}", case.says.facts)));
    }
    wrong
}

fn reason(failure: &Failure) -> String {
    let last_seen = failure.transcript.last_seen(str::to_owned);
    let Failure { cause, stage, message, said, expected, .. } = failure;
    format!("{cause} at {stage}: {message} It said {said:?}, {expected:?} was expected. Last seen:\n{last_seen}")
}

/// The first line in which two texts differ, if any.
fn first_difference(expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let (mut expected, mut found) = (expected.split('\n'), found.split('\n'));
    let mut number = 1;
    loop {
        match (expected.next(), found.next()) {
            (Some(expected), Some(found)) if expected == found => number += 1,
            (expected, found) => return Some(format!("line {number} is {found:?}, not {expected:?}")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recording_gives_what_its_case_says_through_a_real_session() -> anyhow::Result<()> {
    let (registry, refused) = Registry::load(None);
    assert!(refused.is_empty(), "{refused:?}");
    let reading = futures::stream::iter(cases::all()?).map(|case| differences(case, &registry));
    let wrong: Vec<String> = reading.buffer_unordered(AT_ONCE).concat().await;
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
