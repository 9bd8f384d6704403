//! The value of `ProxyJump`: jump hosts in the order they are passed.

use super::pattern::is_pattern;
use crate::jump_hosts::LONGEST_CHAIN;
use crate::sheet::quoted;

/// One jump host as a `ProxyJump` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JumpPart {
    /// User name, if it is given there.
    pub user: Option<String>,
    /// Name or address, to be looked up in the file.
    pub host: String,
    /// TCP port, if it is given there.
    pub port: Option<i64>,
}

/// Reads the words of a value: `[user@]host[:port]` or `ssh://[user@]host[:port]`, separated by commas.
///
/// # Errors
/// Says what is wrong, without a full stop.
pub fn parse(words: &[String]) -> Result<Vec<JumpPart>, String> {
    let value = words.join(" ");
    let parts: Vec<&str> = value.split(',').map(str::trim).collect();
    if parts.len() > LONGEST_CHAIN {
        return Err(format!("{LONGEST_CHAIN} jump hosts in a row are the most; {} are named", parts.len()));
    }
    parts.into_iter().map(part).collect()
}

fn part(text: &str) -> Result<JumpPart, String> {
    let shown = quoted(text);
    if text.is_empty() {
        return Err("a jump host has no name: write host or user@host:port, separated by commas".to_owned());
    }
    if text.contains('%') {
        return Err(format!("the jump host {shown} contains a token with '%', which is not resolved: write its name"));
    }
    let bare = text.strip_prefix("ssh://").map_or(text, |uri| uri.strip_suffix('/').unwrap_or(uri));
    let (user, place) = bare.rsplit_once('@').map_or((None, bare), |(user, place)| (Some(user), place));
    let (host, port) = split(place).ok_or_else(|| {
        format!("the jump host {shown} is not understood: write user@host:port, an IPv6 address in brackets")
    })?;
    let is_name = !host.is_empty() && !host.contains([' ', '\t', '/']) && !is_pattern(host);
    if !is_name || user.is_some_and(|user| user.is_empty() || user.chars().count() > super::LONGEST_NAME) {
        return Err(format!("the jump host {shown} is not understood: write host or user@host:port"));
    }
    let port = port.map(|port| super::port(port).ok_or_else(|| no_port(port))).transpose()?;
    Ok(JumpPart { user: user.map(str::to_owned), host: host.to_owned(), port })
}

/// Host and port; none if it cannot be said which is which.
fn split(place: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = place.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        return match after.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => after.is_empty().then_some((host, None)),
        };
    }
    match place.split_once(':') {
        None => Some((place, None)),
        Some((_, port)) if port.contains(':') => None,
        Some((host, port)) => Some((host, Some(port))),
    }
}

/// Why a text is no port, without a full stop.
pub fn no_port(text: &str) -> String {
    format!("the port {} is not a number from 1 to 65535", quoted(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// User, host and port.
    type Part = (Option<String>, String, Option<i64>);

    fn read(value: &str) -> Result<Vec<Part>, String> {
        let parts = parse(&[value.to_owned()])?;
        Ok(parts.into_iter().map(|part| (part.user, part.host, part.port)).collect())
    }

    #[test]
    fn every_form_of_a_jump_host_is_read() {
        let part = |user: Option<&str>, host: &str, port| (user.map(str::to_owned), host.to_owned(), port);
        assert_eq!(read("bastion").unwrap(), [part(None, "bastion", None)]);
        assert_eq!(read("ann@bastion:2222").unwrap(), [part(Some("ann"), "bastion", Some(2222))]);
        assert_eq!(read("ann@site@bastion").unwrap(), [part(Some("ann@site"), "bastion", None)]);
        assert_eq!(read("[2001:db8::1]:2022").unwrap(), [part(None, "2001:db8::1", Some(2022))]);
        assert_eq!(read("ann@[2001:db8::1]").unwrap(), [part(Some("ann"), "2001:db8::1", None)]);
        assert_eq!(read("ssh://ann@bastion:22/").unwrap(), [part(Some("ann"), "bastion", Some(22))]);
        assert_eq!(read("one, ann@two:3").unwrap(), [part(None, "one", None), part(Some("ann"), "two", Some(3))]);
    }

    #[test]
    fn what_is_no_jump_host_says_so() {
        for (value, told) in [
            ("one,,two", "has no name"),
            ("", "has no name"),
            ("one two", "not understood"),
            ("@one", "not understood"),
            ("ann@", "not understood"),
            ("site-*", "not understood"),
            ("2001:db8::1", "in brackets"),
            ("[2001:db8::1", "in brackets"),
            ("[2001:db8::1]22", "in brackets"),
            ("one:ssh", "the port 'ssh'"),
            ("one:0", "the port '0'"),
            ("one:", "the port ''"),
            ("%h-jump", "token"),
            ("a,b,c,d", "4 are named"),
        ] {
            let sentence = read(value).unwrap_err();
            assert!(sentence.contains(told), "{value}: {sentence}");
        }
    }
}
