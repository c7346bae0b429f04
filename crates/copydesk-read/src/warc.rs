//! WARC files: the records of a crawl, and WET files, the texts of one.
//!
//! Responses, resources and conversions are records: each of them becomes a document, or is set aside
//! with a reason. A response that is no success (`not-ok`) or neither page nor text (`not-text`) is set
//! aside, too, so that the counts say how much of a crawl that is. What describes the crawl is no record
//! of it and not counted: `warcinfo`, `request`, `metadata`, `revisit`, the answers of name servers, and
//! types that nobody knows.
//!
//! A header is believed when something stands behind the record that can: another record, the end of the
//! file, or of a compressed member. Else the next record is looked for, and what lies before it is set
//! aside. What a page is encoded in is for `charset.rs` to find out, and what a server answered for
//! `http.rs`.

use std::borrow::Cow;
use std::io;
use std::ops::ControlFlow;

use copydesk_core::Source;
use copydesk_store::{Damage, Place};
use memchr::memmem;

use crate::charset;
use crate::format::{self, Kind};
use crate::http::{self, NoBody, Response};
use crate::jsonl::Start;
use crate::sink::Sink;
use crate::stream::{Feed, Stream, trouble};
use crate::text::is_blank;
use crate::warc_header::{self, Header, MAGIC};

/// A longer header is none. Those of crawls have less than a thousand bytes.
const LONGEST_HEADER: usize = 64 * 1024;

/// Does a record begin with these bytes? So a range of a compressed file begins.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    warc_header::begins(bytes) == Some(true)
}

/// Reads the records that begin in a range.
pub(crate) fn read(mut stream: Stream, start: Start, sink: &mut Sink<'_>) -> ControlFlow<()> {
    stream.set_begins(begins);
    let mut records = Records::new(stream, start, sink.longest);
    loop {
        match records.next() {
            Ok(None) => break,
            Ok(Some(Found::Record { head, block })) => {
                let source = sink.source_at(records.feed.place(0), head + block);
                let bytes = &records.feed.bytes()[..head + block];
                give(&bytes[..head], &bytes[head..], source, sink)?;
                records.take(head + block);
            }
            Ok(Some(Found::Lost { place, length, reason, detail })) => {
                sink.quarantine(sink.source_at(place, length), reason, detail)?;
            }
            Err(error) => {
                if !lose(&mut records, &error, sink)? {
                    break;
                }
            }
        }
        sink.progress(records.feed.consumed())?;
    }
    sink.finish(records.feed.consumed())
}

/// Sets aside what could not be read. Can reading go on?
fn lose(records: &mut Records, error: &io::Error, sink: &mut Sink<'_>) -> ControlFlow<(), bool> {
    let damage = Damage::of(error);
    let is_before = |place: Place| damage.is_none_or(|damage| place.member < damage.range.start);
    match records.whole.take() {
        Some((head, block)) if is_before(records.feed.place(head + block - 1)) => {
            let source = sink.source_at(records.feed.place(0), head + block);
            let bytes = &records.feed.bytes()[..head + block];
            give(&bytes[..head], &bytes[head..], source, sink)?;
        }
        _ => lose_begun(records, &is_before, sink)?,
    }
    records.feed.clear();
    records.passing = None;
    // the next range tells of what begins there
    if records.feed.is_past() {
        return ControlFlow::Continue(false);
    }
    let (reason, detail) = trouble(error);
    let source = match damage {
        Some(damage) => sink.source(damage.range.start, (damage.range.end - damage.range.start) as usize),
        None => sink.source_at(records.feed.place(0), 0),
    };
    sink.quarantine(source, reason, detail)?;
    ControlFlow::Continue(damage.is_some())
}

/// Sets aside the records that have begun and do not end; what the damage hits itself is told with it.
fn lose_begun(
    records: &mut Records,
    is_before: &dyn Fn(Place) -> bool,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    while records.is_inside && !records.feed.bytes().is_empty() && !records.is_of_next() {
        let length = records.next_begun().unwrap_or(records.feed.bytes().len());
        if is_before(records.feed.place(0)) {
            let source = sink.source_at(records.feed.place(0), length);
            sink.quarantine(source, "damaged", "the rest of this record is lost".to_owned())?;
        }
        records.feed.consume(length);
    }
    ControlFlow::Continue(())
}

