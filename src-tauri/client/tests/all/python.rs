//! The typed requests of the window against the replay of the Python server: lists, single things and changes.

use netraven_api::configs::{ExportConfig, GetConfig, ListConfigHistory, ListConfigs};
use netraven_api::credentials::{CreateCredential, CredentialInput, ListCredentials, QuestionAnswer, UpdateCredential};
use netraven_api::crypto_report::GetCryptoReport;
use netraven_api::devices::{
    ApprovalState, ApproveDevice, ApproveDevices, CreateDevice, DeleteDevice, DeviceInput, ForgetHostKey, GetDevice,
    GetHostKey, ListDevices, Seen, TrustHostKey, TrustedKey, UpdateDevice,
};
use netraven_api::jobs::{
    CreateJob, GetJob, GetJobStatus, JobInput, ListJobs, ListRecentJobs, RunJob, Schedule, ScheduleKind, UpdateJob,
};
use netraven_api::logs::GetLogHistogram;
use netraven_api::matrix::GetJobMatrix;
use netraven_api::outcome::Cause;
use netraven_api::platforms::{AUTO, GetPlatform, ListPlatforms, ReloadPlatforms};
use netraven_api::problem::Code;
use netraven_api::results::{GetResult, ListResults};
use netraven_api::runs::{Again, CancelDevice, CancelRun, RunAgain};
use netraven_api::sorting::DeviceColumn;
use netraven_api::startup::SavedState;
use netraven_api::system::GetSystemStatus;
use netraven_api::tags::{CreateTag, ListTags, TagInput};
use netraven_api::users::{GetMe, Role};
use netraven_api::{DeviceId, Endpoint, Method, Request, RunId, Secret, Transport};
use netraven_client::Client;
use serde_json::{Value, json};

use crate::replay::Replay;
use crate::requests::walk;

fn get(path: &str) -> Request {
    Request { method: Method::Get, path: path.to_owned(), body: None }
}

#[tokio::test]
async fn devices_of_tags_and_credentials_are_counted_in_one_reading() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    replay.asked("");
    let tags = client.send(&ListTags::default()).await.unwrap().items;
    let credentials = client.send(&ListCredentials::default()).await.unwrap().items;
    assert_eq!(tags.iter().map(|tag| tag.devices).collect::<Vec<_>>(), [Some(3), Some(0), Some(2)]);
    assert_eq!(credentials.iter().map(|one| one.devices).collect::<Vec<_>>(), [Some(3), Some(2)]);
    assert_eq!(replay.asked("GET /devices/").len(), 1);
}

