//! Exact counts of more keys than memory holds.
//!
//! Keys are gathered in memory; what becomes too many is sorted, counted and put on disk as a run, and
//! in the end all runs are merged. Sums do not depend on how keys were spread over runs, and so
//! nothing here depends on threads, order or the size of the memory. What a key stands for is not known.

use std::io;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use copydesk_core::Scratch;
use copydesk_core::sorted::{Entry, Merge, Runs};

/// Half of it is a site, half a line; all keys of a site stand together when sorted.
pub(crate) type Key = u128;
/// A key, and how often it was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counted(pub(crate) Key, pub(crate) u32);

/// So many workers can add at the same time without waiting for each other.
const STRIPES: usize = 16;
/// A counted key on disk: sixteen bytes and four.
const COUNTED: usize = 20;

/// Counts keys.
pub(crate) struct Counter {
    stripes: Vec<Mutex<Vec<Key>>>,
    /// Keys that a stripe has room for.
    room: usize,
    runs: Mutex<Runs<Counted>>,
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
        lock(&self.runs).spill(sorted.by_ref(), scratch)?;
        // its room is used again
        *stripe = sorted.keys;
        stripe.clear();
        Ok(())
    }

    /// All counts in the order of their keys. The counter is empty afterwards.
    pub(crate) fn drain(&self) -> io::Result<Merge<Counted>> {
        let mut merge = lock(&self.runs).drain()?;
        for stripe in &self.stripes {
            let sorted = Sorted::new(mem::take(&mut *lock(stripe)));
            merge.add(Box::new(sorted.map(Ok)))?;
        }
        Ok(merge)
    }
}

impl Entry for Counted {
    const BYTES: usize = COUNTED;

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.0.to_le_bytes());
        bytes.extend_from_slice(&self.1.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        let (key, rest) = bytes.split_first_chunk().expect("a counted key is longer than a key");
        let count = rest.first_chunk().expect("what follows the key is its count");
        Counted(Key::from_le_bytes(*key), u32::from_le_bytes(*count))
    }

    /// Equal keys are summed.
    fn join(self, next: Self) -> Option<Self> {
        (self.0 == next.0).then(|| Counted(self.0, self.1.saturating_add(next.1)))
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
        Some(Counted(key, u32::try_from(count).unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::sorted::FAN_IN;
    use copydesk_core::testing::{Disk, FullDisk};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn counts(counter: &Counter) -> BTreeMap<Key, u32> {
        let drained: Vec<Counted> = counter.drain().unwrap().map(Result::unwrap).collect();
        assert!(drained.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each key once");
        drained.into_iter().map(|Counted(key, count)| (key, count)).collect()
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
        assert_eq!(lock(&counter.runs).sizes(), [35, 1, 1]);
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
