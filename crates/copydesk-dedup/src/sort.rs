//! Sorting more records than memory holds.
//!
//! Records are gathered in memory, a list for each of some lanes; what becomes too many goes to disk as a sorted run
//! (`copydesk_core::sorted`). What a record means is for its owner to know.

use std::io;
use std::mem;
use std::sync::Mutex;

use copydesk_core::Scratch;
use copydesk_core::sorted::{Merge, Runs};

use crate::lock;

/// Three numbers, compared one after the other.
pub(crate) type Record = [u64; 3];

/// So many workers can add at the same time without waiting for each other.
pub(crate) const LANES: usize = 16;
/// A record on disk.
const RECORD: usize = size_of::<Record>();

/// Takes records in any order, and gives them back sorted.
pub(crate) struct Sorter {
    lanes: Vec<Mutex<Vec<Record>>>,
    /// Records that a lane has room for.
    room: usize,
    runs: Mutex<Runs<Record>>,
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
        lock(&self.runs).spill(held.drain(..), scratch)
    }

    /// All records in order. The sorter is empty afterwards.
    pub(crate) fn drain(&self) -> io::Result<Merge<Record>> {
        let mut merge = lock(&self.runs).drain()?;
        for lane in &self.lanes {
            let mut held = mem::take(&mut *lock(lane));
            held.sort_unstable();
            merge.add(Box::new(held.into_iter().map(Ok)))?;
        }
        Ok(merge)
    }
}

/// The records that share the first number of the next one, in a list that is used again; nothing
/// when all have been read.
pub(crate) fn next_group(records: &mut Merge<Record>, group: &mut Vec<Record>) -> io::Result<bool> {
    group.clear();
    while let Some(record) = records.peek()
        && group.first().is_none_or(|first| first[0] == record[0])
    {
        group.extend(records.next().transpose()?);
    }
    Ok(!group.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::sorted::FAN_IN;
    use copydesk_core::testing::{Disk, FullDisk};
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
        assert_eq!(lock(&sorter.runs).sizes(), [35, 1, 1]);
        let mut sorted = sorter.drain().unwrap();
        let mut group = Vec::new();
        assert!(next_group(&mut sorted, &mut group).unwrap());
        assert_eq!(group, [0, 1000, 2000, 3000, 4000].map(|n| [0, n, 0]));
        let mut groups = 1;
        while next_group(&mut sorted, &mut group).unwrap() {
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
