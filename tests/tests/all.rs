//! Journeys through the whole product on real Postgres, Redis, git and SSH, the API's contract, and the recorded devices.
#![cfg(unix)]

mod journeys {
    mod cancel;
    mod cli;
    #[cfg(target_os = "linux")]
    mod crashes;
    mod faults;
    mod platforms;
    mod schedule;
    mod stream;
}

mod api {
    mod access;
    mod bulk;
    mod configs;
    mod contract;
    mod credentials;
    mod description;
    mod devices;
    mod errors;
    mod hosts;
    mod jobs;
    mod lists;
    mod paths;
    mod schedules;
    mod stopping;
    mod tags;
    mod users;
}

mod platforms {
    mod recordings;
}
