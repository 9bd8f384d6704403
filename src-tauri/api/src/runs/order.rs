//! Ordering and filtering a run's devices. Our own server does this in its database, by the same ranks;
//! for a server that keeps no runs it is done here.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::devices::{DeviceState, ListRunDevices, RunDevice};
use crate::outcome::Cause;
use crate::page::{DEFAULT_SIZE, MAX_SIZE, Page};
use crate::sorting::{Order, RunDeviceColumn};

impl DeviceState {
    /// How urgently a device in this state needs attention: 0 first.
    #[must_use]
    pub fn attention(self) -> u8 {
        match self {
            DeviceState::Failure => 0,
            DeviceState::Cancelled | DeviceState::NoResult => 1,
            DeviceState::Running => 2,
            DeviceState::Queued => 3,
            DeviceState::Success => 4,
        }
    }
}

impl ListRunDevices {
    /// The requested page of all devices of the run.
    #[must_use]
    pub fn page_of(&self, mut devices: Vec<RunDevice>, now: Timestamp) -> Page<RunDevice> {
        let text = self.search.as_deref().unwrap_or_default().to_lowercase();
        devices.retain(|device| self.fits(device, &text));
        let descending = self.order == Some(Order::Descending);
        match self.sort.unwrap_or_default() {
            RunDeviceColumn::Attention | RunDeviceColumn::State => {
                sort(&mut devices, descending, |device| Some(device.state.attention()));
            }
            // Every order ends with the name.
            RunDeviceColumn::Device => sort(&mut devices, descending, |_| Some(())),
            RunDeviceColumn::Stage => sort(&mut devices, descending, |device| device.stage),
            RunDeviceColumn::Cause => sort(&mut devices, descending, |device| device.cause.map(Cause::title)),
            RunDeviceColumn::Message => sort(&mut devices, descending, |device| device.said().map(str::to_lowercase)),
            RunDeviceColumn::Duration => sort(&mut devices, descending, |device| {
                let end = device.finished_at.unwrap_or(now);
                device.started_at.map(|started| end.as_microsecond() - started.as_microsecond())
            }),
        }
        let total = i64::try_from(devices.len()).unwrap_or(i64::MAX);
        let size = self.size.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE);
        let page = self.page.unwrap_or(1).max(1);
        let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
        let rows = devices.into_iter().skip(skip).take(usize::try_from(size).unwrap_or_default());
        Page::new(rows.map(|device| RunDevice { details: None, ..device }).collect(), total, page, size)
    }

    /// Whether a device matches; `text` is the search text in lower case.
    fn fits(&self, device: &RunDevice, text: &str) -> bool {
        (self.device_id.is_empty() || self.device_id.contains(&device.device_id))
            && (self.state.is_empty() || self.state.contains(&device.state))
            && (self.cause.is_empty() || device.cause.is_some_and(|cause| self.cause.contains(&cause)))
            && (device.hostname.to_lowercase().contains(text) || device.address.to_lowercase().contains(text))
    }
}

