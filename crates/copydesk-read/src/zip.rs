//! Archives of the kind `zip` writes.
//!
//! A list at the end says where each file lies and how it is packed, so an archive can be cut: a range of it
//! has the files whose local headers begin in the range, in the order in which they lie. Folders are passed
//! over; links, devices and what is encrypted are set aside. Where the list is damaged, the local headers are
//! searched for from front to back. `copydesk-store` unpacks; each file is read like one of its own.

use std::io::{self, BufReader, Read};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use copydesk_store::{Blob, EntryPacking, Limits, unpack, without_path};
use memchr::memmem;

use crate::InputOptions;
use crate::archive::{Names, label, read_entry, refuse_entry};
use crate::sink::Sink;

/// How the list is found: the record that ends an archive, with the longest comment behind it.
const END: usize = 22;
const LONGEST_COMMENT: u64 = 0xffff;
const LOCAL: &[u8] = b"PK\x03\x04";
/// Size of a local header without its name and what is behind it.
const LOCAL_SIZE: u64 = 30;
/// How much is searched at once for local headers.
const WINDOW: u64 = 1 << 20;

const ENCRYPTED: u16 = 1;
/// Sizes and checksum stand behind the file, not in front of it.
const STREAMED: u16 = 8;
const UNIX: u16 = 3;

/// Reads the files of an archive whose local headers begin in a range.
pub(crate) fn read(
    blob: &Blob,
    range: Range<u64>,
    options: &InputOptions,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    match list(blob, &range, options, &Arc::clone(&sink.file)) {
        Err(error) if range.start == 0 => {
            let whole = sink.source(0, blob.size() as usize);
            sink.quarantine(whole, "damaged", format!("no list of the files: {}", without_path(&error)))?;
            search(blob, options, sink)
        }
        Err(_) => ControlFlow::Continue(()),
        Ok(files) => files.into_iter().try_for_each(|file| {
            let end = file.offset.saturating_sub(range.start);
            read_file(blob, file, options, sink)?;
            sink.progress(end)
        }),
    }
}

/// A file in an archive.
struct File {
    label: Arc<str>,
    /// Where its local header begins.
    offset: u64,
    packing: EntryPacking,
    size: u64,
    /// Why it is not read.
    refusal: Option<(&'static str, String)>,
}

fn read_file(blob: &Blob, file: File, options: &InputOptions, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let refuse = |reason, detail: String, label, sink: &mut Sink<'_>| {
        refuse_entry(label, file.size, reason, detail, options, sink)
    };
    if let Some((reason, detail)) = file.refusal {
        return refuse(reason, detail, file.label, sink);
    }
    match open_file(blob, file.offset, file.packing, sink.limits) {
        Err(error) => refuse("damaged", without_path(&error), file.label, sink),
        Ok(None) => {
            let detail = format!("packed by method {}; known are 0, 8, 12 and 93", file.packing.method);
            refuse("unknown-method", detail, file.label, sink)
        }
        Ok(Some(reader)) => read_entry(file.label, file.size, reader, options, sink),
    }
}

fn open_file(
    blob: &Blob,
    offset: u64,
    packing: EntryPacking,
    limits: Limits,
) -> io::Result<Option<Box<dyn Read>>> {
    let mut reader = BufReader::new(blob.read_from(offset)?);
    let header: [u8; LOCAL_SIZE as usize] = record(&mut reader)?;
    if !header.starts_with(LOCAL) {
        return Err(broken("no header where the list says that one is"));
    }
    skip(&mut reader, u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28)))?;
    unpack(reader, packing, limits)
}

/// The files of a range, in the order in which they lie.
fn list(blob: &Blob, range: &Range<u64>, options: &InputOptions, archive: &str) -> io::Result<Vec<File>> {
    let end = End::find(blob)?;
    let mut reader = BufReader::new(blob.read_from(end.list.start)?.take(end.list.end - end.list.start));
    let (mut files, mut names, mut place) = (Vec::new(), Names::default(), end.list.start);
    let (mut count, mut packed) = (0u64, 0u64);
    while place < end.list.end && count <= options.max_entries {
        let listed = Listed::read(&mut reader, end.shift)
            .map_err(|_| broken(&format!("it breaks off behind {count} files")))?;
        place += listed.length;
        count += 1;
        packed = packed.saturating_add(listed.packing.packed);
        let is_new = names.is_new(&listed.name);
        let is_here = range.contains(&listed.offset.min(blob.size().saturating_sub(1)));
        if !is_here || listed.is_folder() && count <= options.max_entries {
            continue;
        }
        let mut file = listed.into_file(archive, is_new);
        if packed > blob.size() {
            file.refuse(
                "overlapping",
                "the files of the archive, packed, are longer than the archive".into(),
            );
        }
        if count > options.max_entries {
            let detail = format!("more than {} files, the `max-entries` of `[input]`", options.max_entries);
            file.refuse("too-many", detail);
        }
        files.push(file);
    }
    files.sort_by_key(|file| file.offset);
    Ok(files)
}

