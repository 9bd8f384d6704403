//! The gate's cache of users: short, so that not every request asks the database, and longer while the database is
//! away. A change through this server is seen by its next request; one made elsewhere after [`FRESH`].

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::store::users::Standing;

/// How long a user is not fetched again.
const FRESH: Duration = Duration::from_secs(1);
/// How long a user is remembered while the database is away.
const MEMORY: Duration = Duration::from_secs(10 * 60);

/// Users that called recently. Only existing ones are kept, so there are not many.
#[derive(Default)]
pub struct Accounts {
    known: Mutex<KnownUsers>,
}

#[derive(Default)]
struct KnownUsers {
    users: HashMap<String, (Standing, Instant)>,
    /// Incremented by every change: an answer to an older question is not kept.
    generation: u64,
}

impl Accounts {
    /// The user, if fetched a moment ago.
    pub fn fresh(&self, username: &str) -> Option<Standing> {
        self.younger_than(username, FRESH)
    }

    /// The user, if fetched within the last minutes.
    pub fn remembered(&self, username: &str) -> Option<Standing> {
        self.younger_than(username, MEMORY)
    }

    /// A mark to take before asking the database.
    pub fn generation(&self) -> u64 {
        self.known.lock().expect("no holder of this lock panics").generation
    }

    /// Keeps the database's answer, unless a user was changed since the mark was taken.
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

    /// Forgets all users: one of them was changed.
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
        let user =
            User { id: 1.into(), username: name, email: None, full_name: None, role: Role::Admin, is_active: true };
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
