//! What a stage may do.
//!
//! Seven traits, by what they see: an [`Extractor`] turns a payload into articles, a [`Stage`] sees
//! one document and marks it, a [`Guest`] does so in code that was dropped in, a [`CorpusStage`] sees all documents before it marks any, an
//! [`Exporter`] writes, and an [`Encoder`] says what it writes, in code that was dropped in. A [`StageKind`] is the entry in the list of stages: its name in a config,
//! its manual page, and how its options become one of the above.
//!
//! This file knows nothing of threads, files or the order in which stages run.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::{
    Document, Findings, Mistake, Options, Output, PartFile, PlanContext, Quarantined, Report, Scratch,
};

/// Sees one document and marks what does not belong. It cannot fail: odd input gets the gentlest
/// treatment that is still true.
pub trait Stage: Send + Sync {
    /// Marks blocks, or sets what it found out about the document. Never edits the text.
    fn apply(&self, document: &mut Document);
}

/// Sees every document of the run, then acts as a [`Stage`]: a barrier in the plan.
pub trait CorpusStage: Send + Sync {
    /// What a person should know of it before it runs, besides its options: lines of the plan.
    fn describe(&self) -> Vec<String> {
        Vec::new()
    }

    /// Takes note of a document. Called from many threads, in any order; what is decided may
    /// depend on `document.source.sequence` but not on the order of calls. What does not fit into
    /// memory goes to `scratch`.
    ///
    /// # Errors
    /// When the scratch files cannot be written or read.
    fn observe(&self, document: &Document, scratch: &dyn Scratch) -> io::Result<()>;

    /// The stage that marks, now that everything has been seen.
    ///
    /// # Errors
    /// When the scratch files cannot be written or read.
    fn decide(&self, scratch: &dyn Scratch) -> io::Result<Arc<dyn Stage>>;

    /// What it found out about the corpus as a whole, for the report. Asked when it has decided.
    fn findings(&self) -> Option<Findings> {
        None
    }

