//! What is remembered of every document: its id, a line to know it by, and what it is compared by.
//!
//! Notes lie on disk in the order in which they were taken, and are found again by the document's sequence
//! number. What the words in them are compared for is not known here.

use std::io;
use std::sync::Mutex;

use copydesk_core::{Scratch, ScratchFile};

use crate::lock;
use crate::shelf::Shelf;
use crate::sort::{LANES, Sorter};

/// Notes are put on disk by so many bytes.
const AT_ONCE: usize = 1 << 18;
/// The lengths before a note: of the id, of the sample, the number of words, and that of a shingle.
const HEAD: usize = 16;
/// A place is a lane and an offset in it.
const OFFSET_BITS: u32 = 56;
/// Longer ids are cut off where they are evidence.
const LONGEST_ID: usize = 1024;

/// Takes notes.
pub(crate) struct Notebook {
    lanes: Vec<Mutex<Lane>>,
    /// Sequence number, place, rank.
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
        Notebook { lanes: (0..LANES).map(|_| Mutex::default()).collect(), directory: Sorter::new(bytes) }
    }

    /// Takes a note. Of copies, the one of the smallest `rank` is the best.
    pub(crate) fn add(
        &self,
        sequence: u64,
        rank: u64,
        note: NoteRef<'_>,
        scratch: &dyn Scratch,
    ) -> io::Result<()> {
        let number = lane(sequence);
        let offset = lock(&self.lanes[number as usize]).push(note, scratch)?;
        let place = number << OFFSET_BITS | offset;
        self.directory.add(number, [[sequence, place, rank]], scratch)
    }

    /// Closes the notebook: from now on it is read.
    pub(crate) fn close(&self, bytes: usize, scratch: &dyn Scratch) -> io::Result<Notes> {
        let files = self.lanes.iter().map(|lane| lock(lane).close(scratch)).collect::<io::Result<_>>()?;
        Ok(Notes { files, directory: Shelf::fill(self.directory.drain()?, bytes, scratch)? })
    }
}

/// The lane of a document: those of a unit, which come from one worker, share one.
pub(crate) fn lane(sequence: u64) -> u64 {
    (sequence >> 32) % LANES as u64
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
}

impl Lane {
    fn push(&mut self, note: NoteRef<'_>, scratch: &dyn Scratch) -> io::Result<u64> {
        let offset = self.written + self.buffer.len() as u64;
        let id = &note.id[..note.id.floor_char_boundary(LONGEST_ID)];
        for length in [id.len(), note.sample.len(), note.words.len(), note.shingle] {
            self.buffer.extend_from_slice(&(length as u32).to_le_bytes());
        }
        self.buffer.extend_from_slice(id.as_bytes());
        self.buffer.extend_from_slice(note.sample.as_bytes());
        self.buffer.extend(note.words.iter().flat_map(|word| word.to_le_bytes()));
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
    pub(crate) fn rank(&self, sequence: u64) -> io::Result<u64> {
        let [_, _, rank] = self.entry(sequence)?;
        Ok(rank)
    }

    /// The id of a document.
    pub(crate) fn id(&self, sequence: u64) -> io::Result<String> {
        let (file, offset, [id, ..]) = self.head(sequence)?;
        text(file, offset, id)
    }

    /// A line to know a document by.
    pub(crate) fn sample(&self, sequence: u64) -> io::Result<String> {
        let (file, offset, [id, sample, ..]) = self.head(sequence)?;
        text(file, offset + id as u64, sample)
    }

    /// The words of a document, in a list that is used again.
    pub(crate) fn read_words(&self, sequence: u64, words: &mut Words) -> io::Result<()> {
        let (file, offset, [id, sample, count, shingle]) = self.head(sequence)?;
        words.shingle = shingle;
        words.bytes.resize(4 * count, 0);
        file.read_at(&mut words.bytes, offset + (id + sample) as u64)?;
        words.numbers.clear();
        words.numbers.extend(words.bytes.chunks_exact(4).map(|word| u32_at(word, 0)));
        Ok(())
    }

    fn entry(&self, sequence: u64) -> io::Result<[u64; 3]> {
        self.directory.find(sequence)?.ok_or_else(|| io::Error::other("a document has no note"))
    }

    /// Where the note of a document begins behind its head, and the lengths of what is in it.
    fn head(&self, sequence: u64) -> io::Result<(&dyn ScratchFile, u64, [usize; 4])> {
        let [_, place, _] = self.entry(sequence)?;
        let file = self.files[(place >> OFFSET_BITS) as usize].as_deref();
        let file = file.ok_or_else(|| io::Error::other("a note is not on disk"))?;
        let offset = place & ((1 << OFFSET_BITS) - 1);
        let mut head = [0; HEAD];
        file.read_at(&mut head, offset)?;
        Ok((file, offset + HEAD as u64, [0, 4, 8, 12].map(|at| u32_at(&head, at) as usize)))
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
    use crate::testing::Disk;

    #[test]
    fn notes_are_found_by_their_document() {
        let notebook = Notebook::new(0);
        for unit in [3, 0, 19, 1] {
            for document in 0..50 {
                let words: Vec<u32> = (0..document).collect();
                let id = format!("{unit}/{document}");
                let note = NoteRef { id: &id, sample: "Old bridge", words: &words, shingle: 5 };
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
