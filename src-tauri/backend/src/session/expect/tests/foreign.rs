//! What the device's log prints into an answer, over a prompt or a pager, and prompts that do not stay the same.

use super::*;

const LOGS: [&str; 6] = [
    "*Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured from console by admin on vty0\n",
    "\n000042: Nov 30 10:11:12: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down\n\n",
    "Nov 30 10:11:12 sw1 Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet3\n",
    "I 11/30/26 10:11:12 00076 ports: port 3 is now on-line\n",
    "30-Nov-2026 10:11:12 %AAA-I-CONNECT: User CLI session for user backup over ssh\n",
    "<14>Nov 30 10:11:12 switch LINK: port 3 down\n",
];

/// A platform of which nothing is ever stored.
fn twice() -> &'static Definition {
    static TWICE: LazyLock<Definition> = LazyLock::new(|| {
        let text = format!(
            "{}\n[[commands]]\nsend = 'show run'\npurpose = 'config'\n",
            COMMON.replace("name = \"test\"", "name = \"twice\"")
        );
        Definition::parse("test.toml", &text).unwrap()
    });
    &TWICE
}

/// The configuration with something printed before the line that begins so.
fn into(at: &str, log: &str) -> Vec<Act> {
    vec![say(&CONFIG.replacen(at, &format!("{log}{at}"), 1))]
}

#[test]
fn lines_of_the_log_are_never_stored() {
    for log in LOGS {
        for definition in [marked(), plain(), twice()] {
            for at in ["hostname", "interface", " ip", "end"] {
                let turns = vec![into(at, log), into("!", log), vec![say(CONFIG)]];
                let outcome = read(&mut router(vec![]).in_turn("show run", turns), definition);
                assert_eq!(outcome.text(), CONFIG, "{log:?} before {at:?}");
                assert!(outcome.took < Duration::from_secs(3), "{:?}", outcome.took);
            }
        }
    }
}

#[test]
fn what_looks_like_a_log_and_stands_there_each_time_is_configuration() {
    let text = CONFIG.replace("interface", "banner motd ^\n at 10:11:12 we %SYS-5-CONFIG_I: go\n^\ninterface");
    for definition in [marked(), plain()] {
        assert_eq!(read(&mut router(vec![say(&text)]), definition).text(), text);
    }
}

#[test]
fn a_line_nobody_knows_is_left_out_where_two_readings_agree_and_told_where_none_do() {
    for definition in [marked(), plain(), twice()] {
        let turns = vec![into("!", "port three went away\n"), vec![say(CONFIG)]];
        let mut device = router(vec![]).in_turn("show run", turns);
        assert_eq!(read_first(&mut device, definition).text(), CONFIG);
        let turns = vec![
            into("!", "port three went away\n"),
            into(" ip", "port three came back\n"),
            into("interface", "and went\n"),
        ];
        let outcome = read_first(&mut router(vec![]).in_turn("show run", turns), definition);
        assert_eq!(outcome.failure(), (Cause::Unsettled, Stage::ProveComplete));
        assert!(outcome.result.err().unwrap().message.contains("differed each time"));
    }
}

/// How often the configuration was asked for.
fn readings(device: &Device) -> usize {
    String::from_utf8_lossy(&device.received).matches("show run\n").count()
}

#[test]
fn what_is_as_the_stored_one_is_read_once_and_what_is_not_twice() {
    for definition in [marked(), plain()] {
        for (stored, expect) in [(Some(CONFIG), 1), (Some("hostname R1\nend\n"), 2), (None, 2)] {
            let mut device = router(vec![say(CONFIG)]);
            let is_stored = |text: &str| stored == Some(text);
            let outcome = visit(&mut device, definition, &Limits::default(), &is_stored);
            assert_eq!(outcome.text(), CONFIG);
            assert_eq!(readings(&device), expect, "{stored:?}");
            assert!(outcome.took < Duration::from_millis(600), "{:?}", outcome.took);
        }
    }
}

#[test]
fn what_looks_like_a_log_and_is_the_stored_text_is_read_once() {
    let text = CONFIG.replace("interface", "banner motd ^\n*** lab use only ***\n at 10:11:12\n^\ninterface");
    for definition in [marked(), plain()] {
        let mut device = router(vec![say(&text)]);
        let outcome = visit(&mut device, definition, &Limits::default(), &|stored| stored == text);
        assert_eq!(outcome.text(), text);
        assert_eq!(readings(&device), 1);
    }
}

#[test]
fn all_answers_of_a_configuration_are_compared_together_and_read_again_together() {
    let definition = definition("end = '^end$'\n[[commands]]\nsend = 'show more'\npurpose = 'config'");
    let more = "vlan 7\n name seven\n!\n";
    for (stored, expect) in [(format!("{CONFIG}{more}"), 1), (CONFIG.to_string(), 2)] {
        let mut device = router(vec![say(CONFIG)]).answers("show more", vec![say(more)]);
        let outcome = visit(&mut device, &definition, &Limits::default(), &|text| text == stored);
        let answers = outcome.result.ok().unwrap().answers;
        assert_eq!(answers.iter().map(|answer| answer.text.as_str()).collect::<String>(), format!("{CONFIG}{more}"));
        let asked = String::from_utf8_lossy(&device.received).matches("show more\n").count();
        assert_eq!((readings(&device), asked), (expect, expect));
    }
}

