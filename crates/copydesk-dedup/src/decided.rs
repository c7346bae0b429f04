//! Who is a copy of whom, to be asked by the number of a document.

use std::io;

use crate::index::Opened;
use crate::judge::Similarity;
use crate::notes::{Notes, RUN};
use crate::shelf::Shelf;
use crate::sort::Record;

/// A document that goes, the one that stays, and how similar they are; the last bit is set for exact copies.
pub(crate) fn verdict(document: u64, survivor: u64, similarity: Similarity) -> Record {
    let share = u64::from((similarity.share as f32).to_bits());
    [document, survivor, share << 1 | u64::from(similarity.is_exact)]
}

/// Who is a copy of whom.
pub(crate) struct Decided {
    pub(crate) verdicts: Shelf,
    /// Cluster and member, in order.
    pub(crate) members: Vec<[u64; 2]>,
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
    pub(crate) fn write_to(&self, index: &Opened, fingerprint: [u64; 2]) -> io::Result<()> {
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
