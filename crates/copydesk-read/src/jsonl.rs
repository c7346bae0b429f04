//! Files with a JSON object in every line.
//!
//! Lines are cut at `\n` and nowhere else, in chunks that are read into one buffer; a record is
//! parsed where it lies, and its text is copied once. Any run of bytes can be read: a line that is
//! no record is set aside, and the next one is read. What the members of an object mean is in
//! `fields.rs`; documents go on to the stages.

use std::io;
use std::ops::ControlFlow;
use std::str::Utf8Error;

use copydesk_core::Source;
use copydesk_store::{Damage, Place};
use memchr::{memchr, memrchr};
use serde_json::value::RawValue;

use crate::fields::Record;
use crate::sink::Sink;
use crate::stream::{Feed, Stream, trouble};

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Where a stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// With a file.
    OfFile,
    /// With a range of a file. Its first line, or the rest of one, belongs to the range before: nobody
    /// can tell here whether a line begins with the range.
    OfRange,
}

/// Reads the lines of a range: the last of them begins where the next range does, or before.
pub(crate) fn read(stream: Stream, start: Start, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let mut lines = Lines::new(stream, start, sink.longest);
    loop {
        match lines.next() {
            Ok(None) => break,
            Ok(Some(Chunk::Lines(length))) => read_lines(&lines.feed, length, sink)?,
            Ok(Some(Chunk::TooLong { place, length })) => sink.too_long(sink.source_at(place, length))?,
            Err(error) => {
                if !lose(&mut lines, &error, sink)? {
                    break;
                }
            }
        }
        lines.pass();
        sink.progress(lines.feed.consumed())?;
    }
    sink.finish(lines.feed.consumed())
}

/// Sets aside what could not be read, and the line that began before it. Can reading go on?
fn lose(lines: &mut Lines, error: &io::Error, sink: &mut Sink<'_>) -> ControlFlow<(), bool> {
    let damage = Damage::of(error);
    if let Some((place, length)) = lines.lose_line()
        && damage.is_none_or(|damage| place.member < damage.range.start)
    {
        sink.quarantine(
            sink.source_at(place, length),
            "damaged",
            "the rest of this line is lost".to_owned(),
        )?;
    }
    // the next range tells of what begins there
    if lines.feed.is_past() {
        return ControlFlow::Continue(false);
    }
    let (reason, detail) = trouble(error);
    let place = match damage {
        Some(damage) => sink.source(damage.range.start, (damage.range.end - damage.range.start) as usize),
        None => sink.source_at(lines.feed.place(0), 0),
    };
    sink.quarantine(place, reason, detail)?;
    ControlFlow::Continue(damage.is_some())
}

/// Reads whole lines, those that begin before the next range or with it.
fn read_lines(feed: &Feed, length: usize, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let bytes = &feed.bytes()[..length];
    let mut record = Record::default();
    let mut start = 0;
    let end = feed.end().map_or(usize::MAX, |end| (end - feed.position()) as usize);
    while start < bytes.len() && start <= end {
        let length = memchr(b'\n', &bytes[start..]).unwrap_or(bytes.len() - start);
        read_line(&bytes[start..start + length], feed.place(start), &mut record, sink)?;
        start += length + 1;
    }
    ControlFlow::Continue(())
}

fn read_line<'l>(
    line: &'l [u8],
    place: Place,
    record: &mut Record<'l>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let (line, place) = match line.strip_prefix(MARK) {
        Some(rest) if place == Place::default() => (rest, Place { offset: MARK.len() as u64, ..place }),
        _ => (line, place),
    };
    if line.trim_ascii_start().is_empty() {
        return ControlFlow::Continue(());
    }
    let source = sink.source_at(place, line.len());
    if line.len() > sink.longest {
        return sink.too_long(source);
    }
    match std::str::from_utf8(line) {
        Ok(line) => read_record(line, source, record, sink),
        Err(error) => undecodable(source, error, sink),
    }
}

fn undecodable(source: Source, error: Utf8Error, sink: &mut Sink<'_>) -> ControlFlow<()> {
    sink.quarantine(source, "undecodable", format!("no UTF-8 from byte {} on", error.valid_up_to()))
}

fn read_record<'l>(
    json: &'l str,
    source: Source,
    record: &mut Record<'l>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let outcome = record.read(json, sink.fields);
    if outcome.is_ok() && record.is_deeper(sink.deepest) {
        let detail = format!("nested more than {} deep, the `max-depth` of `[input]`", sink.deepest);
        return sink.quarantine(source, "too-deep", detail);
    }
    sink.record(source, outcome)
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
        return read_record(json, source, &mut record, sink);
    }
    match serde_json::from_str::<Vec<&RawValue>>(json) {
        Err(error) => sink.quarantine(source, "not-json", error.to_string()),
        Ok(values) => values.iter().try_for_each(|value| {
            let offset = value.get().as_ptr().addr() - json.as_ptr().addr();
            read_record(value.get(), sink.source(offset as u64, value.get().len()), &mut record, sink)
        }),
    }
}

