//! What a person has chosen of the platforms, and the rows that leaves. The list comes whole; it is searched and sorted
//! here.

use std::cmp::Ordering;

use dioxus::prelude::*;
use netraven_api::Order;
use netraven_api::platforms::{AUTO, Platform};
use netraven_api::sorting::PlatformColumn;

use crate::address::{Addressed, Given, Parts};
use crate::features::paging::Sorted;

/// What the person has chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Store)]
pub struct PlatformsView {
    /// Part of the title, the name or the vendor.
    pub search: String,
    /// The order.
    pub sorted: Sorted<PlatformColumn>,
    /// Name of the platform that is shown beside the list.
    pub open: Option<String>,
}

impl Addressed for PlatformsView {
    fn address(&self) -> String {
        let mut parts = Parts::default();
        parts.text("search", self.search.trim());
        self.sorted.write(&mut parts);
        parts.one("open", self.open.as_ref());
        parts.done()
    }

    fn of_address(address: &str) -> PlatformsView {
        let given = Given::of(address);
        PlatformsView {
            search: given.one("search").unwrap_or_default(),
            sorted: Sorted::read(&given),
            open: given.one("open"),
        }
    }

    fn is_a_step(&self, next: &PlatformsView) -> bool {
        self.sorted != next.sorted
    }
}

impl PlatformsView {
    /// The platforms that match, in their order.
    #[must_use]
    pub fn rows(&self, platforms: &[Platform]) -> Vec<Platform> {
        let part = self.search.trim().to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&part);
        let matches =
            |one: &&Platform| one.name != AUTO && (holds(&one.title) || holds(&one.name) || holds(&one.vendor));
        let mut rows: Vec<Platform> = platforms.iter().filter(matches).cloned().collect();
        rows.sort_by(|one, other| self.compare(one, other).then_with(|| one.title.cmp(&other.title)));
        rows
    }

    /// What rearranges the rows at once, as other rows are wished for.
    #[must_use]
    pub fn question(&self) -> String {
        PlatformsView { open: None, ..self.clone() }.address()
    }

    fn compare(&self, one: &Platform, other: &Platform) -> Ordering {
        let Sorted { column, order } = self.sorted;
        match column {
            PlatformColumn::Title => ordered(Some(one.title.to_lowercase()), Some(other.title.to_lowercase()), order),
            PlatformColumn::Vendor => {
                ordered(Some(one.vendor.to_lowercase()), Some(other.vendor.to_lowercase()), order)
            }
            PlatformColumn::Source => ordered(one.source, other.source, order),
            PlatformColumn::Evidence => ordered(one.evidence, other.evidence, order),
            PlatformColumn::Devices => ordered(one.devices, other.devices, order),
        }
    }
}

/// In a direction; what is not known comes last in both.
fn ordered<T: Ord>(one: Option<T>, other: Option<T>, order: Order) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) if order == Order::Descending => other.cmp(&one),
        (Some(one), Some(other)) => one.cmp(&other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::platforms::PlatformEvidence;

    use super::*;

    fn platform(name: &str, title: &str, evidence: Option<PlatformEvidence>, devices: i64) -> Platform {
        Platform {
            name: name.to_owned(),
            title: title.to_owned(),
            vendor: "Acme".to_owned(),
            custom: false,
            source: None,
            evidence,
            extends: None,
            file: None,
            saved: None,
            devices: Some(devices),
        }
    }

    fn names(address: &str) -> Vec<String> {
        let all = [
            platform("zeta", "alpha OS", None, 7),
            platform("beta", "Beta OS", Some(PlatformEvidence::Documentation), 0),
            platform("gamma", "Gamma", Some(PlatformEvidence::Session), 12),
        ];
        PlatformsView::of_address(address).rows(&all).into_iter().map(|platform| platform.name).collect()
    }

    #[test]
    fn rows_are_found_by_title_name_and_vendor_in_any_case() {
        assert_eq!(names(""), ["zeta", "beta", "gamma"]);
        assert_eq!(names("search=ALPHA"), ["zeta"]);
        assert_eq!(names("search=zeta"), ["zeta"]);
        assert_eq!(names("search=acme"), ["zeta", "beta", "gamma"]);
        assert_eq!(names("search=nothing"), Vec::<String>::new());
    }

    #[test]
    fn rows_are_sorted_both_ways_and_what_is_not_known_comes_last() {
        assert_eq!(names("order=desc"), ["gamma", "beta", "zeta"]);
        assert_eq!(names("sort=evidence"), ["gamma", "beta", "zeta"]);
        assert_eq!(names("sort=evidence&order=desc"), ["beta", "gamma", "zeta"]);
        assert_eq!(names("sort=devices&order=desc"), ["gamma", "zeta", "beta"]);
    }

    #[test]
    fn the_address_restores_the_view_and_only_another_order_is_a_step() {
        let view = "search=cisco&sort=devices&order=desc&open=cisco_ios";
        assert_eq!(PlatformsView::of_address(view).address(), view);
        assert_eq!(PlatformsView::of_address(view).question(), "search=cisco&sort=devices&order=desc");
        let of = PlatformsView::of_address;
        assert!(!of("search=c").is_a_step(&of("search=ci&open=linux")));
        assert!(of("").is_a_step(&of("sort=vendor")));
    }
}
