//! What is remembered of every document: its id, a line to know it by, and what it is compared by.
//!
//! Notes lie on disk in the order in which they were taken, and are found again by the number of the document. What the words in them are compared for is not known here.

use std::io::{self, Write};
use std::sync::Mutex;

use copydesk_core::{Document, Scratch, ScratchFile};

use crate::lock;
use crate::shelf::Shelf;
use crate::sort::{LANES, Sorter};

/// Notes are put on disk by so many bytes.
const AT_ONCE: usize = 1 << 18;
/// The lengths before a note: of the id and the sample, the numbers of words and keys, and that of words in
/// a shingle.
const HEAD: usize = 20;
/// A place is a lane and an offset in it.
const OFFSET_BITS: u32 = 48;
/// Longer ids are cut off where they are evidence.
const LONGEST_ID: usize = 1024;

/// Documents of the run are numbered from here on, in reading order; those of an index come before them.
pub(crate) const RUN: u64 = 1 << 62;

/// The number of a document of the run.
pub(crate) fn number(document: &Document) -> u64 {
    RUN | document.source.sequence
}

/// Takes notes.
pub(crate) struct Notebook {
    lanes: Vec<Mutex<Lane>>,
    /// Files of notes that were taken before.
    adopted: Mutex<Vec<Option<Box<dyn ScratchFile>>>>,
    /// A document, where its note is, its rank.
    directory: Sorter,
}

#[derive(Default)]
struct Lane {
    file: Option<Box<dyn ScratchFile>>,
    written: u64,
    buffer: Vec<u8>,
}

impl Notebook {
    /// A notebook whose directory takes at most so many bytes of memory.
    pub(crate) fn new(bytes: usize) -> Self {
        Notebook {
            lanes: (0..LANES).map(|_| Mutex::default()).collect(),
            adopted: Mutex::default(),
            directory: Sorter::new(bytes),
        }
    }

    /// Takes a note. Of copies, the one of the smallest `rank` is the best.
    pub(crate) fn add(
        &self,
        document: u64,
        rank: u64,
        note: NoteRef<'_>,
        scratch: &dyn Scratch,
    ) -> io::Result<()> {
        let lane = lane(document);
        let offset = lock(&self.lanes[lane as usize]).push(note, scratch)?;
        self.directory.add(lane, [[document, lane << OFFSET_BITS | offset, rank]], scratch)
    }

    /// Takes over a file of notes, the first of which begins at an offset. Every note is shown by the number of its
    /// document and its keys.
    pub(crate) fn adopt(
        &self,
        file: Box<dyn ScratchFile>,
        mut offset: u64,
        documents: std::ops::Range<u64>,
        each: &mut dyn FnMut(u64, &[u64]) -> io::Result<()>,
        scratch: &dyn Scratch,
    ) -> io::Result<()> {
        let lane = (LANES + lock(&self.adopted).len()) as u64;
        let (mut bytes, mut keys) = (Vec::new(), Vec::new());
        for document in documents {
            let head = Head::read(file.as_ref(), offset)?;
            bytes.resize(8 * head.keys, 0);
            file.read_at(&mut bytes, offset + head.before_keys())?;
            keys.clear();
            keys.extend(
                bytes.chunks_exact(8).map(|key| u64::from_le_bytes(key.try_into().expect("eight bytes"))),
            );
            each(document, &keys)?;
            self.directory.add(0, [[document, lane << OFFSET_BITS | offset, 0]], scratch)?;
            offset += head.length();
        }
        lock(&self.adopted).push(Some(file));
        Ok(())
    }

    /// Closes the notebook: from now on it is read.
    pub(crate) fn close(&self, bytes: usize, scratch: &dyn Scratch) -> io::Result<Notes> {
        let lanes = self.lanes.iter().map(|lane| lock(lane).close(scratch));
        let mut files = lanes.collect::<io::Result<Vec<_>>>()?;
        files.append(&mut lock(&self.adopted));
        Ok(Notes { files, directory: Shelf::fill(self.directory.drain()?, bytes, scratch)? })
    }
}

/// The lane of a document: those of a unit, which come from one worker, share one.
pub(crate) fn lane(document: u64) -> u64 {
    (document >> 32) % LANES as u64
}

/// A note to be taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoteRef<'n> {
    pub(crate) id: &'n str,
    /// A line that a person knows the document by.
    pub(crate) sample: &'n str,
    /// What it is compared by: its words, or its sketch where nothing is verified.
    pub(crate) words: &'n [u32],
    /// How many words make a shingle of it.
    pub(crate) shingle: usize,
    /// What it is found by, where an index will need it.
    pub(crate) keys: &'n [u64],
}

/// The lengths before a note.
#[derive(Debug, Clone, Copy)]
struct Head {
    id: usize,
    sample: usize,
    words: usize,
    keys: usize,
    shingle: usize,
}

impl Head {
    fn read(file: &dyn ScratchFile, offset: u64) -> io::Result<Self> {
        let mut bytes = [0; HEAD];
        file.read_at(&mut bytes, offset)?;
        let [id, sample, words, keys, shingle] = [0, 4, 8, 12, 16].map(|at| u32_at(&bytes, at) as usize);
        Ok(Head { id, sample, words, keys, shingle })
    }

    fn before_keys(self) -> u64 {
        (HEAD + self.id + self.sample + 4 * self.words) as u64
    }

    fn length(self) -> u64 {
        self.before_keys() + 8 * self.keys as u64
    }
}

