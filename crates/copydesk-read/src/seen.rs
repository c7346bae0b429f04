//! What reading leads to, in lines that tests can compare.

use std::io::Cursor;
use std::ops::ControlFlow;

use copydesk_core::{Document, Input, Reading};

use crate::{Dumps, InputOptions, read_stream};

/// All documents and records set aside, in order.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) documents: Vec<Document>,
    /// `place+length id text`, or `place+length reason: detail`.
    pub(crate) lines: Vec<String>,
    pub(crate) progress: u64,
}

impl Seen {
    fn take(&mut self, reading: Reading) -> ControlFlow<()> {
        match reading {
            Reading::Document(document) => {
                let source = &document.source;
                self.lines.push(format!("{source}+{} {} {}", source.length, document.id, document.text));
                self.documents.push(document);
            }
            Reading::Lost(error) => panic!("{error}"),
            Reading::Quarantined(record) => {
                let source = &record.source;
                self.lines.push(format!("{source}+{} {}: {}", source.length, record.reason, record.detail));
            }
            Reading::Progress(bytes) => self.progress += bytes,
        }
        ControlFlow::Continue(())
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        self.documents.iter().map(|document| document.text.as_str()).collect()
    }
}

/// Reads bytes that cannot be read twice.
pub(crate) fn stream(name: &str, bytes: impl Into<Vec<u8>>, options: &InputOptions) -> Seen {
    let mut seen = Seen::default();
    read_stream(name, Cursor::new(bytes.into()), options, &mut |reading| seen.take(reading));
    seen
}

/// Reads a file, in units of so many bytes.
pub(crate) fn file(name: &str, bytes: &[u8], options: &InputOptions, unit: u64) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    let patterns = [".".to_owned()];
    let finding = copydesk_store::find(&patterns, folder.path()).unwrap();
    let dumps = Dumps::cut(options, &patterns, finding, unit);
    let mut seen = Seen::default();
    (0..dumps.units().len()).for_each(|unit| dumps.read(unit, &mut |reading| seen.take(reading)));
    seen
}

/// The same bytes with one bit turned over, for many bits.
pub(crate) fn flips(bytes: &[u8], step: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len() * 8).step_by(step).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}
