//! Sorting more records than memory holds.
//!
//! Records are gathered in memory; what becomes too many is sorted and put on disk as a run, and in the end
//! all runs are merged. The order does not depend on how records were spread over runs, and so nothing
//! here depends on threads or on the size of the memory. What a record means is for its owner to know.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::mem;
use std::sync::Mutex;

use copydesk_core::{Scratch, ScratchFile};

use crate::lock;

/// Three numbers, compared one after the other.
pub(crate) type Record = [u64; 3];

/// So many workers can add at the same time without waiting for each other.
pub(crate) const LANES: usize = 16;
/// So many runs are merged at once; each takes a buffer and an open file.
const FAN_IN: usize = 64;
/// A record on disk.
const RECORD: usize = size_of::<Record>();
/// Records that are read or written at once.
const AT_ONCE: usize = 4096;

/// Takes records in any order, and gives them back sorted.
pub(crate) struct Sorter {
    lanes: Vec<Mutex<Vec<Record>>>,
    /// Records that a lane has room for.
    room: usize,
    runs: Mutex<Runs>,
}

impl Sorter {
    /// A sorter that holds at most so many bytes of records in memory.
    pub(crate) fn new(bytes: usize) -> Self {
        let lanes = (0..LANES).map(|_| Mutex::default()).collect();
        Sorter { lanes, room: (bytes / LANES / RECORD).max(1), runs: Mutex::default() }
    }

    /// Adds records. Callers that pass different `lane`s do not wait for each other.
    pub(crate) fn add(
        &self,
        lane: u64,
        records: impl IntoIterator<Item = Record>,
        scratch: &dyn Scratch,
    ) -> io::Result<()> {
        let mut held = lock(&self.lanes[(lane % LANES as u64) as usize]);
        for record in records {
            if held.len() == self.room {
                self.spill(&mut held, scratch)?;
            }
            held.push(record);
        }
        Ok(())
    }

    fn spill(&self, held: &mut Vec<Record>, scratch: &dyn Scratch) -> io::Result<()> {
        held.sort_unstable();
        let run = Run::write(&mut held.drain(..).map(Ok), scratch)?;
        lock(&self.runs).push(run, 0, scratch)
    }

    /// All records in order. The sorter is empty afterwards.
    pub(crate) fn drain(&self) -> io::Result<Merge> {
        let mut merge = Merge::default();
        let runs = mem::take(&mut *lock(&self.runs));
        runs.levels.into_iter().flatten().try_for_each(|run| merge.join(Box::new(run.read())))?;
        for lane in &self.lanes {
            let mut held = mem::take(&mut *lock(lane));
            held.sort_unstable();
            merge.join(Box::new(held.into_iter().map(Ok)))?;
        }
        Ok(merge)
    }
}

/// Runs by how often their records were merged, so that every record is written once for each level,
/// and there are few.
#[derive(Default)]
struct Runs {
    levels: Vec<Vec<Run>>,
}

