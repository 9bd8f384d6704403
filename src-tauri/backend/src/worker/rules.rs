//! The session policy of a device as its sessions need it.

use std::sync::Arc;
use std::time::Duration;

use netraven_api::session_policy::{ChosenSetting, HeldPolicy, Newline, PolicySetting, SetPolicy};
use netraven_api::{DeviceId, JumpHostId};

use super::Worker;
use super::patience::{Undone, patiently};
use crate::platforms::{Adjustments, Definition};
use crate::session::{Cancel, CryptoRules, Limits};

/// How often a command may take as long as its time limit before the session as a whole has taken too long.
const COMMANDS: u32 = 4;

/// What holds for the sessions with one device.
pub struct SessionRules {
    held: HeldPolicy,
    set: Vec<SetPolicy>,
}

impl SessionRules {
    /// The rules of a device as they are now.
    pub(super) async fn of(worker: &Worker, device: DeviceId, cancel: &Cancel) -> Result<SessionRules, Undone> {
        let set = patiently(cancel, || worker.store.policies_of_device(device)).await?;
        Ok(SessionRules { held: HeldPolicy::of_device(&set), set })
    }

    /// How long each wait may be.
    pub(super) fn limits(&self) -> Limits {
        let usual = Limits::default();
        let idle = self.command().unwrap_or(usual.idle);
        Limits {
            connect: seconds(self.held.policy.connect_seconds).unwrap_or(usual.connect),
            idle,
            total: usual.total.max(idle * COMMANDS),
            ..usual
        }
    }

    /// Which algorithms are offered to the device.
    pub(super) fn crypto(&self) -> CryptoRules {
        crypto(&self.held)
    }

    /// Which algorithms are offered to a jump host before it.
    pub(super) fn crypto_of(&self, jump_host: JumpHostId) -> CryptoRules {
        crypto(&HeldPolicy::of_jump_host(&self.set, jump_host))
    }

    /// The platform with what the policy says of terminal, newline and time.
    pub(super) fn applied_to(&self, definition: Arc<Definition>) -> Arc<Definition> {
        let policy = &self.held.policy;
        let size = |size: Option<i64>| size.and_then(|size| u32::try_from(size).ok());
        let to = Adjustments {
            width: size(policy.width),
            height: size(policy.height),
            newline: policy.newline.map(Newline::characters),
            timeout: self.command(),
        };
        if to == Adjustments::default() { definition } else { Arc::new(definition.adjusted(&to)) }
    }

    fn command(&self) -> Option<Duration> {
        seconds(self.held.policy.command_seconds)
    }
}

fn crypto(held: &HeldPolicy) -> CryptoRules {
    let source = held.chosen(PolicySetting::Crypto).map(ChosenSetting::source);
    source.map(|source| CryptoRules::new(&held.policy, source)).unwrap_or_default()
}

fn seconds(count: Option<i64>) -> Option<Duration> {
    count.and_then(|count| u64::try_from(count).ok()).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use netraven_api::session_policy::{PolicyScope, SessionPolicy};

    use super::*;

    #[test]
    fn time_limits_hold_for_the_waits_and_leave_the_session_time_enough() {
        let rules = |policy| {
            let set = vec![SetPolicy { scope: PolicyScope::Server, name: String::new(), jump_host_id: None, policy }];
            SessionRules { held: HeldPolicy::of_device(&set), set }
        };
        let usual = rules(SessionPolicy::default()).limits();
        assert_eq!((usual.connect.as_secs(), usual.idle.as_secs(), usual.total.as_secs()), (10, 30, 600));
        let slow = SessionPolicy { connect_seconds: Some(60), command_seconds: Some(900), ..SessionPolicy::default() };
        let slow = rules(slow).limits();
        assert_eq!((slow.connect.as_secs(), slow.idle.as_secs(), slow.total.as_secs()), (60, 900, 3600));
    }
}
