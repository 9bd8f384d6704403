//! What the window says of the replayed Python server: nothing is promised, announced or refused that is not so there.

use netraven_api::configs::SearchConfigs;
use netraven_api::devices::{
    CheckImport, CheckSshConfig, CreateDevice, DeleteDevice, DeviceInput, ImportDevices, ImportSshConfig,
    SshConfigInput,
};
use netraven_api::jobs::{DeleteJob, ListJobs, RunJob};
use netraven_api::logs::{GetLog, ListLogs, LogFilter};
use netraven_api::native::{AdminAction, Feature};
use netraven_api::problem::Code;
use netraven_api::system::{Condition, GetSystemStatus};
use netraven_api::users::{CreateUser, Role, UpdateUser, UserChange, UserInput};
use netraven_api::{Page, Secret};
use netraven_client::Client;
use serde_json::{Value, json};

use crate::replay::Replay;

fn changed(row: &Value, changes: &Value) -> Value {
    let mut row = row.clone();
    for (name, value) in changes.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

#[tokio::test]
async fn only_intervals_have_a_next_start_since_nothing_else_is_ever_started() {
    let replay = Replay::start().await;
    replay.change(|world| {
        for row in world.rows.get_mut("scheduled").unwrap() {
            row["next_run"] = json!("2099-03-05T01:15:00");
        }
        let once = json!({"id": 32, "schedule_type": "onetime", "next_run": "2099-03-20T06:00:00Z"});
        world.rows.get_mut("scheduled").unwrap().push(once);
    });
    let client = replay.client().await;
    let jobs = client.send(&ListJobs::default()).await.unwrap().items;
    let next: Vec<_> = jobs.iter().map(|job| (job.name.as_str(), job.next_run.map(|at| at.to_string()))).collect();
    let at = Some("2099-03-05T01:15:00Z".to_owned());
    assert_eq!(
        next,
        [("Ad hoc firewall", None), ("Nightly spines", None), ("Once in spring", None), ("Reach all", at)]
    );
    let missing = client.missing();
    for feature in [Feature::CronSchedule, Feature::OnceSchedule, Feature::ScheduleChange, Feature::GitHistory] {
        let missing = missing.iter().find(|missing| missing.feature == feature).unwrap();
        assert!(missing.reason.starts_with("This server"), "{}", missing.reason);
    }
}

#[tokio::test]
async fn a_user_may_there_what_that_server_lets_a_user_do() {
    let client = Replay::start().await.client().await;
    let open = client.open_to_users();
    for action in [
        AdminAction::AddCredential,
        AdminAction::ChangeCredential,
        AdminAction::DeleteDevice,
        AdminAction::DeleteTag,
        AdminAction::DeleteSnapshot,
    ] {
        assert!(open.contains(&action), "{action:?}");
    }
    assert!(!open.contains(&AdminAction::DeleteJob) && !open.contains(&AdminAction::DeleteCredential));
}

#[tokio::test]
async fn the_credentials_of_a_device_just_added_are_counted() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    let input = DeviceInput { hostname: Some("new".into()), ..DeviceInput::default() };
    assert_eq!(client.send(&CreateDevice(input.clone())).await.unwrap().matching_credentials_count, 2);
    // It is saved though the server says that it was refused.
    replay.change(|world| world.fits_no_credential = true);
    let added = client.send(&CreateDevice(input)).await.unwrap();
    assert_eq!((added.hostname.as_str(), added.matching_credentials_count), ("new", 0));
}

#[tokio::test]
async fn a_file_of_devices_is_imported_row_by_row_and_each_fate_is_told() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    assert!(client.missing().iter().all(|missing| missing.feature != Feature::ImportDevices));
    replay.asked("");
    let csv = "hostname,ip_address,device_type,port,description,tags\n\
               r1,192.0.2.1,linux,22,Rack 4,spine|new\n\
               r2,,linux,,,\n\
               spine-a,192.0.2.3,linux,,,\n\
               r4,192.0.2.4,toaster,,,\n\
               r1,192.0.2.5,linux,,,\n\
               r6,192.0.2.6,linux,,,4\n";
    let plan = client.send(&CheckImport { csv: csv.into() }).await.unwrap();
    assert_eq!((plan.outcome.added, plan.new_tags), (3, vec!["new".to_owned()]));
    assert!(plan.note.is_some_and(|note| note.contains("platform only when the row is imported")));
    assert!(replay.asked("POST").is_empty(), "a look changes nothing");
    let imported = client.send(&ImportDevices { csv: csv.into() }).await.unwrap();
    let errors: Vec<(i64, &str)> = imported.errors.iter().map(|it| (it.line, it.message.as_str())).collect();
    assert_eq!((imported.added, imported.refused), (2, 4), "{errors:?}");
    let other = "an import does not change devices, so edit that device, or give this row another hostname.";
    assert_eq!(
        errors,
        [
            (3, "Line 3: the row has no ip_address."),
            (4, &*format!("Line 4: the hostname spine-a already exists, at 192.0.2.11:2222: {other}")),
            (5, "Line 5: device_type: Device type must be one of: cisco_ios, linux."),
            (6, "Line 6: line 2 already has the hostname r1."),
        ]
    );
    let asked = replay.asked("POST");
    assert_eq!(asked.iter().filter(|line| *line == "POST /tags/").count(), 1, "the one tag that is new: {asked:?}");
    let problem = client.send(&ImportDevices { csv: "name\nr1\n".into() }).await.unwrap_err();
    assert!(problem.message.contains("The first line does not name hostname"), "{}", problem.message);
}