impl File {
    fn refuse(&mut self, reason: &'static str, detail: String) {
        self.refusal.get_or_insert((reason, detail));
    }
}

/// An entry of the list.
struct Listed {
    name: Vec<u8>,
    offset: u64,
    packing: EntryPacking,
    size: u64,
    is_encrypted: bool,
    mode: u32,
    /// Of the entry itself.
    length: u64,
}

impl Listed {
    fn read(reader: &mut impl Read, shift: u64) -> io::Result<Listed> {
        let header: [u8; 46] = record(reader)?;
        if !header.starts_with(b"PK\x01\x02") {
            return Err(broken("no entry"));
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| u16_at(&header, at));
        let length = 46 + u64::from(name) + u64::from(extra) + u64::from(comment);
        let (name, extra) = (bytes(reader, name)?, bytes(reader, extra)?);
        skip(reader, u64::from(comment))?;
        let mut wide = Wide::new(&extra);
        let size = wide.or(u32_at(&header, 24));
        let packed = wide.or(u32_at(&header, 20));
        let offset = wide.or(u32_at(&header, 42)).saturating_add(shift);
        let packing =
            EntryPacking { method: u16_at(&header, 10), packed, promised: Some((size, u32_at(&header, 16))) };
        let is_encrypted = u16_at(&header, 8) & ENCRYPTED != 0;
        let is_unix = u16_at(&header, 4) >> 8 == UNIX;
        let mode = if is_unix { u32_at(&header, 38) >> 16 } else { 0 };
        Ok(Listed { name, offset, packing, size, is_encrypted, mode, length })
    }

    fn is_folder(&self) -> bool {
        self.name.ends_with(b"/") && self.size == 0
    }

    fn into_file(self, archive: &str, is_new: bool) -> File {
        let label = label(archive, &self.name, is_new, self.offset);
        let mut file =
            File { label, offset: self.offset, packing: self.packing, size: self.size, refusal: None };
        if self.is_encrypted {
            file.refuse("encrypted", "a password is needed".to_owned());
        }
        if !is_file_or_folder(self.mode) {
            file.refuse("not-file", "a link, a device or the like".to_owned());
        }
        file
    }
}

/// The types of Unix's file modes; 0 is none.
fn is_file_or_folder(mode: u32) -> bool {
    matches!(mode & 0o170_000, 0 | 0o100_000 | 0o040_000)
}

/// The numbers of 64 bits that stand for those of 32 that are all ones, in their order.
struct Wide<'e>(&'e [u8]);

impl<'e> Wide<'e> {
    fn new(extra: &'e [u8]) -> Self {
        let mut rest = extra;
        while let [a, b, c, d, behind @ ..] = rest {
            let length = usize::from(u16::from_le_bytes([*c, *d])).min(behind.len());
            if u16::from_le_bytes([*a, *b]) == 1 {
                return Wide(&behind[..length]);
            }
            rest = &behind[length..];
        }
        Wide(&[])
    }

    fn or(&mut self, narrow: u32) -> u64 {
        match self.0.split_first_chunk::<8>() {
            Some((wide, rest)) if narrow == u32::MAX => {
                self.0 = rest;
                u64::from_le_bytes(*wide)
            }
            _ => u64::from(narrow),
        }
    }
}

/// What the end of an archive says.
struct End {
    /// Where the list lies.
    list: Range<u64>,
    /// How much stands in front of the archive: places are counted from behind it.
    shift: u64,
}

impl End {
    fn find(blob: &Blob) -> io::Result<End> {
        let from = blob.size().saturating_sub(LONGEST_COMMENT + END as u64);
        let tail = blob.bytes(from..blob.size())?;
        let found = memmem::rfind_iter(&tail, b"PK\x05\x06").filter(|at| tail.len() - at >= END);
        for at in found {
            if let Some(end) = End::read(blob, &tail[at..at + END], from + at as u64)? {
                return Ok(end);
            }
        }
        Err(broken("the archive has no end"))
    }

