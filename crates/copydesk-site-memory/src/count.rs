//! Exact counts of more keys than memory holds.
//!
//! Keys are gathered in memory; what becomes too many is sorted, counted and put on disk as a run, and
//! in the end all runs are merged. Sums do not depend on how keys were spread over runs, and so
//! nothing here depends on threads, order or the size of the memory. What a key stands for is not known.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use copydesk_core::{Scratch, ScratchFile};

/// Half of it is a site, half a line; all keys of a site stand together when sorted.
pub(crate) type Key = u128;
/// A key, and how often it was added.
type Counted = (Key, u32);

/// So many workers can add at the same time without waiting for each other.
const STRIPES: usize = 16;
/// So many runs are merged at once; each takes a buffer and an open file.
const FAN_IN: usize = 64;
/// A counted key on disk: sixteen bytes and four.
const COUNTED: usize = 20;
/// Counted keys that are read or written at once.
const AT_ONCE: usize = 4096;

/// Counts keys.
pub(crate) struct Counter {
    stripes: Vec<Mutex<Vec<Key>>>,
    /// Keys that a stripe has room for.
    room: usize,
    runs: Mutex<Runs>,
}

impl Counter {
    /// A counter that holds at most so many bytes of keys in memory.
    pub(crate) fn new(bytes: usize) -> Self {
        Counter {
            stripes: (0..STRIPES).map(|_| Mutex::default()).collect(),
            room: (bytes / STRIPES / size_of::<Key>()).max(1),
            runs: Mutex::default(),
        }
    }

    /// Adds each of the keys once. Callers that pass different `lane`s do not wait for each other.
    pub(crate) fn add(&self, lane: u64, keys: &[Key], scratch: &dyn Scratch) -> io::Result<()> {
        let mut stripe = lock(&self.stripes[(lane % STRIPES as u64) as usize]);
        for some in keys.chunks(self.room) {
            if stripe.len() + some.len() > self.room {
                self.spill(&mut stripe, scratch)?;
            }
            let missing = if stripe.capacity() == 0 { self.room } else { 0 };
            stripe.reserve_exact(missing);
            stripe.extend_from_slice(some);
        }
        Ok(())
    }

    fn spill(&self, stripe: &mut Vec<Key>, scratch: &dyn Scratch) -> io::Result<()> {
        let mut sorted = Sorted::new(mem::take(stripe));
        let run = Run::write(&mut sorted.by_ref().map(Ok), scratch)?;
        // its room is used again
        *stripe = sorted.keys;
        stripe.clear();
        lock(&self.runs).push(run, 0, scratch)
    }

