//! Every text on every ground it may come to lie on, in every theme: WCAG 2.2 AA, and AAA in the theme of high contrast.

use super::{Colour, Rule, Theme, rules, themes};

/// Colours of text, with the tinted grounds each may stand on beside the plain ones.
const TEXTS: [(&str, &[&str]); 10] = [
    ("heading", &["accent-soft", "success-soft", "warning-soft", "danger-soft", "info-soft", "neutral-soft"]),
    ("text", &["warning-soft", "danger-soft", "info-soft", "neutral-soft"]),
    ("muted", &["neutral-soft", "warning-soft", "danger-soft", "info-soft"]),
    ("accent", &["accent-soft"]),
    ("success", &["success-soft"]),
    ("warning", &["warning-soft"]),
    ("danger", &["danger-soft"]),
    ("info", &["info-soft"]),
    ("neutral", &["neutral-soft"]),
    // On nothing but the accent.
    ("on-primary", &[]),
];

/// Marks, bars, dots, borders of fields and the focus: they need less contrast than text.
const GRAPHICS: [&str; 8] =
    ["success-solid", "warning-solid", "danger-solid", "info-solid", "neutral-solid", "violet-solid", "focus", "field"];

/// What a page is made of, and what lies on it over a whole row or box.
const PAGES: [&str; 4] = ["body", "card", "raised", "sidebar"];
const SHEETS: [&str; 3] = ["hover", "selected", "sunken"];

/// The accent under its own text.
const PRIMARY: [&str; 2] = ["primary", "primary-hover"];

/// Grounds without text: what a bar runs in, what veils the page behind a dialog, a line drawn as a ground.
const BARE: [&str; 3] = ["track", "veil", "line-strong"];

/// Where something may be fainter than its colour: out of use, an ornament, or repeated in words beside it.
const FAINT: [&str; 7] = [
    ".btn[aria-disabled=\"true\"]:not([aria-busy=\"true\"])",
    ".crumbs li + li::before",
    "50%",
    ".step::before",
    ".gate-progress span",
    // Beside the bars that are chosen.
    ".chart-drawing [data-pale]",
    ".sparkline .pale",
];

fn least_for_text(theme: &str) -> f64 {
    if theme.ends_with("contrast") { 7.0 } else { 4.5 }
}

/// Plain grounds of a theme: page, card and the like, and what lies on the first two.
fn grounds(theme: &Theme) -> Vec<(String, Colour)> {
    let plain = PAGES.map(|page| (page.to_owned(), theme[page]));
    let covered = PAGES[..2].iter().flat_map(|page| {
        SHEETS.iter().map(move |sheet| (format!("{sheet} on {page}"), theme[*sheet].on(theme[*page])))
    });
    plain.into_iter().chain(covered).collect()
}

#[test]
fn every_text_can_be_read_on_every_ground_in_every_theme() {
    let mut faults = Vec::new();
    for (name, theme) in themes() {
        let mut check = |text: &str, on: &str, ground: Colour| {
            let ratio = theme[text].contrast(ground);
            if ratio < least_for_text(name) {
                faults.push(format!("{name}: {text} on {on} has {ratio:.2}, not {}", least_for_text(name)));
            }
        };
        for (text, tints) in TEXTS.iter().filter(|(text, _)| *text != "on-primary") {
            for (on, ground) in grounds(&theme) {
                check(text, &on, ground);
                for tint in *tints {
                    check(text, &format!("{tint} on {on}"), theme[*tint].on(ground));
                }
            }
        }
        for primary in PRIMARY {
            check("on-primary", primary, theme[primary]);
        }
    }
    assert!(faults.is_empty(), "too little contrast:\n{}", faults.join("\n"));
}

#[test]
fn every_mark_can_be_told_from_its_ground_in_every_theme() {
    let mut faults = Vec::new();
    for (name, theme) in themes() {
        let track = ("track on card".to_owned(), theme["track"].on(theme["card"]));
        for (on, ground) in grounds(&theme).into_iter().chain([track]) {
            // No field has a border on a bar's track.
            for mark in GRAPHICS.iter().chain(&["accent"]).filter(|mark| **mark != "field" || !on.starts_with("track"))
            {
                let ratio = theme[*mark].contrast(ground);
                if ratio < 3.0 {
                    faults.push(format!("{name}: {mark} on {on} has {ratio:.2}, not 3"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "too little contrast:\n{}", faults.join("\n"));
}

/// A rule that sets both has one ground only, and it may be none of those above.
#[test]
fn a_rule_that_sets_text_and_ground_can_be_read() {
    let mut faults = Vec::new();
    for rule in rules() {
        let (Some(text), Some(ground)) = (rule.token("color"), rule.token("background")) else { continue };
        for (name, theme) in themes() {
            for page in ["body", "card"] {
                let ratio = theme[text].contrast(theme[ground].on(theme[page]));
                if ratio < least_for_text(name) {
                    faults.push(format!("{}: {} has {ratio:.2} in {name}", rule.file, rule.selector));
                }
            }
        }
    }
    assert!(faults.is_empty(), "too little contrast:\n{}", faults.join("\n"));
}

#[test]
fn every_colour_in_use_is_a_token_this_test_knows() {
    let texts: Vec<&str> = TEXTS.iter().map(|(text, _)| *text).collect();
    let tints = TEXTS.iter().flat_map(|(_, tints)| *tints).copied();
    let filled: Vec<&str> = PAGES
        .into_iter()
        .chain(SHEETS)
        .chain(PRIMARY)
        .chain(BARE)
        .chain(GRAPHICS)
        // The last is the tick of a box that is checked.
        .chain(["accent", "on-primary"])
        .chain(tints)
        .collect();
    let mut faults = Vec::new();
    let mut check = |rule: &Rule, property: &str, known: &[&str], list: &str| {
        if let Some(token) = rule.token(property)
            && !known.contains(&token)
        {
            faults.push(format!("{}: {} sets {property} to {token}, which is not in {list}", rule.file, rule.selector));
        }
    };
    let rules: Vec<Rule> = rules().into_iter().filter(|rule| rule.file != "tokens.css").collect();
    for rule in &rules {
        check(rule, "color", &[&texts[..], &GRAPHICS].concat(), "TEXTS or GRAPHICS");
        check(rule, "background", &filled, "any list of grounds or GRAPHICS");
    }
    for rule in &rules {
        let literal = |value: &str| value.contains('#') || value.contains("rgb(");
        // The brand's mark is the same in every theme.
        if rule.selector != ".brand-mark" && rule.declarations.iter().any(|(_, value)| literal(value)) {
            faults.push(format!("{}: {} spells a colour that is no token", rule.file, rule.selector));
        }
        if rule.get("opacity").is_some() && !FAINT.contains(&rule.selector.as_str()) {
            faults.push(format!("{}: {} is made fainter than its colour", rule.file, rule.selector));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_systems_themes_are_the_same_as_the_chosen_ones() {
    let themes = themes();
    let theme = |name: &str| &themes.iter().find(|(other, _)| *other == name).unwrap().1;
    assert_eq!(theme("system, light"), theme("light"));
    assert_eq!(theme("system, contrast"), theme("contrast"));
    assert_eq!(theme("system, light and contrast"), theme("contrast"), "strong contrast has the last word");
}
