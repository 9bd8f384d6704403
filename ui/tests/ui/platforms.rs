//! The Platforms page: the list in each of its states, what was refused, and one platform beside the list.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::event::Changed;
use netraven_api::native::{Feature, Native};
use netraven_api::problem::Code;
use serde_json::{Value, json};

use crate::samples::page;
use crate::support::{Fake, Screen};

const FILE: &str = "/data/platforms/acme.toml";
const TEXT: &str = "name = \"acme_os\"\ntitle = \"ACME OS\"\nvendor = \"ACME\"\n";

fn list() -> Value {
    let built_in = json!({
        "name": "cisco_ios", "title": "Cisco IOS / IOS XE", "vendor": "Cisco", "custom": false,
        "source": "built_in", "evidence": "session", "devices": 1412
    });
    let own = json!({
        "name": "acme_os", "title": "ACME OS", "vendor": "ACME", "custom": true,
        "source": "own", "extends": "cisco_ios", "file": FILE, "devices": 0
    });
    json!({"items": [own, built_in], "refused": [], "refusals": [], "folder": "/data/platforms"})
}

fn details() -> Value {
    json!({
        "name": "acme_os", "text": TEXT, "prompt": "(?P<host>\\w+)#", "privilege": ["enable"],
        "commands": [{"send": "show config", "or_else": ["show run"], "purpose": "config"}],
        "paging_off": [], "pagers": 1, "secrets": 29, "volatile": 6, "unstable": 0
    })
}

fn answers(fake: &Rc<Fake>) {
    fake.answer("GET /platforms/", &list());
    fake.answer("GET /platforms/file", &details());
}

fn names(screen: &Screen) -> Vec<String> {
    let html = screen.html();
    html.split("data-platform=\"").skip(1).filter_map(|rest| Some(rest.split('"').next()?.to_owned())).collect()
}

