//! The learned part: is a run of a page the article's, by what it looks like, where it stands and what stands round it?
//!
//! Two looks. The first sees the run, its neighbours and the elements around; the second sees that and what the
//! first said of all the others. Scores are whole numbers, so a page gives the same text on every machine. How the
//! models were made, on which data, and how well they do is told in `train/README.md`.

use std::sync::LazyLock;

use copydesk_trees::Trees;

use super::clues::Clues;
use super::context;
use super::features::{Features, NAMES, Reading};
use super::layout::Page;
use super::types::Types;
use super::vocabulary::Weights;

/// The models, ready to be asked.
#[derive(Debug)]
pub struct Classifier {
    /// Weights of the names that pages give to their parts.
    pub names: Weights,
    /// Weights of words.
    pub words: Weights,
    types: Types,
    first: Trees,
    second: Trees,
}

/// The one that is built in.
pub static BUILT_IN: LazyLock<Classifier> = LazyLock::new(|| {
    let read = |bytes, features| {
        Trees::read(bytes, features).expect("the models are made for these features; see train/README.md")
    };
    Classifier {
        names: Weights::read(include_bytes!("../../model/names.weights")),
        words: Weights::read(include_bytes!("../../model/words.weights")),
        types: Types::read(include_bytes!("../../model/types.weights")),
        first: read(include_bytes!("../../model/first.trees"), NAMES.len()),
        second: read(include_bytes!("../../model/second.trees"), NAMES.len() + context::NAMES.len()),
    }
});

/// What the first look says is handed on in hundredths of log-odds, within these bounds.
const BOUND: i32 = 1000;

impl Classifier {
    /// What each run of a page scores, in thousandths of log-odds.
    pub fn scores(&self, page: &Page, reading: &Reading, names: &[u32], clues: &Clues) -> Vec<i32> {
        let features = reading.features(page, clues, self.types.scores(names, clues));
        let rows: Vec<i16> = features.iter().flat_map(Features::values).collect();
        let first: Vec<i16> = self
            .first
            .scores(&rows)
            .into_iter()
            .map(|score| (score / 10).clamp(-BOUND, BOUND) as i16)
            .collect();
        let contexts = context::contexts(page, reading, &first);
        let mut rows = Vec::with_capacity(features.len() * (NAMES.len() + context::NAMES.len()));
        for (features, context) in features.iter().zip(&contexts) {
            rows.extend(features.values());
            rows.extend(context.values());
        }
        self.second.scores(&rows)
    }
}