    /// All parts are in the output: what the stage keeps for later runs may be put in its place. Called
    /// again where a run is cut short behind it and taken up.
    ///
    /// # Errors
    /// When it cannot be put there; the error names it.
    fn conclude(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A filter or a transform that was dropped in. Sees one document, as a [`Stage`] does, and unlike a stage it
/// can break down: then the document is set aside.
pub trait Guest: Send + Sync {
    /// What a config and the evidence call it.
    fn name(&self) -> &str;

    /// Drops the document, strikes blocks of it, or puts others in their place: behind a block that it
    /// strikes as replaced.
    ///
    /// # Errors
    /// Why the document is set aside: the reason, kebab-case and stable, and the detail for a person.
    fn apply(&self, document: &mut Document) -> Result<(), (&'static str, String)>;
}

/// A format that was dropped in. Like a [`Guest`], it can break down: then the document is set aside.
pub trait Encoder: Send + Sync {
    /// What a config calls it.
    fn name(&self) -> &str;

    /// What its files are round the documents.
    fn envelope(&self) -> &Envelope;

    /// The bytes of a document in a file.
    ///
    /// # Errors
    /// Why the document is set aside: the reason, kebab-case and stable, and the detail for a person.
    fn encode(&self, document: &Document) -> Result<Vec<u8>, (&'static str, String)>;
}

/// What the files of a format are round their documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Envelope {
    /// Without a dot in front: `xml`.
    pub extension: String,
    /// What a file begins with.
    pub header: String,
    /// What a file ends with.
    pub footer: String,
}

/// Turns a payload into the articles that it holds.
pub trait Extractor: Send + Sync {
    /// What reports and `plan` call it.
    fn name(&self) -> &str;

    /// Would it look at this payload at all? Told from MIME type, file name and URL.
    fn claims(&self, payload: &Document) -> bool;

    /// Pushes one document for each article, with text, blocks and the metadata it found.
    fn extract(&self, payload: Document, articles: &mut Vec<Document>) -> Extraction;

    /// Is it faster when it is handed many payloads at a time?
    fn takes_batches(&self) -> bool {
        false
    }

    /// [`extract`](Extractor::extract) for many payloads. Tells `each` of one after the other, in their
    /// order, until it has enough; the articles are its to take.
    fn extract_all(&self, payloads: Vec<Document>, each: &mut EachExtraction<'_>) {
        let mut articles = Vec::new();
        for payload in payloads {
            articles.clear();
            let extraction = self.extract(payload, &mut articles);
            if each(extraction, &mut articles).is_break() {
                return;
            }
        }
    }
}

/// Is told how the extraction of a payload ended, and given the articles.
pub type EachExtraction<'a> = dyn FnMut(Extraction, &mut Vec<Document>) -> ControlFlow<()> + 'a;

/// How an extraction ended.
#[derive(Debug)]
pub enum Extraction {
    /// The articles are out.
    Done,
    /// The payload is handed on, untouched, to the next extractor that claims it.
    NotMine(Box<Document>),
    /// The payload cannot be read: it is set aside.
    Failed {
        /// Kebab-case, stable.
        reason: &'static str,
        /// For a person: what was found and where.
        detail: String,
    },
}

/// Opens the parts of an output, and closes the whole.
pub trait Exporter: Send + Sync {
    /// One part holds what one unit of the input became.
    ///
    /// # Errors
    /// When a file cannot be made; the error names it.
    fn open<'o>(&self, output: &'o dyn Output, part: u64) -> io::Result<Box<dyn Part + 'o>>;

    /// What becomes [`Document::encoded`], where a format needs it: asked for each document that is kept,
    /// behind the last stage, while it can still be set aside.
    ///
    /// # Errors
    /// Why the document is set aside, as an [`Encoder`] says it.
    fn encode(&self, document: &Document) -> Result<Vec<u8>, (&'static str, String)> {
        let _ = document;
        Ok(Vec::new())
    }

    /// Seals the files that belong to no part, now that all parts are there, and lists them.
    ///
    /// # Errors
    /// When a file cannot be written; the error names it.
    fn finish(&self, output: &dyn Output, report: &Report) -> io::Result<Vec<PartFile>> {
        let _ = (output, report);
        Ok(Vec::new())
    }
}

/// A part while it is written. Dropped without [`finish`](Part::finish), it leaves nothing behind.
pub trait Part {
    /// Writes what is kept of a document, and the trail of what was struck.
    ///
    /// # Errors
    /// When a file cannot be written; the error names it.
    fn write(&mut self, document: &Document) -> io::Result<()>;

    /// Writes a record that was set aside.
    ///
    /// # Errors
    /// When a file cannot be written; the error names it.
    fn quarantine(&mut self, record: &Quarantined) -> io::Result<()>;

    /// Seals the files of the part, and lists them. They appear under their names when the run commits
    /// them.
    ///
    /// # Errors
    /// When a file cannot be completed; the error names it.
    fn finish(self: Box<Self>) -> io::Result<Vec<PartFile>>;
}

/// What a stage's options were built into.
pub enum Step {
    /// Payloads into articles; the first of the list that claims a payload gets it.
    Extract(Vec<Arc<dyn Extractor>>),
    /// One document at a time.
    Mark(Arc<dyn Stage>),
    /// One document at a time, in code that was dropped in, in this order.
    Guests(Vec<Arc<dyn Guest>>),
    /// All documents first.
    Corpus(Arc<dyn CorpusStage>),
    /// The way out.
    Export(Arc<dyn Exporter>),
}

/// A kind of stage: everything that a config, a manual page or a plan needs to know about it.
#[derive(Clone, Copy)]
pub struct StageKind {
    /// What the user types after `use =`.
    pub name: &'static str,
    /// One line for lists.
    pub summary: &'static str,
    /// What it removes, why that is page and not article, an example, when not to use it. Markdown.
    pub manual: &'static str,
    /// Every reason that it can give, with what it means.
    pub reasons: &'static [(&'static str, &'static str)],
    /// JSON Schema of its options, from which the reference and the editors' completion are made.
    pub schema: fn() -> schemars::Schema,
    /// From options to a running step, or every mistake in them.
    pub build: fn(&Options<'_>, &PlanContext) -> Result<Step, Vec<Mistake>>,
}