#[tokio::test]
async fn a_spreadsheet_is_read_there_as_on_our_own_server_and_what_is_there_is_no_error() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    let csv = "\u{feff}Hostname;IP Address;Platform;Port;\r\nspine-b;192.0.2.12;arista_eos;22;\r\n;;;;\r\nr9;fe80::9%eth0;linux;;\r\n";
    let plan = client.send(&CheckImport { csv: csv.into() }).await.unwrap();
    assert_eq!((plan.separator.as_str(), plan.columns.len()), ("semicolon", 4));
    let imported = client.send(&ImportDevices { csv: csv.into() }).await.unwrap();
    assert_eq!(imported, plan.outcome);
    assert_eq!((imported.added, imported.present, imported.refused), (1, 1, 0), "{imported:?}");
    // The server refuses one that the list did not hold when it was read: it is the same device, or another one.
    replay.change(|world| world.rows.get_mut("devices").unwrap().retain(|row| row["hostname"] != "spine-a"));
    let csv = "hostname,ip_address,device_type\nspine-a,192.0.2.3,linux\n";
    let imported = client.send(&ImportDevices { csv: csv.into() }).await.unwrap();
    assert_eq!(imported.errors[0].message, "Line 2: Hostname already registered: spine-a.");
    let csv = "hostname,ip_address,device_type,tags\nr8,192.0.2.8,linux,4711\n";
    let imported = client.send(&ImportDevices { csv: csv.into() }).await.unwrap();
    assert_eq!(imported.errors[0].message, "Line 2: there is no tag with the number or name 4711.");
}

#[tokio::test]
async fn a_file_of_ssh_hosts_is_refused_before_anything_is_sent() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    replay.asked("");
    let input = SshConfigInput { config: "Host r1\nProxyJump gate\n".into(), ..SshConfigInput::default() };
    let refusals = [
        client.send(&CheckSshConfig(input.clone())).await.unwrap_err(),
        client.send(&ImportSshConfig(input)).await.unwrap_err(),
    ];
    for refused in refusals {
        assert_eq!(refused.code, Code::NotOffered);
        assert!(refused.message.contains("knows no jump hosts"), "{}", refused.message);
    }
    assert!(replay.asked("POST").is_empty());
}

#[tokio::test]
async fn what_has_results_is_not_deleted_and_the_reason_is_told() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    replay.asked("");
    let device = client.send(&DeleteDevice(12.into())).await.unwrap_err();
    assert_eq!(device.code, Code::NotOffered);
    assert!(device.message.starts_with("This device has 2 results, so it cannot be deleted."), "{}", device.message);
    let job = client.send(&DeleteJob(33.into())).await.unwrap_err();
    assert!(job.message.starts_with("This job has a result, so it cannot be deleted."), "{}", job.message);
    assert!(replay.asked("DELETE").is_empty(), "it is known before");
    client.send(&DeleteJob(30.into())).await.unwrap();
    assert_eq!(replay.asked("DELETE"), ["DELETE /jobs/30"]);
}

#[tokio::test]
async fn an_address_that_is_missing_or_taken_is_told_at_its_field() {
    let client = Replay::start().await.client().await;
    let input = |email: Option<&str>| UserInput {
        username: Some("new".into()),
        password: Some(Secret::new("a password")),
        email: email.map(str::to_owned),
        role: Some(Role::User),
        ..UserInput::default()
    };
    for (email, said) in
        [(None, "requires an e-mail address"), (Some("zoe@example.net"), "is already the address of zoe")]
    {
        let problem = client.send(&CreateUser(input(email))).await.unwrap_err();
        assert_eq!(problem.fields[0].field, "body.email", "{}", problem.message);
        assert!(problem.message.contains(said), "{}", problem.message);
    }
    assert!(client.send(&CreateUser(input(Some("new@example.net")))).await.is_ok());
    let change = UserChange { email: Some("ann@example.net".into()), ..UserChange::default() };
    let problem = client.send(&UpdateUser(3.into(), change)).await.unwrap_err();
    assert_eq!(problem.fields[0].field, "body.email", "{}", problem.message);
}

