//! Copies without a run: documents in, clusters out, and the texts stay as they are.

use std::io;
use std::path::Path;

use copydesk_core::{Document, Scratch};
use serde::Serialize;

use crate::copies::Copies;
use crate::decided::Decided;
use crate::options::DedupOptions;
use crate::reading::Reading;

/// Finds the documents that are copies of each other.
pub struct Finder(Copies);

/// A document that has a copy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Member {
    /// The same for all members of a cluster: from 0 on, in the order of their first documents.
    pub cluster_id: u64,
    /// The document's own id.
    pub id: String,
    /// Does it stay?
    pub kept: bool,
    /// The id of the document that stays in its place, if it goes.
    pub duplicate_of: Option<String>,
    /// How similar that one is, if it goes: 1 for an exact copy.
    pub similarity: Option<f32>,
}

impl Finder {
    /// A finder that has seen nothing yet. Of the options, `scope` and `index` do not count.
    ///
    /// # Panics
    /// Never: only an index can be refused, and there is none.
    pub fn new(options: &DedupOptions) -> Self {
        let options =
            DedupOptions { scope: crate::Scope::Document, index: None, corpus: None, ..options.clone() };
        Finder(Copies::new(&options, Path::new("")).expect("there is no index"))
    }

    /// Takes note of a document. Called from many threads, in any order; `source.sequence` says which comes first.
    ///
    /// # Errors
    /// When the scratch files cannot be written or read.
    pub fn observe(&self, document: &Document, scratch: &dyn Scratch) -> io::Result<()> {
        if !document.is_kept() {
            return Ok(());
        }
        Reading::with(document, |reading| self.0.observe(document, &reading.words, scratch))
    }

    /// Shows every document that has a copy, cluster by cluster, each from its first document to its last.
    ///
    /// # Errors
    /// When the scratch files cannot be written or read, or `each` fails.
    pub fn clusters(
        self,
        scratch: &dyn Scratch,
        mut each: impl FnMut(Member) -> io::Result<()>,
    ) -> io::Result<()> {
        let decided = self.0.decide(scratch)?;
        for (cluster_id, cluster) in decided.clusters().enumerate() {
            for [_, document] in cluster {
                each(member(&decided, cluster_id as u64, *document)?)?;
            }
        }
        Ok(())
    }
}

fn member(decided: &Decided, cluster_id: u64, document: u64) -> io::Result<Member> {
    let copy = decided.copy_of(document)?;
    let survivor = copy.as_ref().map(|copy| decided.notes.id(copy.survivor)).transpose()?;
    Ok(Member {
        cluster_id,
        id: decided.notes.id(document)?,
        kept: copy.is_none(),
        duplicate_of: survivor,
        similarity: copy.map(|copy| copy.similarity),
    })
}
