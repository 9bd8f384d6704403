//! Every recorded device is recognised by the platforms' own data, from what it answers to the questions it would be asked.

use netraven_api::platforms::Certainty;
use netraven_backend::platforms::{
    Guess, Registry, Sighting, first_questions, next_questions, recognise, screen, unknown_question,
};
use netraven_lab::Recording;

use super::cases::{self, Case};

/// What a device says that is asked in vain.
const REFUSES: &str = "it refuses its questions, in words that many platforms use";

/// Recordings that cannot be told from devices of other platforms, and why. None of them may be taken for another one.
const ALIKE: [(&str, &str); 24] = [
    ("allied_telesis_awplus/firewall", REFUSES),
    ("brocade_fos/plain", "it has a shell like other Unix hosts, and only `version` would name it"),
    ("brocade_fos/virtual-fabrics", "it has a shell like other Unix hosts, and only `version` would name it"),
    ("ciena_saos10/unsaved", "its answers are also those of SAOS 6 and 8"),
    ("cisco_s300/old", "its `show version` is also that of a PowerConnect, and it refuses to say more"),
    ("dell_sonic/paged", REFUSES),
    ("extreme_vsp/paged", REFUSES),
    ("fiberstore_fsos/paged", REFUSES),
    ("fortinet/virtual-domains", "it refuses to say more than a FortiManager would"),
    ("fortinet_manager/cluster", "it refuses to say more than a FortiGate would"),
    ("garderos_grs/cellular", "only `show system version` would name it, and many are likelier by then"),
    ("garderos_grs/plain", "only `show system version` would name it, and many are likelier by then"),
    ("hp_procurve/escapes", "it refuses `show system`, and only its second question would name it"),
    ("huawei_smartax/paged", REFUSES),
    ("juniper_screenos/cluster", REFUSES),
    ("nokia_srl/unsaved", REFUSES),
    ("opengear/cellular", "it has a shell like other Unix hosts, and only a file would name it"),
    ("opengear/plain", "it has a shell like other Unix hosts, and only a file would name it"),
    ("paloalto_panos/plain", "only `show system info` would name it, and many are likelier by then"),
    ("ruijie_os/paged", REFUSES),
    ("sonicwall_sonicos/banner", REFUSES),
    ("tplink_jetstream/paged", "only `show system-info` would name it, and many are likelier by then"),
    ("tplink_jetstream/plain", "only `show system-info` would name it, and many are likelier by then"),
    ("ubiquiti_edgeswitch/paged", "it refuses to say more than an ICOS switch would"),
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

fn is_alike(case: &Case) -> bool {
    ALIKE.iter().any(|(name, _)| case.folder.ends_with(name))
}

/// What is wrong with the best guess, if anything. Of a device that is alike others, being unsure is right.
fn mistake(registry: &Registry, case: &Case) -> Option<String> {
    let guesses = guesses(registry, &case.recording);
    let alike = is_alike(case);
    let is_right = |guess: &Guess| match guess.sure {
        Certainty::Unsure => alike,
        Certainty::Certain | Certainty::Likely => guess.platform == case.recording.platform,
    };
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
    for (name, reason) in ALIKE {
        let known = all.iter().any(|case| case.folder.ends_with(name));
        assert!(known, "there is no recording {name}, of which it is said that {reason}");
    }
    let judged = all.iter().filter(|case| case.recording.platform != "generic");
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
