//! What is wrong with a cron schedule, reported for the field it is in.

use super::FIVE;

/// A field: its name, its least and its greatest number, and the names that stand for numbers.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, most: 59, words: &[] },
    Field { name: "hour", least: 0, most: 23, words: &[] },
    Field { name: "day", least: 1, most: 31, words: &["L"] },
    Field {
        name: "month",
        least: 1,
        most: 12,
        words: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    },
    Field { name: "weekday", least: 0, most: 7, words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
];

/// What is wrong with a schedule, as a sentence; none if it is valid.
pub fn wrong(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Some(FIVE.to_owned());
    }
    parts.iter().zip(&FIELDS).find_map(|(part, field)| part.split(',').find_map(|item| field.wrong(item)))
}

impl Field {
    /// What is wrong with one item of a field's list.
    fn wrong(&self, item: &str) -> Option<String> {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        if let Some(step) = step {
            match step.parse::<u32>() {
                Ok(0) => return Some(format!("The {} has a step of 0; the minimum is 1.", self.name)),
                Ok(_) => {}
                Err(_) => return Some(self.cannot_be(item)),
            }
        }
        match range.split_once('-') {
            None => self.wrong_value(range),
            Some((from, to)) => self.wrong_value(from).or_else(|| self.wrong_value(to)).or_else(|| {
                let (first, last) = (from.parse::<u32>().ok()?, to.parse::<u32>().ok()?);
                let name = self.name;
                (first > last)
                    .then(|| format!("The {name} starts at {first} and ends at {last}: put the smaller number first."))
            }),
        }
    }

    fn wrong_value(&self, value: &str) -> Option<String> {
        let Field { name, least, most, words } = self;
        match value.parse::<u32>() {
            Ok(number) if (*least..=*most).contains(&number) => None,
            Ok(number) => Some(format!("The {name} goes from {least} to {most}: {number} is out of range.")),
            Err(_) if value == "*" || value == "?" => None,
            Err(_) if words.iter().any(|word| word.eq_ignore_ascii_case(value)) => None,
            Err(_) => Some(self.cannot_be(value)),
        }
    }

    fn cannot_be(&self, value: &str) -> String {
        format!("The {} cannot be \"{value}\".", self.name)
    }
}
