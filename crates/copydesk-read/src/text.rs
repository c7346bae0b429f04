//! Files that hold one article, or one payload with articles in it.
//!
//! The whole file becomes the text of one document, decoded and otherwise as it is: line breaks
//! stay, because spans point into the text. Which part of it is the article is for the extractors.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::ControlFlow;

use copydesk_core::Document;

use crate::sink::Sink;
use crate::stream::{Stream, trouble};
use crate::{charset, jsonl};

/// Reads a payload of a MIME type. `size` is the file's size on disk.
pub(crate) fn read(
    mut stream: Stream,
    mime: &'static str,
    size: u64,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    if let Some(bytes) = read_all(&mut stream, size, sink)? {
        let source = sink.source(0, bytes.len());
        match charset::decode(bytes, sink.encoding, mime != "text/plain") {
            Err(detail) => sink.quarantine(source, "undecodable", detail)?,
            Ok(text) if is_blank(&text) => {
                sink.quarantine(source, "empty", "no text in this file".to_owned())?;
            }
            Ok(text) => {
                let id = sink.file.to_string();
                sink.document(Document {
                    id,
                    source,
                    mime: Cow::Borrowed(mime),
                    text,
                    ..Document::default()
                })?;
            }
        }
    }
    sink.finish(stream.consumed())
}

/// Reads one JSON object, or a list of them.
pub(crate) fn read_json(mut stream: Stream, size: u64, sink: &mut Sink<'_>) -> ControlFlow<()> {
    if let Some(bytes) = read_all(&mut stream, size, sink)? {
        jsonl::read_value(&bytes, sink)?;
    }
    sink.finish(stream.consumed())
}

/// All bytes of a file, or none if they are too many or cannot be read.
pub(crate) fn read_all(
    stream: &mut Stream,
    size: u64,
    sink: &mut Sink<'_>,
) -> ControlFlow<(), Option<Vec<u8>>> {
    let room = sink.longest.min(usize::try_from(size).unwrap_or(usize::MAX));
    let mut bytes = Vec::with_capacity(room + 1);
    let outcome: io::Result<usize> = stream.by_ref().take(sink.longest as u64 + 1).read_to_end(&mut bytes);
    if let Err(error) = outcome {
        let (reason, detail) = trouble(&error);
        sink.quarantine(sink.source(0, bytes.len()), reason, detail)?;
        return ControlFlow::Continue(None);
    }
    if bytes.len() > sink.longest {
        let length = if stream.is_compressed() { bytes.len() } else { bytes.len().max(size as usize) };
        sink.too_long(sink.source(0, length))?;
        return ControlFlow::Continue(None);
    }
    ControlFlow::Continue(Some(bytes))
}

/// Nothing but white space?
pub(crate) fn is_blank(text: &str) -> bool {
    text.trim_start().is_empty()
}
