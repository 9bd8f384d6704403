//! The server's words, in ours: states of jobs, levels, kinds of job, and causes derived from their text.

use netraven_api::jobs::{JobKind, JobStatus};
use netraven_api::logs::Level;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::results::ResultStatus;
use netraven_api::runs::RunStatus;
use netraven_api::{Open, Word};

/// A job's status, in the one spelling we know it by.
pub fn job_status(word: &str) -> Open<JobStatus> {
    let upper = word.to_ascii_uppercase();
    if let Some(status) = JobStatus::parse_any_case(&upper) {
        return status.into();
    }
    match upper.as_str() {
        "" => JobStatus::Pending.into(),
        "COMPLETED" => JobStatus::Succeeded.into(),
        _ if upper.starts_with("COMPLETED") || upper.starts_with("FAILED") => JobStatus::Failed.into(),
        _ => Open::Other(upper),
    }
}

/// The status of the run a job's word speaks of; none if the job never ran.
pub fn run_status(word: &str) -> Option<RunStatus> {
    job_status(word).known().and_then(JobStatus::run)
}

/// Why a run failed as a whole, by its word and its log: the reason, and how many results were received of how many.
pub fn run_message(word: &str, reason: Option<&str>, returned: Option<(i64, i64)>) -> Option<String> {
    let word = word.to_ascii_uppercase();
    if let Some(reason) = reason.filter(|reason| reason.to_lowercase().contains("maximum timeout")) {
        return Some(format!("The server stopped the run at its time limit: {}", sentence(reason)));
    }
    let because = |what: &str| match reason {
        Some(reason) => format!("{what}: {}", sentence(reason)),
        None => format!("{what}; see its log for the reason."),
    };
    match word.as_str() {
        "COMPLETED_NO_DEVICES" => Some("The job had no devices to run on.".to_owned()),
        "COMPLETED_NO_CREDENTIALS" => {
            Some("No credential matches the devices of this job. Give a credential one of their tags.".to_owned())
        }
        "FAILED_CREDENTIAL_RESOLUTION" => Some(because("The run failed while the server worked on its devices")),
        "FAILED_DISPATCHER_ERROR" => Some(match returned {
            Some((got, of)) => {
                format!("The server lost track of this run: it counted {got} results for {of} devices. Run it again.")
            }
            None => "The server lost track of this run; some devices may have no result. Run it again.".to_owned(),
        }),
        "FAILED_UNEXPECTED" => Some(because("The run failed inside the server")),
        "UNKNOWN" => Some("The server does not know how this run ended.".to_owned()),
        _ => None,
    }
}

/// A log level. The server's rows hold it in large or small letters, and some of its libraries have words of their own.
pub fn level(word: &str) -> Level {
    Level::parse_any_case(word).unwrap_or_else(|| match word.to_ascii_uppercase().as_str() {
        "TRACE" | "NOTSET" => Level::Debug,
        "WARN" => Level::Warning,
        "FATAL" => Level::Critical,
        _ => Level::Info,
    })
}

/// The result of a device. An unknown word is no success.
pub fn result_status(word: &str) -> ResultStatus {
    ResultStatus::parse_any_case(word).unwrap_or(ResultStatus::Failure)
}

/// A kind of job; the server's documents call the backup `backup`, its code `config_backup`.
pub fn job_type(word: &str) -> Open<JobKind> {
    if word.eq_ignore_ascii_case("backup") { JobKind::ConfigBackup.into() } else { Open::of(word) }
}

/// What is recognised in the text of a failure, the surest phrases first, and the stage it belongs to. If the same text
/// is written at several stages, none is named.
const SIGNS: &[(&str, Cause, Option<Stage>)] = &[
    ("authentication", Cause::AuthFailed, Some(Stage::SignIn)),
    ("no matching credential", Cause::NoCredentials, Some(Stage::Prepare)),
    ("no credential", Cause::NoCredentials, Some(Stage::Prepare)),
    ("unsupported 'device_type'", Cause::UnknownPlatform, Some(Stage::Prepare)),
    ("unsupported device_type", Cause::UnknownPlatform, Some(Stage::Prepare)),
    ("getaddrinfo", Cause::NameNotResolved, Some(Stage::Reach)),
    ("name or service not known", Cause::NameNotResolved, Some(Stage::Reach)),
    ("temporary failure in name resolution", Cause::NameNotResolved, Some(Stage::Reach)),
    ("dns failure", Cause::NameNotResolved, Some(Stage::Reach)),
    ("no route to host", Cause::Unreachable, Some(Stage::Reach)),
    ("network is unreachable", Cause::Unreachable, Some(Stage::Reach)),
    ("connection refused", Cause::Refused, Some(Stage::Reach)),
    // The same text for a port that refuses, does not answer, or has no route.
    ("tcp connection to device failed", Cause::NotConnected, Some(Stage::Reach)),
    ("unable to connect to port", Cause::NotConnected, Some(Stage::Reach)),
    // The port accepted the connection, and no SSH followed.
    ("no existing session", Cause::Timeout, Some(Stage::KeyExchange)),
    ("indecipherable protocol version", Cause::NotSsh, Some(Stage::KeyExchange)),
    ("protocol banner", Cause::NotSsh, Some(Stage::KeyExchange)),
    ("key-exchange timed out", Cause::Timeout, Some(Stage::KeyExchange)),
    ("incompatible ssh", Cause::NoCommonCrypto, Some(Stage::KeyExchange)),
    ("no acceptable", Cause::NoCommonCrypto, Some(Stage::KeyExchange)),
    ("unable to find prompt", Cause::PromptNotSeen, Some(Stage::Prompt)),
    ("enable mode", Cause::PrivilegeRefused, Some(Stage::Privilege)),
    // Netmiko writes it while it learns the prompt and after each command.
    ("pattern not detected", Cause::PromptNotSeen, None),
    ("socket is closed", Cause::Disconnected, None),
    ("session not active", Cause::Disconnected, None),
    ("connection reset", Cause::Disconnected, None),
    ("connection dropped", Cause::Disconnected, None),
    ("broken pipe", Cause::Disconnected, None),
    ("eoferror", Cause::Disconnected, None),
    ("timed out", Cause::Timeout, None),
    ("timeout", Cause::Timeout, None),
    ("ping failed", Cause::Unreachable, Some(Stage::Reach)),
];

