//! The lines of a log with what each is taken for, in words and in colour, and what the colours mean.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_platforms::{Explained, Taken, TakenLine};

use crate::components::{Empty, Glyph};
use crate::format;

/// What is to be done before there are lines.
const NOTHING: &str = "Paste a terminal log above, or open a recording (session.toml) or a log file. The lines \
                       show once the platform file has no mistake.";

/// The lines, each with its words before it.
#[component]
pub fn Lines(#[props(!optional)] explained: Option<Rc<Explained>>) -> Element {
    let Some(explained) = explained else {
        return rsx! {
            Empty {
                title: "Nothing to explain yet",
                text: NOTHING,
                glyph: Glyph::Lab,
            }
        };
    };
    rsx! {
        p { class: "muted", role: "status", {summary(&explained.lines)} }
        ol { class: "prompt-lab-lines", aria_label: "Lines of the log", tabindex: "0",
            for (index, line) in explained.lines.iter().enumerate() {
                li { key: "{index}", class: "prompt-lab-line", "data-tone": tone(line.taken),
                    span { class: "prompt-lab-kind", title: line.taken.meaning(), {words(line)} }
                    span { class: "prompt-lab-text mono",
                        for (place, (text, taken)) in pieces(line).into_iter().enumerate() {
                            span {
                                key: "{place}",
                                class: taken.map(|_| "prompt-lab-span"),
                                "data-tone": taken.map(tone),
                                title: taken.map(|taken| format!("{}: {}", taken.title(), taken.meaning())),
                                "{text}"
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a line and its parts are taken for, in words.
fn words(line: &TakenLine) -> String {
    let all = line.all_taken().into_iter().filter(|taken| *taken != Taken::Blank);
    all.map(Taken::title).collect::<Vec<_>>().join(", ")
}

/// How many lines there are, and of which kinds.
fn summary(lines: &[TakenLine]) -> String {
    let of = |taken: Taken| whole(lines.iter().filter(|line| line.taken == taken).count());
    format!(
        "{}: {}, {}, {} unknown",
        format::count(whole(lines.len()), "line"),
        format::count(of(Taken::Prompt), "prompt"),
        format::count(of(Taken::Refusal), "refusal"),
        format::number(of(Taken::Unknown)),
    )
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A line cut into its parts.
fn pieces(line: &TakenLine) -> Vec<(String, Option<Taken>)> {
    let (mut pieces, mut from) = (Vec::with_capacity(line.spans.len() * 2 + 1), 0);
    let text = |from: usize, to: usize| line.text.get(from..to).unwrap_or_default().to_owned();
    for span in &line.spans {
        pieces.push((text(from, span.range.start), None));
        pieces.push((text(span.range.start, span.range.end), Some(span.taken)));
        from = span.range.end;
    }
    pieces.push((text(from, line.text.len()), None));
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}

/// What the colours mean, and how often each is there.
#[component]
pub fn Legend(#[props(!optional)] explained: Option<Rc<Explained>>) -> Element {
    let lines = explained.as_ref().map(|explained| explained.lines.as_slice()).unwrap_or_default();
    let count = |taken: Taken| whole(lines.iter().filter(|line| line.all_taken().contains(&taken)).count());
    rsx! {
        section { class: "prompt-lab-legend", aria_label: "Legend",
            h2 { "What the lines are taken for" }
            dl {
                for taken in Taken::ALL.into_iter().filter(|taken| *taken != Taken::Blank) {
                    div { key: "{taken.title()}",
                        dt { "data-tone": tone(taken), "{taken.title()}" }
                        dd {
                            span { class: "prompt-lab-count", {format::number(count(taken))} }
                            "{taken.meaning()}"
                        }
                    }
                }
            }
        }
    }
}

/// The colour of what a line or a part of it is taken for. The words beside it say the same.
fn tone(taken: Taken) -> &'static str {
    match taken {
        Taken::Prompt | Taken::Echo => "info",
        Taken::Host => "accent",
        Taken::Header | Taken::Pager | Taken::Volatile => "neutral",
        Taken::Question | Taken::Unstable | Taken::Log => "warning",
        Taken::Refusal | Taken::Secret => "danger",
        Taken::Harmless | Taken::Fact(_) => "success",
        Taken::Configuration | Taken::Blank => "plain",
        Taken::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use netraven_platforms::Span;

    use super::*;

    #[test]
    fn a_line_is_cut_where_its_parts_are_and_says_them_in_words() {
        let spans = vec![Span { range: 0..3, taken: Taken::Host }, Span { range: 4..8, taken: Taken::Echo }];
        let line = TakenLine { text: "sw1#show".to_owned(), taken: Taken::Prompt, spans };
        let texts: Vec<String> = pieces(&line).into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts, ["sw1", "#", "show"]);
        assert_eq!(words(&line), "Prompt, Host, Echo");
        assert_eq!(summary(&[line]), "1 line: 1 prompt, 0 refusals, 0 unknown");
    }
}
