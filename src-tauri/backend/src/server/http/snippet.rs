//! The place in a text where a search matched, as HTML that is safe to show.

/// Lines shown before and after the match.
const AROUND: usize = 3;
/// Most characters of one line.
const WIDTH: usize = 200;

/// The lines around the first place that contains the text in any case: escaped, with every such place in `<b>`.
pub fn snippet(config: &str, wanted: &str) -> String {
    let wanted = wanted.to_lowercase();
    let lines: Vec<&str> = config.lines().collect();
    let found = lines.iter().position(|line| line.to_lowercase().contains(&wanted)).unwrap_or_default();
    let shown = lines.iter().skip(found.saturating_sub(AROUND)).take(2 * AROUND + 1);
    shown.map(|line| marked(line, &wanted)).collect::<Vec<_>>().join("\n")
}

fn marked(line: &str, wanted: &str) -> String {
    let line: String = line.chars().take(WIDTH).collect();
    let mut html = String::new();
    let mut rest = line.as_str();
    // Where lower case changes the length the positions disagree; then the line is shown without marks.
    while let Some(place) = place_of(rest, wanted) {
        html.push_str(&escaped(&rest[..place]));
        let end = place + wanted.len();
        html.push_str(&format!("<b>{}</b>", escaped(&rest[place..end])));
        rest = &rest[end..];
    }
    html + &escaped(rest)
}

fn place_of(text: &str, wanted: &str) -> Option<usize> {
    let lower = text.to_lowercase();
    let place = lower.find(wanted).filter(|_| lower.len() == text.len() && !wanted.is_empty())?;
    let same = text.get(place..place + wanted.len()).is_some_and(|found| found.to_lowercase() == wanted);
    same.then_some(place)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_marked_and_everything_escaped() {
        let config = "a\nb\nc\nd\n description <Uplink> & uplink\ne\nf\ng\nh\n";
        let html = snippet(config, "UPLINK");
        assert_eq!(html, "b\nc\nd\n description &lt;<b>Uplink</b>&gt; &amp; <b>uplink</b>\ne\nf\ng");
        assert_eq!(snippet("<script>", "script"), "&lt;<b>script</b>&gt;");
        assert_eq!(snippet("İstanbul uplink", "uplink"), "İstanbul uplink", "no mark is better than a wrong one");
    }
}