/// What comes next.
enum Found {
    /// A record, at the front of the feed.
    Record { head: usize, block: usize },
    /// Bytes that are none, which have been passed over.
    Lost { place: Place, length: usize, reason: &'static str, detail: String },
}

/// What a header turns out to be.
enum Shape {
    /// As long as it says, and followed by something that can follow.
    Sound {
        head: usize,
        block: usize,
    },
    Unsound(&'static str, String),
}

struct Records {
    feed: Feed,
    /// The longest record that is kept whole.
    longest: usize,
    is_compressed: bool,
    /// In a range that begins anywhere, before its first record.
    is_searching: bool,
    /// The byte before the front may come before a record.
    is_line: bool,
    /// A record that is all there, while what follows is looked at.
    whole: Option<(usize, usize)>,
    /// A record has begun at the front of the feed.
    is_inside: bool,
    /// Bytes that are passed over up to the next record.
    passing: Option<Passing>,
}

#[derive(Clone)]
struct Passing {
    place: Place,
    length: usize,
    reason: &'static str,
    detail: String,
}

impl Records {
    fn new(stream: Stream, start: Start, longest: usize) -> Self {
        let is_compressed = stream.is_compressed();
        let is_searching = start == Start::OfRange && !is_compressed;
        let feed = Feed::new(stream);
        Records {
            feed,
            longest,
            is_compressed,
            is_searching,
            is_line: true,
            whole: None,
            is_inside: false,
            passing: None,
        }
    }

    fn next(&mut self) -> io::Result<Option<Found>> {
        (self.whole, self.is_inside) = (None, false);
        if self.is_searching && !self.search()? {
            return Ok(None);
        }
        if self.passing.is_some() {
            return self.pass_over().map(Some);
        }
        self.skip_blank()?;
        if self.feed.bytes().is_empty() || self.is_compressed && self.is_of_next() {
            return Ok(None);
        }
        self.is_inside = true;
        if !self.begins_at(0)? {
            let detail = "no record of a WARC file begins here".to_owned();
            return self.begin_passing("not-warc", detail).map(Some);
        }
        match self.measure()? {
            // the next range begins with the first record in it that is sound
            Shape::Sound { .. } if self.is_line && self.is_of_next() => Ok(None),
            Shape::Sound { head, block } => Ok(Some(Found::Record { head, block })),
            Shape::Unsound(reason, detail) => self.begin_passing(reason, detail).map(Some),
        }
    }

    /// Lets bytes at the front go.
    fn take(&mut self, count: usize) {
        if let Some(last) = count.checked_sub(1) {
            self.is_line = may_come_before(self.feed.bytes()[last]);
        }
        self.feed.consume(count);
    }

    /// Does what stands at the front belong to the next range? In a file that is not compressed, a range
    /// cannot see whether a record begins with it.
    fn is_of_next(&self) -> bool {
        let position = self.feed.position();
        self.feed.end().is_some_and(|end| position > end || self.is_compressed && position == end)
    }

    /// Goes to the first sound record that begins in the range, behind its first byte.
    fn search(&mut self) -> io::Result<bool> {
        loop {
            let bytes = self.feed.bytes();
            // what stands before a record is needed, too
            let Some(place) = bytes.get(1..).and_then(|bytes| memmem::find(bytes, MAGIC)) else {
                let searched = bytes.len().saturating_sub(MAGIC.len());
                self.feed.consume(searched);
                if self.feed.end().is_some() || self.feed.more()? == 0 {
                    return Ok(false);
                }
                continue;
            };
            let is_line = may_come_before(bytes[place]);
            self.feed.consume(place + 1);
            if self.is_of_next() {
                return Ok(false);
            }
            if is_line && self.begins_at(0)? && matches!(self.measure()?, Shape::Sound { .. }) {
                self.is_searching = false;
                return Ok(true);
            }
        }
    }

    /// Line breaks and NULs stand between records.
    fn skip_blank(&mut self) -> io::Result<()> {
        loop {
            let blank = self.feed.bytes().iter().take_while(|byte| is_blank_byte(**byte)).count();
            let is_all = blank == self.feed.bytes().len();
            self.take(blank);
            if !is_all || self.feed.more()? == 0 {
                return Ok(());
            }
        }
    }

    /// Does a record begin so far behind the front?
    fn begins_at(&mut self, ahead: usize) -> io::Result<bool> {
        loop {
            if let Some(begins) = warc_header::begins(&self.feed.bytes()[ahead..]) {
                return Ok(begins);
            }
            if self.feed.more()? == 0 {
                return Ok(false);
            }
        }
    }

    /// Measures the record at the front. All of it is there if it is sound.
    fn measure(&mut self) -> io::Result<Shape> {
        let Some(head) = self.header_length()? else {
            let detail = format!("the header has no end within {LONGEST_HEADER} bytes");
            return Ok(Shape::Unsound("bad-header", detail));
        };
        let bytes = &self.feed.bytes()[..head];
        if memmem::find_iter(&bytes[1..], MAGIC).any(|place| begins(&bytes[1 + place..])) {
            return Ok(Shape::Unsound("bad-header", "another record begins in the header".to_owned()));
        }
        let header = Header::parse(bytes);
        let Some(block) = header.length else {
            return Ok(Shape::Unsound("bad-length", "`Content-Length` is missing or no number".to_owned()));
        };
        let Some(block) = usize::try_from(block).ok().filter(|block| *block <= self.longest) else {
            let limit = self.longest >> 20;
            let detail = format!("longer than {limit} MiB, the `max-record-mib` of `[input]`");
            return Ok(Shape::Unsound("too-long", detail));
        };
        if !self.has(head + block)? {
            return Ok(Shape::Unsound("truncated", "the file ends in the middle of the record".to_owned()));
        }
        self.whole = Some((head, block));
        if self.may_end_at(head + block)? {
            return Ok(Shape::Sound { head, block });
        }
        Ok(Shape::Unsound("bad-length", "no record follows where `Content-Length` says".to_owned()))
    }

