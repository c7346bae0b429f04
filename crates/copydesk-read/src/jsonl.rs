//! Files with a JSON object in every line.
//!
//! Lines are cut at `\n` and nowhere else, in chunks that are read into one buffer; a record is
//! parsed where it lies, and its text is copied once. Any run of bytes can be read: a line that is
//! no record is set aside, and the next one is read. What the members of an object mean is in
//! `fields.rs`; documents go on to the stages.

use std::io::{self, Read};
use std::ops::{ControlFlow, Range};
use std::str::Utf8Error;

use copydesk_core::Source;
use memchr::{memchr, memrchr};
use serde_json::value::RawValue;

use crate::fields::Record;
use crate::sink::Sink;
use crate::stream::Stream;

/// How much is read at once; fits into a core's cache with what becomes of it.
const CHUNK: usize = 256 * 1024;

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads the lines that begin in a range. For a range that does not begin at 0, the stream begins
/// one byte earlier: that byte tells whether a line begins in time.
pub(crate) fn read(stream: Stream, range: Range<u64>, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let mut chunks = Chunks::new(stream, range.start.saturating_sub(1), sink.longest);
    let outcome = read_chunks(&mut chunks, &range, sink)?;
    if let Err(error) = outcome {
        let (reason, detail) = chunks.stream.trouble(&error);
        sink.quarantine(sink.source(chunks.offset, chunks.filled), reason, detail)?;
    }
    sink.finish(chunks.stream.consumed())
}

fn read_chunks(
    chunks: &mut Chunks,
    range: &Range<u64>,
    sink: &mut Sink<'_>,
) -> ControlFlow<(), io::Result<()>> {
    if range.start > 0 {
        match chunks.skip_line(range.end) {
            Ok(true) => {}
            other => return ControlFlow::Continue(other.map(|_| ())),
        }
    }
    loop {
        match chunks.next() {
            Err(error) => return ControlFlow::Continue(Err(error)),
            Ok(None) => return ControlFlow::Continue(Ok(())),
            Ok(Some(chunk)) if chunk.offset() >= range.end => return ControlFlow::Continue(Ok(())),
            Ok(Some(Chunk::TooLong { offset, length })) => {
                sink.too_long(sink.source(offset, length as usize))?;
            }
            Ok(Some(Chunk::Lines { offset, bytes })) => read_lines(bytes, offset, range.end, sink)?,
        }
        sink.progress(chunks.stream.consumed())?;
    }
}

/// Reads whole lines, up to the first that begins at `end` or behind it.
fn read_lines(bytes: &[u8], offset: u64, end: u64, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let mut record = Record::default();
    let mut start = 0;
    while start < bytes.len() && offset + (start as u64) < end {
        let length = memchr(b'\n', &bytes[start..]).unwrap_or(bytes.len() - start);
        read_line(&bytes[start..start + length], offset + start as u64, &mut record, sink)?;
        start += length + 1;
    }
    ControlFlow::Continue(())
}

fn read_line<'l>(
    line: &'l [u8],
    offset: u64,
    record: &mut Record<'l>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let (line, offset) = match line.strip_prefix(MARK) {
        Some(rest) if offset == 0 => (rest, MARK.len() as u64),
        _ => (line, offset),
    };
    if line.trim_ascii_start().is_empty() {
        return ControlFlow::Continue(());
    }
    if line.len() > sink.longest {
        return sink.too_long(sink.source(offset, line.len()));
    }
    match std::str::from_utf8(line) {
        Ok(line) => read_record(line, offset, record, sink),
        Err(error) => undecodable(sink.source(offset, line.len()), error, sink),
    }
}

fn undecodable(source: Source, error: Utf8Error, sink: &mut Sink<'_>) -> ControlFlow<()> {
    sink.quarantine(source, "undecodable", format!("no UTF-8 from byte {} on", error.valid_up_to()))
}

fn read_record<'l>(
    json: &'l str,
    offset: u64,
    record: &mut Record<'l>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let outcome = record.read(json, sink.fields);
    sink.record(sink.source(offset, json.len()), outcome)
}

