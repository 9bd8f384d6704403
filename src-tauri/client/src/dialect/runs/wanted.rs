//! Selects among the reconstructed runs by the filters that a server with runs would apply itself.

use std::collections::BTreeSet;

use netraven_api::devices::Device;
use netraven_api::jobs::JobKind;
use netraven_api::runs::{Run, RunStatus, Trigger};
use netraven_api::{DeviceId, Open, Problem, TagId};

use super::bind::Seen;
use crate::dialect::Context;
use crate::dialect::parsed_request::ParsedRequest;

/// The filters; job and period are applied where the results are read.
pub struct Wanted {
    kinds: Vec<Open<JobKind>>,
    statuses: Vec<RunStatus>,
    triggers: Vec<Trigger>,
    device: Option<DeviceId>,
    tagged: Option<BTreeSet<DeviceId>>,
    /// Names of the wanted devices, which the log has instead of ids.
    named: BTreeSet<String>,
    search: String,
}

impl Wanted {
    /// Reads the filters, and which devices carry the wanted tags.
    pub async fn read(context: Context<'_>, request: &ParsedRequest) -> Result<Wanted, Problem> {
        let tags: Vec<TagId> = request.many("tag_id").iter().filter_map(|id| id.parse().ok()).collect();
        let device = request.id("device_id")?;
        let known = if tags.is_empty() && device.is_none() { None } else { Some(context.known_devices().await?) };
        let has_tag = |found: &&Device| found.tags.iter().any(|tag| tags.contains(&tag.id));
        let of_tags: Vec<&Device> = known.iter().flat_map(|known| known.iter().filter(has_tag)).collect();
        let tagged = (!tags.is_empty()).then(|| of_tags.iter().map(|device| device.id).collect());
        let asked_for = known.iter().flat_map(|known| known.iter().filter(|it| device == Some(it.id)));
        let named = if device.is_some() { asked_for.collect() } else { of_tags };
        let named = named.into_iter().map(|device: &Device| device.hostname.clone()).collect();
        Ok(Wanted {
            kinds: request.many("job_type").iter().map(|word| Open::of(word)).collect(),
            statuses: request.many("status").iter().filter_map(|word| RunStatus::parse(&word.to_lowercase())).collect(),
            triggers: request.many("trigger").iter().filter_map(|word| Trigger::parse(&word.to_lowercase())).collect(),
            device,
            tagged,
            named,
            search: request.one("search").unwrap_or_default().to_lowercase(),
        })
    }

    /// Whether any filter is set.
    pub fn is_everything(&self) -> bool {
        self.kinds.is_empty()
            && self.statuses.is_empty()
            && self.triggers.is_empty()
            && self.device.is_none()
            && self.tagged.is_none()
            && self.search.is_empty()
    }

    /// The wanted device.
    pub fn device(&self) -> Option<DeviceId> {
        self.device
    }

    /// Whether a run matches. One without results yet has no devices to match.
    pub fn fits(&self, run: &Run, seen: Option<&Seen>) -> bool {
        let holds = |text: &str| text.to_lowercase().contains(&self.search);
        let named = |name: &str| self.named.contains(name);
        let any = |is: &dyn Fn(DeviceId) -> bool| seen.is_some_and(|seen| seen.holds(|id, _| is(id), named));
        (self.kinds.is_empty() || self.kinds.contains(&run.job_type))
            && (self.statuses.is_empty() || self.statuses.contains(&run.status))
            && (self.triggers.is_empty() || self.triggers.contains(&run.trigger))
            && self.device.is_none_or(|wanted| any(&|id| id == wanted))
            && self.tagged.as_ref().is_none_or(|tagged| any(&|id| tagged.contains(&id)))
            && (holds(&run.job_name) || seen.is_some_and(|seen| seen.holds(|_, name| holds(name), holds)))
    }
}
