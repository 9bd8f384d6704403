//! The lines a log view holds: history and live as one ordered sequence without doubles, of bounded length; and what a
//! person does with them: folds, finds, selects.

mod filter;
mod find;
mod fold;
mod lines;
mod missing;
mod pace;
mod selection;

pub use filter::{ReadPosition, history, stream};
pub use find::SearchText;
pub use fold::{IdRange, Layout, Row, RowKind};
pub use lines::{HELD, LogLines};
pub use missing::Missing;
pub use selection::Selection;

#[cfg(test)]
mod samples {
    use jiff::Timestamp;
    use netraven_api::logs::LogEntry;

    /// A line written at the second of its id.
    pub fn line(id: i64) -> LogEntry {
        said(id, &format!("line {id}"))
    }

    /// A line that says this.
    pub fn said(id: i64, message: &str) -> LogEntry {
        LogEntry {
            id: id.into(),
            timestamp: Timestamp::from_second(id).unwrap(),
            log_type: "job".into(),
            level: netraven_api::logs::Level::Info,
            job_id: None,
            device_id: None,
            run_id: None,
            source: None,
            message: message.into(),
            meta: None,
            device_name: None,
        }
    }

    /// A moment.
    pub fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }
}
