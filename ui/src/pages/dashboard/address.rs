//! The dashboard's state as the page's address: that of the untouched dashboard is empty.

use jiff::Timestamp;
use netraven_api::runs::{RunStatus, Trigger};
use netraven_api::sorting::RunColumn;
use netraven_api::{Open, Order};

use super::state::{DashboardState, DashboardTab, LogChoice, PAGE_SIZES, Period, RunChoice, Scope};
use crate::address::{Addressed, Given, Parts};
use crate::state::span::Span;

impl Addressed for DashboardState {
    fn address(&self) -> String {
        write(self)
    }

    fn of_address(address: &str) -> DashboardState {
        read(address)
    }

    fn is_a_step(&self, next: &DashboardState) -> bool {
        let (mut before, mut after) = (self.clone(), next.clone());
        if before.runs.search != after.runs.search {
            // Another text begins at the first page.
            after.runs.page = before.runs.page;
        }
        for state in [&mut before, &mut after] {
            (state.runs.search, state.log.search) = (String::new(), String::new());
            (state.runs.open, state.log.line) = (None, None);
        }
        before != after
    }
}

/// The address: `tab=logs&level=ERROR,WARNING`.
#[must_use]
pub fn write(state: &DashboardState) -> String {
    let DashboardState { tab, scope, runs, log } = state;
    let first = RunChoice::default();
    let mut parts = Parts::default();
    let set = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
    parts.one("tab", (*tab != DashboardTab::default()).then(|| tab.as_str()));
    parts.one("period", (scope.period != Period::default()).then(|| scope.period.key()));
    parts.one("from", scope.span.map(|span| span.from));
    parts.one("until", scope.span.map(|span| span.until));
    parts.one("job", scope.job_id);
    parts.one("device", scope.device_id);
    parts.many("status", runs.statuses.iter().map(|status| status.as_str()));
    parts.one("kind", runs.kind.as_ref());
    parts.one("trigger", runs.trigger.map(Trigger::as_str));
    parts.many("tag", &runs.tags);
    parts.one("find", set(&runs.search));
    parts.one("sort", (runs.sort != first.sort).then_some(runs.sort));
    parts.one("order", (runs.order != first.order).then_some(runs.order));
    parts.one("page", (runs.page != first.page).then_some(runs.page));
    parts.one("size", (runs.size != first.size).then_some(runs.size));
    parts.one("open", runs.open);
    parts.many("level", &log.levels);
    parts.many("type", &log.types);
    parts.many("source", &log.sources);
    parts.many("meta", &log.meta);
    parts.one("run", log.run_id);
    parts.one("text", set(&log.search));
    parts.one("line", log.line);
    parts.done()
}

/// The state of an address.
#[must_use]
pub fn read(address: &str) -> DashboardState {
    let given = Given::of(address);
    let one = |name: &str| given.one(name);
    let number = |name: &str| given.parsed::<i64>(name);
    let time = |name: &str| given.parsed::<Timestamp>(name);
    let many = |name: &str| given.many(name);
    let first = RunChoice::default();
    let span = time("from").zip(time("until")).map(|(from, until)| Span { from, until });
    DashboardState {
        tab: if one("tab").as_deref() == Some("logs") { DashboardTab::Logs } else { DashboardTab::Runs },
        scope: Scope {
            period: one("period").and_then(|key| Period::of(&key)).unwrap_or_default(),
            span: span.filter(|span| span.from < span.until),
            job_id: given.parsed("job"),
            device_id: given.parsed("device"),
        },
        runs: RunChoice {
            statuses: many("status").iter().filter_map(|word| RunStatus::parse(word)).collect(),
            kind: one("kind").map(|word| Open::of(&word)),
            trigger: one("trigger").and_then(|word| Trigger::parse(&word)),
            tags: many("tag").iter().filter_map(|id| id.parse().ok()).collect(),
            search: one("find").unwrap_or_default(),
            sort: one("sort").and_then(|name| RunColumn::parse(&name)).unwrap_or(first.sort),
            order: one("order").and_then(|name| Order::parse(&name)).unwrap_or(first.order),
            page: number("page").filter(|page| *page > 0).unwrap_or(first.page),
            size: number("size").filter(|size| PAGE_SIZES.contains(size)).unwrap_or(first.size),
            open: given.parsed("open"),
        },
        log: LogChoice {
            levels: many("level").iter().map(|word| Open::of(word)).collect(),
            types: many("type").iter().map(|word| Open::of(word)).collect(),
            sources: many("source"),
            meta: many("meta").into_iter().filter_map(|text| text.try_into().ok()).collect(),
            run_id: given.parsed("run"),
            search: one("text").unwrap_or_default(),
            line: given.parsed("line"),
        },
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::jobs::JobKind;

    use super::*;

    fn full() -> DashboardState {
        DashboardState {
            tab: DashboardTab::Logs,
            scope: Scope {
                period: Period::Week,
                span: Some(Span {
                    from: "2026-11-23T13:28:00Z".parse().unwrap(),
                    until: "2026-11-23T13:34:00.5Z".parse().unwrap(),
                }),
                job_id: Some(4.into()),
                device_id: Some(9.into()),
            },
            runs: RunChoice {
                statuses: vec![RunStatus::PartlyFailed, RunStatus::Failed],
                kind: Some(JobKind::ConfigBackup.into()),
                trigger: Some(Trigger::Schedule),
                tags: vec![71.into(), 72.into()],
                search: "core & edge, 100% ~x~26".into(),
                sort: RunColumn::JobName,
                order: Order::Ascending,
                page: 3,
                size: 100,
                open: Some(4188.into()),
            },
            log: LogChoice {
                levels: vec!["ERROR".into(), "WARNING".into()],
                types: vec!["session".into()],
                sources: vec!["worker.backup".into(), "a,b=c".into()],
                meta: vec!["/bytes=4,096".to_owned().try_into().unwrap(), "/peer/a~2b".to_owned().try_into().unwrap()],
                run_id: Some(4182.into()),
                search: "größe = 1+1? #7".into(),
                line: Some(2_418_907.into()),
            },
        }
    }

    #[test]
    fn every_choice_comes_back_from_the_address() {
        let state = full();
        let address = write(&state);
        assert_eq!(read(&address), state);
        assert!(
            !address.contains('%'),
            "the router decodes percent signs before the address is taken apart: {address}"
        );
        assert_eq!(write(&DashboardState::default()), "");
        assert_eq!(read(""), DashboardState::default());
    }

    #[test]
    fn an_address_that_makes_no_sense_shows_what_it_can() {
        let read = read(
            "tab=maps&period=5y&from=x&until=2026-01-01T00:00:00Z&status=lost,failed&page=0&size=7&sort=password&job=one&text=~zz~&&x",
        );
        let expected = DashboardState {
            runs: RunChoice { statuses: vec![RunStatus::Failed], ..RunChoice::default() },
            log: LogChoice { search: "zz".into(), ..LogChoice::default() },
            ..DashboardState::default()
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn typing_and_opening_a_row_are_no_steps_and_anything_else_is() {
        for (before, after) in [
            ("find=co", "find=cor"),
            ("page=2", "find=c"),
            ("page=2", "page=2&open=7"),
            ("tab=logs", "tab=logs&text=a"),
        ] {
            assert!(!read(before).is_a_step(&read(after)), "{before} -> {after}");
        }
        for (before, after) in
            [("", "tab=logs"), ("find=co", "find=co&page=2"), ("", "status=failed"), ("", "period=7d")]
        {
            assert!(read(before).is_a_step(&read(after)), "{before} -> {after}");
        }
    }
}
