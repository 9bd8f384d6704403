//! The lines around a search match, as HTML in which `<b>` marks it and everything else is escaped.

/// Lines shown before and after the first place.
const AROUND: usize = 3;
/// Most characters shown of a line.
const WIDTH: usize = 400;

/// The lines around the first match of a text in any case; `wanted` is in lower case.
pub fn around(config: &str, wanted: &str) -> String {
    let lines: Vec<&str> = config.lines().collect();
    let found = lines.iter().position(|line| line.to_lowercase().contains(wanted)).unwrap_or_default();
    let shown = lines.iter().skip(found.saturating_sub(AROUND)).take(2 * AROUND + 1);
    shown.map(|line| marked(line, wanted)).collect::<Vec<_>>().join("\n")
}

fn marked(line: &str, wanted: &str) -> String {
    let line: String = line.chars().take(WIDTH).collect();
    let lower = line.to_lowercase();
    // Where lower case changes the length the positions disagree; then the line is shown without marks.
    if lower.len() != line.len() {
        return escaped(&line);
    }
    let mut html = String::new();
    let mut end = 0;
    for (place, found) in lower.match_indices(wanted) {
        let (Some(before), Some(here)) = (line.get(end..place), line.get(place..place + found.len())) else { continue };
        html.push_str(&format!("{}<b>{}</b>", escaped(before), escaped(here)));
        end = place + found.len();
    }
    html + &escaped(&line[end..])
}

/// A snippet from the server: it marks the match and leaves the surrounding text unescaped.
pub fn of_server(snippet: &str) -> String {
    escaped(snippet).replace("&lt;b&gt;", "<b>").replace("&lt;/b&gt;", "</b>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_marked_and_everything_else_escaped() {
        assert_eq!(of_server("a <b>uplink</b> & <script>"), "a <b>uplink</b> &amp; &lt;script&gt;");
        let config = "a\nb\nc\nd\n description <Uplink> & uplink\ne\nf\ng\nh";
        let html = around(config, "uplink");
        assert!(html.starts_with("b\nc\nd\n") && html.ends_with("\ne\nf\ng"), "{html}");
        assert!(html.contains(" description &lt;<b>Uplink</b>&gt; &amp; <b>uplink</b>"), "{html}");
    }
}
