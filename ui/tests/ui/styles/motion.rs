//! Who asked the system for less motion gets none.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Rule, rules};

const REDUCED: &str = "@media (prefers-reduced-motion: reduce)";

/// What moves, and how motion is switched off.
const OFF: [(&str, &str); 3] =
    [("animation", "none !important"), ("transition", "none !important"), ("scroll-behavior", "auto !important")];

#[test]
fn nothing_moves_when_motion_is_reduced() {
    let rules = rules();
    let still = |rule: &&Rule| rule.inside == REDUCED && rule.selector == "*, ::before, ::after";
    let still = rules.iter().find(still).expect("one rule for everything");
    for (property, off) in OFF {
        assert_eq!(still.get(property), Some(off));
    }
    // What is important elsewhere could win over it.
    let moves = |property: &str| OFF.iter().any(|(name, _)| property.starts_with(name));
    for rule in rules.iter().filter(|rule| !std::ptr::eq(*rule, still)) {
        for (property, value) in rule.declarations.iter().filter(|(property, _)| moves(property)) {
            assert!(!value.contains("!important"), "{}: {} makes {property} important", rule.file, rule.selector);
        }
    }
    assert!(rules.iter().any(|rule| rule.get("animation").is_some()), "something moves at all");
}

/// What the code itself would move is out of reach of the rule.
#[test]
fn only_styles_move_anything() {
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        for word in [
            "ScrollBehavior::Smooth",
            "animate {",
            "animateTransform {",
            "animateMotion {",
            "animation:",
            "transition:",
        ] {
            assert!(!text.contains(word), "{} moves something by {word:?}", file.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
