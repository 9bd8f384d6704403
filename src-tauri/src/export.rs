//! Exports: every row that matches a filter, read page by page and written to a file, one export at a time. Memory holds one page.

mod rows;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use netraven_api::logs::{ListLogs, LogEntry, LogFilter};
use netraven_api::native::{ExportFormat, ExportState, ExportWhat};
use netraven_api::page::MAX_SIZE;
use netraven_api::problem::Code;
use netraven_api::runs::{ListRuns, Run};
use netraven_api::sorting::{LogColumn, RunColumn};
use netraven_api::{LogId, Order, Page, Problem, RunId};
use netraven_client::Client;
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio_util::sync::CancellationToken;

use crate::connection::Open;
use rows::Row;

/// The export of this window, if there is one.
#[derive(Clone, Default)]
pub struct Exports(Arc<Mutex<Current>>);

#[derive(Default)]
struct Current {
    state: ExportState,
    cancel: CancellationToken,
}

impl Exports {
    /// Progress of the newest export.
    pub fn state(&self) -> ExportState {
        self.lock().state.clone()
    }

    /// Stops it without waiting: the partial file is removed.
    pub fn stop(&self) -> ExportState {
        self.lock().cancel.cancel();
        self.state()
    }

    /// Starts writing; it ends with the session. Only one at a time.
    pub fn start(
        &self,
        open: Open,
        what: ExportWhat,
        format: ExportFormat,
        path: PathBuf,
    ) -> Result<ExportState, Problem> {
        let cancel = open.scope.child_token();
        {
            let mut current = self.lock();
            if current.state.active {
                return Err(Problem::new(
                    Code::Conflict,
                    "An export is already running. Wait for it to finish, or stop it.",
                ));
            }
            *current =
                Current { state: ExportState { active: true, ..ExportState::default() }, cancel: cancel.clone() };
        }
        let exports = self.clone();
        tauri::async_runtime::spawn(async move {
            let client = open.client;
            let written = match what {
                ExportWhat::Logs { query } => {
                    let pages = move |place| lines(client.clone(), query.clone(), place);
                    exports.write(&path, format, &cancel, pages).await
                }
                ExportWhat::Runs { query } => {
                    let pages = move |place| runs(client.clone(), query.clone(), place);
                    exports.write(&path, format, &cancel, pages).await
                }
            };
            exports.end(written, &path);
        });
        Ok(self.state())
    }

    fn end(&self, written: Result<(), Problem>, path: &Path) {
        let mut current = self.lock();
        current.state.active = false;
        match written {
            Ok(()) => current.state.file = Some(path.display().to_string()),
            Err(_) if current.cancel.is_cancelled() => current.state.stopped = true,
            Err(problem) => current.state.problem = Some(problem),
        }
    }

