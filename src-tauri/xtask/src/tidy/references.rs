//! The paths that a file of source follows, each from its crate on.

use crate::tidy::tokens::Token;

/// A path as the compiler would resolve it: `crate` first when it is our own.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its words, from the crate on.
    pub path: Vec<String>,
    /// Counted from one.
    pub line: usize,
}

/// Every path of two or more words, with `super` resolved from the module the file is.
pub fn references(tokens: &[Token<'_>], module: &[&str]) -> Vec<Reference> {
    let mut found = Vec::new();
    // Inline modules that are open, with the depth of braces outside each.
    let mut inline: Vec<(&str, usize)> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1).map(|token| token.text);
        match token.text {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                inline.retain(|(_, outside)| *outside < depth);
            }
            "mod" if tokens.get(at + 2).is_some_and(|token| token.text == "{") => {
                inline.push((tokens[at + 1].text, depth));
            }
            _ if next == Some("::") && is_name(token.text) && (at == 0 || tokens[at - 1].text != "::") => {
                let here = module.iter().copied().chain(inline.iter().map(|(name, _)| *name)).collect::<Vec<_>>();
                at = follow(tokens, at, &here, &mut found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Resolves the first words of a path, then walks its tree. Returns where to read on.
fn follow(tokens: &[Token<'_>], mut at: usize, here: &[&str], found: &mut Vec<Reference>) -> usize {
    let mut base: Vec<String> = match tokens[at].text {
        "crate" => vec!["crate".into()],
        "super" | "self" => std::iter::once("crate").chain(here.iter().copied()).map(String::from).collect(),
        name => vec![name.into()],
    };
    if tokens[at].text == "super" {
        base.pop();
    }
    at += 2;
    while tokens.get(at).is_some_and(|token| token.text == "super")
        && tokens.get(at + 1).is_some_and(|token| token.text == "::")
    {
        base.pop();
        at += 2;
    }
    tree(tokens, at, &base, found)
}

/// Reads `a::b`, `{a, b::{c}}` or `*` after a base.
fn tree(tokens: &[Token<'_>], mut at: usize, base: &[String], found: &mut Vec<Reference>) -> usize {
    let mut path = base.to_vec();
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                let before = at;
                at = tree(tokens, at, &path, found);
                // `as other` and the comma between two branches.
                while tokens.get(at).is_some_and(|token| !["}", ","].contains(&token.text)) {
                    at += 1;
                }
                at += usize::from(tokens.get(at).is_some_and(|token| token.text == ",") || at == before);
            }
            return at + 1;
        }
        if !is_name(token.text) {
            break;
        }
        if token.text != "self" {
            path.push(token.text.into());
        }
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    let line = tokens.get(at.saturating_sub(1)).map_or(1, |token| token.line);
    if !path.is_empty() {
        found.push(Reference { path, line });
    }
    at
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