    fn header_length(&mut self) -> io::Result<Option<usize>> {
        loop {
            let bytes = self.feed.bytes();
            let head = &bytes[..bytes.len().min(LONGEST_HEADER)];
            match warc_header::length(head) {
                Some(length) => return Ok(Some(length)),
                None if bytes.len() >= LONGEST_HEADER || self.feed.more()? == 0 => return Ok(None),
                None => {}
            }
        }
    }

    fn has(&mut self, count: usize) -> io::Result<bool> {
        while self.feed.bytes().len() < count {
            if self.feed.more()? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Can a record end there? Behind it stand another, the end of the file, or that of a member.
    fn may_end_at(&mut self, end: usize) -> io::Result<bool> {
        let mut next = end;
        loop {
            let bytes = self.feed.bytes();
            next += bytes[next..].iter().take_while(|byte| is_blank_byte(**byte)).count();
            if next < bytes.len() {
                break;
            }
            if next - end > LONGEST_HEADER || self.feed.more()? == 0 {
                return Ok(true);
            }
        }
        // blanks may stand before and behind the place where the next member begins
        let member = |ahead| self.feed.place(ahead).member;
        let is_member = self.is_compressed && member(next) != member(end - 1);
        Ok(is_member || self.begins_at(next)?)
    }

    /// What stands at the front is no record.
    fn begin_passing(&mut self, reason: &'static str, detail: String) -> io::Result<Found> {
        self.whole = None;
        self.passing = Some(Passing { place: self.feed.place(0), length: 0, reason, detail });
        self.pass_over()
    }

    /// Passes over everything before the next record.
    fn pass_over(&mut self) -> io::Result<Found> {
        loop {
            (self.is_inside, self.is_line) = (false, true);
            let bytes = self.feed.bytes();
            // what stands before a record is needed, too
            if let Some(place) = bytes.get(1..).and_then(|bytes| memmem::find(bytes, MAGIC)) {
                let is_line = self.is_line_at(place + 1);
                self.pass(place + 1);
                if is_line && self.begins_at(0)? {
                    break;
                }
                continue;
            }
            self.pass(bytes.len().saturating_sub(MAGIC.len()));
            if self.feed.more()? == 0 {
                self.pass(self.feed.bytes().len());
                break;
            }
        }
        Ok(self.passing.take().expect("it is being passed over").into_found())
    }

    /// Where behind the front the next record begins, among the bytes that are there.
    fn next_begun(&self) -> Option<usize> {
        let bytes = self.feed.bytes();
        let mut places = memmem::find_iter(bytes.get(1..)?, MAGIC);
        places.find(|&place| self.is_line_at(place + 1) && begins(&bytes[place + 1..])).map(|place| place + 1)
    }

    /// Can a record begin so far behind the front? More than 0, so that what stands before it is there.
    fn is_line_at(&self, ahead: usize) -> bool {
        may_come_before(self.feed.bytes()[ahead - 1])
            || self.is_compressed && self.feed.place(ahead).offset == 0
    }

    fn pass(&mut self, count: usize) {
        self.feed.consume(count);
        if let Some(passing) = &mut self.passing {
            passing.length += count;
        }
    }
}

impl Passing {
    fn into_found(self) -> Found {
        let Passing { place, length, reason, detail } = self;
        Found::Lost { place, length, reason, detail }
    }
}

/// Records begin behind a line break, or behind padding.
fn may_come_before(byte: u8) -> bool {
    matches!(byte, b'\n' | 0)
}

fn is_blank_byte(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b' ' | b'\t' | 0)
}

/// Makes a document of a record, if it is to be one.
fn give(head: &[u8], block: &[u8], source: Source, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let header = Header::parse(head);
    match &*header.kind.to_ascii_lowercase() {
        "response" if !is_of_name_server(&header) => give_response(header, block, source, sink),
        "resource" | "conversion" => {
            let content_type = header.payload_type.clone().or_else(|| header.content_type.clone());
            let payload = Payload { content_type, bytes: Cow::Borrowed(block) };
            give_payload(header, payload, source, sink)
        }
        "" => sink.quarantine(source, "bad-header", "no `WARC-Type`".to_owned()),
        _ => ControlFlow::Continue(()),
    }
}

fn is_of_name_server(header: &Header<'_>) -> bool {
    header.content_type.as_deref().is_some_and(|content_type| http::mime(content_type) == "text/dns")
}

struct Payload<'a> {
    /// What it was called by whoever kept it.
    content_type: Option<Cow<'a, str>>,
    bytes: Cow<'a, [u8]>,
}

fn give_response(header: Header<'_>, block: &[u8], source: Source, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let Some(response) = Response::parse(block) else {
        let payload = Payload { content_type: header.payload_type.clone(), bytes: Cow::Borrowed(block) };
        return match mime(&payload) {
            Ok(_) => give_payload(header, payload, source, sink),
            Err(_) => sink.quarantine(source, "not-http", "no HTTP response in this record".to_owned()),
        };
    };
    if !response.status.is_none_or(|status| (200..300).contains(&status)) {
        let status = response.status.unwrap_or_default();
        return sink.quarantine(source, "not-ok", format!("the server answered {status}"));
    }
    let content_type = response.content_type().map(Cow::Borrowed);
    match response.body(sink.longest) {
        Ok(bytes) => give_payload(header, Payload { content_type, bytes }, source, sink),
        Err(NoBody::Encoding(name)) => {
            sink.quarantine(source, "encoding", format!("the body is in `{name}`, which is not known"))
        }
        Err(NoBody::Damaged(detail)) => sink.quarantine(source, "damaged", format!("the body: {detail}")),
        Err(NoBody::TooLong) if sink.longest as u64 / sink.limits.ratio > block.len() as u64 => {
            let detail = format!("the body becomes more than {} times as much", sink.limits.ratio);
            sink.quarantine(source, "bomb", detail)
        }
        Err(NoBody::TooLong) => sink.too_long(source),
    }
}

fn give_payload<'a>(
    header: Header<'a>,
    mut payload: Payload<'a>,
    source: Source,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let charset = payload.content_type.as_deref().and_then(http::charset);
    if header.payload_type.is_some() {
        payload.content_type.clone_from(&header.payload_type);
    }
    if payload.bytes.trim_ascii().is_empty() {
        return sink.quarantine(source, "empty", "the record has no payload".to_owned());
    }
    let mime = match mime(&payload) {
        Ok(mime) => mime,
        Err(found) => return sink.quarantine(source, "not-text", format!("neither page nor text: {found}")),
    };
    match charset::decode_said(payload.bytes.into_owned(), sink.encoding, mime != "text/plain", charset) {
        Err(detail) => sink.quarantine(source, "undecodable", detail),
        Ok(text) if is_blank(&text) => sink.quarantine(source, "empty", "no text in this record".to_owned()),
        Ok(text) => {
            let mut document = header.document();
            if document.id.is_empty() {
                document.id = source.to_string();
            }
            sink.document(copydesk_core::Document { source, mime: Cow::Borrowed(mime), text, ..document })
        }
    }
}

