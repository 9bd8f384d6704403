//! Users as the gate remembers them: for a moment, so that not every request asks the database, and longer for the time the
//! database is away. A change through this server is seen by its next request; one made elsewhere after [`FRESH`].

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::store::users::Standing;

/// How long a user is not asked for again.
const FRESH: Duration = Duration::from_secs(1);
/// How long a user is remembered for the time the database is away.
const MEMORY: Duration = Duration::from_secs(10 * 60);

/// The users that called lately. Only those that exist are kept, so there are not many.
#[derive(Default)]
pub struct Accounts {
    known: Mutex<KnownUsers>,
}

#[derive(Default)]
struct KnownUsers {
    users: HashMap<String, (Standing, Instant)>,
    /// Raised by every change: an answer that was asked for before it is not remembered.
    generation: u64,
}

impl Accounts {
    /// The user, if it was read a moment ago.
    pub fn fresh(&self, username: &str) -> Option<Standing> {
        self.younger_than(username, FRESH)
    }

    /// The user, if it was read within the last minutes.
    pub fn remembered(&self, username: &str) -> Option<Standing> {
        self.younger_than(username, MEMORY)
    }

    /// A mark to take before asking the database.
    pub fn generation(&self) -> u64 {
        self.known.lock().expect("no holder of this lock panics").generation
    }

    /// Keeps what the database answered, unless a user was changed since the mark was taken.
    pub fn remember(&self, username: &str, standing: Option<&Standing>, generation: u64) {
        let mut known = self.known.lock().expect("no holder of this lock panics");
        match standing {
            Some(standing) if known.generation == generation => {
                known.users.insert(username.to_owned(), (standing.clone(), Instant::now()));
            }
            _ => {
                known.users.remove(username);
            }
        }
    }

    /// Forgets everybody: a user was changed.
    pub fn forget(&self) {
        let mut known = self.known.lock().expect("no holder of this lock panics");
        known.users.clear();
        known.generation += 1;
    }

    fn younger_than(&self, username: &str, age: Duration) -> Option<Standing> {
        let known = self.known.lock().expect("no holder of this lock panics");
        known.users.get(username).filter(|(_, at)| at.elapsed() < age).map(|(standing, _)| standing.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netraven_api::users::{Role, User};

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let accounts = Accounts::default();
        let name = "admin".to_owned();
        let user = User { id: 1.into(), username: name, email: None, full_name: None, role: Role::Admin, is_active: true };
        let standing = Standing { user, mark: uuid::Uuid::new_v4(), kept: None };
        accounts.remember("admin", Some(&standing), accounts.generation());
        assert!(accounts.fresh("admin").is_some());
        let mark = accounts.generation();
        accounts.forget();
        assert!(accounts.fresh("admin").is_none());
        accounts.remember("admin", Some(&standing), mark);
        assert!(accounts.fresh("admin").is_none());
    }
}
