//! Where the readers put what they find in one file.
//!
//! A [`Sink`] knows the file and its limits, gives every document and every record that is set
//! aside its place, and counts how far reading has come.

use std::ops::ControlFlow;
use std::sync::Arc;

use copydesk_core::{Document, Quarantined, Reading, Source};
use copydesk_store::{Limits, Place};

use crate::fields::Refusal;
use crate::{Charset, FieldNames, InputOptions};

/// Progress is told in steps of so many bytes.
const STEP: u64 = 1 << 20;

/// What reading one file, or one range of it, leads to.
pub(crate) struct Sink<'a> {
    each: &'a mut dyn FnMut(Reading) -> ControlFlow<()>,
    /// The file's name; all documents share it.
    pub(crate) file: Arc<str>,
    pub(crate) fields: &'a FieldNames,
    pub(crate) encoding: Charset,
    /// The longest record, in bytes.
    pub(crate) longest: usize,
    /// The file lies in an archive.
    pub(crate) is_entry: bool,
    /// What compressed files may cost.
    pub(crate) limits: Limits,
    /// How deep a value of a record may be nested.
    pub(crate) deepest: usize,
    /// The most lines of a document.
    most_lines: u64,
    /// How many more documents there may be.
    left: u64,
    /// There were more; nothing else is told of the file.
    is_full: bool,
    /// Bytes on disk, if that is known: progress adds up to them.
    size: Option<u64>,
    told: u64,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(
        options: &'a InputOptions,
        file: Arc<str>,
        size: Option<u64>,
        each: &'a mut dyn FnMut(Reading) -> ControlFlow<()>,
    ) -> Self {
        let longest = (options.max_record_mib as usize) << 20;
        Sink {
            each,
            file,
            fields: &options.fields,
            encoding: options.encoding,
            longest,
            is_entry: false,
            limits: Limits { ratio: options.max_ratio.into() },
            deepest: options.max_depth as usize,
            most_lines: options.max_lines,
            left: options.max_documents,
            is_full: false,
            size,
            told: 0,
        }
    }

    pub(crate) fn source(&self, offset: u64, length: usize) -> Source {
        Source { file: Arc::clone(&self.file), offset, length: length as u64, ..Source::default() }
    }

    /// What was read of a file inside of this one.
    pub(crate) fn pass_on(&mut self, reading: Reading) -> ControlFlow<()> {
        match reading {
            Reading::Document(document) => self.document(document),
            other => (self.each)(other),
        }
    }

    /// What begins at a place of a file that may be compressed.
    pub(crate) fn source_at(&self, place: Place, length: usize) -> Source {
        Source { member: place.member, ..self.source(place.offset, length) }
    }

    pub(crate) fn document(&mut self, document: Document) -> ControlFlow<()> {
        if self.left > 0 && self.has_too_many_lines(&document.text) {
            let detail = format!("more than {} lines, the `max-lines` of `[input]`", self.most_lines);
            return self.quarantine(document.source, "too-many-lines", detail);
        }
        if self.left > 0 {
            self.left -= 1;
            return (self.each)(Reading::Document(document));
        }
        if self.is_full {
            return ControlFlow::Continue(());
        }
        let detail = "more documents than the `max-documents` of `[input]`: the rest of the file is left out";
        self.quarantine(document.source, "too-many", detail.to_owned())?;
        self.is_full = true;
        ControlFlow::Continue(())
    }

    /// A short text cannot have many lines, and is not looked through.
    fn has_too_many_lines(&self, text: &str) -> bool {
        let lines = || memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
        text.len() as u64 >= self.most_lines && lines() >= self.most_lines
    }

    pub(crate) fn quarantine(
        &mut self,
        source: Source,
        reason: &'static str,
        detail: String,
    ) -> ControlFlow<()> {
        if self.is_full {
            return ControlFlow::Continue(());
        }
        (self.each)(Reading::Quarantined(Quarantined { source, reason: reason.into(), detail }))
    }

    /// What came of a record. Without an id of its own, it is known by its place.
    pub(crate) fn record(&mut self, source: Source, outcome: Result<Document, Refusal>) -> ControlFlow<()> {
        match outcome {
            Err((reason, detail)) => self.quarantine(source, reason, detail),
            Ok(mut document) => {
                if document.id.is_empty() {
                    document.id = source.to_string();
                }
                document.source = source;
                self.document(document)
            }
        }
    }

    pub(crate) fn too_long(&mut self, source: Source) -> ControlFlow<()> {
        let detail = format!("longer than {} MiB, the `max-record-mib` of `[input]`", self.longest >> 20);
        self.quarantine(source, "too-long", detail)
    }

    /// Tells how many bytes have been read from disk, if they are worth telling.
    pub(crate) fn progress(&mut self, consumed: u64) -> ControlFlow<()> {
        if consumed.saturating_sub(self.told) < STEP {
            ControlFlow::Continue(())
        } else {
            self.tell(consumed)
        }
    }

    /// The file, or the range, is done.
    pub(crate) fn finish(&mut self, consumed: u64) -> ControlFlow<()> {
        self.tell(self.size.unwrap_or(consumed))
    }

    fn tell(&mut self, consumed: u64) -> ControlFlow<()> {
        // a range is read to the end of its last line, a bit into the next
        let consumed = self.size.map_or(consumed, |size| size.min(consumed));
        let step = consumed.saturating_sub(self.told);
        self.told += step;
        if step == 0 { ControlFlow::Continue(()) } else { (self.each)(Reading::Progress(step)) }
    }
}
