//! The style sources read as rules and themes, for what can be said of a colour without a browser.

mod colour;
mod contrast;
mod motion;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub use colour::Colour;

/// Declarations of one selector.
#[derive(Debug)]
pub struct Rule {
    /// The file it stands in.
    pub file: String,
    /// The `@media` or `@keyframes` around it, or nothing.
    pub inside: String,
    pub selector: String,
    declarations: Vec<(String, String)>,
}

impl Rule {
    /// What a property is set to.
    pub fn get(&self, property: &str) -> Option<&str> {
        self.declarations.iter().find(|(name, _)| name == property).map(|(_, value)| value.as_str())
    }

    /// The token a property is set to, if its value is just that.
    pub fn token(&self, property: &str) -> Option<&str> {
        self.get(property)?.strip_prefix("var(--nr-")?.strip_suffix(')')
    }
}

/// Every rule of every file that `app.css` takes in.
pub fn rules() -> Vec<Rule> {
    let app = read("app.css");
    let imported = app.lines().filter_map(|line| line.strip_prefix("@import \"./")?.split('"').next());
    let rules: Vec<Rule> = imported.flat_map(parse).collect();
    assert!(rules.len() > 100, "app.css takes in hardly anything");
    rules
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("styles").join(file)).unwrap()
}

fn parse(file: &str) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let text = without_comments(&read(file));
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = (rest[..at].trim(), &rest[at + 1..]);
        if rest[at..].starts_with('{') {
            open.push(before.split_whitespace().collect::<Vec<_>>().join(" "));
        } else if let Some(selector) = open.pop()
            && !before.is_empty()
        {
            let declarations = before.split(';').filter_map(|line| line.split_once(':'));
            let declarations = declarations.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
            rules.push(Rule {
                file: file.to_owned(),
                inside: open.join(" "),
                selector,
                declarations: declarations.collect(),
            });
        }
        rest = after;
    }
    rules
}

fn without_comments(text: &str) -> String {
    text.split("/*")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once("*/").unwrap().1 })
        .collect()
}

/// The colours of one theme by the token's name.
pub type Theme = BTreeMap<String, Colour>;

/// Every theme as it comes out: those of the setting, and what `system` becomes.
pub fn themes() -> Vec<(&'static str, Theme)> {
    const LIGHT: (&str, &str) = ("@media (prefers-color-scheme: light)", ":root[data-theme=\"system\"]");
    const CONTRAST: (&str, &str) = ("@media (prefers-contrast: more)", ":root[data-theme=\"system\"]");
    let base = ("", ":root");
    [
        ("dark", vec![base]),
        ("light", vec![base, ("", ":root[data-theme=\"light\"]")]),
        ("contrast", vec![base, ("", ":root[data-theme=\"contrast\"]")]),
        ("system, light", vec![base, LIGHT]),
        ("system, contrast", vec![base, CONTRAST]),
        ("system, light and contrast", vec![base, LIGHT, CONTRAST]),
    ]
    .map(|(name, layers)| (name, layers.into_iter().flat_map(layer).collect()))
    .into()
}

fn layer((inside, selector): (&str, &str)) -> Vec<(String, Colour)> {
    let rules = parse("tokens.css");
    let rule = rules.iter().find(|rule| rule.inside == inside && rule.selector == selector);
    let rule = rule.unwrap_or_else(|| panic!("tokens.css has no {selector} in {inside:?}"));
    let tokens = rule.declarations.iter().filter_map(|(name, value)| Some((name.strip_prefix("--nr-")?, value)));
    tokens.map(|(name, value)| (name.to_owned(), Colour::parse(value).unwrap())).collect()
}
