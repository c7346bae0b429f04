//! JSON Lines: forty good lines, and a bad one among them.
//!
//! A line that is no record costs itself and nothing else. Whether it can still be a document
//! differs from line to line: an odd id is no reason to lose an article, a text that is a number is.

use std::ops::RangeInclusive;

use crate::news::{json_line, noise, sentence};
use crate::pack::{GZIP, ZSTD, append, bit_flipped, gzip, halved};
use crate::{Case, Expect, Size};

/// How many good lines stand in a file.
pub const GOOD: usize = 40;

/// In the files that are damaged as a whole; long enough that half of the bytes hold some of them.
const GOOD_IN_LONG: usize = 2000;

/// What becomes of a bad line.
enum Fate {
    /// It is passed over: there is nothing in it.
    Nothing,
    /// It is a document all the same.
    Document,
    /// It is set aside, for any of these reasons.
    SetAside(&'static [&'static str]),
    /// A document, or set aside for any of these reasons: the standard does not say.
    Either(&'static [&'static str]),
}
use Fate::{Document, Either, Nothing, SetAside};

const NOT_JSON: Fate = SetAside(&["not-json"]);
const NO_TEXT: Fate = SetAside(&["no-text"]);
const NOT_OBJECT: Fate = SetAside(&["not-object", "not-json"]);
const NO_UTF8: Fate = SetAside(&["undecodable", "not-json"]);
const ODD: Fate = Either(&["not-json", "no-text", "empty", "too-long", "too-deep", "undecodable"]);

struct Bad {
    name: &'static str,
    line: Vec<u8>,
    fate: Fate,
}

fn bad(name: &'static str, line: impl Into<Vec<u8>>, fate: Fate) -> Bad {
    Bad { name, line: line.into(), fate }
}

/// A line whose text is the article 99, with `more` members before it.
fn with(more: &str) -> String {
    json_line(99).replacen("{\"id\": \"good-99\",", &format!("{{{more},"), 1)
}

/// A line with `inside` in the middle of its text, which is the article 99.
fn inside_text(inside: &[u8]) -> Vec<u8> {
    let line = json_line(99);
    let place = line.find("\\n\\n").expect("an article has two paragraphs") + 4;
    [&line.as_bytes()[..place], inside, &line.as_bytes()[place..]].concat()
}

fn bad_lines(size: Size) -> Vec<Bad> {
    let mut all = no_json();
    all.extend(no_text());
    all.extend(odd_values());
    all.extend(odd_bytes());
    all.extend(too_much(size));
    all
}

/// Lines that are no JSON, or no object.
fn no_json() -> Vec<Bad> {
    let line = json_line(99);
    vec![
        bad("broken-json", &line[..line.len() / 2], NOT_JSON),
        bad("prose", "The bridge is open.", NOT_JSON),
        bad("two-objects", format!("{line} {line}"), NOT_JSON),
        bad("comma-at-the-end", line.replace("\"}", "\",}"), NOT_JSON),
        bad("single-quotes", line.replace('"', "'"), NOT_JSON),
        bad("nan", with("\"score\": NaN"), NOT_JSON),
        bad("infinity", with("\"score\": -Infinity"), NOT_JSON),
        bad("raw-tab-in-text", inside_text(b"\t"), NOT_JSON),
        bad("nul-bytes", vec![0; 300], NOT_JSON),
        bad(
            "binary",
            noise(7, 400).into_iter().filter(|&byte| byte != b'\n').collect::<Vec<_>>(),
            SetAside(&["undecodable", "not-json"]),
        ),
        bad("cr-only", format!("{line}\r{line}"), NOT_JSON),
        bad("array", "[\"id\", \"text\"]", NOT_OBJECT),
        bad("array-of-objects", format!("[{line}]"), NOT_OBJECT),
        bad("null", "null", NOT_OBJECT),
        bad("number", "5", NOT_OBJECT),
        bad("string", "\"The bridge is open.\"", NOT_OBJECT),
        bad("deep-array", "[".repeat(20_000), NOT_OBJECT),
        bad("deep-closed-array", ["[", "]"].map(|bracket| bracket.repeat(20_000)).concat(), NOT_OBJECT),
        bad("deep-object", "{\"a\":".repeat(20_000), SetAside(&["not-json", "no-text"])),
    ]
}

