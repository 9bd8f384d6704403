//! What was last read, so that a page opened again shows it at once while it is refetched.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jiff::Timestamp;

/// Most replies kept.
const KEPT: usize = 120;

struct Entry {
    value: Rc<dyn Any>,
    at: Timestamp,
    used: u64,
}

/// The replies of one session, by request path.
#[derive(Clone, Default)]
pub struct Cache {
    entries: Rc<RefCell<HashMap<String, Entry>>>,
    uses: Rc<RefCell<u64>>,
}

impl Cache {
    /// The last reply of a path and when it came, if it is of this type.
    pub fn get<T: 'static>(&self, path: &str) -> Option<(Rc<T>, Timestamp)> {
        let mut entries = self.entries.borrow_mut();
        let entry = entries.get_mut(path)?;
        entry.used = self.next_use();
        Some((entry.value.clone().downcast::<T>().ok()?, entry.at))
    }

    /// Keeps a reply; the one not used for longest makes room.
    pub fn put<T: 'static>(&self, path: &str, value: Rc<T>, at: Timestamp) {
        let mut entries = self.entries.borrow_mut();
        let used = self.next_use();
        entries.insert(path.to_owned(), Entry { value, at, used });
        if entries.len() > KEPT {
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.used).map(|(path, _)| path.clone());
            if let Some(oldest) = oldest {
                entries.remove(&oldest);
            }
        }
    }

    fn next_use(&self) -> u64 {
        let mut uses = self.uses.borrow_mut();
        *uses += 1;
        *uses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reply_not_used_for_longest_makes_room() {
        let cache = Cache::default();
        let at = Timestamp::UNIX_EPOCH;
        for number in 0..KEPT {
            cache.put(&format!("/devices/{number}"), Rc::new(number), at);
        }
        assert!(cache.get::<usize>("/devices/0").is_some());
        cache.put("/devices/new", Rc::new(0_usize), at);
        assert!(cache.get::<usize>("/devices/0").is_some());
        assert!(cache.get::<usize>("/devices/1").is_none());
    }
}
