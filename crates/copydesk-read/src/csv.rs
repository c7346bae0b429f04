//! Files with a row of a table in every record: CSV and TSV.
//!
//! The first row names the columns, and each row behind it is a record with the columns as its members.
//! A field that begins with a quote may hold separators, line ends and doubled quotes, as RFC 4180 has it; a line
//! ends with `\n` or `\r\n`. Any run of bytes can be read: what is no row costs one line, and reading goes on
//! behind it, so that a quote that nobody closed does not swallow the file. What the columns mean is in
//! `fields.rs`; documents go on to the stages.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::{ControlFlow, Range};

use encoding_rs::{Decoder, Encoding};
use memchr::{memchr, memchr2};

use crate::Charset;
use crate::charset;
use crate::fields::{Record, Refusal, Value};
use crate::sink::Sink;
use crate::stream::{Stream, trouble};

/// How much is read at once.
const CHUNK: usize = 256 * 1024;
/// In less room than this, a letter may not find its place when it is decoded.
const LEAST_ROOM: usize = 16;
/// A table of more columns is none.
const MOST_COLUMNS: usize = 10_000;

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads a table. Without a separator, the one is taken that stands most often in the first line, outside
/// of quotes: `,`, `;` or a tab.
pub(crate) fn read(stream: Stream, separator: Option<u8>, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let mut rows = Rows::new(stream, sink);
    let outcome = read_rows(&mut rows, separator, sink)?;
    if let Err(error) = outcome {
        let (reason, detail) = trouble(&error);
        sink.quarantine(sink.source(rows.offset, rows.filled - rows.start), reason, detail)?;
    }
    sink.finish(rows.input.stream.consumed())
}

fn read_rows(rows: &mut Rows, separator: Option<u8>, sink: &mut Sink<'_>) -> ControlFlow<(), io::Result<()>> {
    let names = match read_names(rows, separator, sink)? {
        Ok(Some(names)) => names,
        other => return ControlFlow::Continue(other.map(|_| ())),
    };
    loop {
        match rows.next(names.len()) {
            Err(error) => return ControlFlow::Continue(Err(error)),
            Ok(None) => return ControlFlow::Continue(Ok(())),
            Ok(Some(Next::Row)) => read_row(rows, &names, sink)?,
            Ok(Some(Next::Refused { offset, length, why })) => refuse(offset, length, why, sink)?,
        }
        rows.consume();
        sink.progress(rows.input.stream.consumed())?;
    }
}

/// The names of the columns, if there is a first row and a text in the others can be found by it.
fn read_names(
    rows: &mut Rows,
    separator: Option<u8>,
    sink: &mut Sink<'_>,
) -> ControlFlow<(), io::Result<Option<Vec<String>>>> {
    match rows.skip_mark() {
        Err(error) => return ControlFlow::Continue(Err(error)),
        Ok(()) => rows.separator = separator.unwrap_or_else(|| guess_separator(rows.unread())),
    }
    match rows.next(MOST_COLUMNS) {
        Err(error) => return ControlFlow::Continue(Err(error)),
        Ok(None) => {}
        Ok(Some(Next::Refused { offset, length, why })) => refuse(offset, length, why, sink)?,
        Ok(Some(Next::Row)) => {
            let source = sink.source(rows.offset, rows.length());
            let names = names(rows, sink);
            rows.consume();
            match names {
                Ok(names) => return ControlFlow::Continue(Ok(Some(names))),
                Err((reason, detail)) => sink.quarantine(source, reason, detail)?,
            }
        }
    }
    ControlFlow::Continue(Ok(None))
}

/// The names in the first row, or why it names no columns of a table with texts.
fn names(rows: &Rows, sink: &Sink<'_>) -> Result<Vec<String>, Refusal> {
    if rows.count > MOST_COLUMNS {
        return Err(("wrong-columns", format!("more than {MOST_COLUMNS} columns")));
    }
    let texts = rows.texts(sink.encoding).map_err(|detail| ("undecodable", detail))?;
    let names: Vec<_> = texts.iter().map(|name| name.trim().to_owned()).collect();
    match sink.fields.may_hold_text(&names) {
        true => Ok(names),
        false => {
            let detail = format!("no column `{}`; there are {}", sink.fields.text_name(), shown(&names));
            Err(("no-text", detail))
        }
    }
}