    fn read(blob: &Blob, record: &[u8], at: u64) -> io::Result<Option<End>> {
        let narrow = (u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)), at);
        let (size, offset, end) = End::read_wide(blob, at)?.unwrap_or(narrow);
        let start = end.checked_sub(size);
        let shift = start.and_then(|start| start.checked_sub(offset));
        Ok(start.zip(shift).map(|(start, shift)| End { list: start..end, shift }))
    }

    /// Size and place of the list, and where it ends, from the larger record.
    fn read_wide(blob: &Blob, end: u64) -> io::Result<Option<(u64, u64, u64)>> {
        const LOCATOR: u64 = 20;
        const WIDE: u64 = 56;
        let Some(at) = end.checked_sub(LOCATOR) else { return Ok(None) };
        let locator = blob.bytes(at..end)?;
        if !locator.starts_with(b"PK\x06\x07") {
            return Ok(None);
        }
        // it stands right in front, unless it is longer than those that are known
        let said = u64_at(&locator, 8);
        for place in [at.saturating_sub(WIDE), said] {
            let record = blob.bytes(place..place.saturating_add(WIDE))?;
            if record.len() as u64 == WIDE && record.starts_with(b"PK\x06\x06") {
                return Ok(Some((u64_at(&record, 40), u64_at(&record, 48), place)));
            }
        }
        Ok(None)
    }
}

/// Reads what local headers can be found, from front to back.
fn search(blob: &Blob, options: &InputOptions, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let (mut names, mut from, mut count) = (Names::default(), 0, 0);
    while let Ok(Some(offset)) = next_local(blob, from) {
        from = offset + LOCAL.len() as u64;
        let Ok((file, end)) = read_local(blob, offset, &sink.file, &mut names) else { continue };
        count += 1;
        if count > options.max_entries {
            break;
        }
        from = from.max(end);
        if !file.label.ends_with('/') {
            read_file(blob, file, options, sink)?;
        }
        sink.progress(from.min(blob.size()))?;
    }
    ControlFlow::Continue(())
}

fn next_local(blob: &Blob, mut from: u64) -> io::Result<Option<u64>> {
    while from < blob.size() {
        let window = blob.bytes(from..from + WINDOW)?;
        if let Some(at) = memmem::find(&window, LOCAL) {
            return Ok(Some(from + at as u64));
        }
        from += (window.len() as u64).saturating_sub(3).max(1);
    }
    Ok(None)
}

/// What a local header says of its file, and how far that goes at least.
fn read_local(blob: &Blob, offset: u64, archive: &str, names: &mut Names) -> io::Result<(File, u64)> {
    let mut reader = BufReader::with_capacity(512, blob.read_from(offset)?);
    let header: [u8; LOCAL_SIZE as usize] = record(&mut reader)?;
    let name = bytes(&mut reader, u16_at(&header, 26))?;
    let extra = bytes(&mut reader, u16_at(&header, 28))?;
    let (flags, method) = (u16_at(&header, 6), u16_at(&header, 8));
    let mut wide = Wide::new(&extra);
    let (size, packed) = (wide.or(u32_at(&header, 22)), wide.or(u32_at(&header, 18)));
    let start = offset + LOCAL_SIZE + name.len() as u64 + extra.len() as u64;
    let is_streamed = flags & STREAMED != 0;
    let packing = match is_streamed {
        true => EntryPacking { method, packed: blob.size().saturating_sub(start), promised: None },
        false => EntryPacking { method, packed, promised: Some((size, u32_at(&header, 14))) },
    };
    let label = label(archive, &name, names.is_new(&name), offset);
    let mut file = File { label, offset, packing, size, refusal: None };
    if flags & ENCRYPTED != 0 {
        file.refuse("encrypted", "a password is needed".to_owned());
    }
    if is_streamed && method == 0 {
        file.refuse("damaged", "only the list says how long it is".to_owned());
    }
    // a length that goes beyond the archive is not to be believed
    let end = start.saturating_add(if is_streamed { 0 } else { packed });
    Ok((file, if end > blob.size() { start } else { end }))
}

fn broken(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn record<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut record = [0; N];
    reader.read_exact(&mut record)?;
    Ok(record)
}

