//! Groups the lines of the server's runner into runs.
//!
//! Lines of one job follow each other, though two runs of a job may overlap when there are several workers; a line that says
//! how long its run took thereby identifies the run it ends.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use netraven_api::{JobId, LogId};

use super::line::{Said, bare, read};
use crate::dialect::row::Row;

/// The source of the lines.
pub const SOURCE: &str = "runner";
/// A run silent for this long is not expected to write the next line if another run may have.
const STALE: SignedDuration = SignedDuration::from_secs(300);
/// Further lines about the end come within this time.
const ECHO: SignedDuration = SignedDuration::from_secs(20);
/// Tolerance between a run's beginning and its duration.
const INEXACT: f64 = 3.0;

/// A line of the runner.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: LogId,
    pub at: Timestamp,
    pub job_id: JobId,
    pub message: String,
}

impl Line {
    /// A row of the log; none if it is not about a job.
    pub fn of(row: Row) -> Option<Line> {
        Some(Line {
            id: row.id(),
            at: row.time("timestamp")?,
            job_id: row.id_of("job_id")?,
            message: row.word("message"),
        })
    }
}

/// A run as the log records it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedRun {
    pub job_id: JobId,
    pub began: Timestamp,
    /// Time of its last line, or of the one about its end.
    pub last: Timestamp,
    /// The content of its lines. It has no word while the run goes on, or when its end was never logged.
    pub said: Said,
    /// Whether the line about its beginning is still there, or its beginning follows from its duration.
    pub is_whole: bool,
    /// Lines about a beginning so far, as long as there were no others.
    beginnings: Vec<String>,
}

impl LoggedRun {
    fn new(job_id: JobId, began: Timestamp) -> LoggedRun {
        LoggedRun { job_id, began, last: began, said: Said::default(), is_whole: false, beginnings: Vec::new() }
    }

    /// When it ended.
    pub fn ended(&self) -> Option<Timestamp> {
        self.said.word.map(|_| self.last)
    }

    /// Number of its devices, if a line gave it.
    pub fn devices(&self) -> Option<i64> {
        let Said { targets, handed, counts, returned, .. } = self.said;
        let counted = counts.map(|(succeeded, failed)| succeeded + failed);
        targets.or(handed).or(counted).or(returned.map(|(_, of)| of))
    }

    fn take(&mut self, said: Said, at: Timestamp) {
        if !self.is_whole
            && let Some(began) = said.seconds.and_then(|seconds| before(at, seconds))
        {
            (self.began, self.is_whole) = (began, true);
        }
        self.last = self.last.max(at);
        self.beginnings.clear();
        self.said.add(said);
    }
}

/// The runs of all jobs, the oldest first.
pub fn logged_runs(lines: impl IntoIterator<Item = Line>) -> Vec<LoggedRun> {
    let mut jobs: BTreeMap<JobId, Vec<Line>> = BTreeMap::new();
    for line in lines {
        jobs.entry(line.job_id).or_default().push(line);
    }
    let mut all: Vec<LoggedRun> = jobs.into_values().flat_map(of_one_job).collect();
    all.sort_by_key(|logged| (logged.began, logged.job_id));
    all
}

fn of_one_job(mut lines: Vec<Line>) -> Vec<LoggedRun> {
    lines.sort_by_key(|line| (line.at, line.id));
    let mut runs: Vec<LoggedRun> = Vec::new();
    let lines: Vec<(Line, Said)> = lines
        .into_iter()
        .map(|line| {
            let said = read(&line.message);
            (line, said)
        })
        .collect();
    for (number, (line, said)) in lines.iter().enumerate() {
        if said.began {
            begin(&mut runs, line);
            continue;
        }
        let announced = announced(&runs, said, line.at, &lines[number + 1..]);
        let place = announced.or_else(|| place_of(&runs, said, line.at)).unwrap_or_else(|| {
            runs.push(LoggedRun::new(line.job_id, line.at));
            runs.len() - 1
        });
        runs[place].take(said.clone(), line.at);
    }
    runs
}

/// The run that a line about an end belongs to, by the line that follows with the duration.
fn announced(runs: &[LoggedRun], said: &Said, at: Timestamp, next: &[(Line, Said)]) -> Option<usize> {
    if said.seconds.is_some() || (said.counts.is_none() && said.word.is_none()) {
        return None;
    }
    let soon = next.iter().take_while(|(line, _)| line.at.duration_since(at) <= ECHO);
    soon.filter(|(_, end)| said.word.is_none() || end.word == said.word).find_map(|(line, end)| {
        let began = before(line.at, end.seconds?)?;
        let off = |place: &usize| runs[*place].began.duration_since(began).as_secs_f64().abs();
        let lacks = |place: &usize| said.counts.is_none() || runs[*place].said.counts.is_none();
        (0..runs.len()).filter(|place| lacks(place) && off(place) <= INEXACT).min_by(|a, b| off(a).total_cmp(&off(b)))
    })
}

