//! WARC files of twenty responses, of which something is damaged.
//!
//! Each row says how many articles have to come out, and how many records may be set aside: a
//! damaged record costs one record, in whatever way the file is compressed. The twenty pages hold
//! the articles 0 to 19; what is damaged is the tenth record, number 9, or the last.

use crate::news::{noise, page};
use crate::pack::{GZIP, PLAIN, Packing, ZSTD, append, bit_flipped, gzip, gzip_from, halved, letters};
use crate::{Case, Expect, Size};

/// Records in a file.
pub const RECORDS: usize = 20;
/// The number of the record that is damaged.
pub const BAD: usize = 9;

/// Why a record of a WARC file may be set aside.
const DAMAGED: &[&str] = &[
    "damaged",
    "truncated",
    "bad-header",
    "bad-length",
    "bomb",
    "not-warc",
    "too-long",
    "undecodable",
    "not-text",
];

/// Why a record with nothing else wrong than its body may be set aside.
const NO_ARTICLE: &[&str] = &[
    "bad-header",
    "damaged",
    "empty",
    "encoding",
    "no-text",
    "not-http",
    "not-ok",
    "not-text",
    "truncated",
    "undecodable",
];

/// A record that can still be changed.
#[derive(Debug, Clone)]
pub struct Record {
    /// `WARC/1.0`, or what stands for it.
    pub version: String,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
    /// What the fields describe.
    pub block: Vec<u8>,
    /// What ends a line of the header.
    pub line_break: &'static str,
}