fn bytes(reader: &mut impl Read, length: u16) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(length)];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(reader: &mut impl Read, length: u64) -> io::Result<()> {
    match io::copy(&mut reader.take(length), &mut io::sink())? {
        count if count == length => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::{Seen, file, flips, stream};
    use ::zip::write::SimpleFileOptions;
    use ::zip::{CompressionMethod, ZipWriter};
    use std::io::{Cursor, Write};

    const DEFLATED: SimpleFileOptions =
        SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated);
    const STORED: SimpleFileOptions =
        SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Stored);

    fn archive(files: &[(&str, &[u8], SimpleFileOptions)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes, options) in files {
            writer.start_file(*name, *options).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn read(archive: &[u8]) -> Seen {
        file("n.zip", archive, &InputOptions::default(), 1 << 20)
    }

    fn three() -> Vec<u8> {
        archive(&[
            ("2024/a.txt", b"The bridge is open.", DEFLATED),
            ("b.jsonl", b"{\"text\":\"one\"}\n{\"text\":\"two\"}\n", STORED),
            ("c.txt", b"Closed.", DEFLATED.large_file(true)),
        ])
    }

    const THREE: [&str; 4] = [
        "n.zip/2024/a.txt:0+19 n.zip/2024/a.txt The bridge is open.",
        "n.zip/b.jsonl:0+14 n.zip/b.jsonl:0 one",
        "n.zip/b.jsonl:15+14 n.zip/b.jsonl:15 two",
        "n.zip/c.txt:0+7 n.zip/c.txt Closed.",
    ];

    #[test]
    fn every_file_is_read_as_what_it_is() {
        assert_eq!(read(&three()).lines, THREE);
        let with_stub = [b"#!/bin/sh\nexit\n".to_vec(), three()].concat();
        assert_eq!(read(&with_stub).lines, THREE, "what stands in front is no matter");
        let with_comment = [three(), b" and a word".to_vec()].concat();
        assert_eq!(read(&with_comment).lines, THREE, "nor is what stands behind");
        assert_eq!(
            stream("n.zip", three(), &InputOptions::default()).lines,
            THREE,
            "nor where it comes from"
        );
    }

    #[test]
    fn the_cuts_change_nothing() {
        let archive = three();
        for unit in [1, 7, 40, 100, 300] {
            let seen = file("n.zip", &archive, &InputOptions::default(), unit);
            assert_eq!(seen.lines, THREE);
            assert_eq!(seen.progress, archive.len() as u64);
        }
    }

    #[test]
    fn a_list_of_64_bits_is_read() {
        let mut archive = three();
        let end = archive.len() - END;
        let (size, offset) = (u32_at(&archive, end + 12), u32_at(&archive, end + 16));
        let mut wide = b"PK\x06\x06".to_vec();
        wide.extend(44u64.to_le_bytes());
        wide.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        [3, 3, u64::from(size), u64::from(offset)]
            .iter()
            .for_each(|number| wide.extend(number.to_le_bytes()));
        let mut locator = b"PK\x06\x07\0\0\0\0".to_vec();
        locator.extend((end as u64).to_le_bytes());
        locator.extend([1, 0, 0, 0]);
        archive[end + 12..end + 20].fill(0xff);
        let tail = archive.split_off(end);
        let archive = [archive, wide, locator, tail].concat();
        assert_eq!(read(&archive).lines, THREE);
    }

    #[test]
    fn what_cannot_be_read_is_set_aside_by_its_name() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_directory("2024", STORED).unwrap();
        writer.add_symlink("link.txt", "/etc/passwd", STORED).unwrap();
        for name in ["encrypted.txt", "method.txt", "checksum.txt", "in.zip", "good.txt"] {
            writer.start_file(name, STORED).unwrap();
            writer.write_all(b"The bridge is open.").unwrap();
        }
        let mut archive = writer.finish().unwrap().into_inner();
        let listed: Vec<_> = memmem::find_iter(&archive, b"PK\x01\x02").collect();
        archive[listed[2] + 8] |= 1;
        archive[listed[3] + 10] = 9;
        archive[listed[4] + 16] ^= 1;
        assert_eq!(
            read(&archive).lines,
            [
                "n.zip/link.txt:0+11 not-file: a link, a device or the like",
                "n.zip/encrypted.txt:0+19 encrypted: a password is needed",
                "n.zip/method.txt:0+19 unknown-method: packed by method 9; known are 0, 8, 12 and 93",
                "n.zip/checksum.txt:0+19 damaged: bytes 0 to 19 on disk: the checksum differs",
                "n.zip/in.zip:0+19 nested-archive: an archive in an archive is not opened",
                "n.zip/good.txt:0+19 n.zip/good.txt The bridge is open.",
            ]
        );
    }

    #[test]
    fn names_are_labels() {
        let mut archive = archive(&[
            ("../../a.txt", b"one", STORED),
            ("b1.txt", b"two", STORED),
            ("b2.txt", b"three", STORED),
            ("c.txt", b"four", STORED),
        ]);
        let places: Vec<_> = memmem::find_iter(&archive, b"b2.txt").collect();
        places.iter().for_each(|place| archive[place + 1] = b'1');
        memmem::find_iter(&archive.clone(), b"c.txt").for_each(|place| archive[place] = 0xe4);
        let second = memmem::find_iter(&archive, b"PK\x03\x04").nth(2).unwrap();
        let ids: Vec<_> = read(&archive).documents.into_iter().map(|document| document.id).collect();
        let again = format!("n.zip/b1.txt@{second}");
        assert_eq!(ids, ["n.zip/../../a.txt", "n.zip/b1.txt", &again, "n.zip/\u{fffd}.txt"]);
    }

    #[test]
    fn without_a_list_the_files_are_searched_for() {
        let archive = three();
        let list = memmem::find(&archive, b"PK\x01\x02").unwrap();
        let seen = file("n.zip", &archive[..list], &InputOptions::default(), 40);
        let size = list.to_string();
        assert_eq!(
            seen.lines[0],
            format!("n.zip:0+{size} damaged: no list of the files: the archive has no end")
        );
        assert_eq!(seen.lines[1..], THREE);
        let mut broken = archive.clone();
        broken[list + 46 + 10 + 2] ^= 0xff;
        let seen = read(&broken);
        assert_eq!(
            seen.lines[0],
            format!("n.zip:0+{} damaged: no list of the files: it breaks off behind 1 files", archive.len())
        );
        assert_eq!(seen.lines[1..], THREE);
        let html = file("n.zip", b"<html>Not found", &InputOptions::default(), 40);
        assert_eq!(html.lines, ["n.zip:0+15 damaged: no list of the files: the archive has no end"]);
    }

    #[test]
    fn bombs_are_let_off_early() {
        let zeros = vec![b'\n'; 40 << 20];
        let bomb = archive(&[
            ("a.jsonl", &zeros, DEFLATED),
            ("b.txt", &zeros, DEFLATED),
            ("c.txt", b"Open.", STORED),
        ]);
        let lines = read(&bomb).lines;
        for line in &lines[..2] {
            assert!(
                line.contains(" bomb: ") && line.ends_with("unpacks to more than 200 times its size"),
                "{line}"
            );
        }
        assert_eq!(lines[2..], ["n.zip/c.txt:0+5 n.zip/c.txt Open."]);
    }

    #[test]
    fn the_number_of_files_has_a_bound() {
        let options = InputOptions { max_entries: 1, ..InputOptions::default() };
        for unit in [1 << 20, 40] {
            assert_eq!(
                file("n.zip", &three(), &options, unit).lines,
                [THREE[0], "n.zip/b.jsonl:0+30 too-many: more than 1 files, the `max-entries` of `[input]`"]
            );
        }
    }

    #[test]
    fn files_that_lie_over_each_other_are_not_read_again_and_again() {
        let mut archive = archive(&[("a.txt", &[b'a'; 1000], STORED)]);
        let end = archive.len() - END;
        let list = u32_at(&archive, end + 16) as usize;
        let entry = archive[list..end].to_vec();
        let tail = archive.split_off(end);
        (0..9).for_each(|_| archive.extend(&entry));
        let size = (archive.len() - list) as u32;
        archive.extend(tail);
        let end = archive.len() - END;
        archive[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
        let seen = read(&archive);
        assert_eq!(seen.documents.len(), 1, "{:?}", seen.lines);
        let overlapping = seen.lines.iter().filter(|line| line.contains(" overlapping: ")).count();
        assert_eq!((seen.lines.len(), overlapping), (10, 9));
    }

    #[test]
    fn flipped_bits_do_no_harm() {
        let archive = archive(&[("a.txt", b"The bridge is open.", DEFLATED), ("b.txt", b"Closed.", STORED)]);
        for flipped in flips(&archive, 3) {
            let seen = read(&flipped);
            assert!(!seen.lines.is_empty());
            let is_good = |text: &&str| ["The bridge is open.", "Closed."].contains(text);
            assert!(seen.texts().iter().all(is_good) && seen.documents.len() <= 4, "{:?}", seen.lines);
        }
        for length in 0..archive.len() {
            assert_eq!(read(&archive[..length]).progress, length as u64);
        }
    }
}
