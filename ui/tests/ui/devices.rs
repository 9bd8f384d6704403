//! The Devices page: the list in each of its states, and what a person does to it.

use std::rc::Rc;

use netraven_api::native::{Feature, Native, Ready, Session};
use netraven_api::problem::{Code, FieldError};
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::samples::page;
use crate::support::{Fake, Screen, at};

mod kept;

/// What asks for the devices that no credential serves.
const WITHOUT: &str = "GET /devices/?size=100&has_credential=false";

fn device(id: i64, hostname: &str) -> Value {
    json!({
        "id": id, "hostname": hostname, "ip_address": format!("10.20.0.{id}"), "device_type": "cisco_ios", "description": null,
        "port": 22, "serial_number": null, "model": null, "source": "local", "notes": null, "created_at": at(-864_000),
        "last_seen": at(-120), "matching_credentials_count": 2, "last_updated": null, "updated_by": null,
        "last_result": "success", "last_cause": null, "last_result_at": at(-120), "last_snapshot_at": at(-7200),
        "tags": [{"id": 1, "name": "default", "type": null, "description": null}, {"id": 2, "name": "edge", "type": "site", "description": null}]
    })
}

fn changed(mut device: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        device[name] = value.clone();
    }
    device
}

fn devices() -> Vec<Value> {
    let failed =
        json!({"last_result": "failure", "last_cause": "auth-failed", "ip_address": "2001:db8::9", "port": 830});
    let simulated = json!({
        "device_type": "lab_os", "last_result": null, "last_result_at": null, "last_seen": null, "matching_credentials_count": 0,
        "tags": [{"id": 7, "name": "sample-lab", "type": null, "description": null}]
    });
    vec![
        device(1, "edge-ber-01"),
        changed(device(9, "edge-fra-09"), &failed),
        changed(device(20, "lab-20"), &simulated),
    ]
}

fn empty_page() -> Page<Value> {
    page(Vec::new(), 0)
}

fn answers(fake: &Rc<Fake>) {
    fake.answer("GET /devices/", &page(devices(), 3));
    fake.answer(WITHOUT, &page(devices().split_off(2), 1));
    fake.answer(
        "GET /platforms/",
        &json!({"items": [{"name": "cisco_ios", "title": "Cisco IOS / IOS XE", "vendor": "Cisco", "custom": false}], "refused": []}),
    );
    let tags = vec![
        json!({"id": 1, "name": "default", "type": null, "description": null}),
        json!({"id": 2, "name": "edge", "type": "site", "description": null}),
    ];
    fake.answer("GET /tags/", &page(tags, 2));
}

fn filled() -> Rc<Fake> {
    Fake::filled(answers)
}

fn as_user() -> Rc<Fake> {
    Fake::user(answers)
}

fn main_part(screen: &Screen) -> String {
    screen.part("nav aria-label=\"Breadcrumbs\"", "section aria-label=\"Notices\"")
}

#[test]
fn shows_the_devices() {
    let screen = Screen::open(&filled(), "/devices");
    insta::assert_snapshot!(main_part(&screen));
}

