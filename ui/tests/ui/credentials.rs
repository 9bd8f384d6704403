//! The Credentials page: the list in each of its states, and what an admin does to it. Secrets go in and never come out.

use std::rc::Rc;

use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::samples::{page, tag};
use crate::support::{Fake, Screen};

fn credential(id: i64, username: &str, priority: i64) -> Value {
    json!({
        "id": id, "username": username, "priority": priority, "description": "from the vault", "is_system": false,
        "has_enable_password": id == 1, "tags": [tag(2, "edge")], "devices": 412
    })
}

fn answers(fake: &Rc<Fake>) {
    let mut own = credential(3, "netraven", 1000);
    own["is_system"] = json!(true);
    own["tags"] = json!([]);
    own["devices"] = json!(0);
    fake.answer("GET /credentials/", &page(vec![credential(1, "netbackup", 10), credential(2, "admin", 100), own], 3));
    fake.answer("GET /tags/", &page(vec![tag(1, "default"), tag(2, "edge")], 2));
}

fn filled() -> Rc<Fake> {
    Fake::filled(answers)
}

fn as_user() -> Rc<Fake> {
    Fake::user(answers)
}

#[test]
fn shows_the_credentials_in_the_order_they_are_tried() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/credentials");
    insta::assert_snapshot!(screen.part("nav aria-label=\"Breadcrumbs\"", "section aria-label=\"Notices\""));
    assert_eq!(fake.calls("GET /credentials/"), ["GET /credentials/?page=1&size=25&sort=priority&order=asc"]);
    let of_a_row = |call: &String| call.contains("tag_id");
    assert!(!fake.calls("GET /devices/").iter().any(of_a_row), "the numbers come with the credentials");
    screen.press("Sort by User name");
    screen.press("Sort by User name");
    screen.type_into("filter-credentials", " net ");
    let last = fake.calls("GET /credentials/").last().cloned().unwrap();
    assert_eq!(last, "GET /credentials/?page=1&size=25&username=net&sort=username&order=desc");
}

