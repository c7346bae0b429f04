//! What the training script and the bench need: the stage in its parts, one step at a time.

use std::collections::BTreeMap;

use copydesk_core::{Document, Stage};

use crate::classifier::{BUILT_IN, Mode, Regime};
use crate::lexicon::Lexicon;
use crate::reading::Reading;
use crate::{BoilerplateOptions, BoilerplateStage, features};

/// The stage, to be taken apart.
pub struct Parts {
    lexicon: Lexicon,
}

impl Default for Parts {
    fn default() -> Self {
        Parts { lexicon: Lexicon::new(&BTreeMap::new()) }
    }
}

impl Parts {
    /// The names of the features, in order.
    pub fn names() -> &'static [&'static str] {
        features::NAMES
    }

    /// One row of features for each block that is kept.
    pub fn rows(&self, document: &Document) -> Vec<[i16; features::NAMES.len()]> {
        let reading = Reading::of(document, &self.lexicon, &mut String::new());
        let sheet = reading.sheet(document, &self.lexicon, &mut String::new());
        (0..reading.blocks.len()).map(|at| sheet.row(at).values()).collect()
    }

    /// Looks all lines up, and counts them; how many lines a phrase knows.
    pub fn read(&self, document: &Document, folded: &mut String) -> usize {
        Reading::of(document, &self.lexicon, folded).verdicts.iter().flatten().count()
    }

    /// The same, and features and score of every line, as an article; how many are more likely furniture than not.
    pub fn score(&self, document: &Document, folded: &mut String) -> usize {
        let reading = Reading::of(document, &self.lexicon, folded);
        let sheet = reading.sheet(document, &self.lexicon, folded);
        let score = |at| BUILT_IN.score(Regime::Article, &sheet.row(at), 0);
        (0..reading.blocks.len()).filter(|at| score(*at) > 0).count()
    }

    /// The whole stage.
    pub fn stage(mode: Mode) -> impl Stage {
        let options = BoilerplateOptions { mode, ..BoilerplateOptions::default() };
        BoilerplateStage { lexicon: Lexicon::new(&BTreeMap::new()), classifier: &BUILT_IN, options }
    }
}
