//! The learned part: is a run of a page the article's, by what it looks like, where it stands and what stands round it?
//!
//! Two looks. The first sees the run, its neighbours and the elements around; the second sees that and what the
//! first said of all the others. Scores are whole numbers, so a page gives the same text on every machine. How the
//! models were made, on which data, and how well they do is told in `train/README.md`.

use std::sync::LazyLock;

use copydesk_trees::{Table, Trees};

use super::clues::Clues;
use super::context;
use super::features::{Features, NAMES, Reading};
use super::layout::Page;
use super::types::{KINDS, Types};
use super::vocabulary::Weights;

/// The models, ready to be asked.
#[derive(Debug)]
pub struct Classifier {
    /// Weights of the names that pages give to their parts.
    pub names: Weights,
    /// Weights of words.
    pub words: Weights,
    /// Weights of names and signs for kinds of pages.
    pub types: Types,
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

/// What is said of the runs of a page.
#[derive(Debug)]
pub struct Scores {
    /// In thousandths of log-odds, one for each run.
    pub runs: Vec<i32>,
    /// The run that is the headline.
    pub headline: Option<usize>,
}

/// From this rank on a headline is one beyond doubt: a heading that says most of the title.
const HEADLINE: i16 = 200;

impl Classifier {
    /// Scores each run of a page; `types` are the scores of what kind of page it is.
    pub fn scores(&self, page: &Page, reading: &Reading, clues: &Clues, types: [i16; KINDS.len()]) -> Scores {
        let features = reading.features(page, clues, types);
        let mut table = Table::new(features.len(), NAMES.len() + context::NAMES.len());
        for (row, features) in features.iter().enumerate() {
            table.set(row, 0, &features.values());
        }
        let first = self.first.scores(&table);
        let seen: Vec<i16> = first.iter().map(|score| (score / 10).clamp(-BOUND, BOUND) as i16).collect();
        let contexts = context::contexts(page, reading, &seen);
        for (row, context) in contexts.iter().enumerate() {
            table.set(row, NAMES.len(), &context.values());
        }
        let second = self.second.scores(&table);
        let runs = page.runs.iter().zip(&reading.lines).zip(&contexts);
        let looks = first.iter().zip(second).map(|(first, second)| (first + second).div_euclid(2));
        let runs = runs
            .zip(looks)
            .map(|(((run, line), context), score)| {
                let is_prose = line.is_prose() && run.linked as usize * 2 < run.bytes();
                if is_prose && context.s_c1 >= 0 { among(score, context.s_c1) } else { score }
            })
            .collect();
        let is_headline = |features: &Features| features.since_title == 0 && features.title_rank >= HEADLINE;
        Scores { runs, headline: features.iter().position(is_headline) }
    }
}

/// A tenth of what is said of prose is what was said of the other runs around it, in thousandths. Cross-validated F1 of aeb
/// rises from .958 to .962 and that of fundus falls from .968 to .967; at two tenths fundus loses more than aeb gains.
fn among(score: i32, around: i16) -> i32 {
    let around = i32::from(around);
    let odds = (log2(around + 20) - log2(1_020 - around)) * 710 / 1_049;
    (9 * score + odds).div_euclid(10)
}

/// The logarithm of base 2, in 1,024ths; straight lines between the powers.
fn log2(value: i32) -> i32 {
    let whole = value.max(1).ilog2() as i32;
    whole * 1_024 + (value << 10 >> whole) - 1_024
}