/// Reads one JSON object over several lines, or a list of objects.
pub(crate) fn read_value(bytes: &[u8], sink: &mut Sink<'_>) -> ControlFlow<()> {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let source = sink.source(0, bytes.len());
    let json = match std::str::from_utf8(bytes) {
        Ok(json) => json,
        Err(error) => return undecodable(source, error, sink),
    };
    let mut record = Record::default();
    if !json.trim_start().starts_with('[') {
        return read_record(json, 0, &mut record, sink);
    }
    match serde_json::from_str::<Vec<&RawValue>>(json) {
        Err(error) => sink.quarantine(source, "not-json", error.to_string()),
        Ok(values) => values.iter().try_for_each(|value| {
            let offset = value.get().as_ptr().addr() - json.as_ptr().addr();
            read_record(value.get(), offset as u64, &mut record, sink)
        }),
    }
}

/// A stream in pieces of whole lines.
struct Chunks {
    stream: Stream,
    buffer: Vec<u8>,
    /// Where in the file the buffer begins.
    offset: u64,
    /// Bytes at the front of the buffer that have been handed out.
    taken: usize,
    /// Bytes of the buffer that hold something.
    filled: usize,
    /// The longest line that is kept whole.
    longest: usize,
}

/// What comes next.
enum Chunk<'b> {
    /// Lines; only the last of a file can lack its `\n`.
    Lines { offset: u64, bytes: &'b [u8] },
    /// A line that was passed over.
    TooLong { offset: u64, length: u64 },
}

impl Chunk<'_> {
    fn offset(&self) -> u64 {
        match *self {
            Chunk::Lines { offset, .. } | Chunk::TooLong { offset, .. } => offset,
        }
    }
}

impl Chunks {
    fn new(stream: Stream, offset: u64, longest: usize) -> Self {
        Chunks { stream, buffer: vec![0; CHUNK], offset, taken: 0, filled: 0, longest }
    }