#[test]
fn a_line_that_is_another_one_each_time_where_it_stands_is_taken_as_it_was_last() {
    let sealed = [
        ["password ENC AAAA", "password ENC BBBB", "password ENC CCCC"],
        ["MIIFHDBOBgkqhkiG9w0BBQ0wQTAp", "TllGSERCT0Jna3Foa2lHOXcwQkJR", "c2VhbGVkIGFuZXcgZWFjaCB0aW1l"],
    ];
    for lines in sealed {
        for definition in [marked(), plain()] {
            let texts = lines.map(|line| CONFIG.replacen(" ip", &format!(" {line}\n ip"), 1));
            let turns = texts.iter().map(|text| vec![say(text)]).collect();
            let mut device = router(vec![]).in_turn("show run", turns);
            assert_eq!(read_first(&mut device, definition).text(), texts[2]);
            assert_eq!(readings(&device), 3);
        }
    }
}

#[test]
fn a_device_too_slow_to_be_read_again_is_read_once_and_the_log_says_so() {
    let mut acts = vec![say("hostname R1\n")];
    acts.extend((0..10).flat_map(|number| [say(&format!("vlan {number}\n")), Pause(25_000)]));
    acts.push(say("end\n"));
    for definition in [marked(), plain()] {
        let mut device = router(acts.clone());
        let outcome = read_first(&mut device, definition);
        assert!(outcome.text().ends_with("vlan 9\nend\n"));
        assert_eq!(readings(&device), 1);
        assert!(
            outcome
                .log
                .0
                .iter()
                .any(|(level, text)| *level == Level::Warning && text.contains("too slow to read a second time"))
        );
    }
}

#[test]
fn a_line_broken_by_the_log_is_read_again() {
    let broken = CONFIG.replacen("interface", "inter*Nov 30 10:11:12.131: %LINK-3-UPDOWN: Gi0/2\nface", 1);
    for definition in [marked(), plain()] {
        let device = router(vec![]).in_turn("show run", vec![vec![say(&broken)], vec![say(CONFIG)]]);
        assert_eq!(read(&mut { device }, definition).text(), CONFIG);
    }
}

#[test]
fn a_log_line_behind_the_prompt_after_which_none_is_drawn_does_not_hold_the_reading_up() {
    for log in LOGS.iter().copied().chain(["port three went away\n"]) {
        for definition in [marked(), plain(), twice()] {
            for command in ["terminal length 0", "show run"] {
                let mut device = router(vec![say(CONFIG)]).behind(command, vec![vec![say(&format!(" {log}"))]]);
                let outcome = read(&mut device, definition);
                assert_eq!(outcome.text(), CONFIG, "{log:?} behind {command:?}");
                assert!(outcome.took < Duration::from_secs(5), "{:?}", outcome.took);
            }
        }
    }
    // Behind the very first prompt as well, and behind the prompt that answered a newline.
    for command in ["", "show run"] {
        let log = vec![say(LOGS[4])];
        let mut device =
            router(vec![say(CONFIG)]).behind("", vec![log.clone(), vec![], log.clone()]).behind(command, vec![log]);
        let outcome = read(&mut device, marked());
        assert_eq!(outcome.text(), CONFIG);
        assert!(outcome.took < Duration::from_secs(8), "{:?}", outcome.took);
    }
}

#[test]
fn a_log_line_behind_the_privileged_prompt_does_not_hold_the_reading_up() {
    let mut device = router(vec![say(CONFIG)]).answers("enable", vec![Act::Rename("R1#")]);
    device.prompt = "R1>".to_string();
    let mut device = device.greeting(vec![say("\n")]).behind("enable", vec![vec![say(LOGS[0])]]);
    let outcome = read(&mut device, marked());
    assert_eq!(outcome.text(), CONFIG);
    assert!(outcome.took < Duration::from_secs(5), "{:?}", outcome.took);
}

#[test]
fn a_log_line_over_a_pager_does_not_hold_the_reading_up() {
    let (first, rest) = CONFIG.split_at(CONFIG.find("interface").unwrap());
    let acts = vec![say(first), Page(" --More-- *Nov 30 10:11:12.131: %SYS-5-CONFIG_I: Configured\r\n"), say(rest)];
    let device = router(vec![]).in_turn("show run", vec![acts, vec![say(CONFIG)]]);
    let outcome = read(&mut { device }, marked());
    assert_eq!(outcome.text(), CONFIG);
    assert!(outcome.took < Duration::from_secs(5), "{:?}", outcome.took);
}

