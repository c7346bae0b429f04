//! The header of a WARC record.
//!
//! A version, fields, an empty line. Names are known in any case, and some as the tools of the ARC era
//! wrote them. What the fields mean for a document is said here, too; where a record begins and ends is
//! for `warc.rs` to find out.

use std::borrow::Cow;

use copydesk_core::Document;
use memchr::memchr;

use crate::http::{Lines, field};

/// What begins a record.
pub(crate) const MAGIC: &[u8] = b"WARC/";

/// A version and the name of the first field are not longer, blanks included.
const LONGEST_START: usize = 128;

/// The fields that are asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) kind: Cow<'a, str>,
    /// None if it is not said, or no number that can be.
    pub(crate) length: Option<u64>,
    pub(crate) content_type: Option<Cow<'a, str>>,
    pub(crate) payload_type: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    trec_id: Option<Cow<'a, str>>,
    uri: Option<Cow<'a, str>>,
    /// Fields that are kept as metadata, by the names that they get.
    kept: Vec<(&'static str, Cow<'a, str>)>,
}

/// Fields that go to the metadata of a document, and what they are called there.
const KEPT: [(&str, &str); 7] = [
    ("warc-date", "warc-date"),
    ("archive-date", "warc-date"),
    ("warc-block-digest", "warc-block-digest"),
    ("warc-payload-digest", "warc-payload-digest"),
    ("warc-refers-to", "warc-refers-to"),
    ("warc-identified-content-language", "warc-identified-content-language"),
    ("warc-truncated", "warc-truncated"),
];

impl<'a> Header<'a> {
    /// Reads a header: what comes before its empty line.
    pub(crate) fn parse(bytes: &'a [u8]) -> Self {
        let mut header = Header::default();
        Lines(bytes).skip(1).filter_map(field).for_each(|(name, value)| header.take(name, value));
        header
    }

    fn take(&mut self, name: &[u8], value: &'a [u8]) {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let text = String::from_utf8_lossy(value);
        if is("content-length") {
            self.length = self.length.or_else(|| text.parse().ok());
        } else if is("warc-type") {
            self.kind = text;
        } else if is("warc-record-id") {
            self.id = Some(text);
        } else if is("warc-trec-id") {
            self.trec_id = Some(text);
        } else if is("warc-target-uri") || is("uri") {
            self.uri = Some(text);
        } else if is("content-type") {
            self.content_type = Some(text);
        } else if is("warc-identified-payload-type") {
            self.payload_type = Some(text);
        } else if let Some((_, kept)) = KEPT.iter().find(|(known, _)| is(known)) {
            self.kept.push((kept, text));
        }
    }

    /// A document that knows what the header says of it. Its date is not that of the crawl.
    pub(crate) fn document(self) -> Document {
        let mut metadata = String::new();
        push_member("warc-type", &self.kind, &mut metadata);
        self.kept.iter().for_each(|(name, value)| push_member(name, value, &mut metadata));
        let is_there = |text: &Cow<'_, str>| !text.is_empty();
        let id = self.trec_id.filter(is_there).or(self.id).unwrap_or_default().into_owned();
        // some tools put it in brackets
        let uri = self.uri.map(|uri| uri.trim_matches(['<', '>']).to_owned()).filter(|uri| !uri.is_empty());
        Document { id, url: uri, metadata, ..Document::default() }
    }
}

fn push_member(name: &str, value: &str, out: &mut String) {
    if !out.is_empty() {
        out.push(',');
    }
    out.extend(["\"", name, "\":"]);
    let is_plain = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if value.bytes().all(is_plain) {
        out.extend(["\"", value, "\""]);
    } else {
        out.push_str(&serde_json::Value::from(value).to_string());
    }
}

/// How long a header is with its empty line; none if that has not come yet.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let mut place = 0;
    while let Some(step) = memchr(b'\n', &bytes[place..]) {
        place += step + 1;
        match &bytes[place..] {
            [b'\n', ..] => return Some(place + 1),
            [b'\r', b'\n', ..] => return Some(place + 2),
            _ => {}
        }
    }
    None
}

/// Does a record begin here? None if there are too few bytes to tell.
pub(crate) fn begins(bytes: &[u8]) -> Option<bool> {
    const VERSION: usize = MAGIC.len() + 3;
    let bytes = &bytes[..bytes.len().min(LONGEST_START)];
    let version = &bytes[..bytes.len().min(VERSION)];
    let is_version = version.iter().enumerate().all(|(place, byte)| match place {
        5 | 7 => byte.is_ascii_digit(),
        6 => *byte == b'.',
        _ => *byte == MAGIC[place],
    });
    if !is_version {
        return Some(false);
    }
    // more bytes would change nothing
    let too_long = (bytes.len() == LONGEST_START).then_some(false);
    begins_with_name(bytes.get(VERSION..)?).or(too_long)
}

/// Does the name of a field, with its colon, follow a version?
fn begins_with_name(bytes: &[u8]) -> Option<bool> {
    let rest = bytes.trim_ascii_start();
    // `WARC/0.18` had one more digit
    let rest = rest.strip_prefix(b"8").unwrap_or(rest).trim_ascii_start();
    let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte))?;
    let behind = rest[end..].trim_ascii_start().first()?;
    Some(end > 0 && *behind == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_bytes_do_not_change_what_fewer_told() {
        let blanks = " ".repeat(90);
        let long = "x".repeat(200);
        let cases = [
            ("WARC/1.0\r\nWARC-Type: response\r\n".to_owned(), true),
            ("WARC/0.18\nWARC-Type \t: response\n".to_owned(), true),
            (format!("WARC/1.0{blanks}a:"), true),
            (format!("WARC/1.0{blanks}{blanks}a:"), false),
            (format!("WARC/1.0\r\na{blanks}{blanks}:"), false),
            (format!("WARC/1.0\r\n{long}:"), false),
            ("WARC/1.0\r\nno field".to_owned(), false),
            ("WARC/1.0\r\n: nothing".to_owned(), false),
            ("WARC/x".to_owned(), false),
        ];
        for (text, expected) in cases {
            let told: Vec<_> = (0..=text.len()).filter_map(|end| begins(&text.as_bytes()[..end])).collect();
            assert!(!told.is_empty() && told.iter().all(|told| *told == expected), "{text:?}: {told:?}");
        }
    }
}
