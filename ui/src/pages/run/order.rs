//! The order of the devices of a run. As they come they are in that of the server: what asks for attention first.

use std::cmp::Reverse;

use jiff::Timestamp;
use netraven_api::outcome::Cause;
use netraven_api::runs::{DeviceState, RunDevice};

use crate::pages::paging::Sorted;

/// Sorts devices by a column; equal ones keep their order, and those that have nothing there come last either way.
pub fn sort(devices: &mut [&RunDevice], sorted: Sorted, now: Timestamp) {
    match sorted.column {
        "device" => by(devices, sorted, |device| Some(device.hostname.to_lowercase())),
        "state" => by(devices, sorted, |device| Some(urgency(device.state))),
        "stage" => by(devices, sorted, |device| device.stage),
        "cause" => by(devices, sorted, |device| device.cause.map(Cause::title)),
        "message" => by(devices, sorted, |device| Some(said(device)).filter(|said| !said.is_empty())),
        "duration" => by(devices, sorted, |device| {
            let end = device.finished_at.unwrap_or(now);
            device.started_at.map(|started| end.as_microsecond() - started.as_microsecond())
        }),
        // The order they have; turned, it begins with those that went well.
        _ if sorted.descending => devices.reverse(),
        _ => {}
    }
}

fn by<'a, K: Ord>(devices: &mut [&'a RunDevice], sorted: Sorted, key: impl Fn(&'a RunDevice) -> Option<K>) {
    if sorted.descending {
        devices.sort_by_cached_key(|device| {
            let key = key(device);
            (key.is_none(), Reverse(key))
        });
    } else {
        devices.sort_by_cached_key(|device| {
            let key = key(device);
            (key.is_none(), key)
        });
    }
}

/// How soon a state asks for attention.
fn urgency(state: DeviceState) -> u8 {
    match state {
        DeviceState::Failure => 0,
        DeviceState::Cancelled => 1,
        DeviceState::Running => 2,
        DeviceState::Queued => 3,
        DeviceState::Success => 4,
        DeviceState::NoResult => 1,
    }
}

/// What happened to a device, in words.
pub fn said(device: &RunDevice) -> String {
    match (&device.message, device.state, device.changed) {
        (Some(message), ..) => message.clone(),
        (None, DeviceState::Success, Some(true)) => "Configuration changed".to_owned(),
        (None, DeviceState::Success, Some(false)) => "Configuration unchanged".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::outcome::Stage;

    use super::*;

    fn device(id: i64, hostname: &str, state: DeviceState, stage: Option<Stage>, took_s: Option<i64>) -> RunDevice {
        let at = |second| Timestamp::from_second(second).unwrap();
        RunDevice {
            device_id: id,
            hostname: hostname.into(),
            address: format!("10.0.0.{id}"),
            device_type: "cisco_ios".into(),
            state,
            stage,
            cause: (state == DeviceState::Failure).then_some(Cause::AuthFailed),
            message: None,
            attempt: 1,
            worker: None,
            started_at: took_s.map(|_| at(100)),
            finished_at: took_s.map(|took| at(100 + took)),
            result_id: None,
            details: None,
            changed: (state == DeviceState::Success).then_some(id == 4),
            snapshot_id: None,
        }
    }

    fn order(column: &'static str, descending: bool) -> Vec<i64> {
        let all = [
            device(1, "core-2", DeviceState::Failure, Some(Stage::Reach), Some(9)),
            device(2, "Core-1", DeviceState::Queued, None, None),
            device(3, "edge-1", DeviceState::Success, Some(Stage::Record), Some(2)),
            device(4, "access-1", DeviceState::Success, Some(Stage::Record), Some(40)),
        ];
        let mut devices: Vec<&RunDevice> = all.iter().collect();
        sort(&mut devices, Sorted { column, descending }, Timestamp::from_second(500).unwrap());
        devices.iter().map(|device| device.device_id).collect()
    }

    #[test]
    fn devices_are_sorted_by_each_column_both_ways() {
        for (column, upwards, downwards) in [
            ("attention", [1, 2, 3, 4], [4, 3, 2, 1]),
            ("device", [4, 2, 1, 3], [3, 1, 2, 4]),
            ("state", [1, 2, 3, 4], [3, 4, 2, 1]),
            ("stage", [1, 3, 4, 2], [3, 4, 1, 2]),
            ("cause", [1, 2, 3, 4], [1, 2, 3, 4]),
            ("message", [4, 3, 1, 2], [3, 4, 1, 2]),
            ("duration", [3, 1, 4, 2], [4, 1, 3, 2]),
        ] {
            assert_eq!(order(column, false), upwards, "{column}");
            assert_eq!(order(column, true), downwards, "{column} downwards");
        }
    }
}
