//! The Platforms page: the list in each of its states, what was refused, and one platform beside the list.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::event::Changed;
use netraven_api::native::Feature;
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
    screen.press("Duplicate");
    let copy = TEXT.replace("\"acme_os\"", "\"my_acme_os\"").replace("\"ACME OS\"", "\"ACME OS (copy)\"");
    assert_eq!(screen.clipboard(), copy);
    assert!(screen.shows("Copied as my_acme_os. Save it as my_acme_os.toml in /data/platforms."));
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