/// Objects without a text.
fn no_text() -> Vec<Bad> {
    vec![
        bad("no-members", "{}", NO_TEXT),
        bad("text-null", "{\"id\": \"bad\", \"text\": null}", NO_TEXT),
        bad("text-number", "{\"id\": \"bad\", \"text\": 5}", NO_TEXT),
        bad("text-true", "{\"id\": \"bad\", \"text\": true}", NO_TEXT),
        bad("text-list", "{\"id\": \"bad\", \"text\": [\"The bridge\"]}", NO_TEXT),
        bad("text-object", "{\"id\": \"bad\", \"text\": {\"value\": \"The bridge\"}}", NO_TEXT),
        bad("text-empty", "{\"id\": \"bad\", \"text\": \"\"}", SetAside(&["no-text", "empty"])),
        bad("text-blank", "{\"id\": \"bad\", \"text\": \" \\n\\t\\u00a0\"}", SetAside(&["no-text", "empty"])),
        bad("text-misspelt", "{\"id\": \"bad\", \"TEXT \": \"The bridge\"}", NO_TEXT),
    ]
}

/// Objects that are articles, with odd members.
fn odd_values() -> Vec<Bad> {
    vec![
        bad("id-leads-out", with("\"id\": \"../../x\""), Document),
        bad("id-is-absolute", with("\"id\": \"/etc/x\""), Document),
        bad("id-of-windows", with("\"id\": \"C:\\\\con\\\\nul.\""), Document),
        bad("id-with-escapes", with("\"id\": \"a\\u001b[35m\\u009b2J\\u202ered\""), Document),
        bad("id-with-line-breaks", with("\"id\": \"a\\nb\\r\\nc\\u0000\""), Document),
        bad("id-empty", with("\"id\": \"\""), Document),
        bad("id-null", with("\"id\": null"), Document),
        bad("id-object", with("\"id\": {\"$oid\": \"6\"}"), Document),
        bad("id-number-beyond-64-bits", with("\"id\": 123456789012345678901234567890"), Document),
        bad("id-long", with(&format!("\"id\": \"{}\"", "x".repeat(100_000))), Document),
        bad("id-of-a-good-line", with("\"id\": \"good-3\""), Document),
        bad("url-of-a-script", with("\"url\": \"javascript:alert(1)\""), Document),
        bad("number-too-large", with("\"score\": 1e999"), ODD),
        bad("number-of-many-digits", with(&format!("\"score\": {}", "9".repeat(100_000))), ODD),
        bad("duplicate-keys", with("\"id\": \"a\", \"id\": \"b\", \"text\": null"), Document),
        bad("key-in-escapes", json_line(99).replace("\"text\"", "\"\\u0074ext\""), Document),
        bad("key-empty", with("\"\": 1, \"\": 2"), Document),
        bad("deep-member", with(&format!("\"deep\": {}1{}", "[".repeat(20_000), "]".repeat(20_000))), ODD),
        bad("title-is-a-list", with("\"title\": [\"a\", {\"b\": 1}]"), Document),
        bad("formula", with("\"title\": \"=HYPERLINK(\\\"http://x\\\")\""), Document),
    ]
}

/// Objects that are articles, with odd bytes or letters in the text.
fn odd_bytes() -> Vec<Bad> {
    vec![
        bad("invalid-utf8", inside_text(b"\xff"), NO_UTF8),
        bad("overlong-utf8", inside_text(b"\xc0\x80"), NO_UTF8),
        bad("surrogate-in-utf8", inside_text(b"\xed\xa0\x80"), NO_UTF8),
        bad("cut-letter", inside_text(b"\xe2\x82"), NO_UTF8),
        bad("utf16", json_line(99).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), NO_UTF8),
        bad("bom-in-mid-file", format!("\u{feff}{}", json_line(99)), ODD),
        bad("lone-surrogate", inside_text(b"\\ud800 "), ODD),
        bad("surrogates-in-wrong-order", inside_text(b"\\udc00\\ud800 "), ODD),
        bad("escape-cut-short", inside_text(b"\\u12"), NOT_JSON),
        bad("nul-in-text", inside_text(b"\\u0000"), Document),
        bad("escapes-in-text", inside_text(b"\\u001b]0;title\\u0007\\u001b[2J"), Document),
        bad("bidi-in-text", inside_text("\u{202e}\u{2066}".as_bytes()), Document),
        bad("line-separators-in-text", inside_text("a\u{2028}b\u{2029}c\u{85}d".as_bytes()), Document),
        bad("noncharacters-in-text", inside_text("\u{fffe}\u{ffff}\u{10ffff}".as_bytes()), Document),
        bad("cr-at-the-end", format!("{}\r", json_line(99)), Document),
        bad("spaces-round-it", format!(" \t {} \t ", json_line(99)), Document),
        bad("empty-line", "", Nothing),
        bad("line-of-spaces", " \t\r", Nothing),
    ]
}