fn shown(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let list: Vec<_> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{} and {more} more", list.join(", ")),
        _ => list.join(", "),
    }
}

fn guess_separator(head: &[u8]) -> u8 {
    let (mut comma, mut semicolon, mut tab, mut is_quoted) = (0, 0, 0, false);
    for &byte in head.iter().take(CHUNK) {
        match byte {
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'\n' => break,
            b',' => comma += 1,
            b';' => semicolon += 1,
            b'\t' => tab += 1,
            _ => {}
        }
    }
    match (comma >= semicolon && comma >= tab, semicolon >= tab) {
        (true, _) => b',',
        (false, true) => b';',
        (false, false) => b'\t',
    }
}

fn read_row(rows: &Rows, names: &[String], sink: &mut Sink<'_>) -> ControlFlow<()> {
    let source = sink.source(rows.offset, rows.length());
    if rows.count != names.len() {
        let detail = format!("{} fields for {} columns", rows.count, names.len());
        return sink.quarantine(source, "wrong-columns", detail);
    }
    match rows.texts(sink.encoding) {
        Err(detail) => sink.quarantine(source, "undecodable", detail),
        Ok(texts) => {
            let columns = names.iter().zip(&texts).map(|(name, text)| (name.as_str(), Value::Text(text)));
            let outcome = Record::default().read_row(columns, sink.fields);
            sink.record(source, outcome)
        }
    }
}

fn refuse(offset: u64, length: usize, why: Refused, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let source = sink.source(offset, length);
    match why {
        Refused::TooLong => sink.too_long(source),
        Refused::Quotes => {
            let detail = "a quote is not closed, or something stands behind it".to_owned();
            sink.quarantine(source, "bad-quotes", detail)
        }
    }
}

/// Why a line is no row.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Refused {
    TooLong,
    Quotes,
}

/// What comes next in a table.
enum Next {
    /// A row; its fields are in [`Rows::fields`].
    Row,
    /// A line that no row begins with, and that is passed over.
    Refused { offset: u64, length: usize, why: Refused },
}

/// Where a field lies in its row, without its quotes, and whether there are doubled quotes in it.
type Field = (Range<usize>, bool);

/// How far the row goes at the front of some bytes.
#[derive(Debug, PartialEq)]
enum Cut {
    /// So many fields; the size of the row, and of the line end behind it.
    Row {
        count: usize,
        length: usize,
        line_end: usize,
    },
    Unfinished,
    BadQuotes,
}

/// Finds the fields of the row at the front of some bytes, of which not more than `most` are kept.
fn cut(bytes: &[u8], separator: u8, is_end: bool, most: usize, fields: &mut Vec<Field>) -> Cut {
    fields.clear();
    let (mut count, mut start) = (0, 0);
    loop {
        let (field, is_doubled, end) = match cut_field(bytes, start, separator) {
            Some(cut) if cut.2 < bytes.len() || is_end => cut,
            None if is_end => return Cut::BadQuotes,
            _ => return Cut::Unfinished,
        };
        count += 1;
        if count <= most {
            fields.push((field, is_doubled));
        }
        match &bytes[end..] {
            [byte, ..] if *byte == separator => start = end + 1,
            [] => return Cut::Row { count, length: end, line_end: 0 },
            [b'\n', ..] => return Cut::Row { count, length: end, line_end: 1 },
            [b'\r', b'\n', ..] => return Cut::Row { count, length: end, line_end: 2 },
            [b'\r'] if is_end => return Cut::Row { count, length: end, line_end: 1 },
            [b'\r'] => return Cut::Unfinished,
            _ => return Cut::BadQuotes,
        }
    }
}

/// The field that begins at a place, and where it ends with its quotes; none if they are not closed.
fn cut_field(bytes: &[u8], start: usize, separator: u8) -> Option<(Range<usize>, bool, usize)> {
    if bytes.get(start) != Some(&b'"') {
        let end = memchr2(separator, b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length);
        let is_line_end = bytes.get(end) != Some(&separator);
        let end = end - usize::from(is_line_end && bytes[start..end].ends_with(b"\r"));
        return Some((start..end, false, end));
    }
    let (mut place, mut is_doubled) = (start + 1, false);
    loop {
        place += memchr(b'"', &bytes[place..])?;
        if bytes.get(place + 1) != Some(&b'"') {
            return Some((start + 1..place, is_doubled, place + 1));
        }
        (place, is_doubled) = (place + 2, true);
    }
}