impl Record {
    /// A record of a type. The length of its block is set.
    pub fn new(kind: &str, number: usize, content_type: &str, block: Vec<u8>) -> Self {
        let fields = [
            ("WARC-Type", kind.to_owned()),
            ("WARC-Target-URI", format!("https://news.example/{number}")),
            ("WARC-Date", "2024-02-29T12:00:00Z".to_owned()),
            ("WARC-Record-ID", format!("<urn:uuid:00000000-0000-4000-8000-{number:012}>")),
            ("Content-Type", content_type.to_owned()),
            ("Content-Length", block.len().to_string()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        Record { version: "WARC/1.0".to_owned(), fields, block, line_break: "\r\n" }
    }

    /// The response that brought an article.
    pub fn response(number: usize) -> Self {
        Record::of_http(
            number,
            "200 OK",
            &[("Content-Type", "text/html; charset=utf-8")],
            page(number).as_bytes(),
        )
    }

    /// A response with a status line, fields and a body.
    pub fn of_http(number: usize, status: &str, fields: &[(&str, &str)], body: &[u8]) -> Self {
        let mut block = format!("HTTP/1.1 {status}\r\n").into_bytes();
        fields.iter().for_each(|(name, value)| {
            append(&mut block, &[name.as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
        });
        append(&mut block, &[b"\r\n", body]);
        Record::new("response", number, "application/http; msgtype=response", block)
    }

    /// With another value for a field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let field = self.fields.iter_mut().find(|(known, _)| known == name).expect("a record has this field");
        field.1 = value.into();
        self
    }

    /// Without a field.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    /// With one more field, before all others.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.insert(0, (name.to_owned(), value.into()));
        self
    }

    /// With a length that is so much too large.
    #[must_use]
    pub fn with_length_off_by(self, more: isize) -> Self {
        let length = self.block.len().strict_add_signed(more);
        self.with("Content-Length", length.to_string())
    }

    /// As it stands in a file.
    pub fn bytes(&self) -> Vec<u8> {
        let end = self.line_break.as_bytes();
        let mut bytes = [self.version.as_bytes(), end].concat();
        for (name, value) in &self.fields {
            append(&mut bytes, &[name.as_bytes(), b": ", value.as_bytes(), end]);
        }
        append(&mut bytes, &[end, &self.block, end, end]);
        bytes
    }
}

const PACKINGS: [Packing; 3] = [PLAIN, GZIP, ZSTD];

fn responses() -> Vec<Record> {
    (0..RECORDS).map(Record::response).collect()
}

/// The twenty responses, each packed.
pub fn packed(packing: Packing) -> Vec<Vec<u8>> {
    responses().iter().map(|record| (packing.pack)(&record.bytes())).collect()
}

fn all() -> Expect {
    Expect::articles(0..RECORDS)
}

fn all_but(bad: usize) -> Expect {
    Expect::articles((0..RECORDS).filter(|&number| number != bad))
}

/// Nineteen and one set aside.
fn one_lost(bad: usize) -> Expect {
    all_but(bad).and_set_aside(1..=1, DAMAGED)
}

/// Nineteen, and of the bad one a document, a record set aside, or a document that is flagged.
fn one_in_doubt(bad: usize) -> Expect {
    all_but(bad).and_documents(0..=1).and_set_aside(0..=2, DAMAGED)
}

fn case(name: &str, packing: Packing, bytes: Vec<u8>, expect: Expect) -> Case {
    Case::new(&format!("{name}-{}", packing.name), &format!("warc{}", packing.suffix), bytes, expect)
}

/// Every row, in each packing in which it makes sense.
pub fn cases(size: Size) -> Vec<Case> {
    let mut cases = Vec::new();
    for packing in PACKINGS {
        cases.push(case("good", packing, packed(packing).concat(), all()));
        cases.extend(damaged_headers(size).into_iter().map(|(name, record, expect)| {
            let mut records = responses();
            records[BAD] = record;
            let bytes = records.iter().flat_map(|record| (packing.pack)(&record.bytes())).collect();
            case(name, packing, bytes, expect)
        }));
        cases.extend(odd_files(packing));
    }
    for packing in [GZIP, ZSTD] {
        cases.extend(damaged_members(packing));
    }
    cases.push(cut(PLAIN));
    cases.extend(not_warc());
    cases
}

/// The tenth record has something odd in its header or its block; the others are as they should be.
fn damaged_headers(size: Size) -> Vec<(&'static str, Record, Expect)> {
    let record = || Record::response(BAD);
    let mut rows = lengths();
    let mut lines = record();
    lines.fields.extend((0..size.of(50_000)).map(|line| (format!("X-{line}"), "x".to_owned())));
    let mut two_lengths = record();
    two_lengths.fields.push(("Content-Length".to_owned(), "7".to_owned()));
    rows.extend([
        ("header-line-of-1-mb", record().and("X-Long", "x".repeat(size.of(1_000_000))), one_in_doubt(BAD)),
        ("many-header-lines", lines, one_in_doubt(BAD)),
        ("nul-in-header", record().and("X-Nul", "a\0b"), one_in_doubt(BAD)),
        ("escapes-in-uri", record().with("WARC-Target-URI", "http://x/\u{1b}[35m\u{202e}red"), all()),
        ("uri-leads-out", record().with("WARC-Target-URI", "http://x/../../../../etc/passwd"), all()),
        ("uri-missing", record().without("WARC-Target-URI"), one_in_doubt(BAD)),
        ("uri-empty", record().with("WARC-Target-URI", ""), one_in_doubt(BAD)),
        ("record-id-missing", record().without("WARC-Record-ID"), one_in_doubt(BAD)),
        (
            "record-id-of-another",
            Record::response(BAD).with("WARC-Record-ID", "<urn:uuid:00000000-0000-4000-8000-000000000003>"),
            all(),
        ),
        ("date-of-no-calendar", record().with("WARC-Date", "2024-02-31T25:61:61Z"), all()),
        ("type-missing", record().without("WARC-Type"), one_in_doubt(BAD)),
        ("type-unknown", record().with("WARC-Type", "sculpture"), one_in_doubt(BAD)),
        ("two-lengths", two_lengths, one_in_doubt(BAD)),
        ("version-of-the-future", Record { version: "WARC/9.9".to_owned(), ..record() }, one_in_doubt(BAD)),
        ("version-0.18", Record { version: "WARC/0.18".to_owned(), ..record() }, one_in_doubt(BAD)),
        (
            "names-in-capitals",
            {
                let mut record = record();
                record.fields.iter_mut().for_each(|(name, _)| name.make_ascii_uppercase());
                record
            },
            all(),
        ),
        ("folded-header-line", record().and("X-Folded", "a\r\n b\r\n\tc"), all()),
    ]);
    rows.extend(blocks());
    rows
}

/// The length of the tenth record is wrong.
fn lengths() -> Vec<(&'static str, Record, Expect)> {
    let record = || Record::response(BAD);
    let off = |more| record().with_length_off_by(more);
    let length = |value: &str| record().with("Content-Length", value);
    // the record behind it may go with it
    let too_large = Expect::articles((0..RECORDS).filter(|&number| number != BAD && number != BAD + 1))
        .and_documents(0..=2)
        .and_set_aside(0..=2, DAMAGED);
    vec![
        ("length-too-small", off(-40), one_in_doubt(BAD)),
        ("length-0", length("0"), one_in_doubt(BAD)),
        ("length-too-large", off(40), too_large.clone()),
        ("length-beyond-the-file", off(100_000_000), too_large),
        ("length-of-20-digits", length("18446744073709551617"), one_in_doubt(BAD)),
        ("length-of-64-bits", length("18446744073709551615"), one_in_doubt(BAD)),
        ("length-negative", length("-5"), one_in_doubt(BAD)),
        ("length-no-number", length("many"), one_in_doubt(BAD)),
        ("length-missing", record().without("Content-Length"), one_in_doubt(BAD)),
    ]
}

/// The block of the tenth record is odd.
fn blocks() -> Vec<(&'static str, Record, Expect)> {
    const HTML: (&str, &str) = ("Content-Type", "text/html");
    let body = page(BAD);
    let http = |fields: &[(&str, &str)], body: &[u8]| {
        Record::of_http(BAD, "200 OK", &[&[HTML], fields].concat(), body)
    };
    let gzipped = gzip(body.as_bytes());
    let chunked = |sizes: &str| format!("{sizes}\r\n{body}\r\n0\r\n\r\n");
    let size = format!("{:x}", body.len());
    let chunk = [("Transfer-Encoding", "chunked")];
    let packed = [("Content-Encoding", "gzip")];
    let no_article = || all_but(BAD).and_documents(0..=1).and_set_aside(0..=1, NO_ARTICLE);
    vec![
        ("body-in-gzip", http(&packed, &gzipped), all()),
        ("body-said-to-be-in-gzip", http(&packed, body.as_bytes()), no_article()),
        ("body-in-gzip-cut", http(&packed, &halved(gzipped.clone())), no_article()),
        ("body-in-unknown-encoding", http(&[("Content-Encoding", "sdch")], &noise(4, 900)), no_article()),
        ("body-in-chunks", http(&chunk, chunked(&size).as_bytes()), all()),
        ("body-said-to-be-in-chunks", http(&chunk, body.as_bytes()), no_article()),
        ("chunk-of-20-digits", http(&chunk, chunked("fffffffffffffffffff").as_bytes()), no_article()),
        ("chunk-negative", http(&chunk, chunked("-5").as_bytes()), no_article()),
        ("body-empty", http(&[], b""), no_article()),
        ("body-binary", http(&[], &noise(5, 2000)), no_article()),
        ("body-of-another-length", http(&[("Content-Length", "7")], body.as_bytes()), no_article()),
        (
            "http-without-empty-line",
            Record::new(
                "response",
                BAD,
                "application/http",
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html".to_vec(),
            ),
            no_article(),
        ),
        ("http-status-of-no-number", Record::of_http(BAD, "ok", &[HTML], body.as_bytes()), no_article()),
        ("http-not-found", Record::of_http(BAD, "404 Not Found", &[HTML], body.as_bytes()), no_article()),
        (
            "http-with-line-feeds",
            Record::new(
                "response",
                BAD,
                "application/http",
                format!("HTTP/1.0 200 OK\nContent-Type: text/html\n\n{body}").into_bytes(),
            ),
            all(),
        ),
        ("no-http", Record::new("response", BAD, "application/http", body.into_bytes()), no_article()),
        ("block-empty", Record::new("response", BAD, "application/http", Vec::new()), no_article()),
        (
            "a-record-in-the-block",
            Record::of_http(
                BAD,
                "200 OK",
                &[HTML],
                &[Record::response(BAD).bytes(), page(BAD).into_bytes()].concat(),
            ),
            no_article(),
        ),
    ]
}

/// The tenth member or frame, or the last, is damaged.
fn damaged_members(packing: Packing) -> Vec<Case> {
    let with_bad = |damage: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let mut members = packed(packing);
        members[BAD] = damage(std::mem::take(&mut members[BAD]));
        members.concat()
    };
    let whole: Vec<u8> = packed(PLAIN).concat();
    vec![
        case("cut-record", packing, with_bad(&halved), one_lost(BAD)),
        case("bit-flipped-in-record", packing, with_bad(&bit_flipped), one_lost(BAD)),
        case("wrong-sum-of-record", packing, with_bad(&|member| packing.wrong_sum(member)), one_lost(BAD)),
        case("junk-for-record", packing, with_bad(&|member| noise(6, member.len())), one_lost(BAD)),
        case("record-gone", packing, with_bad(&|_| Vec::new()), all_but(BAD)),
        case("all-in-one", packing, (packing.pack)(&whole), all()),
        case("nul-behind-the-last", packing, [packed(packing).concat(), vec![0; 512]].concat(), all()),
        case("record-in-two", packing, record_in_two(packing), all()),
        case("two-records-in-one", packing, two_records_in_one(packing), all()),
        cut(packing),
    ]
}

/// The tenth record begins in one member and ends in the next.
fn record_in_two(packing: Packing) -> Vec<u8> {
    let mut members = packed(packing);
    let record = Record::response(BAD).bytes();
    let (head, tail) = record.split_at(record.len() / 2);
    members[BAD] = [(packing.pack)(head), (packing.pack)(tail)].concat();
    members.concat()
}

fn two_records_in_one(packing: Packing) -> Vec<u8> {
    let records: Vec<_> = responses().iter().map(Record::bytes).collect();
    records.chunks(2).flat_map(|two| (packing.pack)(&two.concat())).collect()
}

/// The last record is cut off in its block.
fn cut(packing: Packing) -> Case {
    let mut records = packed(packing);
    let last = records.pop().expect("there are twenty");
    records.push(halved(last));
    case("last-record-cut", packing, records.concat(), one_lost(RECORDS - 1))
}

/// All records are good; what stands between them is odd.
fn odd_files(packing: Packing) -> Vec<Case> {
    let between = |filling: &[u8]| packed(packing).join(filling);
    let with_line_feeds = responses().into_iter().map(|record| Record { line_break: "\n", ..record });
    let line_feeds = with_line_feeds.flat_map(|record| (packing.pack)(&record.bytes())).collect();
    vec![
        case("line-feeds-only", packing, line_feeds, all()),
        case("nul-between-records", packing, between(&[0; 777]), all().and_set_aside(0..=19, DAMAGED)),
        case("other-types-of-records", packing, other_types(packing), all()),
    ]
}

/// Records that are no responses, as crawls have them.
fn other_types(packing: Packing) -> Vec<u8> {
    let mut records =
        vec![Record::new("warcinfo", 900, "application/warc-fields", b"software: example\r\n".to_vec())];
    for number in 0..RECORDS {
        let request = format!("GET /{number} HTTP/1.1\r\nHost: news.example\r\n\r\n").into_bytes();
        records.push(Record::new("request", 1000 + number, "application/http; msgtype=request", request));
        records.push(Record::response(number));
        let metadata = b"fetchTimeMs: 7\r\n".to_vec();
        records.push(Record::new("metadata", 2000 + number, "application/warc-fields", metadata));
    }
    records.push(Record::new(
        "revisit",
        3000,
        "application/http; msgtype=response",
        b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(),
    ));
    records.iter().flat_map(|record| (packing.pack)(&record.bytes())).collect()
}

/// Files that have the name of a WARC file only.
fn not_warc() -> Vec<Case> {
    const REASONS: &[&str] = &["not-warc", "empty", "damaged", "not-text", "no-text", "truncated"];
    let one = || Expect::nothing().and_set_aside(1..=1, REASONS);
    let error_page =
        b"<!DOCTYPE html><html><head><title>503</title></head><body>Service Unavailable</body></html>\n";
    let headless = [Record::response(BAD).bytes()[9..].to_vec(), packed(PLAIN).concat()].concat();
    vec![
        Case::new("error-page", "warc", error_page.to_vec(), one()).between_good_files(),
        Case::new("error-page-in-gzip", "warc.gz", gzip(error_page), one()).between_good_files(),
        Case::new("noise", "warc", noise(8, 100_000), one()).between_good_files(),
        Case::new("empty", "warc", Vec::new(), Expect::nothing().and_set_aside(0..=1, REASONS))
            .between_good_files(),
        Case::new("head-of-first-record-gone", "warc", headless, all().and_set_aside(0..=1, DAMAGED)),
    ]
}

/// Bombs among the records: the tenth is `count` letters in a member of its own, or a body that
/// becomes as many.
pub fn bombs(count: usize) -> Vec<Case> {
    let html = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")];
    let body = Record::of_http(BAD, "200 OK", &html, &gzip_from(letters(count))).bytes();
    PACKINGS
        .into_iter()
        .map(|packing| {
            let mut members = packed(packing);
            members[BAD] = (packing.pack)(&body);
            case("body-is-a-bomb", packing, members.concat(), one_lost(BAD))
        })
        .chain([record_bomb(GZIP, gzip_from, count), record_bomb(ZSTD, crate::pack::zstd_from, count)])
        .collect()
}

type PackFrom = fn(Box<dyn std::io::Read>) -> Vec<u8>;

fn record_bomb(packing: Packing, pack: PackFrom, count: usize) -> Case {
    use std::io::Read;
    let record = Record::of_http(BAD, "200 OK", &[("Content-Type", "text/html")], b"");
    let header = record.with_length_off_by(count as isize).bytes();
    let header = header[..header.len() - 4].to_vec();
    let mut members = packed(packing);
    members[BAD] = pack(Box::new(std::io::Cursor::new(header).chain(letters(count)).chain(&b"\r\n\r\n"[..])));
    case("record-is-a-bomb", packing, members.concat(), one_lost(BAD))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn starts(bytes: &[u8]) -> usize {
        bytes.windows(7).filter(|window| window == b"WARC/1.").count()
    }

    #[test]
    fn a_file_has_twenty_records() {
        assert_eq!(starts(&packed(PLAIN).concat()), RECORDS);
        let mut text = Vec::new();
        flate2::read::MultiGzDecoder::new(packed(GZIP).concat().as_slice()).read_to_end(&mut text).unwrap();
        assert_eq!(text, packed(PLAIN).concat());
        assert_eq!(zstd_text(&packed(ZSTD).concat()), text);
    }

    fn zstd_text(bytes: &[u8]) -> Vec<u8> {
        zstd::decode_all(bytes).unwrap()
    }

    #[test]
    fn lengths_are_right_where_they_should_be() {
        let bytes = Record::response(7).bytes();
        let text = String::from_utf8(bytes).unwrap();
        let (header, rest) = text.split_once("\r\n\r\n").unwrap();
        let length: usize = header.rsplit_once("Content-Length: ").unwrap().1.parse().unwrap();
        assert_eq!(&rest[length..], "\r\n\r\n");
        assert!(rest.starts_with("HTTP/1.1 200 OK\r\n"));
    }

    #[test]
    fn a_bomb_is_as_long_as_it_says() {
        let case = &bombs(1000)[3];
        let mut text = Vec::new();
        flate2::read::MultiGzDecoder::new(case.files[0].bytes.as_slice()).read_to_end(&mut text).unwrap();
        assert_eq!(starts(&text), RECORDS);
        assert!(text.windows(1000).any(|window| window == [crate::pack::LETTER; 1000]));
    }

    #[test]
    fn every_row_is_there() {
        let cases = cases(Size::Small);
        assert!(cases.len() >= 150, "{}", cases.len());
        assert!(cases.iter().all(|case| case.expect.sentences.len() >= 2));
    }
}