#[test]
fn reading_nothing_and_failure_have_their_own_faces() {
    let fake = filled();
    fake.hang("GET /devices/");
    assert!(Screen::open(&fake, "/devices").shows("Loading the devices"));

    fake.answer("GET /devices/", &empty_page());
    let screen = Screen::open(&fake, "/devices");
    insta::assert_snapshot!(screen.part("No devices yet", "footer"));

    let elsewhere = Fake::with(Session::Ready(Ready { embedded: false, ..Fake::admin() }));
    elsewhere.answer("GET /devices/", &empty_page());
    let screen = Screen::open(&elsewhere, "/devices");
    assert!(screen.shows("No devices yet") && !screen.shows("simulated"), "the lab is on this computer only");

    fake.refuse("GET /devices/", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/devices");
    assert!(screen.shows("The devices could not be loaded"));
    fake.answer("GET /devices/", &page(devices(), 3));
    screen.press("Try again");
    assert!(screen.shows("edge-ber-01"));
}

#[test]
fn each_filter_is_a_parameter_of_the_request() {
    let fake = filled();
    fake.answer("GET /devices/", &page(devices(), 120));
    let mut screen = Screen::open(&fake, "/devices");
    let last = || fake.calls("GET /devices/").last().cloned().unwrap();
    screen.press("Next page");
    assert!(last().contains("page=2"), "{}", last());
    screen.type_into("filter-hostname", " edge ");
    assert!(last().contains("page=1") && last().ends_with("hostname=edge"), "{}", last());
    screen.press_where("id", "filter-platform");
    screen.press_where("id", "filter-platform-1");
    assert!(last().contains("device_type=cisco_ios"), "{}", last());
    screen.press_where("id", "filter-tag");
    screen.press_where("id", "filter-tag-2");
    assert!(last().contains("tag_id=2"), "{}", last());
    screen.press_where("id", "filter-result");
    screen.press_where("id", "filter-result-1");
    screen.press_where("id", "filter-result-3");
    assert!(last().ends_with("last_result=failure&last_result=never"), "{}", last());
    assert_eq!(screen.address(), "/devices?hostname=edge&platform=cisco_ios&tag=2&result=failure,never");
    fake.answer("GET /devices/", &empty_page());
    screen.type_into("filter-hostname", "nothing");
    assert!(screen.shows("No device matches"));
    screen.press("Clear the filters");
    assert_eq!(last(), "GET /devices/?page=1&size=50");
}

#[test]
fn every_column_sorts_the_list_and_the_order_stands_in_the_address() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/devices?result=failure&page=2");
    let last = || fake.calls("GET /devices/").into_iter().rfind(|call| call.contains("size=50")).unwrap();
    for (head, column) in [
        ("Address", "ip_address"),
        ("Platform", "device_type"),
        ("Tags", "tags"),
        ("Last result", "last_result"),
        ("Last seen", "last_seen"),
        ("Credentials", "matching_credentials_count"),
    ] {
        screen.press(&format!("Sort by {head}"));
        assert!(last().contains(&format!("sort={column}")) && last().contains("page=1"), "{}", last());
        assert!(!last().contains("order="), "{}", last());
        assert!(screen.part("thead", "tbody").contains("aria-sort=\"ascending\""));
        screen.press(&format!("Sort by {head}"));
        assert!(last().contains("order=desc"), "{}", last());
        assert_eq!(screen.address(), format!("/devices?result=failure&sort={column}&order=desc"));
    }
    screen.press("Sort by Hostname");
    assert_eq!(screen.address(), "/devices?result=failure");
    screen.back();
    assert!(last().contains("sort=matching_credentials_count&order=desc"), "{}", last());

    let elsewhere = Fake::lacking(Feature::NewestResults, "It does not tell.", answers);
    let screen = Screen::open(&elsewhere, "/devices");
    let heads = screen.part("thead", "tbody");
    assert!(heads.contains("title=\"It does not tell.\"") && heads.contains("\"Last seen\""), "{heads}");
    assert_eq!(heads.matches("button").count(), 6, "all but one: {heads}");
}

#[test]
fn devices_without_a_credential_are_counted_over_all_pages_and_shown_when_that_is_pressed() {
    let fake = filled();
    fake.answer("GET /devices/", &page(devices(), 5_000));
    fake.answer(WITHOUT, &page(devices().split_off(2), 1_234));
    let mut screen = Screen::open(&fake, "/devices?page=3");
    assert!(screen.shows("1,234 devices have no credential"), "{}", screen.outline());
    screen.press("Show the devices without a credential");
    assert_eq!(screen.address(), "/devices?credential=none");
    assert!(fake.calls("GET /devices/").iter().any(|call| call == "GET /devices/?page=1&size=50&has_credential=false"));
    screen.press("Remove No credential");
    assert_eq!(screen.address().trim_end_matches('?'), "/devices");

    // One on this page, and none that the server knows of: nothing is said.
    fake.answer(WITHOUT, &empty_page());
    assert!(!Screen::open(&fake, "/devices").shows("so a backup cannot sign in"));
}

