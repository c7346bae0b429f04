//! ZIP archives written byte by byte, with entries that lie.
//!
//! Eight good texts stand in each archive, and one odd entry in the middle of them. An odd name is
//! no reason to lose what it names; an entry that cannot be read costs itself.

use crate::news::{article, json_line, noise};
use crate::pack::{append, crc32, crc32_from, deflate_from, letters};
use crate::{Case, Expect, Size};

/// Good entries in an archive.
const GOOD: usize = 8;
/// The article of the odd entry.
const ODD: usize = 99;

const BAD_ENTRY: &[&str] = &[
    "damaged",
    "encrypted",
    "unknown-method",
    "not-file",
    "nested-archive",
    "too-long",
    "too-large",
    "over-budget",
    "unreadable",
    "not-text",
    "truncated",
    "bad-archive",
    "not-zip",
    "empty",
    "bad-entry",
    "undecodable",
    "bomb",
];

/// An entry, as its two headers tell it.
#[derive(Debug, Clone)]
struct Entry {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: u32,
    /// What it becomes, as the headers say.
    size: u32,
    packed: Vec<u8>,
    /// Of Unix: type and rights.
    mode: u32,
    /// The name in the central directory, if it is another.
    other_name: Option<Vec<u8>>,
    /// Where the central directory says that it is, if it lies.
    other_offset: Option<u32>,
}

const DEFLATED: u16 = 8;
const ENCRYPTED: u16 = 1;
const SIZES_BEHIND: u16 = 1 << 3;
const REGULAR: u32 = 0o100_644;
const SYMLINK: u32 = 0o120_777;

impl Entry {
    fn new(name: impl AsRef<[u8]>, bytes: &[u8]) -> Self {
        Entry {
            name: name.as_ref().to_vec(),
            flags: 0,
            method: DEFLATED,
            crc: crc32(bytes),
            size: bytes.len() as u32,
            packed: deflate_from(bytes),
            mode: REGULAR,
            other_name: None,
            other_offset: None,
        }
    }

    fn odd(name: impl AsRef<[u8]>) -> Self {
        Entry::new(name, article(ODD).as_bytes())
    }

    /// What both headers have in common, from the flags to the length of the extra field.
    fn common(&self, name: &[u8], has_sizes: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let halves = [self.flags, self.method, 0, 0x5821]; // made on 2024-01-01
        halves.iter().for_each(|half| bytes.extend(half.to_le_bytes()));
        let sizes = [self.crc, self.packed.len() as u32, self.size];
        sizes.iter().for_each(|size| bytes.extend((if has_sizes { *size } else { 0 }).to_le_bytes()));
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }

    fn local(&self) -> Vec<u8> {
        let has_sizes = self.flags & SIZES_BEHIND == 0;
        let mut bytes = b"PK\x03\x04\x14\0".to_vec();
        append(&mut bytes, &[&self.common(&self.name, has_sizes), &self.name, &self.packed]);
        if !has_sizes {
            bytes.extend(b"PK\x07\x08");
            let sizes = [self.crc, self.packed.len() as u32, self.size];
            sizes.iter().for_each(|size| bytes.extend(size.to_le_bytes()));
        }
        bytes
    }

    fn central(&self, offset: u32) -> Vec<u8> {
        let name = self.other_name.as_ref().unwrap_or(&self.name);
        let mut bytes = b"PK\x01\x02\x14\x03\x14\0".to_vec();
        append(&mut bytes, &[&self.common(name, true), &[0; 6]]);
        bytes.extend((self.mode << 16).to_le_bytes());
        bytes.extend(self.other_offset.unwrap_or(offset).to_le_bytes());
        append(&mut bytes, &[name]);
        bytes
    }
}

/// The local entries, the central directory, and its end.
fn parts(entries: &[Entry], start: usize) -> [Vec<u8>; 3] {
    let (mut locals, mut central) = (Vec::new(), Vec::new());
    for entry in entries {
        central.extend(entry.central((start + locals.len()) as u32));
        locals.extend(entry.local());
    }
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    [entries.len() as u16; 2].iter().for_each(|count| end.extend(count.to_le_bytes()));
    end.extend((central.len() as u32).to_le_bytes());
    end.extend(((start + locals.len()) as u32).to_le_bytes());
    end.extend([0; 2]);
    [locals, central, end]
}

fn archive(entries: &[Entry]) -> Vec<u8> {
    parts(entries, 0).concat()
}

fn good_entries() -> Vec<Entry> {
    (0..GOOD).map(|number| Entry::new(format!("good/{number}.txt"), article(number).as_bytes())).collect()
}

/// The good entries with others in the middle.
fn with(others: &[Entry]) -> Vec<Entry> {
    let mut entries = good_entries();
    entries.splice(GOOD / 2..GOOD / 2, others.iter().cloned());
    entries
}

/// What becomes of an odd entry.
enum Fate {
    /// It is a document all the same.
    Document,
    /// It is set aside.
    SetAside,
    /// Passed over, or set aside, or a document.
    Either,
}
use Fate::{Document, Either, SetAside};

