//! A thing with results cannot be deleted: the server fails at it without a reason. This is checked first, so that nothing is
//! promised in vain.

use std::fmt::Display;

use netraven_api::Problem;
use netraven_api::native::Feature;
use netraven_api::problem::Code;

use super::{Context, offered};

/// Refuses to delete a thing that has results, which a filter on results finds.
pub async fn refuse(context: Context<'_>, (name, id): (&str, impl Display), what: &str) -> Result<(), Problem> {
    let results = match context.count("/job-results/", &[(name, id.to_string())]).await? {
        0 => return Ok(()),
        1 => "a result".to_owned(),
        many => format!("{many} results"),
    };
    let message =
        format!("This {what} has {results}, so it cannot be deleted. {}", offered::reason(Feature::DeleteUsed));
    Err(Problem::new(Code::NotOffered, message))
}