impl Runs {
    fn push(&mut self, run: Run, level: usize, scratch: &dyn Scratch) -> io::Result<()> {
        if self.levels.len() <= level {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(run);
        if self.levels[level].len() < FAN_IN {
            return Ok(());
        }
        let mut merge = Merge::default();
        let full = mem::take(&mut self.levels[level]);
        full.into_iter().try_for_each(|run| merge.join(Box::new(run.read())))?;
        let merged = Run::write(&mut merge, scratch)?;
        self.push(merged, level + 1, scratch)
    }
}

/// Records on disk, in order.
struct Run {
    file: Box<dyn ScratchFile>,
    bytes: u64,
}

impl Run {
    fn write(
        records: &mut dyn Iterator<Item = io::Result<Record>>,
        scratch: &dyn Scratch,
    ) -> io::Result<Self> {
        let mut run = Run { file: scratch.scratch()?, bytes: 0 };
        let mut buffer = Vec::with_capacity(AT_ONCE * RECORD);
        for record in records {
            push_bytes(&record?, &mut buffer);
            if buffer.len() == AT_ONCE * RECORD {
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

    fn read(self) -> RunReader {
        RunReader { run: self, offset: 0, buffer: Vec::new(), at: 0 }
    }
}

struct RunReader {
    run: Run,
    /// The first byte that is not in the buffer yet.
    offset: u64,
    buffer: Vec<u8>,
    at: usize,
}

impl RunReader {
    fn fill(&mut self) -> io::Result<()> {
        let left = self.run.bytes - self.offset;
        self.buffer.resize(left.min((AT_ONCE * RECORD) as u64) as usize, 0);
        self.at = 0;
        self.run.file.read_at(&mut self.buffer, self.offset)?;
        self.offset += self.buffer.len() as u64;
        Ok(())
    }
}

impl Iterator for RunReader {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        if self.at == self.buffer.len() {
            if self.offset == self.run.bytes {
                return None;
            }
            if let Err(error) = self.fill() {
                return Some(Err(error));
            }
        }
        self.at += RECORD;
        Some(Ok(record(&self.buffer[self.at - RECORD..])))
    }
}

/// Appends a record as it lies on disk.
pub(crate) fn push_bytes(record: &Record, bytes: &mut Vec<u8>) {
    record.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
}

/// The record that bytes begin with.
pub(crate) fn record(bytes: &[u8]) -> Record {
    let number = |place: usize| bytes[8 * place..8 * place + 8].try_into().expect("eight bytes");
    [0, 1, 2].map(|place| u64::from_le_bytes(number(place)))
}

type Source = Box<dyn Iterator<Item = io::Result<Record>> + Send>;

/// Several sorted sources as one.
#[derive(Default)]
pub(crate) struct Merge {
    sources: Vec<Source>,
    /// The next record of each source.
    next: BinaryHeap<Reverse<(Record, usize)>>,
}

impl Merge {
    pub(crate) fn join(&mut self, source: Source) -> io::Result<()> {
        self.sources.push(source);
        self.advance(self.sources.len() - 1)
    }

    fn advance(&mut self, source: usize) -> io::Result<()> {
        if let Some(record) = self.sources[source].next().transpose()? {
            self.next.push(Reverse((record, source)));
        }
        Ok(())
    }

    /// The records that share the first number of the next one, in a list that is used again; nothing
    /// when all have been read.
    pub(crate) fn next_group(&mut self, group: &mut Vec<Record>) -> io::Result<bool> {
        group.clear();
        while let Some(Reverse((record, _))) = self.next.peek()
            && group.first().is_none_or(|first| first[0] == record[0])
        {
            group.extend(self.next().transpose()?);
        }
        Ok(!group.is_empty())
    }
}

impl Iterator for Merge {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        let mut next = self.next.peek_mut()?;
        let Reverse((record, source)) = *next;
        // the heap is put in order once, not twice
        match self.sources[source].next() {
            Some(Ok(following)) => *next = Reverse((following, source)),
            Some(Err(error)) => return Some(Err(error)),
            None => drop(std::collections::binary_heap::PeekMut::pop(next)),
        }
        Some(Ok(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Disk, FullDisk};
    use proptest::prelude::*;

    proptest! {
        /// However little memory there is and whoever adds what, the order is the same.
        #[test]
        fn the_order_does_not_depend_on_memory(records in prop::collection::vec(any::<[u64; 3]>(), 0..2000), room in 1_usize..40) {
            let sorter = Sorter::new(room * LANES * RECORD);
            for (lane, some) in records.chunks(7).enumerate() {
                sorter.add(lane as u64, some.iter().copied(), &Disk).unwrap();
            }
            let mut expected = records;
            expected.sort_unstable();
            let sorted: Vec<Record> = sorter.drain().unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(sorted, expected);
            prop_assert_eq!(sorter.drain().unwrap().count(), 0);
        }
    }

    #[test]
    fn runs_are_merged_over_several_levels() {
        let sorter = Sorter::new(0);
        let count = (FAN_IN * FAN_IN + 100) as u64;
        sorter.add(0, (0..count).map(|n| [n % 1000, n, 0]), &Disk).unwrap();
        assert_eq!(lock(&sorter.runs).levels.iter().map(Vec::len).collect::<Vec<_>>(), [35, 1, 1]);
        let mut sorted = sorter.drain().unwrap();
        let mut group = Vec::new();
        assert!(sorted.next_group(&mut group).unwrap());
        assert_eq!(group, [0, 1000, 2000, 3000, 4000].map(|n| [0, n, 0]));
        let mut groups = 1;
        while sorted.next_group(&mut group).unwrap() {
            groups += 1;
        }
        assert_eq!(groups, 1000);
    }

    #[test]
    fn a_full_disk_is_told() {
        let sorter = Sorter::new(0);
        sorter.add(0, [[1, 0, 0]], &FullDisk).unwrap();
        assert_eq!(sorter.add(0, [[2, 0, 0]], &FullDisk).unwrap_err().to_string(), "the disk is full");
    }
}
