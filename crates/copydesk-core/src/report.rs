//! What happened.
//!
//! A [`Report`] counts documents, blocks and removals. Its counts close: every document that was
//! read is exported, dropped, a duplicate or set aside, for each input and in all. Nothing in it
//! depends on the clock or on the number of threads; how fast a run was is for the caller to say.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::Serialize;

use crate::{Document, Evidence, Source};

/// How many of the records that were set aside a report names; all of them are in the output.
const EXAMPLES: usize = 20;

/// What happened in a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Documents of all inputs together.
    pub documents: Tally,
    /// Documents by input, in the order in which the inputs were named.
    pub inputs: Vec<(String, Tally)>,
    /// Bytes of dumps that were read, as they lay on disk.
    pub bytes_read: u64,
    /// Bytes of text in the documents.
    pub text_bytes: u64,
    /// Blocks in the documents.
    pub blocks: u64,
    /// Blocks that were struck.
    pub blocks_removed: u64,
    /// Struck blocks by stage and reason, in byte order of their names.
    pub removals: Vec<Count>,
    /// Dropped documents by stage and reason, in byte order of their names.
    pub drops: Vec<Count>,
    /// Records set aside, by reason.
    pub quarantine: Vec<Count>,
    /// The first records that were set aside.
    pub examples: Vec<Quarantined>,
    #[serde(skip)]
    counting: Counting,
}

/// How many, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The stage that decided; empty for records that never reached one.
    pub stage: &'static str,
    /// The stage's reason.
    pub reason: &'static str,
    /// How many blocks, or documents.
    pub count: u64,
}

/// The fate of every document that was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Documents, and records that were no document.
    pub read: u64,
    /// Written to the output.
    pub exported: u64,
    /// Left out by a stage, or with nothing left in them.
    pub dropped: u64,
    /// Left out because another document says the same.
    pub duplicate: u64,
    /// Set aside because they could not be read.
    pub quarantined: u64,
}

impl Tally {
    /// Does every document that was read have a fate?
    pub fn closes(&self) -> bool {
        self.read == self.exported + self.dropped + self.duplicate + self.quarantined
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.read += other.read;
        self.exported += other.exported;
        self.dropped += other.dropped;
        self.duplicate += other.duplicate;
        self.quarantined += other.quarantined;
    }
}

/// A record that could not become a document, with its place and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// Where the record lies.
    pub source: Source,
    /// Kebab-case, stable: `not-json`, `no-text`, `empty`.
    pub reason: &'static str,
    /// For a person: what was found.
    pub detail: String,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Counting {
    removals: Counts,
    drops: Counts,
    quarantine: Counts,
}

/// Few different reasons, many counts: a short list beats a map.
#[derive(Debug, Clone, Default, PartialEq)]
struct Counts(Vec<(&'static str, &'static str, u64)>);

impl Counts {
    fn add(&mut self, stage: &'static str, reason: &'static str, count: u64) {
        match self.0.iter_mut().find(|(s, r, _)| *r == reason && *s == stage) {
            Some((_, _, sum)) => *sum += count,
            None => self.0.push((stage, reason, count)),
        }
    }

    fn merge(&mut self, other: &Counts) {
        other.0.iter().for_each(|&(stage, reason, count)| self.add(stage, reason, count));
    }

    fn sorted(&self) -> Vec<Count> {
        let sums: BTreeMap<_, _> =
            self.0.iter().map(|&(stage, reason, count)| ((stage, reason), count)).collect();
        sums.into_iter().map(|((stage, reason), count)| Count { stage, reason, count }).collect()
    }
}

impl Report {
    /// A report over several inputs, with nothing counted yet.
    pub(crate) fn over(inputs: Vec<String>) -> Self {
        Report {
            inputs: inputs.into_iter().map(|name| (name, Tally::default())).collect(),
            ..Report::default()
        }
    }

    /// Counts a document or a record when it comes in, before anything happens to it.
    pub(crate) fn count_read(&mut self) {
        self.documents.read += 1;
    }

