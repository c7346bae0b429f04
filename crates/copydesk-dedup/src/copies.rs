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
use std::sync::atomic::{AtomicU64, Ordering};

use copydesk_core::{Document, Scratch};

use crate::bands::Banding;
use crate::clusters::Clusters;
use crate::index::{self, Index, Opened, Segment};
use crate::judge::{By, Judge, Similarity};
use crate::lock;
use crate::mix::{fold, spread};
use crate::notes::{NoteRef, Notebook, Notes, RUN, lane, number};
use crate::options::{DedupOptions, Keep};
use crate::shelf::Shelf;
use crate::shingles::push_shingles;
use crate::sketch::sketch;
use crate::sort::{Merge, Record, Sorter};
use crate::words::Words;

/// A text is compared with so many others of its band at most, and with the first. Bands of more texts, none
/// of them an exact copy, are templates, or copies by the thousand, which the first one finds.
const IN_TURN: usize = 64;

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

/// Two sums over all documents, in whatever order they come.
#[derive(Default)]
struct Fingerprint([AtomicU64; 2]);

impl Fingerprint {
    fn add(&self, document: u64, key: [u64; 2]) {
        for (sum, half) in self.0.iter().zip(key) {
            sum.fetch_add(fold(spread(document), half), Ordering::Relaxed);
        }
    }

    fn get(&self) -> [u64; 2] {
        [0, 1].map(|half: usize| self.0[half].load(Ordering::Relaxed))
    }
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
        let pairs = Sorter::new(bytes / 4);
        exact_pairs(&mut self.exact.drain()?, &pairs, scratch)?;
        candidates(&mut self.bands.drain()?, &pairs, scratch)?;
        let least = if self.options.verify { self.options.threshold } else { 0.0 };
        let judge = Judge::new(&notes, self.by());
        let mut joining = Joining { judge, least, clusters, verdicts: Vec::new() };
        joining.join_all(&mut pairs.drain()?)?;
        let members = joining.sorted_members();
        if self.options.keep != Keep::First {
            joining.choose(&members, &notes)?;
        }
        let mut verdicts = joining.verdicts;
        verdicts.sort_unstable();
        let verdicts = Shelf::fill(verdicts.into_iter().map(Ok), bytes / 8, scratch)?;
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

/// A pair of documents: the later one, the earlier one, and whether they are known to be the same.
const SAME: u64 = 0;
const CANDIDATES: u64 = 1;

/// Every document with the first one of the same words.
fn exact_pairs(keys: &mut Merge, pairs: &Sorter, scratch: &dyn Scratch) -> io::Result<()> {
    let mut first: Option<Record> = None;
    for record in keys {
        let record = record?;
        match first {
            Some([half, other, document]) if (half, other) == (record[0], record[1]) => {
                // what an index holds was decided by the run that it comes from
                let is_new = record[2] >= RUN;
                pairs.add(0, is_new.then_some([record[2], document, SAME]), scratch)?;
            }
            _ => first = Some(record),
        }
    }
    Ok(())
}

/// Documents that share a band, each with those before it in the order of their keys, which is that of their
/// contents and not of their files. Of exact copies only the first is compared.
fn candidates(bands: &mut Merge, pairs: &Sorter, scratch: &dyn Scratch) -> io::Result<()> {
    let mut band: Option<u64> = None;
    let mut text = 0;
    let mut before: Vec<u64> = Vec::new();
    let mut place = 0;
    for record in bands {
        let [key, words, document] = record?;
        if band != Some(key) {
            band = Some(key);
            before.clear();
            place = 0;
        } else if words == text {
            continue;
        }
        text = words;
        let pair = |other: &u64| [document.max(*other), document.min(*other), CANDIDATES];
        let is_new = |pair: &Record| pair[0] >= RUN;
        pairs.add(place as u64, before.iter().map(pair).filter(is_new), scratch)?;
        // the first stays, the others make room in turn
        if before.len() < IN_TURN {
            before.push(document);
        } else {
            before[1 + place % (IN_TURN - 1)] = document;
        }
        place += 1;
    }
    Ok(())
}

/// Copies while they are joined.
struct Joining<'n> {
    judge: Judge<'n>,
    least: f64,
    clusters: Clusters,
    verdicts: Vec<Record>,
}

