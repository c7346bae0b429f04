//! Archives of the kind `tar` writes.
//!
//! They have no list of their files: each stands behind a header of 512 bytes, and what is compressed is
//! compressed as a whole. So an archive is read from front to back and never cut. Folders hold nothing and are
//! passed over; links and devices are set aside. Behind a damaged header the next sound one is looked for.

use std::cell::RefCell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::rc::Rc;

use ::tar::{EntryType, Header, PaxExtensions};

use crate::InputOptions;
use crate::archive::{Names, label, read_entry, refuse_entry};
use crate::sink::Sink;
use crate::stream::{Stream, trouble};

const BLOCK: usize = 512;
/// More than this is no name, and nothing else that is said about a file.
const LONGEST_NOTE: u64 = 1 << 20;
/// Where a header says its own checksum.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Reads all files of an archive.
pub(crate) fn read(stream: Stream, options: &InputOptions, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let tape = Rc::new(RefCell::new(Tape { stream, offset: 0, left: 0 }));
    let outcome = read_entries(&tape, options, sink)?;
    let tape = tape.borrow();
    if let Err(error) = outcome {
        let (reason, detail) = trouble(&error);
        sink.quarantine(sink.source(tape.offset, 0), reason, detail)?;
    }
    sink.finish(tape.stream.consumed())
}

fn read_entries(
    tape: &Rc<RefCell<Tape>>,
    options: &InputOptions,
    sink: &mut Sink<'_>,
) -> ControlFlow<(), io::Result<()>> {
    let (mut names, mut notes, mut count) = (Names::default(), Notes::default(), 0);
    loop {
        let next = tape.borrow_mut().next_header();
        let (place, header) = match next {
            Ok(Some(next)) => next,
            Ok(None) => return ControlFlow::Continue(Ok(())),
            Err(error) => return ControlFlow::Continue(Err(error)),
        };
        if place.start < place.end {
            let length = (place.end - place.start) as usize;
            let detail = "no header of a file where one must be".to_owned();
            sink.quarantine(sink.source(place.start, length), "damaged", detail)?;
        }
        let Some(header) = header else { continue };
        if let Err(error) = notes.take(&header, tape) {
            return ControlFlow::Continue(Err(error));
        }
        if is_note(header.entry_type()) {
            continue;
        }
        count += 1;
        if count > options.max_entries {
            let detail = format!("more than {} files, the `max-entries` of `[input]`", options.max_entries);
            sink.quarantine(sink.source(place.end, 0), "too-many", detail)?;
            return ControlFlow::Continue(Ok(()));
        }
        let (name, size) = notes.name_and_size(&header);
        // what a folder or a link says of its size is not the size of anything here
        let size = if has_bytes(header.entry_type()) { size } else { 0 };
        tape.borrow_mut().left = size;
        let label = label(&sink.file, &name, names.is_new(&name), place.end);
        read_file(label, header.entry_type(), name.ends_with(b"/"), tape, options, sink)?;
        if let Err(error) = tape.borrow_mut().skip(size) {
            return ControlFlow::Continue(Err(error));
        }
        let consumed = tape.borrow().stream.consumed();
        sink.progress(consumed)?;
    }
}

fn read_file(
    label: std::sync::Arc<str>,
    kind: EntryType,
    is_folder: bool,
    tape: &Rc<RefCell<Tape>>,
    options: &InputOptions,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let size = tape.borrow().left;
    match kind {
        EntryType::Directory => ControlFlow::Continue(()),
        EntryType::Regular | EntryType::Continuous if is_folder => ControlFlow::Continue(()),
        EntryType::Regular | EntryType::Continuous => {
            read_entry(label, size, Entry(Rc::clone(tape)), options, sink)
        }
        _ => refuse_entry(label, size, "not-file", "a link, a device or the like", options, sink),
    }
}

fn has_bytes(kind: EntryType) -> bool {
    !matches!(
        kind,
        EntryType::Directory
            | EntryType::Link
            | EntryType::Symlink
            | EntryType::Char
            | EntryType::Block
            | EntryType::Fifo
    )
}

fn is_note(kind: EntryType) -> bool {
    kind.is_gnu_longname()
        || kind.is_gnu_longlink()
        || kind.is_pax_local_extensions()
        || kind.is_pax_global_extensions()
}

/// What stands in front of a header because it does not fit into it.
#[derive(Default)]
struct Notes {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Notes {
    /// Reads a note; anything else is left.
    fn take(&mut self, header: &Header, tape: &Rc<RefCell<Tape>>) -> io::Result<()> {
        let kind = header.entry_type();
        if !is_note(kind) {
            return Ok(());
        }
        let size = header.entry_size().unwrap_or(0);
        let mut tape = tape.borrow_mut();
        tape.left = size;
        let mut note = Vec::new();
        (&mut *tape).take(size.min(LONGEST_NOTE)).read_to_end(&mut note)?;
        tape.skip(size)?;
        if kind.is_gnu_longname() {
            let end = memchr::memchr(0, &note).unwrap_or(note.len());
            self.name = Some(note[..end].to_vec());
        } else if kind.is_pax_local_extensions() {
            self.take_pax(&note);
        }
        Ok(())
    }

