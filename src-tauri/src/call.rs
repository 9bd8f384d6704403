//! The one data command: forwards a request of the web view to the server, with the token the web view never sees.

#[cfg(doc)]
use netraven_api::native::Native;
use netraven_api::problem::Code;
use netraven_api::{Problem, Request, routes};
use serde_json::Value;
use tauri::State;

use crate::Shell;

/// Forwards a request to the session's server. `ticket` is the number by which [`Native::Withdraw`] cancels it.
#[tauri::command]
pub async fn call(shell: State<'_, Shell>, request: Request, ticket: u64) -> Result<Value, Problem> {
    allow(&request)?;
    shell.connection.calls().call_by(ticket, request).await
}

/// Refuses requests that are not in the table of routes.
pub fn allow(request: &Request) -> Result<(), Problem> {
    let path = request.path.split(['?', '#']).next().unwrap_or_default();
    if routes::find(request.method, path).is_some() && !request.path.contains('#') {
        return Ok(());
    }
    let message = format!("The window may not call {} {path}: it is not a route of the API.", request.method.as_str());
    Err(Problem::new(Code::NotFound, message))
}

#[cfg(test)]
mod tests {
    use netraven_api::{Endpoint, Method, jobs};

    use super::*;

    fn request(method: Method, path: &str) -> Request {
        Request { method, path: path.to_owned(), body: None }
    }

    #[test]
    fn routes_of_the_table_pass_with_their_query() {
        assert_eq!(allow(&jobs::ListJobs { size: Some(5), ..Default::default() }.request()), Ok(()));
        assert_eq!(allow(&jobs::RunJob(3.into()).request()), Ok(()));
    }

    #[test]
    fn everything_else_is_refused() {
        for path in
            ["/auth/token", "/logs/stream", "/openapi.json", "/jobs/../users/", "//evil/jobs/", "jobs/", "/jobs/#x"]
        {
            assert_eq!(allow(&request(Method::Get, path)).unwrap_err().code, Code::NotFound, "{path}");
        }
        assert!(allow(&request(Method::Delete, "/jobs/")).is_err());
    }
}
