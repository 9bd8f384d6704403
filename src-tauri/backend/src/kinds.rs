//! The kinds of job there are. What a kind does is its file in `worker/`; nobody else asks.

/// A kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads, proves and stores configurations.
    ConfigBackup,
    /// Tests whether devices answer.
    Reachability,
}

/// Every kind's name on the wire, in the order of [`Kind`].
pub const NAMES: &[&str] = &[netraven_api::jobs::CONFIG_BACKUP, netraven_api::jobs::REACHABILITY];

impl Kind {
    /// The kind of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Kind> {
        match name {
            netraven_api::jobs::CONFIG_BACKUP => Some(Kind::ConfigBackup),
            netraven_api::jobs::REACHABILITY => Some(Kind::Reachability),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_kind() {
        assert!(NAMES.iter().all(|name| Kind::parse(name).is_some()));
        assert_eq!(Kind::parse("backup"), None);
    }
}
