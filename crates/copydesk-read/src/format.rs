//! What kind of dump a file is.
//!
//! The name decides if it says anything, else the first bytes do. Nothing is read here: a caller
//! brings the name and the head of the file. What is decided goes on to `jsonl.rs` or `text.rs`.

use std::borrow::Cow;

use encoding_rs::Encoding;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many bytes of a file are looked at.
pub(crate) const HEAD: usize = 1024;

/// In random bytes one in nine is a control byte, in text hardly any: beyond one in twenty, it is
/// no text.
const CONTROL_SHARE: usize = 20;

/// Where the header of a tar entry says what it is.
const TAR_MAGIC: usize = 257;

/// Tags that a piece of a page begins with. Those that news XML has too, such as `body` and `head`,
/// are not among them.
const HTML_TAGS: [&str; 17] = [
    "p", "div", "span", "article", "main", "section", "h1", "h2", "h3", "a", "b", "i", "ul", "ol", "table",
    "meta", "script",
];

/// What the files of an input are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Told by the file's name, then by its first bytes.
    #[default]
    Auto,
    /// Plain text, one article a file.
    Text,
    /// HTML, one page a file.
    Html,
    /// XML, one file a payload for an extractor.
    Xml,
    /// SGML, one file a payload for an extractor.
    Sgml,
    /// One JSON object, or a list of them.
    Json,
    /// A JSON object in every line.
    Jsonl,
    /// A table with a row of names first; separated by `,`, `;` or tabs.
    Csv,
    /// A table with a row of names first, separated by tabs.
    Tsv,
    /// A table in row groups.
    Parquet,
    /// An archive; each file in it is told by its name and its first bytes.
    Zip,
    /// An archive without a list of its files, compressed or not.
    Tar,
    /// Records of a crawl: WARC, with pages or with text in it (WET).
    Warc,
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As lines with a record in each.
    Lines,
    /// As records of a crawl.
    Warc,
    /// As one JSON value.
    Json,
    /// As a table, with this byte between the fields if that is known.
    Table(Option<u8>),
    /// As a table in row groups.
    Parquet,
    /// As an archive.
    Zip,
    /// As an archive.
    Tar,
    /// As one payload of that MIME type.
    Payload(&'static str),
    /// Not at all: so many of the first bytes are control bytes.
    NotText(usize),
}

const TEXT: Kind = Kind::Payload("text/plain");
const HTML: Kind = Kind::Payload("text/html");
const XML: Kind = Kind::Payload("application/xml");
const SGML: Kind = Kind::Payload("text/sgml");

/// Is the file, as far as its name tells, made of records that can be read from the middle on?
pub(crate) fn may_be_cut(format: Format, name: &str) -> bool {
    match format {
        Format::Jsonl | Format::Parquet | Format::Warc | Format::Zip => true,
        Format::Auto => {
            matches!(kind_of_name(name), None | Some(Kind::Lines | Kind::Parquet | Kind::Warc | Kind::Zip))
        }
        _ => false,
    }
}

/// What a file is. `name` has no `.gz` at its end; `head` is the first [`HEAD`] bytes.
pub(crate) fn kind(format: Format, name: &str, head: &[u8]) -> Kind {
    match format {
        Format::Auto => match kind_of_name(name) {
            Some(TEXT) => text_or_not(&in_utf8(head)),
            Some(kind) => kind,
            None => kind_of_content(name, &in_utf8(head)),
        },
        Format::Text => TEXT,
        Format::Html => HTML,
        Format::Xml => XML,
        Format::Sgml => SGML,
        Format::Json => Kind::Json,
        Format::Jsonl => Kind::Lines,
        Format::Csv => Kind::Table(None),
        Format::Tsv => Kind::Table(Some(b'\t')),
        Format::Parquet => Kind::Parquet,
        Format::Zip => Kind::Zip,
        Format::Tar => Kind::Tar,
        Format::Warc => Kind::Warc,
    }
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

fn kind_of_name(name: &str) -> Option<Kind> {
    match extension(name).as_str() {
        "jsonl" | "ndjson" | "jsonlines" => Some(Kind::Lines),
        "txt" | "text" | "md" => Some(TEXT),
        "html" | "htm" | "xhtml" => Some(HTML),
        "xml" | "nitf" | "newsml" => Some(XML),
        "sgm" | "sgml" => Some(SGML),
        "csv" => Some(Kind::Table(None)),
        "tsv" | "tab" => Some(Kind::Table(Some(b'\t'))),
        "parquet" | "parq" => Some(Kind::Parquet),
        "zip" => Some(Kind::Zip),
        "tar" | "tgz" | "tzst" | "tbz2" | "txz" => Some(Kind::Tar),
        "warc" | "wet" => Some(Kind::Warc),
        _ => None,
    }
}

/// A head in UTF-16 with its mark becomes UTF-8; any other stays as it is.
fn in_utf8(head: &[u8]) -> Cow<'_, [u8]> {
    match Encoding::for_bom(head) {
        Some((encoding, mark)) => match encoding.decode_without_bom_handling(&head[mark..]).0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        },
        None => Cow::Borrowed(head),
    }
}

/// What says by its first bytes that it is no text.
fn kind_of_magic(name: &str, head: &[u8]) -> Option<Kind> {
    const OFFICE: [&str; 9] = ["docx", "xlsx", "pptx", "odt", "ods", "odp", "epub", "jar", "apk"];
    if head.starts_with(b"PAR1") {
        Some(Kind::Parquet)
    } else if head.starts_with(b"PK\x03\x04") && !OFFICE.contains(&&*extension(name)) {
        Some(Kind::Zip)
    } else {
        (head.get(TAR_MAGIC..TAR_MAGIC + 5) == Some(b"ustar")).then_some(Kind::Tar)
    }
}