/// Every case.
pub fn cases(size: Size) -> Vec<Case> {
    let one = |(name, entry, fate): (&'static str, Entry, Fate)| {
        let expect = Expect::articles(0..GOOD);
        let expect = match fate {
            Document => expect.and_article(ODD),
            SetAside => expect.and_set_aside(1..=1, BAD_ENTRY),
            Either => expect.and_documents(0..=1).and_set_aside(0..=1, BAD_ENTRY),
        };
        Case::new(name, "zip", archive(&with(&[entry])), expect)
    };
    let rows = [odd_names(), odd_contents(), lies()];
    rows.into_iter().flatten().map(one).chain(whole_archives(size)).collect()
}

fn odd_names() -> Vec<(&'static str, Entry, Fate)> {
    vec![
        ("name-leads-out", Entry::odd("../../../x.txt"), Document),
        ("name-is-absolute", Entry::odd("/etc/x.txt"), Document),
        ("name-of-windows", Entry::odd("C:\\windows\\..\\x.txt"), Document),
        ("name-with-escapes", Entry::odd("a\u{1b}[35m\u{202e}\u{9b}b.txt"), Document),
        ("name-with-line-break", Entry::odd("a\nb.txt"), Document),
        ("name-with-nul", Entry::odd("a.txt\0.exe"), Either),
        ("name-not-utf8", Entry::odd(b"caf\xe9\xff.txt"), Document),
        ("name-of-60000-bytes", Entry::odd("n/".repeat(30_000) + ".txt"), Document),
        ("name-empty", Entry::odd(""), Either),
        ("name-of-dots", Entry::odd(".."), Either),
        ("name-of-a-good-entry", Entry::odd("good/3.txt"), Document),
        (
            "name-that-differs",
            Entry { other_name: Some(b"other.txt".to_vec()), ..Entry::odd("one.txt") },
            Document,
        ),
    ]
}

fn odd_contents() -> Vec<(&'static str, Entry, Fate)> {
    let stored = Entry { method: 0, packed: article(ODD).into_bytes(), ..Entry::odd("odd.txt") };
    let lines: String = format!("{}\n", json_line(ODD));
    vec![
        ("stored", stored, Document),
        ("lines-of-json", Entry::new("odd.jsonl", lines.as_bytes()), Document),
        ("sizes-behind-it", Entry { flags: SIZES_BEHIND, ..Entry::odd("odd.txt") }, Document),
        ("compressed-inside", Entry::new("odd.txt.gz", &crate::pack::gzip(article(ODD).as_bytes())), Either),
        ("archive-in-it", Entry::new("odd.zip", &archive(&[Entry::odd("odd.txt")])), Either),
        ("symlink", Entry { mode: SYMLINK, ..Entry::new("odd.txt", b"/etc/passwd") }, Either),
        ("folder", Entry { mode: 0o040_755, ..Entry::new("odd/", b"") }, Either),
        ("empty-text", Entry::new("odd.txt", b""), Either),
        ("noise", Entry::new("odd.txt", &noise(16, 5000)), Either),
        ("encrypted", Entry { flags: ENCRYPTED, packed: noise(17, 400), ..Entry::odd("odd.txt") }, SetAside),
        ("unknown-method", Entry { method: 6, ..Entry::odd("odd.txt") }, SetAside),
        (
            "method-of-winzip-encryption",
            Entry { method: 99, flags: ENCRYPTED, ..Entry::odd("odd.txt") },
            SetAside,
        ),
    ]
}

/// Entries of which the headers say what is not so.
fn lies() -> Vec<(&'static str, Entry, Fate)> {
    let odd = || Entry::odd("odd.txt");
    let cut = crate::pack::halved(odd().packed);
    vec![
        ("wrong-crc", Entry { crc: 7, ..odd() }, SetAside),
        ("deflate-cut", Entry { packed: cut, ..odd() }, SetAside),
        ("deflate-of-noise", Entry { packed: noise(18, 400), ..odd() }, SetAside),
        ("size-of-4-gib", Entry { size: u32::MAX - 1, ..odd() }, Either),
        ("size-0", Entry { size: 0, ..odd() }, Either),
        ("offset-outside", Entry { other_offset: Some(u32::MAX - 1), ..odd() }, SetAside),
        ("offset-of-no-entry", Entry { other_offset: Some(3), ..odd() }, SetAside),
        ("offset-in-the-directory", Entry { other_offset: Some(5000), ..odd() }, SetAside),
    ]
}