    /// All counts in the order of their keys. The counter is empty afterwards.
    pub(crate) fn drain(&self) -> io::Result<Merge> {
        let mut merge = Merge::default();
        let runs = mem::take(&mut *lock(&self.runs));
        runs.levels.into_iter().flatten().try_for_each(|run| merge.join(Box::new(run.read())))?;
        for stripe in &self.stripes {
            let sorted = Sorted::new(mem::take(&mut *lock(stripe)));
            merge.join(Box::new(sorted.map(Ok)))?;
        }
        Ok(merge)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keys in memory, in order and counted.
struct Sorted {
    keys: Vec<Key>,
    at: usize,
}

impl Sorted {
    fn new(mut keys: Vec<Key>) -> Self {
        keys.sort_unstable();
        Sorted { keys, at: 0 }
    }
}

impl Iterator for Sorted {
    type Item = Counted;

    fn next(&mut self) -> Option<Counted> {
        let rest = &self.keys[self.at..];
        let key = *rest.first()?;
        let count = rest.iter().take_while(|other| **other == key).count();
        self.at += count;
        Some((key, u32::try_from(count).unwrap_or(u32::MAX)))
    }
}

/// Runs by how often their keys were merged: a run of level one was made of [`FAN_IN`] of level zero.
/// So every key is written once for each level, and there are few.
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

/// Counted keys on disk, in order.
struct Run {
    file: Box<dyn ScratchFile>,
    bytes: u64,
}

impl Run {
    fn write(
        counted: &mut dyn Iterator<Item = io::Result<Counted>>,
        scratch: &dyn Scratch,
    ) -> io::Result<Self> {
        let mut run = Run { file: scratch.scratch()?, bytes: 0 };
        let mut buffer = Vec::with_capacity(AT_ONCE * COUNTED);
        for entry in counted {
            let (key, count) = entry?;
            buffer.extend_from_slice(&key.to_le_bytes());
            buffer.extend_from_slice(&count.to_le_bytes());
            if buffer.len() == AT_ONCE * COUNTED {
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
        self.buffer.resize(left.min((AT_ONCE * COUNTED) as u64) as usize, 0);
        self.at = 0;
        self.run.file.read_at(&mut self.buffer, self.offset)?;
        self.offset += self.buffer.len() as u64;
        Ok(())
    }
}

impl Iterator for RunReader {
    type Item = io::Result<Counted>;

    fn next(&mut self) -> Option<io::Result<Counted>> {
        if self.at == self.buffer.len() {
            if self.offset == self.run.bytes {
                return None;
            }
            if let Err(error) = self.fill() {
                return Some(Err(error));
            }
        }
        let bytes = &self.buffer[self.at..self.at + COUNTED];
        self.at += COUNTED;
        let (key, count) = bytes.split_first_chunk().expect("a counted key is longer than a key");
        let count = count.try_into().expect("what follows the key is its count");
        Some(Ok((Key::from_le_bytes(*key), u32::from_le_bytes(count))))
    }
}

type Source = Box<dyn Iterator<Item = io::Result<Counted>> + Send>;

/// Several sources of counted keys as one; equal keys are summed.
#[derive(Default)]
pub(crate) struct Merge {
    sources: Vec<Source>,
    /// The next key of each source, with its count.
    next: BinaryHeap<Reverse<(Key, usize, u32)>>,
}

impl Merge {
    fn join(&mut self, source: Source) -> io::Result<()> {
        self.sources.push(source);
        self.advance(self.sources.len() - 1)
    }

    fn advance(&mut self, source: usize) -> io::Result<()> {
        if let Some((key, count)) = self.sources[source].next().transpose()? {
            self.next.push(Reverse((key, source, count)));
        }
        Ok(())
    }

    fn sum(&mut self, key: Key) -> io::Result<u32> {
        let mut sum = 0_u32;
        while let Some(Reverse((next, source, count))) = self.next.peek().copied()
            && next == key
        {
            self.next.pop();
            sum = sum.saturating_add(count);
            self.advance(source)?;
        }
        Ok(sum)
    }
}

impl Iterator for Merge {
    type Item = io::Result<Counted>;

    fn next(&mut self) -> Option<io::Result<Counted>> {
        let Reverse((key, ..)) = *self.next.peek()?;
        Some(self.sum(key).map(|sum| (key, sum)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Disk, FullDisk};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn counts(counter: &Counter) -> BTreeMap<Key, u32> {
        let drained: Vec<Counted> = counter.drain().unwrap().map(Result::unwrap).collect();
        assert!(drained.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each key once");
        drained.into_iter().collect()
    }

    proptest! {
        /// However little memory there is and whoever adds what, the sums are the same.
        #[test]
        fn sums_do_not_depend_on_memory(keys in prop::collection::vec(0_u128..50, 0..2000), room in 1_usize..40) {
            let mut expected = BTreeMap::new();
            keys.iter().for_each(|key| *expected.entry(*key).or_insert(0) += 1);
            let counter = Counter::new(room * STRIPES * size_of::<Key>());
            for (lane, some) in keys.chunks(7).enumerate() {
                counter.add(lane as u64, some, &Disk).unwrap();
            }
            prop_assert_eq!(counts(&counter), expected);
            prop_assert_eq!(counts(&counter), BTreeMap::new());
        }
    }

    #[test]
    fn runs_are_merged_over_several_levels() {
        let counter = Counter::new(0);
        for key in 0..(FAN_IN * FAN_IN + 100) as u128 {
            counter.add(0, &[key % 1000], &Disk).unwrap();
        }
        assert_eq!(lock(&counter.runs).levels.iter().map(Vec::len).collect::<Vec<_>>(), [35, 1, 1]);
        let counts = counts(&counter);
        assert_eq!((counts.len(), counts[&0], counts[&999]), (1000, 5, 4));
    }

    #[test]
    fn a_full_disk_is_told() {
        let counter = Counter::new(0);
        counter.add(0, &[1], &FullDisk).unwrap();
        assert_eq!(counter.add(0, &[2], &FullDisk).unwrap_err().to_string(), "the disk is full");
    }
}