fn before(at: Timestamp, seconds: f64) -> Option<Timestamp> {
    at.checked_sub(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

/// A line that words the beginning differently from the one before belongs to the same run.
fn begin(runs: &mut Vec<LoggedRun>, line: &Line) {
    let text = bare(&line.message).to_lowercase();
    if let Some(last) = runs.last_mut()
        && last.said.word.is_none()
        && !last.beginnings.is_empty()
        && !last.beginnings.contains(&text)
    {
        last.beginnings.push(text);
        last.last = line.at;
        return;
    }
    let mut logged = LoggedRun::new(line.job_id, line.at);
    logged.is_whole = true;
    logged.beginnings.push(text);
    runs.push(logged);
}

/// The run a line belongs to.
fn place_of(runs: &[LoggedRun], said: &Said, at: Timestamp) -> Option<usize> {
    let open = || (0..runs.len()).filter(|place| runs[*place].said.word.is_none());
    let lively = || open().filter(|place| at.duration_since(runs[*place].last) <= STALE);
    let echo = || {
        let same = |logged: &Said| logged.word.is_some() && (said.word.is_none() || logged.word == said.word);
        (0..runs.len()).rev().find(|place| same(&runs[*place].said) && at.duration_since(runs[*place].last) <= ECHO)
    };
    if let Some(seconds) = said.seconds {
        let off = |place: usize| (at.duration_since(runs[place].began).as_secs_f64() - seconds).abs();
        let nearest = (0..runs.len())
            .filter(|place| runs[*place].said.word.is_none() || runs[*place].said.word == said.word)
            .min_by(|a, b| off(*a).total_cmp(&off(*b)));
        if let Some(place) = nearest.filter(|place| off(*place) <= INEXACT) {
            return Some(place);
        }
        // One whose first lines are gone has no beginning to compare.
        return open().next_back().filter(|place| !runs[*place].is_whole).or_else(echo);
    }
    if let Some((succeeded, failed)) = said.counts {
        let fits =
            |logged: &Said| logged.counts.is_none() && logged.handed.or(logged.targets) == Some(succeeded + failed);
        if let Some(place) = lively().find(|place| fits(&runs[*place].said)) {
            return Some(place);
        }
    }
    if said.targets.is_some()
        && let Some(place) = open().next_back().filter(|place| runs[*place].said.targets.is_none())
    {
        return Some(place);
    }
    if said.word.is_some() && lively().count() > 1 {
        return lively().next();
    }
    open().next_back().or_else(echo)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: &[(i64, &str)]) -> Vec<Line> {
        let line = |(place, (second, message)): (usize, &(i64, &str))| Line {
            id: LogId::new(i64::try_from(place).unwrap() + 100),
            at: Timestamp::from_second(*second).unwrap(),
            job_id: 7.into(),
            message: (*message).to_owned(),
        };
        rows.iter().enumerate().map(line).collect()
    }

    const WHOLE: [(i64, &str); 8] = [
        (1000, "[Job: 7] Received job request. Starting..."),
        (1000, "Job 7 started."),
        (1001, "[Job: 7] Loaded 2 devices: ['a', 'b']"),
        (1001, "[Job: 7] Handing off 2 device(s) with credentials to dispatcher..."),
        (1020, "[Job: 7] Dispatcher finished. Success: 1, Failure: 1"),
        (1020, "[Job: 7] Tasks finished. Final Status: JobStatus.COMPLETED_PARTIAL_FAILURE"),
        (1021, "[Job: 7] Updating job status to 'JobStatus.COMPLETED_PARTIAL_FAILURE' in 20.90s."),
        (1021, "[Job: 7] Job failed with status 'JobStatus.COMPLETED_PARTIAL_FAILURE' in 20.90s"),
    ];

    fn shape(rows: &[(i64, &str)]) -> Vec<(i64, Option<i64>, Option<&'static str>)> {
        let of =
            |logged: &LoggedRun| (logged.began.as_second(), logged.ended().map(Timestamp::as_second), logged.said.word);
        logged_runs(lines(rows)).iter().map(of).collect()
    }

    #[test]
    fn the_lines_of_a_run_are_one_run() {
        let all = logged_runs(lines(&WHOLE));
        assert_eq!(shape(&WHOLE), [(1000, Some(1021), Some("COMPLETED_PARTIAL_FAILURE"))]);
        assert_eq!((all[0].devices(), all[0].said.counts, all[0].said.names.len()), (Some(2), Some((1, 1)), 2));
    }

    #[test]
    fn a_run_follows_a_run_whether_or_not_the_first_told_its_end() {
        let next = WHOLE.map(|(second, text)| (second + 25, text));
        assert_eq!(shape(&[&WHOLE[..], &next].concat()).len(), 2);
        let cut = shape(&[&WHOLE[..4], &next].concat());
        assert_eq!(cut, [(1000, None, None), (1025, Some(1046), Some("COMPLETED_PARTIAL_FAILURE"))]);
    }

    #[test]
    fn runs_that_overlap_are_told_apart_by_how_long_they_took() {
        let rows = [
            (1000, "Job 7 started."),
            (1010, "Job 7 started."),
            (1030, "[Job: 7] Updating job status to 'COMPLETED_SUCCESS' in 30.00s."),
            (1040, "[Job: 7] Updating job status to 'COMPLETED_FAILURE' in 30.00s."),
        ];
        let ends = [(1000, Some(1030), Some("COMPLETED_SUCCESS")), (1010, Some(1040), Some("COMPLETED_FAILURE"))];
        assert_eq!(shape(&rows), ends);
    }

    #[test]
    fn a_run_whose_first_lines_are_gone_still_tells_when_it_began() {
        assert_eq!(shape(&WHOLE[7..]), [(1000, Some(1021), Some("COMPLETED_PARTIAL_FAILURE"))]);
        let all = logged_runs(lines(&WHOLE[4..]));
        assert_eq!((all.len(), all[0].devices()), (1, Some(2)));
    }
}
