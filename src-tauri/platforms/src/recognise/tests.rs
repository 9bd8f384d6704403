//! What is recognised, and what is not.

use super::*;

const MINE: &str = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\nidentify = ['^I am Mine']\nerrors = ['^oops']\n\
                    [prompt]\npattern = '(?P<host>\\w+)%%'\n\
                    [[commands]]\nsend = 'tell all'\npurpose = 'facts'\n\
                    [[commands]]\nsend = 'tell {password}'\npurpose = 'facts'\n\
                    [[commands]]\nsend = 'tell more'\npurpose = 'facts'\n\
                    [[commands]]\nsend = 'show all'\npurpose = 'config'\n\
                    [[facts]]\nfield = 'version'\npattern = '^Version (\\S+)'\n";

/// The built-in platforms and one whose prompt no other has.
fn registry() -> Registry {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), MINE).unwrap();
    let (registry, refused) = Registry::load(Some(folder.path()));
    assert!(refused.is_empty(), "{refused:?}");
    registry
}

fn at(prompt: &str, answers: &[(&str, &str)]) -> Sighting {
    let answers = answers.iter().map(|(sent, answer)| ((*sent).to_owned(), (*answer).to_owned())).collect();
    Sighting { prompt: prompt.to_owned(), answers, ..Sighting::default() }
}

/// The best guess, how sure it is, and why.
fn best(sighting: &Sighting) -> (String, Certainty, Vec<Reason>) {
    let guesses = recognise(&registry(), sighting);
    assert!(guesses.iter().skip(1).all(|guess| guess.sure == Certainty::Unsure), "{guesses:?}");
    let best = guesses.into_iter().next().expect("there is a guess");
    (best.platform, best.sure, best.reasons)
}

#[test]
fn what_says_its_name_at_its_prompt_is_certain() {
    let refusal = "                 ^\n% Invalid input detected at '^' marker.\n";
    let version = "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E7, RELEASE SOFTWARE (fc3)\n\
                   Processor board ID FOC1010X104\n";
    let (platform, sure, reasons) = best(&at("sw1#", &[(unknown_question(), refusal), ("show version", version)]));
    assert_eq!((platform.as_str(), sure), ("cisco_ios", Certainty::Certain));
    assert_eq!(reasons, [Reason::Answer, Reason::Facts(2), Reason::Prompt, Reason::Refusal]);

    let two = at("box%%", &[("tell all", "I am Mine\n")]);
    assert_eq!(best(&two).1, Certainty::Certain);
    // Its prompt is another one: a session would fail at it.
    assert_eq!(best(&at("(box)", &[("tell all", "I am Mine\n")])).1, Certainty::Unsure);
}

#[test]
fn facts_refusal_and_greeting_make_it_likely_and_a_prompt_alone_does_not() {
    let only = |answers: &[(&str, &str)]| best(&at("box%%", answers));
    let mine = |sure: Certainty, reasons: &[Reason]| ("mine".to_owned(), sure, reasons.to_vec());
    assert_eq!(only(&[]), mine(Certainty::Unsure, &[Reason::Prompt]));
    let version = [("tell all", "Version 1.2\n")];
    assert_eq!(only(&version), mine(Certainty::Likely, &[Reason::Facts(1), Reason::Prompt]));
    let refused = [(unknown_question(), "oops: show?\n")];
    assert_eq!(only(&refused), mine(Certainty::Likely, &[Reason::Prompt, Reason::Refusal]));
    // What it refuses holds no facts.
    assert_eq!(only(&[("tell all", "oops\nVersion 1.2\n")]).1, Certainty::Unsure);
    // Nor does the answer to what it would not ask.
    assert_eq!(only(&[("show version", "Version 1.2\n")]).1, Certainty::Unsure);

    let menu = Sighting { banner: "*** Welcome to pfSense 2.7.2 ***".to_owned(), ..at("Enter an option:", &[]) };
    let (platform, sure, reasons) = best(&menu);
    assert_eq!((platform.as_str(), sure), ("pfsense", Certainty::Likely));
    assert_eq!(reasons, [Reason::Greeting, Reason::Prompt], "the menu is a question it answers");
    let by_ssh = Sighting { ssh_version: "SSH-2.0-ROSSSH".to_owned(), ..Sighting::default() };
    assert_eq!(best(&by_ssh).0, "mikrotik_routeros");
    assert!(recognise(&registry(), &Sighting::default()).is_empty());
}

#[test]
fn a_guess_that_failed_is_not_made_again_unless_the_device_names_it() {
    let refuted = |answer: &str| Sighting { refuted: vec!["mine".to_owned()], ..at("box%%", &[("tell all", answer)]) };
    assert!(recognise(&registry(), &refuted("Version 1.2\n")).iter().all(|guess| guess.platform != "mine"));
    assert_eq!(best(&refuted("I am Mine\n")).1, Certainty::Certain);
}

#[test]
fn a_guess_says_why_without_quoting_the_device() {
    let guesses = recognise(&registry(), &at("box%%", &[("tell all", "I am Mine, hunter22\nVersion 1.2\n")]));
    assert_eq!(guesses[0].to_string(), "Mine (an answer names it, 1 of 3 facts found, the prompt fits)");
}

#[test]
fn a_device_is_asked_few_things_and_nothing_twice() {
    let registry = registry();
    let first = first_questions(&registry);
    assert_eq!(first, [unknown_question(), "show version"]);
    let mut sighting = at("box%%", &[(unknown_question(), "oops\n"), ("show version", "oops\n")]);
    let next = next_questions(&registry, &sighting, &recognise(&registry, &sighting));
    assert_eq!(next.first().map(String::as_str), Some("tell all"), "{next:?}");
    assert!(!next.iter().any(|question| question.contains("{password}") || question == "show version"), "{next:?}");
    sighting.answers.push(("tell all".to_owned(), "what?\n".to_owned()));
    let then = next_questions(&registry, &sighting, &recognise(&registry, &sighting));
    assert_eq!(then.first().map(String::as_str), Some("tell more"), "{then:?}");

    // A prompt that fits most platforms.
    let common = at("sw1#", &[(unknown_question(), "% Invalid input\n"), ("show version", "% Invalid input\n")]);
    let next = next_questions(&registry, &common, &recognise(&registry, &common));
    assert_eq!(next.len(), 5, "six in all: {next:?}");
}

#[test]
fn an_inquiry_asks_and_changes_nothing() {
    let questions = ["show version".to_owned(), "tell all".to_owned()];
    let inquiry = inquiry(&registry(), &questions);
    assert!(inquiry.paging.off.is_empty() && inquiry.privilege.is_empty() && inquiry.prepare.is_empty());
    assert!(inquiry.commands.iter().map(|command| &command.send).eq(&questions));
    assert!(inquiry.is_error("% Invalid input detected at '^' marker.\n").is_none(), "a refusal is an answer");
    for prompt in ["sw1#", "[ops@rtr] >", ">", "[2.7.2-RELEASE][admin@fw.example.net]/root:"] {
        assert!(inquiry.prompt_of(prompt).is_some(), "{prompt}");
    }
    for pager in ["--More--", "-- [Q quit|D dump|down]", "Press any key to continue (Q to quit)"] {
        assert!(inquiry.is_more(pager), "{pager}");
    }
}