#[test]
fn a_prompt_with_a_clock_or_a_counter_is_one_prompt() {
    for prompt in ["R1.{t}#", "R1-{t}#", "[{t}] R1#", "R1 (Nov 30 2026 {t})#", "2026-11-30T{t}Z R1#", "R1-{n}#"] {
        for definition in [marked(), plain(), twice()] {
            let mut device =
                Device::new(prompt).answers("terminal length 0", vec![]).answers("show run", vec![say(CONFIG)]);
            let outcome = read(&mut device, definition);
            assert_eq!(outcome.text(), CONFIG, "{prompt}");
            assert!(outcome.took < Duration::from_secs(6), "{prompt}: {:?}", outcome.took);
        }
    }
}

#[test]
fn a_host_that_is_renamed_while_it_is_read_is_read_whole_and_soon() {
    for definition in [marked(), plain(), twice()] {
        for prompt in ["core-9#", "elsewhere#"] {
            let turns = vec![
                vec![say(CONFIG), Act::Rename(if prompt == "core-9#" { "core-9#" } else { "elsewhere#" })],
                vec![say(CONFIG)],
            ];
            let outcome = read(&mut router(vec![]).in_turn("show run", turns), definition);
            assert_eq!(outcome.text(), CONFIG);
            assert!(outcome.took < Duration::from_secs(6), "{:?}", outcome.took);
        }
    }
    // A prompt of one word that the platform does not know counts where the end was seen.
    let odd = |prompt| router(vec![]).in_turn("show run", vec![vec![say(CONFIG), Act::Rename(prompt)]]);
    assert_eq!(read(&mut odd("**odd-one**]"), marked()).text(), CONFIG);
    // One of several words may be a question: nothing is typed at it.
    let mut device = odd("** odd one **]");
    let outcome = read(&mut device, marked());
    assert_eq!(outcome.failure().0, Cause::PromptNotSeen);
    assert!(outcome.took < Duration::from_secs(7), "{:?}", outcome.took);
    assert!(String::from_utf8_lossy(&device.received).ends_with("show run\n"));
    assert_eq!(outcome.result.err().unwrap().said.as_deref(), Some("** odd one **]"));
}

#[test]
fn an_answer_without_its_end_is_decided_at_once() {
    let text = "hostname R1\ninterface Gi0/1\n description one\n!\n".repeat(3);
    let outcome = read(&mut router(vec![say(&text)]), marked());
    assert_eq!(outcome.failure(), (Cause::Truncated, Stage::ProveComplete));
    assert!(outcome.took < Duration::from_secs(5), "{:?}", outcome.took);
    let once = router(vec![]).in_turn("show run", vec![vec![say(&text)], vec![say(CONFIG)]]);
    assert_eq!(read(&mut { once }, marked()).text(), CONFIG);
}

#[test]
fn long_runs_of_characters_that_show_nothing_are_skipped() {
    for run in ["\0".repeat(5_000), "\x08".repeat(3_000), "\0\x08\x07".repeat(2_000), "\r".repeat(4_000)] {
        for definition in [marked(), plain()] {
            let mut device = router(vec![say(CONFIG), Act::Say(run.clone())]);
            let outcome = read(&mut device, definition);
            assert_eq!(outcome.text(), CONFIG);
            assert!(outcome.took < Duration::from_secs(3), "{:?}", outcome.took);
            assert!(outcome.transcript.lines(str::to_owned).iter().all(|line| !line.text.contains('\0')));
        }
    }
}

#[test]
fn pagers_with_more_text_and_pagers_in_the_middle_of_a_line_lose_nothing() {
    let long = "-- More --, next page: Space, next line: Enter, quit: Control-C";
    for (pager, at) in
        [(long, "interface"), (" --More-- (q)uit", "interface"), ("--More--", "face"), ("--More--", "\ninterface")]
    {
        for definition in [marked(), plain()] {
            let (first, rest) = CONFIG.split_at(CONFIG.find(at).unwrap());
            let outcome = read(&mut router(vec![say(first), Page(pager), say(rest)]), definition);
            assert_eq!(outcome.text(), CONFIG, "{pager} before {at:?}");
        }
    }
}

#[test]
fn a_stall_while_the_prompt_is_learnt_is_not_multiplied() {
    let greeting = vec![say("\nWelcome\n\n")];
    let mut device = router(vec![say(CONFIG)]).greeting(greeting).behind("", vec![]);
    device.turns.insert("", vec![vec![Pause(12_000)], vec![]].into());
    let outcome = read(&mut device, plain());
    assert_eq!(outcome.text(), CONFIG);
    assert!(outcome.took < Duration::from_secs(20), "{:?}", outcome.took);
    // A device that never stops talking ends with the one limit there is for a prompt.
    let chatter: Vec<Act> = (0..10_000).flat_map(|_| [say("x"), Pause(900)]).collect();
    let outcome = read(&mut router(vec![]).in_turn("", vec![chatter]), plain());
    assert_eq!(outcome.failure(), (Cause::PromptNotSeen, Stage::Prompt));
    assert!(outcome.took < Duration::from_secs(20), "{:?}", outcome.took);
}
