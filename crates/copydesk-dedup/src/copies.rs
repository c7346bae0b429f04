//! Documents that are copies of each other: what is noted of each, and who stays.
//!
//! Every document leaves a key of all its words, and, where near copies are looked for, a key for each
//! band of its sketch. Sorted, equal keys stand together: they are candidates. A candidate is verified, and
//! joins the cluster of its copy. All of it is sorted by numbers that belong to the documents, so that neither
//! threads nor memory decide anything. Lines inside documents are not looked at here.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use copydesk_core::{Document, Scratch};

use crate::bands::Banding;
use crate::clusters::Clusters;
use crate::decided::Decided;
use crate::index::{self, Fingerprint, Index, Opened, Segment};
use crate::joining::Joining;
use crate::judge::{By, Judge};
use crate::lock;
use crate::notes::{NoteRef, Notebook, lane, number};
use crate::options::{DedupOptions, Keep};
use crate::pairs::{candidates, same_words};
use crate::shelf::Shelf;
use crate::shingles::push_shingles;
use crate::sketch::sketch;
use crate::sort::Sorter;
use crate::words::Words;

/// Takes note of documents.
pub(crate) struct Copies {
    options: DedupOptions,
    banding: Option<Banding>,
    notebook: Notebook,
    /// Both halves of a document's key, and the document.
    exact: Sorter,
    /// The key of a band, half of the document's key, and the document.
    bands: Sorter,
    index: Option<Index>,
    /// The index while the run uses it.
    opened: Mutex<Option<Opened>>,
    /// Tells this dump from others.
    fingerprint: Fingerprint,
}

/// What a thread uses again for each document.
#[derive(Default)]
struct Room {
    shingles: Vec<u64>,
    sketch: Vec<u32>,
    keys: Vec<u64>,
}

impl Room {
    /// Makes the sketch of a text, and adds the keys of its bands.
    fn push_bands(&mut self, words: &Words, shingle: usize, banding: Banding) {
        self.shingles.clear();
        push_shingles(&words.hashes, shingle, &mut self.shingles);
        let slots = sketch(&self.shingles).expect("a text of words has a shingle");
        self.sketch.clear();
        self.sketch.extend(slots.iter().map(|slot| *slot as u32));
        self.keys.extend(banding.keys(&slots));
    }
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

impl Copies {
    /// # Errors
    /// Why the index that the options name cannot be used.
    pub(crate) fn new(options: &DedupOptions, folder: &Path) -> Result<Self, String> {
        let bytes = options.memory_mib << 20;
        let banding = options.is_near().then(|| Banding::for_threshold(options.threshold));
        let index = options
            .index
            .as_ref()
            .map(|path| Index::at(folder.join(path), index::settings(options, banding)));
        Ok(Copies {
            banding,
            index: index.transpose()?,
            opened: Mutex::default(),
            fingerprint: Fingerprint::default(),
            notebook: Notebook::new(bytes / 8),
            exact: Sorter::new(bytes / 8),
            bands: Sorter::new(bytes / 2),
            options: options.clone(),
        })
    }

    /// How the documents are cut into candidates, if near copies are looked for.
    pub(crate) fn banding(&self) -> Option<Banding> {
        self.banding
    }

    /// Takes note of a document. One without a word is like no other.
    pub(crate) fn observe(
        &self,
        document: &Document,
        words: &Words,
        scratch: &dyn Scratch,
    ) -> io::Result<()> {
        if words.hashes.is_empty() {
            return Ok(());
        }
        let (number, shingle) = (number(document), self.shingle(words));
        let rank = self.options.keep.rank(document, words.hashes.len());
        self.fingerprint.add(number, words.key());
        ROOM.with_borrow_mut(|room| {
            room.keys.clear();
            room.keys.extend(words.key());
            if let Some(banding) = self.banding {
                room.push_bands(words, shingle, banding);
            }
            self.add_keys(number, &room.keys, scratch)?;
            let note = NoteRef {
                id: &document.id,
                sample: sample(document),
                words: match self.by() {
                    By::Key => &[],
                    By::Sketch => &room.sketch,
                    By::Words(_) => &words.hashes,
                },
                shingle,
                keys: if self.index.is_some() { &room.keys } else { &[] },
            };
            self.notebook.add(number, rank, note, scratch)
        })
    }

    /// What a document is found by: the two halves of its own key, then one for each band.
    fn add_keys(&self, document: u64, keys: &[u64], scratch: &dyn Scratch) -> io::Result<()> {
        let (own, bands) = keys.split_at(2);
        self.exact.add(lane(document), [[own[0], own[1], document]], scratch)?;
        self.bands.add(lane(document), bands.iter().map(|key| [*key, own[0], document]), scratch)
    }

    fn shingle(&self, words: &Words) -> usize {
        if words.is_unspaced() { self.options.shingle_characters } else { self.options.shingle_words }
    }

