//! The figures: counts over many documents, and what they come to.
//!
//! Lines are scored against labels (what was struck, what should have been), bodies against gold texts
//! (runs of four words that both share). Figures are shares; one of nothing is no number.

use super::case::{Label, Line};
use super::grams::PageScore;

/// A figure and its name, as tables and JSON call it.
pub(crate) type Figure = (&'static str, f64);

/// What was counted over a group of documents.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) documents: u64,
    lines: LineTally,
    bodies: BodyTally,
}

impl Tally {
    /// Counts a document whose lines are labelled, and of which the `kept` ones came out.
    pub(crate) fn add_lines(&mut self, lines: &[Line], kept: &[bool]) {
        self.documents += 1;
        self.lines.add(lines, kept);
    }

    /// Counts a document that was compared with a gold body.
    pub(crate) fn add_body(&mut self, score: &PageScore) {
        self.documents += 1;
        self.bodies.add(score);
    }

    /// The figures, in the order in which a table shows them.
    pub(crate) fn figures(&self) -> Vec<Figure> {
        if self.lines.documents > 0 { self.lines.figures() } else { self.bodies.figures() }
    }

    /// A figure by its name.
    pub(crate) fn figure(&self, name: &str) -> f64 {
        self.figures().into_iter().find(|(known, _)| *known == name).map_or(f64::NAN, |(_, value)| value)
    }
}

/// Counts of labelled lines. Lines that are `ambiguous` or blank are not counted.
#[derive(Debug, Clone, Default)]
struct LineTally {
    documents: u64,
    noise: u64,
    noise_struck: u64,
    body_struck: u64,
    body_words: u64,
    body_words_lost: u64,
    intact: u64,
    repeats: u64,
    repeats_struck: u64,
    headlines: u64,
    headlines_kept: u64,
    /// Documents in which every line is headline or body,
    clean: u64,
    /// and those of them that came out whole.
    unchanged: u64,
}

impl LineTally {
    fn add(&mut self, lines: &[Line], kept: &[bool]) {
        let lines = || lines.iter().zip(kept).filter(|(line, _)| !line.is_blank());
        let is_clean = lines().all(|(line, _)| matches!(line.label, Label::Body | Label::Headline));
        let is_unchanged = lines().all(|(_, is_kept)| *is_kept);
        let is_intact = lines().all(|(line, is_kept)| *is_kept || line.label != Label::Body);
        lines().for_each(|(line, is_kept)| self.add_line(line, *is_kept));
        self.documents += 1;
        self.intact += u64::from(is_intact);
        self.clean += u64::from(is_clean);
        self.unchanged += u64::from(is_clean && is_unchanged);
    }

    fn add_line(&mut self, line: &Line, is_kept: bool) {
        let is_struck = u64::from(!is_kept);
        match line.label {
            Label::Boilerplate => {
                self.noise += 1;
                self.noise_struck += is_struck;
            }
            Label::Body => {
                let words = line.words();
                self.body_struck += is_struck;
                self.body_words += words;
                self.body_words_lost += is_struck * words;
            }
            Label::HeadlineRepeat => {
                self.repeats += 1;
                self.repeats_struck += is_struck;
            }
            Label::Headline => {
                self.headlines += 1;
                self.headlines_kept += u64::from(is_kept);
            }
            Label::Ambiguous => {}
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let recall = share(self.noise_struck, self.noise);
        let precision = share(self.noise_struck, self.noise_struck + self.body_struck);
        vec![
            ("recall", recall),
            ("precision", precision),
            ("f1", harmonic(recall, precision)),
            ("lost", share(self.body_words_lost, self.body_words)),
            ("intact", share(self.intact, self.documents)),
            ("repeats", share(self.repeats_struck, self.repeats)),
            ("headline", share(self.headlines_kept, self.headlines)),
            ("unchanged", share(self.unchanged, self.clean)),
        ]
    }
}

/// Sums over compared bodies, in the order of the documents.
#[derive(Debug, Clone, Default)]
struct BodyTally {
    precision: Mean,
    recall: Mean,
    f1: Mean,
    exact: Mean,
}

impl BodyTally {
    fn add(&mut self, score: &PageScore) {
        self.precision.add(score.precision);
        self.recall.add(score.recall);
        self.f1.add(Some(score.f1));
        self.exact.add(Some(f64::from(u8::from(score.is_exact))));
    }

    fn figures(&self) -> Vec<Figure> {
        let (precision, recall) = (self.precision.value(), self.recall.value());
        let f1 = if precision + recall > 0.0 { harmonic(recall, precision) } else { 0.0 };
        vec![
            ("f1", f1),
            ("precision", precision),
            ("recall", recall),
            ("f1_pages", self.f1.value()),
            ("exact", self.exact.value()),
        ]
    }
}

/// The mean of what there is; 0 if there is nothing.
#[derive(Debug, Clone, Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        self.sum += value.unwrap_or(0.0);
        self.count += u64::from(value.is_some());
    }

    fn value(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

fn harmonic(recall: f64, precision: f64) -> f64 {
    2.0 * recall * precision / (recall + precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        let line = |text: &str, label| Line { text: text.to_owned(), label };
        vec![
            line("Share", Label::Boilerplate),
            line("Old bridge opens again", Label::Headline),
            line("The bridge over the Aune reopens on Monday.", Label::Body),
            line("What comes next", Label::Body),
            line("Aune", Label::Ambiguous),
            line("Advertisement", Label::Boilerplate),
            line("Old bridge opens again", Label::HeadlineRepeat),
        ]
    }

    #[test]
    fn lines_are_counted_by_their_labels() {
        let mut tally = Tally::default();
        tally.add_lines(&lines(), &[false, true, true, false, false, true, false]);
        tally.add_lines(&lines()[1..4], &[true; 3]);
        let figures = tally.figures();
        let expected = [
            ("recall", 0.5),
            ("precision", 0.5),
            ("f1", 0.5),
            ("lost", 3.0 / 22.0),
            ("intact", 0.5),
            ("repeats", 1.0),
            ("headline", 1.0),
            ("unchanged", 1.0),
        ];
        assert_eq!(figures, expected);
        assert_eq!((tally.documents, tally.figure("intact")), (2, 0.5));
    }

    #[test]
    fn blank_lines_are_nobodys() {
        let blank = |label| Line { text: " \t".to_owned(), label };
        let mut tally = Tally::default();
        tally.add_lines(
            &[lines()[2].clone(), blank(Label::Body), blank(Label::Boilerplate)],
            &[true, false, false],
        );
        assert!(tally.figure("recall").is_nan());
        assert_eq!((tally.figure("intact"), tally.figure("unchanged")), (1.0, 1.0));
    }

    #[test]
    fn a_share_of_nothing_is_no_number() {
        let mut tally = Tally::default();
        tally.add_lines(&lines()[2..3], &[true]);
        assert!(tally.figure("recall").is_nan() && tally.figure("precision").is_nan());
        assert_eq!(tally.figure("lost"), 0.0);
    }

    #[test]
    fn pages_are_averaged_over_those_that_have_the_figure() {
        let mut tally = Tally::default();
        tally.add_body(&PageScore { precision: Some(1.0), recall: Some(0.5), f1: 0.5, is_exact: false });
        tally.add_body(&PageScore { precision: None, recall: None, f1: 1.0, is_exact: true });
        assert_eq!(
            tally.figures(),
            [("f1", 2.0 / 3.0), ("precision", 1.0), ("recall", 0.5), ("f1_pages", 0.75), ("exact", 0.5)]
        );
    }
}