/// Sorts by a key, then by hostname and id. Those without a key are last either way.
fn sort<K: Ord>(devices: &mut [RunDevice], descending: bool, key: impl Fn(&RunDevice) -> Option<K>) {
    let whole = |device: &RunDevice| (key(device), device.hostname.to_lowercase(), device.device_id);
    if descending {
        devices.sort_by_cached_key(|device| {
            let whole = whole(device);
            (whole.0.is_none(), Reverse(whole))
        });
    } else {
        devices.sort_by_cached_key(|device| {
            let whole = whole(device);
            (whole.0.is_none(), whole)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::DeviceId;
    use crate::outcome::Stage;
    use crate::transport::Transport;

    fn device(id: i64, hostname: &str, state: DeviceState, stage: Option<Stage>, took_s: Option<i64>) -> RunDevice {
        let at = |second| Timestamp::from_second(second).unwrap();
        RunDevice {
            device_id: id.into(),
            hostname: hostname.into(),
            address: format!("10.0.0.{id}"),
            device_type: "cisco_ios".into(),
            transport: Transport::Ssh,
            state,
            stage,
            cause: (state == DeviceState::Failure).then_some(Cause::AuthFailed),
            message: None,
            attempt: 1,
            worker: None,
            started_at: took_s.map(|_| at(100)),
            finished_at: took_s.filter(|took| *took > 0).map(|took| at(100 + took)),
            result_id: None,
            details: Some(Box::default()),
            changed: (state == DeviceState::Success).then_some(id == 4),
            snapshot_id: None,
            waits_for: None,
        }
    }

    fn ids(wanted: &ListRunDevices) -> Vec<i64> {
        let all = vec![
            device(3, "edge-1", DeviceState::Success, Some(Stage::Record), Some(2)),
            device(1, "core-2", DeviceState::Failure, Some(Stage::Reach), Some(9)),
            device(4, "access-1", DeviceState::Success, Some(Stage::Record), Some(40)),
            device(2, "Core-1", DeviceState::Queued, None, None),
            // Active for 400 s, and with another one's name.
            device(5, "core-2", DeviceState::Running, Some(Stage::Read), Some(0)),
        ];
        let page = wanted.page_of(all, Timestamp::from_second(500).unwrap());
        assert!(page.items.iter().all(|device| device.details.is_none()), "a list is small");
        page.items.iter().map(|device| device.device_id.get()).collect()
    }

    #[test]
    fn devices_are_sorted_by_each_column_both_ways() {
        for (column, upwards, downwards) in [
            (RunDeviceColumn::Attention, [1, 5, 2, 4, 3], [3, 4, 2, 5, 1]),
            (RunDeviceColumn::Device, [4, 2, 1, 5, 3], [3, 5, 1, 2, 4]),
            (RunDeviceColumn::State, [1, 5, 2, 4, 3], [3, 4, 2, 5, 1]),
            (RunDeviceColumn::Stage, [1, 5, 4, 3, 2], [3, 4, 5, 1, 2]),
            (RunDeviceColumn::Cause, [1, 4, 2, 5, 3], [1, 3, 5, 2, 4]),
            (RunDeviceColumn::Message, [4, 3, 2, 1, 5], [3, 4, 5, 1, 2]),
            (RunDeviceColumn::Duration, [3, 1, 4, 5, 2], [5, 4, 1, 3, 2]),
        ] {
            let by = |order| ListRunDevices { sort: Some(column), order: Some(order), ..ListRunDevices::default() };
            assert_eq!(ids(&by(Order::Ascending)), upwards, "{column}");
            assert_eq!(ids(&by(Order::Descending)), downwards, "{column} downwards");
            let parts: Vec<i64> = (1..=3)
                .flat_map(|page| ids(&ListRunDevices { page: Some(page), size: Some(2), ..by(Order::Ascending) }))
                .collect();
            assert_eq!(parts, upwards, "{column}: a page is a part of the whole");
        }
        assert_eq!(ids(&ListRunDevices::default()), [1, 5, 2, 4, 3], "what asks for attention is first");
    }

    #[test]
    fn only_the_devices_asked_for_are_there() {
        let none = ListRunDevices::default;
        for (wanted, expected) in [
            (ListRunDevices { state: vec![DeviceState::Queued, DeviceState::Running], ..none() }, vec![5, 2]),
            (ListRunDevices { cause: vec![Cause::AuthFailed, Cause::Truncated], ..none() }, vec![1]),
            (ListRunDevices { cause: vec![Cause::Truncated], ..none() }, vec![]),
            (ListRunDevices { device_id: [3, 2, 99].map(DeviceId::new).to_vec(), ..none() }, vec![2, 3]),
            (ListRunDevices { search: Some("CORE".into()), ..none() }, vec![1, 5, 2]),
            (ListRunDevices { search: Some("0.0.4".into()), ..none() }, vec![4]),
            (ListRunDevices { state: vec![DeviceState::Success], search: Some("core".into()), ..none() }, vec![]),
            (ListRunDevices { page: Some(i64::MAX), ..none() }, vec![]),
        ] {
            assert_eq!(ids(&wanted), expected, "{wanted:?}");
        }
    }
}
