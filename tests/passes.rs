//! Corpus stages, which need a pass of their own: checked here with a stage that no crate ships.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use copydesk_core::*;

/// Drops every document that says what one with a smaller sequence number says.
#[derive(Default)]
struct SaysItAgain {
    first: Mutex<BTreeMap<String, u64>>,
}

struct Decided(BTreeMap<String, u64>);

impl CorpusStage for SaysItAgain {
    fn observe(&self, document: &Document, _: &dyn Scratch) -> io::Result<()> {
        let mut first = self.first.lock().unwrap();
        let sequence = document.source.sequence;
        first.entry(document.text.clone()).and_modify(|seen| *seen = sequence.min(*seen)).or_insert(sequence);
        Ok(())
    }

    fn decide(&self, _: &dyn Scratch) -> io::Result<Arc<dyn Stage>> {
        Ok(Arc::new(Decided(self.first.lock().unwrap().clone())))
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

/// Writes the ids of what it is given.
struct Ids;

struct IdsPart {
    name: String,
    rows: u64,
    file: Box<dyn OutputFile>,
}

impl Exporter for Ids {
    fn open<'o>(&self, output: &'o dyn Output, part: u64) -> io::Result<Box<dyn Part + 'o>> {
        let name = format!("part-{part}");
        Ok(Box::new(IdsPart { file: output.create(&name)?, name, rows: 0 }))
    }
}

impl Part for IdsPart {
    fn write(&mut self, document: &Document) -> io::Result<()> {
        match document.dropped {
            Some(_) => Ok(()),
            None => writeln!(self.file, "{}", document.id),
        }
    }

    fn quarantine(&mut self, record: &Quarantined) -> io::Result<()> {
        writeln!(self.file, "! {}", record.reason)
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<PartFile>> {
        Ok(vec![PartFile::new(self.name, self.rows, self.file.seal()?)])
    }
}

/// An output in memory. It can be told to fail at a commit.
#[derive(Default)]
struct Memory {
    staged: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    lines: Mutex<Vec<String>>,
    commits_left: Mutex<Option<usize>>,
}

struct MemoryFile(Arc<Mutex<BTreeMap<String, Vec<u8>>>>, String, Vec<u8>);

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.2.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl OutputFile for MemoryFile {
    fn seal(self: Box<Self>) -> io::Result<Seal> {
        let seal = Seal { bytes: self.2.len() as u64, sha256: String::new() };
        self.0.lock().unwrap().insert(self.1, self.2);
        Ok(seal)
    }
}

impl Scratch for Memory {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        Err(io::Error::other("the scratch disk is full"))
    }
}

impl Output for Memory {
    fn create(&self, name: &str) -> io::Result<Box<dyn OutputFile>> {
        Ok(Box::new(MemoryFile(Arc::clone(&self.staged), name.to_owned(), Vec::new())))
    }

    fn create_folder(&self, _: &str) -> io::Result<Box<dyn OutputFiles>> {
        unreachable!("nobody asks")
    }

    fn journal(&self) -> io::Result<Vec<String>> {
        Ok(self.lines.lock().unwrap().clone())
    }

    fn recover(&self, listed: &[&str]) -> io::Result<()> {
        self.staged.lock().unwrap().clear();
        self.files.lock().unwrap().retain(|name, _| listed.contains(&name.as_str()));
        Ok(())
    }