fn kind_of_content(name: &str, head: &[u8]) -> Kind {
    if let Some(kind) = kind_of_magic(name, head) {
        return kind;
    }
    let head = head.trim_ascii_start();
    let is_json = extension(name) == "json";
    match head.first() {
        Some(b'W') if head.starts_with(b"WARC/") => Kind::Warc,
        Some(b'{') if is_one_object_over_lines(head) => Kind::Json,
        Some(b'{') => Kind::Lines,
        Some(b'[') if is_json => Kind::Json,
        _ if is_json => Kind::Lines,
        Some(b'<') => {
            if looks_like_html(head) {
                HTML
            } else {
                XML
            }
        }
        _ if head.contains(&0) => Kind::NotText(control_bytes(head)),
        _ => text_or_not(head),
    }
}

/// Plain text, unless it is full of control bytes.
fn text_or_not(head: &[u8]) -> Kind {
    let control = control_bytes(head);
    if control > head.len() / CONTROL_SHARE { Kind::NotText(control) } else { TEXT }
}

fn control_bytes(head: &[u8]) -> usize {
    // ESC changes the letters in some Japanese encodings
    let is_control = |byte: &&u8| byte.is_ascii_control() && !b"\t\n\r\x0c\x1b".contains(byte);
    head.iter().filter(is_control).count()
}

/// Does the first line begin an object that other lines go on with?
fn is_one_object_over_lines(head: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', head) else { return false };
    let (line, rest) = head.split_at(end);
    let is_unfinished =
        serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err_and(|error| error.is_eof());
    is_unfinished && rest.trim_ascii_start().first() != Some(&b'{')
}

fn looks_like_html(head: &[u8]) -> bool {
    let head = head.to_ascii_lowercase();
    let has = |what: &str| memchr::memmem::find(&head, what.as_bytes()).is_some();
    has("<!doctype html") || has("<html") || is_html_tag(&head[1..])
}

/// Does a fragment of a page begin here?
fn is_html_tag(behind_bracket: &[u8]) -> bool {
    let end =
        behind_bracket.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(behind_bracket.len());
    let tag = behind_bracket[..end].to_ascii_lowercase();
    HTML_TAGS.iter().any(|known| known.as_bytes() == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(name: &str, head: impl AsRef<[u8]>) -> Kind {
        kind(Format::Auto, name, head.as_ref())
    }

    #[test]
    fn the_name_decides_first() {
        assert_eq!(auto("a.jsonl", "<html>"), Kind::Lines);
        assert_eq!(auto("a.TXT", "{\"text\":1}"), TEXT);
        assert_eq!(auto("a.htm", ""), HTML);
        assert_eq!(auto("a.nitf", ""), XML);
        assert_eq!(auto("reut2-000.sgm", ""), SGML);
    }

    #[test]
    fn then_the_content_does() {
        assert_eq!(auto("part-00000", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n"), Kind::Lines);
        assert_eq!(auto("page", "\u{feff}\n<!DOCTYPE html><html>"), HTML);
        assert_eq!(auto("page", "<?xml version=\"1.0\"?><html xmlns=\"x\">"), HTML);
        assert_eq!(auto("page", "<p class=\"lead\">The bridge"), HTML);
        assert_eq!(auto("feed", "<?xml version=\"1.0\"?><rss>"), XML);
        assert_eq!(auto("story", "<?xml version=\"1.0\"?><nitf><head><title>"), XML);
        assert_eq!(auto("a", "The bridge is open."), TEXT);
        assert_eq!(auto("a", ""), TEXT);
    }

    #[test]
    fn utf16_is_looked_into() {
        let utf16: Vec<u8> = "\u{feff}<html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(auto("page", utf16), HTML);
    }

    #[test]
    fn a_json_file_is_lines_or_one_value() {
        assert_eq!(auto("c4.json", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n"), Kind::Lines);
        assert_eq!(auto("one.json", "{\"text\": \"a\"}"), Kind::Lines, "one line is lines");
        assert_eq!(auto("one.json", "{\n  \"text\": \"a\"\n}\n"), Kind::Json);
        assert_eq!(auto("all.json", " [{\"text\": \"a\"}]"), Kind::Json);
        assert_eq!(
            auto("c4.json", "{\"text\": \"cut\n{\"text\": \"b\"}\n"),
            Kind::Lines,
            "a damaged first line"
        );
        assert_eq!(auto("notes", "[1] The bridge is open."), TEXT);
    }

    #[test]
    fn bytes_that_are_no_text_are_known() {
        assert_eq!(auto("a.docx", "PK\u{3}\u{4}\0\0"), Kind::NotText(4));
        assert_eq!(text_or_not(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0"), Kind::NotText(6));
        assert_eq!(text_or_not(b"\0"), Kind::NotText(1));
        assert_eq!(text_or_not(b"One NUL in a long text is kept\0"), TEXT);
        assert_eq!(
            auto("a.txt", "\u{feff}abc".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
            TEXT
        );
    }

    #[test]
    fn what_can_be_read_from_the_middle_is_told_from_the_name() {
        assert!(may_be_cut(Format::Auto, "a.jsonl") && may_be_cut(Format::Auto, "part-00000"));
        assert!(!may_be_cut(Format::Auto, "a.txt") && !may_be_cut(Format::Html, "a.jsonl"));
    }
}
