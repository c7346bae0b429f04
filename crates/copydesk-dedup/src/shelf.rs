//! Records in the order of their first number, to look things up in.
//!
//! They lie in memory until there are too many, then on disk; a sparse list of first numbers stays in memory,
//! so that a look-up reads one small piece. Made once, from sorted records.

use std::borrow::Cow;
use std::io;

use copydesk_core::sorted::Entry;
use copydesk_core::{Overflow, Scratch};

use crate::sort::Record;

const RECORD: usize = size_of::<Record>();
/// Records that are read at once to find one.
const AT_ONCE: usize = 64;

/// Sorted records.
pub(crate) struct Shelf {
    count: usize,
    /// The first number of each [`AT_ONCE`] records.
    first: Vec<u64>,
    records: Overflow,
}

impl Shelf {
    /// Puts records on a shelf that holds at most so many bytes in memory. They are in order.
    pub(crate) fn fill(
        records: impl IntoIterator<Item = io::Result<Record>>,
        bytes: usize,
        scratch: &dyn Scratch,
    ) -> io::Result<Self> {
        let mut shelf = Shelf { count: 0, first: Vec::new(), records: Overflow::new(bytes) };
        let mut bytes = Vec::with_capacity(RECORD);
        for record in records {
            let record = record?;
            if shelf.count.is_multiple_of(AT_ONCE) {
                shelf.first.push(record[0]);
            }
            shelf.count += 1;
            bytes.clear();
            record.write(&mut bytes);
            shelf.records.push(&[&bytes], scratch)?;
        }
        shelf.records.finish()?;
        Ok(shelf)
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// A record of that first number; the first of them.
    ///
    /// # Errors
    /// When they lie on disk and cannot be read.
    pub(crate) fn find(&self, number: u64) -> io::Result<Option<Record>> {
        let mut found = None;
        self.each(number, |record| {
            found = Some(record);
            false
        })?;
        Ok(found)
    }

    /// All records of that first number, in order.
    ///
    /// # Errors
    /// When they lie on disk and cannot be read.
    pub(crate) fn find_all(&self, number: u64) -> io::Result<Vec<Record>> {
        let mut found = Vec::new();
        self.each(number, |record| {
            found.push(record);
            true
        })?;
        Ok(found)
    }

    /// How many records have a smaller first number.
    ///
    /// # Errors
    /// When they lie on disk and cannot be read.
    pub(crate) fn place(&self, number: u64) -> io::Result<u64> {
        let piece = self.first.partition_point(|first| *first < number).saturating_sub(1);
        let from = piece * AT_ONCE;
        let bytes = self.read(from, AT_ONCE.min(self.count - from))?;
        Ok((from + before(&bytes, number)) as u64)
    }

    /// The records from a first number on.
    ///
    /// # Errors
    /// When they lie on disk and cannot be read.
    pub(crate) fn from(&self, number: u64) -> io::Result<impl Iterator<Item = io::Result<Record>>> {
        let start = self.place(number)? as usize;
        let record = |place: usize| self.read(place, 1).map(|bytes| Record::read(&bytes));
        Ok((start..self.count).map(record))
    }

    /// Shows the records of a first number until `goes_on` says no.
    fn each(&self, number: u64, mut goes_on: impl FnMut(Record) -> bool) -> io::Result<()> {
        // they begin in the piece before the first that begins with them
        let mut piece = self.first.partition_point(|first| *first < number).saturating_sub(1);
        while self.first.get(piece).is_some_and(|first| *first <= number) {
            let from = piece * AT_ONCE;
            let bytes = self.read(from, AT_ONCE.min(self.count - from))?;
            let records = &bytes[RECORD * before(&bytes, number)..];
            for record in records.chunks_exact(RECORD).map(Record::read) {
                if record[0] != number || !goes_on(record) {
                    return Ok(());
                }
            }
            piece += 1;
        }
        Ok(())
    }

    fn read(&self, from: usize, count: usize) -> io::Result<Cow<'_, [u8]>> {
        self.records.read((from * RECORD) as u64, count * RECORD)
    }
}

/// How many of sorted records have a smaller first number.
fn before(bytes: &[u8], number: u64) -> usize {
    let (mut low, mut high) = (0, bytes.len() / RECORD);
    while low < high {
        let middle = low.midpoint(high);
        if Record::read(&bytes[middle * RECORD..])[0] < number {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::testing::Disk;

    #[test]
    fn what_is_there_is_found_in_memory_and_on_disk() {
        for bytes in [1 << 20, 100] {
            let records = (0..500).map(|n| Ok([3 * n + 1, n, 7]));
            let shelf = Shelf::fill(records, bytes, &Disk).unwrap();
            assert_eq!((shelf.len(), shelf.records.is_on_disk()), (500, bytes == 100));
            for n in [0, 1, 63, 64, 65, 499] {
                assert_eq!(shelf.find(3 * n + 1).unwrap(), Some([3 * n + 1, n, 7]));
                assert_eq!(shelf.find(3 * n + 2).unwrap(), None);
            }
            assert_eq!((shelf.find(0).unwrap(), shelf.find(u64::MAX).unwrap()), (None, None));
        }
        let many = Shelf::fill((0..300).map(|n| Ok([n / 100, n, 0])), 0, &Disk).unwrap();
        let found =
            |number| many.find_all(number).unwrap().iter().map(|record| record[1]).collect::<Vec<_>>();
        assert_eq!([0, 1, 2].map(found), [0, 100, 200].map(|n| (n..n + 100).collect::<Vec<_>>()));
        assert_eq!((found(3), many.find(2).unwrap()), (vec![], Some([2, 200, 0])));
        assert_eq!([0, 1, 2, 3].map(|number| many.place(number).unwrap()), [0, 100, 200, 300]);
        assert_eq!(
            many.from(2).unwrap().map(|record| record.unwrap()[1]).sum::<u64>(),
            (200..300).sum::<u64>()
        );
        assert!(Shelf::fill([], 0, &Disk).unwrap().find(1).unwrap().is_none());
    }
}
