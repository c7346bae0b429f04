//! What stays whatever its score: the classifier learned from news, and has seen few tables and recipes.

use crate::classifier::Mode;
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

/// Has nobody put furniture into the document? Then a doubtful line is more likely an odd line of the
/// article, and nothing goes by its score.
///
/// A line beyond doubt, or two that are as good as, say that somebody has. `safe` and `balanced` want a label beside
/// them that a phrase knows from end to end. In the labelled dumps (aeb, article nodes, cross-validated) 100, 100
/// and 92 % of the documents without noise stay as they are; without this, 90, 77 and 66 % did. It costs 12, 17 and 8
/// points of recall. With four sure lines in the place of a label, `balanced` finds 10 points more, and strikes
/// something in 7 of 100 gold bodies, lists of short lines mostly.
pub(crate) fn is_clean(mode: Mode, has_label: bool, scores: &[i32], safe: i32) -> bool {
    let sure = scores.iter().filter(|score| **score >= safe).count();
    let is_suspect = sure >= 2 || scores.iter().any(|score| *score >= BEYOND_DOUBT);
    let is_furnished = match mode {
        Mode::Phrases => false,
        Mode::Safe | Mode::Balanced => has_label && is_suspect,
        Mode::Aggressive => is_suspect,
    };
    !is_furnished
}

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
    fn a_document_is_furnished_by_what_its_mode_asks_for() {
        let is_clean = |mode, has_label, scores: &[i32]| super::is_clean(mode, has_label, scores, 2_500);
        assert!(is_clean(Mode::Aggressive, true, &[2_600, 1_500]));
        assert!(!is_clean(Mode::Aggressive, false, &[2_600, 2_500]));
        assert!(!is_clean(Mode::Aggressive, false, &[3_300]));
        assert!(is_clean(Mode::Balanced, false, &[3_300; 9]));
        assert!(!is_clean(Mode::Balanced, true, &[3_300]));
        assert!(is_clean(Mode::Safe, false, &[3_300; 9]));
        assert!(!is_clean(Mode::Safe, true, &[3_300]));
    }
}