impl Lane {
    fn push(&mut self, note: NoteRef<'_>, scratch: &dyn Scratch) -> io::Result<u64> {
        let offset = self.written + self.buffer.len() as u64;
        let id = &note.id[..note.id.floor_char_boundary(LONGEST_ID)];
        for length in [id.len(), note.sample.len(), note.words.len(), note.keys.len(), note.shingle] {
            self.buffer.extend_from_slice(&(length as u32).to_le_bytes());
        }
        self.buffer.extend_from_slice(id.as_bytes());
        self.buffer.extend_from_slice(note.sample.as_bytes());
        self.buffer.extend(note.words.iter().flat_map(|word| word.to_le_bytes()));
        self.buffer.extend(note.keys.iter().flat_map(|key| key.to_le_bytes()));
        if self.buffer.len() >= AT_ONCE {
            self.put_on_disk(scratch)?;
        }
        Ok(offset)
    }

    fn put_on_disk(&mut self, scratch: &dyn Scratch) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(scratch.scratch()?),
        };
        file.append(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn close(&mut self, scratch: &dyn Scratch) -> io::Result<Option<Box<dyn ScratchFile>>> {
        if !self.buffer.is_empty() {
            self.put_on_disk(scratch)?;
        }
        let lane = std::mem::take(self);
        Ok(lane.file)
    }
}

/// All notes, to be read.
pub(crate) struct Notes {
    files: Vec<Option<Box<dyn ScratchFile>>>,
    directory: Shelf,
}

impl Notes {
    /// How many documents there are.
    pub(crate) fn len(&self) -> usize {
        self.directory.len()
    }

    /// How good a document is among its copies: the smallest is the best.
    pub(crate) fn rank(&self, document: u64) -> io::Result<u64> {
        let [_, _, rank] = self.entry(document)?;
        Ok(rank)
    }

    /// The id of a document.
    pub(crate) fn id(&self, document: u64) -> io::Result<String> {
        let (file, offset, head) = self.find(document)?;
        text(file, offset + HEAD as u64, head.id)
    }

    /// A line to know a document by.
    pub(crate) fn sample(&self, document: u64) -> io::Result<String> {
        let (file, offset, head) = self.find(document)?;
        text(file, offset + (HEAD + head.id) as u64, head.sample)
    }

    /// The words of a document, in a list that is used again.
    pub(crate) fn read_words(&self, document: u64, words: &mut Words) -> io::Result<()> {
        let (file, offset, head) = self.find(document)?;
        words.shingle = head.shingle;
        words.bytes.resize(4 * head.words, 0);
        file.read_at(&mut words.bytes, offset + (HEAD + head.id + head.sample) as u64)?;
        words.numbers.clear();
        words.numbers.extend(words.bytes.chunks_exact(4).map(|word| u32_at(word, 0)));
        Ok(())
    }

    /// How many documents come before one.
    pub(crate) fn place(&self, document: u64) -> io::Result<u64> {
        self.directory.place(document)
    }

    /// Writes the notes of the run's documents, in their order.
    pub(crate) fn write_run(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut bytes = Vec::new();
        for entry in self.directory.from(RUN)? {
            let (file, offset) = self.whereabouts(entry?[1])?;
            bytes.resize(Head::read(file, offset)?.length() as usize, 0);
            file.read_at(&mut bytes, offset)?;
            out.write_all(&bytes)?;
        }
        Ok(())
    }

    fn entry(&self, document: u64) -> io::Result<[u64; 3]> {
        self.directory.find(document)?.ok_or_else(|| io::Error::other("a document has no note"))
    }

    fn find(&self, document: u64) -> io::Result<(&dyn ScratchFile, u64, Head)> {
        let [_, place, _] = self.entry(document)?;
        let (file, offset) = self.whereabouts(place)?;
        Ok((file, offset, Head::read(file, offset)?))
    }

    fn whereabouts(&self, place: u64) -> io::Result<(&dyn ScratchFile, u64)> {
        let file = self.files[(place >> OFFSET_BITS) as usize].as_deref();
        let file = file.ok_or_else(|| io::Error::other("a note is not on disk"))?;
        Ok((file, place & ((1 << OFFSET_BITS) - 1)))
    }
}

/// The words of a note, and room to read them in.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) numbers: Vec<u32>,
    pub(crate) shingle: usize,
    bytes: Vec<u8>,
}

fn text(file: &dyn ScratchFile, offset: u64, length: usize) -> io::Result<String> {
    let mut bytes = vec![0; length];
    file.read_at(&mut bytes, offset)?;
    String::from_utf8(bytes).map_err(|_| io::Error::other("a note is not as it was written"))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes were asked for"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::testing::Disk;

    #[test]
    fn notes_are_found_by_their_document() {
        let notebook = Notebook::new(0);
        for unit in [3, 0, 19, 1] {
            for document in 0..50 {
                let words: Vec<u32> = (0..document).collect();
                let id = format!("{unit}/{document}");
                let note =
                    NoteRef { id: &id, sample: "Old bridge", words: &words, shingle: 5, keys: &[7, 8] };
                let sequence = unit << 32 | u64::from(document);
                notebook.add(sequence, 7 * u64::from(document), note, &Disk).unwrap();
            }
        }
        let notes = notebook.close(0, &Disk).unwrap();
        let sequence = 19 << 32 | 20;
        assert_eq!((notes.len(), notes.id(sequence).unwrap().as_str()), (200, "19/20"));
        assert_eq!(
            (notes.rank(sequence).unwrap(), notes.sample(3 << 32).unwrap().as_str()),
            (140, "Old bridge")
        );
        let mut words = Words::default();
        notes.read_words(sequence, &mut words).unwrap();
        assert_eq!(words.numbers, (0..20).collect::<Vec<_>>());
        assert!(notes.id(77).is_err());
    }
}
