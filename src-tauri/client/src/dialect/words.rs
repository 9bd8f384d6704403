//! The server's words, in ours: states of jobs, levels, kinds of job, and causes told by their text.

use netraven_api::jobs::CONFIG_BACKUP;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::RunStatus;

/// A job's status word, in the one spelling we know it by.
pub fn job_status(word: &str) -> String {
    let upper = word.to_ascii_uppercase();
    let known = match upper.as_str() {
        "" | "PENDING" | "UNKNOWN" => "pending",
        "QUEUED" => RunStatus::Queued.job_word(),
        "RUNNING" => RunStatus::Running.job_word(),
        "COMPLETED" | "COMPLETED_SUCCESS" => RunStatus::Succeeded.job_word(),
        "COMPLETED_PARTIAL_FAILURE" => RunStatus::PartlyFailed.job_word(),
        "COMPLETED_NO_DEVICES" => "COMPLETED_NO_DEVICES",
        _ if upper.starts_with("COMPLETED") || upper.starts_with("FAILED") => RunStatus::Failed.job_word(),
        _ => return upper,
    };
    known.to_owned()
}

/// The status of the run a job's word speaks of; none if the job never ran.
pub fn run_status(word: &str) -> Option<RunStatus> {
    let word = job_status(word);
    if word == "COMPLETED_NO_DEVICES" {
        return Some(RunStatus::Failed);
    }
    RunStatus::ALL.into_iter().find(|status| status.job_word() == word)
}

/// Why a run failed as a whole, if the job's word says more than "failed".
pub fn run_message(word: &str) -> Option<&'static str> {
    match word.to_ascii_uppercase().as_str() {
        "COMPLETED_NO_DEVICES" => Some("No device carries a tag of this job."),
        "COMPLETED_NO_CREDENTIALS" | "FAILED_CREDENTIAL_RESOLUTION" => {
            Some("No credential fits the devices of this job. Give a credential one of their tags.")
        }
        "FAILED_DISPATCHER_ERROR" => {
            Some("The server lost track of its work on this run; some devices may have no result. Run it again.")
        }
        "FAILED_UNEXPECTED" => Some("The run failed inside the server; its log has the reason."),
        _ => None,
    }
}

/// A kind of job; the documents of the server call the backup `backup`, its code `config_backup`.
pub fn job_type(word: &str) -> String {
    if word.eq_ignore_ascii_case("backup") { CONFIG_BACKUP.to_owned() } else { word.to_owned() }
}

/// What is recognised in the text of a failure, the surest signs first.
const SIGNS: &[(&str, Cause)] = &[
    ("authentication", Cause::AuthFailed),
    ("no matching credential", Cause::NoCredentials),
    ("no credential", Cause::NoCredentials),
    ("refused", Cause::Refused),
    ("getaddrinfo", Cause::NameNotResolved),
    ("name or service not known", Cause::NameNotResolved),
    ("dns failure", Cause::NameNotResolved),
    ("no route to host", Cause::Unreachable),
    ("network is unreachable", Cause::Unreachable),
    ("incompatible ssh", Cause::NoCommonCrypto),
    ("no acceptable", Cause::NoCommonCrypto),
    ("protocol banner", Cause::NotSsh),
    ("unsupported 'device_type'", Cause::UnknownPlatform),
    ("unsupported device_type", Cause::UnknownPlatform),
    ("tcp connection to device failed", Cause::TimeoutConnect),
    ("pattern not detected", Cause::PromptNotSeen),
    ("unable to find prompt", Cause::PromptNotSeen),
    ("enable mode", Cause::PrivilegeRefused),
    ("socket is closed", Cause::Disconnected),
    ("connection reset", Cause::Disconnected),
    ("eoferror", Cause::Disconnected),
    ("timed out", Cause::Timeout),
    ("timeout", Cause::Timeout),
    ("ping failed", Cause::Unreachable),
];

/// The cause a failure's text speaks of.
pub fn cause(text: &str) -> Cause {
    let lower = text.to_lowercase();
    SIGNS.iter().find(|(sign, _)| lower.contains(sign)).map_or(Cause::Internal, |(_, cause)| *cause)
}

/// The stage at which a cause usually strikes.
pub fn stage(cause: Cause) -> Stage {
    match cause {
        Cause::NoCredentials | Cause::UnknownPlatform | Cause::Internal | Cause::Cancelled => Stage::Prepare,
        Cause::NameNotResolved | Cause::Unreachable | Cause::Refused | Cause::TimeoutConnect => Stage::Reach,
        Cause::NotSsh | Cause::NoCommonCrypto => Stage::KeyExchange,
        Cause::HostKeyChanged => Stage::HostKey,
        Cause::AuthFailed => Stage::SignIn,
        Cause::PromptNotSeen => Stage::Prompt,
        Cause::PrivilegeRefused => Stage::Privilege,
        Cause::CommandRejected | Cause::EmptyAnswer | Cause::Disconnected | Cause::Timeout | Cause::TooLarge => {
            Stage::Read
        }
        Cause::Truncated => Stage::ProveComplete,
    }
}

/// The first line of a text that runs over many, as a sentence.
pub fn sentence(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().take(300).collect();
    if line.ends_with(['.', '!', '?']) { line } else { format!("{line}.") }
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
            (Cause::TimeoutConnect, "TCP connection to device failed.")
        );
        assert_eq!(cause("Authentication to device failed."), Cause::AuthFailed);
        assert_eq!(cause("[Errno 111] Connection refused"), Cause::Refused);
        assert_eq!(cause("something else"), Cause::Internal);
        assert_eq!(job_type("backup"), CONFIG_BACKUP);
    }
}