#[test]
fn devices_that_fail_are_counted_beside_the_page_and_shown_when_that_is_pressed() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/jobs");
    assert_eq!(fake.calls("GET /devices/"), ["GET /devices/?size=1&last_result=failure"]);
    assert!(screen.shows("3 failing now"));
    screen.press("Failing devices");
    assert_eq!(screen.address(), "/devices?result=failure");
    assert!(fake.calls("GET /devices/").iter().any(|call| call == "GET /devices/?page=1&size=50&last_result=failure"));

    fake.answer("GET /devices/", &empty_page());
    assert!(!Screen::open(&fake, "/jobs").shows("failing"), "none fails");

    let fake = Fake::lacking(Feature::NewestResults, "It does not tell.", answers);
    let screen = Screen::open(&fake, "/devices");
    assert!(!screen.shows("failing") && !screen.shows("Last result any"), "a server that does not tell is not asked");
    assert!(fake.calls("GET /devices/").iter().all(|call| !call.contains("last_result")));
}

#[test]
fn a_refused_device_says_why_at_its_fields() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Add device");
    screen.submit();
    insta::assert_snapshot!(screen.dialog());
    assert!(fake.calls("POST /devices/").is_empty(), "what is missing is not sent");

    screen.type_into("device-hostname", "edge ber 02");
    screen.type_into("device-address", "10.20.0.300");
    screen.change("device-platform", "cisco_ios");
    let mut refusal = Problem::field("body.hostname", "A hostname has no blanks.");
    refusal.fields.push(FieldError { field: "body.ip_address".into(), message: "This is no address.".into() });
    fake.refuse("POST /devices/", refusal);
    screen.submit();
    let shown = screen.dialog();
    assert!(shown.contains("A hostname has no blanks.") && shown.contains("This is no address."), "{shown}");
    assert_eq!(shown.matches("aria-invalid").count(), 2, "{shown}");
    assert!(!shown.contains("role=\"alert\""), "nothing is said twice: {shown}");

    fake.refuse("POST /devices/", Problem::new(Code::Conflict, "A device with this hostname exists."));
    screen.submit();
    assert!(screen.dialog().contains("A device with this hostname exists."));
}

#[test]
fn a_device_is_added_with_ticked_and_new_tags() {
    let fake = filled();
    fake.answer("POST /tags/", &json!({"id": 5, "name": "berlin", "type": null, "description": null}));
    fake.answer("POST /devices/", &changed(device(31, "edge-ber-31"), &json!({"matching_credentials_count": 0})));
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Add device");
    screen.type_into("device-hostname", " edge-ber-31 ");
    screen.type_into("device-address", "2001:db8::31");
    screen.type_into("device-port", "2222");
    screen.change("device-platform", "cisco_ios");
    screen.change("device-tags-2", "true");
    screen.type_into("device-tags-new", "berlin");
    screen.submit();
    assert_eq!(
        fake.bodies("POST /devices/"),
        [
            json!({"hostname": "edge-ber-31", "ip_address": "2001:db8::31", "device_type": "cisco_ios", "port": 2222, "tags": [2, 5]})
        ]
    );
    assert!(screen.shows("edge-ber-31 was added. No credential shares a tag with it yet"));
    assert!(!screen.shows("role=\"dialog\""), "the dialog is closed");
}

