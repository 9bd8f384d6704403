//! What is particular to one vendor platform, read from data: prompts, paging, commands, errors, secrets and facts.
//!
//! Pure: it knows no sockets, no async and no SQL. What is stored of an answer is
//! `redact(significant(clean(raw)))`, in this order; what is compared is `comparable(significant(clean(raw)))`.
//! [`explain()`] says of a terminal log what all these rules make of each line. All of this is compiled into the web
//! view, too: nothing but [`Registry::load`] needs an operating system.

mod adjusted;
mod around;
pub mod clean;
mod clock;
pub mod definition;
pub mod detect;
pub mod explain;
pub mod foreign;
mod forms;
pub mod known;
pub mod plain;
mod propose;
mod question;
mod raw;
mod recognise;
pub mod redact;
mod redaction;
mod refusal;
pub mod registry;
mod rules;
pub mod screen;
mod signing_in;
pub mod skeleton;
pub mod startup;
mod steady;
pub mod steps;
mod stored;
pub mod storing;
mod unproven;
mod words;

pub use adjusted::Adjustments;
pub use clean::{clean, clean_read};
pub use definition::{
    BadDefinition, Command, Definition, Dialog, FactField, FactRule, PagingCommand, PagingRules, Privilege, Prompt,
    PromptSeen, Purpose, TerminalRules,
};
pub use detect::{facts, facts_of};
pub use explain::{Explained, Proposal, Span, Taken, TakenLine, explain};
pub use known::Known;
pub use netraven_recording as recording;
pub use plain::clean_plain;
pub use propose::{Proposed, propose};
pub use question::question_pattern;
#[cfg(feature = "schema")]
pub use raw::json_schema;
pub use recognise::{Guess, Reason, Sighting, first_questions, inquiry, next_questions, recognise, unknown_question};
pub use redact::{Redacted, Redactor, redact_known};
pub use redaction::Redaction;
pub use refusal::{Refusal, is_configuration, learn_refusal};
pub use registry::{Registry, SharedFile};
pub use rules::{BlockRule, LineRule, SecretRule};
pub use startup::StartupRules;
pub use steady::steady;
pub use steps::{ForEach, Keep, Step, Via, Words};
pub use stored::{comparable, significant};
pub use storing::{Encoding, Replacement};
pub use unproven::{Unproven, first_difference};
