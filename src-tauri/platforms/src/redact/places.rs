//! Where in a text the secrets stand that a redactor hides: found by comparing the text with what the redactor makes of it.

use std::ops::Range;

use super::{Redactor, tags_in};

impl Redactor {
    /// The parts of each line that are hidden, in order. A tag that is in the text already counts as one.
    pub fn places(&self, text: &str) -> Vec<Vec<Range<usize>>> {
        let shown = self.clone().keeping_lines().redact(text).text;
        text.split('\n').zip(shown.split('\n')).map(|(line, shown)| self.places_in_line(line, shown)).collect()
    }

    fn places_in_line(&self, line: &str, shown: &str) -> Vec<Range<usize>> {
        let tags = tags_in(shown);
        if tags.is_empty() {
            return without_tags(line, shown);
        }
        let (mut found, mut at, mut from) = (Vec::with_capacity(tags.len()), 0, 0);
        for (index, tag) in tags.iter().enumerate() {
            let Some(rest) = line[at..].strip_prefix(&shown[from..tag.start]) else {
                found.push(at..line.len());
                break;
            };
            at = line.len() - rest.len();
            let next = tags.get(index + 1).map(|next| next.start);
            let behind = &shown[tag.end..next.unwrap_or(shown.len())];
            let length = self.length_of_secret(rest, &shown[tag.clone()], behind, next.is_none());
            found.push(at..at + length);
            (at, from) = (at + length, tag.end);
        }
        found.retain(|place| !place.is_empty());
        found
    }

    /// How much at the start of `rest` a tag stands for, `behind` being what follows it up to the next tag or the line's end.
    fn length_of_secret(&self, rest: &str, tag: &str, behind: &str, is_last: bool) -> usize {
        if rest.starts_with(tag) {
            return tag.len();
        }
        if is_last {
            // Only the first line of several is here.
            return if rest.ends_with(behind) { rest.len() - behind.len() } else { rest.len() };
        }
        let mut ends = rest.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
        let is_it = |at: &usize| rest[*at..].starts_with(behind) && self.tags.tag(&rest[..*at]) == tag;
        ends.find(is_it).unwrap_or(rest.len())
    }
}

/// What is hidden of a line that shows no tag: nothing, or what belongs to a secret that began above it.
fn without_tags(line: &str, shown: &str) -> Vec<Range<usize>> {
    let hidden = line.len() - if line.ends_with(shown) { shown.len() } else { 0 };
    let indent = line.len() - line.trim_start().len();
    (hidden > indent).then_some(indent..hidden).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use crate::{Redactor, Registry};

    /// What is hidden of each line.
    fn hidden(platform: &str, text: &str) -> Vec<Vec<String>> {
        let definition = Registry::built_in().get(platform).unwrap();
        let places = Redactor::new(&definition, &[7; 32]).places(text);
        let of_line = |(line, places): (&str, Vec<std::ops::Range<usize>>)| {
            places.into_iter().map(|place| line[place].to_owned()).collect()
        };
        text.split('\n').zip(places).map(of_line).collect()
    }

    #[test]
    fn each_secret_is_found_where_it_stands() {
        let text = "hostname a\nenable secret 5 QZsecret\nsnmp-server host 192.0.2.1 version 2c QZcomm udp-port 162\n\
                    snmp-server user u g v3 auth sha QZauth priv aes 128 QZpriv\n";
        let found = hidden("cisco_ios", text);
        assert!(found[0].is_empty() && found[4].is_empty(), "{found:?}");
        assert_eq!(found[1], ["QZsecret"]);
        assert_eq!(found[2], ["QZcomm"]);
        assert_eq!(found[3], ["QZauth", "QZpriv"]);
    }

    #[test]
    fn a_secret_of_several_lines_is_hidden_on_each() {
        let text = "crypto pki certificate chain x\n certificate self-signed 01\n  3082022B\n  2A864886\n  quit\nend";
        let found = hidden("cisco_ios", text);
        assert_eq!(found[2], ["3082022B"]);
        assert_eq!(found[3], ["2A864886"]);
        assert!(found[0].is_empty() && found[1].is_empty() && found[4].is_empty() && found[5].is_empty(), "{found:?}");
    }

    #[test]
    fn a_tag_that_was_there_before_is_a_secret() {
        assert_eq!(hidden("cisco_ios", "enable secret 5 ‹secret 12ab›"), [["‹secret 12ab›"]]);
    }
}
