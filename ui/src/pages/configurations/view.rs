//! What the pages of configurations show, as their addresses have it.

use netraven_api::SnapshotId;
use netraven_api::configs::ConfigHead;
use netraven_api::sorting::DeviceColumn;

use crate::address::{Given, Parts};
use crate::features::paging::Sorted;

/// What the list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListView {
    /// Part of the hostname.
    pub find: String,
    /// Text that snapshots are searched for; blank for the list of devices.
    pub text: String,
    /// The order of the devices.
    pub sorted: Sorted<DeviceColumn>,
    /// Page of devices, from 1.
    pub page: i64,
}

impl ListView {
    /// The view of an address.
    #[must_use]
    pub fn read(address: &str) -> ListView {
        let parts = Given::of(address);
        ListView {
            find: parts.one("find").unwrap_or_default(),
            text: parts.one("text").unwrap_or_default(),
            sorted: Sorted::read(&parts),
            page: parts.parsed("page").filter(|page| *page > 0).unwrap_or(1),
        }
    }

    /// The address of a view.
    #[must_use]
    pub fn write(&self) -> String {
        let mut parts = Parts::default();
        parts.text("find", &self.find);
        parts.text("text", &self.text);
        self.sorted.write(&mut parts);
        parts.one("page", (self.page != 1).then_some(self.page));
        parts.done()
    }
}

/// What the page of one device shows. Absent snapshots are the newest, and the one before the newer of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceView {
    /// The older snapshot.
    pub old: Option<SnapshotId>,
    /// The newer snapshot.
    pub new: Option<SnapshotId>,
    /// Whether the text of the newer one is shown, and not the difference.
    pub text: bool,
    /// Whether the difference from the startup to the running configuration is shown instead.
    pub startup: bool,
}

impl DeviceView {
    /// The view of an address.
    #[must_use]
    pub fn read(address: &str) -> DeviceView {
        let parts = Given::of(address);
        DeviceView {
            old: parts.parsed("old"),
            new: parts.parsed("new"),
            text: parts.one("show").as_deref() == Some("text"),
            startup: parts.one("show").as_deref() == Some("startup"),
        }
    }

    /// The address of a view.
    #[must_use]
    pub fn write(&self) -> String {
        let mut parts = Parts::default();
        parts.one("old", self.old);
        parts.one("new", self.new);
        parts.one("show", self.text.then_some("text").or(self.startup.then_some("startup")));
        parts.done()
    }

    /// The two snapshots that are meant, the older one first, among a device's, the newest first.
    #[must_use]
    pub fn pair(&self, heads: &[ConfigHead]) -> (Option<SnapshotId>, Option<SnapshotId>) {
        let place = |id: SnapshotId| heads.iter().position(|head| head.id == id);
        let new = self.new.or_else(|| heads.first().map(|head| head.id));
        let before = new.and_then(place).and_then(|place| heads.get(place + 1)).map(|head| head.id);
        let old = self.old.or(before);
        // A link may name them the other way round.
        match (old.and_then(place), new.and_then(place)) {
            (Some(old_place), Some(new_place)) if old_place < new_place => (new, old),
            _ => (old, new),
        }
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::Order;

    use super::*;

    fn heads(ids: &[i64]) -> Vec<ConfigHead> {
        let head = |id: &i64| ConfigHead {
            id: SnapshotId::new(*id),
            device_id: 1.into(),
            retrieved_at: jiff::Timestamp::UNIX_EPOCH,
            config_metadata: None,
        };
        ids.iter().map(head).collect()
    }

    #[test]
    fn every_choice_comes_back_from_the_address() {
        let list = ListView {
            find: "edge".into(),
            text: "ip route = 1".into(),
            sorted: Sorted { column: DeviceColumn::LastSnapshotAt, order: Order::Descending },
            page: 3,
        };
        assert_eq!(ListView::read(&list.write()), list);
        assert_eq!(ListView::read("page=0").write(), "");
        let device = DeviceView { old: Some(4.into()), new: Some(7.into()), text: true, startup: false };
        assert_eq!(DeviceView::read(&device.write()), device);
        let startup = DeviceView { startup: true, ..DeviceView::default() };
        assert_eq!(DeviceView::read(&startup.write()), startup);
        assert_eq!(DeviceView::read("new=x&show=maps"), DeviceView::default());
    }

    #[test]
    fn the_newest_is_compared_with_the_one_before_unless_others_are_named() {
        let pair = |address: &str, ids: &[i64]| {
            let (old, new) = DeviceView::read(address).pair(&heads(ids));
            (old.map(SnapshotId::get), new.map(SnapshotId::get))
        };
        assert_eq!(pair("", &[9, 7, 4]), (Some(7), Some(9)));
        assert_eq!(pair("new=7", &[9, 7, 4]), (Some(4), Some(7)));
        assert_eq!(pair("old=4", &[9, 7, 4]), (Some(4), Some(9)));
        assert_eq!(pair("old=9&new=4", &[9, 7, 4]), (Some(4), Some(9)), "named the other way round");
        assert_eq!(pair("new=4", &[9, 7, 4]), (None, Some(4)), "nothing is before the first");
        assert_eq!(pair("", &[9]), (None, Some(9)));
        assert_eq!(pair("", &[]), (None, None));
        assert_eq!(pair("new=5", &[9, 7]), (None, Some(5)), "one that is gone");
    }
}
