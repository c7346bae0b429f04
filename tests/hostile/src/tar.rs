//! tar archives written byte by byte, with entries that lie.
//!
//! Eight good texts stand in each archive, and something odd in the middle of them.

use crate::news::{article, noise};
use crate::pack::{append, bit_flipped, gzip, halved, zstd};
use crate::{Case, Expect, Size};

/// Good entries in an archive.
const GOOD: usize = 8;
/// The article of the odd entry.
const ODD: usize = 99;
const BLOCK: usize = 512;

const BAD_ENTRY: &[&str] = &[
    "damaged",
    "unsupported",
    "not-file",
    "nested-archive",
    "too-long",
    "too-large",
    "over-budget",
    "unreadable",
    "not-text",
    "truncated",
    "bad-archive",
    "not-tar",
    "empty",
    "bad-entry",
    "undecodable",
    "bomb",
];

/// The header of an entry; its checksum is right unless it is spoilt.
fn header(name: &[u8], kind: u8, size_field: &[u8]) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    let mut put = |place: usize, bytes: &[u8]| block[place..place + bytes.len()].copy_from_slice(bytes);
    put(0, &name[..name.len().min(100)]);
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, size_field);
    put(136, b"14560001000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    summed(block)
}

/// With the checksum of the block in it.
fn summed(mut block: Vec<u8>) -> Vec<u8> {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn octal(size: usize) -> Vec<u8> {
    format!("{size:011o}\0").into_bytes()
}

/// Bytes up to the next whole block.
fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(BLOCK), 0);
    padded
}

fn entry(name: impl AsRef<[u8]>, kind: u8, bytes: &[u8]) -> Vec<u8> {
    [header(name.as_ref(), kind, &octal(bytes.len())), padded(bytes)].concat()
}

fn text(name: impl AsRef<[u8]>, number: usize) -> Vec<u8> {
    entry(name, b'0', article(number).as_bytes())
}

/// An entry whose header says something else of its size.
fn sized(size_field: &[u8]) -> Vec<u8> {
    [header(b"odd.txt", b'0', size_field), padded(article(ODD).as_bytes())].concat()
}

fn good(numbers: std::ops::Range<usize>) -> Vec<u8> {
    numbers.flat_map(|number| text(format!("good/{number}.txt"), number)).collect()
}

const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// The good entries with something in the middle.
fn with(odd: &[u8]) -> Vec<u8> {
    [&good(0..GOOD / 2), odd, &good(GOOD / 2..GOOD), &END].concat()
}

/// What becomes of what is odd.
enum Fate {
    /// It is a document all the same.
    Document,
    /// Passed over, or set aside, or a document.
    Either,
    /// It may take with it what is behind it.
    AndWhatFollows,
}
use Fate::{AndWhatFollows, Document, Either};

/// Every case.
pub fn cases(size: Size) -> Vec<Case> {
    let one = |(name, odd, fate): (&'static str, Vec<u8>, Fate)| {
        let all = Expect::articles(0..GOOD);
        let expect = match fate {
            Document => all.and_article(ODD),
            Either => all.and_documents(0..=1).and_set_aside(0..=1, BAD_ENTRY),
            AndWhatFollows => Expect::articles(0..GOOD / 2)
                .and_documents(0..=GOOD / 2 + 1)
                .and_set_aside(1..=GOOD, BAD_ENTRY),
        };
        Case::new(name, "tar", with(&odd), expect)
    };
    let rows = [odd_names(), odd_kinds(), lies(size)];
    rows.into_iter().flatten().map(one).chain(whole_archives()).collect()
}