/// A stream in pieces of whole lines.
struct Lines {
    feed: Feed,
    /// Bytes at the front of the feed that have been handed out.
    taken: usize,
    /// The longest line that is kept whole.
    longest: usize,
    /// What is passed over up to the end of the line.
    passing: Option<Passing>,
}

#[derive(Clone, Copy)]
enum Passing {
    /// A line of the range before.
    OfOthers,
    /// A line that is too long: where it begins, and how much of it has been passed.
    TooLong { place: Place, length: usize },
}

/// What was passed over.
enum Passed {
    /// Nothing that is to be told.
    Nothing,
    /// A line that is too long.
    TooLong { place: Place, length: usize },
    /// All that there is.
    All,
}

/// What comes next.
enum Chunk {
    /// So many bytes of whole lines; only the last of a file can lack its `\n`.
    Lines(usize),
    /// A line that was passed over.
    TooLong { place: Place, length: usize },
}

impl Lines {
    fn new(stream: Stream, start: Start, longest: usize) -> Self {
        let passing = (start == Start::OfRange).then_some(Passing::OfOthers);
        Lines { feed: Feed::new(stream), taken: 0, longest, passing }
    }

    /// The next lines. They stay until [`Lines::pass`].
    fn next(&mut self) -> io::Result<Option<Chunk>> {
        let mut searched = 0;
        loop {
            match self.pass_over()? {
                Passed::Nothing => {}
                Passed::TooLong { place, length } => return Ok(Some(Chunk::TooLong { place, length })),
                Passed::All => return Ok(None),
            }
            if self.feed.end().is_some_and(|end| self.feed.position() > end) {
                return Ok(None);
            }
            let bytes = self.feed.bytes();
            if let Some(last) = memrchr(b'\n', &bytes[searched..]) {
                return Ok(Some(self.lines(searched + last + 1)));
            }
            let length = bytes.len();
            if length > self.longest {
                self.passing = Some(Passing::TooLong { place: self.feed.place(0), length: 0 });
                continue;
            }
            searched = length;
            if self.feed.more()? == 0 {
                return Ok((length > 0).then(|| self.lines(length)));
            }
        }
    }

    fn lines(&mut self, end: usize) -> Chunk {
        self.taken = end;
        Chunk::Lines(end)
    }

    /// Lets go what was handed out.
    fn pass(&mut self) {
        self.feed.consume(std::mem::take(&mut self.taken));
    }

    /// Reads to the end of the line that is passed over, if there is one, and keeps nothing of it.
    fn pass_over(&mut self) -> io::Result<Passed> {
        while let Some(passing) = &mut self.passing {
            let bytes = self.feed.bytes();
            let end = memchr(b'\n', bytes);
            if let Passing::TooLong { length, .. } = passing {
                *length += end.unwrap_or(bytes.len());
            }
            let is_of_others = matches!(passing, Passing::OfOthers);
            self.feed.consume(end.map_or(bytes.len(), |end| end + 1));
            if end.is_some() || self.feed.more()? == 0 {
                return Ok(self.passed());
            }
            // the line goes on into the next range: none that follows begins in this one
            if is_of_others && self.feed.end().is_some() {
                return Ok(Passed::All);
            }
        }
        Ok(Passed::Nothing)
    }

    fn passed(&mut self) -> Passed {
        match self.passing.take() {
            None | Some(Passing::OfOthers) => Passed::Nothing,
            Some(Passing::TooLong { place, length }) => Passed::TooLong { place, length },
        }
    }

    /// The line whose rest cannot be read, if one has begun. The next begins anew.
    fn lose_line(&mut self) -> Option<(Place, usize)> {
        let length = self.feed.bytes().len();
        let begun = (length > 0).then(|| (self.feed.place(0), length));
        self.feed.clear();
        match self.passing.take() {
            None => begun,
            Some(Passing::OfOthers) => None,
            Some(Passing::TooLong { place, length }) => Some((place, length)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InputOptions;
    use crate::stream::CHUNK;
    use copydesk_core::Reading;
    use copydesk_store::Limits;
    use proptest::prelude::*;
    use std::io::{Cursor, Read, Write};
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
                Reading::Lost(error) => panic!("{error}"),
            }
            ControlFlow::Continue(())
        };
        let options = InputOptions::default();
        let mut sink = Sink::new(&options, Arc::from("d"), None, &mut each);
        sink.longest = longest;
        let stream = Stream::peek(
            copydesk_store::Source::of_reader(Path::new("d"), reader, Limits::default()).unwrap(),
        );
        assert_eq!(read(stream, Start::OfFile, &mut sink), ControlFlow::Continue(()));
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
        assert_eq!(lines(encoder), ["0+12 d:0 0", "13+16 not-json", "37+28 truncated"]);
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
