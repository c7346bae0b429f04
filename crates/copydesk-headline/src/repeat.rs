//! Does this line say the headline again?
//!
//! Compares folded forms: case, punctuation and quotes do not matter, digits do.

use copydesk_core::prose::ends_with_stop;
use copydesk_core::{Digits, fold};

/// A part of a line is compared by itself only if it is at least so long, in characters: shorter
/// ones (`News`, `Live blog`) recur by chance.
const TELLING: usize = 20;
/// Or if it has so many words.
const TELLING_WORDS: usize = 4;
/// Lines of fewer words are not compared word by word,
const NEAR_WORDS: usize = 6;
/// Beside a copy, the name of the site or the trail of sections takes at most so many words.
const BESIDE: usize = 8;

/// The headline, ready to be looked for.
pub(crate) struct Headline {
    folded: String,
    /// The headline without the site's name or kicker, where it has one.
    core: Option<String>,
    /// What stands before and behind its separators.
    pieces: Vec<String>,
    bytes: usize,
    asks: bool,
}

/// How a line repeats the headline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    Exact,
    WithSite,
    WithoutSite,
    CutOff,
    Near,
}

impl Variant {
    pub(crate) fn evidence(self) -> &'static str {
        match self {
            Variant::Exact => "the same but for case and punctuation",
            Variant::WithSite => "the headline with a site or section beside it",
            Variant::WithoutSite => "the headline without its site or section",
            Variant::CutOff => "the headline, cut off by an ellipsis",
            Variant::Near => "the headline but for a word or two",
        }
    }
}

impl Headline {
    pub(crate) fn new(text: &str) -> Self {
        let folded = fold(crate::without_marker(text), Digits::Keep);
        let longest = parts(text).map(|part| fold(part, Digits::Keep)).max_by_key(String::len);
        let core = longest.filter(|part| {
            *part != folded && is_telling(part) && words(&folded).saturating_sub(words(part)) <= BESIDE
        });
        let sides = separators(text).flat_map(|(start, end)| [&text[..start], &text[end..]]);
        let is_piece =
            |piece: &String| is_telling(piece) && words(&folded).saturating_sub(words(piece)) <= BESIDE;
        let pieces = sides.map(|side| fold(side, Digits::Keep)).filter(is_piece).collect();
        Headline {
            folded,
            core,
            pieces,
            bytes: text.len(),
            asks: text.trim_end().ends_with(['?', '？', '؟']),
        }
    }

    /// Is it a question? An interview may put one to everybody.
    pub(crate) fn asks(&self) -> bool {
        self.asks
    }

    /// No copy is longer than this, in bytes; longer lines need not be folded.
    pub(crate) fn longest_copy(&self) -> usize {
        self.bytes * 2 + 100
    }

    /// `folded` is the folded form of `line`.
    pub(crate) fn repeated_by(&self, line: &str, folded: &str) -> Option<Variant> {
        if folded.is_empty() {
            None
        } else if folded == self.folded {
            Some(Variant::Exact)
        } else if self.is_piece(folded) {
            Some(Variant::WithoutSite)
        } else if self.is_cut_off(line, folded) {
            Some(Variant::CutOff)
        } else if self.has_site_beside(line, folded) {
            Some(Variant::WithSite)
        } else {
            self.is_near(line, folded).then_some(Variant::Near)
        }
    }

    /// The headline from a separator on, or up to one.
    fn is_piece(&self, folded: &str) -> bool {
        self.pieces.iter().any(|piece| piece == folded)
    }

    /// Most of the words are the same, in lines of six words or more. Numbers have to agree: `Day 3`
    /// is not `Day 4`. Sentences with a full stop are left alone.
    fn is_near(&self, line: &str, folded: &str) -> bool {
        let (ours, theirs) = (words(&self.folded), words(folded));
        let comparable = ours.min(theirs) >= NEAR_WORDS && ours.min(theirs) * 4 >= ours.max(theirs) * 3;
        if !comparable || ends_with_stop(line) {
            return false;
        }
        let has = |words: &str, wanted: &str| words.split(' ').any(|word| word == wanted);
        let in_both = |ones: &str, others: &str| ones.split(' ').filter(|word| has(others, word)).count();
        let shared = in_both(folded, &self.folded).min(in_both(&self.folded, folded));
        let is_number = |word: &&str| word.bytes().any(|byte| byte.is_ascii_digit());
        let numbers_agree = folded.split(' ').filter(is_number).all(|word| has(&self.folded, word))
            && self.folded.split(' ').filter(is_number).all(|word| has(folded, word));
        numbers_agree && shared * 10 >= (ours + theirs - shared) * 8
    }

