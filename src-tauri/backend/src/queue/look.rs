//! Looking at the queue as a whole: its tasks, its length, the server's state; and removing waiting tasks.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use netraven_api::{DeviceId, RunId};
use redis::streams::{StreamId, StreamInfoGroupsReply, StreamRangeReply};

use super::deliveries::task_of;
use super::{GROUP, Priority, Queue, QueueError, QueueStatus, ServerInfo, Task, scripts};

/// Entries read at once.
const PAGE: usize = 1000;
/// The most entries looked through in one call.
const SCAN_LIMIT: usize = 500_000;

impl Queue {
    /// Every task that is queued or leased. An error rather than a part when there are too many: a task missing from the answer
    /// counts as lost and would be queued twice.
    pub async fn holds(&self) -> Result<HashSet<Task>, QueueError> {
        self.holds_up_to(SCAN_LIMIT).await
    }

    pub(super) async fn holds_up_to(&self, limit: usize) -> Result<HashSet<Task>, QueueError> {
        let mut tasks = HashSet::new();
        let mut seen = 0;
        for priority in Priority::ALL {
            let mut start = "-".to_owned();
            loop {
                let page = self.page(priority, &start, PAGE).await?;
                seen += page.len();
                if seen > limit {
                    return Err(QueueError::TooLong { limit });
                }
                tasks.extend(page.iter().filter_map(task_of));
                match page.last() {
                    Some(last) if page.len() == PAGE => start = format!("({}", last.id),
                    _ => break,
                }
            }
        }
        Ok(tasks)
    }

    async fn page(&self, priority: Priority, start: &str, count: usize) -> Result<Vec<StreamId>, QueueError> {
        let mut range = redis::cmd("XRANGE");
        range.arg(self.stream(priority)).arg(start).arg("+").arg("COUNT").arg(count);
        Ok(self.link.ask::<StreamRangeReply>(&range).await?.ids)
    }

    /// The state of each queue, the most urgent first.
    pub async fn lengths(&self) -> Result<Vec<QueueStatus>, QueueError> {
        let mut all = Vec::with_capacity(Priority::ALL.len());
        for priority in Priority::ALL {
            let mut info = redis::cmd("XINFO");
            info.arg("GROUPS").arg(self.stream(priority));
            let groups: StreamInfoGroupsReply = self.ask_group(&info).await?;
            let group = groups.groups.into_iter().find(|group| group.name == GROUP);
            let (leased, delivered_up_to) = group
                .map_or((0, "-".to_owned()), |group| (group.pending as u64, format!("({}", group.last_delivered_id)));
            let length: u64 = self.link.ask(redis::cmd("XLEN").arg(self.stream(priority))).await?;
            let first_waiting = self.page(priority, &delivered_up_to, 1).await?;
            all.push(QueueStatus {
                priority,
                waiting: length.saturating_sub(leased),
                leased,
                oldest: first_waiting.first().and_then(pushed_at),
            });
        }
        Ok(all)
    }

    /// Removes a run's tasks that no worker has yet, and returns how many.
    pub async fn remove_run(&self, run_id: RunId) -> Result<u64, QueueError> {
        self.remove_waiting(run_id, "").await
    }

    /// Removes one device of a run if no worker has it yet, and returns how many tasks that were.
    pub async fn remove_device(&self, run_id: RunId, device_id: DeviceId) -> Result<u64, QueueError> {
        self.remove_waiting(run_id, &device_id.to_string()).await
    }

    async fn remove_waiting(&self, run_id: RunId, device: &str) -> Result<u64, QueueError> {
        let mut removed = 0;
        for priority in Priority::ALL {
            let mut start = "-".to_owned();
            loop {
                let mut script = scripts::on(scripts::REMOVE_WAITING, &self.stream(priority));
                script.arg(GROUP).arg(&start).arg(PAGE).arg(run_id.get()).arg(device);
                let (last, count): (String, u64) = self.ask_group(&script).await?;
                removed += count;
                if last.is_empty() {
                    break;
                }
                start = format!("({last}");
            }
        }
        Ok(removed)
    }

    /// Asks the server about itself.
    pub async fn ping(&self) -> Result<ServerInfo, QueueError> {
        let text: String = self.link.ask(&redis::cmd("INFO")).await?;
        let fields: HashMap<_, _> = text.lines().filter_map(|line| line.trim().split_once(':')).collect();
        let number = |name| fields.get(name).and_then(|value| value.parse().ok()).unwrap_or_default();
        Ok(ServerInfo {
            uptime_s: number("uptime_in_seconds"),
            used_memory_bytes: number("used_memory"),
            version: fields.get("redis_version").copied().unwrap_or_default().to_owned(),
        })
    }
}

/// An entry's id begins with the server's time of the push.
fn pushed_at(entry: &StreamId) -> Option<Timestamp> {
    let (milliseconds, _) = entry.id.split_once('-')?;
    Timestamp::from_millisecond(milliseconds.parse().ok()?).ok()
}