#[tokio::test]
async fn lists_come_whole_and_in_our_order() {
    let client = Replay::start().await.client().await;
    let tags = client.send(&ListTags::default()).await.unwrap();
    assert_eq!(tags.items.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["default", "lab", "spine"]);
    assert_eq!((tags.total, tags.page, tags.size, tags.pages, tags.note), (3, 1, 20, 1, None));
    let credentials = client.send(&ListCredentials::default()).await.unwrap();
    assert_eq!(credentials.items.iter().map(|row| row.priority).collect::<Vec<_>>(), [10, 900]);
    let devices = client.send(&ListDevices { size: Some(2), page: Some(2), ..ListDevices::default() }).await.unwrap();
    assert_eq!((devices.items[0].hostname.as_str(), devices.total, devices.pages), ("spine-b", 3, 2));
    let jobs = client.send(&ListJobs::default()).await.unwrap();
    let names: Vec<&str> = jobs.items.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["Ad hoc firewall", "Nightly spines", "Once in spring", "Reach all"]);
    let nobody = client.send(&ListTags { name: Some("zzz".into()), ..ListTags::default() }).await.unwrap();
    assert_eq!((nobody.items.len(), nobody.total, nobody.pages), (0, 0, 0));
    let empty = client.forward(get("/users/?username=zzz")).await.unwrap();
    assert_eq!((&empty["total"], &empty["pages"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn rows_that_move_while_they_are_read_come_once_and_none_is_missing() {
    let replay = Replay::start().await;
    replay.change(|world| {
        let row = world.rows["devices"][0].clone();
        let clones = (100..350).map(|id| {
            let mut row = row.clone();
            (row["id"], row["hostname"]) = (json!(id), json!(format!("r{id}")));
            row
        });
        world.rows.insert("devices", clones.collect());
        world.moves = true;
    });
    let client = replay.client().await;
    let mut ids = Vec::new();
    for page in 1..=3 {
        let found =
            client.send(&ListDevices { page: Some(page), size: Some(100), ..ListDevices::default() }).await.unwrap();
        assert_eq!((found.total, found.pages), (250, 3));
        ids.extend(found.items.into_iter().map(|device| device.id.get()));
    }
    assert_eq!(ids, (100..350).collect::<Vec<_>>());
}

#[tokio::test]
async fn words_and_times_are_ours() {
    let client = Replay::start().await.client().await;
    let jobs = client.send(&ListJobs::default()).await.unwrap().items;
    let words: Vec<(&str, &str)> = jobs.iter().map(|job| (job.job_type.as_str(), job.status.as_str())).collect();
    assert_eq!(
        words,
        [
            ("config_backup", "COMPLETED_FAILURE"),
            ("config_backup", "COMPLETED_PARTIAL_FAILURE"),
            ("config_backup", "pending"),
            ("reachability", "queued"),
        ]
    );
    assert_eq!(jobs[2].schedule.scheduled_for.unwrap().to_string(), "2027-03-20T06:00:00Z");
    // A time gone by says nothing about what comes next.
    assert_eq!((jobs[3].next_run, jobs[2].last_run_id), (None, None));
    for (filter, count) in [("queued", 1), ("QUEUED", 1), ("completed_failure", 1), ("running", 0)] {
        let found = client.send(&ListJobs { status: vec![filter.into()], ..ListJobs::default() }).await.unwrap();
        assert_eq!(found.total, count, "{filter}");
    }
    let me = client.send(&GetMe).await.unwrap();
    assert_eq!((me.username.as_str(), me.role), ("ann", Role::User));
    let users = client.forward(get("/users/")).await.unwrap();
    assert_eq!((&users["items"][0]["username"], &users["items"][0]["email"]), (&json!("ann"), &Value::Null));
    let status = client.send(&GetSystemStatus).await.unwrap();
    assert_eq!((status.worker.as_str(), status.workers), ("unhealthy", 0));
    assert_eq!(client.send(&GetJobStatus).await.unwrap().rq_queues[0].job_count, 1);
    assert_eq!(client.send(&ListRecentJobs::default()).await.unwrap(), []);
}

#[tokio::test]
async fn single_things_are_asked_for_without_a_redirect() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    replay.asked("");
    assert_eq!(client.send(&GetDevice(11.into())).await.unwrap().matching_credentials_count, 2);
    assert_eq!(client.send(&GetJob(31.into())).await.unwrap().name, "Nightly spines");
    assert_eq!(client.send(&GetResult(505.into())).await.unwrap().cause(), Some(Cause::NotConnected));
    assert_eq!(client.send(&GetConfig(902.into())).await.unwrap().device_id, DeviceId::new(11));
    let history = client.send(&ListConfigHistory(11.into())).await.unwrap();
    assert_eq!(history.iter().map(|head| head.id.get()).collect::<Vec<_>>(), [902, 901]);
    assert_eq!(client.send(&ListConfigs::default()).await.unwrap().len(), 2);
    let asked = replay.asked("");
    let expected = [
        "GET /devices/11",
        "GET /devices/11/credentials",
        "GET /jobs/31",
        "GET /job-results/505",
        "GET /configs/902",
        "GET /configs/11/history",
        "GET /configs/list?start=0&limit=50",
    ];
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn changes_are_sent_as_the_server_takes_them() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    replay.asked("");
    let input = CredentialInput { priority: Some(5), ..CredentialInput::default() };
    assert_eq!(client.send(&UpdateCredential(6.into(), input)).await.unwrap().priority, 5);
    assert_eq!(replay.asked("PUT"), ["PUT /credentials/6/"]);
    let secret = |text: &str| Some(Secret::new(text));
    let plain = CredentialInput {
        username: Some("x".into()),
        password: secret("p"),
        enable_password: secret(""),
        ..CredentialInput::default()
    };
    assert_eq!(client.send(&CreateCredential(plain.clone())).await.unwrap().username, "x");
    let enable = CredentialInput { enable_password: secret("e"), ..plain.clone() };
    let problem = client.send(&CreateCredential(enable)).await.unwrap_err();
    assert_eq!(problem.fields[0].field, "body.enable_password");
    replay.asked("");
    for key in [
        CredentialInput { private_key: secret("a key"), passphrase: secret("sesame"), ..plain.clone() },
        CredentialInput { private_key: secret("a key"), password: None, ..plain.clone() },
    ] {
        let problem = client.send(&CreateCredential(key)).await.unwrap_err();
        assert_eq!(problem.fields[0].field, "body.private_key");
        assert!(problem.fields[0].message.contains("no place for private keys"), "{problem:?}");
    }
    let agent = CredentialInput { uses_agent: Some(true), password: None, ..plain.clone() };
    let answer = QuestionAnswer { pattern: "token".into(), answer: secret("4711") };
    let answers = CredentialInput { answers: Some(vec![answer]), ..plain.clone() };
    for (input, field, reason) in
        [(agent, "body.uses_agent", "no SSH agent"), (answers, "body.answers", "no place for answers")]
    {
        let problem = client.send(&CreateCredential(input)).await.unwrap_err();
        assert_eq!(problem.fields[0].field, field);
        assert!(problem.fields[0].message.contains(reason), "{problem:?}");
    }
    assert!(replay.asked("P").is_empty(), "a key reached a server that cannot keep it");
    let none = CredentialInput {
        private_key: secret(""),
        passphrase: secret(""),
        uses_agent: Some(false),
        answers: Some(Vec::new()),
        ..plain
    };
    assert_eq!(client.send(&CreateCredential(none)).await.unwrap().username, "x");

    let device =
        DeviceInput { hostname: Some("new".into()), tags: Some(vec![2.into(), 2.into()]), ..DeviceInput::default() };
    assert_eq!(client.send(&CreateDevice(device)).await.unwrap().hostname, "new");
    assert_eq!(
        client.send(&CreateTag(TagInput { name: Some("t".into()), ..TagInput::default() })).await.unwrap().name,
        "t"
    );
    replay.asked("");
    let plain =
        DeviceInput { hostname: Some("old".into()), transport: Some(Transport::Telnet), ..DeviceInput::default() };
    let problem = client.send(&CreateDevice(plain.clone())).await.unwrap_err();
    assert_eq!((problem.fields[0].field.as_str(), replay.asked("POST")), ("body.transport", Vec::new()));
    let over_ssh = DeviceInput { transport: Some(Transport::Ssh), ..plain };
    assert_eq!(client.send(&CreateDevice(over_ssh)).await.unwrap().transport, Transport::Ssh);
    replay.asked("");
    let auto = DeviceInput { hostname: Some("any".into()), device_type: Some(AUTO.into()), ..DeviceInput::default() };
    let problem = client.send(&CreateDevice(auto)).await.unwrap_err();
    assert_eq!((problem.fields[0].field.as_str(), replay.asked("POST")), ("body.device_type", Vec::new()));
    replay.change(|world| world.rows.get_mut("results").unwrap().clear());
    client.send(&DeleteDevice(11.into())).await.unwrap();

    let interval = JobInput { schedule: Schedule::every(900), ..JobInput::default() };
    assert_eq!(client.send(&UpdateJob(31.into(), interval)).await.unwrap().schedule.interval_seconds, Some(900));
    replay.asked("");
    let half = Schedule { kind: Some(ScheduleKind::Cron.into()), ..Schedule::default() };
    let half = JobInput { schedule: half, ..JobInput::default() };
    for problem in [
        client.send(&UpdateJob(31.into(), half.clone())).await.unwrap_err(),
        client.send(&CreateJob(half)).await.unwrap_err(),
    ] {
        assert_eq!(problem.fields[0].field, "body.cron_string");
    }
    assert!(replay.asked("P").is_empty(), "half a schedule reached the server");
    let started = client.send(&RunJob(31.into())).await.unwrap();
    assert_eq!(started.run_id, Some(RunId::new(1_000_000_000_031)));
}

#[tokio::test]
async fn what_the_server_does_not_offer_is_refused_with_the_reason_and_without_asking() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    replay.asked("");
    for request in [
        GetHostKey(11.into()).request(),
        TrustHostKey(11.into(), TrustedKey::default()).request(),
        ForgetHostKey(11.into()).request(),
        ApproveDevice(11.into(), Seen::default()).request(),
        ApproveDevices::default().request(),
        ListDevices { approval: vec![ApprovalState::Waiting], ..ListDevices::default() }.request(),
        ListDevices { startup: vec![SavedState::Unsaved], ..ListDevices::default() }.request(),
        ListDevices { sort: Some(DeviceColumn::UnsavedSince), ..ListDevices::default() }.request(),
        ExportConfig(901.into()).request(),
        CancelRun(504.into()).request(),
        RunAgain(504.into(), Again::failed()).request(),
        CancelDevice { run_id: 504.into(), device_id: 11.into() }.request(),
        GetJobMatrix { job_id: 31.into(), ..GetJobMatrix::default() }.request(),
        GetLogHistogram::default().request(),
        GetCryptoReport.request(),
        GetPlatform { name: "linux".into() }.request(),
        ReloadPlatforms.request(),
        get("/weather/"),
    ] {
        let problem = client.forward(request.clone()).await.unwrap_err();
        assert_eq!(problem.code, Code::NotOffered, "{request:?}");
        assert!(problem.message.starts_with("This server ") && problem.message.ends_with('.'), "{}", problem.message);
    }
    assert_eq!(replay.asked(""), Vec::<String>::new());
    let input = DeviceInput { notes: Some("x".into()), ..DeviceInput::default() };
    let problem = client.send(&UpdateDevice(11.into(), input)).await.unwrap_err();
    assert_eq!(problem.code, Code::NotOffered);
    assert!(problem.message.contains("nothing was saved"), "{}", problem.message);
}

#[tokio::test]
async fn a_job_that_breaks_its_list_is_left_out_and_the_others_are_shown() {
    let replay = Replay::start().await;
    replay.change(|world| world.poisoned = Some(30));
    let client = replay.client().await;
    let jobs = client.send(&ListJobs::default()).await.unwrap();
    assert_eq!(jobs.items.iter().map(|job| job.id.get()).collect::<Vec<_>>(), [31, 32, 33]);
    assert!(jobs.note.unwrap().contains("failed to return 1 of the jobs"));
    let problem = client.send(&GetJob(30.into())).await.unwrap_err();
    assert!(problem.message.contains("set the whole schedule again"), "{}", problem.message);
}

#[tokio::test]
async fn a_connection_closed_after_a_failure_without_a_word_does_no_harm() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    for _ in 0..8 {
        let input = DeviceInput::default();
        assert!(client.send(&UpdateDevice(11.into(), input)).await.is_err());
        assert_eq!(client.send(&GetJob(31.into())).await.unwrap().id.get(), 31);
    }
}