    fn is_cut_off(&self, line: &str, folded: &str) -> bool {
        let ends = line.trim_end().ends_with('…') || line.trim_end().ends_with("...");
        ends && is_telling(folded) && self.folded.starts_with(folded)
    }

    fn has_site_beside(&self, line: &str, folded: &str) -> bool {
        let core = self.core.as_ref().unwrap_or(&self.folded);
        // cheap first: the copy stands at one end, and little stands beside it
        let beside = folded.len() > core.len() && (folded.starts_with(core) || folded.ends_with(core));
        beside
            && is_telling(core)
            && words(folded).saturating_sub(words(core)) <= BESIDE
            && has_part(line, core)
    }
}

/// Splitting at separators yields the headline: as one part, or, where the headline holds
/// separators of its own, as all parts from one on or up to one.
fn has_part(line: &str, folded: &str) -> bool {
    let is_it = |text: &str| fold(text, Digits::Keep) == folded;
    separators(line).any(|(start, end)| is_it(&line[..start]) || is_it(&line[end..]))
        || parts(line).any(is_it)
}

/// Pieces between the signs that pages put between a headline and their name.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    let ends = separators(line).chain([(line.len(), line.len())]);
    ends.scan(0, |from, (start, end)| {
        let part = &line[*from..start];
        *from = end;
        Some(part)
    })
}

/// Where ` | `, ` - `, `: `, ` » ` and their like stand. A hyphen inside a word is none.
fn separators(line: &str) -> impl Iterator<Item = (usize, usize)> {
    line.char_indices().filter_map(|(at, sign)| {
        let before = line[..at].ends_with(char::is_whitespace);
        let end = at + sign.len_utf8();
        let after = line[end..].starts_with(char::is_whitespace);
        let separates = match sign {
            '|' | '｜' | '»' | '›' | '•' | '·' => true,
            '-' | '–' | '—' | '/' | '>' | '~' => before && after,
            ':' => after,
            _ => false,
        };
        separates.then_some((at, end))
    })
}

fn is_telling(folded: &str) -> bool {
    // in scripts without spaces seven characters say as much as twenty letters
    let letters = folded.chars().count();
    let enough = if folded.contains(' ') || folded.is_ascii() { TELLING } else { TELLING / 3 };
    letters >= enough || words(folded) >= TELLING_WORDS
}

fn words(folded: &str) -> usize {
    folded.split(' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(headline: &str, line: &str) -> Option<Variant> {
        Headline::new(headline).repeated_by(line, &fold(line, Digits::Keep))
    }

    const HEADLINE: &str = "Bridge over the Aune reopens";

    #[test]
    fn copies_in_other_dress_are_seen() {
        assert_eq!(variant(HEADLINE, "BRIDGE OVER THE AUNE REOPENS!"), Some(Variant::Exact));
        assert_eq!(
            variant(HEADLINE, "Bridge over the Aune reopens | The Harbour Courier"),
            Some(Variant::WithSite)
        );
        assert_eq!(variant(HEADLINE, "Home » News » Bridge over the Aune reopens"), Some(Variant::WithSite));
        assert_eq!(variant("Opinion | Bridge over the Aune reopens", HEADLINE), Some(Variant::WithoutSite));
        assert_eq!(variant(HEADLINE, "Bridge over the Aune r…"), Some(Variant::CutOff));
        assert_eq!(
            variant("Talks: Iran and Russia – a new start", "Talks: Iran and Russia – a new start | Courier"),
            Some(Variant::WithSite)
        );
    }

    #[test]
    fn other_lines_are_not() {
        assert_eq!(variant(HEADLINE, "Bridge over the Aune reopens on Monday"), None);
        assert_eq!(variant(HEADLINE, "Bridge over…"), None);
        assert_eq!(variant("Live blog", "Live blog | The Harbour Courier"), None);
        assert_eq!(variant(HEADLINE, "“"), None);
        assert_eq!(variant("Day 3 at the court of appeal", "Day 4 at the court of appeal"), None);
    }
}
