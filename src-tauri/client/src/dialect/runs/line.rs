//! What a line of the server's runner says about its run.
//!
//! The wordings differ between versions of the server, so a line is searched for its content and not compared as a whole.

/// Words a run can end with, as the server spells them.
const WORDS: [&str; 8] = [
    "COMPLETED_PARTIAL_FAILURE",
    "COMPLETED_NO_CREDENTIALS",
    "COMPLETED_NO_DEVICES",
    "COMPLETED_SUCCESS",
    "COMPLETED_FAILURE",
    "FAILED_CREDENTIAL_RESOLUTION",
    "FAILED_DISPATCHER_ERROR",
    "FAILED_UNEXPECTED",
];

/// The same in sentences, the longer phrases first.
const SENTENCES: [(&str, &str); 8] = [
    ("with partial failure", "COMPLETED_PARTIAL_FAILURE"),
    ("completed successfully", "COMPLETED_SUCCESS"),
    ("all devices failed", "COMPLETED_FAILURE"),
    ("failed: dispatcher error", "FAILED_DISPATCHER_ERROR"),
    ("error resolving credentials", "FAILED_CREDENTIAL_RESOLUTION"),
    ("credential resolution error", "FAILED_CREDENTIAL_RESOLUTION"),
    ("unexpected error", "FAILED_UNEXPECTED"),
    ("completed: no devices", "COMPLETED_NO_DEVICES"),
];

/// What precedes a reason in a sentence.
const BEFORE_REASONS: [&str; 6] = [
    "error resolving credentials: ",
    "credential resolution error: ",
    "failed to resolve credentials: ",
    "unexpected error in job execution: ",
    "unexpected runner error: ",
    "unexpected error: ",
];

/// The content of one line, or of all lines of a run together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// A run began.
    pub began: bool,
    /// Hostnames of the devices it works on.
    pub names: Vec<String>,
    /// Number of devices.
    pub targets: Option<i64>,
    /// How many of them have a credential, and are worked on.
    pub handed: Option<i64>,
    /// Devices that succeeded, and that failed.
    pub counts: Option<(i64, i64)>,
    /// Number of results received, and expected.
    pub returned: Option<(i64, i64)>,
    /// The word it ended with.
    pub word: Option<&'static str>,
    /// How long it took.
    pub seconds: Option<f64>,
    /// Why it failed as a whole.
    pub reason: Option<String>,
}

impl Said {
    /// Adds the content of a later line of the same run; earlier content stays.
    pub fn add(&mut self, later: Said) {
        if self.names.is_empty() {
            self.names = later.names;
        }
        self.began |= later.began;
        self.targets = self.targets.or(later.targets);
        self.handed = self.handed.or(later.handed);
        self.counts = self.counts.or(later.counts);
        self.returned = self.returned.or(later.returned);
        self.word = self.word.or(later.word);
        self.seconds = self.seconds.or(later.seconds);
        self.reason = self.reason.take().or(later.reason);
    }
}

/// A line without its leading job number.
pub fn bare(message: &str) -> &str {
    let text = message.trim();
    match text.strip_prefix("[Job").and_then(|rest| rest.split_once(']')) {
        Some((_, rest)) => rest.trim_start(),
        None => text,
    }
}

/// Reads a line.
pub fn read(message: &str) -> Said {
    let text = bare(message);
    // Only phrases of the same length in bytes are searched, so that positions in one are positions in the other.
    let lower = text.to_ascii_lowercase();
    let word = WORDS.into_iter().find(|word| text.contains(word)).or_else(|| {
        let told = SENTENCES.iter().find(|(sign, _)| lower.contains(sign)).map(|(_, word)| *word);
        told.or_else(|| lower.contains("status 'unknown'").then_some("UNKNOWN"))
    });
    let reason = BEFORE_REASONS.iter().find_map(|sign| {
        let place = lower.find(sign)? + sign.len();
        text.get(place..).map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned)
    });
    Said {
        began: word.is_none() && is_beginning(&lower),
        names: names(text, &lower),
        targets: number_after(&lower, "loaded ")
            .filter(|_| lower.contains("device"))
            .or_else(|| lower.contains("loaded single device").then_some(1))
            .or_else(|| number_after(&lower, "resolving credentials for "))
            .or_else(|| number_before(&lower, " devices resolved")),
        handed: number_after(&lower, "handing off "),
        counts: number_after(&lower, "success: ").zip(number_after(&lower, "failure: ")),
        returned: number_after(&lower, "number of results (").zip(number_after(&lower, " vs ")),
        word,
        seconds: word.and_then(|_| seconds(&lower)),
        reason,
    }
}

