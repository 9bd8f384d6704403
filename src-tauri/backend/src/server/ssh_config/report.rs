//! The outcome of a file's hosts: counted in full, listed up to a bound, so that the answer stays small for any file.

use netraven_api::devices::{
    SshConfigLogin, SshConfigOutcome, SshConfigRemark, SshHost, SshHostCounts, SshHostFate, SshHostKind,
};
use netraven_api::sheet::LISTED;
use netraven_api::ssh_config::Remarks;

/// The outcome of the hosts so far.
#[derive(Debug, Default)]
pub struct HostReport {
    jump_hosts: SshHostCounts,
    devices: SshHostCounts,
    listed: [usize; SshHostFate::ALL.len()],
    hosts: Vec<SshHost>,
    /// How many were changed to what the file says, or would be.
    pub updated: i64,
}

impl HostReport {
    /// Counts a host; `why` has neither a capital letter at its beginning nor a full stop.
    pub fn tell(&mut self, (kind, fate): (SshHostKind, SshHostFate), line: i64, name: &str, why: &str) {
        let counts = match kind {
            SshHostKind::JumpHost => &mut self.jump_hosts,
            SshHostKind::Device => &mut self.devices,
        };
        *match fate {
            SshHostFate::New => &mut counts.new,
            SshHostFate::Same => &mut counts.same,
            SshHostFate::Changed => &mut counts.changed,
            SshHostFate::Wrong => &mut counts.wrong,
        } += 1;
        let listed = &mut self.listed[fate as usize];
        if *listed < LISTED {
            *listed += 1;
            self.hosts.push(SshHost { line, name: name.to_owned(), kind, fate, message: sentence(why) });
        }
    }

    /// How many hosts were added.
    pub fn added(&self) -> i64 {
        self.jump_hosts.new + self.devices.new
    }

    /// The answer.
    pub fn outcome(
        mut self,
        remarks: &Remarks,
        logins: Vec<SshConfigLogin>,
        stopped: Option<String>,
    ) -> SshConfigOutcome {
        self.hosts.sort_by_key(|host| host.line);
        let listed = remarks.listed.iter();
        SshConfigOutcome {
            jump_hosts: self.jump_hosts,
            devices: self.devices,
            updated: self.updated,
            hosts: self.hosts,
            remarks: listed
                .map(|remark| SshConfigRemark { line: remark.line, message: remark.sentence.clone() })
                .collect(),
            not_understood: remarks.count,
            logins,
            stopped,
        }
    }
}

/// A reason as a sentence.
pub fn sentence(why: &str) -> String {
    let mut letters = why.trim_end_matches('.').chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_is_counted_and_the_first_of_each_fate_are_listed() {
        let mut report = HostReport::default();
        for line in 0..600 {
            report.tell((SshHostKind::Device, SshHostFate::Wrong), 1_000 - line, "r1", "its port is none");
        }
        report.tell((SshHostKind::JumpHost, SshHostFate::New), 7, "gate", "at 192.0.2.1:22.");
        assert_eq!(report.added(), 1);
        let outcome = report.outcome(&Remarks::default(), Vec::new(), None);
        assert_eq!((outcome.devices.wrong, outcome.jump_hosts.new, outcome.hosts.len()), (600, 1, LISTED + 1));
        assert_eq!((outcome.hosts[0].name.as_str(), outcome.hosts[0].message.as_str()), ("gate", "At 192.0.2.1:22."));
        assert_eq!(outcome.hosts[1].message, "Its port is none.");
    }
}
