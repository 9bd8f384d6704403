//! HTML as an outline a person can review: structure, roles, names and words; no icons, no looks.

/// Attributes that say what an element means; all others are left out.
const MEANT: [&str; 25] = [
    "role",
    "aria-label",
    "aria-checked",
    "aria-pressed",
    "aria-selected",
    "aria-expanded",
    "aria-disabled",
    "aria-busy",
    "aria-current",
    "aria-invalid",
    "aria-valuetext",
    "aria-live",
    "aria-sort",
    "aria-rowcount",
    "aria-modal",
    "href",
    "type",
    "value",
    "checked",
    "selected",
    "placeholder",
    "data-state",
    "title",
    "colspan",
    "hidden",
];
/// Elements that only hold others together.
const PLAIN: [&str; 4] = ["div", "span", "b", "small"];

/// The outline of a piece of HTML.
pub fn of(html: &str) -> String {
    let mut lines = Vec::new();
    // Open elements and whether each has a line of its own.
    let mut open: Vec<(String, bool)> = Vec::new();
    let mut rest = html;
    while let Some(from) = rest.find('<') {
        text(&rest[..from], &open, &mut lines);
        let to = from + rest[from..].find('>').expect("a tag ends");
        let tag = &rest[from + 1..to];
        rest = &rest[to + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let (top, _) = open.pop().expect("an end has a start");
            assert_eq!(top, name, "tags are nested");
        } else if tag.starts_with('!') {
        } else if tag.starts_with("svg") {
            rest = rest.split_once("</svg>").expect("an icon ends").1;
        } else {
            // Elements without an end are written with a slash at theirs.
            let (tag, ends) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            let said = meant(attributes);
            let own = !PLAIN.contains(&name) || !said.is_empty();
            if own && !["col", "colgroup"].contains(&name) {
                lines.push(format!("{}{name}{said}", indent(&open)));
            }
            if !ends {
                open.push((name.to_owned(), own));
            }
        }
    }
    text(rest, &open, &mut lines);
    lines.join("\n")
}

fn text(found: &str, open: &[(String, bool)], lines: &mut Vec<String>) {
    let found = found
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&");
    if !found.trim().is_empty() {
        lines.push(format!("{}{:?}", indent(open), found.trim()));
    }
}

fn indent(open: &[(String, bool)]) -> String {
    "  ".repeat(open.iter().filter(|(_, own)| *own).count())
}

fn meant(attributes: &str) -> String {
    let mut said = String::new();
    let mut rest = attributes;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').expect("a value ends"),
            None => after.split_once(' ').unwrap_or((after, "")),
        };
        if MEANT.contains(&name) && !(name == "type" && value == "button") {
            said.push_str(&format!(" {name}={value:?}"));
        }
        rest = next;
    }
    said
}
