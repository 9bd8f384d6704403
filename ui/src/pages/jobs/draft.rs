//! A job as a person types it, and the request that comes of it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use netraven_api::jobs::{JobInput, JobKind, Schedule, ScheduleKind};
use netraven_api::{DeviceId, Problem};

use crate::components::{DayEnd, read_time};
use crate::features::form::refusal_of;

/// Longest time between two starts, in seconds.
const MOST_SECONDS: i64 = 31_536_000;

/// When a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Only when a person starts it.
    ByHand,
    /// Again and again after some time.
    Interval,
    /// By cron fields.
    Cron,
    /// A single start, at a given time.
    Once,
}

impl When {
    /// Every way, the simplest first.
    pub const ALL: [When; 4] = [When::ByHand, When::Interval, When::Cron, When::Once];

    /// The way on its button.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            When::ByHand => "manual",
            When::Interval => "interval",
            When::Cron => "cron",
            When::Once => "once",
        }
    }

    /// The kind of schedule; none by hand.
    #[must_use]
    pub fn schedule(self) -> Option<ScheduleKind> {
        match self {
            When::ByHand => None,
            When::Interval => Some(ScheduleKind::Interval),
            When::Cron => Some(ScheduleKind::Cron),
            When::Once => Some(ScheduleKind::Once),
        }
    }
}

/// What is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Name of the job.
    pub name: String,
    /// What is done on each device.
    pub kind: JobKind,
    /// Whether one device is the target, not tags.
    pub one_device: bool,
    /// The device.
    pub device_id: Option<DeviceId>,
    /// When the job runs.
    pub when: When,
    /// How many units lie between two starts.
    pub every: String,
    /// Seconds of the unit.
    pub unit: i64,
    /// Cron fields.
    pub cron: String,
    /// Time zone of the cron fields.
    pub time_zone: String,
    /// Start, in the zone times are written in, as it was typed.
    pub once: String,
    /// What it is for, free text.
    pub description: String,
}

impl Draft {
    /// An empty draft in a person's time zone.
    #[must_use]
    pub fn new(zone: &TimeZone) -> Draft {
        Draft {
            name: String::new(),
            kind: JobKind::default(),
            one_device: false,
            device_id: None,
            when: When::ByHand,
            every: "4".to_owned(),
            unit: 3600,
            cron: "30 2 * * *".to_owned(),
            time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            once: String::new(),
            description: String::new(),
        }
    }

