//! Refusals, known and unknown, and words of a configuration that only look like one.

use super::*;

/// A platform that learns how the device refuses.
fn learning() -> &'static Definition {
    static LEARNING: LazyLock<Definition> = LazyLock::new(|| {
        let text = format!(
            "{}\n[[commands]]\nsend = 'show facts'\npurpose = 'facts'\n[[commands]]\nsend = 'show run'\npurpose = 'config'\n",
            COMMON.replace("title = ", "unknown_command = 'show netraven'\ntitle = ")
        );
        Definition::parse("test.toml", &text).unwrap()
    });
    &LEARNING
}

#[test]
fn a_refusal_in_words_nobody_listed_is_no_configuration() {
    let refusals = [
        ("frobnicated: netraven\n", "frobnicated: run\n"),
        (
            "Sorry\nHelp: 1\nHelp: 2\nHelp: 3\nHelp: 4\nHelp: 5\n",
            "Sorry\nHelp: 1\nHelp: 2\nHelp: 3\nHelp: 4\nHelp: 5\n",
        ),
    ];
    for (before, now) in refusals {
        let mut device =
            router(vec![say(now)]).answers("show netraven", vec![say(before)]).answers("show facts", vec![say(before)]);
        let outcome = read(&mut device, learning());
        assert_eq!(outcome.failure().0, Cause::CommandRejected, "{now}");
        assert!(outcome.took < Duration::from_secs(5));
        let mut device = router(vec![say(CONFIG)]).answers("show netraven", vec![say(before)]);
        assert_eq!(read(&mut device, learning()).text(), CONFIG);
    }
}

#[test]
fn an_unknown_refusal_of_a_platform_with_an_end_marker_is_told_as_one_and_soon() {
    for text in ["frobnicated: run\n", "CLI syntax error: \"show run\": Unknown command\n"] {
        let outcome = read(&mut router(vec![say(text)]), marked());
        assert_eq!(outcome.failure().0, Cause::CommandRejected, "{text}");
        assert!(outcome.took < Duration::from_secs(5), "{:?}", outcome.took);
        assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some(text.trim()));
    }
}

#[test]
fn words_inside_a_whole_configuration_are_no_refusal() {
    let banner = "hostname R1\nbanner login ^\n% Invalid visitors are denied access.\n^\nend\n";
    for definition in [marked(), plain(), learning()] {
        let mut device = router(vec![say(banner)]);
        assert_eq!(read(&mut device, definition).text(), banner);
    }
}

#[test]
fn facts_may_be_refused_and_comments_are_no_configuration() {
    let definition = definition("[[commands]]\nsend = 'show facts'\npurpose = 'facts'");
    assert_eq!(read(&mut router(vec![say(CONFIG)]), &definition).result.ok().unwrap().answers.len(), 1);
    let outcome = read(&mut router(vec![say("! nothing\n! here\n")]), plain());
    assert_eq!(outcome.failure().0, Cause::EmptyAnswer);
}
