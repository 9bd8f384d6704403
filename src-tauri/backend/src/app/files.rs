//! How many files this process may have open, and how many of them are connections: the rest is kept for devices, the
//! database and the snapshots, so that clients cannot stop the work by connecting.

/// Most files that are asked for.
const MOST_FILES: u64 = 65_536;
/// Files taken as given where the system says nothing.
const USUAL_FILES: u64 = 1_024;
/// Files that are neither connections nor devices.
const RESERVE: u64 = 256;
/// Files of a session with a device.
const OF_SESSION: u64 = 2;
/// Most and fewest connections.
const CONNECTIONS: std::ops::RangeInclusive<u64> = 32..=4_096;

/// How many connections fit beside `sessions` sessions. Raises the limit of open files as far as the system allows.
pub(super) fn connections(sessions: usize) -> usize {
    let files = raise().unwrap_or(USUAL_FILES);
    usize::try_from(left(files, sessions)).unwrap_or(usize::MAX)
}

fn left(files: u64, sessions: usize) -> u64 {
    let sessions = u64::try_from(sessions).unwrap_or(u64::MAX).saturating_mul(OF_SESSION);
    files.saturating_sub(RESERVE.saturating_add(sessions)).clamp(*CONNECTIONS.start(), *CONNECTIONS.end())
}

/// The limit after it was raised; none where it is not known.
#[cfg(unix)]
fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.unwrap_or(MOST_FILES).min(MOST_FILES);
    if current.is_none_or(|current| current >= wanted) {
        return Some(current.unwrap_or(MOST_FILES));
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }) {
        Ok(()) => Some(wanted),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files could not be raised");
            current
        }
    }
}

#[cfg(not(unix))]
fn raise() -> Option<u64> {
    Some(MOST_FILES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_and_database_keep_their_share() {
        assert_eq!(left(1_024, 50), 1_024 - 256 - 100);
        assert_eq!(left(256, 50), 32);
        assert_eq!(left(MOST_FILES, 50), 4_096);
    }

    #[cfg(unix)]
    #[test]
    fn the_limit_is_what_the_system_allows() {
        use rustix::process::{Resource, getrlimit};
        raise();
        let limit = getrlimit(Resource::Nofile);
        assert!(limit.current.is_none_or(|current| current >= limit.maximum.unwrap_or(MOST_FILES).min(MOST_FILES)));
    }
}
