//! A page's choices as its address, so that back, forward and a link restore the exact view: `tab=logs&level=ERROR,WARNING`.

use std::fmt::Write as _;
use std::str::FromStr;

/// Writes an address, choice by choice; what is not chosen is left out.
#[derive(Default)]
pub struct Writer(String);

impl Writer {
    /// A choice of one value.
    pub fn one(&mut self, name: &str, value: Option<impl ToString>) {
        self.many(name, value);
    }

    /// A text, unless it is blank.
    pub fn text(&mut self, name: &str, text: &str) {
        self.one(name, (!text.trim().is_empty()).then_some(text));
    }

    /// A choice of several values.
    pub fn many(&mut self, name: &str, values: impl IntoIterator<Item = impl ToString>) {
        let values: Vec<String> = values.into_iter().map(|value| escape(&value.to_string())).collect();
        if !values.is_empty() {
            if !self.0.is_empty() {
                self.0.push('&');
            }
            let _ = write!(self.0, "{name}={}", values.join(","));
        }
    }

    /// The address.
    #[must_use]
    pub fn done(self) -> String {
        self.0
    }
}

/// Reads an address; what cannot be read is as if it were not there.
pub struct Reader<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Reader<'a> {
    /// Takes an address apart.
    #[must_use]
    pub fn of(address: &'a str) -> Reader<'a> {
        Reader(address.split('&').filter_map(|part| part.split_once('=')).collect())
    }

    /// A value.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<String> {
        self.raw(name).map(unescape).filter(|text| !text.trim().is_empty())
    }

    /// A value of a type of its own, such as a number.
    #[must_use]
    pub fn parsed<T: FromStr>(&self, name: &str) -> Option<T> {
        self.one(name)?.parse().ok()
    }

    /// Several values.
    #[must_use]
    pub fn many(&self, name: &str) -> Vec<String> {
        let values = self.raw(name).into_iter().flat_map(|text| text.split(','));
        values.map(unescape).filter(|text| !text.is_empty()).collect()
    }

    fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

/// What means something in an address becomes `~` and two digits. Percent signs must not be left: the router decodes an
/// address as a whole before it is taken apart here.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '~' | '&' | '=' | ',' | '%' | '#' | '?' | '+') {
            let _ = write!(escaped, "~{:02x}", u32::from(letter));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('~');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) if code.is_ascii() => {
                plain.push(char::from(code));
                plain.push_str(&part[2..]);
            }
            _ => plain.push_str(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        let mut writer = Writer::default();
        writer.text("find", "core & edge, 100% ~x~26 größe = 1+1? #7");
        writer.text("none", "  ");
        writer.one("page", Some(3));
        writer.one("open", None::<i64>);
        writer.many("source", ["a,b", "c=d"]);
        let address = writer.done();
        assert!(!address.contains('%') && !address.contains("none") && !address.contains("open"), "{address}");
        let reader = Reader::of(&address);
        assert_eq!(reader.one("find").as_deref(), Some("core & edge, 100% ~x~26 größe = 1+1? #7"));
        assert_eq!((reader.parsed::<i64>("page"), reader.parsed::<i64>("find")), (Some(3), None));
        assert_eq!(reader.many("source"), ["a,b", "c=d"]);
        assert_eq!(Reader::of("x&page=").parsed::<i64>("page"), None);
    }
}