#[test]
fn a_device_over_telnet_is_added_with_its_usual_port_and_a_warning() {
    let fake = filled();
    fake.answer("POST /devices/", &changed(device(31, "edge-ber-31"), &json!({"transport": "telnet", "port": 23})));
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Add device");
    assert!(!screen.dialog().contains("not encrypted"));
    screen.type_into("device-hostname", "edge-ber-31");
    screen.type_into("device-address", "10.20.0.31");
    screen.change("device-platform", "cisco_ios");
    screen.change("device-transport", "tcp");
    screen.submit();
    assert!(screen.dialog().contains("Enter the port of the console line: raw TCP has no usual one."));
    screen.change("device-transport", "telnet");
    let shown = screen.dialog();
    assert!(
        shown.contains("Telnet is not encrypted: user name, password") && shown.contains("value=\"23\""),
        "{shown}"
    );
    screen.submit();
    let sent = fake.bodies("POST /devices/");
    assert_eq!((&sent[0]["transport"], &sent[0]["port"]), (&json!("telnet"), &json!(23)));

    // A port that was typed stays.
    screen.press("Add device");
    screen.type_into("device-port", "2023");
    screen.change("device-transport", "telnet");
    assert!(screen.dialog().contains("value=\"2023\""), "{}", screen.dialog());
}

#[test]
fn a_platform_can_be_left_to_be_recognised() {
    let fake = filled();
    let platform = |name: &str, title: &str| json!({"name": name, "title": title, "vendor": "Any", "custom": false});
    let items = [platform("auto", "Recognise it (auto)"), platform("cisco_ios", "Cisco IOS / IOS XE")];
    fake.answer("GET /platforms/", &json!({"items": items, "refused": []}));
    fake.answer("POST /devices/", &changed(device(31, "edge-ber-31"), &json!({"device_type": "auto"})));
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Add device");
    assert!(!screen.dialog().contains("finds out") && !screen.dialog().contains("harmless questions"));
    screen.type_into("device-hostname", "edge-ber-31");
    screen.type_into("device-address", "10.20.0.31");
    screen.change("device-platform", "auto");
    assert!(screen.dialog().contains("asks the device a few harmless questions"), "{}", screen.dialog());
    screen.submit();
    assert_eq!(fake.bodies("POST /devices/")[0]["device_type"], "auto");
}

#[test]
fn a_recognised_platform_is_shown_with_how_sure_it_is_and_can_be_kept() {
    let fake = filled();
    fake.answer("GET /job-results/", &page(Vec::<Value>::new(), 0));
    fake.answer("GET /configs/1/history", &json!([]));
    fake.answer("PUT /devices/1", &device(1, "sw"));
    let key = json!({"device_id": 1, "key_type": "ssh-ed25519", "sha256": "SHA256:x", "first_seen": at(-9000)});
    fake.answer("GET /devices/1/host-key", &key);
    let recognised = json!({"platform": "cisco_ios", "sure": "likely", "at": at(-60)});
    let of = |recognised: &Value| {
        let auto = json!({"device_type": "auto", "recognised": recognised});
        page(vec![changed(device(1, "sw"), &auto)], 1)
    };
    fake.answer("GET /devices/", &of(&Value::Null));
    assert!(Screen::open(&fake, "/devices").part("tbody", "footer").contains("Not recognised yet"));
    fake.answer("GET /devices/", &of(&recognised));
    let mut screen = Screen::open(&fake, "/devices");
    assert!(screen.part("tbody", "footer").contains("Cisco IOS / IOS XE (recognised, likely)"));
    screen.press("Open sw");
    screen.press("Keep this platform");
    assert_eq!(fake.bodies("PUT /devices/1"), [json!({"device_type": "cisco_ios"})]);
}

