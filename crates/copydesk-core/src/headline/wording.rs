//! Does this line say the headline again?
//!
//! Compares folded forms: case, punctuation and quotes do not matter, digits do. Where a copy may
//! stand, and how sure one has to be there, is for others to say.

use super::marker::without_marker;
use crate::prose::{self, ends_with_stop};
use crate::{Digits, fold};

/// A part of a line is compared by itself only if it is at least so long, in characters: shorter
/// ones (`News`, `Live blog`) recur by chance.
const TELLING: usize = 20;
/// Or if it has so many words.
const TELLING_WORDS: usize = 4;
/// Lines of fewer words are not compared word by word.
const NEAR_WORDS: usize = 6;
/// Beside a copy, the name of the site or the trail of sections takes at most so many words.
const BESIDE: usize = 8;
/// Without a sign between them, at most so many.
const UNSEPARATED: usize = 4;

/// The headline, ready to be looked for.
pub struct Headline {
    text: String,
    folded: String,
    /// The headline without the site's name or kicker, where it has one.
    core: Option<String>,
    /// What stands before and behind its separators.
    pieces: Vec<String>,
    /// Its words, in a set that has a bit for many of them.
    words: u64,
    is_telling: bool,
}

/// How a line repeats the headline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The same but for case, punctuation and signs.
    Exact,
    /// The whole headline, with a site or section beside it.
    WithSite,
    /// The headline without its site or section.
    WithoutSite,
    /// The headline without its site or section, with another one.
    OtherSite,
    /// The headline in the same letters, with a word or two beside it.
    Beside,
    /// The beginning of the headline, and an ellipsis.
    CutOff,
    /// The same words but for one or two.
    Near,
}

impl Variant {
    /// What a trail says of it.
    pub fn evidence(self) -> &'static str {
        match self {
            Variant::Exact => "the same but for case and punctuation",
            Variant::WithSite => "the headline with a site or section beside it",
            Variant::WithoutSite => "the headline without its site or section",
            Variant::OtherSite => "the headline with another site or section",
            Variant::Beside => "the headline with a word or two beside it",
            Variant::CutOff => "the headline, cut off by an ellipsis",
            Variant::Near => "the headline but for a word or two",
        }
    }

    /// Is it the whole headline, as nobody writes it by chance? The others may be a sub-head, too.
    pub fn is_sure(self) -> bool {
        matches!(self, Variant::Exact | Variant::WithSite | Variant::CutOff)
    }
}

impl Headline {
    /// Takes a line apart, to look for it.
    pub fn new(text: &str) -> Self {
        let text = without_marker(text).trim();
        let folded = fold(text, Digits::Keep);
        let is_beside = |part: &str| is_telling(part) && words(&folded).saturating_sub(words(part)) <= BESIDE;
        let longest = parts(text).map(|part| fold(part, Digits::Keep)).max_by_key(String::len);
        let core = longest.filter(|part| *part != folded && is_beside(part));
        let sides = separators(text).flat_map(|(start, end)| [&text[..start], &text[end..]]);
        let pieces = sides.map(|side| fold(side, Digits::Keep)).filter(|side| is_beside(side)).collect();
        let words = folded.split(' ').fold(0, |words, word| words | bit(word));
        Headline { core, pieces, words, is_telling: is_telling(&folded), text: text.to_owned(), folded }
    }

    /// Its text, without the marker of a list.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Do both say the same?
    pub fn is_same(&self, other: &Headline) -> bool {
        self.folded == other.folded
    }

    /// Is it a question? An interview may put one to everybody.
    pub fn asks(&self) -> bool {
        self.text.ends_with(['?', '？', '؟'])
    }

    /// A look at a line that need not be folded for it: is it neither too long nor too short for a copy?
    pub(super) fn may_be_repeated_by(&self, line: &str) -> bool {
        line.len() <= self.longest_copy() && !(self.is_telling && says_little(line))
    }