impl Joining<'_> {
    /// Joins every document to the clusters of those before it. Where the first stays, it goes if it
    /// has joined one: what comes later changes nothing, so that a dump can be decided before the next
    /// one is there.
    fn join_all(&mut self, pairs: &mut Merge) -> io::Result<()> {
        let mut group = Vec::new();
        while pairs.next_group(&mut group)? {
            group.dedup();
            self.join(&group)?;
        }
        Ok(())
    }

    /// Joins a document to those before it that are its copies.
    fn join(&mut self, pairs: &[Record]) -> io::Result<()> {
        let later = pairs[0][0];
        let mut is_copy = false;
        for [_, earlier, known] in pairs {
            if self.clusters.root(later) == self.clusters.root(*earlier) {
                continue;
            }
            if *known == SAME || self.judge.similarity(later, *earlier)?.share >= self.least {
                self.clusters.join(later, *earlier);
                is_copy = true;
            }
        }
        if is_copy {
            let survivor = self.clusters.root(later);
            let similarity = self.judge.similarity(later, survivor)?;
            self.verdicts.push(verdict(later, survivor, similarity));
        }
        Ok(())
    }

    /// Cluster and member of every document that has a copy, in order.
    fn sorted_members(&mut self) -> Vec<[u64; 2]> {
        let members = self.clusters.members();
        let mut members: Vec<_> =
            members.into_iter().map(|member| [self.clusters.root(member), member]).collect();
        members.sort_unstable();
        members
    }

    /// One of each cluster stays: the best.
    fn choose(&mut self, members: &[[u64; 2]], notes: &Notes) -> io::Result<()> {
        self.verdicts.clear();
        for cluster in members.chunk_by(|one, two| one[0] == two[0]) {
            let ranked = |[_, member]: &[u64; 2]| Ok((notes.rank(*member)?, *member));
            let ranked = cluster.iter().map(ranked).collect::<io::Result<Vec<_>>>()?;
            let (_, best) = *ranked.iter().min().expect("a cluster has members");
            for (_, member) in ranked.iter().filter(|(_, member)| *member != best) {
                let similarity = self.judge.similarity(best, *member)?;
                self.verdicts.push(verdict(*member, best, similarity));
            }
        }
        Ok(())
    }
}

/// A document that goes, the one that stays, and how similar they are; the last bit is set for exact copies.
fn verdict(document: u64, survivor: u64, similarity: Similarity) -> Record {
    let share = u64::from((similarity.share as f32).to_bits());
    [document, survivor, share << 1 | u64::from(similarity.is_exact)]
}

/// Who is a copy of whom.
pub(crate) struct Decided {
    verdicts: Shelf,
    /// Cluster and member, in order.
    members: Vec<[u64; 2]>,
    pub(crate) notes: Notes,
}

/// Why a document goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CopyOf {
    pub(crate) survivor: u64,
    pub(crate) similarity: f32,
    pub(crate) is_exact: bool,
}

impl Decided {
    /// The clusters, each as pairs of its first member and another, from the first to the last.
    pub(crate) fn clusters(&self) -> impl Iterator<Item = &[[u64; 2]]> {
        self.members.chunk_by(|one, two| one[0] == two[0])
    }

    /// Leaves the notes of the run, and which documents are copies.
    fn write_to(&self, index: &Opened, fingerprint: [u64; 2]) -> io::Result<()> {
        let is_link = |[root, member]: &&[u64; 2]| root != member;
        let link = |[root, member]: &[u64; 2]| Ok([self.notes.place(*member)?, self.notes.place(*root)?]);
        let links = self.members.iter().filter(is_link).map(link).collect::<io::Result<Vec<_>>>()?;
        let documents = self.notes.len() as u64 - self.notes.place(RUN)?;
        index.write(fingerprint, &links, documents, |out| self.notes.write_run(out))
    }

    /// Does a document go, and why?
    pub(crate) fn copy_of(&self, document: u64) -> io::Result<Option<CopyOf>> {
        let found = self.verdicts.find(document)?;
        Ok(found.map(|[_, survivor, similarity]| CopyOf {
            survivor,
            similarity: f32::from_bits((similarity >> 1) as u32),
            is_exact: similarity & 1 == 1,
        }))
    }
}

/// Signatures that no text has, for figures of scale.
#[cfg(test)]
pub(crate) mod figures {
    use super::*;

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