#[test]
fn the_platform_of_a_device_is_changed_in_its_panel() {
    let fake = filled();
    fake.answer("GET /job-results/", &page(Vec::<Value>::new(), 0));
    fake.answer("GET /configs/1/history", &json!([]));
    let key = json!({"device_id": 1, "key_type": "ssh-ed25519", "sha256": "SHA256:x", "first_seen": at(-9000)});
    fake.answer("GET /devices/1/host-key", &key);
    let platform = |name: &str, title: &str| json!({"name": name, "title": title, "vendor": "Any", "custom": false});
    let items = [platform("linux", "Linux"), platform("acme_os", "ACME OS")];
    fake.answer("GET /platforms/", &json!({"items": items, "refused": []}));
    fake.answer("PUT /devices/1", &changed(device(1, "edge-ber-01"), &json!({"device_type": "acme_os"})));
    let mut screen = Screen::open(&fake, "/devices?open=1");
    screen.press("Change the platform");
    let dialog = screen.dialog();
    assert!(dialog.contains("Platform of edge-ber-01") && dialog.contains("\"cisco_ios\""), "{dialog}");
    screen.change("device-other-platform-name", "acme_os");
    screen.submit();
    assert_eq!(fake.bodies("PUT /devices/1"), [json!({"device_type": "acme_os"})]);
    assert!(screen.shows("edge-ber-01 was changed."));
}

#[test]
fn a_device_that_is_not_encrypted_says_so_in_the_list_and_in_its_panel() {
    let fake = filled();
    fake.answer("GET /job-results/", &page(Vec::<Value>::new(), 0));
    fake.answer("GET /configs/1/history", &json!([]));
    fake.answer("GET /devices/", &page(vec![changed(device(1, "old-sw"), &json!({"transport": "telnet"}))], 1));
    let mut screen = Screen::open(&fake, "/devices");
    let row = screen.part("tbody", "footer");
    assert!(row.contains("\"Unencrypted\"") && row.contains("title=\"Telnet is not encrypted"), "{row}");
    screen.press("Open old-sw");
    let panel = screen.part("aside aria-label=\"Selected device\"", "section aria-label=\"Last runs\"");
    assert!(panel.contains("\"Unencrypted\"") && panel.contains("only SSH has host keys"), "{panel}");
    assert!(fake.calls("GET /devices/1/host-key").is_empty(), "it has none to ask for");
}

#[test]
fn a_credential_is_added_from_the_warning() {
    let fake = filled();
    fake.answer(
        "POST /credentials/",
        &json!({"id": 3, "username": "netbackup", "priority": 100, "description": null, "is_system": false, "tags": []}),
    );
    let mut screen = Screen::open(&fake, "/devices");
    assert!(
        screen
            .shows("lab-20 has no credential, so a backup cannot sign in. Give a credential one of the device's tags.")
    );
    screen.press("No credential for lab-20");
    screen.submit();
    assert!(screen.dialog().contains("Enter the password."));
    screen.type_into("credential-username", "netbackup");
    screen.type_into("credential-password", "s3cret");
    screen.submit();
    assert_eq!(
        fake.bodies("POST /credentials/"),
        [json!({"username": "netbackup", "password": "s3cret", "priority": 100, "tags": [7]})]
    );
    assert!(screen.shows("The credential of netbackup was added."));
    assert!(!screen.shows("s3cret"));
}

#[test]
fn an_admin_deletes_a_device_after_being_asked() {
    let fake = filled();
    fake.answer("DELETE /devices/9", &Value::Null);
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Delete edge-fra-09");
    insta::assert_snapshot!(screen.dialog());
    screen.press("Keep it");
    assert!(fake.calls("DELETE /devices/9").is_empty());
    screen.press("Delete edge-fra-09");
    screen.press("Delete the device");
    assert_eq!(fake.calls("DELETE /devices/9").len(), 1);
    assert!(screen.shows("edge-fra-09 was deleted."));
}

#[test]
fn a_user_is_told_why_deleting_is_off() {
    let fake = as_user();
    let mut screen = Screen::open(&fake, "/devices");
    assert_eq!(screen.outline().matches("title=\"Only admins may delete devices.\"").count(), 3);
    screen.press("Delete edge-fra-09");
    screen.press("No credential for lab-20");
    screen.press("Add credential");
    assert!(!screen.shows("role=\"dialog\""));
}

