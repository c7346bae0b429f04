//! What happened.
//!
//! A [`Report`] counts documents, blocks and removals. Its counts close: every document that was
//! read is exported, dropped, a duplicate or set aside, for each input and in all. A record that
//! comes in is an [`Entrant`], which can be given one fate and no second; one that is given none
//! shows in the sums. Nothing here depends on the clock or on the number of threads; how fast a run
//! was is for the caller to say.

use std::borrow::Cow;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::{Document, Evidence, PluginIdentity, Source};

/// How many of the records that were set aside a report names; all of them are in the output.
const EXAMPLES: usize = 20;

/// What happened in a run, or in one unit of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Documents of all inputs together.
    pub documents: Tally,
    /// Documents by input, in the order in which the inputs were named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<(String, Tally)>,
    /// The plugins that were loaded, as in the journal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<PluginIdentity>,
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
    /// What stages remarked on documents, by stage and remark.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Count>,
    /// What corpus stages found out about the corpus as a whole, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Findings>,
    /// Records set aside, by reason.
    pub quarantine: Vec<Count>,
    /// The first records that were set aside.
    pub examples: Vec<Quarantined>,
}

/// What a corpus stage found out about the corpus as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The name of the stage in a config.
    pub stage: Cow<'static, str>,
    /// An object; what its members mean, the stage's manual says.
    pub figures: serde_json::Value,
    /// The same for a person, line by line. Not in the file.
    #[serde(skip)]
    pub lines: Vec<String>,
}

/// How many, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Count {
    /// The stage that decided; empty for records that never reached one.
    pub stage: Cow<'static, str>,
    /// The stage's reason.
    pub reason: Cow<'static, str>,
    /// How many blocks, or documents.
    pub count: u64,
}

/// The fate of every document that was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Where the record lies.
    pub source: Source,
    /// Kebab-case, stable: `not-json`, `no-text`, `empty`.
    pub reason: Cow<'static, str>,
    /// For a person: what was found.
    pub detail: String,
}

/// A record that came in and has not met its fate. It cannot be copied, so that it meets one only.
#[derive(Debug)]
#[must_use = "a record that came in has to meet its fate"]
pub(crate) struct Entrant(());

impl Count {
    fn one(stage: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Count { stage: stage.into(), reason: reason.into(), count: 1 }
    }
}

/// Few different reasons, many counts: a short list beats a map.
fn add(counts: &mut Vec<Count>, more: Count) {
    match counts.iter_mut().find(|known| known.reason == more.reason && known.stage == more.stage) {
        Some(known) => known.count += more.count,
        None => counts.push(more),
    }
}

fn merge(counts: &mut Vec<Count>, others: &[Count]) {
    others.iter().for_each(|other| add(counts, other.clone()));
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
    pub(crate) fn admit(&mut self) -> Entrant {
        self.documents.read += 1;
        Entrant(())
    }

    /// Counts a document that has been through all stages. A document in which nothing is left is
    /// dropped; one that goes because of a copy is a duplicate.
    pub(crate) fn settle(&mut self, _: Entrant, document: &Document) {
        self.text_bytes += document.text.len() as u64;
        self.blocks += document.blocks.len() as u64;
        for removal in document.blocks.iter().filter_map(|block| block.removal.as_deref()) {
            self.blocks_removed += 1;
            add(&mut self.removals, Count::one(removal.stage, removal.reason));
        }
        for remark in &document.remarks {
            add(&mut self.remarks, Count::one(remark.stage, remark.name));
        }
        match document.dropped.as_deref() {
            None => self.documents.exported += 1,
            Some(removal) => {
                add(&mut self.drops, Count::one(removal.stage, removal.reason));
                match removal.evidence {
                    Evidence::CopyOf { .. } => self.documents.duplicate += 1,
                    _ => self.documents.dropped += 1,
                }
            }
        }
    }

    /// Counts a record that was set aside.
    pub(crate) fn set_aside(&mut self, _: Entrant, record: Quarantined) {
        self.documents.quarantined += 1;
        add(&mut self.quarantine, Count::one("", record.reason.clone()));
        if self.examples.len() < EXAMPLES {
            self.examples.push(record);
        }
    }

    /// Takes in the report of one unit. Called in the order of the units.
    pub(crate) fn merge(&mut self, input: usize, unit: &Report) {
        self.documents += unit.documents;
        self.inputs[input].1 += unit.documents;
        self.bytes_read += unit.bytes_read;
        self.text_bytes += unit.text_bytes;
        self.blocks += unit.blocks;
        self.blocks_removed += unit.blocks_removed;
        merge(&mut self.removals, &unit.removals);
        merge(&mut self.drops, &unit.drops);
        merge(&mut self.remarks, &unit.remarks);
        merge(&mut self.quarantine, &unit.quarantine);
        let room = EXAMPLES - self.examples.len();
        self.examples.extend(unit.examples.iter().take(room).cloned());
    }

    /// Puts the lists in order.
    pub(crate) fn close(mut self) -> Self {
        for counts in [&mut self.removals, &mut self.drops, &mut self.remarks, &mut self.quarantine] {
            counts.sort();
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Block, BlockKind, Removal};

    fn quarantined() -> Quarantined {
        let source = Source { file: "a.jsonl".into(), offset: 7, length: 2, ..Source::default() };
        Quarantined { source, reason: "empty".into(), detail: "no text".into() }
    }

    fn document(dropped: Option<Evidence>) -> Document {
        let mut document = Document::from_text("text");
        document.blocks = vec![Block::new(0..4, BlockKind::Paragraph)];
        document.dropped = dropped.map(|evidence| Box::new(Removal { stage: "s", reason: "r", evidence }));
        document
    }

    #[test]
    fn every_document_has_one_fate() {
        let mut unit = Report::default();
        let [one, two, three, four] = [(); 4].map(|()| unit.admit());
        unit.settle(one, &document(None));
        unit.settle(two, &document(Some(Evidence::Rule("empty".into()))));
        unit.settle(three, &document(Some(Evidence::CopyOf { kept: "a".into(), similarity: 1.0 })));
        unit.set_aside(four, quarantined());
        let mut report = Report { inputs: vec![("in".into(), Tally::default())], ..Report::default() };
        report.merge(0, &unit);
        let report = report.close();
        assert_eq!(
            report.documents,
            Tally { read: 4, exported: 1, dropped: 1, duplicate: 1, quarantined: 1 }
        );
        assert!(report.closes());
        assert_eq!(report.drops, [Count { stage: "s".into(), reason: "r".into(), count: 2 }]);
    }

    #[test]
    fn a_record_without_a_fate_shows_in_the_sums() {
        let mut unit = Report::default();
        let lost = unit.admit();
        drop(lost);
        assert_eq!(unit.documents, Tally { read: 1, ..Tally::default() });
        assert!(!unit.documents.closes());
    }

    #[test]
    fn a_report_comes_back_from_the_journal_as_it_was() {
        let mut unit = Report::default();
        let entrant = unit.admit();
        unit.set_aside(entrant, quarantined());
        let json = serde_json::to_string(&unit).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), unit);
    }

    #[test]
    fn counts_that_do_not_close_are_noticed() {
        let report = Report { documents: Tally { read: 1, ..Tally::default() }, ..Report::default() };
        assert!(!report.closes());
    }
}
