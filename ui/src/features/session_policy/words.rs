//! A session policy in words.

use netraven_api::session_policy::{CryptoPolicy, PolicyScope, PolicySetting, SessionLimit, SessionPolicy};

/// The settings of a policy that are set; limits of sessions are none of them.
pub fn settings(policy: &SessionPolicy) -> Vec<(PolicySetting, String)> {
    PolicySetting::ALL.into_iter().filter_map(|setting| Some((setting, value(policy, setting)?))).collect()
}

/// All that a policy sets, in a line; none if that is nothing.
pub fn summary(policy: &SessionPolicy) -> Option<String> {
    let settings = settings(policy).into_iter().map(|(setting, value)| format!("{}: {value}", setting.title()));
    let limit = SessionLimit {
        scope: PolicyScope::Server,
        name: String::new(),
        at_once: policy.at_once,
        per_second: policy.per_second,
    };
    let limits = policy.limits_sessions().then(|| format!("Limit: {}", limit.amount()));
    let told: Vec<String> = settings.chain(limits).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn value(policy: &SessionPolicy, setting: PolicySetting) -> Option<String> {
    match setting {
        PolicySetting::ConnectSeconds => policy.connect_seconds.map(|count| format!("{count} s")),
        PolicySetting::CommandSeconds => policy.command_seconds.map(|count| format!("{count} s")),
        PolicySetting::Width => policy.width.map(|count| format!("{count} characters")),
        PolicySetting::Height => policy.height.map(|count| format!("{count} lines")),
        PolicySetting::Newline => policy.newline.map(|newline| newline.title().to_owned()),
        PolicySetting::Crypto => policy.crypto.map(|crypto| match crypto {
            CryptoPolicy::Exactly => {
                let lists = [&policy.kex, &policy.host_key, &policy.cipher, &policy.mac];
                let lists = lists.map(|list| list.join(", "));
                format!("exactly {}", lists.join("; "))
            }
            CryptoPolicy::Modern | CryptoPolicy::Legacy => crypto.title().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_is_told() {
        assert_eq!(summary(&SessionPolicy::default()), None);
        let policy = SessionPolicy {
            command_seconds: Some(90),
            crypto: Some(CryptoPolicy::Modern),
            at_once: Some(4),
            ..SessionPolicy::default()
        };
        let told = "Time for a command: 90 s; Crypto policy: modern algorithms only; Limit: 4 at once";
        assert_eq!(summary(&policy).unwrap(), told);
        assert_eq!(settings(&policy).len(), 2);
    }
}