#[test]
fn shows_where_each_platform_comes_from_and_how_far_it_is_proven() {
    let fake = Fake::filled(answers);
    let mut screen = Screen::open(&fake, "/platforms");
    let shown = screen.part("table aria-label=\"Platforms\"", "footer");
    for text in ["Recorded session", "not said", "Built in", "Yours", "1,412", "a href=\"/devices?platform=cisco_ios\""]
    {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
    assert!(screen.shows("\"2 platforms\"") && screen.shows("/data/platforms"), "{}", screen.outline());
    assert!(!screen.shows("Refused files"));
    assert_eq!(names(&screen), ["acme_os", "cisco_ios"]);
    screen.press("Sort by Evidence");
    assert_eq!(names(&screen), ["cisco_ios", "acme_os"]);
    assert_eq!(screen.address(), "/platforms?sort=evidence");
    screen.type_into("filter-platforms", "acme");
    assert_eq!(names(&screen), ["acme_os"]);
    screen.type_into("filter-platforms", "zzz");
    assert!(screen.shows("No platform matches"));
    screen.press("Clear the filters");
    assert_eq!(names(&screen).len(), 2);
}

#[test]
fn a_refused_file_is_shown_with_line_field_problem_and_advice() {
    let fake = Fake::filled(answers);
    let mut with = list();
    with["refusals"] = json!([{
        "file": "/data/platforms/broken.toml", "line": 3, "field": "commands[1].end", "problem": "is empty",
        "advice": "Write a text that is not empty"
    }]);
    fake.answer("GET /platforms/", &with);
    let mut screen = Screen::open(&fake, "/platforms");
    let shown = screen.part("section aria-label=\"Refused files\"", "div role=\"search\"");
    for text in
        ["1 file cannot be used", "broken.toml", "\"3\"", "commands[1].end", "is empty", "Write a text that is not"]
    {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
    fake.answer("POST /platforms/reload", &list());
    fake.answer("GET /platforms/", &list());
    screen.press("Read the folder again");
    assert_eq!(fake.calls("POST /platforms/reload").len(), 1);
    assert!(screen.shows("The platform files were read again.") && !screen.shows("Refused files"));
    fake.answer("GET /platforms/", &with);
    fake.changed(Changed::Platforms);
    screen.settle();
    assert!(screen.shows("1 file cannot be used"), "what another window had read is shown, too");
}

#[test]
fn one_platform_is_explained_and_copied_under_a_name_of_its_own() {
    let fake = Fake::filled(answers);
    let mut screen = Screen::open(&fake, "/platforms");
    screen.press("Open ACME OS");
    assert_eq!(screen.address(), "/platforms?open=acme_os");
    assert_eq!(fake.calls("GET /platforms/file"), ["GET /platforms/file?name=acme_os"]);
    let panel = screen.part("aside aria-label=\"Selected platform\"", "footer");
    let told =
        [FILE, "cisco_ios", "show config", "Configuration; if refused: show run", "29 rules for secrets", "enable"];
    for text in told {
        assert!(panel.contains(text), "{text} is not in {panel}");
    }
    screen.press("Copy");
    assert_eq!(screen.clipboard(), TEXT);
    fake.answer("POST /platforms/check", &json!({"name": "my_acme_os"}));
    screen.press("Duplicate");
    let dialog = screen.dialog();
    assert!(dialog.contains("New platform") && dialog.contains("my_acme_os") && dialog.contains("ACME OS (copy)"));

    let mut screen = Screen::open(&fake, "/platforms?open=acme_os");
    screen.press("Close");
    assert!(!screen.shows("Selected platform"));
}

#[test]
fn reading_and_failure_have_their_own_faces() {
    let fake = Fake::filled(answers);
    fake.hang("GET /platforms/");
    assert!(Screen::open(&fake, "/platforms").shows("Loading the platforms"));
    fake.refuse("GET /platforms/", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/platforms");
    assert!(screen.shows("The platforms could not be loaded"));
    answers(&fake);
    screen.press("Try again");
    assert!(screen.shows("ACME OS"));
    let refusal = "Only admins may see how this platform is defined.";
    fake.refuse("GET /platforms/file", Problem::new(Code::Forbidden, refusal));
    screen.press("Open ACME OS");
    assert!(screen.shows(refusal));
}

#[test]
fn only_an_admin_has_the_folder_read_again() {
    let fake = Fake::user(answers);
    let mut screen = Screen::open(&fake, "/platforms");
    assert!(screen.shows("title=\"Only admins may have the platform files read again.\""));
    screen.press("Read the folder again");
    assert!(fake.calls("POST /platforms/reload").is_empty());
}

#[test]
fn a_server_without_platform_files_says_so_and_is_not_asked() {
    let reason = "This server has no platform files.";
    let fake = Fake::lacking(Feature::PlatformFiles, reason, answers);
    let screen = Screen::open(&fake, "/platforms");
    assert!(screen.shows("No platform files on this server") && screen.shows(reason));
    assert!(fake.calls("GET /platforms/").is_empty());
}

#[test]
fn who_adds_a_device_sees_how_far_its_platform_is_proven() {
    let fake = Fake::filled(answers);
    fake.answer("GET /devices/", &page(Vec::<Value>::new(), 0));
    fake.answer("GET /tags/", &page(Vec::<Value>::new(), 0));
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Add device");
    let dialog = screen.dialog();
    assert!(dialog.contains("Cisco IOS / IOS XE (recorded session)") && dialog.contains("\"ACME OS\""), "{dialog}");
}

/// The list with `acme_os` saved by an admin.
fn with_saved(fake: &Rc<Fake>) {
    let mut with = list();
    let saved = json!({"name": "acme_os", "version": 7, "changed_by": "ann", "changed_at": "2026-11-30T10:00:00Z",
        "recordings": 1});
    with["items"][0]["saved"] = saved.clone();
    with["items"][0]["file"] = Value::Null;
    fake.answer("GET /platforms/", &with);
    fake.answer("GET /platforms/file", &details());
    let recording = json!({"name": "plain", "session": "prompt = 'a#'\n", "expected": "hostname a\n"});
    fake.answer("GET /platforms/saved", &json!({"saved": saved, "text": TEXT, "recordings": [recording]}));
    fake.answer("POST /platforms/check", &json!({"name": "acme_os", "saved": saved}));
}

#[test]
fn a_saved_platform_says_who_changed_it_and_is_changed_from_its_version_on() {
    let fake = Fake::filled(with_saved);
    let mut screen = Screen::open(&fake, "/platforms?open=acme_os");
    let panel = screen.part("aside aria-label=\"Selected platform\"", "footer");
    assert!(panel.contains("by ann") && panel.contains("with 1 recording"), "{panel}");
    screen.press("Edit");
    let dialog = screen.dialog();
    assert!(dialog.contains("Edit acme_os") && dialog.contains("\"plain\""), "{dialog}");
    screen.press("Expect what plain gives now");
    let changed = format!("{TEXT}comment = \"!\"\n");
    screen.type_into("platform-text", &changed);
    screen.settle();
    fake.refuse("PUT /platforms/saved", Problem::new(Code::Invalid, "The recording plain: It differs."));
    screen.submit();
    assert!(screen.dialog().contains("The recording plain: It differs."));
    fake.answer(
        "PUT /platforms/saved",
        &json!({"name": "acme_os", "version": 8, "changed_by": "admin", "changed_at": "2026-11-30T10:05:00Z",
            "recordings": 1}),
    );
    screen.submit();
    let sent = fake.bodies("PUT /platforms/saved").pop().unwrap();
    assert_eq!((&sent["text"], &sent["based_on"]), (&json!(changed), &json!(7)));
    assert_eq!(sent["recordings"], json!([{"name": "plain", "session": "prompt = 'a#'\n", "expected": null}]));
    assert!(screen.shows("acme_os was saved. Every session from now on uses it."));
}

#[test]
fn what_is_wrong_stands_beside_its_line_and_is_not_saved() {
    let fake = Fake::filled(with_saved);
    let refusal = json!({"file": "text", "line": 3, "field": "vendor", "problem": "is empty", "advice": "Write it"});
    fake.answer("POST /platforms/check", &json!({"refusal": refusal}));
    let mut screen = Screen::open(&fake, "/platforms?open=acme_os");
    screen.press("Edit");
    assert!(screen.html().contains("\n\n<span class=\"text-danger\">Line 3: vendor is empty. Write it.</span>"));
    screen.submit();
    assert!(screen.dialog().contains("Correct the text first"));
    assert!(fake.calls("PUT /platforms/saved").is_empty());
}

#[test]
fn a_saved_platform_is_exported_with_its_recordings_and_deleted_after_a_question() {
    let fake = Fake::filled(with_saved);
    let mut screen = Screen::open(&fake, "/platforms?open=acme_os");
    screen.press("Export");
    let written = fake.wishes().into_iter().find_map(|wish| match wish {
        Native::SaveFile { name, text, .. } => Some((name, text)),
        _ => None,
    });
    let text = format!("{TEXT}#%% recording plain\nprompt = 'a#'\n#%% expected\nhostname a\n");
    assert_eq!(written, Some(("acme_os.toml".to_owned(), text)));
    assert!(screen.shows("acme_os.toml was written."));
    fake.answer("DELETE /platforms/saved", &json!(null));
    screen.press("Delete");
    screen.press("Delete the platform");
    assert_eq!(fake.calls("DELETE /platforms/saved"), ["DELETE /platforms/saved?name=acme_os&version=7"]);
    assert!(screen.shows("The saved platform acme_os was deleted."));
}

#[test]
fn a_model_of_another_program_becomes_a_skeleton_that_says_so() {
    let fake = Fake::filled(answers);
    fake.answer("POST /platforms/check", &json!({"name": "ios"}));
    let skeleton = json!({"of": "Oxidized model", "text": "name = 'ios'\n", "left_out": 3});
    fake.answer("POST /platforms/skeleton", &skeleton);
    fake.pick("ios.rb", "class IOS < Oxidized::Model\nend\n");
    let mut screen = Screen::open(&fake, "/platforms");
    screen.press("Import");
    screen.press("Choose a file");
    let dialog = screen.dialog();
    let told = "This is a skeleton of the Oxidized model, not proven. 3 parts could not be taken";
    assert!(dialog.contains("New platform") && dialog.contains(told), "{dialog}");
    assert_eq!(fake.bodies("POST /platforms/skeleton")[0]["file"], json!("ios.rb"));
    screen.press("Cancel");
    screen.press("Import");
    screen.type_into("import-platform-text", "name = 'x'\n#%% recording one\nprompt = 'x#'\n");
    screen.press("Use the pasted text");
    assert!(screen.dialog().contains("\"one\""), "its recordings come with it: {}", screen.dialog());
}

#[test]
fn only_an_admin_writes_platforms() {
    let fake = Fake::user(answers);
    let mut screen = Screen::open(&fake, "/platforms?open=cisco_ios");
    assert!(screen.shows("title=\"Only admins may change platforms.\""));
    screen.press("Import");
    assert!(!screen.shows("Import a platform"));
}
