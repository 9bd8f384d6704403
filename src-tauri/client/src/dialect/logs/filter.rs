//! A filter of log lines as the server accepts it: one value of each kind per request, and the rest checked here.

use jiff::Timestamp;
use netraven_api::logs::{Level, LiveFilter, LogEntry, LogType, MetaMatch};
use netraven_api::{LogId, Open, Order, Problem, RunId, Word};

use super::time_of;
use crate::dialect::parsed_request::ParsedRequest;
use crate::dialect::{Context, runs};

/// Most requests for one answer; beyond that, types are checked here.
const MOST_REQUESTS: usize = 8;

/// Parameters of a request.
pub type Params = Vec<(&'static str, String)>;

/// A query of the log.
#[derive(Debug, Default)]
pub struct Filter {
    /// The requests that together answer it.
    pub requests: Vec<Params>,
    /// Part of the message, in lower case.
    pub search: Option<String>,
    /// The oldest line first.
    pub is_ascending: bool,
    /// Only lines up to some position are wanted, so that those found are not the newest.
    pub is_bounded: bool,
    /// Run, which the server does not know.
    pub run_id: Option<RunId>,
    /// Values within `meta`, which the server cannot filter by.
    meta: Vec<MetaMatch>,
    types: Vec<Open<LogType>>,
    after: Option<LogId>,
    before: Option<LogId>,
}

impl Filter {
    /// Reads the filter of a list.
    pub async fn read(context: Context<'_>, request: &ParsedRequest) -> Result<Filter, Problem> {
        let mut common = request.given(&["device_id", "source", "job_type"]);
        let (mut from, mut until) = (request.time("start_time")?, request.time("end_time")?);
        let (after, before): (Option<LogId>, Option<LogId>) = (request.id("after")?, request.id("before")?);
        let run_id = request.id("run_id")?;
        let mut job_id = request.id("job_id")?;
        if let Some(run) = run_id {
            let (job, began, ended) = runs::span(context, run).await?;
            job_id = Some(job);
            from = from.max(Some(began));
            until = earlier(until, ended);
        }
        // The server knows no position by id, but the time of the line there.
        if let Some(after) = after.filter(|id| id.get() > 0) {
            from = from.max(time_of(context, after).await?);
        }
        if let Some(before) = before {
            until = earlier(until, time_of(context, before).await?);
        }
        let is_ascending = request.word("order") == Some(Order::Ascending);
        common.extend(job_id.map(|id| ("job_id", id.to_string())));
        common.extend(from.map(|time| ("start_time", time.to_string())));
        common.extend(until.map(|time| ("end_time", time.to_string())));
        common.push(("order", if is_ascending { "asc" } else { "desc" }.to_owned()));
        let filter = Filter {
            search: request.one("search").map(|text| text.to_lowercase()),
            is_ascending,
            is_bounded: before.is_some() || request.one("end_time").is_some(),
            run_id,
            meta: request.many("meta").into_iter().map(meta).collect::<Result<_, _>>()?,
            after,
            before,
            ..Filter::default()
        };
        let levels: Vec<_> = request.many("level").iter().map(|word| Open::of(word)).collect();
        let types: Vec<_> = request.many("log_type").iter().map(|word| Open::of(word)).collect();
        Ok(filter.with_values(common, &levels, &types))
    }

    /// Reads the filter of a stream.
    pub async fn of_stream(context: Context<'_>, stream: &LiveFilter) -> Result<Filter, Problem> {
        let mut common = Params::from([("order", "desc".to_owned())]);
        let mut job_id = stream.job_id;
        if let Some(run) = stream.run_id {
            let (job, began, ended) = runs::span(context, run).await?;
            job_id = Some(job);
            common.push(("start_time", began.to_string()));
            common.extend(ended.map(|time| ("end_time", time.to_string())));
        }
        common.extend(job_id.map(|id| ("job_id", id.to_string())));
        common.extend(stream.device_id.map(|id| ("device_id", id.to_string())));
        let filter = Filter { run_id: stream.run_id, ..Filter::default() };
        Ok(filter.with_values(common, &stream.level, &stream.log_type))
    }

    /// One request for each value, since the server only applies the last of several. All values are no filter.
    fn with_values(mut self, common: Params, levels: &[Open<Level>], types: &[Open<LogType>]) -> Filter {
        let (levels, types) = (chosen(levels), chosen(types));
        let by_type = levels.len().max(1) * types.len().max(1) <= MOST_REQUESTS;
        if by_type {
            self.requests = cross(cross(vec![common], "level", &levels), "log_type", &types);
        } else {
            self.requests = cross(vec![common], "level", &levels);
            self.types = types;
        }
        self
    }

    /// Whether lines from a position on are wanted.
    pub fn has_place(&self) -> bool {
        self.after.is_some() || self.before.is_some() || !self.types.is_empty()
    }

    /// Whether lines from the server may have to be left out.
    pub fn looks_closer(&self) -> bool {
        self.has_place() || self.search.is_some() || !self.meta.is_empty()
    }

    /// Whether a line from the server is wanted.
    pub fn fits(&self, line: &LogEntry) -> bool {
        self.after.is_none_or(|after| line.id > after)
            && self.before.is_none_or(|before| line.id < before)
            && self.meta.iter().all(|wanted| wanted.matches(line.meta.as_ref()))
            && (self.types.is_empty() || self.types.contains(&line.log_type))
            && self.search.as_ref().is_none_or(|search| line.message.to_lowercase().contains(search))
    }
}

fn meta(text: String) -> Result<MetaMatch, Problem> {
    MetaMatch::try_from(text).map_err(|why| Problem::field("query.meta", why.to_string()))
}

/// The earlier of two optional times.
pub fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The chosen values, each once; none if every one was chosen.
fn chosen<W: Word + Ord>(values: &[Open<W>]) -> Vec<Open<W>> {
    let mut chosen = values.to_vec();
    chosen.sort();
    chosen.dedup();
    if W::WORDS.iter().all(|word| chosen.iter().any(|it| it.is(*word))) { Vec::new() } else { chosen }
}

fn cross<W: Word>(requests: Vec<Params>, name: &'static str, values: &[Open<W>]) -> Vec<Params> {
    if values.is_empty() {
        return requests;
    }
    let with = |request: &Params, value: &Open<W>| [request.as_slice(), &[(name, value.to_string())]].concat();
    requests.iter().flat_map(|request| values.iter().map(move |value| with(request, value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<W: Word>(words: &[&str]) -> Vec<Open<W>> {
        words.iter().map(|word| Open::of(word)).collect()
    }

    fn count(levels: &[&str], types: &[&str]) -> (usize, usize) {
        let filter = Filter::default().with_values(Params::new(), &words(levels), &words(types));
        (filter.requests.len(), filter.types.len())
    }

    #[test]
    fn each_value_is_a_request_until_there_are_too_many() {
        assert_eq!(count(&[], &[]), (1, 0));
        assert_eq!(count(&["error", "ERROR"], &["job"]), (1, 0));
        assert_eq!(count(&["error", "critical"], &["job", "system"]), (4, 0));
        assert_eq!(count(&Level::ALL.map(Level::as_str), &LogType::ALL.map(LogType::as_str)), (1, 0));
        assert_eq!(count(&["error", "critical", "info"], &["job", "system", "session"]), (3, 3));
        let filter = Filter::default().with_values(Params::new(), &words(&["error"]), &words(&["JOB"]));
        assert_eq!(filter.requests, [[("level", "ERROR".to_owned()), ("log_type", "job".to_owned())]]);
    }
}
