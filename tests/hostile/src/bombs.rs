//! Files that become far larger than they are, and lines that do not end.
//!
//! Whatever they become must not be held in memory at once. Each stands between two good files,
//! which must come out.

use crate::news::{article, json_line};
use crate::pack::{bzip2_letters, gzip, gzip_from, letters, xz_letters, zstd_from};
use crate::{Case, Expect, Size, jsonl, warc, zip};

/// What a bomb becomes, at full size.
const EXPANDED: usize = 300 << 20;
/// A line, at full size.
const LINE: usize = 100 << 20;

const TOO_MUCH: &[&str] = &["too-long", "too-large", "over-budget", "bomb", "damaged", "not-json", "ratio"];

/// Every bomb.
pub fn cases(size: Size) -> Vec<Case> {
    let count = size.of(EXPANDED);
    let mut cases = gzip_and_zstd(size);
    cases.extend(xz_and_bzip2(size));
    cases.extend(lines(size));
    cases.extend(warc::bombs(count));
    cases.push(zip::bomb(count));
    cases
}

/// Texts and lines in gzip and zstd.
pub fn gzip_and_zstd(size: Size) -> Vec<Case> {
    let count = size.of(EXPANDED);
    let mut cases = vec![bomb_behind_good_lines(count), nested(size)];
    cases.extend(packed("gz", &gzip_from(letters(count))));
    cases.extend(packed("zst", &zstd_from(letters(count))));
    cases
}

/// Texts and lines in xz and bzip2.
pub fn xz_and_bzip2(size: Size) -> Vec<Case> {
    let count = size.of(EXPANDED);
    [packed("xz", &xz_letters(count)), packed("bz2", &bzip2_letters(count))].concat()
}

/// Lines that do not end.
pub fn lines(size: Size) -> Vec<Case> {
    vec![long_line(size.of(LINE))]
}

/// A file of letters, read as a text and as a line. A small one may be an article. Where reading
/// starts anew with each stream, so may the line.
fn packed(packing: &str, bytes: &[u8]) -> Vec<Case> {
    let case = |kind: &str| {
        let expect = Expect::nothing().and_documents(0..=1).and_set_aside(0..=7, TOO_MUCH);
        let (name, extension) = (format!("{kind}-{packing}"), format!("{kind}.{packing}"));
        Case::new(&name, &extension, bytes.to_vec(), expect).between_good_files()
    };
    ["txt", "jsonl"].map(case).into()
}

/// A line that is longer than it may be, between good ones.
fn long_line(length: usize) -> Case {
    let mut lines = jsonl::good_lines(0..20);
    lines.extend(b"{\"text\": \"");
    lines.resize(lines.len() + length, b'x');
    lines.extend(b"\"}\n");
    lines.extend(jsonl::good_lines(20..40));
    let expect = Expect::articles(0..40).and_documents(0..=1).and_set_aside(0..=1, TOO_MUCH);
    Case::new("long-line", "jsonl", lines, expect)
}

/// Good lines, then a bomb in a member of its own, then good lines.
fn bomb_behind_good_lines(count: usize) -> Case {
    let lines = |range| gzip(&jsonl::good_lines(range));
    let bytes = [
        lines(0..20),
        gzip_from(letters(count)),
        gzip(format!("\n{}\n", json_line(20)).as_bytes()),
        lines(21..40),
    ]
    .concat();
    let expect = Expect::articles(0..40).and_documents(0..=1).and_set_aside(1..=1, TOO_MUCH);
    Case::new("member-among-good-ones", "jsonl.gz", bytes, expect)
}

/// A file that was compressed again and again.
fn nested(size: Size) -> Case {
    let layers = size.of(1000);
    let bytes = (0..layers).fold(article(99).into_bytes(), |bytes, _| gzip(&bytes));
    let expect =
        Expect::nothing().and_documents(0..=1).and_set_aside(0..=1, &["not-text", "undecodable", "damaged"]);
    Case::new("compressed-again-and-again", "txt.gz", bytes, expect).between_good_files()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bombs_are_small_and_lines_are_long() {
        for case in cases(Size::Small) {
            let bytes: usize = case.files.iter().map(|file| file.bytes.len()).sum();
            let is_line = case.name == "long-line";
            assert_eq!(bytes > 500_000, is_line, "{}: {bytes} bytes", case.name);
        }
    }
}
