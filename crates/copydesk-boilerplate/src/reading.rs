//! What the stage reads once and asks again and again: the counts of every kept line, and the phrases that name it.

use copydesk_core::{Block, Digits, Document, fold_into};

use crate::Verdict;
use crate::features::{Known, Sheet};
use crate::lexicon::Lexicon;
use crate::line::Line;
use crate::zones::Zones;
use crate::{category, shapes};

/// The kept lines of a document, in order.
pub(crate) struct Reading {
    /// The block that each line is.
    pub(crate) blocks: Vec<usize>,
    /// What the phrases say of each.
    pub(crate) verdicts: Vec<Option<Verdict>>,
    lines: Vec<Line>,
    words: Vec<u32>,
}

impl Reading {
    pub(crate) fn of(document: &Document, lexicon: &Lexicon, folded: &mut String) -> Self {
        let count = document.blocks.len();
        let mut reading = Reading {
            blocks: Vec::with_capacity(count),
            verdicts: Vec::with_capacity(count),
            lines: Vec::with_capacity(count),
            words: Vec::with_capacity(document.text.len() / 8),
        };
        for (index, block) in document.kept() {
            let line = document.view(block);
            reading.blocks.push(index);
            reading.lines.push(Line::read(&line, &mut reading.words));
            let is_telling = is_short(block) && lexicon.fold_telling(&line, folded);
            reading.verdicts.push(is_telling.then(|| lexicon.find(&line, folded)).flatten());
        }
        reading
    }

    /// How many words the line has.
    pub(crate) fn words(&self, at: usize) -> usize {
        usize::from(self.lines[at].words)
    }

    /// Does a phrase know a line from end to end, and is it of a kind that no author writes?
    pub(crate) fn has_label(&self) -> bool {
        self.verdicts.iter().flatten().any(|verdict| verdict.is_whole && !verdict.is_doubtful())
    }

    /// Do two lines say the same, but for case and marks?
    pub(crate) fn is_same(&self, left: usize, right: usize) -> bool {
        self.lines[left].hash == self.lines[right].hash
    }

    /// What the classifier sees of the lines.
    pub(crate) fn sheet(&self, document: &Document, lexicon: &Lexicon, folded: &mut String) -> Sheet<'_> {
        let zones = Zones::of(document);
        let known: Vec<Known> =
            (0..self.blocks.len()).map(|at| self.known(at, document, &zones, lexicon, folded)).collect();
        let heads_a_list = |number: u8| {
            category::ALL
                .get(usize::from(number).wrapping_sub(1))
                .is_some_and(|category| category.heads_a_list())
        };
        Sheet::of(&self.lines, &known, &self.words, heads_a_list)
    }

    fn known(
        &self,
        at: usize,
        document: &Document,
        zones: &Zones,
        lexicon: &Lexicon,
        folded: &mut String,
    ) -> Known {
        if let Some(verdict) = &self.verdicts[at] {
            return Known { category: verdict.category as u8 + 1, is_whole: verdict.is_whole };
        }
        let block = &document.blocks[self.blocks[at]];
        let place = zones.place(self.blocks[at]);
        if !is_short(block) || !shapes::may_fit(document.slice(block), place) {
            return Known::default();
        }
        let line = document.view(block);
        folded.clear();
        fold_into(&line, Digits::Fold, folded);
        match shapes::find(&line, folded, place, lexicon) {
            Some(verdict) => Known { category: verdict.category as u8 + 1, is_whole: verdict.is_whole },
            None => Known::default(),
        }
    }
}

/// Short enough to be furniture, at a glance.
pub(crate) fn is_short(block: &Block) -> bool {
    block.span.range().len() <= crate::LONG_LINE_BYTES
}