/// What a payload is, or what it is instead. Servers that do not know what they send say so in several
/// ways.
fn mime(payload: &Payload<'_>) -> Result<&'static str, String> {
    let said = payload.content_type.as_deref().map(http::mime).unwrap_or_default();
    match said.as_str() {
        "text/html" | "application/xhtml+xml" | "application/vnd.wap.xhtml+xml" => Ok("text/html"),
        "text/plain" => Ok("text/plain"),
        "text/xml" | "application/xml" => Ok("application/xml"),
        ""
        | "application/octet-stream"
        | "binary/octet-stream"
        | "unknown/unknown"
        | "application/http"
        | "unk"
        | "no-type" => sniffed(&payload.bytes),
        _ => Err(said),
    }
}

fn sniffed(bytes: &[u8]) -> Result<&'static str, String> {
    match format::kind(format::Format::Auto, "", &bytes[..bytes.len().min(format::HEAD)]) {
        Kind::Payload(mime) => Ok(mime),
        Kind::NotText(_) => Err("binary".to_owned()),
        _ => Err("records".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InputOptions;
    use copydesk_core::{Document, Quarantined, Reading};
    use copydesk_store::{Blob, Compression, Encoder, Limits};
    use proptest::prelude::*;
    use std::io::{Cursor, Write};
    use std::ops::Range;
    use std::path::Path;
    use std::sync::Arc;

    const COUNT: usize = 20;
    const BAD: usize = 9;

    /// What reading leads to: the ids, each by its number, and the reasons.
    #[derive(Debug, Default, PartialEq)]
    struct Seen {
        documents: Vec<Document>,
        quarantined: Vec<Quarantined>,
    }

    impl Seen {
        fn numbers(&self) -> Vec<usize> {
            let number =
                |document: &Document| document.id.trim_matches(['<', '>']).rsplit(':').next().map(str::parse);
            self.documents.iter().map(|document| number(document).unwrap().unwrap()).collect()
        }

        fn reasons(&self) -> Vec<&str> {
            self.quarantined.iter().map(|record| &*record.reason).collect()
        }

        fn read(&mut self, stream: Stream, start: Start) {
            let mut each = |reading| {
                match reading {
                    Reading::Document(document) => self.documents.push(document),
                    Reading::Quarantined(record) => self.quarantined.push(record),
                    Reading::Lost(error) => panic!("{error}"),
                    Reading::Progress(_) => {}
                }
                ControlFlow::Continue(())
            };
            let options = InputOptions { max_record_mib: 1, ..InputOptions::default() };
            let mut sink = Sink::new(&options, Arc::from("d"), None, &mut each);
            assert_eq!(read(stream, start, &mut sink), ControlFlow::Continue(()));
        }
    }

    fn seen(bytes: &[u8]) -> Seen {
        let mut seen = Seen::default();
        let source =
            copydesk_store::Source::of_reader(Path::new("d"), Cursor::new(bytes.to_vec()), Limits::default());
        seen.read(Stream::peek(source.unwrap()), Start::OfFile);
        seen
    }

    /// Reads range after range.
    fn seen_cut(bytes: &[u8], size: usize) -> Seen {
        let blob = Blob::memory("d", bytes.to_vec());
        let mut seen = Seen::default();
        for start in (0..bytes.len()).step_by(size) {
            let range = start as u64..bytes.len().min(start + size) as u64;
            let stream = crate::stream::open_range(&blob, range, begins, Limits::default()).unwrap();
            seen.read(stream, if start == 0 { Start::OfFile } else { Start::OfRange });
        }
        seen
    }

    fn page(number: usize) -> String {
        let rows: String = (0..20).map(|row| format!("<p>{}</p>", number * 7919 + row * 104_729)).collect();
        format!("<html><body><h1>Bridge {number}</h1>{rows}</body></html>")
    }

    fn record(fields: &str, block: &[u8]) -> Vec<u8> {
        let head = format!("WARC/1.0\r\n{fields}Content-Length: {}\r\n\r\n", block.len());
        [head.as_bytes(), block, b"\r\n\r\n"].concat()
    }

    fn fields(kind: &str, number: usize) -> String {
        format!(
            "WARC-Type: {kind}\r\nWARC-Target-URI: https://news.example/{number}\r\n\
             WARC-Date: 2024-02-29T12:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number:012}>\r\n"
        )
    }

    fn response_with(number: usize, http: &str, body: &[u8]) -> Vec<u8> {
        record(&fields("response", number), &[http.as_bytes(), b"\r\n", body].concat())
    }

    fn response(number: usize) -> Vec<u8> {
        response_with(number, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", page(number).as_bytes())
    }

    fn packed(bytes: &[u8], compression: Compression) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new(), compression).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    const PACKINGS: [Compression; 3] =
        [Compression::None, Compression::Gzip { level: 6 }, Compression::Zstd { level: 3 }];

    fn all() -> Vec<usize> {
        (0..COUNT).collect()
    }

    fn all_but(bad: Range<usize>) -> Vec<usize> {
        (0..COUNT).filter(|number| !bad.contains(number)).collect()
    }

    /// The twenty responses, packed one by one, with another tenth.
    fn with_tenth(tenth: &[u8], packing: Compression) -> Vec<u8> {
        let record = |number| if number == BAD { tenth.to_vec() } else { response(number) };
        (0..COUNT).flat_map(|number| packed(&record(number), packing)).collect()
    }

    /// Whatever the packing, and however it is cut.
    fn check_tenth(name: &str, tenth: &[u8], numbers: &[usize], reasons: &[&str]) {
        for packing in PACKINGS {
            let file = with_tenth(tenth, packing);
            let whole = seen(&file);
            assert_eq!(
                (whole.numbers(), whole.reasons()),
                (numbers.to_vec(), reasons.to_vec()),
                "{name} {packing:?}"
            );
            for size in [700, 3000, 20_000] {
                assert_eq!(seen_cut(&file, size), whole, "{name} {packing:?} cut by {size}");
            }
        }
    }

    fn replaced(from: &str, to: &str) -> Vec<u8> {
        let record = String::from_utf8(response(BAD)).unwrap();
        assert!(record.contains(from), "{record}");
        record.replacen(from, to, 1).into_bytes()
    }

    fn length_line() -> String {
        let record = String::from_utf8(response(BAD)).unwrap();
        record.lines().find(|line| line.starts_with("Content-Length")).unwrap().to_owned()
    }

    fn with_length(more: i64) -> Vec<u8> {
        let length: i64 = length_line().rsplit(' ').next().unwrap().parse().unwrap();
        replaced(&length_line(), &format!("Content-Length: {}", length + more))
    }

    #[test]
    fn good_records_are_documents_in_any_packing_and_however_they_are_cut() {
        check_tenth("good", &response(BAD), &all(), &[]);
    }

    #[test]
    fn a_document_knows_where_it_comes_from() {
        let file = with_tenth(&response(BAD), Compression::Gzip { level: 6 });
        let first = packed(&response(0), Compression::Gzip { level: 6 }).len() as u64;
        let document = &seen(&file).documents[1];
        assert_eq!((document.source.member, document.source.offset), (first, 0));
        assert_eq!(document.source.length, response(1).len() as u64 - 4);
        assert_eq!(document.id, "<urn:uuid:000000000001>");
        assert_eq!(document.url.as_deref(), Some("https://news.example/1"));
        assert_eq!((document.date.as_deref(), &*document.mime), (None, "text/html"));
        assert_eq!(document.metadata, r#""warc-type":"response","warc-date":"2024-02-29T12:00:00Z""#);
        assert_eq!(document.text, page(1));
    }

    #[test]
    fn wrong_lengths_cost_one_record() {
        let but = all_but(BAD..BAD + 1);
        check_tenth("too small", &with_length(-40), &but, &["bad-length"]);
        check_tenth("too large", &with_length(40), &but, &["bad-length"]);
        check_tenth("beyond the file", &with_length(100_000_000), &but, &["too-long"]);
        for length in ["18446744073709551617", "-5", "many", ""] {
            let tenth = replaced(&length_line(), &format!("Content-Length: {length}"));
            check_tenth(length, &tenth, &but, &["bad-length"]);
        }
        check_tenth("missing", &replaced(&format!("{}\r\n", length_line()), ""), &but, &["bad-length"]);
        check_tenth("0", &replaced(&length_line(), "Content-Length: 0"), &but, &["bad-length"]);
    }

    #[test]
    fn odd_headers_cost_one_record_at_most() {
        let but = all_but(BAD..BAD + 1);
        let with = |line: &str| replaced("WARC-Type", &format!("{line}\r\nWARC-Type"));
        let long = "x".repeat(1_000_000);
        check_tenth("1 MB line", &with(&format!("X: {long}")), &but, &["bad-header"]);
        check_tenth("50,000 lines", &with(&"X-Line: x\r\n".repeat(50_000)[..549_998]), &but, &["bad-header"]);
        check_tenth("no type", &replaced("WARC-Type: response\r\n", ""), &but, &["bad-header"]);
        check_tenth("folded", &with("X: a\r\n b"), &all(), &[]);
        check_tenth("0.18", &replaced("WARC/1.0", "WARC/0.18"), &all(), &[]);
        let capitals = replaced("Content-Length", "CONTENT-LENGTH");
        check_tenth("capitals", &capitals, &all(), &[]);
    }

    #[test]
    fn line_feeds_alone_will_do() {
        let bytes: Vec<u8> = (0..COUNT).flat_map(response).filter(|&byte| byte != b'\r').collect();
        let file: Vec<u8> = String::from_utf8(bytes)
            .unwrap()
            .split("WARC/1.0")
            .skip(1)
            .flat_map(|record| {
                let (head, block) = record.split_once("\n\n").unwrap();
                let block = block.trim_end();
                let at = head.find("Content-Length").unwrap();
                format!("WARC/1.0{}Content-Length: {}\n\n{block}\n\n", &head[..at], block.len()).into_bytes()
            })
            .collect();
        assert_eq!((seen(&file).numbers(), seen(&file).reasons()), (all(), vec![]));
        assert_eq!(seen_cut(&file, 900), seen(&file));
    }

    #[test]
    fn nuls_between_and_behind_records_are_no_damage() {
        for packing in PACKINGS {
            let records: Vec<_> = (0..COUNT).map(|number| packed(&response(number), packing)).collect();
            let file = [records.join(&[0; 777][..]), vec![0; 512]].concat();
            assert_eq!((seen(&file).numbers(), seen(&file).reasons()), (all(), vec![]), "{packing:?}");
            assert_eq!(seen_cut(&file, 900), seen(&file), "{packing:?}");
        }
    }

    #[test]
    fn a_file_can_be_one_member() {
        let bytes: Vec<u8> = (0..COUNT).flat_map(response).collect();
        for packing in PACKINGS {
            let file = packed(&bytes, packing);
            assert_eq!((seen(&file).numbers(), seen(&file).reasons()), (all(), vec![]));
            assert_eq!(seen_cut(&file, 500), seen(&file));
        }
    }

    #[test]
    fn damage_in_a_member_costs_one_record() {
        let damages: [fn(&mut Vec<u8>); 4] = [
            |member| member.truncate(member.len() / 2),
            |member| {
                let middle = member.len() / 2;
                member[middle] ^= 0x10;
            },
            |member| {
                let place = member.len() - 8;
                member[place] ^= 0xff;
            },
            |member| member.fill(b'x'),
        ];
        for damage in damages {
            let mut members: Vec<_> =
                (0..COUNT).map(|number| packed(&response(number), Compression::Gzip { level: 6 })).collect();
            damage(&mut members[BAD]);
            let place = members[..BAD].concat().len() as u64;
            let whole = seen(&members.concat());
            assert_eq!((whole.numbers(), whole.reasons()), (all_but(BAD..BAD + 1), vec!["damaged"]));
            let source = &whole.quarantined[0].source;
            assert_eq!((source.member, source.offset, source.length), (0, place, members[BAD].len() as u64));
            let range = format!("bytes {place} to {} on disk: ", place + source.length);
            assert!(whole.quarantined[0].detail.starts_with(&range), "{}", whole.quarantined[0].detail);
            for size in [300, 2000, 9000] {
                assert_eq!(seen_cut(&members.concat(), size), whole);
            }
        }
    }

    #[test]
    fn a_file_that_is_cut_off_loses_its_last_record() {
        for packing in PACKINGS {
            let last = packed(&response(COUNT - 1), packing);
            let mut file: Vec<u8> =
                (0..COUNT - 1).flat_map(|number| packed(&response(number), packing)).collect();
            file.extend(&last[..last.len() / 2]);
            let whole = seen(&file);
            assert_eq!((whole.numbers(), whole.reasons()), (all_but(COUNT - 1..COUNT), vec!["truncated"]));
            assert_eq!(seen_cut(&file, 900), whole);
        }
    }

    #[test]
    fn a_record_can_lie_in_two_members() {
        let record = response(BAD);
        let (head, tail) = record.split_at(record.len() / 2);
        for packing in PACKINGS {
            let mut members: Vec<_> = (0..COUNT).map(|number| packed(&response(number), packing)).collect();
            members[BAD] = [packed(head, packing), packed(tail, packing)].concat();
            assert_eq!(
                (seen(&members.concat()).numbers(), seen(&members.concat()).reasons()),
                (all(), vec![])
            );
            assert_eq!(seen_cut(&members.concat(), 300), seen(&members.concat()));
        }
    }

    #[test]
    fn blanks_at_the_front_of_a_member_cost_no_record_before_them() {
        for packing in PACKINGS.into_iter().skip(1) {
            let between = packed(b"\r\n \0\r\nno record", packing);
            let file = [packed(&response(0), packing), between, packed(&response(1), packing)].concat();
            let whole = seen(&file);
            assert_eq!((whole.numbers(), whole.reasons()), (vec![0, 1], vec!["not-warc"]), "{packing:?}");
            assert_eq!(seen_cut(&file, 200), whole, "{packing:?}");
        }
    }

    #[test]
    fn what_is_no_warc_file_is_set_aside_whole() {
        for bytes in [&b"<!DOCTYPE html><html><body>Service Unavailable</body></html>\n"[..], &[7; 100_000]] {
            let seen = seen(bytes);
            assert_eq!((seen.documents.len(), seen.reasons()), (0, vec!["not-warc"]));
            assert_eq!(seen.quarantined[0].source.length, bytes.len() as u64);
        }
        assert_eq!(seen(b""), Seen::default());
        let headless = [&response(0)[9..], &response(1)].concat();
        assert_eq!((seen(&headless).numbers(), seen(&headless).reasons()), (vec![1], vec!["not-warc"]));
    }

    #[test]
    fn what_describes_the_crawl_is_not_counted() {
        let mut file = record("WARC-Type: warcinfo\r\n", b"software: x\r\n");
        for kind in ["request", "metadata", "revisit", "sculpture"] {
            file.extend(record(&fields(kind, 1), b"HTTP/1.1 200 OK\r\n\r\n<p>The bridge"));
        }
        let dns = format!("{}Content-Type: text/dns\r\n", fields("response", 2));
        file.extend(record(&dns, b"20240229\nnews.example. 1 IN A 192.0.2.1\n"));
        file.extend(response(3));
        assert_eq!((seen(&file).numbers(), seen(&file).reasons()), (vec![3], vec![]));
    }

    #[test]
    fn texts_of_a_crawl_are_documents() {
        let more = "WARC-Refers-To: <urn:uuid:1>\r\nWARC-Identified-Content-Language: eng,rus\r\nContent-Type: text/plain\r\n";
        let file = record(&format!("{}{more}", fields("conversion", 5)), "Мост открыт.\n".as_bytes());
        let document = &seen(&file).documents[0];
        assert_eq!((document.text.as_str(), &*document.mime), ("Мост открыт.\n", "text/plain"));
        assert_eq!(
            document.metadata,
            r#""warc-type":"conversion","warc-date":"2024-02-29T12:00:00Z","warc-refers-to":"<urn:uuid:1>","warc-identified-content-language":"eng,rus""#
        );
    }

    #[test]
    fn older_names_and_other_ids_are_known() {
        let fields = "WARC-Type: response\r\nuri: <https://news.example/7>\r\narchive-date: 2001\r\n\
            WARC-Record-ID: <urn:uuid:7>\r\nWARC-TREC-ID: clueweb-7\r\n";
        let document = seen(&record(fields, b"HTTP/1.1 200 OK\r\n\r\n<p>The bridge")).documents.remove(0);
        assert_eq!(
            (document.id.as_str(), document.url.as_deref()),
            ("clueweb-7", Some("https://news.example/7"))
        );
        assert_eq!(document.metadata, r#""warc-type":"response","warc-date":"2001""#);
        let unnamed = seen(&record("WARC-Type: response\r\n", b"HTTP/1.1 200 OK\r\n\r\n<p>The bridge"));
        assert_eq!(unnamed.documents[0].id, "d:0");
    }

    #[test]
    fn answers_that_are_no_article_say_why() {
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
        let reason = |http: &str, body: &[u8]| {
            let seen = seen(&response_with(1, http, body));
            seen.quarantined.first().map(|record| (record.reason.to_string(), record.detail.clone()))
        };
        let is = |reason: &str, detail: &str| Some((reason.to_owned(), detail.to_owned()));
        assert_eq!(reason(html, b"<p>The bridge"), None);
        assert_eq!(reason("HTTP/1.1 404 Not Found\r\n", b"<p>"), is("not-ok", "the server answered 404"));
        let png = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n";
        assert_eq!(reason(png, b"\x89PNG"), is("not-text", "neither page nor text: image/png"));
        assert_eq!(
            reason("HTTP/1.1 200 OK\r\n", b"\0\x01\x02"),
            is("not-text", "neither page nor text: binary")
        );
        assert_eq!(reason(html, b" \r\n"), is("empty", "the record has no payload"));
        let br = format!("{html}Content-Encoding: br\r\n");
        assert_eq!(reason(&br, b"\x8b\0\xff"), is("encoding", "the body is in `br`, which is not known"));
        let gzip = format!("{html}Content-Encoding: gzip\r\n");
        let bomb = packed(&vec![b'a'; 1 << 21], Compression::Gzip { level: 9 });
        assert_eq!(reason(&gzip, &bomb), is("bomb", "the body becomes more than 200 times as much"));
        let no_http = record(&fields("response", 1), b"\x01\x02\0");
        assert_eq!(seen(&no_http).reasons(), ["not-http"]);
        assert_eq!(seen(&record(&fields("response", 1), b"<html>The bridge")).numbers(), [1]);
    }

    #[test]
    fn the_server_says_what_a_page_is_encoded_in() {
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=windows-1251\r\n";
        let body = b"<meta charset=koi8-r><p>\xcc\xee\xf1\xf2 \xee\xf2\xea\xf0\xfb\xf2.";
        assert_eq!(
            seen(&response_with(1, html, body)).documents[0].text,
            "<meta charset=koi8-r><p>Мост открыт."
        );
        let typed = format!("{}WARC-Identified-Payload-Type: text/html\r\n", fields("response", 1));
        let file = record(&typed, b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n<p>The bridge");
        assert_eq!(&*seen(&file).documents[0].mime, "text/html");
    }

    proptest! {
        /// Some records are damaged as bytes, some as members.
        #[test]
        fn the_cuts_change_nothing(
            damages in prop::collection::vec((0usize..16, any::<prop::sample::Index>()), 1..16),
            packing in 0usize..3,
            size in 100usize..5000,
        ) {
            let member = |(number, (damage, place)): (usize, &(usize, prop::sample::Index))| {
                let mut record = response(number);
                let at = place.index(record.len());
                match damage {
                    0 => record.truncate(at),
                    1 => record[at] ^= 0x11,
                    2 => record.extend(vec![0; at % 50]),
                    3 => record.extend(b"garbage\n"),
                    _ => {}
                }
                let mut member = packed(&record, PACKINGS[packing]);
                let at = place.index(member.len().max(1));
                match damage {
                    4 => member.truncate(at),
                    5 => member[at] ^= 0x11,
                    _ => {}
                }
                member
            };
            let file: Vec<u8> = damages.iter().enumerate().flat_map(member).collect();
            let (cut, whole) = (seen_cut(&file, size), seen_cut(&file, usize::MAX >> 1));
            let places = |seen: &Seen| seen.documents.iter().map(|document| document.source.to_string()).collect::<Vec<_>>();
            prop_assert_eq!((places(&cut), &cut.quarantined), (places(&whole), &whole.quarantined));
            prop_assert_eq!(cut, whole);
        }
    }
}
