//! What the server works with, and how full that is.

use dioxus::prelude::*;
use jiff::Timestamp;
use netraven_api::system::SystemDetails;

use crate::components::Time;
use crate::format;
use crate::state::moment::use_moment;

/// What stands where the server says nothing.
const UNTOLD: &str = "not reported by this server";
/// A disk with less than this free is worth a warning: a run of many devices may need as much.
const LITTLE_BYTES: i64 = 2_000_000_000;

/// The facts, as rows of a list.
#[component]
pub fn Details(details: SystemDetails) -> Element {
    let moment = use_moment();
    let little = details.disk_free_bytes.is_some_and(|free| free < LITTLE_BYTES);
    rsx! {
        dt { "Versions" }
        dd { Told { text: versions(&details) } }
        dt { "Database" }
        dd { Told { text: details.database_bytes.map(format::bytes) } }
        dt { "Disk" }
        dd { class: if little { "text-warning" }, Told { text: disk(&details) } }
        dt { "Queue" }
        dd { Told { text: queue(&details, moment.now()) } }
        dt { "Log" }
        dd {
            if let Some(at) = details.oldest_log {
                "since "
                Time { at }
            }
            if details.oldest_log.is_some() && details.keep_logs_days.is_some() {
                ", "
            }
            if let Some(days) = details.keep_logs_days {
                {kept(days)}
            } else if details.oldest_log.is_none() {
                Told { text: None::<String> }
            }
        }
    }
}

#[component]
fn Told(text: Option<String>) -> Element {
    match text {
        Some(text) => rsx! { "{text}" },
        None => rsx! { span { class: "muted", {UNTOLD} } },
    }
}

fn versions(details: &SystemDetails) -> Option<String> {
    let parts =
        [("server", &details.version), ("PostgreSQL", &details.postgres_version), ("Redis", &details.redis_version)];
    let told =
        parts.into_iter().filter_map(|(name, version)| version.as_ref().map(|version| format!("{name} {version}")));
    Some(told.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

fn disk(details: &SystemDetails) -> Option<String> {
    let free = format::bytes(details.disk_free_bytes?);
    Some(match details.disk_bytes {
        Some(whole) => format!("{free} free of {}", format::bytes(whole)),
        None => format!("{free} free"),
    })
}

fn queue(details: &SystemDetails, now: Timestamp) -> Option<String> {
    if (details.waiting?, details.leased.unwrap_or_default()) == (0, 0) {
        return Some("empty".to_owned());
    }
    let mut text = match details.waiting? {
        0 => "nothing waits".to_owned(),
        waiting => format!("{} waiting", format::number(waiting)),
    };
    if let Some(since) = details.waiting_since.filter(|_| details.waiting > Some(0)) {
        text.push_str(&format!(", the first for {}", format::lasting(format::seconds_between(since, now))));
    }
    if let Some(leased) = details.leased {
        text.push_str(&format!(", {} in progress", format::number(leased)));
    }
    Some(text)
}

fn kept(days: i64) -> String {
    match days {
        0 => "lines are kept forever".to_owned(),
        days => format!("lines are kept for {}", format::count(days, "day")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_left_out_and_nothing_is_made_up() {
        let now = Timestamp::from_second(1_000).unwrap();
        let nothing = SystemDetails::default();
        assert_eq!((versions(&nothing), disk(&nothing), queue(&nothing, now)), (None, None, None));
        let some = SystemDetails {
            redis_version: Some("7.0.15".into()),
            disk_free_bytes: Some(5_000_000_000),
            waiting: Some(1_312),
            waiting_since: Timestamp::from_second(870).ok(),
            ..SystemDetails::default()
        };
        assert_eq!(versions(&some).as_deref(), Some("Redis 7.0.15"));
        assert_eq!(disk(&some).as_deref(), Some("5.0 GB free"));
        assert_eq!(queue(&some, now).as_deref(), Some("1,312 waiting, the first for 2 min"));
        let idle = SystemDetails { waiting: Some(0), leased: Some(50), ..some };
        assert_eq!(queue(&idle, now).as_deref(), Some("nothing waits, 50 in progress"));
        let empty = SystemDetails { leased: Some(0), ..idle };
        assert_eq!(queue(&empty, now).as_deref(), Some("empty"));
        assert_eq!((kept(0), kept(365)), ("lines are kept forever".into(), "lines are kept for 365 days".into()));
    }
}
