//! Which documents are worth comparing: those that share a key.
//!
//! Sorted keys come in, pairs go out. Pairs are compared later, in the order of the documents; here nobody knows
//! what the documents say.

use std::io;

use copydesk_core::Scratch;
use copydesk_core::sorted::Merge;

use crate::notes::RUN;
use crate::sort::{Record, Sorter};

/// A text is compared with so many others of its band at most, and with the first. Bands of more texts, none
/// of them an exact copy, are templates, or copies by the thousand, which the first one finds.
const IN_TURN: usize = 64;

/// A pair of documents: the later one, the earlier one, and whether they are known to be the same.
pub(crate) const SAME: u64 = 0;
pub(crate) const SIMILAR: u64 = 1;

/// Every document with the first one of the same words.
pub(crate) fn same_words(keys: &mut Merge<Record>, pairs: &Sorter, scratch: &dyn Scratch) -> io::Result<()> {
    let mut first: Option<Record> = None;
    for record in keys {
        let record = record?;
        match first {
            Some([half, other, document]) if (half, other) == (record[0], record[1]) => {
                // what an index holds was decided by the run that it comes from
                let is_new = record[2] >= RUN;
                pairs.add(0, is_new.then_some([record[2], document, SAME]), scratch)?;
            }
            _ => first = Some(record),
        }
    }
    Ok(())
}

/// Documents that share a band, each with those before it in the order of their keys, which is that of their
/// contents and not of their files. Of exact copies only the first is compared.
pub(crate) fn candidates(bands: &mut Merge<Record>, pairs: &Sorter, scratch: &dyn Scratch) -> io::Result<()> {
    let mut band: Option<u64> = None;
    let mut text = 0;
    let mut before: Vec<u64> = Vec::new();
    let mut place = 0;
    for record in bands {
        let [key, words, document] = record?;
        if band != Some(key) {
            band = Some(key);
            before.clear();
            place = 0;
        } else if words == text {
            continue;
        }
        text = words;
        let pair = |other: &u64| [document.max(*other), document.min(*other), SIMILAR];
        let is_new = |pair: &Record| pair[0] >= RUN;
        pairs.add(place as u64, before.iter().map(pair).filter(is_new), scratch)?;
        // the first stays, the others make room in turn
        if before.len() < IN_TURN {
            before.push(document);
        } else {
            before[1 + place % (IN_TURN - 1)] = document;
        }
        place += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::testing::Disk;

    fn sorted(records: &[Record]) -> Merge<Record> {
        let sorter = Sorter::new(1 << 20);
        sorter.add(0, records.iter().copied(), &Disk).unwrap();
        sorter.drain().unwrap()
    }

    fn pairs(find: impl Fn(&Sorter) -> io::Result<()>) -> Vec<Record> {
        let pairs = Sorter::new(1 << 20);
        find(&pairs).unwrap();
        pairs.drain().unwrap().map(Result::unwrap).collect()
    }

    const fn new(document: u64) -> u64 {
        RUN | document
    }

    #[test]
    fn documents_of_the_same_words_are_paired_with_the_first() {
        let keys = [[5, 5, 2], [5, 5, new(4)], [5, 5, new(7)], [5, 6, new(1)], [9, 9, 1], [9, 9, 3]];
        let found = pairs(|pairs| same_words(&mut sorted(&keys), pairs, &Disk));
        assert_eq!(found, [[new(4), 2, SAME], [new(7), 2, SAME]]);
    }

    #[test]
    fn documents_of_a_band_are_paired_and_exact_copies_pass() {
        let bands = [[1, 10, new(3)], [1, 10, new(4)], [1, 11, new(1)], [1, 12, new(2)], [2, 10, new(9)]];
        let found = pairs(|pairs| candidates(&mut sorted(&bands), pairs, &Disk));
        assert_eq!(found, [[new(2), new(1), SIMILAR], [new(3), new(1), SIMILAR], [new(3), new(2), SIMILAR]]);
    }

    #[test]
    fn a_crowded_band_costs_so_many_pairs_for_each() {
        let bands: Vec<Record> = (0..1000).map(|document| [1, document, new(document)]).collect();
        let found = pairs(|pairs| candidates(&mut sorted(&bands), pairs, &Disk));
        assert_eq!(found.len(), IN_TURN * (IN_TURN - 1) / 2 + (1000 - IN_TURN) * IN_TURN);
        assert!((1..1000).all(|document| found.contains(&[new(document), new(0), SIMILAR])));
        assert!(found.contains(&[new(900), new(899), SIMILAR]));
    }
}
