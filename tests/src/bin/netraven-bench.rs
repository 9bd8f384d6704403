//! Prints the figures of the product: `api`, `backup`, `crypto`, `redact`, `start`, `feed` and `ui`. Run it by
//! `cargo xtask bench NAME`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    // Only figures of Linux have options.
    #[cfg(target_os = "linux")]
    let further: Vec<String> = std::env::args().skip(2).collect();
    let done = match name.as_str() {
        #[cfg(target_os = "linux")]
        "api" => netraven_tests::bench::api::run().await,
        #[cfg(target_os = "linux")]
        "backup" => netraven_tests::bench::backup::run(&further).await,
        #[cfg(target_os = "linux")]
        "crypto" => netraven_tests::bench::crypto::run().await,
        "redact" => netraven_tests::bench::redact::run().await,
        #[cfg(target_os = "linux")]
        "start" => netraven_tests::bench::start::run().await,
        #[cfg(target_os = "linux")]
        "feed" => netraven_tests::bench::feed::run().await,
        #[cfg(target_os = "linux")]
        "ui" => netraven_tests::bench::ui::run(&further).await,
        _ => Err(anyhow::anyhow!("there is no figure '{name}': choose api, backup, crypto, redact, start, feed or ui")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("netraven-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
