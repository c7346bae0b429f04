//! Corpus stage `dedup`: documents, paragraphs and lines that say what another document says.
//!
//! A first reading notes the words of every document; then copies are found, out of core, and in the second
//! reading all but one of them go. Candidates come from sketches, and are verified by the words themselves.
//! The answer depends on the documents and their order alone. This crate knows no site, no furniture and no
//! language; what two documents share is all that it asks.

mod bands;
mod clusters;
mod copies;
mod date;
mod decided;
#[cfg(test)]
mod figures;
mod finder;
mod findings;
mod index;
mod joining;
mod judge;
mod lines;
mod mix;
mod notes;
mod options;
mod pairs;
mod reading;
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
    CorpusStage, Document, Evidence, Findings, Mistake, Options, PlanContext, Remark, Removal, Scratch,
    Stage, StageKind, Step,
};

use copies::Copies;
pub use finder::{Finder, Member};
use lines::{Lines, Struck};
use notes::number;
pub use options::{DedupOptions, Keep, Measure, Method, Scope};
use reading::Reading;

/// The entry in the list of stages.
pub const DEDUP: StageKind = StageKind {
    name: "dedup",
    summary: "drops documents that are copies, or strikes lines that others have said",
    manual: include_str!("../manual.md"),
    reasons: &[
        (EXACT_COPY, "has the same words as another document"),
        (NEAR_COPY, "shares most of its runs of words with another document, or with a copy of it"),
        (REPEATS_OTHERS, "stands in an earlier document, too; of a document: all that it says does"),
    ],
    schema: || schemars::schema_for!(DedupOptions),
    build,
};

const EXACT_COPY: &str = "exact-copy";
const NEAR_COPY: &str = "near-copy";

/// Paragraphs or lines, and documents of nothing else.
const REPEATS_OTHERS: &str = "repeats-others";

fn build(written: &Options<'_>, context: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let options = options::read(written)?;
    let copies = Copies::new(&options, &context.folder);
    Ok(Step::Corpus(Arc::new(Dedup {
        copies: copies.map_err(|why| vec![written.wrong("index", why)])?,
        lines: Lines::new(&options),
        strikes: options.strike,
        findings: Mutex::default(),
    })))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Dedup {
    copies: Copies,
    lines: Option<Lines>,
    strikes: bool,
    findings: Mutex<Option<Findings>>,
}

impl CorpusStage for Dedup {
    fn describe(&self) -> Vec<String> {
        self.copies.banding().map_or_else(Vec::new, bands::Banding::describe)
    }

    fn observe(&self, document: &Document, scratch: &dyn Scratch) -> io::Result<()> {
        if !document.is_kept() {
            return Ok(());
        }
        Reading::with(document, |reading| {
            self.copies.observe(document, &reading.words, scratch)?;
            self.lines.as_ref().map_or(Ok(()), |lines| lines.observe(document, reading, scratch))
        })
    }

    fn decide(&self, scratch: &dyn Scratch) -> io::Result<Arc<dyn Stage>> {
        let copies = self.copies.decide(scratch)?;
        let is_copy = |document| Ok(copies.copy_of(document)?.is_some());
        let struck = self.lines.as_ref().map(|lines| lines.decide(&is_copy, scratch)).transpose()?;
        *lock(&self.findings) = Some(findings::of(&copies, struck.as_ref())?);
        Ok(Arc::new(Decided { copies, struck, strikes: self.strikes }))
    }

    fn findings(&self) -> Option<Findings> {
        lock(&self.findings).clone()
    }

    fn conclude(&self) -> io::Result<()> {
        self.copies.conclude()
    }
}

/// Drops copies, and strikes what others have said.
struct Decided {
    copies: decided::Decided,
    struck: Option<Struck>,
    strikes: bool,
}

impl Stage for Decided {
    fn apply(&self, document: &mut Document) {
        if document.is_kept() {
            self.mark(document).expect("what was put on disk can be read again");
        }
    }
}

impl Decided {
    fn mark(&self, document: &mut Document) -> io::Result<()> {
        let number = number(document);
        if let Some(copy) = self.copies.copy_of(number)? {
            let reason = if copy.is_exact { EXACT_COPY } else { NEAR_COPY };
            document.dropped = Some(Box::new(self.removal(reason, copy.survivor, copy.similarity)?));
            return Ok(());
        }
        let Some(struck) = &self.struck else { return Ok(()) };
        let blocks = struck.of(number)?;
        match blocks.first() {
            None => Ok(()),
            Some(_) if !self.strikes => {
                document.remarks.push(Remark { stage: DEDUP.name, name: REPEATS_OTHERS });
                Ok(())
            }
            Some((_, keeper)) if !struck.leaves_something(document, &blocks) => {
                document.dropped = Some(Box::new(self.removal(REPEATS_OTHERS, *keeper, 1.0)?));
                Ok(())
            }
            Some(_) => blocks.into_iter().try_for_each(|(block, keeper)| {
                document.remove(block, self.removal(REPEATS_OTHERS, keeper, 1.0)?);
                Ok(())
            }),
        }
    }

    fn removal(&self, reason: &'static str, kept: u64, similarity: f32) -> io::Result<Removal> {
        let evidence = Evidence::CopyOf { kept: self.copies.notes.id(kept)?, similarity };
        Ok(Removal { stage: DEDUP.name, reason, evidence })
    }
}
