//! The tags that rows name, by the server's numbers, the only way it knows them.

use std::collections::{BTreeSet, HashMap};

use netraven_api::problem::Code;
use netraven_api::sheet::{Entry, RefusalKind, Tally};
use netraven_api::{Method, Problem, TagId};
use serde_json::json;

use crate::dialect::Context;
use crate::dialect::lists::MOST_ROWS;
use crate::dialect::row::Row;

/// Most new tags listed by the check.
const TOLD: usize = 100;

/// The tags of a server, read when the first one is needed.
pub struct Tags<'a> {
    context: Context<'a>,
    /// By name, and by number as a text.
    known: Option<HashMap<String, TagId>>,
}

impl<'a> Tags<'a> {
    pub fn new(context: Context<'a>) -> Tags<'a> {
        Tags { context, known: None }
    }

    /// Finds the tags of each entry, and creates missing ones. Entries with a tag that cannot be created are refused.
    pub async fn make(&mut self, entries: Vec<Entry>, tally: &mut Tally) -> Result<Vec<(Entry, Vec<TagId>)>, Problem> {
        let mut right = Vec::new();
        for entry in entries {
            let mut ids = Vec::new();
            let mut fault = None;
            for name in &entry.tags {
                match self.id(name).await? {
                    Ok(id) => ids.push(id),
                    Err(why) => {
                        fault.get_or_insert(why);
                    }
                }
            }
            match fault {
                None => right.push((entry, ids)),
                Some(why) => tally.refuse(entry.refused(RefusalKind::Wrong, &why)),
            }
        }
        Ok(right)
    }

    /// Counts the entries whose tags exist or can be created, collects the names of the new ones, and refuses the other entries.
    pub async fn look(
        &mut self,
        entries: Vec<Entry>,
        tally: &mut Tally,
        new: &mut BTreeSet<String>,
    ) -> Result<usize, Problem> {
        let mut right = 0;
        for entry in entries {
            let mut lacking = None;
            for name in &entry.tags {
                if self.known().await?.contains_key(name) {
                    continue;
                }
                if is_number(name) {
                    lacking = Some(name.clone());
                } else if new.len() < TOLD {
                    new.insert(name.clone());
                }
            }
            match lacking {
                None => right += 1,
                Some(name) => tally.refuse(entry.refused(RefusalKind::Wrong, &no_tag(&name))),
            }
        }
        Ok(right)
    }

    async fn id(&mut self, name: &str) -> Result<Result<TagId, String>, Problem> {
        if let Some(id) = self.known().await?.get(name) {
            return Ok(Ok(*id));
        }
        if is_number(name) {
            return Ok(Err(no_tag(name)));
        }
        match self.context.change(Method::Post, "/tags/".to_owned(), Some(json!({ "name": name }))).await {
            Ok(made) => {
                let id: TagId = Row(&made).id();
                self.known().await?.insert(name.to_owned(), id);
                Ok(Ok(id))
            }
            Err(problem) if problem.code == Code::Unauthenticated => Err(problem),
            Err(problem) => {
                let why = problem.message.trim_end_matches('.');
                Ok(Err(format!("the tag {name} could not be created: {why}")))
            }
        }
    }

    async fn known(&mut self) -> Result<&mut HashMap<String, TagId>, Problem> {
        if self.known.is_none() {
            let there = self.context.all("/tags/", &[], MOST_ROWS).await?;
            let rows = || there.rows.iter().map(Row);
            let mut known: HashMap<String, TagId> =
                rows().map(|row| (row.id::<TagId>().to_string(), row.id())).collect();
            known.extend(rows().map(|row| (row.word("name"), row.id())));
            self.known = Some(known);
        }
        Ok(self.known.get_or_insert_default())
    }
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

fn no_tag(name: &str) -> String {
    format!("there is no tag with the number or name {name}")
}
