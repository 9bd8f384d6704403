//! Every recorded device is recognised by the platforms' own data, from what it answers to the questions it would be asked.

use netraven_api::platforms::Certainty;
use netraven_backend::platforms::{
    Guess, Registry, Sighting, first_questions, next_questions, recognise, screen, unknown_question,
};
use netraven_lab::Recording;

use super::cases::{self, Case};

/// Recordings that cannot be told from devices of other platforms, and why.
const ALIKE: [(&str, &str); 4] = [
    ("cisco_s300/old", "its `show version` is also that of a PowerConnect, and it refuses to say more"),
    ("extreme_vsp/paged", "it refuses its one question, in words that several platforms use"),
    ("hp_procurve/escapes", "it refuses `show system`, and only its second question would name it"),
    ("sonicwall_sonicos/banner", "it refuses its one question, in words that many platforms use"),
];

/// A text as a session would have it.
fn shown(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", screen::line(line))).collect()
}

fn answer(recording: &Recording, command: &str) -> (String, String) {
    let word = command.split_whitespace().next().unwrap_or_default();
    let refusal = || recording.refusal.replace("{word}", word).replace("{command}", command);
    let answer = recording.exchange(command).map_or_else(refusal, |exchange| exchange.answer.clone());
    (command.to_owned(), shown(&answer))
}

/// The guesses after all that the device would be asked.
fn guesses(registry: &Registry, recording: &Recording) -> Vec<Guess> {
    let prompt = screen::line(recording.prompt.rsplit('\n').next().unwrap_or_default()).into_owned();
    let asked = |questions: Vec<String>| questions.into_iter().map(move |question| answer(recording, &question));
    let mut sighting = Sighting {
        banner: shown(&recording.banner),
        prompt: screen::last_row(&prompt).trim_end().to_owned(),
        answers: asked(first_questions(registry)).collect(),
        ..Sighting::default()
    };
    let first = recognise(registry, &sighting);
    if first.first().is_some_and(|guess| guess.sure == Certainty::Certain) {
        return first;
    }
    sighting.answers.extend(asked(next_questions(registry, &sighting, &first)));
    recognise(registry, &sighting)
}

/// What is wrong with the best guess, if anything.
fn mistake(registry: &Registry, case: &Case) -> Option<String> {
    let guesses = guesses(registry, &case.recording);
    let is_right = |guess: &Guess| guess.platform == case.recording.platform && guess.sure != Certainty::Unsure;
    match guesses.first() {
        Some(guess) if is_right(guess) => None,
        _ => {
            let best: Vec<String> = guesses
                .iter()
                .take(3)
                .map(|guess| format!("{} {} {}: {guess}", guess.platform, guess.score, guess.sure))
                .collect();
            Some(case.sentence(best.join("; ")))
        }
    }
}

#[test]
fn every_recorded_device_is_recognised() -> anyhow::Result<()> {
    let (registry, refused) = Registry::load(None);
    assert!(refused.is_empty(), "{refused:?}");
    let all = cases::all()?;
    let is = |case: &Case, name: &str| case.folder.ends_with(name);
    for (name, reason) in ALIKE {
        assert!(
            all.iter().any(|case| is(case, name)),
            "there is no recording {name}, of which it is said that {reason}"
        );
    }
    let judged = all.iter().filter(|case| case.recording.platform != "generic");
    let judged = judged.filter(|case| !ALIKE.iter().any(|(name, _)| is(case, name)));
    let wrong: Vec<String> = judged.filter_map(|case| mistake(&registry, case)).collect();
    assert!(wrong.is_empty(), "{} are not recognised:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// A refusal alone makes nobody sure.
#[test]
fn a_device_that_no_platform_knows_is_not_recognised() {
    let (registry, _) = Registry::load(None);
    let answers = [unknown_question(), "show version"].map(|question| (question.to_owned(), "huh?\n".to_owned()));
    let sighting = Sighting { prompt: "alien%".to_owned(), answers: answers.to_vec(), ..Sighting::default() };
    let guesses = recognise(&registry, &sighting);
    assert!(guesses.iter().all(|guess| guess.sure == Certainty::Unsure), "{guesses:?}");
}