    /// The job without its tags, or what is missing; what the server alone can know it says itself.
    pub fn input(&self, has_tags: bool, now: Timestamp, zone: &TimeZone) -> Result<JobInput, Problem> {
        let mut wrong = Vec::new();
        let name = self.name.trim().to_owned();
        if name.is_empty() {
            wrong.push(("name", "Enter a name for the job.".to_owned()));
        }
        if self.one_device && self.device_id.is_none() {
            wrong.push(("device_id", "Choose the device.".to_owned()));
        }
        if !self.one_device && !has_tags {
            wrong.push(("tags", "Choose at least one tag; the job runs on devices that have one.".to_owned()));
        }
        let description = Some(self.description.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut input = JobInput {
            name: Some(name),
            job_type: Some(self.kind),
            description,
            device_id: self.device_id.filter(|_| self.one_device),
            is_enabled: Some(true),
            ..JobInput::default()
        };
        match self.when {
            When::ByHand => {}
            When::Interval => match self.seconds() {
                Some(seconds) => input.schedule = Schedule::every(seconds),
                None => wrong.push((
                    "interval_seconds",
                    "Enter a whole number; at least 1 minute, at most 365 days.".to_owned(),
                )),
            },
            When::Cron => {
                let fields = self.cron.split_whitespace().collect::<Vec<_>>().join(" ");
                let time_zone = Some(self.time_zone.trim().to_owned()).filter(|zone| !zone.is_empty());
                input.schedule = Schedule { time_zone, ..Schedule::cron(fields) };
                // Both are checked, so that both are reported at once, each at its own field.
                wrong.extend(wrong_cron(&self.cron).map(|why| ("cron_string", why)));
                if let Some(zone) = input.schedule.time_zone.as_ref().filter(|zone| TimeZone::get(zone).is_err()) {
                    let why = format!("There is no time zone \"{zone}\". Use a name such as Europe/Berlin, or UTC.");
                    wrong.push(("time_zone", why));
                }
            }
            When::Once => match read_time(&self.once, zone, DayEnd::Begin) {
                Err(reason) => wrong.push(("scheduled_for", reason)),
                Ok(at) if at <= now => {
                    wrong.push(("scheduled_for", "This time has passed. Choose a later one.".to_owned()));
                }
                Ok(at) => input.schedule = Schedule::once(at),
            },
        }
        refusal_of(wrong).map_or(Ok(input), Err)
    }

    fn seconds(&self) -> Option<i64> {
        let seconds = self.every.trim().parse::<i64>().ok()?.checked_mul(self.unit)?;
        (60..=MOST_SECONDS).contains(&seconds).then_some(seconds)
    }
}

/// What is wrong with cron fields as far as it can be seen without a server, which looks at them once more.
fn wrong_cron(text: &str) -> Option<String> {
    const FIELDS: [(&str, u32); 5] = [("minute", 59), ("hour", 23), ("day", 31), ("month", 12), ("weekday", 7)];
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Some("Enter five fields: minute, hour, day, month, weekday.".to_owned());
    }
    let mut fields = parts.into_iter().zip(FIELDS);
    fields.find_map(|(part, (name, most))| {
        let large = part.split([',', '-', '/']).find(|piece| piece.parse::<u32>().is_ok_and(|number| number > most))?;
        Some(format!("The {name} is {large}; the maximum is {most}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(change: impl Fn(&mut Draft)) -> Result<JobInput, Vec<String>> {
        let (now, zone) = ("2026-11-23T14:05:00Z".parse().unwrap(), TimeZone::fixed(jiff::tz::offset(1)));
        let mut draft = Draft { name: " Nightly ".into(), ..Draft::new(&zone) };
        change(&mut draft);
        let input = draft.input(true, now, &zone);
        input.map_err(|problem| problem.fields.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn a_draft_becomes_its_request() {
        let by_hand = typed(|_| ()).unwrap();
        assert_eq!((by_hand.name.as_deref(), by_hand.schedule.kind), (Some("Nightly"), None));
        let interval = typed(|draft| draft.when = When::Interval).unwrap();
        assert_eq!(interval.schedule.interval_seconds, Some(14_400));
        let cron = typed(|draft| (draft.when, draft.cron) = (When::Cron, " 30  2 * * 1 ".into())).unwrap();
        assert_eq!(
            (cron.schedule.cron_string.as_deref(), cron.schedule.time_zone.as_deref()),
            (Some("30 2 * * 1"), Some("UTC"))
        );
        let once = typed(|draft| (draft.when, draft.once) = (When::Once, "2026-11-24T02:30".into())).unwrap();
        assert_eq!(
            once.schedule.scheduled_for.map(|at| at.to_string()).as_deref(),
            Some("2026-11-24T01:30:00Z"),
            "local time is UTC+1"
        );
    }

    #[test]
    fn cron_fields_that_no_clock_knows_are_named() {
        assert_eq!(wrong_cron("99 * * * *").as_deref(), Some("The minute is 99; the maximum is 59."));
        assert_eq!(wrong_cron("0 1-24 * * *").as_deref(), Some("The hour is 24; the maximum is 23."));
        for good in ["*/15 2-4 * JAN MON", "0 0 1,31 12 7"] {
            assert_eq!(wrong_cron(good), None, "{good}");
        }
    }

    #[test]
    fn a_refused_draft_names_each_field() {
        let refused = typed(|draft| (draft.name, draft.one_device) = (" ".into(), true)).unwrap_err();
        assert_eq!(refused, ["body.name", "body.device_id"]);
        let short = typed(|draft| (draft.when, draft.every, draft.unit) = (When::Interval, "0".into(), 60));
        assert_eq!(short.unwrap_err(), ["body.interval_seconds"]);
        assert_eq!(
            typed(|draft| (draft.when, draft.cron) = (When::Cron, "* *".into())).unwrap_err(),
            ["body.cron_string"]
        );
        let both = typed(|draft| {
            (draft.when, draft.cron, draft.time_zone) = (When::Cron, "99 * * * *".into(), "Mars/Olympus".into());
        });
        assert_eq!(both.unwrap_err(), ["body.cron_string", "body.time_zone"], "each at its own field, both at once");
        let past = typed(|draft| (draft.when, draft.once) = (When::Once, "2026-11-23T15:04".into()));
        assert_eq!(past.unwrap_err(), ["body.scheduled_for"]);
        let american = typed(|draft| (draft.when, draft.once) = (When::Once, "11/24/2026 02:30 AM".into()));
        assert_eq!(american.unwrap_err(), ["body.scheduled_for"]);
    }
}