    /// Writes to a temporary name and renames at the end, so that there is never half a file.
    async fn write<R: Row, F: Future<Output = Result<Page<R>, Problem>>>(
        &self,
        path: &Path,
        format: ExportFormat,
        cancel: &CancellationToken,
        pages: impl FnMut(Place) -> F,
    ) -> Result<(), Problem> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let mut written = self.write_pages(&part, format, cancel, pages).await;
        if written.is_ok() {
            written = tokio::fs::rename(&part, path).await.map_err(|error| unwritten(path, &error));
        }
        if written.is_err()
            && let Err(error) = tokio::fs::remove_file(&part).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the partly written export was not removed");
        }
        written
    }

    async fn write_pages<R: Row, F: Future<Output = Result<Page<R>, Problem>>>(
        &self,
        part: &Path,
        format: ExportFormat,
        cancel: &CancellationToken,
        mut pages: impl FnMut(Place) -> F,
    ) -> Result<(), Problem> {
        let failed = |error: std::io::Error| unwritten(part, &error);
        let mut file = BufWriter::new(File::create(part).await.map_err(failed)?);
        file.write_all(rows::head::<R>(format).as_bytes()).await.map_err(failed)?;
        let mut place = Place::default();
        loop {
            let page = tokio::select! {
                () = cancel.cancelled() => return Err(Problem::new(Code::Conflict, "The export was stopped.")),
                page = pages(place) => page?,
            };
            // The smallest id, however the server sorts: each page is past the last, so that the end is reached.
            let Some(least) = page.items.iter().map(Row::id).min() else {
                // A search may have read many rows without a match: older ones are still to be read.
                match page.stopped_at.filter(|at| place.until != Some(*at)) {
                    Some(at) => place.until = Some(at),
                    None => break,
                }
                continue;
            };
            let text: String = page.items.iter().map(|row| rows::line(row, format)).collect();
            file.write_all(text.as_bytes()).await.map_err(failed)?;
            self.tell(&page);
            place.before = Some(least);
        }
        file.flush().await.map_err(failed)?;
        file.get_ref().sync_all().await.map_err(failed)
    }

    fn tell<R>(&self, page: &Page<R>) {
        let state = &mut self.lock().state;
        state.rows += i64::try_from(page.items.len()).unwrap_or_default();
        state.total.get_or_insert(page.total);
        if page.note.is_some() {
            state.note.clone_from(&page.note);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the next page begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    /// After this row.
    before: Option<i64>,
    /// Rows up to this time.
    until: Option<Timestamp>,
}

async fn lines(client: Client, query: ListLogs, from: Place) -> Result<Page<LogEntry>, Problem> {
    let end_time = from.until.or(query.filter.end_time);
    let place = ListLogs {
        page: None,
        size: Some(MAX_SIZE),
        sort: Some(LogColumn::Id),
        order: Some(Order::Descending),
        after: None,
        before: from.before.map(LogId::new),
        filter: LogFilter { end_time, ..query.filter },
        ..query
    };
    client.send(&place).await
}

async fn runs(client: Client, query: ListRuns, from: Place) -> Result<Page<Run>, Problem> {
    let place = ListRuns {
        page: None,
        size: Some(MAX_SIZE),
        sort: Some(RunColumn::Id),
        order: Some(Order::Descending),
        after: None,
        before: from.before.map(RunId::new),
        ..query
    };
    client.send(&place).await
}

fn unwritten(path: &Path, error: &std::io::Error) -> Problem {
    let message = format!("\"{}\" cannot be written: {error}. Choose another folder.", path.display());
    Problem::field("file", message)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::future::{pending, ready};

    use super::*;

    /// A server of 1,050 lines that gives a hundred a page.
    fn page_of(before: Option<i64>) -> Page<LogEntry> {
        let newest = before.unwrap_or(1_051) - 1;
        let line = |id: i64| {
            let text = format!(
                r#"{{"id":{id},"timestamp":"2026-11-23T14:05:00Z","log_type":"job","level":"INFO","message":"line {id}"}}"#
            );
            serde_json::from_str(&text).unwrap()
        };
        Page::new((1..=newest).rev().take(100).map(line).collect(), newest, 1, 100)
    }

    #[tokio::test]
    async fn every_row_is_written_once_and_the_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.jsonl");
        let exports = Exports::default();
        let cancel = CancellationToken::new();
        let pages = |place: Place| {
            assert!(!path.exists());
            ready(Ok(page_of(place.before)))
        };
        exports.write(&path, ExportFormat::JsonLines, &cancel, pages).await.unwrap();
        exports.end(Ok(()), &path);
        let text = std::fs::read_to_string(&path).unwrap();
        let ids: BTreeSet<i64> =
            text.lines().map(|line| serde_json::from_str::<LogEntry>(line).unwrap().id.get()).collect();
        assert_eq!((text.lines().count(), ids.len()), (1_050, 1_050));
        let state = exports.state();
        assert_eq!((state.rows, state.total, state.active), (1_050, Some(1_050), false));
        assert_eq!(state.file.as_deref(), Some(path.display().to_string().as_str()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_search_that_looked_in_vain_goes_on_with_what_is_older() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.jsonl");
        let (exports, cancel) = (Exports::default(), CancellationToken::new());
        let early: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let pages = |place: Place| {
            let mut page = page_of(Some(1));
            match place {
                Place { until: None, .. } => page.stopped_at = Some(early),
                Place { before: None, .. } => page = page_of(Some(3)),
                Place { .. } => {}
            }
            ready(Ok(page))
        };
        exports.write(&path, ExportFormat::JsonLines, &cancel, pages).await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    }

    #[tokio::test]
    async fn what_is_stopped_or_fails_leaves_no_file_and_keeps_the_one_that_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.csv");
        std::fs::write(&path, "of yesterday").unwrap();
        let (exports, cancel) = (Exports::default(), CancellationToken::new());
        exports.lock().cancel = cancel.clone();
        let stopping = |place: Place| {
            let cancel = cancel.clone();
            async move {
                if place.before.is_some() {
                    cancel.cancel();
                    pending::<()>().await;
                }
                Ok(page_of(place.before))
            }
        };
        let written = exports.write(&path, ExportFormat::Csv, &cancel, stopping).await;
        exports.end(written, &path);
        assert!(exports.state().stopped && exports.state().problem.is_none());

        let (exports, cancel) = (Exports::default(), CancellationToken::new());
        let failing = |place: Place| {
            ready(match place.before {
                None => Ok(page_of(None)),
                Some(_) => Err(Problem::new(Code::Unreachable, "The server went away.")),
            })
        };
        let written = exports.write(&path, ExportFormat::Csv, &cancel, failing).await;
        exports.end(written, &path);
        assert_eq!(exports.state().problem.unwrap().message, "The server went away.");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "of yesterday");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        let nowhere = folder.path().join("absent/lines.csv");
        let written =
            Exports::default().write(&nowhere, ExportFormat::Csv, &cancel, |_| ready(Ok(page_of(None)))).await;
        assert!(written.unwrap_err().message.contains("Choose another folder"));
    }
}