fn text_of<'r>(row: &'r str, (range, is_doubled): &Field) -> Cow<'r, str> {
    let text = &row[range.clone()];
    if *is_doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
}

/// A stream in rows.
struct Rows {
    input: Letters,
    /// Why reading ended early; told when all whole rows have been handed out.
    trouble: Option<io::Error>,
    separator: u8,
    buffer: Vec<u8>,
    /// Where in the file the unread bytes begin.
    offset: u64,
    start: usize,
    filled: usize,
    is_end: bool,
    longest: usize,
    fields: Vec<Field>,
    /// How many fields the row has, of which not more are kept than there are columns.
    count: usize,
    /// Size of the row, and of the line end behind it.
    row: (usize, usize),
}

impl Rows {
    fn new(stream: Stream, sink: &Sink<'_>) -> Self {
        Rows {
            input: Letters::new(stream, sink.encoding),
            trouble: None,
            separator: b',',
            buffer: vec![0; CHUNK],
            offset: 0,
            start: 0,
            filled: 0,
            is_end: false,
            longest: sink.longest,
            fields: Vec::new(),
            count: 0,
            row: (0, 0),
        }
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.filled]
    }

    fn length(&self) -> usize {
        self.row.0
    }

    /// The fields of the row. A row that is not UTF-8 is decoded by itself.
    fn texts(&self, charset: Charset) -> Result<Vec<Cow<'_, str>>, String> {
        let bytes = &self.unread()[..self.row.0];
        let may_be_utf8 = charset.is_auto() || self.input.is_decoded();
        if may_be_utf8 && let Ok(row) = std::str::from_utf8(bytes) {
            return Ok(self.fields.iter().map(|field| text_of(row, field)).collect());
        }
        let row = charset::decode(bytes.to_vec(), charset, false)?;
        let mut fields = Vec::new();
        cut(row.as_bytes(), self.separator, true, self.fields.len(), &mut fields);
        Ok(fields.iter().map(|field| Cow::Owned(text_of(&row, field).into_owned())).collect())
    }

    /// Goes behind the row that was handed out.
    fn consume(&mut self) {
        self.pass(self.row.0 + self.row.1);
        self.row = (0, 0);
    }

    fn pass(&mut self, count: usize) {
        self.start += count;
        self.offset += count as u64;
    }

    fn skip_mark(&mut self) -> io::Result<()> {
        self.fill()?;
        if self.unread().starts_with(MARK) {
            self.pass(MARK.len());
        }
        Ok(())
    }

    /// Cuts the next row, of which not more than so many fields are kept.
    fn next(&mut self, most: usize) -> io::Result<Option<Next>> {
        if !self.skip_empty_lines()? {
            return Ok(None);
        }
        loop {
            let unread = &self.buffer[self.start..self.filled];
            match cut(unread, self.separator, self.is_end, most, &mut self.fields) {
                Cut::Row { length, .. } if length > self.longest => {
                    return self.refuse_line(Refused::TooLong);
                }
                Cut::Row { count, length, line_end } => {
                    (self.count, self.row) = (count, (length, line_end));
                    return Ok(Some(Next::Row));
                }
                Cut::BadQuotes => return self.refuse_line(Refused::Quotes),
                Cut::Unfinished if unread.len() > self.longest + 2 => {
                    return self.refuse_line(Refused::TooLong);
                }
                Cut::Unfinished => self.fill()?,
            }
        }
    }

    /// Is there anything behind the empty lines?
    fn skip_empty_lines(&mut self) -> io::Result<bool> {
        loop {
            let count = self.unread().iter().position(|byte| !b"\r\n".contains(byte));
            self.pass(count.unwrap_or(self.unread().len()));
            match count {
                Some(_) => return Ok(true),
                None if self.is_end => return Ok(false),
                None => self.fill()?,
            }
        }
    }

    /// Passes over the line at the front, however long it is.
    fn refuse_line(&mut self, why: Refused) -> io::Result<Option<Next>> {
        let (offset, mut length) = (self.offset, 0);
        loop {
            let end = memchr(b'\n', self.unread());
            let line = &self.unread()[..end.unwrap_or(self.unread().len())];
            length += line.strip_suffix(b"\r").unwrap_or(line).len();
            self.pass(line.len() + usize::from(end.is_some()));
            if end.is_some() || self.is_end {
                return Ok(Some(Next::Refused { offset, length, why }));
            }
            self.fill()?;
        }
    }

    /// Reads on, until there is twice as much or no more.
    fn fill(&mut self) -> io::Result<()> {
        if let Some(error) = self.trouble.take() {
            return Err(error);
        }
        self.buffer.copy_within(self.start..self.filled, 0);
        (self.start, self.filled) = (0, self.filled - self.start);
        if self.buffer.len() < 2 * self.filled {
            self.buffer.resize(2 * self.filled + CHUNK, 0);
        }
        while self.buffer.len() - self.filled > LEAST_ROOM && !self.is_end && self.trouble.is_none() {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.trouble = Some(error),
                Ok(0) => self.is_end = true,
                Ok(count) => self.filled += count,
            }
        }
        Ok(())
    }
}