fn imported(added: i64, present: i64, errors: &[(i64, &str, &str)]) -> Value {
    let rows: Vec<Value> = errors
        .iter()
        .map(|(line, hostname, message)| json!({"line": line, "hostname": hostname, "message": message}))
        .collect();
    json!({"added": added, "present": present, "refused": errors.len(), "errors": rows})
}

fn plan(outcome: &Value) -> Value {
    json!({
        "separator": "semicolon", "columns": ["hostname", "ip_address", "device_type"], "new_tags": [], "outcome": outcome
    })
}

#[test]
fn a_file_is_looked_into_and_imported() {
    let fake = filled();
    let wrong = [(3, "r2", "Line 3: the platform 'nokia_x' is not known: use one of cisco_ios, linux.")];
    fake.answer("POST /devices/import", &imported(1, 0, &wrong));
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Import CSV");
    screen.press("Import");
    assert!(fake.calls("POST /devices/import").is_empty(), "there is no file yet");

    // What the server refuses as a whole is reported in its words, and cannot be imported.
    let refusal =
        "The first line does not name hostname. Name the columns there, separated by commas, semicolons or tabs.";
    fake.refuse("POST /devices/import/check", Problem::field("body.csv", refusal));
    fake.pick("names.csv", "name,address\nr1,10.0.0.1\n");
    screen.press("Choose a file");
    assert!(screen.shows(refusal) && screen.shows("names.csv"));
    screen.press("Import");
    assert!(fake.calls("POST /devices/import").is_empty());

    let csv = "hostname;ip_address;device_type\nr1;10.0.0.1;linux\nr2;10.0.0.2;nokia_x\n";
    let mut told = plan(&imported(1, 0, &wrong));
    told["new_tags"] = json!(["berlin", "edge"]);
    fake.answer("POST /devices/import/check", &told);
    fake.pick("site.csv", csv);
    screen.press("Choose a file again");
    assert_eq!(fake.bodies("POST /devices/import/check")[1], json!({ "csv": csv }));
    insta::assert_snapshot!(screen.dialog());
    screen.press("Import");
    assert_eq!(fake.bodies("POST /devices/import"), [json!({ "csv": csv })]);
    insta::assert_snapshot!(screen.dialog());
    // An ssh_config has a name without an ending: no file is hidden.
    let hides = |wish: &Native| matches!(wish, Native::PickFile { extensions, .. } if !extensions.is_empty());
    assert!(!fake.wishes().iter().any(hides));
}

#[test]
fn a_corrected_file_of_the_same_name_is_read_and_looked_into_again() {
    let fake = filled();
    let wrong = [(3, "r2", "Line 3: the platform 'linus' is not known: write linux.")];
    let first = "hostname;ip_address;device_type\nr1;10.0.0.1;linux\nr2;10.0.0.2;linus\n";
    fake.answer("POST /devices/import/check", &plan(&imported(1, 0, &wrong)));
    fake.answer("POST /devices/import", &imported(1, 0, &wrong));
    fake.pick("site.csv", first);
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Import CSV");
    screen.press("Choose a file");
    assert!(screen.shows("1 device will be added, 1 row refused."), "{}", screen.dialog());
    screen.press("Import");
    assert!(screen.shows("1 device added, 1 row refused.") && screen.shows("choose it again"), "{}", screen.dialog());

    let corrected = first.replace("linus", "linux");
    fake.answer("POST /devices/import/check", &plan(&imported(1, 1, &[])));
    fake.answer("POST /devices/import", &imported(1, 1, &[]));
    fake.pick("site.csv", &corrected);
    screen.press("Choose a file again");
    assert!(screen.shows("1 device will be added, 1 already exists, 0 rows refused."), "{}", screen.dialog());
    screen.press("Import");
    assert_eq!(fake.bodies("POST /devices/import")[1], json!({ "csv": corrected }));
    assert!(screen.shows("1 device added, 1 already exists, 0 rows refused."), "{}", screen.dialog());

    // Once more, and there is nothing left to add.
    fake.answer("POST /devices/import/check", &plan(&imported(0, 2_000, &[])));
    screen.press("Choose a file again");
    assert!(screen.shows("0 devices will be added, 2,000 already exist, 0 rows refused."), "{}", screen.dialog());
    screen.press("Import");
    assert_eq!(fake.bodies("POST /devices/import").len(), 2);
}