#[test]
fn reading_nothing_and_failure_have_their_own_faces() {
    let fake = filled();
    fake.hang("GET /credentials/");
    assert!(Screen::open(&fake, "/credentials").shows("Loading the credentials"));
    fake.answer("GET /credentials/", &Page::<Value>::new(Vec::new(), 0, 1, 25));
    let mut screen = Screen::open(&fake, "/credentials");
    insta::assert_snapshot!(screen.part("No credentials yet", "footer"));
    screen.type_into("filter-credentials", "zzz");
    assert!(screen.shows("No credential matches"));
    screen.press("Clear the filters");
    assert!(screen.shows("No credentials yet"));
    fake.refuse("GET /credentials/", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/credentials");
    assert!(screen.shows("The credentials could not be loaded"));
    answers(&fake);
    screen.press("Try again");
    assert!(screen.shows("netbackup"));
}

#[test]
fn a_credential_is_added_with_its_secrets() {
    let fake = filled();
    fake.answer("POST /credentials/", &credential(7, "backup", 50));
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Add credential");
    screen.submit();
    insta::assert_snapshot!(screen.dialog());
    assert!(fake.calls("POST /credentials/").is_empty());
    screen.type_into("credential-username", "backup");
    screen.type_into("credential-priority", "50");
    screen.type_into("credential-password", "s3cret");
    screen.type_into("credential-enable", "en4ble");
    screen.change("credential-tags-2", "true");
    fake.refuse("POST /credentials/", Problem::field("body.username", "The name is taken."));
    screen.submit();
    assert!(screen.dialog().contains("The name is taken."));
    answers(&fake);
    fake.answer("POST /credentials/", &credential(7, "backup", 50));
    let read = fake.calls("GET /credentials/").len();
    screen.submit();
    let body =
        json!({"username": "backup", "password": "s3cret", "enable_password": "en4ble", "priority": 50, "tags": [2]});
    assert_eq!(fake.bodies("POST /credentials/").last(), Some(&body));
    assert!(screen.shows("The credential of backup was added.") && !screen.shows("role=\"dialog\""));
    assert!(fake.calls("GET /credentials/").len() > read, "the list is read again");
    assert!(!screen.shows("s3cret") && !screen.shows("en4ble"));
}

#[test]
fn a_change_keeps_the_secrets_that_were_not_typed_again() {
    let fake = filled();
    fake.answer("PUT /credentials/1/", &credential(1, "netbackup", 10));
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Change the credential of netbackup");
    insta::assert_snapshot!(screen.dialog());
    screen.type_into("credential-priority", "20");
    screen.type_into("credential-description", "");
    screen.submit();
    let body = json!({"username": "netbackup", "priority": 20, "description": "", "tags": [2]});
    assert_eq!(fake.bodies("PUT /credentials/1/"), [body]);
    assert!(screen.shows("The credential of netbackup was changed."));

    screen.press("Change the credential of netbackup");
    screen.change("credential-forget-enable", "true");
    screen.submit();
    assert_eq!(fake.bodies("PUT /credentials/1/")[1]["enable_password"], json!(""), "an empty text removes it");
}

#[test]
fn only_an_admin_adds_changes_and_deletes() {
    let fake = filled();
    fake.answer("DELETE /credentials/2", &Value::Null);
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Delete the credential of netraven");
    assert!(!screen.shows("role=\"dialog\""), "the product's own stays");
    screen.press("Delete the credential of admin");
    assert!(screen.dialog().contains("devices that have no other credential"));
    screen.press("Delete the credential");
    assert_eq!(fake.calls("DELETE /credentials/2").len(), 1);
    assert!(screen.shows("The credential of admin was deleted."));

    let mut screen = Screen::open(&as_user(), "/credentials");
    for (action, count) in [("add", 1), ("change", 3), ("delete", 3)] {
        let reason = format!("title=\"Only admins may {action} credentials.\"");
        assert_eq!(screen.outline().matches(&reason).count(), count, "{reason}");
    }
    screen.press("Change the credential of netbackup");
    screen.press("Add credential");
    assert!(!screen.shows("role=\"dialog\""));
}

#[test]
fn what_the_server_does_not_keep_is_not_asked_for() {
    let reason = "This server keeps no enable passwords.";
    let fake = Fake::lacking(Feature::EnablePassword, reason, answers);
    let mut screen = Screen::open(&fake, "/credentials");
    assert_eq!(screen.outline().matches("\"not supported\"").count(), 3);
    screen.press("Change the credential of netbackup");
    let shown = screen.dialog();
    assert!(shown.contains(reason) && !shown.contains("Remove the stored enable password"), "{shown}");
}

#[test]
fn a_credential_is_confined_to_networks() {
    let fake = filled();
    let mut confined = credential(1, "netbackup", 10);
    confined["allowed_networks"] = json!(["10.0.0.0/8", "2001:db8::/32"]);
    fake.answer("GET /credentials/", &page(vec![confined.clone(), credential(2, "admin", 100)], 2));
    let mut screen = Screen::open(&fake, "/credentials");
    assert!(screen.shows("10.0.0.0/8, 2001:db8::/32"));
    fake.answer("PUT /credentials/1/", &confined);
    screen.press("Change the credential of netbackup");
    screen.type_into("credential-networks", " 10.0.0.7/8;192.0.2.0/24\n2001:db8::/32 ");
    let wrong = "'10.0.0.7/8' is an address inside a network: write 10.0.0.0/8 for the network.";
    fake.refuse("PUT /credentials/1/", Problem::field("body.allowed_networks", wrong));
    screen.submit();
    let shown = screen.dialog();
    assert!(shown.contains(wrong) && shown.matches("aria-invalid").count() == 1, "{shown}");
    let sent = &fake.bodies("PUT /credentials/1/")[0]["allowed_networks"];
    assert_eq!(sent, &json!(["10.0.0.7/8", "192.0.2.0/24", "2001:db8::/32"]));
    fake.answer("PUT /credentials/1/", &confined);
    screen.type_into("credential-networks", "");
    screen.submit();
    assert_eq!(fake.bodies("PUT /credentials/1/")[1]["allowed_networks"], json!([]), "an empty list lifts the limit");

    let reason = "This server confines no credential to networks.";
    let fake = Fake::lacking(Feature::AllowedNetworks, reason, answers);
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Add credential");
    assert!(screen.dialog().contains(reason));
}

const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----";

/// A credential with a private key, and with a password or without.
fn keyed(has_password: bool) -> Value {
    let mut keyed = credential(1, "netbackup", 10);
    keyed["has_password"] = json!(has_password);
    keyed["has_private_key"] = json!(true);
    keyed["key"] = json!({"key_type": "ssh-ed25519", "sha256": "SHA256:kqtKr7k/2Ca/JNLx9X3WO+X4eVvCGhhkExdgFl8KrVs"});
    keyed
}

#[test]
fn a_credential_is_added_with_a_key_instead_of_a_password() {
    let fake = filled();
    fake.answer("POST /credentials/", &keyed(false));
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Add credential");
    screen.press("Sign in with Private key");
    screen.type_into("credential-username", "netbackup");
    screen.change("credential-tags-2", "true");
    screen.submit();
    assert!(screen.dialog().contains("Paste the private key."), "{}", screen.dialog());
    screen.type_into("credential-key", &format!("\n{KEY}\n"));
    let wrong = "This key is protected by a passphrase: enter it.";
    fake.refuse("POST /credentials/", Problem::field("body.passphrase", wrong));
    screen.submit();
    assert!(screen.dialog().contains(wrong) && screen.dialog().matches("aria-invalid").count() == 1);
    fake.answer("POST /credentials/", &keyed(false));
    screen.type_into("credential-passphrase", "sesame");
    screen.submit();
    let body =
        json!({"username": "netbackup", "private_key": KEY, "passphrase": "sesame", "priority": 100, "tags": [2]});
    assert_eq!(fake.bodies("POST /credentials/").last(), Some(&body));
    assert!(!screen.shows("sesame") && !screen.shows("b3BlbnNzaC1rZXk"));
}

#[test]
fn a_stored_key_is_named_kept_replaced_and_removed() {
    let fake = filled();
    let mut other = keyed(false);
    other["id"] = json!(2);
    other["username"] = json!("admin");
    fake.answer("GET /credentials/", &page(vec![keyed(true), other], 2));
    fake.answer("PUT /credentials/1/", &keyed(true));
    let mut screen = Screen::open(&fake, "/credentials");
    assert!(screen.shows("\"password and key Ed25519 SHA256:kqtKr7k/…\""), "{}", screen.outline());
    assert!(screen.shows("\"key Ed25519 SHA256:kqtKr7k/…\""));
    screen.press("Change the credential of netbackup");
    let stored = "Stored: ssh-ed25519 SHA256:kqtKr7k/2Ca/JNLx9X3WO+X4eVvCGhhkExdgFl8KrVs.";
    assert!(screen.dialog().contains(stored), "{}", screen.dialog());
    screen.submit();
    let sent = |place: usize| fake.bodies("PUT /credentials/1/")[place].clone();
    let fields = sent(0).as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert!(!fields.contains("key") && !fields.contains("pass"), "what was not typed again stays: {fields}");

    screen.press("Change the credential of netbackup");
    screen.press("Sign in with Both");
    screen.type_into("credential-key", KEY);
    screen.type_into("credential-password", "s3cret");
    screen.submit();
    assert_eq!((&sent(1)["private_key"], &sent(1)["password"]), (&json!(KEY), &json!("s3cret")));
    assert!(sent(1).get("passphrase").is_none());

    screen.press("Change the credential of netbackup");
    screen.press("Sign in with Private key");
    screen.press("Sign in with Password");
    assert!(screen.dialog().contains("The stored private key will be removed."), "{}", screen.dialog());
    screen.type_into("credential-password", "s3cret");
    screen.submit();
    assert_eq!(sent(2)["private_key"], json!(""), "an empty text removes it");
}

#[test]
fn a_credential_may_use_the_ssh_agent_and_name_one_of_its_keys() {
    let fake = filled();
    let mut agent = credential(1, "netbackup", 10);
    agent["has_password"] = json!(false);
    agent["uses_agent"] = json!(true);
    agent["agent_key"] = json!("SHA256:kqtKr7k/2Ca");
    fake.answer("GET /credentials/", &page(vec![agent.clone(), credential(2, "admin", 100)], 2));
    fake.answer("PUT /credentials/1/", &agent);
    fake.answer("PUT /credentials/2/", &agent);
    let mut screen = Screen::open(&fake, "/credentials");
    assert!(screen.shows("\"SSH agent\"") && screen.shows("SSH agent with SHA256:kqtKr7k/2Ca"), "{}", screen.outline());
    screen.press("Change the credential of netbackup");
    screen.type_into("credential-agent-key", "");
    screen.submit();
    let sent = fake.bodies("PUT /credentials/1/")[0].clone();
    assert_eq!((&sent["agent_key"], sent.get("uses_agent")), (&json!(""), None), "any key may be used then");
    screen.press("Change the credential of netbackup");
    screen.press("Sign in with Password");
    screen.type_into("credential-password", "s3cret");
    screen.submit();
    let sent = fake.bodies("PUT /credentials/1/")[1].clone();
    assert_eq!((&sent["uses_agent"], &sent["password"]), (&json!(false), &json!("s3cret")));

    screen.press("Change the credential of admin");
    screen.press("Sign in with SSH agent");
    assert!(screen.dialog().contains("--allow-ssh-agent"), "{}", screen.dialog());
    screen.submit();
    let sent = fake.bodies("PUT /credentials/2/")[0].clone();
    assert_eq!((&sent["uses_agent"], &sent["password"]), (&json!(true), &json!("")), "the password goes");
    assert!(sent.get("agent_key").is_none());
}

#[test]
fn answers_are_added_kept_and_removed_and_never_shown() {
    let fake = filled();
    let mut asked = credential(1, "netbackup", 10);
    asked["questions"] = json!(["token code", "city"]);
    fake.answer("GET /credentials/", &page(vec![asked.clone()], 1));
    fake.answer("PUT /credentials/1/", &asked);
    let mut screen = Screen::open(&fake, "/credentials");
    assert!(screen.shows("\"2 answers\""), "{}", screen.outline());
    screen.press("Change the credential of netbackup");
    screen.submit();
    assert!(fake.bodies("PUT /credentials/1/")[0].get("answers").is_none(), "what was not touched stays");

    screen.press("Change the credential of netbackup");
    screen.press("Add an answer");
    screen.submit();
    assert!(screen.dialog().contains("Enter words of each question"), "{}", screen.dialog());
    screen.type_into("credential-question-2", "pin");
    screen.submit();
    assert!(screen.dialog().contains("Enter the answer to the question"), "{}", screen.dialog());
    screen.type_into("credential-answer-2", "s3same");
    screen.press("Remove the answer to token code");
    let wrong = "The pattern 'pin' is no regular expression.";
    fake.refuse("PUT /credentials/1/", Problem::field("body.answers", wrong));
    screen.submit();
    assert!(screen.dialog().contains(wrong), "{}", screen.dialog());
    fake.answer("PUT /credentials/1/", &asked);
    screen.submit();
    let sent = fake.bodies("PUT /credentials/1/").last().cloned().unwrap();
    assert_eq!(sent["answers"], json!([{"pattern": "city"}, {"pattern": "pin", "answer": "s3same"}]));
    assert!(!screen.shows("s3same"));
}

#[test]
fn a_server_that_asks_no_agent_and_keeps_no_answers_says_so() {
    for (feature, reason) in [
        (Feature::SshAgent, "This server asks no SSH agent."),
        (Feature::QuestionAnswers, "This server has no place for answers."),
    ] {
        let fake = Fake::lacking(feature, reason, answers);
        let mut screen = Screen::open(&fake, "/credentials");
        screen.press("Add credential");
        screen.press("Add an answer");
        let shown = screen.dialog();
        assert!(shown.contains(reason), "{shown}");
        assert_eq!(shown.contains("\"SSH agent\""), feature != Feature::SshAgent, "{shown}");
        assert_eq!(shown.contains("Words of the question"), feature != Feature::QuestionAnswers, "{shown}");
    }
}

#[test]
fn a_server_without_keys_says_so_and_keeps_to_passwords() {
    let reason = "This server signs in with passwords alone.";
    let fake = Fake::lacking(Feature::PrivateKey, reason, answers);
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Add credential");
    screen.press("Sign in with Private key");
    let shown = screen.dialog();
    assert!(shown.contains(reason) && !shown.contains("Passphrase of the key"), "{shown}");
}