    fn take_pax(&mut self, note: &[u8]) {
        for member in PaxExtensions::new(note).flatten() {
            match member.key_bytes() {
                b"path" => self.name = Some(member.value_bytes().to_vec()),
                b"size" => self.size = member.value().ok().and_then(|size| size.parse().ok()),
                _ => {}
            }
        }
    }

    /// What the next file is called, and how long it is.
    fn name_and_size(&mut self, header: &Header) -> (Vec<u8>, u64) {
        let name = self.name.take().unwrap_or_else(|| header.path_bytes().into_owned());
        let size = self.size.take().unwrap_or_else(|| header.entry_size().unwrap_or(0));
        (name, size)
    }
}

/// The archive, as it is read.
struct Tape {
    stream: Stream,
    offset: u64,
    /// What has not been read of the file at hand.
    left: u64,
}

/// Bytes without a header in front of one, ending where it begins, and the header.
type Next = (std::ops::Range<u64>, Option<Header>);

impl Tape {
    /// The next header, behind zeros and behind what is no header.
    fn next_header(&mut self) -> io::Result<Option<Next>> {
        let mut damaged = None;
        loop {
            let (start, mut block) = (self.offset, [0; BLOCK]);
            let count = self.read_block(&mut block)?;
            let place = damaged.unwrap_or(start)..start;
            let is_blank = block.iter().all(|&byte| byte == 0);
            match count {
                0 if damaged.is_none() => return Ok(None),
                0 => return Ok(Some((place, None))),
                BLOCK if is_sound(&block) => {
                    return Ok(Some((place, Some(Header::from_byte_slice(&block).clone()))));
                }
                _ if is_blank && damaged.is_none() => {}
                _ => _ = damaged.get_or_insert(start),
            }
        }
    }

    /// Reads a block, or what there is of it at the end.
    fn read_block(&mut self, block: &mut [u8; BLOCK]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < BLOCK {
            match self.stream.read(&mut block[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(0) => break,
                Ok(count) => filled += count,
            }
        }
        self.offset += filled as u64;
        Ok(filled)
    }

    /// Goes behind a file of that size, and what fills its last block. What fills it may be missing at
    /// the end of an archive, the file may not.
    fn skip(&mut self, size: u64) -> io::Result<()> {
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        let left = std::mem::take(&mut self.left);
        let rest = left.saturating_add(padding);
        let count = io::copy(&mut (&mut self.stream).take(rest), &mut io::sink())?;
        self.offset += count;
        if count < left { Err(ends_inside()) } else { Ok(()) }
    }
}

impl Read for Tape {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.stream.read(&mut buffer[..room])?;
        if count == 0 && room > 0 {
            // said once
            self.left = 0;
            return Err(ends_inside());
        }
        self.left -= count as u64;
        self.offset += count as u64;
        Ok(count)
    }
}

fn ends_inside() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside of this file")
}

/// A file of the archive.
struct Entry(Rc<RefCell<Tape>>);

impl Read for Entry {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buffer)
    }
}