#[test]
fn a_file_that_is_too_long_to_list_says_how_much_is_left_out() {
    let fake = filled();
    let mut outcome = imported(0, 0, &[(2, "r1", "Line 2: the address '10.0.0.x' is not an IPv4 or IPv6 address.")]);
    outcome["refused"] = json!(1_500);
    outcome["stopped"] = json!("The rows after line 45,001 were not read because the import took more than 40 s.");
    let mut told = plan(&outcome);
    told["note"] = json!("This server checks a row's platform only when the row is imported.");
    fake.answer("POST /devices/import/check", &told);
    fake.pick("site.csv", "hostname;ip_address;device_type\n");
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Import CSV");
    screen.press("Choose a file");
    let shown = screen.dialog();
    for said in [
        "1,500 rows refused",
        "1,499 further rows refused: correct these first",
        "after line 45,001",
        "only when the row",
    ] {
        assert!(shown.contains(said), "{said} in {shown}");
    }

    // A file that is looked into can be let go for another one.
    fake.hang("POST /devices/import/check");
    screen.press("Choose a file again");
    assert!(screen.shows("Checking each row"), "{}", screen.dialog());
    fake.answer("POST /devices/import/check", &plan(&imported(3, 0, &[])));
    screen.press("Choose a file again");
    assert!(screen.shows("3 devices will be added, 0 rows refused."), "{}", screen.dialog());
}

#[test]
fn a_device_opens_beside_the_list() {
    let fake = filled();
    fake.answer(
        "GET /devices/1/host-key",
        &json!({"device_id": 1, "key_type": "ssh-ed25519", "sha256": "SHA256:Vw2cStored", "first_seen": at(-9000)}),
    );
    fake.answer("DELETE /devices/1/host-key", &Value::Null);
    let result = |id: i64, status: &str, cause: Option<&str>| {
        json!({
            "id": id, "job_id": 1, "device_id": 1, "job_type": "config_backup", "status": status, "result_time": at(-3600),
            "created_at": at(-3600), "details": {"cause": cause}, "job_name": "Edge routers backup",
            "device_name": "edge-ber-01", "run_id": 4182
        })
    };
    // Runs in which other devices failed: only this one's result is shown.
    let results = vec![result(2, "success", None), result(1, "failure", Some("auth-failed"))];
    fake.answer("GET /job-results/", &page(results, 2));
    let head = json!({
        "id": 512, "device_id": 1, "retrieved_at": at(-7200),
        "config_metadata": {"bytes": 61204, "commit": "8c1f0a2b9d", "secrets_hidden": 7}
    });
    fake.answer("GET /configs/1/history", &json!([head]));
    fake.answer(
        "GET /configs/512",
        &changed(head, &json!({"config_data": "hostname edge-ber-01\nenable secret 9 ‹secret 7c1e›"})),
    );
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Open edge-ber-01");
    insta::assert_snapshot!(screen.part("aside aria-label=\"Selected device\"", "footer"));

    screen.press("Snapshot 512");
    let shown = screen.dialog();
    assert!(
        shown.contains("enable secret 9 ‹secret 7c1e›") && shown.contains("7 secrets hidden in this text"),
        "{shown}"
    );
    screen.press("Done");

    screen.press("Forget stored key");
    fake.refuse("GET /devices/1/host-key", Problem::new(Code::NotFound, "No host key is stored."));
    screen.press("Forget the key");
    assert!(screen.shows("None stored yet; the first session stores the key the device shows."));

    screen.press("Open edge-ber-01");
    assert!(!screen.shows("Selected device"));
}
