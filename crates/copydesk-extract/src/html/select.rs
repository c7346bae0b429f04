//! From scores to a choice: which runs are the article, and whether the page has one at all.
//!
//! A fixed threshold is right for a page that is clear and wrong for one in doubt. If the scores are taken for what they
//! say, odds, then for every threshold one can tell how good the choice would be (its expected F1, by words), and
//! the best is taken: a page of which nothing is certain keeps what is likeliest.

use super::Mode;
use super::layout::{Page, Run, flag};
use super::lines::Line;

/// What becomes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the article's.
    Kept,
    /// It is the page's, with its score.
    Furniture(i32),
    /// It is the page's, by the element that it stands in.
    Menu,
    /// Nobody sees it.
    Hidden,
}

/// What becomes of the runs of a page.
#[derive(Debug)]
pub(crate) struct Choice {
    /// One for each run.
    pub(crate) verdicts: Vec<Verdict>,
    /// A run was kept if the odds for it were at least this, between 0 and 1.
    pub(crate) threshold: f32,
    /// What the mode adds to every score, in thousandths of log-odds.
    pub(crate) bias: i32,
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
    let bias = bias(mode);
    let cut = match best {
        Some(best) if best >= HOPELESS => cut(lines, scores, bias),
        _ => Cut { least: HOPELESS, promise: 2 * copydesk_trees::millionths(HOPELESS) },
    };
    let verdict = |at: usize| {
        let hides =
            page.elements[page.runs[at].element as usize].flags & (flag::UNSEEN | flag::NOSCRIPT) != 0;
        match scores[at] {
            score if score >= cut.least => Verdict::Kept,
            _ if hides => Verdict::Hidden,
            score => Verdict::Furniture(score),
        }
    };
    // at the best choice there is, what is kept is what is likelier than half of its F1
    let threshold = cut.promise as f32 / 2_000_000.0;
    Choice { verdicts: (0..scores.len()).map(verdict).collect(), threshold, bias, best }
}

/// The choice for a page that is too large to be scored: all its text, but for what is hidden, menus and bare links.
pub(crate) fn without_scores(page: &Page) -> Choice {
    let verdict = |run: &Run| {
        let flags = page.elements[run.element as usize].flags;
        match () {
            () if flags & (flag::UNSEEN | flag::NOSCRIPT) != 0 => Verdict::Hidden,
            () if flags & (flag::NAV | flag::FOOTER) != 0 => Verdict::Menu,
            () if run.linked as usize * 10 > run.bytes() * 9 => Verdict::Menu,
            () => Verdict::Kept,
        }
    };
    Choice { verdicts: page.runs.iter().map(verdict).collect(), threshold: 0.0, bias: 0, best: None }
}

/// Where to cut.
#[derive(Debug, PartialEq, Eq)]
struct Cut {
    /// Runs from this score on are kept.
    least: i32,
    /// The F1 that the scores promise for it, in millionths.
    promise: i64,
}

/// The score from which on the runs make the best choice, by what the scores themselves promise.
fn cut(lines: &[Line], scores: &[i32], bias: i32) -> Cut {
    let mut order: Vec<(i32, i64)> =
        scores.iter().zip(lines).map(|(score, line)| (*score, i64::from(line.words))).collect();
    order.sort_unstable_by(|one, other| other.cmp(one));
    let promised = |score: i32, words: i64| words * copydesk_trees::millionths(score + bias);
    let all: i64 = order.iter().map(|(score, words)| promised(*score, *words)).sum();
    let (mut right, mut kept) = (0_i64, 0_i64);
    let mut best = Cut { least: i32::MAX, promise: 0 };
    for (score, words) in order {
        right += promised(score, words);
        kept += words * 1_000_000;
        // in hundreds, so that a page of any size fits
        let promise = (right / 100) * 1_000_000 / ((kept + all) / 200).max(1);
        if promise > best.promise {
            best = Cut { least: score, promise };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(words: &[u32]) -> Vec<Line> {
        words.iter().map(|words| Line { words: *words, ..Line::default() }).collect()
    }

    #[test]
    fn a_clear_page_is_cut_in_the_middle() {
        let cut = cut(&lines(&[50, 5, 60]), &[4_000, -4_000, 3_000], 0);
        assert_eq!(cut.least, 3_000);
        assert!((950_000..1_000_000).contains(&cut.promise), "{cut:?}");
    }

    #[test]
    fn a_page_in_doubt_keeps_what_is_likeliest() {
        let (lines, scores) = (lines(&[80, 90, 5, 5]), [-500, -600, -3_500, -3_600]);
        assert_eq!(cut(&lines, &scores, 0).least, -600);
    }

    #[test]
    fn modes_move_the_threshold() {
        let (lines, scores) = (lines(&[100, 30, 30]), [5_000, 300, -1_200]);
        assert_eq!(cut(&lines, &scores, bias(Mode::Precision)).least, 5_000);
        assert_eq!(cut(&lines, &scores, bias(Mode::Balanced)).least, 300);
        assert_eq!(cut(&lines, &scores, bias(Mode::Recall)).least, -1_200);
    }
}
