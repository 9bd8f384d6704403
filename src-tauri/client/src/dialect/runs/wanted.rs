//! Which of the runs put together are meant, by the filters a server with runs would heed itself.

use std::collections::BTreeSet;

use netraven_api::Problem;
use netraven_api::runs::{Run, RunStatus, Trigger};

use super::cluster::Cluster;
use crate::dialect::asked::Asked;
use crate::dialect::{Talk, devices};

/// The filters; job and period are heeded where the results are read.
pub struct Wanted {
    kinds: Vec<String>,
    statuses: Vec<RunStatus>,
    triggers: Vec<Trigger>,
    device: Option<i64>,
    tagged: Option<BTreeSet<i64>>,
    search: String,
}

impl Wanted {
    /// Reads the filters, and which devices carry the tags asked for.
    pub async fn read(talk: Talk<'_>, asked: &Asked) -> Result<Wanted, Problem> {
        let tags: Vec<i64> = asked.many("tag_id").iter().filter_map(|id| id.parse().ok()).collect();
        let tagged = match tags.as_slice() {
            [] => None,
            tags => {
                let mut known = devices::all(talk).await?;
                known.retain(|device| device.tags.iter().any(|tag| tags.contains(&tag.id)));
                Some(known.into_iter().map(|device| device.id).collect())
            }
        };
        Ok(Wanted {
            kinds: asked.many("job_type"),
            statuses: asked.many("status").iter().filter_map(|word| RunStatus::parse(&word.to_lowercase())).collect(),
            triggers: asked.many("trigger").iter().filter_map(|word| Trigger::parse(&word.to_lowercase())).collect(),
            device: asked.number("device_id")?,
            tagged,
            search: asked.one("search").unwrap_or_default().to_lowercase(),
        })
    }

    /// Whether anything is asked for.
    pub fn is_everything(&self) -> bool {
        self.kinds.is_empty()
            && self.statuses.is_empty()
            && self.triggers.is_empty()
            && self.device.is_none()
            && self.tagged.is_none()
            && self.search.is_empty()
    }

    /// The device asked for.
    pub fn device(&self) -> Option<i64> {
        self.device
    }

    /// Whether a run is meant. One without results yet has no devices to be found by.
    pub fn fits(&self, run: &Run, cluster: Option<&Cluster>) -> bool {
        let holds = |text: &str| text.to_lowercase().contains(&self.search);
        let any = |is: &dyn Fn(i64, &str) -> bool| {
            cluster
                .is_some_and(|cluster| cluster.results().iter().any(|result| is(result.device_id, &result.device_name)))
        };
        (self.kinds.is_empty() || self.kinds.contains(&run.job_type))
            && (self.statuses.is_empty() || self.statuses.contains(&run.status))
            && (self.triggers.is_empty() || self.triggers.contains(&run.trigger))
            && self.device.is_none_or(|wanted| any(&|id, _| id == wanted))
            && self.tagged.as_ref().is_none_or(|tagged| any(&|id, _| tagged.contains(&id)))
            && (holds(&run.job_name) || any(&|_, name| holds(name)))
    }
}