/// A stream whose separators, quotes and line ends are single bytes. An encoding in which they are not is
/// decoded on the way; places then count the bytes of the text in UTF-8.
struct Letters {
    stream: Stream,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    taken: usize,
    is_last: bool,
}

impl Letters {
    fn new(stream: Stream, charset: Charset) -> Self {
        let decoder = charset.wide(stream.head()).map(Encoding::new_decoder);
        Letters { stream, decoder, raw: Vec::new(), taken: 0, is_last: false }
    }

    fn is_decoded(&self) -> bool {
        self.decoder.is_some()
    }
}

impl Read for Letters {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return self.stream.read(buffer) };
        loop {
            if self.taken == self.raw.len() && !self.is_last {
                self.raw.resize(LEAST_ROOM * 256, 0);
                let count = self.stream.read(&mut self.raw)?;
                self.raw.truncate(count);
                (self.taken, self.is_last) = (0, count == 0);
            }
            let (_, read, written, _) = decoder.decode_to_utf8(&self.raw[self.taken..], buffer, self.is_last);
            self.taken += read;
            if written > 0 || self.is_last && read == 0 {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InputOptions;
    use crate::seen::{Seen, file, flips, stream};
    use proptest::prelude::*;

    fn read(table: impl AsRef<[u8]>) -> Seen {
        stream("a.csv", table.as_ref(), &InputOptions::default())
    }

    fn lines(table: impl AsRef<[u8]>) -> Vec<String> {
        read(table).lines
    }

    #[test]
    fn every_row_has_its_place() {
        let table =
            "\u{feff}id,text,views\r\n7,\"The \"\"bridge\"\",\r\nopened.\",3\r\n\r\n8,Closed.,\r\n,Open,5";
        let seen = read(table);
        assert_eq!(
            seen.lines,
            ["a.csv:18+30 7 The \"bridge\",\r\nopened.", "a.csv:52+10 8 Closed.", "a.csv:64+7 a.csv:64 Open"]
        );
        assert_eq!(seen.documents[0].metadata, "\"views\":\"3\"");
        assert_eq!(&table[18..48], "7,\"The \"\"bridge\"\",\r\nopened.\",3");
    }

    #[test]
    fn the_separator_is_told_from_the_first_line() {
        assert_eq!(lines("id;text\n1;a,b,c\n"), ["a.csv:8+7 1 a,b,c"]);
        assert_eq!(lines("id\ttext\n1\ta,b;c\n"), ["a.csv:8+7 1 a,b;c"]);
        assert_eq!(lines("\"a;b;c\",text\nx,a\n"), ["a.csv:13+3 a.csv:13 a"]);
        assert_eq!(lines("text\na,b\n"), ["a.csv:5+3 wrong-columns: 2 fields for 1 columns"]);
        let tabs = stream("a.tsv", "text\tx,y,z\na\tb\n", &InputOptions::default());
        assert_eq!(tabs.lines, ["a.tsv:11+3 a.tsv:11 a"]);
    }

    #[test]
    fn a_row_that_is_none_costs_itself() {
        let table = "id,text\n1,a\n2\n3,b,c\n4,\"d\" e\n5,\"f\n6,g\n";
        assert_eq!(
            lines(table),
            [
                "a.csv:8+3 1 a",
                "a.csv:12+1 wrong-columns: 1 fields for 2 columns",
                "a.csv:14+5 wrong-columns: 3 fields for 2 columns",
                "a.csv:20+7 bad-quotes: a quote is not closed, or something stands behind it",
                "a.csv:28+4 bad-quotes: a quote is not closed, or something stands behind it",
                "a.csv:33+3 6 g"
            ]
        );
    }

    #[test]
    fn a_quote_that_nobody_closed_does_not_swallow_the_file() {
        let options = InputOptions { max_record_mib: 1, ..InputOptions::default() };
        let rest = "2,b\r\n".repeat(400_000);
        let seen = stream("a.csv", format!("id,text\r\n1,\"a\r\n{rest}"), &options);
        assert_eq!(seen.documents.len(), 400_000);
        assert_eq!(seen.lines[0], "a.csv:9+4 too-long: longer than 1 MiB, the `max-record-mib` of `[input]`");
        assert_eq!(seen.lines[1], "a.csv:15+3 2 b");
        assert_eq!(seen.lines[400_000], format!("a.csv:{}+3 2 b", 15 + 5 * 399_999));
    }

    #[test]
    fn a_long_line_is_passed_over_and_measured() {
        let options = InputOptions { max_record_mib: 1, ..InputOptions::default() };
        let long = "x".repeat(3 << 20);
        let seen = stream("a.csv", format!("id,text\n1,{long}\n2,b\n3,{long}"), &options);
        let too_long = "too-long: longer than 1 MiB, the `max-record-mib` of `[input]`";
        let size = long.len();
        assert_eq!(
            seen.lines,
            [
                format!("a.csv:8+{} {too_long}", size + 2),
                format!("a.csv:{}+3 2 b", size + 11),
                format!("a.csv:{}+{} {too_long}", size + 15, size + 2)
            ]
        );
    }

    #[test]
    fn a_table_without_a_text_is_set_aside_once() {
        assert_eq!(
            lines("id,story\n1,a\n2,b\n"),
            ["a.csv:0+8 no-text: no column `text`; there are `id`, `story`"]
        );
        let options: InputOptions = serde_json::from_str(r#"{"fields": {"text": "story"}}"#).unwrap();
        assert_eq!(stream("a.csv", "id,story\n1,a\n", &options).lines, ["a.csv:9+3 1 a"]);
        assert_eq!(lines("id,text\n1, \n"), ["a.csv:8+3 empty: no text in `text`"]);
        assert_eq!(lines(""), Vec::<String>::new());
        let wide = vec!["text"; MOST_COLUMNS + 1].join(",");
        assert_eq!(lines(&wide), [format!("a.csv:0+{} wrong-columns: more than 10000 columns", wide.len())]);
    }

    #[test]
    fn other_encodings_are_read() {
        let russian = "Мост открыт для движения. Первые машины прошли по нему в девять часов утра.";
        let table = format!("id,text\n1,\"{russian}\"\n2,Open\n");
        let seen = read(encoding_rs::WINDOWS_1251.encode(&table).0);
        assert_eq!(seen.texts(), [russian, "Open"]);
        assert_eq!(seen.lines[1], "a.csv:88+6 2 Open");
        let utf16: Vec<u8> = format!("\u{feff}{table}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(utf16).texts(), [russian, "Open"]);
        let named: InputOptions = serde_json::from_str(r#"{"encoding": "windows-1251"}"#).unwrap();
        let seen = stream("a.csv", encoding_rs::WINDOWS_1251.encode("text\nДа\n").0, &named);
        assert_eq!(seen.lines, ["a.csv:5+2 a.csv:5 Да"]);
        assert_eq!(lines(b"text\nabc\nab\xff\xfe\xfd\xfc\xfb\x81\x8d\x8f\n").len(), 2);
    }

    #[test]
    fn damage_costs_nothing_in_front_of_it() {
        let table: String =
            "text\n".chars().chain((0..200).flat_map(|_| "The bridge is open.\n".chars())).collect();
        let mut encoder =
            copydesk_store::Encoder::new(Vec::new(), copydesk_store::Compression::Gzip { level: 6 }).unwrap();
        std::io::Write::write_all(&mut encoder, table.as_bytes()).unwrap();
        let mut gzip = encoder.finish().unwrap();
        gzip.truncate(gzip.len() - 4);
        let seen = stream("a.csv.gz", gzip, &InputOptions::default());
        assert_eq!(seen.documents.len(), 200);
        assert!(seen.lines[200].contains(" truncated: "), "{}", seen.lines[200]);
    }

    #[test]
    fn flipped_bits_do_no_harm() {
        let table = b"id,text\n1,\"The \"\"bridge\"\"\nis open.\"\n2,Closed.\n3,\"Open, again\"\n";
        for flipped in flips(table, 1) {
            let seen = read(&flipped);
            assert!(seen.documents.len() <= 5, "{:?}", seen.lines);
            assert_eq!(seen.progress, table.len() as u64);
        }
    }

    /// What the crate `csv-core` makes of a table.
    fn reference(mut table: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv_core::Reader::new();
        let (mut out, mut ends, mut rows) = (vec![0; 1 << 16], [0; 100], Vec::new());
        loop {
            let (result, read, _, fields) = reader.read_record(table, &mut out, &mut ends);
            table = &table[read..];
            match result {
                csv_core::ReadRecordResult::Record => {
                    let starts = std::iter::once(0).chain(ends.iter().copied());
                    let row = starts.zip(&ends[..fields]).map(|(start, &end)| out[start..end].to_vec());
                    rows.push(row.map(|field| String::from_utf8(field).unwrap()).collect());
                }
                csv_core::ReadRecordResult::End => return rows,
                _ => {}
            }
        }
    }

    fn quoted(field: &str) -> String {
        format!("\"{}\"", field.replace('"', "\"\""))
    }

    proptest! {
        #[test]
        fn rows_are_those_of_a_known_reader(
            rows in proptest::collection::vec(("[a-c\",;\u{e9}\r\n ]{1,12}", "[a-c]{0,3}"), 1..12),
            end in "\r?\n",
        ) {
            let rows: Vec<_> = rows.into_iter().map(|(text, x)| (format!("t{text}"), x)).collect();
            let table: String =
                rows.iter().map(|(text, x)| format!("{},{x}{end}", quoted(text))).collect();
            let table = format!("text,x{end}{table}");
            let expected: Vec<_> = reference(table.as_bytes())[1..].iter().map(|row| row[0].clone()).collect();
            prop_assert_eq!(&expected, &rows.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>());
            let seen = read(&table);
            prop_assert_eq!(seen.texts(), expected);
        }

        #[test]
        fn the_size_of_the_pieces_read_changes_nothing(table in "text,x\n[a-c\",\r\n]{0,200}", step in 1usize..50) {
            struct Slowly(io::Cursor<Vec<u8>>, usize);
            impl Read for Slowly {
                fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                    let count = buffer.len().min(self.1);
                    self.0.read(&mut buffer[..count])
                }
            }
            let mut lines = Vec::new();
            let slow = Slowly(io::Cursor::new(table.clone().into_bytes()), step);
            crate::read_stream("a.csv", slow, &InputOptions::default(), &mut |reading| {
                match reading {
                    copydesk_core::Reading::Document(document) => {
                        lines.push((document.source.offset, document.source.length, document.text));
                    }
                    copydesk_core::Reading::Quarantined(record) => {
                        lines.push((record.source.offset, record.source.length, record.reason.to_string()));
                    }
                    copydesk_core::Reading::Lost(error) => panic!("{error}"),
                    copydesk_core::Reading::Progress(_) => {}
                }
                ControlFlow::Continue(())
            });
            let whole = file("a.csv", table.as_bytes(), &InputOptions::default(), 16);
            prop_assert_eq!(lines.len(), whole.lines.len());
            for ((offset, length, text), line) in lines.iter().zip(&whole.lines) {
                let place = format!("a.csv:{offset}+{length} ");
                prop_assert!(line.starts_with(&place) && line.contains(text.as_str()), "{} {}", line, place);
            }
        }
    }
}