    fn next(&mut self) -> io::Result<Option<Chunk<'_>>> {
        self.let_go();
        let mut searched = 0;
        loop {
            if let Some(last) = memrchr(b'\n', &self.buffer[searched..self.filled]) {
                return Ok(Some(self.lines(searched + last + 1)));
            }
            if self.filled > self.longest {
                return self.pass_over().map(Some);
            }
            searched = self.filled;
            if self.fill()? == 0 {
                return Ok((self.filled > 0).then(|| self.lines(self.filled)));
            }
        }
    }

    fn lines(&mut self, end: usize) -> Chunk<'_> {
        self.taken = end;
        Chunk::Lines { offset: self.offset, bytes: &self.buffer[..end] }
    }

    /// Moves what has not been handed out to the front of the buffer.
    fn let_go(&mut self) {
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.offset += self.taken as u64;
        self.filled -= self.taken;
        self.taken = 0;
    }

    /// Reads on; the buffer grows if it is full.
    fn fill(&mut self) -> io::Result<usize> {
        if self.filled == self.buffer.len() {
            let grown = (2 * self.filled).min(self.longest + CHUNK).max(self.filled + 1);
            self.buffer.resize(grown, 0);
        }
        loop {
            match self.stream.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    self.filled += count;
                    return Ok(count);
                }
            }
        }
    }

    /// Reads to the end of a line that is too long, and keeps nothing of it.
    fn pass_over(&mut self) -> io::Result<Chunk<'_>> {
        let offset = self.offset;
        let mut length = 0;
        loop {
            let end = memchr(b'\n', &self.buffer[..self.filled]);
            length += end.unwrap_or(self.filled) as u64;
            self.taken = end.map_or(self.filled, |end| end + 1);
            if end.is_some() {
                break;
            }
            self.let_go();
            if self.fill()? == 0 {
                break;
            }
        }
        Ok(Chunk::TooLong { offset, length })
    }

    /// Passes over the rest of a line that began earlier. Is there a line that begins before `end`?
    fn skip_line(&mut self, end: u64) -> io::Result<bool> {
        loop {
            if self.fill()? == 0 {
                return Ok(false);
            }
            if let Some(last) = memchr(b'\n', &self.buffer[..self.filled]) {
                self.taken = last + 1;
                return Ok(self.offset + (self.taken as u64) < end);
            }
            self.taken = self.filled;
            self.let_go();
            if self.offset >= end {
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InputOptions;
    use copydesk_core::Reading;
    use proptest::prelude::*;
    use std::io::{Cursor, Write};
    use std::path::Path;
    use std::sync::Arc;

    /// Gives few bytes at a time.
    struct Slowly(Cursor<Vec<u8>>, usize);

    impl Read for Slowly {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(self.1);
            self.0.read(&mut buffer[..count])
        }
    }

    /// What reading leads to, a line each: `offset+length id text` or `offset+length reason`.
    fn readings(reader: impl Read + 'static, longest: usize) -> Vec<String> {
        let mut readings = Vec::new();
        let mut each = |reading| {
            let place = |source: &Source| format!("{}+{}", source.offset, source.length);
            match reading {
                Reading::Document(document) => {
                    readings.push(format!("{} {} {}", place(&document.source), document.id, document.text));
                }
                Reading::Quarantined(record) => {
                    readings.push(format!("{} {}", place(&record.source), record.reason));
                }
                Reading::Progress(_) => {}
            }
            ControlFlow::Continue(())
        };
        let options = InputOptions::default();
        let mut sink = Sink::new(&options, Arc::from("d"), None, &mut each);
        sink.longest = longest;
        let stream = Stream::peek(copydesk_store::Source::of_reader(Path::new("d"), reader).unwrap());
        assert_eq!(read(stream, 0..u64::MAX, &mut sink), ControlFlow::Continue(()));
        readings
    }

    fn lines(bytes: impl Into<Vec<u8>>) -> Vec<String> {
        readings(Cursor::new(bytes.into()), 1 << 20)
    }

    #[test]
    fn every_line_has_its_place() {
        let dump = "\u{feff}{\"text\":\"a\"}\n\n \r\n{\"text\":\"b\",\"id\":7}\r\n{\"text\":\"c\"}";
        assert_eq!(lines(dump), ["3+12 d:3 a", "20+20 7 b", "41+12 d:41 c"]);
        assert_eq!(lines(""), Vec::<String>::new());
        assert_eq!(lines("\n\n"), Vec::<String>::new());
    }

    #[test]
    fn a_bad_line_costs_one_line() {
        let dump = b"nonsense\n5\n{\"text\":\"\xff\"}\n{}\n{\"text\":\"a\"}\n".to_vec();
        assert_eq!(
            lines(dump),
            ["0+8 not-json", "9+1 not-object", "11+12 undecodable", "24+2 no-text", "27+12 d:27 a"]
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_measured() {
        let long = "x".repeat(3 * CHUNK);
        let dump = format!("{{\"text\":\"a\"}}\n{long}\n{{\"text\":\"b\"}}\n{long}");
        let readings = readings(Cursor::new(dump.into_bytes()), CHUNK / 2);
        assert_eq!(
            readings,
            ["0+12 d:0 a", "13+786432 too-long", "786446+12 d:786446 b", "786459+786432 too-long"]
        );
    }

    #[test]
    fn a_long_line_is_kept_whole_up_to_the_limit() {
        let text = "x".repeat(3 * CHUNK);
        let line = format!("{{\"text\":\"{text}\"}}");
        assert_eq!(
            readings(Cursor::new(line.clone().into_bytes()), line.len()),
            [format!("0+{} d:0 {text}", line.len())]
        );
        assert_eq!(
            readings(Cursor::new(line.clone().into_bytes()), line.len() - 1),
            [format!("0+{} too-long", line.len())]
        );
    }

    #[test]
    fn a_damaged_file_gives_what_is_whole() {
        let mut encoder = Vec::new();
        for n in 0..2 {
            let mut member = zlib(&format!("{{\"text\":\"{n}\"}}\n{{\"te"));
            if n == 1 {
                member.truncate(member.len() - 9);
            }
            encoder.append(&mut member);
        }
        assert_eq!(lines(encoder), ["0+12 d:0 0", "13+16 not-json", "30+4 damaged"]);
    }

    fn zlib(text: &str) -> Vec<u8> {
        let mut encoder =
            copydesk_store::Encoder::new(Vec::new(), copydesk_store::Compression::Gzip { level: 6 }).unwrap();
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    proptest! {
        #[test]
        fn the_size_of_the_pieces_read_changes_nothing(
            records in proptest::collection::vec("(\\{\"text\":\"[a-c\u{e9}]{0,30}\"\\}|[ -~]{0,9}|)\r?", 0..20),
            step in 1usize..50,
            longest in 1usize..40,
        ) {
            let dump = records.join("\n").into_bytes();
            let at_once = readings(Cursor::new(dump.clone()), longest);
            prop_assert_eq!(readings(Slowly(Cursor::new(dump), step), longest), at_once);
        }
    }
}