    fn commit(&self, files: &[&str], lines: &[String]) -> io::Result<()> {
        if let Some(left) = self.commits_left.lock().unwrap().as_mut() {
            *left = left.checked_sub(1).ok_or_else(|| io::Error::other("the disk is full"))?;
        }
        let mut staged = self.staged.lock().unwrap();
        let taken = files.iter().map(|name| ((*name).to_owned(), staged.remove(*name).unwrap()));
        self.files.lock().unwrap().extend(taken);
        self.lines.lock().unwrap().extend_from_slice(lines);
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

/// A corpus stage that needs room on disk.
struct NeedsRoom;

impl CorpusStage for NeedsRoom {
    fn observe(&self, _: &Document, scratch: &dyn Scratch) -> io::Result<()> {
        scratch.scratch().map(drop)
    }

    fn decide(&self, _: &dyn Scratch) -> io::Result<Arc<dyn Stage>> {
        unreachable!("nothing was observed")
    }
}

const KINDS: [StageKind; 4] = [
    StageKind { build: |_, _| Ok(Step::Corpus(Arc::new(NeedsRoom))), ..kind("needs-room") },
    StageKind { build: |_, _| Ok(Step::Corpus(Arc::new(SaysItAgain::default()))), ..kind("says-it-again") },
    StageKind { build: |_, _| Ok(Step::Mark(Arc::new(Panics))), ..kind("panics") },
    StageKind { build: |_, _| Ok(Step::Export(Arc::new(Ids))), ..kind("ids") },
];

const fn kind(name: &'static str) -> StageKind {
    StageKind {
        name,
        summary: "of this test",
        manual: "",
        reasons: &[],
        schema: || unreachable!("nobody asks"),
        build: |_, _| Ok(Step::Export(Arc::new(Ids))),
    }
}

fn plan(stages: &[&str]) -> Plan {
    let text: String = stages.iter().map(|name| format!("[[stage]]\nuse = \"{name}\"\n")).collect();
    let (config, mistakes) = Config::parse(&text);
    assert_eq!(mistakes, []);
    Plan::new(&config, &KINDS, &PlanContext::default()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn carry_out(
    stages: &[&str],
    threads: usize,
    output: &Memory,
    identity: &Identity,
) -> Result<Outcome, RunError> {
    let input = Texts((0..10).map(|_| Unit { input: 0, bytes: 100 }).collect());
    run(&Job {
        plan: &plan(stages),
        input: &input,
        output,
        identity,
        threads: NonZeroUsize::new(threads).unwrap(),
        progress: &Progress::default(),
        stop: &AtomicBool::new(false),
    })
}

fn report(stages: &[&str], threads: usize) -> Report {
    carry_out(stages, threads, &Memory::default(), &Identity::default()).unwrap().report
}

#[test]
fn a_corpus_stage_sees_everything_before_it_marks() {
    for threads in [1, 2, 8] {
        let report = report(&["says-it-again", "ids"], threads);
        assert_eq!(
            report.documents,
            Tally { read: 100, exported: 64, dropped: 0, duplicate: 36, quarantined: 0 }
        );
        assert!(report.closes());
        assert_eq!(
            report.drops,
            [Count { stage: "says-it-again".into(), reason: "exact-copy".into(), count: 36 }]
        );
    }
}

#[test]
fn a_stage_that_panics_costs_one_document() {
    let report = report(&["panics", "ids"], 2);
    assert_eq!(report.documents.exported, 99);
    assert_eq!(report.examples.len(), 1);
    assert_eq!(
        (&*report.examples[0].reason, report.examples[0].detail.as_str()),
        ("panicked", "this one is too much")
    );
}

#[test]
fn a_run_without_export_says_so() {
    let error = carry_out(&["panics"], 1, &Memory::default(), &Identity::default()).unwrap_err();
    assert!(error.to_string().contains("no stage `export`"), "{error}");
}

#[test]
fn a_run_that_fails_at_any_commit_goes_on_to_the_same_output() {
    let stages = ["says-it-again", "panics", "ids"];
    let whole = Memory::default();
    let report = carry_out(&stages, 1, &whole, &Identity::default()).unwrap().report;
    let commits = whole.lines.lock().unwrap().len();
    assert_eq!(commits, 12, "the beginning, ten units and the end");
    for left in 0..commits {
        let output = Memory { commits_left: Mutex::new(Some(left)), ..Memory::default() };
        // one thread commits one unit at a time
        let error = carry_out(&stages, 1, &output, &Identity::default()).unwrap_err();
        assert!(matches!(error, RunError::Output(_)), "{error}");
        *output.commits_left.lock().unwrap() = None;
        let outcome = carry_out(&stages, 4, &output, &Identity::default()).unwrap();
        assert_eq!(outcome.resumed, left.saturating_sub(1) as u64);
        assert_eq!(json(&outcome.report), json(&report));
        assert_eq!(*output.files.lock().unwrap(), *whole.files.lock().unwrap());
        assert_eq!(*output.lines.lock().unwrap(), *whole.lines.lock().unwrap());
    }
}

/// As it is written.
fn json(report: &Report) -> String {
    serde_json::to_string(report).unwrap()
}

#[test]
fn a_stage_that_finds_no_room_on_disk_ends_the_run() {
    for threads in [1, 4] {
        let error =
            carry_out(&["needs-room", "ids"], threads, &Memory::default(), &Identity::default()).unwrap_err();
        let RunError::Scratch(why) = &error else { panic!("{error}") };
        assert_eq!(why.to_string(), "the scratch disk is full");
        assert_eq!(error.to_string(), "what a stage has to remember cannot be kept on disk");
    }
}

#[test]
fn a_run_of_another_identity_is_refused() {
    let output = Memory::default();
    carry_out(&["ids"], 1, &output, &Identity::default()).unwrap();
    let outcome = carry_out(&["ids"], 1, &output, &Identity::default()).unwrap();
    assert!(outcome.was_complete);
    let other = Identity { program: "copydesk 9".into(), ..Identity::default() };
    let error = carry_out(&["ids"], 1, &output, &other).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the output was begun by another run:\n  `program` was \"\" and is \"copydesk 9\""
    );
}

#[test]
fn a_run_that_is_told_to_stop_says_how_far_it_is() {
    let input = Texts((0..10).map(|_| Unit { input: 0, bytes: 100 }).collect());
    let error = run(&Job {
        plan: &plan(&["ids"]),
        input: &input,
        output: &Memory::default(),
        identity: &Identity::default(),
        threads: NonZeroUsize::MIN,
        progress: &Progress::default(),
        stop: &AtomicBool::new(true),
    })
    .unwrap_err();
    assert_eq!(error.to_string(), "stopped: 0 of 10 parts are written");
}