type Row = (&'static str, Vec<u8>, Fate);

fn odd_names() -> Vec<Row> {
    let long = format!("{}/odd.txt\0", "n".repeat(5000));
    let gnu_long = [entry("././@LongLink", b'L', long.as_bytes()), text("odd.txt", ODD)].concat();
    let pax_long = [pax("path", &long.replace('\0', "")), text("odd.txt", ODD)].concat();
    vec![
        ("name-leads-out", text("../../../x.txt", ODD), Document),
        ("name-is-absolute", text("/etc/x.txt", ODD), Document),
        ("name-with-escapes", text("a\u{1b}[35m\u{202e}\u{9b}b.txt", ODD), Document),
        ("name-with-line-break", text("a\nb.txt", ODD), Document),
        ("name-not-utf8", text(b"caf\xe9\xff.txt", ODD), Document),
        ("name-empty", text("", ODD), Either),
        ("name-of-a-good-entry", text("good/3.txt", ODD), Document),
        ("name-of-gnu", gnu_long, Document),
        ("name-of-pax", pax_long, Document),
        ("name-of-pax-with-nul", [pax("path", "a\0b.txt"), text("odd.txt", ODD)].concat(), Either),
    ]
}

/// A record of a pax header, with its own length before it.
fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let digits = |length: usize| length.to_string().len();
    let mut length = rest.len() + 1;
    while length != rest.len() + digits(length) {
        length = rest.len() + digits(length);
    }
    entry("PaxHeader", b'x', format!("{length}{rest}").as_bytes())
}

fn odd_kinds() -> Vec<Row> {
    let link = |kind| {
        let mut block = header(b"odd.txt", kind, &octal(0));
        block[157..168].copy_from_slice(b"/etc/passwd");
        summed(block)
    };
    vec![
        ("old-regular", entry("odd.txt", 0, article(ODD).as_bytes()), Document),
        ("contiguous", entry("odd.txt", b'7', article(ODD).as_bytes()), Either),
        ("hard-link", link(b'1'), Either),
        ("symlink", link(b'2'), Either),
        ("device", header(b"odd.txt", b'3', &octal(0)), Either),
        ("fifo", header(b"odd.txt", b'6', &octal(0)), Either),
        ("folder", header(b"odd/", b'5', &octal(0)), Either),
        ("folder-with-a-size", header(b"odd/", b'5', &octal(1 << 30)), Either),
        ("sparse-of-8-gib", sparse(), Either),
        ("unknown-kind", entry("odd.txt", b'Z', article(ODD).as_bytes()), Either),
        ("archive-in-it", entry("odd.tar", b'0', &[good(20..21), END.to_vec()].concat()), Either),
        ("empty-text", entry("odd.txt", b'0', b""), Either),
    ]
}

/// A sparse entry of GNU: one block of data, and 8 GiB of nothing.
fn sparse() -> Vec<u8> {
    let mut block = header(b"odd.txt", b'S', &octal(BLOCK));
    block[386..398].copy_from_slice(&octal(0)); // its only piece begins here
    block[398..410].copy_from_slice(&octal(BLOCK)); // and is as long as this
    block[483..495].copy_from_slice(b"77777777777\0"); // what it becomes
    [summed(block), padded(&[b'x'; BLOCK])].concat()
}

/// Entries of which the header says what is not so.
fn lies(size: Size) -> Vec<Row> {
    let mut negative = [0xff; 12];
    negative[11] = 0;
    let mut huge = [0; 12];
    huge[0] = 0x80; // the rest is a number in bytes, not in digits
    huge[4..].copy_from_slice(&u64::MAX.to_be_bytes());
    let mut spoilt = text("odd.txt", ODD);
    spoilt[150] ^= 7;
    vec![
        ("size-of-8-gib", sized(b"77777777777\0"), AndWhatFollows),
        ("size-of-64-bits", sized(&huge), AndWhatFollows),
        ("size-negative", sized(&negative), AndWhatFollows),
        ("size-no-number", sized(b"many bytes\0\0"), AndWhatFollows),
        ("size-0", sized(&octal(0)), AndWhatFollows),
        ("wrong-sum", spoilt, AndWhatFollows),
        ("block-of-noise", noise(23, BLOCK), AndWhatFollows),
        ("one-empty-block", vec![0; BLOCK], Either),
        ("pax-of-1-gib", header(b"PaxHeader", b'x', &octal(1 << 30)), AndWhatFollows),
        (
            "pax-that-lies",
            [entry("PaxHeader", b'x', b"99999999999 path=x\n"), text("odd.txt", ODD)].concat(),
            Either,
        ),
        (
            "pax-size-of-64-bits",
            [pax("size", "18446744073709551615"), text("odd.txt", ODD)].concat(),
            AndWhatFollows,
        ),
        ("long-name-of-1-gib", header(b"././@LongLink", b'L', &octal(1 << 30)), AndWhatFollows),
        ("long-name-of-zeros", entry("././@LongLink", b'L', &vec![0; size.of(10_000_000)]), Either),
    ]
}