#[tokio::test]
async fn a_scheduler_of_which_nothing_is_known_is_not_called_healthy() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    let status = client.send(&GetSystemStatus).await.unwrap();
    assert!(status.scheduler.is(Condition::Unknown), "{:?}", status.scheduler);
    assert_eq!(status.notes, ["No worker is registered: runs wait until one is started."]);
    replay.change(|world| world.rows.get_mut("status").unwrap()[0]["worker"] = json!("healthy"));
    assert_eq!(client.send(&GetSystemStatus).await.unwrap().notes, Vec::<String>::new(), "nothing is wrong");
    replay.change(|world| world.rows.get_mut("status").unwrap()[0]["redis"] = json!("unhealthy"));
    let status = client.send(&GetSystemStatus).await.unwrap();
    assert!(status.notes.len() == 1 && status.notes[0].starts_with("Redis is not responding"), "{:?}", status.notes);
    let problem = client.send(&RunJob(31.into())).await.unwrap_err();
    assert!(problem.message.contains("Redis is not responding"), "{}", problem.message);
    assert!(problem.message.contains("may still list it as queued"), "{}", problem.message);
}

#[tokio::test]
async fn a_text_is_found_in_configurations_wherever_it_stands() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    let search = async |q: &str| client.send(&SearchConfigs { q: q.to_owned() }).await.unwrap();
    for (q, ids) in
        [("eaf-7", vec![902]), ("Ethernet1\n DESC", vec![902, 901]), ("the", vec![902, 901]), ("leaf-9", vec![])]
    {
        let found = search(q).await;
        assert_eq!(found.items.iter().map(|one| one.id.get()).collect::<Vec<_>>(), ids, "{q}");
        assert_eq!(found.note, None, "everything was searched");
    }
    assert!(search("LEAF-7").await.items[0].snippet.contains("to <b>leaf-7</b>"));
    assert!(replay.asked("GET /configs/search").is_empty(), "its own search finds words alone");
}

#[tokio::test]
async fn a_search_that_did_not_look_everywhere_says_so() {
    let replay = Replay::start().await;
    replay.change(|world| {
        let row = world.rows["configs"][0].clone();
        let many = (2_000..4_200).map(|id| changed(&row, &json!({"id": id, "retrieved_at": "2026-04-01T00:00:00Z"})));
        world.rows.get_mut("configs").unwrap().extend(many);
    });
    let found = replay.client().await.send(&SearchConfigs { q: "leaf-7".into() }).await.unwrap();
    assert_eq!(found.items.iter().map(|one| one.id.get()).collect::<Vec<_>>(), [902], "by the words of the server");
    assert_eq!(found.items[0].snippet, "to <b>leaf</b> &amp; &lt;more&gt;");
    let note = found.note.unwrap();
    assert!(note.contains("The newest 2000 snapshots") && note.contains("whole English words"), "{note}");
}

async fn lines(client: &Client, query: ListLogs) -> Page<netraven_api::logs::LogEntry> {
    client.send(&query).await.unwrap()
}

#[tokio::test]
async fn secrets_the_server_logs_are_hidden_wherever_a_line_is_read() {
    const PASSWORD: &str = "horse battery";
    let replay = Replay::start().await;
    replay.change(|world| {
        let logs = world.rows.get_mut("logs").unwrap();
        let said = format!("[Job: 31] Decrypted password: '{PASSWORD}'");
        let meta = json!({"password": PASSWORD, "note": format!("passphrase = {PASSWORD}")});
        logs[0] = changed(&logs[0], &json!({"message": said, "meta": meta}));
    });
    let client = replay.client().await;
    let one = client.send(&GetLog(7001.into())).await.unwrap();
    assert_eq!(one.message, "[Job: 31] Decrypted password: ‹hidden›");
    let query = ListLogs::from(LogFilter { search: Some("decrypted".into()), ..LogFilter::default() });
    let all = [lines(&client, ListLogs::default()).await, lines(&client, query).await];
    assert!(all.iter().all(|page| page.items.iter().any(|line| line.id.get() == 7001)));
    assert!(!format!("{one:?} {all:?}").contains(PASSWORD));
    let guess = ListLogs::from(LogFilter { search: Some(PASSWORD.into()), ..LogFilter::default() });
    assert_eq!(lines(&client, guess).await.items, [], "nor can it be guessed by a search");
}

#[tokio::test]
async fn a_search_of_the_log_tells_how_far_it_came_and_is_gone_on_with() {
    let replay = Replay::start().await;
    replay.change(|world| {
        let row = world.rows["logs"][0].clone();
        let many = (0..1_500).map(|number| {
            let at = format!("2026-11-24T10:{:02}:{:02}Z", number / 60, number % 60);
            changed(&row, &json!({"id": 10_000 + number, "timestamp": at}))
        });
        world.rows.get_mut("logs").unwrap().extend(many);
    });
    let client = replay.client().await;
    let search =
        |end_time| ListLogs::from(LogFilter { search: Some("timeout".into()), end_time, ..LogFilter::default() });
    let first = lines(&client, search(None)).await;
    assert_eq!((first.items.len(), first.stopped_at.unwrap().to_string().as_str()), (0, "2026-11-24T10:08:20Z"));
    assert!(first.note.unwrap().contains("the newest 1000 lines that match the other filters; older ones were not"));
    let second = lines(&client, search(first.stopped_at)).await;
    assert_eq!(second.items.iter().map(|line| line.id.get()).collect::<Vec<_>>(), [7006, 7005]);
    assert_eq!(second.stopped_at, None, "there is nothing older");
    assert!(second.note.unwrap().contains("the rest of the lines"));
}
