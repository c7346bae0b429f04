//! More entries than memory holds, in order: sorted runs on scratch files, and their merge.
//!
//! Who gathers entries in memory puts what becomes too many on disk as a run; in the end all runs are merged with what is
//! still held. The order does not depend on how entries were spread over runs, and so nothing here depends on
//! threads or on the size of the memory. What an entry means is for its owner to know.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;
use std::mem;

use crate::{Scratch, ScratchFile};

/// So many runs are merged at once; each takes a buffer and an open file.
pub const FAN_IN: usize = 64;
/// Entries that are read or written at once.
const AT_ONCE: usize = 4096;

/// What is sorted: a few numbers, of one size on disk.
pub trait Entry: Copy + Ord + Send + 'static {
    /// Bytes of an entry on disk.
    const BYTES: usize;

    /// Appends the entry as it lies on disk.
    fn write(&self, bytes: &mut Vec<u8>);

    /// The entry that bytes begin with.
    fn read(bytes: &[u8]) -> Self;

    /// One entry for this and the one behind it, if they are of a kind that is counted.
    fn join(self, _next: Self) -> Option<Self> {
        None
    }
}

/// Numbers, compared one after the other.
impl<const N: usize> Entry for [u64; N] {
    const BYTES: usize = 8 * N;

    fn write(&self, bytes: &mut Vec<u8>) {
        self.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
    }

    fn read(bytes: &[u8]) -> Self {
        let number = |place: usize| bytes[8 * place..8 * place + 8].try_into().expect("eight bytes");
        std::array::from_fn(|place| u64::from_le_bytes(number(place)))
    }
}

/// Runs by how often their entries were merged: a run of level one was made of [`FAN_IN`] of level zero.
/// So every entry is written once for each level, and there are few.
pub struct Runs<E> {
    levels: Vec<Vec<Run<E>>>,
}

impl<E> Default for Runs<E> {
    fn default() -> Self {
        Runs { levels: Vec::new() }
    }
}

impl<E: Entry> Runs<E> {
    /// Puts entries that are in order on disk.
    ///
    /// # Errors
    /// Those of the scratch files.
    pub fn spill(&mut self, sorted: impl Iterator<Item = E>, scratch: &dyn Scratch) -> io::Result<()> {
        let run = Run::write(&mut sorted.map(Ok), scratch)?;
        self.push(run, 0, scratch)
    }

    fn push(&mut self, run: Run<E>, level: usize, scratch: &dyn Scratch) -> io::Result<()> {
        if self.levels.len() <= level {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(run);
        if self.levels[level].len() < FAN_IN {
            return Ok(());
        }
        let full = mem::take(&mut self.levels[level]);
        let merged = Run::write(&mut merge(full)?, scratch)?;
        self.push(merged, level + 1, scratch)
    }

    /// How many runs there are, by level.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        self.levels.iter().map(Vec::len).collect()
    }

    /// All that is on disk, in order; nothing is left.
    ///
    /// # Errors
    /// Those of the scratch files.
    pub fn drain(&mut self) -> io::Result<Merge<E>> {
        merge(mem::take(&mut self.levels).into_iter().flatten())
    }
}

fn merge<E: Entry>(runs: impl IntoIterator<Item = Run<E>>) -> io::Result<Merge<E>> {
    let mut merge = Merge::default();
    runs.into_iter().try_for_each(|run| merge.add(Box::new(run.read())))?;
    Ok(merge)
}

/// Entries on disk, in order.
struct Run<E> {
    file: Box<dyn ScratchFile>,
    bytes: u64,
    entries: std::marker::PhantomData<E>,
}

impl<E: Entry> Run<E> {
    fn write(entries: &mut dyn Iterator<Item = io::Result<E>>, scratch: &dyn Scratch) -> io::Result<Self> {
        let mut run = Run { file: scratch.scratch()?, bytes: 0, entries: std::marker::PhantomData };
        let mut buffer = Vec::with_capacity(AT_ONCE * E::BYTES);
        for entry in entries {
            entry?.write(&mut buffer);
            if buffer.len() == AT_ONCE * E::BYTES {
                run.append(&mut buffer)?;
            }
        }
        run.append(&mut buffer)?;
        Ok(run)
    }

    fn append(&mut self, buffer: &mut Vec<u8>) -> io::Result<()> {
        self.file.append(buffer)?;
        self.bytes += buffer.len() as u64;
        buffer.clear();
        Ok(())
    }

    fn read(self) -> RunReader<E> {
        RunReader { run: self, offset: 0, buffer: Vec::new(), at: 0 }
    }
}

struct RunReader<E> {
    run: Run<E>,
    /// The first byte that is not in the buffer yet.
    offset: u64,
    buffer: Vec<u8>,
    at: usize,
}

impl<E: Entry> RunReader<E> {
    fn fill(&mut self) -> io::Result<()> {
        let left = self.run.bytes - self.offset;
        self.buffer.resize(left.min((AT_ONCE * E::BYTES) as u64) as usize, 0);
        self.at = 0;
        self.run.file.read_at(&mut self.buffer, self.offset)?;
        self.offset += self.buffer.len() as u64;
        Ok(())
    }
}

impl<E: Entry> Iterator for RunReader<E> {
    type Item = io::Result<E>;

    fn next(&mut self) -> Option<io::Result<E>> {
        if self.at == self.buffer.len() {
            if self.offset == self.run.bytes {
                return None;
            }
            if let Err(error) = self.fill() {
                return Some(Err(error));
            }
        }
        self.at += E::BYTES;
        Some(Ok(E::read(&self.buffer[self.at - E::BYTES..])))
    }
}

type Source<E> = Box<dyn Iterator<Item = io::Result<E>> + Send>;

/// Several sorted sources as one; entries that [`Entry::join`] are one.
pub struct Merge<E> {
    sources: Vec<Source<E>>,
    /// The next entry of each source.
    next: BinaryHeap<Reverse<(E, usize)>>,
}

impl<E: Ord> Default for Merge<E> {
    fn default() -> Self {
        Merge { sources: Vec::new(), next: BinaryHeap::new() }
    }
}

impl<E: Entry> Merge<E> {
    /// Takes a source in.
    ///
    /// # Errors
    /// That of its first entry.
    pub fn add(&mut self, mut source: Source<E>) -> io::Result<()> {
        if let Some(entry) = source.next().transpose()? {
            self.next.push(Reverse((entry, self.sources.len())));
        }
        self.sources.push(source);
        Ok(())
    }

    /// The entry that comes next, as [`Iterator::next`] would give it but for the joining.
    #[must_use]
    pub fn peek(&self) -> Option<E> {
        self.next.peek().map(|Reverse((entry, _))| *entry)
    }

    fn single(&mut self) -> Option<io::Result<E>> {
        let mut next = self.next.peek_mut()?;
        let Reverse((entry, source)) = *next;
        // the heap is put in order once, not twice
        match self.sources[source].next() {
            Some(Ok(following)) => *next = Reverse((following, source)),
            Some(Err(error)) => return Some(Err(error)),
            None => drop(PeekMut::pop(next)),
        }
        Some(Ok(entry))
    }
}

impl<E: Entry> Iterator for Merge<E> {
    type Item = io::Result<E>;

    fn next(&mut self) -> Option<io::Result<E>> {
        let mut entry = match self.single()? {
            Ok(entry) => entry,
            error => return Some(error),
        };
        while let Some(joined) = self.peek().and_then(|next| entry.join(next)) {
            if let Some(Err(error)) = self.single() {
                return Some(Err(error));
            }
            entry = joined;
        }
        Some(Ok(entry))
    }
}
