//! Corpus stage `dedup`: documents that say what another document says.
//!
//! A first reading notes the words of every document; then copies are found, out of core, and in the second
//! reading all but one of them go. Candidates come from sketches, and are verified by the words themselves.
//! The answer depends on the documents and their order alone. This crate knows no site, no furniture and no
//! language; what two documents share is all that it asks.

mod bands;
mod clusters;
mod copies;
mod date;
mod findings;
mod judge;
mod mix;
mod notes;
mod options;
mod shelf;
mod shingles;
mod sketch;
mod sort;
#[cfg(test)]
mod testing;
mod words;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use copydesk_core::{
    CorpusStage, Document, Evidence, Findings, Mistake, Options, PlanContext, Removal, Scratch, Stage,
    StageKind, Step,
};

use copies::{Copies, Decided};
pub use options::{DedupOptions, Keep, Measure, Method};

/// The entry in the list of stages.
pub const DEDUP: StageKind = StageKind {
    name: "dedup",
    summary: "drops documents that are copies of another",
    manual: include_str!("../manual.md"),
    reasons: &[
        (EXACT_COPY, "has the same words as another document"),
        (NEAR_COPY, "shares most of its runs of words with another document, or with a copy of it"),
    ],
    schema: || schemars::schema_for!(DedupOptions),
    build,
};

const EXACT_COPY: &str = "exact-copy";
const NEAR_COPY: &str = "near-copy";

fn build(options: &Options<'_>, _: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let copies = Copies::new(&options::read(options)?);
    Ok(Step::Corpus(Arc::new(Dedup { copies, findings: Mutex::default() })))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Dedup {
    copies: Copies,
    findings: Mutex<Option<Findings>>,
}

impl CorpusStage for Dedup {
    fn describe(&self) -> Vec<String> {
        self.copies.banding().map_or_else(Vec::new, bands::Banding::describe)
    }

    fn observe(&self, document: &Document, scratch: &dyn Scratch) -> io::Result<()> {
        self.copies.observe(document, scratch)
    }

    fn decide(&self, scratch: &dyn Scratch) -> io::Result<Arc<dyn Stage>> {
        let decided = self.copies.decide(scratch)?;
        *lock(&self.findings) = Some(findings::of(&decided)?);
        Ok(Arc::new(DropCopies(decided)))
    }

    fn findings(&self) -> Option<Findings> {
        lock(&self.findings).clone()
    }
}

/// Drops copies.
struct DropCopies(Decided);

impl Stage for DropCopies {
    fn apply(&self, document: &mut Document) {
        if !document.is_kept() {
            return;
        }
        let removal = self.removal(document.source.sequence).expect("what was put on disk can be read again");
        document.dropped = removal.map(Box::new);
    }
}

impl DropCopies {
    fn removal(&self, sequence: u64) -> io::Result<Option<Removal>> {
        let Some(copy) = self.0.copy_of(sequence)? else { return Ok(None) };
        let kept = self.0.notes.id(copy.survivor)?;
        let reason = if copy.is_exact { EXACT_COPY } else { NEAR_COPY };
        let evidence = Evidence::CopyOf { kept, similarity: copy.similarity };
        Ok(Some(Removal { stage: DEDUP.name, reason, evidence }))
    }
}