#[tokio::test]
async fn results_platforms_and_differences_are_put_together() {
    let client = Replay::start().await.client().await;
    let failed = ListResults { status: vec!["FAILURE".into()], size: Some(1), ..ListResults::default() };
    let results = client.send(&failed).await.unwrap();
    assert_eq!((results.total, results.items[0].id.get()), (2, 505));
    let platforms = client.send(&ListPlatforms).await.unwrap().items;
    assert!(["cisco_ios", "linux", "checkpoint_gaia"].iter().all(|name| platforms.iter().any(|it| it.name == *name)));
    let diff = client.forward(get("/configs/diff?config_id_a=901&config_id_b=902")).await.unwrap();
    let lines: Vec<&str> = diff["diff"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(lines.contains(&"- description to leaf-1") && lines.contains(&"+ description to leaf-7"), "{lines:?}");
}

#[tokio::test]
async fn a_sign_in_tells_a_wrong_password_from_a_user_who_is_switched_off() {
    let replay = Replay::start().await;
    let client = Client::discover(&replay.url).await.unwrap();
    let login = async |user: &str, password: &str| client.login(user, &Secret::new(password), None).await;
    assert!(login("ann", "right").await.is_ok());
    assert_eq!(login("ann", "wrong").await.unwrap_err().code, Code::Unauthenticated);
    let problem = login("gone", "right").await.unwrap_err();
    assert_eq!((problem.code, problem.message.contains("inactive on the server")), (Code::Inactive, true));
    let unsigned = client.send(&ListTags::default()).await.unwrap_err();
    assert_eq!(unsigned.code, Code::Unauthenticated);
}

#[tokio::test]
async fn every_request_of_the_window_is_answered_in_our_shapes() {
    let replay = Replay::start().await;
    let refused = walk(&replay.client().await).await;
    let names: Vec<(&str, Code)> = refused.iter().map(|(name, code, _)| (name.as_str(), *code)).collect();
    assert_eq!(
        names,
        [
            ("GET /reports/crypto", Code::NotOffered),
            ("GET /platforms/file", Code::NotOffered),
            ("POST /platforms/reload", Code::NotOffered),
            ("POST /platforms/check", Code::NotOffered),
            ("PUT /platforms/saved", Code::NotOffered),
            ("GET /platforms/saved", Code::NotOffered),
            ("DELETE /platforms/saved", Code::NotOffered),
            ("POST /platforms/skeleton", Code::NotOffered),
            ("GET /jump-hosts/", Code::NotOffered),
            ("POST /jump-hosts/", Code::NotOffered),
            ("GET /jump-hosts/{jump_host_id}", Code::NotOffered),
            ("PUT /jump-hosts/{jump_host_id}", Code::NotOffered),
            ("PUT /jump-hosts/{jump_host_id}/host-key", Code::NotOffered),
            ("DELETE /jump-hosts/{jump_host_id}/host-key", Code::NotOffered),
            ("PUT /jump-hosts/{jump_host_id}/session-policy", Code::NotOffered),
            ("GET /jump-hosts/{jump_host_id}/session-policy", Code::NotOffered),
            ("DELETE /jump-hosts/{jump_host_id}", Code::NotOffered),
            ("PUT /session-policy", Code::NotOffered),
            ("GET /session-policy", Code::NotOffered),
            ("PUT /tags/{tag_id}/session-policy", Code::NotOffered),
            ("GET /tags/{tag_id}/session-policy", Code::NotOffered),
            ("PUT /devices/{device_id}/session-policy", Code::NotOffered),
            ("GET /devices/{device_id}/session-policy", Code::NotOffered),
            ("PUT /session-policy", Code::NotOffered),
            ("PUT /devices/{device_id}", Code::NotOffered),
            ("POST /devices/{device_id}/approve", Code::NotOffered),
            ("POST /devices/approve", Code::NotOffered),
            ("GET /devices/{device_id}/host-key", Code::NotOffered),
            ("PUT /devices/{device_id}/host-key", Code::NotOffered),
            ("DELETE /devices/{device_id}/host-key", Code::NotOffered),
            ("GET /devices/{device_id}/startup/diff", Code::NotOffered),
            ("GET /devices/{device_id}/files", Code::NotOffered),
            ("POST /files/{file_id}/parts/{part}/download", Code::NotOffered),
            ("POST /trials/", Code::NotOffered),
            ("GET /trials/{trial_id}", Code::NotOffered),
            ("POST /trials/{trial_id}/cancel", Code::NotOffered),
            ("GET /jobs/{job_id}/matrix", Code::NotOffered),
            ("GET /logs/histogram", Code::NotOffered),
            ("POST /configs/{config_id}/export", Code::NotOffered),
            ("POST /runs/{run_id}/devices/{device_id}/cancel", Code::NotOffered),
            ("POST /runs/{run_id}/cancel", Code::NotOffered),
            ("POST /runs/{run_id}/again", Code::NotOffered),
            ("DELETE /jobs/{job_id}", Code::NotOffered),
            ("DELETE /devices/{device_id}", Code::NotOffered),
        ]
    );
    let redirected = replay.asked("").iter().filter(|line| line.starts_with("GET /jobs?")).count();
    assert_eq!(redirected, 0);
}