/// Does a block carry its own checksum?
fn is_sound(block: &[u8; BLOCK]) -> bool {
    let value = |at: usize| if CHECKSUM.contains(&at) { u32::from(b' ') } else { u32::from(block[at]) };
    Header::from_byte_slice(block).cksum().is_ok_and(|sum| sum == (0..BLOCK).map(value).sum::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::{Seen, file, flips, stream};
    use std::io::Write;

    fn push(tape: &mut Vec<u8>, name: &str, kind: EntryType, bytes: &[u8]) {
        let mut header = Header::new_ustar();
        header.as_ustar_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        tape.extend(header.as_bytes());
        tape.extend(bytes);
        tape.resize(tape.len().next_multiple_of(BLOCK), 0);
    }

    fn tape(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tape = Vec::new();
        files.iter().for_each(|(name, bytes)| push(&mut tape, name, EntryType::Regular, bytes));
        tape.extend([0; 2 * BLOCK]);
        tape
    }

    fn read(tape: &[u8]) -> Seen {
        stream("n.tar", tape, &InputOptions::default())
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let level = copydesk_store::Compression::Gzip { level: 6 };
        let mut encoder = copydesk_store::Encoder::new(Vec::new(), level).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_file_is_read_as_what_it_is() {
        let jsonl = gzip(b"{\"text\":\"one\"}\n{\"text\":\"two\"}\n");
        let tape = tape(&[
            ("2024/a.txt", b"The bridge"),
            ("b.jsonl.gz", &jsonl),
            ("c.csv", b"text\nthree\n"),
            ("d.html", b"<p>four"),
        ]);
        let expected = [
            "n.tar/2024/a.txt:0+10 n.tar/2024/a.txt The bridge",
            "n.tar/b.jsonl.gz:0+14 n.tar/b.jsonl.gz:0 one",
            "n.tar/b.jsonl.gz:15+14 n.tar/b.jsonl.gz:15 two",
            "n.tar/c.csv:5+5 n.tar/c.csv:5 three",
            "n.tar/d.html:0+7 n.tar/d.html <p>four",
        ];
        let seen = read(&tape);
        assert_eq!(seen.lines, expected);
        assert_eq!((&*seen.documents[4].mime, seen.progress), ("text/html", tape.len() as u64));
        let packed = gzip(&tape);
        let seen = file("n.tar", &packed, &InputOptions::default(), 100);
        assert_eq!(seen.lines, expected);
        assert_eq!(seen.progress, packed.len() as u64);
    }

    #[test]
    fn a_file_of_any_name_is_known_by_its_bytes() {
        let seen = stream("standard input", tape(&[("a", b"Open.")]), &InputOptions::default());
        assert_eq!(seen.lines, ["standard input/a:0+5 standard input/a Open."]);
    }

    #[test]
    fn names_are_labels() {
        let long = format!("{}.txt", "deep/".repeat(80));
        let mut tape = tape(&[("../../etc/a.txt", b"one"), ("/b.txt", b"two"), ("/b.txt", b"three")]);
        let mut pax = Vec::new();
        tape.truncate(tape.len() - 2 * BLOCK);
        push(&mut tape, "././@LongLink", EntryType::GNULongName, format!("{long}\0").as_bytes());
        push(&mut tape, "short.txt", EntryType::Regular, b"four");
        pax.extend(b"17 path=\xd0\xb4\xd0\xb0.txt\n");
        push(&mut tape, "pax", EntryType::XHeader, &pax);
        push(&mut tape, "x.txt", EntryType::Regular, b"five");
        let ids: Vec<_> = read(&tape).documents.into_iter().map(|document| document.id).collect();
        let expected = [
            "n.tar/../../etc/a.txt",
            "n.tar//b.txt",
            "n.tar//b.txt@2048",
            &format!("n.tar/{long}"),
            "n.tar/да.txt",
        ];
        assert_eq!(ids, expected);
    }

    #[test]
    fn what_is_no_file_is_set_aside_and_folders_are_not() {
        let mut tape = Vec::new();
        push(&mut tape, "2024/", EntryType::Directory, b"");
        push(&mut tape, "2024/a", EntryType::Symlink, b"");
        push(&mut tape, "2024/b", EntryType::Fifo, b"");
        push(&mut tape, "in.tar", EntryType::Regular, b"x");
        push(&mut tape, "in.zip", EntryType::Regular, b"y");
        assert_eq!(
            read(&tape).lines,
            [
                "n.tar/2024/a:0+0 not-file: a link, a device or the like",
                "n.tar/2024/b:0+0 not-file: a link, a device or the like",
                "n.tar/in.tar:0+1 nested-archive: an archive in an archive is not opened",
                "n.tar/in.zip:0+1 nested-archive: an archive in an archive is not opened",
            ]
        );
    }

    #[test]
    fn damage_costs_a_file() {
        let files: [(&str, &[u8]); 3] = [("a.txt", b"one"), ("b.txt", b"two"), ("c.txt", b"three")];
        let mut tape = tape(&files);
        tape[2 * BLOCK] = b'x';
        assert_eq!(
            read(&tape).lines,
            [
                "n.tar/a.txt:0+3 n.tar/a.txt one",
                "n.tar:1024+1024 damaged: no header of a file where one must be",
                "n.tar/c.txt:0+5 n.tar/c.txt three"
            ]
        );
        assert_eq!(
            read(&tape[..5 * BLOCK + 4]).lines[2..],
            ["n.tar/c.txt:0+0 damaged: the archive ends inside of this file"]
        );
    }

    #[test]
    fn the_number_of_files_has_a_bound() {
        let options = InputOptions { max_entries: 1, ..InputOptions::default() };
        let seen = stream("n.tar", tape(&[("a.txt", b"one"), ("b.txt", b"two"), ("c.txt", b"x")]), &options);
        assert_eq!(
            seen.lines,
            [
                "n.tar/a.txt:0+3 n.tar/a.txt one",
                "n.tar:1024+0 too-many: more than 1 files, the `max-entries` of `[input]`"
            ]
        );
    }

    #[test]
    fn flipped_bits_do_no_harm() {
        let tape =
            tape(&[("a.txt", b"The bridge"), ("b.jsonl", b"{\"text\":\"one\"}\n{\"text\":\"two\"}\n")]);
        for flipped in flips(&tape, 3) {
            let seen = stream("n.tar", flipped, &InputOptions::default());
            assert!(seen.documents.len() <= 3 && !seen.lines.is_empty(), "{:?}", seen.lines);
        }
        for length in 0..tape.len() {
            let seen = read(&tape[..length]);
            assert_eq!(seen.progress, length as u64);
        }
    }
}