    fn by(&self) -> By {
        match (self.banding, self.options.verify) {
            (None, _) => By::Key,
            (Some(_), true) => By::Words(self.options.measure),
            (Some(_), false) => By::Sketch,
        }
    }

    /// Who is a copy of whom, now that every document has been seen.
    pub(crate) fn decide(&self, scratch: &dyn Scratch) -> io::Result<Decided> {
        let bytes = self.options.memory_mib << 20;
        let mut index = self.index.as_ref().map(|index| index.open(self.fingerprint.get())).transpose()?;
        let mut clusters = Clusters::default();
        if let Some(opened) = &mut index {
            self.recall(std::mem::take(&mut opened.segments), &mut clusters, scratch)?;
        }
        let notes = self.notebook.close(bytes / 8, scratch)?;
        let pairs = Sorter::new(bytes / 8);
        same_words(&mut self.exact.drain()?, &pairs, scratch)?;
        candidates(&mut self.bands.drain()?, &pairs, scratch)?;
        let least = if self.options.verify { self.options.threshold } else { 0.0 };
        let judge = Judge::new(&notes, self.by());
        let verdicts = Sorter::new(bytes / 8);
        let keep = self.options.keep;
        let mut joining = Joining { judge, least, clusters, keep, verdicts: &verdicts, scratch };
        joining.join_all(&mut pairs.drain()?)?;
        let members = joining.sorted_members();
        if keep != Keep::First {
            joining.choose(&members, &notes)?;
        }
        drop(joining);
        let verdicts = Shelf::fill(verdicts.drain()?, bytes / 8, scratch)?;
        let decided = Decided { verdicts, members, notes };
        if let Some(opened) = &index {
            decided.write_to(opened, self.fingerprint.get())?;
        }
        *lock(&self.opened) = index;
        Ok(decided)
    }

    /// Takes up what earlier runs have noted and found.
    fn recall(
        &self,
        segments: Vec<Segment>,
        clusters: &mut Clusters,
        scratch: &dyn Scratch,
    ) -> io::Result<()> {
        let mut first = 0;
        for segment in segments {
            segment.links()?.iter().for_each(|[member, root]| clusters.join(*member, *root));
            let documents = first..first + segment.documents;
            first = documents.end;
            let mut add = |document: u64, keys: &[u64]| self.add_keys(document, keys, scratch);
            let offset = segment.notes();
            self.notebook.adopt(Box::new(segment), offset, documents, &mut add, scratch)?;
        }
        Ok(())
    }

    /// The output is complete: what was noted goes into the index.
    pub(crate) fn conclude(&self) -> io::Result<()> {
        lock(&self.opened).take().map_or(Ok(()), |opened| opened.conclude())
    }
}

/// The first line that says something.
fn sample(document: &Document) -> &str {
    const ENOUGH: usize = 20;
    const LONGEST: usize = 100;
    let lines = || document.kept().map(|(_, block)| document.slice(block));
    let line = lines().find(|line| line.len() >= ENOUGH).or_else(|| lines().next()).unwrap_or_default();
    let line = line.lines().next().unwrap_or_default();
    &line[..line.floor_char_boundary(LONGEST)]
}

/// Signatures that no text has, for figures of scale.
#[cfg(test)]
pub(crate) mod figures {
    use super::*;
    use crate::mix::spread;
    use crate::notes::RUN;

    /// Takes note of made signatures.
    pub(crate) struct Signatures(Copies);

    impl Signatures {
        pub(crate) fn new(memory_mib: usize) -> Self {
            let options = DedupOptions { memory_mib, verify: false, ..DedupOptions::default() };
            Signatures(Copies::new(&options, Path::new("")).unwrap())
        }

        /// A document: every fourth is a near copy of the one before, and shares a third of its bands.
        pub(crate) fn add(&self, document: u64, scratch: &dyn Scratch) -> io::Result<()> {
            let banding = self.0.banding.unwrap();
            // as units of some ten thousand documents number them
            let number = RUN | (document / 10_000) << 32 | (document % 10_000);
            let text = |document: u64| spread(document.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let like = if document % 4 == 3 { document - 1 } else { document };
            let band =
                |band: usize| text((if band.is_multiple_of(3) { like } else { document }) << 5 | band as u64);
            let mut keys = vec![text(document << 5 | 30), text(document << 5 | 31)];
            keys.extend((0..banding.bands).map(band));
            self.0.add_keys(number, &keys, scratch)?;
            let sketch = [document as u32; 32];
            let note = NoteRef { id: "made", sample: "", words: &sketch, shingle: 5, keys: &[] };
            self.0.notebook.add(number, 0, note, scratch)
        }

        /// How many clusters there are, and how many documents go.
        pub(crate) fn decide(&self, scratch: &dyn Scratch) -> io::Result<(usize, usize)> {
            let decided = self.0.decide(scratch)?;
            Ok((decided.clusters().count(), decided.verdicts.len()))
        }
    }
}
