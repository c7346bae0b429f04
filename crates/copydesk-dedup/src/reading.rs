//! A document split into words, once for everybody who wants them.

use std::cell::RefCell;
use std::ops::Range;

use copydesk_core::Document;

use crate::words::Words;

/// The words of what is kept of a document, and which block each came from.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) words: Words,
    /// Index of a block, and its words.
    pub(crate) blocks: Vec<(usize, Range<usize>)>,
}

thread_local! {
    static ROOM: RefCell<Reading> = RefCell::default();
}

impl Reading {
    /// Reads a document and shows it, in room that the thread uses again.
    pub(crate) fn with<T>(document: &Document, show: impl FnOnce(&Reading) -> T) -> T {
        ROOM.with_borrow_mut(|reading| {
            reading.read(document);
            show(reading)
        })
    }

    /// Reads a document in the place of the one before.
    fn read(&mut self, document: &Document) {
        self.words.clear();
        self.blocks.clear();
        for (index, block) in document.kept() {
            let start = self.words.hashes.len();
            self.words.read(document.slice(block));
            self.blocks.push((index, start..self.words.hashes.len()));
        }
    }
}
