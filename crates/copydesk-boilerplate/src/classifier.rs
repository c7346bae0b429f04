//! The learned part: is a line page or article, by what it looks like and what stands round it?
//!
//! First the regime is told, because four fifths of the lines of a page are furniture and one in six of an
//! article's node: a model that is right for one is wrong for the other. Then every line gets a score, in
//! thousandths of log-odds, and the mode says from which score on lines go. How the models were made, on which
//! data, and how well they do is told in `train/README.md`.

use std::sync::LazyLock;

use copydesk_trees::Trees;
use serde::{Deserialize, Serialize};

use crate::features::{Features, NAMES};

/// How much of the article may be lost for the sake of what goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Lines that are known by their words, their shape or their place; nothing by its score.
    Phrases,
    /// One article word in 2,000 may be lost, in whole pages one in 500.
    Safe,
    /// Three in 1,000; in whole pages six.
    #[default]
    Balanced,
    /// One in 100; in whole pages three in 200.
    Aggressive,
}

/// What kind of text a document is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Regime {
    /// Told from each document.
    #[default]
    Auto,
    /// All the text of a page: most lines are furniture.
    Page,
    /// The article and what stands between its paragraphs, as a scraper or another extractor leaves it.
    Article,
}

/// The models, ready to be asked.
pub(crate) struct Classifier {
    regime: Trees,
    page: Trees,
    article: Trees,
    points: Vec<(&'static str, &'static str, i32)>,
}

/// The one that is built in.
pub(crate) static BUILT_IN: LazyLock<Classifier> = LazyLock::new(|| {
    let read = |bytes| {
        Trees::read(bytes, NAMES.len()).expect("the models are made for these features; see train/README.md")
    };
    Classifier {
        regime: read(include_bytes!("../model/regime.trees")),
        page: read(include_bytes!("../model/page.trees")),
        article: read(include_bytes!("../model/article.trees")),
        points: points(include_str!("../model/points.txt")),
    }
});

/// `article balanced 1310`, a line each.
fn points(text: &'static str) -> Vec<(&'static str, &'static str, i32)> {
    let point = |line: &'static str| {
        let mut parts = line.split_whitespace();
        Some((parts.next()?, parts.next()?, parts.next()?.parse().ok()?))
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(point).collect()
}

impl Classifier {
    /// What the document looks like as a whole: `document` has the features that are the same for all its lines.
    pub(crate) fn regime(&self, document: &Features) -> Regime {
        if self.regime.score(&document.values(), i32::MIN) > 0 { Regime::Page } else { Regime::Article }
    }

    /// From which score on lines go.
    pub(crate) fn threshold(&self, regime: Regime, mode: Mode) -> Option<i32> {
        let regime = if regime == Regime::Page { "page" } else { "article" };
        let mode = match mode {
            Mode::Phrases => return None,
            Mode::Safe => "safe",
            Mode::Balanced => "balanced",
            Mode::Aggressive => "aggressive",
        };
        self.points.iter().find(|point| (point.0, point.1) == (regime, mode)).map(|point| point.2)
    }

    /// The score of a line; what cannot reach `least` is not followed to the end.
    pub(crate) fn score(&self, regime: Regime, line: &Features, least: i32) -> i32 {
        let model = if regime == Regime::Page { &self.page } else { &self.article };
        model.score(&line.values(), least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_has_its_point_and_they_ascend() {
        for regime in [Regime::Page, Regime::Article] {
            let least = |mode| BUILT_IN.threshold(regime, mode).expect("an operating point");
            assert!(least(Mode::Safe) > least(Mode::Balanced));
            assert!(least(Mode::Balanced) > least(Mode::Aggressive));
            assert_eq!(BUILT_IN.threshold(regime, Mode::Phrases), None);
        }
    }
}