    /// No copy is longer than this, in bytes.
    fn longest_copy(&self) -> usize {
        self.text.len() * 2 + 100
    }

    /// How does the line say the headline, if it does? `folded` is the folded form of the line, without a
    /// list's marker.
    pub fn repeated_by(&self, line: &str, folded: &str) -> Option<Variant> {
        if folded.is_empty() {
            return None;
        }
        if folded == self.folded {
            return Some(Variant::Exact);
        }
        if self.pieces.iter().any(|piece| piece == folded) {
            return Some(Variant::WithoutSite);
        }
        if self.is_cut_off(line, folded) {
            return Some(Variant::CutOff);
        }
        if has_beside(line, folded, &self.folded) {
            return Some(Variant::WithSite);
        }
        if self.core.as_ref().is_some_and(|core| has_beside(line, folded, core)) {
            return Some(Variant::OtherSite);
        }
        if self.stands_in(line) {
            return Some(Variant::Beside);
        }
        self.is_near(line, folded).then_some(Variant::Near)
    }

    /// Most of the words are the same. Numbers have to agree: `Day 3` is not `Day 4`. Sentences with a
    /// full stop are left alone.
    fn is_near(&self, line: &str, folded: &str) -> bool {
        let (ours, theirs) = (words(&self.folded), words(folded));
        let comparable = ours.min(theirs) >= NEAR_WORDS && ours.min(theirs) * 4 >= ours.max(theirs) * 3;
        if !comparable || ends_with_stop(line) {
            return false;
        }
        // cheap first: no more words are in both than have a bit in common
        let may_be_shared = folded.split(' ').filter(|word| bit(word) & self.words != 0).count();
        if may_be_shared * 2 <= ours {
            return false;
        }
        let shared = in_both(folded, &self.folded);
        let shared = if shared * 2 > ours { shared.min(in_both(&self.folded, folded)) } else { 0 };
        shared * 4 >= (ours + theirs - shared) * 3 && numbers_agree(&self.folded, folded)
    }

    fn is_cut_off(&self, line: &str, folded: &str) -> bool {
        let ends = line.trim_end().ends_with('…') || line.trim_end().ends_with("...");
        ends && is_telling(folded) && self.folded.starts_with(folded)
    }

    /// The line holds the headline letter for letter, and little else, which begins with a capital
    /// where there are such: `Home News` before it, `Back to video` behind it.
    fn stands_in(&self, line: &str) -> bool {
        if self.text.len() < TELLING
            || !is_telling_line(&self.text)
            || !(self.text.len() + 1..self.text.len() * 2 + 8).contains(&line.len())
        {
            return false;
        }
        let Some(at) = line.find(&self.text) else { return false };
        let rest = [line[..at].trim(), line[at + self.text.len()..].trim()];
        let most = UNSEPARATED.min(prose::words(&self.text) - 1);
        let begins_small = |text: &str| {
            text.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_lowercase)
        };
        rest.iter().map(|text| prose::words_up_to(text, BESIDE)).sum::<usize>() <= most
            && rest.iter().map(|text| text.len()).sum::<usize>() <= self.text.len()
            && !rest.iter().any(|text| begins_small(text))
    }
}