/// Lines that are too much of something.
fn too_much(size: Size) -> Vec<Bad> {
    let members = size.of(1_000_000);
    let many: Vec<String> = (0..members).map(|member| format!("\"m{member}\":{member}")).collect();
    let one_letter_lines = "x\\n".repeat(size.of(2_000_000));
    vec![
        bad("many-members", with(&many.join(",")), ODD),
        bad("same-member-again", with(&vec!["\"m\":1"; members].join(",")), ODD),
        bad("many-lines-in-text", inside_text(one_letter_lines.as_bytes()), ODD),
        bad("long-word", inside_text("x".repeat(size.of(10_000_000)).as_bytes()), ODD),
        bad("line-of-17-mib", inside_text("word ".repeat((17 << 20) / 5).as_bytes()), ODD),
        bad("no-json-of-17-mib", vec![b'x'; 17 << 20], SetAside(&["too-long", "not-json"])),
    ]
}

/// Lines with `\n` behind each.
pub fn file<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    lines.into_iter().for_each(|line| append(&mut bytes, &[line, b"\n"]));
    bytes
}

/// The good lines of these numbers.
pub fn good_lines(numbers: impl IntoIterator<Item = usize>) -> Vec<u8> {
    let lines: Vec<String> = numbers.into_iter().map(json_line).collect();
    file(lines.iter().map(String::as_bytes))
}

/// A bad line between twenty good ones and twenty good ones.
fn among_good_lines(bad: &[&Bad]) -> Vec<u8> {
    let bad = file(bad.iter().map(|bad| bad.line.as_slice()));
    [good_lines(0..GOOD / 2), bad, good_lines(GOOD / 2..GOOD)].concat()
}

fn expected(fates: &[&Fate]) -> Expect {
    let expect = Expect::articles(0..GOOD);
    fates.iter().fold(expect, |expect, fate| {
        let reasons: &'static [&'static str] = &[];
        let (documents, set_aside, reasons): (RangeInclusive<usize>, _, _) = match fate {
            Nothing => (0..=0, 0..=0, reasons),
            Document => (1..=1, 0..=0, reasons),
            SetAside(reasons) => (0..=0, 1..=1, *reasons),
            Either(reasons) => (0..=1, 0..=1, *reasons),
        };
        expect.and_documents(documents).and_set_aside(set_aside, reasons)
    })
}

/// One case for each bad line, one with all of them, and those of whole files.
pub fn cases(size: Size) -> Vec<Case> {
    let bad = bad_lines(size);
    let alone = |bad: &Bad| {
        let lines = among_good_lines(&[bad]);
        Case::new(bad.name, "jsonl", lines, expected(&[&bad.fate]))
    };
    let mut cases: Vec<Case> = bad.iter().map(alone).collect();
    cases.push(all_together(&bad));
    cases.extend(ends());
    cases.extend(compressed());
    cases
}

fn all_together(bad: &[Bad]) -> Case {
    const REASONS: &[&str] =
        &["not-json", "not-object", "no-text", "empty", "undecodable", "too-long", "too-deep"];
    let lines = among_good_lines(&bad.iter().collect::<Vec<_>>());
    let fates: Vec<_> = bad.iter().map(|bad| &bad.fate).collect();
    let expect = Expect { reasons: REASONS, ..expected(&fates) };
    Case::new("everything", "jsonl", lines, expect)
}

/// How files begin and end.
fn ends() -> Vec<Case> {
    let good = good_lines(0..GOOD);
    let all = || Expect::articles(0..GOOD);
    let case = |name, bytes, expect| Case::new(name, "jsonl", bytes, expect);
    let cut = json_line(99);
    vec![
        case("good", good.clone(), all()),
        case(
            "last-line-cut",
            [&good, &cut.as_bytes()[..90]].concat(),
            all().and_set_aside(1..=1, &["not-json"]),
        ),
        case("no-line-break-at-the-end", good[..good.len() - 1].to_vec(), all()),
        case("bom-at-the-start", [b"\xef\xbb\xbf", good.as_slice()].concat(), all()),
        case("crlf", String::from_utf8_lossy(&good).replace('\n', "\r\n").into_bytes(), all()),
        case(
            "nul-at-the-end",
            [&good, vec![0; 4096].as_slice()].concat(),
            all().and_set_aside(0..=1, &["not-json"]),
        ),
        case("only-line-breaks", vec![b'\n'; 100_000], Expect::nothing()).between_good_files(),
        case("empty-file", Vec::new(), Expect::nothing().and_set_aside(0..=1, &["empty"]))
            .between_good_files(),
    ]
}

