//! A recorded answer cut where the device waits: at its pager, and at a question behind it.

use std::cmp::Reverse;
use std::collections::VecDeque;

use crate::recording::{Exchange, PagerLook, RecordedPager, RecordedQuestion, Recording};

/// A part of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    /// A text that is shown by pages of so many lines.
    Pages {
        text: String,
        lines: usize,
        look: PagerLook,
    },
    /// The device stopped here when the answer was recorded.
    Stop(PagerLook),
    Asks(RecordedQuestion),
}

/// The parts of an answer, in order; `paged` says whether paging is on.
pub(super) fn pieces(recording: &Recording, exchange: &Exchange, paged: bool) -> VecDeque<Piece> {
    let looks = recording.pager.as_ref().map(RecordedPager::looks).unwrap_or_default();
    let (mut pieces, mut rest) = (VecDeque::new(), exchange.answer.as_str());
    while let Some((at, look)) = next_stop(rest, &looks) {
        pieces.push_back(Piece::Text(rest[..at].to_owned()));
        pieces.push_back(Piece::Stop(look.clone()));
        rest = &rest[at + drawn(look).len()..];
    }
    let lines = recording.pager.as_ref().and_then(|pager| pager.lines).filter(|_| paged && pieces.is_empty());
    pieces.push_back(match (lines, looks.into_iter().next()) {
        (Some(lines), Some(look)) => Piece::Pages { text: rest.to_owned(), lines, look },
        _ => Piece::Text(rest.to_owned()),
    });
    pieces.extend(exchange.question.clone().map(Piece::Asks));
    pieces
}

/// A text after its first lines, which are left in it.
pub(super) fn split_page(text: &mut String, lines: usize) -> String {
    let end = text.match_indices('\n').nth(lines.saturating_sub(1)).map_or(text.len(), |(at, _)| at + 1);
    text.split_off(end)
}

/// What a pager leaves in a recorded answer.
fn drawn(look: &PagerLook) -> String {
    format!("{}{}", look.mark, look.erase)
}

/// The first place in a text where the device stopped.
fn next_stop<'l>(text: &str, looks: &'l [PagerLook]) -> Option<(usize, &'l PagerLook)> {
    let marks = looks.iter().filter(|look| !look.mark.is_empty());
    let found = marks.filter_map(|look| Some((text.find(&drawn(look))?, look)));
    found.min_by_key(|(at, look)| (*at, Reverse(drawn(look).len())))
}
