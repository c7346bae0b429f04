//! What stays whatever its score: the classifier learned from news, and has seen few tables and recipes.

use crate::features::Features;
use crate::line::End;

/// 96 %, as log-odds in thousandths. With 3,000, half a percent of the documents without noise would be
/// touched more.
const BEYOND_DOUBT: i32 = 3_300;

/// Is the line one of a column of figures inside the body: a table, a list of ingredients, the years of a
/// chronicle? Half of a run of short lines have a number; a line that a phrase names is no such line. In
/// the labelled dumps this costs one point of recall (aeb, article nodes: .729 to .718).
pub(crate) fn in_a_column_of_figures(lines: &[Features]) -> Vec<bool> {
    const BODY: i16 = 1;
    let mut all = Vec::with_capacity(lines.len());
    for run in lines.chunk_by(|_, next| next.run_before > 0) {
        let with_numbers = run.iter().filter(|line| line.numbers > 0).count();
        let is_column = run[0].run > 0 && with_numbers * 2 >= run.len();
        all.extend(run.iter().map(|line| is_column && line.zone == BODY && line.category == 0));
    }
    all
}

/// Could the line be a sub-head or the name of a speaker? A few words alone above a longer line, without end
/// mark and number, that no phrase names. Below [`BEYOND_DOUBT`] they stay, which costs no more
/// than half a point of recall.
pub(crate) fn may_be_a_subhead(line: &Features, score: i32) -> bool {
    const BODY: i16 = 1;
    let is_alone = line.run > 0 && line.run_after == 0 && (line.run_before == 0 || line.category_m1 > 0);
    let is_above_text = line.words_p1 >= 6 || (0..=End::Question as i16).contains(&line.end_p1);
    let is_plain = line.end == End::Word as i16 && line.numbers == 0 && line.category == 0;
    line.zone >= BODY && is_alone && is_above_text && is_plain && score < BEYOND_DOUBT
}

/// Does the line stand in the midst of running text, a paragraph between paragraphs that all end in a full stop? Of what
/// goes by its score in the labelled dumps, one in a hundred lines is such a one; of what stays, every sixth, and in news
/// most. They need no score.
pub(crate) fn is_amid_prose(lines: &[Features], at: usize) -> bool {
    let is_paragraph = |line: &Features| line.words >= 15 && (0..=End::QuotedStop as i16).contains(&line.end);
    at > 0
        && at + 1 < lines.len()
        && lines[at].category == 0
        && lines[at - 1..=at + 1].iter().all(is_paragraph)
}

/// Has somebody put furniture into the document? Otherwise a doubtful line is more likely an odd line of the
/// article, and nothing goes by its score.
///
/// A label says so that a phrase knows from end to end; or two lines that go; or one that is surer by
/// [`FURNISHED_BY_ONE`]. In the gold bodies (aeb, fundus, wcxb, cross-validated) 99 % stay as they are in `safe` and 97 % in
/// `balanced`; without this it were 97 and 96 %. It costs 3 points of recall or less.
pub(crate) fn is_furnished(has_label: bool, scores: &[i32], threshold: i32) -> bool {
    has_label || scores.len() >= 2 || scores.iter().any(|score| *score >= threshold + FURNISHED_BY_ONE)
}

/// Log-odds in thousandths: one to four and a half.
const FURNISHED_BY_ONE: i32 = 1_500;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(numbers: i16, run: i16, run_before: i16) -> Features {
        Features { numbers, run, run_before, zone: 1, ..Features::default() }
    }

    #[test]
    fn half_the_lines_of_a_column_have_numbers() {
        let prose = line(3, -1, 0);
        let column = [prose, line(1, 2, 0), line(0, 2, 1), prose, line(0, 1, 0)];
        assert_eq!(in_a_column_of_figures(&column), [false, true, true, false, false]);
    }

    #[test]
    fn a_document_is_furnished_by_a_label_or_by_two_lines_or_by_one_beyond_doubt() {
        assert!(is_furnished(true, &[800], 756));
        assert!(is_furnished(false, &[800, 800], 756));
        assert!(is_furnished(false, &[2_256], 756));
        assert!(!is_furnished(false, &[2_255], 756));
        assert!(!is_furnished(false, &[], 756));
    }

    #[test]
    fn a_paragraph_between_paragraphs_needs_no_score() {
        let line = |words, end: End| Features { words, end: end as i16, ..Features::default() };
        let text = [line(30, End::Stop), line(15, End::QuotedStop), line(40, End::Stop), line(3, End::Word)];
        let amid: Vec<bool> = (0..text.len()).map(|at| is_amid_prose(&text, at)).collect();
        assert_eq!(amid, [false, true, false, false]);
    }
}
