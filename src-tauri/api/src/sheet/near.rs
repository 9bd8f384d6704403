//! Suggests known names similar to an unknown one.

/// Most names suggested.
const MOST: usize = 3;
/// Longer names are no typing errors.
const LONGEST: usize = 64;

/// Known names similar to an unknown one, the most similar first: with a few letters changed, added, left out or swapped, or
/// containing it.
pub fn near<'a, T: AsRef<str>>(name: &str, known: &'a [T]) -> Vec<&'a str> {
    let letters: Vec<char> = name.chars().take(LONGEST + 1).collect();
    if letters.len() > LONGEST {
        return Vec::new();
    }
    let most = (letters.len() / 3).clamp(1, 3);
    let distance = |other: &str| {
        // A file may have a hundred thousand unknown names: of most known ones the length already says that they differ.
        let is_as_long = other.chars().count().abs_diff(letters.len()) <= most;
        let changed = is_as_long.then(|| distance(&letters, &other.chars().collect::<Vec<_>>()));
        let part = letters.len() > 2 && (other.contains(name) || (other.len() > 2 && name.contains(other)));
        changed.filter(|changed| *changed <= most).or_else(|| part.then_some(most + 1))
    };
    let mut near: Vec<(usize, &str)> =
        known.iter().map(AsRef::as_ref).filter_map(|other| Some((distance(other)?, other))).collect();
    near.sort_unstable();
    near.into_iter().take(MOST).map(|(_, other)| other).collect()
}

/// The number of letters changed, added, left out or swapped with their neighbour between two words.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, against) in other.iter().enumerate() {
            let mut least = (last[j] + usize::from(letter != against)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && letter == &other[j - 1] && against == &one[i - 1] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let known = ["arista_eos", "cisco_ios", "cisco_nxos", "generic", "juniper_junos", "linux"];
        let near = |name: &str| near(name, &known);
        assert_eq!(near("cisco_iox"), ["cisco_ios", "cisco_nxos"]);
        assert_eq!(near("csico_ios")[0], "cisco_ios");
        assert_eq!(near("junos"), ["juniper_junos"]);
        assert_eq!(near("linx"), ["linux"]);
        assert_eq!(near("toaster"), [""; 0]);
        assert_eq!(near(&"x".repeat(10_000)), [""; 0]);
        assert_eq!(near(""), [""; 0]);
    }
}
