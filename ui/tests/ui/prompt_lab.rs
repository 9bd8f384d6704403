//! The prompt lab: a log explained while the file is typed, from wherever the two come.

use std::rc::Rc;

use netraven_api::native::Feature;
use serde_json::json;

use crate::run::with;
use crate::samples::detail;
use crate::support::{Fake, Screen};

const LOG: &str = "sw1#show running-config\nBuilding configuration...\n\nversion 15.2\nhostname sw1\n\
                   enable secret 5 QZsecret\nend\n\nsw1#show foo\n% Invalid input detected at '^' marker.\n\nsw1#";
const OWN: &str = "name = \"acme_os\"\ntitle = \"ACME OS\"\nextends = \"cisco_ios\"\nvolatile = ['^version ']\n";

fn answers(fake: &Rc<Fake>) {
    let built_in = json!({"name": "cisco_ios", "title": "Cisco IOS / IOS XE", "vendor": "Cisco", "custom": false});
    let own = json!({"name": "acme_os", "title": "ACME OS", "vendor": "ACME", "custom": true, "extends": "cisco_ios"});
    fake.answer("GET /platforms/", &json!({"items": [own, built_in], "refused": [], "refusals": []}));
    let details = json!({
        "name": "acme_os", "text": OWN, "prompt": null, "privileged": null, "privilege": [], "commands": [],
        "paging_off": [], "pagers": 0, "secrets": 0, "volatile": 1, "unstable": 0
    });
    fake.answer("GET /platforms/file", &details);
}

fn lines(screen: &Screen) -> String {
    screen.part("ol aria-label=\"Lines of the log\"", "section aria-label=\"Platform file\"")
}

#[test]
fn each_line_says_in_words_what_it_is_taken_for() {
    let fake = Fake::filled(answers);
    let mut screen = Screen::open(&fake, "/prompt-lab?platform=cisco_ios");
    assert!(screen.shows("Nothing to explain yet"));
    screen.type_into("prompt-lab-log", LOG);
    let shown = lines(&screen);
    for text in ["\"Prompt, Host, Echo\"", "\"Header\"", "\"Configuration, Secret\"", "\"Refusal\"", "\"QZsecret\""] {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
    assert!(screen.shows("12 lines: 3 prompts, 1 refusal"), "{}", screen.outline());
    assert!(fake.calls("GET /platforms/file").is_empty(), "a built-in file is in the window");
}

#[test]
fn a_mistake_is_named_while_the_lines_stay() {
    let fake = Fake::filled(answers);
    let mut screen = Screen::open(&fake, "/prompt-lab?platform=cisco_ios");
    screen.type_into("prompt-lab-log", LOG);
    screen.type_into("prompt-lab-file", "name = \"x\"\ntitle = \"X\"\nerrors = ['(']\nextends = \"cisco_ios\"\n");
    assert!(screen.shows("Line 3: `errors[0]` is not a valid regular expression"), "{}", screen.outline());
    assert!(lines(&screen).contains("\"Prompt, Host, Echo\""));
    screen.type_into("prompt-lab-file", OWN);
    assert!(!screen.shows("is not a valid regular expression"));
    assert!(lines(&screen).contains("\"Volatile\""), "{}", screen.outline());
}

#[test]
fn a_pattern_is_offered_for_a_prompt_that_no_rule_knows() {
    let fake = Fake::filled(answers);
    let mut screen = Screen::open(&fake, "/prompt-lab?platform=cisco_ios");
    screen.type_into("prompt-lab-log", "<core-1>display version\nVRP\n<core-1>");
    let offer = screen.part("section aria-label=\"Proposed prompt\"", "label");
    assert!(offer.contains("core-1") && offer.contains("last line, 3"), "{offer}");
    screen.press("Use this pattern");
    assert!(!screen.shows("Proposed prompt"));
    assert!(screen.shows("3 lines: 2 prompts, 0 refusals, 1 unknown"), "{}", screen.outline());
    screen.press("Copy the platform file");
    assert!(screen.clipboard().contains("pattern = '<(?P<host>core-1)>'"));
}

#[test]
fn the_transcript_of_a_failed_session_is_taken_with_its_platform() {
    let fake = with(&detail());
    answers(&fake);
    let screen = Screen::open(&fake, "/prompt-lab?run=4188&device=9");
    assert_eq!(screen.address(), "/prompt-lab?platform=cisco_ios&run=4188&device=9");
    let shown = lines(&screen);
    assert!(shown.contains("\"‹secret 7c1e›\"") && shown.contains("Secret"), "{shown}");
}

#[test]
fn a_recording_is_opened_and_another_file_is_refused_by_name() {
    let fake = Fake::filled(answers);
    let mut screen = Screen::open(&fake, "/prompt-lab");
    let recording = "platform = 'acme_os'\nhostname = 'sw1'\nprompt = 'sw1#'\nbanner = ''\n\
                     [[exchange]]\nsend = 'show running-config'\nanswer = \"version 1\\nhostname sw1\\nend\\n\"\n";
    fake.pick("session.toml", recording);
    screen.press("Open a file");
    assert_eq!(screen.address(), "/prompt-lab?platform=acme_os");
    assert!(lines(&screen).contains("\"Volatile\""), "the server's own file is taken: {}", screen.outline());
    assert_eq!(fake.calls("GET /platforms/file"), ["GET /platforms/file?name=acme_os"]);
    fake.pick("other.toml", "colour = 'red'\n");
    screen.press("Open a file");
    assert!(screen.shows("other.toml is not a recording: "), "{}", screen.outline());
    fake.pick("log.txt", "sw1#\n");
    screen.press("Open a file");
    assert!(screen.shows("1 line: 1 prompt"), "{}", screen.outline());
}

#[test]
fn it_needs_no_server_that_knows_of_platform_files() {
    let fake = Fake::lacking(Feature::PlatformFiles, "This server has no platform files.", |_| {});
    let mut screen = Screen::open(&fake, "/prompt-lab");
    screen.type_into("prompt-lab-log", LOG);
    assert!(lines(&screen).contains("\"Prompt, Host, Echo\""));
    screen.change("prompt-lab-platform", "linux");
    assert_eq!(screen.address(), "/prompt-lab?platform=linux");
    assert!(fake.calls("GET /platforms/").is_empty() && fake.calls("GET /platforms/file").is_empty());
}