    /// Counts a document that has been through all stages. A document in which nothing is left is
    /// dropped; one that goes because of a copy is a duplicate.
    pub(crate) fn count(&mut self, document: &Document) {
        self.text_bytes += document.text.len() as u64;
        self.blocks += document.blocks.len() as u64;
        for removal in document.blocks.iter().filter_map(|block| block.removal.as_deref()) {
            self.blocks_removed += 1;
            self.counting.removals.add(removal.stage, removal.reason, 1);
        }
        match document.dropped.as_deref() {
            None => self.documents.exported += 1,
            Some(removal) => {
                self.counting.drops.add(removal.stage, removal.reason, 1);
                match removal.evidence {
                    Evidence::CopyOf { .. } => self.documents.duplicate += 1,
                    _ => self.documents.dropped += 1,
                }
            }
        }
    }

    /// Counts a record that was set aside.
    pub(crate) fn count_quarantined(&mut self, record: Quarantined) {
        self.documents.quarantined += 1;
        self.counting.quarantine.add("", record.reason, 1);
        if self.examples.len() < EXAMPLES {
            self.examples.push(record);
        }
    }

    /// Takes in the report of one unit. Called in the order of the units.
    pub(crate) fn merge(&mut self, input: usize, unit: Report) {
        self.documents += unit.documents;
        self.inputs[input].1 += unit.documents;
        self.bytes_read += unit.bytes_read;
        self.text_bytes += unit.text_bytes;
        self.blocks += unit.blocks;
        self.blocks_removed += unit.blocks_removed;
        self.counting.removals.merge(&unit.counting.removals);
        self.counting.drops.merge(&unit.counting.drops);
        self.counting.quarantine.merge(&unit.counting.quarantine);
        let room = EXAMPLES - self.examples.len();
        self.examples.extend(unit.examples.into_iter().take(room));
    }

    /// Fills the sorted lists in.
    pub(crate) fn close(mut self) -> Self {
        self.removals = self.counting.removals.sorted();
        self.drops = self.counting.drops.sorted();
        self.quarantine = self.counting.quarantine.sorted();
        self
    }

    /// Do the counts of every input, and of all, close?
    pub fn closes(&self) -> bool {
        let mut sum = Tally::default();
        self.inputs.iter().for_each(|(_, tally)| sum += *tally);
        sum == self.documents
            && self.documents.closes()
            && self.inputs.iter().all(|(_, tally)| tally.closes())
    }
}

impl Serialize for Source {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut row = serializer.serialize_struct("Source", 3)?;
        row.serialize_field("file", &*self.file)?;
        row.serialize_field("offset", &self.offset)?;
        row.serialize_field("length", &self.length)?;
        row.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Block, BlockKind, Removal};

    fn document(dropped: Option<Evidence>) -> Document {
        let mut document = Document::from_text("text");
        document.blocks = vec![Block::new(0..4, BlockKind::Paragraph)];
        document.dropped = dropped.map(|evidence| Box::new(Removal { stage: "s", reason: "r", evidence }));
        document
    }

    #[test]
    fn every_document_has_one_fate() {
        let mut unit = Report::default();
        (0..4).for_each(|_| unit.count_read());
        unit.count(&document(None));
        unit.count(&document(Some(Evidence::Rule("empty".into()))));
        unit.count(&document(Some(Evidence::CopyOf { kept: "a".into(), similarity: 1.0 })));
        unit.count_quarantined(Quarantined {
            source: Source::default(),
            reason: "empty",
            detail: String::new(),
        });
        let mut report = Report { inputs: vec![("in".into(), Tally::default())], ..Report::default() };
        report.merge(0, unit);
        let report = report.close();
        assert_eq!(
            report.documents,
            Tally { read: 4, exported: 1, dropped: 1, duplicate: 1, quarantined: 1 }
        );
        assert!(report.closes());
        assert_eq!(report.drops, [Count { stage: "s", reason: "r", count: 2 }]);
    }

    #[test]
    fn counts_that_do_not_close_are_noticed() {
        let report = Report { documents: Tally { read: 1, ..Tally::default() }, ..Report::default() };
        assert!(!report.closes());
    }
}
