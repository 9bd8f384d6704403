//! Records the demo's tape into the file that is named, from a real backend with the sample lab. Run it by
//! `cargo xtask ui --demo --record`.

use std::process::ExitCode;

#[cfg(unix)]
#[tokio::main]
async fn main() -> ExitCode {
    let Some(file) = std::env::args_os().nth(1) else {
        eprintln!("netraven-tape: name the file to record into");
        return ExitCode::FAILURE;
    };
    match netraven_tests::tape::record(file.as_ref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("netraven-tape: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("netraven-tape: the demo is recorded on Unix systems only");
    ExitCode::FAILURE
}
