//! From scores to a choice: which runs are the article, and whether the page has one at all.
//!
//! A fixed threshold is right for a page that is clear and wrong for one in doubt. If the scores are taken for what they
//! say, odds, then for every threshold one can tell how good the choice would be (its expected F1, by words), and
//! the best is taken: a page of which nothing is certain keeps what is likeliest.

use super::Mode;
use super::layout::{Page, flag};
use super::lines::Line;

/// What becomes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the article's.
    Kept,
    /// It is the page's, with its score.
    Furniture(i32),
    /// Nobody sees it.
    Hidden,
}

/// What becomes of the runs of a page.
#[derive(Debug)]
pub(crate) struct Choice {
    /// One for each run.
    pub(crate) verdicts: Vec<Verdict>,
    /// From which score on runs were kept, in thousandths of log-odds.
    pub(crate) least: i32,
    /// The best score of any run.
    pub(crate) best: Option<i32>,
}

impl Choice {
    /// Is there no article?
    pub(crate) fn is_nothing(&self) -> bool {
        !self.verdicts.contains(&Verdict::Kept)
    }
}

/// Added to every score, in thousandths of log-odds.
fn bias(mode: Mode) -> i32 {
    match mode {
        Mode::Precision => -1_200,
        Mode::Balanced => 0,
        Mode::Recall => 1_200,
    }
}

/// A page whose best run scores less than this has no article.
const HOPELESS: i32 = -3_000;

/// Chooses the article.
pub(crate) fn choose(page: &Page, lines: &[Line], scores: &[i32], mode: Mode) -> Choice {
    let best = scores.iter().copied().max();
    let least = match best {
        Some(best) if best >= HOPELESS => least(lines, scores, bias(mode)).min(best),
        _ => HOPELESS,
    };
    let verdict = |at: usize| {
        let hides =
            page.elements[page.runs[at].element as usize].flags & (flag::UNSEEN | flag::NOSCRIPT) != 0;
        match scores[at] {
            score if score >= least => Verdict::Kept,
            _ if hides => Verdict::Hidden,
            score => Verdict::Furniture(score),
        }
    };
    Choice { verdicts: (0..scores.len()).map(verdict).collect(), least, best }
}

/// The score from which on the runs make the best choice, by what the scores themselves promise.
fn least(lines: &[Line], scores: &[i32], bias: i32) -> i32 {
    let mut order: Vec<(i32, i64)> =
        scores.iter().zip(lines).map(|(score, line)| (*score, i64::from(line.words))).collect();
    order.sort_unstable_by(|one, other| other.cmp(one));
    let promised = |score: i32, words: i64| words * copydesk_trees::millionths(score + bias);
    let all: i64 = order.iter().map(|(score, words)| promised(*score, *words)).sum();
    let (mut right, mut kept) = (0_i64, 0_i64);
    // the share of the best choice so far: what is right of what is kept and what there is, in millionths
    let mut best = (0_i64, i32::MAX);
    for (score, words) in order {
        right += promised(score, words);
        kept += words * 1_000_000;
        // in hundreds, so that a page of any size fits
        let good = (right / 100) * 1_000_000 / ((kept + all) / 200).max(1);
        if good > best.0 {
            best = (good, score);
        }
    }
    best.1
}
