//! What the training script needs: the features of the lines of a document, as the stage sees them.

use std::collections::BTreeMap;

use copydesk_core::Document;

use crate::features::{self, Features};
use crate::lexicon::Lexicon;
use crate::reading::Reading;

/// Makes the features of documents.
pub struct Featurizer {
    lexicon: Lexicon,
}

impl Default for Featurizer {
    fn default() -> Self {
        Featurizer { lexicon: Lexicon::new(&BTreeMap::new()) }
    }
}

impl Featurizer {
    /// The names of the features, in order.
    pub fn names() -> &'static [&'static str] {
        features::NAMES
    }

    /// One row for each block that is kept.
    pub fn rows(&self, document: &Document) -> Vec<[i16; features::NAMES.len()]> {
        let mut folded = String::new();
        let reading = Reading::of(document, &self.lexicon, &mut folded);
        reading.features(document, &self.lexicon, &mut folded).iter().map(Features::values).collect()
    }
}
