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
    #[cfg(target_os = "linux")]
    mod stopping;
    mod stream;
}

mod api {
    mod access;
    mod credentials;
    mod devices;
    mod jobs;
    mod paths;
    mod tags;
}

mod platforms {
    mod recordings;
}
