//! Patterns of host names: `*` stands for any letters, also none, and `?` for exactly one.

/// How many steps the patterns of a file may still take together: a file cannot be made to take long.
#[derive(Debug)]
pub struct Effort(u64);

impl Effort {
    /// A limit of so many steps.
    pub fn of(steps: u64) -> Effort {
        Effort(steps)
    }

    /// Whether the limit is reached; patterns match nothing from then on.
    pub fn is_spent(&self) -> bool {
        self.0 == 0
    }

    /// Counts steps.
    pub fn spend(&mut self, steps: usize) {
        self.0 = self.0.saturating_sub(u64::try_from(steps).unwrap_or(u64::MAX));
    }
}

/// Whether a text stands for more than itself.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a pattern matches the whole of a name; case counts.
pub fn matches(pattern: &str, name: &str, effort: &mut Effort) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut reached) = (0, 0);
    // What stands after the last `*`, and the letter that it was tried at.
    let mut star = None;
    while let Some(letter) = name.get(reached) {
        effort.spend(1);
        if effort.is_spent() {
            return false;
        }
        match (pattern.get(at), star) {
            (Some(b'*'), _) => {
                at += 1;
                star = Some((at, reached));
            }
            (Some(expected), _) if *expected == b'?' || expected == letter => {
                at += 1;
                reached += 1;
            }
            (_, Some((after, tried))) => {
                at = after;
                reached = tried + 1;
                star = Some((after, reached));
            }
            (_, None) => return false,
        }
    }
    let rest = &pattern[at..];
    effort.spend(rest.len());
    rest.iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_name() {
        let mut effort = Effort::of(10_000);
        for (pattern, name, expected) in [
            ("core", "core", true),
            ("core", "core1", false),
            ("core", "Core", false),
            ("*", "anything", true),
            ("core?", "core1", true),
            ("core?", "core", false),
            ("core?", "core12", false),
            ("*.example.net", "a.b.example.net", true),
            ("*.example.net", "example.net", false),
            ("192.168.0.?", "192.168.0.7", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXb", false),
            ("**", "x", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, name, &mut effort), expected, "{pattern} {name}");
        }
        assert!(!effort.is_spent());
    }

    #[test]
    fn a_pattern_that_takes_long_is_given_up() {
        let mut effort = Effort::of(1_000);
        assert!(!matches(&"*a".repeat(200), &"a".repeat(5_000), &mut effort));
        assert!(effort.is_spent());
    }
}
