//! What is particular to one vendor platform, read from data: prompts, paging, commands, errors, secrets and facts.
//!
//! Pure: it knows no sockets, no async and no SQL. What is stored of an answer is
//! `redact(significant(clean(raw)))`, in this order; what is compared is `comparable(significant(clean(raw)))`.

mod around;
pub mod clean;
mod clock;
pub mod definition;
pub mod detect;
pub mod foreign;
mod forms;
pub mod known;
pub mod plain;
mod raw;
mod recognise;
pub mod redact;
mod refusal;
pub mod registry;
mod rules;
pub mod screen;
pub mod skeleton;
mod steady;
pub mod steps;
mod stored;
pub mod storing;
mod unproven;
mod words;

pub use clean::{clean, clean_read};
pub use definition::{
    BadDefinition, Command, Definition, Dialog, FactField, FactRule, PagingCommand, PagingRules, Privilege, Prompt,
    PromptSeen, Purpose, TerminalRules,
};
pub use detect::{facts, facts_of};
pub use known::Known;
pub use plain::clean_plain;
pub use raw::json_schema;
pub use recognise::{Guess, Reason, Sighting, first_questions, inquiry, next_questions, recognise, unknown_question};
pub use redact::{Redacted, Redactor, redact_known};
pub use refusal::{Refusal, is_configuration, learn_refusal};
pub use registry::{Registry, SharedFile};
pub use rules::{BlockRule, LineRule, SecretRule};
pub use steady::steady;
pub use steps::{ForEach, Keep, Step, Via, Words};
pub use stored::{comparable, significant};
pub use storing::{Encoding, Replacement};
pub use unproven::{Unproven, first_difference};