/// Archives that are odd as a whole.
fn whole_archives() -> Vec<Case> {
    let all = || Expect::articles(0..GOOD);
    let first_half =
        || Expect::articles(0..GOOD / 2 - 1).and_documents(0..=2).and_set_aside(1..=2, BAD_ENTRY);
    let nothing = || Expect::nothing().and_set_aside(0..=1, BAD_ENTRY);
    let plain = with(&[]);
    let in_entry = good(0..4).len() - BLOCK + 100;
    let case = |name, extension, bytes, expect| Case::new(name, extension, bytes, expect);
    let mut junk_behind = plain.clone();
    append(&mut junk_behind, &[&noise(24, 3000)]);
    vec![
        case("good", "tar", plain.clone(), all()),
        case("no-end", "tar", good(0..GOOD), all().and_set_aside(0..=1, BAD_ENTRY)),
        case("cut-in-an-entry", "tar", plain[..in_entry].to_vec(), first_half()),
        case(
            "cut-in-a-header",
            "tar",
            plain[..good(0..4).len() + 100].to_vec(),
            Expect::articles(0..4).and_set_aside(1..=1, BAD_ENTRY),
        ),
        case("junk-behind-the-end", "tar", junk_behind, all().and_set_aside(0..=1, BAD_ENTRY)),
        case(
            "two-archives",
            "tar",
            [plain.clone(), plain.clone()].concat(),
            Expect::nothing().and_documents(GOOD..=2 * GOOD).and_set_aside(0..=1, BAD_ENTRY),
        ),
        case("end-only", "tar", END.to_vec(), nothing()).between_good_files(),
        case("empty-file", "tar", Vec::new(), nothing()).between_good_files(),
        case("noise", "tar", noise(25, 20 * BLOCK), Expect::nothing().and_set_aside(1..=2, BAD_ENTRY))
            .between_good_files(),
        case("in-gzip", "tar.gz", gzip(&plain), all()),
        case("in-zstd", "tar.zst", zstd(&plain), all()),
        case(
            "in-gzip-cut",
            "tar.gz",
            halved(gzip(&plain)),
            Expect::nothing().and_documents(0..=GOOD).and_set_aside(1..=2, BAD_ENTRY),
        )
        .between_good_files(),
        case(
            "in-gzip-with-a-bit-flipped",
            "tar.gz",
            bit_flipped(gzip(&plain)),
            Expect::nothing().and_documents(0..=GOOD).and_set_aside(1..=GOOD, BAD_ENTRY),
        )
        .between_good_files(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// The names that another program finds in an archive.
    fn python(name: &str) -> Vec<String> {
        let case = cases(Size::Small).into_iter().find(|case| case.name == name).unwrap();
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path()).unwrap();
        let script =
            "import sys, tarfile\nfor m in tarfile.open(sys.argv[1]): print(ascii(m.name)[1:-1], m.size)";
        let file = folder.path().join(&case.files[0].name);
        let output = Command::new("python3").args(["-c", script]).arg(file).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn good_archives_are_good() {
        let good: Vec<_> = (0..GOOD).map(|n| format!("good/{n}.txt {}", article(n).len())).collect();
        for name in ["good", "no-end", "in-gzip"] {
            assert_eq!(python(name), good, "{name}");
        }
    }

    #[test]
    fn odd_entries_are_there() {
        let size = article(ODD).len();
        assert_eq!(python("name-leads-out")[4], format!("../../../x.txt {size}"));
        let long = format!("{}/odd.txt {size}", "n".repeat(5000));
        assert_eq!(python("name-of-gnu")[4], long);
        assert_eq!(python("name-of-pax")[4], long);
        assert_eq!(python("sparse-of-8-gib")[4], "odd.txt 8589934591");
        assert_eq!(python("sparse-of-8-gib").len(), 9);
        assert_eq!(python("wrong-sum").len(), 4);
    }
}
