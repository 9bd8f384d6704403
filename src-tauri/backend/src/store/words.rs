//! Holds the words that stand written out in fixed SQL, here and in the migrations, against their lists.

use std::fs;
use std::path::Path;

use netraven_api::devices::DeviceSource;
use netraven_api::jobs::ScheduleKind;
use netraven_api::logs::LogType;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::results::ResultStatus;
use netraven_api::runs::{DeviceState, RunStatus, Trigger};
use netraven_api::startup::SavedState;
use netraven_api::trials::TrialState;
use netraven_api::users::Role;
use netraven_api::{Transport, Word};
use regex::Regex;

/// Columns that are compared with words or set to them.
const COMPARED: &str = r"\b(status|state|trigger|cause|stage|log_type|role|source|transport|schedule_type) (?:=|<>|in|not in) \(?('[\w-]+'(?:, '[\w-]+')*)";

fn is_of<W: Word>(word: &str) -> bool {
    W::WORDS.iter().any(|known| known.as_str() == word)
}

fn is_known(column: &str, word: &str) -> bool {
    match column {
        "status" => is_of::<RunStatus>(word) || is_of::<ResultStatus>(word),
        "state" => is_of::<DeviceState>(word) || is_of::<SavedState>(word) || is_of::<TrialState>(word),
        "trigger" => is_of::<Trigger>(word),
        "cause" => is_of::<Cause>(word),
        "stage" => is_of::<Stage>(word),
        "log_type" => is_of::<LogType>(word),
        "role" => is_of::<Role>(word),
        "source" => is_of::<DeviceSource>(word),
        "transport" => is_of::<Transport>(word),
        "schedule_type" => is_of::<ScheduleKind>(word),
        _ => false,
    }
}

/// Every file below a folder, with its name.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn every_word_in_fixed_sql_is_of_its_list() {
    let compared = Regex::new(COMPARED).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut words = 0;
    let folders = [root.join("src/store"), root.join("../../migrations")];
    for (file, text) in folders.iter().flat_map(|folder| texts(folder)) {
        for found in compared.captures_iter(&text) {
            for word in found[2].split(", ").map(|word| word.trim_matches('\'')) {
                assert!(is_known(&found[1], word), "{file}: {} has no word '{word}'", &found[1]);
                words += 1;
            }
        }
    }
    assert!(words > 60, "{words}");
}
