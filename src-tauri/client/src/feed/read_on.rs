//! The feed of a server of ours if its stream does not get through: the log is polled after the last line instead.

use netraven_api::Order;
use netraven_api::event::{Changed, FeedMessage, Link};
use netraven_api::logs::{ListLogs, StreamFilter};
use netraven_api::page::MAX_SIZE;
use tokio::time::Instant;

use super::{Feed, STREAM_PATIENCE};

impl Feed<'_> {
    /// Polls the log for a while after the stream could not be opened: a proxy may buffer it, or not know the
    /// route. Returns whether the log could be read at all.
    pub(super) async fn read_on(&mut self, sink: &mut impl FnMut(Vec<FeedMessage>)) -> bool {
        if self.heard {
            return false;
        }
        let until = Instant::now() + self.limits.longest_poll * STREAM_PATIENCE;
        let mut every = self.limits.first_poll;
        let mut has_read = false;
        while Instant::now() < until {
            let Some(news) = self.catch_up(sink).await else { break };
            has_read = true;
            every = if news { self.limits.first_poll } else { (every * 2).min(self.limits.longest_poll) };
            let every_s = every.as_secs_f64().ceil() as u64;
            sink(vec![FeedMessage::Link { link: Link::Polling { every_s } }]);
            tokio::time::sleep(every).await;
        }
        has_read
    }

    /// Reads the lines after the position; returns whether there were any, or none if they could not be read.
    async fn catch_up(&mut self, sink: &mut impl FnMut(Vec<FeedMessage>)) -> Option<bool> {
        let begun_at = self.position?;
        let StreamFilter { filter, changes, .. } = self.filter.clone();
        let mut wanted = ListLogs::from(filter);
        (wanted.size, wanted.order) = (Some(MAX_SIZE), Some(Order::Ascending));
        loop {
            wanted.after = self.position;
            let lines = self.client.send(&wanted).await.ok()?.items;
            let is_end = lines.len() < usize::try_from(MAX_SIZE).unwrap_or_default();
            let before = self.position;
            for line in lines.into_iter().filter(|line| Some(line.id) > before) {
                if let (Some(run_id), Some(job_id), Some(true)) = (line.run_id, line.job_id, changes) {
                    self.batch.change(Changed::Run { run_id, job_id, ended: true });
                }
                self.position = self.position.max(Some(line.id));
                self.batch.line(line);
            }
            self.batch.flush_all(sink);
            if is_end || self.position == before {
                return Some(self.position != Some(begun_at));
            }
        }
    }
}