/// Compressed files that are damaged.
fn compressed() -> Vec<Case> {
    const DAMAGED: &[&str] = &["damaged", "not-json", "undecodable", "truncated"];
    let long = gzip(&good_lines(0..GOOD_IN_LONG));
    let some = || {
        let some = GOOD_IN_LONG * 2 / 5..=GOOD_IN_LONG * 3 / 5;
        Expect::articles(0..100).and_documents(*some.start() - 100..=*some.end() - 100)
    };
    let all = || Expect::articles(0..GOOD_IN_LONG);
    let case = |name, extension, bytes, expect| Case::new(name, extension, bytes, expect);
    vec![
        case("half-a-gzip-file", "jsonl.gz", halved(long.clone()), some().and_set_aside(1..=2, DAMAGED)),
        case("bit-flipped-in-gzip", "jsonl.gz", bit_flipped(long.clone()), {
            let up_to_all = Expect::articles(0..100).and_documents(500..=GOOD_IN_LONG);
            up_to_all.and_set_aside(1..=GOOD_IN_LONG, DAMAGED)
        }),
        case(
            "wrong-sum-in-gzip",
            "jsonl.gz",
            GZIP.wrong_sum(long.clone()),
            all().and_set_aside(1..=1, DAMAGED),
        ),
        case(
            "bytes-behind-gzip",
            "jsonl.gz",
            [&long, b"junk".as_slice()].concat(),
            all().and_set_aside(0..=1, DAMAGED),
        ),
        case("nul-behind-gzip", "jsonl.gz", [&long, vec![0; 512].as_slice()].concat(), all()),
        case("gzip-of-nothing", "jsonl.gz", gzip(b""), Expect::nothing()).between_good_files(),
        case("empty-gzip-file", "jsonl.gz", Vec::new(), Expect::nothing().and_set_aside(0..=1, &["empty"]))
            .between_good_files(),
        case("gzip-that-is-plain", "jsonl.gz", good_lines(0..GOOD), Expect::articles(0..GOOD)),
        case("plain-that-is-gzip", "jsonl", gzip(&good_lines(0..GOOD)), Expect::articles(0..GOOD)),
    ]
}

/// Compressed files of several members or frames of which one is damaged: it costs what is in it.
pub fn damaged_members() -> Vec<Case> {
    const DAMAGED: &[&str] = &["damaged", "not-json", "undecodable", "truncated"];
    let mut cases = Vec::new();
    for packing in [GZIP, ZSTD] {
        let members: Vec<_> = (0..5).map(|n| (packing.pack)(&good_lines(n * 8..n * 8 + 8))).collect();
        let bad = || members[2].clone();
        for (damage, damaged) in [
            ("half-a", halved(bad())),
            ("bit-flipped-in-a", bit_flipped(bad())),
            ("wrong-sum-in-a", packing.wrong_sum(bad())),
            ("junk-for-a", noise(3, bad().len())),
        ] {
            let name = format!("{damage}-member-of-{}", packing.name);
            let bytes = [&members[..2], &[damaged], &members[3..]].concat().concat();
            let expect = Expect::articles((0..16).chain(24..40));
            let expect = expect.and_documents(0..=8).and_set_aside(1..=9, DAMAGED);
            cases.push(Case::new(&name, &format!("jsonl{}", packing.suffix), bytes, expect));
        }
    }
    cases
}

/// The sentence of the bad line, where it is a document all the same.
pub fn bad_sentence() -> String {
    sentence(99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_one_line() {
        for bad in bad_lines(Size::Small) {
            assert!(!bad.line.contains(&b'\n'), "{}", bad.name);
        }
    }

    #[test]
    fn a_bad_line_that_is_a_document_holds_its_sentence() {
        for bad in bad_lines(Size::Small).iter().filter(|bad| matches!(bad.fate, Document)) {
            assert!(String::from_utf8_lossy(&bad.line).contains(&bad_sentence()), "{}", bad.name);
        }
    }

    #[test]
    fn forty_good_lines_stand_in_each_file() {
        for bad in bad_lines(Size::Small) {
            let text = among_good_lines(&[&bad]);
            let lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
            assert_eq!(lines.len(), GOOD + 2, "{}: the last is empty", bad.name);
            assert_eq!(lines[GOOD / 2], bad.line);
            assert_eq!(lines[GOOD], json_line(GOOD - 1).as_bytes());
        }
    }

    #[test]
    fn one_damaged_member_leaves_four_whole() {
        let cases = damaged_members();
        assert_eq!(cases.len(), 8);
        assert!(cases.iter().all(|case| case.expect.sentences.len() == 32));
    }
}
