//! Which lines of a document the classifier takes for furniture, and what kind of document that makes it.
//!
//! Nothing is struck here: the stage strikes what goes by a phrase first, and then these.

use copydesk_core::{Document, Evidence, Remark, headline};

use crate::classifier::{Classifier, Regime};
use crate::features::{Features, Sheet};
use crate::guards::{self, Run};
use crate::reading::Reading;
use crate::{BoilerplateStage, LONG_LINE_WORDS, Verdict, guess, remark};

/// A line that the classifier takes for furniture.
pub(crate) struct Suspect {
    pub(crate) block: usize,
    pub(crate) words: usize,
    /// Known by a phrase of those that stand in articles, too.
    pub(crate) is_doubtful: bool,
    pub(crate) verdict: Verdict,
}

/// What the classifier says of a document.
pub(crate) struct Suspects {
    pub(crate) regime: Regime,
    pub(crate) remark: Option<Remark>,
    pub(crate) lines: Vec<Suspect>,
    /// Words of all lines.
    pub(crate) words: usize,
}

/// What the classifier is asked.
pub(crate) struct Question<'q> {
    pub(crate) document: &'q Document,
    pub(crate) reading: &'q Reading,
    pub(crate) stage: &'q BoilerplateStage,
    /// The first block that may be the headline.
    pub(crate) first: Option<usize>,
}

impl Question<'_> {
    /// The lines whose score is above what the mode asks for; none in a mode that does not ask.
    pub(crate) fn suspects(&self, folded: &mut String) -> Suspects {
        let mut suspects =
            Suspects { regime: self.stage.options.regime, remark: None, lines: Vec::new(), words: 0 };
        let classifier = self.stage.classifier;
        let threshold = |regime| classifier.threshold(regime, self.stage.options.mode);
        if threshold(Regime::Article).is_none() {
            return suspects;
        }
        let sheet = self.reading.sheet(self.document, &self.stage.lexicon, folded);
        if suspects.regime == Regime::Auto {
            suspects.regime = classifier.regime(sheet.document());
        }
        let Some(threshold) = threshold(suspects.regime) else { return suspects };
        let scale = if suspects.regime == Regime::Page {
            self.of_page(classifier, &sheet, threshold)
        } else {
            self.of_article(classifier, &sheet, threshold)
        };
        suspects.words = (0..self.reading.blocks.len()).map(|at| self.reading.words(at)).sum();
        let found: Vec<(Suspect, i32)> = scale.weigh_all(self.reading);
        let above: Vec<i32> = found.iter().map(|(_, above)| *above).collect();
        let is_clean = !scale.is_page && !guards::is_furnished(self.reading.has_label(), &above);
        if !is_clean {
            suspects.lines = found.into_iter().map(|(suspect, _)| suspect).collect();
        }
        suspects.remark = Some(remark(match () {
            () if scale.is_page => "whole-page",
            () if is_clean => "clean",
            () => "article",
        }));
        suspects
    }

    /// Menus stand above the headline of a page, and nothing but the words of the article tell it. Its copies are
    /// furniture, too.
    fn of_page<'s>(&self, classifier: &'s Classifier, sheet: &'s Sheet<'s>, threshold: i32) -> Scale<'s> {
        let found = headline::find(self.document, &headline::Lines::of(self.document));
        let headline = found.and_then(|found| self.line_of(found.index));
        Scale {
            classifier,
            sheet,
            threshold,
            is_page: true,
            runs: Vec::new(),
            headlines: headline.into_iter().collect(),
        }
    }

    fn of_article<'s>(&self, classifier: &'s Classifier, sheet: &'s Sheet<'s>, threshold: i32) -> Scale<'s> {
        let headline = self.first.and_then(|first| self.line_of(first));
        let says_it = |at: &usize| headline.is_some_and(|headline| self.reading.is_same(headline, *at));
        let headlines = (0..self.reading.blocks.len()).filter(says_it).collect();
        Scale { classifier, sheet, threshold, is_page: false, runs: guards::runs(sheet.own()), headlines }
    }

    /// Which of the lines that were read a block is.
    fn line_of(&self, block: usize) -> Option<usize> {
        self.reading.blocks.binary_search(&block).ok()
    }
}

/// What the lines of a document are weighed on.
struct Scale<'s> {
    classifier: &'s Classifier,
    sheet: &'s Sheet<'s>,
    threshold: i32,
    is_page: bool,
    /// The run of each line; none in a page.
    runs: Vec<Run>,
    /// Lines that may be the headline.
    headlines: Vec<usize>,
}

impl Scale<'_> {
    /// The lines that go, each with how far above what it needs its score is.
    fn weigh_all(&self, reading: &Reading) -> Vec<(Suspect, i32)> {
        let weighed = (0..reading.blocks.len()).filter_map(|at| {
            let words = reading.words(at);
            let (verdict, is_known, above) = self.weigh(at, words)?;
            let is_doubtful = is_known && verdict.needs_company();
            Some((Suspect { block: reading.blocks[at], words, is_doubtful, verdict }, above))
        });
        weighed.collect()
    }

    fn weigh(&self, at: usize, words: usize) -> Option<(Verdict, bool, i32)> {
        if words >= LONG_LINE_WORDS || self.headlines.contains(&at) || self.stays(at) {
            return None;
        }
        let line = self.sheet.row(at);
        let least = self.least(at, &line);
        let regime = if self.is_page { Regime::Page } else { Regime::Article };
        let score = self.classifier.score(regime, &line, least);
        let goes = score >= least && (self.is_page || !guards::may_be_a_subhead(&line, score));
        goes.then(|| (scored(&line, score, least), line.category > 0, score - least))
    }

    /// Whatever its score.
    fn stays(&self, at: usize) -> bool {
        !self.is_page && (self.runs[at] == Run::Figures || guards::is_amid_prose(self.sheet.own(), at))
    }

    fn least(&self, at: usize, line: &Features) -> i32 {
        match self.runs.get(at) {
            None => self.threshold,
            Some(Run::List) => guards::BEYOND_DOUBT,
            Some(_) => self.threshold + guards::margin(line),
        }
    }
}

/// Why a line goes by its score.
fn scored(line: &Features, score: i32, threshold: i32) -> Verdict {
    let evidence =
        Evidence::Score { score: copydesk_trees::share(score), threshold: copydesk_trees::share(threshold) };
    Verdict { category: guess::category(line), evidence, is_whole: false }
}
