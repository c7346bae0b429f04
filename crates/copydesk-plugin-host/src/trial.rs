//! A plugin on trial: the interface used in every way that the header allows, in a process that may die
//! of it.
//!
//! A run gives a plugin one document after the other in the structs of today. Here it gets many at once,
//! from a host of a later version, each text in pages of its own that end where nothing may be read and
//! that are gone when the call is over; it is started a thousand times; and, if its SDK knows how, it
//! panics. [`Plugin::trial`] asks, [`stand_trial`] is the process that answers.

// documents in structs of another size are raw pointers
#![allow(unsafe_code)]

use std::io::{self, BufReader};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use copydesk_core::Document;
use copydesk_plugin_abi::{CD_ABI_MINOR, cd_doc, cd_host, cd_sink, cd_slice};
use serde::{Deserialize, Serialize};

use crate::Plugin;
use crate::event::{Event, Take, Tape};
use crate::frame::{self, RESULT};
use crate::harden::{self, Kind};
use crate::instance::{self, Blueprint, Instance, Later, told};
use crate::lectern::Lectern;
use crate::library::Library;
use crate::notes::Notes;
use crate::process::Worker;
use crate::serve::claim_pipes;
use crate::settings::Values;

/// From the host: a [`Question`] as JSON. No worker of a run is asked one.
const QUESTION: u8 = 7;
/// For one question. A thousand starts with a document each are the longest.
const PATIENCE: Duration = Duration::from_secs(300);
const LONGEST: usize = 16 << 20;
/// Starts that are watched, and those before them, after which nothing should grow.
const STARTS: usize = 1000;
const FIRST_STARTS: usize = 200;
/// Where in a document its body is, and how long one is that can be read a thousand times.
const BODY: usize = 5;
const HANDY: usize = 64 << 10;
/// Of the memory that is asked of the C library; an allocation is not smaller than this for each start.
const HEAP_SLACK: u64 = 16 * STARTS as u64;
/// Of pages, which come and go with the allocator's mood.
const PAGES_SLACK: u64 = 512 << 10;
/// What the SDK for Rust takes for the wish that it panic.
const PANIC_OPTION: &str = "__panic";
const PANICKED: &str = "as the panic self-test asks";
/// A host of that version may exist one day.
const LATER_MINOR: u16 = CD_ABI_MINOR + 9;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trial {
    /// All documents in one call become what each becomes alone.
    Batch,
    /// A host of a later version, whose structs are longer, gets the same.
    Later,
    /// Every text ends where nothing may be read.
    Edges,
    /// Every text is gone when the call is over.
    Kept,
    /// A thousand instances leave nothing behind.
    Starts,
    /// A panic comes back as an error.
    Panic,
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// As it should; for some trials with a word about it.
    Passed(Option<String>),
    /// Not as it should.
    Failed(String),
    /// There was nothing to try, because ...
    Skipped(&'static str),
}

type Texts = [Option<String>; 7];

/// What is asked: a trial of some documents.
#[derive(Serialize, Deserialize)]
struct Question {
    trial: Trial,
    provide: u32,
    options: Values,
    documents: Vec<Texts>,
}

/// What came of it.
#[derive(Default, Serialize, Deserialize)]
struct Verdict {
    complaint: Option<String>,
    remark: Option<String>,
}

impl Plugin {
    /// Tries what a plugin provides as number `provide`, with its defaults. A program speaks frames and not
    /// the interface: there is nothing to try.
    pub fn trial(&self, trial: Trial, provide: u32, documents: &[Document]) -> Finding {
        if !self.manifest.command.is_empty() {
            return Finding::Skipped("it is a program");
        }
        let mut options = self.values.clone();
        if trial == Trial::Panic {
            options.insert(PANIC_OPTION.to_owned(), true.into());
        }
        let question = |documents: &[Document]| Question {
            trial,
            provide,
            options: options.clone(),
            documents: documents.iter().map(texts).collect(),
        };
        let mut worker = match self.on_trial() {
            Ok(worker) => worker,
            Err(error) => return Finding::Failed(format!("its process cannot be started: {error}")),
        };
        let mut ask = |documents: &[Document]| asked(&mut worker, &question(documents));
        match trial {
            Trial::Edges | Trial::Kept => one_after_the_other(documents, ask),
            _ => ask(documents),
        }
    }

    fn on_trial(&self) -> io::Result<Worker> {
        let launch = crate::workers::launch(&self.library, &[], self.memory_mib)
            .map_err(|(_, detail)| io::Error::other(detail))?;
        let mut command = Command::new(&launch.program);
        command.args(&launch.arguments).arg("--trial").current_dir(&launch.folder);
        Worker::start(&mut command, launch.environment)
    }
}

/// Asks until something fails, so that the document is known.
fn one_after_the_other(documents: &[Document], mut ask: impl FnMut(&[Document]) -> Finding) -> Finding {
    for document in documents {
        if let Finding::Failed(detail) = ask(std::slice::from_ref(document)) {
            return Finding::Failed(format!("at {}: {detail}", document.id));
        }
    }
    Finding::Passed(None)
}

fn texts(document: &Document) -> Texts {
    told(document, &mut String::new()).map(|text| text.map(|text| String::from_utf8_lossy(text).into_owned()))
}

fn asked(worker: &mut Worker, question: &Question) -> Finding {
    match verdict(worker, question) {
        Ok(Verdict { complaint: None, remark }) => Finding::Passed(remark),
        Ok(Verdict { complaint: Some(complaint), .. }) | Err(complaint) => Finding::Failed(complaint),
    }
}

/// What the worker came to, or what became of it.
fn verdict(worker: &mut Worker, question: &Question) -> Result<Verdict, String> {
    let json = serde_json::to_vec(question).expect("strings and JSON are JSON");
    let question = frame::frame(QUESTION, &[&json]).map_err(|error| error.to_string())?;
    match worker.ask(&question, PATIENCE, LONGEST)? {
        (RESULT, said) => {
            serde_json::from_slice(&said).map_err(|error| format!("its answer cannot be read: {error}"))
        }
        (kind, _) => Err(format!("it answered with a frame of kind {kind}")),
    }
}

/// Tries the plugin in `library` as a host in another process asks. `memory` is in MiB.
///
/// # Errors
/// When the library cannot be loaded, or the host is gone.
pub fn stand_trial(library: &Path, memory: u64) -> io::Result<()> {
    harden::give_up_rights(memory, Kind::Library, &[]);
    let (from, mut to) = claim_pipes()?;
    let library = Library::open(library).map_err(|(_, detail)| io::Error::other(detail))?;
    let mut from = BufReader::new(from);
    let mut bench = Bench { library, instance: None, pages: Vec::new() };
    while let Some((_, question)) = frame::read(&mut from)? {
        let verdict = match bench.judge(&serde_json::from_slice(&question)?) {
            Ok(remark) => Verdict { complaint: None, remark },
            Err(complaint) => Verdict { complaint: Some(complaint), remark: None },
        };
        frame::write(&mut to, RESULT, &[&serde_json::to_vec(&verdict)?])?;
    }
    Ok(())
}

/// A library on trial, and what stays from one question to the next.
struct Bench {
    library: Library,
    instance: Option<Instance>,
    pages: Vec<Lectern>,
}

impl Bench {
    fn judge(&mut self, question: &Question) -> Result<Option<String>, String> {
        let blueprint = Blueprint {
            table: self.library.table,
            provide: question.provide,
            plugin: String::new(),
            values: question.options.clone(),
            notes: Arc::new(Notes::default()),
        };
        let documents: Vec<_> = question.documents.iter().map(lend).collect();
        match question.trial {
            Trial::Batch => batch(&blueprint, &documents).map(|()| None),
            Trial::Later => later(&self.library, &blueprint, &documents).map(|()| None),
            Trial::Edges | Trial::Kept => self.edges(&blueprint, question).map(|()| None),
            Trial::Starts => starts(&blueprint, &documents).map(Some),
            Trial::Panic => panic(&blueprint).map(Some),
        }
    }

    /// Lays each text of a document into pages of its own, and locks them afterwards if the trial says so. They
    /// stay where they are, so that nothing else comes into their place.
    fn edges(&mut self, blueprint: &Blueprint, question: &Question) -> Result<(), String> {
        if self.instance.is_none() {
            self.instance = Some(blueprint.start()?);
        }
        let first = self.pages.len();
        for texts in &question.documents {
            let mut slices = [cd_slice::EMPTY; 7];
            for (slice, text) in slices.iter_mut().zip(texts) {
                let Some(text) = text else { continue };
                let mut page = Lectern::new().map_err(|error| error.to_string())?;
                let laid = page.lay(&mut text.as_bytes(), text.len()).map_err(|error| error.to_string())?;
                *slice = cd_slice { ptr: laid.as_ptr(), len: laid.len() };
                self.pages.push(page);
            }
            let instance = self.instance.as_mut().expect("it was started above");
            // one that breaks down is another test's business
            if read(instance, &[slices], Host::Today).is_err() {
                self.instance = Some(blueprint.start()?);
            }
        }
        if question.trial == Trial::Kept {
            self.pages[first..].iter().try_for_each(Lectern::close).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

fn lend(texts: &Texts) -> [cd_slice; 7] {
    texts.each_ref().map(|text| text.as_deref().map_or(cd_slice::EMPTY, cd_slice::of))
}

/// Whose structs a plugin sees.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Today,
    Later,
}

/// Takes what is emitted for several documents, each for itself.
struct Tapes {
    each: Vec<Tape>,
    stray: Option<u32>,
}

impl Take for Tapes {
    fn room(&self) -> usize {
        LONGEST
    }

    fn take(&mut self, doc: u32, event: Event<'_>) {
        match self.each.get_mut(doc as usize) {
            Some(tape) => tape.take(0, event),
            None => self.stray = Some(doc),
        }
    }
}

/// What an instance emits for documents in one call. They lie further apart than their struct is long.
fn read(instance: &mut Instance, documents: &[[cd_slice; 7]], host: Host) -> Result<Vec<Vec<u8>>, String> {
    let size = |today: usize, later: u32| if host == Host::Today { today as u32 } else { later };
    let document = |slices: &[cd_slice; 7]| {
        let known = instance::document(*slices);
        Later::new(cd_doc { struct_size: size(size_of::<cd_doc>(), Later::<cd_doc>::SIZE), ..known })
    };
    let docs: Vec<_> = documents.iter().map(document).collect();
    let tape = |_| {
        let mut tape = Tape::new();
        tape.begin(LONGEST);
        tape
    };
    let mut tapes = Tapes { each: (0..documents.len()).map(tape).collect(), stray: None };
    let sink = crate::sink::sink(&raw mut tapes);
    let sink = cd_sink { struct_size: size(size_of::<cd_sink>(), Later::<cd_sink>::SIZE), ..sink };
    let sink = Later::new(sink);
    // SAFETY: the documents lie as far apart as is said, and outlive the call, as does the sink
    unsafe {
        let (first, stride) = (docs.as_ptr().cast(), size_of::<Later<cd_doc>>());
        instance.call(first, stride, docs.len(), sink.as_ptr())?;
    }
    match tapes.stray {
        Some(doc) => Err(format!("it spoke of document {doc}, but was given {}", documents.len())),
        None => Ok(tapes.each.into_iter().map(|tape| tape.bytes).collect()),
    }
}

fn batch(blueprint: &Blueprint, documents: &[[cd_slice; 7]]) -> Result<(), String> {
    let alone = one_by_one(blueprint, documents)?;
    let at_once = read(&mut blueprint.start()?, documents, Host::Today)?;
    differing(&alone, &at_once, documents)
}

fn later(library: &Library, blueprint: &Blueprint, documents: &[[cd_slice; 7]]) -> Result<(), String> {
    let asked = library.asked_later(LATER_MINOR).map_err(|(_, detail)| detail)?;
    if asked.manifest != library.manifest || asked.provides.len() != library.provides.len() {
        return Err("its table is another for a later host".to_owned());
    }
    let host = |known| cd_host { struct_size: Later::<cd_host>::SIZE, abi_minor: LATER_MINOR, ..known };
    let today = one_by_one(blueprint, documents)?;
    let mut instance = blueprint.start_with(host)?;
    differing(&today, &read(&mut instance, documents, Host::Later)?, documents)
}

fn one_by_one(blueprint: &Blueprint, documents: &[[cd_slice; 7]]) -> Result<Vec<Vec<u8>>, String> {
    let mut instance = blueprint.start()?;
    let mut tapes = Vec::with_capacity(documents.len());
    for document in documents {
        tapes.extend(read(&mut instance, std::slice::from_ref(document), Host::Today)?);
    }
    Ok(tapes)
}

fn differing(some: &[Vec<u8>], others: &[Vec<u8>], documents: &[[cd_slice; 7]]) -> Result<(), String> {
    let Some(place) = (0..some.len()).find(|place| some[*place] != others[*place]) else { return Ok(()) };
    let id = documents[place][0];
    // SAFETY: lent by the question, which is still there
    let id = unsafe { crate::sink::lent(id, LONGEST) };
    Err(format!("{} becomes something else", crate::collect::lossy(id)))
}

/// Starts, lets read one document each, and ends instances; what is left of them afterwards.
fn starts(blueprint: &Blueprint, documents: &[[cd_slice; 7]]) -> Result<String, String> {
    let handy: Vec<_> = documents.iter().filter(|document| document[BODY].len <= HANDY).collect();
    let begin = |count: usize| {
        (0..count).try_for_each(|n| {
            let mut instance = blueprint.start()?;
            let document = handy.get(n % handy.len().max(1)).map_or(&[][..], |it| std::slice::from_ref(*it));
            read(&mut instance, document, Host::Today).map(drop)
        })
    };
    begin(FIRST_STARTS)?;
    let before = Held::now();
    begin(STARTS)?;
    before.growth(&Held::now())
}

/// What a process holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    heap: u64,
    pages: u64,
    threads: u64,
    descriptors: u64,
}

impl Held {
    fn now() -> Self {
        let entries = |folder| std::fs::read_dir(folder).map_or(0, |entries| entries.count() as u64);
        Held {
            heap: heap(),
            pages: resident(),
            threads: entries("/proc/self/task"),
            descriptors: entries("/proc/self/fd"),
        }
    }

    /// What is more `after` a thousand starts, for a person; as a complaint if it is too much.
    fn growth(&self, after: &Held) -> Result<String, String> {
        let more = |before: u64, after: u64| after.saturating_sub(before);
        let (heap, pages) = (more(self.heap, after.heap), more(self.pages, after.pages));
        let (threads, descriptors) =
            (more(self.threads, after.threads), more(self.descriptors, after.descriptors));
        let told = format!(
            "{heap} bytes of heap, {pages} bytes of pages, {threads} threads, {descriptors} open files more \
             after {STARTS} starts"
        );
        let is_fine = heap < HEAP_SLACK && pages < PAGES_SLACK && threads == 0 && descriptors == 0;
        if is_fine { Ok(told) } else { Err(told) }
    }
}

/// In bytes, what was asked of the C library and not given back. The host's own memory is not among it
/// where that has an allocator of its own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn heap() -> u64 {
    // SAFETY: it counts
    let counts = unsafe { libc::mallinfo() };
    // the old call, which every glibc has, counts up to 4 GiB
    u64::from(counts.uordblks as u32) + u64::from(counts.hblkhd as u32)
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn heap() -> u64 {
    0
}

/// In bytes, where the system tells.
fn resident() -> u64 {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: Option<u64> = told.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or_default() * rustix::param::page_size() as u64
}

/// Asks the SDK to panic. One in another language takes the option for one that it does not know.
fn panic(blueprint: &Blueprint) -> Result<String, String> {
    match blueprint.start() {
        Err(told) if told.contains(PANICKED) => Ok("a panic comes back as an error".to_owned()),
        _ => Ok("not written with the SDK for Rust: no panic to test".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use copydesk_plugin::abi::{cd_host_info, cd_plugin};
    use copydesk_plugin::{Doc, Edits, Extractor, Out, Outcome, Transform};

    use super::*;

    struct Lines;

    impl Extractor for Lines {
        type Options = serde::de::IgnoredAny;

        fn new(_: Self::Options, _: &copydesk_plugin::Host<'_>) -> Result<Self, String> {
            Ok(Lines)
        }

        fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome {
            doc.body.lines().for_each(|line| out.paragraph(line));
            out.field("id", doc.id);
            Outcome::Done
        }
    }

    impl Transform for Lines {
        type Options = serde::de::IgnoredAny;

        fn new(_: Self::Options, _: &copydesk_plugin::Host<'_>) -> Result<Self, String> {
            Ok(Lines)
        }

        fn transform(&mut self, doc: &Doc<'_>, edits: &mut Edits<'_>) -> Result<(), String> {
            edits.delete(0..doc.body.len());
            Ok(())
        }
    }

    copydesk_plugin::export! { manifest: "[plugin]\n", extractor: Lines, transform: Lines }

    unsafe extern "C" {
        fn copydesk_plugin_v1(host: *const cd_host_info) -> *const cd_plugin;
    }

    /// Host and SDK in one program, where every access of both can be watched.
    #[test]
    fn a_plugin_that_is_linked_in_passes() {
        let library = Library::linked(copydesk_plugin_v1);
        let options = || Values::from_iter([(PANIC_OPTION.to_owned(), false.into())]);
        for provide in [0, 1] {
            let blueprint = |values| Blueprint {
                table: library.table,
                provide,
                plugin: String::new(),
                values,
                notes: Arc::new(Notes::default()),
            };
            let documents = ["one\ntwo", "", "three"].map(|text| {
                let document = Document { id: "d".into(), ..Document::from_text(text) };
                texts(&document)
            });
            let lent: Vec<_> = documents.iter().map(lend).collect();
            assert_eq!(batch(&blueprint(options()), &lent), Ok(()));
            assert_eq!(later(&library, &blueprint(options()), &lent), Ok(()));
            let asked = Values::from_iter([(PANIC_OPTION.to_owned(), true.into())]);
            assert_eq!(panic(&blueprint(asked)), Ok("a panic comes back as an error".to_owned()));
        }
    }

    #[test]
    fn growth_is_what_is_more() {
        let before = Held { heap: 5000, pages: 1 << 20, threads: 2, descriptors: 4 };
        let after = Held { heap: 4000, ..before };
        assert!(before.growth(&after).unwrap().starts_with("0 bytes of heap, 0 bytes of pages, 0 threads"));
        let leaks = [
            Held { heap: before.heap + HEAP_SLACK, ..before },
            Held { pages: before.pages + PAGES_SLACK, ..before },
            Held { threads: 3, ..before },
            Held { descriptors: 5, ..before },
        ];
        leaks.iter().for_each(|leak| assert!(before.growth(leak).is_err(), "{leak:?}"));
    }
}
