//! The files inside of an archive.
//!
//! Each of them is read like a file of its own, by its name and its first bytes, under the name
//! `archive.zip/inner/name.txt`. Names are labels and nothing else: no file is written under one. An archive
//! in an archive is not opened. How an archive is laid out is for `zip.rs` and `tar.rs`.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use copydesk_core::Reading;
use copydesk_store::{Source, without_path};

use crate::sink::Sink;
use crate::stream::Stream;
use crate::{InputOptions, dumps};

/// A longer name is cut: every document carries it.
const LONGEST_NAME: usize = 1024;

/// The names in an archive, as far as they have come up.
#[derive(Default)]
pub(crate) struct Names(HashSet<u64>);

impl Names {
    /// Has nothing had this name before?
    pub(crate) fn is_new(&mut self, name: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        self.0.insert(hasher.finish())
    }
}

/// What a file of an archive is called. One whose name does not tell it from the others is told by its place.
pub(crate) fn label(archive: &str, name: &[u8], is_new: bool, offset: u64) -> Arc<str> {
    let name = String::from_utf8_lossy(name);
    let short = &name[..name.floor_char_boundary(LONGEST_NAME)];
    match is_new && short.len() == name.len() {
        true => format!("{archive}/{short}").into(),
        false => format!("{archive}/{short}@{offset}").into(),
    }
}

/// Reads a file of an archive. `size` is what the archive says of it.
pub(crate) fn read_entry(
    label: Arc<str>,
    size: u64,
    reader: impl Read + 'static,
    options: &InputOptions,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    in_entry(label, options, sink, |sink| {
        let name = Arc::clone(&sink.file);
        match Source::of_reader(Path::new(&*name), reader, sink.limits).map(Stream::peek) {
            Ok(stream) => dumps::read_whole(stream, None, options, size, sink),
            Err(error) => sink.quarantine(sink.source(0, 0), "damaged", without_path(&error)),
        }
    })
}

/// Sets a file of an archive aside.
pub(crate) fn refuse_entry(
    label: Arc<str>,
    size: u64,
    reason: &'static str,
    detail: impl Into<String>,
    options: &InputOptions,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    in_entry(label, options, sink, |sink| {
        sink.quarantine(sink.source(0, usize::try_from(size).unwrap_or(usize::MAX)), reason, detail.into())
    })
}

/// Progress is told for the archive, not for what is in it.
fn in_entry(
    label: Arc<str>,
    options: &InputOptions,
    sink: &mut Sink<'_>,
    read: impl FnOnce(&mut Sink<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut each = |reading| match reading {
        Reading::Progress(_) => ControlFlow::Continue(()),
        other => sink.pass_on(other),
    };
    let mut inner = Sink::new(options, label, None, &mut each);
    inner.is_entry = true;
    read(&mut inner)
}