/// Does `core` stand in the line as a part, with a site's name or a trail of sections beside it?
fn has_beside(line: &str, folded: &str, core: &str) -> bool {
    // cheap first: the copy stands at one end, and little stands beside it
    let beside = folded.len() > core.len() && (folded.starts_with(core) || folded.ends_with(core));
    beside && is_telling(core) && words(folded).saturating_sub(words(core)) <= BESIDE && has_part(line, core)
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
pub(crate) fn separators(line: &str) -> impl Iterator<Item = (usize, usize)> {
    let may_begin = line.bytes().enumerate().filter(|(_, byte)| BEGINS_SIGN[usize::from(*byte)]);
    may_begin.filter_map(|(at, _)| {
        let sign = line[at..].chars().next()?;
        let end = at + sign.len_utf8();
        let before = || line[..at].ends_with(char::is_whitespace);
        let after = || line[end..].starts_with(char::is_whitespace);
        let separates = match sign {
            '|' | '｜' | '»' | '›' | '•' | '·' => true,
            '-' | '–' | '—' | '/' | '>' | '~' => before() && after(),
            ':' => after(),
            _ => false,
        };
        separates.then_some((at, end))
    })
}

/// The bytes that a separator begins with, of which none stands inside another letter.
const BEGINS_SIGN: [bool; 256] = {
    let mut begins = [false; 256];
    let first = b"|-/>~:\xc2\xe2\xef";
    let mut at = 0;
    while at < first.len() {
        begins[first[at] as usize] = true;
        at += 1;
    }
    begins
};

/// Is the line certainly no telling one, nor equal to one? It has neither the letters nor, split at any sign,
/// the words.
fn says_little(line: &str) -> bool {
    line.len() < TELLING
        && line.is_ascii()
        && line.bytes().filter(|byte| !byte.is_ascii_alphanumeric()).count() + 1 < TELLING_WORDS
}

/// Does a line that is not folded say enough to be known again?
pub(crate) fn is_telling_line(line: &str) -> bool {
    let enough = if line.is_ascii() { TELLING } else { TELLING / 3 };
    line.len() >= TELLING && line.chars().take(enough).count() >= enough
        || prose::words_up_to(line, TELLING_WORDS) >= TELLING_WORDS
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

fn bit(word: &str) -> u64 {
    let hash = word.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31) ^ u32::from(byte));
    1 << (hash.wrapping_mul(0x9e37_79b1) >> 26)
}

fn has(folded: &str, wanted: &str) -> bool {
    folded.split(' ').any(|word| word == wanted)
}

fn in_both(ones: &str, others: &str) -> usize {
    ones.split(' ').filter(|word| has(others, word)).count()
}

fn numbers_agree(one: &str, other: &str) -> bool {
    let is_number = |word: &&str| word.bytes().any(|byte| byte.is_ascii_digit());
    one.split(' ').filter(is_number).all(|word| has(other, word))
        && other.split(' ').filter(is_number).all(|word| has(one, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(headline: &str, line: &str) -> Option<Variant> {
        Headline::new(headline).repeated_by(line, &fold(without_marker(line), Digits::Keep))
    }

    const HEADLINE: &str = "Bridge over the Aune reopens";

    #[test]
    fn copies_in_other_dress_are_seen() {
        assert_eq!(variant(HEADLINE, "BRIDGE OVER THE AUNE REOPENS!"), Some(Variant::Exact));
        assert_eq!(variant(HEADLINE, "3. Bridge over the Aune reopens"), Some(Variant::Exact));
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
        assert_eq!(
            variant("Ticker: Bridge over the Aune reopens", "10.30: Bridge over the Aune reopens"),
            Some(Variant::OtherSite)
        );
        assert_eq!(variant(HEADLINE, "Home News Bridge over the Aune reopens"), Some(Variant::Beside));
        assert_eq!(variant(HEADLINE, "Bridge over the Aune reopens Back to video"), Some(Variant::Beside));
    }

    #[test]
    fn other_lines_are_not() {
        assert_eq!(variant(HEADLINE, "Bridge over the Aune reopens on Monday"), None);
        assert_eq!(variant(HEADLINE, "How Bridge over the Aune reopens"), Some(Variant::Beside));
        assert_eq!(variant(HEADLINE, "Bridge over…"), None);
        assert_eq!(variant("Live blog", "Live blog | The Harbour Courier"), None);
        assert_eq!(variant(HEADLINE, "“"), None);
        assert_eq!(variant("Day 3 at the court of appeal", "Day 4 at the court of appeal"), None);
    }
}
