//! Which line looks most like the headline, where no title says it?
//!
//! The words of the URL, the words of the article, a second copy, and the place: the headline stands
//! above the first prose of an article, or, in the text of a whole page, above the largest run of it.
//! What each of them is worth stands in `signs.rs`; here they are compared.

use super::WITHIN;
use super::lines::Lines;
use super::signs::{Echoes, Signs, Surroundings};
use crate::Document;

/// A line is the dek of the one above it, not the headline, unless it is likelier by so much.
const DEK: i32 = 20;
/// A dek has more words.
const DEK_WORDS: usize = 12;
/// Less likely lines are none.
const LIKELY: i32 = 30;

struct Candidate {
    place: usize,
    index: usize,
    signs: Signs,
}

/// The block that looks most like the headline; of equals, the lowest, which is nearest to the body.
pub(super) fn find(document: &Document, lines: &Lines) -> Option<usize> {
    let surroundings = Surroundings::of(document, lines)?;
    let mut candidates = candidates(document, lines, &surroundings);
    // most articles have one line above them, and need not be read to know it
    if let [only] = &candidates[..]
        && only.signs.likeness() >= LIKELY
    {
        return Some(only.index);
    }
    if !candidates.is_empty() {
        let echoes = Echoes::of(document, lines, &surroundings);
        for candidate in &mut candidates {
            let line = document.slice(&document.blocks[candidate.index]);
            echoes.add_to(&mut candidate.signs, line, candidate.index, candidate.place);
        }
    }
    likeliest(&candidates)
}

/// The lines that stand where a headline may, or say the words of the URL.
fn candidates(document: &Document, lines: &Lines, surroundings: &Surroundings) -> Vec<Candidate> {
    let is_page = lines.is_whole_page();
    let blocks = document.kept().take(WITHIN).enumerate();
    let like = blocks.filter(|(_, (index, _))| lines.is_headline_like(document, *index));
    like.map(|(place, (index, block))| {
        let signs = surroundings.signs(document.slice(block), lines.words(index), index, place);
        Candidate { place, index, signs }
    })
    .filter(|candidate| candidate.signs.may_be_headline(is_page))
    .collect()
}

fn likeliest(candidates: &[Candidate]) -> Option<usize> {
    let (mut best, mut most) = (None, LIKELY);
    let mut above: Option<(&Candidate, i32)> = None;
    for candidate in candidates {
        let likeness = candidate.signs.likeness();
        let head = above.filter(|(head, least)| candidate.is_dek_of(head, likeness - least));
        let (head, likeness) = head.unwrap_or((candidate, likeness));
        above = Some((head, likeness));
        if likeness >= most {
            (best, most) = (Some(head.index), likeness);
        }
    }
    best
}

impl Candidate {
    /// The line below a headline may say more of what the article says.
    fn is_dek_of(&self, above: &Candidate, likelier: i32) -> bool {
        self.place <= above.place + 2
            && (1..=DEK).contains(&likelier)
            && self.signs.words > DEK_WORDS
            && !self.signs.comes_again
    }
}
