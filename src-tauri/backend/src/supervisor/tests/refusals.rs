//! Starts that have to be refused, with a sentence that helps and nothing left behind.

use super::*;

#[tokio::test]
async fn another_major_versions_data_is_refused_untouched() {
    let here = here("data");
    here.start().await.stop().await.unwrap();
    fs::write(here.data().join("postgres/PG_VERSION"), "12\n").unwrap();
    let listing = || {
        let mut names: Vec<_> =
            fs::read_dir(here.data().join("postgres")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = listing();
    let refused = here.refused().await;
    assert!(matches!(refused, ServerStartError::WrongMajor { data_folder_major: 12, .. }), "{refused}");
    assert!(refused.to_string().contains("Nothing was changed") && listing() == before);
    assert!(here.nobody_left());
}

#[tokio::test]
async fn a_missing_program_is_told_before_anything_is_made() {
    let mut here = here("data");
    here.options.redis_bin = Some("/nonexistent".into());
    let refused = here.refused().await;
    assert!(matches!(refused, ServerStartError::BinaryMissing { program: Program::Redis, .. }), "{refused}");
    assert!(!here.data().exists());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_at_once() {
    let here = here("unused");
    let options = Options { data_dir: "/sys/netraven-test".into(), ..here.options.clone() };
    let began = Instant::now();
    let refused = Servers::start(&options, &|_| {}).await.err().unwrap();
    assert!(matches!(refused, ServerStartError::Unwritable { .. }), "{refused}");
    assert!(refused.to_string().contains("/sys/netraven-test") && began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn too_little_room_is_told_before_the_database_is_made() {
    let here = here("data");
    let refused = Servers::start_on(&here.options, Transport::Sockets, u64::MAX, &|_| {}).await.err().unwrap();
    assert!(matches!(refused, ServerStartError::DiskFull { .. }), "{refused}");
    assert!(here.no_cluster() && here.nobody_left());
}

#[tokio::test]
async fn a_failed_or_interrupted_initdb_leaves_nothing_and_the_next_attempt_succeeds() {
    let mut here = here("data");
    let real = find::postgres(&Search::new(Program::Postgres, None, None), here.data(), None).await.unwrap().path;
    let script = "#!/bin/sh\necho half > \"$2/half\"; echo 'initdb: no luck today' >&2; exit 1\n";
    here.options.postgres_bin = Some(with_script(here._root.path(), &real, &["postgres"], "initdb", script));
    let refused = here.refused().await;
    assert!(
        matches!(refused, ServerStartError::InitFailed { .. }) && refused.to_string().contains("no luck today"),
        "{refused}"
    );
    assert!(here.no_cluster() && here.nobody_left());
    // As a kill in the middle leaves it.
    fs::create_dir(here.data().join("postgres.new-killed")).unwrap();
    fs::write(here.data().join("postgres.new-killed/PG_VERSION"), "15\n").unwrap();
    here.options.postgres_bin = None;
    let servers = here.start().await;
    assert!(here.nothing_unfinished() && !here.data().join("secrets/postgres-init").exists());
    servers.stop().await.unwrap();
}

#[tokio::test]
async fn when_one_server_fails_to_start_the_other_does_not_stay() {
    let mut here = here("data");
    let script =
        "#!/bin/sh\ncase $1 in --version) echo 'Redis server v=7.0.15';; *) echo '# out of order'; exit 3;; esac\n";
    here.options.redis_bin = Some(with_script(here._root.path(), Path::new("/"), &[], "redis-server", script));
    let refused = here.refused().await;
    assert!(matches!(refused, ServerStartError::StartFailed { program: Program::Redis, .. }), "{refused}");
    assert!(refused.to_string().contains("out of order"), "{refused}");
    assert!(here.nobody_left() && !here.data().join("run").exists());
}

#[tokio::test]
async fn damaged_files_are_told_with_what_to_do() {
    let here = here("data");
    let servers = here.start().await;
    keep_a_row(&servers, "kept").await;
    servers.stop().await.unwrap();
    let (control, aside) = (here.data().join("postgres/global/pg_control"), here.data().join("pg_control"));
    fs::rename(&control, &aside).unwrap();
    let refused = here.refused().await;
    assert!(
        matches!(
            refused,
            ServerStartError::Corrupt { program: Program::Postgres, .. } | ServerStartError::StartFailed { .. }
        ),
        "{refused}"
    );
    assert!(refused.to_string().contains("pg_control"), "{refused}");
    fs::rename(&aside, &control).unwrap();
    let password = here.data().join("secrets/postgres-password");
    let right = fs::read_to_string(&password).unwrap();
    for wrong in ["0".repeat(32), String::new()] {
        fs::write(&password, wrong).unwrap();
        let refused = here.refused().await;
        assert!(
            matches!(refused, ServerStartError::Corrupt { .. }) && refused.to_string().contains("postgres-password"),
            "{refused}"
        );
    }
    fs::write(&password, right).unwrap();
    let folder = here.data().join("redis/appendonlydir");
    for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.extension().is_some_and(|extension| extension == "aof") {
            fs::write(entry, "*2\r\n$3\r\nnonsense that is no command\r\n*1\r\n$4\r\nPING\r\n").unwrap();
        }
    }
    let refused = here.refused().await;
    assert!(matches!(refused, ServerStartError::Corrupt { program: Program::Redis, .. }), "{refused}");
    assert!(here.nobody_left());
}

/// Needs the right to mount; elsewhere the room is judged by the test above alone.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_or_read_only_file_system_is_told_and_nothing_half_made_stays() {
    let mut here = here("disk");
    let disk = here.data().to_path_buf();
    fs::create_dir(&disk).unwrap();
    let mount = |options: &str| {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(&disk).output();
        mounted.is_ok_and(|output| output.status.success())
    };
    if !mount("size=20m") {
        println!("not allowed to mount a small disk here: nothing was checked");
        return;
    }
    here.options.data_dir = disk.join("data");
    let started = Servers::start_on(&here.options, Transport::Sockets, 0, &|_| {}).await.err();
    let clean = here.no_cluster() && here.nobody_left();
    fs::write(disk.join("ballast"), vec![0; 30 << 20]).unwrap_err();
    let full = here.refused_quietly().await;
    let read_only = mount("remount,ro").then_some(()).or_else(|| {
        Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(&disk)
            .status()
            .is_ok_and(|status| status.success())
            .then_some(())
    });
    let sealed = here.refused_quietly().await;
    Command::new("umount").arg(&disk).status().unwrap();
    assert!(matches!(started, Some(ServerStartError::DiskFull { .. })), "{started:?}");
    assert!(clean, "the attempt was removed");
    assert!(matches!(full, Some(ServerStartError::DiskFull { .. })), "{full:?}");
    assert!(
        read_only.is_some() && sealed.as_ref().is_some_and(|error| error.to_string().contains("read-only")),
        "{sealed:?}"
    );
}
