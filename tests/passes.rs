//! Corpus stages, which need a pass of their own: checked here with a stage that no crate ships.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use copydesk_core::*;

/// Drops every document that says what one with a smaller sequence number says.
#[derive(Default)]
struct SaysItAgain {
    first: Mutex<BTreeMap<String, u64>>,
}

struct Decided(BTreeMap<String, u64>);

impl CorpusStage for SaysItAgain {
    fn observe(&self, document: &Document) {
        let mut first = self.first.lock().unwrap();
        let sequence = document.source.sequence;
        first.entry(document.text.clone()).and_modify(|seen| *seen = sequence.min(*seen)).or_insert(sequence);
    }

    fn decide(&self) -> Arc<dyn Stage> {
        Arc::new(Decided(self.first.lock().unwrap().clone()))
    }
}

impl Stage for Decided {
    fn apply(&self, document: &mut Document) {
        if self.0[&document.text] < document.source.sequence {
            let evidence = Evidence::CopyOf { kept: "another".into(), similarity: 1.0 };
            document.dropped =
                Some(Box::new(Removal { stage: "says-it-again", reason: "exact-copy", evidence }));
        }
    }
}

/// Writes what it is given into memory.
#[derive(Default)]
struct Memory(Arc<Mutex<BTreeMap<u64, Vec<String>>>>);

struct MemoryPart(Arc<Mutex<BTreeMap<u64, Vec<String>>>>, u64, Vec<String>);

impl Exporter for Memory {
    fn open(&self, _: &Path, part: u64) -> std::io::Result<Box<dyn Part>> {
        Ok(Box::new(MemoryPart(Arc::clone(&self.0), part, Vec::new())))
    }
}

impl Part for MemoryPart {
    fn write(&mut self, document: &Document) -> std::io::Result<()> {
        if document.dropped.is_none() {
            self.2.push(document.id.clone());
        }
        Ok(())
    }

    fn quarantine(&mut self, record: &Quarantined) -> std::io::Result<()> {
        self.2.push(format!("! {}", record.reason));
        Ok(())
    }

    fn finish(self: Box<Self>) -> std::io::Result<()> {
        self.0.lock().unwrap().insert(self.1, self.2);
        Ok(())
    }
}

/// Ten units of ten texts; every third text is said ten times.
struct Texts(Vec<Unit>);

impl Input for Texts {
    fn names(&self) -> Vec<String> {
        vec!["texts".into()]
    }

    fn units(&self) -> &[Unit] {
        &self.0
    }

    fn read(&self, unit: usize, each: &mut dyn FnMut(Reading) -> ControlFlow<()>) {
        for n in 0..10 {
            let text = if n % 3 == 0 { format!("said again {n}") } else { format!("said once {unit} {n}") };
            let mut document = Document::from_text(text);
            document.id = format!("{unit}/{n}");
            document.blocks = vec![Block::new(0..document.text.len(), BlockKind::Paragraph)];
            if each(Reading::Document(document)).is_break() {
                return;
            }
        }
    }
}

/// A stage that cannot bear one of the documents.
struct Panics;

impl Stage for Panics {
    fn apply(&self, document: &mut Document) {
        assert!(document.id != "3/4", "this one is too much");
    }
}

const KINDS: [StageKind; 3] = [
    StageKind { build: |_, _| Ok(Step::Corpus(Arc::new(SaysItAgain::default()))), ..kind("says-it-again") },
    StageKind { build: |_, _| Ok(Step::Mark(Arc::new(Panics))), ..kind("panics") },
    StageKind { build: |_, _| Ok(Step::Export(Arc::new(Memory::default()))), ..kind("memory") },
];

const fn kind(name: &'static str) -> StageKind {
    StageKind {
        name,
        summary: "of this test",
        manual: "",
        reasons: &[],
        schema: || unreachable!("nobody asks"),
        build: |_, _| Ok(Step::Export(Arc::new(Memory(Arc::default())))),
    }
}

fn report(stages: &[&str], threads: usize) -> Report {
    let text: String = stages.iter().map(|name| format!("[[stage]]\nuse = \"{name}\"\n")).collect();
    let (config, mistakes) = Config::parse(&text);
    assert_eq!(mistakes, []);
    let plan =
        Plan::new(&config, &KINDS, &PlanContext::default()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let input = Texts((0..10).map(|_| Unit { input: 0, bytes: 100 }).collect());
    run(&plan, &input, Path::new(""), NonZeroUsize::new(threads).unwrap(), &Progress::default()).unwrap()
}

#[test]
fn a_corpus_stage_sees_everything_before_it_marks() {
    for threads in [1, 2, 8] {
        let report = report(&["says-it-again", "memory"], threads);
        assert_eq!(
            report.documents,
            Tally { read: 100, exported: 64, dropped: 0, duplicate: 36, quarantined: 0 }
        );
        assert!(report.closes());
        assert_eq!(report.drops, [Count { stage: "says-it-again", reason: "exact-copy", count: 36 }]);
    }
}

#[test]
fn a_stage_that_panics_costs_one_document() {
    let report = report(&["panics", "memory"], 2);
    assert_eq!(report.documents.exported, 99);
    assert_eq!(report.examples.len(), 1);
    assert_eq!(
        (report.examples[0].reason, report.examples[0].detail.as_str()),
        ("panicked", "this one is too much")
    );
}

#[test]
fn a_run_without_export_says_so() {
    let (config, _) = Config::parse("[[stage]]\nuse = \"panics\"\n");
    let plan =
        Plan::new(&config, &KINDS, &PlanContext::default()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let input = Texts(Vec::new());
    let error = run(&plan, &input, Path::new(""), NonZeroUsize::MIN, &Progress::default()).unwrap_err();
    assert!(error.to_string().contains("no stage `export`"), "{error}");
}
