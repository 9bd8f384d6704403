//! The lines around what a search found. They come as HTML in which `<b>` marks what was found; they are never shown as HTML.

/// The text in parts, each with whether it was found.
#[must_use]
pub fn parts(snippet: &str) -> Vec<(bool, String)> {
    let mut parts: Vec<(bool, String)> = Vec::new();
    let mut found = false;
    let mut rest = snippet;
    while let Some(place) = ["<b>", "</b>"].iter().filter_map(|mark| rest.find(mark)).min() {
        parts.push((found, plain(&rest[..place])));
        found = rest[place..].starts_with("<b>");
        rest = &rest[place + if found { "<b>".len() } else { "</b>".len() }..];
    }
    parts.push((found, plain(rest)));
    parts.retain(|(_, text)| !text.is_empty());
    parts
}

/// Escaped text as it was. The ampersand comes last, so that `&amp;lt;` becomes `&lt;`.
fn plain(escaped: &str) -> String {
    let mut text = escaped.to_owned();
    for (code, letter) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")]
    {
        text = text.replace(code, letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_stands_apart_and_nothing_else_is_a_mark() {
        let found = parts("ip &lt;any&gt; <b>acl</b>\n &amp;lt; <i>x</i> <b>ACL</b>");
        let expected = [(false, "ip <any> "), (true, "acl"), (false, "\n &lt; <i>x</i> "), (true, "ACL")];
        assert_eq!(found, expected.map(|(found, text)| (found, text.to_owned())));
        assert_eq!(parts("<b>a"), [(true, "a".to_owned())]);
        assert_eq!(parts(""), []);
    }
}