fn is_beginning(lower: &str) -> bool {
    lower.starts_with("received job request")
        || (lower.starts_with("job") && lower.trim_end_matches('.').ends_with(" started"))
}

/// `a` and `b` of `Loaded 2 devices: ['a', 'b']`, or of `Loaded single device: a (ID: 5)`.
fn names(text: &str, lower: &str) -> Vec<String> {
    const SINGLE: &str = "loaded single device: ";
    if let Some(place) = lower.find(SINGLE) {
        let rest = &text[place + SINGLE.len()..];
        let name = rest.rsplit_once(" (").map_or(rest, |(name, _)| name).trim();
        return if name.is_empty() { Vec::new() } else { vec![name.to_owned()] };
    }
    if !lower.starts_with("loaded ") {
        return Vec::new();
    }
    let Some((_, list)) = text.split_once('[') else { return Vec::new() };
    let list = list.rsplit_once(']').map_or(list, |(list, _)| list);
    let clean = |name: &str| name.trim().trim_matches(['\'', '"']).to_owned();
    list.split(", ").map(clean).filter(|name| !name.is_empty()).collect()
}

fn number_after(lower: &str, sign: &str) -> Option<i64> {
    let rest = &lower[lower.find(sign)? + sign.len()..];
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// The number before the words, of `38/40 devices resolved`.
fn number_before(lower: &str, sign: &str) -> Option<i64> {
    lower[..lower.find(sign)?].rsplit(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// The seconds of a line that ends with `in 12.34s`.
fn seconds(lower: &str) -> Option<f64> {
    let (_, rest) = lower.rsplit_once(" in ")?;
    rest.trim_end_matches('.').strip_suffix('s')?.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_told_in_several_wordings() {
        for line in
            ["[Job: 7] Received job request. Starting...", "Job 7 started.", "[Job: 7] Job started.", "Job started"]
        {
            assert_eq!(read(line), Said { began: true, ..Said::default() }, "{line}");
        }
        for line in ["[Job: 7] Configuration loaded.", "Updating job status to 'JobStatus.RUNNING'.", ""] {
            assert_eq!(read(line), Said::default(), "{line}");
        }
    }

    #[test]
    fn targets_are_told_by_name_or_number() {
        let said = read("[Job: 7] Loaded 2 devices: ['edge-1', 'it's-2']");
        assert_eq!((said.targets, said.names), (Some(2), vec!["edge-1".to_owned(), "it's-2".to_owned()]));
        let said = read("[Job: 7] Loaded single device: edge-1 (ID: 5)");
        assert_eq!((said.targets, said.names), (Some(1), vec!["edge-1".to_owned()]));
        assert_eq!(read("[Job: 7] Resolving credentials for 40 device(s)...").targets, Some(40));
        assert_eq!(read("Credential resolution metrics: 38/40 devices resolved (95.0%)").targets, Some(40));
        assert_eq!(read("Handing off 38 device(s) with credentials to dispatcher...").handed, Some(38));
    }

    #[test]
    fn an_end_is_told_by_word_or_sentence() {
        let said = read("[Job: 7] Job failed with status 'JobStatus.COMPLETED_PARTIAL_FAILURE' in 12.34s");
        assert_eq!((said.word, said.seconds), (Some("COMPLETED_PARTIAL_FAILURE"), Some(12.34)));
        assert_eq!(read("Job 7 completed with partial failure.").word, Some("COMPLETED_PARTIAL_FAILURE"));
        assert_eq!(read("[Job: 7] Job completed with status 'UNKNOWN' in 1.00s").word, Some("UNKNOWN"));
        let said = read("[Job: 7] Unexpected Error in job execution: Job not found");
        assert_eq!((said.word, said.reason.as_deref()), (Some("FAILED_UNEXPECTED"), Some("Job not found")));
        let said =
            read("Dispatcher returned incorrect number of results (20 vs 40). Final Status: FAILED_DISPATCHER_ERROR");
        assert_eq!((said.word, said.returned), (Some("FAILED_DISPATCHER_ERROR"), Some((20, 40))));
        assert_eq!(read("[Job: 7] Dispatcher finished. Success: 13, Failure: 27").counts, Some((13, 27)));
    }
}