/// The cause named in a failure's text, and the stage if the text shows it.
pub fn cause(text: &str) -> (Cause, Option<Stage>) {
    let lower = text.to_lowercase();
    let found = SIGNS.iter().find(|(sign, ..)| lower.contains(sign));
    found.map_or((Cause::Internal, None), |(_, cause, stage)| (*cause, *stage))
}

/// The same for a reachability check, which only connects.
pub fn cause_of_check(text: &str) -> (Cause, Option<Stage>) {
    match cause(text).0 {
        Cause::Timeout => (Cause::TimeoutConnect, Some(Stage::Reach)),
        cause => (cause, Some(Stage::Reach)),
    }
}

/// The first line of a multi-line text, as a sentence; one that ends with a colon continues with the next.
pub fn sentence(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut said = lines.next().unwrap_or_default().to_owned();
    while said.ends_with(':')
        && let Some(next) = lines.next()
    {
        said = format!("{said} {next}");
    }
    let mut said: String = said.chars().take(300).collect();
    if said.ends_with(':') {
        said.pop();
    }
    if said.ends_with(['.', '!', '?']) { said } else { format!("{said}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_job_has_one_spelling() {
        for (word, ours, run) in [
            ("pending", "pending", None),
            ("PENDING", "pending", None),
            ("queued", "queued", Some(RunStatus::Queued)),
            ("RUNNING", "RUNNING", Some(RunStatus::Running)),
            ("COMPLETED", "COMPLETED_SUCCESS", Some(RunStatus::Succeeded)),
            ("COMPLETED_PARTIAL_FAILURE", "COMPLETED_PARTIAL_FAILURE", Some(RunStatus::PartlyFailed)),
            ("COMPLETED_NO_DEVICES", "COMPLETED_NO_DEVICES", Some(RunStatus::Failed)),
            ("FAILED", "COMPLETED_FAILURE", Some(RunStatus::Failed)),
            ("FAILED_DISPATCHER_ERROR", "COMPLETED_FAILURE", Some(RunStatus::Failed)),
        ] {
            assert_eq!((job_status(word).as_str(), run_status(word)), (ours, run), "{word}");
        }
    }

    #[test]
    fn a_cause_is_recognised_by_its_text() {
        let netmiko = "TCP connection to device failed.\n\nCommon causes of this problem are:\n1. Incorrect hostname.";
        assert_eq!(
            (cause(netmiko), sentence(netmiko).as_str()),
            ((Cause::NotConnected, Some(Stage::Reach)), "TCP connection to device failed.")
        );
        assert_eq!(cause("Authentication to device failed."), (Cause::AuthFailed, Some(Stage::SignIn)));
        assert_eq!(cause("[Errno 111] Connection refused"), (Cause::Refused, Some(Stage::Reach)));
        assert_eq!(cause("something else"), (Cause::Internal, None));
        assert!(job_type("backup").is(JobKind::ConfigBackup));
    }

    #[test]
    fn a_stage_is_named_only_where_the_text_tells_it() {
        // A device that accepted the connection and never sent a byte was not signed in to, nor read.
        let silent = "Paramiko: 'No existing session' error: try increasing 'conn_timeout' to 15 seconds or larger.";
        assert_eq!(cause(silent), (Cause::Timeout, Some(Stage::KeyExchange)));
        assert_eq!(cause("Pattern not detected: 'edge-1#' in output.").1, None);
        assert_eq!(cause("Reading timed out after 30 s").1, None);
        assert_eq!(cause_of_check("timed out"), (Cause::TimeoutConnect, Some(Stage::Reach)));
    }

    #[test]
    fn a_sentence_goes_on_behind_a_colon() {
        let ssh =
            "\n\nA paramiko SSHException occurred during connection creation:\n\nError reading SSH protocol banner\n\n";
        assert_eq!(
            sentence(ssh),
            "A paramiko SSHException occurred during connection creation: Error reading SSH protocol banner."
        );
        assert_eq!(sentence("It failed:"), "It failed.");
    }

    #[test]
    fn a_run_stopped_at_its_time_limit_is_not_told_as_a_matter_of_credentials() {
        let reason = "Task exceeded maximum timeout value (180 seconds)";
        let said = run_message("FAILED_CREDENTIAL_RESOLUTION", Some(reason), None).unwrap();
        assert_eq!(
            said,
            "The server stopped the run at its time limit: Task exceeded maximum timeout value (180 seconds)."
        );
        let lost = run_message("FAILED_DISPATCHER_ERROR", None, Some((20, 40))).unwrap();
        assert!(lost.contains("20 results for 40 devices"), "{lost}");
    }
}