/// Archives that are odd as a whole.
fn whole_archives(size: Size) -> Vec<Case> {
    let good = good_entries();
    let [locals, central, end] = parts(&good, 0);
    let all = || Expect::articles(0..GOOD);
    let some = || Expect::nothing().and_documents(0..=GOOD).and_set_aside(0..=GOOD, BAD_ENTRY);
    let case = |name, bytes, expect| Case::new(name, "zip", bytes, expect);
    let half_of_central = &central[..central.len() / 2];
    let counting = |count: u16| {
        let mut end = end.clone();
        end[8..10].copy_from_slice(&count.to_le_bytes());
        end[10..12].copy_from_slice(&count.to_le_bytes());
        [&locals, &central, &end].map(Vec::as_slice).concat()
    };
    let commented = |length: u16| {
        let place = end.len() - 2;
        [&locals, &central, &end[..place], &length.to_le_bytes(), &vec![b'P'; length.into()]].concat()
    };
    vec![
        case("good", archive(&good), all()),
        case("no-entries", archive(&[]), Expect::nothing().and_set_aside(0..=1, BAD_ENTRY))
            .between_good_files(),
        case("empty-file", Vec::new(), Expect::nothing().and_set_aside(0..=1, BAD_ENTRY))
            .between_good_files(),
        case(
            "end-only-of-noise",
            [noise(19, 4000), end.clone()].concat(),
            some().and_set_aside(1..=1, BAD_ENTRY),
        )
        .between_good_files(),
        case("directory-cut", [&locals, half_of_central].concat(), some().and_set_aside(1..=1, BAD_ENTRY))
            .between_good_files(),
        case("directory-gone", locals.clone(), some().and_set_aside(1..=1, BAD_ENTRY)).between_good_files(),
        case("half", crate::pack::halved(archive(&good)), some().and_set_aside(1..=1, BAD_ENTRY))
            .between_good_files(),
        case("behind-a-program", [noise(20, 500), parts(&good, 500).concat()].concat(), all()),
        case(
            "behind-a-program-not-counted",
            [noise(21, 500), archive(&good)].concat(),
            some().and_set_aside(0..=1, BAD_ENTRY),
        ),
        case("says-more-entries", counting(40), some().and_set_aside(0..=1, BAD_ENTRY)),
        case("says-fewer-entries", counting(3), some().and_set_aside(0..=1, BAD_ENTRY)),
        case("long-comment", commented(60_000), all()),
        case(
            "junk-behind",
            [archive(&good), noise(22, 300)].concat(),
            some().and_set_aside(0..=1, BAD_ENTRY),
        ),
        case(
            "many-entries-of-the-same-bytes",
            overlapping(size.of(50_000)),
            Expect::nothing().and_documents(0..=50_000).and_set_aside(0..=50_000, BAD_ENTRY),
        )
        .between_good_files(),
    ]
}

/// Many entries that all are the bytes of the first.
fn overlapping(count: usize) -> Vec<u8> {
    let entry = |number| Entry::new(format!("{number}.txt"), b"Word.\n");
    let lying = |number| Entry { other_offset: Some(0), packed: entry(0).packed, ..entry(number) };
    let entries: Vec<_> = (0..count).map(lying).collect();
    let [_, central, end] = parts(&entries, 0);
    let local = entry(0).local();
    let mut end = end;
    end[16..20].copy_from_slice(&(local.len() as u32).to_le_bytes());
    [local, central, end].concat()
}

/// Eight good entries, and one that becomes `count` letters.
pub fn bomb(count: usize) -> Case {
    let entry = Entry {
        crc: crc32_from(letters(count)),
        size: count as u32,
        packed: deflate_from(letters(count)),
        ..Entry::odd("odd.txt")
    };
    let expect = Expect::articles(0..GOOD).and_documents(0..=1).and_set_aside(0..=1, BAD_ENTRY);
    Case::new("entry-is-a-bomb", "zip", archive(&with(&[entry])), expect)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// What another program says of an archive.
    fn python(case: &Case, script: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path()).unwrap();
        let script = format!("import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); {script}");
        let file = folder.path().join(&case.files[0].name);
        let output = Command::new("python3").args(["-c", &script]).arg(file).output().unwrap();
        String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr })
            .trim()
            .to_owned()
    }

    fn find(name: &str) -> Case {
        cases(Size::Small).into_iter().find(|case| case.name == name).unwrap()
    }

    #[test]
    fn good_archives_are_good() {
        for name in ["good", "behind-a-program", "sizes-behind-it", "stored", "long-comment"] {
            let found =
                python(&find(name), "print(z.testzip(), sum(n.startswith('good/') for n in z.namelist()))");
            assert_eq!(found, "None 8", "{name}");
        }
    }

    #[test]
    fn bad_archives_are_bad() {
        assert_eq!(python(&find("wrong-crc"), "print(z.testzip())"), "odd.txt");
        let names = "print(z.namelist()[4])";
        assert_eq!(python(&find("name-leads-out"), names), "../../../x.txt");
        assert!(python(&find("encrypted"), "z.read('odd.txt')").contains("password required"));
        assert!(python(&find("directory-cut"), "").contains("BadZipFile"));
    }

    #[test]
    fn a_bomb_expands() {
        assert_eq!(python(&bomb(1_000_000), "print(z.read('odd.txt').count(b'a'))"), "1000000");
    }
}
