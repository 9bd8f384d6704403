//! Keeps the Postgres and the Redis of a test run; started by the first test that needs them, ends after the last.

use std::process::ExitCode;

#[cfg(unix)]
#[tokio::main]
async fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("netraven-test-servers: name the folder in which the run meets");
        return ExitCode::FAILURE;
    };
    match netraven_tests::support::guardian::keep(folder.as_ref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("netraven-test-servers: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("netraven-test-servers: the journeys run on Unix systems only");
    ExitCode::FAILURE
}
