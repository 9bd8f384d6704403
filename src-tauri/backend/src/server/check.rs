//! Checks of single fields, collected so that a caller sees every refused field at once.

use serde_json::{Value, json};

use super::fault::{Fault, FieldFault};

/// The refused fields of a body so far.
#[derive(Default)]
pub struct Check {
    faults: Vec<FieldFault>,
}

impl Check {
    /// Refuses a field.
    pub fn refuse(&mut self, field: &str, kind: &'static str, message: impl Into<String>, input: impl Into<Value>) {
        self.faults.push(FieldFault {
            kind,
            location: vec!["body".into(), field.into()],
            message: message.into(),
            input: input.into(),
        });
    }

    /// Refuses the absence of a field.
    pub fn needed<T>(&mut self, field: &str, value: &Option<T>) {
        if value.is_none() {
            self.refuse(field, "missing", "Field required", Value::Null);
        }
    }

    /// Refuses a text that is too short or too long, in letters.
    pub fn length(&mut self, field: &str, value: Option<&str>, least: usize, most: usize) {
        let Some(text) = value else { return };
        let length = text.chars().count();
        if length < least {
            let message = format!("String should have at least {least} character{}", if least == 1 { "" } else { "s" });
            self.refuse(field, "string_too_short", message, text);
        } else if length > most {
            self.refuse(field, "string_too_long", format!("String should have at most {most} characters"), Value::Null);
        }
    }

    /// As [`Check::length`], without ever repeating the text.
    pub fn secret_length(&mut self, field: &str, value: Option<&str>, least: usize, most: usize) {
        let length = value.map_or(least, |text| text.chars().count());
        if length < least || length > most {
            let message = format!("String should have {least} to {most} characters");
            self.refuse(field, "string_length", message, Value::Null);
        }
    }

    /// Refuses a text with other letters than the field may have.
    pub fn letters(&mut self, field: &str, value: Option<&str>, allowed: impl Fn(usize, char) -> bool, rule: &str) {
        if let Some(text) = value
            && !text.chars().enumerate().all(|(place, letter)| allowed(place, letter))
        {
            self.refuse(field, "string_pattern_mismatch", format!("String should have only {rule}"), text);
        }
    }

    /// Refuses a number out of its range.
    pub fn range(&mut self, field: &str, value: Option<i64>, least: i64, most: i64) {
        match value {
            Some(number) if number < least => {
                self.refuse(
                    field,
                    "greater_than_equal",
                    format!("Input should be greater than or equal to {least}"),
                    number,
                );
            }
            Some(number) if number > most => {
                self.refuse(field, "less_than_equal", format!("Input should be less than or equal to {most}"), number);
            }
            _ => {}
        }
    }

    /// Refuses a word that is not one of these.
    pub fn one_of(&mut self, field: &str, value: Option<&str>, words: &[&str]) {
        if let Some(word) = value
            && !words.contains(&word)
        {
            self.refuse(field, "enum", format!("Input should be {}", words.join(" or ")), json!(word));
        }
    }

    /// The whole check: nothing, or every refused field.
    pub fn done(self) -> Result<(), Fault> {
        if self.faults.is_empty() { Ok(()) } else { Err(Fault::Fields(self.faults)) }
    }
}

/// Letters of a name of a job or tag.
pub fn name_letter(_: usize, letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-') || letter.is_whitespace()
}
