//! How similar two documents are in truth, from what was noted of them.
//!
//! The texts are not read again: their words are on disk, and shingles are made of them when two documents
//! are compared. Which documents those are is not known here.

use std::io;

use crate::notes::{Notes, Words};
use crate::options::Measure;
use crate::shingles::ShingleSet;
use crate::sketch::estimate;

/// How similar two documents are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Similarity {
    pub(crate) share: f64,
    /// The words are the same, one after the other.
    pub(crate) is_exact: bool,
}

impl Similarity {
    pub(crate) const EXACT: Similarity = Similarity { share: 1.0, is_exact: true };
}

/// What documents are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Nothing: only exact copies are looked for.
    Key,
    /// Their sketches: nothing is verified.
    Sketch,
    /// Their words.
    Words(Measure),
}

/// Compares documents.
pub(crate) struct Judge<'n> {
    notes: &'n Notes,
    by: By,
    /// A document is compared with several others in turn.
    one: Side,
    two: Side,
}

#[derive(Default)]
struct Side {
    document: Option<u64>,
    words: Words,
    shingles: Option<ShingleSet>,
    /// Room for the shingles of the next document.
    spare: ShingleSet,
}

impl<'n> Judge<'n> {
    pub(crate) fn new(notes: &'n Notes, by: By) -> Self {
        Judge { notes, by, one: Side::default(), two: Side::default() }
    }

    /// How similar two documents are. It is cheaper to keep the first one and change the second.
    pub(crate) fn similarity(&mut self, one: u64, two: u64) -> io::Result<Similarity> {
        if self.by == By::Key {
            return Ok(Similarity::EXACT);
        }
        self.one.turn_to(one, self.notes)?;
        self.two.turn_to(two, self.notes)?;
        let (one, two) = (&mut self.one, &mut self.two);
        let share = match self.by {
            By::Sketch => estimate(&one.words.numbers, &two.words.numbers),
            _ if one.words.numbers == two.words.numbers => return Ok(Similarity::EXACT),
            By::Words(Measure::Containment) => one.shingles().containment(two.shingles()),
            By::Key | By::Words(Measure::Jaccard) => one.shingles().jaccard(two.shingles()),
        };
        Ok(Similarity { share, is_exact: false })
    }
}

impl Side {
    fn turn_to(&mut self, document: u64, notes: &Notes) -> io::Result<()> {
        if self.document == Some(document) {
            return Ok(());
        }
        if let Some(before) = self.shingles.take() {
            self.spare = before;
        }
        self.document = None;
        notes.read_words(document, &mut self.words)?;
        self.document = Some(document);
        Ok(())
    }

    fn shingles(&mut self) -> &ShingleSet {
        self.shingles.get_or_insert_with(|| {
            let mut shingles = std::mem::take(&mut self.spare);
            shingles.fill(&self.words.numbers, self.words.shingle);
            shingles
        })
    }
}
